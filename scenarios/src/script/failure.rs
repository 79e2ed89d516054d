//! Why a function of the script API cannot do what it is asked to.

use kandy_client::TooManyListeners;
use kandy_mock_server::PlatformError;
use kandy_mock_server::command::ArgumentError;
use rhai::{EvalAltResult, Position};

use super::parts::Parts;
use super::untyped::thrown;
use crate::diagnostic::Cause;
use crate::text::did_you_mean;
use crate::world::{StepError, WorldError};

/// A diagnostic that does not know its place yet.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) cause: Cause,
    pub(super) message: String,
    pub(super) notes: Vec<String>,
    pub(super) help: Option<String>,
    /// The parts of a condition that did not hold, to be shown as they stand in the script.
    pub(super) parts: Option<Box<Parts>>,
}

impl Failure {
    pub(super) fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self { cause, message: message.into(), notes: Vec::new(), help: None, parts: None }
    }

    /// A function was given what it does not take.
    pub(super) fn argument(message: impl Into<String>) -> Self {
        Self::new(Cause::Argument, message)
    }

    pub(super) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Asks whether the `nearest` name was meant, if there is one.
    pub(super) fn with_nearest(self, nearest: Option<impl AsRef<str>>) -> Self {
        match nearest {
            Some(name) => self.with_help(did_you_mean(name.as_ref())),
            None => self,
        }
    }
}

impl From<WorldError> for Failure {
    fn from(error: WorldError) -> Self {
        let cause = match error {
            WorldError::Loop { .. } => Cause::World,
            WorldError::TooManyMessages { .. }
            | WorldError::TooManyMessageBytes { .. }
            | WorldError::TooManyEventBytes { .. }
            | WorldError::Trace(_) => Cause::Limit,
        };
        Self::new(cause, error.to_string())
    }
}

impl From<PlatformError> for Failure {
    fn from(error: PlatformError) -> Self {
        Self::argument(error.to_string())
    }
}

impl From<ArgumentError> for Failure {
    fn from(error: ArgumentError) -> Self {
        Self::argument(error.to_string())
    }
}

impl From<TooManyListeners> for Failure {
    fn from(error: TooManyListeners) -> Self {
        Self::new(Cause::Limit, error.to_string())
    }
}

/// A failure and its place in a script.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub(super) failure: Failure,
    pub(super) position: Position,
    /// The script as messages show it; `None` for the scenario's own file.
    pub(super) source: Option<String>,
}

/// How a run ended before the script's end. No `try` catches it.
#[derive(Clone, Debug)]
pub(super) enum ScriptEnd {
    Skipped(String),
    Failed(Located),
    /// The server beside which it waits has ended.
    ServerEnded,
}

/// What stops a function of the script API.
#[derive(Debug)]
pub(super) enum Halt {
    /// The scenario fails here.
    Failure(Failure),
    /// The scenario ends here without a verdict on it.
    Skip(String),
    /// The server beside which the script waits has ended.
    ServerEnded,
    /// An error in script code that the function called, or one that the script may catch.
    Script(Box<EvalAltResult>),
}

impl<F: Into<Failure>> From<F> for Halt {
    fn from(failure: F) -> Self {
        Self::Failure(failure.into())
    }
}

impl From<StepError> for Halt {
    fn from(error: StepError) -> Self {
        let cause = match error {
            StepError::World(error) => return error.into(),
            StepError::Thrown(error) => return thrown(&error),
            // As what needs virtual time: it is the place that is wrong, not the scenario.
            StepError::Wiremock(error) => return Self::Skip(error.to_string()),
            StepError::Trace(_) | StepError::TooManyClients => Cause::Limit,
            StepError::Platform(_) | StepError::Config(_) | StepError::NameTaken(_) | StepError::TooLong { .. } => {
                Cause::Argument
            }
            StepError::Network(_) => Cause::World,
        };
        Failure::new(cause, error.to_string()).into()
    }
}

impl From<Box<EvalAltResult>> for Halt {
    fn from(error: Box<EvalAltResult>) -> Self {
        Self::Script(error)
    }
}
