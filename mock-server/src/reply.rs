//! What the platform answers to a request or a handshake.

use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, GetAll, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::Value;

use crate::fault::{self, Pace};
use crate::ids::SocketId;

/// What a request gets, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What it gets.
    pub reply: Reply,
    /// How long after the request: the platform's latency and the delay of a fault. Zero for [`Reply::Hang`] and
    /// [`Reply::Refuse`].
    pub delay: Duration,
    /// How the body of an HTTP answer comes.
    pub pace: Pace,
}

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// An HTTP answer.
    Respond(Response),
    /// The request was taken, and no answer will come. The connection stays.
    Hang,
    /// The request was taken, then the connection was reset.
    Reset,
    /// The connection was refused: the request was never taken.
    Refuse,
}

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The reason phrase, where it is not the usual one of the status.
    pub reason: Option<String>,
    /// Every header except those that belong to the connection: Content-Length, Date and the like are the owner's.
    pub headers: HeaderMap,
    /// The body, empty where the status has none.
    pub body: Bytes,
}

/// The outcome of a websocket handshake.
#[derive(Clone, Debug, PartialEq)]
pub enum Upgrade {
    /// 101. Call [`crate::Platform::handle_opened`] once it has been delivered.
    Accept {
        /// The socket's name from now on.
        socket: SocketId,
        /// How long after the request.
        delay: Duration,
    },
    /// An HTTP answer other than 101.
    Refuse {
        /// The answer.
        response: Response,
        /// How long after the request.
        delay: Duration,
    },
    /// The handshake is never answered. The connection stays.
    Hang,
    /// The connection is reset instead of an answer.
    Reset {
        /// How long after the request.
        delay: Duration,
    },
    /// The connection is refused.
    RefuseConnection,
}

impl Upgrade {
    /// How long after the request it is answered; zero where it is not.
    pub(crate) const fn delay(&self) -> Duration {
        match self {
            Self::Accept { delay, .. } | Self::Refuse { delay, .. } | Self::Reset { delay } => *delay,
            Self::Hang | Self::RefuseConnection => Duration::ZERO,
        }
    }
}

impl Response {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, reason: None, headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        // Room for what most answers need: growing a small one costs more than writing it.
        let mut text = Vec::with_capacity(512);
        serde_json::to_writer(&mut text, body).expect("what the platform says has text keys and finite numbers");
        Self::typed(status, text.into(), HeaderValue::from_static(JSON))
    }

    pub(crate) fn typed(status: StatusCode, body: Bytes, content_type: HeaderValue) -> Self {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(CONTENT_TYPE, content_type);
        Self { status, reason: None, headers, body }
    }

    pub(crate) fn with_reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    /// Changes the body, if it is JSON.
    pub(crate) fn edit_json(&mut self, edit: impl FnOnce(&mut Value)) {
        if let Ok(mut value) = serde_json::from_slice(&self.body) {
            edit(&mut value);
            self.body = value.to_string().into();
        }
    }

    /// Lets a page of any origin read the answer.
    pub(crate) fn allow_origin(&mut self, request: &HeaderMap) {
        let origin = request.get(ORIGIN);
        if origin.is_some() {
            self.headers.insert(VARY, HeaderValue::from_static("origin"));
        }
        let allowed = origin.cloned().unwrap_or(HeaderValue::from_static("*"));
        self.headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        self.headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }

    /// Puts the headers of a fault in place of those with the same names. A page that may read the answer may read them.
    pub(crate) fn put(&mut self, headers: &[(String, String)]) {
        for (name, _) in fault::parsed_headers(headers) {
            self.headers.remove(&name);
        }
        let is_exposed = self.headers.contains_key(ACCESS_CONTROL_EXPOSE_HEADERS);
        let mut exposed = String::from(EXPOSED);
        for (name, value) in fault::parsed_headers(headers) {
            if !exposed.split(", ").any(|other| other == name.as_str()) {
                exposed.push_str(", ");
                exposed.push_str(name.as_str());
            }
            self.headers.append(name, value);
        }
        let exposed = HeaderValue::from_str(&exposed).ok().filter(|_| is_exposed && !headers.is_empty());
        if let Some(exposed) = exposed {
            self.headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
}

/// The headers that pages may read beside those that they always may.
const EXPOSED: &str = "retry-after";

pub(crate) const JSON: &str = "application/json";

/// The answer to a CORS preflight (Fetch standard, 3.2; private network access: its own draft), but for the origin. Applications
/// send headers of their own, for tracing say, so whatever a page asks for is allowed.
pub(crate) fn preflight(request: &HeaderMap) -> Response {
    let mut response = Response::empty(StatusCode::NO_CONTENT);
    let headers = &mut response.headers;
    for (allowed, asked, usual) in [
        (ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_REQUEST_METHOD, "GET, POST, PUT, DELETE"),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            ACCESS_CONTROL_REQUEST_HEADERS,
            "accept, authorization, content-type, x-cpaas-agent, x-session, x-token",
        ),
    ] {
        headers.insert(allowed, with_asked(usual, &request.get_all(asked)));
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if request.contains_key(REQUEST_PRIVATE_NETWORK) {
        headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    response
}

/// A list with what is asked for beside the usual.
fn with_asked(usual: &'static str, asked: &GetAll<'_, HeaderValue>) -> HeaderValue {
    let is_usual = |name: &[u8]| usual.split(", ").any(|usual| usual.as_bytes().eq_ignore_ascii_case(name));
    let mut list = usual.as_bytes().to_vec();
    for name in asked.iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b',')) {
        let name = name.trim_ascii();
        if !name.is_empty() && !is_usual(name) {
            list.extend_from_slice(b", ");
            list.extend_from_slice(name);
        }
    }
    HeaderValue::from_bytes(&list).unwrap_or(HeaderValue::from_static(usual))
}

const REQUEST_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-request-private-network");
pub(crate) const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");
