//! JUnit's XML, as CI systems read it: a test case for each case, with what the console says of it if it did not pass.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::model::{Case, Event, Renderer, Status};
use crate::file::Replacement;

/// What the file calls the run, and its one suite.
const NAME: &str = "kandy-harness";

/// The report that is written when the run has ended; one that was ended before leaves the file as it was.
#[derive(Debug)]
pub struct Junit {
    /// Nothing once it is written.
    file: Option<Replacement>,
    suite: TestSuite,
}

impl Junit {
    /// A report to the file at `path`.
    ///
    /// # Errors
    ///
    /// Nothing can be written there.
    pub fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { file: Some(Replacement::new(path)?), suite: TestSuite::new(NAME) })
    }

    fn write(&mut self, wall_time: f64) -> io::Result<()> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        let mut report = quick_junit::Report::new(NAME);
        report.set_time(duration(wall_time)).add_test_suite(std::mem::replace(&mut self.suite, TestSuite::new(NAME)));
        let text = report.to_string().map_err(io::Error::other)?;
        file.write_all(text.as_bytes())?;
        file.finish()
    }
}

impl Renderer for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Started(_) => Ok(()),
            Event::Case(case) => {
                self.suite.add_test_case(test_case(case));
                Ok(())
            }
            Event::Ended(end) => self.write(end.wall_time),
        }
    }
}

fn test_case(case: &Case) -> TestCase {
    let mut told = TestCase::new(case.name.as_str(), status(case));
    told.set_classname(case.source.as_str()).set_time(duration(case.wall_time.duration));
    told
}

fn status(case: &Case) -> TestCaseStatus {
    let (kind, word) = match case.status {
        Status::Passed => return TestCaseStatus::success(),
        Status::Skipped => return skipped(case.reason.as_deref().unwrap_or_default()),
        Status::Stopped => return skipped("the run was interrupted"),
        Status::NotRun => return skipped("the run ended before it began"),
        Status::Failed => (NonSuccessKind::Failure, "failed"),
        Status::Doubtful => (NonSuccessKind::Failure, "cannot be trusted"),
        Status::Differs => (NonSuccessKind::Failure, "differs from its snapshot"),
        Status::Unlike => (NonSuccessKind::Failure, "not the same in Live"),
        Status::Broken => (NonSuccessKind::Error, "broken"),
        Status::Error => (NonSuccessKind::Error, "internal error"),
    };
    let message = case.text.lines().next().map_or(word, |line| line.strip_prefix("error: ").unwrap_or(line));
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message).set_type(word).set_description(case.text.as_str());
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

/// A time of the model. A file that was changed by hand may have any.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
