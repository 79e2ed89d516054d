//! The platform, its faults too, behind one port.

use std::io::ErrorKind;
use std::time::Duration;

use kandy_mock_server::{Answered, FrontLimits, Kind, Point, Side};
use serde_json::json;

use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_and_notifications_share_a_port() {
    let front = start().await;
    let mut socket = connect(&front).await;
    let sent = front.handle().platform(|platform, now| platform.send(now, ALICE, json!({ "x": 1 })));
    assert_eq!(sent, Ok(1));
    assert_eq!(hear(&mut socket).await, json!({ "x": 1 }));
    let mut watch = front.handle().watch();
    say(&mut socket, "hello").await;
    assert!(matches!(soon(watch.next()).await.unwrap().unwrap().kind, Kind::FrameIn { .. }));
    soon(socket.close(None)).await.unwrap();
    assert_eq!(soon(until_closed(&mut watch)).await, (Some(1005), Side::Client));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_takes_one_request_after_the_other() {
    let front = start().await;
    let mut line = KeptAlive::to(&front);
    (0..100).for_each(|_| assert_eq!(line.status_of_login(), 200));
    assert_eq!(statuses(&front, Point::MkToken), vec![Some(200); 100]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_shapes_the_answer_and_its_reason_phrase() {
    let front = start().await;
    let how = json!([{ "status": 403, "statusText": "Keep Out", "body": "no" }, { "status": 204 }, {}]);
    fail(&front, Point::MkToken, &how);
    let answer = login(&front).unwrap();
    assert!(answer.head.starts_with("HTTP/1.1 403 Keep Out\r\n"), "{}", answer.head);
    assert_eq!(answer.body, "no");
    let answer = login(&front).unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(login(&front).unwrap().json()["success"]["access_token"], "AT-2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_refuse_and_offline_are_a_rst() {
    let front = start().await;
    fail(&front, Point::MkToken, &json!([{ "reset": true, "delay": 20 }, { "refuse": true }, {}]));
    for answered in [Answered::Reset, Answered::Refused] {
        assert_eq!(login(&front).unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(requests(&front, Point::MkToken).pop().unwrap().answered, answered);
    }
    front.handle().platform(kandy_mock_server::Platform::set_offline);
    assert_eq!(login(&front).unwrap_err().kind(), ErrorKind::ConnectionReset);
    let preflight = rest(&front, "OPTIONS", LOGIN, &["Origin: http://x"], "");
    assert_eq!(preflight.unwrap_err().kind(), ErrorKind::ConnectionReset);
    front.handle().platform(kandy_mock_server::Platform::set_online);
    assert_eq!(login(&front).unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hanging_request_is_silent_until_the_client_leaves() {
    let front = start().await;
    fail(&front, Point::MkToken, &json!([{ "hang": true }, {}]));
    let hanging = ask(&front, "GET", LOGIN, &[BASIC], "");
    until(&front, Point::MkToken).await;
    assert!(is_silent(&hanging));
    assert_eq!(login(&front).unwrap().status, 200, "it blocks no other");

    let front = start_within(FrontLimits { connections: 1, ..FrontLimits::default() }).await;
    fail(&front, Point::MkToken, &json!([{ "hang": true }, {}]));
    let hanging = ask(&front, "GET", LOGIN, &[BASIC], "");
    until(&front, Point::MkToken).await;
    let request = format!("GET {LOGIN} HTTP/1.1\r\nHost: kandy\r\nConnection: close\r\n{BASIC}\r\n\r\n");
    assert!(knock(&front, request.as_bytes()).and_then(answer).is_err(), "the only connection is taken");
    drop(hanging);
    soon(async {
        while knock(&front, request.as_bytes()).and_then(answer).is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delayed_answer_comes_late_and_blocks_no_other() {
    let front = start().await;
    // The first is delayed beyond any patience, so whatever comes has not waited for it.
    fail(&front, Point::MkToken, &json!([{ "delay": 3_600_000 }, { "delay": 50 }, {}]));
    let delayed = ask(&front, "GET", LOGIN, &[BASIC], "");
    until(&front, Point::MkToken).await;
    let asked = front.handle().now();
    assert_eq!(login(&front).unwrap().json()["success"]["access_token"], "AT-2");
    assert!(front.handle().now() - asked >= Duration::from_millis(50));
    assert_eq!(login(&front).unwrap().json()["success"]["access_token"], "AT-3");
    assert!(is_silent(&delayed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_is_answered_as_the_platform_wants_it() {
    let front = start().await;
    let channel = subscribe(&front);
    let opening = |channel: &str| knock(&front, &upgrade(channel, "")).and_then(answer);
    assert_eq!(opening("/websocket/CH-9?token=AT-1").unwrap().status, 404);
    fail(
        &front,
        Point::WebSocket,
        &json!([{ "status": 503, "statusText": "Come Back" }, { "reset": true }, { "refuse": true }, { "hang": true }, {}]),
    );
    let answer = opening(&channel).unwrap();
    assert!(answer.head.starts_with("HTTP/1.1 503 Come Back\r\n"), "{}", answer.head);
    assert_eq!(opening(&channel).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(opening(&channel).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(is_silent(&knock(&front, &upgrade(&channel, "")).unwrap()));
    assert!(handshake(&front, &channel).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_may_follow_a_request_and_a_frame_the_handshake() {
    let front = start().await;
    let channel = subscribe(&front);
    front.handle().platform(|platform, now| platform.set_answer_pings(now, true));
    let mut bytes = format!("GET {LOGIN} HTTP/1.1\r\nHost: kandy\r\n{BASIC}\r\n\r\n").into_bytes();
    bytes.extend(upgrade(&channel, ""));
    let ping = br#"{"message_type":"ping"}"#;
    bytes.extend([0x81, 0x80 | ping.len() as u8, 0, 0, 0, 0]);
    bytes.extend(ping);
    let stream = knock(&front, &bytes).unwrap();
    assert!(heard_until(&stream, r#"{"message_type":"pong"}"#).contains("HTTP/1.1 101 "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_is_a_fin_without_a_close_frame() {
    let front = start().await;
    let channel = subscribe(&front);
    let stream = knock(&front, &upgrade(&channel, "")).unwrap();
    heard_until(&stream, "\r\n\r\n");
    front.handle().platform(|platform, now| platform.cut(now, ALICE)).unwrap();
    assert_eq!(rest_of(&stream).unwrap(), b"", "the end, and nothing before it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_may_be_written_in_every_way_that_http_has() {
    let front = start().await;
    let channel = subscribe(&front);
    let usual = String::from_utf8(upgrade(&channel, "")).unwrap();
    for (line, other) in [
        ("Connection: Upgrade", "Connection: keep-alive\r\nConnection: Upgrade"),
        ("Connection: Upgrade", "Connection: keep-alive,\tUpgrade"),
        ("Upgrade: websocket", "Upgrade: h2c, websocket"),
        ("Upgrade: websocket", "Upgrade: h2c\r\nUpgrade: WebSocket"),
    ] {
        let handshake = usual.replace(line, other);
        heard_until(knock(&front, handshake.as_bytes()).unwrap(), "HTTP/1.1 101 Switching Protocols");
    }
    for (line, other) in [
        ("Host: kandy\r\n", ""),
        ("Host: kandy", "Host: kandy\r\nHost: other"),
        ("Host: kandy", "Host: kandy\r\nContent-Length: 2"),
        ("Sec-WebSocket-Key: dGhl", "Sec-WebSocket-Key: d"),
    ] {
        let refused = knock(&front, usual.replace(line, other).as_bytes()).and_then(answer).unwrap();
        assert_eq!((refused.status, refused.header("date").is_some()), (400, true), "{other:?}: {}", refused.head);
    }
    fail(&front, Point::WebSocket, &json!({ "status": 204 }));
    let empty = knock(&front, usual.as_bytes()).and_then(answer).unwrap();
    assert_eq!((empty.status, empty.header("content-length")), (204, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_looks_like_a_handshake_is_told_so() {
    let front = start().await;
    let channel = subscribe(&front);
    let none = rest(&front, "GET", &channel, &["Upgrade: websocket"], "").unwrap();
    assert_eq!((none.status, none.header("upgrade")), (426, Some("websocket")));
    assert_eq!(none.header("sec-websocket-version"), Some("13"));
    assert_eq!(
        rest(&front, "GET", &channel, &["Upgrade: h2c"], "").unwrap().status,
        404,
        "it is a request like others"
    );
    assert_eq!(rest(&front, "GET", &channel, &[], "").unwrap().status, 404);
    let old = format!("GET {channel} HTTP/1.0\r\nHost: kandy\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    assert_eq!(
        knock(&front, old.as_bytes()).and_then(answer).unwrap().status,
        404,
        "in HTTP/1.0 nothing is an upgrade"
    );
    let nonsense = knock(&front, b"nonsense\r\n\r\n").and_then(answer).unwrap();
    assert_eq!(nonsense.status, 400);
}
