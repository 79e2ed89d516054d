//! What can be seen of a platform.

mod written;

use std::ops::Range;

use http::StatusCode;
use kandy_mock_server::command::Arguments;
use kandy_mock_server::{
    ClockKind, FrontHandle, Journal, Platform, Record, RecordFilter, SocketInfo, SubscriptionInfo, TokensInfo,
    UserInfo, masked_value,
};
use serde_json::{Value, json};

use self::written::{More, Part, Written};
use super::error::ControlError;
use super::selection::JournalSelection;
use super::{API, route};
use crate::serve::script_status::ScriptStatus;
use crate::text::{did_you_mean, nearest};

/// The most records in one answer.
const MOST: u64 = 10_000;
/// How many records are in an answer, if it does not say.
const LIMIT: u64 = 1_000;

/// How the platform stands, with at most `limit` of each kind of what there is.
pub(super) fn state(
    handle: &FrontHandle,
    script: Option<ScriptStatus>,
    given: &Arguments,
) -> Result<Written, ControlError> {
    let limit = given.get(&route::LIMIT)?.unwrap_or(u64::MAX);
    Ok(Written::new(handle, parts_of_state(handle, script, limit)))
}

/// What happened with how the platform stands, in the form in which the console saves it.
pub(super) async fn export(
    handle: &FrontHandle,
    script: Option<ScriptStatus>,
    given: &Arguments,
) -> Result<Written, ControlError> {
    let records = JournalSelection::new(handle, given)?.records(handle).await;
    let begin = written::once(|_, _, page| {
        page.put("{\"kandyHarness\":");
        page.json(&env!("CARGO_PKG_VERSION"));
        page.put(",\"state\":");
    });
    let mut rest = records.into_iter().peekable();
    let records = written::list("records", u64::MAX, move |_, _: Option<&Record>, put| {
        while rest.peek().is_some_and(|record| put(record.clone())) {
            rest.next();
        }
    });
    let comma = written::once(|_, _, page| page.put(","));
    let end = written::once(|_, _, page| page.put("}"));
    let state = parts_of_state(handle, script, u64::MAX);
    Ok(Written::new(handle, [begin].into_iter().chain(state).chain([comma, records, end])))
}

fn parts_of_state(handle: &FrontHandle, script: Option<ScriptStatus>, limit: u64) -> Vec<Part> {
    let clock = match handle.clock() {
        ClockKind::Real => "real",
        ClockKind::Manual => "manual",
    };
    let turns = handle.clone();
    let begin = written::once(move |platform, now, page| {
        page.put("{\"api\":");
        page.json(&API);
        page.put(",\"version\":");
        page.json(&env!("CARGO_PKG_VERSION"));
        page.put(",\"clock\":");
        let mut held = turns.held();
        // What is due already is on its way.
        let next = held.iter().filter_map(|answer| answer.due).filter(|due| *due > now);
        let of_script = script.as_ref().and_then(ScriptStatus::next).filter(|due| *due > now);
        let next = next.chain(platform.next_due()).chain(of_script).min();
        held.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        page.json(&json!({ "kind": clock, "now": now, "next": next, "held": held }));
        page.put(",\"script\":");
        let newest = platform.journal().next_seq();
        page.json(&script.as_ref().map(|script| script.to_json(now, newest)));
        page.put(",\"settings\":");
        page.json(&platform.settings());
        page.put(",");
    });
    let comma = || written::once(|_, _, page| page.put(","));
    let users = written::list("users", limit, |platform, last: Option<&UserInfo>, put| {
        platform.users_after(last.map(|user| user.name.as_str())).all(put);
    });
    let mut rules = None;
    let faults = written::list("faults", limit, move |platform, _: Option<&Value>, put| {
        let rules = rules.get_or_insert_with(|| platform.faults().into_iter().peekable());
        while rules.peek().is_some_and(|rule| put(masked_value(json!(rule)))) {
            rules.next();
        }
    });
    let end = written::once(|platform, _, page| {
        let journal = platform.journal();
        page.put(",\"journal\":");
        page.json(&json!({ "next": journal.next_seq(), "dropped": journal.dropped() }));
        page.put("}");
    });
    let (subscriptions, sockets) = (list_of_subscriptions(None, limit), list_of_sockets(None, limit));
    let tokens = written::list("tokens", limit, |platform, last: Option<&TokensInfo>, put| {
        platform.tokens_after(last.map(|tokens| tokens.id)).all(put);
    });
    let lists = [users, comma(), tokens, comma(), subscriptions, comma(), sockets, comma(), faults];
    [begin].into_iter().chain(lists).chain([end]).collect()
}

fn list_of_subscriptions(user: Option<String>, limit: u64) -> Part {
    written::list("subscriptions", limit, move |platform, last: Option<&SubscriptionInfo>, put| {
        let all = platform.subscriptions_after(last.map(|live| live.id));
        all.filter(|live| user.as_ref().is_none_or(|user| *user == live.user)).all(put);
    })
}

fn list_of_sockets(user: Option<String>, limit: u64) -> Part {
    written::list("sockets", limit, move |platform, last: Option<&SocketInfo>, put| {
        let all = platform.sockets_after(last.map(|socket| socket.id));
        all.filter(|socket| user.as_ref().is_none_or(|user| *user == socket.user)).all(put);
    })
}

/// A list alone.
fn alone(handle: &FrontHandle, list: Part) -> Written {
    let (begin, end) = (written::once(|_, _, page| page.put("{")), written::once(|_, _, page| page.put("}")));
    Written::new(handle, [begin, list, end])
}

pub(super) fn newest(handle: &FrontHandle) -> u64 {
    handle.platform(|platform, _| platform.journal().next_seq())
}

pub(super) fn journal(handle: &FrontHandle, given: &Arguments) -> Result<Written, ControlError> {
    let (since, limit) = (given.get(&route::SINCE)?, given.get(&route::LIMIT)?.unwrap_or(LIMIT));
    let user = known_user(handle, given.get(&route::OF_USER)?)?;
    if limit > MOST {
        return Err(ControlError::argument(format!("an answer has {MOST} records at most")));
    }
    let is_meant = move |record: &Record| user.as_deref().is_none_or(|user| record.concerns(user));
    let (mut shown, mut written, mut missed) = (None, 0, 0);
    let records: Part = Box::new(move |platform, _, page| {
        let journal = platform.journal();
        let shown = shown.get_or_insert_with(|| {
            page.put("{\"records\":[");
            let newest = journal.next_seq();
            // Who asks for the newest misses nothing by what was dropped before.
            since.map_or_else(|| first_of_newest(journal, limit, &is_meant), |since| reached(since, newest))..newest
        });
        for record in left(journal, shown) {
            if written == limit {
                break;
            }
            if !page.has_room() {
                return More::Later;
            }
            missed += record.seq - shown.start;
            if is_meant(record) {
                page.item(record);
                written += 1;
            }
            shown.start = record.seq + 1;
        }
        page.put("],");
        page.put(&format!("\"next\":{},\"missed\":{missed}}}", shown.start));
        More::Nothing
    });
    Ok(Written::new(handle, [records]))
}

/// The records of an answer that are not written yet, as far as they are still there.
///
/// An answer settles which records it shows when it writes its first page, at the same look: so one that is short shows the journal
/// of one moment. What comes while a long one is written is for the next answer.
fn left<'a>(journal: &'a Journal, shown: &Range<u64>) -> impl Iterator<Item = &'a Record> + use<'a> {
    let end = shown.end;
    journal.since(shown.start).take_while(move |record| record.seq < end)
}

/// Where the newest of the meant records begin, if at most that many are wanted.
fn first_of_newest(journal: &Journal, limit: u64, is_meant: impl Fn(&Record) -> bool) -> u64 {
    let Some(before) = usize::try_from(limit).unwrap_or(usize::MAX).checked_sub(1) else { return journal.next_seq() };
    let oldest = journal.iter().next().map_or_else(|| journal.next_seq(), |record| record.seq);
    journal.iter().rev().filter(|record| is_meant(record)).nth(before).map_or(oldest, |first| first.seq)
}

/// From which record on. A number from a server before this one would wait for a record that is far away.
pub(super) fn reached(since: u64, newest: u64) -> u64 {
    since.min(newest)
}

/// The requests that are meant; with a limit the newest of them.
pub(super) fn requests(handle: &FrontHandle, given: &Arguments) -> Result<Written, ControlError> {
    let wanted = RecordFilter {
        kind: None,
        point: given.get(&route::OF_POINT)?,
        user: known_user(handle, given.get(&route::OF_USER)?)?,
        method: given.get(&route::METHOD)?,
        status: given.get(&route::STATUS)?,
        socket: None,
    };
    let (since, limit) = (given.get(&route::SINCE)?, given.get(&route::LIMIT)?);
    let mut shown = None;
    let requests: Part = Box::new(move |platform, _, page| {
        let journal = platform.journal();
        let shown = shown.get_or_insert_with(|| {
            page.put("{\"requests\":[");
            let newest = journal.next_seq();
            let since = since.map_or(journal.begun(), |since| reached(since, newest));
            let from = match limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)) {
                None => since,
                Some(0) => newest,
                Some(limit) => {
                    let mut latest = journal.since(since).rev().filter(|record| wanted.is(record));
                    latest.nth(limit - 1).map_or(since, |first| first.seq)
                }
            };
            from..newest
        });
        for record in left(journal, shown) {
            if !page.has_room() {
                return More::Later;
            }
            if wanted.is(record) {
                page.item(record);
            }
            shown.start = record.seq + 1;
        }
        page.put("]}");
        More::Nothing
    });
    Ok(Written::new(handle, [requests]))
}

pub(super) fn subscriptions(handle: &FrontHandle, given: &Arguments) -> Result<Written, ControlError> {
    let (user, limit) = (known_user(handle, given.get(&route::OF_USER)?)?, given.get(&route::LIMIT)?);
    Ok(alone(handle, list_of_subscriptions(user, limit.unwrap_or(u64::MAX))))
}

pub(super) fn sockets(handle: &FrontHandle, given: &Arguments) -> Result<Written, ControlError> {
    let (user, limit) = (known_user(handle, given.get(&route::OF_USER)?)?, given.get(&route::LIMIT)?);
    Ok(alone(handle, list_of_sockets(user, limit.unwrap_or(u64::MAX))))
}

/// The user who is asked about. A view of a misspelt one would just be empty; with any user, everybody is one.
pub(super) fn known_user(handle: &FrontHandle, user: Option<String>) -> Result<Option<String>, ControlError> {
    let Some(name) = user else { return Ok(None) };
    let stranger = handle.platform(|platform: &mut Platform, _| {
        let was_here = || platform.journal().iter().any(|record| record.user.as_deref() == Some(&name));
        let is_known = platform.settings().any_user || platform.has_user(&name) || was_here();
        (!is_known).then(|| nearest(&name, platform.users().iter().map(|user| user.name.as_str())))
    });
    match stranger {
        None => Ok(Some(name)),
        Some(nearest) => {
            let error = ControlError::new(StatusCode::NOT_FOUND, format!("there is no user {name:?}"));
            Err(match nearest {
                Some(nearest) => error.with_help(did_you_mean(nearest)),
                None => error,
            })
        }
    }
}
