//! Following what happens at the platform.

use std::sync::Arc;

use tokio::sync::watch;

use super::shared::{Progress, Shared};
use crate::journal::Record;

/// What happens at the platform, record by record, from when it was asked for.
///
/// It reads the journal, which keeps the newest records: one that falls too far behind is told how much it missed. A record that
/// says more after it was read is not told again here: [`Journal::changed_since`](crate::Journal::changed_since) has those.
#[derive(Debug)]
pub struct Watch {
    shared: Arc<Shared>,
    progress: watch::Receiver<Progress>,
    next_seq: u64,
}

/// A [`Watch`] was so far behind that the journal had dropped what it would have told next. It goes on with the oldest
/// record that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{missed} records were dropped before they were read: the journal keeps only the newest")]
pub struct Lagged {
    /// How many records.
    pub missed: u64,
}

impl Watch {
    pub(crate) fn from_now(shared: Arc<Shared>) -> Self {
        let next_seq = shared.look(|platform| platform.journal().next_seq());
        Self { progress: shared.progress(), shared, next_seq }
    }

    /// The next record; `None` when the server is dropped and everything is told. Cancel safe. It can be awaited in any
    /// async runtime.
    pub async fn next(&mut self) -> Option<Result<Record, Lagged>> {
        loop {
            // Seen before the look, so that what comes after the look is waited for.
            let is_over = self.progress.borrow_and_update().is_over;
            if let Some(record) = self.try_next() {
                return Some(record);
            }
            if is_over {
                return None;
            }
            self.progress.changed().await.ok()?;
        }
    }

    /// Waits until something has come since it was asked for, or was waited for here: records, or more that older ones say. Both
    /// are for others to read. `false` when the server is dropped. Cancel safe.
    pub async fn stirs(&mut self) -> bool {
        self.progress.changed().await.is_ok() && !self.progress.borrow().is_over
    }

    /// The number of the record that it tells next.
    #[must_use]
    pub const fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The next record, if there is one already.
    pub fn try_next(&mut self) -> Option<Result<Record, Lagged>> {
        let next_seq = self.next_seq;
        let record = self.shared.look(|platform| platform.journal().since(next_seq).next().cloned())?;
        let missed = record.seq - next_seq;
        if missed > 0 {
            self.next_seq = record.seq;
            return Some(Err(Lagged { missed }));
        }
        self.next_seq = record.seq + 1;
        Some(Ok(record))
    }
}
