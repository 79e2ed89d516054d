//! Sizes in bytes, as people write and read them.

pub(crate) const KIB: u64 = 1024;
pub(crate) const MIB: u64 = 1024 * KIB;

/// `5000`, `32KiB`, `4 MiB`.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim_start() {
        "" => 1,
        "KiB" => KIB,
        "MiB" => MIB,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// `4 MiB`, `5000 bytes`.
pub(crate) fn shown(bytes: u64) -> String {
    if bytes.is_multiple_of(MIB) {
        format!("{} MiB", bytes / MIB)
    } else if bytes.is_multiple_of(KIB) {
        format!("{} KiB", bytes / KIB)
    } else {
        format!("{bytes} bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown() {
        for (text, bytes, again) in [
            ("5000", 5000, "5000 bytes"),
            (" 32KiB ", 32 * KIB, "32 KiB"),
            ("4 MiB", 4 * MIB, "4 MiB"),
            ("1024KiB", MIB, "1 MiB"),
        ] {
            assert_eq!(parse(text), Some(bytes), "{text}");
            assert_eq!(shown(bytes), again);
        }
        for wrong in ["", "MiB", "5kb", "-1", "1.5MiB", "99999999999999MiB", "1 GiB"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
