//! Bodies that come late, slowly, or not to their end.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::Duration;

use kandy_mock_server::{ClockKind, Front, FrontOptions, Point};
use serde_json::{Value, json};

use crate::support::*;

/// A front whose clock is moved by hand, with these faults at the login.
async fn held(how: &Value) -> Front {
    let front = start_with(FrontOptions { clock: ClockKind::Manual, ..FrontOptions::default() }).await;
    fail(&front, Point::MkToken, how);
    front
}

fn pass(front: &Front, millis: u64) {
    front.handle().advance(Duration::from_millis(millis)).unwrap();
}

/// A login whose head has come.
fn begun(front: &Front) -> (TcpStream, String) {
    let stream = ask(front, "GET", LOGIN, &[BASIC], "");
    let head = heard_until(&stream, "\r\n\r\n");
    (stream, head)
}

fn next<const N: usize>(mut stream: &TcpStream) -> String {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_body_comes_after_its_head() {
    let front = held(&json!({ "body": "0123456789", "lateBody": "2s" })).await;
    let (stream, head) = begun(&front);
    assert!(head.contains("content-length: 10\r\n"), "{head}");
    pass(&front, 1999);
    assert!(is_silent(&stream));
    pass(&front, 1);
    assert_eq!(rest_of(&stream).unwrap(), b"0123456789");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_an_empty_body_may_be_late() {
    let front = held(&json!({ "body": "", "lateBody": "2s" })).await;
    let (stream, head) = begun(&front);
    assert!(head.contains("transfer-encoding: chunked\r\n"), "{head}");
    pass(&front, 1999);
    assert!(is_silent(&stream));
    pass(&front, 1);
    assert_eq!(rest_of(&stream).unwrap(), b"0\r\n\r\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_drips_second_by_second() {
    let front = held(&json!({ "body": "0123456789", "drip": 4, "lateBody": 500 })).await;
    let (stream, _) = begun(&front);
    pass(&front, 1499);
    assert!(is_silent(&stream));
    pass(&front, 1);
    assert_eq!(next::<4>(&stream), "0123");
    assert!(is_silent(&stream));
    pass(&front, 1000);
    assert_eq!(next::<4>(&stream), "4567");
    assert!(is_silent(&stream));
    pass(&front, 1000);
    assert_eq!(rest_of(&stream).unwrap(), b"89");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_is_cut_behind_so_many_bytes_of_it() {
    for (bytes, comes) in [(0, ""), (1, "0"), (9, "012345678"), (10, "0123456789"), (11, "0123456789")] {
        let front = held(&json!({ "body": "0123456789", "truncate": bytes, "times": 1 })).await;
        let (stream, head) = begun(&front);
        assert!(head.contains("content-length: 10\r\n"), "{head}");
        assert_eq!(rest_of(&stream).unwrap(), comes.as_bytes(), "a FIN, and no RST, behind {bytes}");
        assert_eq!(login(&front).unwrap().status, 200);
    }
    // Nobody knows before how long a body will be: the connection ends behind a shorter one, and behind none.
    let front = held(&json!({ "truncate": 10_000 })).await;
    let stream = knock(&front, format!("GET {LOGIN} HTTP/1.1\r\nHost: kandy\r\n{BASIC}\r\n\r\n").as_bytes()).unwrap();
    let whole = answer(stream).unwrap();
    assert_eq!((whole.header("connection"), &whole.json()["success"]["access_token"]), (Some("close"), &json!("AT-1")));
    let long = "x".repeat(400_000);
    let front = held(&json!({ "body": long, "truncate": 300_000 })).await;
    assert_eq!(rest_of(&begun(&front).0).unwrap().len(), 300_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_takes_its_time_and_the_work_is_done() {
    let front = held(&json!([{ "truncate": 3, "drip": 2, "lateBody": "1s" }, {}])).await;
    let (stream, _) = begun(&front);
    pass(&front, 2000);
    assert_eq!(next::<2>(&stream), "{\"");
    assert!(is_silent(&stream));
    pass(&front, 1000);
    assert_eq!(rest_of(&stream).unwrap(), b"s");
    assert_eq!(login(&front).unwrap().json()["success"]["access_token"], "AT-2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_connection_goes_on_behind_a_slow_body() {
    let front = start().await;
    fail(&front, Point::MkToken, &json!([{ "lateBody": 5 }, {}]));
    let mut line = KeptAlive::to(&front);
    assert_eq!((line.status_of_login(), line.status_of_login()), (200, 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preflight_meets_its_faults() {
    let front = start().await;
    fail(&front, Point::Preflight, &json!([{ "status": 503 }, { "reset": true }, { "delay": 1 }]));
    let preflight = || rest(&front, "OPTIONS", LOGIN, &["Origin: http://x", "Access-Control-Request-Method: GET"], "");
    assert_eq!(preflight().unwrap().status, 503);
    assert_eq!(preflight().unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(preflight().unwrap().status, 204);
    assert_eq!(statuses(&front, Point::Preflight), [Some(503), None, Some(204)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_is_accepted_that_would_be_refused() {
    let front = start().await;
    fail(&front, Point::WebSocket, &json!([{ "accept": true }, {}]));
    let mut socket = handshake(&front, "/elsewhere").await.unwrap().0;
    say(&mut socket, "hello").await;
    assert!(handshake(&front, "/elsewhere").await.is_err());
}

/// Until when the answer of the login is held, if it is.
fn held_until(front: &Front) -> Vec<Option<u64>> {
    front.handle().held().into_iter().map(|held| held.due.map(kandy_mock_server::Time::as_millis)).collect()
}

/// Waits until it is held so.
async fn until_held(front: &Front, due: &[Option<u64>]) {
    soon(async {
        while held_until(front) != due {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_next_of_a_body_comes_is_told_and_it_is_under_way_until_the_last() {
    let front = held(&json!({ "body": "0123456789", "drip": 4, "lateBody": 500, "delay": 100 })).await;
    let stream = ask(&front, "GET", LOGIN, &[BASIC], "");
    let mut past = 0;
    for due in [100, 600, 1_600, 2_600, 3_600] {
        until_held(&front, &[Some(due)]).await;
        soon(front.handle().idle(Duration::ZERO)).await;
        let fired = front.handle().advance(Duration::from_millis(due - past)).unwrap().fired;
        assert_eq!(fired.len(), 1, "{fired:?}");
        past = due;
    }
    assert!(rest_of(&stream).unwrap().ends_with(b"0123456789"));
    until_held(&front, &[]).await;
    soon(front.handle().idle(Duration::ZERO)).await;
    assert!(front.handle().under_way().is_nothing());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_not_all_there_ends_with_a_reset_of_the_platform() {
    let front = held(&json!({ "body": "0123456789", "drip": 4 })).await;
    let (stream, _) = begun(&front);
    until_held(&front, &[Some(1_000)]).await;
    front.handle().platform(kandy_mock_server::Platform::reset);
    match rest_of(&stream) {
        Ok(rest) => assert_eq!(rest, b""),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    until_held(&front, &[]).await;
}
