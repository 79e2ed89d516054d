use super::*;

fn text(text: &str) -> Frame {
    Frame::Text(text.to_owned())
}

#[test]
fn a_handshake_takes_the_channel_of_a_live_subscription_and_its_users_token() {
    let mut bench = Bench::new();
    let alices = bench.subscribe(ALICE);
    let bobs = bench.log_in(BOB);
    assert_eq!(bench.refused(&format!("/websocket/CH-2?token={alices}")), 404);
    assert_eq!(bench.refused(&format!("/elsewhere/CH-1?token={alices}")), 404);
    assert_eq!(bench.refused("/websocket/CH-1"), 401);
    assert_eq!(bench.refused("/websocket/CH-1?token=AT-9"), 401);
    assert_eq!(bench.refused(&format!("/websocket/CH-1?token={bobs}")), 401);
    assert_eq!(bench.reserve(&format!("/websocket/CH-1?token={alices}")).number(), 1);
    assert_eq!(bench.reserve(&format!("/websocket/CH-1?access_token={alices}")).number(), 2);
}

#[test]
fn a_fault_accepts_a_handshake_that_would_be_refused() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let late = json!({ "accept": true, "delay": 5 });
    for (url, user, subscription) in [
        (format!("/websocket/CH-1?token={token}"), ALICE, Some("SUB-1")),
        ("/websocket/CH-1?token=AT-9".to_owned(), ALICE, Some("SUB-1")),
        (format!("/websocket/CH-9?token={token}"), ALICE, Some("SUB-9")),
        (format!("/elsewhere?token={token}"), ALICE, None),
        ("/elsewhere".to_owned(), "", None),
    ] {
        bench.fail(Point::WebSocket, &json!([late, { "times": 1 }]));
        let Upgrade::Accept { socket, delay } = bench.upgrade(&url) else { panic!("{url} is refused") };
        assert_eq!(delay, Duration::from_millis(5));
        bench.platform.handle_opened(bench.now, socket);
        bench.upgrade("/x");
        let info = bench.platform.sockets(None).pop().unwrap();
        assert_eq!((info.id, info.user.as_str()), (socket, user), "{url}");
        assert_eq!(info.subscription.map(|id| id.to_string()).as_deref(), subscription, "{url}");
        let channel = subscription.map(|name| name.replace("SUB", "CH"));
        assert_eq!(info.channel, channel, "{url}");
    }
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &text("x")), Ok(4));
    let ended = bench.delete(&format!("/rest/version/1/user/{ALICE}/subscription/SUB-1?token={token}"));
    assert_eq!(ended.0, 200);
    assert_eq!(bench.refused(&format!("/websocket/CH-1?token={token}")), 404);
    bench.fail(Point::WebSocket, &json!({ "accept": true }));
    bench.open(&format!("/websocket/CH-1?token={token}"));
}

#[test]
fn a_channel_may_have_several_sockets_and_each_gets_the_notification() {
    let mut bench = Bench::new();
    let first = bench.connect(ALICE);
    let second = bench.open("/websocket/CH-1?token=AT-1");
    bench.connect(BOB);
    let notification = json!({ "notificationMessage": { "eventType": "custom" } });
    assert_eq!(bench.platform.send(bench.now, ALICE, notification), Ok(2));
    let frame = json!({ "notificationMessage": { "eventType": "custom", "id": "N-1", "eventId": "N-1" } });
    assert_eq!(sent(&bench.drain()), [(first, frame.clone()), (second, frame)]);
}

#[test]
fn a_notification_goes_where_a_subscription_lives_and_a_raw_frame_everywhere() {
    const SUBSCRIPTION: &str = "/rest/version/1/user/alice@example.com/subscription/SUB-1?token=AT-1";
    type End = fn(&mut Bench);
    let notification = || json!({ "notificationMessage": { "eventType": "custom" } });
    let ends: [(&str, End); 4] = [
        ("the time is up", |bench| bench.advance(3600)),
        ("it is ended", |bench| assert_eq!(bench.platform.end_subscription(bench.now, ALICE), Ok(1))),
        ("the client ends it", |bench| assert_eq!(bench.delete(SUBSCRIPTION).0, 200)),
        ("it is gone", |bench| assert_eq!(bench.platform.gone(bench.now, ALICE, &GoneOptions::default()), Ok(1))),
    ];
    for (name, end) in ends {
        let mut bench = Bench::new();
        let socket = bench.connect(ALICE);
        assert_eq!(bench.platform.send(bench.now, ALICE, notification()), Ok(1), "{name}");
        end(&mut bench);
        bench.drain();
        assert_eq!(bench.platform.send(bench.now, ALICE, notification()), Ok(0), "{name}");
        assert_eq!(bench.platform.gone(bench.now, ALICE, &GoneOptions::default()), Ok(0), "{name}");
        assert_eq!(bench.drain(), [], "{name}");
        assert_eq!(bench.platform.send_raw(bench.now, ALICE, &text("{}")), Ok(1), "{name}");
        assert_eq!(sent(&bench.drain()), [(socket, json!({}))], "{name}");
    }
    let mut bench = Bench::new();
    bench.connect(ALICE);
    let second = bench.connect(ALICE);
    bench.delete(SUBSCRIPTION);
    assert_eq!(bench.platform.send(bench.now, ALICE, notification()), Ok(1));
    assert_eq!(sent(&bench.drain())[0].0, second, "only where one lives");
}

#[test]
fn pings_are_counted_and_answered_only_if_told() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    bench.frame(socket, PING);
    assert_eq!(bench.drain(), []);

    bench.platform.set_answer_pings(bench.now, true);
    bench.frame(socket, PING);
    bench.frame(socket, r#"{ "message_type": "ping" }"#);
    let pong = json!({ "message_type": "pong" });
    assert_eq!(sent(&bench.drain()), [(socket, pong.clone()), (socket, pong)]);

    bench.frame(socket, r#"{"connAck":{}}"#);
    assert_eq!(bench.drain(), []);
    let info = &bench.platform.sockets(Some(ALICE))[0];
    assert_eq!((info.pings, info.frames_in, info.frames_out), (3, 4, 2));
}

#[test]
fn frames_wait_in_order_until_the_socket_is_open() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let socket = bench.reserve(&channel(&token));
    assert_eq!(bench.platform.sockets(None)[0].state, SocketState::Opening);
    bench.platform.send_raw(bench.now, ALICE, &text("1")).unwrap();
    bench.platform.send_raw(bench.now, ALICE, &text("2")).unwrap();
    assert_eq!(bench.drain(), []);

    bench.advance(2);
    bench.platform.handle_opened(bench.now, socket);
    assert_eq!(sent(&bench.drain()), [(socket, json!(1)), (socket, json!(2))]);
    bench.platform.send_raw(bench.now, ALICE, &text("3")).unwrap();
    assert_eq!(sent(&bench.drain()), [(socket, json!(3))]);
    let info = &bench.platform.sockets(None)[0];
    assert_eq!((info.state, info.opened), (SocketState::Open, Some(Time::from_millis(2000))));
    assert_eq!(info.frames_out, 3);

    bench.advance(1);
    bench.platform.handle_opened(bench.now, socket);
    assert_eq!(bench.drain(), []);
    assert_eq!(bench.platform.sockets(None)[0], *info, "a socket opens once");
}

#[test]
fn a_frame_from_the_client_shows_that_the_socket_is_open() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let socket = bench.reserve(&channel(&token));
    bench.frame(socket, PING);
    assert_eq!(bench.platform.sockets(None)[0].state, SocketState::Open);
}

#[test]
fn a_client_that_gives_up_before_opening_is_forgotten() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let socket = bench.reserve(&channel(&token));
    bench.platform.send_raw(bench.now, ALICE, &text("1")).unwrap();
    bench.platform.handle_closed(bench.now, socket, None);
    bench.platform.handle_opened(bench.now, socket);
    assert_eq!(bench.drain(), []);
    assert!(bench.platform.sockets(None).is_empty());
}

#[test]
fn closing_is_said_once_and_then_nothing_is_heard_of_the_socket() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    assert_eq!(bench.platform.close(bench.now, ALICE, 1001, "bye"), Ok(1));
    assert_eq!(bench.drain(), [Output::Close { socket, code: 1001, reason: "bye".to_owned() }]);
    let written = bench.platform.journal().next_seq();

    bench.frame(socket, PING);
    bench.platform.handle_closed(bench.now, socket, Some(1001));
    assert_eq!(bench.platform.close(bench.now, ALICE, 1001, "bye"), Ok(0));
    assert_eq!(bench.drain(), []);
    assert_eq!(bench.platform.journal().next_seq(), written + 1, "the command alone");
}

#[test]
fn a_close_waits_for_the_socket_to_open_and_nothing_follows_it() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let socket = bench.reserve(&channel(&token));
    bench.platform.send_raw(bench.now, ALICE, &text("1")).unwrap();
    bench.platform.close(bench.now, ALICE, 1005, "").unwrap();
    bench.platform.close(bench.now, ALICE, 1001, "").unwrap();
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &text("2")), Ok(0));

    bench.platform.handle_opened(bench.now, socket);
    let close = Output::Close { socket, code: 1005, reason: String::new() };
    assert_eq!(bench.drain(), [Output::Send { socket, frame: text("1") }, close]);
    assert!(bench.platform.sockets(None).is_empty());
}

#[test]
fn a_cut_ends_open_and_opening_sockets_at_once() {
    let mut bench = Bench::new();
    let open = bench.connect(ALICE);
    let opening = bench.reserve("/websocket/CH-1?token=AT-1");
    let bobs = bench.connect(BOB);
    assert_eq!(bench.platform.cut(bench.now, ALICE), Ok(2));
    assert_eq!(bench.drain(), [Output::Cut { socket: open }, Output::Cut { socket: opening }]);
    assert_eq!(bench.platform.sockets(None)[0].id, bobs);
    assert_eq!(bench.reserve("/websocket/CH-1?token=AT-1").number(), 4, "the channel lives on");
}

#[test]
fn a_silent_socket_takes_everything_and_gives_nothing() {
    let mut bench = Bench::new();
    let silent = bench.connect(ALICE);
    assert_eq!(bench.platform.silence(bench.now, ALICE), Ok(1));
    let fresh = bench.open("/websocket/CH-1?token=AT-1");
    bench.platform.set_answer_pings(bench.now, true);
    bench.frame(silent, PING);
    assert_eq!(bench.platform.send_raw(bench.now, ALICE, &text("1")), Ok(1));
    assert_eq!(sent(&bench.drain()), [(fresh, json!(1))]);

    let info = &bench.platform.sockets(Some(ALICE))[0];
    assert_eq!((info.state, info.pings, info.frames_out), (SocketState::Silent, 1, 0));
}

#[test]
fn gone_ends_the_subscription_and_says_so_on_every_socket() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    let second = bench.open("/websocket/CH-1?token=AT-1");
    assert_eq!(bench.platform.gone(bench.now, ALICE, &GoneOptions::default()), Ok(2));
    let frame = json!({ "notificationMessage": { "eventType": "gone", "id": "N-1", "eventId": "N-1" } });
    assert_eq!(sent(&bench.drain()), [(socket, frame.clone()), (second, frame)]);
    assert!(bench.platform.subscriptions(None).is_empty());
    assert_eq!(bench.platform.poll_timeout(), None);
    assert_eq!(bench.platform.sockets(None).len(), 2, "the client closes them");
    assert_eq!(bench.refused("/websocket/CH-1?token=AT-1"), 404);
}

#[test]
fn gone_says_when_to_come_back_and_under_which_id() {
    let mut bench = Bench::new();
    bench.connect(ALICE);
    let options = GoneOptions { retry_after: Some(Duration::from_secs(30)), id: Some("g1".to_owned()) };
    bench.platform.gone(bench.now, ALICE, &options).unwrap();
    let message = json!({ "eventType": "gone", "id": "g1", "eventId": "g1", "retryAfter": 30 });
    assert_eq!(sent(&bench.drain())[0].1, json!({ "notificationMessage": message }));
}

#[test]
fn a_notification_keeps_the_id_that_its_sender_gave() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    for frame in [
        json!({ "notificationMessage": { "id": "n7" } }),
        json!({ "notificationMessage": { "eventId": 5 } }),
        json!({ "connCheck": { "interval": 10 } }),
        json!({}),
    ] {
        bench.platform.send(bench.now, ALICE, frame.clone()).unwrap();
        assert_eq!(sent(&bench.drain()), [(socket, frame)]);
    }
}

#[test]
fn raw_frames_go_out_as_they_are() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    for frame in [text("{\"notificationMessage\":"), text(""), Frame::Binary(Bytes::from_static(b"\0\xff"))] {
        assert_eq!(bench.platform.send_raw(bench.now, ALICE, &frame), Ok(1));
        assert_eq!(bench.drain(), [Output::Send { socket, frame }]);
    }
}

#[test]
fn a_refreshed_session_opens_sockets_with_its_newest_token() {
    let mut bench = Bench::new();
    bench.connect(ALICE);
    bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=AT-1").answer();
    bench.open("/websocket/CH-1?token=AT-2");
    bench.platform.expire_token(bench.now, ALICE).unwrap();
    for token in ["AT-1", "AT-2", "RT-1"] {
        assert_eq!(bench.refused(&channel(token)), 401);
    }
    assert_eq!(bench.platform.sockets(None).len(), 2, "open sockets stay");
}
