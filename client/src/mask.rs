//! Tokens are hidden in what is printed.

use std::borrow::Cow;
use std::fmt;

use crate::js::Value;

/// What is printed instead of a secret.
pub(crate) fn masked(secret: &Value) -> Value {
    if secret.is_undefined() { Value::Undefined } else { Value::from_static("***") }
}

/// Whether what stands under this key is a token: `token`, `access_token`, `refreshToken` and their like.
pub(crate) fn names_token(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with("token")
}

/// A text in which an address may stand, without the tokens in its query.
pub(crate) fn without_tokens(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['?', '&']) {
        let (before, pair) = rest.split_at(at + 1);
        shown.push_str(before);
        rest = pair;
        if let Some((key, value)) =
            pair.split_once('=').filter(|(key, _)| key.chars().all(is_of_name) && names_token(key))
        {
            shown.push_str(key);
            shown.push_str("=***");
            rest = value.find(['&', ' ', '"']).map_or("", |end| &value[end..]);
        }
    }
    if shown.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(shown + rest) }
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Prints as the address does, but for the tokens in its query.
pub(crate) struct MaskedUrl<'a>(pub(crate) &'a str);

impl fmt::Debug for MaskedUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((rest, query)) = self.0.split_once('?') else {
            return fmt::Debug::fmt(self.0, f);
        };
        let masked = query.split('&').map(|pair| match pair.split_once('=') {
            Some((key, _)) if names_token(key) => format!("{key}=***"),
            _ => pair.to_owned(),
        });
        fmt::Debug::fmt(&format!("{rest}?{}", masked.collect::<Vec<_>>().join("&")), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_in_texts_are_not_printed() {
        for (text, shown) in [
            (
                "Failed to parse URL from http://hx?a=1&token=AT.1&b=2 x",
                "Failed to parse URL from http://hx?a=1&token=***&b=2 x",
            ),
            ("from http://hx?access_token=OA-1.", "from http://hx?access_token=***"),
            ("what? no token = here", "what? no token = here"),
            ("plain", "plain"),
        ] {
            assert_eq!(without_tokens(text), shown);
        }
    }

    #[test]
    fn tokens_in_addresses_are_not_printed() {
        let printed = |url: &str| format!("{:?}", MaskedUrl(url));
        assert_eq!(printed("http://h/token=1"), r#""http://h/token=1""#);
        assert_eq!(
            printed("http://h/a?expires=60&token=AT-1&refreshToken=RT-1&x"),
            r#""http://h/a?expires=60&token=***&refreshToken=***&x""#
        );
        assert_eq!(printed("http://h/a?x=1?token=AT-1"), r#""http://h/a?x=1?token=AT-1""#, "part of the value of x");
    }
}
