//! The answers of REST, recorded and given.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use kandy_mock_server::{Reply, Response, Time};
use kandy_scenarios::recording::{Exchange, Recording, WireRequest, WireResponse, body_text};
use serde_json::Value;

/// Compares the answers by the numbers of their requests.
pub(super) fn compare(recording: &Recording, given: &BTreeMap<u64, (Time, Reply)>) -> Result<(), String> {
    let end = Time::from_duration(recording.final_state.time.since_start());
    for entry in &recording.wire {
        let Exchange::Request(request) = &entry.what else { continue };
        let (at, reply) = given.get(&request.n).ok_or("a request was not replayed")?;
        let shown = format!("{:?} {} {}{}", entry.time, request.method, request.path, request.raw_query);
        let answered = recording.wire.iter().find_map(|entry| match &entry.what {
            Exchange::Response(response) if response.n == request.n => Some((entry.time, response)),
            _ => None,
        });
        let Some((time, recorded)) = answered else {
            match reply {
                Reply::Hang | Reply::Refuse => continue,
                _ if *at > end => continue,
                other => return Err(format!("{shown} had no answer\n  the platform answers: {other:?}")),
            }
        };
        let time = Time::from_duration(time.since_start());
        if time != *at {
            return Err(format!("{shown} was answered at {time:?}\n  the platform answers at: {at:?}"));
        }
        check(request, recorded, reply).map_err(|difference| format!("{shown}: {difference}"))?;
    }
    Ok(())
}

fn check(request: &WireRequest, recorded: &WireResponse, reply: &Reply) -> Result<(), String> {
    let Some(expected) = recorded.status else {
        let is_reset = *reply == Reply::Reset;
        return if is_reset { Ok(()) } else { Err(format!("was reset\n  the platform answers: {reply:?}")) };
    };
    let Reply::Respond(Response { status, reason, headers, body }) = reply else {
        return Err(format!("was answered with {expected}\n  the platform: {reply:?}"));
    };
    let body = String::from_utf8_lossy(body);
    let got = format!("{status}, {body}");
    if expected != status.as_u16() {
        return Err(format!(
            "was answered with {expected}, {}\n  the platform: {got}",
            body_text(recorded.body.as_ref())
        ));
    }
    let reason = reason.as_deref().or(status.canonical_reason()).unwrap_or_default();
    equal("reason phrase", &recorded.status_text, reason)?;
    let has_no_body = body.is_empty();
    if !has_no_body || recorded.body.is_some() {
        equal(
            "content type",
            recorded.content_type.as_deref().unwrap_or("none"),
            header(headers, CONTENT_TYPE.as_str()),
        )?;
    }
    for (name, value) in &recorded.headers {
        equal(name, value, header(headers, name))?;
    }
    if recorded.cors != headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        return Err(format!("pages may read it: {}\n  the platform's: {}", recorded.cors, !recorded.cors));
    }
    match (&recorded.body, serde_json::from_str::<Value>(&body)) {
        (Some(recorded @ Value::Object(_)), Ok(got)) => same_fields(request, recorded, &got, ""),
        (recorded, _) if reads_as(&body_text(recorded.as_ref()), &body) => Ok(()),
        (recorded, _) => equal("body", &body_text(recorded.as_ref()), &body),
    }
}

/// Whether a text is the one that was recorded. Of one that is JSON its value was: so of a string what it says, and of a
/// number what it is.
pub(super) fn reads_as(recorded: &str, text: &str) -> bool {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    recorded == text
        || parsed(text).is_some_and(|value| value.as_str() == Some(recorded) || parsed(recorded) == Some(value))
}

fn equal(what: &str, expected: &str, got: &str) -> Result<(), String> {
    if expected == got { Ok(()) } else { Err(format!("{what} {expected:?}\n  the platform's: {got:?}")) }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("none")
}

/// All that the recorder's platform has said must be said; more may be.
fn same_fields(request: &WireRequest, recorded: &Value, got: &Value, path: &str) -> Result<(), String> {
    if let (Value::Object(recorded), Value::Object(got)) = (recorded, got) {
        return recorded.iter().try_for_each(|(key, value)| {
            let path = format!("{path}/{key}");
            match got.get(key) {
                Some(got) => same_fields(request, value, got, &path),
                None => Err(format!("{path} {value}\n  the platform's: missing")),
            }
        });
    }
    if recorded == got || is_same_subscription(request, recorded, got) {
        return Ok(());
    }
    Err(format!("{path} {recorded}\n  the platform's: {got}"))
}

/// Of a subscription that is asked for by its correlator, the recorder's platform gives that address, and `Platform` the one
/// that it had at first.
fn is_same_subscription(request: &WireRequest, recorded: &Value, got: &Value) -> bool {
    let correlated = request.path.split_once("/clientCorrelator/").map(|(subscriptions, _)| subscriptions);
    let is_below = |got: &str| correlated.is_some_and(|above| got.starts_with(&format!("{above}/SUB-")));
    recorded.as_str() == Some(&*request.path) && got.as_str().is_some_and(is_below)
}
