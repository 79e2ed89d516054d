//! What an exploration of an application comes to, held against what is accepted.

use super::Found;
use crate::exit_code::Exit;
use crate::explore::{Accepted, AcceptedError, Changes, Kept, Ran};
use crate::schedule::Schedule;

/// What it comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing was found, and nothing is accepted.
    Well,
    /// Something was found, and nothing is accepted.
    Found,
    /// What was found is what is accepted, as far as it was run.
    Same,
    /// It is not.
    Changed(Changes),
    /// It is accepted from now on.
    Updated,
    /// It was to be accepted, and is not all.
    NotAll,
}

impl Verdict {
    /// How the command ends with it.
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Well | Self::Same | Self::Updated => Exit::Passed,
            Self::Found | Self::Changed(_) | Self::NotAll => Exit::Failed,
        }
    }
}

/// Holds what was found against what is accepted, or makes it what is.
///
/// # Errors
///
/// The file cannot be written.
pub(crate) fn verdict(found: &Found, kept: Kept, update: bool) -> Result<Verdict, AcceptedError> {
    if update {
        if !found.is_whole() {
            return Ok(Verdict::NotAll);
        }
        kept.replace(&found.exploration, true)?;
        return Ok(Verdict::Updated);
    }
    let now = Accepted::of(&found.exploration);
    let Some(accepted) = kept.accepted else {
        return Ok(if found.exploration.findings.is_empty() { Verdict::Well } else { Verdict::Found });
    };
    let mut changes = accepted.changes(&now, if found.is_whole() { Ran::All } else { Ran::Some });
    // What did not happen, or ends now so and now so, may be as it was.
    let unknown: Vec<&Schedule> =
        found.not_reached.iter().chain(found.flaky.iter().map(|flaky| &flaky.schedule)).collect();
    changes.gone.retain(|line| !unknown.iter().any(|schedule| line.ends_with(&format!("| {schedule}"))));
    Ok(if changes.is_empty() { Verdict::Same } else { Verdict::Changed(changes) })
}
