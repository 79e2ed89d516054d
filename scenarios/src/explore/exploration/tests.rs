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

fn options() -> Options {
    Options {
        jobs: NonZeroUsize::MIN,
        limits: Limits::default(),
        budget: BUDGET,
        judge_checks: false,
        pairs: false,
        without: BTreeSet::new(),
    }
}

/// All but these families.
fn only(families: &[&str]) -> BTreeSet<String> {
    FAMILIES.iter().filter(|family| !families.contains(family)).map(ToString::to_string).collect()
}

#[test]
fn what_is_accepted_does_not_depend_on_the_order_of_the_catalogue() {
    let source = source(FLOW);
    let options = Options { pairs: true, without: only(&["fails", "outage", "application"]), ..options() };
    let begun = pool::clock();
    let explorer = Explorer { source: &source, row: None, options: &options, begun, deadline: None };
    let undisturbed = explorer.undisturbed().unwrap();
    let accepted = |order: fn(&mut Vec<Schedule>)| {
        let mut found = Exploration::default();
        let known = Known { undisturbed: &undisturbed.findings, alone: &BTreeMap::new() };
        let mut singles = explorer.next_to(&Schedule::default(), &undisturbed.seen);
        order(&mut singles);
        let mut second = explorer.all(&singles, known, &mut found, &mut |_, _, _| {}).unwrap();
        order(&mut second);
        let alone = found.findings.clone();
        explorer.all(&second, Known { alone: &alone, ..known }, &mut found, &mut |_, _, _| {}).unwrap();
        Accepted::of(&found)
    };
    let in_order = accepted(|_| {});
    assert_eq!(in_order, accepted(|schedules| schedules.reverse()));
    assert_eq!(in_order, accepted(|schedules| schedules.sort()));
    assert_ne!(in_order, Accepted::default());
}
