//! One scenario: the line that tells what came of it, and what stands below.

use std::fmt::Write as _;
use std::path::Path;

use super::{changes, findings};
use crate::exit_code::Exit;
use crate::explore::{self, Exploration, ExploreError, Verdict};
use crate::printable::printable;
use crate::report::Style;
use crate::report::console::counted;
use crate::run::Case;

/// How much is told of what was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    /// Whether all findings are listed, also those that are accepted.
    pub(crate) all: bool,
    /// Whether it was interrupted.
    pub(crate) is_interrupted: bool,
}

/// The path of a case's accepted file for messages.
pub(crate) fn shown_accepted(case: &Case<'_>) -> String {
    explore::accepted_path(Path::new(&case.shown_snapshot())).display().to_string()
}

/// The line of a scenario: what came of it in a word, its name, and a few more words.
pub(crate) fn line(case: &Case<'_>, verdict: &Verdict, found: Option<&Exploration>, color: bool) -> String {
    let (style, word) = word(verdict);
    let note = match (verdict, found) {
        (Verdict::Changed(_), Some(found)) => format!("{}: not as accepted", count_of(found)),
        (Verdict::Unreadable(why), _) => why.clone(),
        (Verdict::Unaccepted(error), _) => format!("{}: {error}", shown_accepted(case)),
        (Verdict::NotExplored(ExploreError::Script(_) | ExploreError::Undisturbed(_)), _) => String::new(),
        (Verdict::NotExplored(ExploreError::Interrupted), _) => String::new(),
        (Verdict::NotExplored(error), _) => error.to_string(),
        (_, Some(found)) => count_of(found),
        (_, None) => String::new(),
    };
    let word = style.paint(format_args!("{word:<6}"), color);
    let note = if note.is_empty() { note } else { format!("  {}", printable(&note)) };
    format!("{word}  {}{}", printable(case.name()), Style::Faint.paint(note, color))
}

const fn word(verdict: &Verdict) -> (Style, &'static str) {
    match verdict {
        Verdict::Well => (Style::Good, "well"),
        Verdict::Found => (Style::Bad, "FOUND"),
        Verdict::Same => (Style::Good, "same"),
        Verdict::Changed(_) => (Style::Bad, "FAIL"),
        Verdict::Updated => (Style::Good, "update"),
        Verdict::Stopped | Verdict::NotExplored(ExploreError::Interrupted) => (Style::Warning, "stop"),
        Verdict::Unreadable(_) | Verdict::Unaccepted(_) => (Style::Bad, "BROKEN"),
        Verdict::NotExplored(ExploreError::Skipped) => (Style::Warning, "skip"),
        Verdict::NotExplored(_) => match verdict.exit() {
            Exit::Failed => (Style::Bad, "FAIL"),
            Exit::Broken => (Style::Bad, "BROKEN"),
            _ => (Style::Bad, "ERROR"),
        },
    }
}

/// What stands below the line: nothing, or whole lines.
pub(crate) fn below(
    case: &Case<'_>,
    verdict: &Verdict,
    found: Option<&Exploration>,
    around: Around,
    color: bool,
) -> String {
    let mut text = match (verdict, found) {
        (Verdict::Found, Some(found)) => told(case, found, around.all, color),
        (Verdict::Same | Verdict::Stopped, Some(found)) if around.all => told(case, found, true, color),
        (Verdict::Changed(changes), _) => format!("\n{}\n", self::changes(changes, color)),
        (Verdict::NotExplored(ExploreError::Script(diagnostic) | ExploreError::Undisturbed(diagnostic)), _) => {
            format!("\n{diagnostic}\n\n")
        }
        _ => String::new(),
    };
    if let Some(found) = found.filter(|found| !found.is_whole()) {
        let not_run = counted(found.not_run, "run");
        let cut = match (around.is_interrupted, verdict) {
            (true, Verdict::Stopped) => format!("interrupted before {not_run}; nothing new until then"),
            (true, _) => format!("interrupted before {not_run}: this is what was found until then"),
            (false, _) => format!("the budget was spent before {not_run}; --budget gives more"),
        };
        let _ = writeln!(text, "  {cut}");
    }
    text
}

fn told(case: &Case<'_>, found: &Exploration, all: bool, color: bool) -> String {
    let well = found.runs - found.with_finding;
    let mut text = format!("\n  {well} end well, {} do not:\n\n", found.with_finding);
    text.push_str(&findings(found, all, color));
    // What never held has no schedule.
    let schedules = found.findings.values().flatten().filter(|schedule| !schedule.disturbances().is_empty());
    let first = schedules.min_by_key(|schedule| schedule.disturbances().len());
    if let Some(schedule) = first {
        let shown = printable(case.shown());
        let _ = writeln!(text, "\n  see one:     kandy-harness explore {shown} --at \"{schedule}\"");
        let _ = writeln!(text, "  accept all:  kandy-harness explore {shown} --update\n");
    }
    text
}

/// What an exploration comes to, in numbers.
fn count_of(found: &Exploration) -> String {
    let counts = [(found.messages, "message"), (found.runs, "run"), (found.outcomes.len(), "outcome")];
    counts.map(|(count, word)| counted(count, word)).join(", ")
}
