//! Where not all runs are made, or none, nothing is called well, and nothing is accepted.

use super::FLOW;
use crate::project::Project;

const EMPTY: &str = "assert(true);\n";

fn explore(test: &str, script: &str, arguments: &[&str]) -> (Project, String, u8) {
    let project = Project::new(&format!("explore-cut-{test}"), &[("scenarios/flow.rhai", script)]);
    let (text, exit) = project.run(".", &[&["explore"], arguments].concat());
    (project, text, exit)
}

#[test]
fn a_budget_that_is_spent_before_the_first_run_is_a_failure() {
    let (project, text, exit) = explore("spent", FLOW, &["--budget", "1ms"]);
    assert!(text.starts_with("FAIL    flow  not one run was made\n  the budget was spent before "), "{text}");
    assert!(text.contains("; --budget gives more\n") && exit == 1, "{text}");
    assert_eq!(project.run(".", &["explore", "--update"]).1, 0);
    let (text, exit) = project.run(".", &["explore", "--budget", "1ms"]);
    assert!(text.starts_with("FAIL    flow  not one run was made\n") && exit == 1, "{text}");
    let (text, exit) = project.run(".", &["explore", "--coverage", "--budget", "1ms"]);
    assert!(text.starts_with("cut     flow\n  the budget was spent before ") && exit == 1, "{text}");
    let (text, exit) = project.run(".", &["explore", "--mutants", "--budget", "1ms"]);
    assert!(text.contains("the budget was spent before ") && text.contains("so far") && exit == 1, "{text}");
}

#[test]
fn what_is_not_all_is_not_accepted() {
    let (project, text, exit) = explore("update", FLOW, &["--budget", "1ms", "--update"]);
    assert!(text.starts_with("FAIL    flow  not accepted, since it is not all\n  the budget was spent"), "{text}");
    assert!(exit == 1 && !project.has("scenarios/flow.explore"), "{text}");
}

#[test]
fn where_there_is_nothing_to_disturb_nothing_is_called_well() {
    let (project, text, exit) = explore("empty", EMPTY, &[]);
    assert!(text.starts_with("skip    flow  no message comes, so that there is nothing to disturb\n"), "{text}");
    assert_eq!(exit, 0);
    assert_eq!(project.run(".", &["explore", "--update"]).1, 0);
    let (text, exit) = project.run(".", &["explore"]);
    assert!(text.starts_with("same    flow  0 messages") && exit == 0, "{text}");
    project.write("scenarios/flow.rhai", FLOW);
    let (text, exit) = project.run(".", &["explore"]);
    assert!(text.starts_with("FAIL    flow") && text.contains("not what is accepted") && exit == 1, "{text}");
}

#[test]
fn where_all_is_left_out_nothing_is_called_well() {
    let families =
        ["lost", "fails", "twice", "overtaken", "late", "answered", "application", "socket", "ended", "outage", "push"];
    let without: Vec<&str> = families.iter().flat_map(|family| ["--without", *family]).collect();
    let (project, text, exit) = explore("without", FLOW, &without);
    assert!(text.starts_with("skip    flow  all that could go wrong is left out\n") && exit == 0, "{text}");
    assert_eq!(project.run(".", &["explore", "--update"]).1, 0);
    let (text, _) = project.run(".", &[&["explore"], &without[..]].concat());
    assert!(text.starts_with("skip    flow"), "{text}");
}
