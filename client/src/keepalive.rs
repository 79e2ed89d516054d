//! Keep-alive pings. Nothing is ever concluded from the silence of the other side (PROTOCOL.md, section 2).

use crate::io::{Output, SocketId};
use crate::session::Session;
use crate::timer::{Time, Timer, set_timeout};
use crate::wire::PING;

impl Session {
    pub(crate) fn start_pinging(&mut self, now: Time, socket: SocketId, check_connectivity: bool) {
        if self.websockets.checking.unwrap_or(check_connectivity) {
            self.ping(now, socket);
        }
    }

    /// A socket that finds checking switched off stops pinging for the rest of its life.
    pub(crate) fn ping_due(&mut self, now: Time, id: SocketId) {
        let socket = self.websockets.open.iter().find(|socket| socket.id == id);
        if let Some(check_connectivity) = socket.map(|socket| socket.check_connectivity) {
            self.start_pinging(now, id, check_connectivity);
        }
    }

    /// A `connAck` ends the wait for the next ping.
    pub(crate) fn ping_early(&mut self, now: Time, id: SocketId) {
        let is_pinging = self.timers.iter().any(|(_, timer)| timer == Timer::Ping(id));
        if is_pinging {
            self.ping_due(now, id);
        }
    }

    fn ping(&mut self, now: Time, socket: SocketId) {
        self.effect(Output::SendFrame { id: socket, text: PING.to_owned() });
        let interval = set_timeout(self.config.connectivity.ping_interval);
        self.timers.arm(now + interval, Timer::Ping(socket));
    }
}
