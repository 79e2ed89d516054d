//! `new`: what it makes runs, and nothing that is there is touched.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{harness, harness_in};

/// A folder of its own for a test, removed in the end.
struct Place(PathBuf);

impl Place {
    fn new(test: &str) -> Self {
        let place = Self(std::env::temp_dir().join(format!("kandy-new-{}-{test}", std::process::id())));
        fs::create_dir_all(&place.0).unwrap();
        place
    }

    fn new_project(&self, name: &[&str]) -> (String, u8) {
        harness(&self.0, &[&["new"], name].concat())
    }

    /// Every file and folder in it, sorted.
    fn entries(&self) -> Vec<String> {
        let (mut folders, mut found) = (vec![self.0.clone()], Vec::new());
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                found.push(path.strip_prefix(&self.0).unwrap().to_str().unwrap().replace('\\', "/"));
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const FILES: [&str; 6] =
    [".gitignore", "kandy.toml", "scenarios", "scenarios/connect.rhai", "scenarios/lib", "scenarios/lib/users.rhai"];

/// What a newcomer does next, all of which should pass.
fn passes(folder: &Path) {
    for arguments in [
        &["run"][..],
        &["check", "--strict"],
        &["run", "--strict"],
        &["run", "--live", "--strict"],
        &["run", "--profile", "smoke"],
        &["run", "--update"],
        &["run", "--strict"],
    ] {
        let (text, exit) = harness(folder, arguments);
        assert_eq!(exit, 0, "{arguments:?}\n{text}");
        assert!(!text.contains("warning"), "{arguments:?}\n{text}");
    }
    let (text, exit) = harness_in(true, folder, &["run"]);
    assert_eq!(exit, 0, "{text}");
    assert!(folder.join("scenarios/connect.snap").is_file());
}

#[test]
fn a_new_project_passes_what_it_is_told_to_do() {
    let place = Place::new("here");
    let (text, exit) = place.new_project(&[]);
    assert_eq!(exit, 0, "{text}");
    assert_eq!(place.entries(), FILES);
    assert!(text.contains("next:\n  kandy-harness run  ") && !text.contains("cd "), "{text}");
    passes(&place.0);
    let mistaken = "import \"lib/users\" as users;\nusers.alice();\n";
    fs::write(place.0.join("scenarios/mistaken.rhai"), mistaken).unwrap();
    let (text, _) = harness(&place.0, &["run", "scenarios/mistaken.rhai"]);
    assert!(text.contains("`users` is a module: `users::function(..)`"), "{text}");
    let ignored = fs::read_to_string(place.0.join(".gitignore")).unwrap();
    for pattern in ["*.snap.new", ".kandy/", "reports/"] {
        assert!(ignored.lines().any(|line| line == pattern), "{ignored}");
    }
}

#[test]
fn a_named_project_has_a_folder_of_its_own() {
    let place = Place::new("named");
    let (text, exit) = place.new_project(&["login tests"]);
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("made login tests/kandy.toml\n") && text.contains("\n  cd 'login tests'\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    passes(&place.0.join("login tests"));

    // A folder that is there, with other things in it, and an absolute path.
    fs::create_dir_all(place.0.join("app/src")).unwrap();
    let absolute = place.0.join("absolute");
    for (name, folder) in [("app", place.0.join("app")), (absolute.to_str().unwrap(), absolute.clone())] {
        let (text, exit) = place.new_project(&[name]);
        assert_eq!(exit, 0, "{text}");
        assert!(folder.join("scenarios/lib/users.rhai").is_file());
    }
}

#[test]
fn nothing_that_is_there_is_touched() {
    for there in ["kandy.toml", ".gitignore", "scenarios/other.rhai"] {
        let place = Place::new("occupied");
        let path = place.0.join(there);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        let before = place.entries();
        let (text, exit) = place.new_project(&[]);
        let named = there.split('/').next().unwrap();
        assert!(text.contains(&format!("error: `{named}` is there already\n")), "{text}");
        assert_eq!((exit, place.entries()), (2, before), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }
    let place = Place::new("again");
    assert_eq!(place.new_project(&["project"]).1, 0);
    let before = place.entries();
    let (text, exit) = place.new_project(&["project"]);
    assert!(text.contains("error: `project/kandy.toml` is there already\n"), "{text}");
    assert_eq!((exit, place.entries()), (2, before));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_there_too() {
    let place = Place::new("dangling");
    std::os::unix::fs::symlink("nowhere", place.0.join(".gitignore")).unwrap();
    std::os::unix::fs::symlink("nowhere", place.0.join("project")).unwrap();
    let (text, exit) = place.new_project(&[]);
    assert!(text.contains("error: `.gitignore` is there already\n") && exit == 2, "{text}");
    let (text, exit) = place.new_project(&["project"]);
    assert!(text.contains("error: `project` is there, and is not a folder\n") && exit == 2, "{text}");
    assert_eq!(place.entries(), [".gitignore", "project"]);
}

#[test]
fn a_bad_name_is_told_and_makes_nothing() {
    let place = Place::new("names");
    fs::write(place.0.join("file"), "").unwrap();
    let missing = place.0.join("missing").join("project");
    let missing = missing.to_str().unwrap();
    for (name, told) in [
        ("", "the name is empty"),
        ("..", "the name `..` has `..` in it"),
        ("../other", "the name `../other` has `..` in it"),
        ("a\nb", "the name `a\\nb` has an invisible character"),
        ("a\u{202e}b", "the name `a\\u{202e}b` has an invisible character"),
        ("missing/project", "cannot make `missing/project`: there is no folder `missing`"),
        (missing, "missing/project`: there is no folder `"),
        ("file", "`file` is there, and is not a folder"),
        ("file/project", "cannot make `file/project`: there is no folder `file`"),
    ] {
        let (text, exit) = place.new_project(&[name]);
        assert!(text.starts_with("error: ") && text.contains(told) && text.contains("\n  tip: "), "{name:?}: {text}");
        assert_eq!((exit, place.entries()), (2, vec!["file".to_owned()]), "{name:?}: {text}");
    }
}
