//! What a command can be refused for.

use std::time::Duration;

use crate::fault::FaultError;
use crate::limits::Limits;
use crate::text::{did_you_mean, quoted};

/// Why a command was refused. A refused command has changed nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlatformError {
    /// The command is about a user whom nobody added.
    #[error("there is no user {}{}", quoted(name), did_you_mean(nearest.as_deref()))]
    UnknownUser {
        /// The name that was given.
        name: String,
        /// The user whose name is most like it.
        nearest: Option<String>,
    },
    /// A user of that name is there already.
    #[error("there is a user {} already: change that user's password, or remove the user first", quoted(name))]
    UserExists {
        /// The name that was given.
        name: String,
    },
    /// A token with that text was issued before. The error does not show the text.
    #[error("a token with the text of {key:?} was issued before: leave it out to have a fresh one")]
    TokenExists {
        /// Which of the given texts it is, as scripts call it.
        key: &'static str,
    },
    /// Another user has that credential. The error keeps quiet about its text.
    #[error("another user has that {key:?} already: give each user one of their own")]
    CredentialExists {
        /// Which option of a user it is.
        key: &'static str,
    },
    /// A lifetime below one second, or beyond what the wire can say.
    #[error("a lifetime of {} ms cannot be granted: give at least one second and at most ten years", lifetime.as_millis())]
    Lifetime {
        /// The lifetime that was given.
        lifetime: Duration,
    },
    /// A close code that no endpoint may send.
    #[error("the close code {code} cannot be sent: use 1000 to 4999 except 1004, 1006 and 1015, or 1005 for none")]
    CloseCode {
        /// The code that was given.
        code: u16,
    },
    /// The reason does not fit into a close frame.
    #[error("the close reason has {bytes} bytes: a close frame holds 123, and none without a code")]
    CloseReason {
        /// Its length in bytes of UTF-8.
        bytes: usize,
    },
    /// The frame is longer than the platform sends.
    #[error("the frame has {bytes} bytes, the limit is {limit}")]
    FrameTooLong {
        /// Its length in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A name, a password or a token is longer than the platform keeps.
    #[error("the {what} has {bytes} bytes, the limit is {limit}")]
    TextTooLong {
        /// What is too long.
        what: &'static str,
        /// Its length in bytes of UTF-8.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// One more would be beyond a limit.
    #[error("the platform holds {limit} {what} already, the limit")]
    Full {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// The frames would take more room than there is for those that wait.
    #[error(
        "the frames that wait would take {bytes} bytes, the limit is {limit}: send a shorter one, or let sockets open first"
    )]
    TooMuchToSend {
        /// What they would take, one frame a socket.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// There is no such socket or subscription.
    #[error("there is no {what} {name:?}{}", did_you_mean(nearest.as_deref()))]
    Unknown {
        /// What it would be.
        what: &'static str,
        /// The name that was given.
        name: String,
        /// The one whose name is most like it.
        nearest: Option<String>,
    },
    /// A socket or a subscription belongs to somebody else.
    #[error("{name} belongs to {owner:?}, not to {user:?}")]
    OfAnother {
        /// Its name.
        name: String,
        /// Whose it should have been.
        user: String,
        /// Whose it is.
        owner: String,
    },
    /// Nothing says which sockets are meant.
    #[error("no sockets are named: name a user, a socket or a subscription")]
    NoTarget,
    /// The fault makes no sense.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

/// Refuses a text that a command gives, if it is too long to be kept by the thousand.
pub(crate) fn check_text(what: &'static str, text: &str) -> Result<(), PlatformError> {
    let (bytes, limit) = (text.len(), Limits::TEXT_BYTES);
    if bytes > limit { Err(PlatformError::TextTooLong { what, bytes, limit }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_quotes_the_beginning_of_a_long_name() {
        let unknown = |name: String| PlatformError::UnknownUser { name, nearest: None }.to_string();
        assert_eq!(unknown("é".repeat(128)), format!("there is no user \"{}\"", "é".repeat(128)));
        assert_eq!(unknown("é".repeat(129)), format!("there is no user \"{}\" (cut)", "é".repeat(128)));
    }
}
