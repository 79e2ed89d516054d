//! Who asks: the ways to sign in with a request to a subscription, of which each dialect has some.

use std::borrow::Cow;
use std::sync::Arc;

use http::Request;

use super::Platform;
use super::auth::Login;
use crate::account::CredentialKind;
use crate::dialect::{Dialect, HMAC, SESSION, UNDEFINED, Way};
use crate::ids::SubscriptionId;
use crate::reason::Reason;
use crate::time::Time;

/// A user, and how they have signed in.
pub(super) struct SignedIn {
    pub(super) user: Arc<str>,
    pub(super) way: Way,
}

/// Whom a request is about, by its path.
#[derive(Clone, Copy)]
pub(super) struct Addressed<'a> {
    /// The user in the path.
    pub(super) user: &'a str,
    /// The subscription, if the path names one that the platform could have.
    pub(super) subscription: Option<SubscriptionId>,
}

impl Platform {
    /// The user of the request's credentials. If it signs in in several ways, the first one counts.
    pub(super) fn signed_in<B>(
        &mut self,
        now: Time,
        dialect: Dialect,
        addressed: Addressed<'_>,
        request: &Request<B>,
    ) -> Result<SignedIn, Reason> {
        for way in dialect.profile().ways {
            let user = match way {
                Way::Token => match self.bearer(now, request) {
                    Err(Reason::NoToken) => continue,
                    user => user?,
                },
                Way::Basic => {
                    let Some(login) = Login::of(request) else { continue };
                    self.sign_in_by_any_name(now, login.name(), login.password())?
                }
                Way::Hmac => {
                    let Some(token) = header(request, HMAC) else { continue };
                    self.of_hmac(now, addressed, token)?
                }
                Way::Session => {
                    let Some(name) = header(request, SESSION) else { continue };
                    self.of_session(now, addressed, name)?
                }
                Way::Anonymous => self.shared_name(addressed.user),
            };
            return Ok(SignedIn { user, way: *way });
        }
        Err(Reason::NoToken)
    }

    /// The user of a request by its credentials, valid or not, for requests whose path names nobody.
    pub(super) fn claimed<B>(&self, request: &Request<B>) -> Option<Arc<str>> {
        let of_login = || {
            let login = Login::of(request)?;
            let holder = self.accounts.get(login.name());
            let holder = holder.or_else(|| self.accounts.holder(CredentialKind::Authname, login.name()));
            holder.map(|account| account.name.clone())
        };
        let of_hmac = || {
            let holder = self.accounts.holder(CredentialKind::Hmac, header(request, HMAC)?);
            holder.map(|account| account.name.clone())
        };
        let of_session = || self.grants.owner(header(request, SESSION)?).cloned();
        self.token_owner(request).cloned().or_else(of_login).or_else(of_hmac).or_else(of_session)
    }

    /// Name and password, where the name may be the one that is for signing in only.
    fn sign_in_by_any_name(&mut self, now: Time, name: &str, password: &str) -> Result<Arc<str>, Reason> {
        let is_user = self.accounts.get(name).is_some();
        let holder = self.accounts.holder(CredentialKind::Authname, name).filter(|_| !is_user);
        let name = holder.map_or_else(|| Cow::Borrowed(name), |account| Cow::Owned(account.name.to_string()));
        Ok(self.sign_in(now, &name, password)?.name.clone())
    }

    /// Where everybody may sign in, so does who brings any token.
    fn of_hmac(&mut self, now: Time, addressed: Addressed<'_>, token: &str) -> Result<Arc<str>, Reason> {
        if let Some(account) = self.accounts.holder(CredentialKind::Hmac, token) {
            return Ok(account.name.clone());
        }
        if self.settings.any_user && addressed.user != UNDEFINED {
            return Ok(self.sign_in(now, addressed.user, token)?.name.clone());
        }
        Err(Reason::UnknownToken)
    }

    /// A client that was not told the name of its session calls it `undefined`: that is good for whoever has a session.
    fn of_session(&mut self, now: Time, addressed: Addressed<'_>, name: &str) -> Result<Arc<str>, Reason> {
        if name == UNDEFINED {
            let of_subscription = || addressed.subscription.and_then(|id| self.subscriptions.get(id));
            let named = if addressed.user == UNDEFINED {
                of_subscription().map(|subscription| subscription.user.clone())
            } else {
                self.accounts.get(addressed.user).map(|account| account.name.clone())
            };
            return named.filter(|user| self.grants.has_session(user)).ok_or(Reason::UnknownToken);
        }
        let in_session = self.grants.in_session(now, name).cloned();
        in_session.ok_or_else(|| self.grants.why_not(name))
    }
}

fn header<'a, B>(request: &'a Request<B>, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}
