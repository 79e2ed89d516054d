//! The platform's only notion of time.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Serialize, Serializer};

/// An instant, as the duration since the world began.
///
/// Only the world's owner knows what it stands for. Serialized as whole milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Duration);

impl Time {
    /// The instant at which the world began.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// The instant `since_start` after the world began.
    #[must_use]
    pub const fn from_duration(since_start: Duration) -> Self {
        Self(since_start)
    }

    /// The instant `millis` milliseconds after the world began.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// Whole milliseconds since the world began; `u64::MAX` if there are more.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// The duration since the world began.
    #[must_use]
    pub const fn since_start(self) -> Duration {
        self.0
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    /// Saturates at the end of time.
    fn add(self, after: Duration) -> Self {
        Self(self.0.saturating_add(after))
    }
}

impl Sub for Time {
    type Output = Duration;

    /// The duration from `earlier` to `self`, zero if `earlier` is the later one.
    fn sub(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Time {
    /// Seconds with three decimals: `1.250`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0.as_secs(), self.0.subsec_millis())
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.as_millis())
    }
}

/// Serializes a duration as whole milliseconds.
pub(crate) fn in_millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    Time(*duration).serialize(serializer)
}

/// The same of one that may be left out.
pub(crate) fn in_millis_if_any<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration.map(Time).serialize(serializer)
}

/// Serializes a duration as whole seconds.
pub(crate) fn in_seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates_at_both_ends() {
        let late = Time::from_duration(Duration::MAX);
        assert_eq!(late + Duration::from_secs(1), late);
        assert_eq!(Time::ZERO - late, Duration::ZERO);
        assert_eq!((late - Time::ZERO, late.since_start()), (Duration::MAX, Duration::MAX));
        assert_eq!(late.as_millis(), u64::MAX);
    }

    #[test]
    fn is_shown_in_seconds_and_serialized_in_milliseconds() {
        let time = Time::from_millis(61_250);
        assert_eq!(time.to_string(), "61.250");
        assert_eq!(serde_json::to_string(&time).unwrap(), "61250");
    }
}
