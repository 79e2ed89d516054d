//! Arguments by name, from a JSON object or a query: every one known, each of its kind.

mod unambiguous;

use kandy_mock_server::command::{Kind, Parameter};
use serde_json::{Map, Value};

use self::unambiguous::Unambiguous;
use super::error::ControlError;
use super::route::ControlRoute;
use crate::text::{did_you_mean, nearest};

/// Reads the body of a request. An empty one gives no arguments.
pub(super) fn from_body(route: &ControlRoute, body: &[u8]) -> Result<Map<String, Value>, ControlError> {
    if body.is_empty() {
        return check(route, Map::new());
    }
    match serde_json::from_slice(body).map(|Unambiguous(value)| value) {
        Ok(Value::Object(given)) => check(route, given),
        Ok(_) => {
            Err(ControlError::argument("the body must be a JSON object of named arguments").with_help(usage(route)))
        }
        Err(error) => {
            let what = if error.is_data() { "is ambiguous" } else { "is not JSON" };
            Err(ControlError::argument(format!("the body {what}: {error}")).with_help(usage(route)))
        }
    }
}

/// Reads a query, where numbers are texts.
pub(super) fn from_query(route: &ControlRoute, query: &str) -> Result<Map<String, Value>, ControlError> {
    let mut given = Map::new();
    for (name, text) in url_pairs(query) {
        let is_number = route.parameters.iter().any(|known| known.name == name && matches!(known.kind, Kind::Number));
        let number = text.parse::<u64>().ok().filter(|_| is_number);
        if given.insert(name.clone(), number.map_or(Value::String(text), Value::from)).is_some() {
            return Err(ControlError::argument(format!("the argument `{name}` is given twice")));
        }
    }
    check(route, given)
}

fn check(route: &ControlRoute, mut given: Map<String, Value>) -> Result<Map<String, Value>, ControlError> {
    for (name, value) in &given {
        let known = route.parameters.iter().find(|known| known.name == name).ok_or_else(|| unknown(route, name))?;
        if !value.is_null() && !known.kind.takes(value) {
            let message = format!("`{name}` of {} is {}, not {}", route.name, told(value), known.kind.shown());
            return Err(ControlError::argument(message).with_help(usage(route)));
        }
    }
    // What is null is not given, but where null is a value.
    given.retain(|_, value| !value.is_null());
    match route.parameters.iter().find(|known| known.required && !given.contains_key(known.name)) {
        Some(Parameter { name, .. }) => {
            Err(ControlError::argument(format!("{} needs `{name}`", route.name)).with_help(usage(route)))
        }
        None => Ok(given),
    }
}

fn unknown(route: &ControlRoute, name: &str) -> ControlError {
    let error = ControlError::argument(format!("{} has no argument `{name}`", route.name));
    match nearest(name, route.parameters.iter().map(|known| known.name)) {
        Some(known) => error.with_help(did_you_mean(known)),
        None => error.with_help(usage(route)),
    }
}

/// How the route is called.
fn usage(route: &ControlRoute) -> String {
    if route.parameters.is_empty() {
        return format!("{} takes no arguments", route.name);
    }
    let shown = |parameter: &Parameter| {
        let optional = if parameter.required { "" } else { "?" };
        format!("`{}`{optional} ({})", parameter.name, parameter.kind.shown())
    };
    format!("it takes {}", route.parameters.iter().map(shown).collect::<Vec<_>>().join(", "))
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
