//! What takes its time: waits for records, and for the moment when nothing is under way.

use std::time::Duration;

use http::StatusCode;
use kandy_mock_server::command::Arguments;
use kandy_mock_server::{Record, RecordFilter};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::error::ControlError;
use super::{Control, DEFAULT_WAIT, LONGEST_WAIT, MAX_COUNT, MAX_WAITS, look, route};
use crate::script::duration::shown;

/// What is waited for.
#[derive(Debug)]
struct Wait {
    wanted: RecordFilter,
    /// How many of them; 0 for none at all.
    count: usize,
    time: Duration,
    /// The number of the first record that may be one; at first what comes from now on.
    since: Option<u64>,
}

impl Control {
    /// Waits for records, or for none to come.
    pub(super) async fn wait_for(&self, given: &Arguments) -> Result<Value, ControlError> {
        let Wait { wanted, count, time, since } = Wait::read(self, given)?;
        let mut place = self.waits.take();
        let resets = self.handle.resets();
        let mut bell = self.handle.watch();
        let mut since = since.unwrap_or_else(|| look::newest(&self.handle));
        let mut found: Vec<Record> = Vec::new();
        let enough = count.max(1);
        let waiting = async {
            loop {
                let room = enough - found.len();
                let (more, next) = self.handle.platform(|platform, _| {
                    let journal = platform.journal();
                    let more = journal.since(since).filter(|record| wanted.is(record)).take(room).cloned();
                    (more.collect::<Vec<_>>(), journal.next_seq())
                });
                since = more.last().filter(|_| more.len() == room).map_or(next, |last| last.seq + 1);
                found.extend(more);
                if found.len() == enough {
                    return true;
                }
                // The bell rings for all that has come since the look.
                if bell.next().await.is_none() {
                    return false;
                }
            }
        };
        let ended = tokio::select! {
            biased;
            () = self.handle.until_reset(resets) => return Err(was_reset()),
            () = place.lost() => return Err(made_room()),
            ended = timeout(time, waiting) => ended,
        };
        match (ended, found.first()) {
            (Ok(false), _) => Err(ControlError::new(StatusCode::SERVICE_UNAVAILABLE, "the server is shutting down")),
            (Ok(true), Some(first)) if count == 0 => Err(came(&wanted, first)),
            (Ok(true), Some(first)) => Ok(told(first, &found, since)),
            (Err(_), _) if count == 0 => Ok(json!({ "next": since })),
            _ => Err(too_few(&wanted, count, found.len(), time)),
        }
    }

    /// Waits until nothing is under way.
    pub(super) async fn idle(&self, given: &Arguments) -> Result<Value, ControlError> {
        let (time, quiet) = (wait_time(given)?, given.get(&route::QUIET)?.unwrap_or_default());
        let mut place = self.waits.take();
        let ended = tokio::select! {
            biased;
            () = self.handle.until_reset(self.handle.resets()) => return Err(was_reset()),
            () = place.lost() => return Err(made_room()),
            ended = timeout(time, self.handle.idle_beside(quiet, || self.is_script_busy())) => ended,
        };
        if ended.is_ok() {
            return Ok(json!({}));
        }
        let left = self.handle.under_way();
        let left = match left.is_nothing() {
            true if self.is_script_busy() => "the script beside it runs".to_owned(),
            true => "something happened again and again".to_owned(),
            false => left.to_string(),
        };
        let message = format!("not idle within {}: {left}", shown(time));
        let error = ControlError::new(StatusCode::GATEWAY_TIMEOUT, message);
        Err(error.with_help("GET /__admin/journal has what came last"))
    }
}

impl Wait {
    fn read(control: &Control, given: &Arguments) -> Result<Self, ControlError> {
        let wanted = RecordFilter {
            kind: given.get(&route::KIND)?,
            point: given.get(&route::OF_POINT)?,
            user: look::known_user(&control.handle, given.get(&route::OF_USER)?)?,
            method: given.get(&route::METHOD)?,
            status: given.get(&route::STATUS)?,
            socket: given.get(&route::SOCKET)?,
        };
        let none = given.get(&route::NONE)?;
        let (count, time) = match (none, given.get(&route::COUNT)?) {
            (None, count) => (count.unwrap_or(1), wait_time(given)?),
            (Some(_), Some(_)) => {
                return Err(route::either(given.of(), &route::NONE.parameter(), &route::COUNT.parameter()).into());
            }
            (Some(_), None) if given.get(&route::TIMEOUT)?.is_some() => {
                return Err(route::either(given.of(), &route::NONE.parameter(), &route::TIMEOUT.parameter()).into());
            }
            (Some(none), None) => (0, bounded(none)?),
        };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if none.is_none() && !(1..=MAX_COUNT).contains(&count) {
            let error = ControlError::argument(format!("a wait is for 1 to {MAX_COUNT} records, not for {count}"));
            return Err(error.with_help("`none` waits for none to come"));
        }
        let since = given.get(&route::SINCE)?.map(|since| look::reached(since, look::newest(&control.handle)));
        Ok(Self { wanted, count, time, since })
    }
}

/// How long a wait may take.
fn wait_time(given: &Arguments) -> Result<Duration, ControlError> {
    bounded(given.get(&route::TIMEOUT)?.unwrap_or(DEFAULT_WAIT))
}

fn bounded(time: Duration) -> Result<Duration, ControlError> {
    if time > LONGEST_WAIT {
        return Err(ControlError::argument(format!("a wait takes {} at most", shown(LONGEST_WAIT))));
    }
    Ok(time)
}

fn told(first: &Record, found: &[Record], next: u64) -> Value {
    let mut told = json!({ "record": first, "records": found, "next": next });
    if first.request().is_some() {
        told["request"] = json!(first);
    }
    told
}

fn too_few(wanted: &RecordFilter, count: usize, found: usize, time: Duration) -> ControlError {
    let number = if found == 0 { "no such".to_owned() } else { format!("only {found} of {count} such") };
    let kind = wanted.kind.map_or("request", |kind| kind.as_str());
    let message = format!("{number} {kind} came within {}: {wanted}", shown(time));
    ControlError::new(StatusCode::GATEWAY_TIMEOUT, message)
        .with_help("for what came before give `since`: the `next` of the journal at that time")
}

fn came(wanted: &RecordFilter, record: &Record) -> ControlError {
    let message = format!("one came at {}, as record {}, and none was expected: {wanted}", record.time, record.seq);
    let error = ControlError::new(StatusCode::CONFLICT, message);
    error.with_help(format!("GET /__admin/journal?since={}&limit=1 has it", record.seq))
}

fn was_reset() -> ControlError {
    ControlError::new(StatusCode::CONFLICT, "the platform was reset while this waited")
}

fn made_room() -> ControlError {
    let told = format!("this wait was ended to make room: {MAX_WAITS} others came later");
    ControlError::new(StatusCode::SERVICE_UNAVAILABLE, told)
}
