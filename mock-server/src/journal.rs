//! The journal: what came to the platform, what it answered, and what it was told to do.

mod changes;
mod filter;
mod reason;
mod refusal;
mod request;
mod weight;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

pub use filter::{RecordFilter, RecordKind, UnknownKind};
pub use reason::Reason;
pub use refusal::{Refusal, RefusalRecord, Refused};
pub use request::{Answered, Delivery, Met, RequestRecord};

use crate::frame::Frame;
use crate::ids::{FaultId, SocketId, SubscriptionId};
use crate::limits::Limits;
use crate::mask::masked;
use crate::point::Point;
use crate::time::Time;

/// The newest records, oldest first; [`Limits::JOURNAL_RECORDS`] of them, and [`Limits::JOURNAL_BYTES`], unless the platform
/// was given other limits.
///
/// Neither passwords nor the values of `Authorization` headers are ever in it, and of tokens only those that the
/// platform itself issued. CORS preflights are left out: only browsers send them.
pub struct Journal {
    records: VecDeque<Record>,
    most: usize,
    /// What the records hold, and what they may hold; the newest one is kept whatever it holds.
    bytes: usize,
    most_bytes: usize,
    written: u64,
    /// The number of the record with which it began, or began again.
    begun: u64,
    /// The time of the world outside, in milliseconds since 1970, if the platform is told it.
    wall_time: Option<u64>,
    counting: refusal::Counting,
    changes: changes::Changes,
}

impl fmt::Debug for Journal {
    /// Without the records, which name tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.records.len();
        f.debug_struct("Journal").field("kept", &kept).field("written", &self.written).finish_non_exhaustive()
    }
}

impl Journal {
    /// An empty one, for so many records and bytes.
    pub(crate) fn new(most: usize, most_bytes: usize) -> Self {
        Self {
            records: VecDeque::new(),
            most,
            bytes: 0,
            most_bytes,
            written: 0,
            begun: 0,
            wall_time: None,
            counting: refusal::Counting::default(),
            changes: changes::Changes::default(),
        }
    }

    /// What records say from now on of the time of the world outside.
    pub(crate) const fn set_wall_time(&mut self, wall_time: Option<u64>) {
        self.wall_time = wall_time;
    }

    /// The records that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.records.iter()
    }

    /// The number of the first record since the start, or since the last reset: that of the reset itself. What is older is kept,
    /// but no more looked at by those who ask what came.
    pub const fn begun(&self) -> u64 {
        self.begun
    }

    /// Whether it has begun again between a record and one behind it, whatever of that was dropped.
    pub fn begun_between(&self, from: u64, before: u64) -> bool {
        self.begun > 0 && (from..before).contains(&self.begun)
    }

    /// The next record is the first one of a new beginning.
    pub(crate) fn begin_again(&mut self) {
        self.begun = self.written;
        self.counting = refusal::Counting::default();
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

    /// The record that was written last, if any was.
    #[cfg(feature = "net")]
    pub(crate) fn newest(&self) -> Option<&Record> {
        self.records.back()
    }

    /// A record that is to say more now than when it was written, if it is still there.
    pub(crate) fn record_mut(&mut self, seq: u64) -> Option<&mut Record> {
        let at = usize::try_from(seq.checked_sub(self.dropped())?).ok()?;
        let record = self.records.get_mut(at)?;
        self.changes.note(seq);
        Some(record)
    }

    pub(crate) fn write(&mut self, time: Time, point: Option<Point>, user: Option<Arc<str>>, kind: Kind) {
        if self.records.len() >= self.most {
            // From here on the newest record takes the oldest one's place, which is in the processor's cache then.
            if self.records.capacity() > self.records.len() {
                self.records.shrink_to_fit();
            }
            self.drop_oldest();
        }
        let record = Record { seq: self.written, time, wall_time: self.wall_time, point, user, kind };
        self.bytes += weight::of(&record);
        while self.bytes > self.most_bytes && !self.records.is_empty() {
            self.drop_oldest();
        }
        self.records.push_back(record);
        self.written += 1;
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.records.pop_front() {
            self.bytes -= weight::of(&oldest);
            self.changes.forget(oldest.seq);
        }
    }

    /// Pings of one socket with nothing between them are one record.
    pub(crate) fn ping(&mut self, time: Time, user: &Arc<str>, socket: SocketId, answered: bool) {
        if let Some(Record { seq, kind: Kind::Pings { socket: of, count, last, answered: were }, .. }) =
            self.records.back_mut()
            && *of == socket
            && *were == answered
        {
            *count += 1;
            *last = time;
            self.changes.note(*seq);
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
        /// Its arguments by name, secrets as `"***"`. Of a text, and of the JSON of anything else, that is longer than
        /// [`Limits::RECORDED_ARGUMENT_BYTES`] the beginning is kept, as a text that ends in `…`.
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
pub struct FrameRecord {
    /// Whether it is a binary frame.
    pub binary: bool,
    /// Its length in bytes.
    pub bytes: usize,
    /// Its beginning as it came, at most [`Limits::RECORDED_FRAME_CHARS`] characters; bytes that are no UTF-8 as U+FFFD.
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

/// As much of a text as the journal keeps.
pub(crate) fn beginning(text: &str) -> &str {
    if text.len() <= Limits::RECORDED_FRAME_CHARS {
        return text;
    }
    let end = text.char_indices().nth(Limits::RECORDED_FRAME_CHARS).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// A value as the journal keeps it: of a long one the beginning, as a text.
pub(crate) fn bounded(value: Value) -> Value {
    let text = match &value {
        Value::String(text) if text.len() > Limits::RECORDED_ARGUMENT_BYTES => beginning(text).to_owned(),
        Value::Array(_) | Value::Object(_) => {
            let text = value.to_string();
            if text.len() <= Limits::RECORDED_ARGUMENT_BYTES {
                return value;
            }
            beginning(&text).to_owned()
        }
        _ => return value,
    };
    Value::String(text + "…")
}

fn without_secrets<S: Serializer>(beginning: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&masked(beginning))
}

fn as_text<S: Serializer>(user: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    user.as_deref().serialize(serializer)
}
