//! Warnings about what a scenario leaves behind: nothing that a check would see, and all that an application would want
//! to know.
//!
//! They are judged by how the world stands at the end of a scenario whose checks held. The real SDK leaves all of this
//! behind, too; client/PORTING.md tells when.

use std::fmt;

use kandy_client::Phase;

#[cfg(test)]
mod tests;

/// The most warnings of one scenario that are written out.
pub const MAX_SHOWN: usize = 100;

/// How a client stands at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientEnd {
    /// The client's name.
    pub client: String,
    /// Where it really stands.
    pub phase: Phase,
    /// `isConnected`.
    pub is_connected: bool,
    /// `isPending`.
    pub is_pending: bool,
    /// Whether `destroy()` was called.
    pub is_destroyed: bool,
    /// The live subscriptions at the platform that it has made.
    pub subscriptions: Vec<LeftSubscription>,
    /// Whether there is a live subscription that no client is known to have made.
    pub may_have_more: bool,
    /// Its sockets that are open, whether it still knows them or not.
    pub sockets: Vec<SocketLeft>,
    /// What its timers keep going, by timer.
    pub running: Vec<Running>,
    /// Whether it waits for an answer.
    pub awaits_answer: bool,
    /// What is between it and the platform.
    pub under_way: StillUnderWay,
    /// The event with which a listener was called after `destroy()`.
    pub after_destroy: Option<&'static str>,
}

/// A live subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftSubscription {
    /// Its name, such as `SUB-1`.
    pub name: String,
    /// Whether its client has asked for none since.
    pub is_newest: bool,
}

/// An open socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketLeft {
    /// Its number in the trace.
    pub number: u64,
    /// Whether its client reads it.
    pub is_used: bool,
}

/// What of a client is under way, in either direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StillUnderWay {
    /// A request.
    pub requests: bool,
    /// A DELETE.
    pub deletes: bool,
    /// A handshake, or news of a socket.
    pub sockets: bool,
}

/// What a timer keeps going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// Attempts to open a websocket.
    Attempts,
    /// Renewals of the subscription.
    Renewals,
}

/// A warning, and whom it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The client's name.
    pub client: String,
    /// What is wrong.
    pub what: WarningKind,
}

/// What can be left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// A subscription lives on, and its client is not in the session that it was made for.
    Subscription(String),
    /// A socket is open, and its client is not connected or does not read it.
    Socket(SocketLeft),
    /// `isPending` is true, and nothing is left that could end it.
    Pending,
    /// A listener was called after `destroy()`.
    EventAfterDestroy(&'static str),
    /// The client is connected, and has no live subscription: no notification of the platform reaches it.
    Unsubscribed,
    /// The client is not connected, and something of it goes on.
    RunsOn(Running),
}

/// What the clients have left behind, client by client.
#[must_use]
pub fn warnings(endings: &[ClientEnd]) -> Vec<Warning> {
    let of_client = |ending: &ClientEnd| {
        let client = ending.client.clone();
        ending.warnings().into_iter().map(move |what| Warning { client: client.clone(), what })
    };
    endings.iter().flat_map(of_client).collect()
}

impl ClientEnd {
    fn warnings(&self) -> Vec<WarningKind> {
        let mut found = Vec::new();
        let subscriptions = self.subscriptions.iter().filter(|left| self.has_left(left));
        found.extend(subscriptions.map(|left| WarningKind::Subscription(left.name.clone())));
        let sockets = self.sockets.iter().filter(|socket| !(socket.is_used && self.is_signed_in()));
        found.extend(sockets.map(|socket| WarningKind::Socket(socket.clone())));
        if self.is_unsubscribed() {
            found.push(WarningKind::Unsubscribed);
        }
        if self.is_pending_for_ever() {
            found.push(WarningKind::Pending);
        }
        found.extend(self.after_destroy.map(WarningKind::EventAfterDestroy));
        for running in [Running::Attempts, Running::Renewals] {
            if self.running.contains(&running) && !self.may_run(running) {
                found.push(WarningKind::RunsOn(running));
            }
        }
        found
    }

    /// Signed in, and the application knows it.
    fn is_signed_in(&self) -> bool {
        !self.is_destroyed && self.phase == Phase::Connected && self.is_connected
    }

    fn has_left(&self, subscription: &LeftSubscription) -> bool {
        // Whoever connects will use the one that was made last, and whoever disconnects is about to delete it.
        let is_busy = !self.is_destroyed && matches!(self.phase, Phase::Connecting | Phase::Disconnecting);
        let is_owned = subscription.is_newest && (is_busy || self.is_signed_in());
        !is_owned && !self.under_way.deletes
    }

    /// Whether the client believes that it is reachable, and is not. Something under way may still tell it.
    fn is_unsubscribed(&self) -> bool {
        self.is_signed_in()
            && !self.is_pending
            && self.subscriptions.is_empty()
            && !self.may_have_more
            && !self.under_way.requests
    }

    fn is_pending_for_ever(&self) -> bool {
        // Renewals and refreshes end it only by ending the session, so nobody waits for that.
        let answer_may_end = self.awaits_answer && self.under_way.requests;
        let may_end = answer_may_end || self.under_way.sockets || self.running.contains(&Running::Attempts);
        self.is_pending && !self.is_destroyed && !may_end
    }

    fn may_run(&self, running: Running) -> bool {
        match (self.phase, running) {
            // A new connect may have attempts of its own, which cannot be told from those that are left.
            (Phase::Connecting, _) => true,
            (Phase::Connected, _) => self.is_connected,
            (Phase::Disconnecting, running) => running != Running::Attempts,
            (Phase::Idle, _) => false,
        }
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscription(name) => {
                write!(
                    f,
                    "subscription left behind: {name} lives on at the platform, which takes the user for reachable"
                )
            }
            Self::Socket(SocketLeft { number, is_used: true }) => {
                write!(
                    f,
                    "socket left open: ws{number} is open, though the client is not connected: notifications still come"
                )
            }
            Self::Socket(SocketLeft { number, is_used: false }) => {
                write!(f, "socket left open: ws{number} is open, and its client has forgotten it: nobody will close it")
            }
            Self::Unsubscribed => f.write_str(
                "connected without a subscription: isConnected is true, and the platform has none of it: no notification comes",
            ),
            Self::Pending => f.write_str("pending for ever: isPending is true, and nothing is left that could end it"),
            Self::EventAfterDestroy(event) => {
                write!(f, "event after destroy: a listener was called with {event} after destroy()")
            }
            Self::RunsOn(Running::Attempts) => f.write_str(
                "runs on: websocket attempts go on outside of a session, and may still open a socket or tell of a loss",
            ),
            Self::RunsOn(Running::Renewals) => {
                f.write_str("runs on: the subscription is still renewed outside of a session")
            }
        }
    }
}
