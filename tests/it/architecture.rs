//! The invariants of absence that no lint holds.

use std::fs;

use crate::support::root;

/// The normal dependencies of a package, as its manifest names them.
fn dependencies(package: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
    let (_, rest) = manifest.split_once("[dependencies]\n").expect("the package has dependencies");
    let section = rest.split("\n[").next().unwrap_or_default();
    section.lines().filter_map(|line| line.split(['.', ' ', '=']).next()).map(str::to_owned).collect()
}

#[test]
fn the_cores_know_nothing_of_each_other() {
    for core in ["client", "mock-server"] {
        let known = dependencies(core);
        assert!(known.contains(&"http".to_owned()), "the manifest was not understood: {known:?}");
        assert!(!known.iter().any(|name| name.starts_with("kandy-")), "{core} depends on one of ours: {known:?}");
    }
}

#[test]
fn files_stay_readable() {
    let mut folders = ["client", "mock-server", "scenarios", "tests"].map(|folder| root().join(folder)).to_vec();
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                seen += 1;
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                assert!(lines <= 450, "{} has {lines} lines: give it a child", path.display());
            }
        }
    }
    assert!(seen > 80, "only {seen} files were looked at");
}
