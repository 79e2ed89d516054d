//! What an exploration comes to, held against what is accepted.

use super::{Accepted, AcceptedError, Changes, Exploration, ExploreError, Ran};
use crate::exit_code::Exit;

/// What an exploration comes to.
#[derive(Debug)]
pub enum Verdict {
    /// Nothing was found, and nothing is accepted.
    Well,
    /// Something was found, and nothing is accepted.
    Found,
    /// What was found is what is accepted.
    Same,
    /// What was found is not what is accepted.
    Changed(Changes),
    /// It is accepted from now on.
    Updated,
    /// It was to be accepted, and is not all.
    NotAll,
    /// It was interrupted, and has found nothing new by then.
    Stopped,
    /// The script cannot be read.
    Unreadable(String),
    /// What is accepted cannot be read or written.
    Unaccepted(AcceptedError),
    /// It was not explored.
    NotExplored(ExploreError),
}

impl Verdict {
    /// Holds what was found against what is accepted. Of one that was cut short only what is new counts: what it did not
    /// find may be in the runs that it did not make.
    #[must_use]
    pub fn of(found: &Exploration, accepted: Option<&Accepted>, ran: Ran, is_interrupted: bool) -> Self {
        let changes = accepted.map(|accepted| accepted.changes(&Accepted::of(found), ran));
        match changes {
            None if !found.findings.is_empty() => Self::Found,
            Some(changes) if !changes.is_empty() => Self::Changed(changes),
            _ if is_interrupted => Self::Stopped,
            None => Self::Well,
            Some(_) => Self::Same,
        }
    }

    /// How the command ends with it.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Well | Self::Same | Self::Updated => Exit::Passed,
            Self::Found | Self::Changed(_) | Self::NotAll => Exit::Failed,
            Self::Stopped => Exit::Interrupted,
            Self::Unreadable(_) | Self::Unaccepted(AcceptedError::Read(_) | AcceptedError::Malformed(_)) => {
                Exit::Broken
            }
            Self::Unaccepted(AcceptedError::Write(_)) => Exit::InternalError,
            Self::NotExplored(error) => match error {
                ExploreError::Skipped => Exit::Passed,
                ExploreError::Undisturbed(why) if why.cause.is_broken_script() => Exit::Broken,
                ExploreError::Undisturbed(_) => Exit::Failed,
                ExploreError::Script(_) => Exit::Broken,
                ExploreError::NoThread(_) | ExploreError::Panic(_) => Exit::InternalError,
                ExploreError::Interrupted => Exit::Interrupted,
            },
        }
    }
}
