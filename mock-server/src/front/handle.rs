//! The platform of a [`Front`](super::Front), for those who control it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;

use super::clock::ClockKind;
use crate::journal::Refused;
use crate::platform::Platform;
use crate::server::advanced::Advanced;
use crate::server::clock::ClockError;
use crate::server::exchanges::HeldAnswer;
use crate::server::idle::UnderWay;
use crate::server::shared::Shared;
use crate::server::watch::Watch;
use crate::time::Time;

/// The platform behind a [`Front`](super::Front). Its clones are handles of the same platform; they keep it, but not the
/// server.
#[derive(Clone, Debug)]
pub struct FrontHandle {
    shared: Arc<Shared>,
}

impl FrontHandle {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Acts on the platform, or looks at it. What comes of it is on its way before the next input is taken, in its order;
    /// outputs are not for the closure to poll.
    ///
    /// Nothing else happens at the platform meanwhile, so several commands are one instant for every client. The closure
    /// must not use a handle of this platform: it would wait for itself.
    pub fn platform<R>(&self, act: impl FnOnce(&mut Platform, Time) -> R) -> R {
        self.shared.act(act)
    }

    /// Tells what happens from now on, as it happens.
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch::from_now(self.shared.clone())
    }

    /// The present time of the platform: since its start.
    #[must_use]
    pub fn now(&self) -> Time {
        self.shared.now()
    }

    /// Which clock it has.
    #[must_use]
    pub fn clock(&self) -> ClockKind {
        self.shared.clock().into()
    }

    /// Lets a manual clock go on. On the way the platform's timers fire, each at its own deadline, one after the other;
    /// nothing else happens at the platform meanwhile. Answers and handshakes whose delay has passed go out afterwards.
    ///
    /// # Errors
    ///
    /// The clock is the real one, or time would end.
    pub fn advance(&self, by: Duration) -> Result<Advanced, ClockError> {
        self.shared.advance(|now| {
            let end = now.since_start().checked_add(by).ok_or(ClockError::End { now, by })?;
            Ok(Time::from_duration(end))
        })
    }

    /// The same, to an instant that is not past.
    ///
    /// # Errors
    ///
    /// The clock is the real one, or the instant is past.
    pub fn advance_to(&self, to: Time) -> Result<Advanced, ClockError> {
        self.shared.advance(|now| if to < now { Err(ClockError::Past { now, to }) } else { Ok(to) })
    }

    /// Waits until connections without a request under way are closed, if they have to be for what was done last: see
    /// [`Platform::breaks_connections`]. A client that hears of it then sends its next request over a new one.
    pub async fn made_way(&self) {
        self.shared.renewals().done().await;
    }

    /// Tells the journal that what answers beside the platform has refused a request of `peer`, whose head it is.
    pub fn refused<B>(&self, what: Refused, peer: IpAddr, request: &Request<B>) {
        self.shared.refused(what, Some(peer), None, Some(request));
    }

    /// How often the platform was reset.
    #[must_use]
    pub fn resets(&self) -> u64 {
        self.shared.resets()
    }

    /// Waits until the platform has been reset more often than that.
    pub async fn until_reset(&self, before: u64) {
        self.shared.until_reset(before).await;
    }

    /// Waits until the platform's time is `due`.
    pub async fn until(&self, due: Time) {
        self.shared.until(due).await;
    }

    /// The requests and handshakes whose answers are held, in the order in which they came: by a latency, a delay, or for
    /// ever. It may be called while one acts on the platform.
    #[must_use]
    pub fn held(&self) -> Vec<HeldAnswer> {
        self.shared.exchanges().held()
    }

    /// What has come, or has to go out, and is not done yet.
    #[must_use]
    pub fn under_way(&self) -> UnderWay {
        self.shared.under_way()
    }

    /// Waits until nothing is under way, and, for as long as `quiet`, nothing has happened at the platform. Requests and
    /// handshakes that are never answered, or that a manual clock holds, are not waited for.
    pub async fn idle(&self, quiet: Duration) {
        self.idle_beside(quiet, || false).await;
    }

    /// The same, for a server beside which something else goes on that is waited for as long as it `is_busy`.
    pub async fn idle_beside(&self, quiet: Duration, is_busy: impl Fn() -> bool) {
        self.shared.idle(quiet, || !self.under_way().is_nothing() || is_busy()).await;
    }

    /// Whether the server has ended, or is about to.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.shared.progress().borrow().is_over
    }
}
