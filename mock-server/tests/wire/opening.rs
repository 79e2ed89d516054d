use std::io::{ErrorKind, Read};
use std::time::Duration;

use kandy_mock_server::{Answered, MockKandyOptions, Point};
use serde_json::json;
use tokio_tungstenite::tungstenite::Error;

use crate::support::*;

/// A time for handshakes that is short for a test, and long for what is in time on a busy machine.
const SHORT: Duration = Duration::from_secs(1);

/// What a handshake for `channel` gets.
fn opening(mock: &kandy_mock_server::MockKandy, channel: &str) -> std::io::Result<Answer> {
    knock(mock, &upgrade(channel, "")).and_then(answer)
}

#[tokio::test]
async fn a_handshake_needs_the_channel_of_a_subscription_and_its_token() {
    let mock = start().await;
    let channel = subscribe(&mock);
    assert_eq!(opening(&mock, "/websocket/CH-2?token=AT-1").unwrap().status, 404);
    assert_eq!(opening(&mock, "/websocket/CH-1?token=AT-9").unwrap().status, 401);
    let (_socket, response) = handshake(&mock, &channel).await.unwrap();
    assert_eq!(response.status(), 101);
    let statuses = mock.requests(Point::WebSocket).into_iter().map(|handshake| handshake.status());
    assert!(statuses.eq([404, 401, 101].map(Some)));
}

#[tokio::test]
async fn a_refused_handshake_has_the_status_and_the_reason_of_its_fault() {
    let mock = start().await;
    let channel = subscribe(&mock);
    fail(
        &mock,
        Point::WebSocket,
        &json!([
            { "status": 503, "statusText": "Come Back" },
            { "status": 200 },
            { "status": 302, "times": 1 },
        ]),
    );
    let answer = opening(&mock, &channel).unwrap();
    assert!(answer.head.starts_with("HTTP/1.1 503 Come Back\r\n"), "{}", answer.head);
    assert_eq!(answer.header("content-length"), Some("0"));
    assert_eq!(opening(&mock, &channel).unwrap().status, 200);
    assert!(
        matches!(*handshake(&mock, &channel).await.unwrap_err(), Error::Http(response) if response.status() == 302)
    );
    assert!(handshake(&mock, &channel).await.is_ok());
}

#[tokio::test]
async fn a_reset_handshake_is_a_rst_and_so_is_a_refused_one() {
    let mock = start().await;
    let channel = subscribe(&mock);
    fail(&mock, Point::WebSocket, &json!([{ "reset": true, "delay": 20 }, { "refuse": true }, {}]));
    for answered in [Answered::Reset, Answered::Refused] {
        assert_eq!(opening(&mock, &channel).unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(mock.requests(Point::WebSocket).pop().unwrap().request.answered, answered);
    }
    mock.set_offline();
    assert_eq!(opening(&mock, &channel).unwrap_err().kind(), ErrorKind::ConnectionReset);
    mock.set_online();
    assert!(handshake(&mock, &channel).await.is_ok());
}

#[tokio::test]
async fn a_hanging_handshake_is_silent_and_blocks_no_other() {
    let mock = start_with(MockKandyOptions { handshake_timeout: SHORT, ..MockKandyOptions::default() }).await;
    let channel = subscribe(&mock);
    fail(&mock, Point::WebSocket, &json!([{ "hang": true }, {}]));
    let hanging = knock(&mock, &upgrade(&channel, "")).unwrap();
    soon(mock.wait_for(Point::WebSocket, None, PATIENCE)).await.unwrap();
    assert!(handshake(&mock, &channel).await.is_ok());
    // When a later one has had its time, so has the one that hangs.
    let late = knock(&mock, b"GET / HTTP/1.1\r\n").and_then(answer).unwrap();
    assert_eq!(late.status, 408);
    assert!(is_silent(&hanging), "the time for a handshake is for the client");
}

#[tokio::test]
async fn a_cut_during_a_handshake_makes_it_fail() {
    let mock = start().await;
    let channel = subscribe(&mock);
    mock.set_latency(Duration::from_secs(60));
    let waiting = knock(&mock, &upgrade(&channel, "")).unwrap();
    soon(mock.wait_for(Point::WebSocket, None, Duration::from_secs(20))).await.unwrap();
    assert_eq!(mock.cut(ALICE), Ok(1));
    assert_eq!(answer(waiting).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_client_that_leaves_during_a_handshake_is_forgotten() {
    let mock = start().await;
    let channel = subscribe(&mock);
    mock.set_latency(Duration::from_secs(60));
    let mut watch = mock.watch();
    drop(knock(&mock, &upgrade(&channel, "")).unwrap());
    soon(until_closed(&mut watch)).await;
    assert!(mock.sockets(None).is_empty());
}

#[tokio::test]
async fn a_frame_right_behind_the_handshake_is_heard() {
    let mock = start().await;
    mock.set_answer_pings(true);
    let channel = subscribe(&mock);
    let mut early = upgrade(&channel, "");
    let ping = br#"{"message_type":"ping"}"#;
    early.extend([0x81, 0x80 | ping.len() as u8, 0, 0, 0, 0]);
    early.extend(ping);
    let mut stream = knock(&mock, &early).unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(br#"{"message_type":"pong"}"#) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        heard.extend(byte);
    }
}

#[tokio::test]
async fn what_is_no_handshake_is_told_so() {
    let mock = start_with(MockKandyOptions { handshake_timeout: SHORT, ..MockKandyOptions::default() }).await;
    let status = |bytes: &[u8]| knock(&mock, bytes).and_then(answer).unwrap().status;
    assert_eq!(status(b"GET / HTTP/1.1\r\nHost: kandy\r\n\r\n"), 426);
    assert_eq!(status(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"), 400);
    assert_eq!(status(b"nonsense\r\n\r\n"), 400);
    assert_eq!(status(&upgrade("/", &"X: y\r\n".repeat(200))), 431);
    assert_eq!(status(&upgrade("/", &format!("X: {}\r\n", "y".repeat(20_000)))), 431);
    assert_eq!(status(&vec![b'x'; 100_000]), 431);
    assert_eq!(status(b"GET / HTTP/1.1\r\nHost: kan"), 408, "slower than the time for it");
    assert!(mock.requests(None).is_empty());
}

#[tokio::test]
async fn one_connection_more_than_the_limit_is_reset() {
    let mock = start_with(MockKandyOptions { max_connections: 1, ..MockKandyOptions::default() }).await;
    let mut socket = connect(&mock).await;
    let channel = "/websocket/CH-1?token=AT-1";
    assert_eq!(opening(&mock, channel).unwrap_err().kind(), ErrorKind::ConnectionReset);
    let mut watch = mock.watch();
    soon(socket.close(None)).await.unwrap();
    assert_eq!(end(&mut socket).await.0, 1005);
    soon(until_closed(&mut watch)).await;
    drop(socket);
    // The connection counts until its task is over, soon after its end.
    soon(async { while handshake(&mock, channel).await.is_err() {} }).await;
}
