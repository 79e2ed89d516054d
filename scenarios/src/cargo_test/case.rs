//! One case, run on its own.

use std::io;
use std::num::NonZeroUsize;

use super::CaseReport;
use crate::doubt::Doubt;
use crate::report::console;
use crate::run::{self, Case, Finished, Options, Plan, Reporter, RunError, RunEvent, Status};
use crate::text::printable;

/// What came of a case.
#[derive(Debug)]
pub(super) enum EndedCase {
    /// It passed, or did not want to run.
    Well(CaseReport),
    /// It did not pass.
    Badly {
        /// Its line on the console.
        line: String,
        /// All that the console tells of it below.
        told: String,
    },
}

/// Runs a case, on a thread of its own that has the stack it needs.
pub(super) fn run(case: Case<'_>, options: &Options, color: bool) -> Result<EndedCase, RunError> {
    let plan = Plan { cases: vec![case], ..Plan::default() };
    let options = Options { jobs: NonZeroUsize::MIN, ..options.clone() };
    let mut watcher = Watcher { color, ended: None };
    run::run(&plan, &options, &mut [&mut watcher])?;
    Ok(watcher.ended.expect("a run without interrupt finishes each case of its plan"))
}

/// Remembers how the only case of a run has ended.
struct Watcher {
    color: bool,
    ended: Option<EndedCase>,
}

impl Watcher {
    fn ended(&self, case: &Case<'_>, finished: &Finished) -> EndedCase {
        let skipped = match &finished.status {
            Status::Passed(_) => None,
            Status::Skipped(reason) => Some(printable(reason).into_owned()),
            _ => {
                let (line, told) = console::told_whole(case, finished, self.color);
                return EndedCase::Badly { line, told };
            }
        };
        EndedCase::Well(CaseReport {
            name: case.name().to_owned(),
            skipped,
            transcript: finished.trace.to_string(),
            virtual_time: finished.virtual_time,
            doubts: finished.doubts.iter().map(|doubt| tell(doubt, case)).collect(),
        })
    }
}

impl Reporter for Watcher {
    fn name(&self) -> &str {
        "test"
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        if let RunEvent::Finished { case, finished } = event {
            self.ended = Some(self.ended(case, finished));
        }
        Ok(())
    }
}

/// A doubt on one line, with its place.
fn tell(doubt: &Doubt, case: &Case<'_>) -> String {
    match doubt.place() {
        Some(place) => format!("{}:{}: {doubt}", printable(&place.file), place.line),
        None => format!("{}: {doubt}", printable(case.shown())),
    }
}
