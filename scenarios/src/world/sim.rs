//! The simulated world: one thread, virtual time, clients and platform joined by a link.

mod delivery;
mod disturb;
mod turns;

use std::collections::BTreeMap;
use std::time::Duration;

use kandy_client::{Session, SocketId};
use kandy_mock_server::{self as platform, Command, Platform};
use serde_json::{Value, json};

use self::disturb::SimDisturber;
pub use self::disturb::{Changeable, Seen, Unmet};
use self::turns::TurnLimit;
use super::client_side::ClientSide;
use super::link::{Link, LinkMessage};
use super::{StepError, WorldError, WorldTurn};
use crate::hygiene::StillUnderWay;
use crate::step::{ClientId, Done, Step};
use crate::trace::{ControlRecord, Trace};
use crate::transcript::control_text;

/// The host at which the simulated platform answers, on every port.
pub const PLATFORM_SERVER: &str = "kandy.test";

/// When the simulated world begins: 2024-01-01 00:00:00 UTC, since 1970. It is what the dates that a platform sends are
/// compared with.
const EPOCH: Duration = Duration::from_secs(1_704_067_200);

/// Clients and a platform in virtual time.
///
/// The order within one instant is fixed: messages that have arrived, in the order of sending; then the platform's
/// timers; then those of the clients, in the order of their creation.
#[derive(Debug)]
pub struct Sim {
    client_side: ClientSide,
    platform: Platform,
    link: Link,
    sockets: SimSockets,
    turns: TurnLimit,
    /// What should go wrong, if anything is.
    disturber: Option<Box<SimDisturber>>,
}

/// The names that both sides have for the sockets between them, until they are closed.
#[derive(Debug, Default)]
struct SimSockets {
    by_client: BTreeMap<(ClientId, SocketId), platform::SocketId>,
    by_platform: BTreeMap<platform::SocketId, (ClientId, SocketId)>,
}

impl Default for Sim {
    fn default() -> Self {
        Self {
            // The ports of the protocols are left out of URLs.
            client_side: ClientSide::new(vec![PLATFORM_SERVER.to_owned()]),
            platform: Platform::new(),
            link: Link::default(),
            sockets: SimSockets::default(),
            turns: TurnLimit::default(),
            disturber: None,
        }
    }
}

/// Looking.
impl Sim {
    /// The configuration that a client needs to reach this platform.
    #[must_use]
    pub fn base_config() -> Value {
        json!({ "authentication": {
            "subscription": { "server": PLATFORM_SERVER },
            "websocket": { "server": PLATFORM_SERVER },
        } })
    }

    /// The time since the world began.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.client_side.now
    }

    /// The platform, to look at.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// A client's session, to look at.
    ///
    /// # Panics
    ///
    /// The id is not of this world.
    #[must_use]
    pub fn session(&self, client: ClientId) -> &Session {
        self.client_side.session(client)
    }

    /// A client's name.
    pub(crate) fn client_name(&self, client: ClientId) -> &str {
        self.client_side.client_name(client)
    }

    /// What is between the clients and the platform.
    pub(super) fn under_way(&self) -> BTreeMap<ClientId, StillUnderWay> {
        let mut found = BTreeMap::<_, StillUnderWay>::new();
        for message in self.link.messages() {
            match message {
                LinkMessage::Request { client, id, .. } | LinkMessage::Reply { client, id, .. } => {
                    let found = found.entry(*client).or_default();
                    found.requests = true;
                    found.deletes |= self.client_side.ledger.is_delete(*client, *id);
                }
                LinkMessage::Upgrade { client, .. }
                | LinkMessage::Opened { client, .. }
                | LinkMessage::Socket { client, .. } => {
                    found.entry(*client).or_default().sockets = true;
                }
                LinkMessage::FrameUp { .. } | LinkMessage::ClosedByClient { .. } => {}
            }
        }
        found
    }

    /// What has happened so far.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        self.client_side.trace()
    }

    /// What has happened, once the run is over.
    #[must_use]
    pub fn into_trace(self) -> Trace {
        self.client_side.into_trace()
    }
}

/// Moving.
impl Sim {
    /// Carries out a step at once. No time passes and nothing is delivered.
    ///
    /// # Errors
    ///
    /// The step cannot be carried out, and nothing has changed; or the world cannot go on ([`StepError::World`]).
    pub fn apply(&mut self, step: Step) -> Result<Done, StepError> {
        match step {
            Step::Create { name, config } => {
                Ok(Done::Created(self.client_side.create(&name, Session::new(config).with_epoch(EPOCH))?))
            }
            Step::Call { client, call } => {
                let done = self.client_side.call(client, call)?;
                self.drain_client(client)?;
                Ok(done)
            }
            Step::Command(command) => self.command(command),
            Step::Print(text) => Ok(self.client_side.print(text)?.into()),
        }
    }

    fn command(&mut self, asked: Command) -> Result<Done, StepError> {
        let control = ControlRecord::of(&asked, control_text);
        let now = self.platform_time();
        let is_hidden = self.note_command(&asked);
        let done = self.platform.apply(now, asked)?.into();
        if is_hidden {
            self.platform.set_offline(now);
        }
        self.client_side.record_control(control)?;
        self.drain_platform()?;
        Ok(done)
    }

    /// Moves once, without passing `limit`; see [`WorldTurn`].
    ///
    /// # Errors
    ///
    /// The world cannot go on: one of its limits is reached.
    pub fn turn(&mut self, limit: Duration) -> Result<WorldTurn, WorldError> {
        if let Some((client, event)) = self.client_side.next_event()? {
            self.count_turn(|| event.name().to_owned())?;
            return Ok(WorldTurn::Event(client, event));
        }
        match self.next_due() {
            Some((due, source)) if due <= limit => {
                self.pass_to(due);
                self.deliver(source)?;
                Ok(WorldTurn::Moved)
            }
            _ => {
                self.pass_to(limit);
                Ok(WorldTurn::Quiet)
            }
        }
    }

    fn count_turn(&mut self, label: impl FnOnce() -> String) -> Result<(), WorldError> {
        self.turns.count(self.client_side.now, self.client_side.clients().count(), label)
    }

    pub(super) fn client_side(&self) -> &ClientSide {
        &self.client_side
    }

    pub(super) fn client_side_mut(&mut self) -> &mut ClientSide {
        &mut self.client_side
    }

    fn platform_time(&self) -> platform::Time {
        platform::Time::from_duration(self.client_side.now)
    }
}

impl SimSockets {
    fn join(&mut self, client: ClientId, id: SocketId, socket: platform::SocketId) {
        self.by_client.insert((client, id), socket);
        self.by_platform.insert(socket, (client, id));
    }

    fn part_by_client(&mut self, client: ClientId, id: SocketId) -> Option<platform::SocketId> {
        let socket = self.by_client.remove(&(client, id))?;
        self.by_platform.remove(&socket);
        Some(socket)
    }

    fn part_by_platform(&mut self, socket: platform::SocketId) {
        if let Some(key) = self.by_platform.remove(&socket) {
            self.by_client.remove(&key);
        }
    }
}
