//! What newcomers are told: `tests/newcomer` has their scripts, and what each was meant to be.

use std::fs;

use crate::support::{harness, root};

/// The names of the scripts in a folder below `tests`, sorted.
fn scripts(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join("tests").join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter_map(|name| name.strip_suffix(".rhai").map(str::to_owned)).collect();
    names.sort();
    names
}

#[test]
fn what_a_newcomer_writes_is_told_with_its_cure() {
    let names = scripts("newcomer");
    assert_eq!(names.len(), 9, "{names:?}");
    for name in names {
        let (text, exit) = harness(&root().join("tests/newcomer"), &["run", &format!("{name}.rhai")]);
        let told = format!("$ kandy-harness run {name}.rhai\n{text}--- exit code {exit}\n");
        insta::with_settings!({
            omit_expression => true,
            prepend_module_to_snapshot => false,
            snapshot_path => "snapshots/newcomer",
        }, {
            insta::assert_snapshot!(name, told);
        });
    }
}

#[test]
fn what_they_are_told_leads_to_a_script_that_passes() {
    assert_eq!(scripts("newcomer"), scripts("newcomer/cured"), "each has its cure");
    let (text, exit) = harness(&root().join("tests/newcomer/cured"), &["run", "."]);
    assert_eq!(exit, 0, "{text}");
}
