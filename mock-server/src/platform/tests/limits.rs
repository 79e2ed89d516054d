use super::*;

/// One user may have all that there is.
const ALL_TO_ONE: PlatformLimits = PlatformLimits {
    body_bytes: Limits::BODY_BYTES,
    frame_bytes: Limits::FRAME_BYTES,
    journal_records: Limits::JOURNAL_RECORDS,
    journal_bytes: Limits::JOURNAL_BYTES,
    user_grants: Limits::GRANTS,
    user_subscriptions: Limits::SUBSCRIPTIONS,
    user_sockets: Limits::SOCKETS,
    lifetime: Limits::LIFETIME,
};

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
    let around = json!({ "subscribeRequest": { "padding": "" } }).to_string().len();
    let padding = json!({ "padding": long(Limits::BODY_BYTES - around) });
    assert_eq!(bench.post(ALICE, &token, &padding).0, 200);
    let padding = json!({ "padding": long(Limits::BODY_BYTES - around + 1) });
    let failed = json!({ "subscribeResponse": { "statusCode": 99 } });
    assert_eq!(bench.post(ALICE, &token, &padding), (413, failed));
    let path = "/v2.0/auth/mk_token?refresh=y&x=";
    let longest = format!("{path}{}", long(Limits::URL_BYTES - path.len()));
    assert_eq!(told(&bench.ask(Method::GET, &longest).basic(ALICE, "s3cret").answer()).0, 200);
    let answer = bench.ask(Method::GET, &format!("{longest}x")).basic(ALICE, "s3cret").answer();
    assert_eq!(told(&answer), (414, json!({ "error": { "human": "URI Too Long" } })));
}

#[test]
fn frames_waiting_for_a_socket_have_a_limit_and_then_it_is_cut() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let socket = bench.reserve(&channel(&token));
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

    bench.frame(socket, &long(Limits::FRAME_BYTES));
    assert_eq!(bench.drain(), []);
    bench.platform.handle_frame(bench.now, socket, &frame);
    assert_eq!(bench.drain(), [Output::Close { socket, code: 1009, reason: String::new() }]);
}

#[test]
fn a_platform_may_have_limits_of_its_own() {
    let limits =
        PlatformLimits { body_bytes: 100_000, frame_bytes: 100_000, journal_records: 3, ..PlatformLimits::default() };
    let mut bench = Bench::of(Platform::with_limits(limits));
    assert_eq!(bench.platform.limits(), limits);
    let socket = bench.connect(ALICE);
    let token = bench.log_in(ALICE);
    assert_eq!(bench.post(ALICE, &token, &json!({ "padding": long(99_000) })).0, 200);
    assert_eq!(bench.post(ALICE, &token, &json!({ "padding": long(100_000) })).0, 413);

    let frame = Frame::Text(long(100_000));
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &frame), Ok(1));
    assert_eq!(bench.drain(), [Output::Send { socket, frame: frame.clone() }]);
    let longer = Frame::Text(long(100_001));
    let refusal = PlatformError::FrameTooLong { bytes: 100_001, limit: 100_000 };
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &longer), Err(refusal));
    bench.platform.handle_frame(bench.now, socket, &frame);
    assert_eq!(bench.drain(), []);
    bench.platform.handle_frame(bench.now, socket, &longer);
    assert_eq!(bench.drain(), [Output::Close { socket, code: 1009, reason: String::new() }]);

    let journal = bench.platform.journal();
    assert_eq!((journal.iter().len() as u64, journal.dropped()), (3, journal.next_seq() - 3));
}

#[test]
fn the_journal_has_a_limit_in_bytes() {
    let limits = PlatformLimits { journal_bytes: 100_000, ..PlatformLimits::default() };
    let mut bench = Bench::of(Platform::with_limits(limits));
    let token = bench.log_in(ALICE);
    for _ in 0..100 {
        bench.post(ALICE, &token, &json!({ "padding": long(4_000) }));
    }
    let kept = |bench: &Bench| bench.platform.journal().iter().len();
    assert!((20..=25).contains(&kept(&bench)), "{}", kept(&bench));
    for _ in 0..1_000 {
        bench.log_in(ALICE);
    }
    assert!((200..700).contains(&kept(&bench)), "short ones, and more of them: {}", kept(&bench));
    let journal = bench.platform.journal();
    assert_eq!(journal.dropped(), journal.next_seq() - kept(&bench) as u64);
    for rows in 1..30 {
        let message = json!({ "rows": vec![vec![0; 20]; rows], "text": long(900) });
        bench.platform.fail(bench.now, Point::Other, vec![Fault::json(200, message)]).unwrap();
        assert!(kept(&bench) > 50);
    }

    let limits = PlatformLimits { journal_bytes: 1, ..PlatformLimits::default() };
    let mut bench = Bench::of(Platform::with_limits(limits));
    bench.log_in(ALICE);
    assert_eq!(kept(&bench), 1, "the newest is kept");
}

#[test]
fn fault_rules_and_lists_have_limits() {
    let mut bench = Bench::new();
    let rule = |length| vec![Fault::healthy(); length];
    let too_long = bench.platform.fail(bench.now, Point::Other, rule(Limits::FAULTS_PER_RULE + 1));
    bench.platform.fail(bench.now, Point::Other, rule(Limits::FAULTS_PER_RULE)).unwrap();
    bench.platform.clear(bench.now, None);
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
fn faults_have_limits_in_bytes() {
    let mut bench = Bench::new();
    let body = |bytes| vec![Fault::text(200, long(bytes)).times(1)];
    let refused = bench.platform.fail(bench.now, Point::Other, body(Limits::FAULT_BYTES)).unwrap_err();
    let bytes = Limits::FAULT_BYTES + size_of::<Fault>();
    let too_large = FaultError::TooLarge { bytes, limit: Limits::FAULT_BYTES };
    assert_eq!(refused, PlatformError::Fault(too_large));
    let zeros = vec![Fault::json(200, vec![0; Limits::FAULT_BYTES / 8])];
    let refused = bench.platform.fail(bench.now, Point::Other, zeros).unwrap_err();
    assert!(matches!(refused, PlatformError::Fault(FaultError::TooLarge { .. })), "{refused}");

    let largest = || body(Limits::FAULT_BYTES - size_of::<Fault>());
    for _ in 0..Limits::ALL_FAULT_BYTES / Limits::FAULT_BYTES {
        bench.platform.fail(bench.now, Point::Other, largest()).unwrap();
    }
    let full = FaultError::TooMany { what: "bytes of faults", limit: Limits::ALL_FAULT_BYTES };
    assert_eq!(bench.platform.fail(bench.now, Point::Other, body(1)), Err(PlatformError::Fault(full.clone())));
    bench.ask(Method::GET, "/anything").answer();
    bench.platform.fail(bench.now, Point::MkToken, largest()).expect("a rule that is used up takes nothing");
    assert_eq!(bench.platform.fail(bench.now, Point::Other, body(1)), Err(PlatformError::Fault(full)));
    bench.platform.clear(bench.now, Some(Point::Other));
    bench.platform.fail(bench.now, Point::Other, largest()).unwrap();
}

#[test]
fn a_fault_tells_a_client_no_long_correlator() {
    let params = |bytes| json!({ "params": { "clientCorrelator": long(bytes) } });
    let refused = Fault::from_json(&params(Limits::TEXT_BYTES + 1)).unwrap_err();
    let text = "the fault's \"params\" is a map with a clientCorrelator of 4097 bytes: give one of at most 4096 bytes";
    assert_eq!(refused.to_string(), text);
    Fault::from_json(&params(Limits::TEXT_BYTES)).unwrap();
}

#[test]
fn frames_that_wait_have_a_limit_in_bytes() {
    let mut bench = Bench::of(Platform::with_limits(ALL_TO_ONE));
    let token = bench.subscribe(ALICE);
    let url = channel(&token);
    let frame = Frame::Text(long(Limits::FRAME_BYTES));
    let most = Limits::WAITING_BYTES / Limits::FRAME_BYTES;
    bench.connect(BOB);
    bench.reserve(&url);
    bench.platform.silence(bench.now, ALICE).unwrap();
    let sockets: Vec<_> = (0..most).map(|_| bench.reserve(&url)).collect();
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &frame), Ok(most));

    let one_more = Frame::Text("1".to_owned());
    let refusal = PlatformError::TooMuchToSend { bytes: Limits::WAITING_BYTES + most, limit: Limits::WAITING_BYTES };
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &one_more), Err(refusal.clone()));
    assert!(bench.platform.gone(bench.now, ALICE, &GoneOptions::default()).is_err());
    assert_eq!(bench.platform.subscriptions(Some(ALICE)).len(), 1, "a refused command changes nothing");

    sockets.iter().for_each(|socket| bench.platform.handle_opened(bench.now, *socket));
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &one_more), Err(refusal), "they wait for `poll_output` now");
    assert_eq!(bench.drain().len(), most);
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &one_more), Ok(most));
}

#[test]
fn a_command_to_all_sockets_that_there_may_be_stays_below_the_limit_of_outputs() {
    let mut bench = Bench::of(Platform::with_limits(ALL_TO_ONE));
    let token = bench.subscribe(ALICE);
    for _ in 0..Limits::SOCKETS {
        bench.open(&channel(&token));
    }
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &Frame::Text("1".to_owned())), Ok(Limits::SOCKETS));
    assert_eq!(bench.drain().len(), Limits::SOCKETS);
    bench.platform.set_offline(bench.now);
    assert_eq!(bench.drain().len(), Limits::SOCKETS);
}

#[test]
#[should_panic(expected = "the drain rule is broken")]
fn outputs_that_nobody_polls_have_a_limit() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    bench.platform.set_answer_pings(bench.now, true);
    for _ in 0..=Limits::OUTPUTS {
        bench.frame(socket, PING);
    }
}

#[test]
fn what_a_client_asks_to_be_kept_has_a_length() {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    let failed = json!({ "subscribeResponse": { "statusCode": 99 } });
    for asked in [
        json!({ "clientCorrelator": long(Limits::TEXT_BYTES + 1) }),
        json!({ "service": [long(Limits::TEXT_BYTES)] }),
        json!({ "service": vec![""; Limits::TEXT_BYTES + 1] }),
    ] {
        assert_eq!(bench.post(ALICE, &token, &asked), (413, failed.clone()));
    }
    let asked = json!({ "clientCorrelator": long(Limits::TEXT_BYTES), "service": [long(Limits::TEXT_BYTES - 1)] });
    assert_eq!(bench.post(ALICE, &token, &asked).0, 200);
}

#[test]
fn a_full_user_loses_the_subscription_that_was_not_renewed_for_longest() {
    let mut bench =
        Bench::of(Platform::with_limits(PlatformLimits { user_subscriptions: 3, ..PlatformLimits::default() }));
    bench.subscribe(BOB);
    let token = bench.log_in(ALICE);
    (0..3).for_each(|_| assert_eq!(bench.post(ALICE, &token, &json!({})).0, 200));
    let path = format!("/rest/version/1/user/{ALICE}/subscription");
    assert_eq!(bench.put(&format!("{path}/SUB-2?token={token}")).0, 200);
    bench.open(&format!("/websocket/CH-3?token={token}"));
    assert_eq!(bench.post(ALICE, &token, &json!({})).0, 200);
    let live = |bench: &Bench, user| {
        let live = bench.platform.subscriptions(Some(user)).into_iter().map(|live| live.id.to_string());
        live.collect::<Vec<_>>()
    };
    assert_eq!(live(&bench, ALICE), ["SUB-2", "SUB-3", "SUB-5"]);
    assert_eq!(bench.put(&format!("{path}/SUB-4?token={token}")).0, 404, "as one that was not renewed in time");
    assert_eq!(live(&bench, BOB), ["SUB-1"]);
    bench.advance(3600);
    assert!(bench.platform.subscriptions(None).is_empty());
}

#[test]
fn a_full_user_loses_the_socket_from_which_nothing_came_for_longest() {
    let mut bench = Bench::of(Platform::with_limits(PlatformLimits { user_sockets: 3, ..PlatformLimits::default() }));
    let of_bob = bench.connect(BOB);
    let token = bench.subscribe(ALICE);
    let url = channel(&token).replace("CH-1", "CH-2");
    let sockets: Vec<_> = (0..3).map(|_| bench.open(&url)).collect();
    bench.frame(sockets[0], PING);
    bench.drain();
    let fourth = bench.reserve(&url);
    assert_eq!(bench.drain(), [Output::Cut { socket: sockets[1] }]);
    let open: Vec<_> = bench.platform.sockets(None).into_iter().map(|socket| socket.id).collect();
    assert_eq!(open, [of_bob, sockets[0], sockets[2], fourth]);
}

#[test]
fn one_user_takes_nothing_from_the_others_whatever_is_asked_for() {
    let mut bench = Bench::new();
    let ten_years = "/v2.0/auth/mk_token?refresh=y&expires=315360000";
    for _ in 0..Limits::GRANTS {
        let answer = bench.ask(Method::GET, ten_years).basic(ALICE, "s3cret").answer();
        assert!(matches!(answer.reply, Reply::Respond(response) if response.status == 200));
    }
    let token = bench.log_in(ALICE);
    for _ in 0..Limits::SUBSCRIPTIONS {
        assert_eq!(bench.post(ALICE, &token, &json!({ "expires": 315_360_000 })).0, 200);
    }
    assert_eq!(bench.platform.subscriptions(Some(ALICE)).len(), Limits::USER_SUBSCRIPTIONS);
    let newest = bench.platform.newest_subscription().unwrap();
    let url = format!("/websocket/{}?token={token}", newest.channel());
    for _ in 0..Limits::SOCKETS {
        bench.reserve(&url);
    }
    assert_eq!(bench.platform.sockets(Some(ALICE)).len(), Limits::USER_SOCKETS);
    let token = bench.log_in(BOB);
    assert_eq!(bench.post(BOB, &token, &json!({})).0, 200);
    bench.connect(BOB);
}

#[test]
fn what_clients_ask_for_lives_for_a_day_at_most() {
    let asked = "/v2.0/auth/mk_token?expires=315360000";
    let mut bench = Bench::new();
    let (_, body) = told(&bench.ask(Method::GET, asked).basic(ALICE, "s3cret").answer());
    assert_eq!(body["success"]["expires"], 86_400);
    let token = bench.log_in(ALICE);
    let expires = |(_, body): (u16, Value)| body["subscribeResponse"]["subscriptionParams"]["expires"].clone();
    assert_eq!(expires(bench.post(ALICE, &token, &json!({ "expires": 86_401 }))), 86_400);
    let refresh = format!("/v2.0/auth/refresh_token?token={token}&expires=86401");
    let (_, body) = told(&bench.ask(Method::GET, &refresh).answer());
    assert_eq!(body["success"]["expires"], 86_400);

    let options = UserOptions { subscription_lifetime: Some(Duration::from_secs(100_000)), ..UserOptions::default() };
    bench.platform.set_options(bench.now, ALICE, options).unwrap();
    assert_eq!(expires(bench.post(ALICE, &token, &json!({}))), 100_000, "what a command says holds");

    let short = PlatformLimits { lifetime: Duration::from_secs(60), ..PlatformLimits::default() };
    let mut bench = Bench::of(Platform::with_limits(short));
    let (_, body) = told(&bench.log_in_as(ALICE, "s3cret"));
    assert_eq!(body["success"]["expires"], 60, "who asks for nothing gets no more");
    let token = bench.log_in(ALICE);
    assert_eq!(expires(bench.post(ALICE, &token, &json!({}))), 60);
    let path = format!("/rest/version/1/user/{ALICE}/subscription/SUB-1?token={token}");
    assert_eq!(expires(bench.put(&path)), 60);
}
