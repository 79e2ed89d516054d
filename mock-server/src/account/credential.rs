//! What a client may bring instead of a user's name, and whose it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::UserOptions;
use crate::error::PlatformError;

/// What a client may bring instead of a user's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CredentialKind {
    /// [`UserOptions::hmac`].
    Hmac,
    /// [`UserOptions::authname`].
    Authname,
    /// [`UserOptions::bearer`].
    Bearer,
}

impl CredentialKind {
    /// The option's name.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Hmac => "hmac",
            Self::Authname => "authname",
            Self::Bearer => "bearer",
        }
    }
}

impl UserOptions {
    /// The credentials of a user, by their kinds.
    pub(super) fn credentials(&self) -> impl Iterator<Item = (CredentialKind, &str)> {
        let given = [
            (CredentialKind::Hmac, &self.hmac),
            (CredentialKind::Authname, &self.authname),
            (CredentialKind::Bearer, &self.bearer),
        ];
        given.into_iter().filter_map(|(kind, text)| Some((kind, text.as_deref()?)))
    }
}

/// Whose each credential is. No two users have the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Holders(BTreeMap<(CredentialKind, Box<str>), Arc<str>>);

impl Holders {
    /// Whether nobody else has what this user should have.
    pub(super) fn check(&self, name: &str, options: &UserOptions) -> Result<(), PlatformError> {
        let is_anothers =
            |(kind, text): &(CredentialKind, &str)| self.of(*kind, text).is_some_and(|holder| **holder != *name);
        match options.credentials().find(is_anothers) {
            Some((kind, _)) => Err(PlatformError::CredentialExists { key: kind.key() }),
            None => Ok(()),
        }
    }

    /// A user has these and no others.
    pub(super) fn set(&mut self, name: &Arc<str>, options: &UserOptions) {
        self.remove(name);
        for (kind, text) in options.credentials() {
            self.0.insert((kind, text.into()), name.clone());
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|_, holder| **holder != *name);
    }

    pub(super) fn of(&self, kind: CredentialKind, text: &str) -> Option<&Arc<str>> {
        // Most platforms have none, and then nothing is copied to look for one.
        if self.0.is_empty() { None } else { self.0.get(&(kind, Box::from(text))) }
    }
}
