//! One scenario: the line that tells what came of it, and what stands below.

use std::fmt::Write as _;
use std::path::Path;

use super::{changes, findings, smallest};
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
        (Verdict::NotAll, _) => "not accepted, since it is not all".to_owned(),
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
        Verdict::Changed(_) | Verdict::NotAll => (Style::Bad, "FAIL"),
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
        (Verdict::Changed(changes), _) => {
            format!("\n  not as accepted:\n\n{}\n", self::changes(changes, around.all, color))
        }
        (Verdict::NotExplored(ExploreError::Script(diagnostic) | ExploreError::Undisturbed(diagnostic)), _) => {
            format!("\n{diagnostic}\n\n")
        }
        _ => String::new(),
    };
    if let Some(found) = found {
        text.push_str(&not_all(verdict, found, around.is_interrupted));
    }
    text
}

fn told(case: &Case<'_>, found: &Exploration, all: bool, color: bool) -> String {
    let well = found.runs - found.with_finding;
    let mut text = format!("\n  {well} end well, {} do not:\n\n", found.with_finding);
    text.push_str(&findings(found, all, color));
    text.push('\n');
    let shown = printable(case.shown());
    if let Some(schedule) = smallest(found.findings.values().flatten()) {
        let _ = writeln!(text, "  see one:     kandy-harness explore {shown} --at \"{schedule}\"");
    }
    let _ = writeln!(text, "  accept all:  kandy-harness explore {shown} --update\n");
    text
}

/// What an exploration has not come to.
fn not_all(verdict: &Verdict, found: &Exploration, is_interrupted: bool) -> String {
    let mut text = String::new();
    if found.not_run > 0 {
        let not_run = counted(found.not_run, "run");
        let _ = match (is_interrupted, verdict) {
            (true, Verdict::Stopped) => writeln!(text, "  interrupted before {not_run}; nothing new until then"),
            (true, _) => writeln!(text, "  interrupted before {not_run}: this is what was found until then"),
            (false, _) => writeln!(text, "  the budget was spent before {not_run}; --budget gives more"),
        };
    }
    if found.too_many > 0 {
        let (made, too_many) = (explore::MAX_RUNS, counted(found.too_many, "run"));
        let _ = writeln!(text, "  more than {made} runs: {too_many} not made; --without makes fewer");
    }
    if found.in_other_outcomes > 0 {
        let (told, others) = (explore::MAX_OUTCOMES, counted(found.in_other_outcomes, "run"));
        let _ = writeln!(text, "  more than {told} outcomes: {others} ended in others");
    }
    text
}

/// What an exploration comes to, in numbers.
fn count_of(found: &Exploration) -> String {
    let counts = [(found.messages, "message"), (found.runs, "run"), (found.outcomes.len(), "outcome")];
    counts.map(|(count, word)| counted(count, word)).join(", ")
}
