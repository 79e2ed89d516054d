//! Connections that make way for new ones.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::timeout;

use crate::limits::Limits;

/// Tells the connections that are there to make way, and knows when they have.
#[derive(Debug, Default)]
pub(crate) struct Renewals(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    /// Whoever is told next, by an end of their channel that they hold.
    present: Arc<watch::Sender<()>>,
    /// Whoever was told last.
    told: Arc<watch::Sender<()>>,
}

impl Renewals {
    /// Changes when the connection that asks has to make way. It has done so when this is dropped.
    pub(crate) fn join(&self) -> watch::Receiver<()> {
        self.generations().present.subscribe()
    }

    /// Tells the connections that are there. Those that come from now on are told the next time.
    pub(crate) fn begin(&self) {
        let generations = &mut *self.generations();
        generations.told = mem::take(&mut generations.present);
        generations.told.send_replace(());
    }

    /// Waits until those that were told have made way, within a limit.
    pub(crate) async fn done(&self) {
        let told = self.generations().told.clone();
        // Whoever takes longer is not waited for: its next request is not taken, whatever the client makes of that.
        let _ = timeout(Limits::MAKE_WAY, told.closed()).await;
    }

    /// Between two calls it is whole.
    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
