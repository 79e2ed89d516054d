//! How what the port says is compared with what was recorded.

use std::borrow::Cow;

use http::HeaderValue;
use kandy_client::{Fields, Request, Session, Time, js};
use serde_json::{Value, json};

use super::difference::clock;
use crate::recording::{Fetch, PageAddress, ShownState, UNDEFINED, WireRequest, body_text};

/// The platform's addresses in a replay, for the placeholders of a recording.
const PLACEHOLDERS: [(&str, &str); 4] = [
    ("{REST_HOST}", "127.0.0.1:8080"),
    ("{WS_HOST}", "127.0.0.1:8081"),
    ("{REST_PORT}", "8080"),
    ("{WS_PORT}", "8081"),
];

/// The headers of a request that are compared.
const HEADERS: [&str; 6] = ["authorization", "content-type", "accept", "x-cpaas-agent", "x-token", "x-session"];

/// What a recording has instead of what is nested too deep.
const DEEP: &str = "[deep]";

/// What a recording has instead of a function, which the port has none of.
const FUNCTION: &str = "[function]";

/// Chromium says this before the text for an empty body, or does not: a race inside the browser (docs/protocol.md, section 5.1).
const OPTIONAL_PREFIX: &str = "Failed to execute 'json' on 'Response': ";

/// What was recorded, and what the port did instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub(crate) expected: String,
    pub(crate) got: String,
}

impl Mismatch {
    pub(crate) fn new(expected: String, got: String) -> Self {
        Self { expected, got }
    }

    /// Says at which of several looks it was found.
    pub(crate) fn within(self, place: &str) -> Self {
        Self { expected: format!("{} (snapshot: {place})", self.expected), got: self.got }
    }
}

/// The recording lacks something that the replay needs.
pub(crate) fn missing(what: &str) -> Mismatch {
    Mismatch::new(format!("a recording with {what}"), "none in it".to_owned())
}

/// The recording names a client that it has not made.
pub(crate) fn missing_client(name: &str) -> Mismatch {
    missing(&format!("a client {name}"))
}

/// Compares a request with the page's record of it and, where it came that far, the platform's.
pub(crate) fn request(fetch: &Fetch, on_wire: Option<&WireRequest>, request: &Request) -> Result<(), Mismatch> {
    text("method", fetch.method(), request.method.as_str())?;
    address("address", &fetch.address, &request.url)?;
    let Some(on_wire) = on_wire else {
        return Ok(());
    };
    for name in HEADERS {
        let expected = on_wire.headers.get(name).map_or("none", String::as_str);
        // As Node reads headers.
        let latin1 = |value: &HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
        let got: String = request.headers.get(name).map_or_else(|| "none".to_owned(), latin1);
        text(&format!("header {name}"), expected, &got)?;
    }
    text("body", &body_text(on_wire.body.as_ref()), request.body.as_deref().unwrap_or_default())
}

/// Compares an address; one that the page could not take apart says nothing.
pub(crate) fn address(what: &str, expected: &PageAddress, got: &str) -> Result<(), Mismatch> {
    match expected.url() {
        Some(expected) => text(what, &fill_text(&expected), &without_credentials(got)),
        None => Ok(()),
    }
}

/// The origin of an address, as the page tells it, is without the credentials that it may have.
fn without_credentials(address: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = address.split_once("://") else { return address.into() };
    let authority = rest.find(['/', '?', '#']).map_or(rest, |end| &rest[..end]);
    match authority.rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]).into(),
        None => address.into(),
    }
}

pub(crate) fn text(what: &str, expected: &str, got: &str) -> Result<(), Mismatch> {
    if expected == got {
        return Ok(());
    }
    Err(Mismatch::new(format!("{what} {expected}"), format!("{what} {got}")))
}

/// Compares what a client shows.
pub(crate) fn shown(expected: &ShownState, got: &ShownState) -> Result<(), Mismatch> {
    value("getConnection()", &expected.connection, &got.connection)?;
    value("getUserInfo()", &expected.user_info, &got.user_info)?;
    if let Some(services) = &expected.services {
        value("getSubscriptions()", services, got.services.as_ref().unwrap_or(&Value::Null))?;
    }
    value("webSocketConnected", &json!(expected.web_socket_connected), &json!(got.web_socket_connected))
}

/// What a client shows, as a recording writes it.
pub(crate) fn look(session: &Session) -> ShownState {
    let now = session.connection();
    let connection = fields(vec![
        ("isConnected", now.is_connected.into()),
        ("isPending", now.is_pending.into()),
        ("error", now.error.map(|error| error.to_js()).into()),
        ("subscription", now.subscription),
    ]);
    let user_info = session.user_info().map_or_else(|| json!({}), |user| fields(user.fields()));
    let web_socket_connected = session.socket_state().map(|state| state.connected);
    let services = session.subscriptions().map(|subscriptions| recorded(subscriptions.to_js().as_ref()));
    ShownState { connection, user_info, web_socket_connected, services }
}

/// Compares when timers would fire, in whatever order they are given.
pub(crate) fn timers(expected: &[Time], mut got: Vec<Time>) -> Result<(), Mismatch> {
    let mut expected = expected.to_vec();
    expected.sort();
    got.sort();
    let shown = |times: &[Time]| times.iter().map(|time| clock(*time)).collect::<Vec<_>>().join(", ");
    text("pending timers", &shown(&expected), &shown(&got))
}

/// An object as a recording writes it.
pub(crate) fn fields(fields: Fields) -> Value {
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), recorded(value.as_ref()))).collect())
}

/// A value as a recording writes it.
fn recorded(value: &js::Value) -> Value {
    match value {
        js::Value::Undefined => UNDEFINED.into(),
        js::Value::Number(number) if !number.is_finite() => format!("[{}]", js::number_text(*number)).into(),
        js::Value::List(items) => items.iter().map(recorded).collect(),
        js::Value::Object(members) => {
            members.iter().map(|(key, value)| (key.to_str_lossy().into_owned(), recorded(value))).collect()
        }
        plain => plain.to_json(),
    }
}

/// Compares two values; what is told is the first place where they differ. A recording writes a moment as so much after its
/// clock began.
pub(crate) fn value(place: &str, expected: &Value, got: &Value) -> Result<(), Mismatch> {
    let differ = || Err(Mismatch::new(format!("{place} {expected}"), format!("{place} {got}")));
    match (expected, got) {
        (Value::Object(expected), Value::Object(members)) => {
            let expected: Vec<_> = expected.iter().filter(|(_, member)| *member != FUNCTION).collect();
            if expected.len() != members.len() {
                return differ();
            }
            expected.into_iter().try_for_each(|(key, expected)| match members.get(ported(key)) {
                Some(got) => value(&format!("{place}.{key}"), expected, got),
                None => differ(),
            })
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            let mut pairs = expected.iter().zip(got).enumerate();
            pairs.try_for_each(|(index, (expected, got))| value(&format!("{place}[{index}]"), expected, got))
        }
        // What the recorder found too deep to write down.
        (Value::String(expected), _) if expected == DEEP => Ok(()),
        (Value::String(written), Value::Number(got)) if is_number(written, &got.to_string()) => Ok(()),
        // JavaScript has one kind of numbers.
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => Ok(()),
        (Value::String(one), Value::String(other)) if same_text(one, other) => Ok(()),
        (expected, got) if expected == got => Ok(()),
        _ => differ(),
    }
}

/// Whether a number is meant by a placeholder, or by a moment.
fn is_number(written: &str, got: &str) -> bool {
    (written.starts_with('{') && fill_text(written) == got) || *written == format!("@+{got}ms")
}

/// Texts of Chromium can quote an address; the page of an SDK that insists on encryption quotes the one without.
fn same_text(expected: &str, got: &str) -> bool {
    let plain = |text: &str| text.replace(OPTIONAL_PREFIX, "").replace("'wss://", "'ws://");
    plain(&fill_text(expected)) == plain(got)
}

/// The port's key for a recorded one: the class of an `Error` object is what the port gives as its name.
fn ported(key: &str) -> &str {
    if key == "__class" { "name" } else { key }
}

/// Puts the platform's addresses into a configuration. A port that is nothing but its placeholder becomes a number.
pub(crate) fn fill(config: &Value) -> Value {
    match config {
        Value::String(text) => {
            let filled = fill_text(text);
            match filled.parse::<u16>() {
                Ok(port) if filled != *text => port.into(),
                _ => filled.into(),
            }
        }
        Value::Array(items) => items.iter().map(fill).collect(),
        Value::Object(fields) => Value::Object(fields.iter().map(|(key, field)| (key.clone(), fill(field))).collect()),
        other => other.clone(),
    }
}

pub(crate) fn fill_text(text: &str) -> String {
    PLACEHOLDERS.iter().fold(text.to_owned(), |text, (name, address)| text.replace(name, address))
}
