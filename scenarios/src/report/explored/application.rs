//! What an exploration of an application found, for a terminal.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;

use super::case::word;
use super::{NO_RUN, Overview, changes, nothing, smallest};
use crate::explore::application::{ApplicationError, CommandExploration, Replayed};
use crate::explore::{AcceptedChanges, Exploration, ExplorationVerdict};
use crate::report::console::counted;
use crate::report::model::{Flaky, OfCommand};
use crate::report::{COLUMNS, Style};
use crate::schedule::Schedule;
use crate::serve::apart::CommandEnd;
use crate::serve::start_text::quoted;
use crate::text::printable;

/// The most schedules that are named of those that did not happen, or whose outcome varies.
const MAX_TOLD: usize = 5;
/// What it means that not all was run.
pub(in crate::report) const ONLY_NEW: &str = "  not all was run: only what is new counts, and not what is gone\n";

/// What stands before lines to copy.
const SEE_ONE: &str = "  see one:      ";
const ITS_CONSOLE: &str = "  its console:  ";
const ACCEPT_ALL: &str = "  accept all:   ";

/// What stands around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommandContext<'a> {
    /// The command as a shell takes it.
    pub(crate) command: &'a str,
    /// The options without which it would be another exploration, each with a space before it.
    pub(crate) options: &'a str,
    /// The one that names what is accepted, likewise.
    pub(crate) accepted: &'a str,
    /// Whether all is told, however many lines it takes.
    pub(crate) all: bool,
    /// Whether it was interrupted.
    pub(crate) is_interrupted: bool,
}

/// A command as a shell takes it.
pub(crate) fn shown(command: &[OsString]) -> String {
    let words: Vec<String> = command.iter().map(|word| printable(&quoted(word)).into_owned()).collect();
    words.join(" ")
}

/// The line of a command: what came of it in a word, its name, and a few numbers.
pub(crate) fn line(found: &Exploration, verdict: &ExplorationVerdict, command: &str, color: bool) -> String {
    let (style, word) = word(verdict);
    let word = style.paint(format_args!("{word:<6}"), color);
    let (messages, runs) = (counted(found.messages, "message"), counted(found.runs, "run"));
    let note = Style::Faint.paint(format!("  {messages}, {runs}, {:.1} s", found.took.as_secs_f64()), color);
    format!("{word}  {command}{note}\n")
}

/// What stands below it.
pub(crate) fn below(
    found: &CommandExploration,
    own: &OfCommand,
    verdict: &ExplorationVerdict,
    around: &CommandContext<'_>,
    color: bool,
) -> String {
    let exploration = &found.exploration;
    let mut text = String::new();
    match verdict {
        ExplorationVerdict::Changed(changed) | ExplorationVerdict::NotAll(Some(changed)) => {
            not_as_accepted(&mut text, changed, around, color);
        }
        verdict if lists(verdict, around) && exploration.with_finding > 0 => {
            let unclear = found.not_reached.len() + found.flaky.len();
            let well = exploration.runs - exploration.with_finding - unclear;
            let _ = write!(text, "\n  {well} end well, {} do not:\n\n", exploration.with_finding);
            text.push_str(&Overview::of(exploration, around.all).plain(color));
            let smallest = smallest(exploration.findings.values().flatten());
            what_to_do(&mut text, smallest, around);
        }
        ExplorationVerdict::Nothing => {
            let _ = writeln!(text, "  {}", nothing(exploration));
        }
        ExplorationVerdict::NoRun => {
            let _ = writeln!(text, "  {NO_RUN}");
        }
        _ => {}
    }
    unclear(&mut text, own, around, color);
    if exploration.too_many > 0 {
        let _ = writeln!(text, "  {} not made: they are too many", counted(exploration.too_many, "run"));
    }
    text.push_str(&cut_short(exploration.not_run, own, around));
    match verdict {
        ExplorationVerdict::NotAll(_) => text.push_str("  not accepted, since it is not all\n"),
        _ if !found.is_whole() => text.push_str(ONLY_NEW),
        _ => {}
    }
    text
}

/// Whether all findings are listed.
const fn lists(verdict: &ExplorationVerdict, around: &CommandContext<'_>) -> bool {
    match verdict {
        ExplorationVerdict::Found | ExplorationVerdict::NotAll(None) => true,
        ExplorationVerdict::Same
        | ExplorationVerdict::Cut
        | ExplorationVerdict::Stopped
        | ExplorationVerdict::Updated => around.all,
        _ => false,
    }
}

/// What is not as it is accepted.
pub(in crate::report) fn not_as_accepted(
    text: &mut String,
    changed: &AcceptedChanges,
    around: &CommandContext<'_>,
    color: bool,
) {
    let lines = changes(changed, &BTreeSet::new(), around.all, color);
    let _ = write!(text, "\n  not what is accepted:\n\n{lines}\n");
}

/// How one of the findings is seen, and all are accepted.
pub(in crate::report) fn what_to_do(text: &mut String, smallest: Option<&Schedule>, around: &CommandContext<'_>) {
    let CommandContext { command, options, accepted, .. } = around;
    let line = |lead: &str, words: &str| {
        let whole = format!("{lead}kandy-harness explore{words} -- {command}");
        let fits = whole.chars().count() <= COLUMNS;
        let indent = lead.chars().count() + 2;
        if fits { whole } else { format!("{lead}kandy-harness explore{words} \\\n{:indent$}-- {command}", "") }
    };
    if let Some(schedule) = smallest {
        let see_one = line(SEE_ONE, &format!("{options} --at \"{schedule}\""));
        let _ = write!(text, "\n{see_one}\n{ITS_CONSOLE}kandy-harness serve{options} --schedule \"{schedule}\"\n");
    }
    let _ = writeln!(text, "{}\n", line(ACCEPT_ALL, &format!("{options}{accepted} --update")));
}

/// What is neither well nor a finding.
pub(in crate::report) fn unclear(text: &mut String, own: &OfCommand, around: &CommandContext<'_>, color: bool) {
    let most = if around.all { usize::MAX } else { MAX_TOLD };
    if !own.flaky.is_empty() {
        let head = format!("  two runs of one schedule differ: flaky {:>42}", own.flaky.len());
        let _ = writeln!(text, "{}", Style::Warning.paint(head, color));
        for Flaky { schedule, outcomes: [first, second] } in own.flaky.iter().take(most) {
            let _ = writeln!(text, "    --at \"{}\"", printable(schedule));
            let _ = writeln!(text, "      {}, then {}", printable(first), printable(second));
        }
        rest(text, own.flaky.len(), most);
    }
    if !own.not_reached.is_empty() {
        let head = format!("  not reached, since the moment did not come {:>36}", own.not_reached.len());
        let _ = writeln!(text, "{}", Style::Warning.paint(head, color));
        for schedule in own.not_reached.iter().take(most) {
            let _ = writeln!(text, "    {}", printable(schedule));
        }
        rest(text, own.not_reached.len(), most);
    }
}

fn rest(text: &mut String, count: usize, most: usize) {
    if count > most {
        let _ = writeln!(text, "    and {} more: --all lists them", count - most);
    }
}

/// What was not run.
pub(in crate::report) fn cut_short(not_run: usize, own: &OfCommand, around: &CommandContext<'_>) -> String {
    let mut text = String::new();
    if not_run > 0 {
        let runs = counted(not_run, "run");
        let why = if around.is_interrupted { "interrupted" } else { "the budget was spent" };
        let more = if around.is_interrupted { "" } else { " (--budget gives more)" };
        let _ = writeln!(text, "  {why} before {runs}{more}");
    }
    if own.left_out > 0 {
        let _ = writeln!(text, "  {} left out by --without", counted(own.left_out, "run"));
    }
    if own.elsewhere > 0 {
        let _ = writeln!(text, "  {} of other shards", counted(own.elsewhere, "run"));
    }
    text
}

/// One run, with what the command has written.
pub(crate) fn replayed(replayed: &Replayed, schedule: &Schedule, command: &str, color: bool) -> String {
    let Replayed { ran, findings, smallest } = replayed;
    let (style, word) = match (findings.is_empty(), ran.not_reached.is_empty()) {
        (false, _) => (Style::Bad, "FOUND"),
        (true, true) => (Style::Good, "well"),
        (true, false) => (Style::Warning, "not reached"),
    };
    let word = style.paint(format_args!("{word:<6}"), color);
    let faint = Style::Faint.paint(format_args!("  {schedule}"), color);
    let mut text = format!("{word}  {command}{faint}\n\n");
    push_output(&mut text, &ran.output);
    for finding in findings {
        let _ = writeln!(text, "  {}", Style::Bad.paint(printable(&finding.to_string()), color));
    }
    if ran.end == CommandEnd::Hang {
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
pub(crate) fn undisturbed(error: &ApplicationError, command: &str, color: bool) -> String {
    let word = Style::Bad.paint("FAIL  ", color);
    format!("{word}  {command}  {error}\n\n{}", undisturbed_output(error))
}

/// What it has written then.
pub(crate) fn undisturbed_output(error: &ApplicationError) -> String {
    let mut text = String::new();
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
