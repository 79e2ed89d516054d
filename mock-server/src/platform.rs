//! The platform: one machine out of accounts, tokens, subscriptions, sockets, faults and the journal.

mod answer;
mod auth;
mod commands;
mod settings;
mod sockets;
mod subscriptions;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

pub use commands::GoneOptions;
pub use settings::SettingsInfo;

use crate::account::{Accounts, UserInfo};
use crate::channel::{Frame, SocketId, SocketInfo, Sockets};
use crate::fault::Faults;
use crate::journal::Journal;
use crate::limits::{Limits, PlatformLimits};
use crate::subscription::{SubscriptionId, SubscriptionInfo, Subscriptions};
use crate::time::Time;
use crate::timer::{Timer, Timers};
use crate::token::Grants;

/// The Kandy platform. The crate's own documentation says how to drive it.
///
/// What it does without being told to:
/// - a subscription that is not renewed in time ends without a word. The channel of one that has ended, by time or by
///   DELETE, takes no new socket, and the next PUT gets 404 with statusCode 4. Sockets that are open stay open; the
///   platform never closes one by itself, but for a frame that is too long ([`PlatformLimits::frame_bytes`]);
/// - a request with an unknown address gets 404 and `{}`;
/// - pings are taken and not answered (see [`Platform::set_answer_pings`]); other frames are only recorded.
#[derive(Debug)]
pub struct Platform {
    limits: PlatformLimits,
    settings: Settings,
    accounts: Accounts,
    grants: Grants,
    subscriptions: Subscriptions,
    sockets: Sockets,
    faults: Faults,
    timers: Timers,
    journal: Journal,
    output: VecDeque<Output>,
    notifications_sent: u64,
}

/// An effect that the platform asks its owner for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send a frame to the client.
    Send {
        /// The socket.
        socket: SocketId,
        /// The frame.
        frame: Frame,
    },
    /// Send a close frame, then end the connection. The platform has forgotten the socket: what is still heard of it is
    /// ignored.
    Close {
        /// The socket.
        socket: SocketId,
        /// The close code; 1005 for a close frame without one.
        code: u16,
        /// The reason, at most 123 bytes; empty with 1005.
        reason: String,
    },
    /// End the connection without a close frame, at once; if its handshake is still on the way, that fails. The
    /// platform has forgotten the socket.
    Cut {
        /// The socket.
        socket: SocketId,
    },
}

impl Output {
    /// The length of what is sent.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Send { frame, .. } => frame.len(),
            Self::Close { reason, .. } => reason.len(),
            Self::Cut { .. } => 0,
        }
    }
}

#[derive(Debug, Default)]
struct Settings {
    offline: bool,
    any_user: bool,
    answer_pings: bool,
    echo: bool,
    latency: Duration,
    token_lifetime: Option<Duration>,
}

impl Platform {
    /// A healthy platform without users.
    pub fn new() -> Self {
        Self::with_limits(PlatformLimits::default())
    }

    /// A healthy platform without users, and with limits of its own.
    pub fn with_limits(limits: PlatformLimits) -> Self {
        Self {
            limits,
            settings: Settings::default(),
            accounts: Accounts::default(),
            grants: Grants::new(limits.user_grants),
            subscriptions: Subscriptions::new(limits.user_subscriptions),
            sockets: Sockets::new(limits.user_sockets),
            faults: Faults::default(),
            timers: Timers::default(),
            journal: Journal::new(limits.journal_records, limits.journal_bytes),
            output: VecDeque::new(),
            notifications_sent: 0,
        }
    }

    /// What it holds.
    pub const fn limits(&self) -> PlatformLimits {
        self.limits
    }

    /// Fires the first timer that is due, if one is. Drain, then call again until [`Self::poll_timeout`] lies ahead.
    pub fn handle_timeout(&mut self, now: Time) {
        match self.timers.fire(now) {
            Some(Timer::SubscriptionExpiry(id)) => self.expire(now, id),
            None => {}
        }
    }

    /// Which timer fires next, and when.
    pub fn poll_timeout(&self) -> Option<(Time, Timer)> {
        self.timers.next()
    }

    /// The next effect, in the order in which they are to happen.
    pub fn poll_output(&mut self) -> Option<Output> {
        #[cfg(feature = "sabotage")]
        while self.output.pop_front_if(|output| crate::sabotage::loses(&mut self.sockets, output)).is_some() {}
        self.output.pop_front()
    }

    /// What happened so far.
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Every user, ordered by name.
    pub fn users(&self) -> Vec<UserInfo> {
        self.users_after(None).collect()
    }

    /// The users whose names come behind one, one by one.
    pub fn users_after(&self, name: Option<&str>) -> impl Iterator<Item = UserInfo> {
        self.accounts.infos_after(name)
    }

    /// Whether there is a user of that name.
    pub fn has_user(&self, name: &str) -> bool {
        self.accounts.get(name).is_some()
    }

    /// The live subscriptions of one user, or all; oldest first. Nobody has none, whether added or not.
    pub fn subscriptions(&self, user: Option<&str>) -> Vec<SubscriptionInfo> {
        self.subscriptions.of(user).map(|(id, subscription)| subscription.info(id)).collect()
    }

    /// The live subscriptions that were made after one, oldest first, one by one.
    pub fn subscriptions_after(&self, id: Option<SubscriptionId>) -> impl Iterator<Item = SubscriptionInfo> {
        self.subscriptions.after(id).map(|(id, subscription)| subscription.info(id))
    }

    /// The subscription that was made last, live or not.
    pub const fn newest_subscription(&self) -> Option<SubscriptionId> {
        self.subscriptions.newest()
    }

    /// The sockets of one user, or all; oldest first.
    pub fn sockets(&self, user: Option<&str>) -> Vec<SocketInfo> {
        self.sockets.infos(user)
    }

    /// The sockets that were opened after one, oldest first, one by one.
    pub fn sockets_after(&self, id: Option<SocketId>) -> impl Iterator<Item = SocketInfo> {
        self.sockets.infos_after(id)
    }

    /// Whether [`Self::set_offline`] holds.
    pub const fn is_offline(&self) -> bool {
        self.settings.offline
    }

    /// Whether a REST request may end its connection without an answer: for a fault, or while the platform is offline.
    ///
    /// Browsers and curl send a request once more, unseen, whose connection was used before and then breaks. Whoever carries
    /// requests over such connections lets none be used twice meanwhile, so that a fault is met as often as it acts.
    pub const fn breaks_connections(&self) -> bool {
        self.settings.offline || self.faults.breaks()
    }

    /// The delay of every answer and handshake.
    pub const fn latency(&self) -> Duration {
        self.settings.latency
    }

    /// A drained platform is far from the limit: one command or input gives each socket one output at most, or one socket
    /// all that waited for it.
    fn emit(&mut self, output: Output) {
        const { assert!(Limits::SOCKETS < Limits::OUTPUTS && Limits::PENDING_FRAMES < Limits::OUTPUTS) };
        assert!(self.output.len() < Limits::OUTPUTS, "the drain rule is broken: nobody polls the platform's output");
        self.output.push_back(output);
    }

    /// The one spelling of a user's name that all records share, if there is such a user.
    fn shared_name(&self, name: &str) -> Arc<str> {
        self.accounts.get(name).map_or_else(|| name.into(), |account| account.name.clone())
    }

    /// An id that no notification had before.
    fn notification_id(&mut self) -> serde_json::Value {
        self.notifications_sent += 1;
        json!(format!("N-{}", self.notifications_sent))
    }
}

impl Default for Platform {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
