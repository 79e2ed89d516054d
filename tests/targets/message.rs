//! Requests, as inputs write them.

use bytes::Bytes;
use http::Request;
use http::request::Builder;

/// The parts of an input: three line breaks are between two.
pub(super) fn parts(input: &str) -> impl Iterator<Item = &str> {
    input.split("\n\n\n")
}

/// A request: a line with method and address, one for each header, an empty line, and the body. `None` for what no server
/// would take for a request.
pub(super) fn request(text: &str) -> Option<Request<Bytes>> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, address) = lines.next()?.split_once(' ')?;
    let header = |request: Builder, line: &str| {
        let (name, value) = line.split_once(':')?;
        Some(request.header(name, value.trim()))
    };
    let request = lines.try_fold(Request::builder().method(method).uri(address), header)?;
    request.body(Bytes::copy_from_slice(body.as_bytes())).ok()
}
