//! What the control interface refuses, as an answer that says why.

use http::{Method, StatusCode};
use kandy_mock_server::command::ArgumentError;
use kandy_mock_server::{PlatformError, Refused};
use serde_json::{Value, json};
use thiserror::Error;

/// A request that is not carried out; nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ControlError {
    /// The status of the answer.
    pub status: StatusCode,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The method that would do, if it was the wrong one.
    pub allow: Option<Method>,
    /// What the journal is told of it, if whoever sent it may not use the control interface.
    pub refused: Option<Refused>,
}

impl ControlError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), help: None, allow: None, refused: None }
    }

    pub(super) fn argument(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn refused(what: Refused, status: StatusCode, message: impl Into<String>) -> Self {
        Self { refused: Some(what), ..Self::new(status, message) }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The body of the answer.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "error": { "message": self.message, "help": self.help } })
    }
}

impl From<PlatformError> for ControlError {
    fn from(error: PlatformError) -> Self {
        let status = match error {
            PlatformError::UnknownUser { .. } | PlatformError::Unknown { .. } => StatusCode::NOT_FOUND,
            PlatformError::UserExists { .. } | PlatformError::TokenExists { .. } => StatusCode::CONFLICT,
            PlatformError::Full { .. } => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.to_string())
    }
}

impl From<ArgumentError> for ControlError {
    fn from(error: ArgumentError) -> Self {
        let refused = Self::argument(error.to_string());
        match error {
            ArgumentError::CloseCode { .. } => refused.with_help("close codes are 1000 to 4999"),
            _ => refused,
        }
    }
}
