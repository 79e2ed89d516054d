//! What an exploration found, for a terminal: by finding, then by what went wrong, then where.

pub(crate) mod application;
mod case;
mod merged;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

pub(crate) use self::case::{
    ExploreContext, NO_RUN, below, line, not_all, nothing, shown_accepted, told_runs, unaccepted, words,
};
pub(crate) use self::merged::merged;
use super::console::counted;
use super::coverage::step_lines;
use super::{COLUMNS, Style, wrap};
use crate::explore::{Accepted, AcceptedChanges, Exploration, Finding, Observed, Origins, Predicted, family, size};
use crate::schedule::Schedule;
use crate::text::{fit, printable};
use crate::world::Unmet;

/// The most lines of one scenario, unless all is wanted.
const MAX_LINES: usize = 40;
/// The most rows of one finding, where there is room, and where there is little.
const MAX_ROWS: [usize; 6] = [8, 5, 3, 2, 1, 0];
/// The most lines of what is new, and of what has gone.
const MAX_CHANGED: usize = 14;
/// What is said of a finding whose last step is in no recording.
const NOT_RECORDED: &str = "not recorded";
const LEGEND: &str = "\n  not recorded: no recording of the real SDK has the last step, a prediction\n";
/// What stands before what has not gone wrong.
const UNMET: &str = "  warning: ";
/// The lines around the findings and their legend: head, count, and what to do.
const AROUND: usize = 12;

/// The findings of a scenario, chosen for a terminal. Those of a report are texts.
#[derive(Debug)]
pub struct Overview<'a, F = Finding> {
    groups: Vec<Group<'a, F>>,
    /// How many rows each finding has; if there is no room for any, findings are told without what brings them.
    most: Option<usize>,
}

/// Something that was found, and what brings it.
#[derive(Debug)]
pub(super) struct Group<'a, F = Finding> {
    pub(super) finding: &'a F,
    pub(super) count: usize,
    /// The smallest of the schedules; `None` if nothing has to go wrong.
    pub(super) smallest: Option<&'a Schedule>,
    pub(super) ways: Vec<ScheduleLine<'a>>,
}

/// Schedules that are told in one line.
#[derive(Debug)]
pub(super) struct ScheduleLine<'a> {
    pub(super) label: String,
    pub(super) schedules: Vec<&'a Schedule>,
}

impl<'a> Overview<'a> {
    /// All of them, or no more than fit with what stands around them into forty lines.
    #[must_use]
    pub fn of(found: &'a Exploration, all: bool) -> Self {
        Self::of_groups(groups(found), all)
    }
}

impl<'a, F: Display> Overview<'a, F> {
    pub(super) fn of_groups(groups: Vec<Group<'a, F>>, all: bool) -> Self {
        let fits = |most: &usize| {
            // With a mark on each.
            let lines = rows(&groups, *most, &|_, _| true, false).lines().count() + LEGEND.lines().count();
            lines + AROUND <= MAX_LINES
        };
        let most = if all { Some(usize::MAX) } else { MAX_ROWS.into_iter().find(fits) };
        Self { groups, most }
    }

    /// The runs that are told.
    #[must_use]
    pub fn schedules(&self) -> Vec<Schedule> {
        let Some(most) = self.most else { return Vec::new() };
        let told = |group: &Group<'a, F>| {
            let of_ways = group.shown_ways(most).iter().flat_map(|way| way.schedules.iter().copied());
            group.smallest.into_iter().chain(of_ways).collect::<Vec<_>>()
        };
        let distinct: BTreeSet<&Schedule> = self.groups.iter().flat_map(told).collect();
        distinct.into_iter().cloned().collect()
    }

    fn marked(&self, is_predicted: &dyn Fn(&F, &Schedule) -> bool, color: bool) -> String {
        let Some(most) = self.most else { return heads(&self.groups, color) };
        let mut text = rows(&self.groups, most, is_predicted, color);
        if text.contains(NOT_RECORDED) {
            text.push_str(LEGEND);
        }
        text
    }

    /// The findings as lines, with no word of what is predicted.
    pub(super) fn plain(&self, color: bool) -> String {
        self.marked(&|_, _| false, color)
    }
}

impl Overview<'_> {
    /// The findings as lines. What is predicted is not recorded.
    #[must_use]
    pub fn text(&self, predicted: &Predicted, color: bool) -> String {
        self.marked(&|finding, schedule| predicted.has(finding, schedule), color)
    }
}

impl<'a, F: Display> Group<'a, F> {
    fn head(&self, color: bool) -> String {
        Style::Bad.paint(counted_line(2, &self.finding.to_string(), "", self.count), color).to_string()
    }

    /// What one run brings is told whole by its smallest schedule.
    fn shown_ways(&self, most: usize) -> &[ScheduleLine<'a>] {
        if self.count == 1 { &[] } else { &self.ways[..self.ways.len().min(most)] }
    }
}

/// What was found; what comes most first.
pub(super) fn groups(found: &Exploration) -> Vec<Group<'_>> {
    let told = found.findings.iter().filter(|(_, schedules)| !schedules.is_empty());
    let groups = told.map(|(finding, schedules)| {
        let (smallest, ways) = (smallest(schedules), ways(schedules));
        Group { finding, count: schedules.len(), smallest, ways }
    });
    let mut groups: Vec<Group<'_>> = groups.collect();
    groups.sort_by_key(|group| Reverse(group.count));
    groups
}

/// Each finding with its smallest schedule, and up to so many rows of what else brings it.
fn rows<F: Display>(
    groups: &[Group<'_, F>],
    most: usize,
    is_predicted: &dyn Fn(&F, &Schedule) -> bool,
    color: bool,
) -> String {
    let mut text = String::new();
    for group in groups {
        let _ = writeln!(text, "{}", group.head(color));
        if let Some(schedule) = group.smallest {
            let mark = if is_predicted(group.finding, schedule) { NOT_RECORDED } else { "" };
            text.push_str(&replayed_by(schedule, mark));
        }
        let shown = group.shown_ways(most);
        for ScheduleLine { label, schedules } in shown {
            let unseen = schedules.iter().filter(|schedule| is_predicted(group.finding, schedule)).count();
            let mark = match unseen {
                0 => String::new(),
                all if all == schedules.len() => NOT_RECORDED.to_owned(),
                some => format!("{some} {NOT_RECORDED}"),
            };
            let _ = writeln!(text, "{}", counted_line(6, label, &mark, schedules.len()));
        }
        if !shown.is_empty() && shown.len() < group.ways.len() {
            let rest = &group.ways[shown.len()..];
            let runs = rest.iter().map(|way| way.schedules.len()).sum();
            let _ = writeln!(text, "{}", counted_line(6, &counted(rest.len(), "more way"), "", runs));
        }
    }
    text
}

/// As many findings as fit, without what brings them.
fn heads<F: Display>(groups: &[Group<'_, F>], color: bool) -> String {
    let room = MAX_LINES - AROUND - 1;
    let mut lines: Vec<String> = groups.iter().take(room).map(|group| group.head(color)).collect();
    if groups.len() > room {
        lines.push(format!("  and {} more findings: --all lists them", groups.len() - room));
    }
    lines.join("\n") + "\n"
}

/// The smallest schedule, if there is one in which something goes wrong.
pub(super) fn smallest<'a>(schedules: impl IntoIterator<Item = &'a Schedule>) -> Option<&'a Schedule> {
    let disturbed = schedules.into_iter().filter(|schedule| !schedule.disturbances().is_empty());
    disturbed.min_by_key(|schedule| size(schedule))
}

/// The findings of one run, each with what it comes from, and with what led to it where no recording has that.
#[must_use]
pub fn origins(
    findings: &BTreeSet<Finding>,
    origins: &Origins,
    observed: Option<&Observed>,
    schedule: &Schedule,
    color: bool,
) -> String {
    let mut text = String::new();
    for finding in findings {
        let told = printable(&finding.to_string()).into_owned();
        let head = if origins.undisturbed.contains(finding) {
            Style::Faint.paint(format!("{told}: undisturbed, too"), color)
        } else {
            Style::Bad.paint(told, color)
        };
        let _ = writeln!(text, "  {head}");
        if let Some(step) = observed.and_then(|observed| observed.unrecorded(finding)) {
            let step = step_lines(step, 6, "");
            let head = "no recording of the real SDK has its last step, a prediction";
            let _ = write!(text, "    {NOT_RECORDED}: {head}:\n{step}");
        }
        match origins.smallest.get(finding) {
            Some(smallest) if smallest == schedule => text.push_str("    by nothing smaller\n"),
            Some(smallest) => {
                let _ = write!(text, "    as by the smallest that does so:\n{}", replayed_by(smallest, ""));
            }
            None => {}
        }
    }
    text
}

/// What should have gone wrong, and has not.
#[must_use]
pub fn unmet(unmet: &[Unmet], color: bool) -> String {
    let mut text = String::new();
    for Unmet { disturbance, by_script, has_come } in unmet {
        let warning = Style::Warning.paint("warning", color);
        let of_script = if by_script.is_some() { " of the script" } else { "" };
        let lines = if *has_come {
            format!("`{disturbance}`{of_script} changed nothing: there was nothing to act on")
        } else {
            format!("`{disturbance}`{of_script} did not come: there was no {}", disturbance.at)
        };
        let lines = wrap(&lines, UNMET.len()).join(&format!("\n{:1$}", "", UNMET.len()));
        let _ = writeln!(text, "  {warning}: {lines}");
    }
    text
}

/// Schedules of one disturbance are grouped by it, those of several stand alone; the most frequent come first.
pub(super) fn ways(schedules: &[Schedule]) -> Vec<ScheduleLine<'_>> {
    let mut singles: BTreeMap<&str, Vec<&Schedule>> = BTreeMap::new();
    let mut ways = Vec::new();
    for schedule in schedules {
        match schedule.disturbances() {
            [one] => singles.entry(family(&one.act)).or_default().push(schedule),
            _ => ways.push(ScheduleLine { label: schedule.to_string(), schedules: vec![schedule] }),
        }
    }
    ways.extend(singles.into_values().map(|schedules| ScheduleLine { label: label(&schedules), schedules }));
    ways.sort_by(|one, other| {
        other.schedules.len().cmp(&one.schedules.len()).then_with(|| one.label.cmp(&other.label))
    });
    ways
}

/// What went wrong, and where: all of it for one schedule, a choice for many.
fn label(schedules: &[&Schedule]) -> String {
    if let [one] = schedules {
        return one.to_string();
    }
    let disturbances = || schedules.iter().flat_map(|schedule| schedule.disturbances());
    let acts = distinct(disturbances().map(|disturbance| disturbance.act.to_string()));
    let moments = distinct(disturbances().map(|disturbance| disturbance.at.to_string()));
    format!("{} ({})", some_of(&acts), some_of(&moments))
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}

/// Two of them, or three, or the first and the last.
fn some_of(texts: &[String]) -> String {
    match texts {
        [first, .., last] if texts.len() > 3 => format!("{first} .. {last}"),
        few => few.join(", "),
    }
}

/// What an exploration comes to, in numbers.
fn counts(messages: usize, runs: usize, outcomes: usize) -> String {
    [(messages, "message"), (runs, "run"), (outcomes, "outcome")].map(|(count, word)| counted(count, word)).join(", ")
}

/// A line with its count at the right, and a mark before that.
fn counted_line(indent: usize, text: &str, mark: &str, count: usize) -> String {
    let gap = if mark.is_empty() { "" } else { "  " };
    let count = format!("{mark}{gap}{count}");
    let room = COLUMNS.saturating_sub(indent + count.len() + 2);
    let text = shortened(text, room);
    let gap = room.saturating_sub(text.chars().count()) + 1;
    format!("{}{text}{}{count}", " ".repeat(indent), " ".repeat(gap))
}

/// The option that replays a schedule, and where the line would be too long, one for each thing that goes wrong.
fn replayed_by(schedule: &Schedule, mark: &str) -> String {
    let whole = format!("    --at \"{schedule}\"");
    let fits = whole.chars().count() <= COLUMNS || schedule.disturbances().len() == 1;
    let mut text = if fits {
        whole
    } else {
        let each = schedule.disturbances().iter().map(|one| format!("    --at \"{one}\""));
        each.collect::<Vec<_>>().join("\n")
    };
    if !mark.is_empty() {
        let last = text.lines().next_back().map_or(0, |line| line.chars().count());
        // At the end of its line, or below it.
        text.push_str(if last + 2 + mark.len() <= COLUMNS { "  " } else { "\n      " });
        text.push_str(mark);
    }
    text + "\n"
}

fn shortened(text: &str, room: usize) -> String {
    fit(printable(text), room).into_owned()
}

/// The runs of what is new, as far as that is told.
#[must_use]
pub fn new_runs<'a>(
    changes: &AcceptedChanges,
    found: &'a Exploration,
    all: bool,
) -> Vec<(String, &'a Finding, &'a Schedule)> {
    // Each has a line at least.
    let most = if all { usize::MAX } else { MAX_CHANGED };
    let told: BTreeSet<&String> = changes.new.iter().take(most).collect();
    let pairs = found.findings.iter().flat_map(|(finding, all)| all.iter().map(move |by| (finding, by)));
    let lines = pairs.map(|(finding, by)| (Accepted::line(finding, by), finding, by));
    lines.filter(|(line, ..)| told.contains(line)).collect()
}

/// What differs from what is accepted; if not `all`, as much of it as fits. `predicted` are the lines of what is not
/// recorded.
#[must_use]
pub fn changes(changes: &AcceptedChanges, predicted: &BTreeSet<String>, all: bool, color: bool) -> String {
    let mut text = String::new();
    for (word, sign, style, lines) in
        [("new", '+', Style::Bad, &changes.new), ("gone", '-', Style::Warning, &changes.gone)]
    {
        let mut room = if all { usize::MAX } else { MAX_CHANGED };
        let mut told = 0;
        let marked = |line: &String| {
            let mark = if sign == '+' && predicted.contains(line) { " (not recorded)" } else { "" };
            format!("{}{mark}", printable(line))
        };
        for change in lines.iter().map(|line| wrap(&marked(line), 6)) {
            if change.len() > room {
                break;
            }
            (room, told) = (room - change.len(), told + 1);
            for (index, part) in change.into_iter().enumerate() {
                let sign = if index == 0 { format!("  {sign} ") } else { " ".repeat(6) };
                let _ = writeln!(text, "{}", style.paint(sign + part.as_str(), color));
            }
        }
        if lines.len() > told {
            let _ = writeln!(text, "  {sign} and {} more that are {word}: --all lists them", lines.len() - told);
        }
    }
    text
}

#[cfg(test)]
mod tests;
