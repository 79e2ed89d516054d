//! One scenario: the line that tells what came of it, and what stands below.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::{Overview, changes, counts, new_runs, smallest, unmet};
use crate::diagnostic::{Cause, Diagnostic};
use crate::exit_code::Exit;
use crate::explore::{
    self, AcceptedChanges, AcceptedError, Exploration, ExplorationVerdict, ExploreError, Options, Predicted,
};
use crate::report::console::counted;
use crate::report::{Style, shell};
use crate::run::Case;
use crate::schedule::Schedule;
use crate::text::printable;

/// What stands before lines to copy.
const SEE_ONE: &str = "  see one:     ";
const ACCEPT_ALL: &str = "  accept all:  ";
/// What is said where not one run was made.
pub(crate) const NO_RUN: &str = "not one run was made";

/// How much is told of what was found, and how it was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExploreContext<'a> {
    pub(crate) options: &'a Options,
    /// Whether all findings are listed, also those that are accepted.
    pub(crate) all: bool,
    /// Whether it was interrupted.
    pub(crate) is_interrupted: bool,
    /// What no recording shows of [`told_runs`].
    pub(crate) predicted: &'a Predicted,
}

/// The path of a case's accepted file for messages.
pub(crate) fn shown_accepted(case: &Case<'_>) -> String {
    explore::accepted_path(Path::new(&case.shown_snapshot())).display().to_string()
}

/// The words of a command that choose a case: the path of its script, and which of its rows.
pub(crate) fn words(case: &Case<'_>) -> String {
    let row = case.row.map(|_| format!(" --filter {}", shell::word(&case.name_of_all())));
    [shell::word(case.shown()), row.unwrap_or_default()].concat()
}

/// The line of a scenario: what came of it in a word, its name, and a few more words.
pub(crate) fn line(case: &Case<'_>, verdict: &ExplorationVerdict, found: Option<&Exploration>, color: bool) -> String {
    let (style, word) = word(verdict);
    let note = match (verdict, found) {
        (ExplorationVerdict::NotAll(_), _) => "not accepted, since it is not all".to_owned(),
        (ExplorationVerdict::NoRun, _) => NO_RUN.to_owned(),
        (ExplorationVerdict::Nothing, Some(found)) => nothing(found).to_owned(),
        (ExplorationVerdict::Unreadable(why), _) => why.clone(),
        (ExplorationVerdict::Unaccepted(_), _) => String::new(),
        (ExplorationVerdict::NotExplored(ExploreError::Script(_) | ExploreError::Undisturbed(_)), _) => String::new(),
        (ExplorationVerdict::NotExplored(ExploreError::Interrupted), _) => String::new(),
        (ExplorationVerdict::NotExplored(error), _) => error.to_string(),
        (_, Some(found)) => counts(found.messages, found.runs, found.outcomes.len()),
        (_, None) => String::new(),
    };
    let word = style.paint(format_args!("{word:<6}"), color);
    let note = if note.is_empty() { note } else { format!("  {}", printable(&note)) };
    format!("{word}  {}{}", printable(case.name()), Style::Faint.paint(note, color))
}

pub(super) const fn word(verdict: &ExplorationVerdict) -> (Style, &'static str) {
    match verdict {
        ExplorationVerdict::Well => (Style::Good, "well"),
        ExplorationVerdict::Found => (Style::Bad, "FOUND"),
        ExplorationVerdict::Same => (Style::Good, "same"),
        ExplorationVerdict::Cut => (Style::Warning, "cut"),
        ExplorationVerdict::Changed(_) | ExplorationVerdict::NotAll(_) | ExplorationVerdict::NoRun => {
            (Style::Bad, "FAIL")
        }
        ExplorationVerdict::Updated => (Style::Good, "update"),
        ExplorationVerdict::Stopped | ExplorationVerdict::NotExplored(ExploreError::Interrupted) => {
            (Style::Warning, "stop")
        }
        ExplorationVerdict::Nothing | ExplorationVerdict::NotExplored(ExploreError::Skipped) => {
            (Style::Warning, "skip")
        }
        ExplorationVerdict::Unreadable(_) | ExplorationVerdict::Unaccepted(_) | ExplorationVerdict::NotExplored(_) => {
            match verdict.exit() {
                Exit::Failed => (Style::Bad, "FAIL"),
                Exit::Broken => (Style::Bad, "BROKEN"),
                _ => (Style::Bad, "ERROR"),
            }
        }
    }
}

/// Why nothing went wrong.
pub(crate) const fn nothing(found: &Exploration) -> &'static str {
    match (found.messages, found.runs) {
        (0, _) => "no message comes, so that there is nothing to disturb",
        (_, 0) => "all that could go wrong is left out",
        _ => "nothing went wrong in any run",
    }
}

/// What is wrong with what is accepted, and what to do.
pub(crate) fn unaccepted(shown: String, error: &AcceptedError) -> Diagnostic {
    Diagnostic {
        // It is not told: the model has more causes than diagnostics have.
        cause: Cause::Check,
        message: error.to_string(),
        file: shown,
        line: error.line().unwrap_or_default(),
        column: 0,
        source_line: None,
        notes: Vec::new(),
        help: Some(error.help().to_owned()),
    }
}

/// The runs of which it is told whether a recording of the real SDK has their last step.
pub(crate) fn told_runs(verdict: &ExplorationVerdict, found: &Exploration, all: bool) -> Vec<Schedule> {
    match verdict {
        ExplorationVerdict::Found | ExplorationVerdict::NotAll(None) => Overview::of(found, all).schedules(),
        verdict if all && lists_all(verdict) => Overview::of(found, all).schedules(),
        ExplorationVerdict::Changed(changes) | ExplorationVerdict::NotAll(Some(changes)) => {
            new_runs(changes, found, all).into_iter().map(|(.., schedule)| schedule.clone()).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether all findings can be listed, none of which is new.
const fn lists_all(verdict: &ExplorationVerdict) -> bool {
    matches!(
        verdict,
        ExplorationVerdict::Same | ExplorationVerdict::Cut | ExplorationVerdict::Stopped | ExplorationVerdict::Updated
    )
}

/// The lines of what is new and no recording shows.
fn predicted_lines(changes: &AcceptedChanges, found: &Exploration, around: ExploreContext<'_>) -> BTreeSet<String> {
    let runs = new_runs(changes, found, around.all).into_iter();
    let predicted = runs.filter(|(_, finding, schedule)| around.predicted.has(finding, schedule));
    predicted.map(|(line, ..)| line).collect()
}

/// What stands below the line: nothing, or whole lines.
pub(crate) fn below(
    case: &Case<'_>,
    verdict: &ExplorationVerdict,
    found: Option<&Exploration>,
    around: ExploreContext<'_>,
    color: bool,
) -> String {
    let mut text = match (verdict, found) {
        (ExplorationVerdict::Found, Some(found)) => {
            [told(case, found, around, color), accept(case, around.options), "\n".to_owned()].concat()
        }
        (ExplorationVerdict::NotAll(None), Some(found)) if !found.findings.is_empty() => {
            told(case, found, around, color) + "\n"
        }
        (verdict, Some(found)) if around.all && lists_all(verdict) => told(case, found, around, color) + "\n",
        (ExplorationVerdict::Changed(changes) | ExplorationVerdict::NotAll(Some(changes)), Some(found))
            if !changes.is_empty() =>
        {
            let lines = predicted_lines(changes, found, around);
            format!("\n  not what is accepted:\n\n{}\n", self::changes(changes, &lines, around.all, color))
        }
        (
            ExplorationVerdict::NotExplored(ExploreError::Script(diagnostic) | ExploreError::Undisturbed(diagnostic)),
            _,
        ) => {
            format!("\n{diagnostic}\n\n")
        }
        (ExplorationVerdict::Unaccepted(error), _) => format!("\n{}\n\n", unaccepted(shown_accepted(case), error)),
        _ => String::new(),
    };
    if let Some(found) = found {
        text.push_str(&not_all(verdict, found, around.is_interrupted));
        text.push_str(&unmet(&found.unmet, color));
    }
    text
}

fn told(case: &Case<'_>, found: &Exploration, around: ExploreContext<'_>, color: bool) -> String {
    let well = found.runs - found.with_finding;
    let mut text = format!("\n  {well} end well, {} do not:\n\n", found.with_finding);
    text.push_str(&Overview::of(found, around.all).text(around.predicted, color));
    text.push('\n');
    if let Some(schedule) = smallest(found.findings.values().flatten()) {
        let _ = writeln!(text, "{}", shell::explore(SEE_ONE, &words(case), &format!("--at \"{schedule}\"")));
    }
    text
}

/// How to accept it all, and what else that accepts, or not.
fn accept(case: &Case<'_>, options: &Options) -> String {
    let pairs = if options.pairs { "--pairs --update" } else { "--update" };
    let mut text = shell::explore(ACCEPT_ALL, &words(case), pairs) + "\n";
    let indent = ACCEPT_ALL.len();
    if !options.without.is_empty() {
        let _ = writeln!(text, "{:indent$}(also what `--without` has left out here)", "");
    }
    if options.judge_checks {
        let _ = writeln!(text, "{:indent$}(waits and checks by `// explore: judge checks` alone)", "");
    }
    text
}

/// What an exploration has not come to.
pub(crate) fn not_all(verdict: &ExplorationVerdict, found: &Exploration, is_interrupted: bool) -> String {
    let mut text = String::new();
    if found.not_run > 0 {
        let not_run = counted(found.not_run, "run");
        let _ = match (is_interrupted, verdict) {
            (true, ExplorationVerdict::Stopped) => {
                writeln!(text, "  interrupted before {not_run}; nothing new until then")
            }
            (true, _) => writeln!(text, "  interrupted before {not_run}: this is what was found until then"),
            (false, _) => writeln!(text, "  the budget was spent before {not_run}; --budget gives more"),
        };
    }
    if found.missed > 0 {
        let missed = counted(found.missed, "run");
        let _ = writeln!(text, "  in {missed} what was to go wrong did not come: the script goes another way then");
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

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::file::FileError;

    #[test]
    fn the_word_for_what_is_accepted_is_that_of_the_exit_code() {
        let read = ExplorationVerdict::Unaccepted(AcceptedError::Read(FileError::NotAFile));
        assert_eq!((word(&read).1, read.exit()), ("BROKEN", Exit::Broken));
        let text = ExplorationVerdict::Unaccepted(AcceptedError::NotText);
        assert_eq!((word(&text).1, text.exit()), ("BROKEN", Exit::Broken));
        let written = ExplorationVerdict::Unaccepted(AcceptedError::Write(ErrorKind::ReadOnlyFilesystem.into()));
        assert_eq!((word(&written).1, written.exit()), ("ERROR", Exit::InternalError));
    }
}
