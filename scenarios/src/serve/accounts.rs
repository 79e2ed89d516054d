//! Accounts: who may sign in at a served platform, and how a file of users becomes commands.

mod file;
mod follow;

use std::collections::{BTreeMap, BTreeSet};

use kandy_mock_server::{Command, UserOptions};
use thiserror::Error;

pub use self::file::{AccountsFileError, MAX_BYTES, from_bytes, read};
pub use self::follow::AccountsFollower;

/// The user whom a platform has that is told of none.
pub const DEFAULT_USER: &str = "alice@example.com";
/// The password of [`DEFAULT_USER`].
pub const DEFAULT_PASSWORD: &str = "s3cret";

/// One user.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The password.
    pub password: String,
    /// What is special about the user.
    pub options: UserOptions,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("password", &"***").field("options", &self.options).finish()
    }
}

/// Users by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    by_name: BTreeMap<String, Account>,
}

impl Accounts {
    /// The one user of a platform that is told of none.
    #[must_use]
    pub fn by_default() -> Self {
        let account = Account { password: DEFAULT_PASSWORD.to_owned(), options: UserOptions::default() };
        Self { by_name: BTreeMap::from([(DEFAULT_USER.to_owned(), account)]) }
    }

    /// Adds a user. Gives whether that is one more; nothing changes otherwise.
    pub fn add(&mut self, name: &str, account: Account) -> bool {
        let is_new = !self.by_name.contains_key(name);
        if is_new {
            self.by_name.insert(name.to_owned(), account);
        }
        is_new
    }

    /// Every user, ordered by name.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Account)> {
        self.by_name.iter().map(|(name, account)| (name.as_str(), account))
    }

    /// How many users there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there are no users.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The commands that change the users of a platform from these to those of `next`. Users who are the same in both
    /// keep their tokens and sockets. `present` are the names that it has: others may have added and removed users.
    #[must_use]
    pub fn commands_to(&self, next: &Self, present: &BTreeSet<String>) -> Vec<Command> {
        let gone = self.by_name.keys().filter(|name| !next.by_name.contains_key(*name) && present.contains(*name));
        let mut commands: Vec<Command> = gone.map(|name| Command::RemoveUser { user: name.clone() }).collect();
        for (name, account) in &next.by_name {
            let Account { password, options } = account.clone();
            let user = name.clone();
            if !present.contains(name) {
                commands.push(Command::AddUser { user, password, options });
                continue;
            }
            let before = self.by_name.get(name);
            if before.is_none_or(|before| before.password != password) {
                commands.push(Command::SetPassword { user: user.clone(), password });
            }
            if before.is_none_or(|before| before.options != options) {
                commands.push(Command::SetOptions { user, options });
            }
        }
        commands
    }
}

/// Why an argument names no user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UserError {
    /// Nothing says where the name ends.
    #[error("there is no colon in it: give name:password, such as alice@example.com:s3cret")]
    NoColon,
    /// It begins with the colon.
    #[error("the name is empty: give name:password, such as alice@example.com:s3cret")]
    NoName,
}

/// Reads `name:password`, as an argument gives it. The name ends at the first colon, as it does in a login
/// (RFC 7617, 2).
///
/// # Errors
///
/// [`UserError`], which says what is wrong with it.
pub fn parse_user(text: &str) -> Result<(String, Account), UserError> {
    let (name, password) = text.split_once(':').ok_or(UserError::NoColon)?;
    if name.is_empty() {
        return Err(UserError::NoName);
    }
    Ok((name.to_owned(), Account { password: password.to_owned(), options: UserOptions::default() }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn accounts(users: &[(&str, &str, Option<u64>)]) -> Accounts {
        let mut accounts = Accounts::default();
        for (name, password, seconds) in users {
            let options = UserOptions { token_lifetime: seconds.map(Duration::from_secs), ..UserOptions::default() };
            assert!(accounts.add(name, Account { password: (*password).to_owned(), options }));
        }
        accounts
    }

    fn shown(commands: &[Command]) -> Vec<String> {
        let shown = |command: &Command| match command {
            Command::AddUser { user, password, .. } => format!("add {user} {password}"),
            Command::RemoveUser { user } => format!("remove {user}"),
            Command::SetPassword { user, password } => format!("password {user} {password}"),
            Command::SetOptions { user, options } => format!("options {user} {:?}", options.token_lifetime),
            other => panic!("{other:?} is not a command for accounts"),
        };
        commands.iter().map(shown).collect()
    }

    #[test]
    fn a_change_of_the_users_is_no_more_than_their_difference() {
        let before =
            accounts(&[("alice", "a", None), ("bob", "b", Some(60)), ("carol", "c", None), ("dave", "d", None)]);
        let after = accounts(&[("alice", "a", None), ("bob", "b2", None), ("carol", "c", Some(5)), ("eve", "e", None)]);
        let expected = ["remove dave", "password bob b2", "options bob None", "options carol Some(5s)", "add eve e"];
        let present = names(&["alice", "bob", "carol", "dave"]);
        assert_eq!(shown(&before.commands_to(&after, &present)), expected);
        assert!(before.commands_to(&before.clone(), &present).is_empty());
        let first = Accounts::default().commands_to(&Accounts::by_default(), &names(&[]));
        assert_eq!(shown(&first), ["add alice@example.com s3cret"]);
    }

    #[test]
    fn whom_others_have_removed_is_added_again_and_whom_they_have_added_is_changed() {
        let before = accounts(&[("alice", "a", None), ("bob", "b", None)]);
        let after = accounts(&[("alice", "a", None), ("carol", "c", None)]);
        let commands = before.commands_to(&after, &names(&["carol"]));
        assert_eq!(shown(&commands), ["add alice a", "password carol c", "options carol None"]);
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_user_of_an_argument_has_a_name_and_a_password() {
        let (name, account) = parse_user("zoë@example.com:a:b").unwrap();
        assert_eq!((name.as_str(), account.password.as_str()), ("zoë@example.com", "a:b"));
        assert_eq!(parse_user("alice:").unwrap().1.password, "");
        assert_eq!(parse_user("alice").unwrap_err(), UserError::NoColon);
        assert_eq!(parse_user(":x").unwrap_err(), UserError::NoName);
    }

    #[test]
    fn a_name_is_there_once_and_passwords_are_not_printed() {
        let mut accounts = accounts(&[("alice", "hidden", None)]);
        assert!(!accounts.add("alice", Account { password: "other".into(), options: UserOptions::default() }));
        let shown = format!("{accounts:?}");
        assert!(shown.contains("alice") && !shown.contains("hidden"), "{shown}");
    }
}
