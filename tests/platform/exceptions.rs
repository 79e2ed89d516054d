//! The rules by which a recording is known that `Platform` does not follow. Each looks at what was done in it, and at
//! nothing else: neither at its name nor at what comes of it here.

mod ledger;
mod replayed;

use std::collections::{BTreeMap, BTreeSet};

use kandy_client::{Time, js};
use kandy_scenarios::recording::{RecordedDialect, Recording, TimelineRecord};
use kandy_tests::Exception;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::history::{Credentials, History, Met};

/// How many frames on one websocket at one instant are a loop. The recorder ends such loops after ten rounds.
const WITHOUT_PAUSE: usize = 10;

/// The dialects whose scripts the port is cross-checked by.
const CROSSCHECKED: &[RecordedDialect] = &[RecordedDialect::Uc3];
/// Those with tokens of the platform's.
const WITH_TOKENS: &[RecordedDialect] = &[RecordedDialect::Uc3, RecordedDialect::Uc5];

/// Those of the port's cross-checks, and those of the recorded clients.
pub(super) const EXCEPTIONS: [Exception; 13] = {
    let [a, b, c, d, e, f, g, h, i] = OF_CROSSCHECKS;
    let [j, k, l, m] = replayed::EXCEPTIONS;
    [a, b, c, d, e, f, g, h, i, j, k, l, m]
};

const OF_CROSSCHECKS: [Exception; 9] = [
    Exception {
        reason: "the recorder's platform opens the channel of a subscription after its DELETE; here a channel ends with \
                 its subscription",
        dialects: CROSSCHECKED,
        excuses: opens_a_channel_after_delete,
    },
    Exception {
        reason: "the recorder's platform takes tokens and renews subscriptions that have run out; here they have ended \
                 by then",
        dialects: WITH_TOKENS,
        excuses: outlives_what_was_granted,
    },
    Exception {
        reason: "Chromium opens one websocket handshake a host at a time; in the simulated world none waits for another",
        dialects: CROSSCHECKED,
        excuses: opens_while_a_handshake_hangs,
    },
    Exception {
        reason: "the recorder's platform takes any request; here one with values that make no sense is refused",
        dialects: CROSSCHECKED,
        excuses: asks_for_what_makes_no_sense,
    },
    Exception {
        reason: "the recorder's platform takes any token, none at all included; here a token is a text that somebody has",
        dialects: WITH_TOKENS,
        excuses: brings_no_token,
    },
    Exception {
        reason: "a loop without a pause, which the recorder ended after ten rounds; here it is an error",
        dialects: CROSSCHECKED,
        excuses: goes_on_without_a_pause,
    },
    Exception {
        reason: "the recorder's platform opens any channel; here a channel has the path that was given out",
        dialects: CROSSCHECKED,
        excuses: opens_another_channel,
    },
    Exception {
        reason: "the recorder's platform escapes the address of a subscription anew; here it is as the client wrote it, \
                 which is the same to the SDK",
        dialects: CROSSCHECKED,
        excuses: is_given_an_escaped_address,
    },
    Exception {
        reason: "with the recorder what is under way ends before a timer of the same instant; here a client that is \
                 destroyed ends first, as in a browser",
        dialects: CROSSCHECKED,
        excuses: hears_after_destroy,
    },
];

fn opens_a_channel_after_delete(recording: &Recording) -> bool {
    let history = History::of(recording);
    let ended: BTreeMap<&str, Time> = history
        .taken()
        .filter(|met| met.request.method == "DELETE")
        .map(|met| (met.request.path.as_str(), met.at))
        .collect();
    let channels: Vec<(String, Time)> = history
        .taken()
        .filter(|met| met.request.method == "POST")
        .filter_map(|met| {
            let given = met.given();
            let address = given.get("subscription").as_str()?.to_owned();
            Some((
                given.get("subscriptionParams").get("notificationChannel").as_str()?.to_owned(),
                *ended.get(&*address)?,
            ))
        })
        .collect();
    history.opened.iter().any(|(made, path, _)| channels.iter().any(|(channel, ended)| channel == path && made > ended))
}

/// What the platform grants of its own accord has an end; what a script puts in the place of its answer has none.
fn outlives_what_was_granted(recording: &Recording) -> bool {
    let history = History::of(recording);
    let mut ends: BTreeMap<String, Time> = BTreeMap::new();
    for met in history.taken() {
        let used = met.tokens().into_iter().chain([met.request.path.clone()]);
        if used.filter_map(|key| ends.get(&key)).any(|end| *end <= met.at) {
            return true;
        }
        if met.is_scripted {
            continue;
        }
        match met.request.method.as_str() {
            "GET" => {
                let success = met.body().get("success").clone();
                let end = met.after(success.get("expires"));
                // Whoever refreshes a token goes on with the one that came first.
                let tokens = ends.iter_mut().filter(|(key, _)| !key.starts_with('/'));
                tokens.for_each(|(_, known)| *known = (*known).max(end));
                ends.insert(success.get("access_token").to_text().to_string(), end);
            }
            "POST" => {
                let end = met.after(met.given().get("subscriptionParams").get("expires"));
                ends.insert(met.given().get("subscription").to_text().to_string(), end);
            }
            "PUT" => {
                let end = met.after(met.asked().get("expires"));
                ends.insert(met.request.path.clone(), end);
            }
            _ => {
                ends.remove(&met.request.path);
            }
        }
    }
    false
}

/// Only a handshake that would go better than the one before it shows that it waits, and only if it comes later.
fn opens_while_a_handshake_hangs(recording: &Recording) -> bool {
    let answers = recording.server_script.get("ws").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let waits = |answer: &Value| ["hang", "delay"].iter().any(|key| answer.get(key).is_some());
    let Some(hanging) = answers.iter().position(waits) else { return false };
    if answers[hanging..].iter().all(waits) {
        return false;
    }
    let mut opening = BTreeMap::new();
    for record in &recording.timeline {
        match &record.what {
            TimelineRecord::WsNew { .. } if opening.values().any(|began| *began < record.time) => return true,
            TimelineRecord::WsNew { ws, address } if address.url().is_some() => {
                opening.insert(*ws, record.time);
            }
            TimelineRecord::WsOpen { ws }
            | TimelineRecord::WsError { ws }
            | TimelineRecord::WsCloseEvent { ws, .. } => {
                opening.remove(ws);
            }
            _ => {}
        }
    }
    false
}

fn asks_for_what_makes_no_sense(recording: &Recording) -> bool {
    let history = History::of(recording);
    let correlators: BTreeSet<String> =
        history.taken().filter_map(|met| Some(met.correlator().as_str()?.to_owned())).collect();
    let is_correlated = |met: &Met<'_>| match met.request.path.split_once("/clientCorrelator/") {
        Some((_, correlator)) => correlators.contains(&*percent_decode_str(correlator).decode_utf8_lossy()),
        None => true,
    };
    let is_healthy = recording.server_script.as_object().is_some_and(serde_json::Map::is_empty);
    let nonsense = |met: &Met<'_>| match met.request.method.as_str() {
        "GET" => !asks_for_a_lifetime(met) || !history.credentials.knows(met),
        "POST" => {
            !subscribes_sensibly(met) || (is_healthy && is_set_right(met)) || !history.credentials.has_user_of(met)
        }
        "PUT" => !subscribes_sensibly(met) || !is_correlated(met),
        _ => !history.credentials.has_user_of(met),
    };
    // A subscription is made even if the script has words of its own for the answer.
    let is_asked = |met: &Met<'_>| !met.is_scripted || met.request.method == "POST";
    history.taken().filter(is_asked).any(|met| nonsense(&met)) || history.met.iter().any(has_no_user)
}

/// Whether a subscription is asked for at an address without a user.
fn has_no_user(met: &Met<'_>) -> bool {
    let behind = met.request.path.split_once("/user/").map(|(_, behind)| behind);
    met.request.method == "POST" && behind.is_none_or(|behind| behind == "/subscription")
}

/// Whether a healthy platform puts right what a subscription asks for, where the recorder's gives it back as it came.
fn is_set_right(met: &Met<'_>) -> bool {
    let asked = met.asked();
    let has_null = asked.get("service").as_list().is_some_and(|names| names.contains(&js::Value::Null));
    has_null || matches!(asked.get("expires"), js::Value::Text(_))
}

/// Whether a request for tokens asks at an address of them, for a whole number of seconds or for none.
fn asks_for_a_lifetime(met: &Met<'_>) -> bool {
    let is_route =
        matches!(met.request.path.split('/').collect::<Vec<_>>()[..], ["", version, "auth", _] if !version.is_empty());
    is_route && met.parameters("expires").all(|seconds| seconds.parse::<u64>().is_ok_and(|seconds| seconds > 0))
}

/// Whether a body is what a client would send whose application gave it what the documentation says. A number may be a
/// text, and a list of services may hold nulls.
fn subscribes_sensibly(met: &Met<'_>) -> bool {
    use js::Value::{Bool, List, Null, Number, Text, Undefined};
    let asked = met.asked();
    let is_text = |name: &str| matches!(asked.get(name), Undefined | Null | Text(_));
    let lifetime = match asked.get("expires") {
        Undefined | Null => true,
        // A fraction of a second is not granted, which a renewal does not show.
        Number(seconds) => *seconds >= 0.0 && (seconds.fract() == 0.0 || met.request.method == "PUT"),
        Text(text) => text.to_string().parse::<u64>().is_ok(),
        _ => false,
    };
    let services = match asked.get("service") {
        Undefined | Null => true,
        List(names) => names.iter().all(|name| matches!(name, Null | Text(_))),
        _ => false,
    };
    let is_well_formed = met.request.body.as_ref().is_none_or(Value::is_object);
    let turn = matches!(asked.get("useTurn"), Undefined | Null | Bool(_));
    let texts = ["localization", "notificationType", "clientCorrelator"].into_iter().all(is_text);
    lifetime && services && turn && texts && is_well_formed
}

fn brings_no_token(recording: &Recording) -> bool {
    let history = History::of(recording);
    let mut given_out = history.credentials.tokens();
    for met in &history.met {
        let success = met.body().get("success").clone();
        given_out
            .extend(["access_token", "refresh_token"].iter().flat_map(|name| Credentials::texts(success.get(name))));
    }
    let is_known = |tokens: Vec<String>| tokens.iter().any(|token| !token.is_empty() && given_out.contains(token));
    let is_login = |met: &Met<'_>| met.request.path.ends_with("/mk_token");
    history.taken().filter(|met| !met.is_scripted && !is_login(met)).any(|met| !is_known(met.tokens()))
        || history.opened.iter().any(|(_, _, tokens)| !is_known(tokens.clone()))
        || given_out.iter().any(|token| is_beyond_http(token))
}

/// Whether a token can stand in a header of a browser, and in none of a client of HTTP here.
fn is_beyond_http(token: &str) -> bool {
    let is_refused = |character: char| character > 'ÿ' || matches!(character, '\0' | '\n' | '\r');
    let is_odd = |character: char| !matches!(character, ' '..='~' | '\t');
    !token.contains(is_refused) && token.contains(is_odd)
}

fn goes_on_without_a_pause(recording: &Recording) -> bool {
    let mut frames: BTreeMap<(Time, u64), usize> = BTreeMap::new();
    for record in &recording.timeline {
        if let TimelineRecord::WsSend { ws, .. } = &record.what {
            *frames.entry((record.time, *ws)).or_default() += 1;
        }
    }
    frames.into_values().any(|frames| frames >= WITHOUT_PAUSE)
}

fn opens_another_channel(recording: &Recording) -> bool {
    let history = History::of(recording);
    let given_out: BTreeSet<String> = history
        .taken()
        .filter(|met| met.request.method == "POST" && !met.is_beyond_json())
        .filter_map(|met| Some(met.given().get("subscriptionParams").get("notificationChannel").as_str()?.to_owned()))
        .collect();
    history.opened.iter().any(|(_, path, _)| !given_out.contains(path) || path.contains('%'))
}

fn is_given_an_escaped_address(recording: &Recording) -> bool {
    let history = History::of(recording);
    let mut subscribed = history.taken().filter(|met| met.request.method == "POST" && !met.is_scripted);
    subscribed.any(|met| {
        let address = met.given().get("subscription").to_text().to_string();
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        !address.starts_with(&met.request.path) && decoded(&address).starts_with(&decoded(&met.request.path))
    })
}

fn hears_after_destroy(recording: &Recording) -> bool {
    let is_destroy = |record: &TimelineRecord| matches!(record, TimelineRecord::Api(call) if call.call == "destroy");
    let is_input = |record: &TimelineRecord| {
        matches!(record, TimelineRecord::FetchResponse { .. } | TimelineRecord::WsOpen { .. })
    };
    let acts = |record: &TimelineRecord| {
        matches!(record, TimelineRecord::Fetch(_) | TimelineRecord::WsNew { .. } | TimelineRecord::Event(_))
    };
    recording.timeline.iter().enumerate().filter(|(_, record)| is_destroy(&record.what)).any(|(at, destroyed)| {
        let behind = recording.timeline[at..].iter().take_while(|record| record.time == destroyed.time);
        behind.skip_while(|record| !is_input(&record.what)).any(|record| acts(&record.what))
    })
}
