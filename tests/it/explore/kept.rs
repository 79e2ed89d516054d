//! Accepted files that are not as they should be: they are told before anything runs, with the line and what to do.

use std::fs;

use super::FLOW;
use crate::project::Project;

/// Fails when it runs: what is told of anything else was found before.
const FAILS: &str = "assert(false);\n";

fn broken(test: &str, accepted: &[u8]) -> String {
    let project = Project::new(&format!("explore-kept-{test}"), &[("scenarios/flow.rhai", FAILS)]);
    fs::write(project.path("scenarios/flow.explore"), accepted).unwrap();
    let (text, exit) = project.run(".", &["explore"]);
    assert!(text.starts_with("BROKEN  flow\n\n") && exit == 3, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    project.write("scenarios/flow.rhai", FLOW);
    let (text_of_update, exit) = project.run(".", &["explore", "--update"]);
    assert!(text_of_update.starts_with("update  flow") && exit == 0, "{text_of_update}");
    assert_eq!(project.run(".", &["explore"]).1, 0);
    text
}

#[test]
fn what_is_no_such_file_is_told_before_anything_runs_and_is_written_anew() {
    let text = broken("malformed", b"\nwho knows\n");
    let error = "error: this is neither a heading of what is accepted nor below one\n --> scenarios/flow.explore:2\n";
    assert!(text.contains(error), "{text}");
    assert!(text.contains("= help: mend it, or write it anew with `--update`"), "{text}");
    let text = broken("heading", b"[findings]\n[other]\n");
    assert!(text.contains("--> scenarios/flow.explore:2\n"), "{text}");
    let text = broken("conflict", b"# head\n[findings]\n<<<<<<< HEAD\n=======\n>>>>>>> other\n");
    let error = "error: what is accepted has a merge conflict\n --> scenarios/flow.explore:3\n";
    assert!(text.contains(error), "{text}");
    let text = broken("binary", b"\x00\xff\xfe[findings]\n");
    assert!(text.contains("error: what is accepted is not text in UTF-8\n --> scenarios/flow.explore\n"), "{text}");
}

#[test]
fn a_folder_in_its_place_is_told_alike_whether_it_is_to_be_written_or_read() {
    let project = Project::new("explore-kept-folder", &[("scenarios/flow.rhai", FLOW)]);
    fs::create_dir(project.path("scenarios/flow.explore")).unwrap();
    for arguments in [&["explore"][..], &["explore", "--update"]] {
        let (text, exit) = project.run(".", arguments);
        assert!(text.starts_with("BROKEN  flow\n\nerror: cannot read what is accepted: it is not a file\n"), "{text}");
        assert!(text.contains("= help: move away what is there") && exit == 3, "{text}");
    }
}

#[test]
fn what_is_accepted_of_no_scenario_is_told() {
    let rows = "let row = cases(#{ one: #{ n: 1 } });\nassert(row.n > 0);\n";
    let files = [
        ("scenarios/flow.rhai", FLOW),
        ("scenarios/gone.explore", "# nothing\n"),
        ("scenarios/rows.rhai", rows),
        ("scenarios/rows.explore", ""),
        ("scenarios/rows[one].explore", ""),
        ("scenarios/rows[two].explore", ""),
        ("scenarios/lib/module.explore", ""),
    ];
    let project = Project::new("explore-stale", &files);
    let (text, exit) = project.run(".", &["explore", "--without", "lost"]);
    let told = "\nwarning: 3 accepted files without a script; remove them:\n  scenarios/gone.explore\n  \
                scenarios/rows[two].explore\n  scenarios/rows.explore\n";
    assert!(text.ends_with(told) && exit == 1, "{text}");
    for file in ["gone", "rows[two]", "rows"] {
        fs::remove_file(project.path(&format!("scenarios/{file}.explore"))).unwrap();
    }
    assert!(!project.run(".", &["explore"]).0.contains("warning"));
}

#[test]
fn what_held_in_no_run_is_accepted_as_anything_else() {
    let script =
        format!("sometimes(\"moon\", || false);\nalways(\"a\\n[outcomes]\\u202eb\", || disturbed() == ());\n{FLOW}");
    let project = Project::new("explore-kept-never", &[("scenarios/flow.rhai", &script)]);
    let (text, exit) = project.run(".", &["explore", "--update", "--report", "json=report.json"]);
    assert!(text.starts_with("update  flow") && exit == 0, "{text}");
    for file in ["scenarios/flow.explore", "report.json"] {
        let kept = project.read(file);
        assert!(kept.contains("u{202e}b` does not hold") && !kept.contains('\u{202e}'), "{file}:\n{kept}");
    }
    let (text, exit) = project.run(".", &["explore"]);
    assert!(text.starts_with("same    flow") && exit == 0, "{text}");
    let (text, exit) = project.run(".", &["explore", "--update", "--all"]);
    assert!(text.starts_with("update  flow") && text.contains("`moon` was never seen to hold") && exit == 0, "{text}");
}
