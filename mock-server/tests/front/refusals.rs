//! What never reaches the platform leaves a record all the same, and what it holds says when it went out.

use std::time::Duration;

use http::HeaderValue;
use kandy_mock_server::{ClockKind, Front, FrontLimits, FrontOptions, Kind, Point, RefusalRecord, Refused, Time};
use serde_json::json;

use crate::support::*;

/// What was refused, oldest first.
fn refusals(front: &Front) -> Vec<RefusalRecord> {
    front.handle().platform(|platform, _| {
        let refused = platform.journal().iter().filter_map(|record| match &record.kind {
            Kind::Refused(refused) => Some((**refused).clone()),
            _ => None,
        });
        refused.collect()
    })
}

/// Waits for the first refusal.
async fn first(front: &Front) -> RefusalRecord {
    let mut watch = front.handle().watch();
    loop {
        if let Some(refused) = refusals(front).into_iter().next() {
            return refused;
        }
        soon(watch.next()).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_origin_its_preflight_and_a_foreign_host_are_told_of() {
    let origins = Some(vec![HeaderValue::from_static("http://app.example")]);
    let front = start_with(FrontOptions { origins, ..FrontOptions::default() }).await;
    let host = front.address();
    let foreign = "Origin: https://evil.example";
    let ask = |method: &str, host: &str| {
        let text = format!("{method} {LOGIN} HTTP/1.1\r\nHost: {host}\r\n{foreign}\r\nConnection: close\r\n\r\n");
        knock(&front, text.as_bytes()).and_then(answer).unwrap().status
    };
    assert_eq!(ask("GET", &host.to_string()), 403);
    assert_eq!(ask("OPTIONS", &host.to_string()), 403);
    assert_eq!(ask("GET", "evil.example"), 421);
    let told: Vec<_> =
        refusals(&front).into_iter().map(|refused| (refused.what, refused.method, refused.status)).collect();
    let expected = [(Refused::Origin, "GET", 403), (Refused::Origin, "OPTIONS", 403), (Refused::Host, "GET", 421)];
    assert_eq!(told, expected.map(|(what, method, status)| (what, Some(method.to_owned()), Some(status))));
    let refused = &refusals(&front)[0];
    assert_eq!(refused.origin.as_deref(), Some("https://evil.example"));
    assert_eq!((refused.peer, refused.path.as_deref()), (Some(host.ip()), LOGIN.split('?').next()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_without_a_key_or_a_version_is_told_of() {
    let front = start().await;
    let whole = String::from_utf8(upgrade("/websocket/CH-1?token=AT-1", "").to_vec()).unwrap();
    for (header, what, status) in
        [("sec-websocket-version", Refused::HandshakeVersion, 426), ("sec-websocket-key", Refused::BadHandshake, 400)]
    {
        let lines = whole.split("\r\n").filter(|line| !line.to_lowercase().starts_with(header));
        let asked = lines.collect::<Vec<_>>().join("\r\n");
        assert_eq!(knock(&front, asked.as_bytes()).and_then(answer).unwrap().status, status);
        let refused = refusals(&front).pop().unwrap();
        assert_eq!((refused.what, refused.status), (what, Some(status)));
        assert_eq!(refused.path.as_deref(), Some("/websocket/CH-1"), "without its token");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_and_bodies_beyond_their_limits_are_told_of() {
    let second = Duration::from_secs(1);
    let within =
        |limits: FrontLimits| FrontLimits { body_bytes: 1_000, header_time: second, body_time: second, ..limits };
    let long = format!("X: {}", "y".repeat(20_000));
    let body = |end: &str| format!("POST {SUBSCRIPTION} HTTP/1.1\r\nHost: kandy\r\n{end}");
    for (asked, what, status) in [
        (format!("GET {LOGIN} HTTP/1.1\r\nHost: kandy\r\n{long}\r\n\r\n"), Refused::LongHead, 431),
        ("no HTTP\r\n\r\n".to_owned(), Refused::BadHead, 400),
        ("GET / HTTP/1.1\r\nHost: kan".to_owned(), Refused::SlowHead, 408),
        (body("Content-Length: 5000\r\n\r\n"), Refused::LongBody, 413),
        (body("Content-Length: 10\r\n\r\nhalf"), Refused::SlowBody, 408),
        (body("Transfer-Encoding: chunked\r\n\r\nhalf"), Refused::BrokenBody, 400),
    ] {
        let front = start_within(within(FrontLimits::default())).await;
        let told = knock(&front, asked.as_bytes()).and_then(answer).unwrap();
        let refused = first(&front).await;
        assert_eq!((told.status, refused.what, refused.status), (status, what, Some(status)), "{asked:.60}");
        assert_eq!((refused.count, refused.peer), (1, Some(front.address().ip())), "{asked:.60}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_beyond_the_limit_is_told_of() {
    let front = start_within(FrontLimits { connections: 1, ..FrontLimits::default() }).await;
    let kept = knock(&front, b"").unwrap();
    let beyond = knock(&front, b"").and_then(|stream| rest_of(&stream));
    assert!(beyond.is_err(), "{beyond:?}");
    assert_eq!(first(&front).await.what, Refused::Connections);
    drop(kept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_held_says_when_it_went_out() {
    let front = start_with(FrontOptions { clock: ClockKind::Manual, ..FrontOptions::default() }).await;
    fail(&front, Point::MkToken, &json!({ "delay": "3s" }));
    let late = ask(&front, "GET", LOGIN, &[BASIC], "");
    until(&front, Point::MkToken).await;
    let delivery = || requests(&front, Point::MkToken)[0].delivery;
    assert_eq!((delivery().held_until.map(Time::as_millis), delivery().sent), (Some(3_000), None));
    front.handle().advance(Duration::from_secs(4)).unwrap();
    assert_eq!(answer(late).unwrap().status, 200);
    assert_eq!(delivery().sent.map(Time::as_millis), Some(4_000));
    let named = |name: &str| {
        front.handle().platform(|platform, _| {
            platform
                .journal()
                .iter()
                .any(|record| matches!(&record.kind, Kind::Command { name: verb, .. } if *verb == name))
        })
    };
    assert!(named("advance"));
    let walls =
        front.handle().platform(|platform, _| platform.journal().iter().all(|record| record.wall_time.is_some()));
    assert!(walls);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hang_whose_client_leaves_says_so() {
    let front = start().await;
    fail(&front, Point::MkToken, &json!({ "hang": true }));
    fail(&front, Point::WebSocket, &json!({ "hang": true }));
    let hung = ask(&front, "GET", LOGIN, &[BASIC], "");
    let opening = knock(&front, &upgrade("/websocket/CH-1", "")).unwrap();
    for point in [Point::MkToken, Point::WebSocket] {
        until(&front, point).await;
        assert_eq!(requests(&front, point)[0].delivery.client_left, None);
    }
    drop((hung, opening));
    for point in [Point::MkToken, Point::WebSocket] {
        soon(async {
            while requests(&front, point)[0].delivery.client_left.is_none() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_answer_whose_client_breaks_off_says_so_whatever_that_has_sent_ahead() {
    let front = start().await;
    fail(&front, Point::MkToken, &json!({ "delay": "1h" }));
    let request = format!("GET {LOGIN} HTTP/1.1\r\nHost: kandy\r\n{BASIC}\r\n\r\n");
    for (number, ahead) in ["", request.as_str(), "GET /y HT"].into_iter().enumerate() {
        let stream = knock(&front, format!("{request}{ahead}").as_bytes()).unwrap();
        let came = async {
            while requests(&front, Point::MkToken).len() <= number {
                tokio::task::yield_now().await;
            }
        };
        soon(came).await;
        // What comes behind it is read, too.
        assert!(is_silent(&stream), "the answer is held");
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        drop(stream);
        soon(async {
            while requests(&front, Point::MkToken)[number].delivery.client_left.is_none() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}
