//! The errors that an application meets in events and in `getConnection()`.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::js::browser;
use crate::js::{Text, TypeError, Value};
use crate::mask::without_tokens;
use crate::untyped::Untyped;

/// What `error` holds in `auth:error`, `auth:resub` and `getConnection()`.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum Error {
    /// One of the SDK's own errors: a plain object with the name `BasicError`.
    Basic {
        /// Which error it is.
        code: Code,
        /// What an application shows to its user.
        message: String,
        /// The number of the failed renewal, in `auth:resub` only.
        attempt_num: Option<u32>,
    },
    /// The SDK stumbled over an answer of an unforeseen form and reports its own `TypeError`, which has no code.
    Type {
        /// The browser's text.
        message: String,
    },
    /// The browser refused to make a websocket, and the SDK hands its exception on: a `SyntaxError` without a code, on which
    /// the SDK has left what it knows of a socket.
    Syntax {
        /// The browser's text.
        message: String,
        /// The connectivity options, with `wsInfo`, `platform` and `lastContact`.
        kandy: Untyped,
    },
    /// What the platform put into the `error` of an answer that is otherwise a success: any value.
    Foreign {
        /// The value, as it came.
        value: Untyped,
        /// Its `message`, or the value itself, as a text.
        message: String,
    },
}

/// The codes that this part of the SDK uses (docs/protocol.md, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum Code {
    /// `authentication:1`: the credentials fit no way of signing in, or the server does not know them.
    InvalidSignature,
    /// `authentication:2`: the websocket could not be opened.
    WebSocket,
    /// `authentication:3`: there is nothing to unsubscribe from.
    NoSubscription,
    /// `authentication:4`: the subscription was refused.
    Subscribe,
    /// `authentication:6`: the subscription could not be renewed.
    Resubscribe,
    /// `authentication:9`: no token was given.
    CreateToken,
    /// `authentication:13`: the server was unavailable too often.
    Unavailable,
    /// `subscription:1`: the websocket could not be opened, in Link.
    OpenWebSocket,
    /// A bare number: the status code of a subscription that the platform has ended.
    Number(i64),
}

/// Why no websocket could be opened.
#[derive(Debug)]
pub(crate) enum OpeningFailure {
    /// The last attempt has failed.
    Refused,
    /// The last of so many attempts hung.
    TimedOut { attempts: u32 },
    /// The browser refuses to make one for this address; the SDK has left something of its own on the exception.
    Impossible { address: String, left: Value },
}

impl Code {
    #[expect(clippy::cast_precision_loss, reason = "status codes are small")]
    pub(crate) fn to_js(self) -> Value {
        Value::from_static(match self {
            Self::InvalidSignature => "authentication:1",
            Self::WebSocket => "authentication:2",
            Self::NoSubscription => "authentication:3",
            Self::Subscribe => "authentication:4",
            Self::Resubscribe => "authentication:6",
            Self::CreateToken => "authentication:9",
            Self::Unavailable => "authentication:13",
            Self::OpenWebSocket => "subscription:1",
            Self::Number(number) => return Value::Number(number as f64),
        })
    }

    /// The code as an application gets it: a text such as `"authentication:9"`, or a number.
    #[must_use]
    pub fn to_json(self) -> serde_json::Value {
        self.to_js().to_json()
    }
}

impl OpeningFailure {
    /// What Link says of it.
    pub(crate) fn to_error(&self) -> Error {
        let error = |message: String| Error::new(Code::OpenWebSocket, message);
        match self {
            Self::Refused => error("Could not connect to websocket. Received error on open.".to_owned()),
            Self::TimedOut { attempts } => {
                error(format!("Websocket connection timed out. Tried {attempts} times to connect."))
            }
            Self::Impossible { address, left } => {
                Error::Syntax { message: browser::websocket_refusal(address), kandy: left.clone().into() }
            }
        }
    }
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self::Basic { code, message: message.into(), attempt_num: None }
    }

    /// No websocket could be opened, in UC's words.
    pub(crate) fn websocket() -> Self {
        Self::new(Code::WebSocket, "Websocket connection failed.")
    }

    /// The services of a subscription could not be changed.
    pub(crate) fn not_updated() -> Self {
        Self::new(Code::Resubscribe, "An error occurred.")
    }

    /// The server does not know the user, and says so with this status code, or with none.
    pub(crate) fn stranger(code: &Value) -> Self {
        let code = if code.is_truthy() { format!(" Status code: {}", code.to_text()) } else { String::new() };
        let message = format!("Authorization failed with server. Please check credentials.{code}");
        Self::new(Code::InvalidSignature, message)
    }

    pub(crate) fn foreign(value: Value) -> Self {
        let message = value.get("message");
        let shown = if message.is_undefined() { value.to_text() } else { message.to_text() };
        Self::Foreign { message: shown.to_string(), value: value.into() }
    }

    /// The SDK's code; a `TypeError` has none, and what the platform sent has its own.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Basic { code, .. } => Some(*code),
            Self::Type { .. } | Self::Syntax { .. } | Self::Foreign { .. } => None,
        }
    }

    /// The text.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Basic { message, .. }
            | Self::Type { message }
            | Self::Syntax { message, .. }
            | Self::Foreign { message, .. } => message,
        }
    }

    /// The text for logs: Chromium quotes addresses in some, and here it does so without the tokens in them.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        without_tokens(self.message())
    }

    /// `BasicError`, `TypeError` or `SyntaxError`; what the platform sent is called `error`, as it has no name that is sure.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "BasicError",
            Self::Type { .. } => "TypeError",
            Self::Syntax { .. } => "SyntaxError",
            Self::Foreign { .. } => "error",
        }
    }

    /// The value that an application gets: `{name, code, message}`, without `code` in a `TypeError`, and with `attemptNum`
    /// in a failed renewal; or what the platform sent.
    #[must_use]
    pub fn to_js(&self) -> Untyped {
        Untyped(match self {
            Self::Basic { code, message, attempt_num } => {
                let object = Value::object([
                    ("name", Value::from_static("BasicError")),
                    ("code", code.to_js()),
                    ("message", Text::from(message.as_str()).into()),
                ]);
                match attempt_num {
                    Some(number) => object.with("attemptNum", *number),
                    None => object,
                }
            }
            Self::Type { message } => Value::object([
                ("name", Value::from_static("TypeError")),
                ("message", Text::from(message.as_str()).into()),
            ]),
            Self::Syntax { message, kandy } => Value::object([
                ("name", Value::from_static("SyntaxError")),
                ("message", Text::from(message.as_str()).into()),
                ("kandy", kandy.0.clone()),
            ]),
            Self::Foreign { value, .. } => value.0.clone(),
        })
    }

    /// [`to_js`](Self::to_js) as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.to_js().to_json()
    }
}

/// Tokens in addresses are masked, as in every `Debug` here.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.name());
        if let Some(code) = self.code() {
            shown.field("code", &code);
        }
        shown.field("message", &self.shown());
        if let Self::Basic { attempt_num: Some(number), .. } = self {
            shown.field("attempt_num", number);
        }
        shown.finish()
    }
}

/// The text, without the tokens in it.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl std::error::Error for Error {}

impl From<TypeError> for Error {
    fn from(error: TypeError) -> Self {
        Self::Type { message: error.message().to_owned() }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_js().serialize(serializer)
    }
}
