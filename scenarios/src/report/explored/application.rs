//! What an exploration of an application found, for a terminal.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;

use super::{Overview, changes, smallest};
use crate::explore::application::{ApplicationError, Flaky, Found, Replayed, Verdict};
use crate::explore::{Finding, Predicted};
use crate::printable::printable;
use crate::report::Style;
use crate::report::console::counted;
use crate::schedule::Schedule;
use crate::serve::apart::End;
use crate::serve::start_text::quoted;

/// The most schedules that are told of those that did not happen, or end now so and now so.
const MAX_TOLD: usize = 5;

/// What stands around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    /// The command.
    pub(crate) command: &'a [OsString],
    /// Whether all is told, however many lines it takes.
    pub(crate) all: bool,
    /// Whether it was interrupted.
    pub(crate) is_interrupted: bool,
}

/// A command as a shell takes it.
fn shown(command: &[OsString]) -> String {
    let words: Vec<String> = command.iter().map(|word| printable(&quoted(word)).into_owned()).collect();
    words.join(" ")
}

/// What was found.
pub(crate) fn told(found: &Found, verdict: &Verdict, around: &Around<'_>, color: bool) -> String {
    let exploration = &found.exploration;
    let (style, word) = word(verdict);
    let word = style.paint(format_args!("{word:<6}"), color);
    let messages = counted(exploration.messages, "message");
    let runs = counted(exploration.runs, "run");
    let seconds = exploration.took.as_secs_f64();
    let note = Style::Faint.paint(format!("  {messages}, {runs}, {seconds:.1} s"), color);
    let mut text = format!("{word}  {}{note}\n", shown(around.command));
    let with_finding = exploration.with_finding;
    match verdict {
        Verdict::Found => findings(&mut text, found, around, color),
        Verdict::Same if around.all && with_finding > 0 => findings(&mut text, found, around, color),
        Verdict::Changed(changed) => {
            let lines = changes(changed, &BTreeSet::new(), around.all, color);
            let _ = write!(text, "\n  not as accepted:\n\n{lines}\n");
        }
        _ => {}
    }
    unclear(&mut text, found, around, color);
    text.push_str(&cut_short(found, verdict, around));
    text
}

const fn word(verdict: &Verdict) -> (Style, &'static str) {
    match verdict {
        Verdict::Well => (Style::Good, "well"),
        Verdict::Found => (Style::Bad, "FOUND"),
        Verdict::Same => (Style::Good, "same"),
        Verdict::Changed(_) | Verdict::NotAll => (Style::Bad, "FAIL"),
        Verdict::Updated => (Style::Good, "update"),
    }
}

fn findings(text: &mut String, found: &Found, around: &Around<'_>, color: bool) {
    let exploration = &found.exploration;
    let unclear = found.not_reached.len() + found.flaky.len();
    let well = exploration.runs - exploration.with_finding - unclear;
    let _ = write!(text, "\n  {well} end well, {} do not:\n\n", exploration.with_finding);
    text.push_str(&Overview::of(exploration, around.all).text(&Predicted::default(), color));
    let command = shown(around.command);
    if let Some(schedule) = smallest(exploration.findings.values().flatten()) {
        let _ = write!(
            text,
            "\n  see one:      kandy-harness explore --at \"{schedule}\" -- {command}\n  \
             its console:  kandy-harness serve --schedule \"{schedule}\"\n"
        );
    }
    let _ = writeln!(text, "  accept all:   kandy-harness explore --update -- {command}\n");
}

/// What is neither well nor a finding.
fn unclear(text: &mut String, found: &Found, around: &Around<'_>, color: bool) {
    let most = if around.all { usize::MAX } else { MAX_TOLD };
    if !found.flaky.is_empty() {
        let head = format!("  two runs of one schedule differ: flaky {:>42}", found.flaky.len());
        let _ = writeln!(text, "{}", Style::Warning.paint(head, color));
        for Flaky { schedule, outcomes: [first, second] } in found.flaky.iter().take(most) {
            let _ = writeln!(text, "    --at \"{schedule}\"");
            let _ = writeln!(text, "      {}, then {}", outcome(first), outcome(second));
        }
        rest(text, found.flaky.len(), most);
    }
    if !found.not_reached.is_empty() {
        let head = format!("  not reached, since the moment did not come {:>36}", found.not_reached.len());
        let _ = writeln!(text, "{}", Style::Warning.paint(head, color));
        for schedule in found.not_reached.iter().take(most) {
            let _ = writeln!(text, "    {schedule}");
        }
        rest(text, found.not_reached.len(), most);
    }
}

fn rest(text: &mut String, count: usize, most: usize) {
    if count > most {
        let _ = writeln!(text, "    and {} more: --all lists them", count - most);
    }
}

fn outcome(findings: &BTreeSet<Finding>) -> String {
    if findings.is_empty() {
        return "ends well".to_owned();
    }
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// What was not run, and what that means.
fn cut_short(found: &Found, verdict: &Verdict, around: &Around<'_>) -> String {
    let exploration = &found.exploration;
    let mut text = String::new();
    if exploration.not_run > 0 {
        let runs = counted(exploration.not_run, "run");
        let why = if around.is_interrupted { "interrupted" } else { "the budget was spent" };
        let more = if around.is_interrupted { "" } else { " (--budget gives more)" };
        let _ = writeln!(text, "  {why} before {runs}{more}");
    }
    if exploration.too_many > 0 {
        let _ = writeln!(text, "  {} not made: they are too many", counted(exploration.too_many, "run"));
    }
    if found.left_out > 0 {
        let _ = writeln!(text, "  {} left out by --without", counted(found.left_out, "run"));
    }
    if found.elsewhere > 0 {
        let _ = writeln!(text, "  {} of other shards", counted(found.elsewhere, "run"));
    }
    match verdict {
        Verdict::NotAll => text.push_str("  not accepted, since it is not all\n"),
        _ if !text.is_empty() => text.push_str("  not all was run: only what is new counts, and not what is gone\n"),
        _ => {}
    }
    text
}

/// One run, with what the command has written.
pub(crate) fn replayed(replayed: &Replayed, schedule: &Schedule, command: &[OsString], color: bool) -> String {
    let Replayed { ran, findings, smallest } = replayed;
    let (style, word) = match (findings.is_empty(), ran.not_reached.is_empty()) {
        (false, _) => (Style::Bad, "FOUND"),
        (true, true) => (Style::Good, "well"),
        (true, false) => (Style::Warning, "not reached"),
    };
    let word = style.paint(format_args!("{word:<6}"), color);
    let faint = Style::Faint.paint(format_args!("  {schedule}"), color);
    let mut text = format!("{word}  {}{faint}\n\n", shown(command));
    push_output(&mut text, &ran.output);
    for finding in findings {
        let _ = writeln!(text, "  {}", Style::Bad.paint(printable(&finding.to_string()), color));
    }
    if ran.end == End::Hang {
        let _ = writeln!(text, "    it was ended after {:.1} s", ran.took.as_secs_f64());
    }
    match smallest {
        Some(smallest) if smallest != schedule => {
            let _ = writeln!(text, "    as by the smallest that does so:\n    --at \"{smallest}\"");
        }
        _ => {}
    }
    for disturbance in &ran.not_reached {
        let _ = writeln!(text, "  not reached: {disturbance}");
    }
    text
}

/// Why there is nothing to disturb.
pub(crate) fn undisturbed(error: &ApplicationError, command: &[OsString], color: bool) -> String {
    let word = Style::Bad.paint("FAIL  ", color);
    let mut text = format!("{word}  {}  {error}\n\n", shown(command));
    if let ApplicationError::Undisturbed { output, .. } | ApplicationError::NoEnd { output, .. } = error {
        push_output(&mut text, output);
    }
    text
}

/// What a command has written, without what would act on a terminal.
fn push_output(text: &mut String, output: &str) {
    for line in output.lines() {
        let _ = writeln!(text, "  | {}", printable(line));
    }
    if !output.is_empty() {
        text.push('\n');
    }
}
