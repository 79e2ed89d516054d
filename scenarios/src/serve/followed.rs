//! A file that may change while it is used.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::file::{self, FileError};

/// A file that is read again whenever it has changed.
///
/// It is asked to look, rather than told by the system: editors replace files by renaming, and network and container file
/// systems tell nobody. It looks at what the file says, since sizes and times may stay when that changes: clocks are
/// coarse, and archives and copies set times back. That costs little, because it never reads more than a limit.
#[derive(Debug)]
pub(super) struct Followed {
    path: PathBuf,
    max_bytes: u64,
    /// What was there when it was last taken.
    taken: Option<Version>,
    /// What was there at the last look.
    seen: Option<Version>,
}

/// What tells one version of a file from the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Nothing has its name.
    Gone,
    /// It is there, and says nothing.
    Empty,
    /// Its content, hashed: passwords are not kept a second time.
    Content(u64),
    /// It cannot be read, and why.
    Unreadable(String),
}

impl Followed {
    /// Follows a file that nobody has read yet.
    pub(super) fn new(path: PathBuf, max_bytes: u64) -> Self {
        Self { path, max_bytes, taken: None, seen: None }
    }

    /// Follows a file of which that version was taken.
    pub(super) fn since(path: PathBuf, max_bytes: u64, taken: Version) -> Self {
        Self { path, max_bytes, seen: Some(taken.clone()), taken: Some(taken) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that somebody else has taken that version.
    pub(super) fn take(&mut self, taken: Version) {
        self.taken = Some(taken);
    }

    /// What is there, at the first look and whenever that has changed since.
    ///
    /// A file that is gone, empty or different from the last look is being written, which does not count as a change yet.
    /// So a program that writes the same content again changes nothing, if it takes less time than between two looks.
    pub(super) fn look(&mut self) -> Option<Result<Vec<u8>, FileError>> {
        let read = file::read(&self.path, self.max_bytes);
        let version = Version::of_read(&read);
        let is_still = self.seen.replace(version.clone()).as_ref() == Some(&version);
        if let Some(taken) = &self.taken {
            let is_whole = is_still && !matches!(version, Version::Gone | Version::Empty);
            if *taken == version || !is_whole {
                return None;
            }
        }
        self.taken = Some(version);
        Some(read)
    }
}

impl Version {
    /// That of a content.
    pub(super) fn of(bytes: &[u8]) -> Self {
        // The mark that some editors put there is no part of a text.
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        if bytes.is_empty() {
            return Self::Empty;
        }
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Self::Content(hasher.finish())
    }

    fn of_read(read: &Result<Vec<u8>, FileError>) -> Self {
        match read {
            Ok(bytes) => Self::of(bytes),
            Err(error) if error.is_missing() || matches!(error, FileError::Dangling) => Self::Gone,
            Err(error) => Self::Unreadable(error.to_string()),
        }
    }
}
