use serde_json::{Value, json};

use super::*;
use crate::recording::TimelineRecord;

const CONNECT: &str = include_str!("../../../tests/traces/connect-success.json");
const LISTENERS: &str = include_str!("../../../tests/traces/listener-off-others.json");
const REFUSED: &str = include_str!("../../../tests/traces/subscribe-401-statuscode.json");
const RENEWAL: &str = include_str!("../../../tests/traces/resub-success.json");
const TWO_CLIENTS: &str = include_str!("../../../tests/traces/two-clients.json");
const UPDATE: &str = include_str!("../../../tests/traces/update-token.json");

/// The recording with a change, or without one.
fn changed(text: &str, change: impl FnOnce(&mut Value)) -> Recording {
    let mut file: Value = serde_json::from_str(text).unwrap();
    change(&mut file);
    Recording::from_json(file.to_string().as_bytes()).unwrap()
}

/// The difference that a change of the recording makes.
#[track_caller]
fn difference(text: &str, change: impl FnOnce(&mut Value)) -> (String, String) {
    assert!(crosscheck(&changed(text, |_| {})).is_ok());
    let divergence = crosscheck(&changed(text, change)).expect_err("the change must be found");
    assert!(divergence.to_string().contains("transcript of the cross-check:"), "{divergence}");
    (divergence.difference.expected, divergence.difference.got)
}

/// Whichever record of what a cross-check must show is left out or doubled, it tells.
#[test]
fn every_expectation_counts() {
    for text in [CONNECT, LISTENERS, REFUSED, RENEWAL, TWO_CLIENTS, UPDATE] {
        let recording = changed(text, |_| {});
        for (index, record) in recording.timeline.iter().enumerate() {
            let is_compared = match &record.what {
                TimelineRecord::Fetch(_) | TimelineRecord::WsNew { .. } | TimelineRecord::Event(_) => true,
                TimelineRecord::WsCloseCall { ready_state, .. } => *ready_state == 1,
                TimelineRecord::Listener(call) => !call.is_foreign(),
                _ => false,
            };
            if is_compared {
                let mut without = recording.clone();
                without.timeline.remove(index);
                assert!(crosscheck(&without).is_err(), "{}: {record:?} is left out", recording.name);
                let mut doubled = recording.clone();
                doubled.timeline.insert(index, record.clone());
                assert!(crosscheck(&doubled).is_err(), "{}: {record:?} is doubled", recording.name);
            }
        }
    }
}

#[test]
fn another_fault_is_found() {
    let change = difference(REFUSED, |file| {
        file["serverScript"]["subscribe"][0]["json"] = json!({ "subscribeResponse": { "statusCode": 7 } });
    });
    assert_eq!(
        change,
        (
            r#"args.error.message "Failed to subscribe user. Code: 35.""#.into(),
            r#"args.error.message "Failed to subscribe user. Code: 7.""#.into()
        )
    );
    difference(CONNECT, |file| file["serverScript"] = json!({ "latency": 5 }));
    difference(CONNECT, |file| file["serverScript"] = json!({ "ws": [{ "status": 503 }] }));
}

#[test]
fn a_script_that_cannot_be_followed_is_told() {
    let change = difference(CONNECT, |file| file["serverScript"] = json!({ "ws": [{ "explode": true }] }));
    assert_eq!(change.1, r#"a fault has no key "explode""#);
    let change = difference(CONNECT, |file| file["serverScript"] = json!({ "tea": [{}] }));
    assert!(change.1.starts_with(r#"there is no point "tea""#), "{change:?}");
    let action = json!({ "t": 0, "server": "explode", "args": [] });
    let change = difference(CONNECT, |file| file["script"].as_array_mut().unwrap().push(action));
    assert_eq!(change.1, "the platform has no action explode");
}

#[test]
fn a_changed_snapshot_or_end_is_found() {
    let change = difference(UPDATE, |file| file["script"][3]["userInfo"]["accessToken"] = json!("AT-user"));
    assert_eq!(change.0, r#"getUserInfo().accessToken "AT-user" (snapshot: after updateToken)"#);
    difference(UPDATE, |file| file["final"]["webSocketConnected"] = json!(null));
    let change = difference(UPDATE, |file| file["final"]["pendingTimers"] = json!([{ "due": 90_000 }]));
    assert_eq!(change.0, "pending timers 90.000");
}

#[test]
fn a_field_that_the_sdk_reads_is_compared() {
    assert_eq!(check_answers(&changed(CONNECT, |_| {})), Ok(3));
    let found = |pointer: &'static str, value: Value| {
        let changed = changed(CONNECT, |file| {
            let answers = file["wire"].as_array_mut().unwrap().iter_mut();
            for answer in answers.filter(|record| record["k"] == "response") {
                if let Some(field) = answer.pointer_mut(pointer) {
                    *field = value.clone();
                }
            }
        });
        check_answers(&changed).is_err()
    };
    assert!(found("/status", json!(201)));
    assert!(found("/type", json!("text/html")));
    assert!(found("/body/success/expires", json!(60)));
    assert!(found("/body/subscribeResponse/subscription", json!("/elsewhere")));
    assert!(found("/body/subscribeResponse/subscriptionParams/service", json!([])));
    assert!(found("/body/subscribeResponse/subscriptionParams", json!({})));
    assert!(!found("/body/subscribeResponse/subscriptionParams/useTurn", json!(false)));
}
