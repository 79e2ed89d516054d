//! The events of a run, and who hears them.

use std::io;
use std::time::Duration;

use thiserror::Error;

use super::{Case, Finished, NoThread, Plan, Summary};
use crate::scenario::Misread;

/// What happens in a run, in this order: one start, the warnings that are about no case, each case in the order of the
/// plan, warnings that could not be told before, one end.
#[derive(Clone, Copy, Debug)]
pub enum RunEvent<'a> {
    /// The run begins.
    Started {
        /// What should be done.
        plan: &'a Plan<'a>,
        /// Whether what cannot be trusted fails.
        strict: bool,
    },
    /// Something is wrong that concerns no case.
    Warned(&'a RunWarning),
    /// A case is done.
    Finished {
        /// The case.
        case: &'a Case<'a>,
        /// What came of it.
        finished: &'a Finished,
    },
    /// The run was cut short before a case began.
    NotRun {
        /// The case.
        case: &'a Case<'a>,
        /// By what.
        cut: CutShort,
    },
    /// The run ends.
    Ended {
        /// All in numbers.
        summary: &'a Summary,
        /// How long it took.
        wall_time: Duration,
    },
}

/// What cuts a run short, so that nothing more begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutShort {
    /// Somebody, or another program, by a signal.
    ByInterrupt,
    /// The first case that failed, where that is wanted.
    ByFailure,
}

/// A warning of the run that is about no case; those of a case are in its [`Finished`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunWarning {
    /// A line of a script is almost one of tags, and gives it others or none.
    MisreadTags {
        /// The path of the script as the user would write it.
        shown: String,
        /// The line.
        misread: Misread,
    },
    /// All scenarios that ran to their end skipped themselves.
    AllSkipped {
        /// How many there are.
        count: usize,
    },
    /// A snapshot lies where scenarios were looked for, and its script is not there any more.
    StaleSnapshot {
        /// Its path as the user would write it.
        shown: String,
    },
}

/// A report. It is made from the events alone, like every other one, so that no two can disagree. It keeps what it
/// needs of a case, because the case ends with its event.
pub trait Reporter {
    /// What it is called where it cannot be written.
    fn name(&self) -> &str;

    /// Takes the next event of the run.
    ///
    /// # Errors
    ///
    /// It cannot be written. Then the run ends, and there are no more events.
    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()>;
}

/// Why a run ended without having told everything.
#[derive(Debug, Error)]
pub enum RunError {
    /// Nothing can run.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// A report cannot be written.
    #[error("the report `{reporter}` cannot be written: {source}")]
    Report {
        /// The name of the report.
        reporter: String,
        /// What the system says.
        source: io::Error,
    },
}

/// Gives an event to all reporters, in their order.
pub(super) fn tell(reporters: &mut [&mut dyn Reporter], event: &RunEvent<'_>) -> Result<(), RunError> {
    for reporter in reporters {
        if let Err(source) = reporter.event(event) {
            return Err(RunError::Report { reporter: reporter.name().to_owned(), source });
        }
    }
    Ok(())
}
