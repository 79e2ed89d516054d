use super::*;

const SUB_1: &str = "/rest/version/1/user/alice@example.com/subscription/SUB-1";

#[test]
fn a_subscription_is_granted_with_all_that_the_sdk_reads() {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    let params = json!({
        "expires": 3600,
        "service": ["call", "IM", "Presence"],
        "localization": "English_US",
        "useTurn": true,
        "notificationType": "WebSocket",
        "notificationChannel": "/websocket/CH-1",
    });
    let response = json!({ "statusCode": 0, "subscription": SUB_1, "subscriptionParams": params });
    assert_eq!(bench.post(ALICE, &token, &request(3600)), (200, json!({ "subscribeResponse": response })));
    let [info] = &bench.platform.subscriptions(Some(ALICE))[..] else { panic!("one subscription") };
    assert_eq!(
        serde_json::to_value(info).unwrap(),
        json!({
            "id": "SUB-1",
            "user": ALICE,
            "services": ["call", "IM", "Presence"],
            "channel": "CH-1",
            "expires": 3600,
            "created": 0,
            "renewed": 0,
            "expiresAt": 3_600_000,
        })
    );
    assert!(bench.platform.subscriptions(Some(BOB)).is_empty());
}

#[test]
fn an_oauth_token_subscribes_from_the_header() {
    let mut bench = Bench::new();
    let tokens = bench.platform.issue_token(bench.now, ALICE, &TokenOptions::default()).unwrap();
    assert_eq!(tokens.oauth_token, "OA-1");
    let answer = bench
        .ask(Method::POST, "/rest/version/1/user/alice@example.com/subscription")
        .header("authorization", "Bearer OA-1")
        .json(&json!({ "subscribeRequest": request(60) }))
        .answer();
    assert_eq!(told(&answer).0, 200);
}

#[test]
fn a_name_with_a_slash_or_an_escape_is_found() {
    let mut bench = Bench::new();
    for (name, in_path) in [("a/b", "a/b"), ("zoë", "zo%C3%AB"), ("x y", "x%20y")] {
        bench.platform.add_user(bench.now, name, "s3cret", UserOptions::default()).unwrap();
        let token = bench.log_in(name);
        let (status, body) = bench.post(in_path, &token, &request(60));
        assert_eq!(status, 200, "{name}: {body}");
        let path = body["subscribeResponse"]["subscription"].as_str().unwrap().to_owned();
        assert!(path.starts_with(&format!("/rest/version/1/user/{in_path}/subscription/SUB-")), "{path}");
        assert_eq!(bench.platform.subscriptions(Some(name)).len(), 1);
        assert_eq!(bench.put(&format!("{path}?token={token}")).0, 200);
    }
}

#[test]
fn services_are_those_asked_for_that_are_granted() {
    let mut bench = Bench::new();
    bench.platform.grant_services(bench.now, ALICE, vec!["CALL".to_owned(), "Route".to_owned()]).unwrap();
    let token = bench.log_in(ALICE);
    let (_, body) = bench.post(ALICE, &token, &json!({ "service": ["call", null, "IM"] }));
    assert_eq!(body["subscribeResponse"]["subscriptionParams"]["service"], json!(["call"]));

    let (status, body) = bench.post(ALICE, &token, &json!({}));
    assert_eq!(status, 200);
    assert_eq!(body["subscribeResponse"]["subscriptionParams"]["service"], json!([]));
}

#[test]
fn what_is_no_subscribe_request_is_a_bad_one() {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    let failed = json!({ "subscribeResponse": { "statusCode": 99 } });
    for wrong in [json!("x"), json!({ "service": "call" }), json!({ "expires": "soon" })] {
        assert_eq!(bench.post(ALICE, &token, &wrong), (400, failed.clone()), "{wrong}");
    }
    assert!(bench.platform.subscriptions(None).is_empty());
}

#[test]
fn subscribing_takes_a_valid_token_of_that_user() {
    let mut bench = Bench::new();
    let unauthorized = (401, json!({ "subscribeResponse": { "statusCode": 35 } }));
    let alices = bench.log_in(ALICE);
    assert_eq!(bench.post(ALICE, "AT-7", &request(60)), unauthorized);
    assert_eq!(bench.post(ALICE, "RT-1", &request(60)), unauthorized);
    assert_eq!(bench.post(BOB, &alices, &request(60)), (403, json!({ "subscribeResponse": { "statusCode": 4 } })));
    bench.advance(3600);
    assert_eq!(bench.post(ALICE, &alices, &request(60)), unauthorized);
}

#[test]
fn the_first_access_token_renews_and_leaves_after_refreshes() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    bench.advance(1800);
    assert_eq!(bench.put(&format!("{SUB_1}?token={token}")).0, 200);
    bench.advance(1500);
    assert_eq!(told(&bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=AT-1").answer()).0, 200);
    bench.advance(2100);

    let (status, body) = bench.put(&format!("{SUB_1}?token=AT-1"));
    assert_eq!(status, 404, "the renewal at 1800 lasts to 5400: {body}");
    let token = bench.post(ALICE, "AT-1", &request(60));
    assert_eq!(token.0, 200);
    assert_eq!(bench.delete(&SUB_1.replace("SUB-1", "SUB-2?token=AT-1")).0, 200);
}

#[test]
fn a_renewal_prolongs_and_tells_what_holds() {
    let mut bench = Bench::new();
    bench.subscribe(ALICE);
    bench.advance(1800);
    let params = json!({ "expires": 3600, "service": ["call"], "notificationType": "WebSocket" });
    let response = json!({ "statusCode": 0, "subscription": SUB_1, "subscriptionParams": params });
    let answer = bench.put(&format!("{SUB_1}?token=AT-1"));
    assert_eq!(answer, (200, json!({ "subscribeResponse": response })));

    let info = bench.platform.subscriptions(None).pop().unwrap();
    assert_eq!((info.renewed, info.expires_at), (Time::from_millis(1_800_000), Time::from_millis(5_400_000)));
    assert_eq!(info.services, ["call"]);
}

#[test]
fn a_subscription_that_is_not_renewed_ends_and_then_is_unknown() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    bench.platform.set_token_lifetime(bench.now, Some(Duration::from_secs(100_000))).unwrap();
    let token = bench.log_in(ALICE);
    let (due, timer) = bench.platform.poll_timeout().unwrap();
    assert_eq!(due, Time::from_millis(3_600_000));
    let Timer::SubscriptionExpiry(id) = timer else { panic!("{timer:?}") };
    assert_eq!(id.to_string(), "SUB-1");

    bench.advance(3599);
    assert_eq!(bench.platform.subscriptions(None).len(), 1);
    bench.advance(1);
    assert!(bench.platform.subscriptions(None).is_empty());
    assert_eq!(bench.platform.poll_timeout(), None);
    assert_eq!(bench.drain(), [], "the platform says nothing of it");
    assert_eq!(bench.platform.sockets(Some(ALICE))[0].id, socket, "the socket stays open");

    let unknown = (404, json!({ "subscribeResponse": { "statusCode": 4 } }));
    assert_eq!(bench.put(&format!("{SUB_1}?token={token}")), unknown);
    assert_eq!(bench.delete(&format!("{SUB_1}?token={token}")), unknown);
    assert_eq!(bench.refused(&channel(&token)), 404);
}

#[test]
fn a_timeout_that_comes_early_or_twice_does_nothing() {
    let mut bench = Bench::new();
    bench.subscribe(ALICE);
    bench.platform.handle_timeout(Time::from_millis(3_599_999));
    assert_eq!(bench.platform.subscriptions(None).len(), 1);
    bench.platform.handle_timeout(Time::from_millis(3_600_000));
    bench.platform.handle_timeout(Time::from_millis(3_600_000));
    assert!(bench.platform.subscriptions(None).is_empty());
}

#[test]
fn expiries_at_one_instant_fire_one_at_a_time_in_order() {
    let mut bench = Bench::new();
    bench.subscribe(ALICE);
    bench.subscribe(BOB);
    bench.put(&format!("{SUB_1}?token=AT-1"));
    bench.platform.handle_timeout(Time::from_millis(3_600_000));
    let left = bench.platform.subscriptions(None);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].user, ALICE, "hers was armed anew after his");
}

#[test]
fn leaving_ends_the_subscription_and_a_second_time_it_is_unknown() {
    let mut bench = Bench::new();
    assert_eq!(bench.platform.newest_subscription(), None);
    bench.subscribe(ALICE);
    let url = format!("{SUB_1}?token=AT-1");
    assert_eq!(bench.delete(&url), (200, json!({ "subscribeResponse": { "statusCode": 0 } })));
    assert_eq!(bench.platform.poll_timeout(), None);
    assert_eq!(bench.delete(&url), (404, json!({ "subscribeResponse": { "statusCode": 4 } })));
    let newest = bench.platform.newest_subscription().map(|id| id.to_string());
    assert_eq!(newest.as_deref(), Some("SUB-1"), "it was made, live or not");
}

#[test]
fn nobody_touches_the_subscription_of_another() {
    let mut bench = Bench::new();
    bench.subscribe(ALICE);
    let bobs = bench.log_in(BOB);
    assert_eq!(bench.delete(&format!("{SUB_1}?token={bobs}")).0, 403);
    let under_bob = SUB_1.replace(ALICE, BOB);
    assert_eq!(bench.put(&format!("{under_bob}?token={bobs}")).0, 404);
    assert_eq!(bench.put(&format!("{SUB_1}?token=AT-9")).0, 401);
    assert_eq!(bench.platform.subscriptions(None).len(), 1);
}

#[test]
fn a_correlator_is_echoed_only_if_asked_for_and_then_names_the_subscription() {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    let (_, body) = bench.post(ALICE, &token, &json!({ "clientCorrelator": "corr 1" }));
    assert_eq!(body["subscribeResponse"]["subscriptionParams"]["clientCorrelator"], "corr 1");

    let path = "/rest/version/v2.0/user/alice@example.com/subscription/clientCorrelator";
    let (status, body) = bench.put(&format!("{path}/corr%201?token={token}"));
    assert_eq!(status, 200);
    assert_eq!(body["subscribeResponse"]["subscription"], SUB_1.replace("/1/", "/v2.0/"));
    assert_eq!(body["subscribeResponse"]["subscriptionParams"]["clientCorrelator"], "corr 1");
    assert_eq!(
        bench.put(&format!("{path}/other?token={token}")),
        (404, json!({ "subscribeResponse": { "statusCode": 4 } }))
    );
}

#[test]
fn an_own_lifetime_wins_over_the_one_asked_for() {
    let mut bench = Bench::new();
    let options = UserOptions { subscription_lifetime: Some(Duration::from_secs(120)), ..UserOptions::default() };
    bench.platform.add_user(bench.now, "carol", "s3cret", options).unwrap();
    let token = bench.log_in("carol");
    let (_, body) = bench.post("carol", &token, &request(3600));
    assert_eq!(body["subscribeResponse"]["subscriptionParams"]["expires"], 120);

    let token = bench.log_in(ALICE);
    for (asked, granted) in [(5, 5), (0, 3600), (u64::MAX, 86_400)] {
        let (_, body) = bench.post(ALICE, &token, &request(asked));
        assert_eq!(body["subscribeResponse"]["subscriptionParams"]["expires"], granted);
    }
}
