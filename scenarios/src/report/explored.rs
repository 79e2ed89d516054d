//! What an exploration found, for a terminal: by finding, then by what went wrong, then where.

mod case;
mod merged;

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(crate) use self::case::{Around, below, line, shown_accepted};
pub(crate) use self::merged::merged;

use super::{COLUMNS, Style};
use crate::explore::{Changes, Exploration, Finding, family};
use crate::printable::printable;
use crate::schedule::Schedule;

/// The most lines of one scenario, unless all is wanted.
const MAX_LINES: usize = 40;
/// The most lines of one finding, where there is room, and where there is little.
const MAX_ROWS: [usize; 5] = [8, 5, 3, 2, 1];
/// The most changes of each kind that are listed.
const MAX_CHANGES: usize = 10;
/// The lines around the findings: head, count, and what to do.
const AROUND: usize = 12;

/// The findings of a scenario as lines, if not `all` no more than fit with what stands around them into forty.
#[must_use]
pub fn findings(found: &Exploration, all: bool, color: bool) -> String {
    if all {
        return rows(found, usize::MAX, color);
    }
    let fits = |text: &String| text.lines().count() + AROUND <= MAX_LINES;
    let mut tried = MAX_ROWS.iter().map(|most| rows(found, *most, color));
    tried.find(fits).unwrap_or_else(|| rows(found, 1, color))
}

fn rows(found: &Exploration, most: usize, color: bool) -> String {
    let mut text = String::new();
    for Group { finding, count, ways } in groups(found) {
        let head = counted_line(2, &finding.to_string(), count);
        let _ = writeln!(text, "{}", Style::Bad.paint(head, color));
        for way in ways.iter().take(most) {
            let _ = writeln!(text, "{}", counted_line(4, &way.label, way.schedules.len()));
        }
        if ways.len() > most {
            let rest: usize = ways[most..].iter().map(|way| way.schedules.len()).sum();
            let _ = writeln!(text, "{}", counted_line(4, &format!("{} more ways", ways.len() - most), rest));
        }
    }
    text
}

/// Something that was found, and what brings it.
pub(super) struct Group<'a> {
    pub(super) finding: &'a Finding,
    pub(super) count: usize,
    pub(super) ways: Vec<Way<'a>>,
}

/// Schedules that are told in one line.
pub(super) struct Way<'a> {
    pub(super) label: String,
    pub(super) schedules: Vec<&'a Schedule>,
}

/// What was found; what comes most first.
pub(super) fn groups(found: &Exploration) -> Vec<Group<'_>> {
    let told = found.findings.iter().filter(|(_, schedules)| !schedules.is_empty());
    let mut groups: Vec<Group<'_>> =
        told.map(|(finding, schedules)| Group { finding, count: schedules.len(), ways: ways(schedules) }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// Schedules of one thing by what goes wrong, those of several each for itself; those that come most first.
fn ways(schedules: &[Schedule]) -> Vec<Way<'_>> {
    let mut singles: BTreeMap<&str, Vec<&Schedule>> = BTreeMap::new();
    let mut ways = Vec::new();
    for schedule in schedules {
        match schedule.disturbances() {
            [one] => singles.entry(family(&one.act)).or_default().push(schedule),
            _ => ways.push(Way { label: schedule.to_string(), schedules: vec![schedule] }),
        }
    }
    ways.extend(singles.into_values().map(|schedules| Way { label: label(&schedules), schedules }));
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

/// A line with its count at the right.
fn counted_line(indent: usize, text: &str, count: usize) -> String {
    let count = count.to_string();
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

/// What is not as it is accepted.
#[must_use]
pub fn changes(changes: &Changes, color: bool) -> String {
    let mut text = String::new();
    for (word, sign, style, lines) in
        [("new", '+', Style::Bad, &changes.new), ("gone", '-', Style::Warning, &changes.gone)]
    {
        for line in lines.iter().take(MAX_CHANGES) {
            let line = style.paint(format_args!("  {sign} {}", printable(line)), color);
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
        assert_eq!(findings(&found, false, false), expected);
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
        let told = findings(&found, false, false);
        assert!(told.lines().count() + AROUND <= MAX_LINES, "{told}");
        assert!(told.contains("more ways") && told.lines().all(|line| line.chars().count() <= COLUMNS));
        assert_eq!(findings(&found, true, false).lines().count(), 7 * 31);
    }
}
