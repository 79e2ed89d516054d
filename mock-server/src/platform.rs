//! The platform: one machine out of accounts, tokens, subscriptions, sockets, faults and the journal.

mod answer;
mod auth;
mod behaviour;
mod calls;
mod commands;
mod cpaas;
mod credentials;
mod settings;
mod sockets;
mod start;
mod subscriptions;
mod targets;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use serde_json::json;

pub use settings::SettingsInfo;

use crate::account::{Accounts, UserInfo};
use crate::channel::{SocketInfo, Sockets};
use crate::command::CommandRecord;
use crate::fault::Faults;
use crate::ids::{SocketId, SubscriptionId};
use crate::journal::{Delivery, Journal, Kind, Refusal, RefusalRecord};
use crate::limits::{Limits, PlatformLimits};
use crate::output::Output;
use crate::subscription::{SubscriptionInfo, Subscriptions};
use crate::time::Time;
use crate::timer::{Timer, Timers};
use crate::token::{Grants, TokensInfo};

/// The Kandy platform. The crate's own documentation says how to drive it.
///
/// What it does without being told to:
/// - a subscription that is not renewed in time ends without a word. The channel of one that has ended, by time or by
///   DELETE, takes no new socket, and the next PUT gets 404 with the statusCode by which clients of its dialect know it.
///   Sockets that are open stay open; the platform never closes one by itself, but for a frame that is too long
///   ([`PlatformLimits::frame_bytes`]);
/// - a request with an unknown address gets 404 and `{}`;
/// - pings are taken and not answered, but for connection checks of CPaaS (see [`Platform::set_answer_pings`]); other frames are
///   only recorded.
#[derive(Debug)]
pub struct Platform {
    limits: PlatformLimits,
    settings: PlatformSettings,
    accounts: Accounts,
    grants: Grants,
    subscriptions: Subscriptions,
    sockets: Sockets,
    faults: Faults,
    timers: Timers,
    journal: Journal,
    output: VecDeque<Output>,
    notifications_sent: u64,
    start: StartState,
    resets: u64,
}

#[derive(Clone, Debug, Default)]
struct PlatformSettings {
    offline: bool,
    any_user: bool,
    /// What a command has set; until then, each dialect does as its platform does.
    answer_pings: Option<bool>,
    latency: Duration,
    token_lifetime: Option<Duration>,
}

/// What a reset leads back to. At first a healthy platform without users.
#[derive(Clone, Debug, Default)]
struct StartState {
    accounts: Accounts,
    settings: PlatformSettings,
    faults: Faults,
}

impl Platform {
    /// A healthy platform without users.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(PlatformLimits::default())
    }

    /// A healthy platform without users, and with limits of its own.
    #[must_use]
    pub fn with_limits(limits: PlatformLimits) -> Self {
        Self {
            limits,
            settings: PlatformSettings::default(),
            accounts: Accounts::default(),
            grants: Grants::new(limits.user_grants),
            subscriptions: Subscriptions::new(limits.user_subscriptions),
            sockets: Sockets::new(limits.user_sockets),
            faults: Faults::default(),
            timers: Timers::default(),
            journal: Journal::new(limits.journal_records, limits.journal_bytes),
            output: VecDeque::new(),
            notifications_sent: 0,
            start: StartState::default(),
            resets: 0,
        }
    }

    /// What it holds.
    #[must_use]
    pub const fn limits(&self) -> PlatformLimits {
        self.limits
    }

    /// Fires the first timer that is due, if one is. Drain, then call again until [`Self::poll_timeout`] lies ahead.
    pub fn handle_timeout(&mut self, now: Time) {
        self.note_expiries(now);
        match self.timers.fire(now) {
            Some(Timer::SubscriptionExpiry(id)) => self.expire(now, id),
            Some(Timer::ConnectionCheck(socket)) => self.check_connection(now, socket),
            None => {}
        }
    }

    /// Which timer fires next, and when.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<(Time, Timer)> {
        self.timers.next()
    }

    /// When tokens expire next, which only the journal tells. It changes nothing else, so nobody has to wake the platform for
    /// it: the record is written, with the right time, before anything else happens. An owner whose journal is followed calls
    /// [`Self::handle_timeout`] then.
    #[must_use]
    pub fn poll_expiry(&self) -> Option<Time> {
        self.grants.next_end()
    }

    /// When something next happens by itself, whether it changes anything or is only told by the journal.
    #[must_use]
    pub fn next_due(&self) -> Option<Time> {
        let timer = self.poll_timeout().map(|(due, _)| due);
        timer.into_iter().chain(self.poll_expiry()).min()
    }

    fn note_expiries(&mut self, now: Time) {
        while let Some((time, user, tokens)) = self.grants.expired(now) {
            self.journal.write(time, None, Some(user), Kind::TokensExpired { tokens });
        }
    }

    /// The time of the world outside, in milliseconds since 1970, which records have beside the platform's from now on; at
    /// first, and for `None`, they have none.
    pub const fn set_wall_time(&mut self, wall_time: Option<u64>) {
        self.journal.set_wall_time(wall_time);
    }

    /// The answer to the request of record `seq`, which was held, is given to the connection.
    pub fn handle_sent(&mut self, now: Time, seq: u64) {
        self.delivery_mut(seq, |delivery| delivery.sent = Some(now));
    }

    /// The client has left before it had the answer to the request of record `seq`.
    pub fn handle_left(&mut self, now: Time, seq: u64) {
        self.delivery_mut(seq, |delivery| delivery.client_left = Some(now));
    }

    fn delivery_mut(&mut self, seq: u64, change: impl FnOnce(&mut Delivery)) {
        if let Some(Kind::Request(request) | Kind::Upgrade { request, .. }) =
            self.journal.record_mut(seq).map(|record| &mut record.kind)
        {
            change(&mut request.delivery);
        }
    }

    /// Something was refused before it came here: the journal tells of it. `request` is its head, if there is one.
    pub fn handle_refused<B>(&mut self, now: Time, refusal: Refusal, request: Option<&Request<B>>) {
        self.note_expiries(now);
        let user = request.and_then(|request| self.token_owner(request)).cloned();
        self.journal.refuse(now, user, RefusalRecord::new(now, refusal, request));
    }

    /// The clock is about to be moved on by hand: the journal tells of it.
    pub fn handle_advance(&mut self, now: Time, by: Duration) {
        self.record_told(now, CommandRecord::advance(&by));
    }

    /// The tokens of all users, by login, oldest first, one by one: those behind one.
    pub fn tokens_after(&self, id: Option<u64>) -> impl Iterator<Item = TokensInfo> {
        self.grants.infos_after(id)
    }

    /// The next effect, in the order in which they should happen.
    #[must_use]
    pub fn poll_output(&mut self) -> Option<Output> {
        #[cfg(feature = "sabotage")]
        while self.output.pop_front_if(|output| crate::sabotage::loses(&mut self.sockets, output)).is_some() {}
        self.output.pop_front()
    }

    /// What happened so far.
    #[must_use]
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Every user, ordered by name.
    #[must_use]
    pub fn users(&self) -> Vec<UserInfo> {
        self.users_after(None).collect()
    }

    /// The users whose names come behind one, one by one.
    pub fn users_after(&self, name: Option<&str>) -> impl Iterator<Item = UserInfo> {
        self.accounts.infos_after(name)
    }

    /// Whether there is a user of that name.
    #[must_use]
    pub fn has_user(&self, name: &str) -> bool {
        self.accounts.get(name).is_some()
    }

    /// The live subscriptions of one user, or all; oldest first. A user who is not there has none.
    #[must_use]
    pub fn subscriptions(&self, user: Option<&str>) -> Vec<SubscriptionInfo> {
        self.subscriptions.of(user).map(|(id, subscription)| subscription.info(id)).collect()
    }

    /// The live subscriptions that were made after one, oldest first, one by one.
    pub fn subscriptions_after(&self, id: Option<SubscriptionId>) -> impl Iterator<Item = SubscriptionInfo> {
        self.subscriptions.after(id).map(|(id, subscription)| subscription.info(id))
    }

    /// The subscription that was made last, live or not.
    #[must_use]
    pub const fn newest_subscription(&self) -> Option<SubscriptionId> {
        self.subscriptions.newest()
    }

    /// The sockets of one user, or all; oldest first.
    #[must_use]
    pub fn sockets(&self, user: Option<&str>) -> Vec<SocketInfo> {
        self.sockets.infos(user)
    }

    /// The sockets that were opened after one, oldest first, one by one.
    pub fn sockets_after(&self, id: Option<SocketId>) -> impl Iterator<Item = SocketInfo> {
        self.sockets.infos_after(id)
    }

    /// Whether [`Self::set_offline`] holds.
    #[must_use]
    pub const fn is_offline(&self) -> bool {
        self.settings.offline
    }

    /// Whether a REST request may end its connection without an answer: for a fault, or while the platform is offline, or a user
    /// is.
    ///
    /// Browsers and curl silently send a request again if its connection was used before and then breaks. So whoever carries
    /// requests lets no connection be used twice meanwhile: a fault is then met as often as it acts.
    #[must_use]
    pub const fn breaks_connections(&self) -> bool {
        self.settings.offline || self.accounts.is_any_offline() || self.faults.breaks()
    }

    /// The delay of every answer and handshake.
    #[must_use]
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
