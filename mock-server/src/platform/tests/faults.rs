use super::*;

/// What a login meets under a fault.
fn login_under(how: &Value) -> Answer {
    let mut bench = Bench::new();
    bench.fail(Point::MkToken, how);
    bench.log_in_as(ALICE, "s3cret")
}

/// What a subscription meets under a fault.
fn subscribe_under(how: &Value) -> (Bench, u16, Value) {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    bench.fail(Point::Subscribe, how);
    let (status, body) = bench.post(ALICE, &token, &request(3600));
    (bench, status, body)
}

#[test]
fn a_status_alone_gives_the_platforms_own_error() {
    let answer = login_under(&json!({ "status": 500 }));
    assert_eq!(told(&answer), (500, json!({ "error": { "human": "Internal Server Error" } })));
    assert_eq!(response(&answer).reason, None);
    let answer = login_under(&json!({ "status": 401 }));
    assert_eq!(told(&answer).1["error"]["human"], "Incorrect username or password.");
    assert_eq!(response(&answer).reason.as_deref(), Some("Login Please"));

    for (status, code) in [(401, 35), (403, 4), (404, 1), (500, 99)] {
        let (bench, got, body) = subscribe_under(&json!({ "status": status }));
        assert_eq!((got, body), (status, json!({ "subscribeResponse": { "statusCode": code } })));
        assert!(bench.platform.subscriptions(None).is_empty(), "a fault acts instead of the work");
    }
}

#[test]
fn each_point_has_its_own_error() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    for point in [Point::RefreshToken, Point::Resubscribe, Point::Unsubscribe, Point::Other] {
        bench.fail(point, &json!({ "status": 404 }));
    }
    let gone = (404, json!({ "subscribeResponse": { "statusCode": 4 } }));
    let url = format!("/rest/version/1/user/{ALICE}/subscription/SUB-1?token={token}");
    assert_eq!(bench.put(&url), gone);
    assert_eq!(bench.delete(&url), gone);
    let human = json!({ "error": { "human": "Not Found" } });
    assert_eq!(told(&bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=AT-1").answer()), (404, human));
    assert_eq!(told(&bench.ask(Method::GET, "/x").answer()), (404, json!({})));
    assert_eq!(bench.platform.subscriptions(None).len(), 1);
}

#[test]
fn a_2xx_status_alone_only_changes_the_status() {
    let (bench, status, body) = subscribe_under(&json!({ "status": 201 }));
    assert_eq!((status, &body["subscribeResponse"]["statusCode"]), (201, &json!(0)));
    assert_eq!(bench.platform.subscriptions(None).len(), 1);
}

#[test]
fn a_status_without_body_has_no_content_type_either() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    bench.fail(Point::Unsubscribe, &json!({ "status": 204 }));
    let url = format!("/rest/version/1/user/{ALICE}/subscription/SUB-1?token={token}");
    let answer = bench.ask(Method::DELETE, &url).answer();
    assert_eq!((response(&answer).status.as_u16(), &response(&answer).body[..]), (204, &b""[..]));
    assert_eq!(header(&answer, "content-type"), None);
    assert!(bench.platform.subscriptions(None).is_empty(), "the work was done");
}

#[test]
fn json_and_body_replace_the_answer() {
    let answer = login_under(&json!({ "json": { "success": {} } }));
    assert_eq!(told(&answer), (200, json!({ "success": {} })));
    assert_eq!(header(&answer, "content-type"), Some("application/json"));

    let answer = login_under(&json!({ "status": 401, "json": null }));
    assert_eq!((response(&answer).status.as_u16(), &response(&answer).body[..]), (401, &b"null"[..]));

    let answer = login_under(&json!({ "body": "<html></html>", "type": "text/html" }));
    assert_eq!(&response(&answer).body[..], b"<html></html>");
    assert_eq!(header(&answer, "content-type"), Some("text/html"));

    let answer = login_under(&json!({ "body": "oops" }));
    assert_eq!(header(&answer, "content-type"), Some("text/plain;charset=utf-8"));
}

#[test]
fn the_status_text_and_a_missing_content_type_are_told_as_said() {
    let answer = login_under(&json!({ "status": 403, "body": "", "type": null, "statusText": "Go Away" }));
    assert_eq!(header(&answer, "content-type"), None);
    assert_eq!(response(&answer).reason.as_deref(), Some("Go Away"));
    let answer = login_under(&json!({ "statusText": "Fine" }));
    assert_eq!((told(&answer).0, response(&answer).reason.as_deref()), (200, Some("Fine")));
    let answer = login_under(&json!({ "type": null }));
    assert_eq!((told(&answer).1["success"]["expires"].clone(), header(&answer, "content-type")), (json!(3600), None));
}

#[test]
fn without_cors_the_work_is_done_and_hidden() {
    let answer = login_under(&json!({ "cors": false }));
    assert_eq!(told(&answer).0, 200);
    assert_eq!(header(&answer, "access-control-allow-origin"), None);
    let answer = login_under(&json!({ "status": 500 }));
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));
}

#[test]
fn merge_goes_deep_and_replaces_what_is_no_map() {
    let (_, _, body) = subscribe_under(&json!({
        "merge": { "subscribeResponse": { "statusCode": 5, "subscriptionParams": { "service": ["x"] } }, "new": 1 },
    }));
    let response = &body["subscribeResponse"];
    assert_eq!((&response["statusCode"], &body["new"]), (&json!(5), &json!(1)));
    assert_eq!(response["subscriptionParams"]["service"], json!(["x"]));
    assert_eq!(response["subscriptionParams"]["notificationChannel"], "/websocket/CH-1");
}

#[test]
fn params_and_without_change_what_is_told_and_not_what_holds() {
    let (bench, _, body) =
        subscribe_under(&json!({ "params": { "expires": 120, "extra": [1] }, "without": ["service", "useTurn"] }));
    let params = &body["subscribeResponse"]["subscriptionParams"];
    assert_eq!(
        params,
        &json!({
            "expires": 120,
            "localization": "English_US",
            "notificationType": "WebSocket",
            "notificationChannel": "/websocket/CH-1",
            "extra": [1],
        })
    );
    assert_eq!(bench.platform.subscriptions(None)[0].expires, 3600);
}

#[test]
fn a_key_is_left_out_also_where_nothing_is_put_in() {
    let (_, _, body) = subscribe_under(&json!({ "without": ["service"] }));
    let params = body["subscribeResponse"]["subscriptionParams"].as_object().unwrap();
    assert!(!params.contains_key("service") && params.contains_key("expires"), "{params:?}");
}

#[test]
fn a_correlator_that_a_fault_tells_names_the_subscription() {
    let (mut bench, _, _) = subscribe_under(&json!({ "params": { "clientCorrelator": "corr-1" } }));
    let path = "/rest/version/v2.0/user/alice@example.com/subscription/clientCorrelator/corr-1?token=AT-1";
    assert_eq!(bench.put(path).0, 200);
}

#[test]
fn a_delay_adds_to_the_latency() {
    let mut bench = Bench::new();
    bench.platform.set_latency(bench.now, Duration::from_millis(500));
    bench.fail(Point::MkToken, &json!([{ "delay": "2s" }, { "reset": true, "delay": 250 }, {}]));
    let delay = |bench: &mut Bench| bench.log_in_as(ALICE, "s3cret").delay.as_millis();
    assert_eq!([delay(&mut bench), delay(&mut bench), delay(&mut bench)], [2500, 750, 500]);
}

#[test]
fn hang_reset_and_refuse_do_no_work() {
    let mut bench = Bench::new();
    bench.fail(Point::MkToken, &json!([{ "hang": true }, { "reset": true }, { "refuse": true }, {}]));
    let reply = |bench: &mut Bench| bench.log_in_as(ALICE, "s3cret").reply;
    assert_eq!(reply(&mut bench), Reply::Hang);
    assert_eq!(reply(&mut bench), Reply::Reset);
    assert_eq!(reply(&mut bench), Reply::Refuse);
    assert_eq!(bench.log_in(ALICE), "AT-1");
}

#[test]
fn a_fault_holds_until_it_is_cleared() {
    let mut bench = Bench::new();
    bench.fail(Point::MkToken, &json!({ "status": 500 }));
    bench.fail(Point::Other, &json!({ "status": 500 }));
    for _ in 0..5 {
        assert_eq!(told(&bench.log_in_as(ALICE, "s3cret")).0, 500);
    }
    bench.platform.clear(bench.now, Some(Point::MkToken));
    assert_eq!(told(&bench.log_in_as(ALICE, "s3cret")).0, 200);
    assert_eq!(told(&bench.ask(Method::GET, "/x").answer()).0, 500);
    bench.platform.clear(bench.now, None);
    assert_eq!(told(&bench.ask(Method::GET, "/x").answer()).0, 404);
}

#[test]
fn a_fault_of_one_user_leaves_the_others_alone() {
    let mut bench = Bench::new();
    for point in [Point::MkToken, Point::RefreshToken, Point::Subscribe, Point::WebSocket] {
        bench.fail(point, &json!({ "status": 503, "user": BOB }));
    }
    bench.connect(ALICE);
    bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=AT-1").answer();
    assert_eq!(told(&bench.log_in_as(BOB, "hunter2")).0, 503);

    let tokens = bench.platform.issue_token(bench.now, BOB, &TokenOptions::default()).unwrap();
    let refresh = format!("/v2.0/auth/refresh_token?token={}", tokens.refresh_token);
    assert_eq!(told(&bench.ask(Method::GET, &refresh).answer()).0, 503);
    assert_eq!(bench.post(BOB, &tokens.access_token, &request(60)).0, 503);
    let url = format!("/websocket/CH-9?token={}", tokens.access_token);
    assert_eq!(bench.refused(&url), 503, "an unknown channel leaves the token to say who it is");
}

#[test]
fn handshakes_are_refused_hung_reset_and_delayed() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let url = format!("/websocket/CH-1?token={token}");
    bench.fail(
        Point::WebSocket,
        &json!([
            { "status": 503, "statusText": "Busy", "delay": 3000 },
            { "hang": true },
            { "reset": true },
            { "refuse": true },
            { "delay": 7000 },
        ]),
    );
    let Upgrade::Refuse { response, delay } = bench.upgrade(&url) else { panic!("it was accepted") };
    assert_eq!((response.status.as_u16(), response.reason.as_deref()), (503, Some("Busy")));
    assert_eq!(delay, Duration::from_secs(3));
    assert_eq!(bench.upgrade(&url), Upgrade::Hang);
    assert_eq!(bench.upgrade(&url), Upgrade::Reset { delay: Duration::ZERO });
    assert_eq!(bench.upgrade(&url), Upgrade::RefuseConnection);
    assert!(bench.platform.sockets(None).is_empty());
    let Upgrade::Accept { delay, .. } = bench.upgrade(&url) else { panic!("it was not accepted") };
    assert_eq!(delay, Duration::from_secs(7));
}

#[test]
fn a_socket_can_be_closed_as_soon_as_it_is_open() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    bench.fail(Point::WebSocket, &json!([{ "closeAfterOpen": 1011 }, {}]));
    let socket = bench.reserve(&format!("/websocket/CH-1?token={token}"));
    assert_eq!(bench.drain(), []);
    bench.platform.handle_opened(bench.now, socket);
    assert_eq!(bench.drain(), [Output::Close { socket, code: 1011, reason: String::new() }]);
    assert!(bench.platform.sockets(None).is_empty());
    bench.open(&format!("/websocket/CH-1?token={token}"));
    assert_eq!(bench.drain(), []);
}
