//! The browser's page: the clients in it, and what they have to say.

use std::collections::{BTreeMap, VecDeque};

use super::compare::{self, Mismatch};
use super::difference;
use super::listeners::{RecordedListener, RecordedListeners};
use super::traffic::Traffic;
use crate::coverage::{Before, ClientInput, Observer};
use crate::recording::{Recording, TimelineRecord};
use kandy_client::{Call, Dialect, Emission, Event, Output, RequestId, Session, SocketId, Time, Timer, WebSocketInput};

/// How a recording writes a binary frame; its content was not kept.
const BINARY: &str = "[Blob]";

/// All clients of a recording, and their output in one order.
#[derive(Default)]
pub(super) struct Page {
    /// Which SDK is in it.
    pub(super) dialect: Dialect,
    /// What `Math.random()` gives in it.
    pub(super) random: Option<f64>,
    pub(super) clients: Vec<PageClient>,
    /// Requests, websockets, frames and closes that no record has asked for yet.
    pub(super) effects: VecDeque<(usize, Output)>,
    /// Which request of which client each fetch of the recording is.
    pub(super) fetches: BTreeMap<u64, (usize, RequestId)>,
    /// Likewise for websockets.
    pub(super) sockets: BTreeMap<u64, (usize, SocketId)>,
    events: VecDeque<(usize, Event)>,
    walk: Option<EventWalk>,
    timers_armed: u64,
    /// The transitions that the clients take.
    pub(super) observer: Observer,
}

/// One client, with its listeners.
pub(super) struct PageClient {
    pub(super) name: String,
    pub(super) session: Session,
    pub(super) listeners: RecordedListeners,
    /// The session's timers, each with its place in the order of arming of the whole page.
    armed: Vec<(Time, Timer, u64)>,
}

/// One event on its way through the listeners.
struct EventWalk {
    client: usize,
    event: Event,
    emission: Emission<'static>,
}

impl Page {
    /// A page with the SDK of a recording.
    pub(super) fn new(recording: &Recording) -> Self {
        let dialect = recording.dialect.client().unwrap_or_default();
        Self { dialect, random: recording.random, ..Self::default() }
    }

    /// The client of that name.
    pub(super) fn client(&self, name: &str) -> Result<usize, Mismatch> {
        let found = self.clients.iter().position(|client| client.name == name);
        found.ok_or_else(|| compare::missing_client(name))
    }

    pub(super) fn is_socket(&self, ws: u64, client: usize, id: SocketId) -> bool {
        self.sockets.get(&ws) == Some(&(client, id))
    }

    /// Gives an input of the recording to the session that it belongs to.
    pub(super) fn feed(&mut self, now: Time, input: &TimelineRecord, traffic: &Traffic<'_>) -> Result<(), Mismatch> {
        match input {
            TimelineRecord::FetchResponse { id, .. } | TimelineRecord::FetchFailed { id } => {
                let (client, request) = *self.fetches.get(id).ok_or_else(|| compare::missing("its request"))?;
                let answer = traffic.answer(input)?;
                let before = self.before(client, self.observer.answer(client, request, &answer));
                self.clients[client].session.handle_response(now, request, answer);
                self.took(client, before);
                self.drain(client);
                Ok(())
            }
            TimelineRecord::WsOpen { ws } => self.tell(now, *ws, WebSocketInput::Opened),
            TimelineRecord::WsError { ws } => self.tell(now, *ws, WebSocketInput::Failed),
            TimelineRecord::WsCloseEvent { ws, code, .. } => {
                self.tell(now, *ws, WebSocketInput::Closed { code: *code })
            }
            TimelineRecord::WsMessage { ws, data } if data == BINARY => self.tell(now, *ws, WebSocketInput::Binary),
            TimelineRecord::WsMessage { ws, data } => self.tell(now, *ws, WebSocketInput::Text(data.clone())),
            _ => Err(compare::missing("an input")),
        }
    }

    fn tell(&mut self, now: Time, ws: u64, input: WebSocketInput) -> Result<(), Mismatch> {
        let (client, socket) = *self.sockets.get(&ws).ok_or_else(|| compare::missing("its websocket"))?;
        let before = self.before(client, ClientInput::of_socket(&input));
        self.clients[client].session.handle_websocket(now, socket, input);
        self.took(client, before);
        self.drain(client);
        Ok(())
    }

    pub(super) fn fire(&mut self, due: Time, client: usize) {
        let timer = self.clients[client].session.poll_timeout();
        let before = timer.map(|(_, timer)| self.before(client, ClientInput::Timer(timer.into())));
        self.clients[client].session.handle_timeout(due);
        if let Some(before) = before {
            self.took(client, before);
        }
        self.drain(client);
    }

    /// How a client stands before it takes an input.
    pub(super) fn before(&self, client: usize, input: ClientInput) -> Before {
        Before::of(&self.clients[client].session, input)
    }

    pub(super) fn took(&mut self, client: usize, before: Before) {
        self.observer.took(client, before, &self.clients[client].session);
    }

    /// Takes all output of a client. Crashes of its tasks are told by what follows from them.
    pub(super) fn drain(&mut self, client: usize) {
        let PageClient { session, armed, .. } = &mut self.clients[client];
        while let Some(output) = session.poll_output() {
            self.observer.sent(client, &output);
            match output {
                Output::Event(event) => self.events.push_back((client, event)),
                Output::Crash(_) => {}
                effect => self.effects.push_back((client, effect)),
            }
        }
        if session.is_destroyed() {
            self.events.retain(|(of, _)| *of != client);
        }
        let before = std::mem::take(armed);
        *armed = session
            .timers()
            .map(|(due, timer)| {
                let known = before.iter().find(|(known_due, known, _)| (*known_due, *known) == (due, timer));
                let order = known.map_or_else(
                    || {
                        self.timers_armed += 1;
                        self.timers_armed
                    },
                    |(.., order)| *order,
                );
                (due, timer, order)
            })
            .collect();
    }

    /// The timer that fires next, of whichever client; among equal ones the one that was armed first.
    pub(super) fn next_timer(&self) -> Option<(Time, usize)> {
        let timers = self
            .clients
            .iter()
            .enumerate()
            .flat_map(|(index, client)| client.armed.iter().map(move |(due, _, order)| (*due, *order, index)));
        timers.min().map(|(due, _, client)| (due, client))
    }

    /// The next listener to call, and the event that it is called for.
    pub(super) fn walk(&mut self) -> Option<(usize, Event, RecordedListener)> {
        loop {
            if let Some(EventWalk { client, event, emission }) = &mut self.walk {
                if let Some(call) = emission.next(&self.clients[*client].listeners.registered) {
                    let (Call::Typed(listener) | Call::Wildcard(listener)) = call;
                    return Some((*client, event.clone(), listener));
                }
                self.walk = None;
            }
            let (client, event) = self.events.pop_front()?;
            self.walk = Some(EventWalk { client, emission: Emission::new(event.name()), event });
        }
    }

    /// The listener that was called last has thrown: nobody else hears of this event.
    pub(super) fn end_walk(&mut self) {
        self.walk = None;
    }

    /// Whether the clients have nothing to say.
    pub(super) fn is_settled(&self) -> bool {
        let is_over =
            |walk: &EventWalk| walk.emission.clone().next(&self.clients[walk.client].listeners.registered).is_none();
        self.effects.is_empty() && self.events.is_empty() && self.walk.as_ref().is_none_or(is_over)
    }

    /// What the clients say next.
    pub(super) fn describe_pending(&mut self) -> String {
        if let Some((client, effect)) = self.effects.front() {
            return self.describe_effect(*client, effect);
        }
        match self.walk() {
            Some((client, event, listener)) => self.describe_listener(client, &event, &listener),
            None => "nothing".to_owned(),
        }
    }

    pub(super) fn describe_effect(&self, client: usize, effect: &Output) -> String {
        let what = match effect {
            Output::Request { id, request } => format!("request {id} {} {}", request.method, request.url),
            Output::OpenWebSocket { id, url } => format!("websocket {id} made: {url}"),
            Output::SendFrame { id, text } => format!("frame sent on websocket {id}: {text}"),
            Output::CloseWebSocket { id } => format!("websocket {id} closed by the SDK"),
            Output::Crash(task) => format!("crash of the task: {task}"),
            Output::Event(event) => difference::describe_event(event.name(), &compare::fields(event.args())),
        };
        format!("{what} (client {})", self.clients[client].name)
    }

    pub(super) fn describe_listener(&self, client: usize, event: &Event, listener: &RecordedListener) -> String {
        let event = difference::describe_event(event.name(), &compare::fields(event.args()));
        let client = &self.clients[client].name;
        match listener {
            RecordedListener::Recorder => format!("{event} (client {client})"),
            RecordedListener::Named(name) => format!("a call of listener {name} with {event} (client {client})"),
        }
    }
}

impl PageClient {
    pub(super) fn new(name: &str, session: Session) -> Self {
        Self { name: name.to_owned(), session, listeners: RecordedListeners::default(), armed: Vec::new() }
    }
}
