use serde_json::{Value, json};

use super::*;
use crate::recording::Timed;

const CONNECT: &str = include_str!("../../../tests/traces/connect-success.json");
const LISTENERS: &str = include_str!("../../../tests/traces/listener-off-others.json");
const RENEWAL: &str = include_str!("../../../tests/traces/resub-success.json");
const UPDATE: &str = include_str!("../../../tests/traces/update-token.json");
const TWO_CLIENTS: &str = include_str!("../../../tests/traces/two-clients.json");
const SAME_TICK: &str = include_str!("../../../tests/traces/disconnect-connect-same-tick.json");

fn replayed(file: &Value) -> Result<(), ReplayDifference> {
    replay(&Recording::from_json(file.to_string().as_bytes()).unwrap()).result
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The difference that a change of the recording makes: what is expected, and what the port does.
#[track_caller]
fn difference(text: &str, change: impl FnOnce(&mut Value)) -> (String, String) {
    let mut file = parsed(text);
    assert_eq!(replayed(&file), Ok(()));
    change(&mut file);
    let difference = replayed(&file).expect_err("the change must be found");
    assert!(difference.context.iter().any(|line| line.starts_with('>')), "{difference}");
    (difference.expected, difference.got)
}

/// The index of the `nth` record of a kind.
fn find(file: &Value, list: &str, kind: &str, nth: usize) -> usize {
    let records = file[list].as_array().unwrap();
    let mut found = (0..records.len()).filter(|index| records[*index]["k"] == kind);
    found.nth(nth).unwrap()
}

fn record<'a>(file: &'a mut Value, list: &str, kind: &str, nth: usize) -> &'a mut Value {
    let index = find(file, list, kind, nth);
    &mut file[list][index]
}

fn remove(file: &mut Value, kind: &str, nth: usize) {
    let index = find(file, "timeline", kind, nth);
    file["timeline"].as_array_mut().unwrap().remove(index);
}

#[test]
fn a_changed_request_is_found() {
    let change = difference(CONNECT, |file| {
        record(file, "wire", "request", 0)["headers"]["x-cpaas-agent"] = json!("uc-js-sdk/3.41.1");
    });
    assert_eq!(
        change,
        ("header x-cpaas-agent uc-js-sdk/3.41.1".into(), "header x-cpaas-agent cpaas-js-sdk/3.41.1".into())
    );
    let change = difference(CONNECT, |file| {
        record(file, "wire", "request", 1)["headers"]["authorization"] = json!("Bearer AT-1");
    });
    assert_eq!(change, ("header authorization Bearer AT-1".into(), "header authorization none".into()));
    let change = difference(CONNECT, |file| record(file, "timeline", "fetch", 1)["query"] = json!("?token=AT-2"));
    assert!(change.0.ends_with("?token=AT-2") && change.1.ends_with("?token=AT-1"), "{change:?}");
    difference(CONNECT, |file| record(file, "timeline", "fetch", 2)["method"] = json!("PUT"));
    difference(CONNECT, |file| record(file, "wire", "request", 2)["path"] = json!("/elsewhere"));
}

#[test]
fn the_transcript_shows_nothing_that_the_port_did_not_do() {
    let changed = |change: fn(&mut Value)| {
        let mut file = parsed(CONNECT);
        change(&mut file);
        Recording::from_json(file.to_string().as_bytes()).unwrap()
    };
    let recording = changed(|_| ());
    let whole = replay(&recording).trace;
    for change in [
        (|file| record(file, "timeline", "fetch", 1)["query"] = json!("?token=AT-2")) as fn(&mut Value),
        |file| record(file, "timeline", "event", 0)["type"] = json!("auth:\u{1b}[2J"),
        |file| record(file, "timeline", "ws-new", 0)["path"] = json!("/elsewhere"),
    ] {
        let recording = changed(change);
        let ReplayOutcome { trace, result, .. } = replay(&recording);
        assert!(!trace.is_empty() && whole.starts_with(&trace), "{trace:?}");
        let difference = result.expect_err("the change must be found").to_string();
        assert!(!difference.contains('\u{1b}'), "{difference:?}");
    }
}

#[test]
fn the_order_of_keys_in_a_body_counts() {
    let change = difference(CONNECT, |file| {
        let body = record(file, "wire", "request", 1)["body"]["subscribeRequest"].as_object_mut().unwrap();
        let expires = body.shift_remove("expires").unwrap();
        body.insert("expires".into(), expires);
    });
    assert!(change.0.starts_with(r#"body {"subscribeRequest":{"service""#), "{change:?}");
}

#[test]
fn a_changed_event_is_found() {
    let change = difference(CONNECT, |file| record(file, "timeline", "event", 7)["args"]["reason"] = json!("GONE"));
    assert_eq!(change, (r#"args.reason "GONE""#.into(), r#"args.reason "[undefined]""#.into()));
    let change = difference(CONNECT, |file| record(file, "timeline", "event", 7)["args"] = json!({}));
    assert_eq!(change, ("args {}".into(), r#"args {"reason":"[undefined]"}"#.into()));
    let change = difference(CONNECT, |file| record(file, "timeline", "event", 3)["webSocketConnected"] = json!(false));
    assert_eq!(change, ("webSocketConnected false".into(), "webSocketConnected true".into()));
    difference(CONNECT, |file| record(file, "timeline", "event", 0)["webSocketConnected"] = json!(false));
    let change =
        difference(CONNECT, |file| record(file, "timeline", "event", 2)["connection"]["isPending"] = json!(false));
    assert_eq!(change, ("getConnection().isPending false".into(), "getConnection().isPending true".into()));
    difference(CONNECT, |file| record(file, "timeline", "event", 2)["userInfo"]["accessToken"] = json!("AT-9"));
    difference(TWO_CLIENTS, |file| record(file, "timeline", "event", 5)["client"] = json!("a"));
}

#[test]
fn swapped_records_are_found() {
    let change = difference(CONNECT, |file| {
        let last = find(file, "timeline", "event", 4);
        file["timeline"].as_array_mut().unwrap().swap(last - 1, last);
    });
    assert_eq!(change, ("event auth:change".into(), "event ws:change".into()));
    difference(CONNECT, |file| {
        let close = find(file, "timeline", "ws-close-call", 0);
        file["timeline"].as_array_mut().unwrap().swap(close, close + 1);
    });
}

#[test]
fn a_record_that_is_missing_is_found() {
    let change = difference(CONNECT, |file| remove(file, "ws-close-call", 0));
    assert!(change.0.contains("DELETE") && change.1 == "websocket 1 closed by the SDK (client c)", "{change:?}");
    let change = difference(SAME_TICK, |file| file["script"][3]["sameTick"] = json!(false));
    assert_eq!(change, ("at 1.000 call c.connect alice@example.com".into(), "event auth:change {} (client c)".into()));
}

/// Whichever record of what the SDK did is left out or doubled, the replay tells.
#[test]
fn every_expectation_counts() {
    for text in [CONNECT, LISTENERS, RENEWAL, UPDATE, TWO_CLIENTS, SAME_TICK] {
        let recording = Recording::from_json(text.as_bytes()).unwrap();
        for (index, record) in recording.timeline.iter().enumerate() {
            let is_compared = match &record.what {
                TimelineRecord::Fetch(_)
                | TimelineRecord::WsNew { .. }
                | TimelineRecord::WsSend { .. }
                | TimelineRecord::Event(_) => true,
                TimelineRecord::WsCloseCall { ready_state, .. } => *ready_state == 1,
                TimelineRecord::Listener(call) => !call.is_foreign(),
                _ => false,
            };
            if is_compared {
                let mut without = recording.clone();
                without.timeline.remove(index);
                assert!(replay(&without).result.is_err(), "{}: {record:?} is left out", recording.name);
                let mut doubled = recording.clone();
                doubled.timeline.insert(index, record.clone());
                assert!(replay(&doubled).result.is_err(), "{}: {record:?} is doubled", recording.name);
            }
        }
    }
}

#[test]
fn a_timer_that_fires_at_another_time_is_found() {
    let mut file = parsed(RENEWAL);
    let put = find(&file, "timeline", "fetch", 2);
    let time = file["timeline"][put]["t"].as_u64().unwrap();
    assert_eq!(file["timeline"][put]["method"], "PUT");
    for moved in [time - 1, time + 1] {
        file["timeline"][put]["t"] = json!(moved);
        assert!(replayed(&file).is_err(), "{moved}");
    }
    let change = difference(UPDATE, |file| file["final"]["pendingTimers"] = json!([{ "due": 90_000 }]));
    assert_eq!(change, ("pending timers 90.000".into(), "pending timers ".into()));
}

#[test]
fn a_changed_snapshot_is_found() {
    let change = difference(UPDATE, |file| file["script"][3]["userInfo"]["accessToken"] = json!("AT-user"));
    assert_eq!(change.0, r#"getUserInfo().accessToken "AT-user" (snapshot: after updateToken)"#);
    difference(UPDATE, |file| file["final"]["connection"]["isPending"] = json!(true));
    difference(UPDATE, |file| file["final"]["webSocketConnected"] = json!(null));
}

#[test]
fn a_changed_listener_call_is_found() {
    let change = difference(LISTENERS, |file| record(file, "timeline", "listener", 1)["listener"] = json!("L9"));
    assert_eq!(change.0, "call 1 of listener L9 of c");
    difference(LISTENERS, |file| record(file, "timeline", "listener", 2)["n"] = json!(7));
    difference(LISTENERS, |file| record(file, "timeline", "listener", 2)["args"] = json!({ "a": 1 }));
}

#[test]
fn a_recording_at_odds_with_itself_is_no_panic() {
    difference(CONNECT, |file| record(file, "timeline", "fetch-response", 0)["id"] = json!(9));
    difference(CONNECT, |file| record(file, "timeline", "fetch-response", 0)["status"] = json!(99));
    difference(CONNECT, |file| record(file, "timeline", "ws-open", 0)["ws"] = json!(9));
    difference(CONNECT, |file| record(file, "timeline", "api", 1)["client"] = json!("nobody"));
    difference(CONNECT, |file| record(file, "timeline", "api", 1)["args"] = json!([7]));
    difference(CONNECT, |file| record(file, "timeline", "api", 2)["t"] = json!(u64::MAX));
    difference(CONNECT, |file| record(file, "timeline", "event", 6)["t"] = json!(3));
    difference(CONNECT, |file| file["config"] = json!(7));
    difference(CONNECT, |file| file["wire"] = json!([]));
}

/// Such things would pass unchecked.
#[test]
fn what_the_replay_does_not_know_is_a_difference() {
    let call = |name: &str, args: Value| {
        difference(CONNECT, |file| {
            record(file, "timeline", "api", 2)["call"] = json!(name);
            record(file, "timeline", "api", 2)["args"] = args;
        })
    };
    let refused = |why: &str| format!("what the replay refuses: {why}");
    assert_eq!(call("services.subscribe", json!([])).1, refused("the port has no such call"));
    assert_eq!(call("updateToken", json!([{ "$date": 7 }])).1, {
        refused("a value of the recorder's with $date, which is not known")
    });
    assert_eq!(call("on", json!(["auth:change", { "$listener": "L", "waits": 5 }])).0, {
        "a recording with a listener without `waits`, which is not known"
    });
    let unknown = |file: &mut Value| file["serverScript"] = json!({ "mk_token": [{ "teapot": true }] });
    let mut file = parsed(CONNECT);
    unknown(&mut file);
    let expected = replayed(&file).unwrap_err().expected;
    assert_eq!(expected, "a recording with known values only, and not the key of an answer `teapot`");
    file["serverScript"] = json!({ "brew": [] });
    assert!(replayed(&file).unwrap_err().expected.ends_with("the key of the server script `brew`"));
}

#[test]
fn what_is_not_known_is_refused_though_nothing_comes_of_it() {
    let refused = |entry: Value| {
        let mut file = parsed(CONNECT);
        file["script"].as_array_mut().unwrap().push(entry);
        let difference = replayed(&file).unwrap_err();
        format!("{}; {}", difference.expected, difference.got)
    };
    let call = |call: &str, args: Value| json!({ "t": 9, "client": "c", "call": call, "args": args });
    let server = |action: &str, args: Value| json!({ "t": 9, "server": action, "args": args });
    let rule = |calls: Value| json!({ "t": 9, "client": "c", "inListener": { "event": "x", "calls": calls } });
    for (entry, why) in [
        (call("services.subscribe", json!([["call"]])), "the port has no such call"),
        (call("connect", json!([{}, {}, 5])), "more arguments than the call takes"),
        (call("updateToken", json!([{ "$bigint": "5" }])), "$bigint, which is not known"),
        (call("connect", json!([{ "username": { "$utf16": [97], "x": 1 } }])), "$utf16, which is not known"),
        (call("on", json!(["x", { "$listener": "L", "calls": [["call.make"]] }])), "the port has no such call"),
        (rule(json!([["services.subscribe", []]])), "the port has no such call"),
        (server("explode", json!([])), "the action of the platform `explode`"),
        (server("push", json!(["{}", { "twice": true }])), "the option of a frame `twice`"),
        (server("destroyAll", json!([{}, 5])), "fewer arguments of `destroyAll`"),
        (server("destroyAll", json!([{ "client": 1 }])), "option of an end `client`"),
        (server("set", json!([{ "mk_token": {} }])), "answers of `mk_token` that are a list of objects"),
    ] {
        let told = refused(entry);
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn what_a_call_throws_is_compared() {
    let change = difference(UPDATE, |file| record(file, "timeline", "api", 2)["args"] = json!([null]));
    let throws = |what: &str| format!("updateToken on client c throws {what}");
    assert_eq!(change, {
        (throws("nothing"), throws("TypeError: Cannot read properties of null (reading 'username')"))
    });
}

#[test]
fn an_endless_recording_meets_the_limit() {
    let mut recording = Recording::from_json(CONNECT.as_bytes()).unwrap();
    let open =
        recording.timeline.iter().position(|record| matches!(record.what, TimelineRecord::WsOpen { .. })).unwrap();
    let frame = Timed { time: Time::ZERO, what: TimelineRecord::WsMessage { ws: 1, data: "{".into() } };
    recording.timeline.splice(open..open, std::iter::repeat_n(frame, MAX_STEPS));
    assert_eq!(replay(&recording).result.unwrap_err().expected, "at most 100000 inputs and timers");
}

#[test]
fn both_texts_for_an_empty_body_will_do() {
    let short = json!("Subscribe request failed: Unexpected end of JSON input.");
    let long = json!("Subscribe request failed: Failed to execute 'json' on 'Response': Unexpected end of JSON input.");
    assert_eq!(compare::value("message", &long, &short), Ok(()));
    assert_eq!(compare::value("message", &short, &long), Ok(()));
    assert!(compare::value("message", &short, &json!("Unexpected end of JSON input.")).is_err());
}

#[test]
fn the_transcript_tells_what_happened_without_passwords() {
    let recording = Recording::from_json(CONNECT.as_bytes()).unwrap();
    let lines: Vec<String> = replay(&recording).trace.iter().map(ToString::to_string).collect();
    assert_eq!(lines[1], "0.000  call c.connect alice@example.com");
    assert_eq!(lines[3], "0.000  event auth:change {}");
    assert!(lines.iter().all(|line| !line.contains("s3cret")));
}
