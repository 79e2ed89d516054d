//! What the browser adds to the SDK's behaviour: its words and its URLs.
//!
//! The texts are those of the Chromium in which the SDK was recorded. They are kept here, in one place, because an
//! application can meet them in `error.message`.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::Url;

use crate::error::Error;

/// The message of a request that had no answer, and of an answer whose body broke off.
pub(crate) const FAILED_TO_FETCH: &str = "Failed to fetch";

/// What `encodeURIComponent` leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A value percent-encoded for a query.
pub(crate) fn encode_component(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The address that `fetch` would request: escaped, and without what stands behind a `#`. An address that cannot be
/// parsed is left as it is; the request can only fail.
pub(crate) fn fetch_url(address: String) -> String {
    let Ok(mut url) = Url::parse(&address) else {
        return address;
    };
    url.set_fragment(None);
    url.into()
}

/// The address that `new WebSocket` would connect to; `None` where it throws. Since Chromium 125 `http` and `https` stand
/// for `ws` and `wss` (WebSockets standard, 3.1).
pub(crate) fn websocket_url(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    let scheme = match url.scheme() {
        "ws" | "http" => "ws",
        "wss" | "https" => "wss",
        _ => return None,
    };
    url.set_scheme(scheme).ok()?;
    url.fragment().is_none().then(|| url.into())
}

/// Whether what stands under this key is a token: `token`, `access_token`, `refreshToken` and their like.
pub(crate) fn names_token(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with("token")
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

/// `value.key`; a `TypeError` where `value` is null or undefined.
pub(crate) fn property<'a>(value: Option<&'a Value>, key: &str) -> Result<Option<&'a Value>, Error> {
    match value {
        None => Err(Error::type_error(format!("Cannot read properties of undefined (reading '{key}')"))),
        Some(Value::Null) => Err(Error::type_error(format!("Cannot read properties of null (reading '{key}')"))),
        Some(value) => Ok(value.get(key)),
    }
}

/// `({ key } = value)` for a `value` that the SDK's source calls `name`: a `TypeError` where it is null or undefined.
pub(crate) fn destructured<'a>(value: Option<&'a Value>, name: &str, key: &str) -> Result<Option<&'a Value>, Error> {
    let kind = match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(value) => return Ok(value.get(key)),
    };
    Err(Error::type_error(format!("Cannot destructure property '{key}' of '{name}' as it is {kind}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped_as_by_a_browser() {
        let url = |path: &str| fetch_url(format!("http://127.0.0.1:8080{path}"));
        assert_eq!(url("/user/zoë+tag@example.com"), "http://127.0.0.1:8080/user/zo%C3%AB+tag@example.com");
        assert_eq!(url("/user/a/b c?d#e?token=AT-1"), "http://127.0.0.1:8080/user/a/b%20c?d");
        assert_eq!(url("undefined?token=AT-1"), "http://127.0.0.1:8080undefined?token=AT-1");
        assert_eq!(encode_component("a b+c/ä"), "a%20b%2Bc%2F%C3%A4");
    }

    #[test]
    fn websocket_addresses_are_checked_as_by_a_browser() {
        assert!(websocket_url("ws://127.0.0.1:8080/CH-1?token=AT-1").is_some());
        assert!(websocket_url("ws://127.0.0.1:8080undefined?token=AT-1").is_none());
        assert!(websocket_url("ftp://127.0.0.1:8080/CH-1").is_none());
        assert!(websocket_url("wss://null:443/CH-1").is_some());
        assert_eq!(websocket_url("https://127.0.0.1:443/CH-1").as_deref(), Some("wss://127.0.0.1/CH-1"));
        assert_eq!(websocket_url("http://127.0.0.1:8080/CH-1").as_deref(), Some("ws://127.0.0.1:8080/CH-1"));
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

    #[test]
    fn type_errors_are_worded_as_by_chromium() {
        let message = |result: Result<Option<&Value>, Error>| result.unwrap_err().message().to_owned();
        assert_eq!(message(property(None, "map")), "Cannot read properties of undefined (reading 'map')");
        assert_eq!(message(property(Some(&Value::Null), "map")), "Cannot read properties of null (reading 'map')");
        assert_eq!(
            message(destructured(None, "response.body", "id")),
            "Cannot destructure property 'id' of 'response.body' as it is undefined."
        );
    }
}
