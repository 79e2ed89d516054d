//! Waiting for what happens at the platform, and looking back at it.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

use super::MockKandy;
use crate::journal::{Answered, Journal, Record, RequestRecord};
use crate::point::Point;
use crate::server::watch::Watch;
use crate::time::Time;

/// A request that the platform has answered, or a handshake.
#[derive(Clone, Debug, PartialEq)]
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

/// No such request came in time.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("no {point} request{} came within {timeout:?}; came instead: {}", of_user(user.as_deref()), list(came))]
pub struct WaitError {
    /// The point that was waited for.
    pub point: Point,
    /// The user that was waited for, if it had to be one of theirs.
    pub user: Option<String>,
    /// How long the wait was.
    pub timeout: Duration,
    /// What came since the last wait ended.
    pub came: Vec<Received>,
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

    /// The requests at a point, or all for `None`, oldest first; handshakes are among them. CORS preflights are not, nor
    /// is what a mock of the user's own has answered.
    pub fn requests(&self, point: impl Into<Option<Point>>) -> Vec<Received> {
        let point = point.into();
        self.shared.look(|platform| {
            let received = platform.journal().iter().filter_map(Received::of);
            received.filter(|received| point.is_none_or(|point| received.point == point)).collect()
        })
    }

    /// Waits until a request comes to `point`, from `user` if one is given, and gives it with its answer.
    ///
    /// It never misses one: the server has one cursor, and each wait looks from where the last successful one ended, at
    /// first from the start. So two waits find two requests, and what came while nobody waited is found at once; what came
    /// before a request that was waited for is not found any more.
    pub async fn wait_for(&self, point: Point, user: Option<&str>, timeout: Duration) -> Result<Received, WaitError> {
        let mut progress = self.shared.progress();
        // The timer runs on the server's own runtime, since the caller may have none; dropped, it is aborted.
        let mut timer = JoinSet::new();
        timer.spawn_on(async move { tokio::time::sleep(timeout).await }, &self.runtime);
        loop {
            progress.mark_unchanged();
            if let Some(received) = self.take_request(point, user) {
                return Ok(received);
            }
            tokio::select! {
                _ = progress.changed() => {}
                _ = timer.join_next() => break,
            }
        }
        self.take_request(point, user).ok_or_else(|| WaitError {
            point,
            user: user.map(ToOwned::to_owned),
            timeout,
            came: self.look_on(|journal, cursor| journal.since(*cursor).filter_map(Received::of).collect()),
        })
    }

    /// The next request of that kind behind the cursor, which then stands behind it.
    fn take_request(&self, point: Point, user: Option<&str>) -> Option<Received> {
        let is_wanted = |record: &&Record| {
            record.point == Some(point)
                && record.request().is_some()
                && user.is_none_or(|user| record.user.as_deref() == Some(user))
        };
        self.look_on(|journal, cursor| {
            let record = journal.since(*cursor).find(is_wanted)?;
            *cursor = record.seq + 1;
            Received::of(record)
        })
    }

    /// Looks at the journal with the cursor in hand.
    fn look_on<R>(&self, look: impl FnOnce(&Journal, &mut u64) -> R) -> R {
        // A number is whole whatever panicked beside it.
        let mut cursor = self.wait_cursor.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.look(|platform| look(platform.journal(), &mut cursor))
    }
}

fn of_user(user: Option<&str>) -> String {
    user.map_or_else(String::new, |user| format!(" of {user}"))
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
