//! What was found and is accepted, in a file beside the snapshot: a team is told of what is new, and of what has gone.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use super::Exploration;
use crate::file::{self, FileError};

/// How the file's name ends, in place of that of the snapshot.
const EXTENSION: &str = "explore";
/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The first line.
const HEAD: &str = "# What `kandy-harness explore` finds here; `--update` writes it anew.";

/// What is accepted: each finding with each schedule that brings it, and each outcome, as lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// `finding | schedule`
    findings: BTreeSet<String>,
    /// `outcome`
    outcomes: BTreeSet<String>,
}

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum AcceptedError {
    /// It cannot be read.
    #[error("cannot read what is accepted: {0}")]
    Read(#[from] FileError),
    /// It is no such file.
    #[error("line {0} is neither a heading nor below one: mend it, or write the file anew with `--update`")]
    Malformed(usize),
    /// It cannot be written.
    #[error("cannot write what is accepted: {0}")]
    Write(#[from] io::Error),
}

/// How what was found stands to what is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// What is not accepted.
    pub new: Vec<String>,
    /// What is, and was not found.
    pub gone: Vec<String>,
}

impl Changes {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty()
    }
}

/// Where the file is, beside a snapshot.
#[must_use]
pub fn path_of(snapshot: &Path) -> PathBuf {
    snapshot.with_extension(EXTENSION)
}

impl Accepted {
    /// What an exploration found.
    #[must_use]
    pub fn of(found: &Exploration) -> Self {
        let findings = found.findings.iter();
        let lines =
            findings.flat_map(|(finding, schedules)| schedules.iter().map(move |by| format!("{finding} | {by}")));
        Self { findings: lines.collect(), outcomes: found.outcomes.iter().map(ToString::to_string).collect() }
    }

    /// Reads a file; `None` if there is none.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>, AcceptedError> {
        let bytes = match file::read(path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Self::parse(&String::from_utf8_lossy(&bytes)).map(Some)
    }

    fn parse(text: &str) -> Result<Self, AcceptedError> {
        let mut accepted = Self::default();
        let mut into_outcomes = None;
        for (index, line) in text.lines().map(str::trim_end).enumerate() {
            match line {
                "" => {}
                "[findings]" => into_outcomes = Some(false),
                "[outcomes]" => into_outcomes = Some(true),
                _ if line.starts_with('#') => {}
                _ => match into_outcomes {
                    None => return Err(AcceptedError::Malformed(index + 1)),
                    Some(true) => accepted.outcomes.extend([line.to_owned()]),
                    Some(false) => accepted.findings.extend([line.to_owned()]),
                },
            }
        }
        Ok(accepted)
    }

    /// Makes it what is accepted.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), AcceptedError> {
        Ok(file::replace(path, &self.to_text())?)
    }

    /// Whether some of it takes two things that go wrong: without pairs, nothing can be said to have gone.
    #[must_use]
    pub fn is_of_pairs(&self) -> bool {
        self.findings.iter().any(|line| line.rsplit_once(" | ").is_some_and(|(_, by)| by.contains("; ")))
    }

    fn to_text(&self) -> String {
        let mut text = format!("{HEAD}\n\n[findings]\n");
        for line in &self.findings {
            let _ = writeln!(text, "{line}");
        }
        text.push_str("\n[outcomes]\n");
        for line in &self.outcomes {
            let _ = writeln!(text, "{line}");
        }
        text
    }

    /// What has changed, if this is accepted and that was found. Where not everything was run, nothing has gone.
    #[must_use]
    pub fn changes(&self, found: &Self, is_whole: bool) -> Changes {
        let missing = |from: &BTreeSet<String>, others: &BTreeSet<String>, what: &str| -> Vec<String> {
            from.difference(others).map(|line| format!("{what}{line}")).collect()
        };
        let mut new = missing(&found.findings, &self.findings, "");
        new.extend(missing(&found.outcomes, &self.outcomes, "outcome: "));
        let mut gone = Vec::new();
        if is_whole {
            gone.extend(missing(&self.findings, &found.findings, ""));
            gone.extend(missing(&self.outcomes, &found.outcomes, "outcome: "));
        }
        Changes { new, gone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::scratch::Folder;

    fn accepted(findings: &[&str], outcomes: &[&str]) -> Accepted {
        let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
        Accepted { findings: lines(findings), outcomes: lines(outcomes) }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = Folder::new("accepted");
        let path = path_of(&folder.join("flow[one].snap"));
        assert!(path.ends_with("flow[one].explore"));
        assert_eq!(Accepted::read(&path).unwrap(), None);
        let all = accepted(&["socket left open (kandy) | open 1: late by 5001ms"], &["passes; kandy disconnected"]);
        all.write(&path).unwrap();
        assert_eq!(Accepted::read(&path).unwrap(), Some(all));
        assert!(matches!(Accepted::parse("\nopen 1: lost\n"), Err(AcceptedError::Malformed(2))));
    }

    #[test]
    fn what_is_new_and_what_has_gone_is_told() {
        let (old, new) = (accepted(&["a", "b"], &["x"]), accepted(&["b", "c"], &["x", "y"]));
        let expected = Changes { new: vec!["c".to_owned(), "outcome: y".to_owned()], gone: vec!["a".to_owned()] };
        assert_eq!(old.changes(&new, true), expected);
        assert!(old.changes(&new, false).gone.is_empty(), "what was not run may be as it was");
        assert!(old.changes(&old, true).is_empty());
    }

    #[test]
    fn what_takes_two_things_is_told_apart() {
        assert!(accepted(&["a | open 1: lost", "b | open 1: cut; ping 1: lost"], &[]).is_of_pairs());
        assert!(!accepted(&["a; b | open 1: lost"], &["passes; kandy connected"]).is_of_pairs());
    }
}
