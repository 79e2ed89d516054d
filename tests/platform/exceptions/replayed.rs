//! The rules by which a recording is known whose client `Platform` answers in another way than the recorder's platform.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kandy_scenarios::recording::{Exchange, RecordedDialect, Recording, WireRequest};
use kandy_tests::Exception;
use serde_json::Value;

use super::ledger::Misuse;
use crate::replay::script::Script;
use crate::replay::{tokens, user_of};

/// The dialects whose recorded clients are replayed.
const REPLAYED: &[RecordedDialect] = &[
    RecordedDialect::Uc5,
    RecordedDialect::Link3,
    RecordedDialect::Link,
    RecordedDialect::CallMe,
    RecordedDialect::Cpaas,
];

/// The longest lifetime that is granted to who asks for it: a day.
const LONGEST_LIFETIME: u64 = 24 * 3600;

pub(super) const EXCEPTIONS: [Exception; 4] = [
    Exception {
        reason: "the recorder's platform opens channels and takes requests after the DELETE of what they are for; here that \
                 is gone",
        dialects: REPLAYED,
        excuses: comes_back_after_the_end,
    },
    Exception {
        reason: "the recorder's platform takes what has run out; here that is gone",
        dialects: REPLAYED,
        excuses: comes_back_too_late,
    },
    Exception {
        reason: "the recorder's platform takes any address of a channel or a subscription; here it is one that was given out",
        dialects: REPLAYED,
        excuses: goes_elsewhere,
    },
    Exception {
        reason: "the recorder's platform gives back whatever is asked for; here what makes no sense is refused or put right",
        dialects: REPLAYED,
        excuses: asks_for_nonsense,
    },
];

fn comes_back_after_the_end(recording: &Recording) -> bool {
    Misuse::of(recording).after_end
}

fn comes_back_too_late(recording: &Recording) -> bool {
    Misuse::of(recording).after_expiry
}

fn goes_elsewhere(recording: &Recording) -> bool {
    Misuse::of(recording).elsewhere
}

fn asks_for_nonsense(recording: &Recording) -> bool {
    let mut script = Script::of(recording);
    recording.wire.iter().enumerate().any(|(index, entry)| match &entry.what {
        Exchange::Request(request) => script.next(index, request).is_normal() && is_nonsense(request),
        _ => false,
    })
}

fn is_nonsense(request: &WireRequest) -> bool {
    let is_of_user = user_of(&request.path).is_some();
    let asked = request.body.as_ref().and_then(|body| body.get("subscribeRequest"));
    asked.is_some_and(|asked| !is_sensible(asked))
        || (is_of_user && !has_credentials(request))
        || (request.method == "POST" && signs_in_as_another(request))
        || asks_for_no_lifetime(request)
}

/// Whether a subscription is asked for as a client does whose application gave it what the documentation says.
fn is_sensible(asked: &Value) -> bool {
    let is_absent_or = |name: &str, is_right: fn(&Value) -> bool| asked.get(name).is_none_or(is_right);
    let is_lifetime =
        |seconds: &Value| seconds.as_u64().is_some_and(|seconds| (1..=LONGEST_LIFETIME).contains(&seconds));
    let is_list = |names: &Value| names.as_array().is_some_and(|names| names.iter().all(Value::is_string));
    let texts = ["localization", "notificationType"].into_iter().all(|name| is_absent_or(name, Value::is_string));
    let is_correlator = |name: &Value| name.is_string() || name.is_null();
    is_absent_or("expires", is_lifetime)
        && is_absent_or("service", is_list)
        && is_absent_or("useTurn", Value::is_boolean)
        && is_absent_or("clientCorrelator", is_correlator)
        && texts
}

fn has_credentials(request: &WireRequest) -> bool {
    let has_header = ["authorization", "x-token", "x-session"].iter().any(|name| request.headers.contains_key(*name));
    has_header || tokens(Some(request.raw_query.trim_start_matches('?'))).next().is_some()
}

/// Whether somebody else's name and password are brought than the address says. The name for signing in is the first user's.
fn signs_in_as_another(request: &WireRequest) -> bool {
    let login = request.headers.get("authorization").and_then(|header| header.strip_prefix("Basic "));
    let login = login.and_then(|login| String::from_utf8(STANDARD.decode(login).ok()?).ok());
    let Some((name, _)) = login.as_deref().and_then(|login| login.split_once(':')) else { return false };
    let name = if name == "alice-auth" { "alice@example.com" } else { name };
    user_of(&request.path).is_some_and(|user| user != "undefined" && user != name)
}

/// Whether tokens are asked for without a whole number of seconds for which they should last.
fn asks_for_no_lifetime(request: &WireRequest) -> bool {
    let pairs = request.raw_query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
    let mut lifetimes = pairs.filter(|(name, _)| *name == "expires").map(|(_, seconds)| seconds);
    request.method == "GET" && lifetimes.any(|seconds| !seconds.parse::<u64>().is_ok_and(|seconds| seconds > 0))
}
