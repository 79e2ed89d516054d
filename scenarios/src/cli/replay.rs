//! `replay`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::arguments::ReplayCommand;
use super::error::CliError;
use super::{CliOutput, Environment};
use crate::exit_code::Exit;
use crate::recording::{Recording, RecordingError};
use crate::replay;
use crate::report::Style;
use crate::report::console::counted;
use crate::text::printable;

pub(super) fn replay(
    arguments: &ReplayCommand,
    environment: &Environment,
    out: &mut CliOutput<'_>,
) -> Result<Exit, CliError> {
    let path = environment.folder.join(&arguments.path);
    if path.is_dir() { folder(&path, &arguments.path, out) } else { file(&path, out) }
}

/// The transcript, and the first difference.
fn file(path: &Path, out: &mut CliOutput<'_>) -> Result<Exit, CliError> {
    let recording = Recording::read(path)?;
    let outcome = replay::replay(&recording);
    for note in &outcome.trace {
        writeln!(out.to, "{note}")?;
    }
    match outcome.result {
        Ok(()) => {
            let same = Style::Good.paint("same as the recording", out.color);
            writeln!(out.to, "\n{same}: {}", printable(&recording.name))?;
            Ok(Exit::Passed)
        }
        Err(difference) => {
            let head = Style::Bad.paint("differs from the recording", out.color);
            writeln!(out.to, "\n{head}: {}\n\n{difference}", printable(&recording.name))?;
            Ok(Exit::Failed)
        }
    }
}

/// A line a recording, and a count.
fn folder(path: &Path, shown: &Path, out: &mut CliOutput<'_>) -> Result<Exit, CliError> {
    let recordings = recordings(path)?;
    if recordings.is_empty() {
        return Err(CliError::NoRecordings { shown: shown.display().to_string() });
    }
    let (mut exit, mut same) = (Exit::Passed, 0);
    for path in &recordings {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let (style, word, why) = match Recording::read(path) {
            Err(error) => {
                exit = exit.max(Exit::Broken);
                (Style::Bad, "BROKEN", Some(error.to_string()))
            }
            Ok(recording) => match replay::replay(&recording).result {
                Ok(()) => {
                    same += 1;
                    (Style::Good, "same", None)
                }
                Err(difference) => {
                    exit = exit.max(Exit::Failed);
                    (Style::Bad, "DIFFERS", Some(difference.to_string()))
                }
            },
        };
        let word = style.paint(format_args!("{word:<7}"), out.color);
        let why = why.as_deref().and_then(|why| why.lines().next()).map(|why| format!(": {}", printable(why)));
        writeln!(out.to, "{word}  {}{}", printable(&name), why.unwrap_or_default())?;
    }
    writeln!(out.to, "\n{}: {same} as recorded", counted(recordings.len(), "recording"))?;
    if exit == Exit::Failed {
        writeln!(out.to, "`kandy-harness replay FILE` shows a difference in full")?;
    }
    Ok(exit)
}

fn recordings(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    let unreadable = |source: io::Error| RecordingError::Unreadable { path: path.to_owned(), source: source.into() };
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
