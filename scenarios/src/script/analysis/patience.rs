//! How long a script is looked at.

use std::cell::{Cell, RefCell};

use crate::script::clock::ClockGuard;
use crate::script::failure::Failure;

/// After how many steps the clock is looked at.
const STEPS_PER_LOOK: u32 = 1_024;

/// Ends a look at a script that takes too long, or is interrupted. What is left then is passed over.
pub(super) struct Patience {
    guard: ClockGuard,
    steps: Cell<u32>,
    over: RefCell<Option<Failure>>,
}

impl Patience {
    pub(super) fn new(guard: ClockGuard) -> Self {
        Self { guard, steps: Cell::new(0), over: RefCell::new(None) }
    }

    /// Counts a step, and tells whether there is time for it.
    pub(super) fn lasts(&self) -> bool {
        let steps = self.steps.get().wrapping_add(1);
        self.steps.set(steps);
        if steps.is_multiple_of(STEPS_PER_LOOK)
            && self.over.borrow().is_none()
            && let Err(failure) = self.guard.check("looking at the script took")
        {
            self.over.replace(Some(failure));
        }
        self.over.borrow().is_none()
    }

    /// Why something was passed over, if it was.
    pub(super) fn end(&self) -> Result<(), Failure> {
        self.over.take().map_or(Ok(()), Err)
    }
}
