//! What was refused before it reached the platform.

use std::net::IpAddr;

use http::header::ORIGIN;
use http::{Method, Request};
use serde::Serialize;

use super::bounded::beginning;
use crate::time::Time;

/// Something that did not reach the platform. Its owner tells of it with
/// [`Platform::handle_refused`](crate::Platform::handle_refused).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What.
    pub what: Refused,
    /// The status that it was answered with, if it was answered.
    pub status: Option<u16>,
    /// Who sent it.
    pub peer: Option<IpAddr>,
    /// What else is known, in words.
    pub detail: Option<String>,
}

/// What is refused below the platform. Serialized as a text in snake_case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refused {
    /// A page of an origin that may not use the platform: 403.
    Origin,
    /// A request whose `Host` is not this server: 421.
    Host,
    /// A head that is too long: 431.
    LongHead,
    /// A head that is not HTTP: 400.
    BadHead,
    /// A head that did not come in time: 408.
    SlowHead,
    /// A body that is too long: 413.
    LongBody,
    /// A body that did not come in time: 408.
    SlowBody,
    /// A body that broke off: 400.
    BrokenBody,
    /// A handshake that does not ask for version 13 of the websocket protocol: 426.
    HandshakeVersion,
    /// A handshake without a key, or not as RFC 6455 has it: 400.
    BadHandshake,
    /// A TLS handshake that failed, or did not come to an end.
    Tls,
    /// A connection beyond the limit: reset.
    Connections,
    /// A request without the token of what is beside the platform and asks for one: 401.
    Token,
}

impl Refused {
    /// As it is serialized.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Host => "host",
            Self::LongHead => "long_head",
            Self::BadHead => "bad_head",
            Self::SlowHead => "slow_head",
            Self::LongBody => "long_body",
            Self::SlowBody => "slow_body",
            Self::BrokenBody => "broken_body",
            Self::HandshakeVersion => "handshake_version",
            Self::BadHandshake => "bad_handshake",
            Self::Tls => "tls",
            Self::Connections => "connections",
            Self::Token => "token",
        }
    }

    /// The status that a client is told it with, if it is told.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        Some(match self {
            Self::BadHead | Self::BrokenBody | Self::BadHandshake => 400,
            Self::Token => 401,
            Self::Origin => 403,
            Self::SlowHead | Self::SlowBody => 408,
            Self::LongBody => 413,
            Self::Host => 421,
            Self::HandshakeVersion => 426,
            Self::LongHead => 431,
            Self::Tls | Self::Connections => return None,
        })
    }
}

/// A refusal in the journal. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RefusalRecord {
    /// What was refused.
    pub what: Refused,
    /// The status that it was answered with, if it was answered.
    pub status: Option<u16>,
    /// Who sent it; of several who were counted here, the first.
    pub peer: Option<IpAddr>,
    /// The origin of the page that sent it, if there was one.
    pub origin: Option<String>,
    /// The method, if a head was read.
    pub method: Option<String>,
    /// The path without its query, at most [`Limits::RECORDED_FRAME_CHARS`](crate::Limits::RECORDED_FRAME_CHARS) characters.
    pub path: Option<String>,
    /// What else is known, in words.
    pub detail: Option<String>,
    /// How many are counted here.
    pub count: u64,
    /// When the last one came; the record's time is the first one's.
    pub last: Time,
}

impl RefusalRecord {
    pub(crate) fn new<B>(now: Time, refusal: Refusal, request: Option<&Request<B>>) -> Self {
        let Refusal { what, status, peer, detail } = refusal;
        let origin = request.and_then(|request| request.headers().get(ORIGIN)?.to_str().ok());
        Self {
            what,
            status,
            peer,
            origin: origin.map(|origin| beginning(origin).to_owned()),
            method: request.map(Request::method).map(Method::to_string).map(|method| beginning(&method).to_owned()),
            path: request.map(|request| beginning(request.uri().path()).to_owned()),
            detail: detail.map(|detail| beginning(&detail).to_owned()),
            count: 1,
            last: now,
        }
    }

    pub(super) fn held_bytes(&self) -> usize {
        [&self.origin, &self.method, &self.path, &self.detail].into_iter().flatten().map(String::len).sum()
    }

    /// Whether another one is the same again.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.what == other.what && self.peer == other.peer && self.origin == other.origin && self.method == other.method
    }
}
