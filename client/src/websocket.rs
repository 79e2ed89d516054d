//! Websockets: attempts to open one, drops and reconnects (docs/protocol.md, sections 2.2 and 2.6).

use std::mem;

use crate::browser;
use crate::error::{Code, Error};
use crate::event::{DisconnectReason, Event};
use crate::io::{Output, SocketId, Task};
use crate::js::{self, Text, Value, property};
use crate::keepalive::Keepalive;
use crate::session::Session;
use crate::state::{SocketDetails, SocketState};
use crate::timer::{OpeningId, Time, Timer};
use crate::wire::address;

/// Below this, in milliseconds, the first interval between two attempts does not go.
const SHORTEST_FIRST_INTERVAL: f64 = 2_000.0;

/// The close code by which the platform says that the session is over.
const NORMAL_CLOSURE: u16 = 1000;

/// The websockets of one client. There can be more than one: an attempt that a disconnect has left behind may
/// still succeed.
#[derive(Debug, Default)]
pub(crate) struct WebSockets {
    /// What `getSocketState()` gives: of all sockets together, by the last that changed.
    pub(crate) state: Option<SocketState>,
    /// What `enableConnectivityChecking()` said since the SDK last closed a socket.
    pub(crate) checking: Value,
    /// How often the server asks, since then, in milliseconds.
    pub(crate) ping_interval: Value,
    pub(crate) open: Vec<OpenSocket>,
    pub(crate) openings: Vec<Opening>,
    last_opening: Option<OpeningId>,
    sockets_made: u64,
}

/// A socket that is open and in use.
#[derive(Debug)]
pub(crate) struct OpenSocket {
    /// Missing where the browser refused to make the socket: the SDK takes the exception for one, and waits for its end.
    pub(crate) id: Option<SocketId>,
    /// The connectivity options as they were when the socket opened.
    pub(crate) options: Value,
    /// `checkConnectivity` among them.
    pub(crate) is_checked: bool,
    pub(crate) keepalive: Keepalive,
    /// Server, channel and parameters of its address.
    info: Value,
}

/// A run of attempts to open a websocket.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) id: OpeningId,
    /// Whether a session that was connected is waiting for it.
    reconnects: bool,
    info: Value,
    /// The address is made once; later attempts do not know newer tokens.
    url: String,
    /// The connectivity options as they were at the start.
    options: Value,
    attempt: u32,
    started: Time,
    /// How long this attempt may take, in milliseconds.
    interval: Value,
    /// The socket of this attempt, until it has failed.
    pub(crate) socket: Option<SocketId>,
}

/// Why no websocket could be opened.
#[derive(Debug)]
pub(crate) enum OpeningFailure {
    /// The last attempt has failed.
    Refused,
    /// The last of so many attempts hung.
    TimedOut { attempts: u32 },
    /// The browser refuses to make one for this address; the SDK has left something of its own on the exception.
    Impossible { address: String, left: Value },
}

impl OpeningFailure {
    /// What Link says of it.
    pub(crate) fn to_error(&self) -> Error {
        let error = |message: String| Error::new(Code::OpenWebSocket, message);
        match self {
            Self::Refused => error("Could not connect to websocket. Received error on open.".to_owned()),
            Self::TimedOut { attempts } => {
                error(format!("Websocket connection timed out. Tried {attempts} times to connect."))
            }
            Self::Impossible { address, left } => {
                Error::Syntax { message: browser::websocket_refusal(address), kandy: left.clone().into() }
            }
        }
    }
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
        self.checking = Value::Undefined;
        self.ping_interval = Value::Undefined;
    }

    pub(crate) fn index_of(&self, socket: SocketId) -> Option<usize> {
        self.open.iter().position(|open| open.id == Some(socket))
    }

    fn opening_of(&self, socket: SocketId) -> Option<OpeningId> {
        self.openings.iter().find(|opening| opening.socket == Some(socket)).map(|opening| opening.id)
    }

    fn take_opening(&mut self, id: OpeningId) -> Option<Opening> {
        let index = self.openings.iter().position(|opening| opening.id == id)?;
        Some(self.openings.remove(index))
    }
}

impl OpenSocket {
    fn new(id: Option<SocketId>, options: Value, info: Value) -> Self {
        let is_checked = options.get("checkConnectivity").is_truthy();
        Self { id, options, is_checked, keepalive: Keepalive::Ended, info }
    }
}

impl Opening {
    /// Whether there is an attempt after so many.
    fn goes_on(&self) -> bool {
        let limit = self.options.get("reconnectLimit");
        f64::from(self.attempt) < limit.to_number() || !limit.is_truthy()
    }

    /// The interval of the next attempt, which is longer by the multiplier.
    fn lengthen(&mut self) {
        let longest = self.options.get("reconnectTimeLimit");
        if self.interval.strict_equals(longest) {
            return;
        }
        let growth = self.options.get("reconnectTimeMultiplier").to_number().powf(f64::from(self.attempt));
        let interval = self.options.get("reconnectDelay").to_number() * growth;
        self.interval = if interval < longest.to_number() { interval.into() } else { longest.clone() };
    }
}

/// Opening.
impl Session {
    /// Starts a run of attempts.
    pub(crate) fn open_websocket(&mut self, now: Time, info: Value, reconnects: bool) {
        self.websockets.set_disconnected();
        self.tell_of_websockets();
        let options = self.settings.connectivity().clone();
        let Ok(delay) = property(&options, "reconnectDelay").cloned() else {
            return self.crash_websockets();
        };
        let id = self.websockets.last_opening.map_or(OpeningId(1), OpeningId::next);
        self.websockets.last_opening = Some(id);
        let interval = if delay.to_number() > SHORTEST_FIRST_INTERVAL { delay } else { SHORTEST_FIRST_INTERVAL.into() };
        let address = websocket_address(&info);
        let url = address.as_deref().and_then(browser::websocket_url);
        let is_possible = url.is_some();
        let url = url.unwrap_or_default();
        let opening = Opening { id, reconnects, info, url, options, attempt: 0, started: now, interval, socket: None };
        // Without a single attempt the SDK has no socket to look at.
        if !opening.goes_on() {
            return self.crash_websockets();
        }
        if is_possible {
            self.start_attempt(now, opening);
        } else {
            self.use_refused_websocket(now, opening.info, address.unwrap_or_default());
        }
    }

    fn start_attempt(&mut self, now: Time, mut opening: Opening) {
        self.websockets.sockets_made += 1;
        let id = SocketId(self.websockets.sockets_made);
        opening.attempt = opening.attempt.saturating_add(1);
        opening.started = now;
        opening.socket = Some(id);
        self.effect(Output::OpenWebSocket { id, url: opening.url.clone() });
        self.timers.arm(now + js::timeout(&opening.interval), Timer::Attempt(opening.id));
        self.websockets.openings.push(opening);
    }

    /// An attempt has failed: the next one comes when its interval is over, unless it was the last.
    pub(crate) fn websocket_failed(&mut self, now: Time, socket: SocketId) {
        let Some(mut opening) = self.websockets.opening_of(socket).and_then(|id| self.websockets.take_opening(id))
        else {
            return;
        };
        self.timers.cancel(Timer::Attempt(opening.id));
        opening.socket = None;
        if !opening.goes_on() {
            return self.opening_failed(now, opening.reconnects, &OpeningFailure::Refused);
        }
        #[expect(clippy::cast_precision_loss, reason = "JavaScript's times are doubles, too")]
        let rest = opening.interval.to_number() - (now - opening.started).as_millis() as f64;
        if rest > 0.0 {
            self.timers.arm(now + js::timeout(&rest.into()), Timer::Attempt(opening.id));
            self.websockets.openings.push(opening);
        } else {
            opening.lengthen();
            self.start_attempt(now, opening);
        }
    }

    /// The interval of an attempt is over. A socket that still hangs is left alone: it may open later, unused.
    pub(crate) fn attempt_due(&mut self, now: Time, id: OpeningId) {
        let Some(mut opening) = self.websockets.take_opening(id) else {
            return;
        };
        if !opening.goes_on() {
            let failure = OpeningFailure::TimedOut { attempts: opening.attempt };
            return self.opening_failed(now, opening.reconnects, &failure);
        }
        opening.lengthen();
        self.start_attempt(now, opening);
    }

    fn opening_failed(&mut self, now: Time, reconnects: bool, failure: &OpeningFailure) {
        if reconnects {
            self.websockets.set_disconnected();
            self.end_session(now, Some(DisconnectReason::LostConnection), None);
        } else {
            self.websockets.set_forgotten();
            (self.profile.websocket_refused)(self, now, failure);
        }
    }

    pub(crate) fn websocket_opened(&mut self, now: Time, id: SocketId) {
        let Some(opening) = self.websockets.opening_of(id).and_then(|opening| self.websockets.take_opening(opening))
        else {
            return;
        };
        self.timers.cancel(Timer::Attempt(opening.id));
        let Some(options) = self.options_of_socket() else { return };
        let info = opening.info;
        let platform = self.profile.platform;
        let (ws_info, socket_options) = (info.clone().into(), options.clone().into());
        let details = SocketDetails { ws_info, options: socket_options, last_contact: now, platform };
        self.websockets.open.push(OpenSocket::new(Some(id), options, info));
        self.start_keepalive(now, self.websockets.open.len() - 1);
        self.websockets.state = Some(SocketState { connected: true, details: Some(details) });
        // However it was switched off, the channel is on again.
        self.notifications.enabled = true;
        self.tell_of_websockets();
        (self.profile.websocket_ready)(self, now);
    }

    /// The browser refuses to make a socket, and the SDK takes the exception for one that is open. Its keep-alive finds
    /// out, if there is any.
    fn use_refused_websocket(&mut self, now: Time, info: Value, address: String) {
        let Some(options) = self.options_of_socket() else { return };
        let left = left_on_exception(now, self.profile.platform, &options, &info);
        let failure = OpeningFailure::Impossible { address, left };
        // Nobody waits yet for what this says of the connection.
        self.websockets.open.push(OpenSocket::new(None, options, info));
        if !self.start_keepalive(now, self.websockets.open.len() - 1) {
            self.tell_of_websockets();
        }
        self.websockets.set_forgotten();
        (self.profile.websocket_refused)(self, now, &failure);
    }

    fn tell_of_websockets(&mut self) {
        self.emit(Event::WebSocketChange { platform: self.profile.platform });
    }

    /// What a socket is kept alive by. Without a method there the task of sockets dies.
    fn options_of_socket(&mut self) -> Option<Value> {
        let options = self.settings.connectivity().clone();
        if options.get("method").is_nullish() {
            self.crash_websockets();
            return None;
        }
        Some(options)
    }
}

/// Open sockets, and their end.
impl Session {
    /// The server or the network has closed a socket. The SDK takes that for the end of all its sockets: it closes the
    /// others, and opens each of them again.
    pub(crate) fn websocket_closed(&mut self, now: Time, id: SocketId, code: u16) {
        if self.websockets.index_of(id).is_none() {
            return self.websocket_failed(now, id);
        }
        self.timers.cancel(Timer::Ping(id));
        let sockets = mem::take(&mut self.websockets.open);
        for socket in sockets.iter().filter(|socket| socket.id != Some(id)) {
            self.close_websocket(socket);
        }
        for socket in sockets {
            if code == NORMAL_CLOSURE {
                self.websockets.set_disconnected();
                self.end_session(now, Some(DisconnectReason::LostConnection), None);
            } else {
                self.reopen(now, socket);
            }
        }
    }

    /// Opens a socket again that is lost, unless the options say otherwise. Without a session the SDK stumbles over that.
    fn reopen(&mut self, now: Time, socket: OpenSocket) {
        if !socket.options.get("autoReconnect").is_truthy() {
            self.websockets.set_disconnected();
            return self.end_session(now, Some(DisconnectReason::LostConnection), None);
        }
        let (Some(granted), Some(connection)) = (&self.state.subscription, &self.state.connection) else {
            return self.crash_websockets();
        };
        let info = self.to_channel(socket.info, granted, connection);
        self.open_websocket(now, info, true);
    }

    /// Closes every socket in use, as disconnecting and `gone` do, and ends the attempts under way. Where the last that
    /// is known is no open socket, nothing happens. Gives false where it is, but nobody looks after it any more: the SDK
    /// waits for ever then.
    pub(crate) fn close_websockets(&mut self) -> bool {
        if !self.websockets.state.as_ref().is_some_and(|state| state.connected) {
            return true;
        }
        for opening in mem::take(&mut self.websockets.openings) {
            self.timers.cancel(Timer::Attempt(opening.id));
        }
        let sockets = mem::take(&mut self.websockets.open);
        for socket in &sockets {
            self.close_websocket(socket);
            self.websockets.set_forgotten();
            self.tell_of_websockets();
        }
        !sockets.is_empty()
    }

    /// What `resetConnection()` does.
    pub(crate) fn reset_websockets(&mut self, now: Time) {
        if self.websockets.state.as_ref().is_some_and(|state| state.connected) {
            self.lose_connection(now);
        }
    }

    /// Closes every socket in use and opens it anew.
    pub(crate) fn lose_connection(&mut self, now: Time) {
        self.websockets.set_disconnected();
        self.tell_of_websockets();
        for socket in mem::take(&mut self.websockets.open) {
            self.close_websocket(&socket);
            self.reopen(now, socket);
        }
    }

    fn close_websocket(&mut self, socket: &OpenSocket) {
        if let Some(id) = socket.id {
            self.timers.cancel(Timer::Ping(id));
            self.effect(Output::CloseWebSocket { id });
        }
    }

    /// The task dies that looks after all sockets: none of them is used any more, and none is closed.
    pub(crate) fn crash_websockets(&mut self) {
        self.timers.retain(|timer| !matches!(timer, Timer::Ping(_) | Timer::Attempt(_)));
        self.websockets.forget();
        self.crash(Task::WebSockets);
    }
}

/// The address that these parts give; `None` where the browser refuses to write the query.
fn websocket_address(info: &Value) -> Option<String> {
    let query = js::query_string(info.get("params")).ok()?;
    let address = address(info, [info.get("url").to_text()]).ok()?;
    Some(Text::concat_lossy(&address, if query == "?" { "" } else { &query }))
}

/// What the SDK puts on every socket that it takes for open, an exception too.
#[expect(clippy::cast_precision_loss, reason = "a world does not last that long")]
fn left_on_exception(now: Time, platform: &'static str, options: &Value, info: &Value) -> Value {
    let options = options.clone().with("wsInfo", info.clone()).with("platform", Value::from_static(platform));
    options.with("lastContact", now.as_millis() as f64)
}
