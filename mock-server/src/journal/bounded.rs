//! How much of texts and values the journal keeps.

use serde_json::Value;

use crate::limits::Limits;

/// As much of a text as the journal keeps.
pub(crate) fn beginning(text: &str) -> &str {
    if text.len() <= Limits::RECORDED_FRAME_CHARS {
        return text;
    }
    let end = text.char_indices().nth(Limits::RECORDED_FRAME_CHARS).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// A value as the journal keeps it: a long one is cut, and kept as a text.
pub(crate) fn bounded(value: Value) -> Value {
    let text = match &value {
        Value::String(text) if text.len() > Limits::RECORDED_ARGUMENT_BYTES => beginning(text).to_owned(),
        Value::Array(_) | Value::Object(_) => {
            let text = value.to_string();
            if text.len() <= Limits::RECORDED_ARGUMENT_BYTES {
                return value;
            }
            beginning(&text).to_owned()
        }
        _ => return value,
    };
    Value::String(text + "…")
}
