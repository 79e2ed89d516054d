//! What the test targets share: a suite of one test a recording, one of foreign programs, how many cases a property takes, and what is fuzzed.

mod foreign;
pub mod targets;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, io};

use kandy_scenarios::recording::{RecordedDialect, Recording};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use proptest::test_runner::{Config, RngSeed};

pub use self::foreign::ForeignSuite;

/// One test for each recording of a folder and those below it: `tests/traces`, or the one that `KANDY_TRACES` names.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The suite's name, which begins its last line.
    pub name: &'static str,
    /// What its last line says of a recording that holds, such as `passed`.
    pub holds: &'static str,
    /// The dialects whose recordings are run; those of others are passed over.
    pub dialects: &'static [RecordedDialect],
    /// The rules by which recordings are known that cannot hold. One that excuses a recording of the default folder
    /// which holds is a failure, and so is one without which as many recordings there would be excused.
    pub exceptions: &'static [Exception],
    /// Says how a recording does not hold.
    pub check: fn(&Recording) -> Result<(), String>,
}

/// A kind of recordings that cannot hold.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    /// Why they cannot.
    pub reason: &'static str,
    /// The dialects whose recordings it is asked about.
    pub dialects: &'static [RecordedDialect],
    /// Whether a recording is of this kind, by what was done in it.
    pub excuses: fn(&Recording) -> bool,
}

impl Exception {
    /// Whether a recording need not hold.
    fn covers(&self, recording: &Recording) -> bool {
        self.dialects.contains(&recording.dialect) && (self.excuses)(recording)
    }
}

impl Suite {
    /// Runs the suite, by the arguments of the command line.
    pub fn run(self) -> ExitCode {
        let arguments = Arguments::from_args();
        let own_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces");
        let other_folder = env::var_os("KANDY_TRACES").map(PathBuf::from);
        let is_own = other_folder.is_none();
        let folder = other_folder.unwrap_or(own_folder);
        let recordings = match recordings_in(&folder) {
            Ok(recordings) if recordings.is_empty() => {
                return self.refuse(&format!("no recordings (*.json) in {}", folder.display()));
            }
            Ok(recordings) => recordings,
            Err(error) => return self.refuse(&format!("cannot read the folder {}: {error}", folder.display())),
        };
        let excused: Arc<Vec<AtomicUsize>> = Arc::new(self.exceptions.iter().map(|_| AtomicUsize::new(0)).collect());
        let mut trials = Vec::new();
        if is_own && !self.exceptions.is_empty() {
            let files: Vec<PathBuf> = recordings.iter().map(|(_, path)| path.clone()).collect();
            trials.push(Trial::test("no_exception_is_idle", move || self.find_idle(&files)));
        }
        let checks = trials.len() as u64;
        trials.extend(recordings.into_iter().map(|(name, path)| {
            let excused = excused.clone();
            Trial::ignorable_test(name, move || {
                let recording = Recording::read(&path)?;
                if !self.dialects.contains(&recording.dialect) {
                    return Ok(Completion::ignored_with("another dialect"));
                }
                if let Some(exception) = self.examine(&recording, is_own)? {
                    excused[exception].fetch_add(1, Ordering::Relaxed);
                }
                Ok(Completion::Completed)
            })
        }));
        let conclusion = libtest_mimic::run(&arguments, trials);
        if !arguments.list {
            let of_each: Vec<usize> = excused.iter().map(|count| count.load(Ordering::Relaxed)).collect();
            let excepted: usize = of_each.iter().sum();
            for (exception, count) in self.exceptions.iter().zip(of_each).filter(|(_, count)| *count > 0) {
                println!("{}: {count} excepted: {}", self.name, exception.reason);
            }
            let run = (conclusion.num_passed + conclusion.num_failed).saturating_sub(checks);
            let hold = conclusion.num_passed.saturating_sub(checks + excepted as u64);
            println!("{}: {hold} of {run} recordings {}, {excepted} exceptions", self.name, self.holds);
        }
        conclusion.exit_code()
    }

    /// Examines a recording, and gives the exception by which it need not hold. A rule must not excuse what holds; in a
    /// folder that somebody else has chosen that is as well.
    fn examine(&self, recording: &Recording, is_own: bool) -> Result<Option<usize>, Failed> {
        let exception = self.exceptions.iter().position(|exception| exception.covers(recording));
        match ((self.check)(recording), exception) {
            (Ok(()), Some(exception)) if is_own => {
                Err(format!("it holds, but is excepted: {}", self.exceptions[exception].reason).into())
            }
            (Ok(()), _) => Ok(None),
            (Err(_), Some(exception)) => Ok(Some(exception)),
            (Err(difference), None) => Err(format!("{}: {difference}", recording.name).into()),
        }
    }

    /// Each exception must be the only one that excuses some recording.
    fn find_idle(&self, files: &[PathBuf]) -> Result<(), Failed> {
        let mut is_needed = vec![false; self.exceptions.len()];
        for file in files {
            let recording = Recording::read(file)?;
            if !self.dialects.contains(&recording.dialect) {
                continue;
            }
            let excusing: Vec<usize> =
                (0..self.exceptions.len()).filter(|index| self.exceptions[*index].covers(&recording)).collect();
            if let [only] = excusing[..] {
                is_needed[only] = true;
            }
        }
        match is_needed.iter().position(|needed| !needed) {
            Some(idle) => Err(format!("nothing needs the exception: {}", self.exceptions[idle].reason).into()),
            None => Ok(()),
        }
    }

    fn refuse(&self, why: &str) -> ExitCode {
        println!("{}: {why}", self.name);
        ExitCode::FAILURE
    }
}

/// The names and files of the recordings in a folder and in those below it, in the order of their names: `link/gone` is
/// that of `link/gone.json`.
///
/// # Errors
///
/// If a folder cannot be read.
pub fn recordings_in(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut recordings = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else { continue };
        if path.is_dir() {
            let below = recordings_in(&path)?.into_iter();
            recordings.extend(below.map(|(below, path)| (format!("{name}/{below}"), path)));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            recordings.push((name, path));
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
