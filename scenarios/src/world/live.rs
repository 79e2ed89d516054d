//! The live world: clients and platform on loopback sockets, in real time.
//!
//! Sockets live on runtime threads, and only inputs come from there, through bounded channels. The thread of the script
//! owns the sessions and takes inputs one at a time, inside waits, so that a script meets the same turns as in `Sim`.

mod server;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kandy_client::Session;
use kandy_client::driver::{Input, Options, SetUpError, Transport};
use kandy_mock_server::{Command, Platform, Point, StartError, Watch};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use self::server::LiveServer;
use super::arrival;
use super::client_side::ClientSide;
use super::{StepError, WorldError, WorldTurn};
use crate::hygiene::StillUnderWay;
use crate::step::{ClientId, Done, Step};
use crate::trace::{ControlRecord, Trace};
use crate::transcript::control_text;

/// How long a turn waits at most for something to happen, so that whoever waits can look at its limits.
const LONGEST_TURN: Duration = Duration::from_millis(100);

/// Clients and a platform on loopback, in real time.
#[derive(Debug)]
pub struct Live {
    client_side: ClientSide,
    lines: Vec<ClientNetwork>,
    /// An input that has arrived. It is taken in the next turn, so that a wait can end before.
    arrived: Option<(ClientId, Input)>,
    /// How far the platform's journal had come before the effects of the last input or timer went out.
    journal_known: u64,
    news: Watch,
    /// Whether clients ask first whether they may make a request, since the platform was told to misbehave at that.
    asks_first: bool,
    server: LiveServer,
    // Dropped last: the transports and the server need it to say goodbye.
    runtime: Runtime,
}

/// A client's network.
#[derive(Debug)]
struct ClientNetwork {
    transport: Transport,
    inputs: mpsc::Receiver<Input>,
}

/// Why there is no live world.
#[derive(Debug, Error)]
pub enum LiveError {
    /// No threads for the sockets.
    #[error("the runtime of the live world cannot be started")]
    Runtime(#[source] std::io::Error),
    /// No ports for the platform.
    #[error("the platform of the live world cannot be started")]
    Platform(#[source] StartError),
}

/// When a world began that is so old, since 1970.
fn epoch(age: Duration) -> Duration {
    #[expect(clippy::disallowed_methods, reason = "the real world's day is read once for each client")]
    let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    today.saturating_sub(age)
}

/// What ended a turn's waiting.
enum Woken {
    Input(ClientId, Input),
    /// Something happened at the platform that a wait may be for, or the time is up.
    Else,
}

impl Live {
    /// Starts a platform on a free port of 127.0.0.1, behind the server that `serve` has: every fault is real there.
    ///
    /// # Errors
    ///
    /// [`LiveError`] where the system has no thread or port left.
    pub fn start() -> Result<Self, LiveError> {
        Self::start_behind(LiveServer::front())
    }

    /// Starts a platform on two free ports of 127.0.0.1, behind the server that tests embed. A step that asks for a fault
    /// that wiremock cannot do is refused there: [`StepError::Wiremock`].
    ///
    /// # Errors
    ///
    /// [`LiveError`] where the system has no thread or port left.
    pub fn start_behind_mock() -> Result<Self, LiveError> {
        Self::start_behind(LiveServer::mock())
    }

    fn start_behind(server: impl Future<Output = Result<LiveServer, StartError>>) -> Result<Self, LiveError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("kandy-live")
            .enable_all()
            .build()
            .map_err(LiveError::Runtime)?;
        let server = runtime.block_on(server).map_err(LiveError::Platform)?;
        let address = |port: u16| format!("{}:{port}", server.host());
        let client_side = ClientSide::new(vec![address(server.rest_port()), address(server.ws_port())]);
        let news = server.watch();
        Ok(Self {
            client_side,
            lines: Vec::new(),
            arrived: None,
            journal_known: 0,
            news,
            asks_first: false,
            server,
            runtime,
        })
    }

    /// The configuration that a client needs to reach this platform.
    #[must_use]
    pub fn base_config(&self) -> Value {
        let server =
            |protocol: &str, port: u16| json!({ "server": self.server.host(), "protocol": protocol, "port": port });
        json!({ "authentication": {
            "subscription": server("http", self.server.rest_port()),
            "websocket": server("ws", self.server.ws_port()),
        } })
    }

    /// The time since the platform was started.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.server.now().since_start()
    }

    /// Looks at the platform, which stands still meanwhile.
    pub fn look<R>(&self, look: impl FnOnce(&Platform) -> R) -> R {
        self.server.platform(|platform, _| look(platform))
    }

    pub(super) const fn journal_known(&self) -> u64 {
        self.journal_known
    }

    /// See [`Sim::apply`](super::Sim::apply).
    ///
    /// # Errors
    ///
    /// The step cannot be carried out, and nothing has changed; or the world cannot go on ([`StepError::World`]).
    pub fn apply(&mut self, step: Step) -> Result<Done, StepError> {
        self.client_side.now = self.now();
        match step {
            Step::Create { name, config } => {
                let mut line = ClientNetwork::new(&self.runtime)?;
                if self.asks_first {
                    line.transport.ask_first();
                }
                let client =
                    self.client_side.create(&name, Session::new(config).with_epoch(epoch(self.client_side.now)))?;
                self.lines.push(line);
                Ok(Done::Created(client))
            }
            Step::Call { client, call } => {
                let done = self.client_side.call(client, call)?;
                self.drain(client)?;
                Ok(done)
            }
            Step::Command(command) => self.command(command),
            Step::Print(text) => Ok(self.client_side.print(text)?.into()),
        }
    }

    fn command(&mut self, asked: Command) -> Result<Done, StepError> {
        let control = ControlRecord::of(&asked, control_text);
        let asks_first = matches!(asked, Command::Fail { point: Point::Preflight, .. });
        let output = self.server.command(asked)?;
        if asks_first {
            self.asks_first = true;
            self.lines.iter_mut().for_each(|line| line.transport.ask_first());
        }
        self.client_side.record_control(control)?;
        Ok(output.into())
    }

    /// Moves once, or waits a moment for something to move; see [`WorldTurn`]. An input that arrives is a turn of its own,
    /// and is taken in the next.
    ///
    /// # Errors
    ///
    /// The trace is full.
    pub fn turn(&mut self, limit: Duration) -> Result<WorldTurn, WorldError> {
        self.client_side.now = self.now();
        if let Some((client, event)) = self.client_side.next_event()? {
            return Ok(WorldTurn::Event(client, event));
        }
        if let Some((client, input)) = self.arrived.take() {
            self.journal_known = self.look(|platform| platform.journal().next_seq());
            self.take(client, input)?;
            return Ok(WorldTurn::Moved);
        }
        let timer = self.client_side.next_timer();
        if let Some((due, client)) = timer
            && due <= self.client_side.now
        {
            self.journal_known = self.look(|platform| platform.journal().next_seq());
            self.client_side.fire_timer(client);
            self.drain(client)?;
            return Ok(WorldTurn::Moved);
        }
        if limit <= self.client_side.now {
            return Ok(WorldTurn::Quiet);
        }
        let until = timer.map_or(limit, |(due, _)| due.min(limit));
        if let Woken::Input(client, input) = self.wait((until - self.client_side.now).min(LONGEST_TURN)) {
            self.arrived = Some((client, input));
        }
        Ok(WorldTurn::Moved)
    }

    fn wait(&mut self, time: Duration) -> Woken {
        let Self { lines, news, runtime, .. } = self;
        runtime.block_on(async {
            let input = poll_fn(|context| {
                for (index, line) in lines.iter_mut().enumerate() {
                    if let Poll::Ready(Some(input)) = line.inputs.poll_recv(context) {
                        return Poll::Ready(Woken::Input(ClientId(index), input));
                    }
                }
                Poll::Pending
            });
            tokio::select! {
                biased;
                input = input => input,
                _ = news.next() => Woken::Else,
                () = tokio::time::sleep(time) => Woken::Else,
            }
        })
    }

    fn take(&mut self, client: ClientId, input: Input) -> Result<(), WorldError> {
        match input {
            Input::Response { id, answer } => {
                let outcome = arrival::outcome(&answer);
                self.client_side.record_reply(client, id, outcome)?;
                self.client_side.respond(client, id, answer);
            }
            Input::WebSocket { id, input } => {
                let what = arrival::record(self.client_side.socket_number(client, id), &input);
                self.client_side.record_platform(what)?;
                self.client_side.tell(client, id, input);
            }
        }
        self.drain(client)
    }

    fn drain(&mut self, client: ClientId) -> Result<(), WorldError> {
        while let Some(effect) = self.client_side.next_effect(client)? {
            let told = self.lines[client.0].transport.carry_out(effect);
            debug_assert!(told.is_none(), "the client side keeps what applications are told");
        }
        Ok(())
    }

    /// What may be between the clients and the platform: a request that is never answered looks like one whose answer is
    /// under way.
    pub(super) fn under_way(&self) -> BTreeMap<ClientId, StillUnderWay> {
        let of_client = |client| StillUnderWay {
            requests: self.client_side.has_unanswered(client),
            deletes: self.client_side.ledger.deletes(client),
            sockets: self.client_side.ledger.sockets(client).any(|(_, is_open)| !is_open),
        };
        self.client_side.clients().map(|client| (client, of_client(client))).collect()
    }

    pub(super) fn client_side(&self) -> &ClientSide {
        &self.client_side
    }

    pub(super) fn client_side_mut(&mut self) -> &mut ClientSide {
        &mut self.client_side
    }

    /// What has happened, once the run is over.
    #[must_use]
    pub fn into_trace(self) -> Trace {
        let Self { client_side, .. } = self;
        client_side.into_trace()
    }
}

impl ClientNetwork {
    fn new(runtime: &Runtime) -> Result<Self, SetUpError> {
        let options = Options::default().with_enforce_cors(true).with_plain_websockets(true);
        let (transport, inputs) = Transport::new(runtime.handle().clone(), &options)?;
        Ok(Self { transport, inputs })
    }
}
