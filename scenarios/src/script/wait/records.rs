//! Waits for what happens at the platform, record by record.

use std::time::Duration;

use kandy_mock_server::{Record, RecordFilter, RecordKind};
use rhai::{Dynamic, Map, NativeCallContext};

use super::in_vain::{InVain, list_requests, within};
use super::{LONGEST_LIVE_PAUSE, LONGEST_LIVE_WAIT, request_map};
use crate::diagnostic::Cause;
use crate::script::convert;
use crate::script::failure::{Failure, Halt};
use crate::script::marks::{CallSite, LastWait};
use crate::script::options::Options;
use crate::script::platform_api::{kind, point};
use crate::script::run::Run;
use crate::transcript::seconds;

/// The most records that one wait is for.
const MOST: u64 = 1_000;

/// What `platform.waitFor` is asked for in a map.
pub(in crate::script) struct AskedRecord {
    pub(in crate::script) wanted: RecordFilter,
    /// How many, if it says.
    count: Option<usize>,
    /// That none comes within that time.
    none: Option<Duration>,
    timeout: Option<Duration>,
}

/// Reads what `platform.waitFor` is asked for.
pub(in crate::script) fn asked(map: &Map) -> Result<AskedRecord, Failure> {
    let known = ["kind", "point", "user", "method", "status", "socket", "count", "none", "timeout"];
    let options = Options::new(map, "the options of waitFor", &known)?;
    let wanted = RecordFilter {
        kind: options.text("kind")?.as_deref().map(kind).transpose()?,
        point: options.text("point")?.as_deref().map(point).transpose()?,
        user: options.text("user")?,
        method: options.text("method")?,
        status: options.count("status")?,
        socket: options.text("socket")?,
    };
    let (count, none, timeout) = (options.count("count")?, options.duration("none")?, options.duration("timeout")?);
    if none.is_some() && (count.is_some() || timeout.is_some()) {
        let key = if count.is_some() { "count" } else { "timeout" };
        return Err(Failure::argument(format!(
            "`none` says that none comes within that time, and goes with no `{key}`"
        )));
    }
    if let Some(count) = count.filter(|count| !(1..=MOST).contains(count)) {
        return Err(Failure::argument(format!("a wait is for 1 to {MOST} records, not for {count}"))
            .with_help("`none: \"2s\"` waits for none to come"));
    }
    let count = count.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    Ok(AskedRecord { wanted, count, none, timeout })
}

impl Run {
    /// `platform.waitFor(#{ kind, user, .. })`: a record, an array of `count` records, or nothing for `none`.
    pub(in crate::script) fn wait_as_asked(
        &self,
        call: &NativeCallContext<'_>,
        AskedRecord { wanted, count, none, timeout }: AskedRecord,
    ) -> Result<Dynamic, Halt> {
        if let Some(within) = none {
            return self.expect_no_record(call, &wanted, within).map(|()| Dynamic::UNIT);
        }
        let timeout = timeout.unwrap_or_else(|| self.default_timeout());
        let records = self.wait_for_records(call, &wanted, count.unwrap_or(1), timeout)?;
        let mut maps = records.iter().map(record_map);
        Ok(if count.is_some() { maps.collect::<Vec<_>>().into() } else { maps.next().unwrap_or_default() })
    }

    /// Waits for so many records: what the journal says of them.
    pub(in crate::script) fn wait_for_records(
        &self,
        call: &NativeCallContext<'_>,
        wanted: &RecordFilter,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Record>, Halt> {
        self.wait(call, || {
            self.has_time(call, timeout, LONGEST_LIVE_WAIT)?;
            let limit = self.limit(timeout);
            let from = self.looks_for_records_from();
            let (mut looked, mut found) = (from, Vec::new());
            let enough = self.pump(call.engine(), limit, || {
                looked = self.take_records(wanted, looked, count, &mut found);
                Ok((found.len() == count).then_some(()))
            })?;
            let place = CallSite::of(call);
            if let Some(last) = found.last().filter(|_| enough.is_some()) {
                self.count_check();
                let end = last.seq + 1;
                self.platform_waited.replace(LastWait { end, place });
                self.see_journal(end);
                self.forget_operations();
                return Ok(found);
            }
            let number = if found.is_empty() { "no".to_owned() } else { format!("only {} of {count}:", found.len()) };
            let message = format!("{number} {wanted} came within {}", within(timeout, limit));
            let (came, missed) = self.world.borrow().look(|platform| {
                let journal = platform.journal();
                let missed = journal.iter().rev().find(|record| record.seq < from && wanted.is(record)).cloned();
                (format!("came instead: {}", list_requests(journal.since(from))), missed)
            });
            let missed = missed.map(|record| self.missed_record(&record));
            let near = wanted.point.zip(wanted.user.as_deref());
            let near = near.and_then(|(point, user)| self.sent_by_another(point, user, from));
            Err(self.failed_wait(InVain { message, came, near, missed, place }).into())
        })
    }

    /// Fails if such a record comes within that time, or has come since the last action or the last such wait.
    fn expect_no_record(
        &self,
        call: &NativeCallContext<'_>,
        wanted: &RecordFilter,
        time: Duration,
    ) -> Result<(), Halt> {
        self.wait(call, || {
            self.has_time(call, time, LONGEST_LIVE_PAUSE)?;
            self.count_check();
            let limit = self.limit(time);
            let (mut looked, mut found) = (self.looks_for_records_from(), Vec::new());
            let came = self.pump(call.engine(), limit, || {
                looked = self.take_records(wanted, looked, 1, &mut found);
                Ok(found.pop())
            })?;
            let Some(record) = came else {
                self.platform_waited.replace(LastWait { end: looked, place: CallSite::of(call) });
                self.see_all();
                return Ok(());
            };
            let at = seconds(record.time.since_start());
            Err(Failure::new(Cause::Check, format!("{wanted} came at {at}, and was not expected")).into())
        })
    }

    /// Takes what is wanted of the records from one on, until there is enough; gives where to look next.
    fn take_records(&self, wanted: &RecordFilter, from: u64, enough: usize, found: &mut Vec<Record>) -> u64 {
        self.world.borrow().look(|platform| {
            let journal = platform.journal();
            let room = enough - found.len();
            found.extend(journal.since(from).filter(|record| wanted.is(record)).take(room).cloned());
            journal.next_seq()
        })
    }

    /// From which record of the journal the next wait looks.
    fn looks_for_records_from(&self) -> u64 {
        self.marks.borrow().mark().journal.max(self.platform_waited.borrow().end)
    }
}

/// A record of any kind as scripts see it.
fn record_map(record: &Record) -> Dynamic {
    match record.kind.kind() {
        RecordKind::Request | RecordKind::Upgrade => request_map(record),
        _ => convert::from_serde(record),
    }
}
