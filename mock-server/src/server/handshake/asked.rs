//! What a request must have to be a handshake (RFC 6455, 4.2.1), read as HTTP has it: fields that are lists may come on
//! several lines, with spaces and tabs around what they list (RFC 9110, 5.3 and 5.6.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// The headers of the 101 that a handshake gets if the platform accepts it; else the status that it gets instead: 426 if
/// it does not ask for version 13 of the websocket protocol, 400 if it asks in a wrong way.
pub(super) fn switching(request: &Request<()>) -> Result<HeaderMap, StatusCode> {
    let headers = request.headers();
    let asks = lists(headers, &UPGRADE, b"websocket") && lists(headers, &CONNECTION, b"upgrade");
    if !asks {
        return Err(StatusCode::UPGRADE_REQUIRED);
    }
    only(headers, &HOST).ok_or(StatusCode::BAD_REQUEST)?;
    if has_content(headers) || headers.get_all(SEC_WEBSOCKET_VERSION).iter().count() > 1 {
        return Err(StatusCode::BAD_REQUEST);
    }
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(StatusCode::UPGRADE_REQUIRED);
    }
    let key = only(headers, &SEC_WEBSOCKET_KEY).filter(|key| is_nonce(key)).ok_or(StatusCode::BAD_REQUEST)?;
    let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes())).expect("base64 is visible ASCII");
    Ok(HeaderMap::from_iter([
        (CONNECTION, HeaderValue::from_static("Upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (SEC_WEBSOCKET_ACCEPT, accept),
    ]))
}

/// Whether a field that is a list has an element, whatever its case.
pub(crate) fn lists(headers: &HeaderMap, name: &HeaderName, element: &[u8]) -> bool {
    let lines = headers.get_all(name).iter();
    lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).any(|listed| {
        let listed = listed.trim_ascii();
        listed.eq_ignore_ascii_case(element)
    })
}

/// The value of a field that there must be once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// What follows a handshake are frames: content would be taken for some.
fn has_content(headers: &HeaderMap) -> bool {
    let is_none = |length: &HeaderValue| length.as_bytes().iter().all(|digit| *digit == b'0');
    headers.contains_key(TRANSFER_ENCODING) || !headers.get_all(CONTENT_LENGTH).iter().all(is_none)
}

/// 16 bytes in base64.
fn is_nonce(key: &HeaderValue) -> bool {
    STANDARD.decode(key.as_bytes()).is_ok_and(|nonce| nonce.len() == 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The handshake of RFC 6455, 1.2, with other lines for those of the same names.
    fn asked(changes: &[(&'static str, &[&'static str])]) -> Result<HeaderMap, StatusCode> {
        let mut request = Request::new(());
        for (name, values) in [
            ("host", &["server.example.com"][..]),
            ("upgrade", &["websocket"]),
            ("connection", &["Upgrade"]),
            ("sec-websocket-key", &["dGhlIHNhbXBsZSBub25jZQ=="]),
            ("sec-websocket-version", &["13"]),
        ]
        .iter()
        .chain(changes)
        {
            request.headers_mut().remove(*name);
            for value in *values {
                request.headers_mut().append(*name, HeaderValue::from_static(value));
            }
        }
        switching(&request)
    }

    #[test]
    fn a_handshake_gets_the_answer_of_the_rfc() {
        let headers = asked(&[]).unwrap();
        assert_eq!(headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(
            (&headers["connection"], &headers["upgrade"]),
            (&"Upgrade".parse().unwrap(), &"websocket".parse().unwrap())
        );
    }

    #[test]
    fn fields_that_are_lists_are_read_as_lists() {
        for (name, values) in [
            ("connection", &["keep-alive", "Upgrade"][..]),
            ("connection", &["keep-alive,\tUpgrade"]),
            ("connection", &["\tupgrade\t, keep-alive"]),
            ("connection", &["keep-alive , , UPGRADE,"]),
            ("connection", &["x-other", "upgrade"]),
            ("upgrade", &["h2c, websocket"]),
            ("upgrade", &["h2c", "WebSocket"]),
            ("upgrade", &["websocket,h2c"]),
            ("content-length", &["0"]),
        ] {
            assert!(asked(&[(name, values)]).is_ok(), "{name}: {values:?}");
        }
    }

    #[test]
    fn what_is_asked_in_another_way_is_told_so() {
        for (name, values, status) in [
            ("connection", &["keep-alive"][..], 426),
            ("connection", &["not-upgrade, upgraded"], 426),
            ("connection", &["keep-alive upgrade"], 426),
            ("connection", &[], 426),
            ("upgrade", &["h2c"], 426),
            ("upgrade", &["websocket2"], 426),
            ("upgrade", &["websocket/13"], 426),
            ("sec-websocket-version", &["8"], 426),
            ("sec-websocket-version", &["13, 8"], 426),
            ("sec-websocket-version", &[], 426),
            ("sec-websocket-version", &["13", "8"], 400),
            ("sec-websocket-key", &[], 400),
            ("sec-websocket-key", &["dGhlIHNhbXBsZSBub25jZQ"], 400),
            ("sec-websocket-key", &["dGhlIHNhbXBsZSBub25jZSE="], 400),
            ("sec-websocket-key", &["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="], 400),
            ("host", &[], 400),
            ("host", &["one", "two"], 400),
            ("content-length", &["5"], 400),
            ("transfer-encoding", &["chunked"], 400),
        ] {
            assert_eq!(asked(&[(name, values)]).map(|_| ()).unwrap_err(), status, "{name}: {values:?}");
        }
    }
}
