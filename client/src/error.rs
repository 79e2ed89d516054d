//! The errors that an application meets in events and in `getConnection()`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::event::{Fields, fields_to_json};

/// What `error` holds in `auth:error`, `auth:resub` and `getConnection()`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// The codes that this part of the SDK uses (PROTOCOL.md, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// `authentication:1`: the credentials fit no way of signing in.
    InvalidSignature,
    /// `authentication:2`: the websocket could not be opened.
    WebSocket,
    /// `authentication:4`: the subscription was refused.
    Subscribe,
    /// `authentication:6`: the subscription could not be renewed.
    Resubscribe,
    /// `authentication:9`: no token was given.
    CreateToken,
    /// A bare number: the status code of a subscription that is no more.
    Number(i64),
}

impl Code {
    /// The code as JavaScript has it: a text, or a number.
    #[must_use]
    pub fn to_json(self) -> Value {
        match self {
            Self::InvalidSignature => "authentication:1".into(),
            Self::WebSocket => "authentication:2".into(),
            Self::Subscribe => "authentication:4".into(),
            Self::Resubscribe => "authentication:6".into(),
            Self::CreateToken => "authentication:9".into(),
            Self::Number(number) => number.into(),
        }
    }
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self::Basic { code, message: message.into(), attempt_num: None }
    }

    pub(crate) fn type_error(message: impl Into<String>) -> Self {
        Self::Type { message: message.into() }
    }

    /// The SDK's code; a `TypeError` has none.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Basic { code, .. } => Some(*code),
            Self::Type { .. } => None,
        }
    }

    /// The text.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Basic { message, .. } | Self::Type { message } => message,
        }
    }

    /// `BasicError` or `TypeError`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "BasicError",
            Self::Type { .. } => "TypeError",
        }
    }

    /// The keys of the JavaScript object: `name`, `code` (not in a `TypeError`), `message`, and `attemptNum` in a
    /// failed renewal.
    #[must_use]
    pub fn fields(&self) -> Fields {
        let mut fields = vec![("name", Some(self.name().into()))];
        if let Some(code) = self.code() {
            fields.push(("code", Some(code.to_json())));
        }
        fields.push(("message", Some(self.message().into())));
        if let Self::Basic { attempt_num: Some(number), .. } = self {
            fields.push(("attemptNum", Some((*number).into())));
        }
        fields
    }

    /// [`fields`](Self::fields) as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        fields_to_json(self.fields())
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.fields() {
            map.serialize_entry(key, &value)?;
        }
        map.end()
    }
}
