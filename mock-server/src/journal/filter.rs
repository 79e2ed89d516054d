//! Which records are meant, by those who look for some or wait for them.

use std::fmt;
use std::str::FromStr;

use super::record::{Kind, Record};
use crate::point::Point;
use crate::text::{did_you_mean, nearest};

/// The kinds of records, by the names that they have in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordKind {
    /// A REST request; whoever looks for requests finds handshakes, too.
    Request,
    /// A websocket handshake.
    Upgrade,
    /// A handshake had reached the client.
    Opened,
    /// Pings.
    Pings,
    /// A frame from the client that is not a ping.
    FrameIn,
    /// A frame to the client that is not a pong.
    FrameOut,
    /// A connection is over.
    Closed,
    /// A subscription ended by itself.
    Expired,
    /// Tokens expired that were not refreshed in time.
    TokensExpired,
    /// Something was refused before it reached the platform.
    Refused,
    /// The platform was told to do something.
    Command,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Request,
        Self::Upgrade,
        Self::Opened,
        Self::Pings,
        Self::FrameIn,
        Self::FrameOut,
        Self::Closed,
        Self::Expired,
        Self::TokensExpired,
        Self::Refused,
        Self::Command,
    ];

    /// Its name: the `kind` of a record in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Upgrade => "upgrade",
            Self::Opened => "opened",
            Self::Pings => "pings",
            Self::FrameIn => "frameIn",
            Self::FrameOut => "frameOut",
            Self::Closed => "closed",
            Self::Expired => "expired",
            Self::TokensExpired => "tokensExpired",
            Self::Refused => "refused",
            Self::Command => "command",
        }
    }
}

impl Kind {
    /// Which kind it is.
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::Request(_) => RecordKind::Request,
            Self::Upgrade { .. } => RecordKind::Upgrade,
            Self::Opened { .. } => RecordKind::Opened,
            Self::Pings { .. } => RecordKind::Pings,
            Self::FrameIn { .. } => RecordKind::FrameIn,
            Self::FrameOut { .. } => RecordKind::FrameOut,
            Self::Closed { .. } => RecordKind::Closed,
            Self::Expired { .. } => RecordKind::Expired,
            Self::TokensExpired { .. } => RecordKind::TokensExpired,
            Self::Refused(_) => RecordKind::Refused,
            Self::Command { .. } => RecordKind::Command,
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for RecordKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| UnknownKind { name: name.to_owned(), nearest: nearest(name, Self::ALL.map(Self::as_str)) })
    }
}

/// No kind has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no kind of record {name:?}{}: the kinds are {}",
    did_you_mean(nearest.as_deref()),
    RecordKind::ALL.map(RecordKind::as_str).join(", ")
)]
#[non_exhaustive]
pub struct UnknownKind {
    /// The name that was given.
    pub name: String,
    /// The kind whose name is most like it.
    pub nearest: Option<String>,
}

/// Which records are meant: those that fit everything that is given. By default requests and handshakes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// The kind; `None` is [`RecordKind::Request`].
    pub kind: Option<RecordKind>,
    /// The point.
    pub point: Option<Point>,
    /// The user whom it is about.
    pub user: Option<String>,
    /// The method of a request, whatever its case.
    pub method: Option<String>,
    /// The status with which a request was answered, or refused.
    pub status: Option<u64>,
    /// The socket that it is about: `WS-1`.
    pub socket: Option<String>,
}

impl RecordFilter {
    /// Requests to a point, handshakes among them.
    #[must_use]
    pub fn at(point: Point) -> Self {
        Self { point: Some(point), ..Self::default() }
    }

    /// Records of a kind.
    #[must_use]
    pub fn of(kind: RecordKind) -> Self {
        Self { kind: Some(kind), ..Self::default() }
    }

    /// The same, of one user.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// The same, with this status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status.into());
        self
    }

    /// The same, of one socket: `WS-1`.
    #[must_use]
    pub fn socket(mut self, socket: impl Into<String>) -> Self {
        self.socket = Some(socket.into());
        self
    }

    /// Whether a record is meant.
    pub fn is(&self, record: &Record) -> bool {
        let request = record.request();
        let is_kind = match self.kind.unwrap_or(RecordKind::Request) {
            RecordKind::Request => request.is_some(),
            kind => record.kind.kind() == kind,
        };
        let has_method = |method: &String| request.is_some_and(|is| is.method.as_str().eq_ignore_ascii_case(method));
        let answered = match &record.kind {
            Kind::Refused(refused) => refused.status,
            _ => request.and_then(|is| is.answered.status()),
        };
        let has_status = |status: u64| answered.map(u64::from) == Some(status);
        is_kind
            && self.point.is_none_or(|point| record.point == Some(point))
            && self.user.as_deref().is_none_or(|user| record.user.as_deref() == Some(user))
            && self.method.as_ref().is_none_or(has_method)
            && self.status.is_none_or(has_status)
            && self.socket.as_deref().is_none_or(|name| record.socket().is_some_and(|is| is.to_string() == name))
    }
}

/// In words: `subscribe request of alice with status 200`.
impl fmt::Display for RecordFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, point, user, method, status, socket } = self;
        if let Some(method) = method {
            write!(f, "{method} ")?;
        }
        if let Some(point) = point {
            write!(f, "{point} ")?;
        }
        write!(f, "{}", kind.unwrap_or(RecordKind::Request))?;
        if let Some(user) = user {
            write!(f, " of {user}")?;
        }
        if let Some(socket) = socket {
            write!(f, " of {socket}")?;
        }
        status.map_or(Ok(()), |status| write!(f, " with status {status}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::frame::Frame;
    use crate::ids::SocketId;
    use crate::journal::{FrameRecord, Side};
    use crate::time::Time;

    #[test]
    fn every_kind_is_named_as_the_journal_names_it() {
        for kind in RecordKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        let error = "close".parse::<RecordKind>().unwrap_err();
        assert!(
            error.to_string().starts_with("there is no kind of record \"close\" (did you mean `closed`?)"),
            "{error}"
        );
        let closed = Kind::Closed { socket: SocketId::default(), code: None, by: Side::Client };
        let frame = FrameRecord::new(&Frame::Text(String::new()));
        for kind in [closed, Kind::FrameIn { socket: SocketId::default(), frame }] {
            let name = kind.kind().as_str();
            let record = Record { seq: 0, time: Time::ZERO, wall_time: None, point: None, user: None, kind };
            assert_eq!(json!(record)["kind"], name);
        }
    }

    #[test]
    fn all_that_is_said_has_to_hold() {
        let kind = Kind::Opened { socket: SocketId::default() };
        let record = Record {
            seq: 0,
            time: Time::ZERO,
            wall_time: None,
            point: Some(Point::WebSocket),
            user: Some("alice".into()),
            kind,
        };
        let opened = || RecordFilter::of(RecordKind::Opened);
        for (filter, is_meant) in [
            (opened(), true),
            (opened().user("alice").socket("WS-0"), true),
            (RecordFilter { point: Some(Point::WebSocket), ..opened() }, true),
            (opened().user("bob"), false),
            (opened().socket("WS-1"), false),
            (opened().status(200), false),
            (RecordFilter { point: Some(Point::Subscribe), ..opened() }, false),
            (RecordFilter::of(RecordKind::Closed), false),
            (RecordFilter::default(), false),
        ] {
            assert_eq!(filter.is(&record), is_meant, "{filter}");
        }
        assert_eq!(RecordFilter::at(Point::Subscribe).user("alice").to_string(), "subscribe request of alice");
    }
}
