use super::*;

fn long(bytes: usize) -> String {
    "x".repeat(bytes)
}

#[test]
fn users_have_a_limit() {
    let mut platform = Platform::new();
    for number in 0..Limits::USERS {
        platform.add_user(Time::ZERO, &number.to_string(), "x", UserOptions::default()).unwrap();
    }
    let refusal = PlatformError::Full { what: "users", limit: Limits::USERS };
    assert_eq!(platform.add_user(Time::ZERO, "one more", "x", UserOptions::default()), Err(refusal));
}

#[test]
fn a_long_body_and_a_long_address_are_refused_in_the_points_own_words() {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    let padding = json!({ "padding": long(Limits::BODY_BYTES) });
    let failed = json!({ "subscribeResponse": { "statusCode": 99 } });
    assert_eq!(bench.post(ALICE, &token, &padding), (413, failed));
    let url = format!("/v2.0/auth/mk_token?refresh=y&x={}", long(Limits::URL_BYTES));
    let answer = bench.ask(Method::GET, &url).basic(ALICE, "s3cret").answer();
    assert_eq!(told(&answer), (414, json!({ "error": { "human": "URI Too Long" } })));
}

#[test]
fn frames_waiting_for_a_socket_have_a_limit_and_then_it_is_cut() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let socket = bench.reserve(&format!("/websocket/CH-1?token={token}"));
    let frame = Frame::Text("1".to_owned());
    for _ in 0..Limits::PENDING_FRAMES {
        assert_eq!(bench.platform.send_raw(bench.now, ALICE, &frame), Ok(1));
    }
    assert_eq!(bench.drain(), []);
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &frame), Ok(0));
    assert_eq!(bench.drain(), [Output::Cut { socket }]);
}

#[test]
fn a_long_frame_closes_its_socket_and_is_never_sent() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    let frame = Frame::Text(long(Limits::FRAME_BYTES + 1));
    let bytes = frame.len();
    let refusal = PlatformError::FrameTooLong { bytes, limit: Limits::FRAME_BYTES };
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &frame), Err(refusal.clone()));

    let options = GoneOptions { id: Some(long(Limits::FRAME_BYTES)), retry_after: None };
    assert!(bench.platform.gone(bench.now, ALICE, &options).is_err());
    assert_eq!(bench.platform.subscriptions(None).len(), 1, "a refused command changes nothing");

    bench.platform.handle_frame(bench.now, socket, &frame);
    assert_eq!(bench.drain(), [Output::Close { socket, code: 1009, reason: String::new() }]);
}

#[test]
fn fault_rules_and_lists_have_limits() {
    let mut bench = Bench::new();
    let rule = |length| vec![Fault::default(); length];
    let too_long = bench.platform.fail(bench.now, Point::Other, rule(Limits::FAULTS_PER_RULE + 1));
    let limit = Limits::FAULTS_PER_RULE;
    assert_eq!(too_long, Err(PlatformError::Fault(FaultError::TooMany { what: "faults in one list", limit })));

    for _ in 0..Limits::FAULT_RULES {
        bench.platform.fail(bench.now, Point::Other, rule(1)).unwrap();
    }
    let limit = Limits::FAULT_RULES;
    let one_more = bench.platform.fail(bench.now, Point::Other, rule(1));
    assert_eq!(one_more, Err(PlatformError::Fault(FaultError::TooMany { what: "fault rules", limit })));
}

#[test]
fn subscriptions_have_a_limit() {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    for _ in 0..Limits::SUBSCRIPTIONS {
        bench.post(ALICE, &token, &json!({}));
    }
    let failed = json!({ "subscribeResponse": { "statusCode": 99 } });
    assert_eq!(bench.post(ALICE, &token, &json!({})), (503, failed));
    bench.advance(3600);
    assert!(bench.platform.subscriptions(None).is_empty());
}

#[test]
fn sockets_have_a_limit() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let url = format!("/websocket/CH-1?token={token}");
    for _ in 0..Limits::SOCKETS {
        bench.reserve(&url);
    }
    assert_eq!(bench.refused(&url), 503);
    bench.platform.cut(bench.now, ALICE).unwrap();
    bench.reserve(&url);
}
