//! A run in numbers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Case, Status};
use crate::run;

/// A run in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Summary {
    /// Cases that passed.
    pub passed: usize,
    /// Those that did not want to run.
    pub skipped: usize,
    /// Those that failed, are doubtful, or differ from what is known of them.
    pub failed: usize,
    /// Those whose script or snapshot is not as it must be.
    pub broken: usize,
    /// Those with which the harness failed.
    pub errors: usize,
    /// Those that were running when the run was interrupted.
    pub stopped: usize,
    /// Those that had not begun when the run was interrupted, or ended at its first failure.
    pub not_run: usize,
    /// Those among the failed that are doubtful.
    pub doubtful: usize,
    /// Those that passed on their checks alone.
    pub without_snapshot: usize,
    /// Snapshots that were written.
    pub accepted: usize,
    /// Transcripts that were left for review.
    pub pending: usize,
    /// What passed cases left behind; `null` where that is not wanted.
    pub warnings: Option<usize>,
    /// Doubts about what passed.
    pub doubts: usize,
    /// Warnings that are about no case.
    pub run_warnings: usize,
    /// The time that passed in all worlds together, in seconds.
    pub virtual_time: f64,
}

impl From<&run::Summary> for Summary {
    fn from(summary: &run::Summary) -> Self {
        // Taken apart so that no count is forgotten.
        let run::Summary {
            passed,
            skipped,
            failed,
            broken,
            errors,
            stopped,
            not_run,
            after_failure,
            without_snapshot,
            accepted,
            pending,
            warnings,
            doubts,
            run_warnings,
            strict: _,
            doubtful,
            live: _,
            virtual_time,
        } = *summary;
        Self {
            passed,
            skipped,
            failed,
            broken,
            errors,
            stopped,
            not_run: not_run + after_failure,
            doubtful,
            without_snapshot,
            accepted,
            pending,
            warnings,
            doubts,
            run_warnings,
            virtual_time: virtual_time.as_secs_f64(),
        }
    }
}

impl Summary {
    /// How many cases there are.
    #[must_use]
    pub const fn all(&self) -> usize {
        self.passed + self.skipped + self.failed + self.broken + self.errors + self.stopped + self.not_run
    }

    /// Counts a case.
    pub fn add(&mut self, case: &Case) {
        let count = match case.status {
            Status::Passed => &mut self.passed,
            Status::Skipped => &mut self.skipped,
            Status::Failed | Status::Doubtful | Status::Differs | Status::Unlike => &mut self.failed,
            Status::Broken => &mut self.broken,
            Status::Error => &mut self.errors,
            Status::Stopped => &mut self.stopped,
            Status::NotRun => &mut self.not_run,
        };
        *count += 1;
        self.doubtful += usize::from(case.status == Status::Doubtful);
        self.virtual_time += case.virtual_time;
    }

    /// Both together.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            skipped: self.skipped + other.skipped,
            failed: self.failed + other.failed,
            broken: self.broken + other.broken,
            errors: self.errors + other.errors,
            stopped: self.stopped + other.stopped,
            not_run: self.not_run + other.not_run,
            doubtful: self.doubtful + other.doubtful,
            without_snapshot: self.without_snapshot + other.without_snapshot,
            accepted: self.accepted + other.accepted,
            pending: self.pending + other.pending,
            warnings: match (self.warnings, other.warnings) {
                (None, None) => None,
                (one, another) => Some(one.unwrap_or_default() + another.unwrap_or_default()),
            },
            doubts: self.doubts + other.doubts,
            run_warnings: self.run_warnings + other.run_warnings,
            virtual_time: self.virtual_time + other.virtual_time,
        }
    }

    /// The same as the console takes it.
    #[must_use]
    pub fn of_run(&self, strict: bool, live: bool) -> run::Summary {
        let Self {
            passed,
            skipped,
            failed,
            broken,
            errors,
            stopped,
            not_run,
            doubtful,
            without_snapshot,
            accepted,
            pending,
            warnings,
            doubts,
            run_warnings,
            virtual_time,
        } = *self;
        run::Summary {
            passed,
            skipped,
            failed,
            broken,
            errors,
            stopped,
            not_run,
            // A file of a run does not tell what cut it short.
            after_failure: 0,
            without_snapshot,
            accepted,
            pending,
            warnings,
            doubts,
            run_warnings,
            strict,
            doubtful,
            live,
            virtual_time: Duration::try_from_secs_f64(virtual_time).unwrap_or(Duration::MAX),
        }
    }
}
