//! The bundled scenarios.

use std::fs;

use crate::support::{harness, root};

/// What the bundled scenarios must number at least.
const AT_LEAST: usize = 90;

#[test]
fn each_passes_and_is_as_its_snapshot() {
    let (text, exit) = harness(&root(), &["run", "--strict"]);
    assert_eq!(exit, 0, "{text}");
    assert!(!text.contains("on its checks alone") && !text.contains("on their checks alone"), "{text}");
    let passed = text.lines().filter(|line| line.starts_with("pass ")).count();
    assert!(passed >= AT_LEAST, "only {passed} scenarios");
}

#[test]
fn transcripts_are_the_same_in_every_run_and_for_any_number_of_jobs() {
    let one = harness(&root(), &["run", "--show", "--jobs", "1"]);
    assert_eq!(one, harness(&root(), &["run", "--show", "--jobs", "1"]));
    assert_eq!(one, harness(&root(), &["run", "--show", "--jobs", "2"]));
}

#[test]
fn each_begins_with_a_description_and_tags() {
    let (text, exit) = harness(&root(), &["list"]);
    assert_eq!(exit, 0, "{text}");
    let scripts = root().join("scenarios/scripts");
    for theme in fs::read_dir(scripts).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in fs::read_dir(theme).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "rhai") {
                let script = fs::read_to_string(&file).unwrap();
                let is_told = script.starts_with("// ") && script.lines().any(|line| line.starts_with("// tags: "));
                assert!(is_told, "{} tells nothing of itself", file.display());
            }
        }
    }
}
