//! The arguments of one call.

use serde_json::{Map, Value};

use super::kind::ValueKind;
use crate::fault::FaultError;
use crate::journal::UnknownKind;
use crate::point::UnknownPoint;

/// Arguments by name. They are read by the constants that declare the parameters, see [`Declared`].
#[derive(Debug)]
pub struct Arguments {
    of: &'static str,
    given: Map<String, Value>,
}

/// A declared parameter, to read arguments by.
pub trait Declared {
    /// What is read: the argument, or an option of it.
    type Read;

    /// Reads the argument.
    ///
    /// # Errors
    ///
    /// It is missing, or is none of the parameter.
    fn read(&self, given: &Arguments) -> Result<Self::Read, ArgumentError>;
}

/// Why arguments make no command.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgumentError {
    /// An argument is missing that has to be there.
    #[error("{of} needs `{name}`")]
    Missing {
        /// The verb.
        of: &'static str,
        /// The parameter.
        name: &'static str,
    },
    /// A value is of another kind.
    #[error("`{name}` of {of} is not {}", kind.shown())]
    Kind {
        /// The verb.
        of: &'static str,
        /// The parameter.
        name: &'static str,
        /// The kind of its values.
        kind: ValueKind,
    },
    /// A number that cannot be a close code.
    #[error("{code} is not a close code")]
    CloseCode {
        /// The number.
        code: u64,
    },
    /// No point has that name.
    #[error(transparent)]
    Point(#[from] UnknownPoint),
    /// No kind of records has that name.
    #[error(transparent)]
    RecordKind(#[from] UnknownKind),
    /// A fault that makes no sense.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// Bytes that are not written in base64.
    #[error("`{name}` of {of} is not base64")]
    Base64 {
        /// The verb.
        of: &'static str,
        /// The parameter.
        name: &'static str,
    },
    /// Nothing says which sockets are meant.
    #[error("{of} needs `user`, `socket` or `subscription`, to know which sockets are meant")]
    NoTarget {
        /// The verb.
        of: &'static str,
    },
    /// Exactly one of two parameters must be given.
    #[error("{of} needs either `{one}` or `{other}`")]
    Either {
        /// The verb.
        of: &'static str,
        /// One parameter.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
}

impl Arguments {
    /// The arguments given to the verb `of`.
    #[must_use]
    pub const fn new(of: &'static str, given: Map<String, Value>) -> Self {
        Self { of, given }
    }

    /// Reads the argument of a parameter.
    ///
    /// # Errors
    ///
    /// It is missing, or is none of the parameter.
    pub fn get<P: Declared>(&self, parameter: &P) -> Result<P::Read, ArgumentError> {
        parameter.read(self)
    }

    /// What the arguments were given to.
    #[must_use]
    pub const fn of(&self) -> &'static str {
        self.of
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.given.get(name)
    }
}
