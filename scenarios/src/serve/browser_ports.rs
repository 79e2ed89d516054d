//! The ports that browsers refuse to use (Fetch, 2.9).

/// Those beyond 0, in their order.
const BAD: [u16; 82] = [
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
    540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
    6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// Whether browsers refuse to use that port.
#[must_use]
pub fn is_refused(port: u16) -> bool {
    BAD.binary_search(&port).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_other_protocols_are_refused_and_usual_ones_are_not() {
        assert!(BAD.is_sorted());
        for port in [1, 22, 5060, 5061, 6000, 6697, 10080] {
            assert!(is_refused(port), "{port}");
        }
        for port in [80, 443, 3000, 5000, 5173, 6001, 8080, 8443, 49152] {
            assert!(!is_refused(port), "{port}");
        }
    }
}
