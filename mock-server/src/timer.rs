//! The platform's timers: a closed enum and a table ordered by deadline, then by order of arming.

use std::collections::BTreeMap;

use crate::ids::{SocketId, SubscriptionId};
use crate::time::Time;

/// What the platform waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// The subscription ends unless it is renewed before.
    SubscriptionExpiry(SubscriptionId),
    /// A client wants to hear that its connection lives.
    ConnectionCheck(SocketId),
}

/// Names one armed timer, to disarm it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey {
    due: Time,
    armed: u64,
}

/// Every armed timer. Each is an instance: arming twice makes two.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    by_deadline: BTreeMap<TimerKey, Timer>,
    armed: u64,
}

impl Timers {
    pub(crate) fn arm(&mut self, due: Time, timer: Timer) -> TimerKey {
        self.armed += 1;
        let key = TimerKey { due, armed: self.armed };
        self.by_deadline.insert(key, timer);
        key
    }

    /// Disarming a timer that has fired does nothing.
    pub(crate) fn disarm(&mut self, key: TimerKey) {
        self.by_deadline.remove(&key);
    }

    pub(crate) fn next(&self) -> Option<(Time, Timer)> {
        self.by_deadline.first_key_value().map(|(key, timer)| (key.due, *timer))
    }

    /// Takes the first timer that is due at `now`.
    pub(crate) fn fire(&mut self, now: Time) -> Option<Timer> {
        let first = self.by_deadline.first_entry()?;
        (first.key().due <= now).then(|| first.remove())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expiry(number: u64) -> Timer {
        let id = SubscriptionId::named(&format!("SUB-{number}"));
        Timer::SubscriptionExpiry(id.expect("the name is well formed"))
    }

    #[test]
    fn equal_deadlines_fire_in_arming_order() {
        let mut timers = Timers::default();
        let at = Time::from_millis(10);
        timers.arm(at, expiry(2));
        timers.arm(at, expiry(1));
        timers.arm(Time::from_millis(5), expiry(3));

        assert_eq!(timers.fire(at), Some(expiry(3)));
        assert_eq!(timers.fire(at), Some(expiry(2)));
        assert_eq!(timers.fire(at), Some(expiry(1)));
        assert_eq!(timers.fire(at), None);
    }

    #[test]
    fn nothing_fires_early_or_after_disarming() {
        let mut timers = Timers::default();
        let key = timers.arm(Time::from_millis(10), expiry(1));
        assert_eq!(timers.fire(Time::from_millis(9)), None);
        assert_eq!(timers.next(), Some((Time::from_millis(10), expiry(1))));
        timers.disarm(key);
        assert_eq!(timers.next(), None);
    }
}
