//! A run of attempts to open a websocket.

use crate::io::{Output, SocketId};
use crate::js::{self, Value};
use crate::session::context::Context;
use crate::timer::{OpeningId, Time, Timer};

/// Below this, in milliseconds, the first interval between two attempts does not go.
const SHORTEST_FIRST_INTERVAL: f64 = 2_000.0;

#[derive(Debug)]
pub(super) struct Opening {
    pub(super) id: OpeningId,
    /// Whether a session that was connected is waiting for it.
    pub(super) reconnects: bool,
    /// Server, channel and parameters of the address.
    pub(super) info: Value,
    /// The address is made once; later attempts do not know newer tokens.
    url: String,
    /// The connectivity options as they were at the start.
    options: Value,
    attempt: u32,
    started: Time,
    /// How long this attempt may take, in milliseconds.
    interval: Value,
    /// The socket of this attempt, until it has failed.
    socket: Option<SocketId>,
}

/// Whether these options allow one more attempt after so many.
pub(super) fn allows_attempt(options: &Value, attempts: u32) -> bool {
    let limit = options.get("reconnectLimit");
    f64::from(attempts) < limit.to_number() || !limit.is_truthy()
}

impl Opening {
    /// A run whose first attempt is to come.
    pub(super) fn new(id: OpeningId, info: Value, url: String, options: Value, reconnects: bool) -> Self {
        let delay = options.get("reconnectDelay").clone();
        let interval = if delay.to_number() > SHORTEST_FIRST_INTERVAL { delay } else { SHORTEST_FIRST_INTERVAL.into() };
        Self { id, reconnects, info, url, options, attempt: 0, started: Time::ZERO, interval, socket: None }
    }

    /// Whether this is the socket of the attempt under way.
    pub(super) fn tries(&self, socket: SocketId) -> bool {
        self.socket == Some(socket)
    }

    pub(super) fn attempts(&self) -> u32 {
        self.attempt
    }

    /// Whether there is one more attempt.
    pub(super) fn goes_on(&self) -> bool {
        allows_attempt(&self.options, self.attempt)
    }

    /// The next attempt. It may take longer by the multiplier.
    pub(super) fn try_again(&mut self, cx: &mut Context, socket: SocketId) {
        self.lengthen();
        self.attempt(cx, socket);
    }

    /// The next attempt, or the first.
    pub(super) fn attempt(&mut self, cx: &mut Context, socket: SocketId) {
        self.attempt = self.attempt.saturating_add(1);
        self.started = cx.now;
        self.socket = Some(socket);
        cx.effect(Output::OpenWebSocket { id: socket, url: self.url.clone() });
        cx.arm(js::timeout(&self.interval), Timer::Attempt(self.id));
    }

    /// The attempt under way has failed. Gives whether the next one waits for the end of its interval.
    pub(super) fn waits(&mut self, cx: &mut Context) -> bool {
        self.socket = None;
        #[expect(clippy::cast_precision_loss, reason = "JavaScript's times are doubles, too")]
        let rest = self.interval.to_number() - (cx.now - self.started).as_millis() as f64;
        if rest > 0.0 {
            cx.arm(js::timeout(&rest.into()), Timer::Attempt(self.id));
        }
        rest > 0.0
    }

    fn lengthen(&mut self) {
        let longest = self.options.get("reconnectTimeLimit");
        if self.interval.strict_equals(longest) {
            return;
        }
        let growth = self.options.get("reconnectTimeMultiplier").to_number().powf(f64::from(self.attempt));
        let interval = self.options.get("reconnectDelay").to_number() * growth;
        self.interval = if interval < longest.to_number() { interval.into() } else { longest.clone() };
    }

    /// The task is not waited for any more: closes what it has tried.
    #[cfg(feature = "sabotage")]
    pub(super) fn abandon(&self, cx: &mut Context) {
        cx.timers.cancel(Timer::Attempt(self.id));
        if let Some(id) = self.socket {
            cx.effect(Output::CloseWebSocket { id });
        }
    }
}
