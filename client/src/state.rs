//! The state of a session that an application can ask for.
//!
//! The SDK keeps this apart from the tasks that do the work, and the two can disagree: a task that dies leaves
//! `is_pending` true. An application sees that, so the port keeps the flags as flags.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::browser::names_token;
use crate::config::Connectivity;
use crate::error::Error;
use crate::event::Fields;
use crate::timer::Time;
use crate::wire::Granted;

/// What `getConnection()` gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Whether the user is signed in.
    pub is_connected: bool,
    /// Whether connecting or disconnecting is under way. It can stay true for ever: see PROTOCOL.md, sections 7
    /// and 8.
    pub is_pending: bool,
    /// Why the last connect failed.
    pub error: Option<Error>,
    /// The services of the subscription.
    pub subscription: Services,
}

/// What `getServices()` gives, and `getConnection().subscription`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Services {
    /// The services that were asked for.
    pub requested: Vec<String>,
    /// The services that were granted.
    pub received: Vec<String>,
    /// Those asked for and not granted.
    pub missing: Vec<String>,
    /// What these come to.
    pub status: ServiceStatus,
    /// Each service granted (true) or missing (false), in that order.
    #[serde(serialize_with = "serialize_pairs")]
    pub services: Vec<(String, bool)>,
}

/// How the granted services compare with those asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServiceStatus {
    /// All that were asked for.
    Full,
    /// Some are missing.
    Partial,
    /// None at all.
    #[default]
    None,
    /// More than were asked for: the SDK has no word for it.
    Unknown,
}

/// What a session without a subscription has.
static NO_SERVICES: Services = Services {
    requested: Vec::new(),
    received: Vec::new(),
    missing: Vec::new(),
    status: ServiceStatus::None,
    services: Vec::new(),
};

/// What `getUserInfo()` gives once the tokens are known.
#[derive(Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// The user name that was given to `connect()`.
    pub username: Option<String>,
    /// The newest access token.
    pub access_token: Option<String>,
    /// The newest refresh token.
    pub refresh_token: Option<String>,
}

/// What `connection.getSocketState("uc")` gives.
#[derive(Clone, Debug, PartialEq)]
pub struct SocketState {
    /// Whether the websocket is open, as far as the SDK knows.
    pub connected: bool,
    /// What is known of the socket that was opened last; forgotten when the SDK closes it.
    pub details: Option<SocketDetails>,
}

/// What is known of a websocket that was open.
#[derive(Clone, PartialEq)]
pub struct SocketDetails {
    /// `server`, `protocol`, `port`, `url` and `params`, as JavaScript names them.
    pub ws_info: Value,
    /// The connectivity options of the moment of opening.
    pub options: Connectivity,
    /// When it was opened; the SDK never renews this.
    pub last_contact: Time,
}

/// How requests prove who sends them, once a token is known.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Authorization {
    /// `?token=..`; without a token the parameter is left out.
    Token(Option<String>),
    /// `Authorization: Bearer ..`
    Bearer(String),
}

/// The tokens of the session.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    pub(crate) access: Option<String>,
    pub(crate) refresh: Option<String>,
    pub(crate) oauth: Option<String>,
    /// The lifetime of the access token in seconds, as the platform or the application gave it.
    pub(crate) expires: Option<Value>,
}

/// Everything that the end of a session resets.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) is_connected: bool,
    pub(crate) is_pending: bool,
    pub(crate) error: Option<Error>,
    pub(crate) tokens: Option<Tokens>,
    /// The SDK forgets to renew this on a token refresh: requests carry the first access token for ever.
    pub(crate) authorization: Option<Authorization>,
    pub(crate) user_info: Option<UserInfo>,
    pub(crate) subscription: Option<Granted>,
}

impl State {
    pub(crate) fn services(&self) -> &Services {
        self.subscription.as_ref().map_or(&NO_SERVICES, |granted| &granted.services)
    }
}

impl Services {
    /// Compares names without regard to case.
    pub(crate) fn compare(requested: Vec<String>, received: Vec<String>) -> Self {
        let received_lower: Vec<String> = received.iter().map(|name| name.to_lowercase()).collect();
        let is_missing = |name: &&String| !received_lower.contains(&name.to_lowercase());
        let missing: Vec<String> = requested.iter().filter(is_missing).cloned().collect();
        let status = if received.is_empty() {
            ServiceStatus::None
        } else if !missing.is_empty() {
            ServiceStatus::Partial
        } else if received.len() == requested.len() {
            ServiceStatus::Full
        } else {
            ServiceStatus::Unknown
        };
        let mut services: Vec<(String, bool)> = received.iter().map(|name| (name.clone(), true)).collect();
        services.extend(missing.iter().map(|name| (name.clone(), false)));
        Self { requested, received, missing, status, services }
    }
}

impl ServiceStatus {
    /// Its text in Kandy.js.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Partial => "PARTIAL",
            Self::None => "NONE",
            Self::Unknown => "UNKNOWN",
        }
    }
}

impl Serialize for ServiceStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl UserInfo {
    /// The keys of the JavaScript object.
    #[must_use]
    pub fn fields(&self) -> Fields {
        let text = |text: &Option<String>| text.clone().map(Value::from);
        vec![
            ("username", text(&self.username)),
            ("accessToken", text(&self.access_token)),
            ("refreshToken", text(&self.refresh_token)),
        ]
    }
}

impl fmt::Debug for UserInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = |text: &Option<String>| text.as_ref().map(|_| "***");
        f.debug_struct("UserInfo")
            .field("username", &self.username)
            .field("access_token", &secret(&self.access_token))
            .field("refresh_token", &secret(&self.refresh_token))
            .finish()
    }
}

impl fmt::Debug for SocketDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ws_info = self.ws_info.clone();
        if let Some(Value::Object(params)) = ws_info.get_mut("params") {
            params.iter_mut().filter(|(key, _)| names_token(key)).for_each(|(_, value)| *value = "***".into());
        }
        f.debug_struct("SocketDetails")
            .field("ws_info", &ws_info)
            .field("options", &self.options)
            .field("last_contact", &self.last_contact)
            .finish()
    }
}

fn serialize_pairs<S: Serializer>(pairs: &[(String, bool)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, granted)| (name, granted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(requested: &[&str], received: &[&str]) -> (ServiceStatus, Vec<String>) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let services = Services::compare(owned(requested), owned(received));
        (services.status, services.missing)
    }

    #[test]
    fn services_are_compared_without_regard_to_case() {
        assert_eq!(compare(&["call", "IM"], &["CALL", "im"]), (ServiceStatus::Full, vec![]));
        assert_eq!(compare(&["call", "IM"], &["call"]), (ServiceStatus::Partial, vec!["IM".into()]));
        assert_eq!(compare(&["call"], &[]), (ServiceStatus::None, vec!["call".into()]));
        assert_eq!(compare(&["call"], &["call", "IM"]), (ServiceStatus::Unknown, vec![]));
        assert_eq!(compare(&[], &["call"]), (ServiceStatus::Unknown, vec![]));
    }

    #[test]
    fn the_token_of_a_socket_is_not_printed() {
        let ws_info = serde_json::json!({ "url": "/CH-1", "params": { "access_token": "OA-secret", "x": "y" } });
        let details = SocketDetails { ws_info, options: Connectivity::default(), last_contact: Time::ZERO };
        let printed = format!("{details:?}");
        assert!(!printed.contains("secret") && printed.contains("***") && printed.contains("/CH-1"), "{printed}");
    }
}
