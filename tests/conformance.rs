//! Conformance to the real SDK: the port is driven from recordings of it, one test a recording.
//!
//! `KANDY_TRACES=<folder>` takes the recordings from another folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use kandy_scenarios::recording::Recording;
use kandy_scenarios::replay::replay;
use libtest_mimic::{Arguments, Failed, Trial};

/// Recordings that the port cannot follow, each with its reason. One that passes after all is a failure, and so is
/// one that the default folder does not have.
const EXCEPTIONS: [(&str, &str); 0] = [];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let default_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces");
    let folder = env::var_os("KANDY_TRACES").map_or_else(|| default_folder.clone(), PathBuf::from);
    if let Some((name, _)) =
        EXCEPTIONS.iter().find(|(name, _)| !default_folder.join(name).with_extension("json").is_file())
    {
        return refuse(&format!("the exception {name} names no recording in {}", default_folder.display()));
    }
    let recordings = match recordings_in(&folder) {
        Ok(recordings) if recordings.is_empty() => {
            return refuse(&format!("no recordings (*.json) in {}", folder.display()));
        }
        Ok(recordings) => recordings,
        Err(error) => return refuse(&format!("cannot read the folder {}: {error}", folder.display())),
    };
    let trials = recordings.into_iter().map(|(name, path)| {
        let exception = EXCEPTIONS.iter().find(|(exception, _)| *exception == name).map(|(_, reason)| *reason);
        Trial::test(name, move || conforms(&path, exception))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if !arguments.list {
        let run = conclusion.num_passed + conclusion.num_failed;
        println!("conformance: {} of {run} recordings passed", conclusion.num_passed);
    }
    conclusion.exit_code()
}

fn conforms(path: &Path, exception: Option<&str>) -> Result<(), Failed> {
    let recording = Recording::read(path)?;
    match (replay(&recording).result, exception) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Ok(()), Some(reason)) => Err(format!("it passes, but is an exception because {reason}").into()),
        (Err(difference), None) => Err(format!("{}: {difference}", recording.name).into()),
    }
}

/// The names and files of the recordings in a folder, in the order of their names.
fn recordings_in(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut recordings = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json")
            && let Some(name) = path.file_stem()
        {
            recordings.push((name.to_string_lossy().into_owned(), path));
        }
    }
    recordings.sort();
    Ok(recordings)
}

fn refuse(why: &str) -> ExitCode {
    println!("conformance: {why}");
    ExitCode::FAILURE
}
