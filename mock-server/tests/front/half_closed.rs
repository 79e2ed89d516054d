//! Clients that have nothing more to say, and wait for their answers (RFC 9112, 9.6).

use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use kandy_mock_server::{Front, Kind, Point};
use serde_json::json;

use crate::support::*;

/// Long enough for the end of a client's bytes to come before the answer is due.
const DELAY: Duration = Duration::from_millis(300);

/// Sends what should be sent, and nothing more from then on.
fn last(front: &Front, bytes: &[u8]) -> TcpStream {
    let stream = knock(front, bytes).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    stream
}

fn login_request() -> String {
    format!("GET {LOGIN} HTTP/1.1\r\nHost: kandy\r\n{BASIC}\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_delayed_reach_who_sends_nothing_more() {
    let front = start().await;
    let request = login_request();
    assert_eq!(answer(last(&front, request.as_bytes())).unwrap().status, 200);
    fail(&front, Point::MkToken, &json!([{ "delay": DELAY.as_millis() as u64, "times": 1 }]));
    assert_eq!(answer(last(&front, request.as_bytes())).unwrap().status, 200);

    front.handle().platform(|platform, now| platform.set_latency(now, DELAY));
    let two = last(&front, request.repeat(2).as_bytes());
    let heard = String::from_utf8(rest_of(&two).unwrap()).unwrap();
    assert_eq!(heard.matches("HTTP/1.1 200 OK").count(), 2, "{heard}");
    let body = "{}";
    let post = format!("POST {SUBSCRIPTION} HTTP/1.1\r\nHost: kandy\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    assert_eq!(answer(last(&front, post.as_bytes())).unwrap().status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_is_answered_too_but_its_channel_is_over() {
    let front = start().await;
    let channel = subscribe(&front);
    front.handle().platform(|platform, now| platform.set_latency(now, DELAY));
    assert_eq!(answer(last(&front, &upgrade("/websocket/CH-9", ""))).unwrap().status, 404);
    assert_eq!(answer(last(&front, &upgrade(&channel, ""))).unwrap().status, 101);
    let (sockets, closed) = front.handle().platform(|platform, _| {
        let is_closed = |kind: &Kind| matches!(kind, Kind::Closed { code: None, .. });
        (platform.sockets(None).len(), platform.journal().iter().filter(|record| is_closed(&record.kind)).count())
    });
    assert_eq!((sockets, closed), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_not_answered_stays_so() {
    let front = start().await;
    let channel = subscribe(&front);
    fail(&front, Point::MkToken, &json!({ "hang": true }));
    fail(&front, Point::WebSocket, &json!({ "hang": true }));
    for request in [login_request().into_bytes(), upgrade(&channel, "")] {
        let hanging = last(&front, &request);
        assert!(is_silent(&hanging));
        assert_eq!(rest_of(&hanging).unwrap(), b"", "it ends, since its client may be gone");
    }
}
