//! The shards of the exploration of a command, each of which has some of its runs, made into one case.

use std::collections::{BTreeMap, BTreeSet};

use crate::explore::{AcceptedChanges, FAMILIES};
use crate::report::explored::application::{self as console, CommandContext};
use crate::report::explored::{Group, Overview, smallest, ways};
use crate::report::fold::application::{CommandOfCase, about};
use crate::report::fold::exploration::{ACCEPT, MAX_CHANGES, NO_TIME, found};
use crate::report::model::{self, Act, Case, Cell, Exploration, OfCommand, Report, Status, Variant, WallTime};
use crate::schedule::Schedule;

/// The case of each report, if they are of a command.
pub(super) fn shards(reports: &[Report]) -> Option<Vec<Case>> {
    let of_one = |report: &Report| match report.cases.as_slice() {
        [case] if case.variant == Variant::Command => Some(case.clone()),
        _ => None,
    };
    reports.iter().map(of_one).collect()
}

/// One case of those of all shards, held against what is accepted: what none of them has found is gone now.
pub(super) fn merged(cases: &[Case], is_interrupted: bool) -> Option<Case> {
    let is_worse = |case: &&Case| case.exploration.is_none() && case.status.is_bad();
    // A shard that could not begin tells why, and the others are not the whole.
    if let Some(bad) = cases.iter().filter(is_worse).max_by_key(|case| case.status) {
        return Some(bad.clone());
    }
    let explorations: Vec<&Exploration> = cases.iter().filter_map(|case| case.exploration.as_deref()).collect();
    let (first, duration) = (cases.first()?, cases.iter().map(|case| case.wall_time.duration).fold(0.0, f64::max));
    let base = Case { wall_time: WallTime { start: 0.0, duration }, ..first.clone() };
    if explorations.is_empty() {
        return Some(base);
    }
    let own = own(&explorations);
    let findings = FindingGroups::of(&explorations);
    let mut all = sum(&explorations);
    let is_whole = all.not_run == 0 && own.left_out == 0 && own.elsewhere == 0 && explorations.len() == cases.len();
    let changes = own.unfound.as_ref().map(|unfound| AcceptedChanges {
        new: lines(&explorations, |changes| &changes.new),
        gone: if is_whole { unfound.clone() } else { Vec::new() },
    });
    let of = CommandOfCase { name: &first.name, accepted: &first.path };
    let is_stopped = cases.iter().any(|case| matches!(case.status, Status::Stopped | Status::NotRun));
    let (status, problems) = match &changes {
        Some(changes) if !changes.is_empty() => {
            let (new, gone) = (changes.new.len(), changes.gone.len());
            let message = format!("what was found is not what is accepted: {new} new, {gone} gone");
            (Status::Failed, vec![about(&of, message, Some(ACCEPT))])
        }
        None if all.with_finding > 0 => {
            let runs = crate::report::console::counted(all.with_finding, "run");
            let message = format!("{runs} did not end well, and nothing is accepted");
            (Status::Failed, vec![about(&of, message, Some(ACCEPT))])
        }
        _ if is_stopped => (Status::Stopped, Vec::new()),
        _ if all.runs == 0 && all.not_run > 0 => {
            (Status::Failed, vec![about(&of, crate::report::explored::NO_RUN.to_owned(), Some(NO_TIME))])
        }
        _ if all.runs == 0 => (Status::Skipped, Vec::new()),
        _ => (Status::Passed, Vec::new()),
    };
    // With which options it was explored no report says.
    let around = CommandContext { command: &first.name, options: "", accepted: "", all: false, is_interrupted };
    let text = text(&all, &own, changes.as_ref(), &findings, &around, is_whole);
    all.findings = found(findings.groups());
    all.changes = changes.map(|changes| told(&changes));
    all.command = Some(Box::new(own));
    let reason = base.reason.clone().filter(|_| status == Status::Skipped);
    Some(Case { status, reason, problems, text, exploration: Some(Box::new(all)), ..base })
}

/// What the console says below its line.
fn text(
    all: &Exploration,
    own: &OfCommand,
    changes: Option<&AcceptedChanges>,
    findings: &FindingGroups,
    around: &CommandContext<'_>,
    is_whole: bool,
) -> String {
    let mut text = String::new();
    match changes {
        Some(changes) if !changes.is_empty() => console::not_as_accepted(&mut text, changes, around, false),
        None if all.with_finding > 0 => {
            let unclear = own.not_reached.len() + own.flaky.len();
            let well = all.runs.saturating_sub(all.with_finding).saturating_sub(unclear);
            let overview = Overview::of_groups(findings.groups(), false).plain(false);
            text = format!("\n  {well} end well, {} do not:\n\n{overview}", all.with_finding);
            console::what_to_do(&mut text, smallest(findings.0.values().flat_map(|(_, all)| all)), around);
        }
        _ => {}
    }
    console::unclear(&mut text, own, around, false);
    text.push_str(&console::cut_short(all.not_run, own, around));
    if !is_whole {
        text.push_str(console::ONLY_NEW);
    }
    text
}

/// What to say about a command alone. Runs that no shard has made are those of a shard to which another command has
/// come, or that saw other messages.
fn own(explorations: &[&Exploration]) -> OfCommand {
    let owns = || explorations.iter().filter_map(|one| one.command.as_deref());
    let own_runs = |one: &Exploration| one.runs.saturating_add(one.not_run);
    let all = explorations
        .iter()
        .map(|one| own_runs(one).saturating_add(one.command.as_deref().map_or(0, |own| own.elsewhere)));
    let made = explorations.iter().fold(0_usize, |sum, one| sum.saturating_add(own_runs(one)));
    let is_accepted = owns().any(|own| own.unfound.is_some());
    OfCommand {
        left_out: owns().map(|own| own.left_out).max().unwrap_or_default(),
        elsewhere: all.max().unwrap_or_default().saturating_sub(made),
        not_reached: owns().flat_map(|own| own.not_reached.clone()).collect(),
        flaky: owns().flat_map(|own| own.flaky.clone()).collect(),
        unfound: is_accepted.then(|| owns().flat_map(|own| own.unfound.clone().unwrap_or_default()).collect()),
    }
}

/// The numbers and the matrix of all of them.
fn sum(explorations: &[&Exploration]) -> Exploration {
    let mut all = Exploration::default();
    for one in explorations {
        all.messages = all.messages.max(one.messages);
        all.runs = all.runs.saturating_add(one.runs);
        all.not_run = all.not_run.saturating_add(one.not_run);
        all.with_finding = all.with_finding.saturating_add(one.with_finding);
    }
    let (mut moments, mut acts) = (BTreeSet::new(), BTreeSet::new());
    let all_moments = explorations.iter().flat_map(|one| &one.moments);
    all.moments = all_moments.filter(|moment| moments.insert(*moment)).cloned().collect();
    let all_acts = explorations.iter().flat_map(|one| &one.acts);
    all.acts = all_acts.filter(|act| acts.insert(&act.act)).cloned().collect();
    all.acts.sort_by_key(|act| FAMILIES.iter().position(|family| *family == act.family));
    let (moments, acts) = (numbers(all.moments.iter()), numbers(all.acts.iter().map(|Act { act, .. }| act)));
    all.cells = explorations
        .iter()
        .flat_map(|one| one.cells.iter().filter_map(|cell| moved(cell, one, &moments, &acts)))
        .collect();
    all
}

fn numbers<'a>(texts: impl Iterator<Item = &'a String>) -> BTreeMap<&'a str, usize> {
    texts.enumerate().map(|(number, text)| (text.as_str(), number)).collect()
}

/// A cell at its place in the matrix of all. A file that was changed by hand may have others.
fn moved(cell: &Cell, of: &Exploration, moments: &BTreeMap<&str, usize>, acts: &BTreeMap<&str, usize>) -> Option<Cell> {
    let moment = *moments.get(of.moments.get(cell.moment)?.as_str())?;
    let act = *acts.get(of.acts.get(cell.act)?.act.as_str())?;
    Some(Cell { moment, act, outcome: None, end: cell.end })
}

/// What was found, with how many schedules bring it, and those of them that are told.
struct FindingGroups(BTreeMap<String, (usize, Vec<Schedule>)>);

impl FindingGroups {
    fn of(explorations: &[&Exploration]) -> Self {
        let mut all: BTreeMap<String, (usize, Vec<Schedule>)> = BTreeMap::new();
        for found in explorations.iter().flat_map(|one| &one.findings) {
            let (count, schedules) = all.entry(found.finding.clone()).or_default();
            *count = count.saturating_add(found.count);
            let texts = found.ways.iter().flat_map(|way| &way.schedules);
            // A file that was changed by hand may have others.
            schedules.extend(texts.filter_map(|text| text.parse::<Schedule>().ok()));
        }
        Self(all)
    }

    /// As the console groups them: what comes most first.
    fn groups(&self) -> Vec<Group<'_, String>> {
        let groups = self.0.iter().map(|(finding, (count, schedules))| Group {
            finding,
            count: *count,
            smallest: smallest(schedules),
            ways: ways(schedules),
        });
        let mut groups: Vec<_> = groups.collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }
}

/// The lines of one kind of all of them.
fn lines(explorations: &[&Exploration], of: impl Fn(&model::Changes) -> &Vec<String>) -> Vec<String> {
    explorations.iter().filter_map(|one| one.changes.as_ref()).flat_map(of).cloned().collect()
}

/// The first ones of them.
fn told(AcceptedChanges { new, gone }: &AcceptedChanges) -> model::Changes {
    let first = |lines: &[String]| lines.iter().take(MAX_CHANGES).cloned().collect();
    let more = |lines: &[String]| lines.len().saturating_sub(MAX_CHANGES);
    model::Changes { new: first(new), more_new: more(new), gone: first(gone), more_gone: more(gone) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fold::application::not_explored;
    use crate::report::model::{Found, RunEnd, Way};

    const OF: CommandOfCase<'_> = CommandOfCase { name: "npm test", accepted: "kandy.explore" };

    /// A shard of two in which one run of two has a finding.
    fn shard(at: &str, not_run: usize, unfound: Option<&[&str]>) -> Case {
        let way = Way { label: at.to_owned(), count: 1, schedules: vec![format!("{at}: lost")] };
        let found =
            Found { finding: "hangs".to_owned(), count: 1, smallest: Some(format!("{at}: lost")), ways: vec![way] };
        let act = |act: &str| Act { act: act.to_owned(), family: act.to_owned() };
        let unfound = unfound.map(|lines| lines.iter().map(ToString::to_string).collect());
        let exploration = Exploration {
            messages: 4,
            runs: 2 - not_run,
            not_run,
            with_finding: 1,
            changes: unfound.as_ref().map(|_| model::Changes::default()),
            moments: vec![at.to_owned()],
            acts: vec![act("lost"), act("fails")],
            cells: vec![Cell { moment: 0, act: 0, outcome: None, end: RunEnd::Finding }],
            findings: vec![found],
            command: Some(Box::new(OfCommand { elsewhere: 2, unfound, ..OfCommand::default() })),
            ..Exploration::default()
        };
        Case { exploration: Some(Box::new(exploration)), ..not_explored(&OF, Status::Passed, String::new()) }
    }

    fn gone(case: &Case) -> Vec<String> {
        case.exploration.as_ref().unwrap().changes.clone().unwrap().gone
    }

    #[test]
    fn what_no_shard_has_found_is_gone_only_where_all_are_whole() {
        let lines: [&[&str]; 2] = [&["hangs | open 1: cut"], &[]];
        let whole = merged(&[shard("open 1", 0, Some(lines[0])), shard("open 2", 0, Some(lines[1]))], false).unwrap();
        assert_eq!((whole.status, gone(&whole)), (Status::Failed, vec!["hangs | open 1: cut".to_owned()]));
        assert!(whole.text.contains("  - hangs | open 1: cut\n") && !whole.text.contains("not all was run"));
        assert!(whole.problems[0].message.ends_with("0 new, 1 gone"), "{:?}", whole.problems);

        let cut = merged(&[shard("open 1", 0, Some(lines[0])), shard("open 2", 1, Some(lines[1]))], false).unwrap();
        assert_eq!((cut.status, gone(&cut)), (Status::Passed, Vec::new()), "the run that was not made may have it");
        assert!(cut.text.contains("the budget was spent before 1 run") && cut.text.ends_with(console::ONLY_NEW));
        let stopped = not_explored(&OF, Status::Stopped, String::new());
        let stopped = merged(&[stopped, shard("open 2", 0, Some(lines[0]))], true).unwrap();
        assert_eq!((stopped.status, gone(&stopped)), (Status::Stopped, Vec::new()));
    }

    #[test]
    fn what_was_found_is_told_of_all_of_them_together() {
        let all = merged(&[shard("open 1", 0, None), shard("open 2", 0, None)], false).unwrap();
        let found = all.exploration.unwrap();
        assert_eq!((all.status, found.runs, found.with_finding), (Status::Failed, 4, 2));
        let [hangs] = found.findings.as_slice() else { panic!("{:?}", found.findings) };
        assert_eq!((hangs.count, hangs.ways[0].label.as_str()), (2, "lost (open 1, open 2)"));
        let cells: Vec<_> = found.cells.iter().map(|cell| (cell.moment, cell.act)).collect();
        assert_eq!((found.moments.len(), found.acts.len(), cells), (2, 2, vec![(0, 0), (1, 0)]));
        assert!(all.text.contains("  2 end well, 2 do not:\n") && all.text.contains("-- npm test"), "{}", all.text);
        assert_eq!(found.command.unwrap().elsewhere, 0);
    }

    #[test]
    fn a_shard_that_could_not_begin_is_what_came_of_it() {
        let why = not_explored(&OF, Status::Failed, "it fails although nothing goes wrong\n".to_owned());
        let all = merged(&[shard("open 1", 0, None), why.clone()], false).unwrap();
        assert_eq!(all, why);
    }
}
