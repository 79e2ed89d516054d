//! A websocket in use, and what keeps it alive: what is sent on it, and what is concluded from silence (docs/protocol.md,
//! section 2.3). With `keepAlive`, the only method that Kandy.js documents, nothing is concluded.

use crate::io::{Output, SocketId};
use crate::js::{self, Value, property};
use crate::protocol::{PING, PONG, conn_check};
use crate::session::context::Context;
use crate::timer::{Time, Timer};

/// How long a client whose server asks waits for it, in milliseconds, until the server says how often it asks.
const SERVER_INTERVAL: f64 = 120_000.0;

/// A socket that is open and in use.
#[derive(Debug)]
pub(super) struct OpenSocket {
    /// Missing where the browser refused to make the socket: the SDK takes the exception for one, and waits for its end.
    id: Option<SocketId>,
    /// The connectivity options as they were when the socket opened.
    options: Value,
    /// Server, channel and parameters of its address.
    info: Value,
    keepalive: Keepalive,
}

/// The task that keeps one websocket alive.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Keepalive {
    /// It has ended: checking was switched off, or the method is none.
    Ended,
    /// It has sent a frame, and waits for the next.
    Pinging { method: Method, sent: Time, last_pong: Time, interval: f64, answered: bool },
    /// It waits for the server to ask.
    Listening { last_ping: Time },
}

/// What a client sends that asks, by the method of the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    KeepAlive,
    PingPong,
    /// No method: nothing is sent.
    Unknown,
}

/// What counts for all sockets of a client.
#[derive(Debug, Default)]
pub(super) struct Checking {
    /// What `enableConnectivityChecking()` said since the SDK last closed a socket.
    pub(super) enabled: Value,
    /// How often the server asks, since then, in milliseconds.
    server_interval: Value,
}

/// What keeping a socket alive finds out about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Liveness {
    /// Nothing speaks against it.
    Alive,
    /// It is not a socket: nothing can be sent on it.
    NotASocket,
    /// Nothing has come from the server for too long.
    Silent,
    /// The options say nothing: the task dies that looks after all sockets.
    NoOptions,
}

impl Checking {
    /// How often the server asks, as it said or as is assumed.
    fn server_interval(&self) -> Value {
        match &self.server_interval {
            Value::Undefined => SERVER_INTERVAL.into(),
            told => told.clone(),
        }
    }
}

impl OpenSocket {
    pub(super) fn new(id: Option<SocketId>, options: Value, info: Value) -> Self {
        Self { id, options, info, keepalive: Keepalive::Ended }
    }

    pub(super) fn id(&self) -> Option<SocketId> {
        self.id
    }

    /// Server, channel and parameters of the address of a socket that takes its place, where one is to.
    pub(super) fn reconnects_to(self) -> Option<Value> {
        self.options.get("autoReconnect").is_truthy().then_some(self.info)
    }

    /// Closes it.
    pub(super) fn close(&self, cx: &mut Context) {
        if let Some(id) = self.id {
            cx.timers.cancel(Timer::Ping(id));
            cx.effect(Output::CloseWebSocket { id });
        }
    }

    /// Begins to keep it alive.
    pub(super) fn start_keepalive(&mut self, cx: &mut Context, checking: &Checking) -> Liveness {
        if self.options.get("method").get("responsibleParty").strict_equals(&Value::from_static("server")) {
            self.listen(cx, checking, cx.now);
            return Liveness::Alive;
        }
        let method = match self.options.get("method").get("type").as_str() {
            Some("keepAlive") => Method::KeepAlive,
            Some("pingPong") => Method::PingPong,
            _ => Method::Unknown,
        };
        self.ping(cx, checking, method, cx.now)
    }

    /// Sends a frame, unless checking is off: a socket that finds it so stops pinging for the rest of its life.
    fn ping(&mut self, cx: &mut Context, checking: &Checking, method: Method, last_pong: Time) -> Liveness {
        let Ok(interval) = property(cx.settings.connectivity(), "pingInterval").map(Value::to_number) else {
            return Liveness::NoOptions;
        };
        self.keepalive = Keepalive::Ended;
        let enabled = &checking.enabled;
        let enabled = if enabled.is_undefined() { self.options.get("checkConnectivity") } else { enabled };
        if !enabled.is_truthy() {
            return Liveness::Alive;
        }
        let text = match method {
            Method::KeepAlive => PING.to_owned(),
            Method::PingPong => conn_check(interval),
            Method::Unknown => return Liveness::Alive,
        };
        let Some(id) = self.id else {
            return Liveness::NotASocket;
        };
        self.keepalive = Keepalive::Pinging { method, sent: cx.now, last_pong, interval, answered: false };
        cx.effect(Output::SendFrame { id, text });
        cx.arm(js::timeout(&interval.into()), Timer::Ping(id));
        Liveness::Alive
    }

    fn listen(&mut self, cx: &mut Context, checking: &Checking, last_ping: Time) {
        self.keepalive = Keepalive::Listening { last_ping };
        if let Some(id) = self.id {
            cx.arm(js::timeout(&checking.server_interval()), Timer::Ping(id));
        }
    }

    /// Its timer has fired.
    pub(super) fn ping_due(&mut self, cx: &mut Context, checking: &Checking) -> Liveness {
        let is_silent = |since: Time, interval: f64| {
            millis(cx.now - since) >= interval * self.options.get("maxMissedPings").to_number()
        };
        match self.keepalive {
            Keepalive::Ended => Liveness::Alive,
            Keepalive::Pinging { method, last_pong, interval, answered, .. } => {
                let waits_for_pong = method == Method::PingPong && !answered;
                if waits_for_pong && is_silent(last_pong, interval) {
                    return Liveness::Silent;
                }
                self.ping(cx, checking, method, last_pong)
            }
            Keepalive::Listening { last_ping } => {
                if is_silent(last_ping, checking.server_interval().to_number()) {
                    return Liveness::Silent;
                }
                self.listen(cx, checking, last_ping);
                Liveness::Alive
            }
        }
    }

    /// A `connAck`. With `keepAlive` it ends the wait for the next ping.
    pub(super) fn pong_received(&mut self, cx: &mut Context, checking: &Checking) -> Liveness {
        let Keepalive::Pinging { method, sent, interval, answered: false, .. } = self.keepalive else {
            return Liveness::Alive;
        };
        if method != Method::PingPong {
            return self.ping(cx, checking, method, cx.now);
        }
        self.keepalive = Keepalive::Pinging { method, sent, last_pong: cx.now, interval, answered: true };
        if let Some(id) = self.id {
            let rest = interval - millis(cx.now - sent);
            cx.arm(js::timeout(&rest.into()), Timer::Ping(id));
        }
        Liveness::Alive
    }

    /// A `connCheck`, which is answered where the server is the one that asks.
    pub(super) fn ping_received(&mut self, cx: &mut Context, checking: &mut Checking, check: &Value) {
        if let (Keepalive::Listening { .. }, Some(id)) = (self.keepalive, self.id) {
            checking.server_interval = (check.get("interval").to_number() * 1000.0).into();
            cx.effect(Output::SendFrame { id, text: PONG.to_owned() });
            self.listen(cx, checking, cx.now);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "JavaScript's times are doubles, too")]
fn millis(duration: std::time::Duration) -> f64 {
    duration.as_millis() as f64
}
