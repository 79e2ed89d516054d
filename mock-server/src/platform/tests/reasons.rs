//! What the journal tells beside what happened: why, by which fault, when the answer went out, and what expired meanwhile.

use super::*;

/// Why the last request was refused, if it was.
fn last_reason(bench: &Bench) -> Option<Reason> {
    bench.platform.journal().iter().next_back().unwrap().request().unwrap().reason
}

fn last(bench: &Bench) -> Value {
    serde_json::to_value(bench.platform.journal().iter().next_back().unwrap()).unwrap()
}

#[test]
fn a_login_that_is_refused_says_why() {
    let mut bench = Bench::new();
    bench.ask(Method::GET, "/v2.0/auth/mk_token").answer();
    assert_eq!(last_reason(&bench), Some(Reason::NoCredentials));
    bench.log_in_as("nobody", "x");
    assert_eq!(last_reason(&bench), Some(Reason::UnknownUser));
    bench.log_in_as(ALICE, "x");
    assert_eq!(last_reason(&bench), Some(Reason::WrongPassword));
    bench.ask(Method::GET, "/v2.0/auth/mk_token?expires=0").basic(ALICE, "s3cret").answer();
    assert_eq!(last_reason(&bench), Some(Reason::BadLifetime));
    bench.log_in(ALICE);
    assert_eq!(last_reason(&bench), None);
    bench.ask(Method::GET, "/nowhere").answer();
    assert_eq!(
        (last_reason(&bench), &last(&bench)["reason"]),
        (Some(Reason::UnknownAddress), &json!("unknown_address"))
    );
}

#[test]
fn a_token_that_is_refused_says_why() {
    let mut bench = Bench::new();
    let of_bob = bench.log_in(BOB);
    let token = bench.log_in(ALICE);
    let reason = |bench: &mut Bench, token: &str| {
        let (status, _) = bench.post(ALICE, token, &request(3600));
        (status, last_reason(bench))
    };
    assert_eq!(reason(&mut bench, "AT-7"), (401, Some(Reason::UnknownToken)));
    assert_eq!(reason(&mut bench, "AT-02"), (401, Some(Reason::UnknownToken)), "it is not written so");
    assert_eq!(reason(&mut bench, "RT-2"), (401, Some(Reason::RefreshToken)));
    assert_eq!(reason(&mut bench, &of_bob), (403, Some(Reason::OtherUser)));
    bench.advance(3600);
    assert_eq!(reason(&mut bench, &token), (401, Some(Reason::ExpiredToken)));
    bench.platform.expire_token(bench.now, ALICE).unwrap();
    assert_eq!(reason(&mut bench, &token), (401, Some(Reason::RevokedToken)));
    let url = format!("/rest/version/1/user/{ALICE}/subscription");
    bench.ask(Method::POST, &url).answer();
    assert_eq!(last_reason(&bench), Some(Reason::NoToken));
    bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=RT-1").answer();
    assert_eq!(last_reason(&bench), None);
}

#[test]
fn a_subscription_and_a_channel_that_are_refused_say_why() {
    let mut bench = Bench::new();
    let of_bob = bench.log_in(BOB);
    let token = bench.subscribe(ALICE);
    let url = |id: &str| format!("/rest/version/1/user/{ALICE}/subscription/{id}?token={token}");
    assert_eq!((bench.put(&url("SUB-7")).0, last_reason(&bench)), (404, Some(Reason::NoSubscription)));
    assert_eq!((bench.refused(&channel(&of_bob)), last_reason(&bench)), (401, Some(Reason::OtherUser)));
    assert_eq!((bench.refused(&channel("AT-9")), last_reason(&bench)), (401, Some(Reason::UnknownToken)));
    bench.delete(&url("SUB-1"));
    assert_eq!((bench.put(&url("SUB-1")).0, last_reason(&bench)), (404, Some(Reason::EndedSubscription)));
    assert_eq!((bench.refused(&channel(&token)), last_reason(&bench)), (404, Some(Reason::EndedSubscription)));
    let unnamed = format!("/websocket/X?token={token}");
    assert_eq!((bench.refused(&unnamed), last_reason(&bench)), (404, Some(Reason::UnknownAddress)));
    bench.ask(Method::POST, &format!("/rest/version/1/user/{ALICE}/subscription?token={token}")).text("{").answer();
    assert_eq!(last_reason(&bench), Some(Reason::BadBody));
}

#[test]
fn a_fault_that_acted_is_understood_when_it_is_cleared() {
    let mut bench = Bench::new();
    bench.fail(
        Point::MkToken,
        &json!([{ "delay": "1s" }, { "status": 503, "json": { "password": "x" }, "user": ALICE }]),
    );
    let made = last(&bench);
    assert_eq!((&made["id"], &made["user"]), (&json!(1), &Value::Null), "the first is for everybody");
    bench.log_in_as(ALICE, "s3cret");
    assert_eq!((&last(&bench)["fault"], &last(&bench)["faultNumber"]), (&json!(1), &json!(1)));
    bench.log_in_as(ALICE, "no such");
    bench.platform.clear(bench.now, None);
    let met = serde_json::to_value(bench.platform.journal().iter().rev().nth(1).unwrap()).unwrap();
    let how = json!({ "status": 503, "json": { "password": "***" }, "user": ALICE });
    assert_eq!((&met["fault"], &met["faultNumber"], &met["faultHow"]), (&json!(1), &json!(2), &how));
    assert_eq!(met["reason"], Value::Null, "it is the fault's answer, not the platform's");
}

#[test]
fn what_was_done_to_a_user_is_kept_by_a_filter() {
    let mut bench = Bench::new();
    let from = bench.platform.journal().next_seq();
    bench.log_in(ALICE);
    bench.log_in(BOB);
    bench.fail(Point::Subscribe, &json!({ "status": 500, "user": ALICE }));
    bench.fail(Point::Subscribe, &json!({ "status": 500, "user": BOB }));
    bench.platform.cut(bench.now, BOB).unwrap();
    bench.platform.set_offline(bench.now);
    bench.platform.handle_advance(bench.now, Duration::from_secs(1));
    bench.platform.mark(bench.now, "here").unwrap();
    let of_alice = bench.platform.journal().since(from).filter(|record| record.concerns(ALICE));
    let numbers: Vec<u64> = of_alice.map(|record| record.seq - from).collect();
    assert_eq!(numbers, [0, 2, 5, 6, 7]);
    let advanced = serde_json::to_value(bench.platform.journal().since(from + 6).next().unwrap()).unwrap();
    assert_eq!((&advanced["name"], &advanced["arguments"]), (&json!("advance"), &json!({ "by": 1000 })));
}

#[test]
fn an_answer_is_decided_and_sent_or_its_client_leaves() {
    let mut bench = Bench::new();
    bench.advance(1);
    bench.log_in(ALICE);
    assert_eq!((&last(&bench)["time"], &last(&bench)["sent"]), (&json!(1_000), &json!(1_000)));
    bench.platform.set_latency(bench.now, Duration::from_secs(2));
    bench.log_in(ALICE);
    let seq = bench.platform.journal().next_seq() - 1;
    assert_eq!((&last(&bench)["heldUntil"], last(&bench).get("sent")), (&json!(3_000), None));
    bench.platform.handle_sent(Time::from_millis(3_001), seq);
    assert_eq!(last(&bench)["sent"], 3_001);
    bench.fail(Point::MkToken, &json!({ "hang": true }));
    bench.log_in_as(ALICE, "s3cret");
    assert_eq!(["heldUntil", "sent", "clientLeft"].map(|key| last(&bench).get(key).cloned()), [None, None, None]);
    bench.platform.handle_left(Time::from_millis(4_000), seq + 2);
    assert_eq!((&last(&bench)["answered"], &last(&bench)["clientLeft"]), (&json!("hang"), &json!(4_000)));
    bench.platform.handle_left(Time::from_millis(5_000), 0);
    bench.platform.handle_sent(Time::from_millis(5_000), u64::MAX);
}

#[test]
fn tokens_that_expire_are_told_of_at_their_time() {
    let mut bench = Bench::new();
    let kinds = |bench: &Bench| {
        let records =
            bench.platform.journal().iter().map(|record| (record.time.as_millis() / 1_000, record.kind.clone()));
        let expired = records.filter_map(|(time, kind)| match kind {
            Kind::TokensExpired { tokens } => Some((time, tokens.join(" "))),
            _ => None,
        });
        expired.collect::<Vec<_>>()
    };
    bench.log_in(ALICE);
    let given = TokenOptions { access_token: Some("s3cret".to_owned()), ..TokenOptions::default() };
    bench.platform.issue_token(bench.now, BOB, &given).unwrap();
    assert_eq!(bench.platform.poll_expiry(), Some(Time::from_millis(3_600_000)));
    bench.advance(1_800);
    bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=AT-1").answer();
    bench.advance(3_700);
    bench.platform.clear(bench.now, None);
    assert_eq!(kinds(&bench), [(3_600, "*** OA-2".to_owned()), (5_400, "AT-1 AT-3".to_owned())]);
    assert_eq!(bench.platform.poll_expiry(), Some(Time::from_millis(86_400_000)), "refresh tokens are still good");
    bench.platform.remove_user(bench.now, BOB).unwrap();
    bench.advance(100_000);
    bench.platform.clear(bench.now, None);
    assert_eq!(kinds(&bench)[2..], [(88_200, "RT-1 RT-3".to_owned())]);
    assert_eq!(bench.platform.poll_expiry(), None);
}

#[test]
fn what_users_have_is_told_by_label() {
    let mut bench = Bench::new();
    bench.log_in(ALICE);
    let given = TokenOptions { refresh_token: Some("s3cret".to_owned()), ..TokenOptions::default() };
    bench.platform.issue_token(bench.now, BOB, &given).unwrap();
    let all: Vec<_> = bench.platform.tokens_after(None).collect();
    let expected = json!([
        { "user": ALICE, "access": ["AT-1"], "accessExpiresAt": 3_600_000, "refresh": ["RT-1"], "refreshExpiresAt": 86_400_000 },
        { "user": BOB, "access": ["AT-2", "OA-2"], "accessExpiresAt": 3_600_000, "refresh": ["***"], "refreshExpiresAt": 86_400_000 },
    ]);
    assert_eq!(serde_json::to_value(&all).unwrap(), expected);
    assert_eq!(bench.platform.tokens_after(Some(all[0].id)).count(), 1);
    let options = UserOptions { token_lifetime: Some(Duration::from_secs(60)), ..UserOptions::default() };
    bench.platform.set_options(bench.now, BOB, options).unwrap();
    let users = serde_json::to_value(bench.platform.users()).unwrap();
    assert_eq!((&users[1]["tokenLifetime"], &users[1]["subscriptionLifetime"]), (&json!(60_000), &Value::Null));
}

#[test]
fn what_is_refused_again_and_again_is_counted() {
    let mut bench = Bench::new();
    let refuse = |bench: &mut Bench, what: Refused, last: u8| {
        let peer = Some([10, 0, 0, last].into());
        let refusal = Refusal { what, status: what.status(), peer, detail: None };
        let request = Request::get("/x?token=AT-1").header("origin", "https://evil.example").body(()).unwrap();
        bench.platform.handle_refused(bench.now, refusal, Some(&request));
    };
    let from = bench.platform.journal().next_seq();
    for _ in 0..100 {
        refuse(&mut bench, Refused::Origin, 1);
    }
    refuse(&mut bench, Refused::Origin, 2);
    assert_eq!(bench.platform.journal().next_seq() - from, 2);
    let first = serde_json::to_value(bench.platform.journal().since(from).next().unwrap()).unwrap();
    let told = json!({
        "seq": from, "time": 0, "point": null, "user": null, "kind": "refused", "what": "origin", "status": 403,
        "peer": "10.0.0.1", "origin": "https://evil.example", "method": "GET", "path": "/x", "detail": null,
        "count": 100, "last": 0,
    });
    assert_eq!(first, told);
    for peer in 0..=255 {
        refuse(&mut bench, Refused::Host, peer);
    }
    assert_eq!(
        bench.platform.journal().next_seq() - from,
        Limits::REFUSALS as u64,
        "others are counted with their kind"
    );
    let counted = |record: &Record| match &record.kind {
        Kind::Refused(refused) => refused.count,
        _ => 0,
    };
    assert_eq!(bench.platform.journal().since(from).map(counted).sum::<u64>(), 101 + 256);
    bench.advance(Limits::REFUSALS_APART.as_secs());
    refuse(&mut bench, Refused::Origin, 1);
    assert_eq!(last(&bench)["count"], 1, "a later one is told of anew");
}

#[test]
fn the_time_of_the_world_stands_beside_the_platforms_where_it_is_told() {
    let mut bench = Bench::new();
    bench.log_in(ALICE);
    assert_eq!(last(&bench).get("wallTime"), None);
    bench.platform.set_wall_time(Some(1_700_000_000_000));
    bench.log_in(ALICE);
    assert_eq!((&last(&bench)["wallTime"], &last(&bench)["time"]), (&json!(1_700_000_000_000_u64), &json!(0)));
}
