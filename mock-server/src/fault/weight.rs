//! How much memory a fault takes, but for what allocators and tables need besides.

use serde_json::{Map, Value};

use super::{Answer, Content, ContentType, Effect, Fault};

/// The bytes of a fault with all that it holds.
pub(super) fn of(fault: &Fault) -> usize {
    let held = match &fault.effect {
        Effect::Answer(answer) => of_answer(answer),
        Effect::Hang
        | Effect::Reset { .. }
        | Effect::Refuse
        | Effect::Accept { .. }
        | Effect::CloseAfterOpen { .. } => 0,
    };
    size_of::<Fault>() + of_text(fault.when.user.as_ref()) + held
}

fn of_answer(Answer { status: _, content, delivery }: &Answer) -> usize {
    let content_type = match &delivery.content_type {
        ContentType::Is(text) => text.len(),
        ContentType::Usual | ContentType::Absent => 0,
    };
    let content = match content {
        Content::Json(json) => of_contents(json),
        Content::Text(text) => text.len(),
        Content::Own(edit) => {
            let without: usize = edit.without.iter().map(|key| size_of::<String>() + key.len()).sum();
            let maps = [&edit.merge, &edit.params].into_iter().flatten();
            without + maps.map(of_map).sum::<usize>()
        }
    };
    let header = |(name, value): &(String, String)| size_of::<(String, String)>() + name.len() + value.len();
    let headers: usize = delivery.headers.iter().map(header).sum();
    of_text(delivery.reason.as_ref()) + content_type + headers + content
}

fn of_text(text: Option<&String>) -> usize {
    text.map_or(0, String::len)
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
