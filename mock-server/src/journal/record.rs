//! One line of the journal.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::bounded::beginning;
use super::refusal::RefusalRecord;
use super::request::RequestRecord;
use crate::frame::Frame;
use crate::ids::{FaultId, SocketId, SubscriptionId};
use crate::limits::Limits;
use crate::mask::masked;
use crate::point::Point;
use crate::time::Time;

/// One line of the journal. Serialized as one flat map in camelCase.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Record {
    /// Its number, from 0.
    pub seq: u64,
    /// When it happened.
    pub time: Time,
    /// The time of the world outside, in milliseconds since 1970; `None` where the platform is not told it, as in virtual time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wall_time: Option<u64>,
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

    /// The socket that it is about, if it is about one.
    pub const fn socket(&self) -> Option<SocketId> {
        match &self.kind {
            Kind::Upgrade { socket, .. } => *socket,
            Kind::Opened { socket }
            | Kind::Pings { socket, .. }
            | Kind::FrameIn { socket, .. }
            | Kind::FrameOut { socket, .. }
            | Kind::Closed { socket, .. } => Some(*socket),
            Kind::Request(_)
            | Kind::Expired { .. }
            | Kind::TokensExpired { .. }
            | Kind::Refused(_)
            | Kind::Command { .. } => None,
        }
    }

    /// Whether it is about a user: what the user did, and what was done to that user, to everybody or to the time of all.
    pub fn concerns(&self, user: &str) -> bool {
        match &self.user {
            Some(name) => **name == *user,
            None => matches!(self.kind, Kind::Command { .. }),
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
    /// A frame from the client that is not a ping.
    FrameIn {
        /// The socket.
        socket: SocketId,
        /// The frame.
        frame: FrameRecord,
    },
    /// A frame to the client that is not a pong. For a socket that is not open yet, it waits there.
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
    /// A subscription ended because it was not renewed, or had to make room for another one of its user's.
    Expired {
        /// The subscription.
        subscription: SubscriptionId,
    },
    /// Tokens of a user expired that were not refreshed in time.
    TokensExpired {
        /// Which: the platform's own texts, such as `AT-1`; `***` for one that a command gave.
        tokens: Vec<String>,
    },
    /// Something was refused before it reached the platform.
    Refused(Box<RefusalRecord>),
    /// The platform was told to do something.
    Command {
        /// The verb.
        name: &'static str,
        /// The rule that it made, if it is `fail`.
        #[serde(rename = "id", skip_serializing_if = "Option::is_none")]
        rule: Option<FaultId>,
        /// Its arguments by name, secrets as `"***"`. A text, or the JSON of anything else, that is longer than
        /// [`Limits::RECORDED_ARGUMENT_BYTES`] is cut, and ends in `…`.
        arguments: Map<String, Value>,
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

/// A frame, as much of it as the journal keeps.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FrameRecord {
    /// Whether it is a binary frame.
    pub binary: bool,
    /// Its length in bytes.
    pub bytes: usize,
    /// Its beginning as it came, at most [`Limits::RECORDED_FRAME_CHARS`] characters; bytes that are not UTF-8 as U+FFFD.
    /// Shown and serialized it is without secrets.
    #[serde(serialize_with = "without_secrets")]
    pub beginning: String,
}

impl FrameRecord {
    pub(crate) fn new(frame: &Frame) -> Self {
        let (binary, beginning) = match frame {
            Frame::Text(text) => (false, beginning(text).to_owned()),
            Frame::Binary(bytes) => {
                let most = bytes.len().min(4 * Limits::RECORDED_FRAME_CHARS);
                (true, beginning(&String::from_utf8_lossy(&bytes[..most])).to_owned())
            }
        };
        Self { binary, bytes: frame.len(), beginning }
    }
}

/// Without the secrets in it.
impl fmt::Debug for FrameRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameRecord")
            .field("binary", &self.binary)
            .field("bytes", &self.bytes)
            .field("beginning", &masked(&self.beginning))
            .finish()
    }
}

fn without_secrets<S: Serializer>(beginning: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&masked(beginning))
}

fn as_text<S: Serializer>(user: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    user.as_deref().serialize(serializer)
}
