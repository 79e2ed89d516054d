//! What `check` shows: the scripts that are broken, and how many there are.

use std::io::{self, Write};

use super::{Console, counted};
use crate::exit_code::Exit;
use crate::report::Style;
use crate::run::{Reporter, RunEvent, Summary};

/// The console for scripts that are compiled only. What is well is counted and not named.
pub struct Checks<'a>(Console<'a>);

impl<'a> Checks<'a> {
    /// A report that is written to `out`, a terminal of `columns` if it is one.
    pub fn new(out: &'a mut dyn Write, color: bool, columns: Option<usize>) -> Self {
        Self(Console::new(out, color).with_columns(columns))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let Self(console) = self;
        console.gap()?;
        let checked = format!("{} checked", counted(summary.total(), "script"));
        match summary.total() - summary.passed {
            0 => writeln!(console.out, "{}", Style::Good.paint(checked, console.color)),
            broken => {
                let broken = Style::Bad.paint(format_args!("{broken} broken"), console.color);
                writeln!(console.out, "{checked}, {broken}")
            }
        }
    }
}

impl Reporter for Checks<'_> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::Finished { case, finished } if finished.status.exit() != Exit::Passed => {
                self.0.case(case, finished)
            }
            RunEvent::Ended { summary, .. } => self.end(summary),
            RunEvent::Started { .. } | RunEvent::Warned(_) | RunEvent::Finished { .. } | RunEvent::NotRun { .. } => {
                Ok(())
            }
        }
    }
}
