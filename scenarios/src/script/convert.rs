//! Values on their way between Rhai and JSON, and what the client says as Rhai values.
//!
//! What a script gets has every key that Kandy.js may set, `()` where it is undefined, so that reading a key never
//! fails.

use kandy_client::{DisconnectReason, Error, Event, Fields, Session, SocketState, UserInfo, js};
use rhai::{Dynamic, FnPtr, ImmutableString, Map};
use serde::Serialize;
use serde_json::{Number, Value};

use super::failure::Failure;
use super::show::{MAX_DEPTH, kind};

/// A map of `fields`. Like all here it is given to Rhai as it is: `into()` would make a second one of it.
pub(super) fn map<const N: usize>(fields: [(&str, Dynamic); N]) -> Dynamic {
    let mut map = Map::new();
    // One by one: to collect them would sort them first, in a list of their own.
    map.extend(fields.map(|(key, value)| (key.into(), value)));
    Dynamic::from_map(map)
}

/// `()` for `None`.
fn optional<T: Into<Dynamic>>(value: Option<T>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Into::into)
}

/// A JSON value as a Rhai value; `null` is `()`.
pub(super) fn from_json(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => from_number(number),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => Dynamic::from_array(items.iter().map(from_json).collect()),
        Value::Object(members) => {
            Dynamic::from_map(members.iter().map(|(key, value)| (key.as_str().into(), from_json(value))).collect())
        }
    }
}

/// A value of JavaScript as a Rhai value; null and undefined are `()`, and each half of a character U+FFFD.
pub(super) fn from_js(value: &js::Value) -> Dynamic {
    match value {
        js::Value::Undefined | js::Value::Null => Dynamic::UNIT,
        js::Value::Bool(flag) => (*flag).into(),
        js::Value::Number(number) => from_float(*number),
        js::Value::Text(text) => text.to_str_lossy().as_ref().into(),
        js::Value::List(items) => Dynamic::from_array(items.iter().map(from_js).collect()),
        js::Value::Object(members) => Dynamic::from_map(
            members.iter().map(|(key, value)| (key.to_str_lossy().as_ref().into(), from_js(value))).collect(),
        ),
    }
}

fn from_number(number: &Number) -> Dynamic {
    match number.as_i64() {
        Some(integer) => integer.into(),
        None => from_float(number.as_f64().unwrap_or(f64::NAN)),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn from_float(float: f64) -> Dynamic {
    // JavaScript has one kind of number: 30000.0 is an integer to whoever reads it.
    if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 { (float as i64).into() } else { float.into() }
}

/// Anything that can be told as JSON, as a Rhai value.
pub(super) fn from_serde(value: &impl Serialize) -> Dynamic {
    from_json(&serde_json::to_value(value).unwrap_or_default())
}

/// A Rhai value as JSON; `()` is `null`.
///
/// # Errors
///
/// It holds what JSON has no form for, such as a closure, or is nested too deeply.
pub(super) fn to_json(value: &Dynamic) -> Result<Value, Failure> {
    let mut path = Vec::new();
    json_at(value, &mut path).map_err(|what| {
        let place = if path.is_empty() { String::new() } else { format!(" at `{}`", path.join(".")) };
        Failure::argument(format!("{what}{place} has no form in JSON"))
    })
}

fn json_at(value: &Dynamic, path: &mut Vec<String>) -> Result<Value, &'static str> {
    if path.len() > MAX_DEPTH {
        return Err("a value that is nested too deeply");
    }
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = value.as_bool() {
        return Ok(flag.into());
    }
    if let Ok(integer) = value.as_int() {
        return Ok(integer.into());
    }
    if let Ok(float) = value.as_float() {
        return Ok(float.into());
    }
    if let Ok(character) = value.as_char() {
        return Ok(character.to_string().into());
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Ok(text.as_str().into());
    }
    if let Ok(items) = value.as_array_ref() {
        let mut array = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            path.push(index.to_string());
            array.push(json_at(item, path)?);
            path.pop();
        }
        return Ok(array.into());
    }
    if let Ok(members) = value.as_map_ref() {
        let mut object = serde_json::Map::new();
        for (key, member) in members.iter() {
            path.push(key.to_string());
            object.insert(key.to_string(), json_at(member, path)?);
            path.pop();
        }
        return Ok(object.into());
    }
    Err(if value.is::<FnPtr>() { "a closure" } else { kind(value) })
}

/// The argument that listeners of `event` get.
pub(super) fn event_params(event: &Event) -> Dynamic {
    match event {
        Event::AuthChange => map([("reason", ().into()), ("forced", ().into()), ("retryAfter", ().into())]),
        Event::Disconnected { reason, retry_after } => map([
            ("reason", optional(reason.map(DisconnectReason::as_str))),
            ("forced", optional((*reason == Some(DisconnectReason::Gone)).then_some(true))),
            ("retryAfter", retry_after.as_ref().map_or(Dynamic::UNIT, |value| from_js(value.as_ref()))),
        ]),
        Event::CredentialsSet => map([]),
        Event::SubscriptionChange { reason, retry_after } => map([
            ("reason", optional(reason.map(DisconnectReason::as_str))),
            ("retryAfter", retry_after.as_ref().map_or(Dynamic::UNIT, |value| from_js(value.as_ref()))),
        ]),
        Event::AuthError(error) | Event::RequestError(error) | Event::SubscriptionError(error) => {
            map([("error", error_map(error))])
        }
        Event::Resubscribed { attempt_num, error } | Event::SubscriptionResubscribed { attempt_num, error } => map([
            ("attemptNum", i64::from(*attempt_num).into()),
            ("isFailure", error.is_some().into()),
            ("error", optional(error.as_ref().map(|error| numbered_error_map(error, *attempt_num)))),
        ]),
        Event::WebSocketChange { .. } | Event::NotificationReceived { .. } | Event::NotificationsChange => {
            from_fields(event.args(), [])
        }
    }
}

/// An error with all keys that it may have; what the platform sent in its place, and is not an object, as it is.
fn error_map(error: &Error) -> Dynamic {
    with_keys(error.to_js().as_ref(), ["name", "code", "message"])
}

fn numbered_error_map(error: &Error, attempt_num: u32) -> Dynamic {
    let mut map = error_map(error);
    if let Ok(mut members) = map.as_map_mut() {
        members.entry("attemptNum".into()).or_insert_with(|| i64::from(attempt_num).into());
    }
    map
}

/// An object with keys that it may have besides; any other value as it is.
fn with_keys<const N: usize>(value: &js::Value, keys: [&str; N]) -> Dynamic {
    let js::Value::Object(object) = value else { return from_js(value) };
    let mut map = Map::new();
    map.extend(object.iter().map(|(key, value)| (key.to_str_lossy().as_ref().into(), from_js(value))));
    for key in keys.into_iter().filter(|key| object.own(key).is_none()) {
        map.insert(key.into(), Dynamic::UNIT);
    }
    Dynamic::from_map(map)
}

/// The keys of a JavaScript object, and those that it may have besides.
fn from_fields<const N: usize>(fields: Fields, keys: [&str; N]) -> Dynamic {
    let mut map: Map = keys.into_iter().map(|key| (key.into(), Dynamic::UNIT)).collect();
    for (key, value) in fields {
        map.insert(key.into(), from_js(value.as_ref()));
    }
    Dynamic::from_map(map)
}

/// What `getConnection()` gives.
pub(super) fn connection(session: &Session) -> Dynamic {
    map([
        ("isConnected", session.is_connected().into()),
        ("isPending", session.is_pending().into()),
        ("error", optional(session.error().map(error_map))),
        ("subscription", services(session)),
    ])
}

/// What `getServices()` gives.
pub(super) fn services(session: &Session) -> Dynamic {
    with_keys(session.services_info().as_ref(), ["requested", "received", "missing", "status", "services"])
}

/// What `getUserInfo()` gives.
pub(super) fn user_info(user: Option<&UserInfo>) -> Dynamic {
    let fields = user.map(UserInfo::fields).unwrap_or_default();
    from_fields(fields, ["username", "accessToken", "refreshToken"])
}

/// Every key that a socket's state may have, and those of the error that is given where there is no socket.
const SOCKET_STATE: [&str; 16] = [
    "name",
    "message",
    "connected",
    "pinging",
    "method",
    "platform",
    "pingInterval",
    "reconnectLimit",
    "reconnectDelay",
    "reconnectTimeMultiplier",
    "reconnectTimeLimit",
    "autoReconnect",
    "maxMissedPings",
    "webSocketOAuthMode",
    "wsInfo",
    "lastContact",
];

/// What `services.getSubscriptions()` gives where nothing is subscribed to.
pub(super) fn no_subscriptions() -> Dynamic {
    map([
        ("subscribed", rhai::Array::new().into()),
        ("available", rhai::Array::new().into()),
        ("isPending", false.into()),
    ])
}

/// What `connection.getSocketState(platform)` gives: the state, or an error that it returns rather than throws.
pub(super) fn socket_state(state: Option<&SocketState>) -> Dynamic {
    let Some(state) = state else {
        let message = "No sockets are up. Have you attempted to connect?";
        return from_fields(vec![("name", "Error".into()), ("message", message.into())], SOCKET_STATE);
    };
    with_keys(state.to_js().as_ref(), SOCKET_STATE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_comes_back_as_it_went() {
        let value = json!({"a": [1, 2.5, null, true, "x"], "b": {"c": {}}});
        assert_eq!(to_json(&from_json(&value)).unwrap(), value);
    }

    #[test]
    fn a_whole_float_is_an_integer() {
        assert_eq!(from_json(&json!(30000.0)).as_int(), Ok(30_000));
        assert_eq!(from_json(&json!(1e300)).as_float(), Ok(1e300));
    }

    #[test]
    fn what_json_cannot_say_is_refused_with_its_place() {
        let value: Dynamic = rhai::Engine::new().eval("#{a: [1, #{b: |x| x}]}").unwrap();
        assert_eq!(to_json(&value).unwrap_err().message, "a closure at `a.1.b` has no form in JSON");
        let deep: Dynamic = rhai::Engine::new().eval("let a = []; for i in 0..100 { a = [a]; } a").unwrap();
        assert!(to_json(&deep).unwrap_err().message.contains("nested too deeply"));
    }

    #[test]
    fn every_key_is_there() {
        let keys = |value: Dynamic| {
            let map = value.cast::<Map>();
            map.keys().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(keys(event_params(&Event::AuthChange)), "forced reason retryAfter");
        assert_eq!(keys(event_params(&Event::WebSocketChange { platform: "uc" })), "platform");
        assert_eq!(keys(user_info(None)), "accessToken refreshToken username");
        assert_eq!(keys(socket_state(None)).split(' ').count(), SOCKET_STATE.len());
        let state = SocketState { connected: false, details: None };
        assert_eq!(keys(socket_state(Some(&state))).split(' ').count(), SOCKET_STATE.len());
    }
}
