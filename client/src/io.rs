//! The boundary of a session: what goes in, what comes out.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, RETRY_AFTER};
use http::{HeaderMap, Method, StatusCode};
use thiserror::Error;

use crate::event::Event;
use crate::mask::MaskedUrl;

/// Names a request of one session; they are numbered from 1 in the order of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Names a websocket of one session; they are numbered from 1 in the order of opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One effect of an input. Effects leave a session in one order: requests, sockets, frames and closes first, then
/// the events that the same input caused.
#[derive(Clone, PartialEq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum Output {
    /// Send a REST request; its answer comes back through [`handle_response`](crate::Session::handle_response).
    Request {
        /// The name under which the answer is given back.
        id: RequestId,
        /// What to send.
        request: Request,
    },
    /// Open a websocket; all that happens to it comes back through
    /// [`handle_websocket`](crate::Session::handle_websocket).
    OpenWebSocket {
        /// The new socket's name.
        id: SocketId,
        /// Its address, which is a valid URL.
        url: String,
    },
    /// Send a text frame on an open websocket.
    SendFrame {
        /// The socket.
        id: SocketId,
        /// The frame's text.
        text: String,
    },
    /// Close a websocket without a code, as `close()` does. Nothing more is heard of it.
    CloseWebSocket {
        /// The socket.
        id: SocketId,
    },
    /// A task inside the SDK died. In a browser one console line is the only trace of it; here it is told, because
    /// it explains why nothing more happens.
    Crash(Task),
    /// Tell the application, whose listeners see the session's state of that moment.
    Event(Event),
}

/// The tasks inside the SDK that an answer of an unforeseen form can kill (docs/protocol.md, section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum Task {
    /// Connecting and disconnecting: `isPending` stays true until the next connect succeeds or fails.
    ConnectFlow,
    /// Renewing the subscription: no more renewals in this session.
    Resubscription,
    /// All requests under way: none of them is ever answered.
    Requests,
    /// Reading notifications: the memory of duplicates is lost.
    Notifications,
    /// `updateToken()`: the call has no effect.
    UpdateToken,
    /// `updateConnection()`: the call has no effect, or nobody hears what came of it.
    UpdateConnection,
    /// Subscribing and unsubscribing: the waiting calls have no effect, and pending stays true until the next call.
    Subscriptions,
    /// Looking after websockets: none is used any more, and none is closed.
    WebSockets,
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConnectFlow => "connect flow",
            Self::Resubscription => "resubscription",
            Self::Requests => "requests",
            Self::Notifications => "notifications",
            Self::UpdateToken => "update token",
            Self::UpdateConnection => "update connection",
            Self::Subscriptions => "subscriptions",
            Self::WebSockets => "websockets",
        })
    }
}

/// Tokens in addresses are masked, as in every `Debug` here: what is printed ends in logs.
impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { id, request } => {
                f.debug_struct("Request").field("id", id).field("request", request).finish()
            }
            Self::OpenWebSocket { id, url } => {
                f.debug_struct("OpenWebSocket").field("id", id).field("url", &MaskedUrl(url)).finish()
            }
            Self::SendFrame { id, text } => f.debug_struct("SendFrame").field("id", id).field("text", text).finish(),
            Self::CloseWebSocket { id } => f.debug_struct("CloseWebSocket").field("id", id).finish(),
            Self::Crash(task) => f.debug_tuple("Crash").field(task).finish(),
            Self::Event(event) => f.debug_tuple("Event").field(event).finish(),
        }
    }
}

/// A REST request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// GET, POST, PUT or DELETE.
    pub method: Method,
    /// The address as a browser would write it. It need not be valid: a subscription without an address of its own
    /// is left at `http://host:portundefined`, which can only fail.
    pub url: String,
    /// `authorization` where there is one, `content-type`, `accept`, and `x-cpaas-agent` unless switched off.
    pub headers: HeaderMap,
    /// JSON, for POST and PUT.
    pub body: Option<String>,
    /// What the browser says instead of sending it, if it refuses: an impossible address or header. Such a request fails.
    pub refusal: Option<String>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &MaskedUrl(&self.url))
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish()
    }
}

/// The answer to a request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: StatusCode,
    /// The reason phrase; empty where the server gave none.
    pub status_text: String,
    /// Only `content-type` is read, and `retry-after` of a 503 in the dialects that know it. A browser shows that one only
    /// where CORS exposes it.
    pub headers: HeaderMap,
    /// The body; the beginning of it if `is_cut`.
    pub body: Bytes,
    /// Whether the connection broke off before the body was whole.
    pub is_cut: bool,
}

impl Response {
    /// As a page of another origin sees it: without the delay, which CORS does not expose.
    #[must_use]
    pub fn as_a_page_sees_it(mut self) -> Self {
        let exposed = self.headers.get_all(ACCESS_CONTROL_EXPOSE_HEADERS);
        let names = exposed.iter().filter_map(|names| names.to_str().ok()).flat_map(|names| names.split(','));
        let is_exposed =
            names.map(str::trim).any(|name| name == "*" || name.eq_ignore_ascii_case(RETRY_AFTER.as_str()));
        if !is_exposed {
            self.headers.remove(RETRY_AFTER);
        }
        self
    }
}

/// The body may hold tokens, so that only its length is told.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("status_text", &self.status_text)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("is_cut", &self.is_cut)
            .finish()
    }
}

/// No answer came: refused, reset, an impossible address, or an answer that CORS hides. A browser tells none of
/// them from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Error)]
#[error("the request failed without an answer")]
pub struct NetworkFailure;

/// What happens to a websocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebSocketInput {
    /// The handshake succeeded.
    Opened,
    /// The handshake failed; why is not known to a browser.
    Failed,
    /// A text frame arrived.
    Text(String),
    /// A binary frame arrived. The SDK cannot read any: its content does not matter.
    Binary,
    /// The open socket is closed, by the server or by the network.
    Closed {
        /// The close code; 1005 for a close frame without one, 1006 where there was no close frame.
        code: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_sees_the_delay_that_cors_exposes() {
        let sees = |exposed: Option<&'static str>| {
            let mut headers = HeaderMap::from_iter([(RETRY_AFTER, http::HeaderValue::from_static("2"))]);
            headers.extend(exposed.map(|names| (ACCESS_CONTROL_EXPOSE_HEADERS, http::HeaderValue::from_static(names))));
            Response { headers, ..Response::default() }.as_a_page_sees_it().headers.contains_key(RETRY_AFTER)
        };
        assert!(sees(Some("*")) && sees(Some("X-One, retry-after")));
        assert!(!sees(None) && !sees(Some("X-One")));
    }

    #[test]
    fn tokens_are_not_printed() {
        let url = || "ws://h:1/CH-1?access_token=OA-secret".to_owned();
        let request = Request { method: Method::GET, url: url(), headers: HeaderMap::new(), body: None, refusal: None };
        let response = Response { body: r#"{"access_token":"AT-secret"}"#.into(), ..Response::default() };
        let opened = Output::OpenWebSocket { id: SocketId(1), url: url() };
        let asked = Output::Request { id: RequestId(1), request };
        for printed in [format!("{opened:?}"), format!("{asked:#?}"), format!("{response:?}")] {
            assert!(!printed.contains("secret"), "{printed}");
        }
        let shown = r#"OpenWebSocket { id: SocketId(1), url: "ws://h:1/CH-1?access_token=***" }"#;
        assert_eq!(format!("{opened:?}"), shown);
    }
}
