//! What can be seen of a platform.

use http::StatusCode;
use kandy_mock_server::command::Arguments;
use kandy_mock_server::{ClockKind, FrontHandle, Platform, Point, Record, masked_value};
use serde_json::{Value, json};

use super::error::ControlError;
use super::route;
use crate::script::names::nearest;

/// The most records in one answer.
const MOST: u64 = 10_000;
/// How many records are in an answer, if it does not say.
const LIMIT: u64 = 1_000;

pub(super) fn state(handle: &FrontHandle) -> Value {
    let clock = match handle.clock() {
        ClockKind::Real => "real",
        ClockKind::Manual => "manual",
    };
    // All in one look, so that the parts fit together.
    handle.platform(|platform, now| {
        let journal = platform.journal();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "clock": { "kind": clock, "now": now },
            "settings": platform.settings(),
            "users": platform.users(),
            "subscriptions": platform.subscriptions(None),
            "sockets": platform.sockets(None),
            "faults": masked_value(json!(platform.faults())),
            "journal": { "next": journal.next_seq(), "dropped": journal.dropped() },
        })
    })
}

pub(super) fn newest(handle: &FrontHandle) -> u64 {
    handle.platform(|platform, _| platform.journal().next_seq())
}

pub(super) fn journal(handle: &FrontHandle, given: &Arguments) -> Result<Value, ControlError> {
    let (since, limit) = (given.get(&route::SINCE)?, given.get(&route::LIMIT)?.unwrap_or(LIMIT));
    if limit > MOST {
        return Err(ControlError::argument(format!("an answer has {MOST} records at most")));
    }
    let (records, from) = handle.platform(|platform, _| {
        let journal = platform.journal();
        let newest = journal.next_seq();
        let from = since.map_or_else(|| newest.saturating_sub(limit), |since| reached(since, newest));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        (journal.since(from).take(limit).cloned().collect::<Vec<_>>(), from)
    });
    let missed = records.first().map_or(0, |first| first.seq.saturating_sub(from));
    let next = records.last().map_or(from, |last| last.seq + 1);
    let missed = if since.is_some() { missed } else { 0 };
    Ok(json!({ "records": records, "next": next, "missed": missed }))
}

/// From which record on. A number from a server before this one would wait for a record that is far away.
pub(super) fn reached(since: u64, newest: u64) -> u64 {
    since.min(newest)
}

pub(super) fn requests(handle: &FrontHandle, given: &Arguments) -> Result<Value, ControlError> {
    let of = Wanted::new(handle, given.get(&route::OF_POINT)?, given.get(&route::OF_USER)?)?;
    let wanted = Wanted { method: given.get(&route::METHOD)?, status: given.get(&route::STATUS)?, ..of };
    let requests: Vec<Record> =
        handle.platform(|platform, _| platform.journal().iter().filter(|record| wanted.is(record)).cloned().collect());
    Ok(json!({ "requests": requests }))
}

pub(super) fn subscriptions(handle: &FrontHandle, given: &Arguments) -> Result<Value, ControlError> {
    let user = known_user(handle, given.get(&route::OF_USER)?)?;
    Ok(json!({ "subscriptions": handle.platform(|platform, _| platform.subscriptions(user.as_deref())) }))
}

pub(super) fn sockets(handle: &FrontHandle, given: &Arguments) -> Result<Value, ControlError> {
    let user = known_user(handle, given.get(&route::OF_USER)?)?;
    Ok(json!({ "sockets": handle.platform(|platform, _| platform.sockets(user.as_deref())) }))
}

/// Which requests are meant.
#[derive(Debug)]
pub(super) struct Wanted {
    point: Option<Point>,
    user: Option<String>,
    method: Option<String>,
    status: Option<u64>,
}

impl Wanted {
    /// Requests at a point, or at any.
    pub(super) fn new(handle: &FrontHandle, point: Option<Point>, user: Option<String>) -> Result<Self, ControlError> {
        Ok(Self { point, user: known_user(handle, user)?, method: None, status: None })
    }

    /// The first such request from record `since` on, and where to look next.
    pub(super) fn first_since(&self, handle: &FrontHandle, since: u64) -> (Option<Record>, u64) {
        handle.platform(|platform, _| {
            let journal = platform.journal();
            let found = journal.since(since).find(|record| self.is(record)).cloned();
            (found, journal.next_seq().max(since))
        })
    }

    fn is(&self, record: &Record) -> bool {
        record.request().is_some_and(|request| {
            self.point.is_none_or(|point| record.point == Some(point))
                && self.user.as_deref().is_none_or(|user| record.user.as_deref() == Some(user))
                && self.method.as_ref().is_none_or(|method| request.method.as_str().eq_ignore_ascii_case(method))
                && self.status.is_none_or(|status| request.answered.status().map(u64::from) == Some(status))
        })
    }
}

/// The user who is asked about. A view of a misspelt one would just be empty; with any user, everybody is one.
fn known_user(handle: &FrontHandle, user: Option<String>) -> Result<Option<String>, ControlError> {
    let Some(name) = user else { return Ok(None) };
    let stranger = handle.platform(|platform: &mut Platform, _| {
        let users = platform.users();
        let was_here = || platform.journal().iter().any(|record| record.user.as_deref() == Some(&name));
        let is_known = platform.settings().any_user || users.iter().any(|user| user.name == name) || was_here();
        (!is_known).then(|| nearest(&name, users.iter().map(|user| user.name.as_str())))
    });
    match stranger {
        None => Ok(Some(name)),
        Some(nearest) => {
            let error = ControlError::new(StatusCode::NOT_FOUND, format!("there is no user {name:?}"));
            Err(match nearest {
                Some(nearest) => error.with_help(format!("did you mean {nearest:?}?")),
                None => error,
            })
        }
    }
}
