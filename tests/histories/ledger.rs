//! What can be seen of a history from outside the clients: who made what, and why a client may have left it behind.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use http::Method;
use kandy_client::{Event, Task, Timer};
use kandy_mock_server::{Answered, Point, SocketId, SubscriptionId};
use kandy_scenarios::step::{ClientCall, ClientId};
use kandy_scenarios::trace::{HandshakeStep, What};
use kandy_scenarios::world::Sim;

use crate::world::client_name;

/// A turn or a step of the world, in their order.
pub(crate) type Tick = usize;

/// What was seen.
pub(crate) struct Ledger {
    tick: Tick,
    pub(crate) clients: Vec<ClientLog>,
    pub(crate) subscriptions: BTreeMap<SubscriptionId, SubscriptionLog>,
    pub(crate) sockets: BTreeMap<SocketId, SocketLog>,
    journal_seen: u64,
    trace_seen: usize,
    /// Which client a socket of the trace belongs to.
    socket_owners: BTreeMap<u64, usize>,
}

/// What was seen of one client.
#[derive(Debug, Default)]
pub(crate) struct ClientLog {
    pub(crate) moments: Vec<(Tick, Moment)>,
    in_use: BTreeSet<kandy_client::SocketId>,
    /// When it sent the POSTs that have not reached the platform.
    posts: VecDeque<Tick>,
}

/// What can keep a client from cleaning up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// `disconnect()` while it was not connected.
    Cancelled,
    /// `disconnect()` while it was connected.
    Left,
    /// `destroy()`
    Destroyed,
    /// `auth:error`
    Failed,
    /// `auth:change` with the reason `GONE` or `LOST_CONNECTION`.
    Ended,
    /// The last `auth:change` of a disconnect.
    Finished,
    /// Its connect flow died.
    FlowDied,
    /// All its requests died.
    RequestsDied,
    /// A request of its own was never answered.
    Hung,
    /// It sent a DELETE to somewhere else than the platform.
    DeletedElsewhere,
    /// The refresh of a token failed.
    RefreshFailed,
}

/// What was seen of one subscription.
#[derive(Debug)]
pub(crate) struct SubscriptionLog {
    pub(crate) owner: usize,
    /// When it was asked for.
    pub(crate) asked: Tick,
    /// Whether a fault shaped the answer, so that the client may have been told something else.
    pub(crate) shaped: bool,
    /// Of each DELETE for it, whether it was answered with 200 and by no fault.
    pub(crate) deletes: Vec<bool>,
}

/// What was seen of one socket that opened.
#[derive(Debug)]
pub(crate) struct SocketLog {
    pub(crate) owner: usize,
    pub(crate) opened: Tick,
    /// Whether the client took it into use.
    pub(crate) taken: bool,
    /// Whether the client was connected after that, and not about to leave.
    pub(crate) in_session: bool,
}

impl ClientLog {
    /// Whether a disconnect has begun and not ended.
    pub(crate) fn is_leaving(&self) -> bool {
        let last = |wanted: &[Moment]| self.moments.iter().rposition(|(_, moment)| wanted.contains(moment));
        last(&[Moment::Left, Moment::RefreshFailed]) > last(&[Moment::Finished, Moment::Ended, Moment::FlowDied])
    }
}

impl Ledger {
    pub(crate) fn new(clients: usize, sim: &Sim) -> Self {
        Self {
            tick: 0,
            clients: (0..clients).map(|_| ClientLog::default()).collect(),
            subscriptions: BTreeMap::new(),
            sockets: BTreeMap::new(),
            journal_seen: sim.platform().journal().next_seq(),
            trace_seen: sim.trace().records().len(),
            socket_owners: BTreeMap::new(),
        }
    }

    /// What `client` did or suffered from `since` on.
    pub(crate) fn has(&self, client: usize, since: Tick, moments: &[Moment]) -> bool {
        self.clients[client].moments.iter().any(|(tick, moment)| *tick >= since && moments.contains(moment))
    }

    /// Before a call: what it means depends on the state in which it is made.
    pub(crate) fn before_call(&mut self, client: usize, call: &ClientCall, sim: &Sim) {
        let session = sim.session(ClientId(client));
        let moment = match call {
            _ if session.is_destroyed() => return,
            ClientCall::Disconnect if session.is_connected() => Moment::Left,
            ClientCall::Disconnect => Moment::Cancelled,
            ClientCall::Destroy => Moment::Destroyed,
            _ => return,
        };
        self.note(client, moment);
    }

    /// After each turn and each step.
    pub(crate) fn observe(&mut self, sim: &Sim, event: Option<(ClientId, &Event)>) {
        match event {
            Some((client, Event::AuthError(_))) => self.note(client.0, Moment::Failed),
            Some((client, Event::Disconnected { reason: Some(_), .. })) => self.note(client.0, Moment::Ended),
            Some((client, Event::Disconnected { reason: None, .. })) => self.note(client.0, Moment::Finished),
            _ => {}
        }
        let opened = self.read_trace(sim);
        self.read_journal(sim);
        self.look_at_sockets(sim, opened);
        self.tick += 1;
    }

    fn note(&mut self, client: usize, moment: Moment) {
        self.clients[client].moments.push((self.tick, moment));
    }

    /// Gives whose socket has just opened.
    fn read_trace(&mut self, sim: &Sim) -> Option<usize> {
        let records = sim.trace().records();
        let mut opened = None;
        for record in &records[self.trace_seen..] {
            match (&record.what, self.client_named(&record.who)) {
                (What::Crash(Task::ConnectFlow), Some(client)) => self.note(client, Moment::FlowDied),
                (What::Crash(Task::Requests), Some(client)) => self.note(client, Moment::RequestsDied),
                (What::Request(request), Some(client)) => match (&request.method, request.address.is_elsewhere()) {
                    (&Method::DELETE, true) => self.note(client, Moment::DeletedElsewhere),
                    (&Method::POST, false) => self.clients[client].posts.push_back(self.tick),
                    _ => {}
                },
                (What::Handshake { socket, step: HandshakeStep::Opens(_) }, Some(client)) => {
                    self.socket_owners.insert(*socket, client);
                }
                (What::Handshake { socket, step: HandshakeStep::Open }, _) => {
                    opened = self.socket_owners.get(socket).copied();
                }
                _ => {}
            }
        }
        self.trace_seen = records.len();
        opened
    }

    fn read_journal(&mut self, sim: &Sim) {
        let journal = sim.platform().journal();
        let seen = std::mem::replace(&mut self.journal_seen, journal.next_seq());
        let requests: Vec<_> =
            journal.since(seen).filter_map(|record| Some((record.point?, record.request()?.clone()))).collect();
        for (point, request) in requests {
            let agent = request.agent().and_then(|agent| agent.split_once(' '));
            let Some(client) = agent.and_then(|(_, name)| self.client_named(name)) else { continue };
            if request.answered == Answered::Hang {
                self.note(client, Moment::Hung);
            }
            match point {
                Point::Subscribe => {
                    let asked = self.clients[client].posts.pop_front().unwrap_or_default();
                    for info in sim.platform().subscriptions(None) {
                        let log = SubscriptionLog {
                            owner: client,
                            asked,
                            shaped: request.fault.is_some(),
                            deletes: Vec::new(),
                        };
                        self.subscriptions.entry(info.id).or_insert(log);
                    }
                }
                Point::Unsubscribe => {
                    let is_named = |id: &SubscriptionId| request.path().ends_with(&format!("/subscription/{id}"));
                    if let Some((_, log)) = self.subscriptions.iter_mut().find(|(id, _)| is_named(id)) {
                        log.deletes.push(request.answered == Answered::Status(200) && request.fault.is_none());
                    }
                }
                Point::RefreshToken if request.answered != Answered::Status(200) => {
                    self.note(client, Moment::RefreshFailed);
                }
                _ => {}
            }
        }
    }

    fn look_at_sockets(&mut self, sim: &Sim, opened: Option<usize>) {
        let mut taken = false;
        for (client, log) in self.clients.iter_mut().enumerate() {
            let in_use = sim.session(ClientId(client)).open_sockets().collect();
            taken |= opened == Some(client) && !log.in_use.is_superset(&in_use);
            log.in_use = in_use;
        }
        let Some(owner) = opened else { return };
        let in_session = sim.session(ClientId(owner)).is_connected() && !self.clients[owner].is_leaving();
        for info in sim.platform().sockets(None) {
            if info.opened.is_some() {
                let log = SocketLog { owner, opened: self.tick, taken, in_session };
                self.sockets.entry(info.id).or_insert(log);
            }
        }
    }

    fn client_named(&self, name: &str) -> Option<usize> {
        (0..self.clients.len()).find(|index| client_name(*index) == name)
    }
}

/// The timers of a client that are still armed.
pub(crate) fn timers(sim: &Sim, client: usize) -> Vec<Timer> {
    sim.session(ClientId(client)).timers().map(|(_, timer)| timer).collect()
}
