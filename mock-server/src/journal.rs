//! The journal: what came to the platform, what it answered, and what it was told to do.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::channel::{Frame, SocketId};
use crate::fault::FaultId;
use crate::limits::Limits;
use crate::point::Point;
use crate::route;
use crate::subscription::SubscriptionId;
use crate::time::Time;
use crate::token::Masked;

/// The newest records, oldest first; [`Limits::JOURNAL_RECORDS`] of them.
///
/// Neither passwords nor the values of `Authorization` headers are ever in it, and of tokens only those that the
/// platform itself issued. CORS preflights are left out: only browsers send them.
#[derive(Default)]
pub struct Journal {
    records: VecDeque<Record>,
    written: u64,
}

impl fmt::Debug for Journal {
    /// Without the records, which name tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.records.len();
        f.debug_struct("Journal").field("kept", &kept).field("written", &self.written).finish_non_exhaustive()
    }
}

impl Journal {
    /// The records that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.records.iter()
    }

    /// The number of the next record: a cursor for [`Self::since`].
    pub const fn next_seq(&self) -> u64 {
        self.written
    }

    /// The records from number `seq` on, oldest first. Those that were dropped are missing.
    pub fn since(&self, seq: u64) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        let first = usize::try_from(seq.saturating_sub(self.dropped())).unwrap_or(usize::MAX);
        self.records.range(first.min(self.records.len())..)
    }

    /// How many records were dropped because the journal was full.
    pub fn dropped(&self) -> u64 {
        self.written - self.records.len() as u64
    }

    pub(crate) fn write(&mut self, time: Time, point: Option<Point>, user: Option<Arc<str>>, kind: Kind) {
        if self.records.len() == Limits::JOURNAL_RECORDS {
            self.records.pop_front();
        }
        self.records.push_back(Record { seq: self.written, time, point, user, kind });
        self.written += 1;
    }

    /// Pings of one socket with nothing between them are one record.
    pub(crate) fn ping(&mut self, time: Time, user: &Arc<str>, socket: SocketId, answered: bool) {
        if let Some(Record { kind: Kind::Pings { socket: of, count, last, answered: were }, .. }) =
            self.records.back_mut()
            && *of == socket
            && *were == answered
        {
            *count += 1;
            *last = time;
            return;
        }
        let kind = Kind::Pings { socket, count: 1, last: time, answered };
        self.write(time, Some(Point::WebSocket), Some(user.clone()), kind);
    }
}

/// One line of the journal. Serialized as one flat map in camelCase.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Its number, from 0.
    pub seq: u64,
    /// When it happened.
    pub time: Time,
    /// Where; `None` for what was told by a command or done by a timer.
    pub point: Option<Point>,
    /// The user whom it is about, as far as known: the one in a path, a login or a token, also if nobody has that name.
    /// A name that is too long to be anybody's is left out.
    #[serde(serialize_with = "as_text")]
    pub user: Option<Arc<str>>,
    /// What happened.
    #[serde(flatten)]
    pub kind: Kind,
}

impl Record {
    /// The request or the handshake, with its answer; `None` for every other kind.
    pub fn request(&self) -> Option<&RequestRecord> {
        match &self.kind {
            Kind::Request(request) | Kind::Upgrade { request, .. } => Some(request),
            _ => None,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Kind {
    /// A REST request came and was answered.
    Request(RequestRecord),
    /// A websocket handshake came and was answered.
    Upgrade {
        /// The handshake.
        #[serde(flatten)]
        request: RequestRecord,
        /// The socket, if it was accepted.
        socket: Option<SocketId>,
    },
    /// A handshake had reached the client.
    Opened {
        /// The socket.
        socket: SocketId,
    },
    /// Pings of one socket, with no other record between them.
    Pings {
        /// The socket.
        socket: SocketId,
        /// How many.
        count: u64,
        /// When the last one came; the record's time is the first one's.
        last: Time,
        /// Whether each was answered with a pong.
        answered: bool,
    },
    /// A frame from the client that is no ping.
    FrameIn {
        /// The socket.
        socket: SocketId,
        /// The frame.
        frame: FrameRecord,
    },
    /// A frame to the client that is no pong. For a socket that is not open yet, it waits there.
    FrameOut {
        /// The socket.
        socket: SocketId,
        /// The frame.
        frame: FrameRecord,
    },
    /// A connection is over.
    Closed {
        /// The socket.
        socket: SocketId,
        /// The close code, 1005 for a close frame without one; `None` for a connection that just broke off.
        code: Option<u16>,
        /// Who ended it.
        by: Side,
    },
    /// A subscription ended because it was not renewed.
    Expired {
        /// The subscription.
        subscription: SubscriptionId,
    },
    /// The platform was told to do something.
    Command {
        /// The command's name in scripts.
        name: &'static str,
    },
}

/// One of the two ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// The client.
    Client,
    /// The platform.
    Platform,
}

/// How a request was answered. Serialized as the status, or as a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// With this status; 101 for an accepted handshake.
    Status(u16),
    /// Not at all.
    Hang,
    /// With a reset of the connection.
    Reset,
    /// The connection was refused.
    Refused,
}

impl Answered {
    /// The status, if there was an answer.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            Self::Hang | Self::Reset | Self::Refused => None,
        }
    }
}

impl Serialize for Answered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Status(status) => serializer.serialize_u16(*status),
            Self::Hang => serializer.serialize_str("hang"),
            Self::Reset => serializer.serialize_str("reset"),
            Self::Refused => serializer.serialize_str("refused"),
        }
    }
}

/// A request without its secrets, and its answer.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestRecord {
    /// The method.
    #[serde(serialize_with = "method_text")]
    pub method: Method,
    /// The path, as it came: percent-encoded. Of an address that is longer than [`Limits::URL_BYTES`] only its beginning,
    /// at most [`Limits::RECORDED_FRAME_CHARS`] characters; headers, too, are kept up to there.
    pub path: String,
    /// The query, decoded, in its order; none of too long an address. Tokens that the platform did not issue are `***`.
    #[serde(serialize_with = "as_map")]
    pub query: Vec<(String, String)>,
    /// The scheme of the `Authorization` header, as it came: `basic`, `Bearer`.
    pub authorization: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The `X-Cpaas-Agent` header.
    pub agent: Option<String>,
    /// The body, at [`Point::Subscribe`] and [`Point::Resubscribe`] only and up to [`Limits::RECORDED_BODY_BYTES`];
    /// other bodies might hold secrets. Serialized as JSON, or as text.
    #[serde(serialize_with = "as_json")]
    pub body: Bytes,
    /// The answer.
    pub answered: Answered,
    /// The rule that decided the answer.
    pub fault: Option<FaultId>,
}

impl RequestRecord {
    pub(crate) fn new<B>(request: &http::Request<B>, is_known: impl Fn(&str) -> bool) -> Self {
        let header = |name: &http::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let owned = |name| header(name).map(beginning);
        let masked = |name: &str, value: &str| match name {
            "token" | "access_token" if !is_known(value) => "***".to_owned(),
            "password" => "***".to_owned(),
            _ => value.to_owned(),
        };
        let query = route::query(request.uri()).map(|(name, value)| {
            let value = masked(&name, &value);
            (name.into_owned(), value)
        });
        let path = request.uri().path();
        let (path, query) = if route::is_too_long(request.uri()) {
            (beginning(path), Vec::new())
        } else {
            (path.to_owned(), query.collect())
        };
        Self {
            method: request.method().clone(),
            path,
            query,
            authorization: header(&AUTHORIZATION)
                .and_then(|value| value.split_once(' '))
                .map(|(scheme, _)| beginning(scheme)),
            content_type: owned(&CONTENT_TYPE),
            accept: owned(&ACCEPT),
            agent: owned(&http::HeaderName::from_static("x-cpaas-agent")),
            body: Bytes::new(),
            answered: Answered::Hang,
            fault: None,
        }
    }

    /// The body as JSON; `None` if it was not kept or is no JSON.
    pub fn body_json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Without the tokens that the platform did not make up itself.
impl fmt::Debug for RequestRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Query<'a>(&'a [(String, String)]);
        impl fmt::Debug for Query<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut map = f.debug_map();
                for (name, value) in self.0 {
                    match name.as_str() {
                        "token" | "access_token" => map.entry(name, &Masked(value)),
                        _ => map.entry(name, value),
                    };
                }
                map.finish()
            }
        }
        let Self { method, path, query, authorization, content_type, accept, agent, body, answered, fault } = self;
        f.debug_struct("RequestRecord")
            .field("method", method)
            .field("path", path)
            .field("query", &Query(query))
            .field("authorization", authorization)
            .field("content_type", content_type)
            .field("accept", accept)
            .field("agent", agent)
            .field("body", body)
            .field("answered", answered)
            .field("fault", fault)
            .finish()
    }
}

/// A frame, as much of it as the journal keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameRecord {
    /// Whether it is a binary frame.
    pub binary: bool,
    /// Its length in bytes.
    pub bytes: usize,
    /// Its beginning, at most [`Limits::RECORDED_FRAME_CHARS`] characters; bytes that are no UTF-8 as U+FFFD.
    pub beginning: String,
}

impl FrameRecord {
    pub(crate) fn new(frame: &Frame) -> Self {
        let (binary, beginning) = match frame {
            Frame::Text(text) => (false, beginning(text)),
            Frame::Binary(bytes) => {
                let most = bytes.len().min(4 * Limits::RECORDED_FRAME_CHARS);
                (true, beginning(&String::from_utf8_lossy(&bytes[..most])))
            }
        };
        Self { binary, bytes: frame.len(), beginning }
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(Limits::RECORDED_FRAME_CHARS).collect()
}

fn as_text<S: Serializer>(user: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    user.as_deref().serialize(serializer)
}

fn method_text<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

fn as_map<S: Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (name, value) in pairs {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

fn as_json<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    if body.is_empty() {
        return serializer.serialize_none();
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => value.serialize(serializer),
        Err(_) => serializer.serialize_str(&String::from_utf8_lossy(body)),
    }
}
