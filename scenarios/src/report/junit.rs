//! JUnit's XML, as CI systems read it: a test case for each case, with what the console says of it if it did not pass.

use std::io;
use std::path::PathBuf;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::console;
use crate::file;
use crate::run::{Case, CutShort, Finished, Reporter, RunEvent, Status};

/// What the file calls the run, and its one suite.
const NAME: &str = "kandy-harness";

/// The report that is written when the run has ended; one that was ended before leaves the file as it was.
#[derive(Debug)]
pub struct Junit {
    path: PathBuf,
    suite: TestSuite,
}

impl Junit {
    /// A report to the file at `path`.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, suite: TestSuite::new(NAME) }
    }

    fn add(&mut self, case: &Case<'_>, finished: &Finished) {
        let mut told = TestCase::new(case.name(), status(case, finished));
        told.set_classname(case.scenario.source.as_str()).set_time(finished.wall_time.duration);
        self.suite.add_test_case(told);
    }

    fn write(&mut self, time: std::time::Duration) -> io::Result<()> {
        let mut report = Report::new(NAME);
        report.set_time(time).add_test_suite(std::mem::replace(&mut self.suite, TestSuite::new(NAME)));
        let text = report.to_string().map_err(io::Error::other)?;
        file::replace(&self.path, &text)
    }
}

impl Reporter for Junit {
    fn name(&self) -> &str {
        "junit"
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::Started { .. } | RunEvent::Warned(_) => Ok(()),
            RunEvent::Finished { case, finished } => {
                self.add(case, finished);
                Ok(())
            }
            RunEvent::NotRun { case, cut } => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(match cut {
                    CutShort::ByInterrupt => "the run was interrupted before it began",
                    CutShort::ByFailure => "the run ended with its first failure before it began",
                });
                self.suite.add_test_case(TestCase::new(case.name(), status));
                Ok(())
            }
            RunEvent::Ended { wall_time, .. } => self.write(*wall_time),
        }
    }
}

fn status(case: &Case<'_>, finished: &Finished) -> TestCaseStatus {
    let (kind, word) = match &finished.status {
        Status::Passed(_) => return TestCaseStatus::success(),
        Status::Skipped(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            return status;
        }
        Status::Stopped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("the run was interrupted");
            return status;
        }
        Status::Failed(_) => (NonSuccessKind::Failure, "failed"),
        Status::Doubtful(_) => (NonSuccessKind::Failure, "not to be trusted"),
        Status::Differs(_) => (NonSuccessKind::Failure, "not as its snapshot"),
        Status::Unlike(_) => (NonSuccessKind::Failure, "not the same in Live"),
        Status::Broken(_) => (NonSuccessKind::Error, "broken"),
        Status::Error(_) => (NonSuccessKind::Error, "internal error"),
    };
    let told = console::told(case, finished);
    let message = told.lines().next().map_or(word, |line| line.strip_prefix("error: ").unwrap_or(line));
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message).set_type(word).set_description(told.as_str());
    status
}
