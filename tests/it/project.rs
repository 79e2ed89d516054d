//! Projects: one name and one root for a scenario, however it is named, and settings in `kandy.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::harness;

/// A folder of files, removed in the end.
struct Project(PathBuf);

impl Project {
    fn new(test: &str, files: &[(&str, &str)]) -> Self {
        let project = Self(std::env::temp_dir().join(format!("kandy-project-{}-{test}", std::process::id())));
        for (file, text) in files {
            project.write(file, text);
        }
        project
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs the command in a folder of it, whose whole path is left out.
    fn run(&self, here: &str, arguments: &[&str]) -> (String, u8) {
        let (text, exit) = harness(&self.0.join(here), arguments);
        (text.replace(&format!("{}/", self.0.display()), ""), exit)
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
