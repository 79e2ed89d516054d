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
    let allowed =
        "accept, authorization, content-type, x-cpaas-agent, x-session, x-token, traceparent, x-my-app, baggage";
    assert_eq!(answer.header("access-control-allow-headers"), Some(allowed));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, PUT, DELETE, PATCH"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn origins_can_be_narrowed() {
    let origins = Some(vec![HeaderValue::from_static("http://localhost:3000")]);
    let front = start_with(FrontOptions { origins, names: vec!["kandy".into()], ..FrontOptions::default() }).await;
    let allowed = rest(&front, "OPTIONS", LOGIN, &PREFLIGHT, "").unwrap();
    assert_eq!(allowed.header("access-control-allow-origin"), Some("http://localhost:3000"));
    let allowed = rest(&front, "GET", LOGIN, &[BASIC, ORIGIN], "").unwrap();
    assert_eq!((allowed.status, allowed.header("vary")), (200, Some("origin")));

    let other = "Origin: http://localhost:4000";
    let mut preflight = PREFLIGHT;
    preflight[0] = other;
    let (no_page, own_page) = ([BASIC], [BASIC, "Origin: http://kandy"]);
    for (status, answer) in [
        (403, rest(&front, "OPTIONS", LOGIN, &preflight, "")),
        (403, rest(&front, "GET", LOGIN, &[BASIC, other], "")),
        (403, rest(&front, "GET", LOGIN, &[BASIC, "Origin: null"], "")),
        (403, rest(&front, "GET", LOGIN, &[BASIC, ORIGIN, other], "")),
        (403, rest(&front, "POST", SUBSCRIPTION, &[other], "{}")),
        (200, rest(&front, "GET", LOGIN, &no_page, "")),
        (200, rest(&front, "GET", LOGIN, &own_page, "")),
    ] {
        let answer = answer.unwrap();
        assert_eq!(answer.status, status);
        assert!(!answer.head.contains("access-control-"), "{}", answer.head);
        assert_eq!(answer.header("vary"), Some("origin"));
    }
    assert!(requests(&front, Point::Subscribe).is_empty(), "what is refused never reaches the platform");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_origins_are_narrowed_only_this_server_is_addressed() {
    let origins = Some(vec![HeaderValue::from_static("http://localhost:3000")]);
    let front = start_with(FrontOptions { origins, names: vec!["kandy".into()], ..FrontOptions::default() }).await;
    let channel = subscribe(&front);
    let (port, ask) = (front.address().port(), format!("GET {LOGIN} HTTP/1.1\r\nConnection: close\r\n{BASIC}\r\n"));
    let handshake = String::from_utf8(upgrade(&channel, "")).unwrap();
    let status = |host: &str, origin: &str| {
        let lines = format!("Host: {host}\r\n{origin}");
        let of_rest = knock(&front, format!("{ask}{lines}\r\n").as_bytes()).and_then(answer).unwrap().status;
        let opened = knock(&front, handshake.replace("Host: kandy\r\n", &lines).as_bytes()).unwrap();
        (of_rest, heard_until(opened, "\r\n")[9..12].parse().unwrap())
    };
    for (host, origin, expected) in [
        ("evil.example", "", (421, 421)),
        (&*format!("evil.example:{port}"), &*format!("Origin: http://evil.example:{port}\r\n"), (421, 421)),
        ("127.0.0.1:1", "", (421, 421)),
        (&format!("127.0.0.1:{port}"), "Origin: http://localhost:4000\r\n", (403, 403)),
        (&format!("127.0.0.1:{port}"), "Origin: http://127.0.0.1:1\r\n", (403, 403)),
        ("kandy", "Origin: null\r\n", (403, 403)),
        ("kandy", "Origin: http://localhost:3000\r\n", (200, 101)),
        ("kandy:1", "Origin: https://kandy:1\r\n", (200, 101)),
        (&format!("127.0.0.1:{port}"), &format!("Origin: http://127.0.0.1:{port}\r\n"), (200, 101)),
        (&format!("[::1]:{port}"), &format!("Origin: https://[::1]:{port}\r\n"), (200, 101)),
        (&format!("localhost:{port}"), &format!("Origin: http://localhost:{port}\r\n"), (200, 101)),
        (&format!("LOCALHOST:{port}"), "", (200, 101)),
    ] {
        assert_eq!(status(host, origin), expected, "{host} {origin}");
    }
    let none = knock(&front, format!("{ask}\r\n").as_bytes()).and_then(answer).unwrap();
    assert_eq!(none.status, 421, "{}", none.head);
}
