//! Which point of the platform a request is for, and what its address says.

mod cpaas;

use std::borrow::Cow;

use http::{Method, Uri};

use crate::ids::{SubscriptionId, number_after};
use crate::limits::Limits;
use crate::point::Point;
use crate::query::decode;
use crate::service::Service;

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    MkToken,
    RefreshToken,
    RevokeToken,
    Subscribe {
        space: Space,
        user: Cow<'a, str>,
    },
    Resubscribe {
        space: Space,
        user: Cow<'a, str>,
        target: SubscriptionName<'a>,
    },
    Unsubscribe {
        space: Space,
        user: Cow<'a, str>,
        target: SubscriptionName<'a>,
    },
    /// A call to the account is made.
    CallStart {
        account: Cow<'a, str>,
    },
    CallUpdate {
        account: Cow<'a, str>,
        call: Option<u64>,
    },
    /// A call ends; a client that has not been told its name ends none.
    CallEnd {
        account: Cow<'a, str>,
        call: Option<u64>,
    },
    CpaasToken,
    Channel {
        user: Cow<'a, str>,
    },
    ChannelEnd {
        user: Cow<'a, str>,
        channel: Option<SubscriptionId>,
    },
    Service {
        user: Cow<'a, str>,
        service: Service,
    },
    ServiceEnd {
        user: Cow<'a, str>,
        service: Service,
        id: Option<u64>,
    },
    Turn {
        user: Cow<'a, str>,
    },
    /// Presence lists are asked for, or one is made.
    PresenceLists {
        user: Cow<'a, str>,
        makes: bool,
    },
    Preflight,
    Other,
}

/// Whose subscriptions a path is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// `/user/{name}/..`
    Users,
    /// `/anonymous/{account}/..`
    Anonymous,
}

/// How a path names a subscription.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SubscriptionName<'a> {
    /// `/subscription/SUB-1`; `None` if that is not a name that the platform gives.
    Id(Option<SubscriptionId>),
    /// `/subscription/clientCorrelator/{value}`.
    Correlator(Cow<'a, str>),
}

impl<'a> Route<'a> {
    /// Versions in a path (`v2.0`, `1`) may have any text: clients take them from their configuration.
    pub(crate) fn of(method: &Method, path: &'a str) -> Self {
        if method == Method::OPTIONS {
            return Self::Preflight;
        }
        let auth = after_segment(path).and_then(|rest| rest.strip_prefix("/auth/"));
        if let (Some(action), &Method::GET) = (auth, method) {
            return match action {
                "mk_token" => Self::MkToken,
                "refresh_token" => Self::RefreshToken,
                "revoke_token" => Self::RevokeToken,
                _ => Self::Other,
            };
        }
        let route = match path.strip_prefix("/cpaas/") {
            Some(rest) => Self::of_cpaas(method, rest),
            None => Self::of_rest(method, path),
        };
        route.unwrap_or(Self::Other)
    }

    pub(crate) const fn point(&self) -> Point {
        match self {
            Self::MkToken => Point::MkToken,
            Self::RefreshToken => Point::RefreshToken,
            Self::RevokeToken => Point::RevokeToken,
            Self::Subscribe { .. } => Point::Subscribe,
            Self::Resubscribe { .. } => Point::Resubscribe,
            Self::Unsubscribe { .. } => Point::Unsubscribe,
            Self::CallStart { .. } => Point::CallStart,
            Self::CallUpdate { .. } => Point::CallUpdate,
            Self::CallEnd { .. } => Point::CallEnd,
            Self::CpaasToken => Point::CpaasToken,
            Self::Channel { .. } => Point::Channel,
            Self::ChannelEnd { .. } => Point::ChannelEnd,
            Self::Service { service, .. } => service.point(),
            Self::ServiceEnd { .. } => Point::ServiceEnd,
            Self::Turn { .. } => Point::Turn,
            Self::PresenceLists { .. } => Point::PresenceLists,
            Self::Preflight => Point::Preflight,
            Self::Other => Point::Other,
        }
    }

    /// What stands below `/rest/version/{version}`.
    fn of_rest(method: &Method, path: &'a str) -> Option<Self> {
        let rest = path.strip_prefix("/rest/version").and_then(after_segment)?;
        match rest.strip_prefix("/user/") {
            Some(rest) => Self::of_subscription(method, Space::Users, rest),
            None => {
                let rest = rest.strip_prefix("/anonymous/")?;
                let of_call = Self::of_call(method, rest);
                of_call.or_else(|| Self::of_subscription(method, Space::Anonymous, rest))
            }
        }
    }

    fn of_call(method: &Method, path: &'a str) -> Option<Self> {
        let (account, rest) = path.rsplit_once("/callMe")?;
        let account = decode(account);
        let call = rest.strip_prefix("/callSessions/").map(|name| number_after(name, "CALL-"));
        match (method, rest, call) {
            (&Method::POST, "", _) => Some(Self::CallStart { account }),
            (&Method::PUT, _, Some(call)) => Some(Self::CallUpdate { account, call }),
            (&Method::DELETE, "", _) => Some(Self::CallEnd { account, call: None }),
            (&Method::DELETE, _, Some(call)) => Some(Self::CallEnd { account, call }),
            _ => None,
        }
    }

    fn of_subscription(method: &Method, space: Space, rest: &'a str) -> Option<Self> {
        // A user's name may hold slashes, which clients do not escape: the last `/subscription` ends it.
        let (user, rest) = rest.rsplit_once("/subscription")?;
        let user = decode(user);
        if rest.is_empty() {
            return (method == Method::POST).then_some(Self::Subscribe { space, user });
        }
        let name = rest.strip_prefix('/')?;
        let target = match name.strip_prefix("clientCorrelator/") {
            Some(correlator) => SubscriptionName::Correlator(decode(correlator)),
            None => SubscriptionName::Id(SubscriptionId::named(name)),
        };
        match *method {
            Method::PUT => Some(Self::Resubscribe { space, user, target }),
            Method::DELETE => Some(Self::Unsubscribe { space, user, target }),
            _ => None,
        }
    }
}

impl Point {
    /// Where a request to the platform goes. Handshakes have a point of their own, which no request has.
    #[must_use]
    pub fn of(method: &Method, path: &str) -> Self {
        Route::of(method, path).point()
    }
}

/// A path as it may be told: a token in the place of an account is left out; its realm shows that it is one.
pub(crate) fn shown<'a>(path: &'a str, query: &str) -> Cow<'a, str> {
    if !query.contains("tokenrealm=") {
        return path.into();
    }
    let Some((before, behind)) = path.split_once(ACCOUNTS) else { return path.into() };
    let ends = ["/subscription", "/callMe"].iter().filter_map(|end| behind.rfind(end)).min();
    format!("{before}{ACCOUNTS}***{}", &behind[ends.unwrap_or(behind.len())..]).into()
}

/// What stands before an account in the path of a request that nobody has signed in for.
const ACCOUNTS: &str = "/anonymous/";

/// The subscription whose channel a handshake asks for.
pub(crate) fn channel(path: &str) -> Option<SubscriptionId> {
    let of_subscription = |path: &str| path.strip_prefix("/websocket/").and_then(SubscriptionId::of_channel);
    let of_cpaas = || {
        let (_, name) = path.strip_prefix("/cpaas/notificationchannel/")?.rsplit_once("/channels/")?;
        SubscriptionId::of_channel(name.strip_suffix("/websocket")?)
    };
    let of_anonymous = || of_subscription(after_segment(path.strip_prefix("/rest/version")?)?);
    of_subscription(path).or_else(of_anonymous).or_else(of_cpaas)
}

/// What stands between the subscriptions of a user and a correlator.
pub(crate) const CORRELATORS: &str = "/clientCorrelator/";

/// Whether path and query are longer than the platform reads.
pub(crate) fn is_too_long(uri: &Uri) -> bool {
    uri.path_and_query().is_some_and(|path| path.as_str().len() > Limits::URL_BYTES)
}

/// What follows the first segment: of `/v2.0/auth/mk_token` it is `/auth/mk_token`.
fn after_segment(path: &str) -> Option<&str> {
    let rest = path.strip_prefix('/')?;
    rest.find('/').filter(|at| *at > 0).map(|at| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route<'a>(method: &Method, path: &'a str) -> Route<'a> {
        Route::of(method, path)
    }

    #[test]
    fn the_auth_paths_take_any_version_and_only_get() {
        assert_eq!(route(&Method::GET, "/v2.0/auth/mk_token"), Route::MkToken);
        assert_eq!(route(&Method::GET, "/v3/auth/refresh_token"), Route::RefreshToken);
        assert_eq!(route(&Method::GET, "/v2.0/auth/revoke_token"), Route::RevokeToken);
        assert_eq!(route(&Method::DELETE, "/v2.0/auth/revoke_token"), Route::Other);
        assert_eq!(route(&Method::OPTIONS, "/v2.0/auth/mk_token"), Route::Preflight);
        assert_eq!(route(&Method::POST, "/v2.0/auth/mk_token"), Route::Other);
        assert_eq!(route(&Method::GET, "//auth/mk_token"), Route::Other);
        assert_eq!(route(&Method::GET, "/v2.0/auth/mk_token/"), Route::Other);
    }

    #[test]
    fn a_name_is_decoded_and_ends_at_the_last_subscription() {
        let name = |path| match route(&Method::POST, path) {
            Route::Subscribe { space: Space::Users, user } => user.into_owned(),
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(name("/rest/version/1/user/alice@example.com/subscription"), "alice@example.com");
        assert_eq!(name("/rest/version/1/user/zo%C3%AB+tag@example.com/subscription"), "zoë+tag@example.com");
        assert_eq!(name("/rest/version/1/user/a/b%20c/subscription"), "a/b c");
        assert_eq!(name("/rest/version/1/user/a/subscription/subscription"), "a/subscription");
    }

    #[test]
    fn a_subscription_is_named_by_its_id_or_its_correlator() {
        let (space, user) = (Space::Users, Cow::Borrowed("alice"));
        let id = SubscriptionName::Id(SubscriptionId::named("SUB-7"));
        let path = "/rest/version/1/user/alice/subscription/SUB-7";
        assert_eq!(route(&Method::PUT, path), Route::Resubscribe { space, user: user.clone(), target: id });
        let id = SubscriptionName::Id(None);
        let path = "/rest/version/1/user/alice/subscription/x";
        assert_eq!(route(&Method::DELETE, path), Route::Unsubscribe { space, user: user.clone(), target: id });
        let target = SubscriptionName::Correlator("a b".into());
        let path = "/rest/version/v2.0/user/alice/subscription/clientCorrelator/a%20b";
        assert_eq!(route(&Method::PUT, path), Route::Resubscribe { space, user, target });
    }

    #[test]
    fn calls_and_subscriptions_without_a_user_have_an_account() {
        let account = || Cow::Borrowed("bob@example.com");
        let space = Space::Anonymous;
        let path = "/rest/version/1/anonymous/bob@example.com/subscription";
        assert_eq!(route(&Method::POST, path), Route::Subscribe { space, user: account() });
        let calls = "/rest/version/1/anonymous/bob@example.com/callMe";
        assert_eq!(route(&Method::POST, calls), Route::CallStart { account: account() });
        assert_eq!(route(&Method::DELETE, calls), Route::CallEnd { account: account(), call: None });
        let one = format!("{calls}/callSessions/CALL-4");
        assert_eq!(route(&Method::PUT, &one), Route::CallUpdate { account: account(), call: Some(4) });
        assert_eq!(route(&Method::DELETE, &one), Route::CallEnd { account: account(), call: Some(4) });
        assert_eq!(route(&Method::GET, &one), Route::Other);
    }

    #[test]
    fn what_is_no_path_of_the_platform_is_other() {
        for path in [
            "/",
            "/rest/version/1/user/alice",
            "/rest/version/1/user/alice/subscriptions",
            "/rest/version/1/anonymous/alice",
            "/rest/version/1/nobody/alice/subscription",
        ] {
            assert_eq!(route(&Method::POST, path), Route::Other, "{path}");
        }
    }

    #[test]
    fn only_a_channel_that_the_platform_named_is_one() {
        assert_eq!(channel("/websocket/CH-3"), SubscriptionId::named("SUB-3"));
        assert_eq!(channel("/rest/version/1/websocket/CH-3"), SubscriptionId::named("SUB-3"));
        let path = "/cpaas/notificationchannel/v1/UID1/channels/CH-3/websocket";
        assert_eq!(channel(path), SubscriptionId::named("SUB-3"));
        assert_eq!(channel(&path.replace("CH", "SUB")), None);
        assert_eq!(channel("/websocket/SUB-3"), None);
        assert_eq!(channel("/CH-3"), None);
    }
}
