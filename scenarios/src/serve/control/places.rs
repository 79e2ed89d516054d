//! A limited number of places for those who wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// So many places. One more is taken from whoever has had theirs for longest: nobody knows whether a silent client is gone, so
/// places could be held for nothing.
#[derive(Debug)]
pub(super) struct Places {
    number: usize,
    taken: Mutex<TakenPlaces>,
}

#[derive(Debug, Default)]
struct TakenPlaces {
    count: u64,
    /// By the order in which they were taken. Whoever holds the place hears when its entry is dropped.
    holders: BTreeMap<u64, oneshot::Sender<()>>,
}

/// A place, until it is dropped or lost.
#[derive(Debug)]
pub(super) struct HeldPlace<'a> {
    places: &'a Places,
    id: u64,
    lost: oneshot::Receiver<()>,
}

impl Places {
    pub(super) fn new(number: usize) -> Self {
        Self { number, taken: Mutex::default() }
    }

    /// Takes a place, from another holder if there is none.
    pub(super) fn take(&self) -> HeldPlace<'_> {
        let (holder, lost) = oneshot::channel();
        let mut taken = self.taken();
        if taken.holders.len() >= self.number {
            taken.holders.pop_first();
        }
        taken.count += 1;
        let id = taken.count;
        taken.holders.insert(id, holder);
        HeldPlace { places: self, id, lost }
    }

    /// Nothing that is locked here is left half done by a panic.
    fn taken(&self) -> MutexGuard<'_, TakenPlaces> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HeldPlace<'_> {
    /// Waits until another holder has taken it.
    pub(super) async fn lost(&mut self) {
        // Nothing is ever sent: what ends the wait is that the entry is dropped.
        let _ = (&mut self.lost).await;
    }
}

impl Drop for HeldPlace<'_> {
    fn drop(&mut self) {
        self.places.taken().holders.remove(&self.id);
    }
}
