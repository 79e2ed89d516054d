//! How much memory a fault takes, but for what allocators and tables need besides.

use super::{Content, ContentType, Effect, Fault, FaultyAnswer};
use crate::weight::{of_contents, of_members};

/// The bytes of a fault with all that it holds.
pub(crate) fn of(fault: &Fault) -> usize {
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

fn of_answer(FaultyAnswer { status: _, content, delivery }: &FaultyAnswer) -> usize {
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
            without + maps.map(of_members).sum::<usize>()
        }
    };
    let header = |(name, value): &(String, String)| size_of::<(String, String)>() + name.len() + value.len();
    let headers: usize = delivery.headers.iter().map(header).sum();
    of_text(delivery.reason.as_ref()) + content_type + headers + content
}

fn of_text(text: Option<&String>) -> usize {
    text.map_or(0, String::len)
}
