//! Reports to files, and for CI systems.

mod explored;
mod github;
mod html;
mod merge;
mod schema;

use crate::project::Project;

const USER: &str = "platform.addUser(\"alice\", \"s3cret\");\nlet kandy = create();\n";

/// A project with a case of each kind.
fn project(test: &str) -> Project {
    let fails = format!(
        "{USER}kandy.connect(#{{ username: \"alice\", password: \"s3cret\" }});\nassertEq(1, \"<&>\\x1b]]>\");\n"
    );
    let files = [
        ("scenarios/passes.rhai", "assert(true);\n".to_owned()),
        ("scenarios/fails.rhai", fails),
        ("scenarios/skips.rhai", "skip(\"needs a moon\");\n".to_owned()),
        ("scenarios/broken.rhai", "nothing();\n".to_owned()),
        ("scenarios/rows.rhai", "let case = cases(#{ \"a b\": 1, c: 2 });\nassertEq(case, 1);\n".to_owned()),
    ];
    Project::new(test, &files.each_ref().map(|(file, text)| (*file, text.as_str())))
}

/// A report without the times, which are real.
fn without_times(text: &str) -> String {
    let mut parts = text.split(" time=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |told, part| told + part.split_once('"').map_or("", |(_, rest)| rest))
}

#[test]
fn no_report_takes_the_place_of_what_it_is_about() {
    let project = Project::new("report-kept", &[("scenarios/a.rhai", "assert(true);\n"), ("kandy.toml", "")]);
    for file in ["scenarios/a.rhai", "new.snap", "scenarios/a.explore", "kandy.toml"] {
        for arguments in [
            &["run", "--report", &format!("html={file}")][..],
            &["explore", "--report", &format!("json={file}")],
            &["explore", "--coverage", "--picture", file],
        ] {
            let (text, exit) = project.run(".", arguments);
            let told = format!("{file}` would take the place of a script, ");
            assert!(exit == 2 && text.starts_with("error: a report to `"), "{text}");
            assert!(text.contains(&told) && text.contains("tip: name another file"), "{text}");
        }
    }
    assert_eq!(project.read("scenarios/a.rhai"), "assert(true);\n");
    assert_eq!(project.read("kandy.toml"), "");
}

#[test]
fn junit_has_a_test_case_for_each_case() {
    let project = project("junit");
    let (text, exit) = project.run(".", &["run", "--report", "junit=junit.xml"]);
    assert_eq!(exit, 3, "{text}");
    let report = project.read("junit.xml");
    assert!(!report.contains("s3cret"), "{report}");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("junit", without_times(&report));
    });
}

#[test]
fn the_settings_may_want_it() {
    let project = project("junit-settings");
    project.write("kandy.toml", "report = [\"junit=out.xml\"]\n");
    project.run("scenarios", &["run", "--filter", "passes"]);
    assert!(project.has("out.xml"));
    project.run("scenarios", &["run", "--filter", "passes", "--report", "junit=other.xml"]);
    assert!(project.has("scenarios/other.xml"), "what is given goes before the settings, and is taken from here");
}

#[test]
fn what_cannot_be_reported_is_said_before_anything_runs() {
    let project = project("junit-errors");
    for (arguments, message) in [
        (&["--report", "junit"][..], "the report's file is missing, as in `junit=target/kandy-junit.xml`"),
        (&["--report", "json="], "the report's file is missing, as in `json=target/kandy.json`"),
        (&["--report", "github=x"], "`github` takes no file: it writes to standard output, as GitHub reads it"),
        (&["--report", "tap=x"], "there is no report `tap`; it must be html=PATH, json=PATH, junit=PATH or github"),
        (&["--report", "jsn=x"], "there is no report `jsn`; did you mean `json`?"),
        (&["--report", "junit=a", "--report", "junit=b"], "the report `junit` is wanted twice: name one file"),
        (&["--report", "github", "--report", "github"], "the report `github` is wanted twice"),
        (
            &["--report", "junit=a", "--report", "json=./scenarios/../a"],
            "the reports `junit` and `json` both go to `././scenarios/../a`: name two files",
        ),
        (&["--report", "junit=no/such/folder.xml"], "no/such/folder.xml`: No such file"),
        (&["--report", "junit=scenarios"], "scenarios`: is a directory"),
    ] {
        let (text, exit) = project.run(".", &[&["run"], arguments].concat());
        assert!(exit == 2 && text.contains(message) && !text.contains("pass "), "{text}");
        // The settings are told the same.
        let wanted = arguments.iter().skip(1).step_by(2).map(|report| format!("\"{report}\"")).collect::<Vec<_>>();
        project.write("kandy.toml", &format!("report = [{}]\n", wanted.join(", ")));
        let (text, exit) = project.run(".", &["run"]);
        assert!(exit == 2 && text.contains(&message[..20]) && !text.contains("pass "), "{text}");
        project.write("kandy.toml", "");
    }
    assert_eq!(project.names(), ["kandy.toml", "scenarios"], "nothing is left");
}

#[test]
fn what_a_script_redacts_is_in_no_report() {
    let fails = "redact(\"secret-[0-9]+\", \"id\");\nplatform.addUser(\"secret-1\", \"x\");\nlet kandy = create();\n\
                 kandy.connect(#{ username: \"secret-1\", password: \"x\" });\n\
                 waitUntil(|| kandy.getConnection().isConnected);\n\
                 platform.send(\"secret-1\", #{ notificationMessage: #{ eventType: \"secret-2\", id: \"secret-3\" } });\n\
                 kandy.waitFor(\"notification:received\");\nprint(\"secret-4\");\nassertEq(\"secret-5\", \"x\");\n";
    let skips = "redact(\"secret-[0-9]+\", \"id\");\nskip(\"secret-6\");\n";
    let doubts =
        "redact(\"secret-[0-9]+\", \"id\");\nplatform.addUser(\"secret-7\", \"x\");\nplatform.cut(\"secret-7\");\n";
    let files = [("s/fails.rhai", fails), ("s/skips.rhai", skips), ("s/doubts.rhai", doubts)];
    let project = Project::new("redacted", &files);
    let (text, exit) = project.step(&[
        "run",
        "s",
        "--strict",
        "--report",
        "json=a.json",
        "--report",
        "junit=a.xml",
        "--report",
        "github",
    ]);
    assert_eq!(exit, 1, "{text}");
    let commands: String = text.lines().filter(|line| line.starts_with("::")).collect();
    for report in [project.read("a.json"), project.read("a.xml"), project.read("summary.md"), commands] {
        let places = report.match_indices("secret-").map(|(at, _)| &report[at.saturating_sub(80)..at + 20]);
        assert_eq!(places.collect::<Vec<_>>(), Vec::<&str>::new());
        assert!(report.contains("[id]"), "{report}");
    }
}
