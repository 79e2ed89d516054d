//! The invariants of absence that no lint holds.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Which of our own packages each package builds on. What its tests alone need does not count.
#[test]
fn scenarios_alone_knows_both_cores() {
    let known = [
        ("client", vec![]),
        ("mock-server", vec![]),
        ("scenarios", vec!["kandy-client", "kandy-mock-server"]),
        // They prove it, and nothing builds on them.
        ("tests", vec!["kandy-client", "kandy-mock-server", "kandy-scenarios"]),
    ];
    let workspace = manifest(".");
    let members = workspace["workspace"]["members"].as_array().unwrap().iter();
    let found: Vec<(&str, Vec<String>)> =
        members.map(|member| member.as_str().unwrap()).map(|member| (member, ours(&manifest(member)))).collect();
    assert_eq!(found, known.map(|(member, ours)| (member, ours.into_iter().map(str::to_owned).collect())));
}

fn manifest(package: &str) -> toml::Table {
    fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap().parse().unwrap()
}

/// Our own packages among the dependencies of a manifest, whatever they are called there.
fn ours(manifest: &toml::Table) -> Vec<String> {
    let of_target = manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let tables = of_target.filter_map(|(_, target)| target.as_table()).chain([manifest]);
    let kinds = tables.flat_map(|table| ["dependencies", "build-dependencies"].map(|kind| table.get(kind)));
    let dependencies = kinds.flatten().filter_map(toml::Value::as_table).flatten();
    let names = dependencies.map(|(name, how)| how.get("package").and_then(toml::Value::as_str).unwrap_or(name));
    names.filter(|name| name.starts_with("kandy-")).map(str::to_owned).collect()
}

/// The layers of the platform's package, each with the modules that stand above it or beside it, which it does not name.
#[test]
fn the_platform_is_below_its_servers_and_what_they_share_is_between() {
    let layers: [(&str, &[&str]); 4] = [
        ("", &["server", "mock_kandy", "front"]),
        ("server", &["mock_kandy", "front"]),
        ("mock_kandy", &["front"]),
        ("front", &["mock_kandy"]),
    ];
    let source = root().join("mock-server/src");
    for (layer, above) in layers {
        let files = rust_files("mock-server/src").into_iter().filter(|path| {
            let path = path.strip_prefix(&source).unwrap();
            path != Path::new("lib.rs") && layer == layer_of(path)
        });
        let files: Vec<PathBuf> = files.collect();
        assert!(files.len() > 5, "only {} files are in the layer {layer:?}", files.len());
        for path in files {
            let code = fs::read_to_string(&path).unwrap();
            for module in above {
                assert!(!names(&code, module), "{} names `{module}`, which is not below it", path.display());
            }
            // What a layer gets from the root of the package could come from any layer.
            let of_root = code.lines().find(|line| !is_comment(line) && names_an_item_of_the_root(line));
            assert_eq!(of_root, None, "{} names an item by the package's root", path.display());
        }
    }
}

/// The layers above the platform are folders, each with a file beside it; everything else is the platform.
fn layer_of(path: &Path) -> &str {
    let first = path.iter().next().unwrap().to_str().unwrap();
    let first = first.strip_suffix(".rs").unwrap_or(first);
    if ["server", "mock_kandy", "front"].contains(&first) { first } else { "" }
}

/// Whether code has `module` as a word of its own. Comments and texts, such as the names of features, do not count.
pub(crate) fn names(code: &str, module: &str) -> bool {
    let outside_of_texts = |line: &str| line.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let lines = code.lines().filter(|line| !is_comment(line)).map(outside_of_texts);
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    lines.into_iter().any(|line| line.split(|letter| !is_part(letter)).any(|word| word == module))
}

fn names_an_item_of_the_root(line: &str) -> bool {
    line.split("crate::").skip(1).any(|rest| rest.trim_start_matches('{').starts_with(char::is_uppercase))
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

#[test]
fn a_name_in_code_is_found() {
    for code in ["use crate::front::ClockError;", "use super::super::front;", "    let x: front::Front;"] {
        assert!(names(code, "front"), "{code}");
    }
    for code in
        ["// the front", "    /// [`Front`](crate::front)", "#[cfg(feature = \"front\")]", "let frontier = in_front;"]
    {
        assert!(!names(code, "front"), "{code}");
    }
    assert!(names_an_item_of_the_root("use crate::{Fault, Front};"));
    assert!(names_an_item_of_the_root("fn start() -> crate::Front {"));
    assert!(!names_an_item_of_the_root("use crate::server::shared::Shared;"));
}

/// The rows of the tables of client/PORTING.md that name recordings and Rust items.
pub(crate) fn porting_rows() -> Vec<Vec<String>> {
    let table = fs::read_to_string(root().join("client/PORTING.md")).unwrap();
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = table.lines().filter(|line| line.starts_with("| ")).map(cells);
    rows.filter(|row| row.len() == 5 && row[0] != "Behaviour").collect()
}

/// The rows of its tables of the other dialects, likewise.
pub(crate) fn porting_rows_of_dialects() -> Vec<Vec<String>> {
    let table = fs::read_to_string(root().join("client/PORTING.md")).unwrap();
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = table.lines().filter(|line| line.starts_with("| ")).map(cells);
    rows.filter(|row| row.len() == 4 && row[2].contains('/')).collect()
}

#[test]
fn the_recordings_of_dialects_that_the_porting_table_names_exist() {
    let rows = porting_rows_of_dialects();
    assert!(rows.len() > 25, "only {} rows were found", rows.len());
    for name in rows.iter().flat_map(|row| row[2].split(", ")) {
        let is_there = root().join("tests/traces/dialects").join(format!("{name}.json")).is_file();
        assert!(is_there, "{name} is in PORTING.md and not among the recordings");
    }
}

#[test]
fn the_recordings_that_the_porting_table_names_exist() {
    let entries = ["tests/traces", "tests/traces/odd"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let names = entries.into_iter().flatten().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: Vec<String> = names.collect();
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
    for row in porting_rows().into_iter().chain(porting_rows_of_dialects()) {
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
pub(crate) fn rust_files(folder: &str) -> Vec<PathBuf> {
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
    assert!(
        knowing.len() > 8 && knowing.contains(&"world/client_side.rs".to_owned()),
        "who knows records: {knowing:?}"
    );
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
