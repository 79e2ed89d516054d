//! A run in numbers.

use std::time::Duration;

use super::{CutShort, Finished, Status};
use crate::doubt::Doubt;
use crate::exit_code::Exit;
use crate::snapshot::Comparison;

/// A run in numbers; itself a fold over its events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Scenarios whose checks hold and whose transcript is as known.
    pub passed: usize,
    /// Those that did not want to run.
    pub skipped: usize,
    /// Those with a failed check or wait, or with a transcript that is not as known.
    pub failed: usize,
    /// Those whose script or snapshot is not as it must be.
    pub broken: usize,
    /// Those with which the harness failed.
    pub errors: usize,
    /// Those that were running when the run was interrupted.
    pub stopped: usize,
    /// Those that had not begun by then.
    pub not_run: usize,
    /// Those that did not begin since another had failed, where that is wanted.
    pub after_failure: usize,
    /// Passed scenarios that have no snapshot.
    pub without_snapshot: usize,
    /// Snapshots that were written.
    pub accepted: usize,
    /// Transcripts that were left for review.
    pub pending: usize,
    /// Warnings; `None` where none are wanted.
    pub warnings: Option<usize>,
    /// Doubts about what passed.
    pub doubts: usize,
    /// Warnings that are about no case.
    pub run_warnings: usize,
    /// Whether these fail the run, as doubts fail their cases.
    pub strict: bool,
    /// Cases that failed because they are doubtful.
    pub doubtful: usize,
    /// Whether they ran on real sockets.
    pub live: bool,
    /// The time that passed in all worlds together.
    pub virtual_time: Duration,
}

impl Summary {
    /// Counts one more.
    pub fn add(&mut self, finished: &Finished) {
        self.virtual_time = self.virtual_time.saturating_add(finished.virtual_time);
        self.warnings = self.warnings.map(|count| count + finished.warnings.len());
        match &finished.status {
            Status::Passed(comparison) => {
                self.passed += 1;
                self.doubts += finished.doubts.len();
                let has_checks = !finished.doubts.contains(&Doubt::NoCheck);
                self.without_snapshot += usize::from(matches!(comparison, Comparison::Missing) && has_checks);
                self.accepted += usize::from(matches!(comparison, Comparison::Created | Comparison::Changed));
            }
            Status::Doubtful(comparison) => {
                self.failed += 1;
                self.doubtful += 1;
                self.accepted += usize::from(matches!(comparison, Comparison::Created | Comparison::Changed));
            }
            Status::Skipped(_) => self.skipped += 1,
            Status::Failed(_) | Status::Unlike(_) => self.failed += 1,
            Status::Differs(difference) => {
                self.failed += 1;
                self.pending += usize::from(difference.pending);
            }
            Status::Broken(_) => self.broken += 1,
            Status::Error(_) => self.errors += 1,
            Status::Stopped => self.stopped += 1,
        }
    }

    /// Counts one that did not begin.
    pub const fn add_not_run(&mut self, cut: CutShort) {
        match cut {
            CutShort::ByInterrupt => self.not_run += 1,
            CutShort::ByFailure => self.after_failure += 1,
        }
    }

    /// How many scenarios ran to their end.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.passed + self.skipped + self.failed + self.broken + self.errors
    }

    /// How many there are, if all of them were skipped: then nothing was tested.
    #[must_use]
    pub fn all_skipped(&self) -> Option<usize> {
        let all = self.total();
        (all > 0 && self.skipped == all && self.missing() == 0).then_some(all)
    }

    /// How many more there are, if the run was cut short.
    #[must_use]
    pub const fn missing(&self) -> usize {
        self.stopped + self.not_run + self.after_failure
    }

    /// How the command ends.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self { stopped: 1.., .. } | Self { not_run: 1.., .. } => Exit::Interrupted,
            Self { errors: 1.., .. } => Exit::InternalError,
            Self { broken: 1.., .. } => Exit::Broken,
            Self { failed: 1.., .. } | Self { strict: true, run_warnings: 1.., .. } => Exit::Failed,
            Self { .. } => Exit::Passed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Broken, CaseError};

    #[test]
    fn the_worst_scenario_decides_how_the_command_ends() {
        let worse = [
            (Status::Skipped(String::new()), Exit::Passed),
            (Status::Differs(Box::default()), Exit::Failed),
            (Status::Broken(Broken::Unreadable(String::new())), Exit::Broken),
            (Status::Error(CaseError::Panic(String::new())), Exit::InternalError),
            (Status::Stopped, Exit::Interrupted),
        ];
        let mut summary = Summary::default();
        assert_eq!(summary.exit(), Exit::Passed);
        for (status, exit) in worse {
            assert_eq!(status.exit(), exit);
            summary.add(&Finished::new(status));
            assert_eq!(summary.exit(), exit);
        }
        summary.add(&Finished::new(Status::Passed(Comparison::Missing)));
        assert_eq!((summary.exit(), summary.total(), summary.without_snapshot), (Exit::Interrupted, 5, 1));
        assert_eq!(Summary { not_run: 1, ..Summary::default() }.exit(), Exit::Interrupted);
        let fast = Summary { failed: 1, after_failure: 3, ..Summary::default() };
        assert_eq!((fast.exit(), fast.missing()), (Exit::Failed, 3));
    }
}
