//! Which clock a platform has, for those who choose it.

use std::time::Duration;

use crate::server::clock::Clock;
use crate::time::Time;

/// Whose time a platform behind sockets has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockKind {
    /// The real time, from the start on.
    #[default]
    Real,
    /// None passes but for what [`FrontHandle::advance`](super::FrontHandle::advance) is told.
    Manual,
}

/// Why a clock was not advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClockError {
    /// Real time passes by itself.
    #[error("the clock is the real one: only a manual clock is advanced")]
    Real,
    /// That is beyond the end of time.
    #[error("{by:?} from {now} is beyond the end of time")]
    End {
        /// The present time.
        now: Time,
        /// How far it was to go.
        by: Duration,
    },
}

impl From<ClockKind> for Clock {
    fn from(kind: ClockKind) -> Self {
        match kind {
            ClockKind::Real => Self::real(),
            ClockKind::Manual => Self::manual(),
        }
    }
}

impl From<&Clock> for ClockKind {
    fn from(clock: &Clock) -> Self {
        match clock {
            Clock::Real { .. } => Self::Real,
            Clock::Manual { .. } => Self::Manual,
        }
    }
}
