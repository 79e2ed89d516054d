//! What makes a green mean little: lines below the cases that pass, and errors of those that therefore fail.

use super::Console;
use crate::diagnostic::{Cause, Diagnostic};
use crate::doubt::Doubt;
use crate::report::{Style, wrap};
use crate::run::{Case, Finished};
use crate::text::printable;
use crate::transcript::Redactions;

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
    pub(super) fn doubtful(&self, case: &Case<'_>, finished: &Finished) -> String {
        let redactions = finished.trace.redactions();
        let error = |doubt: &Doubt| self.emphasize(&diagnostic(case, doubt, redactions).to_string()) + "\n";
        finished.doubts.iter().map(error).collect::<Vec<_>>().join("\n")
    }
}

/// A doubt as any other failure looks. The line of the script that it shows is without what the script redacts.
pub(in crate::report) fn diagnostic(case: &Case<'_>, doubt: &Doubt, redactions: &Redactions) -> Diagnostic {
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
        source_line: source_line.map(|line| redactions.redacted(line.to_owned())),
        notes: Vec::new(),
        help: Some(doubt.help()),
    }
}
