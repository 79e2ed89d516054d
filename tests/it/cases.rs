//! Rows of one script, each a case of its own, from the list to the review.

use crate::project::Project;

const SCRIPT: &str = "// Two rows.
let case = cases(#{ \"b\": 2, \"a.b\": 1 });
print(`row ${case}`);
assert(case < 3);
";

#[test]
fn each_row_runs_is_reported_and_has_its_snapshot() {
    let project = Project::new("cases", &[("s/login.rhai", SCRIPT)]);
    let run = |arguments: &[&str]| project.run(".", arguments);
    let (text, _) = run(&["list", "s"]);
    assert_eq!(text, "login\n    Two rows.\n  login[b]\n  login[a.b]\n\n2 scenarios\n");
    let (text, exit) = run(&["run", "s", "--update"]);
    assert!(
        exit == 0 && text.contains("pass    login[b]: snapshot written\npass    login[a.b]: snapshot written"),
        "{text}"
    );
    for (row, value) in [("b", 2), ("a.b", 1)] {
        let snapshot = project.read(&format!("s/login[{row}].snap"));
        assert!(snapshot.contains(&format!("print     row {value}")), "{snapshot}");
    }
    let (text, exit) = run(&["run", "s", "--strict"]);
    assert!(exit == 0 && text.contains("2 scenarios: 2 passed"), "{text}");
    let (text, _) = run(&["run", "s", "--filter", "login[a"]);
    assert!(text.contains("1 scenario: 1 passed") && text.contains("pass    login[a.b]"), "{text}");
    let (text, exit) = run(&["check", "s"]);
    assert!(exit == 0 && text.contains("1 script checked"), "{text}");
}

#[test]
fn a_row_that_fails_says_how_to_run_it_again() {
    let project = Project::new("cases-fail", &[("s/login.rhai", &SCRIPT.replace("case < 3", "case < 2"))]);
    let (text, exit) = project.run(".", &["run", "s"]);
    assert_eq!(exit, 1, "{text}");
    assert!(text.contains("FAIL    login[b]\n") && text.contains("pass    login[a.b]\n"), "{text}");
    assert!(text.contains("again: kandy-harness run s/login.rhai --filter 'login[b]' --show\n"), "{text}");
    assert!(text.contains("2 scenarios: 1 passed, 1 failed"), "{text}");
}

#[test]
fn rows_that_are_gone_leave_orphans() {
    let project = Project::new("cases-orphans", &[("s/login.rhai", SCRIPT)]);
    project.run(".", &["run", "s", "--update"]);
    project.write("s/login.rhai", &SCRIPT.replace("\"b\": 2, ", ""));
    let (text, _) = project.run(".", &["run", "s"]);
    assert!(text.contains("1 snapshot without a script") && text.contains("  s/login[b].snap\n"), "{text}");
    project.write("s/login.rhai", "// None.\nassert(true);\n");
    project.run(".", &["run", "s", "--update"]);
    project.write("s/login.rhai", SCRIPT);
    let (text, _) = project.run(".", &["run", "s"]);
    assert!(text.contains("1 snapshot without a script") && text.contains("  s/login.snap\n"), "{text}");
}

#[test]
fn a_first_statement_that_makes_no_rows_is_broken() {
    let project =
        Project::new("cases-broken", &[("s/login.rhai", "let case = cases(#{ \"a/b\": 1 });\nassert(true);\n")]);
    for command in ["run", "check"] {
        let (text, exit) = project.run(".", &[command, "s"]);
        assert_eq!(exit, 3, "{text}");
        assert!(
            text.contains("error: the name of a row is empty, too long, or has a character that no file"),
            "{text}"
        );
        assert!(text.contains(" --> s/login.rhai:1:21\n"), "{text}");
    }
}
