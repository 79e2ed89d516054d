//! What was found and is accepted, in a file beside the snapshot: a team is told of what is new, and of what has gone.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Exploration, Finding};
use crate::file::{self, FileError, Replacement};
use crate::scenario::EXTENSION as SCRIPT;
use crate::schedule::Schedule;
use crate::snapshot::is_of_row;

/// How the file's name ends, in place of that of the snapshot.
pub(crate) const EXTENSION: &str = "explore";
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

/// What the lines begin with that git puts around and between the two sides of a conflict.
const CONFLICT_MARKS: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];

/// What was run, so that what was not found is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
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
    /// It is not a text.
    #[error("what is accepted is not text in UTF-8")]
    NotText,
    /// A merge has stopped in it.
    #[error("what is accepted has a merge conflict")]
    Conflict {
        /// The line.
        line: usize,
    },
    /// It is no such file.
    #[error("this is neither a heading of what is accepted nor below one")]
    Malformed {
        /// The line.
        line: usize,
    },
    /// It cannot be written.
    #[error("cannot write what is accepted: {0}")]
    Write(#[from] io::Error),
}

impl AcceptedError {
    /// The line that it is about, from 1, if it is not about the whole file.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        match self {
            Self::Conflict { line } | Self::Malformed { line } => Some(*line),
            Self::Read(_) | Self::NotText | Self::Write(_) => None,
        }
    }

    /// What to do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Read(FileError::NotAFile) => "move away what is there: `--update` writes a file of this name",
            Self::Read(FileError::Dangling) => "mend the link, or remove it",
            Self::Read(FileError::TooLarge { .. }) => "remove it, and accept what is found now with `--update`",
            Self::Read(FileError::Io(_)) => "check that you may read it",
            Self::NotText | Self::Malformed { .. } | Self::Conflict { .. } => {
                "mend it, or write it anew with `--update`"
            }
            Self::Write(_) => "check that there is room, and that you may write to its folder",
        }
    }

    /// Whether another file can take its place.
    fn is_about_its_text(&self) -> bool {
        matches!(self, Self::NotText | Self::Malformed { .. } | Self::Conflict { .. })
    }
}

/// What is accepted of a scenario, where it stands.
#[derive(Debug)]
pub struct AcceptedFile {
    /// What is accepted, if something is.
    pub accepted: Option<Accepted>,
    /// The file that should take its place.
    replacement: Option<Replacement>,
}

impl AcceptedFile {
    /// Reads what is accepted beside a snapshot, before anything runs: what cannot be read, or should be written and cannot,
    /// is known then. What is no such file is replaced if it `is_to_be_written`.
    ///
    /// # Errors
    ///
    /// It cannot be read, is no such file, or cannot be written.
    pub fn beside(snapshot: &Path, is_to_be_written: bool) -> Result<Self, AcceptedError> {
        Self::at(&path_of(snapshot), is_to_be_written)
    }

    /// Reads what a file says is accepted, as [`AcceptedFile::beside`] does.
    ///
    /// # Errors
    ///
    /// It cannot be read, is no such file, or cannot be written.
    pub fn at(path: &Path, is_to_be_written: bool) -> Result<Self, AcceptedError> {
        let accepted = match Accepted::read(path) {
            Err(error) if is_to_be_written && error.is_about_its_text() => None,
            read => read?,
        };
        let replacement = is_to_be_written.then(|| Replacement::new(path)).transpose()?;
        Ok(Self { accepted, replacement })
    }

    /// Makes this what is accepted; without pairs, what was accepted of them stays.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn replace(self, found: &Exploration, has_pairs: bool) -> Result<(), AcceptedError> {
        let now = Accepted::of(found);
        let now = if has_pairs { now } else { now.with_pairs_of(self.accepted.unwrap_or_default()) };
        let Some(mut replacement) = self.replacement else { return Ok(()) };
        replacement.write_all(now.to_text().as_bytes())?;
        Ok(replacement.finish()?)
    }
}

/// How what was found stands to what is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcceptedChanges {
    /// What is not accepted.
    pub new: Vec<String>,
    /// What is, and was not found.
    pub gone: Vec<String>,
}

impl AcceptedChanges {
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

/// Whether a file has the name of what is accepted of a scenario that is not there any more.
pub(crate) fn is_stale(path: &Path) -> bool {
    let script = path.with_extension(SCRIPT);
    path.extension().is_some_and(|extension| extension == EXTENSION)
        && script.symlink_metadata().is_err()
        && !is_of_row(&script)
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
                accepted.part(is_of_pairs(by)).findings.insert(Self::line(finding, by));
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

    /// The line of a finding and a schedule that brings it, if something has to go wrong for it.
    pub(crate) fn line(finding: &Finding, by: &Schedule) -> String {
        if by.disturbances().is_empty() { finding.to_string() } else { format!("{finding} | {by}") }
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
        let text = str::from_utf8(&bytes).map_err(|_| AcceptedError::NotText)?;
        Self::parse(text).map(Some)
    }

    fn parse(text: &str) -> Result<Self, AcceptedError> {
        let mut accepted = Self::default();
        let mut into = None;
        // Editors put a mark at the start.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (line, text) in (1..).zip(text.lines().map(str::trim_end)) {
            if CONFLICT_MARKS.iter().any(|mark| text.starts_with(mark)) {
                return Err(AcceptedError::Conflict { line });
            }
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            if let Some(heading) = HEADINGS.iter().position(|heading| *heading == text) {
                into = Some(heading);
                continue;
            }
            // No finding and no outcome begins so.
            let into = into.filter(|_| !text.starts_with('[')).ok_or(AcceptedError::Malformed { line })?;
            accepted.sections()[into].insert(text.to_owned());
        }
        Ok(accepted)
    }

    /// The sections, as [`HEADINGS`] has them.
    fn sections(&mut self) -> [&mut BTreeSet<String>; 4] {
        let Self { singles, pairs } = self;
        [&mut singles.findings, &mut singles.outcomes, &mut pairs.findings, &mut pairs.outcomes]
    }

    /// The text of the file.
    pub(crate) fn to_text(&self) -> String {
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
    pub fn changes(&self, found: &Self, ran: Extent) -> AcceptedChanges {
        let accepted = self.singles.with(&self.pairs);
        let mut new = found.singles.without(&accepted);
        new.extend(found.pairs.without(&accepted));
        let now = found.singles.with(&found.pairs);
        let mut gone = Vec::new();
        if ran != Extent::Some {
            gone.extend(self.singles.without(&now));
        }
        if ran == Extent::All {
            gone.extend(self.pairs.without(&now));
        }
        AcceptedChanges { new, gone }
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
    use std::fs;

    use super::*;
    use crate::explore::{FindingKind, ToldRun};
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
        fs::write(&path, all.to_text()).unwrap();
        assert_eq!(Accepted::read(&path).unwrap().as_ref(), Some(&all));
        all.pairs = lines(&["pending for ever (kandy) | open 1: gone; ping 1: lost"], &["passes; kandy pending"]);
        fs::write(&path, all.to_text().replace('\n', "\r\n").replacen('#', "\u{feff}#", 1)).unwrap();
        assert_eq!(Accepted::read(&path).unwrap(), Some(all));
    }

    #[test]
    fn what_is_no_such_file_is_told_with_its_line() {
        for (text, line) in [("\nopen 1: lost\n", 2), ("[findings]\n[foundings]\na\n", 2)] {
            let error = Accepted::parse(text).unwrap_err();
            assert!(matches!(error, AcceptedError::Malformed { .. }) && error.line() == Some(line), "{text}: {error}");
        }
        let conflict = Accepted::parse("[findings]\n<<<<<<< HEAD\na\n=======\n>>>>>>> b\n").unwrap_err();
        assert!(matches!(conflict, AcceptedError::Conflict { line: 2 }), "{conflict}");
    }

    #[test]
    fn what_nothing_has_to_go_wrong_for_is_read_as_it_is_written() {
        let findings = [(FindingKind::Never("seen".to_owned()).of_none(), vec![Schedule::default()])].into();
        let found = Exploration { findings, ..Exploration::default() };
        let now = Accepted::of(&found);
        assert_eq!(Accepted::parse(&now.to_text()).unwrap(), now);
    }

    #[test]
    fn names_of_several_lines_stay_on_one() {
        let name = "a\n[outcomes]\u{202e}b".to_owned();
        let findings = [FindingKind::Property(name.clone()), FindingKind::Never(name)].map(FindingKind::of_none);
        let by = || vec!["open 1: lost".parse().unwrap()];
        let found = Exploration { findings: findings.map(|finding| (finding, by())).into(), ..Exploration::default() };
        let text = Accepted::of(&found).to_text();
        assert_eq!(Accepted::parse(&text).unwrap(), Accepted::of(&found), "{text}");
        assert!(text.contains("`a\\n[outcomes]\\u{202e}b` does not hold | open 1: lost\n"), "{text}");
    }

    #[test]
    fn what_is_new_and_what_has_gone_is_told() {
        let (old, new) = (accepted(&["a", "b"], &["x"]), accepted(&["b", "c"], &["x", "y"]));
        let expected =
            AcceptedChanges { new: vec!["c".to_owned(), "outcome: y".to_owned()], gone: vec!["a".to_owned()] };
        assert_eq!(old.changes(&new, Extent::All), expected);
        assert_eq!(old.changes(&new, Extent::Singles), expected);
        assert!(old.changes(&new, Extent::Some).gone.is_empty(), "what was not run may be as it was");
        assert!(old.changes(&old, Extent::All).is_empty());
    }

    #[test]
    fn pairs_are_gone_only_where_they_were_run() {
        let singles = accepted(&["a"], &["x"]);
        let both = Accepted { pairs: lines(&["p; q"], &["z"]), ..singles.clone() };
        assert!(both.changes(&singles, Extent::Singles).is_empty());
        assert_eq!(both.changes(&singles, Extent::All).gone, ["p; q", "outcome: z"]);
        assert_eq!(singles.changes(&both, Extent::All).new, ["p; q", "outcome: z"]);
        assert_eq!(singles.with_pairs_of(both.clone()), both, "an update without pairs keeps them");
    }

    #[test]
    fn what_only_pairs_lead_to_is_of_pairs_however_small_it_is() {
        let by = |text: &str| text.parse::<Schedule>().unwrap();
        let schedules = ["open 1: lost", "open 2: lost", "open 1: cut; open 2: lost"].map(by).to_vec();
        let schedule = schedules[0].clone();
        let single = ToldRun { schedule, outcome: None, is_undisturbed: false, has_finding: true };
        let findings = [(FindingKind::Deaf.of_none(), schedules)].into();
        let found = Accepted::of(&Exploration { findings, singles: vec![single], ..Exploration::default() });
        assert_eq!([found.singles.findings.len(), found.pairs.findings.len()], [1, 2], "{found:?}");
    }
}
