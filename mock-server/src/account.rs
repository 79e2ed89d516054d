//! Accounts: who may sign in, with what password, and what is granted to them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::error::{PlatformError, check_text, nearest};
use crate::limits::Limits;
use crate::time::Time;

/// What is special about a user; [`UserOptions::default`] is a user for whom the platform's defaults hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserOptions {
    /// The services that may be granted, compared without regard to case; `None` grants whatever is asked for.
    pub services: Option<Vec<String>>,
    /// How long a login lasts, whatever the client asks for; whole seconds. `None` leaves it to the platform's
    /// setting, then to the client, then to the default of one hour.
    pub token_lifetime: Option<Duration>,
    /// How long a subscription lasts without renewal, whatever the client asks for; whole seconds. `None` leaves it to
    /// the client, then to the default of one hour.
    pub subscription_lifetime: Option<Duration>,
}

impl UserOptions {
    fn check(&self) -> Result<(), PlatformError> {
        check_services(self.services.as_deref().unwrap_or_default())?;
        [self.token_lifetime, self.subscription_lifetime].into_iter().flatten().try_for_each(check_lifetime)
    }
}

/// One user, as scripts see it. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserInfo {
    /// The user's name, as it is given when signing in.
    pub name: String,
    /// When the user was added.
    pub created: Time,
    /// The services that may be granted; `None` stands for any.
    pub services: Option<Vec<String>>,
}

pub(crate) struct Account {
    pub(crate) name: Arc<str>,
    pub(crate) options: UserOptions,
    password: String,
    created: Time,
    /// When the account was used last, counted in uses, if nobody added it: it was made up at a login. Nobody misses it.
    made_up: Option<u64>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .field("options", &self.options)
            .field("password", &"***")
            .field("created", &self.created)
            .finish()
    }
}

impl Account {
    /// The services of `asked` that this account may have, spelled as asked.
    pub(crate) fn grant<'a>(&self, asked: Vec<Cow<'a, str>>) -> Vec<Cow<'a, str>> {
        let Some(allowed) = &self.options.services else { return asked };
        let is_allowed =
            |service: &Cow<'_, str>| allowed.iter().any(|name| name.to_lowercase() == service.to_lowercase());
        asked.into_iter().filter(is_allowed).collect()
    }
}

/// Every account, by name.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    by_name: BTreeMap<Arc<str>, Account>,
    /// The accounts that were made up, the one that was not used for longest first.
    made_up: BTreeMap<u64, Arc<str>>,
    uses: u64,
}

impl Accounts {
    pub(crate) fn add(
        &mut self,
        now: Time,
        name: &str,
        password: &str,
        options: UserOptions,
    ) -> Result<(), PlatformError> {
        self.check_new(name, password, &options)?;
        if self.by_name.len() >= Limits::USERS {
            return Err(PlatformError::Full { what: "users", limit: Limits::USERS });
        }
        let name: Arc<str> = name.into();
        let account =
            Account { name: name.clone(), options, password: password.to_owned(), created: now, made_up: None };
        self.by_name.insert(name, account);
        Ok(())
    }

    /// Whether an account may be added, if there is room for it.
    pub(crate) fn check_new(&self, name: &str, password: &str, options: &UserOptions) -> Result<(), PlatformError> {
        check_text("user's name", name)?;
        check_text("password", password)?;
        if self.by_name.contains_key(name) {
            return Err(PlatformError::UserExists { name: name.to_owned() });
        }
        options.check()
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.keep(name);
        self.by_name.remove(name);
    }

    /// An account of which a client made up the name.
    pub(crate) fn set_made_up(&mut self, name: &str) {
        let Some(account) = self.by_name.get_mut(name) else { return };
        self.uses += 1;
        account.made_up = Some(self.uses);
        self.made_up.insert(self.uses, account.name.clone());
    }

    /// An account is used now, which matters if it was made up.
    pub(crate) fn touch(&mut self, name: &str) {
        if self.keep(name) {
            self.set_made_up(name);
        }
    }

    /// Somebody counts on an account: it is as if it had been added. Gives whether it was made up.
    pub(crate) fn keep(&mut self, name: &str) -> bool {
        let used = self.by_name.get_mut(name).and_then(|account| account.made_up.take());
        used.is_some_and(|used| self.made_up.remove(&used).is_some())
    }

    /// The account that was made up, and was not used for longest, if there is no room for one more account.
    pub(crate) fn displaced(&self) -> Option<Arc<str>> {
        if self.by_name.len() < Limits::USERS {
            return None;
        }
        self.made_up.first_key_value().map(|(_, name)| name.clone())
    }

    pub(crate) fn set_password(&mut self, name: &str, password: &str) -> Result<(), PlatformError> {
        check_text("password", password)?;
        password.clone_into(&mut self.known_mut(name)?.password);
        Ok(())
    }

    pub(crate) fn set_options(&mut self, name: &str, options: UserOptions) -> Result<(), PlatformError> {
        let account = self.known_mut(name)?;
        options.check()?;
        account.options = options;
        Ok(())
    }

    pub(crate) fn set_services(&mut self, name: &str, services: Vec<String>) -> Result<(), PlatformError> {
        check_services(&services)?;
        self.known_mut(name)?.options.services = Some(services);
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Account> {
        self.by_name.get(name)
    }

    /// The account of a user whom a command is about.
    pub(crate) fn known(&self, name: &str) -> Result<&Account, PlatformError> {
        self.by_name.get(name).ok_or_else(|| self.unknown(name))
    }

    /// The account that `password` opens.
    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Option<&Account> {
        self.by_name.get(name).filter(|account| account.password == password)
    }

    /// Those behind one, by name.
    pub(crate) fn infos_after(&self, name: Option<&str>) -> impl Iterator<Item = UserInfo> {
        let from = name.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_name.range::<str, _>((from, Bound::Unbounded)).map(|(_, account)| UserInfo {
            name: account.name.to_string(),
            created: account.created,
            services: account.options.services.clone(),
        })
    }

    /// An account that a command changes, and so counts on.
    fn known_mut(&mut self, name: &str) -> Result<&mut Account, PlatformError> {
        self.keep(name);
        if !self.by_name.contains_key(name) {
            return Err(self.unknown(name));
        }
        Ok(self.by_name.get_mut(name).expect("the name was found just now"))
    }

    fn unknown(&self, name: &str) -> PlatformError {
        let known = self.by_name.keys().map(AsRef::as_ref);
        PlatformError::UnknownUser { name: name.to_owned(), nearest: nearest(name, known) }
    }
}

fn check_services(services: &[String]) -> Result<(), PlatformError> {
    let (bytes, limit) = (list_bytes(services), Limits::TEXT_BYTES);
    if bytes > limit { Err(PlatformError::TextTooLong { what: "list of services", bytes, limit }) } else { Ok(()) }
}

/// The length of a list of services, one byte between them: without it empty names would not count.
pub(crate) fn list_bytes(services: &[impl AsRef<str>]) -> usize {
    services.iter().map(|service| service.as_ref().len() + 1).sum()
}

/// Lifetimes go over the wire as whole seconds, so a shorter one would be told as zero.
pub(crate) fn check_lifetime(lifetime: Duration) -> Result<(), PlatformError> {
    if lifetime < Duration::from_secs(1) || lifetime > MAX_LIFETIME {
        return Err(PlatformError::Lifetime { millis: lifetime.as_millis() });
    }
    Ok(())
}

/// The longest lifetime that is granted: ten years.
pub(crate) const MAX_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The lifetime of tokens and subscriptions that nobody said anything about.
pub(crate) const DEFAULT_LIFETIME: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    fn services(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn services_are_granted_without_regard_to_case_and_spelled_as_asked() {
        let mut accounts = Accounts::default();
        let options = UserOptions { services: Some(services(&["CALL", "presence"])), ..UserOptions::default() };
        accounts.add(Time::ZERO, "alice", "x", options).unwrap();
        let granted = accounts.get("alice").unwrap().grant(["call", "IM", "Presence"].map(Cow::Borrowed).into());
        assert_eq!(granted, ["call", "Presence"]);
    }

    #[test]
    fn passwords_are_not_printed() {
        let mut accounts = Accounts::default();
        accounts.add(Time::ZERO, "alice", "s3cret", UserOptions::default()).unwrap();
        let shown = format!("{accounts:?}");
        assert!(shown.contains("alice") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn a_command_about_a_stranger_names_the_nearest_user() {
        let mut accounts = Accounts::default();
        accounts.add(Time::ZERO, "alice@example.com", "x", UserOptions::default()).unwrap();
        let error = accounts.set_password("alise@example.com", "y").unwrap_err();
        assert_eq!(error.to_string(), "there is no user \"alise@example.com\" (did you mean \"alice@example.com\"?)");
    }

    #[test]
    fn names_and_passwords_have_a_length() {
        let mut accounts = Accounts::default();
        let long = "x".repeat(Limits::TEXT_BYTES + 1);
        let too_long = |what| Err(PlatformError::TextTooLong { what, bytes: 4097, limit: 4096 });
        assert_eq!(accounts.add(Time::ZERO, &long, "x", UserOptions::default()), too_long("user's name"));
        assert_eq!(accounts.add(Time::ZERO, "alice", &long, UserOptions::default()), too_long("password"));
        accounts.add(Time::ZERO, &long[1..], &long[1..], UserOptions::default()).unwrap();
        assert_eq!(accounts.set_password(&long[1..], &long), too_long("password"));
    }

    #[test]
    fn lists_of_services_have_a_length() {
        let mut accounts = Accounts::default();
        let options = |services| UserOptions { services: Some(services), ..UserOptions::default() };
        let too_long = Err(PlatformError::TextTooLong { what: "list of services", bytes: 4097, limit: 4096 });
        assert_eq!(accounts.add(Time::ZERO, "alice", "x", options(vec![String::new(); 4097])), too_long);
        accounts.add(Time::ZERO, "alice", "x", options(vec![String::new(); 4096])).unwrap();
        assert_eq!(accounts.set_services("alice", vec!["x".repeat(4096)]), too_long);
        accounts.set_services("alice", vec!["x".repeat(4095)]).unwrap();
    }

    #[test]
    fn a_user_is_added_once_and_a_lifetime_has_bounds() {
        let mut accounts = Accounts::default();
        accounts.add(Time::ZERO, "alice", "x", UserOptions::default()).unwrap();
        let again = accounts.add(Time::ZERO, "alice", "x", UserOptions::default());
        assert_eq!(again, Err(PlatformError::UserExists { name: "alice".to_owned() }));

        let options = UserOptions { token_lifetime: Some(Duration::from_millis(999)), ..UserOptions::default() };
        let error = accounts.add(Time::ZERO, "bob", "x", options);
        assert_eq!(error, Err(PlatformError::Lifetime { millis: 999 }));
        assert_eq!(check_lifetime(Duration::from_secs(1)), Ok(()));
        assert_eq!(check_lifetime(MAX_LIFETIME), Ok(()));
        let millis = MAX_LIFETIME.as_millis() + 1;
        let error = check_lifetime(MAX_LIFETIME + Duration::from_millis(1));
        assert_eq!(error, Err(PlatformError::Lifetime { millis }));
    }
}
