//! Notification channels: handshakes, frames both ways, and the end of a connection (docs/protocol.md, section 2).

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode};

use super::Platform;
use super::answer::{own_error, replacement, shape};
use super::auth::tokens;
use crate::channel::Phase;
use crate::dialect::Dialect;
use crate::fair::Full;
use crate::fault::Effect;
use crate::frame::Frame;
use crate::ids::{SocketId, SubscriptionId};
use crate::journal::{Answered, Delivery, FrameRecord, Kind, RequestRecord, Side};
use crate::limits::Limits;
use crate::output::Output;
use crate::point::Point;
use crate::reason::Reason;
use crate::reply::Upgrade;
use crate::route;
use crate::subscription::Holds;
use crate::time::Time;
use crate::timer::Timer;

impl Platform {
    /// Answers a websocket handshake. The owner has checked that it is one; only its address and its token count here.
    ///
    /// An accepted socket is reserved: what is sent to it waits until [`Self::handle_opened`].
    pub fn handle_upgrade(&mut self, now: Time, request: &Request<()>) -> Upgrade {
        self.handle_upgrade_under(now, request, None)
    }

    /// The same; an `effect` that is given stands before all faults, none of which is asked. It is of no use while the platform
    /// is offline.
    pub fn handle_upgrade_under(&mut self, now: Time, request: &Request<()>, effect: Option<&Effect>) -> Upgrade {
        self.note_expiries(now);
        let channel = route::channel(request.uri().path());
        let user = self.whose_handshake(request);
        let mut record = RequestRecord::new(Dialect::ANY, request, |token| self.grants.has(token));
        let is_offline = self.is_offline_for(user.as_deref());
        let asks_faults = !is_offline && effect.is_none();
        let met = if asks_faults { self.faults.decide(Point::WebSocket, user.as_deref()) } else { None };
        let effect = effect.or(met.as_ref().map(|(_, met)| &met.fault.effect));
        let delay = self.delay(user.as_deref(), effect);
        let (outcome, reason) = match is_offline {
            true => (Upgrade::RefuseConnection, None),
            false => self.handshake(now, request, channel, effect, delay),
        };
        record.reason = reason;
        record.answered = match &outcome {
            Upgrade::Accept { .. } => Answered::Status(StatusCode::SWITCHING_PROTOCOLS.as_u16()),
            Upgrade::Refuse { response, .. } => Answered::Status(response.status.as_u16()),
            Upgrade::Hang => Answered::Hang,
            Upgrade::Reset { .. } => Answered::Reset,
            Upgrade::RefuseConnection => Answered::Refused,
        };
        record.delivery = Delivery::decided(now, record.answered, outcome.delay());
        record.met(met);
        let socket = match outcome {
            Upgrade::Accept { socket, .. } => Some(socket),
            Upgrade::Refuse { .. } | Upgrade::Hang | Upgrade::Reset { .. } | Upgrade::RefuseConnection => None,
        };
        self.journal.write(now, Some(Point::WebSocket), user, Kind::Upgrade { request: record, socket });
        outcome
    }

    /// The user of a handshake, as far as known: the owner of the channel that it asks for, else of its token.
    pub(crate) fn whose_handshake(&self, request: &Request<()>) -> Option<Arc<str>> {
        let subscription = route::channel(request.uri().path()).and_then(|id| self.subscriptions.get(id));
        let user = subscription.map(|subscription| &subscription.user);
        user.or_else(|| self.token_owner(request)).cloned()
    }

    /// The handshake of an accepted socket has reached the client: what waited for it goes out.
    pub fn handle_opened(&mut self, now: Time, socket: SocketId) {
        self.note_expiries(now);
        let Some(opened) = self.sockets.get_mut(socket) else { return };
        let Phase::Opening { waiting } = &mut opened.phase else { return };
        let waiting = mem::take(waiting);
        opened.phase = Phase::Open { since: now };
        let user = opened.user.clone();
        self.journal.write(now, Some(Point::WebSocket), Some(user), Kind::Opened { socket });
        if self.is_to_check(socket) {
            self.timers.arm(now + FIRST_CHECK, Timer::ConnectionCheck(socket));
        }
        for output in waiting {
            if let Output::Close { code, .. } = output {
                self.forget(now, socket, Some(code), Side::Platform);
            }
            self.emit(output);
        }
    }

    /// A data frame came from the client. It also shows that the socket is open.
    pub fn handle_frame(&mut self, now: Time, socket: SocketId, frame: &Frame) {
        self.note_expiries(now);
        self.sockets.touch(socket);
        let Some(from) = self.sockets.get_mut(socket) else { return };
        if matches!(from.phase, Phase::Opening { .. }) {
            self.handle_opened(now, socket);
        }
        let Some(from) = self.sockets.get_mut(socket) else { return };
        from.frames_in += 1;
        if frame.len() > self.limits.frame_bytes {
            return self.close_socket(now, socket, 1009, "");
        }
        let Frame::Text(text) = frame else { return self.record_frame(now, socket, frame) };
        let (dialect, profile) = (from.dialect, from.dialect.profile());
        if !(profile.is_keep_alive)(text) {
            return self.record_frame(now, socket, frame);
        }
        from.pings += 1;
        let (user, is_silent) = (from.user.clone(), from.silent);
        let answered = self.answers_pings_of(&user, dialect) && !is_silent;
        self.journal.ping(now, &user, socket, answered);
        if answered {
            if let Some(from) = self.sockets.get_mut(socket) {
                from.frames_out += 1;
            }
            self.emit(Output::Send { socket, frame: Frame::Text(profile.kept_alive.to_owned()) });
        }
    }

    /// Whether the platform has to check that the connection of a socket lives.
    fn is_to_check(&self, socket: SocketId) -> bool {
        let subscription = self.sockets.get(socket).and_then(|socket| self.subscriptions.get(socket.subscription?));
        subscription.is_some_and(|live| matches!(live.holds, Holds::Services { checks: true, .. }))
    }

    /// Tells a client that its connection lives, and when the next such frame comes.
    pub(super) fn check_connection(&mut self, now: Time, id: SocketId) {
        let Some(socket) = self.sockets.get(id) else { return };
        let (user, dialect) = (socket.user.clone(), socket.dialect);
        self.timers.arm(now + CHECKS_APART, Timer::ConnectionCheck(id));
        if self.answers_pings_of(&user, dialect) {
            let check = format!(r#"{{"connCheck":{{"interval":{}}}}}"#, CHECKS_APART.as_secs());
            self.send_frame(now, id, &Frame::Text(check));
        }
    }

    /// Whose a socket is.
    #[cfg(feature = "net")]
    pub(crate) fn owner_of(&self, socket: SocketId) -> Option<Arc<str>> {
        self.sockets.get(socket).map(|socket| socket.user.clone())
    }

    /// A connection is over, or will never open. `code` is that of the client's close frame, 1005 for a frame without
    /// one; `None` if there was no close frame.
    pub fn handle_closed(&mut self, now: Time, socket: SocketId, code: Option<u16>) {
        self.note_expiries(now);
        self.forget(now, socket, code, Side::Client);
    }

    /// Sends a frame as soon as the socket is open. `false` if it goes nowhere: the socket is muted, or about to close.
    pub(super) fn send_frame(&mut self, now: Time, socket: SocketId, frame: &Frame) -> bool {
        let Some(to) = self.sockets.get_mut(socket) else { return false };
        if to.silent {
            return false;
        }
        let output = Output::Send { socket, frame: frame.clone() };
        let user = to.user.clone();
        match &mut to.phase {
            Phase::Opening { waiting } if is_closing(waiting) => return false,
            Phase::Opening { waiting } if waiting.len() >= Limits::PENDING_FRAMES => {
                self.cut_socket(now, socket);
                return false;
            }
            Phase::Opening { waiting } => {
                to.frames_out += 1;
                waiting.push(output);
            }
            Phase::Open { .. } => {
                to.frames_out += 1;
                self.emit(output);
            }
        }
        let kind = Kind::FrameOut { socket, frame: FrameRecord::new(frame) };
        self.journal.write(now, Some(Point::WebSocket), Some(user), kind);
        true
    }

    /// Closes a socket as soon as it is open.
    pub(crate) fn close_socket(&mut self, now: Time, socket: SocketId, code: u16, reason: &str) {
        let output = Output::Close { socket, code, reason: reason.to_owned() };
        match self.sockets.get_mut(socket).map(|socket| &mut socket.phase) {
            Some(Phase::Opening { waiting }) if is_closing(waiting) => {}
            Some(Phase::Opening { waiting }) => waiting.push(output),
            Some(Phase::Open { .. }) => {
                self.forget(now, socket, Some(code), Side::Platform);
                self.emit(output);
            }
            None => {}
        }
    }

    /// Ends a connection at once, open or not.
    pub(crate) fn cut_socket(&mut self, now: Time, socket: SocketId) {
        if self.forget(now, socket, None, Side::Platform) {
            self.emit(Output::Cut { socket });
        }
    }

    /// What becomes of a handshake, and why the platform refuses it, if it does.
    fn handshake(
        &mut self,
        now: Time,
        request: &Request<()>,
        channel: Option<SubscriptionId>,
        effect: Option<&Effect>,
        delay: Duration,
    ) -> (Upgrade, Option<Reason>) {
        let code = match effect {
            Some(Effect::Refuse) => return (Upgrade::RefuseConnection, None),
            Some(Effect::Hang) => return (Upgrade::Hang, None),
            Some(Effect::Reset { .. }) => return (Upgrade::Reset { delay }, None),
            Some(Effect::Answer(answer)) if answer.status.is_some() => {
                let mut response = replacement(Dialect::ANY, Point::WebSocket, answer);
                shape(Point::WebSocket, &mut response, answer);
                response.put(&answer.delivery.headers);
                return (Upgrade::Refuse { response, delay }, None);
            }
            Some(Effect::CloseAfterOpen { code, .. }) => Some(*code),
            Some(Effect::Answer(_) | Effect::Accept { .. }) | None => None,
        };
        let accepted = match effect {
            Some(Effect::Accept { .. }) => self.accept_any(now, request, channel),
            _ => self.accept(now, request, channel),
        };
        match accepted {
            Ok(socket) => {
                if let Some(code) = code {
                    self.close_socket(now, socket, code, "");
                }
                (Upgrade::Accept { socket, delay }, None)
            }
            Err(reason) => {
                // Here somebody else's token is as good as none.
                let status = if reason == Reason::OtherUser { StatusCode::UNAUTHORIZED } else { reason.status() };
                (Upgrade::Refuse { response: own_error(Dialect::ANY, Point::WebSocket, status), delay }, Some(reason))
            }
        }
    }

    fn accept(
        &mut self,
        now: Time,
        request: &Request<()>,
        channel: Option<SubscriptionId>,
    ) -> Result<SocketId, Reason> {
        let id = channel.ok_or(Reason::UnknownAddress)?;
        let subscription = self.subscriptions.get(id).ok_or_else(|| self.no_subscription(channel))?;
        let (owner, dialect) = (subscription.user.clone(), subscription.dialect);
        let has_token = dialect.profile().handshake_has_token || tokens(request).next().is_some();
        if has_token && self.bearer(now, request)? != owner {
            return Err(Reason::OtherUser);
        }
        self.make_room_for_socket(now, &owner)?;
        self.subscriptions.touch(id);
        Ok(self.sockets.reserve(owner, Some(id), dialect))
    }

    /// Asks neither for a subscription nor for a token. There may be no room for one more socket all the same.
    fn accept_any(
        &mut self,
        now: Time,
        request: &Request<()>,
        channel: Option<SubscriptionId>,
    ) -> Result<SocketId, Reason> {
        let of_channel = channel.and_then(|id| self.subscriptions.get(id));
        let dialect = of_channel.map_or(Dialect::ANY, |subscription| subscription.dialect);
        let of_channel = of_channel.map(|subscription| &subscription.user);
        let user = of_channel.or_else(|| self.token_owner(request)).cloned().unwrap_or_default();
        self.make_room_for_socket(now, &user)?;
        Ok(self.sockets.reserve(user, channel, dialect))
    }

    /// Where there is no room for a socket of a user, another socket goes. Nobody has to make room for those who have a fair share.
    fn make_room_for_socket(&mut self, now: Time, user: &Arc<str>) -> Result<(), Reason> {
        if let Some(displaced) = self.sockets.displaced(now, user).map_err(|Full| Reason::Full)? {
            self.cut_socket(now, displaced);
        }
        Ok(())
    }

    fn record_frame(&mut self, now: Time, socket: SocketId, frame: &Frame) {
        let user = self.sockets.get_mut(socket).map(|from| from.user.clone());
        let kind = Kind::FrameIn { socket, frame: FrameRecord::new(frame) };
        self.journal.write(now, Some(Point::WebSocket), user, kind);
    }

    /// Whether there was such a socket.
    fn forget(&mut self, now: Time, socket: SocketId, code: Option<u16>, by: Side) -> bool {
        let Some(forgotten) = self.sockets.remove(socket) else { return false };
        let kind = Kind::Closed { socket, code, by };
        self.journal.write(now, Some(Point::WebSocket), Some(forgotten.user), kind);
        true
    }
}

/// When the first check of a connection comes.
const FIRST_CHECK: Duration = Duration::from_secs(1);
/// How long it is from one check of a connection to the next.
const CHECKS_APART: Duration = Duration::from_secs(30);

fn is_closing(waiting: &[Output]) -> bool {
    matches!(waiting.last(), Some(Output::Close { .. }))
}
