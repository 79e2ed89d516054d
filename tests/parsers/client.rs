//! What the client reads: bodies of answers, frames, and configurations.

use std::time::Duration;

use kandy_client::{
    Config, ConnectOptions, Credentials, Output, RequestId, Response, Session, SocketId, Time, WebSocketInput,
    unknown_keys,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::memory::within;
use crate::texts::{bytes, json};

const CASES: u32 = 250;

/// The most that a body takes for each of its bytes: a `Value` has 72, `[` and `,` are one each, a growing list is copied, and an
/// object of one member takes the room for several.
const FACTOR: u64 = 150;

const NAMES: &[&str] = &[
    "success",
    "access_token",
    "refresh_token",
    "expires",
    "error",
    "human",
    "statusCode",
    "reason",
    "authorizationResponse",
    "subscribeResponse",
    "subscription",
    "subscriptionParams",
    "service",
    "notificationChannel",
    "clientCorrelator",
    "notificationMessage",
    "id",
    "eventId",
    "eventType",
    "retryAfter",
    "connAck",
    "connCheck",
];

/// The answers that a client waits for.
#[derive(Clone, Copy, Debug)]
enum Waiting {
    MkToken,
    RefreshToConnect,
    Subscribe,
    Resubscribe,
    Refresh,
    Unsubscribe,
}

fn answer(waiting: Waiting, status: u16, kind: Option<&'static str>, body: Vec<u8>) {
    let mut session = Session::new(Config::for_server("127.0.0.1", 8080, 8081));
    let mut request = bring(&mut session, waiting);
    // The timers have fired by then.
    let now = Time::from_millis(3_600_000);
    let mut response = Response { status: status.try_into().expect("it is a status"), ..Response::default() };
    if let Some(kind) = kind {
        response.headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
    }
    let length = body.len();
    response.body = body.into();
    within(FACTOR, length, || {
        session.handle_response(now, request, Ok(response));
        request = drain(&mut session).unwrap_or(request);
    });
}

/// Brings a session to where it waits for that answer; gives the request.
fn bring(session: &mut Session, waiting: Waiting) -> RequestId {
    let credentials = match waiting {
        Waiting::RefreshToConnect => Credentials::refresh_token("alice", "RT-1"),
        _ => Credentials::password("alice", "pw"),
    };
    session.connect(Time::ZERO, &credentials, &ConnectOptions::default());
    let mut request = drain(session).expect("a token is asked for");
    if matches!(waiting, Waiting::MkToken | Waiting::RefreshToConnect) {
        return request;
    }
    let tokens = json!({ "success": { "access_token": "AT-1", "refresh_token": "RT-1", "expires": 3600 } });
    request = respond(session, request, &tokens).expect("a subscription is asked for");
    if matches!(waiting, Waiting::Subscribe) {
        return request;
    }
    connect(session, request);
    match waiting {
        Waiting::Unsubscribe => session.disconnect(Time::ZERO),
        Waiting::Resubscribe => fire(session, Duration::from_secs(1_800)),
        _ => {
            fire(session, Duration::from_secs(1_800));
            let renewal = drain(session).expect("the renewal is due");
            let renewed = json!({ "subscribeResponse": { "statusCode": 4 } });
            session.handle_response(Time::from_millis(1_800_000), renewal, Ok(ok(&renewed)));
            fire(session, Duration::from_secs(2_700));
            drain(session).expect("another renewal is due");
            fire(session, Duration::from_secs(3_300));
        }
    }
    drain(session).expect("a request is due")
}

fn fire(session: &mut Session, until: Duration) {
    let until = Time::from_duration(until);
    while let Some((due, _)) = session.poll_timeout().filter(|(due, _)| *due <= until) {
        session.handle_timeout(due);
    }
}

/// Gives the subscription, and opens the websocket.
fn connect(session: &mut Session, request: RequestId) {
    let params = json!({ "service": ["call"], "notificationChannel": "/CH-1", "expires": 3600 });
    let granted = json!({ "subscribeResponse": { "subscription": "/SUB-1", "subscriptionParams": params } });
    respond(session, request, &granted);
    session.handle_websocket(Time::ZERO, SocketId(1), WebSocketInput::Opened);
    drain(session);
    assert!(session.is_connected());
}

fn ok(body: &Value) -> Response {
    Response { body: body.to_string().into(), ..Response::default() }
}

fn respond(session: &mut Session, request: RequestId, body: &Value) -> Option<RequestId> {
    session.handle_response(Time::ZERO, request, Ok(ok(body)));
    drain(session)
}

/// Takes all output; gives the last request of it.
fn drain(session: &mut Session) -> Option<RequestId> {
    let mut last = None;
    while let Some(output) = session.poll_output() {
        if let Output::Request { id, .. } = output {
            last = Some(id);
        }
    }
    last
}

proptest! {
    #![proptest_config(kandy_tests::property(CASES))]

    /// At each of the places where an answer is read.
    #[test]
    fn bodies(
        waiting in select(vec![Waiting::MkToken, Waiting::RefreshToConnect, Waiting::Subscribe, Waiting::Resubscribe,
            Waiting::Refresh, Waiting::Unsubscribe]),
        status in prop_oneof![3 => Just(200u16), 2 => select(vec![204, 401, 403, 404, 500]), 1 => 100..1000u16],
        kind in select(vec![None, Some("application/json"), Some("text/html")]),
        body in bytes(NAMES),
    ) {
        answer(waiting, status, kind, body);
    }

    #[test]
    fn frames(texts in prop::collection::vec(bytes(NAMES), 1..6)) {
        let mut session = Session::new(Config::for_server("127.0.0.1", 8080, 8081));
        let request = bring(&mut session, Waiting::Subscribe);
        connect(&mut session, request);
        let length = texts.iter().map(Vec::len).sum();
        let texts: Vec<_> = texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
        within(FACTOR, length, || {
            for text in texts {
                session.handle_websocket(Time::ZERO, SocketId(1), WebSocketInput::Text(text));
                drain(&mut session);
            }
        });
    }

    /// What a configuration says of itself is read as the same configuration.
    #[test]
    fn configurations(given in prop::collection::vec(options(), 1..4)) {
        let mut config = Config::default();
        for patch in given {
            let before = format!("{config:?}");
            let length = patch.to_string().len() + before.len();
            within(FACTOR, length, || unknown_keys(&patch));
            if within(FACTOR, length, || config.merge(&patch)).is_err() {
                prop_assert_eq!(format!("{config:?}"), before, "a refused patch changes nothing");
            }
        }
        let written = serde_json::to_value(&config).expect("a configuration is JSON");
        match Config::from_json(&written) {
            // JSON has no negative zero, so what was read is compared as it is written in turn.
            Ok((read, _)) => prop_assert_eq!(serde_json::to_value(&read).expect("a configuration is JSON"), written),
            // Nor has it NaN and the infinities, which no number can be given as.
            Err(error) => prop_assert!(error.got == "null", "{error}"),
        }
    }
}

fn options() -> BoxedStrategy<Value> {
    const SECTIONS: &[(&str, &[&str])] = &[
        (
            "connectivity",
            &["pingInterval", "reconnectLimit", "reconnectDelay", "autoReconnect", "method", "checkConnectivity"],
        ),
        ("notifications", &["idCacheLength", "incomingCallNotificationMode", "pushRegistration"]),
        ("request", &["injectAgentVersionHeader", "customAgentVersionHeaderSuffix"]),
        ("authentication", &["subscription", "websocket", "earlyRefreshMargin"]),
    ];
    const SERVER: &[&str] = &["server", "protocol", "port", "service", "expires", "version", "useTurn", "localization"];
    let section = select(SECTIONS).prop_flat_map(|(section, names)| {
        let member = (select(names), json(SERVER)).prop_map(|(name, value)| json!({ name: value }));
        member.prop_map(move |members| json!({ section: members }))
    });
    let server = (select(vec!["subscription", "websocket"]), select(SERVER), json(&["a"]))
        .prop_map(|(server, name, value)| json!({ "authentication": { server: { name: value } } }));
    prop_oneof![3 => section, 3 => server, 1 => json(&["authentication", "connectivity", "logs", "call"])].boxed()
}
