//! A file of users that may change while it is used.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use super::{Accounts, FileError, read};

/// Reads a file of users again whenever it has changed.
///
/// It is asked to look, rather than told by the system: editors replace files by renaming, and network and container
/// file systems tell nobody.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    shown: String,
    /// What was there when it was read.
    read: Option<Option<Stamp>>,
    /// What was there at the last look.
    seen: Option<Stamp>,
}

/// What tells one version of a file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    /// Another file may have been given the same name, within the clock's resolution.
    #[cfg(unix)]
    inode: u64,
}

impl Follower {
    /// Follows the file at `path`, which messages call `shown`.
    #[must_use]
    pub fn new(path: PathBuf, shown: String) -> Self {
        Self { path, shown, read: None, seen: None }
    }

    /// The users, at the first look and whenever the file has changed since; each broken version is told of once.
    ///
    /// A file that has gone, or is empty, or is not as it was at the look before, is being written: that is no change yet.
    /// So nobody is signed out by a program that writes the same users again, as long as it pauses for less than a look.
    pub fn look(&mut self) -> Option<Result<Accounts, FileError>> {
        // The stamp is taken before the text: if it changes in between, it is read once more.
        let stamp = Stamp::of(&self.path);
        let is_still = stamp == std::mem::replace(&mut self.seen, stamp);
        if let Some(read) = self.read {
            let is_whole = is_still && stamp.is_some_and(|stamp| stamp.bytes > 0);
            if stamp == read || !is_whole {
                return None;
            }
        }
        self.read = Some(stamp);
        Some(read(&self.path, &self.shown))
    }
}

impl Stamp {
    fn of(path: &std::path::Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            bytes: metadata.len(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(&metadata),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "[[user]]\nname = \"alice\"\npassword = \"x\"\n";
    const BOB: &str = "[[user]]\nname = \"bobby\"\npassword = \"x\"\n";

    fn names(accounts: &Accounts) -> Vec<&str> {
        accounts.iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_file_is_read_at_first_and_after_each_change() {
        let folder = std::env::temp_dir().join(format!("kandy-follow-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("users.toml");
        fs::write(&path, ALICE).unwrap();
        let mut follower = Follower::new(path.clone(), "users.toml".into());
        assert_eq!(names(&follower.look().unwrap().unwrap()), ["alice"]);
        assert!(follower.look().is_none());
        // What has changed is read at the second look that finds it as it is.
        let mut look = || {
            assert!(follower.look().is_none());
            follower.look()
        };

        // As editors do it: another file of the same length takes its place.
        fs::write(folder.join("new"), BOB).unwrap();
        fs::rename(folder.join("new"), &path).unwrap();
        assert_eq!(names(&look().unwrap().unwrap()), ["bobby"]);

        fs::write(&path, "[[user]\n").unwrap();
        assert!(matches!(look(), Some(Err(FileError::Content(_)))));
        assert!(look().is_none(), "a broken version is told of once");

        fs::remove_file(&path).unwrap();
        assert!(look().is_none(), "it may be on its way back");
        fs::write(&path, format!("{ALICE}{BOB}")).unwrap();
        assert_eq!(names(&look().unwrap().unwrap()), ["alice", "bobby"]);

        fs::write(&path, "").unwrap();
        assert!(look().is_none(), "it is about to be written");
        fs::write(&path, ALICE).unwrap();
        assert!(look().is_some_and(|users| names(&users.unwrap()) == ["alice"]));
        fs::write(&path, "# nobody").unwrap();
        assert!(look().unwrap().unwrap().is_empty());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_file_that_was_never_there_is_an_error() {
        let mut follower = Follower::new("/nonexistent/users.toml".into(), "users.toml".into());
        assert!(matches!(follower.look(), Some(Err(FileError::Read { .. }))));
        assert!(follower.look().is_none());
    }
}
