//! Long texts, cut short.

use std::borrow::Cow;

/// What stands for the rest of a text.
pub(crate) const ELLIPSIS: char = '…';

/// The first `most` characters of a text, and an ellipsis for the rest, if there is one.
pub(crate) fn clip<'a>(text: impl Into<Cow<'a, str>>, most: usize) -> Cow<'a, str> {
    let text = text.into();
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}{ELLIPSIS}", &text[..end])),
        None => text,
    }
}

/// As much of a text as goes into `columns`, with its ellipsis.
pub(crate) fn fit<'a>(text: impl Into<Cow<'a, str>>, columns: usize) -> Cow<'a, str> {
    let text = text.into();
    let is_too_long = text.chars().nth(columns).is_some();
    if is_too_long { clip(text, columns.saturating_sub(1)) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_beginning() {
        assert_eq!(clip("größer", 6), "größer");
        assert_eq!(clip("größer", 4), "größ…");
        assert_eq!(clip("größer", 0), "…");
        assert!(matches!(clip("größer", 6), Cow::Borrowed(_)));
    }

    #[test]
    fn what_must_fit_makes_room_for_the_ellipsis() {
        assert_eq!(fit("größer", 6), "größer");
        assert_eq!(fit("größer", 5), "größ…");
        assert_eq!(fit("größer", 1), "…");
    }
}
