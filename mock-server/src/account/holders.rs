//! Whose the credentials are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::credential::CredentialKind;
use super::options::UserOptions;
use crate::error::PlatformError;

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
