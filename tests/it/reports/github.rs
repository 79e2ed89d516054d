//! Annotations of GitHub.

use super::project;
use crate::project::Project;

/// Runs in a folder as in a step of GitHub's, and gives its annotations, its summary and its exit code.
fn step(project: &Project, arguments: &[&str]) -> (String, String, u8) {
    let (text, exit) = project.step(arguments);
    let commands = text.lines().filter(|line| line.starts_with("::")).map(|line| line.to_owned() + "\n");
    let summary = if project.has("summary.md") { project.read("summary.md") } else { String::new() };
    (commands.collect(), summary, exit)
}

#[test]
fn what_fails_is_shown_beside_the_code_and_in_a_summary() {
    let project = project("github");
    project.write("scenarios/doubtful.rhai", "// Checks nothing.\nprint(`a, b: 100 %`);\n");
    project.write("scenarios/differs.rhai", "assert(true);\nprint(\"`````\");\n");
    project.write("scenarios/differs.snap", "---\nsource: differs.rhai\n---\n0.000  script    print     <old>\n");
    let (commands, summary, exit) = step(&project, &["run", "--report", "github"]);
    assert_eq!(exit, 3, "{commands}");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!("github", format!("{commands}\n{summary}"));
    });
}

#[test]
fn there_are_as_many_annotations_as_github_shows() {
    let rows: String = (0..13).map(|row| format!("r{row}: {row}, ")).collect();
    let fails = format!("let case = cases(#{{ {rows} }});\nassertEq(case, 99);\n");
    let nothing = format!("let case = cases(#{{ {rows} }});\nprint(`${{case}}`);\n");
    let project = Project::new("github-many", &[("s/fails.rhai", &fails), ("s/nothing.rhai", &nothing)]);
    let (commands, summary, exit) = step(&project, &["run", "s", "--report", "github"]);
    assert_eq!(exit, 1);
    let count = |start: &str| commands.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((count("::error "), count("::warning "), count("::notice ")), (10, 10, 1), "{commands}");
    let rest = "::notice title=kandy-harness::not annotated: 3 errors and 3 warnings more, since GitHub shows no more of \
                a step\n";
    assert!(commands.ends_with(rest), "{commands}");
    assert_eq!(summary.matches("<details>").count(), 13, "{summary}");
}

#[test]
fn a_summary_is_appended_and_stays_within_what_github_takes() {
    let rows: String = (0..60).map(|row| format!("r{row}: 1, ")).collect();
    let fails = format!("let case = cases(#{{ {rows} }});\nfail(\"{}\");\n", "x".repeat(7_000));
    let project = Project::new("github-long", &[("s/fails.rhai", &fails)]);
    let before = "before\n".repeat(135_000);
    project.write("summary.md", &before);
    let (_, summary, exit) = step(&project, &["run", "s", "--report", "github"]);
    assert_eq!(exit, 1);
    let added = summary.strip_prefix(&before).unwrap();
    assert!(added.starts_with("### kandy-harness\n\n60 scenarios: 60 failed\n"), "{added}");
    assert!(summary.len() <= 1024 * 1024 && summary.len() > 1_000_000, "{}", summary.len());
    assert!(added.contains("failures more, for which GitHub has no room here"), "{added}");
}

#[test]
fn a_summary_that_cannot_be_written_is_said_before_anything_runs() {
    let project = Project::new("github-none", &[("s/a.rhai", "assert(true);\n"), ("summary.md/x", "")]);
    let (text, exit) = project.step(&["run", "s", "--report", "github"]);
    assert!(exit == 2 && text.contains("cannot write the report `summary.md`: ") && !text.contains("pass"), "{text}");
}
