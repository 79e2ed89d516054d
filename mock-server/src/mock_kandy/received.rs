//! Waiting for what happens at the platform, and looking back at it.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

use super::MockKandy;
use super::late::LateAnswers;
use crate::journal::{Answered, Journal, Record, RecordFilter, RequestRecord};
use crate::point::Point;
use crate::server::idle::UnderWay;
use crate::server::shared::Shared;
use crate::server::watch::Watch;
use crate::time::Time;

/// A request that the platform has answered, or a handshake.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// When it came.
    pub time: Time,
    /// Where.
    pub point: Point,
    /// Whose it was, as far as it said so itself.
    pub user: Option<Arc<str>>,
    /// What it said, and how it was answered.
    pub request: RequestRecord,
}

impl Received {
    /// The status that it was answered with, if there was an answer; 101 for an accepted handshake.
    pub const fn status(&self) -> Option<u16> {
        self.request.answered.status()
    }

    fn of(record: &Record) -> Option<Self> {
        let (point, request) = (record.point?, record.request()?);
        Some(Self { time: record.time, point, user: record.user.clone(), request: request.clone() })
    }
}

impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} (", self.point, self.time)?;
        match self.request.answered {
            Answered::Status(status) => write!(f, "{status})"),
            Answered::Hang => f.write_str("no answer)"),
            Answered::Reset => f.write_str("reset)"),
            Answered::Refused => f.write_str("refused)"),
        }
    }
}

/// Why a wait found nothing, or found what should not have come.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// Too few came in time.
    #[error("{} came within {timeout:?}; came instead: {}", too_few(wanted, *count, *found), list(came))]
    TimedOut {
        /// What was waited for.
        wanted: Box<RecordFilter>,
        /// How many.
        count: usize,
        /// How many of them came.
        found: usize,
        /// How long the wait was.
        timeout: Duration,
        /// The requests that came since the last wait ended.
        came: Vec<Received>,
    },
    /// The platform was reset meanwhile.
    #[error("the platform was reset during a wait for a {wanted}")]
    Reset {
        /// What was waited for.
        wanted: Box<RecordFilter>,
    },
    /// Something was under way for so long.
    #[error("not idle within {timeout:?}: {under_way}")]
    Busy {
        /// What.
        under_way: UnderWay,
        /// How long the wait was.
        timeout: Duration,
    },
    /// One came, and none should have.
    #[error("a {wanted} came at {}, and none was expected", record.time)]
    Came {
        /// What should not have come.
        wanted: Box<RecordFilter>,
        /// What came.
        record: Box<Record>,
    },
}

impl MockKandy {
    /// Tells what happens from now on, as it happens.
    pub fn watch(&self) -> Watch {
        Watch::from_now(self.shared.clone())
    }

    /// Everything in the journal, oldest first.
    pub fn journal(&self) -> Vec<Record> {
        self.shared.look(|platform| platform.journal().iter().cloned().collect())
    }

    /// The requests at a point, or all for `None`, since the start or the last reset, oldest first; handshakes are among them. CORS preflights are not, nor
    /// is what a mock of the user's own has answered.
    pub fn requests(&self, point: impl Into<Option<Point>>) -> Vec<Received> {
        let point = point.into();
        self.shared.look(|platform| {
            let journal = platform.journal();
            let received = journal.since(journal.begun()).filter_map(Received::of);
            received.filter(|received| point.is_none_or(|point| received.point == point)).collect()
        })
    }

    /// Waits until a request comes to `point`, from `user` if one is given, and gives it with its answer.
    ///
    /// It never misses one: the server has one cursor, and each wait looks from where the last successful one ended, at
    /// first from the start. So two waits find two requests, and what came while nobody waited is found at once; what came
    /// before a request that was waited for is not found any more.
    ///
    /// # Errors
    ///
    /// None has come in time, or the platform was reset meanwhile.
    #[expect(clippy::missing_panics_doc, reason = "what was waited for is there")]
    pub async fn wait_for(&self, point: Point, user: Option<&str>, timeout: Duration) -> Result<Received, WaitError> {
        let wanted = RecordFilter { user: user.map(ToOwned::to_owned), ..RecordFilter::at(point) };
        let records = self.wait_for_records(&wanted, 1, timeout).await?;
        Ok(records.first().and_then(Received::of).expect("a request at a point was waited for, and found"))
    }

    /// Waits until so many records of a kind have come, and gives them. It looks from where [`Self::wait_for`] does, and the
    /// next wait from behind the last of them.
    ///
    /// # Errors
    ///
    /// Too few have come in time, or the platform was reset meanwhile.
    pub async fn wait_for_records(
        &self,
        wanted: &RecordFilter,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Record>, WaitError> {
        let take = |journal: &Journal, cursor: &mut u64| {
            let found = journal.since(*cursor).filter(|record| wanted.is(record)).take(count).cloned();
            let found: Vec<Record> = found.collect();
            if found.len() < count {
                return Err(found.len());
            }
            *cursor = found.last().map_or(*cursor, |last| last.seq + 1);
            Ok(found)
        };
        let found = self.until(timeout, || self.look_on(take).ok()).await;
        if let Some(found) = found.map_err(|WasReset| WaitError::Reset { wanted: Box::new(wanted.clone()) })? {
            return Ok(found);
        }
        self.look_on(take).map_err(|found| WaitError::TimedOut {
            wanted: Box::new(wanted.clone()),
            count,
            found,
            timeout,
            came: self.look_on(|journal, cursor| journal.since(*cursor).filter_map(Received::of).collect()),
        })
    }

    /// Waits for so long, and fails if such a record comes, or has come since the last wait ended. The next wait looks from here
    /// on.
    ///
    /// # Errors
    ///
    /// One has come, or the platform was reset meanwhile.
    pub async fn expect_none(&self, wanted: &RecordFilter, within: Duration) -> Result<(), WaitError> {
        let look =
            |journal: &Journal, cursor: &mut u64| journal.since(*cursor).find(|record| wanted.is(record)).cloned();
        let came = self.until(within, || self.look_on(look)).await;
        match came.map_err(|WasReset| WaitError::Reset { wanted: Box::new(wanted.clone()) })? {
            Some(record) => Err(WaitError::Came { wanted: Box::new(wanted.clone()), record: Box::new(record) }),
            None => {
                self.look_on(|journal, cursor| *cursor = journal.next_seq());
                Ok(())
            }
        }
    }

    /// Waits until nothing is under way (no request that is being answered, no socket that is being ended, no frame that is not
    /// sent) and, for as long as `quiet`, nothing has happened: an application may have more to ask as soon as it has an answer.
    /// Answers that never come are not waited for. It takes `timeout` at most.
    ///
    /// # Errors
    ///
    /// Something was under way for so long.
    pub async fn idle(&self, quiet: Duration, timeout: Duration) -> Result<(), WaitError> {
        let (shared, late) = (self.shared.clone(), self.late.clone());
        // On the server's own runtime, since the caller may have none; dropped, it is aborted.
        let mut waiting = JoinSet::new();
        let idle = async move {
            let is_under_way = || !under_way(&shared, &late).is_nothing();
            tokio::time::timeout(timeout, shared.idle(quiet, is_under_way)).await.is_ok()
        };
        waiting.spawn_on(idle, &self.runtime);
        match waiting.join_next().await {
            Some(Ok(true)) => Ok(()),
            _ => Err(WaitError::Busy { under_way: under_way(&self.shared, &self.late), timeout }),
        }
    }

    /// Waits until `found` gives something, for so long at most.
    async fn until<T>(&self, time: Duration, mut found: impl FnMut() -> Option<T>) -> Result<Option<T>, WasReset> {
        let resets = self.shared.resets();
        let mut progress = self.shared.progress();
        // The timer runs on the server's own runtime, since the caller may have none; dropped, it is aborted.
        let mut timer = JoinSet::new();
        timer.spawn_on(async move { tokio::time::sleep(time).await }, &self.runtime);
        loop {
            progress.mark_unchanged();
            if self.shared.resets() != resets {
                return Err(WasReset);
            }
            if let Some(found) = found() {
                return Ok(Some(found));
            }
            tokio::select! {
                _ = progress.changed() => {}
                _ = timer.join_next() => return Ok(found()),
            }
        }
    }

    /// Looks at the journal with the cursor in hand.
    fn look_on<R>(&self, look: impl FnOnce(&Journal, &mut u64) -> R) -> R {
        // A number is whole whatever panicked beside it.
        let mut cursor = self.wait_cursor.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.look(|platform| {
            // Nobody waits any longer for what came before a reset.
            *cursor = (*cursor).max(platform.journal().begun());
            look(platform.journal(), &mut cursor)
        })
    }
}

/// What is under way behind both ports. wiremock does not tell when it has answered, but it does so when an answer is due.
fn under_way(shared: &Shared, late: &LateAnswers) -> UnderWay {
    let under_way = shared.under_way();
    UnderWay { requests: under_way.requests + late.number(shared.now()), ..under_way }
}

/// The platform was reset.
struct WasReset;

fn too_few(wanted: &RecordFilter, count: usize, found: usize) -> String {
    if found == 0 { format!("no {wanted}") } else { format!("only {found} of {count} ({wanted})") }
}

/// The last few of what came.
fn list(came: &[Received]) -> String {
    const SHOWN: usize = 5;
    let shown = &came[came.len().saturating_sub(SHOWN)..];
    let mut words: Vec<String> = shown.iter().map(ToString::to_string).collect();
    match came.len() {
        0 => return "nothing".to_owned(),
        more if more > SHOWN => words.insert(0, format!("{} others", more - SHOWN)),
        _ => {}
    }
    words.join(", ")
}
