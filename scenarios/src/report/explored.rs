//! What an exploration found, for a terminal: by finding, then by what went wrong, then where.

mod case;
mod merged;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

pub(crate) use self::case::{Around, below, line, shown_accepted};
pub(crate) use self::merged::merged;
use super::console::counted;
use super::{COLUMNS, Style, wrap};
use crate::explore::{Changes, Exploration, Finding, Origins, family, size};
use crate::printable::printable;
use crate::schedule::Schedule;

/// The most lines of one scenario, unless all is wanted.
const MAX_LINES: usize = 40;
/// The most rows of one finding, where there is room, and where there is little.
const MAX_ROWS: [usize; 6] = [8, 5, 3, 2, 1, 0];
/// The most lines of what is new, and of what has gone.
const MAX_CHANGED: usize = 14;
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
    tried.find(fits).unwrap_or_else(|| heads(found, color))
}

/// Each finding with its smallest schedule, and up to so many rows of what else brings it.
fn rows(found: &Exploration, most: usize, color: bool) -> String {
    let mut text = String::new();
    for group in groups(found) {
        let _ = writeln!(text, "{}", group.head(color));
        if let Some(schedule) = group.smallest {
            text.push_str(&replayed_by(schedule));
        }
        let ways = if most == 0 || group.count == 1 { Vec::new() } else { group.ways };
        for way in ways.iter().take(most) {
            let _ = writeln!(text, "{}", counted_line(6, &way.label, way.schedules.len()));
        }
        if ways.len() > most {
            let rest: usize = ways[most..].iter().map(|way| way.schedules.len()).sum();
            let _ = writeln!(text, "{}", counted_line(6, &counted(ways.len() - most, "more way"), rest));
        }
    }
    text
}

/// As many findings as fit, without what brings them.
fn heads(found: &Exploration, color: bool) -> String {
    let all = groups(found);
    let room = MAX_LINES - AROUND - 1;
    let mut lines: Vec<String> = all.iter().take(room).map(|group| group.head(color)).collect();
    if all.len() > room {
        lines.push(format!("  and {} more findings: --all lists them", all.len() - room));
    }
    lines.join("\n") + "\n"
}

/// Something that was found, and what brings it.
pub(super) struct Group<'a> {
    pub(super) finding: &'a Finding,
    pub(super) count: usize,
    /// The smallest of the schedules; `None` if nothing has to go wrong.
    pub(super) smallest: Option<&'a Schedule>,
    pub(super) ways: Vec<Way<'a>>,
}

impl Group<'_> {
    fn head(&self, color: bool) -> String {
        Style::Bad.paint(counted_line(2, &self.finding.to_string(), self.count), color).to_string()
    }
}

/// Schedules that are told in one line.
pub(super) struct Way<'a> {
    pub(super) label: String,
    pub(super) schedules: Vec<&'a Schedule>,
}

/// What was found; what comes most first.
pub(super) fn groups(found: &Exploration) -> Vec<Group<'_>> {
    let told = found.findings.iter().filter(|(_, schedules)| !schedules.is_empty());
    let groups = told.map(|(finding, schedules)| {
        let (smallest, ways) = (smallest(schedules), ways(schedules));
        Group { finding, count: schedules.len(), smallest, ways }
    });
    let mut groups: Vec<Group<'_>> = groups.collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// The smallest schedule, if there is one in which something goes wrong.
fn smallest<'a>(schedules: impl IntoIterator<Item = &'a Schedule>) -> Option<&'a Schedule> {
    let disturbed = schedules.into_iter().filter(|schedule| !schedule.disturbances().is_empty());
    disturbed.min_by_key(|schedule| size(schedule))
}

/// The findings of one run, each with what it comes from.
#[must_use]
pub fn origins(findings: &BTreeSet<Finding>, origins: &Origins, schedule: &Schedule, color: bool) -> String {
    let mut text = String::new();
    for finding in findings {
        let told = printable(&finding.to_string()).into_owned();
        if origins.undisturbed.contains(finding) {
            let _ = writeln!(text, "  {}", Style::Faint.paint(format!("{told}: undisturbed, too"), color));
            continue;
        }
        let _ = writeln!(text, "  {}", Style::Bad.paint(told, color));
        match origins.smallest.get(finding) {
            Some(smallest) if smallest == schedule => text.push_str("    by nothing smaller\n"),
            Some(smallest) => {
                let _ = write!(text, "    as by the smallest that does so:\n{}", replayed_by(smallest));
            }
            None => {}
        }
    }
    text
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
    let text = shortened(text, room);
    let gap = room.saturating_sub(text.chars().count()) + 1;
    format!("{}{text}{}{count}", " ".repeat(indent), " ".repeat(gap))
}

/// The option that replays a schedule, and where the line would be too long, one for each thing that goes wrong.
fn replayed_by(schedule: &Schedule) -> String {
    let whole = format!("    --at \"{schedule}\"\n");
    if whole.chars().count() <= COLUMNS || schedule.disturbances().len() == 1 {
        return whole;
    }
    schedule.disturbances().iter().map(|one| format!("    --at \"{one}\"\n")).collect()
}

fn shortened(text: &str, room: usize) -> String {
    let text = printable(text);
    if text.chars().count() > room {
        text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    } else {
        text.into_owned()
    }
}

/// What is not as it is accepted; if not `all`, as much of it as fits.
#[must_use]
pub fn changes(changes: &Changes, all: bool, color: bool) -> String {
    let mut text = String::new();
    for (word, sign, style, lines) in
        [("new", '+', Style::Bad, &changes.new), ("gone", '-', Style::Warning, &changes.gone)]
    {
        let mut room = if all { usize::MAX } else { MAX_CHANGED };
        let mut told = 0;
        for change in lines.iter().map(|line| wrap(&printable(line), 6)) {
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
    --at \"subscribe answer 1: fails\"
      outage 3s, outage 90s (open 1 .. unsubscribe answer 1)                  5
      ping 1: disconnect; open 1: lost                                        1
      subscribe answer 1: fails                                               1
  socket left open (kandy)                                                    1
    --at \"open 1: late by 5001ms\"
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
        assert_eq!(findings(&found, true, false).lines().count(), 7 * 32);
        let names: Vec<String> = (0..60).map(|n| format!("property {n}")).collect();
        let mut told = String::new();
        for count in 1..=names.len() {
            let properties = names[..count].iter().map(|name| (FindingKind::Property(name.clone()), &many[..]));
            told = findings(&exploration(&properties.collect::<Vec<_>>()), false, false);
            assert!(told.lines().count() + AROUND <= MAX_LINES, "{told}");
        }
        assert!(told.ends_with("  and 33 more findings: --all lists them\n"), "{told}");
    }

    #[test]
    fn a_long_schedule_is_shown_so_that_it_can_be_replayed() {
        let (one, other) =
            ("refresh_token request 1 of laptop: outage 90s", "unsubscribe request 2: answered 401 empty");
        let found = exploration(&[(FindingKind::Deaf, &[&format!("{one}; {other}")])]);
        let told = findings(&found, false, false);
        assert!(told.ends_with(&format!("\n    --at \"{one}\"\n    --at \"{other}\"\n")), "{told}");
    }

    #[test]
    fn what_a_finding_comes_from_is_told() {
        let of = |kind: FindingKind| Finding { kind, client: Some("kandy".to_owned()) };
        let all = BTreeSet::from([FindingKind::Deaf, FindingKind::Pending, FindingKind::Socket].map(of));
        let by: Schedule = "ping 1: gone; open 1: lost".parse().unwrap();
        let from = Origins {
            undisturbed: BTreeSet::from([of(FindingKind::Pending)]),
            smallest: BTreeMap::from([
                (of(FindingKind::Deaf), by.clone()),
                (of(FindingKind::Socket), "open 1: lost".parse().unwrap()),
            ]),
        };
        let expected = "  pending for ever (kandy): undisturbed, too
  connected and hears nothing (kandy)
    by nothing smaller
  socket left open (kandy)
    as by the smallest that does so:
    --at \"open 1: lost\"
";
        assert_eq!(origins(&all, &from, &by, false), expected);
        let one = "open 1: lost".parse().unwrap();
        let deaf = BTreeSet::from([of(FindingKind::Deaf)]);
        assert_eq!(origins(&deaf, &Origins::default(), &one, false), "  connected and hears nothing (kandy)\n");
    }

    #[test]
    fn what_is_not_as_accepted_fits_too_unless_all_is_wanted() {
        let long = |what: &str, n: usize| format!("{what}: {} | ping {n}: lost", "several words ".repeat(n));
        let lines = |what: &str| (1..=9).map(|n| long(what, n)).collect::<Vec<_>>();
        let both = Changes { new: lines("new"), gone: lines("gone") };
        let told = changes(&both, false, false);
        assert!(told.lines().count() <= 2 * MAX_CHANGED + 2, "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= COLUMNS), "{told}");
        assert!(
            told.contains("  + new: several words  | ping 1: lost\n")
                || told.contains("  + new: several words | ping 1: lost\n"),
            "{told}"
        );
        assert!(
            told.contains(" more that are new: --all lists them\n") && told.contains(" more that are gone: "),
            "{told}"
        );
        let told = changes(&both, true, false);
        assert!(!told.contains("more that are"), "{told}");
        assert!((1..=9).all(|n| told.contains(&format!("ping {n}:"))), "{told}");
    }

    /// What is accepted of the bundled scenarios, told as if it were new.
    #[test]
    fn every_bundled_scenario_has_forty_lines_of_eighty_columns() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
        let themes =
            std::fs::read_dir(folder).unwrap().filter_map(|theme| std::fs::read_dir(theme.unwrap().path()).ok());
        let files = themes.flatten().map(|file| file.unwrap().path());
        let mut count = 0;
        for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "explore")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let mut found = Exploration::default();
            for (finding, schedule) in text.lines().filter_map(|line| line.split_once(" | ")) {
                // It is told with a few words more.
                let (kind, client) = finding.trim_end_matches(')').split_once(" (").unwrap_or((finding, "kandy"));
                let (kind, client) = (FindingKind::Property(kind.to_owned()), Some(client.to_owned()));
                let finding = Finding { kind, client };
                found.findings.entry(finding).or_default().push(schedule.parse().unwrap());
            }
            let told = findings(&found, false, false);
            assert!(told.lines().count() + AROUND <= MAX_LINES, "{}:\n{told}", file.display());
            assert!(told.lines().all(|line| line.chars().count() <= COLUMNS), "{}:\n{told}", file.display());
            assert_eq!(told.is_empty(), found.findings.is_empty());
            count += 1;
        }
        assert!(count > 100, "{count}");
    }
}
