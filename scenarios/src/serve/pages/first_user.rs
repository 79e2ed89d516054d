//! The user with whom the quickstart page comes filled in.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::serve::accounts::{Accounts, DEFAULT_PASSWORD, DEFAULT_USER};

/// The first of a server's users, who may be another one later. Clones are the same.
#[derive(Clone, Default)]
pub struct FirstUser {
    login: Arc<Mutex<Option<(String, String)>>>,
}

impl fmt::Debug for FirstUser {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FirstUser(***)")
    }
}

impl FirstUser {
    /// The first of these; where everybody may sign in and nobody is named, somebody.
    #[must_use]
    pub fn of(accounts: &Accounts, any_user: bool) -> Self {
        let first = Self::default();
        first.follow(accounts, any_user);
        first
    }

    /// The accounts are these now.
    pub fn follow(&self, accounts: &Accounts, any_user: bool) {
        let named = accounts.iter().next().map(|(name, account)| (name.to_owned(), account.password.clone()));
        let anybody = any_user.then(|| (DEFAULT_USER.to_owned(), DEFAULT_PASSWORD.to_owned()));
        *self.login.lock().unwrap_or_else(PoisonError::into_inner) = named.or(anybody);
    }

    /// The page with this user in its fields.
    pub(super) fn fill(&self, page: &str) -> String {
        match &*self.login.lock().unwrap_or_else(PoisonError::into_inner) {
            None => page.to_owned(),
            Some((name, password)) => {
                [("username", name), ("password", password)].iter().fold(page.to_owned(), |page, (id, value)| {
                    let field = format!("<input id=\"{id}\"");
                    page.replace(&field, &format!("{field} value=\"{}\"", escaped(value)))
                })
            }
        }
    }
}

/// A text as the value of an attribute.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        match character {
            '&' => escaped += "&amp;",
            '"' => escaped += "&quot;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            other => escaped.push(other),
        }
        escaped
    })
}
