//! Websockets: attempts to open one, drops and reconnects (PROTOCOL.md, section 2).

use serde_json::{Value, json};

use crate::browser;
use crate::connect::Flow;
use crate::event::{DisconnectReason, Event};
use crate::io::{Output, SocketId};
use crate::js_value::js_number;
use crate::session::Session;
use crate::state::{SocketDetails, SocketState};
use crate::timer::{OpeningId, Time, Timer, set_timeout};
use crate::wire::query_text;

/// The shortest first interval between two attempts, in milliseconds. Later intervals have no floor.
const SHORTEST_FIRST_INTERVAL: f64 = 2_000.0;
/// The close code with which the platform says that the session is over.
const NORMAL_CLOSURE: u16 = 1000;

/// The websockets of one client. There can be more than one: an attempt that a disconnect has left behind may
/// still succeed.
#[derive(Debug, Default)]
pub(crate) struct WebSockets {
    /// What `getSocketState()` gives: of all sockets together, by the last that changed.
    pub(crate) state: Option<SocketState>,
    /// What `enableConnectivityChecking()` said since the SDK last closed a socket.
    pub(crate) checking: Option<bool>,
    pub(crate) open: Vec<OpenSocket>,
    pub(crate) openings: Vec<Opening>,
    last_opening: Option<OpeningId>,
    sockets_made: u64,
}

/// A socket that is open and in use.
#[derive(Debug)]
pub(crate) struct OpenSocket {
    pub(crate) id: SocketId,
    /// `checkConnectivity` as it was when the socket opened.
    pub(crate) check_connectivity: bool,
    channel: String,
}

/// A run of attempts to open a websocket.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) id: OpeningId,
    /// Whether a session that was connected is waiting for it.
    reconnects: bool,
    channel: String,
    /// The address is made once; later attempts do not know newer tokens.
    url: String,
    info: Value,
    attempt: u32,
    /// From the start of this attempt to that of the next, in milliseconds.
    interval: f64,
    /// The socket of this attempt, until it has failed.
    pub(crate) socket: Option<SocketId>,
}

impl WebSockets {
    /// Ends every use of sockets without closing any.
    pub(crate) fn forget(&mut self) {
        self.open.clear();
        self.openings.clear();
    }

    fn set_disconnected(&mut self) {
        let details = self.state.take().and_then(|state| state.details);
        self.state = Some(SocketState { connected: false, details });
    }

    fn set_forgotten(&mut self) {
        self.state = Some(SocketState { connected: false, details: None });
    }

    fn opening_of(&mut self, socket: SocketId) -> Option<&mut Opening> {
        self.openings.iter_mut().find(|opening| opening.socket == Some(socket))
    }

    fn take_opening(&mut self, id: OpeningId) -> Option<Opening> {
        let index = self.openings.iter().position(|opening| opening.id == id)?;
        Some(self.openings.remove(index))
    }

    fn take_open(&mut self, id: SocketId) -> Option<OpenSocket> {
        let index = self.open.iter().position(|socket| socket.id == id)?;
        Some(self.open.remove(index))
    }
}

impl Session {
    /// Starts a run of attempts.
    pub(crate) fn open_websocket(&mut self, now: Time, channel: String, reconnects: bool) {
        self.websockets.set_disconnected();
        self.emit(Event::WebSocketChange);
        let (address, info) = self.websocket_address(&channel);
        let Some(url) = browser::websocket_url(&address) else {
            self.emit(Event::WebSocketChange);
            return self.opening_failed(reconnects);
        };
        let id = self.websockets.last_opening.map_or(OpeningId(1), OpeningId::next);
        self.websockets.last_opening = Some(id);
        let interval = self.config.connectivity.reconnect_delay.max(SHORTEST_FIRST_INTERVAL);
        let opening = Opening { id, reconnects, channel, url, info, attempt: 0, interval, socket: None };
        self.start_attempt(now, opening);
    }

    /// The address for a channel with the newest token, and its parts as `getSocketState()` names them.
    fn websocket_address(&self, channel: &str) -> (String, Value) {
        let server = &self.config.authentication.websocket;
        let tokens = self.state.tokens.as_ref();
        let (key, token) = match tokens.and_then(|tokens| tokens.oauth.as_ref()) {
            Some(token) => ("access_token", Some(token)),
            None => ("token", tokens.and_then(|tokens| tokens.access.as_ref())),
        };
        let address = server.base_url() + channel + &query_text(&[(key, token.cloned())]);
        let info = json!({
            "protocol": server.protocol,
            "server": server.server,
            "port": js_number(server.port),
            "url": channel,
            "params": token.map_or_else(|| json!({}), |token| json!({ key: token })),
        });
        (address, info)
    }

    fn start_attempt(&mut self, now: Time, mut opening: Opening) {
        self.websockets.sockets_made += 1;
        let id = SocketId(self.websockets.sockets_made);
        opening.attempt = opening.attempt.saturating_add(1);
        opening.socket = Some(id);
        self.effect(Output::OpenWebSocket { id, url: opening.url.clone() });
        self.timers.arm(now + set_timeout(opening.interval), Timer::Attempt(opening.id));
        self.websockets.openings.push(opening);
    }

    fn is_last(&self, attempt: u32) -> bool {
        let limit = self.config.connectivity.reconnect_limit;
        limit != 0.0 && f64::from(attempt) >= limit
    }

    /// An attempt has failed: the next one comes when its interval is over, unless it was the last.
    pub(crate) fn websocket_failed(&mut self, _now: Time, socket: SocketId) {
        let Some(opening) = self.websockets.opening_of(socket) else {
            return;
        };
        opening.socket = None;
        let (id, attempt) = (opening.id, opening.attempt);
        if self.is_last(attempt) {
            self.give_up(id);
        }
    }

    /// The interval of an attempt is over. A socket that still hangs is left alone: it may open later, unused.
    pub(crate) fn attempt_due(&mut self, now: Time, id: OpeningId) {
        let Some(mut opening) = self.websockets.take_opening(id) else {
            return;
        };
        if self.is_last(opening.attempt) {
            return self.opening_failed(opening.reconnects);
        }
        let connectivity = &self.config.connectivity;
        let growth = connectivity.reconnect_time_multiplier.powf(f64::from(opening.attempt));
        opening.interval = (connectivity.reconnect_delay * growth).min(connectivity.reconnect_time_limit);
        self.start_attempt(now, opening);
    }

    fn give_up(&mut self, id: OpeningId) {
        self.timers.cancel(Timer::Attempt(id));
        if let Some(opening) = self.websockets.take_opening(id) {
            self.opening_failed(opening.reconnects);
        }
    }

    fn opening_failed(&mut self, reconnects: bool) {
        if reconnects {
            self.websockets.set_disconnected();
        } else {
            self.websockets.set_forgotten();
        }
        if matches!(self.flow, Flow::OpeningWebSocket { .. }) {
            self.fail_without_websocket();
        }
        if reconnects {
            self.end_session(Some(DisconnectReason::LostConnection), None);
        }
    }

    pub(crate) fn websocket_opened(&mut self, now: Time, id: SocketId) {
        let Some(opening) = self.websockets.opening_of(id).map(|opening| opening.id) else {
            return;
        };
        self.timers.cancel(Timer::Attempt(opening));
        let opening = self.websockets.take_opening(opening).expect("it was found by its socket");
        let connectivity = &self.config.connectivity;
        let check_connectivity = connectivity.check_connectivity;
        let options = connectivity.clone();
        self.websockets.state = Some(SocketState {
            connected: true,
            details: Some(SocketDetails { ws_info: opening.info, options, last_contact: now }),
        });
        self.websockets.open.push(OpenSocket { id, check_connectivity, channel: opening.channel });
        self.start_pinging(now, id, check_connectivity);
        self.emit(Event::WebSocketChange);
        self.connect_with_open_websocket(now);
    }

    /// The server or the network has closed a socket.
    pub(crate) fn websocket_closed(&mut self, now: Time, id: SocketId, code: u16) {
        let Some(socket) = self.websockets.take_open(id) else {
            return self.websocket_failed(now, id);
        };
        self.timers.cancel(Timer::Ping(id));
        self.websockets.set_disconnected();
        if code == NORMAL_CLOSURE || !self.config.connectivity.auto_reconnect {
            self.end_session(Some(DisconnectReason::LostConnection), None);
        } else {
            self.open_websocket(now, socket.channel, true);
        }
    }

    /// Closes every socket in use, as disconnecting and `gone` do; attempts under way go on.
    pub(crate) fn close_websockets(&mut self) {
        for socket in std::mem::take(&mut self.websockets.open) {
            self.close_websocket(socket.id);
            self.websockets.set_forgotten();
            self.websockets.checking = None;
            self.emit(Event::WebSocketChange);
        }
    }

    /// Closes every socket in use and opens it anew.
    pub(crate) fn reset_websockets(&mut self, now: Time) {
        for socket in std::mem::take(&mut self.websockets.open) {
            self.close_websocket(socket.id);
            self.websockets.set_disconnected();
            self.emit(Event::WebSocketChange);
            self.open_websocket(now, socket.channel, true);
        }
    }

    fn close_websocket(&mut self, id: SocketId) {
        self.timers.cancel(Timer::Ping(id));
        self.effect(Output::CloseWebSocket { id });
    }
}
