//! What an exploration found, for a terminal: by finding, then by what went wrong, then where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::coverage::step_lines;
use super::{COLUMNS, Style};
use crate::coverage::Transition;
use crate::explore::{Accepted, Changes, Exploration, Finding, Predicted, family};
use crate::printable::printable;
use crate::schedule::Schedule;

/// The most lines of one scenario, unless all is wanted.
const MAX_LINES: usize = 40;
/// The most lines of one finding, where there is room, and where there is little.
const MAX_ROWS: [usize; 5] = [8, 5, 3, 2, 1];
/// The most changes of each kind that are listed.
const MAX_CHANGES: usize = 10;
/// What is said of a finding whose last step is in no recording.
const NOT_RECORDED: &str = "not recorded";
const LEGEND: &str = "\n  not recorded: no recording of the real SDK has the last step, a prediction\n";
/// The lines around the findings: head, count, and what to do.
const AROUND: usize = 12;

/// The findings of a scenario, chosen for a terminal.
#[derive(Debug)]
pub struct Overview<'a> {
    /// Each finding with how often it came and its groups of runs; those that come most first.
    findings: Vec<(&'a Finding, usize, Vec<Group<'a>>)>,
    /// How many groups of each are told.
    most: usize,
}

/// Runs that are told in one line.
#[derive(Debug)]
struct Group<'a> {
    label: String,
    schedules: Vec<&'a Schedule>,
}

impl<'a> Overview<'a> {
    /// All of them, or no more than fit with what stands around them into forty lines.
    #[must_use]
    pub fn of(found: &'a Exploration, all: bool) -> Self {
        let some = found.findings.iter().filter(|(_, schedules)| !schedules.is_empty());
        let mut findings: Vec<_> =
            some.map(|(finding, schedules)| (finding, schedules.len(), groups(schedules))).collect();
        findings.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
        let lines = |most: usize| -> usize {
            findings.iter().map(|(.., groups)| 1 + groups.len().min(most) + usize::from(groups.len() > most)).sum()
        };
        let fits = |most: &usize| lines(*most) + AROUND <= MAX_LINES;
        let most = if all { usize::MAX } else { MAX_ROWS.into_iter().find(fits).unwrap_or(1) };
        Self { findings, most }
    }

    /// The runs that are told.
    #[must_use]
    pub fn schedules(&self) -> Vec<Schedule> {
        let groups = self.findings.iter().flat_map(|(.., groups)| groups.iter().take(self.most));
        let distinct: BTreeSet<&Schedule> = groups.flat_map(|group| group.schedules.iter().copied()).collect();
        distinct.into_iter().cloned().collect()
    }

    /// The findings as lines. What is predicted is not recorded.
    #[must_use]
    pub fn text(&self, predicted: &Predicted, color: bool) -> String {
        let mut text = String::new();
        for (finding, count, groups) in &self.findings {
            let head = counted_line(2, &finding.to_string(), "", *count);
            let _ = writeln!(text, "{}", Style::Bad.paint(head, color));
            for Group { label, schedules } in groups.iter().take(self.most) {
                let unseen = schedules.iter().filter(|schedule| predicted.has(finding, schedule)).count();
                let mark = match unseen {
                    0 => String::new(),
                    all if all == schedules.len() => NOT_RECORDED.to_owned(),
                    some => format!("{some} {NOT_RECORDED}"),
                };
                let _ = writeln!(text, "{}", counted_line(4, label, &mark, schedules.len()));
            }
            if groups.len() > self.most {
                let rest = &groups[self.most..];
                let runs = rest.iter().map(|group| group.schedules.len()).sum();
                let _ = writeln!(text, "{}", counted_line(4, &format!("{} more ways", rest.len()), "", runs));
            }
        }
        if !predicted.is_empty() {
            text.push_str(LEGEND);
        }
        text
    }
}

/// What led to a finding, where no recording has it.
#[must_use]
pub fn unrecorded(step: &Transition) -> String {
    format!(
        "    {NOT_RECORDED}: no recording of the real SDK has its last step, a prediction:\n{}",
        step_lines(step, 6, "")
    )
}

/// Schedules of one thing by what goes wrong, those of several each for itself; those that come most first.
fn groups(schedules: &[Schedule]) -> Vec<Group<'_>> {
    let mut singles: BTreeMap<&str, Vec<&Schedule>> = BTreeMap::new();
    let mut groups = Vec::new();
    for schedule in schedules {
        match schedule.disturbances() {
            [one] => singles.entry(family(&one.act)).or_default().push(schedule),
            _ => groups.push(Group { label: schedule.to_string(), schedules: vec![schedule] }),
        }
    }
    groups.extend(singles.into_values().map(|schedules| Group { label: label(&schedules), schedules }));
    groups.sort_by(|left, right| {
        right.schedules.len().cmp(&left.schedules.len()).then_with(|| left.label.cmp(&right.label))
    });
    groups
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

/// A line with its count at the right, and a mark before that.
fn counted_line(indent: usize, text: &str, mark: &str, count: usize) -> String {
    let gap = if mark.is_empty() { "" } else { "  " };
    let count = format!("{mark}{gap}{count}");
    let room = COLUMNS.saturating_sub(indent + count.len() + 2);
    let text = printable(text);
    let text = if text.chars().count() > room {
        text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    } else {
        text
    };
    let gap = room.saturating_sub(text.chars().count()) + 1;
    format!("{}{text}{}{count}", " ".repeat(indent), " ".repeat(gap))
}

/// The runs of what is new, as far as that is told.
#[must_use]
pub fn new_runs<'a>(changes: &Changes, found: &'a Exploration) -> Vec<(String, &'a Finding, &'a Schedule)> {
    let told = &changes.new[..changes.new.len().min(MAX_CHANGES)];
    let pairs = found.findings.iter().flat_map(|(finding, all)| all.iter().map(move |by| (finding, by)));
    let lines = pairs.map(|(finding, by)| (Accepted::line(finding, by), finding, by));
    lines.filter(|(line, ..)| told.contains(line)).collect()
}

/// What is not as it is accepted; `predicted` are the lines of what is not recorded.
#[must_use]
pub fn changes(changes: &Changes, predicted: &BTreeSet<String>, color: bool) -> String {
    let mut text = String::new();
    for (word, sign, style, lines) in
        [("new", '+', Style::Bad, &changes.new), ("gone", '-', Style::Warning, &changes.gone)]
    {
        for line in lines.iter().take(MAX_CHANGES) {
            let mark = if sign == '+' && predicted.contains(line) { "  (not recorded)" } else { "" };
            let line = style.paint(format_args!("  {sign} {}{mark}", printable(line)), color);
            let _ = writeln!(text, "{line}");
        }
        if lines.len() > MAX_CHANGES {
            let _ = writeln!(text, "  {sign} and {} more that are {word}", lines.len() - MAX_CHANGES);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::FindingKind;

    fn exploration(findings: &[(FindingKind, &[&str])]) -> Exploration {
        let mut found = Exploration::default();
        for (kind, schedules) in findings {
            let schedules = schedules.iter().map(|text| text.parse().unwrap()).collect();
            found.findings.insert(Finding { kind: kind.clone(), client: Some("kandy".to_owned()) }, schedules);
        }
        found
    }

    fn told(found: &Exploration, all: bool) -> String {
        Overview::of(found, all).text(&Predicted::default(), false)
    }

    #[test]
    fn findings_are_told_by_what_went_wrong_and_where() {
        let found = exploration(&[
            (FindingKind::Socket, &["open 1: late by 5001ms"]),
            (
                FindingKind::Subscription,
                &[
                    "open 1: outage 3s",
                    "open 1: outage 90s",
                    "ping 1: outage 90s",
                    "unsubscribe request 1: outage 3s",
                    "unsubscribe answer 1: outage 3s",
                    "subscribe answer 1: fails",
                    "ping 1: disconnect; open 1: lost",
                ],
            ),
        ]);
        let expected = "  \
  subscription left behind (kandy)                                            7
    outage 3s, outage 90s (open 1 .. unsubscribe answer 1)                    5
    ping 1: disconnect; open 1: lost                                          1
    subscribe answer 1: fails                                                 1
  socket left open (kandy)                                                    1
    open 1: late by 5001ms                                                    1
";
        assert_eq!(told(&found, false), expected);
    }

    #[test]
    fn a_scenario_has_forty_lines_at_most_unless_all_are_wanted() {
        let many: Vec<String> = (1..=30).map(|n| format!("ping {n}: cut; ping {n}: lost")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let kinds = [
            FindingKind::Deaf,
            FindingKind::Stuck,
            FindingKind::Pending,
            FindingKind::Socket,
            FindingKind::Subscription,
            FindingKind::Belief,
            FindingKind::RunsOn,
        ];
        let found = exploration(&kinds.map(|kind| (kind, &many[..])));
        let few = told(&found, false);
        assert!(few.lines().count() + AROUND <= MAX_LINES, "{few}");
        assert!(few.contains("more ways") && few.lines().all(|line| line.chars().count() <= COLUMNS));
        assert_eq!(told(&found, true).lines().count(), 7 * 31);
    }
}
