//! `check` and `run` are of one opinion: what one calls broken the other does, at the same place.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{harness, root};

/// Broken scripts whose mistake only a run can meet, and why.
const ONLY_WHEN_RUN: [(&str, &str); 1] = [("unknown-user", "users come and go while it runs")];

#[test]
fn check_and_run_agree_over_all_broken_scripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/failing");
    let mut compared = 0;
    for script in scripts(&folder).iter().filter(|path| !is_module(path)) {
        let name = script.strip_prefix(&folder).unwrap().with_extension("").display().to_string();
        let file = script.file_name().unwrap().to_str().unwrap();
        let (ran, exit) = harness(script.parent().unwrap(), &["run", file]);
        let (checked, exit_of_check) = harness(script.parent().unwrap(), &["check", file]);
        if exit == 3 && !ONLY_WHEN_RUN.iter().any(|(known, _)| *known == name) {
            assert_eq!(exit_of_check, 3, "{name}\n{ran}\n{checked}");
            assert_eq!(told(&ran), told(&checked), "{name}\n{ran}\n{checked}");
            compared += 1;
        } else {
            assert_eq!(exit_of_check, 0, "{name}\n{ran}\n{checked}");
        }
    }
    assert!(compared > 10, "only {compared} broken scripts were found");
}

/// The first error with its place.
fn told(output: &str) -> String {
    let lines = output.lines().skip_while(|line| !line.starts_with("error: "));
    let mut told = String::new();
    for line in lines {
        told += line;
        told.push('\n');
        if line.trim_start().starts_with("-->") {
            return told;
        }
    }
    panic!("no error is told:\n{output}")
}

#[test]
fn nothing_is_found_in_scripts_that_are_right() {
    let root = root();
    let (text, exit) = harness(&root, &["check", "scenarios/scripts"]);
    assert_eq!(exit, 0, "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    let (text, exit) = harness(&root, &["check", "tests/newcomer/cured"]);
    assert_eq!((exit, text.lines().count()), (0, 1), "{text}");
}

#[test]
fn nothing_is_found_in_the_scripts_of_the_documentation() {
    let root = root();
    let folder = std::env::temp_dir().join(format!("kandy-documented-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut count = 0;
    for page in ["README.md", "docs/offline-development.md"] {
        let text = fs::read_to_string(root.join(page)).unwrap();
        for (number, block) in text.split("```rhai\n").skip(1).enumerate() {
            let script = block.split("```").next().unwrap();
            let file = format!("{}-{number}.rhai", page.replace('/', "-"));
            fs::write(folder.join(&file), script).unwrap();
            let (text, exit) = harness(&folder, &["check", &file]);
            assert_eq!((exit, text.lines().count()), (0, 1), "{page}\n{script}\n{text}");
            count += 1;
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(count > 1, "no scripts are found");
}

#[test]
fn a_look_at_what_takes_long_ends_with_its_time() {
    let folder = std::env::temp_dir().join(format!("kandy-check-time-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let listeners = "kandy.on(\"auth:change\", || f());\n".repeat(9_000);
    let statements = "  x += 1;\n".repeat(45_000);
    fs::write(
        folder.join("long.rhai"),
        format!("let kandy = create();\n{listeners}fn f() {{\n  let x = 0;\n{statements}}}\n"),
    )
    .unwrap();
    let (text, exit) = harness(&folder, &["check", "--timeout", "300ms", "long.rhai"]);
    fs::write(folder.join("kandy.toml"), "timeout = \"300ms\"\n").unwrap();
    let (of_settings, _) = harness(&folder, &["check", "long.rhai"]);
    fs::remove_dir_all(&folder).unwrap();
    assert!(exit == 3 && text.contains("took more than 300 ms of real time"), "{exit}\n{text}");
    assert!(of_settings.contains("took more than 300 ms of real time"), "{of_settings}");
}

fn is_module(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.ends_with("lib"))
}

/// Every script in a folder and below it, in order.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .into_iter()
        .flat_map(|path| if path.is_dir() { scripts(&path) } else { vec![path] })
        .filter(|path| is_script(path))
        .collect()
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rhai")
}
