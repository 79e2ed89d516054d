//! What failed when it last ran, kept beside the settings of a project, else in the root of the scenarios.
//!
//! A run takes out what it has seen pass, and adds what it has seen fail; it knows nothing of the rest, and leaves that. So
//! what a filter leaves out, or a run that is cut short, is not forgotten; and two runs at once each add their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::file::{self, FileError, real};
use crate::run::{Finished, Reporter, RunEvent, Status};
use crate::scenario::{Found, Scenario};

/// The folder of what the command keeps for itself.
pub(crate) const FOLDER: &str = ".kandy";
const FILE: &str = "last-failed.json";
/// What a run holds while it changes the file.
const LOCK: &str = "lock";
/// The format of the file.
const VERSION: u32 = 1;
/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// How often to wait for another run that changes the file, and how long each time.
const ATTEMPTS: usize = 200;
const PAUSE: Duration = Duration::from_millis(5);

/// Why it is not known what failed, or not kept.
#[derive(Debug, Error)]
pub(crate) enum MemoryError {
    /// The file is there and cannot be read.
    #[error("cannot read what failed last from `{}`: {source}", path.display())]
    Read { path: PathBuf, source: FileError },
    /// It is not as it is written.
    #[error("cannot understand what failed last in `{}`: {why}", path.display())]
    Content { path: PathBuf, why: String },
    /// The system refuses.
    #[error("cannot keep what failed in `{}`: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// Another run does not end its change.
    #[error("cannot keep what failed in `{}`: another run holds it", path.display())]
    Busy { path: PathBuf },
}

/// A case, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct FailedCase {
    /// The path of its script from the folder with the file, with `/`.
    script: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<String>,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct MemoryFile {
    version: u32,
    failed: BTreeSet<FailedCase>,
}

/// Sees how the cases of a run end, to keep it.
#[derive(Debug)]
pub(crate) struct Memory {
    /// The folder of the project, if there is one.
    project: Option<PathBuf>,
    /// Where that is kept which is in a root.
    places: BTreeMap<PathBuf, MemoryFolder>,
    /// Whether each finished case has failed, by the folder in which that is kept.
    seen: BTreeMap<PathBuf, BTreeMap<FailedCase, bool>>,
}

/// A folder in which it is kept what failed.
#[derive(Clone, Debug)]
struct MemoryFolder {
    folder: PathBuf,
    /// Whether something has failed there before: else it matters not what passes.
    has_file: bool,
}

impl Memory {
    /// Nothing seen yet. `project` is the folder of the project, if there is one.
    pub(crate) fn new(project: Option<&Path>) -> Self {
        Self {
            project: project.map(|folder| real(file::or_here(folder))),
            places: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    /// Keeps only the cases that failed when they last ran, and says whether there are any. If not, all stay.
    ///
    /// # Errors
    ///
    /// What is kept cannot be read.
    pub(crate) fn select(&mut self, found: &mut Found) -> Result<bool, MemoryError> {
        let mut known = BTreeMap::new();
        let mut failed = BTreeSet::new();
        for scenario in &found.scenarios {
            let MemoryFolder { folder, .. } = self.place_of(scenario);
            if !known.contains_key(&folder) {
                known.insert(folder.clone(), read(&folder)?);
            }
            let is_known = |row: Option<&str>| {
                known.get(&folder).is_some_and(|known| known.contains(&kept(&folder, scenario, row)))
            };
            if scenario.rows().is_empty() && is_known(None) {
                failed.insert(scenario.name.clone());
            }
            let rows = scenario.rows().iter().filter(|row| is_known(Some(row)));
            failed.extend(rows.map(|row| scenario.name_of_row(row)));
        }
        if failed.is_empty() {
            return Ok(false);
        }
        found.scenarios.retain_mut(|scenario| scenario.keep(|_, case| failed.contains(case)));
        Ok(true)
    }

    /// Keeps what was seen.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(crate) fn keep(&self) -> Result<(), MemoryError> {
        self.seen.iter().try_for_each(|(folder, seen)| keep(folder, seen))
    }

    fn place_of(&mut self, scenario: &Scenario) -> MemoryFolder {
        if let Some(place) = self.places.get(&scenario.root) {
            return place.clone();
        }
        let folder = self.project.clone().unwrap_or_else(|| real(file::or_here(&scenario.root)));
        let place = MemoryFolder { has_file: path_in(&folder).exists(), folder };
        self.places.insert(scenario.root.clone(), place.clone());
        place
    }
}

impl Reporter for Memory {
    fn name(&self) -> &str {
        "last-failed"
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        let RunEvent::Finished { case, finished: Finished { status, .. } } = event else { return Ok(()) };
        let MemoryFolder { folder, has_file } = self.place_of(case.scenario);
        // Nobody knows how what was stopped would have ended.
        if status.has_failed() || (has_file && !matches!(status, Status::Stopped)) {
            let kept = kept(&folder, case.scenario, case.row);
            *self.seen.entry(folder).or_default().entry(kept).or_default() |= status.has_failed();
        }
        Ok(())
    }
}

fn kept(folder: &Path, scenario: &Scenario, row: Option<&str>) -> FailedCase {
    let script = real(&scenario.path);
    let script = script.strip_prefix(folder).unwrap_or(&script).components();
    let parts = script.map(|part| match part {
        Component::RootDir => String::new().into(),
        part => part.as_os_str().to_string_lossy(),
    });
    FailedCase { script: parts.collect::<Vec<_>>().join("/"), row: row.map(str::to_owned) }
}

fn path_in(folder: &Path) -> PathBuf {
    folder.join(FOLDER).join(FILE)
}

fn read(folder: &Path) -> Result<BTreeSet<FailedCase>, MemoryError> {
    let path = path_in(folder);
    let bytes = match file::read(&path, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => return Ok(BTreeSet::new()),
        Err(source) => return Err(MemoryError::Read { path, source }),
    };
    match serde_json::from_slice::<MemoryFile>(&bytes) {
        Ok(MemoryFile { version: VERSION, failed }) => Ok(failed),
        Ok(MemoryFile { version, .. }) => {
            Err(MemoryError::Content { path, why: format!("it has the version {version}") })
        }
        Err(error) => Err(MemoryError::Content { path, why: error.to_string() }),
    }
}

/// Adds to what is kept in a folder what has failed, and takes out what has not.
fn keep(folder: &Path, seen: &BTreeMap<FailedCase, bool>) -> Result<(), MemoryError> {
    let path = path_in(folder);
    // As long as nothing fails, nothing is written anywhere.
    if !seen.values().any(|failed| *failed) && !path.exists() {
        return Ok(());
    }
    let fail = |source| MemoryError::Write { path: path.clone(), source };
    make_folder(&folder.join(FOLDER)).map_err(fail)?;
    let _lock = lock(folder, &path)?;
    // What nobody can read is made anew.
    let old = read(folder).unwrap_or_default();
    let is_left = |kept: &&FailedCase| !seen.contains_key(kept) && folder.join(&kept.script).is_file();
    let mut failed: BTreeSet<FailedCase> = old.iter().filter(is_left).cloned().collect();
    failed.extend(seen.iter().filter(|(_, failed)| **failed).map(|(kept, _)| kept.clone()));
    if failed == old && path.exists() {
        return Ok(());
    }
    let text =
        serde_json::to_string_pretty(&MemoryFile { version: VERSION, failed }).map_err(|error| fail(error.into()))?;
    file::replace(&path, &format!("{text}\n")).map_err(fail)
}

/// Makes the folder, which is not for version control.
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    if ignore.exists() { Ok(()) } else { file::replace(&ignore, "*\n") }
}

/// Holds the file against other runs, until it is dropped.
fn lock(folder: &Path, path: &Path) -> Result<File, MemoryError> {
    let fail = |source| MemoryError::Write { path: path.to_owned(), source };
    let lock = File::create(folder.join(FOLDER).join(LOCK)).map_err(fail)?;
    for _ in 0..ATTEMPTS {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => thread::park_timeout(PAUSE),
            // Some file systems know no locks: a change is still written whole.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => return Ok(lock),
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
    }
    Err(MemoryError::Busy { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::scratch::Folder;

    fn kept(script: &str, row: Option<&str>) -> FailedCase {
        FailedCase { script: script.to_owned(), row: row.map(str::to_owned) }
    }

    /// A folder with these scripts.
    fn folder(test: &str, scripts: &[&str]) -> Folder {
        let folder = Folder::new(test);
        for script in scripts {
            fs::write(folder.join(script), "").unwrap();
        }
        folder
    }

    fn names(folder: &Folder) -> Vec<String> {
        read(folder.path()).unwrap().into_iter().map(|kept| kept.script).collect()
    }

    #[test]
    fn what_did_not_run_is_left_and_what_is_gone_is_not() {
        let folder = folder("failed", &["a", "b", "c"]);
        let run = |seen: &[(&str, bool)]| {
            let seen = seen.iter().map(|(script, failed)| (kept(script, None), *failed)).collect();
            keep(folder.path(), &seen).unwrap();
        };
        run(&[("a", false)]);
        assert!(!folder.join(FOLDER).exists(), "nothing has failed");
        run(&[("a", true), ("b", true), ("c", false)]);
        assert_eq!(names(&folder), ["a", "b"]);
        run(&[("c", true), ("a", false)]);
        assert_eq!(names(&folder), ["b", "c"]);
        fs::remove_file(folder.join("b")).unwrap();
        run(&[("a", false)]);
        assert_eq!(names(&folder), ["c"]);
        run(&[("c", false)]);
        assert_eq!(names(&folder), [""; 0]);
    }

    #[test]
    fn rows_are_kept_one_by_one_and_the_file_can_be_read() {
        let folder = folder("failed-rows", &["a"]);
        let seen = [(kept("a", Some("x")), true), (kept("a", Some("y")), false), (kept("a", Some("z")), true)];
        keep(folder.path(), &seen.into()).unwrap();
        keep(folder.path(), &[(kept("a", Some("z")), false)].into()).unwrap();
        let text = fs::read_to_string(path_in(folder.path())).unwrap();
        let shown = "{\n  \"version\": 1,\n  \"failed\": [\n    {\n      \"script\": \"a\",\n      \"row\": \"x\"\n    }\n  ]\n}\n";
        assert_eq!(text, shown);
    }

    #[test]
    fn runs_at_once_each_keep_what_they_have_seen() {
        const RUNS: usize = 16;
        let scripts: Vec<String> = (0..RUNS).map(|run| format!("{run:02}")).collect();
        let folder = folder("failed-at-once", &scripts.iter().map(String::as_str).collect::<Vec<_>>());
        thread::scope(|scope| {
            for script in &scripts {
                let folder = &folder;
                scope.spawn(move || keep(folder.path(), &[(kept(script, None), true)].into()).unwrap());
            }
        });
        assert_eq!(names(&folder), scripts);
        assert_eq!(folder.names().iter().filter(|name| name.ends_with(".tmp")).count(), 0);
    }

    #[test]
    fn what_cannot_be_understood_is_told_and_made_anew() {
        let folder = folder("failed-malformed", &["a"]);
        fs::create_dir(folder.join(FOLDER)).unwrap();
        for (text, why) in [("{", "EOF while parsing"), ("{\"version\":7,\"failed\":[]}", "it has the version 7")] {
            fs::write(path_in(folder.path()), text).unwrap();
            let told = read(folder.path()).unwrap_err().to_string();
            assert!(told.contains("last-failed.json`: ") && told.contains(why), "{told}");
        }
        keep(folder.path(), &[(kept("a", None), true)].into()).unwrap();
        assert_eq!(names(&folder), ["a"]);
    }

    #[test]
    fn a_run_that_holds_the_file_is_not_waited_for_without_end() {
        let folder = folder("failed-busy", &["a"]);
        fs::create_dir(folder.join(FOLDER)).unwrap();
        let _held = lock(folder.path(), &path_in(folder.path())).unwrap();
        let busy = keep(folder.path(), &[(kept("a", None), true)].into()).unwrap_err();
        assert!(matches!(busy, MemoryError::Busy { .. }), "{busy}");
    }
}
