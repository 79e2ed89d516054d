//! Arguments by name, from a JSON object or a query: every one known, each of its kind.

use std::time::Duration;

use http::StatusCode;
use kandy_mock_server::Point;
use serde_json::{Map, Value};

use super::error::ControlError;
use super::route::{Argument, Kind, Route};
use crate::script::duration;
use crate::script::names::nearest;

/// The arguments of a request, checked against those that its route takes.
#[derive(Debug)]
pub(super) struct Arguments {
    given: Map<String, Value>,
}

impl Arguments {
    /// Reads the body of a request. An empty one gives no arguments.
    pub(super) fn from_body(route: &Route, body: &[u8]) -> Result<Self, ControlError> {
        if body.is_empty() {
            return Self::check(route, Map::new());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(given)) => Self::check(route, given),
            Ok(_) => {
                Err(ControlError::argument("the body is a JSON object of named arguments").with_help(usage(route)))
            }
            Err(error) => Err(ControlError::argument(format!("the body is no JSON: {error}")).with_help(usage(route))),
        }
    }

    /// Reads a query, where numbers are texts.
    pub(super) fn from_query(route: &Route, query: &str) -> Result<Self, ControlError> {
        let mut given = Map::new();
        for (name, text) in url_pairs(query) {
            let is_number =
                route.arguments.iter().any(|known| known.name == name && matches!(known.kind, Kind::Number));
            let number = text.parse::<u64>().ok().filter(|_| is_number);
            if given.insert(name.clone(), number.map_or(Value::String(text), Value::from)).is_some() {
                return Err(ControlError::argument(format!("the argument `{name}` is given twice")));
            }
        }
        Self::check(route, given)
    }

    fn check(route: &Route, mut given: Map<String, Value>) -> Result<Self, ControlError> {
        for (name, value) in &given {
            let known = route.arguments.iter().find(|known| known.name == name).ok_or_else(|| unknown(route, name))?;
            if !value.is_null() && !known.kind.takes(value) {
                let message = format!("`{name}` of {} is {}, not {}", route.name, told(value), known.kind.shown());
                return Err(ControlError::argument(message).with_help(usage(route)));
            }
        }
        // What is null is not given, but where null is a value.
        given.retain(|_, value| !value.is_null());
        match route.arguments.iter().find(|known| known.required && !given.contains_key(known.name)) {
            Some(Argument { name, .. }) => {
                Err(ControlError::argument(format!("{} needs `{name}`", route.name)).with_help(usage(route)))
            }
            None => Ok(Self { given }),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.given.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// A text that the route demands.
    pub(super) fn required(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    pub(super) fn texts(&self, name: &str) -> Option<Vec<String>> {
        let items = self.given.get(name)?.as_array()?;
        Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.given.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.given.get(name).and_then(Value::as_u64)
    }

    pub(super) fn duration(&self, name: &str) -> Option<Duration> {
        self.given.get(name).and_then(read_duration)
    }

    pub(super) fn json(&self, name: &str) -> Value {
        self.given.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    pub(super) fn point(&self, name: &str) -> Result<Option<Point>, ControlError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|error: kandy_mock_server::UnknownPoint| ControlError::argument(error.to_string()))
    }
}

impl Kind {
    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Text | Self::Point => value.is_string(),
            Self::Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Number => value.is_u64(),
            Self::Flag => value.is_boolean(),
            Self::Duration => read_duration(value).is_some(),
            Self::Object => value.is_object(),
            Self::Faults => value.is_object() || value.is_array(),
        }
    }
}

fn read_duration(value: &Value) -> Option<Duration> {
    let read = match value {
        Value::String(text) => duration::parse(text),
        value => value.as_u64().map(Duration::from_millis),
    };
    read.filter(|read| *read <= duration::LONGEST)
}

fn unknown(route: &Route, name: &str) -> ControlError {
    let error = ControlError::argument(format!("{} has no argument `{name}`", route.name));
    match nearest(name, route.arguments.iter().map(|known| known.name)) {
        Some(known) => error.with_help(format!("did you mean `{known}`?")),
        None => error.with_help(usage(route)),
    }
}

/// How the route is called.
fn usage(route: &Route) -> String {
    if route.arguments.is_empty() {
        return format!("{} takes no arguments", route.name);
    }
    let shown = |argument: &Argument| {
        let optional = if argument.required { "" } else { "?" };
        format!("`{}`{optional} ({})", argument.name, argument.kind.shown())
    };
    format!("it takes {}", route.arguments.iter().map(shown).collect::<Vec<_>>().join(", "))
}

fn told(value: &Value) -> String {
    /// What is longer says enough by its kind.
    const SHOWN: usize = 40;
    match value {
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        value => {
            let text = value.to_string();
            if text.chars().count() <= SHOWN { text } else { "a long text".to_owned() }
        }
    }
}

/// The pairs of a query, decoded.
fn url_pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

impl From<kandy_mock_server::FaultError> for ControlError {
    fn from(error: kandy_mock_server::FaultError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.to_string())
    }
}
