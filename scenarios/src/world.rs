//! Worlds: where clients and the platform meet.
//!
//! While script code runs, no time passes and nothing is delivered. A world moves one *turn* at a time, when it is asked
//! to: one input or one due timer, then its effects; each event that it caused is a turn of its own, so that whoever
//! asked can call the listeners. A step that a listener takes is carried out at once; its events queue behind those
//! that wait. When nothing is left at an instant, time jumps to the next deadline.

pub(crate) mod address;
mod arrival;
mod client_side;
mod ending;
mod ledger;
mod length;
mod link;
mod live;
mod sim;
#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use kandy_client::{Config, ConfigError, Event, Session, TypeError, Violation};
use kandy_mock_server::{FailError, Platform, PlatformError};
use serde_json::Value;
use thiserror::Error;

pub use live::{Live, LiveError};
pub use sim::{Changeable, PLATFORM_SERVER, Seen, Sim, Unmet};

use client_side::ClientSide;

use crate::step::{CallError, ClientCall, ClientId, Done, Step};
use crate::trace::{Trace, TraceFull};
use crate::transcript::seconds;

/// The most turns that may happen at one instant in a world without clients. The real SDK has loops that never let time
/// pass, such as a token that is shorter than the refresh margin.
pub const MAX_TURNS_AT_ONE_INSTANT: u32 = 10_000;
/// How many turns more each client of the world may take at one instant: connecting takes it about a dozen.
pub const TURNS_FOR_EACH_CLIENT: u32 = 100;
/// The most clients in one world.
pub const MAX_CLIENTS: usize = 1_000;
/// The most messages that may be under way at once.
pub const MAX_MESSAGES: usize = 100_000;
/// The most bytes that the messages under way may take together.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;
/// The most bytes that the events of a run may carry, as the transcript would write them in full: scripts keep them all.
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// A world of either kind.
#[derive(Debug)]
pub enum World {
    /// In virtual time, on one thread.
    Sim(Box<Sim>),
    /// On loopback sockets, in real time.
    Live(Box<Live>),
}

impl Default for World {
    fn default() -> Self {
        Self::Sim(Box::default())
    }
}

/// Looking.
impl World {
    /// Whether time is real here.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Live(_))
    }

    /// The configuration of a client that is given none.
    #[must_use]
    pub fn plain_config(&self) -> Config {
        static OF_SIM: LazyLock<Config> = LazyLock::new(|| config_from(&Sim::base_config()));
        match self {
            Self::Sim(_) => OF_SIM.clone(),
            Self::Live(live) => config_from(&live.base_config()),
        }
    }

    /// What a client's `connect()` was last called with.
    pub(crate) fn last_connect(&self, client: ClientId) -> Option<&ClientCall> {
        self.client_side().last_connect(client)
    }

    /// The time since the world began.
    #[must_use]
    pub fn now(&self) -> Duration {
        match self {
            Self::Sim(sim) => sim.now(),
            Self::Live(live) => live.now(),
        }
    }

    /// Looks at the platform.
    pub fn look<R>(&self, look: impl FnOnce(&Platform) -> R) -> R {
        match self {
            Self::Sim(sim) => look(sim.platform()),
            Self::Live(live) => live.look(look),
        }
    }

    /// How far the platform's journal had come, at least, when it sent what the clients know by now. What clients send
    /// later may reach a live platform at once, while the script that acts on it still runs.
    pub(crate) fn journal_known(&self) -> u64 {
        match self {
            Self::Sim(_) => self.look(|platform| platform.journal().next_seq()),
            Self::Live(live) => live.journal_known(),
        }
    }

    /// A client's session.
    ///
    /// # Panics
    ///
    /// The id is not of this world.
    #[must_use]
    pub fn session(&self, client: ClientId) -> &Session {
        self.client_side().session(client)
    }

    /// How often the clients have been told something: by calls, answers, websockets and timers. What can be seen of
    /// them stays the same as long as this does.
    pub(crate) fn client_inputs(&self) -> u64 {
        self.client_side().client_inputs()
    }

    /// Every client, in the order of creation.
    pub fn clients(&self) -> impl Iterator<Item = ClientId> + use<> {
        self.client_side().clients()
    }

    /// Whether events of the last turn, or of calls, still wait for their listeners.
    #[must_use]
    pub fn has_events(&self) -> bool {
        self.client_side().has_events()
    }

    /// The armed timers: when, whose, what for; the next one first.
    #[must_use]
    pub fn pending_timers(&self) -> Vec<(Duration, String, String)> {
        let mut timers = self.client_side().timers();
        timers.extend(self.look(next_expiry));
        timers.sort_by_key(|(due, ..)| *due);
        timers
    }

    /// What has happened so far.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        self.client_side().trace()
    }

    /// What has happened, once the run is over.
    #[must_use]
    pub fn into_trace(self) -> Trace {
        match self {
            Self::Sim(sim) => sim.into_trace(),
            Self::Live(live) => live.into_trace(),
        }
    }

    fn client_side(&self) -> &ClientSide {
        match self {
            Self::Sim(sim) => sim.client_side(),
            Self::Live(live) => live.client_side(),
        }
    }
}

/// Moving.
impl World {
    /// Carries out a step at once.
    ///
    /// # Errors
    ///
    /// The step cannot be carried out, and nothing has changed; or the world cannot go on ([`StepError::World`]).
    pub fn apply(&mut self, step: Step) -> Result<Done, StepError> {
        match self {
            Self::Sim(sim) => sim.apply(step),
            Self::Live(live) => live.apply(step),
        }
    }

    /// Moves once, without passing `limit`; see [`WorldTurn`].
    ///
    /// # Errors
    ///
    /// The world cannot go on: one of its limits is reached.
    pub fn turn(&mut self, limit: Duration) -> Result<WorldTurn, WorldError> {
        match self {
            Self::Sim(sim) => sim.turn(limit),
            Self::Live(live) => live.turn(limit),
        }
    }

    /// Writes a line of the SDK's log.
    ///
    /// # Errors
    ///
    /// The trace is full.
    pub fn log(&mut self, client: ClientId, violation: &Violation) -> Result<(), WorldError> {
        self.client_side_mut().log(client, violation)
    }

    fn client_side_mut(&mut self) -> &mut ClientSide {
        match self {
            Self::Sim(sim) => sim.client_side_mut(),
            Self::Live(live) => live.client_side_mut(),
        }
    }
}

/// The platform's next timer: when, whose, what for.
pub(crate) fn next_expiry(platform: &Platform) -> Option<(Duration, String, String)> {
    let (due, timer) = platform.poll_timeout()?;
    let what = match timer {
        kandy_mock_server::Timer::SubscriptionExpiry(subscription) => format!("end of subscription {subscription}"),
        kandy_mock_server::Timer::ConnectionCheck(socket) => format!("check of {socket}"),
    };
    Some((due.since_start(), "platform".to_owned(), what))
}

fn config_from(options: &Value) -> Config {
    let (config, _) = Config::from_json(options).expect("a world's own options are well-formed");
    config
}

/// What one turn did.
#[derive(Clone, Debug, PartialEq)]
pub enum WorldTurn {
    /// Something moved.
    Moved,
    /// This event should be given to the client's listeners now.
    Event(ClientId, Arc<Event>),
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
    /// What a call throws in JavaScript.
    #[error(transparent)]
    Thrown(#[from] TypeError),
    /// A second client of one name.
    #[error("there is a client named {0:?} already: give each client a name of its own")]
    NameTaken(String),
    /// A text, or a value as JSON, is longer than a client is given.
    #[error("the {what} has {bytes} bytes, the limit is {limit}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Its length in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// More than [`MAX_CLIENTS`].
    #[error("a scenario has {MAX_CLIENTS} clients at most")]
    TooManyClients,
    /// More than the trace holds.
    #[error(transparent)]
    Trace(#[from] TraceFull),
    /// wiremock, behind which tests may have a live world, cannot carry out a fault.
    #[error(transparent)]
    Wiremock(FailError),
    /// A client has no network.
    #[error(transparent)]
    Network(#[from] kandy_client::driver::SetUpError),
    /// More messages than a link carries.
    #[error(transparent)]
    World(#[from] WorldError),
}

impl From<CallError> for StepError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Config(error) => error.into(),
            CallError::Thrown(error) => error.into(),
        }
    }
}

/// A world that cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WorldError {
    /// A loop without end: see [`MAX_TURNS_AT_ONE_INSTANT`] and [`TURNS_FOR_EACH_CLIENT`].
    #[error(
        "more than {limit} things happened at {} without time passing: {}, again and again",
        seconds(*time),
        turns.join(", ")
    )]
    Loop {
        /// When.
        time: Duration,
        /// How many turns there might have been.
        limit: u32,
        /// The turns that repeat.
        turns: Vec<String>,
    },
    /// See [`MAX_MESSAGES`].
    #[error(
        "more than {MAX_MESSAGES} messages are under way at {}: let the world move, a wait delivers what is under way",
        seconds(*time)
    )]
    TooManyMessages {
        /// When.
        time: Duration,
    },
    /// See [`MAX_MESSAGE_BYTES`].
    #[error(
        "the messages under way at {} take more than {} MiB: let the world move, a wait delivers what is under way",
        seconds(*time),
        MAX_MESSAGE_BYTES >> 20
    )]
    TooManyMessageBytes {
        /// When.
        time: Duration,
    },
    /// See [`MAX_EVENT_BYTES`].
    #[error(
        "the events up to {} carry more than {} MiB: send shorter notifications, or split the scenario",
        seconds(*time),
        MAX_EVENT_BYTES >> 20
    )]
    TooManyEventBytes {
        /// When.
        time: Duration,
    },
    /// The trace is full.
    #[error(transparent)]
    Trace(#[from] TraceFull),
}
