//! What was found and is accepted, in a file beside the snapshot: a team is told of what is new, and of what has gone.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use super::Exploration;
use crate::file::{self, FileError};
use crate::schedule::Schedule;

/// How the file's name ends, in place of that of the snapshot.
const EXTENSION: &str = "explore";
/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The first line.
const HEAD: &str = "# What `kandy-harness explore` finds here; `--update` writes it anew.";

/// What is accepted: each finding with each schedule that brings it, and each outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Where one thing goes wrong.
    singles: Lines,
    /// Where two do, and neither alone brings it.
    pairs: Lines,
}

/// The lines of a part of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lines {
    /// `finding | schedule`
    findings: BTreeSet<String>,
    /// `outcome`
    outcomes: BTreeSet<String>,
}

/// The headings of the file, in the order in which they stand there. Those of pairs are left out where there are none.
const HEADINGS: [&str; 4] = ["[findings]", "[outcomes]", "[findings of pairs]", "[outcomes of pairs]"];

/// What was run, so that what was not found is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Everything, two things going wrong in one run included.
    All,
    /// Everything in which one thing goes wrong.
    Singles,
    /// Less than that.
    Some,
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
        let mut accepted = Self::default();
        // A pair may come down to one thing alone that only pairs lead to.
        let singles: BTreeSet<&Schedule> = found.singles.iter().map(|told| &told.schedule).collect();
        let is_of_pairs = |by: &Schedule| !by.disturbances().is_empty() && !singles.contains(by);
        for (finding, schedules) in &found.findings {
            for by in schedules {
                accepted.part(is_of_pairs(by)).findings.insert(format!("{finding} | {by}"));
            }
        }
        for (outcome, class) in &found.outcomes {
            // Singles ran first.
            accepted.part(is_of_pairs(&class.example)).outcomes.insert(outcome.to_string());
        }
        accepted
    }

    fn part(&mut self, is_of_pairs: bool) -> &mut Lines {
        if is_of_pairs { &mut self.pairs } else { &mut self.singles }
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
        let mut into = None;
        for (index, line) in text.lines().map(str::trim_end).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(heading) = HEADINGS.iter().position(|heading| *heading == line) {
                into = Some(heading);
                continue;
            }
            let into = into.ok_or(AcceptedError::Malformed(index + 1))?;
            accepted.sections()[into].insert(line.to_owned());
        }
        Ok(accepted)
    }

    /// The sections, as [`HEADINGS`] has them.
    fn sections(&mut self) -> [&mut BTreeSet<String>; 4] {
        let Self { singles, pairs } = self;
        [&mut singles.findings, &mut singles.outcomes, &mut pairs.findings, &mut pairs.outcomes]
    }

    /// Makes it what is accepted.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), AcceptedError> {
        Ok(file::replace(path, &self.to_text())?)
    }

    fn to_text(&self) -> String {
        let Self { singles, pairs } = self;
        let sections = [&singles.findings, &singles.outcomes, &pairs.findings, &pairs.outcomes];
        let mut text = format!("{HEAD}\n");
        for (number, (heading, lines)) in HEADINGS.iter().zip(sections).enumerate() {
            if number >= 2 && lines.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n{heading}");
            for line in lines {
                let _ = writeln!(text, "{line}");
            }
        }
        text
    }

    /// This, found without pairs, and what was accepted of pairs before.
    #[must_use]
    pub fn with_pairs_of(self, before: Self) -> Self {
        Self { pairs: before.pairs, ..self }
    }

    /// What has changed, if this is accepted and that was found. What was not run is not gone.
    #[must_use]
    pub fn changes(&self, found: &Self, ran: Ran) -> Changes {
        let accepted = self.singles.with(&self.pairs);
        let mut new = found.singles.without(&accepted);
        new.extend(found.pairs.without(&accepted));
        let now = found.singles.with(&found.pairs);
        let mut gone = Vec::new();
        if ran != Ran::Some {
            gone.extend(self.singles.without(&now));
        }
        if ran == Ran::All {
            gone.extend(self.pairs.without(&now));
        }
        Changes { new, gone }
    }
}

impl Lines {
    fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.outcomes.extend(other.outcomes);
    }

    fn with(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.extend(other.clone());
        both
    }

    /// What the others do not have, as it is told.
    fn without(&self, others: &Self) -> Vec<String> {
        let findings = self.findings.difference(&others.findings).cloned();
        let outcomes = self.outcomes.difference(&others.outcomes).map(|outcome| format!("outcome: {outcome}"));
        findings.chain(outcomes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::{FindingKind, Told};
    use crate::file::scratch::Folder;

    fn lines(findings: &[&str], outcomes: &[&str]) -> Lines {
        let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
        Lines { findings: lines(findings), outcomes: lines(outcomes) }
    }

    fn accepted(findings: &[&str], outcomes: &[&str]) -> Accepted {
        Accepted { singles: lines(findings, outcomes), pairs: Lines::default() }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = Folder::new("accepted");
        let path = path_of(&folder.join("flow[one].snap"));
        assert!(path.ends_with("flow[one].explore"));
        assert_eq!(Accepted::read(&path).unwrap(), None);
        let mut all = accepted(&["socket left open (kandy) | open 1: late by 5001ms"], &["passes; kandy disconnected"]);
        all.write(&path).unwrap();
        assert_eq!(Accepted::read(&path).unwrap().as_ref(), Some(&all));
        all.pairs = lines(&["pending for ever (kandy) | open 1: gone; ping 1: lost"], &["passes; kandy pending"]);
        all.write(&path).unwrap();
        assert_eq!(Accepted::read(&path).unwrap(), Some(all));
        assert!(matches!(Accepted::parse("\nopen 1: lost\n"), Err(AcceptedError::Malformed(2))));
    }

    #[test]
    fn what_is_new_and_what_has_gone_is_told() {
        let (old, new) = (accepted(&["a", "b"], &["x"]), accepted(&["b", "c"], &["x", "y"]));
        let expected = Changes { new: vec!["c".to_owned(), "outcome: y".to_owned()], gone: vec!["a".to_owned()] };
        assert_eq!(old.changes(&new, Ran::All), expected);
        assert_eq!(old.changes(&new, Ran::Singles), expected);
        assert!(old.changes(&new, Ran::Some).gone.is_empty(), "what was not run may be as it was");
        assert!(old.changes(&old, Ran::All).is_empty());
    }

    #[test]
    fn pairs_are_gone_only_where_they_were_run() {
        let singles = accepted(&["a"], &["x"]);
        let both = Accepted { pairs: lines(&["p; q"], &["z"]), ..singles.clone() };
        assert!(both.changes(&singles, Ran::Singles).is_empty());
        assert_eq!(both.changes(&singles, Ran::All).gone, ["p; q", "outcome: z"]);
        assert_eq!(singles.changes(&both, Ran::All).new, ["p; q", "outcome: z"]);
        assert_eq!(singles.with_pairs_of(both.clone()), both, "an update without pairs keeps them");
    }

    #[test]
    fn what_only_pairs_lead_to_is_of_pairs_however_small_it_is() {
        let by = |text: &str| text.parse::<Schedule>().unwrap();
        let schedules = ["open 1: lost", "open 2: lost", "open 1: cut; open 2: lost"].map(by).to_vec();
        let schedule = schedules[0].clone();
        let single = Told { schedule, outcome: None, is_undisturbed: false, has_finding: true };
        let findings = [(FindingKind::Deaf.of_none(), schedules)].into();
        let found = Accepted::of(&Exploration { findings, singles: vec![single], ..Exploration::default() });
        assert_eq!([found.singles.findings.len(), found.pairs.findings.len()], [1, 2], "{found:?}");
    }
}
