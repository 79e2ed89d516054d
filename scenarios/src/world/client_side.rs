//! What every world has: the clients, their events that wait, and the trace.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use kandy_client::{
    Event, NetworkFailure, Output, RequestId, Response, Session, SocketId, Time, Timer, UntypedCall, Violation,
    WebSocketInput,
};

use super::address::Destination;
use super::ledger::Ledger;
use super::length::{MAX_CONFIG_BYTES, MAX_NAME_BYTES, check_call, check_length, event_bytes, json_bytes};
use super::{MAX_CLIENTS, MAX_EVENT_BYTES, StepError, WorldError};
use crate::coverage::{Before, ClientInput, Observer};
use crate::step::{ClientCall, ClientId, Done};
use crate::trace::{
    Beginning, Body, CallRecord, Close, ControlRecord, HandshakeStep, ReplyOutcome, SeenConnection, SentRequest, Trace,
    What,
};

/// The clients of a world, and the trace of what happens. A world moves it: it has no time and no network of its own.
#[derive(Debug)]
pub(super) struct ClientSide {
    /// The time of what happens next, which its world sets.
    pub(super) now: Duration,
    clients: Vec<NamedSession>,
    /// Those that end in the next tick.
    ending: Vec<ClientId>,
    client_inputs: u64,
    /// The events that wait. Only calls make more than one turn does, and each call is a record of the trace.
    events: VecDeque<(ClientId, Event)>,
    /// What the events so far have carried.
    event_bytes: usize,
    trace: Trace,
    numbers: Numbers,
    /// What will tell in the end whose is what is left.
    pub(super) ledger: Ledger,
    /// Who notes the transitions of the clients, if anybody does.
    pub(super) observer: Option<Box<Observer>>,
    platform: Arc<str>,
    script: Arc<str>,
    /// `host:port` of the platform's servers, which transcripts leave out.
    servers: Vec<String>,
}

#[derive(Debug)]
struct NamedSession {
    name: Arc<str>,
    session: Session,
    /// What `connect()` was last called with.
    last_connect: Option<ClientCall>,
}

/// What a trace calls the requests and sockets: clients number their own, a trace numbers all of them.
#[derive(Debug, Default)]
struct Numbers {
    requests: BTreeMap<(ClientId, RequestId), u64>,
    requests_sent: u64,
    sockets: BTreeMap<(ClientId, SocketId), u64>,
}

/// Looking.
impl ClientSide {
    pub(super) fn new(servers: Vec<String>) -> Self {
        Self {
            now: Duration::ZERO,
            clients: Vec::new(),
            ending: Vec::new(),
            client_inputs: 0,
            events: VecDeque::new(),
            event_bytes: 0,
            trace: Trace::default(),
            numbers: Numbers::default(),
            ledger: Ledger::default(),
            observer: None,
            platform: "platform".into(),
            script: "script".into(),
            servers,
        }
    }

    pub(super) fn session(&self, client: ClientId) -> &Session {
        &self.clients[client.0].session
    }

    /// How often any session has been told something.
    pub(super) const fn client_inputs(&self) -> u64 {
        self.client_inputs
    }

    pub(super) fn client_name(&self, client: ClientId) -> &str {
        &self.clients[client.0].name
    }

    pub(super) fn clients(&self) -> impl Iterator<Item = ClientId> + use<> {
        (0..self.clients.len()).map(ClientId)
    }

    pub(super) fn trace(&self) -> &Trace {
        &self.trace
    }

    pub(super) fn into_trace(self) -> Trace {
        self.trace
    }

    pub(super) fn address<'a>(&self, url: &'a str) -> Destination<'a> {
        Destination::of(url, &self.servers)
    }

    /// Whether an answer has not come, or never will.
    pub(super) fn has_unanswered(&self, client: ClientId) -> bool {
        let (first, last) = ((client, RequestId(0)), (client, RequestId(u64::MAX)));
        self.numbers.requests.range(first..=last).next().is_some()
    }

    /// The next timer of all clients; of equal deadlines that of the client that was created first.
    pub(super) fn next_timer(&self) -> Option<(Duration, ClientId)> {
        let timers = self.clients().filter_map(|id| Some((self.session(id).poll_timeout()?.0.since_start(), id)));
        timers.min_by_key(|(due, _)| *due)
    }

    /// The last `connect()` of a client.
    pub(super) fn last_connect(&self, client: ClientId) -> Option<&ClientCall> {
        self.clients[client.0].last_connect.as_ref()
    }

    /// A client that ends in the next tick, which no message overtakes.
    pub(super) fn ending(&self) -> Option<ClientId> {
        self.ending.first().copied()
    }

    /// When the armed timers of all clients are due.
    pub(super) fn deadlines(&self) -> impl Iterator<Item = Duration> + '_ {
        self.clients.iter().flat_map(|client| client.session.timers()).map(|(due, _)| due.since_start())
    }

    /// The armed timers of all clients: when, whose, what for.
    pub(super) fn timers(&self) -> Vec<(Duration, String, String)> {
        let of_client = |client: &NamedSession| {
            let name = client.name.to_string();
            let timers = client.session.timers();
            timers.map(|(due, timer)| (due.since_start(), name.clone(), timer.to_string())).collect::<Vec<_>>()
        };
        self.clients.iter().flat_map(of_client).collect()
    }
}

/// Acting. After each of these but `create`, take all of [`ClientSide::next_effect`].
impl ClientSide {
    pub(super) fn create(&mut self, name: &str, session: Session) -> Result<ClientId, StepError> {
        check_length("client's name", name.len(), MAX_NAME_BYTES)?;
        check_length("configuration as JSON", json_bytes(session.config()), MAX_CONFIG_BYTES)?;
        let reserved = *self.platform == *name || *self.script == *name;
        if reserved || self.clients.iter().any(|client| *client.name == *name) {
            return Err(StepError::NameTaken(name.to_owned()));
        }
        if self.clients.len() >= MAX_CLIENTS {
            return Err(StepError::TooManyClients);
        }
        self.clients.push(NamedSession { name: name.into(), session, last_connect: None });
        Ok(ClientId(self.clients.len() - 1))
    }

    pub(super) fn call(&mut self, id: ClientId, call: ClientCall) -> Result<Done, StepError> {
        let now = Time::from_duration(self.now);
        self.client_inputs += 1;
        let NamedSession { name, session, last_connect } = &mut self.clients[id.0];
        check_call(&call, session)?;
        if let ClientCall::Connect(..) | ClientCall::Untyped(UntypedCall::Connect { .. }) = &call {
            *last_connect = Some(call.clone());
        }
        self.trace.push(self.now, name, What::Call(CallRecord::of(&call)))?;
        let tells_violations = matches!(call, ClientCall::UpdateConfig(_));
        if matches!(call, ClientCall::Destroy) && !session.is_ending() {
            self.ending.push(id);
        }
        let before = self.observer.as_ref().and_then(|_| Some(Before::of(session, ClientInput::of_call(&call)?)));
        let violations = call.make(now, session)?;
        if let (Some(observer), Some(before)) = (&mut self.observer, before) {
            observer.took(id.0, before, session);
        }
        Ok(if tells_violations { Done::Violations(violations) } else { Done::Nothing })
    }

    pub(super) fn respond(&mut self, client: ClientId, id: RequestId, answer: Result<Response, NetworkFailure>) {
        self.numbers.requests.remove(&(client, id));
        self.ledger.answered(client, id, &answer);
        let now = Time::from_duration(self.now);
        let before = self.before(client, |observer| observer.answer(client.0, id, &answer));
        self.session_mut(client).handle_response(now, id, answer);
        self.took(client, before);
    }

    pub(super) fn tell(&mut self, client: ClientId, id: SocketId, input: WebSocketInput) {
        self.ledger.heard(client, id, &input);
        let now = Time::from_duration(self.now);
        let before = self.before(client, |_| ClientInput::of_socket(&input));
        self.session_mut(client).handle_websocket(now, id, input);
        self.took(client, before);
    }

    /// Lets the next timer of a client fire if it is due, and says which it was.
    pub(super) fn fire_timer(&mut self, client: ClientId) -> Option<Timer> {
        let now = Time::from_duration(self.now);
        let (_, timer) = self.session(client).poll_timeout()?;
        let before = self.before(client, |_| ClientInput::Timer(timer.into()));
        self.session_mut(client).handle_timeout(now);
        self.took(client, before);
        if self.session(client).is_destroyed() {
            // A destroyed client emits nothing, not even what waits already.
            self.events.retain(|(of, _)| *of != client);
            self.ending.retain(|of| *of != client);
        }
        Some(timer)
    }

    /// How a client stands before it takes an input, if that is observed.
    fn before(&self, client: ClientId, input: impl FnOnce(&Observer) -> ClientInput) -> Option<Before> {
        let observer = self.observer.as_ref()?;
        Some(Before::of(self.session(client), input(observer)))
    }

    fn took(&mut self, client: ClientId, before: Option<Before>) {
        if let (Some(observer), Some(before)) = (&mut self.observer, before) {
            observer.took(client.0, before, &self.clients[client.0].session);
        }
    }

    /// A session, to be told something.
    fn session_mut(&mut self, client: ClientId) -> &mut Session {
        self.client_inputs += 1;
        &mut self.clients[client.0].session
    }

    /// The next effect that is the network's business, written to the trace. Events are queued on the way.
    pub(super) fn next_effect(&mut self, client: ClientId) -> Result<Option<Output>, WorldError> {
        while let Some(output) = self.clients[client.0].session.poll_output() {
            self.ledger.sent(client, &output);
            if let Some(observer) = &mut self.observer {
                observer.sent(client.0, &output);
            }
            match &output {
                Output::Event(_) | Output::Crash(_) => {}
                Output::Request { id, request } => {
                    self.numbers.requests_sent += 1;
                    self.numbers.requests.insert((client, *id), self.numbers.requests_sent);
                    let request = SentRequest {
                        number: self.numbers.requests_sent,
                        method: request.method.clone(),
                        address: self.address(&request.url).record(),
                        body: request.body.as_ref().map(Body::of),
                    };
                    self.record_client(client, What::Request(Box::new(request)))?;
                }
                Output::OpenWebSocket { id, url } => {
                    let number = self.numbers.sockets.len() as u64 + 1;
                    self.numbers.sockets.insert((client, *id), number);
                    let step = HandshakeStep::Opens(self.address(url).record());
                    self.record_client(client, What::Handshake { socket: number, step })?;
                }
                Output::SendFrame { id, .. } => {
                    let number = self.socket_number(client, *id);
                    self.trace.push_ping(self.now, &self.clients[client.0].name, number)?;
                }
                Output::CloseWebSocket { id } => {
                    let socket = self.socket_number(client, *id);
                    self.record_client(client, What::Close { socket, close: Close::ByClient })?;
                }
            }
            match output {
                Output::Event(event) => self.events.push_back((client, event)),
                Output::Crash(task) => self.record_client(client, What::Crash(task))?,
                effect => return Ok(Some(effect)),
            }
        }
        Ok(None)
    }

    pub(super) fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// The next event for listeners, written with the state that they see.
    pub(super) fn next_event(&mut self) -> Result<Option<(ClientId, Arc<Event>)>, WorldError> {
        let Some((id, event)) = self.events.pop_front() else {
            return Ok(None);
        };
        let NamedSession { name, session, .. } = &self.clients[id.0];
        self.event_bytes = self.event_bytes.saturating_add(event_bytes(&event));
        if self.event_bytes > MAX_EVENT_BYTES {
            return Err(WorldError::TooManyEventBytes { time: self.now });
        }
        let event = Arc::new(event);
        let state =
            SeenConnection { is_connected: session.standing().is_connected, is_pending: session.standing().is_pending };
        self.trace.push(self.now, name, What::Event { event: event.clone(), state })?;
        Ok(Some((id, event)))
    }
}

/// Recording.
impl ClientSide {
    /// The number that a request has in the trace.
    pub(super) fn request_number(&self, client: ClientId, id: RequestId) -> u64 {
        self.numbers.requests.get(&(client, id)).copied().unwrap_or_default()
    }

    /// The number that a websocket has in the trace.
    pub(super) fn socket_number(&self, client: ClientId, id: SocketId) -> u64 {
        self.numbers.sockets.get(&(client, id)).copied().unwrap_or_default()
    }

    pub(super) fn record_client(&mut self, client: ClientId, what: What) -> Result<(), WorldError> {
        Ok(self.trace.push(self.now, &self.clients[client.0].name, what)?)
    }

    pub(super) fn record_platform(&mut self, what: What) -> Result<(), WorldError> {
        Ok(self.trace.push(self.now, &self.platform, what)?)
    }

    /// What came of a request that has not been answered yet.
    pub(super) fn record_reply(
        &mut self,
        client: ClientId,
        id: RequestId,
        outcome: ReplyOutcome,
    ) -> Result<(), WorldError> {
        self.record_platform(What::Reply { number: self.request_number(client, id), outcome })
    }

    /// A command that was carried out, if it does more than prepare a run.
    pub(super) fn record_control(&mut self, control: Option<ControlRecord>) -> Result<(), WorldError> {
        control.map_or(Ok(()), |control| self.record_platform(What::Control(control)))
    }

    /// A line of the SDK's log.
    pub(super) fn log(&mut self, client: ClientId, violation: &Violation) -> Result<(), WorldError> {
        let value = Beginning::of(&violation.value).as_str().to_owned();
        let violation = Violation { path: violation.path.clone(), value, expected: violation.expected };
        self.record_client(client, What::Log(Box::new(violation)))
    }

    pub(super) fn print(&mut self, text: String) -> Result<(), WorldError> {
        Ok(self.trace.push(self.now, &self.script, What::Print(text.into()))?)
    }
}
