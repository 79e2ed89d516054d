//! Every schedule that is told brings its finding again, by itself and in a script, to the byte.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use kandy_scenarios::explore::{Exploration, Explored, Finding, Options, Predicted, explore, replay};
use kandy_scenarios::report::explored::Overview;
use kandy_scenarios::run::{Case, Plan, Variant};
use kandy_scenarios::scenario::{Found, find};
use kandy_scenarios::schedule::Schedule;
use kandy_scenarios::script::Source;

use crate::support::root;

/// Those whose schedules are replayed by every run of the tests: one client and two, a row, a long one, a reconnect.
const FEW: [&str; 6] = [
    "connect/quickstart",
    "clients/two-users",
    "checks/cases[forbidden]",
    "token/refresh",
    "drop/reconnect",
    "gone/gone",
];

#[test]
fn what_a_few_scenarios_are_told_to_find_is_found_again_by_each_schedule() {
    let swept = sweep(|case| FEW.contains(&case.name()));
    assert_eq!(swept.scenarios, FEW.len());
    assert!(swept.schedules >= 250, "{swept:?}");
}

#[test]
#[ignore = "the whole bundle takes minutes without optimization: .ci/full has it"]
fn what_the_bundle_is_told_to_find_is_found_again_by_each_schedule() {
    let swept = sweep(|_| true);
    assert!(swept.scenarios > 100 && swept.schedules > 5_000, "{swept:?}");
}

/// What was replayed, in numbers.
#[derive(Debug, Default)]
struct Swept {
    scenarios: usize,
    schedules: usize,
}

fn sweep(wants: impl Fn(&Case<'_>) -> bool) -> Swept {
    let found = bundled();
    let mut swept = Swept::default();
    for case in Plan::to_run(&found, Variant::Sim).cases.iter().filter(|case| wants(case)) {
        let source = source_of(case);
        let told = explored(&source, case, 1);
        assert_eq!(
            as_text(&told),
            as_text(&explored(&source, case, 2)),
            "{}: with two jobs it is another",
            case.name()
        );
        let shown = Overview::of(&told, false).text(&Predicted::default(), false);
        assert!(shown.lines().count() <= 28 && shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
        let by_schedule = by_schedule(&told);
        // Two at once, as two jobs are.
        std::thread::scope(|scope| {
            for half in 0..2 {
                let mine = by_schedule.iter().skip(half).step_by(2);
                scope.spawn(|| mine.for_each(|(schedule, findings)| comes_again(&source, case, schedule, findings)));
            }
        });
        swept.scenarios += 1;
        swept.schedules += by_schedule.len();
    }
    swept
}

/// A schedule brings its findings again, and a script that has it written in it does just the same.
fn comes_again(source: &Source, case: &Case<'_>, schedule: &Schedule, findings: &BTreeSet<&Finding>) {
    let name = case.name();
    let replayed = replayed(source, case, schedule);
    for finding in findings {
        assert!(replayed.findings.contains(finding), "{name}: `{schedule}` does not bring {finding} again");
    }
    let text = with_first(&source.text, case.row.is_some(), &format!("disturb(\"{schedule}\");"));
    let in_script = self::replayed(&Source { text, ..source.clone() }, case, &Schedule::default());
    assert_eq!(in_script.findings, replayed.findings, "{name}: `{schedule}` in the script finds something else");
    assert_eq!(in_script.trace.to_string(), replayed.trace.to_string(), "{name}: `{schedule}` in the script");
}

/// A script with one statement more, before all others but the one that makes its rows. Its lines keep their numbers.
fn with_first(text: &str, has_rows: bool, statement: &str) -> String {
    let end_of_rows = "});\n";
    let at = if has_rows { text.find(end_of_rows).unwrap() + end_of_rows.len() } else { 0 };
    let (before, after) = text.split_at(at);
    format!("{before}{statement} {after}")
}

pub(super) fn bundled() -> Found {
    find(&root(), &["scenarios/scripts".into()], None).unwrap()
}

pub(super) fn source_of(case: &Case<'_>) -> Source {
    let scenario = case.scenario;
    let text = scenario.content.as_ref().unwrap().text.clone();
    Source { path: scenario.path.clone(), shown: scenario.shown.clone(), root: scenario.root.clone(), text }
}

fn explored(source: &Source, case: &Case<'_>, jobs: usize) -> Exploration {
    let found = explore(source, case.row, &options(jobs), &mut |_, _, _| {}).unwrap();
    assert_eq!(found.not_run, 0, "{}", case.name());
    found
}

fn replayed(source: &Source, case: &Case<'_>, schedule: &Schedule) -> Explored {
    replay(source, case.row, schedule, &options(1)).unwrap()
}

fn options(jobs: usize) -> Options {
    Options { jobs: NonZeroUsize::new(jobs).unwrap(), budget: Duration::MAX, ..Options::default() }
}

/// All of it but the time that it took.
fn as_text(found: &Exploration) -> String {
    format!("{:#?}", Exploration { took: Duration::ZERO, ..found.clone() })
}

fn by_schedule(found: &Exploration) -> BTreeMap<&Schedule, BTreeSet<&Finding>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (finding, schedules) in &found.findings {
        for schedule in schedules {
            all.entry(schedule).or_default().insert(finding);
        }
    }
    all
}
