//! The journal: what came to the platform, what it answered, and what it was told to do.

mod bounded;
mod changes;
mod filter;
mod record;
mod refusal;
mod request;
mod weight;

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::sync::Arc;

pub(crate) use bounded::bounded;
pub use filter::{RecordFilter, RecordKind, UnknownKind};
pub use record::{FrameRecord, Kind, Record, Side};
pub use refusal::{Refusal, RefusalRecord, Refused};
pub use request::{Answered, Delivery, Met, RequestRecord};

use self::changes::Changes;
use self::weight::held_bytes;
use crate::ids::SocketId;
use crate::limits::Limits;
use crate::point::Point;
use crate::time::Time;

/// The newest records, oldest first; [`Limits::JOURNAL_RECORDS`] of them, and [`Limits::JOURNAL_BYTES`], unless the platform
/// was given other limits.
///
/// It never has passwords or the values of `Authorization` headers, and only those tokens that the platform itself
/// issued. CORS preflights are left out: only browsers send them.
pub struct Journal {
    records: VecDeque<Record>,
    most: usize,
    /// What the records hold, and what they may hold; the newest one is kept whatever it holds.
    bytes: usize,
    most_bytes: usize,
    written: u64,
    /// The number of the record with which it began, or began again.
    begun: u64,
    /// The time of the world outside, in milliseconds since 1970, if the platform is told it.
    wall_time: Option<u64>,
    counting: Counting,
    changes: Changes,
}

impl fmt::Debug for Journal {
    /// Without the records, which name tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.records.len();
        f.debug_struct("Journal").field("kept", &kept).field("written", &self.written).finish_non_exhaustive()
    }
}

impl Journal {
    /// An empty one, for so many records and bytes.
    pub(crate) fn new(most: usize, most_bytes: usize) -> Self {
        Self {
            records: VecDeque::new(),
            most,
            bytes: 0,
            most_bytes,
            written: 0,
            begun: 0,
            wall_time: None,
            counting: Counting::default(),
            changes: Changes::default(),
        }
    }

    /// What records say from now on of the time of the world outside.
    pub(crate) const fn set_wall_time(&mut self, wall_time: Option<u64>) {
        self.wall_time = wall_time;
    }

    /// The records that are kept, oldest first.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.records.iter()
    }

    /// The number of the first record since the start, or since the last reset: that of the reset itself. What is older is kept,
    /// but those who ask what came no longer look at it.
    #[must_use]
    pub const fn begun(&self) -> u64 {
        self.begun
    }

    /// Whether it has begun again between a record and a later one, even if records between them were dropped.
    #[must_use]
    pub fn begun_between(&self, from: u64, before: u64) -> bool {
        self.begun > 0 && (from..before).contains(&self.begun)
    }

    /// The next record is the first one of a new beginning.
    pub(crate) fn begin_again(&mut self) {
        self.begun = self.written;
        self.counting = Counting::default();
    }

    /// The number of the next record: a cursor for [`Self::since`].
    #[must_use]
    pub const fn next_seq(&self) -> u64 {
        self.written
    }

    /// The records from number `seq` on, oldest first. Those that were dropped are missing.
    #[must_use]
    pub fn since(&self, seq: u64) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        let first = usize::try_from(seq.saturating_sub(self.dropped())).unwrap_or(usize::MAX);
        self.records.range(first.min(self.records.len())..)
    }

    /// How many records were dropped because the journal was full.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.written - self.records.len() as u64
    }

    /// The record that was written last, if any was.
    #[cfg(feature = "net")]
    pub(crate) fn newest(&self) -> Option<&Record> {
        self.records.back()
    }

    /// The number of the next change of a record: a cursor for [`Self::changed_since`].
    #[must_use]
    pub const fn next_change(&self) -> u64 {
        self.changes.next()
    }

    /// The records that say more than when they were written (when an answer went out, that its client left, how many are counted
    /// there) since change number `change`, each once and as it is now, in the order of their last changes; with the number
    /// of that.
    pub fn changed_since(&self, change: u64) -> impl Iterator<Item = (u64, &Record)> {
        self.changes.since(change).filter_map(|(change, seq)| Some((change, self.since(seq).next()?)))
    }

    /// A record that now says more than when it was written, if it is still there.
    pub(crate) fn record_mut(&mut self, seq: u64) -> Option<&mut Record> {
        let at = usize::try_from(seq.checked_sub(self.dropped())?).ok()?;
        let record = self.records.get_mut(at)?;
        self.changes.note(seq);
        Some(record)
    }

    pub(crate) fn write(&mut self, time: Time, point: Option<Point>, user: Option<Arc<str>>, kind: Kind) {
        if self.records.len() >= self.most {
            // From here on the newest record takes the oldest one's place, which is in the processor's cache then.
            if self.records.capacity() > self.records.len() {
                self.records.shrink_to_fit();
            }
            self.drop_oldest();
        }
        let record = Record { seq: self.written, time, wall_time: self.wall_time, point, user, kind };
        self.bytes += held_bytes(&record);
        while self.bytes > self.most_bytes && !self.records.is_empty() {
            self.drop_oldest();
        }
        self.records.push_back(record);
        self.written += 1;
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.records.pop_front() {
            self.bytes -= held_bytes(&oldest);
            self.changes.forget(oldest.seq);
        }
    }

    /// Pings of one socket with nothing between them are one record.
    pub(crate) fn ping(&mut self, time: Time, user: &Arc<str>, socket: SocketId, answered: bool) {
        if let Some(Record { seq, kind: Kind::Pings { socket: of, count, last, answered: were }, .. }) =
            self.records.back_mut()
            && *of == socket
            && *were == answered
        {
            *count += 1;
            *last = time;
            self.changes.note(*seq);
            return;
        }
        let kind = Kind::Pings { socket, count: 1, last: time, answered };
        self.write(time, Some(Point::WebSocket), Some(user.clone()), kind);
    }

    /// Writes a refusal down, or counts it in the record of the same one: a client whose requests are refused again and again
    /// must not push everything else out of the journal. What is counted is [`Limits::REFUSALS_APART`] old at most; beyond
    /// [`Limits::REFUSALS`] records so young, others are counted with the newest of their kind.
    pub(crate) fn refuse(&mut self, time: Time, user: Option<Arc<str>>, refused: RefusalRecord) {
        let now = self.wall_time.unwrap_or(time.as_millis());
        let apart = u64::try_from(Limits::REFUSALS_APART.as_millis()).unwrap_or(u64::MAX);
        let mut counting = mem::take(&mut self.counting);
        counting.0.retain(|(_, written)| now.saturating_sub(*written) < apart);
        let is_full = counting.0.len() >= Limits::REFUSALS;
        let same = |record: &RefusalRecord| record.is_like(&refused);
        let alike = |record: &RefusalRecord| is_full && record.what == refused.what;
        let any = |_: &RefusalRecord| is_full;
        let is_counted =
            self.count(&counting, time, same) || self.count(&counting, time, alike) || self.count(&counting, time, any);
        if !is_counted {
            counting.0.push_back((self.next_seq(), now));
            self.write(time, None, user, Kind::Refused(Box::new(refused)));
        }
        self.counting = counting;
    }

    fn count(&mut self, counting: &Counting, time: Time, is_meant: impl Fn(&RefusalRecord) -> bool) -> bool {
        let is_counted_in = |seq: &u64| {
            let record = self.since(*seq).next().filter(|record| record.seq == *seq);
            record.is_some_and(|record| matches!(&record.kind, Kind::Refused(record) if is_meant(record)))
        };
        let Some(seq) = counting.0.iter().rev().map(|(seq, _)| *seq).find(is_counted_in) else { return false };
        if let Some(Record { kind: Kind::Refused(record), .. }) = self.record_mut(seq) {
            record.count += 1;
            record.last = time;
        }
        true
    }
}

/// The records in which refusals are counted: by number, and when each was written, in milliseconds.
#[derive(Debug, Default)]
struct Counting(VecDeque<(u64, u64)>);
