//! The requests that are being answered, and which of them wait for their time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::journal::Record;
use crate::platform::Platform;
use crate::point::Point;
use crate::time::Time;

/// A request, or a handshake, whose answer is held. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct HeldAnswer {
    /// The number of its record in the journal.
    pub seq: u64,
    /// Where it came.
    pub point: Option<Point>,
    /// Whose it is, as far as it says so itself.
    pub user: Option<String>,
    /// When it is answered; `None` if never.
    pub due: Option<Time>,
}

impl HeldAnswer {
    /// The answer to the request of a record.
    pub(crate) fn to(record: &Record, due: Option<Time>) -> Self {
        Self { seq: record.seq, point: record.point, user: record.user.as_deref().map(str::to_owned), due }
    }
}

/// Every request that is being answered.
#[derive(Debug, Default)]
pub(crate) struct Exchanges {
    number: AtomicUsize,
    /// Those that wait, by the numbers of their records.
    held: Mutex<BTreeMap<u64, HeldAnswer>>,
}

/// One request that is being answered, until this is dropped.
#[derive(Debug)]
pub(crate) struct ServedExchange {
    all: Arc<Exchanges>,
    held: Option<u64>,
    /// How often the platform had been reset when its answer was held.
    resets: u64,
    /// The answer as it is told while a part of it is held, if it comes in parts. Few do.
    #[cfg(feature = "front")]
    parts: Option<Box<HeldAnswer>>,
}

impl Exchanges {
    /// A request has come.
    pub(crate) fn begin(self: &Arc<Self>) -> ServedExchange {
        self.number.fetch_add(1, Ordering::Relaxed);
        ServedExchange {
            all: self.clone(),
            held: None,
            resets: 0,
            #[cfg(feature = "front")]
            parts: None,
        }
    }

    /// What is held, by the time of its coming.
    #[cfg(feature = "front")]
    pub(crate) fn held(&self) -> Vec<HeldAnswer> {
        self.lock().values().cloned().collect()
    }

    /// How many requests are being answered, but for those whose answers are held at `now` and do not come by themselves.
    pub(crate) fn going_on(&self, is_held: impl Fn(&HeldAnswer) -> bool) -> usize {
        // An exchange is counted before it is held, and as long as it is: so this is too many rather than too few.
        let held = self.lock().values().filter(|answer| is_held(answer)).count();
        self.number.load(Ordering::Relaxed).saturating_sub(held)
    }

    /// Whatever panicked beside it, the table is whole.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, HeldAnswer>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServedExchange {
    /// The answer to the request that was recorded last comes so much later, or never. To be called under the lock under which
    /// it was recorded.
    pub(crate) fn await_answer(&mut self, platform: &Platform, now: Time, delay: Option<Duration>) {
        if delay.is_some_and(|delay| delay.is_zero()) {
            return;
        }
        self.resets = platform.resets();
        if let Some(record) = platform.journal().newest() {
            self.hold(HeldAnswer::to(record, delay.map(|delay| now + delay)));
        }
    }

    /// The number of the record of its request, if its answer is held.
    pub(crate) const fn held(&self) -> Option<u64> {
        self.held
    }

    pub(crate) const fn resets(&self) -> u64 {
        self.resets
    }

    /// The answer to the request that was recorded last comes in parts, which another exchange waits for. To be called under the lock
    /// under which it was recorded.
    #[cfg(feature = "front")]
    pub(crate) fn await_parts(&mut self, platform: &Platform) {
        self.resets = platform.resets();
        self.parts = platform.journal().newest().map(|record| Box::new(HeldAnswer::to(record, None)));
    }

    /// The answer that comes in parts, for the exchange that waits for them.
    #[cfg(feature = "front")]
    pub(crate) fn take_parts(&mut self) -> Option<Box<HeldAnswer>> {
        self.parts.take()
    }

    /// The next part of the answer to a request comes later, where the platform has been reset so often.
    #[cfg(feature = "front")]
    pub(crate) fn await_part(&mut self, answer: HeldAnswer, resets: u64) {
        self.resets = resets;
        self.hold(answer);
    }

    /// Its answer is held from now on, until it is released or dropped.
    fn hold(&mut self, answer: HeldAnswer) {
        self.release();
        self.held = Some(answer.seq);
        self.all.lock().insert(answer.seq, answer);
    }

    pub(crate) fn release(&mut self) {
        if let Some(seq) = self.held.take() {
            self.all.lock().remove(&seq);
        }
    }
}

impl Drop for ServedExchange {
    fn drop(&mut self) {
        self.release();
        self.all.number.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(all(test, feature = "front"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_does_not_go_on_and_is_gone_with_its_turn() {
        let exchanges = Arc::new(Exchanges::default());
        let (plain, mut late) = (exchanges.begin(), exchanges.begin());
        let answer = HeldAnswer { seq: 7, point: None, user: None, due: Some(Time::from_millis(5)) };
        late.hold(answer.clone());
        assert_eq!(
            (exchanges.held(), exchanges.going_on(|_| true), exchanges.going_on(|_| false)),
            (vec![answer], 1, 2)
        );
        drop(plain);
        assert_eq!(exchanges.going_on(|_| true), 0);
        late.release();
        assert_eq!((exchanges.held(), exchanges.going_on(|_| true)), (Vec::new(), 1));
        drop(late);
        assert_eq!(exchanges.going_on(|_| true), 0);
    }
}
