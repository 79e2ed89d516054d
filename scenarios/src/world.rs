//! Worlds: where clients and the platform meet.
//!
//! While script code runs, no time passes and nothing is delivered. A world moves one *turn* at a time, when it is asked
//! to: one input or one due timer, then its effects; each event that it caused is a turn of its own, so that whoever
//! asked can call the listeners. A step that a listener takes is carried out at once; its events queue behind those
//! that wait. When nothing is left at an instant, time jumps to the next deadline.

mod address;
mod command;
mod link;
mod sim;
mod stage;

use std::time::Duration;

use kandy_client::{ConfigError, Event};
use kandy_mock_server::PlatformError;
use thiserror::Error;

pub use sim::{PLATFORM_SERVER, Sim};

use crate::step::ClientId;
use crate::transcript::{TranscriptFull, seconds};

/// The most turns that may happen at one instant. The real SDK has loops that never let time pass, such as a token
/// that is shorter than the refresh margin.
pub const MAX_TURNS_AT_ONE_INSTANT: u32 = 10_000;
/// The most clients in one world.
pub const MAX_CLIENTS: usize = 1_000;
/// The most messages that may be under way at once.
pub const MAX_MESSAGES: usize = 100_000;

/// What one turn did.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// Something moved.
    Moved,
    /// This event is to be given to the client's listeners now.
    Event(ClientId, Event),
    /// Nothing is left up to the given time, which is now.
    Quiet,
}

/// A step that cannot be carried out.
#[derive(Debug, Error)]
pub enum StepError {
    /// The platform refuses, such as for an unknown user.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// The configuration has a value of a form that no option can have.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A second client of one name.
    #[error("there is a client named {0:?} already: give each client a name of its own")]
    NameTaken(String),
    /// More than [`MAX_CLIENTS`].
    #[error("a scenario has {MAX_CLIENTS} clients at most")]
    TooManyClients,
    /// More than the transcript holds.
    #[error(transparent)]
    Transcript(#[from] TranscriptFull),
    /// More messages than a link carries.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// A world that cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WorldError {
    /// A loop without end: see [`MAX_TURNS_AT_ONE_INSTANT`].
    #[error(
        "more than {MAX_TURNS_AT_ONE_INSTANT} things happened at {} without time passing: {}, again and again",
        seconds(*time),
        turns.join(", ")
    )]
    Loop {
        /// When.
        time: Duration,
        /// The turns that repeat.
        turns: Vec<String>,
    },
    /// See [`MAX_MESSAGES`].
    #[error("more than {MAX_MESSAGES} messages are under way at {}", seconds(*time))]
    TooManyMessages {
        /// When.
        time: Duration,
    },
    /// The transcript is full.
    #[error(transparent)]
    Transcript(#[from] TranscriptFull),
}
