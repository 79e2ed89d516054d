//! Reads a fault from JSON.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Fault, FaultError};
use crate::error::{cut, nearest};

pub(super) fn fault(value: &Value) -> Result<Fault, FaultError> {
    let Value::Object(map) = value else { return Err(FaultError::NotAMap { found: kind(value) }) };
    let mut fault = Fault::default();
    for (key, value) in map {
        set(&mut fault, key, value)?;
    }
    Ok(fault)
}

fn set(fault: &mut Fault, key: &str, value: &Value) -> Result<(), FaultError> {
    match key {
        "status" => fault.status = Some(number("status", value, "an HTTP status from 200 to 599")?),
        "statusText" => fault.status_text = Some(text("statusText", value, "one line of visible ASCII")?),
        "json" => fault.json = Some(value.clone()),
        "body" => fault.body = Some(text("body", value, "a text; for JSON use the key json")?),
        "type" if value.is_null() => fault.content_type = Some(None),
        "type" => {
            fault.content_type = Some(Some(text("type", value, "a content type, or null for no header")?));
        }
        "cors" => fault.cors = Some(flag("cors", value)?),
        "merge" => fault.merge = Some(map("merge", value)?),
        "params" => fault.params = Some(map("params", value)?),
        "without" => fault.without = keys("without", value)?,
        "delay" => fault.delay = Some(duration("delay", value)?),
        "hang" => fault.hang = flag("hang", value)?,
        "reset" => fault.reset = flag("reset", value)?,
        "refuse" => fault.refuse = flag("refuse", value)?,
        "closeAfterOpen" => {
            fault.close_after_open = Some(number("closeAfterOpen", value, super::CLOSE_CODES)?);
        }
        "times" => fault.times = Some(number("times", value, "a number from 1; leave it out for ever")?),
        "after" => fault.after = number("after", value, "how many requests pass first, a number from 0")?,
        "user" => fault.user = Some(text("user", value, "a user's name")?),
        _ => {
            return Err(FaultError::UnknownKey { key: cut(key).to_owned(), nearest: nearest(key, KEYS) });
        }
    }
    Ok(())
}

/// Every key, for the nearest one of a wrong key.
const KEYS: [&str; 17] = [
    "status",
    "statusText",
    "json",
    "body",
    "type",
    "cors",
    "merge",
    "params",
    "without",
    "delay",
    "hang",
    "reset",
    "refuse",
    "closeAfterOpen",
    "times",
    "after",
    "user",
];

fn number<T: TryFrom<u64>>(key: &'static str, value: &Value, expected: &'static str) -> Result<T, FaultError> {
    let read = value.as_u64().and_then(|number| T::try_from(number).ok());
    read.ok_or_else(|| wrong(key, value, expected))
}

fn text(key: &'static str, value: &Value, expected: &'static str) -> Result<String, FaultError> {
    value.as_str().map(ToOwned::to_owned).ok_or_else(|| wrong(key, value, expected))
}

fn flag(key: &'static str, value: &Value) -> Result<bool, FaultError> {
    value.as_bool().ok_or_else(|| wrong(key, value, "true or false"))
}

fn map(key: &'static str, value: &Value) -> Result<Map<String, Value>, FaultError> {
    value.as_object().cloned().ok_or_else(|| wrong(key, value, "a map"))
}

fn keys(key: &'static str, value: &Value) -> Result<Vec<String>, FaultError> {
    let expected = "an array of keys of subscriptionParams";
    let items = value.as_array().ok_or_else(|| wrong(key, value, expected))?;
    items.iter().map(|item| text(key, item, expected)).collect()
}

fn duration(key: &'static str, value: &Value) -> Result<Duration, FaultError> {
    let read = match value {
        Value::String(text) => duration_text(text),
        _ => value.as_u64().map(Duration::from_millis),
    };
    read.filter(|duration| *duration <= LONGEST_DELAY).ok_or_else(|| {
        wrong(key, value, "milliseconds, or a text such as \"250ms\", \"30s\", \"5m\", \"1h\"; at most a year")
    })
}

/// A sum of absurd delays must not overflow the world's time.
const LONGEST_DELAY: Duration = Duration::from_secs(366 * 24 * 3600);

fn duration_text(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(unit_at);
    let number: u64 = digits.parse().ok()?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(millis).map(Duration::from_millis)
}

fn wrong(key: &'static str, value: &Value, expected: &'static str) -> FaultError {
    let shown = match value {
        Value::Array(_) | Value::Object(_) => kind(value).to_owned(),
        Value::String(text) => Value::from(cut(text)).to_string(),
        _ => value.to_string(),
    };
    FaultError::Value { key, value: shown, expected }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "a map",
    }
}
