//! Scenarios as Rust tests. What a target of them says is seen only from outside, so this program is one itself when its
//! environment says so, and as a test it starts itself.

mod file;
mod package;
mod target;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use kandy_scenarios::{Error, Options};
use libtest_mimic::{Arguments, Failed, Trial};

/// What this program should be: `harness`, or the file for `run_file`.
const ROLE: &str = "KANDY_FROM_RUST";

fn main() -> ExitCode {
    match env::var(ROLE) {
        Err(_) => libtest_mimic::run(&Arguments::from_args(), trials()).exit_code(),
        Ok(role) if role == "harness" => {
            let options = Options::default().with_ignored_tags(["slow"]);
            kandy_scenarios::harness_with("scenarios", &options)
        }
        Ok(file) => match run(&file) {
            Ok(()) => ExitCode::SUCCESS,
            // As the standard library does it for tests and for `main`.
            Err(error) => {
                eprintln!("Error: {error:?}");
                ExitCode::FAILURE
            }
        },
    }
}

fn run(file: &str) -> Result<(), Error> {
    let report = kandy_scenarios::run_file(file)?;
    for case in report.cases {
        println!("{} {:?} {:?}", case.name, case.skipped, case.doubts);
    }
    Ok(())
}

fn trials() -> Vec<Trial> {
    let test = |(name, test): (&str, fn()), is_ignored| {
        let run = move || {
            test();
            Ok::<(), Failed>(())
        };
        Trial::test(name, run).with_ignored_flag(is_ignored)
    };
    let quick = target::TESTS.iter().chain(&file::TESTS).map(|of| test(*of, false));
    // This one builds the whole command once more.
    quick.chain(package::TESTS.iter().map(|of| test(*of, true))).collect()
}

/// A package in a folder of its own, removed in the end.
struct Package(PathBuf);

impl Package {
    fn new(test: &str, files: &[(&str, &str)]) -> Self {
        let package = Self(env::temp_dir().join(format!("kandy-from-rust-{}-{test}", std::process::id())));
        for (file, text) in files {
            package.write(file, text);
        }
        package
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the package is ours");
        fs::write(path, text).expect("the package is ours");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).expect("it is a file of the package")
    }

    fn has(&self, file: &str) -> bool {
        self.0.join(file).is_file()
    }

    /// Runs this program as what `role` says, as cargo runs tests of the package, with these variables set.
    fn run(&self, role: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Told {
        let mut command = Command::new(env::current_exe().expect("a test knows its own file"));
        command.args(arguments).current_dir(&self.0);
        for inherited in ["CI", "TF_BUILD", "INSTA_UPDATE", "CLICOLOR_FORCE"] {
            command.env_remove(inherited);
        }
        command.env("CARGO_MANIFEST_DIR", &self.0).env(ROLE, role).envs(variables.iter().copied());
        Told::of(&command.output().expect("this program can be started"))
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a process has said.
struct Told {
    out: String,
    err: String,
    code: Option<i32>,
}

impl Told {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it writes text");
        Self { out: text(&output.stdout), err: text(&output.stderr), code: output.status.code() }
    }

    /// That it ended so, and that all of `parts` are in what it said.
    #[track_caller]
    fn assert(&self, code: i32, parts: &[&str]) {
        let Self { out, err, code: ended } = self;
        assert_eq!(*ended, Some(code), "{out}\n{err}");
        for part in parts {
            assert!(out.contains(part) || err.contains(part), "no {part:?} in\n{out}\n{err}");
        }
    }
}
