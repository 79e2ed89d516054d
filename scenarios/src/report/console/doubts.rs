//! What makes a green mean little: lines below the cases that pass, errors of those that therefore fail, and what is about
//! no case.

use std::io;

use super::{Console, counted};
use crate::diagnostic::{Cause, Diagnostic};
use crate::doubt::Doubt;
use crate::printable::printable;
use crate::report::{Style, wrap};
use crate::run::{Case, RunWarning, Summary};

/// Doubts stand below the name of their case.
const INDENT: &str = "        ";

impl Console<'_> {
    /// The doubts about a case that passed, each below what is before it, on a line of its own or on as few as it takes.
    pub(super) fn doubts(&self, case: &Case<'_>, doubts: &[Doubt]) -> String {
        let lead = "warning: ";
        let shown = |doubt: &Doubt| {
            // A line number alone is of the script that has its name above.
            let place = match doubt.place() {
                Some(place) if place.file == case.shown() => format!("line {}: ", place.line),
                Some(place) => format!("{}:{}: ", printable(&place.file), place.line),
                None => String::new(),
            };
            let word = Style::Warning.paint("warning", self.color);
            let lines = wrap(&format!("{place}{doubt}"), INDENT.len() + lead.len());
            let lines = lines.join(&format!("\n{INDENT}{:1$}", "", lead.len()));
            format!("\n{INDENT}{word}: {lines}")
        };
        doubts.iter().map(shown).collect()
    }

    /// The doubts that failed a case.
    pub(super) fn doubtful(&self, case: &Case<'_>, doubts: &[Doubt]) -> String {
        let error = |doubt: &Doubt| self.emphasize(&diagnostic(case, doubt).to_string()) + "\n";
        doubts.iter().map(error).collect::<Vec<_>>().join("\n")
    }

    /// What is about no case: warnings, but errors in strict mode.
    pub(super) fn run_warnings(&mut self, summary: &Summary) -> io::Result<()> {
        let style = if summary.strict { Style::Bad } else { Style::Warning };
        let word = style.paint(if summary.strict { "error" } else { "warning" }, self.color);
        let lead = if summary.strict { "error: " } else { "warning: " };
        let mut gap = "\n";
        for warning in std::mem::take(&mut self.run_warnings) {
            let text = match warning {
                RunWarning::StaleSnapshot { .. } => continue,
                RunWarning::MisreadTags { shown, misread } => format!(
                    "{shown}:{}: `{}` is not read so; write `// {}`",
                    misread.line,
                    printable(&misread.text),
                    printable(&misread.meant)
                ),
                RunWarning::AllSkipped { count } => {
                    format!("{} and nothing was tested", counted_skips(count))
                }
            };
            let lines = wrap(&text, lead.len()).join(&format!("\n{:1$}", "", lead.len()));
            writeln!(self.out, "{gap}{word}: {lines}")?;
            gap = "";
        }
        if !self.stale.is_empty() {
            let count = counted(self.stale.len(), "snapshot");
            let them = if self.stale.len() == 1 { "it" } else { "them" };
            writeln!(self.out, "\n{word}: {count} without a script; `--prune` removes {them}:")?;
            for shown in &self.stale {
                writeln!(self.out, "  {shown}")?;
            }
        }
        if summary.strict && summary.doubtful + summary.run_warnings > 0 {
            let note = "Strict mode, as in CI, fails what cannot be trusted; `--no-strict` warns of it.";
            writeln!(self.out, "\n{}", Style::Faint.paint(note, self.color))?;
        }
        Ok(())
    }

    /// The snapshots that were removed since their scripts are not there any more.
    pub(super) fn removed_snapshots(&mut self) -> io::Result<()> {
        if self.removed.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n{} without a script removed:", counted(self.removed.len(), "snapshot"))?;
        for shown in &self.removed {
            writeln!(self.out, "  {shown}")?;
        }
        Ok(())
    }
}

fn counted_skips(count: usize) -> String {
    if count == 1 {
        "the only scenario was skipped,".to_owned()
    } else {
        format!("all {count} scenarios were skipped,")
    }
}

/// A doubt as any other failure looks.
fn diagnostic(case: &Case<'_>, doubt: &Doubt) -> Diagnostic {
    let place = doubt.place();
    let own = place.filter(|place| place.file == case.shown());
    let content = case.scenario.content.as_ref().ok();
    let source_line =
        own.zip(content).and_then(|(place, content)| content.text.lines().nth(place.line.checked_sub(1)?));
    Diagnostic {
        cause: Cause::Check,
        message: doubt.to_string(),
        file: place.map_or(case.shown(), |place| &place.file).to_owned(),
        line: place.map_or(0, |place| place.line),
        column: 0,
        source_line: source_line.map(str::to_owned),
        notes: Vec::new(),
        help: Some(doubt.help()),
    }
}
