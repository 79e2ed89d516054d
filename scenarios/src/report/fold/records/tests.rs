use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use kandy_client::Task;

use super::*;
use crate::trace::{Address, SeenConnection, SentRequest, SignIn};

/// What the console of `serve` says.
const WORDS: &str = include_str!("../../../serve/pages/words.js");

/// The lane, the title, the result and the tone of each record of a trace.
#[track_caller]
fn check(whats: Vec<(&str, What)>, expected: &[&str]) {
    let mut trace = Trace::default();
    for (who, what) in whats {
        trace.push(Duration::ZERO, &Arc::from(who), what).unwrap();
    }
    let told: Vec<String> = records(&trace)
        .iter()
        .map(|Record { lane, title, result, tone, .. }| {
            let result = result.as_deref().map(|result| format!(" = {result}")).unwrap_or_default();
            let tone = tone.map(|tone| format!(" ({tone:?})")).unwrap_or_default();
            format!("{lane:?}: {title}{result}{tone}")
        })
        .collect();
    assert_eq!(told, expected);
}

fn request(number: u64, method: Method, uri: &'static str) -> What {
    let address = Address::of_platform(&Uri::from_static(uri));
    What::Request(Box::new(SentRequest { number, method, address, body: None }))
}

fn reply(number: u64, outcome: ReplyOutcome) -> What {
    What::Reply { number, outcome }
}

fn answer(status: u16) -> Box<RecordedAnswer> {
    Box::new(RecordedAnswer::new(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), &Bytes::new()))
}

#[test]
fn a_reply_is_told_as_its_request() {
    check(
        vec![
            ("kandy", request(1, Method::GET, "/v2.0/auth/mk_token?refresh=y")),
            ("kandy", request(2, Method::POST, "/rest/version/1/user/a/subscription")),
            ("kandy", request(3, Method::GET, "/some/where/else/again")),
            ("platform", reply(2, ReplyOutcome::Answer(answer(503)))),
            ("platform", reply(1, ReplyOutcome::Answer(answer(200)))),
            ("platform", reply(3, ReplyOutcome::WithoutCors(answer(200)))),
            ("platform", reply(4, ReplyOutcome::Hang)),
            ("platform", reply(5, ReplyOutcome::Reset)),
            ("platform", reply(6, ReplyOutcome::Refused)),
        ],
        &[
            "Rest: GET mk_token",
            "Rest: POST subscribe",
            "Rest: GET …/else/again",
            "Rest: POST subscribe = 503 (Bad)",
            "Rest: GET mk_token = 200 (Good)",
            "Rest: GET …/else/again = 200 without CORS (Bad)",
            "Rest: #4 = no answer (Bad)",
            "Rest: #5 = reset (Bad)",
            "Rest: #6 = refused (Bad)",
        ],
    );
}

#[test]
fn a_websocket_is_told_from_its_handshake_to_its_end() {
    let frame = |text: &str| What::Frame { socket: 1, frame: FrameContent::Text(Beginning::of(text)) };
    let by_platform = |code| Close::ByPlatform { code, reason: "why".to_owned() };
    let close = |close| ("platform", What::Close { socket: 1, close });
    let handshake = |who, step| (who, What::Handshake { socket: 1, step });
    let opens = HandshakeStep::Opens(Address::of_platform(&Uri::from_static("/websocket/CH-1?token=AT-1")));
    check(
        vec![
            handshake("kandy", opens),
            handshake("platform", HandshakeStep::Refused(StatusCode::FORBIDDEN)),
            handshake("platform", HandshakeStep::Open),
            ("platform", frame(r#"{"notificationMessage":{"eventType" : "gone"}}"#)),
            ("platform", frame("a\nb")),
            ("kandy", frame(r#"{"eventType":"\"x"}"#)),
            ("platform", What::Frame { socket: 1, frame: FrameContent::Bytes(Some(3)) }),
            ("kandy", What::Pings { socket: 1, count: 3, until: Duration::from_secs(90) }),
            close(by_platform(1000)),
            close(by_platform(1011)),
            close(Close::ByClient),
            close(Close::Cut),
        ],
        &[
            "Websocket: handshake ws1",
            "Websocket: handshake ws1 = 403 (Bad)",
            "Websocket: ws1 open (Good)",
            "Websocket: ws1 ← notification gone",
            "Websocket: ws1 ← a\\nb",
            r#"Websocket: ws1 → {"eventType":"\"x"}"#,
            "Websocket: ws1 ← 3 bytes, binary",
            "Websocket: ws1 ping = ×3 (Quiet)",
            "Websocket: ws1 closed by platform = 1000 (Quiet)",
            "Websocket: ws1 closed by platform = 1011 (Bad)",
            "Websocket: ws1 closed by client (Quiet)",
            "Websocket: ws1 broken off (Bad)",
        ],
    );
}

#[test]
fn who_does_something_has_its_lane() {
    let connect = CallRecord::Connect { user: Some(Beginning::of("alice")), by: SignIn::Password };
    let state = SeenConnection { is_connected: true, is_pending: false };
    let event = |event| What::Event { event: Arc::new(event), state };
    check(
        vec![
            ("kandy", What::Call(connect)),
            ("kandy", What::Call(CallRecord::EnableWebsocket(false))),
            ("kandy", event(Event::AuthChange)),
            ("kandy", event(Event::Resubscribed { attempt_num: 1, error: None })),
            ("kandy", What::Crash(Task::Requests)),
            ("script", What::Print(Beginning::of(&"x".repeat(100)))),
            ("script", What::MoreWarnings(2)),
            ("platform", What::Control(ControlRecord::Long(Beginning::of("send alice {\"a\":1}")))),
        ],
        &[
            "Client: connect alice",
            "Client: enableWebsocket = false",
            "Client: auth:change = connected",
            "Client: auth:resub (Good)",
            "Client: requests died (Bad)",
            &format!("Script: {}…", "x".repeat(MAX_TITLE)),
            "Script: and 2 more (Warning)",
            "Faults: send",
        ],
    );
}

#[test]
fn the_console_of_serve_has_the_same_words() {
    for word in [
        "\"no answer\"",
        "\"reset\"",
        "\"refused\"",
        "`handshake",
        "} open`",
        "} ping`",
        "×",
        "→",
        "←",
        "…/",
        "`notification ",
        " bytes, binary",
        "\"closed\"",
        "\"broken off\"",
        "lane: \"rest\"",
        "lane: \"websocket\"",
        "lane: \"faults\"",
    ] {
        assert!(WORDS.contains(word), "{word}");
    }
}
