//! What an application configures, with the defaults and the leniency of Kandy.js.
//!
//! Options are given as JSON, as to `create` and `updateConfig`: [`Config::from_json`] and
//! [`Config::merge`]. What is given is merged over what is there; arrays are replaced. Validation
//! never rejects: a value that the SDK would complain about is used, and the complaint comes back
//! as a [`Violation`]. Only a value that has no place in the typed options, such as an array for
//! a port, is a [`ConfigError`].
//!
//! In the typed options scalars of another type are turned into the type of their option. What a client goes by are its
//! [`Settings`], which keep each option as it was given.
//!
//! From Rust, begin with the servers and set what differs:
//!
//! ```
//! use std::time::Duration;
//!
//! use kandy_client::{Config, Encryption};
//!
//! let config = Config::for_server("kandy.test", 443, 443)
//!     .with_encryption(Encryption::Tls)
//!     .with_reconnect_limit(2)
//!     .with_ping_interval(Duration::from_secs(10));
//! assert_eq!(serde_json::to_value(&config)?["connectivity"]["pingInterval"], 10_000);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod known;
mod read;
mod setters;
mod settings;
mod typed;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::js;

pub use self::known::{UnknownKey, unknown_keys, unknown_keys_of};
pub(crate) use self::read::check;
pub use self::read::{ConfigError, Violation};
pub use self::setters::{Encryption, IncomingCalls};
pub use self::settings::Settings;
pub(crate) use self::typed::default_authentication;

/// All options of a client: those that the setters and [`merge`](Config::merge) set over Kandy.js's defaults.
///
/// It serializes as the argument of `create` that says the same, with ports as numbers, and with times in the seconds or
/// milliseconds that Kandy.js has for each.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Config {
    /// The servers, and how to sign in to them.
    pub(crate) authentication: Authentication,
    /// Keep-alive and reconnection of the websocket.
    pub(crate) connectivity: Connectivity,
    /// What becomes of incoming notifications.
    pub(crate) notifications: Notifications,
    /// What is added to REST requests.
    pub(crate) request: RequestOptions,
    /// Every other top-level option (`call`, `logs`, `messaging`, ..), merged, and looked at
    /// only for whether `logs` or `call` is null, at which JavaScript throws. Empty by default.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// `authentication`: the two servers, and when tokens are renewed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Authentication {
    /// The REST server, and what is subscribed to there.
    pub(crate) subscription: SubscriptionServer,
    /// The server of the notification channel.
    pub(crate) websocket: WebSocketServer,
    /// Seconds before its expiry at which a token is renewed; 300 by default, valid from 0. A
    /// token that lives shorter than this is renewed without pause.
    #[serde(serialize_with = "number")]
    pub(crate) early_refresh_margin: f64,
}

/// `authentication.subscription`: the REST server, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionServer {
    /// Host name or address. `None`, the default, is a violation and connects to the host `null`.
    pub(crate) server: Option<String>,
    /// `https` by default; valid are `http` and `https`.
    pub(crate) protocol: String,
    /// Version in the paths of token requests, `v2.0`. Any other is a violation, and is used.
    pub(crate) version: String,
    /// Port, always written out in URLs; 443 by default, valid from 0.
    #[serde(serialize_with = "number")]
    pub(crate) port: f64,
    /// Lifetime in seconds that is asked for a subscription; 3600 by default, valid from 0. The
    /// server's answer wins over it.
    #[serde(serialize_with = "number")]
    pub(crate) expires: f64,
    /// Services that are asked for; `call`, `IM` and `Presence` by default.
    pub(crate) service: Vec<String>,
    /// Sent as given; `English_US` by default.
    pub(crate) localization: String,
    /// Has no effect, as in the SDK, whose requests always say true; true by default.
    pub(crate) use_turn: bool,
    /// Sent as given; `WebSocket` by default. A websocket is opened whatever it says.
    pub(crate) notification_type: String,
}

/// `authentication.websocket`: the server of the notification channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebSocketServer {
    /// Host name or address. `None`, the default, is a violation and connects to the host `null`.
    pub(crate) server: Option<String>,
    /// `wss` by default; every string is valid.
    pub(crate) protocol: String,
    /// Port, always written out in URLs; 443 by default, valid from 0.
    #[serde(serialize_with = "number")]
    pub(crate) port: f64,
}

/// `connectivity`: keep-alive and reconnection of the websocket.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connectivity {
    /// How the connection is checked: `keepAlive`, the only valid one.
    pub(crate) method: String,
    /// Milliseconds between two pings; 30000 by default, valid from 0.
    #[serde(serialize_with = "number")]
    pub(crate) ping_interval: f64,
    /// Attempts to open a websocket before it is given up; 5 by default, valid from 0, which
    /// stands for no limit.
    #[serde(serialize_with = "number")]
    pub(crate) reconnect_limit: f64,
    /// Milliseconds from an attempt to the next; 5000 by default, valid from 0. The first
    /// interval is never shorter than 2000.
    #[serde(serialize_with = "number")]
    pub(crate) reconnect_delay: f64,
    /// Factor by which the delay grows with each failed attempt; 1 by default, valid from 0.
    #[serde(serialize_with = "number")]
    pub(crate) reconnect_time_multiplier: f64,
    /// Milliseconds beyond which the delay does not grow; 640000 by default, valid from 0.
    #[serde(serialize_with = "number")]
    pub(crate) reconnect_time_limit: f64,
    /// Whether a lost websocket is opened again; true by default.
    pub(crate) auto_reconnect: bool,
    /// Has no effect with `keepAlive`; 3 by default, valid from 0.
    #[serde(serialize_with = "number")]
    pub(crate) max_missed_pings: f64,
    /// Whether pings are sent; true by default.
    pub(crate) check_connectivity: bool,
    /// Has no effect on this platform; `query` by default.
    #[serde(rename = "webSocketOAuthMode")]
    pub(crate) web_socket_oauth_mode: String,
}

/// `notifications`: what becomes of incoming notifications.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notifications {
    /// How many ids are remembered to drop duplicates; 100 by default, valid from 0, which drops
    /// none.
    #[serde(serialize_with = "number")]
    pub(crate) id_cache_length: f64,
    /// `any-channel` by default; with `push-channel-only`, the other valid one, notifications of
    /// calls are dropped when they come over the websocket.
    pub(crate) incoming_call_notification_mode: String,
    /// The push server, an object of the strings `server`, `port`, `protocol` and `version`;
    /// none by default. It is kept as given and never read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) push_registration: Option<Value>,
}

/// `request`: what is added to REST requests. The SDK does not document these options.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestOptions {
    /// Whether requests carry `X-Cpaas-Agent`; true by default.
    pub(crate) inject_agent_version_header: bool,
    /// Added to that header behind a space; empty by default. The SDK validates nothing here.
    pub(crate) custom_agent_version_header_suffix: String,
}

impl Config {
    /// The defaults, with both servers on `host` and without encryption: for tests, whose
    /// servers listen on ports of their own.
    #[must_use]
    pub fn for_server(host: &str, rest_port: u16, ws_port: u16) -> Self {
        let mut config = Self::default();
        let Authentication { subscription, websocket, .. } = &mut config.authentication;
        subscription.server = Some(host.to_owned());
        subscription.protocol = "http".to_owned();
        subscription.port = rest_port.into();
        websocket.server = Some(host.to_owned());
        websocket.protocol = "ws".to_owned();
        websocket.port = ws_port.into();
        config
    }
}

/// Writes a number as `JSON.stringify` does.
fn number<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    js::Value::from(*number).serialize(serializer)
}

impl Default for Authentication {
    fn default() -> Self {
        Self {
            subscription: SubscriptionServer::default(),
            websocket: WebSocketServer::default(),
            early_refresh_margin: 300.0,
        }
    }
}

impl Default for SubscriptionServer {
    fn default() -> Self {
        Self {
            server: None,
            protocol: "https".to_owned(),
            version: "v2.0".to_owned(),
            port: 443.0,
            expires: 3600.0,
            service: ["call", "IM", "Presence"].map(str::to_owned).to_vec(),
            localization: "English_US".to_owned(),
            use_turn: true,
            notification_type: "WebSocket".to_owned(),
        }
    }
}

impl Default for WebSocketServer {
    fn default() -> Self {
        Self { server: None, protocol: "wss".to_owned(), port: 443.0 }
    }
}

impl Default for Connectivity {
    fn default() -> Self {
        Self {
            method: "keepAlive".to_owned(),
            ping_interval: 30_000.0,
            reconnect_limit: 5.0,
            reconnect_delay: 5_000.0,
            reconnect_time_multiplier: 1.0,
            reconnect_time_limit: 640_000.0,
            auto_reconnect: true,
            max_missed_pings: 3.0,
            check_connectivity: true,
            web_socket_oauth_mode: "query".to_owned(),
        }
    }
}

impl Default for Notifications {
    fn default() -> Self {
        Self {
            id_cache_length: 100.0,
            incoming_call_notification_mode: "any-channel".to_owned(),
            push_registration: None,
        }
    }
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self { inject_agent_version_header: true, custom_agent_version_header_suffix: String::new() }
    }
}

#[cfg(test)]
mod tests;
