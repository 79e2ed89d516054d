//! Accounts: who may sign in, with what password, and what is granted to them.

mod credential;
mod holders;
mod options;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

pub(crate) use self::credential::CredentialKind;
use self::holders::Holders;
pub use self::options::UserOptions;
use self::options::check_services;
pub(crate) use self::options::{DEFAULT_LIFETIME, check_lifetime, list_bytes};
use crate::error::{PlatformError, check_text};
use crate::limits::Limits;
use crate::text::nearest;
use crate::time::{Time, in_millis_if_any};

/// One user, as scripts see it. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserInfo {
    /// The user's name, as it is given when signing in.
    pub name: String,
    /// When the user was added.
    pub created: Time,
    /// The services that may be granted; `None` stands for any.
    pub services: Option<Vec<String>>,
    /// How long the user's tokens last, whatever clients ask for; `None` leaves it to the platform and to them. Serialized in ms, as
    /// all durations here.
    #[serde(serialize_with = "in_millis_if_any")]
    pub token_lifetime: Option<Duration>,
    /// How long the user's subscriptions last without renewal, whatever clients ask for; `None` leaves it to them.
    #[serde(serialize_with = "in_millis_if_any")]
    pub subscription_lifetime: Option<Duration>,
    /// Whether this user is not answered.
    pub offline: bool,
    /// The delay of answers and handshakes of this user; `None` is that of everybody.
    #[serde(serialize_with = "in_millis_if_any")]
    pub latency: Option<Duration>,
    /// Whether pings of this user are answered; `None` as those of everybody.
    pub answer_pings: Option<bool>,
}

/// What holds for one user instead of what holds for everybody.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnSettings {
    pub(crate) offline: bool,
    pub(crate) latency: Option<Duration>,
    pub(crate) answer_pings: Option<bool>,
}

#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) name: Arc<str>,
    pub(crate) options: UserOptions,
    /// What holds for this user instead of what holds for everybody.
    pub(crate) own: OwnSettings,
    password: String,
    created: Time,
    /// Whether the user's own bearer token is void.
    is_bearer_void: bool,
    /// Its presence lists, oldest first.
    pub(crate) presence_lists: Vec<PresenceList>,
    /// When the account was used last, counted in uses, if nobody added it: it was made up at a login. Nobody misses it.
    made_up: Option<u64>,
}

/// A list of those whose presence a user wants to know.
#[derive(Clone, Debug)]
pub(crate) struct PresenceList {
    pub(crate) number: u64,
    pub(crate) name: String,
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
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    by_name: BTreeMap<Arc<str>, Account>,
    holders: Holders,
    /// The accounts that were made up, the one that was not used for longest first.
    made_up: BTreeMap<u64, Arc<str>>,
    uses: u64,
    /// How many of them are offline.
    offline: usize,
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
        let (own, password) = (OwnSettings::default(), password.to_owned());
        self.holders.set(&name, &options);
        let account = Account {
            name: name.clone(),
            options,
            own,
            password,
            created: now,
            is_bearer_void: false,
            presence_lists: Vec::new(),
            made_up: None,
        };
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
        options.check()?;
        self.holders.check(name, options)
    }

    /// The user of a credential; `None` if no user has it, or if it is void.
    pub(crate) fn holder(&self, kind: CredentialKind, text: &str) -> Option<&Account> {
        let name = self.holders.of(kind, text)?;
        let is_void = |account: &&Account| kind == CredentialKind::Bearer && account.is_bearer_void;
        self.by_name.get(name).filter(|account| !is_void(account))
    }

    /// Makes the user's own bearer token void.
    pub(crate) fn void_bearer(&mut self, name: &str) {
        if let Some(account) = self.by_name.get_mut(name) {
            account.is_bearer_void = true;
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.keep(name);
        let removed = self.by_name.remove(name);
        self.holders.remove(name);
        self.offline -= usize::from(removed.is_some_and(|account| account.own.offline));
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

    /// Whether there is room for one more list of the user.
    pub(crate) fn add_presence_list(&mut self, name: &str, list: PresenceList) -> bool {
        let Some(account) = self.by_name.get_mut(name) else { return false };
        let has_room = account.presence_lists.len() < Limits::PRESENCE_LISTS;
        if has_room {
            account.presence_lists.push(list);
        }
        has_room
    }

    pub(crate) fn set_password(&mut self, name: &str, password: &str) -> Result<(), PlatformError> {
        check_text("password", password)?;
        password.clone_into(&mut self.known_mut(name)?.password);
        Ok(())
    }

    pub(crate) fn set_options(&mut self, name: &str, options: &UserOptions) -> Result<(), PlatformError> {
        self.known_mut(name)?;
        options.check()?;
        self.holders.check(name, options)?;
        let account = self.known_mut(name)?;
        account.options = options.clone();
        account.is_bearer_void = false;
        let name = account.name.clone();
        self.holders.set(&name, options);
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
            token_lifetime: account.options.token_lifetime,
            subscription_lifetime: account.options.subscription_lifetime,
            offline: account.own.offline,
            latency: account.own.latency,
            answer_pings: account.own.answer_pings,
        })
    }

    /// Whether a user is offline whom a command is about.
    pub(crate) fn set_offline(&mut self, name: &str, offline: bool) -> Result<(), PlatformError> {
        let was = mem::replace(&mut self.known_mut(name)?.own.offline, offline);
        self.offline = self.offline + usize::from(offline) - usize::from(was);
        Ok(())
    }

    pub(crate) fn set_all_online(&mut self) {
        self.by_name.values_mut().for_each(|account| account.own.offline = false);
        self.offline = 0;
    }

    pub(crate) const fn is_any_offline(&self) -> bool {
        self.offline > 0
    }

    /// What else holds for a user whom a command is about.
    pub(crate) fn own_mut(&mut self, name: &str) -> Result<&mut OwnSettings, PlatformError> {
        Ok(&mut self.known_mut(name)?.own)
    }

    pub(crate) fn each_own(&mut self, mut change: impl FnMut(&mut OwnSettings)) {
        self.by_name.values_mut().for_each(|account| change(&mut account.own));
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
        assert_eq!(error.to_string(), "there is no user \"alise@example.com\" (did you mean `alice@example.com`?)");
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
    fn a_user_is_added_once_and_with_a_lifetime_that_can_be_granted() {
        let mut accounts = Accounts::default();
        accounts.add(Time::ZERO, "alice", "x", UserOptions::default()).unwrap();
        let again = accounts.add(Time::ZERO, "alice", "x", UserOptions::default());
        assert_eq!(again, Err(PlatformError::UserExists { name: "alice".to_owned() }));

        let options = UserOptions { token_lifetime: Some(Duration::from_millis(999)), ..UserOptions::default() };
        let error = accounts.add(Time::ZERO, "bob", "x", options);
        assert_eq!(error, Err(PlatformError::Lifetime { lifetime: Duration::from_millis(999) }));
    }
}
