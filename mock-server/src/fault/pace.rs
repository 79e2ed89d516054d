//! How fast the body of an answer comes, and how much of it.

use std::time::Duration;

/// How the body of an answer comes. By default whole, together with its head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// How long after the head it begins (`lateBody`).
    pub late: Option<Duration>,
    /// How many bytes of it come in each second (`drip`), at least one; a second passes before the first of them.
    pub drip: Option<u32>,
    /// After how many bytes the connection is cut (`truncate`). A body that is not longer comes whole, and then the connection ends.
    pub truncate: Option<u32>,
}

impl Pace {
    /// Whether a body comes whole and at once.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the last ones of so many bytes of a body never come.
    #[must_use]
    pub fn cuts(&self, bytes: usize) -> bool {
        self.coming(bytes) < bytes
    }

    /// Whether the connection ends behind what comes.
    #[must_use]
    pub fn ends_connection(&self) -> bool {
        self.truncate.is_some()
    }

    /// How many bytes come of a body that has so many.
    #[must_use]
    pub fn coming(&self, bytes: usize) -> usize {
        self.truncate.map_or(bytes, |most| bytes.min(usize::try_from(most).unwrap_or(usize::MAX)))
    }

    /// How long after its head a body with so many bytes has come, as far as it comes.
    #[must_use]
    pub fn takes(&self, bytes: usize) -> Duration {
        let coming = u64::try_from(self.coming(bytes)).unwrap_or(u64::MAX);
        let dripping = self.drip.map_or(0, |drip| coming.div_ceil(u64::from(drip.max(1))));
        self.late.unwrap_or_default().saturating_add(Duration::from_secs(dripping))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_takes_what_its_delay_and_its_bytes_take() {
        let late = Some(Duration::from_secs(10));
        for (pace, coming, seconds) in [
            (Pace::default(), 5, 0),
            (Pace { late, ..Pace::default() }, 5, 10),
            (Pace { drip: Some(2), ..Pace::default() }, 5, 3),
            (Pace { drip: Some(5), ..Pace::default() }, 5, 1),
            (Pace { drip: Some(2), truncate: Some(4), late }, 4, 12),
            (Pace { drip: Some(2), truncate: Some(0), ..Pace::default() }, 0, 0),
            (Pace { truncate: Some(5), ..Pace::default() }, 5, 0),
            (Pace { truncate: Some(6), ..Pace::default() }, 5, 0),
        ] {
            assert_eq!((pace.coming(5), pace.takes(5)), (coming, Duration::from_secs(seconds)), "{pace:?}");
            assert_eq!(pace.cuts(5), coming < 5, "{pace:?}");
        }
    }
}
