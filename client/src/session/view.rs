//! What an application can ask a session for.
//!
//! The SDK keeps this apart from the tasks that do the work, and the two can disagree: a task that dies leaves
//! `is_pending` true. An application sees that, so the port keeps the flags as flags.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::error::Error;
use crate::event::Fields;
use crate::js::{Object, Text, Value};
use crate::mask::{masked, names_token};
use crate::timer::Time;
use crate::untyped::Untyped;

/// What `getConnection()` gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub struct Connection {
    /// Whether the user is signed in.
    pub is_connected: bool,
    /// Whether connecting or disconnecting is under way. It can stay true for ever (docs/protocol.md, sections
    /// 7 and 8).
    pub is_pending: bool,
    /// Why the last connect failed.
    pub error: Option<Error>,
    /// The services of the subscription, as [`Services`] has them unless the platform said something else.
    pub subscription: Untyped,
}

/// What `getServices()` gives, and `getConnection().subscription`, where the services are texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
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

/// What `getUserInfo()` gives once the tokens are known: each as it was given to `connect()` or came from the platform.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub struct UserInfo {
    /// The user name that was given to `connect()`.
    pub username: Untyped,
    /// The newest access token.
    pub access_token: Untyped,
    /// The newest refresh token.
    pub refresh_token: Untyped,
    /// Whether it has tokens, though they may be undefined. In Link it has none before `updateToken()`.
    pub has_tokens: bool,
}

/// What an application sees of where its client stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub struct Standing {
    /// Whether the user is signed in.
    pub is_connected: bool,
    /// Whether signing in or out is under way, which can be for ever.
    pub is_pending: bool,
}

/// Where a session really stands. What the application sees can differ from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum Phase {
    /// Nothing is under way: the next `connect()` signs in.
    Idle,
    /// A `connect()` is under way; the next `disconnect()` cancels it.
    Connecting,
    /// Signed in. A refresh that was answered with nonsense leaves it here, though `isConnected` is false.
    Connected,
    /// Waiting for the websockets to close or for the answer to the DELETE, for ever if need be.
    Disconnecting,
}

/// What `services.getSubscriptions()` gives in Link 4 and 5.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub struct Subscriptions {
    /// The services that are subscribed to, as the platform granted them.
    pub subscribed: Untyped,
    /// Those that there are.
    pub available: [&'static str; 3],
    /// Whether subscribing or unsubscribing is under way.
    pub is_pending: bool,
}

/// What `connection.getSocketState(platform)` gives.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub struct SocketState {
    /// Whether the websocket is open, as far as the SDK knows.
    pub connected: bool,
    /// What is known of the socket that was opened last; forgotten when the SDK closes it.
    pub details: Option<SocketDetails>,
}

/// What is known of a websocket that was open.
#[derive(Clone, PartialEq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub struct SocketDetails {
    /// `server`, `protocol`, `port`, `url` and `params`, as JavaScript names them.
    pub ws_info: Untyped,
    /// The connectivity options of the moment of opening.
    pub options: Untyped,
    /// When it was opened; the SDK never renews this.
    pub last_contact: Time,
    /// The platform: `uc` or `link`.
    pub platform: &'static str,
}

impl Services {
    /// What of an object as [`Connection::subscription`] has it is of this form.
    pub(crate) fn from_js(info: &Value) -> Self {
        let names = |key: &str| {
            let names = info.get(key).as_list().unwrap_or_default().iter();
            names.map(|name| name.to_text().to_string()).collect()
        };
        let services = info.get("services").as_object().into_iter().flat_map(Object::iter);
        let status = info.get("status").as_str();
        Self {
            requested: names("requested"),
            received: names("received"),
            missing: names("missing"),
            status: ServiceStatus::ALL.into_iter().find(|known| Some(known.as_str()) == status).unwrap_or_default(),
            services: services.map(|(name, granted)| (name.to_string(), granted.is_truthy())).collect(),
        }
    }
}

impl ServiceStatus {
    const ALL: [Self; 4] = [Self::Full, Self::Partial, Self::None, Self::Unknown];

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
        let mut fields = vec![("username", self.username.clone())];
        if self.has_tokens {
            fields.push(("accessToken", self.access_token.clone()));
            fields.push(("refreshToken", self.refresh_token.clone()));
        }
        fields
    }
}

impl Subscriptions {
    /// The JavaScript object.
    #[must_use]
    pub fn to_js(&self) -> Untyped {
        Untyped(Value::object([
            ("subscribed", self.subscribed.0.clone()),
            ("available", self.available.map(Value::from_static).to_vec().into()),
            ("isPending", self.is_pending.into()),
        ]))
    }
}

impl SocketState {
    /// The JavaScript object; `lastContact` is in milliseconds since the world began.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a world does not last that long")]
    pub fn to_js(&self) -> Untyped {
        let mut object = Object::from([("connected", self.connected.into()), ("pinging", false.into())]);
        if let Some(details) = &self.details {
            object.set(Text::from_static("method"), details.options.0.get("method").clone());
            object.set(Text::from_static("platform"), Value::from_static(details.platform));
            object.assign(&details.options.0);
            object.remove("checkConnectivity");
            object.set(Text::from_static("wsInfo"), details.ws_info.0.clone());
            object.set(Text::from_static("lastContact"), details.last_contact.as_millis() as f64);
        }
        Value::from(object).into()
    }
}

impl fmt::Debug for UserInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserInfo")
            .field("username", &self.username)
            .field("access_token", &masked(&self.access_token.0))
            .field("refresh_token", &masked(&self.refresh_token.0))
            .finish()
    }
}

impl fmt::Debug for SocketDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params = self.ws_info.0.get("params").as_object().into_iter().flat_map(Object::iter);
        let params = params.map(|(name, value)| {
            let is_token = names_token(&name.to_str_lossy());
            (name.clone(), if is_token { masked(value) } else { value.clone() })
        });
        let params = Object::new(params.collect());
        f.debug_struct("SocketDetails")
            .field("ws_info", &self.ws_info.0.clone().with("params", params).to_json())
            .field("options", &self.options.to_json())
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

    #[test]
    fn typed_services_are_what_is_of_their_form() {
        let info = r#"{"requested": ["a", "b"], "received": ["a"], "missing": ["b"], "status": "PARTIAL",
                       "services": {"a": true, "b": false}}"#;
        let services = Services::from_js(&Value::parse(info).unwrap());
        assert_eq!((services.status, services.missing.as_slice()), (ServiceStatus::Partial, &["b".to_owned()][..]));
        assert_eq!(services.services, [("a".to_owned(), true), ("b".to_owned(), false)]);
        assert_eq!(Services::from_js(&Value::from(true)), Services::default());
    }

    #[test]
    fn sockets_show_their_options() {
        let options = crate::config::Settings::default().connectivity().clone().into();
        let details =
            SocketDetails { ws_info: Value::Null.into(), options, last_contact: Time::from_millis(7), platform: "uc" };
        let shown = SocketState { connected: true, details: Some(details) }.to_js().to_string();
        let expected = r#"{"connected":true,"pinging":false,
            "method":{"type":"keepAlive","responsibleParty":"client"},"platform":"uc","pingInterval":30000,"reconnectLimit":5,
            "reconnectDelay":5000,"reconnectTimeMultiplier":1,"reconnectTimeLimit":640000,"autoReconnect":true,
            "maxMissedPings":3,"webSocketOAuthMode":"query","wsInfo":null,"lastContact":7}"#;
        assert_eq!(shown, expected.replace(['\n', ' '], ""));
    }

    #[test]
    fn the_token_of_a_socket_is_not_printed() {
        let params = Value::object([("access_token", "OA-secret".into()), ("x", "y".into())]);
        let ws_info = Value::object([("url", "/CH-1".into()), ("params", params)]).into();
        let details = SocketDetails { ws_info, options: Untyped::default(), last_contact: Time::ZERO, platform: "uc" };
        let printed = format!("{details:?}");
        assert!(!printed.contains("secret") && printed.contains("***") && printed.contains("/CH-1"), "{printed}");
    }
}
