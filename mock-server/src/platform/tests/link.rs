//! Link 3, 4 and 5 as they meet the platform: the credentials go with every request.

use super::*;

const ADDRESS: &str = "/rest/version/1/user/alice@example.com/subscription";
const SUB_1: &str = "/rest/version/1/user/alice@example.com/subscription/SUB-1";

/// A bench whose alice has all that Link clients sign in with.
fn bench() -> Bench {
    let mut bench = Bench::new();
    let text = |text: &str| Some(text.to_owned());
    let options = UserOptions {
        hmac: text("HM-1"),
        authname: text("alice-auth"),
        bearer: text("their-token"),
        ..UserOptions::default()
    };
    bench.platform.set_options(bench.now, ALICE, options).unwrap();
    bench
}

fn subscribe(bench: &mut Bench, name: &str, value: &str) -> (u16, Value) {
    let body = json!({ "subscribeRequest": request(3600) });
    told(&bench.ask(Method::POST, ADDRESS).header(name, value).json(&body).answer())
}

fn renew(bench: &mut Bench, path: &str, name: &str, value: &str) -> (u16, Value) {
    let body = json!({ "subscribeRequest": request(3600) });
    told(&bench.ask(Method::PUT, path).header(name, value).json(&body).answer())
}

fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

#[test]
fn every_way_to_sign_in_is_taken() {
    let mut bench = bench();
    for (name, value) in [
        ("authorization", basic(ALICE, "s3cret")),
        ("authorization", basic("alice-auth", "s3cret")),
        ("authorization", "Bearer their-token".to_owned()),
        ("x-token", "HM-1".to_owned()),
    ] {
        assert_eq!(subscribe(&mut bench, name, &value).0, 200, "{name}: {value}");
    }
    let url = format!("{ADDRESS}?token=their-token");
    let body = json!({ "subscribeRequest": request(3600) });
    let both = bench.ask(Method::POST, &url).header("authorization", "Bearer of-before").json(&body).answer();
    assert_eq!(told(&both).0, 200, "of two tokens one that is good is enough");
    assert_eq!(bench.platform.subscriptions(Some(ALICE)).len(), 5);
}

#[test]
fn wrong_credentials_are_forbidden_with_the_code_of_the_dialect() {
    let mut bench = bench();
    let refused = (403, json!({ "subscribeResponse": { "statusCode": 4 } }));
    for value in [basic(ALICE, "wrong"), basic("alice-auth", "wrong"), basic("nobody", "s3cret")] {
        assert_eq!(subscribe(&mut bench, "authorization", &value), refused, "{value}");
    }
    assert_eq!(subscribe(&mut bench, "x-token", "HM-2").0, 401);
    assert_eq!(subscribe(&mut bench, "authorization", &basic(BOB, "hunter2")), refused, "bob is not alice");
}

#[test]
fn a_session_begins_with_an_hmac_token_and_outlives_its_subscription() {
    let mut bench = bench();
    let (status, body) = subscribe(&mut bench, "x-token", "HM-1");
    assert_eq!((status, &body["subscribeResponse"]["subscriptionParams"]["sessionId"]), (200, &json!("SESS-1")));
    assert_eq!(renew(&mut bench, SUB_1, "x-session", "SESS-1").0, 200);
    assert_eq!(renew(&mut bench, SUB_1, "x-session", "undefined").0, 200, "who was told no session says so");
    assert_eq!(renew(&mut bench, SUB_1, "x-session", "SESS-2").0, 401);
    assert_eq!(told(&bench.ask(Method::DELETE, SUB_1).header("x-session", "SESS-1").answer()).0, 200);
    let (status, body) = subscribe(&mut bench, "x-session", "SESS-1");
    assert_eq!(status, 200, "{body}");
    assert!(body["subscribeResponse"]["subscriptionParams"].get("sessionId").is_none(), "the session goes on");
    bench.platform.expire_token(bench.now, ALICE).unwrap();
    assert_eq!(renew(&mut bench, &SUB_1.replace("SUB-1", "SUB-2"), "x-session", "SESS-1").0, 401);
    assert_eq!(subscribe(&mut bench, "authorization", "Bearer their-token").0, 401, "all tokens are void");
    assert_eq!(subscribe(&mut bench, "x-session", "undefined").0, 401);
}

#[test]
fn a_session_that_is_used_does_not_end() {
    let mut bench = bench();
    subscribe(&mut bench, "x-token", "HM-1");
    for _ in 0..60 {
        bench.advance(3000);
        assert_eq!(renew(&mut bench, SUB_1, "x-session", "SESS-1").0, 200);
    }
    bench.advance(25 * 3600);
    assert_eq!(subscribe(&mut bench, "x-session", "SESS-1").0, 401);
}

#[test]
fn a_client_that_knows_no_name_is_known_by_what_it_brings() {
    let mut bench = bench();
    let nameless = ADDRESS.replace(ALICE, "undefined");
    let body = json!({ "subscribeRequest": request(3600) });
    let answer = bench.ask(Method::POST, &nameless).header("x-token", "HM-1").json(&body).answer();
    let (status, body) = told(&answer);
    let path = format!("{nameless}/SUB-1");
    assert_eq!((status, &body["subscribeResponse"]["subscription"]), (200, &json!(path)));
    assert_eq!(bench.platform.subscriptions(Some(ALICE)).len(), 1);
    let record = bench.platform.journal().iter().next_back().unwrap();
    assert_eq!(record.user.as_deref(), Some(ALICE));
    assert_eq!(record.request().unwrap().authorization(), Some("x-token"));
    assert_eq!(renew(&mut bench, &path, "x-session", "undefined").0, 200);
    assert_eq!(told(&bench.ask(Method::DELETE, &path).header("x-session", "SESS-1").answer()).0, 200);
}

#[test]
fn what_is_gone_has_the_code_of_the_dialect() {
    let mut bench = bench();
    let gone = |code: u32| (404, json!({ "subscribeResponse": { "statusCode": code } }));
    assert_eq!(renew(&mut bench, SUB_1, "authorization", &basic(ALICE, "s3cret")), gone(39));
    let token = bench.log_in(ALICE);
    assert_eq!(bench.put(&format!("{SUB_1}?token={token}")), gone(4), "in doubt it is UC");
    for (agent, code) in [("link-js-sdk/5.2.0", 39), ("uc-js-sdk/5.2.0", 4), ("cpaas-js-sdk/5.2.0", 4)] {
        let url = format!("{SUB_1}?token={token}");
        let body = json!({ "subscribeRequest": request(3600) });
        let answer = bench.ask(Method::PUT, &url).header("x-cpaas-agent", agent).json(&body).answer();
        assert_eq!(told(&answer), gone(code), "{agent}");
    }
    bench.fail(Point::Resubscribe, &json!({ "status": 404 }));
    assert_eq!(renew(&mut bench, SUB_1, "authorization", &basic(ALICE, "s3cret")), gone(39), "a fault's error too");
}

#[test]
fn a_channel_opens_without_a_token_and_not_with_a_wrong_one() {
    let mut bench = bench();
    subscribe(&mut bench, "authorization", &basic(ALICE, "s3cret"));
    bench.open("/websocket/CH-1");
    bench.open("/websocket/CH-1?access_token=their-token");
    assert_eq!(bench.refused("/websocket/CH-1?access_token=wrong"), 401);
    assert_eq!(
        told(&bench.ask(Method::DELETE, SUB_1).header("authorization", &basic(ALICE, "s3cret")).answer()).0,
        200
    );
    assert_eq!(bench.platform.sockets(Some(ALICE)).len(), 2, "sockets are the client's to close");
    assert_eq!(bench.refused("/websocket/CH-1"), 404);
}

#[test]
fn another_user_may_end_what_the_first_one_has_begun() {
    let mut bench = bench();
    subscribe(&mut bench, "authorization", &basic(ALICE, "s3cret"));
    assert_eq!(renew(&mut bench, SUB_1, "authorization", &basic(BOB, "hunter2")).0, 200);
    assert_eq!(renew(&mut bench, SUB_1, "authorization", &basic(BOB, "wrong")).0, 403);
    assert_eq!(told(&bench.ask(Method::DELETE, SUB_1).header("authorization", &basic(BOB, "hunter2")).answer()).0, 200);
    assert!(bench.platform.subscriptions(None).is_empty());
}

#[test]
fn services_change_with_a_renewal_and_a_correlator_names_the_subscription() {
    let mut bench = bench();
    let mut asked = request(3600);
    asked["clientCorrelator"] = json!("corr 1/ü");
    let body = json!({ "subscribeRequest": asked });
    bench.ask(Method::POST, ADDRESS).header("x-token", "HM-1").json(&body).answer();
    asked["service"] = json!(["call"]);
    let body = json!({ "subscribeRequest": asked });
    let path = format!("{ADDRESS}/clientCorrelator/corr%201/%C3%BC");
    let (status, body) = told(&bench.ask(Method::PUT, &path).header("x-session", "SESS-1").json(&body).answer());
    let told = &body["subscribeResponse"];
    assert_eq!((status, &told["subscription"]), (200, &json!(SUB_1)), "{body}");
    assert_eq!(told["subscriptionParams"]["clientCorrelator"], "corr 1/ü");
    assert_eq!(told["subscriptionParams"]["service"], json!(["call"]));
    assert_eq!(bench.platform.subscriptions(None)[0].services, ["call"]);
}

#[test]
fn notifications_have_an_id_and_an_event_id_that_none_had_before() {
    let mut bench = bench();
    subscribe(&mut bench, "authorization", &basic(ALICE, "s3cret"));
    bench.open("/websocket/CH-1");
    let message = json!({ "notificationMessage": { "eventType": "IM" } });
    bench.platform.send(bench.now, ALICE, message).unwrap();
    bench.platform.gone(bench.now, ALICE, &GoneOptions::default()).unwrap();
    let ids: Vec<_> = sent(&bench.drain())
        .into_iter()
        .map(|(_, frame)| frame["notificationMessage"].clone())
        .map(|message| [message["id"].clone(), message["eventId"].clone()])
        .collect();
    assert_eq!(ids, [["N-1", "N-1"], ["N-2", "N-2"]]);
}

#[test]
fn a_credential_is_one_users_and_is_not_told() {
    let mut bench = bench();
    for (key, options) in [
        ("hmac", UserOptions { hmac: Some("HM-1".to_owned()), ..UserOptions::default() }),
        ("authname", UserOptions { authname: Some("alice-auth".to_owned()), ..UserOptions::default() }),
        ("bearer", UserOptions { bearer: Some("their-token".to_owned()), ..UserOptions::default() }),
    ] {
        let taken = Err(PlatformError::CredentialExists { key });
        assert_eq!(bench.platform.set_options(bench.now, BOB, options.clone()), taken);
        assert_eq!(bench.platform.add_user(bench.now, "carol", "x", options), taken);
    }
    let records = serde_json::to_string(&bench.platform.journal().iter().collect::<Vec<_>>()).unwrap();
    assert!(
        records.contains("alice-auth") && !records.contains("HM-1") && !records.contains("their-token"),
        "{records}"
    );
    bench.platform.remove_user(bench.now, ALICE).unwrap();
    let options = UserOptions { hmac: Some("HM-1".to_owned()), ..UserOptions::default() };
    assert_eq!(bench.platform.set_options(bench.now, BOB, options), Ok(()), "what nobody has is free");
}

#[test]
fn where_anybody_may_sign_in_so_does_who_brings_an_hmac_token() {
    let mut bench = Bench::new();
    bench.platform.set_any_user(bench.now, true);
    let body = json!({ "subscribeRequest": request(3600) });
    let url = ADDRESS.replace(ALICE, "carol");
    assert_eq!(told(&bench.ask(Method::POST, &url).header("x-token", "any").json(&body).answer()).0, 200);
    assert!(bench.platform.has_user("carol"));
}
