//! What can go wrong at a moment.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use kandy_mock_server::command::parse_duration;

use super::{ActError, MessageKind, Mutation, ScheduleError};

/// The longest delay or outage.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// To the message itself.
    Message(MessageFate),
    /// The application does something just before it arrives.
    Application(ApplicationCall),
    /// All sockets of the client's user are cut before.
    Cut,
    /// They are closed with this code.
    Close(u16),
    /// The platform ends the session.
    Gone,
    /// The sockets stay open, and nothing comes over them any more.
    Silence,
    /// The subscriptions end, and nobody is told.
    EndSubscription,
    /// The tokens expire.
    ExpireToken,
    /// Nothing reaches the platform for so long, and its sockets are cut.
    Outage(Duration),
    /// A frame comes over the client's sockets.
    Comes(Push),
}

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageFate {
    /// Both ends see the connection break.
    Fails,
    /// It never arrives, and nobody is told.
    Lost,
    /// Something else answers in the platform's place.
    Answered(Odd),
    /// It arrives so much later, and on a socket all that is behind it.
    Late(Duration),
    /// It arrives twice.
    Twice,
    /// What the platform says comes changed.
    Changed(Mutation),
    /// It arrives behind the next one of its socket, if there is one.
    Overtaken,
}

/// An answer that the platform would not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Odd {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: OddBody,
}

/// The body of an odd answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OddBody {
    /// That of the platform's own error.
    Own,
    /// None at all.
    Empty,
    /// A page, as a proxy gives it.
    Html,
    /// `{}`
    Object,
}

/// A call of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApplicationCall {
    /// `connect()` with what it connected with before.
    Connect,
    /// `disconnect()`
    Disconnect,
    /// `destroy()`
    Destroy,
}

/// A frame that comes without being asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Push {
    /// A notification.
    Notification,
    /// The answer to a keep-alive.
    Pong,
    /// `{}`
    Object,
}

/// The acts that are one word, or a few, each.
const WORDS: [(&str, Act); 16] = [
    ("lost", Act::Message(MessageFate::Lost)),
    ("fails", Act::Message(MessageFate::Fails)),
    ("twice", Act::Message(MessageFate::Twice)),
    ("overtaken", Act::Message(MessageFate::Overtaken)),
    ("connect", Act::Application(ApplicationCall::Connect)),
    ("disconnect", Act::Application(ApplicationCall::Disconnect)),
    ("destroy", Act::Application(ApplicationCall::Destroy)),
    ("cut", Act::Cut),
    ("gone", Act::Gone),
    ("silence", Act::Silence),
    ("endSubscription", Act::EndSubscription),
    ("expireToken", Act::ExpireToken),
    ("push", Act::Comes(Push::Notification)),
    ("pong", Act::Comes(Push::Pong)),
    ("push {}", Act::Comes(Push::Object)),
    ("close", Act::Close(1005)),
];

/// How the acts begin that take more than a word.
const WITH_MORE: [&str; 8] = [
    "late by TIME",
    "outage TIME",
    "close CODE",
    "answered STATUS",
    "without FIELD",
    "null FIELD",
    "retyped FIELD",
    "status STATUS",
];

/// Every act as it is written.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(word, _)| *word).chain(WITH_MORE).chain(["emptied"])
}

/// Every act, for an error.
pub(super) fn told() -> String {
    let words = WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    format!(
        "the acts are {words}, close CODE, late by TIME, outage TIME, answered STATUS, and behind that empty, html or {{}}; \
         of an answer without FIELD, null FIELD, retyped FIELD, emptied, status STATUS"
    )
}

impl Act {
    /// Why it cannot happen at a message of this kind, if it cannot.
    #[must_use]
    pub fn unfit(&self, kind: MessageKind) -> Option<&'static str> {
        let Self::Message(fate) = self else { return None };
        match (fate, kind) {
            (MessageFate::Answered(_), MessageKind::Request(_)) => None,
            (MessageFate::Answered(Odd { body: OddBody::Own, .. }), MessageKind::Handshake) => None,
            (MessageFate::Answered(_), MessageKind::Handshake) => Some("a page sees no body of a refused handshake"),
            (MessageFate::Answered(_), _) => Some("only requests and handshakes are answered"),
            (MessageFate::Changed(_), MessageKind::Answer(_)) => None,
            (MessageFate::Changed(_), _) => Some("only answers can be changed"),
            (MessageFate::Twice, MessageKind::Frame | MessageKind::Request(_)) => None,
            (MessageFate::Twice, _) => Some("only requests and frames can come twice"),
            (MessageFate::Overtaken, MessageKind::Frame) => None,
            (MessageFate::Overtaken, _) => Some("only frames can be overtaken by the next one"),
            (MessageFate::Fails, MessageKind::Refusal | MessageKind::Close | MessageKind::ClientClose) => {
                Some("its connection is over already")
            }
            _ => None,
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((word, _)) = WORDS.iter().find(|(_, act)| act == self) {
            return f.write_str(word);
        }
        match self {
            Self::Message(MessageFate::Late(by)) => write!(f, "late by {}", Plain(*by)),
            Self::Message(MessageFate::Answered(Odd { status, body })) => {
                write!(f, "answered {status}")?;
                f.write_str(match body {
                    OddBody::Own => "",
                    OddBody::Empty => " empty",
                    OddBody::Html => " html",
                    OddBody::Object => " {}",
                })
            }
            Self::Message(MessageFate::Changed(mutation)) => write!(f, "{mutation}"),
            Self::Outage(time) => write!(f, "outage {}", Plain(*time)),
            Self::Close(code) => write!(f, "close {code}"),
            // What has a word of its own was written above.
            _ => Ok(()),
        }
    }
}

impl FromStr for Act {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        if let Some((_, act)) = WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(act.clone());
        }
        read(text).map_err(|why| ScheduleError::act(text, why))
    }
}

/// Reads an act of more than one word. Without a reason, it does not begin like one.
fn read(text: &str) -> Result<Act, Option<ActError>> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let message = |fate| Ok(Act::Message(fate));
    match word {
        "late" => message(MessageFate::Late(time(rest.strip_prefix("by ").unwrap_or_default())?)),
        "outage" => Ok(Act::Outage(time(rest)?)),
        "close" => Ok(Act::Close(code(rest).ok_or(ActError::Code)?)),
        "answered" => message(MessageFate::Answered(odd(rest)?)),
        _ => message(MessageFate::Changed(Mutation::parse(word, rest)?)),
    }
}

fn code(text: &str) -> Option<u16> {
    let code: u16 = text.parse().ok()?;
    (matches!(code, 1000..=4999) && !matches!(code, 1004 | 1006 | 1015)).then_some(code)
}

/// A status that an answer may have.
pub(super) fn status(text: &str) -> Result<u16, ActError> {
    text.parse().ok().filter(|status| (200..=599).contains(status)).ok_or(ActError::Status)
}

fn odd(text: &str) -> Result<Odd, ActError> {
    let (number, body) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let status = status(number)?;
    let body = match body.trim() {
        // The platform's own body for a success would be its normal work.
        "" if status < 300 => return Err(ActError::NoBody),
        "" => OddBody::Own,
        "empty" => OddBody::Empty,
        "html" => OddBody::Html,
        "{}" => OddBody::Object,
        _ => return Err(ActError::Body),
    };
    // What has no body by its status cannot be given one.
    let has_no_body = matches!(status, 204 | 205 | 304);
    if has_no_body && body != OddBody::Empty { Err(ActError::Empty) } else { Ok(Odd { status, body }) }
}

fn time(text: &str) -> Result<Duration, ActError> {
    let time = parse_duration(text).ok_or(ActError::Time)?;
    if time.is_zero() || time > LONGEST { Err(ActError::TimeRange) } else { Ok(time) }
}

/// A duration as it is read again.
struct Plain(Duration);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        if millis.is_multiple_of(1000) { write!(f, "{}s", millis / 1000) } else { write!(f, "{millis}ms") }
    }
}
