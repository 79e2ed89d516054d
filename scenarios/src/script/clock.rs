//! Real time, which guards against what never ends.

use std::time::{Duration, Instant};

use super::Limits;
use super::duration;
use super::failure::Failure;
use crate::diagnostic::Cause;
use crate::interrupt::Interrupt;

/// Ends what takes too long, and what is interrupted.
#[derive(Clone, Debug, Default)]
pub(super) struct ClockGuard {
    interrupt: Interrupt,
    most: Duration,
    /// Nothing if that is beyond all that a clock can say.
    deadline: Option<Instant>,
}

impl ClockGuard {
    pub(super) fn new(limits: &Limits) -> Self {
        let (interrupt, most) = (limits.interrupt.clone(), limits.wall_time);
        Self { interrupt, most, deadline: clock().checked_add(most) }
    }

    /// # Errors
    ///
    /// It is over: `what` took too long, such as "the scenario took".
    pub(super) fn check(&self, what: &str) -> Result<(), Failure> {
        if self.interrupt.is_raised() {
            return Err(Failure::new(Cause::Interrupt, "the run was interrupted"));
        }
        if self.deadline.is_none_or(|deadline| clock() < deadline) {
            return Ok(());
        }
        Err(Failure::new(Cause::Limit, format!("{what} more than {} of real time", duration::shown(self.most))))
    }
}

#[expect(clippy::disallowed_methods, reason = "the limit on real time guards against scripts that never end")]
fn clock() -> Instant {
    Instant::now()
}
