//! The invariants of absence that no lint holds.

use std::fs;
use std::path::PathBuf;

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

/// The rows of the tables of client/PORTING.md that name recordings and Rust items.
fn porting_rows() -> Vec<Vec<String>> {
    let table = fs::read_to_string(root().join("client/PORTING.md")).unwrap();
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = table.lines().filter(|line| line.starts_with("| ")).map(cells);
    rows.filter(|row| row.len() == 5 && row[0] != "Behaviour").collect()
}

#[test]
fn the_recordings_that_the_porting_table_names_exist() {
    let entries = fs::read_dir(root().join("tests/traces")).unwrap();
    let files: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut named = 0;
    for row in porting_rows() {
        for name in row[2].split(", ").filter(|name| !name.is_empty() && *name != "all") {
            named += 1;
            let parts: Vec<&str> = name.split("\\*").collect();
            let is_there = match parts[..] {
                [whole] => files.contains(&format!("{whole}.json")),
                [start, end] => {
                    files.iter().any(|file| file.starts_with(start) && file.ends_with(&format!("{end}.json")))
                }
                _ => false,
            };
            assert!(is_there, "{name} is in PORTING.md and not among the recordings");
        }
    }
    assert!(named > 100, "only {named} recordings were found in the table");
}

#[test]
fn the_items_that_the_porting_table_names_exist() {
    let sources: String = rust_files("client/src").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for row in porting_rows() {
        for item in row[3].split('`').skip(1).step_by(2) {
            let name = item.rsplit("::").next().unwrap_or_default();
            let is_there = ["fn", "struct", "enum", "const", "mod"].iter().any(|kind| {
                let item = format!("{kind} {name}");
                sources
                    .split(&item)
                    .skip(1)
                    .any(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
            });
            assert!(is_there, "{item} is in PORTING.md and not in the client");
        }
    }
}

#[test]
fn files_stay_readable() {
    let files: Vec<PathBuf> =
        ["client", "mock-server", "scenarios", "tests"].iter().flat_map(|at| rust_files(at)).collect();
    assert!(files.len() > 80, "only {} files were looked at", files.len());
    for path in files {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 450, "{} has {lines} lines: give it a child", path.display());
    }
}

/// All Rust sources below a folder of the repository.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![root().join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// What makes text of anything.
const MAKES_TEXT: [&str; 4] = ["format!(", "write!(", "writeln!(", "Display for "];

#[test]
fn text_is_made_of_records_last() {
    let sources = root().join("scenarios/src");
    let mut knowing = Vec::new();
    let mut making = Vec::new();
    for path in rust_files("scenarios/src") {
        let name = path.strip_prefix(&sources).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_tests = name.ends_with("tests.rs") || name.contains("/tests/");
        if is_tests || !(name.starts_with("trace") || names_records(code)) {
            continue;
        }
        if MAKES_TEXT.iter().any(|making| code.contains(making)) {
            making.push(name.clone());
        }
        knowing.push(name);
    }
    knowing.sort();
    assert!(knowing.len() > 8 && knowing.contains(&"world/stage.rs".to_owned()), "who knows records: {knowing:?}");
    making.retain(|name| !name.starts_with("report"));
    assert_eq!(making, ["transcript.rs"], "only a transcript and reports make text of what the trace knows");
}

/// Whether a source takes the variants of what can happen, or the records that hold them, from the trace.
fn names_records(code: &str) -> bool {
    let imports = code.split("use ").filter_map(|rest| rest.split_once(';')).map(|(import, _)| import);
    let of_trace = imports.filter_map(|import| import.split_once("trace::")).map(|(_, names)| names);
    let is_one = |name: &str| matches!(name, "What" | "Record");
    of_trace.flat_map(|names| names.split(|character: char| !character.is_alphanumeric())).any(is_one)
}
