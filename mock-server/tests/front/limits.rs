//! Every limit, by a client that reaches it.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use kandy_mock_server::{Frame, FrontLimits, Kind, Limits, Side};

use crate::support::*;

/// Short for a test, and long for what is in time on a busy machine.
const SHORT: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_is_too_long_gets_431() {
    let front = start().await;
    let long = format!("X: {}", "y".repeat(20_000));
    let many = ["X: y"; 200];
    let endless = vec![b'x'; 1_000_000];
    let handshake = upgrade("/websocket/CH-1", &format!("{long}\r\n"));
    assert_eq!(rest(&front, "GET", LOGIN, &[BASIC, &long], "").unwrap().status, 431);
    assert_eq!(rest(&front, "GET", LOGIN, &many, "").unwrap().status, 431);
    assert_eq!(knock(&front, &handshake).and_then(answer).unwrap().status, 431);
    assert!(matches!(knock(&front, &endless).and_then(answer).unwrap().status, 400 | 431));
    let just = format!("X: {}", "y".repeat(15_000));
    assert_eq!(rest(&front, "GET", LOGIN, &[BASIC, &just], "").unwrap().status, 200);

    let front = start_within(FrontLimits { header_bytes: 1_000, ..FrontLimits::default() }).await;
    let long = format!("X: {}", "y".repeat(1_000));
    assert_eq!(rest(&front, "GET", LOGIN, &[BASIC, &long], "").unwrap().status, 431);
    assert_eq!(login(&front).unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_takes_too_long_gets_408_and_an_idle_connection_its_end() {
    let front = start_within(FrontLimits { header_time: SHORT, ..FrontLimits::default() }).await;
    let late = knock(&front, b"GET / HTTP/1.1\r\nHost: kan").and_then(answer).unwrap();
    assert_eq!((late.status, late.header("connection")), (408, Some("close")));
    let idle = knock(&front, b"").unwrap();
    assert_eq!(rest_of(&idle).unwrap(), b"");
    let kept = format!("GET {LOGIN} HTTP/1.1\r\nHost: kandy\r\n{BASIC}\r\n\r\n");
    let kept = knock(&front, kept.as_bytes()).and_then(answer).unwrap();
    assert_eq!(kept.json()["success"]["access_token"], "AT-1", "one answer, then the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_too_long_gets_413_whether_it_says_so_or_not() {
    let front = start_within(FrontLimits { body_bytes: 1_000, ..FrontLimits::default() }).await;
    let said = rest(&front, "POST", SUBSCRIPTION, &[], &"x".repeat(1_000_000)).unwrap();
    assert_eq!((said.status, said.header("connection")), (413, Some("close")));
    let mut chunked = format!("POST {SUBSCRIPTION} HTTP/1.1\r\nHost: kandy\r\nTransfer-Encoding: chunked\r\n\r\n");
    (0..100).for_each(|_| chunked += &format!("64\r\n{}\r\n", "x".repeat(100)));
    assert_eq!(knock(&front, chunked.as_bytes()).and_then(answer).unwrap().status, 413, "it has no end");
    assert_eq!(rest(&front, "POST", SUBSCRIPTION, &[], &"x".repeat(1_000)).unwrap().status, 401, "it is taken");
    assert_eq!(requests(&front, kandy_mock_server::Point::Subscribe).len(), 1, "the others never reach the platform");

    let front = start_within(FrontLimits { body_bytes: 2 * Limits::BODY_BYTES, ..FrontLimits::default() }).await;
    let long = "x".repeat(2 * Limits::BODY_BYTES);
    assert_eq!(rest(&front, "POST", SUBSCRIPTION, &[], &long).unwrap().status, 401, "a longer one may be allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_takes_too_long_gets_408() {
    let front = start_within(FrontLimits { body_time: SHORT, ..FrontLimits::default() }).await;
    let half = format!("POST {SUBSCRIPTION} HTTP/1.1\r\nHost: kandy\r\nContent-Length: 10\r\n\r\nhalf");
    let late = knock(&front, half.as_bytes()).and_then(answer).unwrap();
    assert_eq!((late.status, late.header("connection")), (408, Some("close")));
    let broken = half.replace("Content-Length: 10", "Transfer-Encoding: chunked");
    assert_eq!(knock(&front, broken.as_bytes()).and_then(answer).unwrap().status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_its_answers_is_reset() {
    let limits = FrontLimits { write_time: SHORT, requests_per_connection: usize::MAX, ..FrontLimits::default() };
    let front = start_within(limits).await;
    // An answer is longer than its request, so the front is soon the one that waits.
    let many = "GET / HTTP/1.1\r\nHost: kandy\r\n\r\n".repeat(1_000);
    let mut stream = knock(&front, b"").unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    let told = (0..1_000).find_map(|_| stream.write_all(many.as_bytes()).err()).unwrap();
    assert!(matches!(told.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{told}");
    assert_eq!(login(&front).unwrap().status, 200, "others are served");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_too_long_closes_with_1009() {
    let front = start_within(FrontLimits { frame_bytes: 1_000, ..FrontLimits::default() }).await;
    let mut socket = connect(&front).await;
    say(&mut socket, &"x".repeat(1_000)).await;
    say(&mut socket, &"x".repeat(1_001)).await;
    assert_eq!(end(&mut socket).await.0, 1009);

    let front = start().await;
    let mut socket = connect(&front).await;
    say(&mut socket, &"x".repeat(Limits::FRAME_BYTES + 1)).await;
    assert_eq!(end(&mut socket).await.0, 1009);

    let front = start_within(FrontLimits { frame_bytes: 2 * Limits::FRAME_BYTES, ..FrontLimits::default() }).await;
    let mut socket = connect(&front).await;
    let long = serde_json::json!("x".repeat(2 * Limits::FRAME_BYTES - 2)).to_string();
    let sent = Frame::Text(long.clone());
    front.handle().platform(|platform, now| platform.send_raw(now, ALICE, &sent)).unwrap();
    assert_eq!(hear(&mut socket).await.to_string(), long, "a longer one may be allowed, both ways");
    say(&mut socket, &long).await;
    say(&mut socket, &format!("{long}x")).await;
    assert_eq!(end(&mut socket).await.0, 1009);
    let heard = front.handle().platform(|platform, _| {
        let came = |kind: &Kind| matches!(kind, Kind::FrameIn { frame, .. } if frame.bytes == long.len());
        platform.journal().iter().filter(|record| came(&record.kind)).count()
    });
    assert_eq!(heard, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_length_may_be_the_limit_of_a_message() {
    for frame_bytes in [0, 1, 20, usize::MAX / 2 + 1] {
        let front = start_within(FrontLimits { frame_bytes, ..FrontLimits::default() }).await;
        let mut socket = connect(&front).await;
        front.handle().platform(|platform, now| platform.set_answer_pings(now, true));
        say(&mut socket, r#"{"message_type":"ping"}"#).await;
        if frame_bytes < 23 {
            assert_eq!(end(&mut socket).await.0, 1009, "{frame_bytes}");
        } else {
            assert_eq!(hear(&mut socket).await["message_type"], "pong");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_keeps_as_many_records_as_it_is_told() {
    let front = start_within(FrontLimits { journal_records: 2, ..FrontLimits::default() }).await;
    (0..3).for_each(|_| assert_eq!(login(&front).unwrap().status, 200));
    let kept =
        front.handle().platform(|platform, _| platform.journal().iter().map(|record| record.seq).collect::<Vec<_>>());
    assert_eq!(kept, [2, 3], "alice was added before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_more_than_the_limit_is_reset() {
    let front = start_within(FrontLimits { connections: 1, ..FrontLimits::default() }).await;
    let mut line = KeptAlive::to(&front);
    assert_eq!(line.status_of_login(), 200);
    // Nothing is sent: it may be reset before that.
    let one_more = || rest_of(&knock(&front, b"")?);
    assert_eq!(one_more().unwrap_err().kind(), ErrorKind::ConnectionReset);
    drop(line);
    // The connection counts until its task is over, soon after its end.
    soon(async {
        let ask = || knock(&front, b"GET / HTTP/1.1\r\nHost: kandy\r\nConnection: close\r\n\r\n").and_then(answer);
        while ask().is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_request_of_a_connection_is_told_so() {
    let front = start_within(FrontLimits { requests_per_connection: 2, ..FrontLimits::default() }).await;
    let one = format!("GET {LOGIN} HTTP/1.1\r\nHost: kandy\r\n{BASIC}\r\n\r\n");
    let mut stream = knock(&front, one.as_bytes()).unwrap();
    assert!(!heard_until(&stream, "}}").contains("connection: close"));
    stream.write_all(one.repeat(2).as_bytes()).unwrap();
    let last = String::from_utf8(rest_of(&stream).unwrap()).unwrap();
    assert!(last.contains("connection: close\r\n"), "{last}");
    assert_eq!(statuses(&front, kandy_mock_server::Point::MkToken).len(), 2, "the third is not taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_is_cut_when_too_much_waits_for_it() {
    let front = start_within(FrontLimits { queued_bytes: 64 * 1024, ..FrontLimits::default() }).await;
    let mut socket = connect(&front).await;
    let frame = Frame::Text("x".repeat(1024));
    let send = || front.handle().platform(|platform, now| platform.send_raw(now, ALICE, &frame)).unwrap();
    let taken = (0..20_000).take_while(|_| send() == 1).count();
    assert!(taken < 20_000, "the socket is cut on the way");
    let closed = front.handle().platform(|platform, _| {
        let is_closed = |kind: &Kind| matches!(kind, Kind::Closed { code: None, by: Side::Platform, .. });
        platform.journal().iter().any(|record| is_closed(&record.kind))
    });
    assert!(closed);
    assert_eq!(end(&mut socket).await.0, 1006);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_that_nobody_reads_hold_so_much_together_and_who_reads_hears_all() {
    const ALL: usize = 1024 * 1024;
    let front = start_within(FrontLimits { all_queued_bytes: ALL, ..FrontLimits::default() }).await;
    let add = |platform: &mut kandy_mock_server::Platform, now| {
        platform.add_user(now, "bob", "x", kandy_mock_server::UserOptions::default())?;
        platform.issue_token(now, "bob", &kandy_mock_server::TokenOptions::default())
    };
    let token = front.handle().platform(add).unwrap().access_token;
    let body = r#"{"subscribeRequest":{}}"#;
    let path = format!("/rest/version/1/user/bob/subscription?token={token}");
    let subscribed = rest(&front, "POST", &path, &["Content-Type: application/json"], body).unwrap().json();
    let channel = subscribed["subscribeResponse"]["subscriptionParams"]["notificationChannel"].as_str().unwrap();
    let (mut reader, _) = handshake(&front, &format!("{channel}?token={token}")).await.unwrap();
    let mut unread = Vec::new();
    for _ in 0..20 {
        unread.push(connect(&front).await);
    }
    let long = Frame::Text("x".repeat(32 * 1024));
    let mut rounds = 0;
    while front.handle().platform(|platform, now| platform.send_raw(now, ALICE, &long)).unwrap() == 20 {
        front
            .handle()
            .platform(|platform, now| platform.send(now, "bob", serde_json::json!({ "round": rounds })))
            .unwrap();
        assert_eq!(hear(&mut reader).await["round"], rounds);
        rounds += 1;
        assert!(rounds < 10_000, "they are cut on the way");
    }
    let sockets = front.handle().platform(|platform, _| platform.sockets(Some("bob")).len());
    assert_eq!(sockets, 1);
}
