//! Cross-checks a recording of the real SDK in a simulated world: port against `Platform`, and compares.
//!
//! [`replay`](crate::replay) feeds the port what the SDK was given. Here only the script is taken from the recording:
//! its calls at their times, and its `serverScript` as commands and faults of the platform. What the page saw must
//! come of it: the same requests and websockets, and the same events with the same state, in one order and at the
//! same times. Tokens, subscriptions and channels have the same numbers on both sides, so nothing is normalised; but
//! tokens that a script brings along are hidden in addresses, as in every transcript.

mod answers;
mod compare;
mod platform;
mod run;

use std::fmt;

pub use self::answers::check_answers;
use self::run::Crosscheck;
use crate::recording::Recording;
pub use crate::replay::ReplayDifference;
use crate::trace::Trace;

/// How many lines of the world's transcript a divergence shows.
const LINES_SHOWN: usize = 24;

/// Runs the script of `recording`, and compares up to the first difference.
///
/// # Errors
///
/// Port and platform together do something else than the SDK and the recorder's platform did.
pub fn crosscheck(recording: &Recording) -> Result<(), Divergence> {
    let mut crosscheck = Crosscheck::new(recording);
    let ended = crosscheck.run();
    let compared = compare::compare(recording, &crosscheck.seen, ended);
    compared.map_err(|difference| Divergence { difference, trace: Box::new(crosscheck.into_trace()) })
}

/// Where the cross-check first was something else than the recording.
#[derive(Clone, Debug, thiserror::Error)]
pub struct Divergence {
    difference: ReplayDifference,
    trace: Box<Trace>,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  transcript of the cross-check:", self.difference)?;
        self.trace.tail(LINES_SHOWN).lines().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

#[cfg(test)]
mod tests;
