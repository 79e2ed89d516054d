//! What `check` shows: what is wrong with scripts, and how many there are.

use std::io::{self, Write};

use super::{Console, counted};
use crate::diagnostic::AsWarning;
use crate::exit_code::Exit;
use crate::report::Style;
use crate::run::{Case, Finished, Reporter, RunEvent, Summary};
use crate::script::{Findings, ScriptFinding, Severity};

/// The console for scripts that are looked at only. What is well is counted and not named.
pub struct Checks<'a> {
    console: Console<'a>,
    /// How many warnings were shown.
    warnings: usize,
}

impl<'a> Checks<'a> {
    /// A report that is written to `out`, a terminal of `columns` if it is one.
    pub fn new(out: &'a mut dyn Write, color: bool, columns: Option<usize>) -> Self {
        Self { console: Console::new(out, color).with_columns(columns), warnings: 0 }
    }

    fn case(&mut self, case: &Case<'_>, finished: &Finished) -> io::Result<()> {
        if !finished.findings.told.is_empty() {
            self.findings(case, finished)
        } else if finished.status.exit() == Exit::Passed {
            Ok(())
        } else {
            self.console.case(case, finished)
        }
    }

    /// All that was found, each once: what is wrong with a module comes up with each script that imports it.
    fn findings(&mut self, case: &Case<'_>, finished: &Finished) -> io::Result<()> {
        let Self { console, warnings } = self;
        let Findings { told, more } = &finished.findings;
        let mut line = console.line(case, finished);
        let (mut blocks, mut told_with) = (Vec::new(), None);
        for ScriptFinding { severity, diagnostic } in told {
            let shown = match severity {
                Severity::Error => diagnostic.to_string(),
                Severity::Warning => AsWarning(diagnostic).to_string(),
            };
            if let Some(first) = console.known.get(&shown) {
                told_with = Some(first.clone());
                continue;
            }
            *warnings += usize::from(*severity == Severity::Warning);
            blocks.push(console.emphasize(&shown) + "\n");
            console.known.insert(shown, case.name().to_owned());
        }
        if let Some(first) = told_with.filter(|_| blocks.is_empty()) {
            line += &Style::Faint.paint(format_args!(": as {first}"), console.color);
        }
        if *more > 0 {
            blocks.push(format!("and {more} more\n"));
        }
        console.tell(&line, &blocks.join("\n"))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let Self { console, warnings } = self;
        console.gap()?;
        let mut checked = format!("{} checked", counted(summary.total(), "script"));
        let (broken, warnings) = (summary.total() - summary.passed - summary.doubtful, *warnings);
        if broken > 0 {
            checked = format!("{checked}, {}", Style::Bad.paint(format_args!("{broken} broken"), console.color));
        } else if summary.doubtful == 0 {
            checked = Style::Good.paint(checked, console.color);
        }
        if warnings > 0 {
            checked = format!("{checked}, {}", Style::Warning.paint(counted(warnings, "warning"), console.color));
        }
        writeln!(console.out, "{checked}")
    }
}

impl Reporter for Checks<'_> {
    fn name(&self) -> &str {
        self.console.name()
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::Finished { case, finished } => self.case(case, finished),
            RunEvent::Ended { summary, .. } => self.end(summary),
            RunEvent::Started { .. } | RunEvent::Warned(_) | RunEvent::NotRun { .. } => Ok(()),
        }
    }
}
