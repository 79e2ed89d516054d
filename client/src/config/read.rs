//! Reads options from JSON into their typed places, and says what the SDK would complain about.

use std::fmt;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::js;

use super::{Authentication, Config, Connectivity, Notifications, RequestOptions, SubscriptionServer, WebSocketServer};

const STRING: &str = "a string";
const NUMBER: &str = "a number of at least 0";
const FLAG: &str = "true or false";
const STRINGS: &str = "an array of strings";
const OBJECT: &str = "an object";

/// A value that Kandy.js would complain about in its log, and use. It displays as that line.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub struct Violation {
    /// The option, such as `authentication.subscription.port`.
    pub path: String,
    /// What was given, as JavaScript prints it.
    pub value: String,
    /// What the option should be.
    pub expected: &'static str,
}

impl Violation {
    /// The complaint about a server that nobody named.
    pub(super) fn missing(path: &str) -> Self {
        Self { path: path.to_owned(), value: "null".to_owned(), expected: STRING }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, value, expected } = self;
        write!(f, "{path} has value of '{value}', but it should be {expected}")
    }
}

/// A value whose shape its option cannot hold.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{path} cannot be {got}: give {expected}, or leave the option out")]
#[non_exhaustive]
pub struct ConfigError {
    /// The option, such as `authentication.subscription.service`; `configuration` for the whole.
    pub path: String,
    /// What the option can hold.
    pub expected: &'static str,
    /// The kind of what was given, with its text if that is short.
    pub got: String,
}

impl Config {
    /// The defaults with `given` merged over them, as by `create`, and what the SDK would log
    /// about it, a missing server included. Keys that the SDK does not know are ignored, as
    /// there; [`unknown_keys`](super::unknown_keys) lists them.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first value whose shape its option cannot hold.
    pub fn from_json(given: &Value) -> Result<(Self, Vec<Violation>), ConfigError> {
        let mut config = Self::default();
        let mut violations = config.merge(given)?;
        for (path, server) in [
            ("authentication.subscription.server", &config.authentication.subscription.server),
            ("authentication.websocket.server", &config.authentication.websocket.server),
        ] {
            if server.is_none() && violations.iter().all(|violation| violation.path != path) {
                violations.push(Violation::missing(path));
            }
        }
        Ok((config, violations))
    }

    /// Merges `patch` over the options, as `updateConfig` does: objects key by key, anything
    /// else replaced. Reports what the SDK would log about the values in `patch`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first value whose shape its option cannot hold; the options are
    /// then as before.
    pub fn merge(&mut self, patch: &Value) -> Result<Vec<Violation>, ConfigError> {
        let (merged, violations) = merged(self, patch)?;
        *self = merged;
        Ok(violations)
    }
}

/// What the SDK would log of the values in a patch.
pub(crate) fn check(patch: &Value) -> Result<Vec<Violation>, ConfigError> {
    Config::default().merge(patch)
}

/// `config` with `patch` merged over it.
fn merged(config: &Config, patch: &Value) -> Result<(Config, Vec<Violation>), ConfigError> {
    let mut config = config.clone();
    let mut violations = Vec::new();
    let members = object("configuration", patch)?;
    let mut root = Section { path: "", members, violations: &mut violations };
    if let Some(section) = root.section("authentication", "authentication")? {
        read_authentication(section, &mut config.authentication)?;
    }
    if let Some(section) = root.section("connectivity", "connectivity")? {
        read_connectivity(section, &mut config.connectivity)?;
    }
    if let Some(section) = root.section("notifications", "notifications")? {
        read_notifications(section, &mut config.notifications)?;
    }
    if let Some(section) = root.section("request", "request")? {
        read_request(section, &mut config.request)?;
    }
    for (key, value) in members {
        let is_read = matches!(key.as_str(), "authentication" | "connectivity" | "notifications" | "request");
        if !is_read {
            merge_member(&mut config.other, key, value);
        }
    }
    Ok((config, violations))
}

fn read_authentication(mut from: Section<'_>, into: &mut Authentication) -> Result<(), ConfigError> {
    if let Some(section) = from.section("subscription", "authentication.subscription")? {
        read_subscription(section, &mut into.subscription)?;
    }
    if let Some(section) = from.section("websocket", "authentication.websocket")? {
        read_websocket(section, &mut into.websocket)?;
    }
    from.number("earlyRefreshMargin", &mut into.early_refresh_margin)
}

fn read_subscription(mut from: Section<'_>, into: &mut SubscriptionServer) -> Result<(), ConfigError> {
    from.server("server", &mut into.server)?;
    from.choice("protocol", &mut into.protocol, &["http", "https"], "http or https")?;
    from.choice("version", &mut into.version, &["v2.0"], "v2.0")?;
    from.number("port", &mut into.port)?;
    from.number("expires", &mut into.expires)?;
    from.strings("service", &mut into.service)?;
    from.string("localization", &mut into.localization)?;
    from.flag("useTurn", &mut into.use_turn)?;
    from.string("notificationType", &mut into.notification_type)
}

fn read_websocket(mut from: Section<'_>, into: &mut WebSocketServer) -> Result<(), ConfigError> {
    from.server("server", &mut into.server)?;
    from.string("protocol", &mut into.protocol)?;
    from.number("port", &mut into.port)
}

fn read_connectivity(mut from: Section<'_>, into: &mut Connectivity) -> Result<(), ConfigError> {
    from.choice("method", &mut into.method, &["keepAlive"], "keepAlive")?;
    from.number("pingInterval", &mut into.ping_interval)?;
    from.number("reconnectLimit", &mut into.reconnect_limit)?;
    from.number("reconnectDelay", &mut into.reconnect_delay)?;
    from.number("reconnectTimeMultiplier", &mut into.reconnect_time_multiplier)?;
    from.number("reconnectTimeLimit", &mut into.reconnect_time_limit)?;
    from.flag("autoReconnect", &mut into.auto_reconnect)?;
    from.number("maxMissedPings", &mut into.max_missed_pings)?;
    from.flag("checkConnectivity", &mut into.check_connectivity)?;
    from.string("webSocketOAuthMode", &mut into.web_socket_oauth_mode)
}

fn read_notifications(mut from: Section<'_>, into: &mut Notifications) -> Result<(), ConfigError> {
    from.number("idCacheLength", &mut into.id_cache_length)?;
    from.choice(
        "incomingCallNotificationMode",
        &mut into.incoming_call_notification_mode,
        &["any-channel", "push-channel-only"],
        "any-channel or push-channel-only",
    )?;
    let Some(mut push) = from.section("pushRegistration", "notifications.pushRegistration")? else {
        return Ok(());
    };
    for key in ["server", "port", "protocol", "version"] {
        push.check_string(key)?;
    }
    let registration = into.push_registration.get_or_insert_with(|| Value::Object(Map::new()));
    merge_value(registration, &Value::Object(push.members.clone()));
    Ok(())
}

fn read_request(mut from: Section<'_>, into: &mut RequestOptions) -> Result<(), ConfigError> {
    from.flag("injectAgentVersionHeader", &mut into.inject_agent_version_header)?;
    from.unchecked_string("customAgentVersionHeaderSuffix", &mut into.custom_agent_version_header_suffix)
}

/// One object of the given options. Its methods each read one option, and leave it as it is if
/// it was not given.
struct Section<'a> {
    path: &'static str,
    members: &'a Map<String, Value>,
    violations: &'a mut Vec<Violation>,
}

impl Section<'_> {
    fn section(&mut self, key: &str, path: &'static str) -> Result<Option<Section<'_>>, ConfigError> {
        let Some(value) = self.members.get(key) else {
            return Ok(None);
        };
        Ok(Some(Section { path, members: object(path, value)?, violations: self.violations }))
    }

    fn string(&mut self, key: &str, slot: &mut String) -> Result<(), ConfigError> {
        self.check_string(key)?;
        self.unchecked_string(key, slot)
    }

    fn unchecked_string(&mut self, key: &str, slot: &mut String) -> Result<(), ConfigError> {
        if let Some(value) = self.members.get(key) {
            *slot = scalar(value).ok_or_else(|| self.error(key, value, STRING))?;
        }
        Ok(())
    }

    /// Complains about a scalar that is not a string, without reading it.
    fn check_string(&mut self, key: &str) -> Result<(), ConfigError> {
        match self.members.get(key) {
            None | Some(Value::String(_)) => Ok(()),
            Some(value) if scalar(value).is_some() => {
                self.complain(key, value, STRING);
                Ok(())
            }
            Some(value) => Err(self.error(key, value, STRING)),
        }
    }

    /// A string of which only some `choices` are valid, in words `expected`.
    fn choice(
        &mut self,
        key: &str,
        slot: &mut String,
        choices: &[&str],
        expected: &'static str,
    ) -> Result<(), ConfigError> {
        let Some(value) = self.members.get(key) else {
            return Ok(());
        };
        let is_valid = value.as_str().is_some_and(|text| choices.contains(&text));
        *slot = scalar(value).ok_or_else(|| self.error(key, value, expected))?;
        if !is_valid {
            self.complain(key, value, expected);
        }
        Ok(())
    }

    fn server(&mut self, key: &str, slot: &mut Option<String>) -> Result<(), ConfigError> {
        if let Some(Value::Null) = self.members.get(key) {
            *slot = None;
            self.complain(key, &Value::Null, STRING);
            return Ok(());
        }
        self.check_string(key)?;
        if let Some(value) = self.members.get(key) {
            *slot = scalar(value);
        }
        Ok(())
    }

    fn number(&mut self, key: &str, slot: &mut f64) -> Result<(), ConfigError> {
        let Some(value) = self.members.get(key) else {
            return Ok(());
        };
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(_) => Some(js::Value::from_json(value).to_number()),
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        *slot = number.ok_or_else(|| self.error(key, value, NUMBER))?;
        if !(value.is_number() && *slot >= 0.0) {
            self.complain(key, value, NUMBER);
        }
        Ok(())
    }

    fn flag(&mut self, key: &str, slot: &mut bool) -> Result<(), ConfigError> {
        let Some(value) = self.members.get(key) else {
            return Ok(());
        };
        *slot = match value {
            Value::Bool(flag) => *flag,
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::String(string) => !string.is_empty(),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                return Err(self.error(key, value, FLAG));
            }
        };
        if !value.is_boolean() {
            self.complain(key, value, FLAG);
        }
        Ok(())
    }

    fn strings(&mut self, key: &str, slot: &mut Vec<String>) -> Result<(), ConfigError> {
        let Some(value) = self.members.get(key) else {
            return Ok(());
        };
        let elements = value.as_array().ok_or_else(|| self.error(key, value, STRINGS))?;
        let mut strings = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let string = scalar(element).ok_or_else(|| self.error(&format!("{key}[{index}]"), element, STRING))?;
            strings.push(string);
        }
        *slot = strings;
        if !elements.iter().all(Value::is_string) {
            self.complain(key, value, STRINGS);
        }
        Ok(())
    }

    fn complain(&mut self, key: &str, value: &Value, expected: &'static str) {
        self.violations.push(Violation { path: format!("{}.{key}", self.path), value: text(value), expected });
    }

    fn error(&self, key: &str, value: &Value, expected: &'static str) -> ConfigError {
        ConfigError { path: format!("{}.{key}", self.path), expected, got: describe(value) }
    }
}

fn object<'a>(path: &str, value: &'a Value) -> Result<&'a Map<String, Value>, ConfigError> {
    value.as_object().ok_or_else(|| ConfigError { path: path.to_owned(), expected: OBJECT, got: describe(value) })
}

/// `String(value)`, unless the value is null, an array or an object.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(text(value)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `String(value)`.
fn text(value: &Value) -> String {
    js::Value::from_json(value).to_text().to_string()
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => format!("the boolean {flag}"),
        Value::Number(_) => format!("the number {}", text(value)),
        Value::String(string) if string.chars().count() <= 40 => format!("the string '{string}'"),
        Value::String(_) => "a long string".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn merge_member(into: &mut Map<String, Value>, key: &str, value: &Value) {
    match into.get_mut(key) {
        Some(old) => merge_value(old, value),
        None => {
            into.insert(key.to_owned(), value.clone());
        }
    }
}

fn merge_value(old: &mut Value, value: &Value) {
    match (old, value) {
        (Value::Object(old), Value::Object(members)) => {
            for (key, value) in members {
                merge_member(old, key, value);
            }
        }
        (old, value) => *old = value.clone(),
    }
}
