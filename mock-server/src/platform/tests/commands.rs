use super::*;

#[test]
fn a_mark_is_a_line_of_the_journal_and_says_which() {
    let mut bench = Bench::new();
    assert_eq!(bench.platform.mark(bench.now, "signed in"), Ok(2));
    let record = bench.platform.journal().since(2).next().unwrap();
    let told = json!({
        "seq": 2, "time": 0, "point": null, "user": null,
        "kind": "command", "name": "mark", "arguments": { "text": "signed in" },
    });
    assert_eq!(serde_json::to_value(record).unwrap(), told);
    let longest = "x".repeat(Limits::RECORDED_ARGUMENT_BYTES);
    assert_eq!(bench.platform.mark(bench.now, &longest), Ok(3));
    let refused = bench.platform.mark(bench.now, &format!("{longest}x")).unwrap_err();
    assert_eq!(refused.to_string(), "the text of a mark has 1025 bytes, the limit is 1024");
    assert_eq!(bench.platform.journal().next_seq(), 4, "what is refused leaves no record");
}

#[test]
fn every_command_about_a_stranger_is_refused() {
    let mut bench = Bench::new();
    let stranger = "alise@example.com";
    let platform = &mut bench.platform;
    let now = Time::ZERO;
    let before = platform.journal().next_seq();
    let raw = Frame::Text(String::new());
    let outcomes = [
        platform.remove_user(now, stranger).err(),
        platform.set_password(now, stranger, "x").err(),
        platform.issue_token(now, stranger, &TokenOptions::default()).err(),
        platform.fail(now, Point::MkToken, vec![Fault::healthy().user(stranger)]).err(),
        platform.cut(now, stranger).err(),
        platform.close(now, stranger, 1000, "").err(),
        platform.silence(now, stranger).err(),
        platform.send(now, stranger, json!({})).err(),
        platform.send_raw(now, stranger, &raw).err(),
        platform.gone(now, stranger, &GoneOptions::default()).err(),
        platform.expire_token(now, stranger).err(),
        platform.end_subscription(now, stranger).err(),
        platform.grant_services(now, stranger, Vec::new()).err(),
    ];
    let refusal = PlatformError::UnknownUser { name: stranger.to_owned(), nearest: Some(ALICE.to_owned()) };
    for outcome in outcomes {
        assert_eq!(outcome.as_ref(), Some(&refusal));
    }
    assert_eq!(platform.journal().next_seq(), before);
}

#[test]
fn users_are_listed_by_name() {
    let mut bench = Bench::new();
    bench.advance(1);
    bench.platform.add_user(bench.now, "aaron", "x", UserOptions::default()).unwrap();
    let users = bench.platform.users();
    let names: Vec<_> = users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["aaron", ALICE, BOB]);
    let own = json!({
        "name": "aaron", "created": 1000, "services": null, "tokenLifetime": null, "subscriptionLifetime": null,
        "offline": false, "latency": null, "answerPings": null,
    });
    assert_eq!(serde_json::to_value(&users[0]).unwrap(), own);
}

#[test]
fn a_new_password_counts_from_then_on_and_tokens_stay_valid() {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    bench.platform.set_password(bench.now, ALICE, "new").unwrap();
    assert_eq!(told(&bench.log_in_as(ALICE, "s3cret")).0, 401);
    assert_eq!(told(&bench.log_in_as(ALICE, "new")).0, 200);
    assert_eq!(bench.post(ALICE, &token, &request(60)).0, 200);
}

#[test]
fn a_removed_user_loses_everything() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    bench.platform.remove_user(bench.now, ALICE).unwrap();
    assert_eq!(bench.drain(), [Output::Cut { socket }]);
    assert!(bench.platform.subscriptions(None).is_empty());
    assert_eq!(told(&bench.log_in_as(ALICE, "s3cret")).0, 401);
    assert_eq!(bench.post(ALICE, "AT-1", &request(60)).0, 401);
    bench.platform.add_user(bench.now, ALICE, "again", UserOptions::default()).unwrap();
    assert_eq!(told(&bench.log_in_as(ALICE, "again")).0, 200);
}

#[test]
fn issued_tokens_work_in_every_place() {
    let mut bench = Bench::new();
    let options = TokenOptions {
        access_token: Some("AT-user".to_owned()),
        refresh_token: Some("RT-user".to_owned()),
        lifetime: Some(Duration::from_secs(60)),
        ..TokenOptions::default()
    };
    let issued = bench.platform.issue_token(bench.now, ALICE, &options).unwrap();
    assert_eq!(
        serde_json::to_value(&issued).unwrap(),
        json!({ "accessToken": "AT-user", "refreshToken": "RT-user", "oauthToken": "OA-1", "expires": 60 })
    );
    assert_eq!(bench.post(ALICE, "AT-user", &request(3600)).0, 200);
    bench.open("/websocket/CH-1?access_token=OA-1");
    bench.advance(60);
    assert_eq!(bench.refused("/websocket/CH-1?access_token=OA-1"), 401);
    let (status, body) = told(&bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=RT-user").answer());
    assert_eq!((status, &body["success"]["access_token"]), (200, &json!("AT-2")));
}

#[test]
fn expired_tokens_are_good_for_nothing() {
    let mut bench = Bench::new();
    bench.subscribe(ALICE);
    bench.platform.expire_token(bench.now, ALICE).unwrap();
    for token in ["AT-1", "RT-1"] {
        let url = format!("/v2.0/auth/refresh_token?token={token}");
        assert_eq!(told(&bench.ask(Method::GET, &url).answer()).0, 401);
    }
    let url = "/rest/version/1/user/alice@example.com/subscription/SUB-1?token=AT-1";
    assert_eq!(bench.put(url), (401, json!({ "subscribeResponse": { "statusCode": 35 } })));
    assert_eq!(bench.delete(url).0, 401);
}

#[test]
fn a_subscription_can_be_ended_without_a_word() {
    let mut bench = Bench::new();
    bench.connect(ALICE);
    assert_eq!(bench.platform.end_subscription(bench.now, ALICE), Ok(1));
    assert_eq!(bench.platform.end_subscription(bench.now, ALICE), Ok(0));
    assert_eq!(bench.drain(), []);
    let url = "/rest/version/1/user/alice@example.com/subscription/SUB-1?token=AT-1";
    assert_eq!(bench.put(url), (404, json!({ "subscribeResponse": { "statusCode": 4 } })));
}

#[test]
fn offline_nothing_answers_and_online_all_is_as_before() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    bench.platform.set_latency(bench.now, Duration::from_secs(1));
    bench.platform.set_offline(bench.now);
    assert!(bench.platform.is_offline());
    assert_eq!(bench.drain(), [Output::Cut { socket }]);
    let refused = Answer { reply: Reply::Refuse, delay: Duration::ZERO, pace: fault::Pace::default() };
    assert_eq!(bench.log_in_as(ALICE, "s3cret"), refused);
    assert_eq!(bench.ask(Method::OPTIONS, "/v2.0/auth/mk_token").answer(), refused);
    assert_eq!(bench.upgrade("/websocket/CH-1?token=AT-1"), Upgrade::RefuseConnection);

    bench.platform.set_online(bench.now);
    assert!(!bench.platform.is_offline());
    assert_eq!(bench.reserve("/websocket/CH-1?token=AT-1").number(), 2);
}

#[test]
fn offline_uses_up_no_fault() {
    let mut bench = Bench::new();
    bench.fail(Point::MkToken, &json!({ "status": 500, "times": 1 }));
    bench.platform.set_offline(bench.now);
    bench.log_in_as(ALICE, "s3cret");
    bench.platform.set_online(bench.now);
    assert_eq!(told(&bench.log_in_as(ALICE, "s3cret")).0, 500);
    assert_eq!(told(&bench.log_in_as(ALICE, "s3cret")).0, 200);
}

#[test]
fn latency_delays_answers_and_handshakes() {
    let mut bench = Bench::new();
    bench.platform.set_latency(bench.now, Duration::from_secs(2));
    assert_eq!(bench.platform.latency(), Duration::from_secs(2));
    assert_eq!(bench.log_in_as(ALICE, "wrong").delay, Duration::from_secs(2));
    let token = bench.subscribe(ALICE);
    let upgrade = bench.upgrade(&channel(&token));
    assert!(matches!(upgrade, Upgrade::Accept { delay, .. } if delay == Duration::from_secs(2)));
    let upgrade = bench.upgrade("/websocket/CH-1");
    assert!(matches!(upgrade, Upgrade::Refuse { delay, .. } if delay == Duration::from_secs(2)));
}

#[test]
fn only_what_a_close_frame_can_hold_is_sent() {
    let mut bench = Bench::new();
    for code in [0, 999, 1004, 1006, 1015, 5000] {
        let refusal = PlatformError::CloseCode { code };
        assert_eq!(bench.platform.close(bench.now, ALICE, code, ""), Err(refusal));
    }
    for (code, reason) in [(1000, "x".repeat(124)), (1005, "x".to_owned())] {
        let refusal = PlatformError::CloseReason { bytes: reason.len() };
        assert_eq!(bench.platform.close(bench.now, ALICE, code, &reason), Err(refusal));
    }
    assert_eq!(bench.platform.close(bench.now, ALICE, 4999, &"x".repeat(123)), Ok(0));
}

#[test]
fn lifetimes_below_a_second_or_beyond_ten_years_are_refused() {
    let mut bench = Bench::new();
    for lifetime in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(400_000_000)] {
        let refusal = Some(PlatformError::Lifetime { lifetime });
        assert_eq!(bench.platform.set_token_lifetime(bench.now, Some(lifetime)).err(), refusal);
        let options = TokenOptions { lifetime: Some(lifetime), ..TokenOptions::default() };
        assert_eq!(bench.platform.issue_token(bench.now, ALICE, &options).err(), refusal);
    }
    let ten_years = Duration::from_secs(10 * 365 * 24 * 3600);
    for lifetime in [Duration::from_secs(1), ten_years] {
        assert_eq!(bench.platform.set_token_lifetime(bench.now, Some(lifetime)), Ok(()));
    }
}
