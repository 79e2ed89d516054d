//! What pages of other origins may read.

use http::HeaderValue;
use kandy_mock_server::{FrontOptions, Point};
use serde_json::json;

use crate::support::*;

const ORIGIN: &str = "Origin: http://localhost:3000";
const PREFLIGHT: [&str; 4] = [
    ORIGIN,
    "Access-Control-Request-Method: GET",
    "Access-Control-Request-Headers: authorization",
    "Access-Control-Request-Private-Network: true",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_any_origin_may_read_answers_and_errors() {
    let front = start().await;
    fail(&front, Point::Subscribe, &json!({ "status": 503 }));
    let too_long = "x".repeat(100_000);
    for (status, answer) in [
        (200, rest(&front, "GET", LOGIN, &[BASIC, ORIGIN], "")),
        (401, rest(&front, "GET", LOGIN, &["Authorization: basic eDp5", ORIGIN], "")),
        (404, rest(&front, "GET", "/nowhere", &[ORIGIN], "")),
        (503, rest(&front, "POST", SUBSCRIPTION, &[ORIGIN], "{}")),
        (413, rest(&front, "POST", SUBSCRIPTION, &[ORIGIN], &too_long)),
    ] {
        let answer = answer.unwrap();
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:3000"), "{status}");
        assert_eq!(answer.header("access-control-expose-headers"), Some("retry-after"), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preflight_is_answered_for_private_networks_too_and_kept() {
    let front = start().await;
    let answer = rest(&front, "OPTIONS", LOGIN, &PREFLIGHT, "").unwrap();
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-private-network"), Some("true"));
    assert_eq!(answer.header("access-control-max-age"), Some("600"));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("authorization"));
    let answer = rest(&front, "OPTIONS", LOGIN, &PREFLIGHT[..3], "").unwrap();
    assert_eq!(answer.header("access-control-allow-private-network"), None, "nobody asked for it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preflight_takes_whatever_is_asked_for() {
    let front = start().await;
    let asked = ["Access-Control-Request-Method: PATCH", "Access-Control-Request-Headers: traceparent,x-my-app"];
    let more = "Access-Control-Request-Headers: Content-Type, baggage";
    let answer = rest(&front, "OPTIONS", LOGIN, &[ORIGIN, asked[0], asked[1], more], "").unwrap();
    let allowed = "accept, authorization, content-type, x-cpaas-agent, traceparent, x-my-app, baggage";
    assert_eq!(answer.header("access-control-allow-headers"), Some(allowed));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, PUT, DELETE, PATCH"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn origins_can_be_narrowed() {
    let origins = Some(vec![HeaderValue::from_static("http://localhost:3000")]);
    let front = start_with(FrontOptions { origins, ..FrontOptions::default() }).await;
    let allowed = rest(&front, "OPTIONS", LOGIN, &PREFLIGHT, "").unwrap();
    assert_eq!(allowed.header("access-control-allow-origin"), Some("http://localhost:3000"));

    let other = "Origin: http://localhost:4000";
    let mut preflight = PREFLIGHT;
    preflight[0] = other;
    for (status, answer) in [
        (204, rest(&front, "OPTIONS", LOGIN, &preflight, "")),
        (200, rest(&front, "GET", LOGIN, &[BASIC, other], "")),
        (200, rest(&front, "GET", LOGIN, &[BASIC], "")),
    ] {
        let answer = answer.unwrap();
        assert_eq!(answer.status, status);
        assert!(!answer.head.contains("access-control-"), "{}", answer.head);
        assert_eq!(answer.header("vary"), Some("origin"));
    }

    let channel = subscribe(&front);
    let opens = |host: &str, origin: &str| {
        let handshake = String::from_utf8(upgrade(&channel, origin)).unwrap();
        knock(&front, handshake.replace("Host: kandy", &format!("Host: {host}")).as_bytes()).unwrap()
    };
    for (host, origin) in [
        ("kandy", "Origin: http://localhost:4000\r\n"),
        ("kandy", "Origin: http://kandy\r\n"),
        ("127.0.0.1:80", "Origin: http://127.0.0.1:81\r\n"),
        ("127.0.0.1:80", "Origin: null\r\n"),
    ] {
        assert_eq!(answer(opens(host, origin)).unwrap().status, 403, "{host} {origin}");
    }
    for (host, origin) in [
        ("kandy", "Origin: http://localhost:3000\r\n"),
        ("kandy", ""),
        ("127.0.0.1:80", "Origin: http://127.0.0.1:80\r\n"),
        ("[::1]:80", "Origin: https://[::1]:80\r\n"),
        ("localhost", "Origin: http://localhost\r\n"),
    ] {
        heard_until(opens(host, origin), "HTTP/1.1 101 Switching Protocols");
    }
}
