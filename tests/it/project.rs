//! Projects: one name and one root for a scenario, however it is named, and settings in `kandy.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use kandy_scenarios::report::github::GithubStep;

use crate::support::{harness_as, harness_in};

/// A folder of files, removed in the end.
pub(crate) struct Project(PathBuf);

impl Project {
    pub(crate) fn new(test: &str, files: &[(&str, &str)]) -> Self {
        let project = Self(std::env::temp_dir().join(format!("kandy-project-{}-{test}", std::process::id())));
        for (file, text) in files {
            project.write(file, text);
        }
        project
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    /// Runs the command in a folder of it, whose whole path is left out.
    pub(crate) fn run(&self, here: &str, arguments: &[&str]) -> (String, u8) {
        self.run_in(false, here, arguments)
    }

    /// Runs the command as a step of GitHub's, whose summary is `summary.md`.
    pub(crate) fn step(&self, arguments: &[&str]) -> (String, u8) {
        let step = GithubStep {
            folder: self.0.clone(),
            workspace: Some(self.0.clone()),
            summary: Some(self.0.join("summary.md")),
        };
        let (text, exit) = harness_as(step, false, &self.0, arguments);
        (text.replace(&format!("{}/", self.0.display()), ""), exit)
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// What is in its folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The same, in CI or not.
    pub(crate) fn run_in(&self, ci: bool, here: &str, arguments: &[&str]) -> (String, u8) {
        let (text, exit) = harness_in(ci, &self.0.join(here), arguments);
        (text.replace(&format!("{}/", self.0.display()), ""), exit)
    }
}

impl Project {
    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    pub(crate) fn has(&self, file: &str) -> bool {
        self.0.join(file).is_file()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const USES_MODULE: &str = "import \"lib/users\" as users;\nassertEq(users::alice(), \"alice\");\n";
const MODULE: &str = "fn alice() { \"alice\" }\n";

#[test]
fn names_and_modules_are_the_same_however_a_scenario_is_named() {
    for (test, root, marks) in [
        ("plain", "scenarios", &[][..]),
        ("settings-above", "scenarios/scripts", &[("kandy.toml", "")]),
        ("settings-inside", "e2e", &[("e2e/kandy.toml", "")]),
    ] {
        let project = Project::new(test, marks);
        project.write(&format!("{root}/lib/users.rhai"), MODULE);
        project.write(&format!("{root}/drop/one.rhai"), USES_MODULE);
        project.write(&format!("{root}/drop/deep/two.rhai"), USES_MODULE);
        let whole = project.0.join(root).join("drop");
        let (up, whole) = (Path::new("..").join(root).join("drop"), whole.to_str().unwrap());
        for (here, path) in [
            (".", Some(format!("{root}/drop"))),
            (".", Some(".".to_owned())),
            (root, Some("drop".to_owned())),
            (root, None),
            (&format!("{root}/drop"), Some(".".to_owned())),
            (&format!("{root}/drop"), None),
            ("..", Some(format!("{}/{root}", project.0.file_name().unwrap().to_str().unwrap()))),
            (".", Some(whole.to_owned())),
            (root.split('/').next().unwrap(), Some(up.to_str().unwrap().to_owned())),
        ] {
            let arguments = ["run"].into_iter().chain(path.as_deref());
            let (text, exit) = project.run(here, &arguments.collect::<Vec<_>>());
            let shown = format!("from {here}, {path:?}: {text}");
            assert_eq!(exit, 0, "{shown}");
            assert!(text.starts_with("pass    drop/deep/two\npass    drop/one\n\n2 scenarios: 2 passed\n"), "{shown}");
        }
    }
}

const SETTINGS: &str = "\
timeout = \"20s\"
filter = \"tag:smoke\"

[profile.all]
filter = \"/\"
jobs = 2

[profile.some]
filter = [\"two\", \"nowhere\", \"not tag:smoke\"]

[profile.every]
filter = []
";
const SMOKE: &str = "// Smokes.\n// tags: smoke\nassert(true);\n";

fn with_settings(test: &str) -> Project {
    let files =
        [("kandy.toml", SETTINGS), ("scenarios/a/one.rhai", SMOKE), ("scenarios/a/two.rhai", "assert(true);\n")];
    Project::new(test, &files)
}

#[test]
fn what_is_given_goes_before_the_profile_and_that_before_the_top() {
    let project = with_settings("settings");
    for (here, arguments, names) in [
        (".", &["run"][..], &["a/one"][..]),
        ("scenarios/a", &["run", "."], &["a/one"]),
        (".", &["run", "--profile", "all"], &["a/one", "a/two"]),
        (".", &["run", "--profile", "all", "--filter", "two"], &["a/two"]),
        (".", &["run", "--filter", "two"], &["a/two"]),
        ("..", &["run", project.0.to_str().unwrap()], &["a/one"]),
        (".", &["list"], &["a/one"]),
        (".", &["list", "--profile", "all"], &["a/one", "a/two"]),
        (".", &["list", "--profile", "some"], &["a/two"]),
        (".", &["run", "--profile", "every"], &["a/one", "a/two"]),
        (".", &["run", "--profile", "every", "--skip-tag", "smoke"], &["a/two"]),
        (".", &["run", "--filter", "one", "--filter", "/^a.t/"], &["a/one", "a/two"]),
        (".", &["list", "--filter", "not one"], &["a/two"]),
    ] {
        let (text, exit) = project.run(here, arguments);
        assert_eq!(exit, 0, "{arguments:?}: {text}");
        let shown = text.lines().map(|line| line.trim_start_matches("pass    "));
        let shown = shown.filter_map(|line| line.split("  ").next()).filter(|line| line.starts_with("a/"));
        assert_eq!(shown.collect::<Vec<_>>(), names, "{arguments:?}: {text}");
    }
    let (text, exit) = project.run(".", &["check"]);
    assert_eq!((text.as_str(), exit), ("1 script checked\n", 0));
    let (text, exit) = project.run(".", &["check", "--profile", "all"]);
    assert_eq!((text.as_str(), exit), ("2 scripts checked\n", 0));
}

#[test]
fn a_timeout_of_the_settings_holds() {
    let project = with_settings("timeout");
    project.write("kandy.toml", "timeout = \"1ms\"\n[profile.slow]\ntimeout = \"1h\"\n");
    project
        .write("scenarios/a/two.rhai", "let sum = 0;\nfor number in 0..100000 { sum += number; }\nassert(sum > 0);\n");
    let (text, exit) = project.run(".", &["run", "--filter", "two"]);
    assert!(exit == 1 && text.contains("the scenario took more than 1 ms of real time"), "{text}");
    let (text, exit) = project.run(".", &["run", "--filter", "two", "--profile", "slow"]);
    assert_eq!(exit, 0, "{text}");
    let (text, exit) = project.run(".", &["run", "--filter", "two", "--profile", "slow", "--timeout", "1ms"]);
    assert!(exit == 1 && text.contains("the scenario took more than 1 ms of real time"), "{text}");
}

#[test]
fn what_is_wrong_with_settings_is_told_before_anything_runs() {
    let project = with_settings("wrong");
    let mut told = String::new();
    let mut note = |here: &str, arguments: &[&str]| {
        let (text, exit) = project.run(here, arguments);
        assert_eq!(exit, 2, "{text}");
        told += &format!("$ kandy-harness {}\n{text}\n", arguments.join(" "));
    };
    note(".", &["run", "--profile", "al"]);
    note(".", &["run", "--profile", "nightly"]);
    project.write("kandy.toml", "jobs = 2\n\n[profile.ci]\nstrikt = true\n");
    note("scenarios/a", &["run"]);
    note(".", &["list", "scenarios/a"]);
    project.write("kandy.toml", "jobs = \"many\"\n");
    note(".", &["check"]);
    project.write("kandy.toml", "filter = \"smok\"\n");
    note(".", &["run"]);
    project.write("kandy.toml", "");
    note(".", &["run", "--profile", "ci"]);
    project.write("other/kandy.toml", "");
    project.write("other/b.rhai", SMOKE);
    note(".", &["run", "scenarios", "other/b.rhai"]);
    fs::remove_file(project.0.join("kandy.toml")).unwrap();
    note(".", &["run", "--profile", "ci"]);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("settings", told);
    });
}

#[test]
fn a_folder_that_is_named_as_the_settings_is_not_passed_over() {
    let project = Project::new("settings-folder", &[("scenarios/a.rhai", SMOKE), ("kandy.toml/notes", "")]);
    let (text, exit) = project.run(".", &["run"]);
    assert!(text.contains("cannot read the settings in `kandy.toml`: it is not a file") && exit == 2, "{text}");
}
