//! How much memory a fault takes, but for what allocators and tables need besides.

use serde_json::{Map, Value};

use super::Fault;

/// The bytes of a fault with all that it holds.
pub(super) fn of(fault: &Fault) -> usize {
    let content_type = fault.content_type.iter().flatten();
    let texts = [&fault.status_text, &fault.body, &fault.user].into_iter().flatten().chain(content_type);
    let texts: usize = texts.map(String::len).sum();
    let without: usize = fault.without.iter().map(|key| size_of::<String>() + key.len()).sum();
    let maps: usize = [&fault.merge, &fault.params].into_iter().flatten().map(of_map).sum();
    size_of::<Fault>() + texts + without + maps + fault.json.as_ref().map_or(0, of_contents)
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

fn of_map(members: &Map<String, Value>) -> usize {
    members.iter().map(|(key, value)| size_of::<(String, Value)>() + key.len() + of_contents(value)).sum()
}
