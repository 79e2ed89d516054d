//! Ending a run before its time, in good order.

use std::sync::{Arc, OnceLock};

/// Tells all who hold a clone that the run should end: nothing new begins, and a script stops at its next look at the
/// clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interrupt(Arc<OnceLock<()>>);

impl Interrupt {
    /// Asks the run to end. To ask again changes nothing.
    pub fn raise(&self) {
        self.0.get_or_init(|| ());
    }

    /// Whether the run should end.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.get().is_some()
    }
}
