//! Snapshots: the transcript that a scenario is known to leave, in a file beside its script.
//!
//! They are files of insta, so whoever knows insta knows them, and its tools work on them. insta reads them and says what is
//! equal. It cannot write one outside of a test without variables in the environment of the process, so the four lines of
//! its format are written here, and tests hold that insta reads them.

mod pending;

use std::cell::LazyCell;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use insta::Snapshot;
use insta::internals::TextSnapshotContents;
use insta::{MetaData, TextSnapshotKind};
use thiserror::Error;

pub use self::pending::PendingSnapshot;
use crate::file::{self, FileError};
use crate::scenario::{EXTENSION, Rows, read_text};

const ACCEPTED: &str = "snap";
const PENDING: &str = "snap.new";

/// The largest snapshot that is read, in bytes: more than the longest transcript takes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// What editors put at the start of UTF-8 and UTF-16 text.
const BYTE_ORDER_MARKS: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
/// What the lines begin with that git puts around and between the two sides of a conflict.
const CONFLICT_MARKS: [&[u8]; 3] = [b"<<<<<<<", b"=======", b">>>>>>>"];

/// What to do with a transcript that differs from its snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Report it, and leave it for review if `leave_pending`.
    Compare {
        /// Whether to write the new one beside the old one.
        leave_pending: bool,
    },
    /// Make it the snapshot.
    Accept,
}

/// How a transcript stands to its snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is the same.
    Same,
    /// It was not compared: snapshots are of what runs in simulated worlds.
    Unasked,
    /// There is no snapshot.
    Missing,
    /// There was none, and this is the snapshot now.
    Created,
    /// It was another, and now it is the snapshot.
    Changed,
    /// It is another.
    Different(SnapshotDifference),
}

/// A transcript that differs from its snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotDifference {
    /// What the snapshot says.
    pub old: String,
    /// What the run left.
    pub new: String,
    /// Whether the new one is there for review.
    pub pending: bool,
}

/// Why a snapshot cannot be used.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// There is a file, and it cannot be read.
    #[error("cannot read the snapshot: {0}")]
    Unreadable(#[source] FileError),
    /// There is a file, and it is not as insta writes it.
    #[error("the snapshot is not as insta writes it, with a header between `---`")]
    Malformed,
    /// A merge has stopped in it.
    #[error("the snapshot has a merge conflict in line {line}")]
    Conflict {
        /// The line.
        line: usize,
    },
    /// An editor has put a mark at its start, or has saved it in another encoding.
    #[error("the snapshot begins with a byte order mark, and must be UTF-8 without one")]
    ByteOrderMark,
    /// It cannot be written or removed.
    #[error("cannot write the snapshot: {0}")]
    Unwritable(#[source] io::Error),
}

/// The snapshot of a script.
#[must_use]
pub fn path_of(script: &Path) -> PathBuf {
    script.with_extension(ACCEPTED)
}

/// The snapshot of one row of a script: `login[unavailable].snap`.
#[must_use]
pub fn path_of_row(script: &Path, row: &str) -> PathBuf {
    let stem = script.file_stem().map(OsStr::to_string_lossy).unwrap_or_default();
    script.with_file_name(format!("{stem}[{row}].{ACCEPTED}"))
}

/// Compares a transcript with the snapshot at `path`, and does as `mode` says. `source` is the script's path relative to
/// its root, which the snapshot names. Text is made of the transcript only if there is something to compare it with, or to
/// write it to.
///
/// # Errors
///
/// There is a snapshot that cannot be read, or one should be written and cannot be.
pub fn compare(
    path: &Path,
    source: &str,
    transcript: &(impl fmt::Display + ?Sized),
    mode: Mode,
) -> Result<Comparison, SnapshotError> {
    let new = LazyCell::new(|| TextSnapshotContents::new(transcript.to_string(), TextSnapshotKind::File));
    let pending = pending_of(path);
    let accept = |comparison| write(path, source, &new).map(|()| comparison).map_err(SnapshotError::Unwritable);
    let comparison = match (read(path), mode) {
        (Ok(Some(old)), _) if old.matches_latest(&new) => Comparison::Same,
        (Ok(None), Mode::Compare { .. }) => Comparison::Missing,
        (Ok(None), Mode::Accept) => accept(Comparison::Created)?,
        (Ok(Some(_)) | Err(_), Mode::Accept) => accept(Comparison::Changed)?,
        (Err(error), Mode::Compare { .. }) => return Err(error),
        (Ok(Some(old)), Mode::Compare { leave_pending }) => {
            // The difference is what matters: it is reported also where nothing can be written.
            let pending = leave_pending && write(&pending, source, &new).is_ok();
            return Ok(Comparison::Different(SnapshotDifference {
                old: old.to_string(),
                new: new.to_string(),
                pending,
            }));
        }
    };
    // What a run before this one left; if it cannot be removed, nothing is lost.
    let _ = fs::remove_file(pending);
    Ok(comparison)
}

/// Whether `path` is a snapshot of a scenario, accepted or pending, whose script is not there any more, or has no such row.
#[must_use]
pub fn is_stale(path: &Path) -> bool {
    // Other snapshots of insta's may lie in the same folder: ours name a script.
    let ours = || read_file(path).is_ok_and(|snapshot| is_script(snapshot.metadata()));
    let is_gone = |script: &Path| script.symlink_metadata().is_err();
    script_of(path).is_some_and(|script| is_gone(&script) && !is_of_row(&script)) && ours()
}

/// Whether the name of a missing script is that of another script together with one of its rows.
pub(crate) fn is_of_row(script: &Path) -> bool {
    let stem = script.file_stem().map(OsStr::to_string_lossy).unwrap_or_default();
    let Some((stem, row)) = stem.strip_suffix(']').and_then(|name| name.split_once('[')) else { return false };
    let text = read_text(&script.with_file_name(format!("{stem}.{EXTENSION}")));
    text.is_ok_and(|text| Rows::parse(&text).is_ok_and(|rows| rows.names.iter().any(|name| name == row)))
}

/// What a run leaves for review beside a snapshot.
fn pending_of(snapshot: &Path) -> PathBuf {
    let mut path = snapshot.as_os_str().to_owned();
    path.push(".new");
    path.into()
}

/// Whether `path` is that of an accepted snapshot by its name.
pub(crate) fn is_named_so(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == ACCEPTED)
}

/// Whether `path` is the accepted snapshot of a script that is there.
pub(crate) fn has_script(path: &Path) -> bool {
    is_named_so(path) && script_of(path).is_some_and(|script| script.is_file() || is_of_row(&script))
}

/// The script that a snapshot, accepted or pending, belongs to by its name.
fn script_of(snapshot: &Path) -> Option<PathBuf> {
    let accepted = if snapshot.extension()? == "new" { snapshot.with_extension("") } else { snapshot.to_owned() };
    (accepted.extension()? == ACCEPTED).then(|| accepted.with_extension(EXTENSION))
}

fn is_script(metadata: &MetaData) -> bool {
    metadata.source().is_some_and(|source| Path::new(source).extension().is_some_and(|end| end == EXTENSION))
}

fn read(path: &Path) -> Result<Option<TextSnapshotContents>, SnapshotError> {
    match read_file(path) {
        Ok(snapshot) => snapshot.as_text().cloned().map(Some).ok_or(SnapshotError::Malformed),
        Err(SnapshotError::Unreadable(error)) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

fn read_file(path: &Path) -> Result<Snapshot, SnapshotError> {
    let bytes = file::read(path, MAX_BYTES).map_err(SnapshotError::Unreadable)?;
    if BYTE_ORDER_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(SnapshotError::ByteOrderMark);
    }
    if let Some(line) = conflict(&bytes) {
        return Err(SnapshotError::Conflict { line });
    }
    // insta takes a file without a header for one of its first versions, and warns on standard error.
    if !bytes.starts_with(b"---\n") && !bytes.starts_with(b"---\r\n") {
        return Err(SnapshotError::Malformed);
    }
    Snapshot::from_file(path).map_err(|_| SnapshotError::Malformed)
}

/// The line of the first mark that a merge has left. No line of a transcript begins like one: each begins with a time.
fn conflict(bytes: &[u8]) -> Option<usize> {
    let is_mark = |line: &[u8]| CONFLICT_MARKS.iter().any(|mark| line.starts_with(mark));
    bytes.split(|byte| *byte == b'\n').position(is_mark).map(|index| index + 1)
}

fn write(path: &Path, source: &str, contents: &TextSnapshotContents) -> io::Result<()> {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    let is_plain = source.starts_with(|first: char| first.is_ascii_alphabetic()) && source.chars().all(plain);
    // A JSON string is a YAML string.
    let source = if is_plain { source.to_owned() } else { serde_json::Value::from(source).to_string() };
    file::replace(path, &format!("---\nsource: {source}\n---\n{contents}\n"))
}

#[cfg(test)]
mod tests;
