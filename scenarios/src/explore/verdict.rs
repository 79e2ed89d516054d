//! What an exploration comes to, held against what is accepted.

use super::{Accepted, AcceptedChanges, AcceptedError, Exploration, ExploreError, Extent};
use crate::exit_code::Exit;

/// What an exploration comes to.
#[derive(Debug)]
pub enum ExplorationVerdict {
    /// Nothing was found, and nothing is accepted.
    Well,
    /// Something was found, and nothing is accepted.
    Found,
    /// What was found is what is accepted.
    Same,
    /// The runs that were made found nothing new, but not all were made.
    Cut,
    /// The budget was spent before the first run.
    NoRun,
    /// Nothing went wrong: no message comes that could be disturbed, all that could happen to it is left out, or the script
    /// goes another way.
    Nothing,
    /// What was found is not what is accepted.
    Changed(AcceptedChanges),
    /// It is accepted from now on.
    Updated,
    /// It should be accepted, but is incomplete. What is new of it, where something is accepted.
    NotAll(Option<AcceptedChanges>),
    /// It was interrupted, and has found nothing new by then.
    Stopped,
    /// The script cannot be read.
    Unreadable(String),
    /// What is accepted cannot be read or written.
    Unaccepted(AcceptedError),
    /// It was not explored.
    NotExplored(ExploreError),
}

impl ExplorationVerdict {
    /// Holds what was found against what is accepted. If it was cut short, only what is new counts: what it did not
    /// find may be in the runs that it did not make.
    #[must_use]
    pub fn of(found: &Exploration, accepted: Option<&Accepted>, ran: Extent, is_interrupted: bool) -> Self {
        Self::of_changes(found, accepted.map(|accepted| accepted.changes(&Accepted::of(found), ran)), is_interrupted)
    }

    /// The same of what is new and gone, if something is accepted.
    pub(super) fn of_changes(found: &Exploration, changes: Option<AcceptedChanges>, is_interrupted: bool) -> Self {
        let is_accepted = changes.is_some();
        match changes {
            None if !found.findings.is_empty() => Self::Found,
            Some(changes) if !changes.is_empty() => Self::Changed(changes),
            _ if is_interrupted => Self::Stopped,
            _ if found.runs == 0 && found.not_run > 0 => Self::NoRun,
            _ if found.not_run + found.too_many > 0 => Self::Cut,
            _ if found.runs > 0 && found.missed == found.runs && found.findings.is_empty() => Self::Nothing,
            // That no message comes can be accepted.
            _ if found.runs == 0 && (!is_accepted || found.messages > 0) => Self::Nothing,
            None => Self::Well,
            Some(_) => Self::Same,
        }
    }

    /// What should be accepted, but is incomplete: what is new of it is told.
    #[must_use]
    pub fn not_all(found: &Exploration, accepted: Option<&Accepted>, is_interrupted: bool) -> Self {
        match Self::of(found, accepted, Extent::Some, is_interrupted) {
            Self::Stopped => Self::Stopped,
            Self::Changed(changes) => Self::NotAll(Some(changes)),
            _ => Self::NotAll(accepted.map(|_| AcceptedChanges::default())),
        }
    }

    /// How the command ends with it.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Well | Self::Same | Self::Cut | Self::Nothing | Self::Updated => Exit::Passed,
            Self::Found | Self::Changed(_) | Self::NotAll(_) | Self::NoRun => Exit::Failed,
            Self::Stopped => Exit::Interrupted,
            Self::Unaccepted(AcceptedError::Write(_)) => Exit::InternalError,
            Self::Unreadable(_) | Self::Unaccepted(_) => Exit::Broken,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::FindingKind;

    fn found(runs: usize, not_run: usize, schedules: &[&str]) -> Exploration {
        let schedules: Vec<_> = schedules.iter().map(|text| text.parse().unwrap()).collect();
        let mut found = Exploration { messages: 9, runs, not_run, ..Exploration::default() };
        if !schedules.is_empty() {
            found.findings.insert(FindingKind::Deaf.of_none(), schedules);
        }
        found
    }

    #[test]
    fn what_is_new_is_told_of_what_is_not_all_and_is_not_accepted() {
        let (less, more) = (found(2, 5, &["open 1: lost"]), found(9, 0, &["open 1: lost", "open 1: fails"]));
        let (of_less, of_more) = (Accepted::of(&less), Accepted::of(&more));
        let new = |verdict: ExplorationVerdict| match verdict {
            ExplorationVerdict::NotAll(changes) => changes.map(|changes| changes.new.len()),
            other => panic!("{other:?}"),
        };
        for is_interrupted in [true, false] {
            assert_eq!(new(ExplorationVerdict::not_all(&less, None, is_interrupted)), None, "all of it is");
            assert_eq!(
                new(ExplorationVerdict::not_all(&found(3, 1, &["ping 1: lost"]), Some(&of_less), is_interrupted)),
                Some(1)
            );
        }
        assert!(matches!(ExplorationVerdict::not_all(&less, Some(&of_more), true), ExplorationVerdict::Stopped));
        assert_eq!(new(ExplorationVerdict::not_all(&less, Some(&of_more), false)), Some(0));
    }

    #[test]
    fn what_is_cut_short_is_not_called_well() {
        let of = |found: &Exploration, accepted: Option<&Accepted>| {
            ExplorationVerdict::of(found, accepted, Extent::Some, false)
        };
        let nothing = Accepted::default();
        for accepted in [None, Some(&nothing)] {
            assert!(matches!(of(&found(3, 4, &[]), accepted), ExplorationVerdict::Cut));
            assert!(matches!(of(&found(0, 4, &[]), accepted), ExplorationVerdict::NoRun));
            assert!(matches!(of(&found(0, 0, &[]), accepted), ExplorationVerdict::Nothing));
        }
        assert_eq!(of(&found(0, 4, &[]), None).exit(), Exit::Failed);
        assert!(matches!(of(&found(3, 0, &[]), None), ExplorationVerdict::Well));
        assert!(matches!(of(&found(3, 0, &[]), Some(&nothing)), ExplorationVerdict::Same));
        let empty = Exploration::default();
        assert!(
            matches!(of(&empty, None), ExplorationVerdict::Nothing)
                && matches!(of(&empty, Some(&nothing)), ExplorationVerdict::Same)
        );
    }
}
