//! What is told of tokens: when they expire, and who has which, by label and never by value.

use std::sync::Arc;

use serde::Serialize;

use super::{Grant, Grants, Masked, Use};
use crate::time::Time;

/// What one login gave, with all that was refreshed from it: tokens that live and die together. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TokensInfo {
    /// Its number, in the order of the logins.
    #[serde(skip)]
    pub id: u64,
    /// Whose they are.
    pub user: String,
    /// The tokens and the session with which access is asked: the platform's own texts, such as `AT-1`; `***` for one that a command gave.
    pub access: Vec<String>,
    /// When these expire, or have expired.
    pub access_expires_at: Time,
    /// The tokens that are good for a refresh.
    pub refresh: Vec<String>,
    /// When these expire, or have expired.
    pub refresh_expires_at: Time,
}

impl Grants {
    /// When tokens expire next, if any do.
    pub(crate) fn next_end(&self) -> Option<Time> {
        self.ends.first().map(|(end, _)| *end)
    }

    /// The first tokens that have expired by `now` and were not reported yet: when, whose, and which.
    pub(crate) fn expired(&mut self, now: Time) -> Option<(Time, Arc<str>, Vec<String>)> {
        let (end, id) = self.ends.first().copied().filter(|(end, _)| *end <= now)?;
        self.ends.pop_first();
        let grant = self.grants.get(id)?;
        let is_access = grant.access_until == end;
        if is_access && grant.refresh_until > end && self.labels(grant, Use::Refresh).next().is_some() {
            self.ends.insert((grant.refresh_until, id));
        }
        // Tokens of both kinds that end at once are told of together.
        let uses = [
            (Use::Access, grant.access_until),
            (Use::Session, grant.access_until),
            (Use::Refresh, grant.refresh_until),
        ];
        let over = uses.into_iter().filter(|(_, until)| *until == end).map(|(usage, _)| usage);
        let tokens = over.flat_map(|usage| self.labels(grant, usage)).collect();
        Some((end, grant.user.clone(), tokens))
    }

    /// What may be shown of a grant's tokens.
    fn labels<'a>(&'a self, grant: &'a Grant, usage: Use) -> impl Iterator<Item = String> + 'a {
        let texts = grant.first.iter().chain(&grant.later);
        let is_meant = move |text: &&Arc<str>| self.tokens.get(*text).is_some_and(|(_, of)| *of == usage);
        texts.filter(is_meant).map(|text| format!("{:?}", Masked(text)))
    }

    /// The grants behind one, one by one.
    pub(crate) fn infos_after(&self, id: Option<u64>) -> impl Iterator<Item = TokensInfo> {
        self.grants.after(id).map(|(id, grant)| TokensInfo {
            id,
            user: grant.user.to_string(),
            access: self.labels(grant, Use::Access).chain(self.labels(grant, Use::Session)).collect(),
            access_expires_at: grant.access_until,
            refresh: self.labels(grant, Use::Refresh).collect(),
            refresh_expires_at: grant.refresh_until,
        })
    }
}
