//! A folder for a test, with programs and releases in it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{self, Command};

/// The systems of a release, as Node names them: what `.ci/dist` makes, the workflow builds and the npm package brings.
pub(crate) const SYSTEMS: [&str; 5] = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"];

/// A folder whose path has a space in it, removed in the end.
pub(crate) struct Place(PathBuf);

/// What a program has written, and its exit code.
pub(crate) struct Told {
    pub(crate) text: String,
    pub(crate) exit: i32,
}

impl Place {
    pub(crate) fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("kandy install {} {test}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// One with the clone of this repository in it, as the documents have it.
    pub(crate) fn project(test: &str) -> Self {
        let place = Self::new(test);
        symlink(repository(), place.path().join("kandy-harness")).unwrap();
        place
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    /// A program that is this script.
    pub(crate) fn program(&self, file: &str, script: &str) -> PathBuf {
        let path = self.write(file, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// The files of a release in the folder `release`: an archive for this system, with the command of this build, and checksums.
    pub(crate) fn release(&self) -> PathBuf {
        self.program("command/kandy-harness", &format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_kandy-harness")));
        let archive = format!("kandy-harness-{}.tar.gz", this_system());
        let make = format!(
            "mkdir release && tar -C command -czf release/{archive} kandy-harness && cd release &&
             if command -v sha256sum; then sha256sum *; else shasum -a 256 *; fi >SHA256SUMS"
        );
        self.run(Command::new("sh").args(["-euc", &make])).assert(0, &[]);
        self.0.join("release")
    }

    /// Runs a program in the folder, in no CI.
    pub(crate) fn run(&self, command: &mut Command) -> Told {
        for name in ["CI", "TF_BUILD", "INSTA_UPDATE", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "KANDY_HARNESS"] {
            command.env_remove(name);
        }
        if command.get_current_dir().is_none() {
            command.current_dir(&self.0);
        }
        let output = command.output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        Told { text, exit: output.status.code().expect("no signal has ended it") }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Told {
    pub(crate) fn assert(&self, exit: i32, said: &[&str]) {
        assert_eq!(self.exit, exit, "{}", self.text);
        for text in said {
            assert!(self.text.contains(text), "{text:?} is not in\n{}", self.text);
        }
    }
}

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is a folder of the repository")
}

/// A file of the repository.
pub(crate) fn file(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// The system that this is, as a release names it.
pub(crate) fn this_system() -> String {
    let kernel = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    format!("{kernel}-{machine}")
}

/// The fenced blocks of a page: language and text.
pub(crate) fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').expect("a block has a first line")).collect()
}
