//! How much memory JSON takes, but for what allocators and tables need besides.

use serde_json::{Map, Value};

/// What a value holds besides itself, in bytes.
pub(crate) fn of_contents(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| size_of::<Value>() + of_contents(item)).sum(),
        Value::Object(members) => of_members(members),
    }
}

/// What the members of an object take, in bytes.
pub(crate) fn of_members(members: &Map<String, Value>) -> usize {
    members.iter().map(|(key, value)| size_of::<(String, Value)>() + key.len() + of_contents(value)).sum()
}
