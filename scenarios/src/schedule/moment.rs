//! Moments: a message as it arrives, named by its client, its kind, and how many of that kind came before.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use kandy_mock_server::Point;

use super::{MomentError, ScheduleError};

/// When a message arrives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// What kind of message.
    pub kind: MessageKind,
    /// The how many-th of that kind and client.
    pub number: NonZeroU32,
    /// The client: its name, or `#2` for the second one; `None` is the first.
    pub client: Option<String>,
}

/// The kinds of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {
    /// A REST request comes to the platform.
    Request(Point),
    /// What comes of one comes to the client.
    Answer(Point),
    /// A websocket handshake comes to the platform.
    Handshake,
    /// The handshake has succeeded.
    Open,
    /// It has not.
    Refusal,
    /// A frame comes to the client.
    Frame,
    /// A frame, which is a keep-alive, comes to the platform.
    Ping,
    /// The client hears that its socket is closed, or broken.
    Close,
    /// The platform hears that the client closes one.
    ClientClose,
}

/// The kinds that are about websockets, with their words.
const OF_SOCKETS: [(&str, MessageKind); 7] = [
    ("handshake", MessageKind::Handshake),
    ("open", MessageKind::Open),
    ("refusal", MessageKind::Refusal),
    ("frame", MessageKind::Frame),
    ("ping", MessageKind::Ping),
    ("close", MessageKind::Close),
    ("client close", MessageKind::ClientClose),
];

/// The points of REST at which a client's requests are.
fn points() -> impl Iterator<Item = Point> {
    Point::ALL
        .into_iter()
        .filter(|point| !matches!(point, Point::WebSocket | Point::Preflight) && !point.is_of_callme_or_cpaas())
}

/// Every kind.
pub(super) fn kinds() -> Vec<String> {
    let of_rest = points().flat_map(|point| [MessageKind::Request(point), MessageKind::Answer(point)]);
    OF_SOCKETS.iter().map(|(_, kind)| *kind).chain(of_rest).map(|kind| kind.to_string()).collect()
}

/// Every kind, for an error.
pub(super) fn told() -> String {
    let points = points().map(Point::as_str).collect::<Vec<_>>().join(", ");
    let of_sockets = OF_SOCKETS.map(|(word, _)| word).join(", ");
    format!("the kinds are {of_sockets}, and `request` and `answer` behind {points}")
}

/// Whether a client's name can stand in a schedule, where nothing is quoted.
#[must_use]
pub(crate) fn is_plain(name: &str) -> bool {
    let is_plain = |character: char| character.is_alphanumeric() || "-_.@".contains(character);
    !name.is_empty() && name.len() <= 64 && name.chars().all(is_plain)
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(point) => write!(f, "{point} request"),
            Self::Answer(point) => write!(f, "{point} answer"),
            other => {
                let word = OF_SOCKETS.iter().find(|(_, kind)| kind == other).map(|(word, _)| *word);
                f.write_str(word.unwrap_or_default())
            }
        }
    }
}

impl FromStr for MessageKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some((_, kind)) = OF_SOCKETS.iter().find(|(word, _)| *word == text) {
            return Ok(*kind);
        }
        let (point, side) = text.split_once(' ').ok_or(())?;
        let point = points().find(|known| known.as_str() == point).ok_or(())?;
        match side.trim_start() {
            "request" => Ok(Self::Request(point)),
            "answer" => Ok(Self::Answer(point)),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.number)?;
        self.client.as_ref().map_or(Ok(()), |client| write!(f, " of {client}"))
    }
}

impl FromStr for Moment {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let error = |why| ScheduleError::moment(text, why);
        let (message, client) = match text.trim().split_once(" of ") {
            Some((message, client)) => (message.trim_end(), Some(client.trim().to_owned())),
            None => (text.trim(), None),
        };
        let name = |name: &String| is_plain(name.strip_prefix('#').unwrap_or(name));
        if !client.as_ref().is_none_or(name) {
            return Err(error(MomentError::Client));
        }
        let (kind, number) = message.rsplit_once(char::is_whitespace).unwrap_or((message, ""));
        let is_number = number.starts_with(|first: char| first.is_ascii_digit() || "+-".contains(first));
        let kind = if is_number { kind.trim_end() } else { message };
        let kind = kind.parse().map_err(|()| error(MomentError::Kind))?;
        if !is_number {
            return Err(error(MomentError::NoNumber));
        }
        Ok(Self { kind, number: number.parse().map_err(|_| error(MomentError::Number))?, client })
    }
}
