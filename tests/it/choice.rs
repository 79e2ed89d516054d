//! Which scenarios run, how often, and when a run ends before all have: filters, `--repeat`, `--fail-fast`.

use std::fs;

use kandy_scenarios::cli::{self, CliOutput, Environment};

use crate::project::Project;

const PASSES: &str = "assert(true);\n";
const FAILS: &str = "fail(\"no\");\n";

#[test]
fn a_run_ends_with_the_first_failure_where_that_is_wanted() {
    let files = [("s/a.rhai", PASSES), ("s/b.rhai", FAILS), ("s/c.rhai", PASSES), ("s/d.rhai", "let\n")];
    let project = Project::new("fail-fast", &files);
    let (text, exit) = project.run(".", &["run", "s", "--fail-fast", "--report", "junit=junit.xml"]);
    let expected = "\nended by a failure: 2 of 4 scenarios ran: 1 passed, 1 failed, 2 not run\n";
    assert!(exit == 1 && text.contains(expected) && !text.contains("BROKEN"), "{text}");
    let junit = project.read("junit.xml");
    assert_eq!(junit.matches("the run ended before it began").count(), 2, "{junit}");
    let (text, exit) = project.run(".", &["run", "s", "--filter", "d", "--filter", "a", "--fail-fast"]);
    assert!(exit == 3 && text.contains("\n2 scenarios: 1 passed, 1 broken\n"), "{text}");
}

#[test]
fn a_scenario_that_is_repeated_is_compared_each_time() {
    let project = Project::new("repeat", &[("s/a.rhai", "print(\"one\");\n"), ("s/b.rhai", PASSES)]);
    project.run(".", &["run", "s", "--update"]);
    let (text, exit) = project.run(".", &["run", "s", "--repeat", "2"]);
    assert_eq!(exit, 0, "{text}");
    assert!(
        text.starts_with("pass    a#1\npass    a#2\npass    b#1\npass    b#2\n\n4 scenarios: 4 passed\n"),
        "{text}"
    );
    project.write("s/a.rhai", "print(\"two\");\n");
    let (text, exit) = project.run(".", &["run", "s", "--repeat", "2"]);
    assert!(exit == 1 && text.contains("\nFAIL    a#2: differs from its snapshot: as a#1\n"), "{text}");
    assert!(text.contains("2 failed") && !text.contains("flaky") && !project.has("s/a.snap.new"), "{text}");
}

const ROWS: &str = "let case = cases(#{ one: 1, two: 2, three: 3 });\nassertNe(case, 2);\n";
const NOTHING: &str = "Nothing of this failed when it last ran, so all of it runs.\n\n";

#[test]
fn what_failed_runs_again_until_it_passes() {
    for (name, settings, keeps) in [("plain", None, "scenarios/.kandy"), ("project", Some(""), ".kandy")] {
        let project = Project::new(
            &format!("last-failed-{name}"),
            &[("scenarios/a.rhai", PASSES), ("scenarios/b/c.rhai", FAILS)],
        );
        project.write("scenarios/rows.rhai", ROWS);
        if let Some(settings) = settings {
            project.write("kandy.toml", settings);
        }
        let (text, exit) = project.run(".", &["run", "--last-failed"]);
        assert!(
            exit == 1 && text.starts_with(NOTHING) && text.contains("\n5 scenarios: 3 passed, 2 failed\n"),
            "{text}"
        );
        assert!(project.has(&format!("{keeps}/last-failed.json")), "{name}");
        assert_eq!(project.read(&format!("{keeps}/.gitignore")), "*\n");

        // However the scenarios are named, and whatever else runs meanwhile.
        assert_eq!(project.run("scenarios/b", &["run", "../a.rhai"]).1, 0);
        let (text, exit) = project.run("scenarios", &["run", "--last-failed", "--repeat", "2"]);
        assert!(exit == 1 && text.contains("\n4 scenarios: 4 failed\n") && text.contains("rows[two]#2"), "{text}");
        let (text, _) = project.run(".", &["run", "--last-failed", "--filter", "rows"]);
        assert!(text.contains("\n1 scenario: 1 failed\n"), "{text}");
        project.write("scenarios/b/c.rhai", PASSES);
        let (text, _) = project.run(".", &["run", "--last-failed", "--fail-fast"]);
        assert!(text.contains("\n2 scenarios: 1 passed, 1 failed\n"), "{text}");
        project.write("scenarios/rows.rhai", &ROWS.replace("2)", "4)"));
        let (text, exit) = project.run(".", &["run", "--last-failed"]);
        assert!(exit == 0 && text.contains("\n1 scenario: 1 passed\n"), "{text}");
        let (text, exit) = project.run(".", &["run", "--last-failed"]);
        assert!(exit == 0 && text.starts_with(NOTHING) && text.contains("\n5 scenarios: 5 passed\n"), "{text}");
    }
}

#[test]
fn what_a_run_that_ends_early_has_not_seen_is_not_forgotten() {
    let project = Project::new("last-failed-early", &[("s/a.rhai", FAILS), ("s/b.rhai", FAILS)]);
    assert_eq!(project.run(".", &["run", "s"]).1, 1);
    let (text, _) = project.run(".", &["run", "s", "--fail-fast"]);
    assert!(text.contains("1 failed, 1 not run"), "{text}");
    let (text, _) = project.run(".", &["run", "s", "--last-failed"]);
    assert!(text.contains("\n2 scenarios: 2 failed\n"), "{text}");
}

#[test]
fn what_failed_last_may_be_malformed_or_have_no_place() {
    let project = Project::new("last-failed-bad", &[("s/a.rhai", FAILS), ("s/.kandy/last-failed.json", "{}")]);
    let (text, exit) = project.run(".", &["run", "s", "--last-failed"]);
    let told = "error: cannot understand what failed last in `s/.kandy/last-failed.json`: ";
    assert!(exit == 2 && text.starts_with(told) && text.contains("tip: remove it: "), "{text}");
    let (text, exit) = project.run(".", &["run", "s"]);
    assert!(exit == 1 && !text.contains("warning"), "{text}");
    assert!(project.read("s/.kandy/last-failed.json").contains("\"a.rhai\""));
    let project = Project::new("last-failed-nowhere", &[("s/a.rhai", FAILS), ("s/.kandy", "")]);
    let (text, exit) = project.run(".", &["run", "s"]);
    assert!(
        exit == 1 && text.contains("\nwarning: cannot keep what failed in `s/.kandy/last-failed.json`: "),
        "{text}"
    );
}

/// Runs the command as it is, with its real times.
fn shown(project: &Project, arguments: &[&str]) -> String {
    let environment = Environment { folder: project.folder().to_owned(), ..Environment::of_process() };
    let environment = Environment { signals: false, redraws: false, ..environment };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = cli::main(
        ["kandy-harness"].iter().chain(arguments),
        &environment,
        &mut CliOutput::plain(&mut out),
        &mut CliOutput::plain(&mut err),
    );
    assert_eq!((exit.code(), err.len()), (0, 0));
    String::from_utf8(out).unwrap()
}

#[test]
fn the_slowest_are_shown_to_whom_asks() {
    let project = Project::new("slowest", &[("s/a.rhai", PASSES), ("s/b.rhai", PASSES), ("s/c.rhai", PASSES)]);
    let text = shown(&project, &["run", "s", "--no-strict", "--slowest", "2"]);
    let lines: Vec<&str> = text.lines().skip_while(|line| *line != "slowest:").collect();
    let is_one = |line: &str| {
        let (time, name) = line.trim_start().split_once(" s  ").unwrap();
        time.parse::<f64>().is_ok() && ["a", "b", "c"].contains(&name)
    };
    assert!(lines.len() >= 3 && is_one(lines[1]) && is_one(lines[2]), "{text}");
    assert!(lines.get(3).is_none_or(|line| line.is_empty()), "{text}");
}

#[test]
fn a_list_is_json_for_programs() {
    let files = [
        ("kandy.toml", ""),
        ("scenarios/connect/one.rhai", "// Connects. \"Twice\".\n// tags: connect, live\nassert(true);\n"),
        ("scenarios/rows.rhai", ROWS),
        ("scenarios/rows[two].snap", "---\nsource: rows.rhai\n---\n\n"),
    ];
    let project = Project::new("list-json", &files);
    let (text, exit) = project.run(".", &["list", "--json"]);
    let expected = "[\n\
        {\"name\":\"connect/one\",\"path\":\"scenarios/connect/one.rhai\",\"tags\":[\"connect\",\"live\"],\
        \"description\":\"Connects. \\\"Twice\\\".\",\"live\":true,\
        \"cases\":[{\"name\":\"connect/one\",\"row\":null,\"snapshot\":false}],\"error\":null},\n\
        {\"name\":\"rows\",\"path\":\"scenarios/rows.rhai\",\"tags\":[],\"description\":\"\",\"live\":false,\
        \"cases\":[{\"name\":\"rows[one]\",\"row\":\"one\",\"snapshot\":false},\
        {\"name\":\"rows[two]\",\"row\":\"two\",\"snapshot\":true},\
        {\"name\":\"rows[three]\",\"row\":\"three\",\"snapshot\":false}],\"error\":null}\n\
        ]\n";
    assert_eq!((text.as_str(), exit), (expected, 0));
    let (text, _) = project.run(".", &["list", "--json", "--filter", "two"]);
    let listed: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(listed[0]["cases"].as_array().unwrap().len(), 1, "{text}");
    fs::write(project.folder().join("scenarios/rows.rhai"), b"\xff").unwrap();
    let (text, exit) = project.run(".", &["list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&listed[1]["error"], exit), (&"line 1 is not UTF-8 text".into(), 3));
}

#[test]
fn what_contradicts_itself_is_refused() {
    let project = Project::new("contradictions", &[("s/a.rhai", PASSES)]);
    for (arguments, what) in [
        (&["--repeat", "3", "--update"][..], "'--repeat <N>' cannot be used with '--update'"),
        (&["--last-failed", "--prune"], "'--last-failed' cannot be used with '--prune'"),
        (&["--repeat", "0"], "it must be a number from 1 to 1000"),
        (&["--repeat", "1001"], "it must be a number from 1 to 1000"),
        (&["--prune", "--filter", "a"], "'--prune' cannot be used with '--filter <FILTER>'"),
    ] {
        let (text, exit) = project.run(".", &[&["run", "s"], arguments].concat());
        assert!(exit == 2 && text.contains(what), "{arguments:?}: {text}");
    }
}
