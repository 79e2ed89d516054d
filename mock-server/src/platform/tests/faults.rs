use super::*;

/// What alice, who has a subscription, is told at `point` under a fault: the status, the reason phrase and the content
/// type, if they are not the usual ones, whether a page may read it, and the body. Then the lifetimes of the subscriptions
/// that she has.
fn under(point: Point, how: &Value) -> String {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    bench.fail(point, how);
    let answer = bench.ask_at(point, &token);
    let Response { status, reason, body, .. } = response(&answer);
    let kind = match header(&answer, "content-type") {
        Some("application/json") => "",
        Some(other) => other,
        None => "no type",
    };
    let hidden = if header(&answer, "access-control-allow-origin") == Some("*") { "" } else { "hidden" };
    let expires: Vec<_> = bench.platform.subscriptions(Some(ALICE)).iter().map(|info| info.expires.as_secs()).collect();
    let body = String::from_utf8_lossy(body);
    let parts = [status.as_str(), reason.as_deref().unwrap_or_default(), kind, hidden, &body];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}; {expires:?}", parts.join(", "))
}

impl Bench {
    /// Asks at a point of REST, with the token of the subscription that there is.
    fn ask_at(&mut self, point: Point, token: &str) -> Answer {
        let subscriptions = format!("/rest/version/1/user/{ALICE}/subscription");
        let (method, url) = match point {
            Point::MkToken => return self.log_in_as(ALICE, "s3cret"),
            Point::RefreshToken => (Method::GET, format!("/v2.0/auth/refresh_token?token={token}")),
            Point::Subscribe => (Method::POST, format!("{subscriptions}?token={token}")),
            Point::Resubscribe => (Method::PUT, format!("{subscriptions}/SUB-1?token={token}")),
            Point::Unsubscribe => (Method::DELETE, format!("{subscriptions}/SUB-1?token={token}")),
            Point::Other => (Method::GET, "/x".to_owned()),
            Point::RevokeToken => (Method::GET, format!("/v2.0/auth/revoke_token?token={token}")),
            Point::Preflight => (Method::OPTIONS, "/x".to_owned()),
            Point::WebSocket => panic!("a handshake is not a request of REST"),
            of_others => panic!("the bench has no client for {of_others}"),
        };
        self.ask(method, &url).json(&json!({ "subscribeRequest": { "service": ["call"] } })).answer()
    }
}

const ANSWERS: &[(Point, &str, &str)] = &[
    (Point::MkToken, r#"{"status":500}"#, r#"500, {"error":{"human":"Internal Server Error"}}; [3600]"#),
    (
        Point::MkToken,
        r#"{"status":401}"#,
        r#"401, Login Please, {"error":{"human":"Incorrect username or password."}}; [3600]"#,
    ),
    (Point::Subscribe, r#"{"status":401}"#, r#"401, {"subscribeResponse":{"statusCode":35}}; [3600]"#),
    (Point::Subscribe, r#"{"status":403}"#, r#"403, {"subscribeResponse":{"statusCode":4}}; [3600]"#),
    (Point::Subscribe, r#"{"status":404}"#, r#"404, {"subscribeResponse":{"statusCode":1}}; [3600]"#),
    (Point::Subscribe, r#"{"status":500}"#, r#"500, {"subscribeResponse":{"statusCode":99}}; [3600]"#),
    (Point::RefreshToken, r#"{"status":404}"#, r#"404, {"error":{"human":"Not Found"}}; [3600]"#),
    (Point::Resubscribe, r#"{"status":404}"#, r#"404, {"subscribeResponse":{"statusCode":4}}; [3600]"#),
    (Point::Unsubscribe, r#"{"status":404}"#, r#"404, {"subscribeResponse":{"statusCode":4}}; [3600]"#),
    (Point::Other, r#"{"status":404}"#, "404, {}; [3600]"),
    // In 2xx the work is done, and only the status differs.
    (Point::Unsubscribe, r#"{"status":201}"#, r#"201, {"subscribeResponse":{"statusCode":0}}; []"#),
    (Point::Unsubscribe, r#"{"status":204}"#, "204, no type; []"),
    // A body of its own comes instead of the work.
    (Point::MkToken, r#"{"json":{"success":{}}}"#, r#"200, {"success":{}}; [3600]"#),
    (Point::MkToken, r#"{"status":401,"json":null}"#, "401, null; [3600]"),
    (Point::MkToken, r#"{"body":"<html></html>","type":"text/html"}"#, "200, text/html, <html></html>; [3600]"),
    (Point::MkToken, r#"{"body":"oops"}"#, "200, text/plain;charset=utf-8, oops; [3600]"),
    (Point::MkToken, r#"{"status":403,"body":"","type":null,"statusText":"Go Away"}"#, "403, Go Away, no type; [3600]"),
    (Point::Subscribe, r#"{"body":"oops"}"#, "200, text/plain;charset=utf-8, oops; [3600]"),
    // How an answer is told changes nothing of the work.
    (
        Point::MkToken,
        r#"{"statusText":"Fine"}"#,
        r#"200, Fine, {"success":{"access_token":"AT-2","refresh_token":"RT-2","expires":3600}}; [3600]"#,
    ),
    (
        Point::MkToken,
        r#"{"type":null}"#,
        r#"200, no type, {"success":{"access_token":"AT-2","refresh_token":"RT-2","expires":3600}}; [3600]"#,
    ),
    (
        Point::MkToken,
        r#"{"cors":false}"#,
        r#"200, hidden, {"success":{"access_token":"AT-2","refresh_token":"RT-2","expires":3600}}; [3600]"#,
    ),
    (Point::MkToken, r#"{"without":["success"]}"#, "200, {}; [3600]"),
    (
        Point::RefreshToken,
        r#"{"without":["access_token","/success/expires"]}"#,
        r#"200, {"success":{"refresh_token":"RT-2"}}; [3600]"#,
    ),
    (Point::Unsubscribe, r#"{"without":["statusCode"]}"#, r#"200, {"subscribeResponse":{}}; []"#),
    (Point::Resubscribe, r#"{"without":["/subscribeResponse"]}"#, "200, {}; [3600]"),
    (Point::RevokeToken, r#"{}"#, "200, {}; [3600]"),
    (
        Point::RevokeToken,
        r#"{"status":401}"#,
        r#"401, {"error":{"human":"The token is unknown or has expired."}}; [3600]"#,
    ),
    (Point::RevokeToken, r#"{"status":500}"#, r#"500, {"error":{"human":"Internal Server Error"}}; [3600]"#),
    (Point::Preflight, r#"{}"#, "204, no type; [3600]"),
    (Point::Preflight, r#"{"status":503}"#, "503, no type; [3600]"),
    (Point::Preflight, r#"{"status":200,"cors":false}"#, "200, no type, hidden; [3600]"),
    (Point::Unsubscribe, r#"{"cors":false}"#, r#"200, hidden, {"subscribeResponse":{"statusCode":0}}; []"#),
];

#[test]
fn a_fault_shapes_an_answer_or_comes_instead_of_it() {
    for (point, how, told) in ANSWERS {
        assert_eq!(under(*point, &serde_json::from_str(how).unwrap()), *told, "{how} at {point}");
    }
}

#[test]
fn a_subscription_is_told_otherwise_than_it_holds() {
    let told_params = |how: &Value, params: Value| {
        let mut bench = Bench::new();
        let token = bench.log_in(ALICE);
        bench.fail(Point::Subscribe, how);
        let (status, body) = bench.post(ALICE, &token, &request(3600));
        assert_eq!(body["subscribeResponse"]["subscriptionParams"], params, "{how}");
        assert_eq!(bench.platform.subscriptions(None)[0].expires, Duration::from_secs(3600));
        (status, body["subscribeResponse"]["statusCode"].clone(), body["new"].clone())
    };
    let healthy = json!({
        "expires": 3600,
        "service": ["call", "IM", "Presence"],
        "localization": "English_US",
        "useTurn": true,
        "notificationType": "WebSocket",
        "notificationChannel": "/websocket/CH-1",
    });
    let with = |changes: Value| {
        let mut params = healthy.clone();
        for (key, value) in changes.as_object().unwrap() {
            params[key] = value.clone();
        }
        params.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        params
    };
    let as_usual = (200, json!(0), Value::Null);
    assert_eq!(told_params(&json!({ "status": 201 }), healthy.clone()), (201, json!(0), Value::Null));
    let deep =
        json!({ "subscribeResponse": { "statusCode": 5, "subscriptionParams": { "service": ["x"] } }, "new": 1 });
    let merged = told_params(&json!({ "merge": deep }), with(json!({ "service": ["x"] })));
    assert_eq!(merged, (200, json!(5), json!(1)));
    let both = json!({ "params": { "expires": 120, "extra": [1] }, "without": ["service", "useTurn"] });
    let changed = with(json!({ "expires": 120, "extra": [1], "service": null, "useTurn": null }));
    assert_eq!(told_params(&both, changed), as_usual);
    assert_eq!(told_params(&json!({ "without": ["service"] }), with(json!({ "service": null }))), as_usual);
}

#[test]
fn a_correlator_that_a_fault_tells_names_the_subscription() {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    bench.fail(Point::Subscribe, &json!({ "params": { "clientCorrelator": "corr-1" } }));
    bench.post(ALICE, &token, &request(3600));
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
    let url = channel(&token);
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
    let socket = bench.reserve(&channel(&token));
    assert_eq!(bench.drain(), []);
    bench.platform.handle_opened(bench.now, socket);
    assert_eq!(bench.drain(), [Output::Close { socket, code: 1011, reason: String::new() }]);
    assert!(bench.platform.sockets(None).is_empty());
    bench.open(&channel(&token));
    assert_eq!(bench.drain(), []);
}

#[test]
fn what_is_told_of_a_lifetime_is_not_what_the_platform_keeps() {
    let options = UserOptions { subscription_lifetime: Some(Duration::from_secs(600)), ..UserOptions::default() };
    for (options, how, told, kept) in [
        (UserOptions::default(), json!({ "params": { "expires": 5 } }), json!(5), 3600),
        (UserOptions::default(), json!({ "without": ["expires"] }), Value::Null, 3600),
        (options.clone(), json!({}), json!(600), 600),
        (options, json!({ "params": { "expires": 5 } }), json!(5), 600),
    ] {
        let mut bench = Bench::new();
        bench.platform.set_options(bench.now, ALICE, options).unwrap();
        let token = bench.log_in(ALICE);
        bench.fail(Point::Subscribe, &how);
        let (_, body) = bench.post(ALICE, &token, &request(3600));
        assert_eq!(body["subscribeResponse"]["subscriptionParams"]["expires"], told, "{how}");
        bench.advance(kept - 1);
        assert_eq!(bench.platform.subscriptions(None).len(), 1, "{how}");
        bench.advance(1);
        assert!(bench.platform.subscriptions(None).is_empty(), "{how}");
    }
}

#[test]
fn headers_stand_in_place_of_the_platforms_own_and_pages_may_read_them() {
    let mut bench = Bench::new();
    let headers = json!({ "Retry-After": "7", "X-Trace": ["a", "b"], "content-type": "text/x" });
    bench.fail(Point::MkToken, &json!([{ "headers": headers }, { "headers": headers, "cors": false }, {}]));
    let values = |answer: &Answer, name: &str| -> Vec<String> {
        response(answer).headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    };
    let answer = bench.log_in_as(ALICE, "s3cret");
    assert_eq!(values(&answer, "retry-after"), ["7"]);
    assert_eq!(values(&answer, "x-trace"), ["a", "b"]);
    assert_eq!(values(&answer, "content-type"), ["text/x"]);
    assert_eq!(values(&answer, "access-control-expose-headers"), ["retry-after, x-trace, content-type"]);
    let hidden = bench.log_in_as(ALICE, "s3cret");
    assert_eq!(values(&hidden, "x-trace"), ["a", "b"]);
    assert!(values(&hidden, "access-control-expose-headers").is_empty());
    let healthy = bench.log_in_as(ALICE, "s3cret");
    assert_eq!(values(&healthy, "access-control-expose-headers"), ["retry-after"]);
}

#[test]
fn a_preflight_is_met_by_its_own_faults_alone_and_recorded_only_then() {
    let mut bench = Bench::new();
    let ask =
        |bench: &mut Bench| bench.ask(Method::OPTIONS, "/v2.0/auth/mk_token").header("origin", "http://x").answer();
    let records = |bench: &Bench| bench.platform.journal().iter().filter(|record| record.request().is_some()).count();
    bench.fail(Point::MkToken, &json!({ "reset": true }));
    bench.platform.set_latency(bench.now, Duration::from_secs(1));
    let healthy = ask(&mut bench);
    assert_eq!((response(&healthy).status.as_u16(), healthy.delay), (204, Duration::ZERO));
    assert_eq!(records(&bench), 0);
    bench.fail(Point::Preflight, &json!([{ "status": 403, "delay": 5 }, { "reset": true }, { "hang": true }, {}]));
    let refused = ask(&mut bench);
    assert_eq!((response(&refused).status.as_u16(), refused.delay), (403, Duration::from_millis(5)));
    assert_eq!(ask(&mut bench).reply, Reply::Reset);
    assert_eq!(ask(&mut bench).reply, Reply::Hang);
    assert_eq!(response(&ask(&mut bench)), response(&healthy));
    assert_eq!(records(&bench), 4);
    let user = Fault::status(503).user(ALICE);
    assert!(bench.platform.fail(bench.now, Point::Preflight, vec![user]).is_err(), "it is from no user");
}
