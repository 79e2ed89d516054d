//! Where a script runs.

use std::time::Duration;

use kandy_mock_server::Platform;

use super::failure::{Failure, Halt};
use super::served::{ServedPlatform, ServedTurn};
use crate::hygiene;
use crate::step::{ClientId, Done, Step};
use crate::trace::Trace;
use crate::world::{World, WorldTurn, next_expiry};

/// Where a script runs, and so what it can do.
#[derive(Debug)]
pub(super) enum Surroundings {
    /// In a world that it moves, with clients of its own.
    World(World),
    /// Beside a server, whose clients are somebody else's.
    Served(Box<ServedPlatform>),
}

impl Default for Surroundings {
    fn default() -> Self {
        Self::World(World::default())
    }
}

/// Looking.
impl Surroundings {
    /// The world, for what is about a client.
    pub(super) fn with_clients(&self) -> Result<&World, Failure> {
        match self {
            Self::World(world) => Ok(world),
            Self::Served(_) => Err(no_clients()),
        }
    }

    /// Whether clients of others use the platform, for as long as they like.
    pub(super) const fn is_served(&self) -> bool {
        matches!(self, Self::Served(_))
    }

    /// Whether time passes by itself.
    pub(super) fn is_in_real_time(&self) -> bool {
        match self {
            Self::World(world) => world.is_live(),
            Self::Served(_) => true,
        }
    }

    /// Whether a scenario runs on real sockets.
    pub(super) fn is_live(&self) -> bool {
        self.is_in_real_time() && !self.is_served()
    }

    pub(super) fn now(&self) -> Duration {
        match self {
            Self::World(world) => world.now(),
            Self::Served(served) => served.now(),
        }
    }

    /// Looks at the platform.
    pub(super) fn look<R>(&self, look: impl FnOnce(&Platform) -> R) -> R {
        match self {
            Self::World(world) => world.look(look),
            Self::Served(served) => served.look(look),
        }
    }

    /// How much of the platform's journal was known when the last input or timer had its effects; see
    /// [`World::journal_known`].
    pub(super) fn journal_known(&self) -> u64 {
        match self {
            Self::World(world) => world.journal_known(),
            Self::Served(served) => served.look(|platform| platform.journal().next_seq()),
        }
    }

    /// How often its clients have been told something; see [`World::client_inputs`].
    pub(super) fn client_inputs(&self) -> u64 {
        match self {
            Self::World(world) => world.client_inputs(),
            Self::Served(_) => 0,
        }
    }

    /// Whether events still wait for their listeners.
    pub(super) fn has_events(&self) -> bool {
        match self {
            Self::World(world) => world.has_events(),
            Self::Served(_) => false,
        }
    }

    /// The armed timers: when, whose, what for; the next one first.
    pub(super) fn pending_timers(&self) -> Vec<(Duration, String, String)> {
        match self {
            Self::World(world) => world.pending_timers(),
            Self::Served(served) => served.look(next_expiry).into_iter().collect(),
        }
    }

    /// How each client stands.
    pub(super) fn ending(&self) -> Vec<hygiene::ClientEnd> {
        match self {
            Self::World(world) => world.ending(),
            Self::Served(_) => Vec::new(),
        }
    }

    /// What has happened; beside a server the platform's journal tells it.
    pub(super) fn into_trace(self) -> Trace {
        match self {
            Self::World(world) => world.into_trace(),
            Self::Served(_) => Trace::default(),
        }
    }
}

/// Acting and moving.
impl Surroundings {
    /// The world, for what is done to a client.
    pub(super) fn with_clients_mut(&mut self) -> Result<&mut World, Failure> {
        match self {
            Self::World(world) => Ok(world),
            Self::Served(_) => Err(no_clients()),
        }
    }

    /// Carries out a step at once.
    pub(super) fn apply(&mut self, step: Step) -> Result<Done, Halt> {
        match (self, step) {
            (Self::World(world), step) => Ok(world.apply(step)?),
            (Self::Served(served), Step::Command(command)) => match served.command(command) {
                Some(done) => Ok(done?),
                None => Err(Halt::ServerEnded),
            },
            (Self::Served(served), Step::Print(text)) => {
                served.print(text);
                Ok(Done::Nothing)
            }
            (Self::Served(_), Step::Create { .. } | Step::Call { .. }) => Err(no_clients().into()),
        }
    }

    /// Moves once, or waits a moment, without passing `limit`. At a server that has ended the script ends, too.
    pub(super) fn turn(&mut self, limit: Duration) -> Result<WorldTurn, Halt> {
        match self {
            Self::World(world) => Ok(world.turn(limit)?),
            Self::Served(served) => match served.turn(limit) {
                ServedTurn::Moved => Ok(WorldTurn::Moved),
                ServedTurn::Quiet => Ok(WorldTurn::Quiet),
                ServedTurn::Over => Err(Halt::ServerEnded),
            },
        }
    }

    /// Notes that a listener of a client is about to be called.
    pub(super) fn note_listener_call(&mut self, client: ClientId, event: &'static str) {
        match self {
            Self::World(world) => world.note_listener_call(client, event),
            Self::Served(_) => {}
        }
    }
}

fn no_clients() -> Failure {
    Failure::argument("a script beside a server has no clients: the application that uses the server is the client")
}
