//! Every fault as bytes and TCP flags, seen from a plain stream.
//!
//! A FIN is a read of nothing, a RST the error `ConnectionReset`, and a hang a read that would block at a time when
//! others have been answered. `tests/it/faults` has the same faults as a client sees them.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use kandy_mock_server::{Answered, MockKandy, Point, Received};
use serde_json::{Value, json};

use crate::support::*;

const BOB: &str = "bob@example.com";
const REST: [Point; 6] =
    [Point::MkToken, Point::RefreshToken, Point::Subscribe, Point::Resubscribe, Point::Unsubscribe, Point::Other];
const ASKS: [&str; 2] = ["Origin: http://x", "Access-Control-Request-Method: GET"];

/// Every point; the DELETE behind the websocket, since it ends the channel.
fn every_point() -> impl Iterator<Item = Point> {
    std::iter::once(Point::WebSocket).chain(REST)
}

/// A server on which alice has `AT-1`, `SUB-1` and `CH-1`.
async fn subscribed() -> MockKandy {
    let mock = start().await;
    assert_eq!(subscribe(&mock), CHANNEL);
    mock
}

const CHANNEL: &str = "/websocket/CH-1?token=AT-1";

/// A connection to REST on which alice's request is on its way to a point.
fn ask_at(mock: &MockKandy, point: Point) -> TcpStream {
    let json = "Content-Type: application/json";
    let body = json!({ "subscribeRequest": { "expires": 3600, "service": ["call"] } }).to_string();
    let subscription = format!("{SUBSCRIPTION}/SUB-1?token=AT-1");
    match point {
        Point::MkToken => ask(mock, "GET", LOGIN, &[BASIC], ""),
        Point::RefreshToken => ask(mock, "GET", "/v2.0/auth/refresh_token?token=AT-1", &[], ""),
        Point::Subscribe => ask(mock, "POST", &format!("{SUBSCRIPTION}?token=AT-1"), &[json], &body),
        Point::Resubscribe => ask(mock, "PUT", &subscription, &[json], &body),
        Point::Unsubscribe => ask(mock, "DELETE", &subscription, &[], ""),
        Point::RevokeToken => ask(mock, "GET", "/v2.0/auth/revoke_token?token=AT-1", &[], ""),
        Point::Preflight => ask(mock, "OPTIONS", LOGIN, &ASKS, ""),
        Point::Other => ask(mock, "GET", "/elsewhere", &[], ""),
        Point::WebSocket => knock(mock, &upgrade(CHANNEL, "")).unwrap(),
        of_others => panic!("no client here goes to {of_others}"),
    }
}

/// All bytes until the end, which is a FIN.
fn bytes(mut stream: TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).expect("answers are text"))
}

fn answer_at(mock: &MockKandy, point: Point) -> Answer {
    answer(ask_at(mock, point)).unwrap_or_else(|error| panic!("no answer at {point}: {error}"))
}

/// The next request that comes to a point.
async fn next_at(mock: &MockKandy, point: Point) -> Received {
    soon(mock.wait_for(point, None, PATIENCE)).await.unwrap()
}

/// Whether nothing has come by now. It waits for nothing: whoever asks has waited for something else.
fn is_quiet(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let peeked = stream.peek(&mut [0]).map_err(|error| error.kind());
    stream.set_nonblocking(false).unwrap();
    peeked == Err(ErrorKind::WouldBlock)
}

/// An open socket, its 101 read.
fn opened(mock: &MockKandy, channel: &str) -> TcpStream {
    let mut stream = knock(mock, &upgrade(channel, "")).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    assert!(head.starts_with(b"HTTP/1.1 101 Switching Protocols\r\n"), "{}", String::from_utf8_lossy(&head));
    stream
}

fn read<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

fn is_fin(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0]), Ok(0))
}

/// The first lines' statuses of requests at a point, one after the other.
fn statuses<const N: usize>(mock: &MockKandy, point: Point) -> [u16; N] {
    std::array::from_fn(|_| {
        let mut head = [0; 12];
        ask_at(mock, point).read_exact(&mut head).unwrap();
        String::from_utf8_lossy(&head[9..]).parse().unwrap()
    })
}

/// A fault, how its answer begins, what some of its headers are, `None` for one that is not there, and the body.
type Told = (&'static str, &'static str, &'static [(&'static str, Option<&'static str>)], Option<&'static str>);

const ANSWERS: [Told; 7] = [
    (r#"{"status":503}"#, "503 Service Unavailable\r\n", &[("content-type", Some("application/json"))], None),
    (r#"{"status":418,"json":{"a":[1]}}"#, "418 ", &[("content-length", Some("9"))], Some(r#"{"a":[1]}"#)),
    (
        r#"{"status":500,"body":"<p>Zoë</p>","type":"text/html"}"#,
        "500 ",
        &[("content-length", Some("11")), ("content-type", Some("text/html"))],
        Some("<p>Zoë</p>"),
    ),
    (r#"{"body":""}"#, "200 ", &[("content-length", Some("0"))], Some("")),
    (r#"{"headers":{"Retry-After":["7"],"X-A":"b"}}"#, "", &[("retry-after", Some("7")), ("x-a", Some("b"))], None),
    (r#"{"status":403,"body":"no","type":null}"#, "403 ", &[("content-type", None)], Some("no")),
    (
        r#"{"cors":false}"#,
        "",
        &[("access-control-allow-origin", None), ("access-control-expose-headers", None), ("vary", None)],
        None,
    ),
];

#[tokio::test]
async fn an_answer_is_told_as_the_fault_says() {
    let mock = subscribed().await;
    for (point, (how, start, headers, body)) in REST.into_iter().flat_map(|point| ANSWERS.map(|told| (point, told))) {
        let fault: Value = serde_json::from_str(how).unwrap();
        fail(&mock, point, &json!([fault, { "times": 1 }]));
        let answer = answer_at(&mock, point);
        assert!(answer.head.starts_with(&format!("HTTP/1.1 {start}")), "{how} at {point}: {}", answer.head);
        for (name, value) in headers {
            assert_eq!(answer.header(name), *value, "{name} of {how} at {point}");
        }
        assert_eq!(body.unwrap_or(&answer.body), answer.body, "{how} at {point}");
        let healthy = answer_at(&mock, point);
        assert!(healthy.header("content-type").is_some(), "after {how} at {point}: {}", healthy.head);
        assert_eq!(healthy.header("access-control-allow-origin"), Some("*"), "after {how} at {point}");
    }
}

#[tokio::test]
async fn merged_and_left_out_keys_are_so_in_the_body() {
    let mock = subscribed().await;
    for point in REST {
        fail(&mock, point, &json!({ "merge": { "extra": { "a": 1 } }, "times": 1 }));
        assert_eq!(answer_at(&mock, point).json()["extra"], json!({ "a": 1 }), "{point}");
    }
    for point in [Point::Subscribe, Point::Resubscribe] {
        let mock = subscribed().await;
        fail(&mock, point, &json!({ "params": { "expires": 5 }, "without": ["service"] }));
        let params = answer_at(&mock, point).json()["subscribeResponse"]["subscriptionParams"].clone();
        assert_eq!((&params["expires"], &params["service"]), (&json!(5), &Value::Null), "{point}");
    }
}

/// wiremock cannot reset a connection: over REST `reset` and `refuse` are both a FIN, and a client sees a failed request
/// all the same. The documentation of `MockKandy` says so.
#[tokio::test]
async fn reset_and_refuse_are_a_fin_over_rest() {
    let mock = subscribed().await;
    for point in REST {
        fail(&mock, point, &json!([{ "reset": true }, { "refuse": true, "times": 1 }]));
        for fault in ["reset", "refuse"] {
            assert_eq!(bytes(ask_at(&mock, point)).unwrap(), "", "{fault} at {point}");
        }
        assert!(bytes(ask_at(&mock, point)).unwrap().starts_with("HTTP/1.1 "), "{point}");
    }
}

#[tokio::test]
async fn reset_and_refuse_are_a_rst_at_the_websocket() {
    let mock = subscribed().await;
    fail(&mock, Point::WebSocket, &json!([{ "reset": true }, { "refuse": true }, {}]));
    for fault in ["reset", "refuse"] {
        let mut stream = ask_at(&mock, Point::WebSocket);
        let read = stream.read(&mut [0]).map_err(|error| error.kind());
        assert_eq!(read, Err(ErrorKind::ConnectionReset), "{fault}");
    }
    opened(&mock, CHANNEL);
}

#[tokio::test]
async fn a_hang_is_silence_while_others_are_answered() {
    let mock = subscribed().await;
    let mut hanging = Vec::new();
    for point in every_point() {
        fail(&mock, point, &json!({ "hang": true, "times": 1 }));
        let stream = ask_at(&mock, point);
        // Only when the fault is used up is the second request sure to be healthy.
        while next_at(&mock, point).await.request.answered != Answered::Hang {}
        let [answered] = statuses(&mock, point);
        assert!(matches!(answered, 101 | 200 | 404), "{answered} at {point}");
        hanging.push((point, stream));
    }
    for (point, stream) in &hanging {
        assert!(is_quiet(stream), "something came at {point}");
    }
}

#[tokio::test]
async fn a_delayed_answer_is_not_early() {
    let mock = subscribed().await;
    for point in every_point() {
        fail(&mock, point, &json!({ "delay": 30, "times": 1 }));
        let asked = mock.now();
        let mut stream = ask_at(&mock, point);
        assert_eq!(&read::<9>(&mut stream), b"HTTP/1.1 ", "{point}");
        assert!(mock.now() - asked >= Duration::from_millis(30), "early at {point}");
    }
}

#[tokio::test]
async fn a_preflight_meets_its_faults() {
    let mock = subscribed().await;
    fail(
        &mock,
        Point::Preflight,
        &json!([{ "status": 403 }, { "cors": false }, { "reset": true }, { "headers": { "A": "b" } }, {}]),
    );
    let refused = answer_at(&mock, Point::Preflight);
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, Some("http://x")));
    let hidden = answer_at(&mock, Point::Preflight);
    assert_eq!((hidden.status, hidden.header("access-control-allow-origin")), (204, None));
    assert_eq!(bytes(ask_at(&mock, Point::Preflight)).unwrap(), "");
    assert_eq!(answer_at(&mock, Point::Preflight).header("a"), Some("b"));
    assert_eq!(answer_at(&mock, Point::Preflight).status, 204);
    assert_eq!(mock.requests(Point::Preflight).len(), 5);
}

/// wiremock has whole bodies only: the documentation of `MockKandy` says so.
#[tokio::test]
async fn a_slow_body_comes_when_its_last_byte_would_and_a_cut_one_never() {
    let mock = subscribed().await;
    for point in REST {
        fail(
            &mock,
            point,
            &json!([{ "body": "0123456789", "truncate": 9 }, { "truncate": 10, "body": "0123456789", "times": 1 }]),
        );
        assert_eq!(bytes(ask_at(&mock, point)).unwrap(), "", "{point}");
        let whole = answer_at(&mock, point);
        assert_eq!((&*whole.body, whole.header("connection")), ("0123456789", Some("close")), "{point}");
    }
    fail(&mock, Point::MkToken, &json!([{ "lateBody": 30 }, { "body": "01", "drip": 2, "times": 1 }]));
    for least in [30, 1000] {
        let asked = mock.now();
        assert_eq!(answer_at(&mock, Point::MkToken).status, 200);
        assert!(mock.now() - asked >= Duration::from_millis(least), "early");
    }
}

#[tokio::test]
async fn a_handshake_is_accepted_that_would_be_refused() {
    let mock = subscribed().await;
    fail(&mock, Point::WebSocket, &json!([{ "accept": true }, {}]));
    let socket = opened(&mock, "/elsewhere?token=AT-1");
    assert_eq!(bytes(knock(&mock, &upgrade("/elsewhere?token=AT-1", "")).unwrap()).unwrap()[..12], *"HTTP/1.1 404");
    assert_eq!(mock.sockets(ALICE)[0].channel, None);
    drop(socket);
}

#[tokio::test]
async fn a_refused_handshake_is_an_http_answer() {
    let mock = subscribed().await;
    fail(
        &mock,
        Point::WebSocket,
        &json!([{ "status": 503, "statusText": "Come Back" }, { "status": 503, "headers": { "Retry-After": "7" } }, { "status": 401 }]),
    );
    let stream = ask_at(&mock, Point::WebSocket);
    assert_eq!(bytes(stream).unwrap(), "HTTP/1.1 503 Come Back\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    let answer = answer_at(&mock, Point::WebSocket);
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("7")));
    let stream = ask_at(&mock, Point::WebSocket);
    let refused = bytes(stream).unwrap();
    let (head, date) = refused.split_once("date: ").expect("what is the client's mistake has a date");
    assert_eq!(head, "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n");
    assert!(date.ends_with(" GMT\r\n\r\n"), "{date}");
}

#[tokio::test]
async fn a_close_after_opening_is_a_close_frame_behind_the_101() {
    let mock = subscribed().await;
    fail(&mock, Point::WebSocket, &json!([{ "closeAfterOpen": 1011 }, { "closeAfterOpen": 1005 }, {}]));
    let mut closed = opened(&mock, CHANNEL);
    assert_eq!(read(&mut closed), [0x88, 2, 0x03, 0xf3], "fin and close, two bytes, 1011");
    answer_close(&mut closed);
    assert!(is_fin(&mut closed));
    let mut closed = opened(&mock, CHANNEL);
    assert_eq!(read(&mut closed), [0x88, 0], "no code");
    answer_close(&mut closed);
    assert!(is_fin(&mut closed));

    let mut closed = opened(&mock, CHANNEL);
    assert_eq!(mock.close(ALICE, 4001, "bye"), Ok(1));
    assert_eq!(read(&mut closed), [0x88, 5, 0x0f, 0xa1, b'b', b'y', b'e'], "4001 and the reason");
}

/// A client's close frame without a code, masked with zeros.
fn answer_close(stream: &mut TcpStream) {
    stream.write_all(&[0x88, 0x80, 0, 0, 0, 0]).unwrap();
}

#[tokio::test]
async fn a_cut_is_a_fin_without_a_close_frame() {
    let mock = subscribed().await;
    let mut socket = opened(&mock, CHANNEL);
    assert_eq!(mock.cut(ALICE), Ok(1));
    assert!(is_fin(&mut socket));

    let mut socket = opened(&mock, CHANNEL);
    mock.set_offline();
    assert!(is_fin(&mut socket), "offline cuts what is open");
}

#[tokio::test]
async fn faults_are_counted_request_by_request() {
    let mock = subscribed().await;
    for point in every_point() {
        let healthy = statuses::<1>(&mock, point)[0];
        fail(&mock, point, &json!({ "status": 503, "times": 2, "after": 1 }));
        let met: [u16; 4] = statuses(&mock, point);
        // What a DELETE has deleted is not there the next time.
        let later = if point == Point::Unsubscribe { 404 } else { healthy };
        assert_eq!(met, [later, 503, 503, later], "times and after at {point}");
        fail(&mock, point, &json!([{ "status": 500 }, {}, { "status": 503, "times": 1 }]));
        assert_eq!(statuses(&mock, point), [500, later, 503, later], "a list at {point}");
    }
}

#[tokio::test]
async fn a_fault_of_a_user_is_for_nobody_else() {
    let mock = subscribed().await;
    mock.add_user(BOB, "hunter2").unwrap();
    for (point, healthy) in every_point().zip([101, 200, 200, 200, 200, 200, 404]) {
        fail(&mock, point, &json!({ "status": 503, "user": BOB }));
        assert_eq!(statuses(&mock, point), [healthy], "bob's fault at {point}");
        fail(&mock, point, &json!({ "status": 503, "user": ALICE, "times": 1 }));
        // Who asks for an unknown address does not say who it is.
        let expected = if point == Point::Other { 404 } else { 503 };
        assert_eq!(statuses(&mock, point), [expected], "alice's fault at {point}");
    }
}
