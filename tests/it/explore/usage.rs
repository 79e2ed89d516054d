//! Arguments that `explore` cannot follow: each is told, with what to write instead, and nothing is run.

use super::FLOW;
use crate::project::Project;

fn told(test: &str, arguments: &[&str]) -> String {
    let project = Project::new(&format!("explore-usage-{test}"), &[("scenarios/flow.rhai", FLOW)]);
    let (text, exit) = project.run(".", &[&["explore"], arguments].concat());
    assert_eq!(exit, 2, "{arguments:?}\n{text}");
    text
}

#[test]
fn what_is_no_schedule_is_told_in_eighty_columns() {
    for (at, error, tip) in [
        ("open 1: burns", "error: there is no act `burns`\n", "  tip: the acts are lost, fails, twice, "),
        ("open 1: Lost", "error: there is no act `Lost`\n", "  tip: did you mean `lost`?\n"),
        ("open: lost", "error: there is no moment `open`: it has no number\n", "  tip: write `open 1` for the first"),
        ("subscribe answr 1: lost", "no message has such a name\n", "  tip: did you mean `subscribe answer`?\n"),
        ("ping 1: twice", "`twice` cannot happen to `ping 1`\n", "  tip: only requests and frames can come twice\n"),
        ("", "error: the schedule is empty: nothing would go wrong\n", "  tip: write MOMENT: ACT, such as"),
        (";", "error: the schedule is empty: nothing would go wrong\n", ""),
    ] {
        let text = told("at", &["--at", "open 1: lost", "--at", at]);
        assert!(text.contains(error) && text.contains(tip), "{at}\n{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn what_would_be_ignored_is_refused() {
    let at = ["--at", "open 1: lost"];
    for (one, other) in [
        (&at[..], &["--update"][..]),
        (&at, &["--pairs"]),
        (&at, &["--without", "lost"]),
        (&at, &["--budget", "5s"]),
        (&at, &["--all"]),
        (&at, &["--shard", "1/2"]),
        (&["--mutants"], &["--without", "lost"]),
        (&["--mutants"], &["--judge-checks"]),
        (&["--mutants"], &["--pairs"]),
        (&["--coverage"], &["--judge-checks"]),
        (&["--update"], &["--judge-checks"]),
        (&["--update"], &["--without", "lost"]),
    ] {
        let text = told("refused", &[one, other].concat());
        assert!(text.contains(one[0]) && text.contains(other[0]) && text.contains("cannot be used with"), "{text}");
    }
}

#[test]
fn what_no_option_takes_is_told() {
    for (arguments, error) in
        [(["--without", "fire"], "invalid value 'fire'"), (["--budget", "soon"], "it must be numbers and units")]
    {
        assert!(told("value", &arguments).contains(error));
    }
}
