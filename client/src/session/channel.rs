//! The websockets of the notification channel: attempts to open one, drops and reconnects (docs/protocol.md, sections 2.2 and 2.6).

mod opening;
mod socket;

use std::{mem, vec};

use self::opening::{Opening, allows_attempt};
use self::socket::{Checking, Liveness, OpenSocket};
use super::context::Context;
use super::view::{SocketDetails, SocketState};
use crate::error::OpeningFailure;
use crate::event::Event;
use crate::io::{SocketId, Task};
use crate::js::browser;
use crate::js::{Value, property};
use crate::protocol::websocket_address;
use crate::timer::{OpeningId, Time, Timer};

/// The close code by which the platform says that the session is over.
const NORMAL_CLOSURE: u16 = 1000;

/// The task that looks after the websockets of one client. There can be more than one: an attempt that a disconnect has left
/// behind may still succeed.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// What `getSocketState()` gives: of all sockets together, by the last that changed.
    state: Option<SocketState>,
    checking: Checking,
    open: Vec<OpenSocket>,
    openings: Vec<Opening>,
    last_opening: Option<OpeningId>,
    sockets_made: u64,
}

/// What the other parts have to know of the websockets.
#[must_use]
pub(super) enum News {
    Nothing,
    /// One is open.
    Opened,
    /// None could be opened for a session that begins, or the browser refuses the address of one.
    NotOpened(OpeningFailure),
    /// The one of a session is lost for good.
    Lost,
}

/// Sockets that are lost. One after the other is opened again by [`Channel::replace_next`], since the session can end in
/// between.
#[must_use]
pub(super) struct LostSockets {
    sockets: vec::IntoIter<OpenSocket>,
    loss: Loss,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// The server or the network has closed them, or one of them.
    Closed { code: u16 },
    /// The SDK gives them up, and closes each before it opens another.
    GivenUp,
}

/// Whether all websockets are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Closing {
    Done,
    /// The SDK takes a socket for open that nothing watches any more, and waits for its end for ever.
    Hangs,
}

/// What is known of the sockets.
impl Channel {
    /// `connection.getSocketState(platform)`
    pub(super) fn socket_state(&self) -> Option<&SocketState> {
        self.state.as_ref()
    }

    /// The sockets that are open and in use.
    pub(super) fn sockets(&self) -> impl Iterator<Item = SocketId> + '_ {
        self.open.iter().filter_map(OpenSocket::id)
    }

    pub(super) fn uses(&self, socket: SocketId) -> bool {
        self.sockets().any(|open| open == socket)
    }

    /// `connection.enableConnectivityChecking(enabled)`
    pub(super) fn enable_checking(&mut self, enabled: Value) {
        self.checking.enabled = enabled;
    }

    /// Ends every use of sockets without closing any.
    pub(super) fn forget(&mut self) {
        self.open.clear();
        self.openings.clear();
    }

    fn is_connected(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.connected)
    }

    fn set_disconnected(&mut self) {
        let details = self.state.take().and_then(|state| state.details);
        self.state = Some(SocketState { connected: false, details });
    }

    fn set_forgotten(&mut self) {
        self.state = Some(SocketState { connected: false, details: None });
        self.checking = Checking::default();
    }

    fn next_socket(&mut self) -> SocketId {
        self.sockets_made += 1;
        SocketId(self.sockets_made)
    }

    fn take_opening(&mut self, is_it: impl Fn(&Opening) -> bool) -> Option<Opening> {
        let index = self.openings.iter().position(is_it)?;
        Some(self.openings.remove(index))
    }
}

/// Opening.
impl Channel {
    /// Starts a run of attempts. `info` has the address in parts.
    pub(super) fn open(&mut self, cx: &mut Context, info: Value, reconnects: bool) -> News {
        self.set_disconnected();
        tell(cx);
        let options = cx.settings.connectivity().clone();
        // Without a single attempt the SDK has no socket to look at.
        if property(&options, "reconnectDelay").is_err() || !allows_attempt(&options, 0) {
            self.die(cx);
            return News::Nothing;
        }
        let address = websocket_address(&info);
        let Some(url) = address.as_deref().and_then(browser::websocket_url) else {
            return self.use_refused(cx, info, address.unwrap_or_default());
        };
        let id = self.last_opening.map_or(OpeningId::FIRST, OpeningId::next);
        self.last_opening = Some(id);
        let socket = self.next_socket();
        let mut opening = Opening::new(id, info, url, options, reconnects);
        opening.attempt(cx, socket);
        self.openings.push(opening);
        News::Nothing
    }

    fn try_again(&mut self, cx: &mut Context, mut opening: Opening) -> News {
        let socket = self.next_socket();
        opening.try_again(cx, socket);
        self.openings.push(opening);
        News::Nothing
    }

    /// An attempt has failed: the next one comes when its interval is over, unless it was the last.
    pub(super) fn attempt_failed(&mut self, cx: &mut Context, socket: SocketId) -> News {
        let Some(mut opening) = self.take_opening(|opening| opening.tries(socket)) else {
            return News::Nothing;
        };
        cx.timers.cancel(Timer::Attempt(opening.id));
        if !opening.goes_on() {
            return self.give_up(&opening, OpeningFailure::Refused);
        }
        if !opening.waits(cx) {
            return self.try_again(cx, opening);
        }
        self.openings.push(opening);
        News::Nothing
    }

    /// The interval of an attempt is over. A socket that still hangs is left alone: it may open later, unused.
    pub(super) fn attempt_due(&mut self, cx: &mut Context, id: OpeningId) -> News {
        let Some(opening) = self.take_opening(|opening| opening.id == id) else {
            return News::Nothing;
        };
        if !opening.goes_on() {
            return self.give_up(&opening, OpeningFailure::TimedOut { attempts: opening.attempts() });
        }
        self.try_again(cx, opening)
    }

    fn give_up(&mut self, opening: &Opening, failure: OpeningFailure) -> News {
        if opening.reconnects {
            self.set_disconnected();
            News::Lost
        } else {
            self.set_forgotten();
            News::NotOpened(failure)
        }
    }

    /// An attempt has succeeded.
    pub(super) fn opened(&mut self, cx: &mut Context, id: SocketId) -> News {
        let Some(opening) = self.take_opening(|opening| opening.tries(id)) else {
            return News::Nothing;
        };
        cx.timers.cancel(Timer::Attempt(opening.id));
        let Some(options) = keepalive_options(cx) else {
            self.die(cx);
            return News::Nothing;
        };
        let info = opening.info;
        let platform = cx.profile.platform;
        let (ws_info, socket_options) = (info.clone().into(), options.clone().into());
        let details = SocketDetails { ws_info, options: socket_options, last_contact: cx.now, platform };
        self.use_socket(cx, OpenSocket::new(Some(id), options, info));
        self.state = Some(SocketState { connected: true, details: Some(details) });
        tell(cx);
        News::Opened
    }

    /// The browser refuses to make a socket, and the SDK takes the exception for one that is open. Its keep-alive finds
    /// out, if there is any.
    fn use_refused(&mut self, cx: &mut Context, info: Value, address: String) -> News {
        let Some(options) = keepalive_options(cx) else {
            self.die(cx);
            return News::Nothing;
        };
        let left = left_on_exception(cx.now, cx.profile.platform, &options, &info);
        // Nobody waits yet for what this says of the connection.
        if self.use_socket(cx, OpenSocket::new(None, options, info)) == Liveness::NotASocket {
            tell(cx);
        }
        self.set_forgotten();
        News::NotOpened(OpeningFailure::Impossible { address, left })
    }

    /// Uses a socket from now on.
    fn use_socket(&mut self, cx: &mut Context, mut socket: OpenSocket) -> Liveness {
        let liveness = socket.start_keepalive(cx, &self.checking);
        self.open.push(socket);
        liveness
    }
}

/// Open sockets, and their end.
impl Channel {
    /// The timer of a socket has fired.
    pub(super) fn ping_due(&mut self, cx: &mut Context, id: SocketId) -> LostSockets {
        let Some((socket, checking)) = self.socket(id) else {
            return LostSockets::none();
        };
        match socket.ping_due(cx, checking) {
            Liveness::Silent => return self.give_up_sockets(cx),
            Liveness::NoOptions => self.die(cx),
            Liveness::Alive | Liveness::NotASocket => {}
        }
        LostSockets::none()
    }

    /// A `connAck` has come.
    pub(super) fn pong_received(&mut self, cx: &mut Context, id: SocketId) {
        if let Some((socket, checking)) = self.socket(id)
            && socket.pong_received(cx, checking) == Liveness::NoOptions
        {
            self.die(cx);
        }
    }

    /// A `connCheck` has come.
    pub(super) fn ping_received(&mut self, cx: &mut Context, id: SocketId, check: &Value) {
        if let Some((socket, checking)) = self.socket(id) {
            socket.ping_received(cx, checking, check);
        }
    }

    /// A socket in use, and what counts for all of them.
    fn socket(&mut self, id: SocketId) -> Option<(&mut OpenSocket, &mut Checking)> {
        let socket = self.open.iter_mut().find(|open| open.id() == Some(id))?;
        Some((socket, &mut self.checking))
    }

    /// The server or the network has closed a socket in use. The SDK takes that for the end of all its sockets: it closes the
    /// others, and opens each of them again.
    pub(super) fn socket_closed(&mut self, cx: &mut Context, id: SocketId, code: u16) -> LostSockets {
        cx.timers.cancel(Timer::Ping(id));
        let sockets = mem::take(&mut self.open);
        sockets.iter().filter(|socket| socket.id() != Some(id)).for_each(|socket| socket.close(cx));
        LostSockets { sockets: sockets.into_iter(), loss: Loss::Closed { code } }
    }

    /// What `resetConnection()` does.
    pub(super) fn reset(&mut self, cx: &mut Context) -> LostSockets {
        if self.is_connected() { self.give_up_sockets(cx) } else { LostSockets::none() }
    }

    fn give_up_sockets(&mut self, cx: &mut Context) -> LostSockets {
        self.set_disconnected();
        tell(cx);
        LostSockets { sockets: mem::take(&mut self.open).into_iter(), loss: Loss::GivenUp }
    }

    /// Opens the next of the lost sockets again, unless its options or the close code say otherwise. Without a session the SDK
    /// stumbles over that.
    pub(super) fn replace_next(&mut self, cx: &mut Context, lost: &mut LostSockets) -> Option<News> {
        let socket = lost.sockets.next()?;
        if lost.loss == Loss::GivenUp {
            socket.close(cx);
        }
        let is_over = lost.loss == Loss::Closed { code: NORMAL_CLOSURE };
        let Some(info) = socket.reconnects_to().filter(|_| !is_over) else {
            self.set_disconnected();
            return Some(News::Lost);
        };
        let (Some(granted), Some(connection)) = (&cx.state.subscription, &cx.state.connection) else {
            self.die(cx);
            return Some(News::Nothing);
        };
        let info = cx.writer().to_channel(info, granted, connection);
        Some(self.open(cx, info, true))
    }

    /// Closes every socket in use, as disconnecting and `gone` do, and ends the attempts under way. Nothing happens where the
    /// socket that changed last is not open.
    pub(super) fn close(&mut self, cx: &mut Context) -> Closing {
        if !self.is_connected() {
            return Closing::Done;
        }
        for opening in mem::take(&mut self.openings) {
            cx.timers.cancel(Timer::Attempt(opening.id));
        }
        let sockets = mem::take(&mut self.open);
        for socket in &sockets {
            socket.close(cx);
            self.set_forgotten();
            tell(cx);
        }
        if sockets.is_empty() { Closing::Hangs } else { Closing::Done }
    }

    /// The task dies: no socket is used any more, and none is closed.
    fn die(&mut self, cx: &mut Context) {
        cx.timers.retain(|timer| !matches!(timer, Timer::Ping(_) | Timer::Attempt(_)));
        self.forget();
        cx.crash(Task::WebSockets);
    }

    /// Ends all attempts, which the SDK does not.
    #[cfg(feature = "sabotage")]
    pub(super) fn abandon_attempts(&mut self, cx: &mut Context) {
        mem::take(&mut self.openings).iter().for_each(|opening| opening.abandon(cx));
    }
}

impl LostSockets {
    fn none() -> Self {
        Self { sockets: Vec::new().into_iter(), loss: Loss::GivenUp }
    }
}

fn tell(cx: &mut Context) {
    cx.emit(Event::WebSocketChange { platform: cx.profile.platform });
}

/// The options by which a socket is kept alive; `None` where they name no method.
fn keepalive_options(cx: &Context) -> Option<Value> {
    let options = cx.settings.connectivity();
    (!options.get("method").is_nullish()).then(|| options.clone())
}

/// What the SDK puts on every socket that it takes for open, an exception too.
#[expect(clippy::cast_precision_loss, reason = "a world does not last that long")]
fn left_on_exception(now: Time, platform: &'static str, options: &Value, info: &Value) -> Value {
    let options = options.clone().with("wsInfo", info.clone()).with("platform", Value::from_static(platform));
    options.with("lastContact", now.as_millis() as f64)
}
