//! What is shown of a run that is over, and was read from its reports.

use std::io;
use std::time::Duration;

use super::Console;
use crate::report::model::{self, Report};
use crate::run::{RunWarning, Summary};
use crate::scenario::Misread;
use crate::text::printable;

impl Console<'_> {
    /// What did not pass, and the summary: as at the end of a run. The report may come from anywhere, so that its texts are
    /// made fit for a terminal once more.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn merged(&mut self, Report { start, cases, end, .. }: &Report) -> io::Result<Summary> {
        let summary = end.summary.of_run(start.strict, start.live);
        for case in cases.iter().filter(|case| case.status.is_bad()) {
            let line = self.bad_line(&printable(&case.name), case.status);
            let text = case.text.lines().map(|line| format!("{}\n", printable(line))).collect::<String>();
            self.tell(&line, &text)?;
            self.bad.push(line);
        }
        self.run_warnings =
            end.warnings.iter().map(warning).chain(end.stale_snapshots.iter().map(|shown| stale(shown))).collect();
        self.summary(&summary, Duration::try_from_secs_f64(end.wall_time).unwrap_or_default())?;
        self.run_warnings(&summary)?;
        Ok(summary)
    }
}

fn warning(warning: &model::RunWarning) -> RunWarning {
    match warning {
        model::RunWarning::MisreadTags { path, line, found, meant, .. } => RunWarning::MisreadTags {
            shown: printable(path).into_owned(),
            misread: Misread { line: *line, text: found.clone(), meant: meant.clone() },
        },
        model::RunWarning::AllSkipped { count, .. } => RunWarning::AllSkipped { count: *count },
    }
}

fn stale(shown: &str) -> RunWarning {
    RunWarning::StaleSnapshot { shown: printable(shown).into_owned() }
}
