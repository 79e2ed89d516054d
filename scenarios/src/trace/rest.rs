//! Requests, and what comes of them.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use kandy_mock_server::masked_query;

use super::content::{Beginning, Body};

/// A REST request. Headers are not kept: they are secret, or the same in all requests.
#[derive(Clone, Debug, PartialEq)]
pub struct SentRequest {
    /// Its number.
    pub number: u64,
    /// The method.
    pub method: Method,
    /// Where it goes.
    pub address: Address,
    /// The body, if it has one.
    pub body: Option<Body>,
}

/// An address without the tokens in it, but for the platform's own, which are placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    text: Beginning,
    path_bytes: usize,
    is_elsewhere: bool,
}

/// What comes of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyOutcome {
    /// An answer.
    Answer(Box<RecordedAnswer>),
    /// An answer that a browser keeps from the page, since it has no CORS headers.
    WithoutCors(Box<RecordedAnswer>),
    /// An answer of whose body only the beginning came, as it stands here.
    Cut(Box<RecordedAnswer>),
    /// A browser asked first whether the page may make the request, and got this: the request was never made.
    Preflight(Box<RecordedAnswer>),
    /// The platform takes it and says nothing.
    Hang,
    /// The connection was refused.
    Refused,
    /// The connection was reset.
    Reset,
    /// No server is at that address.
    NoServer,
    /// No answer; on real sockets a client is not told why.
    NoAnswer,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedAnswer {
    /// The status.
    pub status: StatusCode,
    /// The body, which may be empty.
    pub body: Body,
    content_type: Option<HeaderValue>,
}

impl Address {
    /// An address of the platform.
    pub(crate) fn of_platform(uri: &http::Uri) -> Self {
        Self::new(uri.path(), uri.query(), false)
    }

    /// An address that does not lead to the platform, and may be none at all.
    pub(crate) fn elsewhere(url: &str) -> Self {
        match url.split_once('?') {
            Some((path, query)) => Self::new(path, Some(query), true),
            None => Self::new(url, None, true),
        }
    }

    fn new(path: &str, query: Option<&str>, is_elsewhere: bool) -> Self {
        let text = match query {
            None => Beginning::of(path),
            Some(query) => [path, &masked_query(query)].join("?").into(),
        };
        let path_bytes = path.len().min(text.as_str().len());
        Self { text, path_bytes, is_elsewhere }
    }

    /// All that is kept of it: the path and query of the platform's, anything else as the client wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// What stands before the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.as_str()[..self.path_bytes]
    }

    /// The query, if there is one.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.as_str()[self.path_bytes..].strip_prefix('?')
    }

    /// Whether it does not lead to the platform.
    #[must_use]
    pub const fn is_elsewhere(&self) -> bool {
        self.is_elsewhere
    }
}

impl RecordedAnswer {
    pub(crate) fn new(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        Self { status, body: Body::of(body), content_type: headers.get(CONTENT_TYPE).cloned() }
    }

    /// The content type, if it has one that is text.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_ref()?.to_str().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_in_its_parts_without_secrets() {
        let uri = |text: &'static str| Address::of_platform(&http::Uri::from_static(text));
        let parts =
            |address: &Address| (address.path().to_owned(), address.query().map(str::to_owned), address.is_elsewhere());
        assert_eq!(parts(&uri("/x?a=1&token=s3cret")), ("/x".into(), Some("a=1&token=***".into()), false));
        assert_eq!(parts(&uri("/x")), ("/x".into(), None, false));
        let nowhere = Address::elsewhere("https://h:443undefined?token=AT-1");
        assert_eq!(parts(&nowhere), ("https://h:443undefined".into(), Some("token=AT-1".into()), true));
        let long = Address::elsewhere(&"x".repeat(1000));
        assert_eq!((long.path(), long.query()), (long.as_str(), None));
    }
}
