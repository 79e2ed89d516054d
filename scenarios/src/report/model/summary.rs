//! A run in numbers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::run;

/// A run in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Summary {
    /// Cases that passed.
    pub passed: usize,
    /// Those that did not want to run.
    pub skipped: usize,
    /// Those that failed, are to be doubted, or are not as they were known.
    pub failed: usize,
    /// Those whose script or snapshot is not as it must be.
    pub broken: usize,
    /// Those with which the harness failed.
    pub errors: usize,
    /// Those that were running when the run was interrupted.
    pub stopped: usize,
    /// Those that had not begun by then.
    pub not_run: usize,
    /// Those among the failed that are to be doubted.
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
            not_run,
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
