//! Which clock a platform has, for those who choose it.

use crate::server::clock::Clock;

/// Whose time a platform behind sockets has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockKind {
    /// The real time, from the start on.
    #[default]
    Real,
    /// None passes but for what [`FrontHandle::advance`](super::FrontHandle::advance) is told.
    Manual,
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
