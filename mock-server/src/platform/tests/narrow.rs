//! Commands about one user, one socket, one rule.

use super::*;

/// Of alice and of bob.
const PASSWORDS: [&str; 2] = ["s3cret", "hunter2"];

/// Two tabs of alice, and bob.
fn tabs(bench: &mut Bench) -> [SocketId; 3] {
    let sockets = [ALICE, ALICE, BOB].map(|user| bench.connect(user));
    bench.drain();
    sockets
}

#[test]
fn a_command_is_about_one_socket_or_the_channel_of_one_subscription() {
    let mut bench = Bench::new();
    let [first, second, bobs] = tabs(&mut bench);
    let notification = json!({ "notificationMessage": { "eventType": "x", "id": "1" } });
    let now = bench.now;
    assert_eq!(bench.platform.send(now, Target::socket("WS-2"), notification.clone()), Ok(1));
    assert_eq!(sent(&bench.drain()), [(second, notification.clone())]);
    assert_eq!(bench.platform.send(now, Target::subscription("SUB-1"), notification.clone()), Ok(1));
    assert_eq!(sent(&bench.drain()), [(first, notification.clone())]);
    assert_eq!(bench.platform.silence(now, Target::socket("WS-1")), Ok(1));
    assert_eq!(bench.platform.send(now, ALICE, notification.clone()), Ok(1));
    assert_eq!(sent(&bench.drain()), [(second, notification)]);
    assert_eq!(bench.platform.close(now, Target { socket: Some("WS-2".into()), ..ALICE.into() }, 4000, "x"), Ok(1));
    assert_eq!(bench.drain(), [Output::Close { socket: second, code: 4000, reason: "x".into() }]);
    let record = bench.platform.journal().iter().rev().find(|record| matches!(record.kind, Kind::Command { .. }));
    assert_eq!(record.unwrap().user.as_deref(), Some(ALICE));
    assert_eq!(bench.platform.cut(now, Target::socket("WS-3")), Ok(1));
    assert_eq!(bench.drain(), [Output::Cut { socket: bobs }]);

    let told = |target: Target| bench.platform.cut(now, target).unwrap_err().to_string();
    let mut told = told;
    assert_eq!(told(Target::socket("WS-9")), "there is no socket \"WS-9\" (did you mean `WS-1`?)");
    assert_eq!(told(Target::subscription("SUB-9")), "there is no subscription \"SUB-9\" (did you mean `SUB-1`?)");
    let of_bob = Target { socket: Some("WS-1".into()), ..BOB.into() };
    assert_eq!(told(of_bob), format!("WS-1 belongs to {ALICE:?}, not to {BOB:?}"));
    assert_eq!(told(Target::default()), "no sockets are named: name a user, a socket or a subscription");
}

#[test]
fn what_holds_for_one_user_holds_until_it_is_said_of_everybody() {
    let mut bench = Bench::new();
    let [first, second, _] = tabs(&mut bench);
    let delay =
        |bench: &mut Bench, user: &str| bench.log_in_as(user, PASSWORDS[usize::from(user == BOB)]).delay.as_secs();
    bench.platform.set_latency_of(bench.now, ALICE, Duration::from_secs(2)).unwrap();
    assert_eq!((delay(&mut bench, ALICE), delay(&mut bench, BOB)), (2, 0));
    bench.platform.set_latency(bench.now, Duration::from_secs(1));
    assert_eq!((delay(&mut bench, ALICE), delay(&mut bench, BOB)), (1, 1));

    bench.platform.set_answer_pings_of(bench.now, ALICE, true).unwrap();
    bench.frame(first, r#"{"message_type":"ping"}"#);
    assert_eq!(bench.drain().len(), 1, "alice's is answered");
    bench.platform.set_answer_pings(bench.now, false);
    bench.frame(first, r#"{"message_type":"ping"}"#);
    assert_eq!(bench.drain(), []);

    bench.platform.set_offline_of(bench.now, ALICE).unwrap();
    assert_eq!(bench.drain(), [first, second].map(|socket| Output::Cut { socket }));
    assert_eq!(bench.log_in_as(ALICE, "s3cret").reply, Reply::Refuse);
    assert_eq!(bench.upgrade("/websocket/CH-1?token=AT-1"), Upgrade::RefuseConnection);
    assert_eq!(response(&bench.log_in_as(BOB, PASSWORDS[1])).status, 200);
    assert!(bench.platform.users()[0].offline && !bench.platform.users()[1].offline);
    bench.platform.set_online(bench.now);
    assert_eq!(response(&bench.log_in_as(ALICE, "s3cret")).status, 200);
    assert!(bench.platform.set_latency_of(bench.now, "nobody", Duration::ZERO).is_err());
}

#[test]
fn faults_are_counted_for_each_user_and_cleared_one_by_one() {
    let mut bench = Bench::new();
    let status = |bench: &mut Bench, user: &str| {
        response(&bench.log_in_as(user, PASSWORDS[usize::from(user == BOB)])).status.as_u16()
    };
    bench.fail(
        Point::MkToken,
        &json!([{ "status": 503, "each": "user" }, { "times": 1 }, { "status": 500, "times": 1 }, {}]),
    );
    for user in [ALICE, BOB] {
        let statuses: Vec<u16> = (0..4).map(|_| status(&mut bench, user)).collect();
        assert_eq!(statuses, [503, 200, 500, 200], "{user}");
    }
    assert_eq!(bench.platform.faults()[0].acted, 2, "users");
    let wrong = Fault::list_from_json(&json!([{ "status": 503 }, { "each": "user" }])).unwrap();
    let error = bench.platform.fail(bench.now, Point::MkToken, wrong).unwrap_err().to_string();
    assert!(error.contains("fault 2") && error.contains("`each` differs from the first one"), "{error}");
    let error = Fault::from_json(&json!({ "each": "socket" })).unwrap_err().to_string();
    assert!(error.contains("each") && error.contains("\"user\""), "{error}");

    bench.fail(Point::Subscribe, &json!({ "status": 500 }));
    bench.fail(Point::Subscribe, &json!({ "status": 500, "user": ALICE }));
    let clear = |bench: &mut Bench, rules: FaultFilter| bench.platform.clear_faults(bench.now, rules);
    let left = |bench: &Bench| bench.platform.faults().iter().map(|rule| rule.id.number()).collect::<Vec<_>>();
    assert_eq!(clear(&mut bench, FaultFilter { user: Some(ALICE.into()), ..FaultFilter::default() }), Ok(1));
    assert_eq!(left(&bench), [1, 2]);
    assert_eq!(clear(&mut bench, FaultFilter { id: Some(1), ..FaultFilter::default() }), Ok(1));
    assert_eq!(clear(&mut bench, FaultFilter { id: Some(1), ..FaultFilter::default() }), Ok(0));
    assert_eq!(left(&bench), [2]);
    assert!(clear(&mut bench, FaultFilter { user: Some("nobody".into()), ..FaultFilter::default() }).is_err());
}
