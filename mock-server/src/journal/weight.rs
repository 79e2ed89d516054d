//! How much memory a record takes, but for what allocators and tables need besides. Names of users are shared with their
//! accounts, and do not count.

use serde_json::{Map, Value};

use super::{Kind, Record};

/// The bytes of a record with all that it holds.
pub(super) fn of(record: &Record) -> usize {
    let held = match &record.kind {
        Kind::Request(request) | Kind::Upgrade { request, .. } => request.held_bytes(),
        Kind::FrameIn { frame, .. } | Kind::FrameOut { frame, .. } => frame.beginning.len(),
        Kind::Command { arguments, .. } => of_map(arguments),
        Kind::Opened { .. } | Kind::Pings { .. } | Kind::Closed { .. } | Kind::Expired { .. } => 0,
    };
    size_of::<Record>() + held
}

fn of_map(members: &Map<String, Value>) -> usize {
    members.iter().map(|(key, value)| size_of::<(String, Value)>() + key.len() + of_contents(value)).sum()
}

/// What a value holds besides itself.
fn of_contents(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| size_of::<Value>() + of_contents(item)).sum(),
        Value::Object(members) => of_map(members),
    }
}
