//! Shards, and one report of all of them.

use serde_json::{Value, json};

use crate::project::Project;

/// Nine scenarios, of which some do not pass.
fn project(test: &str) -> Project {
    let project = Project::new(test, &[("s/fails.rhai", "assertEq(1, 2);\n")]);
    for number in 0..6 {
        project.write(&format!("s/deep/passes-{number}.rhai"), "assert(true);\nprint(\"x\");\n");
    }
    project.write("s/rows.rhai", "let case = cases(#{ a: 1, b: 2, c: 3 });\nassertEq(case, 1);\n");
    project.write("s/gone.snap", "---\nsource: gone.rhai\n---\n0.000  script    print     1\n");
    project
}

fn json(project: &Project, file: &str) -> Value {
    serde_json::from_str(&project.read(file)).unwrap()
}

/// A report without real times.
fn timeless(mut report: Value) -> Value {
    report["end"]["wallTime"] = json!(0);
    for case in report["cases"].as_array_mut().unwrap() {
        case["wallTime"] = json!(0);
    }
    report["cases"].as_array_mut().unwrap().sort_by_key(|case| case["name"].as_str().unwrap().to_owned());
    report
}

#[test]
fn shards_together_are_the_whole_run() {
    let project = project("merge");
    let mut shown = Vec::new();
    for shard in 1..=3 {
        let (name, report) = (format!("{shard}/3"), format!("json={shard}.json"));
        let (text, _) = project.run(".", &["run", "s", "--shard", &name, "--report", &report]);
        assert!(text.contains(&format!("shard {shard}/3: ")) && text.contains(" of 10 scenarios"), "{text}");
        // Whose script is gone does not depend on which scenarios are selected.
        assert!(text.contains("1 snapshot without a script"), "{text}");
        shown.push(json(&project, &format!("{shard}.json"))["cases"].as_array().unwrap().len());
    }
    assert_eq!(shown.iter().sum::<usize>(), 10);
    let (whole, exit) = project.run(".", &["run", "s", "--report", "json=whole.json", "--report", "junit=whole.xml"]);
    let files = ["report", "merge", "3.json", "1.json", "2.json"];
    let (merged, merged_exit) =
        project.run(".", &[&files[..], &["--report", "json=merged.json", "--report", "junit=merged.xml"]].concat());
    assert_eq!((exit, merged_exit), (1, 1), "{merged}");
    // The console shows the same, but for what passes.
    let bad = |text: &str| text[text.find("FAIL").unwrap()..].replace("\npass    rows[a]\n", "\n");
    assert_eq!(bad(&merged).lines().filter(|line| !line.is_empty()).collect::<Vec<_>>(), {
        let whole = bad(&whole);
        whole.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    });
    assert_eq!(timeless(json(&project, "merged.json")), timeless(json(&project, "whole.json")));
    let names = |file: &str| project.read(file).matches("<testcase ").count();
    assert_eq!(names("merged.xml"), names("whole.xml"));
}

#[test]
fn rows_of_a_scenario_stay_together() {
    let project = project("shard-rows");
    let holding = (1..=7).filter(|shard| {
        let (text, _) = project.run(".", &["run", "s", "--shard", &format!("{shard}/7")]);
        let rows = text.lines().filter(|line| line.contains("  rows[")).count();
        assert!([0, 3, 5].contains(&rows), "{text}");
        rows > 0
    });
    assert_eq!(holding.count(), 1);
}

#[test]
fn a_shard_without_scenarios_passes_and_says_so() {
    let project = Project::new("shard-empty", &[("s/a.rhai", "assert(true);\n"), ("s/b.rhai", "skip(\"x\");\n")]);
    let mut empty = 0;
    for shard in 1..=5 {
        let (text, exit) = project.run(
            ".",
            &["run", "s", "--strict", "--shard", &format!("{shard}/5"), "--report", &format!("json={shard}.json")],
        );
        assert_eq!(exit, 0, "{text}");
        empty += usize::from(text.contains(&format!("shard {shard}/5: none of 2 scenarios\n")));
    }
    assert!(empty >= 3);
    let files: Vec<String> = (1..=5).map(|shard| format!("{shard}.json")).collect();
    let files = files.iter().map(String::as_str);
    let (text, exit) = project.run(".", &["report", "merge"].into_iter().chain(files).collect::<Vec<_>>());
    assert!(exit == 0 && text.starts_with("2 scenarios: 1 passed, 1 skipped\n"), "{text}");
}

#[test]
fn what_is_no_shard_is_said() {
    let project = Project::new("shard-wrong", &[("s/a.rhai", "assert(true);\n")]);
    for (shard, message) in [
        ("0/3", "there is no shard 0 of 3: they are numbered from 1"),
        ("4/3", "there is no shard 4 of 3: they are numbered from 1"),
        ("x", "it must be the number of a shard and how many there are, such as 1/3"),
        ("1/10001", "there may be 10000 shards at most"),
    ] {
        let (text, exit) = project.run(".", &["run", "s", "--shard", shard]);
        let expected = format!("error: invalid value '{shard}' for '--shard <I/N>': {message}\n");
        assert!(exit == 2 && text.starts_with(&expected), "{text}");
    }
}

#[test]
fn all_that_are_skipped_in_all_shards_are_told_by_the_merge() {
    let project = Project::new("shard-skipped", &[("s/a.rhai", "skip(\"x\");\n"), ("s/b.rhai", "skip(\"x\");\n")]);
    for shard in 1..=2 {
        let (text, exit) = project.run(
            ".",
            &["run", "s", "--strict", "--shard", &format!("{shard}/2"), "--report", &format!("json={shard}.json")],
        );
        assert!(exit == 0 && !text.contains("nothing was tested"), "{text}");
    }
    let (text, exit) = project.run(".", &["report", "merge", "1.json", "2.json"]);
    assert!(exit == 1 && text.contains("error: all 2 scenarios were skipped, and nothing was tested\n"), "{text}");
}

#[test]
fn one_whole_report_is_made_into_others() {
    let project = project("merge-one");
    project.run(".", &["run", "s", "--report", "json=a.json", "--report", "junit=a.xml"]);
    let (text, exit) = project.run(
        ".",
        &["report", "merge", "a.json", "--report", "json=b.json", "--report", "junit=b.xml", "--report", "github"],
    );
    assert!(exit == 1 && text.contains("\n::error file=s/fails.rhai,line=1,col=1,title=fails::"), "{text}");
    assert_eq!(project.read("a.json"), project.read("b.json"));
    assert_eq!(project.read("a.xml"), project.read("b.xml"));
}

#[test]
fn what_cannot_be_merged_says_why() {
    let project = project("merge-wrong");
    let run = |arguments: &[&str]| project.run(".", &[&["run", "s"], arguments].concat());
    run(&["--report", "json=whole.json"]);
    run(&["--shard", "1/2", "--report", "json=1.json"]);
    run(&["--shard", "2/2", "--report", "json=2.json"]);
    run(&["--shard", "1/3", "--report", "json=1of3.json"]);
    run(&["--shard", "2/2", "--filter", "passes", "--report", "json=other.json"]);
    run(&["--shard", "2/2", "--strict", "--report", "json=strict.json"]);
    let report = project.read("1.json");
    project.write("cut.json", &report[..report.len() / 2]);
    project.write("list.json", "[1, 2]");
    project.write("object.json", "{\"name\": \"x\"}");
    project.write("next.json", &report.replacen("\"schema\":1", "\"schema\":2", 1));
    project.write("changed.json", &report.replacen("\"checks\"", "\"chekcs\"", 1));
    project.write("version.json", &report.replacen("\"harness\":\"", "\"harness\":\"9", 1));
    let mut told = String::new();
    for files in [
        &["none.json"][..],
        &["cut.json"],
        &["list.json"],
        &["object.json"],
        &["next.json"],
        &["changed.json"],
        &["1.json", "whole.json"],
        &["whole.json", "whole.json"],
        &["1.json"],
        &["1of3.json"],
        &["1.json", "1.json"],
        &["1.json", "1of3.json"],
        &["1.json", "other.json"],
        &["1.json", "strict.json"],
        &["2.json", "version.json"],
        &["1.json", "2.json", "--report", "junit"],
        &["1.json", "2.json", "--report", "junit=no/x.xml"],
    ] {
        let (text, exit) = project.run(".", &[&["report", "merge"], files].concat());
        told += &format!("$ kandy-harness report merge {}\n{text}exit {exit}\n\n", files.join(" "));
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!("merge", told);
    });
}
