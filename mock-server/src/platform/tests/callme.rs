//! callMe as it meets the platform: nobody signs in, and each call has a subscription of its own.

use super::*;

const ACCOUNT: &str = "/rest/version/1/anonymous/callee@example.com";

fn subscribe(bench: &mut Bench, query: &str) -> (u16, Value) {
    let body = json!({ "subscribeRequest": { "expires": 3600, "service": ["callMe"] } });
    told(&bench.ask(Method::POST, &format!("{ACCOUNT}/subscription{query}")).json(&body).answer())
}

fn start(bench: &mut Bench, query: &str, channel: &str) -> (u16, Value) {
    let body = json!({ "callMeRequest": { "type": "callStart", "to": "a", "from": "b", "notifyChannelId": channel } });
    told(&bench.ask(Method::POST, &format!("{ACCOUNT}/callMe{query}")).json(&body).answer())
}

fn audit(bench: &mut Bench, call: &str) -> (u16, Value) {
    let body = json!({ "callMeRequest": { "type": "audit" } });
    told(&bench.ask(Method::PUT, &format!("{ACCOUNT}/callMe/callSessions/{call}")).json(&body).answer())
}

#[test]
fn a_call_is_made_kept_and_ended_without_signing_in() {
    let mut bench = Bench::new();
    let (status, body) = subscribe(&mut bench, "");
    let granted = &body["subscribeResponse"];
    assert_eq!((status, &granted["subscription"]), (200, &json!(format!("{ACCOUNT}/subscription/SUB-1"))));
    assert_eq!(granted["subscriptionParams"]["service"], json!(["callMe"]));
    assert_eq!(granted["subscriptionParams"]["notificationChannel"], "/rest/version/1/websocket/CH-1");
    bench.open("/rest/version/1/websocket/CH-1");
    let made = json!({ "callMeResponse": { "statusCode": 0, "sessionData": "CALL-1" } });
    assert_eq!(start(&mut bench, "", "CH-1"), (201, made));
    let done = (200, json!({ "callMeResponse": { "statusCode": 0 } }));
    assert_eq!(audit(&mut bench, "CALL-1"), done);
    assert_eq!(bench.put(&format!("{ACCOUNT}/subscription/SUB-1")).0, 200);
    assert_eq!(bench.delete(&format!("{ACCOUNT}/callMe/callSessions/CALL-1")), done);
    let gone = (404, json!({ "callMeResponse": { "statusCode": 39 } }));
    assert_eq!(audit(&mut bench, "CALL-1"), gone);
    assert_eq!(bench.delete(&format!("{ACCOUNT}/callMe")), done, "a client that has no name for its call");
    assert_eq!(bench.delete(&format!("{ACCOUNT}/subscription/SUB-1")).0, 200);
    assert_eq!(bench.delete(&format!("{ACCOUNT}/callMe")), gone);
    assert_eq!(start(&mut bench, "", "CH-1"), gone);
    let record = bench.platform.journal().iter().next_back().unwrap();
    assert_eq!((record.point, record.user.as_deref()), (Some(Point::CallStart), Some("callee@example.com")));
}

#[test]
fn a_token_in_the_place_of_an_account_is_told_nowhere() {
    let mut bench = Bench::new();
    let (status, _) = subscribe(&mut bench, "?tokenrealm=example.com");
    assert_eq!(status, 200);
    assert_eq!(start(&mut bench, "?tokenrealm=example.com", "CH-1").0, 201);
    assert_eq!(bench.platform.subscriptions(None)[0].user, "anonymous@example.com");
    assert_eq!(audit(&mut bench, "CALL-1").0, 404, "without its realm it is another account");
    let record = bench.platform.journal().iter().nth(2).unwrap();
    assert_eq!(record.user.as_deref(), Some("anonymous@example.com"));
    assert_eq!(record.request().unwrap().path(), "/rest/version/1/anonymous/***/subscription");
}

#[test]
fn calls_have_a_limit_and_faults() {
    let mut bench = Bench::new();
    subscribe(&mut bench, "");
    for _ in 0..Limits::CALLS {
        assert_eq!(start(&mut bench, "", "CH-1").0, 201);
    }
    assert_eq!(start(&mut bench, "", "CH-1"), (503, json!({ "callMeResponse": { "statusCode": 99 } })));
    bench.fail(Point::CallUpdate, &json!({ "status": 500, "times": 1 }));
    assert_eq!(audit(&mut bench, "CALL-1"), (500, json!({ "callMeResponse": { "statusCode": 99 } })));
    bench.fail(Point::CallStart, &json!({ "without": ["sessionData"] }));
    bench.delete(&format!("{ACCOUNT}/callMe/callSessions/CALL-1"));
    assert_eq!(start(&mut bench, "", "CH-1"), (201, json!({ "callMeResponse": { "statusCode": 0 } })));
}

#[test]
fn what_is_done_to_an_account_reaches_who_calls_it() {
    let mut bench = Bench::new();
    subscribe(&mut bench, "");
    let account = "callee@example.com";
    assert!(bench.platform.cut(bench.now, account).is_err(), "it has no socket, and is not a user");
    let socket = bench.open("/rest/version/1/websocket/CH-1");
    bench.platform.send(bench.now, account, json!({ "x": 1 })).unwrap();
    bench.platform.gone(bench.now, account, &GoneOptions::default()).unwrap();
    assert_eq!(sent(&bench.drain()).len(), 2);
    assert_eq!(bench.platform.gone(bench.now, account, &GoneOptions::default()).unwrap_err(), nobody(account));
    assert_eq!(bench.platform.close(bench.now, account, 1001, ""), Ok(1));
    assert_eq!(bench.drain(), [Output::Close { socket, code: 1001, reason: String::new() }]);
}

fn nobody(name: &str) -> PlatformError {
    PlatformError::UnknownUser { name: name.to_owned(), nearest: Some(ALICE.to_owned()) }
}
