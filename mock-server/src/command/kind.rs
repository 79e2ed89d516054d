//! The kinds of values that verbs take.

use std::time::Duration;

use serde_json::Value;

use crate::duration::{LONGEST_DURATION, parse_duration};

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Bytes, in base64 where there are texts only.
    Bytes,
    /// A list of texts.
    Texts,
    /// An integer from 0.
    Number,
    /// A close code.
    CloseCode,
    /// True or false.
    Flag,
    /// `"1h 30m"`, or milliseconds.
    Duration,
    /// A point of the platform.
    Point,
    /// A kind of records.
    RecordKind,
    /// Any object.
    Object,
    /// A fault, or a list of faults.
    Faults,
}

impl Kind {
    /// The kind in words.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Text | Self::Bytes => "a text",
            Self::Texts => "a list of texts",
            Self::Number | Self::CloseCode => "an integer from 0",
            Self::Flag => "true or false",
            Self::Duration => "a duration such as \"1h 30m\", or milliseconds",
            Self::Point => "a point such as \"subscribe\"",
            Self::RecordKind => "a kind of record such as \"closed\"",
            Self::Object => "an object",
            Self::Faults => "a fault, or a list of faults",
        }
    }

    /// Whether a JSON value is of this kind, whatever it says.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        match self {
            Self::Text | Self::Bytes | Self::Point | Self::RecordKind => value.is_string(),
            Self::Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Number | Self::CloseCode => value.is_u64(),
            Self::Flag => value.is_boolean(),
            Self::Duration => read_duration(value).is_some(),
            Self::Object => value.is_object(),
            Self::Faults => value.is_object() || value.is_array(),
        }
    }
}

/// A duration as JSON has it.
pub(super) fn read_duration(value: &Value) -> Option<Duration> {
    let read = match value {
        Value::String(text) => parse_duration(text),
        value => value.as_u64().map(Duration::from_millis),
    };
    read.filter(|read| *read <= LONGEST_DURATION)
}
