//! A file of users that may change while it is used.

use std::path::PathBuf;

use super::Accounts;
use super::file::{AccountsFileError, MAX_BYTES, users};
use crate::serve::followed::Followed;

/// Reads a file of users again whenever it has changed.
#[derive(Debug)]
pub struct AccountsFollower {
    file: Followed,
    shown: String,
}

impl AccountsFollower {
    /// Follows the file at `path`, which messages call `shown`.
    #[must_use]
    pub fn new(path: PathBuf, shown: String) -> Self {
        Self { file: Followed::new(path, MAX_BYTES), shown }
    }

    /// The users, at the first look and whenever the file has changed since; each broken version is told of once. A program
    /// that writes the same users again signs nobody out, if it takes less time than between two looks.
    pub fn look(&mut self) -> Option<Result<Accounts, AccountsFileError>> {
        let read = self.file.look()?;
        Some(users(read, &self.shown))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::file;

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
        let mut follower = AccountsFollower::new(path.clone(), "users.toml".into());
        assert_eq!(names(&follower.look().unwrap().unwrap()), ["alice"]);
        assert!(follower.look().is_none());
        // A change is read at the second look that finds the same content.
        let mut look = || {
            assert!(follower.look().is_none());
            follower.look()
        };

        // As editors do it: another file of the same length takes its place.
        fs::write(folder.join("new"), BOB).unwrap();
        fs::rename(folder.join("new"), &path).unwrap();
        assert_eq!(names(&look().unwrap().unwrap()), ["bobby"]);

        fs::write(&path, "[[user]\n").unwrap();
        assert!(matches!(look(), Some(Err(AccountsFileError::Content(_)))));
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

    /// In place, with as many bytes and with the times that it had before: only what it says has changed.
    #[test]
    fn what_has_changed_is_what_it_says() {
        let folder = file::scratch::Folder::new("follow-content");
        let path = folder.join("users.toml");
        fs::write(&path, ALICE).unwrap();
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let mut follower = AccountsFollower::new(path.clone(), "users.toml".into());
        assert_eq!(names(&follower.look().unwrap().unwrap()), ["alice"]);
        for name in ["bobby", "carol"] {
            fs::write(&path, BOB.replace("bobby", name)).unwrap();
            fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), modified);
            assert!(follower.look().is_none(), "it may still be written");
            assert_eq!(names(&follower.look().unwrap().unwrap()), [name]);
        }
    }

    #[test]
    fn a_file_that_was_never_there_is_an_error() {
        let mut follower = AccountsFollower::new("/nonexistent/users.toml".into(), "users.toml".into());
        assert!(matches!(follower.look(), Some(Err(AccountsFileError::Read { .. }))));
        assert!(follower.look().is_none());
    }
}
