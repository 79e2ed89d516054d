//! What is shown of explorations that are over, and were read from their reports.

use std::fmt::Write as _;
use std::time::Duration;

use super::counts;
use crate::exit_code::Exit;
use crate::report::Style;
use crate::report::console::counted;
use crate::report::model::{Case, Exploration, Report, Status, Variant};
use crate::text::printable;

/// What is not as it is accepted, what was cut short, and the whole in numbers; and how the whole ends. The report may come
/// from anywhere, so that its texts are made fit for a terminal once more.
pub(crate) fn merged(Report { start, cases, end, .. }: &Report, color: bool) -> (String, Exit) {
    let mut text = String::new();
    for case in cases {
        let Some((style, word)) = word(case) else { continue };
        let word = style.paint(format_args!("{word:<6}"), color);
        let _ = writeln!(text, "{word}  {}{}", printable(&case.name), Style::Faint.paint(note(case), color));
        for line in case.text.lines() {
            let _ = writeln!(text, "{}", printable(line));
        }
    }
    let gap = if text.is_empty() { "" } else { "\n" };
    let explorations = || cases.iter().filter_map(|case| case.exploration.as_deref());
    let whole = explorations().filter(|found| found.not_run == 0).count();
    let runs = explorations().fold(0_usize, |sum, found| sum.saturating_add(found.runs));
    let seconds = Duration::try_from_secs_f64(end.wall_time).unwrap_or_default().as_secs_f64();
    let is_command = cases.iter().any(|case| case.variant == Variant::Command);
    let thing = if is_command { "command" } else { "scenario" };
    let (scenarios, runs) = (counted(cases.len(), thing), counted(runs, "run"));
    let _ = writeln!(text, "{gap}{whole} of {scenarios} explored: {runs} in {seconds:.2} s");
    let cut = explorations().filter(|found| found.not_run > 0).count();
    if cut > 0 {
        let _ = writeln!(text, "cut short: {}, of which only what is new counts", counted(cut, thing));
    }
    if end.interrupted {
        let _ = writeln!(text, "interrupted: {} not begun", counted(end.summary.not_run, thing));
    }
    let exit = end.summary.of_run(start.strict, start.live).exit();
    (text, if end.interrupted { Exit::Interrupted } else { exit })
}

/// What came of a case in a word, if there is something to say of it.
fn word(case: &Case) -> Option<(Style, &'static str)> {
    let found = case.exploration.as_deref();
    match case.status {
        Status::Broken => Some((Style::Bad, "BROKEN")),
        Status::Error => Some((Style::Bad, "ERROR")),
        Status::Failed if found.is_some_and(|found| found.changes.is_none() && found.with_finding > 0) => {
            Some((Style::Bad, "FOUND"))
        }
        Status::Failed | Status::Doubtful | Status::Differs | Status::Unlike => Some((Style::Bad, "FAIL")),
        Status::Stopped => Some((Style::Warning, "stop")),
        Status::Passed if found.is_some_and(|found| found.not_run > 0) => Some((Style::Warning, "cut")),
        Status::Passed | Status::Skipped | Status::NotRun => None,
    }
}

fn note(case: &Case) -> String {
    case.exploration.as_deref().map_or_else(String::new, |found: &Exploration| match found.command {
        Some(_) => format!("  {}, {}", counted(found.messages, "message"), counted(found.runs, "run")),
        None => format!("  {}", counts(found.messages, found.runs, found.outcomes.len())),
    })
}
