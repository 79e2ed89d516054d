//! What the test targets share: a suite of one test a recording, how many cases a property takes, and what is fuzzed.

pub mod targets;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, io};

use kandy_scenarios::recording::Recording;
use libtest_mimic::{Arguments, Failed, Trial};
use proptest::test_runner::{Config, RngSeed};

/// The folder of recordings on odd values, in that of all recordings.
const ODD: &str = "odd";

/// One test for each recording of a folder and those below it: `tests/traces`, or the one that `KANDY_TRACES` names.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The suite's name, which begins its last line.
    pub name: &'static str,
    /// What its last line says of a recording that holds, such as `passed`.
    pub holds: &'static str,
    /// Recordings that cannot hold, each with its reason. One that holds after all is a failure, and so is one that
    /// the default folder does not have.
    pub exceptions: &'static [(&'static str, &'static str)],
    /// Says how a recording does not hold.
    pub check: fn(&Recording) -> Result<(), String>,
}

impl Suite {
    /// Runs the suite, by the arguments of the command line.
    pub fn run(self) -> ExitCode {
        let arguments = Arguments::from_args();
        let default_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces");
        let folder = env::var_os("KANDY_TRACES").map_or_else(|| default_folder.clone(), PathBuf::from);
        let is_there = |name: &str| {
            let file = format!("{name}.json");
            [&default_folder, &default_folder.join(ODD)].iter().any(|folder| folder.join(&file).is_file())
        };
        if let Some((name, _)) = self.exceptions.iter().find(|(name, _)| !is_there(name)) {
            return self.refuse(&format!("the exception {name} names no recording in {}", default_folder.display()));
        }
        let recordings = match recordings_in(&folder) {
            Ok(recordings) if recordings.is_empty() => {
                return self.refuse(&format!("no recordings (*.json) in {}", folder.display()));
            }
            Ok(recordings) => recordings,
            Err(error) => return self.refuse(&format!("cannot read the folder {}: {error}", folder.display())),
        };
        let excepted = Arc::new(AtomicUsize::new(0));
        let trials = recordings.into_iter().map(|(name, path)| {
            let exception = self.exceptions.iter().find(|(exception, _)| *exception == name).map(|(_, reason)| *reason);
            let excepted = excepted.clone();
            Trial::test(name, move || {
                self.examine(&path, exception)?;
                excepted.fetch_add(usize::from(exception.is_some()), Ordering::Relaxed);
                Ok(())
            })
        });
        let conclusion = libtest_mimic::run(&arguments, trials.collect());
        if !arguments.list {
            let run = conclusion.num_passed + conclusion.num_failed;
            let excepted = excepted.load(Ordering::Relaxed);
            let hold = conclusion.num_passed - excepted as u64;
            println!("{}: {hold} of {run} recordings {}, {excepted} exceptions", self.name, self.holds);
        }
        conclusion.exit_code()
    }

    fn examine(&self, path: &Path, exception: Option<&str>) -> Result<(), Failed> {
        let recording = Recording::read(path)?;
        match ((self.check)(&recording), exception) {
            (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
            (Ok(()), Some(reason)) => Err(format!("it holds, but is an exception because {reason}").into()),
            (Err(difference), None) => Err(format!("{}: {difference}", recording.name).into()),
        }
    }

    fn refuse(&self, why: &str) -> ExitCode {
        println!("{}: {why}", self.name);
        ExitCode::FAILURE
    }
}

/// The names and files of the recordings in a folder and in those below it, in the order of their names.
fn recordings_in(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut recordings = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            recordings.extend(recordings_in(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json")
            && let Some(name) = path.file_stem()
        {
            recordings.push((name.to_string_lossy().into_owned(), path));
        }
    }
    recordings.sort();
    Ok(recordings)
}

/// How a property is tried: with `cases` inputs, the same in every run, unless `PROPTEST_CASES` says how many others to
/// take.
#[must_use]
pub fn property(cases: u32) -> Config {
    if env::var_os("PROPTEST_CASES").is_some() {
        return Config::default();
    }
    Config { cases, rng_seed: RngSeed::Fixed(0), ..Config::default() }
}
