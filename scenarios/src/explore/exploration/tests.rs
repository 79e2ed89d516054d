use super::*;
use crate::explore::{Accepted, FAMILIES};

/// Connects, and leaves again.
const FLOW: &str = "platform.addUser(\"alice\", \"s3cret\");
let kandy = create();
kandy.connect(#{ username: \"alice\", password: \"s3cret\" });
waitUntil(|| kandy.getConnection().isConnected);
kandy.disconnect();
waitUntil(|| !kandy.getConnection().isConnected && !kandy.getConnection().isPending);
";

fn source(text: &str) -> Source {
    Source { path: "flow.rhai".into(), shown: "flow.rhai".to_owned(), root: ".".into(), text: text.to_owned() }
}

/// All but these families.
fn only(families: &[&str]) -> BTreeSet<String> {
    FAMILIES.iter().filter(|family| !families.contains(family)).map(ToString::to_string).collect()
}

/// Pairs of which some bring what neither half does. They take as long as they take, however busy the machine is.
fn in_pairs() -> Options {
    let without = only(&["fails", "outage", "application"]);
    Options { pairs: true, without, budget: Duration::from_secs(3_600), ..Options::default() }
}

fn explorer<'a>(source: &'a Source, options: &'a Options) -> Explorer<'a> {
    let begun = pool::clock();
    let deadline = begun.checked_add(options.budget);
    Explorer { source, row: None, options, begun, deadline, max_runs: MAX_RUNS, max_outcomes: MAX_OUTCOMES }
}

#[test]
fn what_is_accepted_does_not_depend_on_the_order_of_the_catalogue() {
    let source = source(FLOW);
    let options = in_pairs();
    let explorer = explorer(&source, &options);
    let undisturbed = explorer.undisturbed().unwrap();
    let accepted = |order: fn(&mut Vec<Schedule>)| {
        let mut found = Exploration::default();
        let known = KnownFindings { undisturbed: &undisturbed.findings, alone: &BTreeMap::new() };
        let mut singles = Vec::new();
        explorer.add_next_to(&Schedule::default(), &undisturbed.seen, &mut singles, &mut found);
        order(&mut singles);
        let mut second = explorer.all(&singles, known, &mut found, &mut |_, _, _| {}).unwrap();
        order(&mut second);
        let alone = found.findings.clone();
        explorer.all(&second, KnownFindings { alone: &alone, ..known }, &mut found, &mut |_, _, _| {}).unwrap();
        Accepted::of(&found)
    };
    let in_order = accepted(|_| {});
    assert_eq!(in_order, accepted(|schedules| schedules.reverse()));
    assert_eq!(in_order, accepted(|schedules| schedules.sort()));
    assert_ne!(in_order, Accepted::default());
}

#[test]
fn an_exploration_has_so_many_runs_and_says_what_it_has_not_run() {
    let (source, options) = (source(FLOW), Options::default());
    let all = explorer(&source, &options).explore(&mut |_, _, _| {}).unwrap();
    assert!(all.is_whole() && all.runs > 100, "{all:?}");
    let some = Explorer { max_runs: 10, ..explorer(&source, &options) }.explore(&mut |_, _, _| {}).unwrap();
    assert_eq!((some.runs, some.too_many), (10, all.runs - 10));
    assert!(!some.is_whole());
}

#[test]
fn pairs_count_among_the_runs() {
    let source = source(FLOW);
    let options = Options { pairs: true, without: only(&["lost"]), ..Options::default() };
    let all = explorer(&source, &options).explore(&mut |_, _, _| {}).unwrap();
    assert!(all.is_whole() && all.runs > 20, "{all:?}");
    for max_runs in [3, 20] {
        let some = Explorer { max_runs, ..explorer(&source, &options) }.explore(&mut |_, _, _| {}).unwrap();
        assert!(some.runs <= max_runs && some.too_many > 0, "{some:?}");
    }
}

#[test]
fn an_exploration_takes_so_long_and_says_what_it_has_not_run() {
    let source = source(FLOW);
    let options = Options { budget: Duration::ZERO, ..Options::default() };
    let found = explorer(&source, &options).explore(&mut |_, _, _| {}).unwrap();
    assert!(found.runs == 0 && found.not_run > 100 && !found.is_whole(), "{found:?}");
}

#[test]
fn so_many_outcomes_are_told_apart() {
    let (source, options) = (source(FLOW), Options::default());
    let all = explorer(&source, &options).explore(&mut |_, _, _| {}).unwrap();
    let some = Explorer { max_outcomes: 3, ..explorer(&source, &options) }.explore(&mut |_, _, _| {}).unwrap();
    let is_among_all = some.outcomes.keys().all(|outcome| all.outcomes.contains_key(outcome));
    assert!(some.outcomes.len() == 3 && is_among_all && !some.is_whole(), "{some:?}");
    assert!(some.in_other_outcomes >= all.outcomes.len() - 3, "{some:?}");
    assert_eq!(some.findings, all.findings, "findings are kept, whatever their outcome");
}

#[test]
fn each_run_of_one_thing_is_told_and_the_smallest_pairs() {
    let source = source(FLOW);
    let options = in_pairs();
    let found = explorer(&source, &options).explore(&mut |_, _, _| {}).unwrap();
    let in_classes: usize = found.outcomes.values().map(|class| class.runs).sum();
    assert!(found.is_whole() && found.singles.len() < found.runs && in_classes == found.runs, "{found:?}");
    assert!(!found.pairs.is_empty() && found.pairs.len() < found.runs - found.singles.len(), "{found:?}");
    let singles: BTreeSet<&Schedule> = found.singles.iter().map(|told| &told.schedule).collect();
    let pairs: BTreeSet<&Schedule> = found.pairs.iter().map(|told| &told.schedule).collect();
    let by_two = found.findings.values().flatten().filter(|by| !singles.contains(by)).collect::<BTreeSet<_>>();
    assert!(!by_two.is_empty() && by_two.is_subset(&pairs), "{by_two:?}");
    for class in found.outcomes.values() {
        assert!(singles.contains(&class.example) || pairs.contains(&class.example), "{class:?}");
    }
}
