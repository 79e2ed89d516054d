//! Rehearses a recording of the real SDK in a simulated world: port against `Platform`, and compares.
//!
//! [`replay`](crate::replay) feeds the port what the SDK was given. Here only the script is taken from the recording:
//! its calls at their times, and its `serverScript` as commands and faults of the platform. What the page saw must
//! come of it: the same requests and websockets, and the same events with the same state, in one order and at the
//! same times. Tokens, subscriptions and channels have the same numbers on both sides, so nothing is normalised; but
//! tokens that a script brings along are hidden in addresses, as in every transcript.

mod answers;
mod performance;
mod platform;
mod score;

use std::fmt;

pub use self::answers::check_answers;
use self::performance::Performance;
use crate::recording::Recording;
pub use crate::replay::Difference;
use crate::trace::Trace;

/// How many lines of the world's transcript a divergence shows.
const LINES_SHOWN: usize = 24;

/// Performs the script of `recording`, and compares up to the first difference.
///
/// # Errors
///
/// Port and platform together do something else than the SDK and the recorder's platform did.
pub fn rehearse(recording: &Recording) -> Result<(), Divergence> {
    let mut performance = Performance::new(recording);
    let played = performance.play();
    let compared = score::compare(recording, &performance.seen, played);
    compared.map_err(|difference| Divergence { difference, trace: Box::new(performance.into_trace()) })
}

/// Where the rehearsal first was something else than the recording.
#[derive(Clone, Debug, thiserror::Error)]
pub struct Divergence {
    difference: Difference,
    trace: Box<Trace>,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  transcript of the rehearsal:", self.difference)?;
        self.trace.tail(LINES_SHOWN).lines().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

#[cfg(test)]
mod tests;
