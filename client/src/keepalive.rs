//! Keep-alive: what is sent on an open websocket, and what is concluded from silence (docs/protocol.md, section 2.3). With
//! `keepAlive`, the only method that Kandy.js documents, that is nothing.

use crate::io::{Output, SocketId};
use crate::js::{self, Value, property};
use crate::session::Session;
use crate::timer::{Time, Timer};
use crate::wire::{PING, PONG};

/// How long a client whose server asks waits for it, in milliseconds, until the server says how often it asks.
const SERVER_INTERVAL: f64 = 120_000.0;

/// What a client sends that asks, by the method of the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    KeepAlive,
    PingPong,
    /// No method: nothing is sent.
    Unknown,
}

/// The task that keeps one websocket alive.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Keepalive {
    /// It has ended: checking was switched off, or the method is none.
    #[default]
    Ended,
    /// It has sent a frame, and waits for the next.
    Pinging { method: Method, sent: Time, last_pong: Time, interval: f64, answered: bool },
    /// It waits for the server to ask.
    Listening { last_ping: Time },
}

impl Session {
    /// Begins to keep a socket alive; false where it turns out to be none.
    pub(crate) fn start_keepalive(&mut self, now: Time, index: usize) -> bool {
        let options = &self.websockets.open[index].options;
        if options.get("method").get("responsibleParty").strict_equals(&Value::from_static("server")) {
            self.listen_for_pings(now, index, now);
            return true;
        }
        let method = match options.get("method").get("type").as_str() {
            Some("keepAlive") => Method::KeepAlive,
            Some("pingPong") => Method::PingPong,
            _ => Method::Unknown,
        };
        self.ping(now, index, method, now)
    }

    /// Sends a frame, unless checking is off: a socket that finds it so stops pinging for the rest of its life. Gives
    /// false where there is no socket to send on.
    fn ping(&mut self, now: Time, index: usize, method: Method, last_pong: Time) -> bool {
        let Ok(interval) = property(self.settings.connectivity(), "pingInterval").map(Value::to_number) else {
            self.crash_websockets();
            return true;
        };
        let socket = &mut self.websockets.open[index];
        socket.keepalive = Keepalive::Ended;
        let checking = &self.websockets.checking;
        if !if checking.is_undefined() { socket.is_checked } else { checking.is_truthy() } {
            return true;
        }
        let text = match method {
            Method::KeepAlive => PING.to_owned(),
            Method::PingPong => {
                let seconds = Value::from(interval / 1000.0).stringify().unwrap_or_default();
                format!(r#"{{"connCheck":{{"interval":{seconds}}}}}"#)
            }
            Method::Unknown => return true,
        };
        let Some(id) = socket.id else {
            return false;
        };
        socket.keepalive = Keepalive::Pinging { method, sent: now, last_pong, interval, answered: false };
        self.effect(Output::SendFrame { id, text });
        self.timers.arm(now + js::timeout(&interval.into()), Timer::Ping(id));
        true
    }

    fn listen_for_pings(&mut self, now: Time, index: usize, last_ping: Time) {
        let interval = self.server_interval();
        let socket = &mut self.websockets.open[index];
        socket.keepalive = Keepalive::Listening { last_ping };
        if let Some(id) = socket.id {
            self.timers.arm(now + js::timeout(&interval), Timer::Ping(id));
        }
    }

    fn server_interval(&self) -> Value {
        match &self.websockets.ping_interval {
            Value::Undefined => SERVER_INTERVAL.into(),
            told => told.clone(),
        }
    }

    pub(crate) fn ping_due(&mut self, now: Time, id: SocketId) {
        let Some(index) = self.websockets.index_of(id) else {
            return;
        };
        let socket = &self.websockets.open[index];
        let is_silent = |since: Time, interval: f64| {
            millis(now - since) >= interval * socket.options.get("maxMissedPings").to_number()
        };
        match socket.keepalive {
            Keepalive::Ended => {}
            Keepalive::Pinging { method, last_pong, interval, answered, .. } => {
                let waits_for_pong = method == Method::PingPong && !answered;
                if waits_for_pong && is_silent(last_pong, interval) {
                    return self.lose_connection(now);
                }
                self.ping(now, index, method, last_pong);
            }
            Keepalive::Listening { last_ping } => {
                if is_silent(last_ping, self.server_interval().to_number()) {
                    return self.lose_connection(now);
                }
                self.listen_for_pings(now, index, last_ping);
            }
        }
    }

    /// A `connAck`. With `keepAlive` it ends the wait for the next ping.
    pub(crate) fn pong_received(&mut self, now: Time, id: SocketId) {
        let Some(index) = self.websockets.index_of(id) else {
            return;
        };
        let socket = &mut self.websockets.open[index];
        let Keepalive::Pinging { method, sent, interval, answered: false, .. } = socket.keepalive else {
            return;
        };
        if method != Method::PingPong {
            self.ping(now, index, method, now);
            return;
        }
        socket.keepalive = Keepalive::Pinging { method, sent, last_pong: now, interval, answered: true };
        let rest = interval - millis(now - sent);
        self.timers.arm(now + js::timeout(&rest.into()), Timer::Ping(id));
    }

    /// A `connCheck`, which is answered where the server is the one that asks.
    pub(crate) fn ping_received(&mut self, now: Time, id: SocketId, check: &Value) {
        let Some(index) = self.websockets.index_of(id) else {
            return;
        };
        if let Keepalive::Listening { .. } = self.websockets.open[index].keepalive {
            self.websockets.ping_interval = (check.get("interval").to_number() * 1000.0).into();
            self.effect(Output::SendFrame { id, text: PONG.to_owned() });
            self.listen_for_pings(now, index, now);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "JavaScript's times are doubles, too")]
fn millis(duration: std::time::Duration) -> f64 {
    duration.as_millis() as f64
}
