//! What the platform reads: requests, handshakes, frames, and faults.

use bytes::Bytes;
use http::Request;
use kandy_mock_server::{Fault, Frame, Platform, Point, Reply, Time, TokenOptions, Upgrade, UserOptions};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::memory::within;
use crate::texts::{bytes, expensive, json};

const CASES: u32 = 250;

/// The most that a request takes for each of its bytes: of a query such as `a&a&a`, every other byte is a pair of texts in
/// the record of the request.
const FACTOR: u64 = 80;

const NAMES: &[&str] =
    &["subscribeRequest", "expires", "service", "localization", "useTurn", "notificationType", "clientCorrelator"];

fn platform() -> Platform {
    let mut platform = Platform::new();
    platform.add_user(Time::ZERO, "alice", "pw", UserOptions::default()).expect("the platform is empty");
    platform.issue_token(Time::ZERO, "alice", &TokenOptions::default()).expect("alice is there");
    platform
}

/// Paths and queries, sound and not.
fn uri() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        4 => "[!-~]{0,30}",
        1 => (select(vec!["%41", "%", "/", "a&", "a=b&", "/subscription"]), 0..1_000usize).prop_map(|(unit, count)| unit.repeat(count)),
    ];
    let path = select(vec![
        "/v2.0/auth/mk_token",
        "/v2.0/auth/refresh_token",
        "/rest/version/1/user/alice/subscription",
        "/rest/version/1/user/",
        "/websocket/CH-",
        "/",
    ]);
    (path, text.clone(), text, any::<bool>()).prop_map(|(path, more, query, with_token)| {
        format!("{path}{more}?{query}{}", if with_token { "&token=AT-1" } else { "" })
    })
}

proptest! {
    #![proptest_config(kandy_tests::property(CASES))]

    #[test]
    fn requests(
        method in select(vec!["GET", "POST", "PUT", "DELETE"]),
        uri in prop_oneof![2 => Just("/rest/version/1/user/alice/subscription?token=AT-1".to_owned()), 1 => uri()],
        authorization in prop::option::of("(basic|Bearer|) ?[ -~]{0,20}"),
        body in bytes(NAMES),
    ) {
        let mut request = Request::builder().method(method).uri(&uri);
        if let Some(authorization) = &authorization {
            request = request.header("authorization", authorization);
        }
        let length = uri.len() + body.len();
        let Ok(request) = request.body(Bytes::from(body)) else { return Ok(()) };
        let mut platform = platform();
        let answer = within(FACTOR, length, || platform.handle_request(Time::ZERO, &request));
        // Without a fault every answer is an answer, with a body that is JSON.
        let Reply::Respond(response) = answer.reply else { panic!("{answer:?}") };
        let read = serde_json::from_slice::<Value>(&response.body);
        prop_assert!(read.is_ok(), "{:?}", response.body);
        prop_assert_eq!(platform.poll_output(), None);
    }

    #[test]
    fn handshakes(uri in uri()) {
        let Ok(request) = Request::get(&uri).body(()) else { return Ok(()) };
        let mut platform = platform();
        let upgrade = within(FACTOR, uri.len(), || platform.handle_upgrade(Time::ZERO, &request));
        prop_assert!(matches!(upgrade, Upgrade::Refuse { .. }), "there is no channel: {:?}", upgrade);
    }

    #[test]
    fn frames(frame in prop_oneof![bytes(&["message_type"]), Just(br#"{"message_type": "ping"}"#.to_vec())]) {
        let mut platform = platform();
        let subscribe = Request::post("/rest/version/1/user/alice/subscription?token=AT-1");
        let body = Bytes::from_static(br#"{"subscribeRequest":{}}"#);
        platform.handle_request(Time::ZERO, &subscribe.body(body).expect("it is a request"));
        let channel = Request::get("/websocket/CH-1?token=AT-1").body(()).expect("it is a request");
        let Upgrade::Accept { socket, .. } = platform.handle_upgrade(Time::ZERO, &channel) else { panic!("it is open") };
        for frame in [Frame::Text(String::from_utf8_lossy(&frame).into_owned()), Frame::Binary(frame.into())] {
            within(FACTOR, frame.len(), || platform.handle_frame(Time::ZERO, socket, &frame));
        }
    }

    /// A fault that is accepted is written as JSON that gives the same fault.
    #[test]
    fn faults(value in fault(), point in select(Point::ALL.to_vec())) {
        let read = within(FACTOR, value.to_string().len(), || Fault::list_from_json(&value));
        let Ok(faults) = read else { return Ok(()) };
        for fault in &faults {
            let written = serde_json::to_value(fault).expect("a fault is JSON");
            let again = Fault::from_json(&written);
            prop_assert_eq!(again.as_ref(), Ok(fault), "{}", written);
        }
        let sound = faults.iter().all(|fault| fault.check_at(point).is_ok()) && !faults.is_empty();
        let strangers = faults.iter().any(|fault| fault.when.user.as_deref().is_some_and(|user| user != "alice"));
        let taken = platform().fail(Time::ZERO, point, faults);
        prop_assert_eq!(taken.is_ok(), sound && !strangers, "{:?}", taken);
    }

    #[test]
    fn points(name in prop_oneof!["[a-z_]{0,14}", any::<String>(), expensive()]) {
        let read = within(FACTOR, name.len(), || name.parse::<Point>());
        prop_assert_eq!(read.ok().map(Point::as_str), Point::ALL.into_iter().map(Point::as_str).find(|known| *known == name));
    }
}

/// Faults, sound and not: single keys with values of their kind, and anything.
fn fault() -> BoxedStrategy<Value> {
    let member = select(&Fault::KEYS).prop_flat_map(|key| {
        let fitting = match key {
            "status" => (0..700u64).prop_map(Value::from).boxed(),
            "closeAfterOpen" => (900..5_100u64).prop_map(Value::from).boxed(),
            "times" | "after" => (0..5u64).prop_map(Value::from).boxed(),
            "delay" => prop_oneof![
                any::<u64>().prop_map(Value::from),
                (0..40_000_000_000u64).prop_map(Value::from),
                "[0-9]{0,5}(ms|s|m|h|)".prop_map(Value::from),
            ]
            .boxed(),
            "hang" | "reset" | "refuse" | "cors" => any::<bool>().prop_map(Value::from).boxed(),
            "merge" | "params" => json(NAMES).prop_map(|value| json!({ "a": value })).boxed(),
            "without" => prop::collection::vec("[a-z]{0,4}", 0..3).prop_map(Value::from).boxed(),
            "user" => select(vec!["alice", "bob"]).prop_map(Value::from).boxed(),
            "json" => json(NAMES),
            _ => "[ -~]{0,8}".prop_map(Value::from).boxed(),
        };
        let value = prop_oneof![8 => fitting, 1 => json(NAMES)];
        value.prop_map(move |value| (key.to_owned(), value))
    });
    let one =
        prop::collection::vec(member, 0..4).prop_map(|members| Value::Object(members.into_iter().collect())).boxed();
    prop_oneof![6 => one.clone(), 2 => prop::collection::vec(one, 0..4).prop_map(Value::from), 1 => json(&Fault::KEYS)]
        .boxed()
}
