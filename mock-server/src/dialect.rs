//! The dialects of the platform: what the lines of SDKs that speak to it do in different ways.
//!
//! A [`Dialect`] is looked up once for a request, by its address, its agent and what it signs in with. What differs is in
//! its [`Profile`], one file a dialect; nothing else asks which one it is.

mod callme;
mod cpaas;
mod link;
mod profile;
mod uc;

use http::HeaderMap;

pub(crate) use self::profile::{Profile, RenewedBy, SignInWay};
use crate::route::{Route, Space};

/// A line of SDKs, by what it says to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// UC 3, 4 and 5.
    Uc,
    /// Link 3, 4 and 5. They differ in when they ask for something, which makes no difference to the platform.
    Link,
    /// callMe: calls of whoever it is.
    CallMe,
    /// CPaaS: a channel, and the services that it is for.
    Cpaas,
}

impl Dialect {
    /// Where nothing depends on it.
    pub(crate) const ANY: Self = Self::Uc;
    /// Those that subscribe at the addresses of users.
    const OF_USERS: [Self; 2] = [Self::Uc, Self::Link];

    /// The dialect of a request: by its address, if only one has that.
    pub(crate) fn of(route: &Route<'_>, headers: &HeaderMap) -> Self {
        match route {
            Route::Subscribe { space, .. } | Route::Resubscribe { space, .. } | Route::Unsubscribe { space, .. } => {
                match space {
                    Space::Users => Self::of_user(headers),
                    Space::Anonymous => Self::CallMe,
                }
            }
            Route::CallStart { .. } | Route::CallUpdate { .. } | Route::CallEnd { .. } => Self::CallMe,
            Route::CpaasToken
            | Route::Channel { .. }
            | Route::ChannelEnd { .. }
            | Route::Service { .. }
            | Route::ServiceEnd { .. }
            | Route::Turn { .. }
            | Route::PresenceLists { .. } => Self::Cpaas,
            Route::MkToken | Route::RefreshToken | Route::RevokeToken | Route::Preflight | Route::Other => Self::ANY,
        }
    }

    /// The dialect of a request to the subscriptions of users, by what it says in its headers: who it is, or else credentials that
    /// only one dialect sends there. They are gone through once, which costs less than to look for each.
    fn of_user(headers: &HeaderMap) -> Self {
        let mut dialect = Self::Uc;
        for (name, value) in headers {
            let is_links = match name.as_str() {
                AGENT => {
                    let agent = value.to_str().unwrap_or_default();
                    if let Some(named) = Self::OF_USERS.into_iter().find(|dialect| dialect.has_agent(agent)) {
                        return named;
                    }
                    false
                }
                HMAC | SESSION => true,
                "authorization" => {
                    value.as_bytes().get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic"))
                }
                _ => false,
            };
            if is_links {
                dialect = Self::Link;
            }
        }
        dialect
    }

    fn has_agent(self, agent: &str) -> bool {
        self.profile().agents.iter().any(|begin| agent.starts_with(begin))
    }

    /// What is special about it.
    pub(crate) const fn profile(self) -> &'static Profile {
        match self {
            Self::Uc => &uc::PROFILE,
            Self::Link => &link::PROFILE,
            Self::CallMe => &callme::PROFILE,
            Self::Cpaas => &cpaas::PROFILE,
        }
    }
}

/// Where a client says which SDK it is.
pub(crate) const AGENT: &str = "x-cpaas-agent";
/// Where an application's own server has its token go.
pub(crate) const HMAC: &str = "x-token";
/// Where the session goes that began with one.
pub(crate) const SESSION: &str = "x-session";
/// What a client writes that was not told a name or a session.
pub(crate) const UNDEFINED: &str = "undefined";
