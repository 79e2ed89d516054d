//! Virtual time and the table of timers.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use crate::io::{RequestId, SocketId};

/// A moment: the duration since the world began.
///
/// Whoever owns the world makes these, from a virtual clock or from a real one; a [`Session`](crate::Session)
/// only compares and adds them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Duration);

impl Time {
    /// The moment at which the world began.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// The moment `since_start` after the world began.
    #[must_use]
    pub const fn from_duration(since_start: Duration) -> Self {
        Self(since_start)
    }

    /// The moment `millis` milliseconds after the world began.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// Whole milliseconds since the world began.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// The duration since the world began.
    #[must_use]
    pub const fn since_start(self) -> Duration {
        self.0
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

impl Sub for Time {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// What a timer is for. Timers are instances: two sockets can ping at once, two reconnect loops can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum Timer {
    /// The next keep-alive of an open websocket.
    Ping(SocketId),
    /// The end of a websocket attempt: its deadline while it hangs, the pause before the next one once it failed.
    Attempt(OpeningId),
    /// The next renewal of the subscription.
    Resubscribe,
    /// The next refresh of the access token.
    RefreshToken,
    /// The end of the pause behind a 503, when services are subscribed to.
    RetrySubscription,
    /// The failure of a request that cannot even be made: it comes once all that waits has been heard.
    Refusal(RequestId),
    /// The end that `destroy()` has asked for, in the next tick.
    Destroy,
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ping(socket) => write!(f, "ping of socket {socket}"),
            Self::Attempt(_) => f.write_str("websocket attempt"),
            Self::Resubscribe => f.write_str("resubscription"),
            Self::RefreshToken => f.write_str("token refresh"),
            Self::RetrySubscription => f.write_str("retry of the subscription"),
            Self::Refusal(request) => write!(f, "failure of request {request}"),
            Self::Destroy => f.write_str("end of the client"),
        }
    }
}

/// One run of websocket attempts, from the first try to the open socket or the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningId(u64);

impl OpeningId {
    pub(crate) const FIRST: Self = Self(1);

    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// The armed timers of a session, in the order in which they were armed.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    armed: Vec<(Time, Timer)>,
}

impl Timers {
    /// Arms `timer`, instead of an earlier arming of the same instance.
    pub(crate) fn arm(&mut self, due: Time, timer: Timer) {
        self.cancel(timer);
        self.armed.push((due, timer));
    }

    pub(crate) fn cancel(&mut self, timer: Timer) {
        self.armed.retain(|(_, armed)| *armed != timer);
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(Timer) -> bool) {
        self.armed.retain(|(_, timer)| keep(*timer));
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// The next timer; among equal deadlines the one that was armed first.
    pub(crate) fn next(&self) -> Option<(Time, Timer)> {
        self.armed.iter().copied().min_by_key(|(due, _)| *due)
    }

    /// Takes the next timer if it is due.
    pub(crate) fn take_due(&mut self, now: Time) -> Option<Timer> {
        let (due, timer) = self.next()?;
        (due <= now).then(|| {
            self.cancel(timer);
            timer
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Time, Timer)> + '_ {
        self.armed.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_deadlines_fire_in_the_order_of_arming() {
        let mut timers = Timers::default();
        let due = Time::from_millis(5);
        timers.arm(due, Timer::RefreshToken);
        timers.arm(due, Timer::Resubscribe);
        timers.arm(Time::from_millis(6), Timer::Ping(SocketId(1)));
        assert_eq!(timers.take_due(Time::from_millis(4)), None);
        assert_eq!(timers.take_due(due), Some(Timer::RefreshToken));
        assert_eq!(timers.take_due(due), Some(Timer::Resubscribe));
        assert_eq!(timers.take_due(due), None);
    }

    #[test]
    fn time_is_told_in_milliseconds_and_never_runs_out() {
        let time = Time::from_duration(Duration::from_micros(1_500_999));
        assert_eq!((time.as_millis(), time.since_start()), (1500, Duration::from_micros(1_500_999)));
        assert_eq!(time - Time::from_millis(500), Duration::from_micros(1_000_999));
        assert_eq!(Time::ZERO - time, Duration::ZERO);
        let end = Time::from_duration(Duration::MAX);
        assert_eq!((end + Duration::from_secs(1), end.as_millis()), (end, u64::MAX));
    }

    #[test]
    fn arming_again_replaces() {
        let mut timers = Timers::default();
        timers.arm(Time::from_millis(5), Timer::Resubscribe);
        timers.arm(Time::from_millis(9), Timer::Resubscribe);
        assert_eq!(timers.next(), Some((Time::from_millis(9), Timer::Resubscribe)));
        assert_eq!(timers.iter().count(), 1);
    }
}
