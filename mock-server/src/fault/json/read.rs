//! Reads the keys of a fault, each by its type.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{CLOSE_CODE, CONTENT_TYPE, DRIP, EACH_USER, HEADERS, Keys, STATUS, STATUS_TEXT, TIMES};
use crate::duration::parse_duration;
use crate::fault::{Fault, FaultError, headers};
use crate::text::{cut, nearest};

impl<'a> Keys<'a> {
    pub(super) fn read(value: &'a Value) -> Result<Self, FaultError> {
        let Value::Object(map) = value else { return Err(FaultError::NotAMap { found: kind(value) }) };
        let mut keys = Self::default();
        for (key, value) in map {
            keys.set(key, value)?;
        }
        Ok(keys)
    }

    fn set(&mut self, key: &str, value: &'a Value) -> Result<(), FaultError> {
        match key {
            "status" => self.status = Some(number("status", value, STATUS)?),
            "statusText" => self.status_text = Some(text("statusText", value, STATUS_TEXT)?),
            "json" => self.json = Some(value),
            "body" => self.body = Some(text("body", value, "a text; for JSON use the key json")?),
            "type" if value.is_null() => self.content_type = Some(None),
            "type" => self.content_type = Some(Some(text("type", value, CONTENT_TYPE)?)),
            "headers" => {
                let read = headers::read(value).ok_or_else(|| wrong("headers", value, HEADERS))?;
                self.headers = (!read.is_empty()).then_some(Cow::Owned(read));
            }
            "cors" => self.cors = Some(flag("cors", value)?),
            "merge" => self.merge = Some(map("merge", value)?),
            "params" => self.params = Some(map("params", value)?),
            "without" => self.without = texts("without", value)?,
            "delay" => self.delay = Some(duration("delay", value)?),
            "lateBody" => self.late_body = Some(duration("lateBody", value)?),
            "drip" => self.drip = Some(number("drip", value, DRIP)?),
            "truncate" => {
                self.truncate = Some(number("truncate", value, "a number of bytes of the body, from 0")?);
            }
            "hang" => self.hang = flag("hang", value)?,
            "reset" => self.reset = flag("reset", value)?,
            "refuse" => self.refuse = flag("refuse", value)?,
            "accept" => self.accept = flag("accept", value)?,
            "closeAfterOpen" => self.close_after_open = Some(number("closeAfterOpen", value, CLOSE_CODE)?),
            "times" => self.times = Some(number("times", value, TIMES)?),
            "after" => self.after = number("after", value, "a number of requests that pass first, from 0")?,
            "user" => self.user = Some(text("user", value, "a user's name")?),
            "each" if value == EACH_USER => self.each = Some(EACH_USER),
            "each" => return Err(wrong("each", value, "\"user\", or leave it out to count for all together")),
            _ => {
                return Err(FaultError::UnknownKey { key: cut(key).to_owned(), nearest: nearest(key, Fault::KEYS) });
            }
        }
        Ok(())
    }
}

fn number<T: TryFrom<u64>>(key: &'static str, value: &Value, expected: &'static str) -> Result<T, FaultError> {
    let read = value.as_u64().and_then(|number| T::try_from(number).ok());
    read.ok_or_else(|| wrong(key, value, expected))
}

fn text<'a>(key: &'static str, value: &'a Value, expected: &'static str) -> Result<&'a str, FaultError> {
    value.as_str().ok_or_else(|| wrong(key, value, expected))
}

fn flag(key: &'static str, value: &Value) -> Result<bool, FaultError> {
    value.as_bool().ok_or_else(|| wrong(key, value, "true or false"))
}

fn map<'a>(key: &'static str, value: &'a Value) -> Result<&'a Map<String, Value>, FaultError> {
    value.as_object().ok_or_else(|| wrong(key, value, "a map"))
}

fn texts<'a>(key: &'static str, value: &'a Value) -> Result<Vec<&'a str>, FaultError> {
    let expected = "an array of fields, each by its name or its path";
    let items = value.as_array().ok_or_else(|| wrong(key, value, expected))?;
    items.iter().map(|item| text(key, item, expected)).collect()
}

fn duration(key: &'static str, value: &Value) -> Result<Duration, FaultError> {
    let read = match value {
        Value::String(text) => parse_duration(text),
        _ => value.as_u64().map(Duration::from_millis),
    };
    read.filter(|duration| *duration <= LONGEST_DELAY).ok_or_else(|| {
        wrong(key, value, "milliseconds, or a text such as \"250ms\", \"30s\", \"5m\", \"1h\"; at most a year")
    })
}

/// A sum of absurd delays must not overflow the world's time.
const LONGEST_DELAY: Duration = Duration::from_secs(366 * 24 * 3600);

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
