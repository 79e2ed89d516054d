//! What the browser adds to the SDK's behaviour: its words and its URLs.
//!
//! The texts are those of the Chromium in which the SDK was recorded. They are kept here, in one place, because an
//! application can meet them in `error.message`.

use std::borrow::Cow;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

/// The message of a request that had no answer, and of an answer whose body broke off.
pub(crate) const FAILED_TO_FETCH: &str = "Failed to fetch";

const AGENT: HeaderName = HeaderName::from_static("x-cpaas-agent");

/// The headers that hold a secret.
const SECRET: [HeaderName; 3] =
    [AUTHORIZATION, HeaderName::from_static("x-token"), HeaderName::from_static("x-session")];

/// How the message begins of a request that cannot be made.
const FAILED_TO_EXECUTE: &str = "Failed to execute 'fetch' on 'Window'";

/// What the address of a websocket may begin with.
const WEBSOCKET_SCHEMES: [&str; 4] = ["http", "https", "ws", "wss"];

/// Why a header with a character beyond Latin-1 cannot be sent.
const NOT_LATIN1: &str =
    "Failed to read the 'headers' property from 'RequestInit': String contains non ISO-8859-1 code point.";

/// The address that `fetch` would request: escaped, and without what stands behind a `#`. Where `fetch` refuses, as it
/// does an address that cannot be parsed, the address is left as it is, and the browser's words come with it.
pub(crate) fn fetch_url(address: String) -> (String, Option<String>) {
    let refused = |why: &str| Some(format!("{FAILED_TO_EXECUTE}: {why}{address}"));
    match Url::parse(&address) {
        Err(_) => {
            let refusal = refused("Failed to parse URL from ");
            (address, refusal)
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            let refusal = refused("Request cannot be constructed from a URL that includes credentials: ");
            (address, refusal)
        }
        Ok(mut url) => {
            url.set_fragment(None);
            (url.into(), None)
        }
    }
}

/// The headers that `fetch` would send of these, or the browser's words where it refuses. Names that differ in case alone
/// are one header with all values.
pub(crate) fn fetch_headers<'a>(
    given: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> + Clone,
) -> Result<HeaderMap, String> {
    let is_latin1 = |text: &str| text.is_ascii() || text.chars().all(|character| u32::from(character) <= 0xFF);
    if !given.clone().all(|(name, value)| is_latin1(&name) && is_latin1(&value)) {
        return Err(format!("{FAILED_TO_EXECUTE}: {NOT_LATIN1}"));
    }
    let mut headers = HeaderMap::with_capacity(4);
    for (name, value) in given {
        let name = header_name(&name).ok_or_else(|| format!("{FAILED_TO_EXECUTE}: Invalid name"))?;
        let value = value.trim_matches(['\t', '\n', '\r', ' ']);
        if value.contains(['\0', '\n', '\r']) {
            return Err(format!("{FAILED_TO_EXECUTE}: Invalid value"));
        }
        // Other control characters, which a browser sends, no client of HTTP here can: such a header is left out.
        if let Ok(mut value) = HeaderValue::from_bytes(&header_bytes(headers.get(&name), value)) {
            // Neither `Debug` nor the tables of HTTP/2 show it then.
            value.set_sensitive(SECRET.contains(&name));
            headers.insert(name, value);
        }
    }
    Ok(headers)
}

/// The headers of a request that has none of its own.
pub(crate) fn plain_headers(json: &'static str, agent: Option<&'static str>) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(json));
    headers.insert(ACCEPT, HeaderValue::from_static(json));
    if let Some(agent) = agent {
        headers.insert(AGENT, HeaderValue::from_static(agent));
    }
    headers
}

fn header_name(name: &str) -> Option<HeaderName> {
    Some(match name {
        "Authorization" => AUTHORIZATION,
        "Content-Type" => CONTENT_TYPE,
        "Accept" => ACCEPT,
        "X-Cpaas-Agent" => AGENT,
        other => HeaderName::try_from(other).ok()?,
    })
}

/// A value in Latin-1, behind one that is there already.
fn header_bytes<'a>(known: Option<&HeaderValue>, value: &'a str) -> Cow<'a, [u8]> {
    if known.is_none() && value.is_ascii() {
        return Cow::Borrowed(value.as_bytes());
    }
    let mut bytes = known.map_or_else(Vec::new, |known| [known.as_bytes(), b", "].concat());
    #[expect(clippy::cast_possible_truncation, reason = "all characters are of Latin-1")]
    bytes.extend(value.chars().map(|character| u32::from(character) as u8));
    Cow::Owned(bytes)
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

/// What `new WebSocket` throws at an address that it refuses.
pub(crate) fn websocket_refusal(address: &str) -> String {
    let why = match Url::parse(address) {
        Err(_) => format!("The URL '{address}' is invalid."),
        Ok(url) if !WEBSOCKET_SCHEMES.contains(&url.scheme()) => {
            format!(
                "The URL's scheme must be either 'http', 'https', 'ws', or 'wss'. '{}' is not allowed.",
                url.scheme()
            )
        }
        Ok(url) => format!(
            "The URL contains a fragment identifier ('{}'). Fragment identifiers are not allowed in WebSocket URLs.",
            url.fragment().unwrap_or_default()
        ),
    };
    format!("Failed to construct 'WebSocket': {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped_as_by_a_browser() {
        let url = |path: &str| fetch_url(format!("http://127.0.0.1:8080{path}")).0;
        assert_eq!(url("/user/zoë+tag@example.com"), "http://127.0.0.1:8080/user/zo%C3%AB+tag@example.com");
        assert_eq!(url("/user/a/b c?d#e?token=AT-1"), "http://127.0.0.1:8080/user/a/b%20c?d");
        assert_eq!(url("undefined?token=AT-1"), "http://127.0.0.1:8080undefined?token=AT-1");
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
    fn refused_websocket_addresses_are_told_in_the_words_of_a_browser() {
        for (address, why) in [
            ("ws://127.0.0.1:8080undefined", "The URL 'ws://127.0.0.1:8080undefined' is invalid."),
            (
                "ws://127.0.0.1:8080/CH-1#c",
                "The URL contains a fragment identifier ('c'). Fragment identifiers are not allowed in WebSocket URLs.",
            ),
            (
                "ftp://127.0.0.1/CH-1",
                "The URL's scheme must be either 'http', 'https', 'ws', or 'wss'. 'ftp' is not allowed.",
            ),
        ] {
            assert_eq!(websocket_refusal(address), format!("Failed to construct 'WebSocket': {why}"));
        }
    }
}
