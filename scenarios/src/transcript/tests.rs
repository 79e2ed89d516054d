use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use kandy_client::{Code, Task};
use kandy_mock_server::{Command, Frame as PlatformFrame};
use serde_json::json;

use super::*;
use crate::hygiene::{self, Warning};
use crate::trace::{Address, Beginning, RecordedAnswer, SentRequest};

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn print(text: impl Into<String>) -> What {
    What::Print(Beginning::from(text.into()))
}

#[test]
fn columns_are_as_wide_as_the_whole_needs() {
    let (kandy, other): (Arc<str>, Arc<str>) = ("kandy".into(), "somebody else".into());
    let mut trace = Trace::default();
    for time in [0, 30, 60] {
        trace.push_ping(at(time), &kandy, 1).unwrap();
        trace.push_ping(at(time + 5), &other, 2).unwrap();
    }
    trace.push(at(70), &kandy, What::Call(CallRecord::Disconnect)).unwrap();
    trace.push_ping(at(90), &kandy, 1).unwrap();
    assert_eq!(
        trace.to_string(),
        "0.000   kandy          frame     ws1 ping  3 times, until 60.000\n\
         5.000   somebody else  frame     ws2 ping  3 times, until 65.000\n\
         70.000  kandy          call      disconnect\n\
         90.000  kandy          frame     ws1 ping\n"
    );
    assert_eq!(trace.tail(1), "90.000  kandy          frame     ws1 ping\n");
}

#[test]
fn a_line_stays_a_line() {
    let mut trace = Trace::default();
    trace.push(at(0), &"script".into(), print("a\nb\u{1b}[1m \u{202e}é  ")).unwrap();
    trace.push(at(0), &"script".into(), print("x".repeat(1000))).unwrap();
    let text = trace.to_string();
    assert_eq!(text.lines().count(), 2);
    assert!(text.starts_with("0.000  script    print     a\\nb\\u{1b}[1m \\u{202e}é\n"), "{text}");
    assert!(text.ends_with(&format!("  {}…\n", "x".repeat(MAX_TEXT))), "{text}");
}

#[test]
fn a_line_is_full_behind_its_last_character_and_not_before() {
    let text = |text: String| print(text).text();
    assert_eq!(text("x".repeat(MAX_TEXT)), "x".repeat(MAX_TEXT));
    // The last character may reach over the end; what is escaped counts as it is written.
    let over = format!("{}é", "x".repeat(MAX_TEXT - 1));
    assert_eq!(text(over.clone()), over);
    assert_eq!(text(format!("{over}x")), format!("{over}…"));
    assert_eq!(text("\n".repeat(300)), format!("{}…", "\\n".repeat(200)));
    // It does not matter in how many pieces a text comes.
    let long = json!({ "a": "x".repeat(1000) });
    let event = Arc::new(Event::NotificationReceived { payload: (&long).into() });
    let state = SeenConnection { is_connected: true, is_pending: false };
    let whole = format!("notification:received  {long}");
    assert_eq!(What::Event { event, state }.text(), format!("{}…", &whole[..MAX_TEXT]));
}

#[test]
fn warnings_stand_at_the_end() {
    let warning = Warning { client: "kandy".to_owned(), what: hygiene::WarningKind::Pending };
    let mut trace = Trace::default();
    trace.warn(at(1), &vec![warning; hygiene::MAX_SHOWN + 2]);
    assert!(trace.to_string().starts_with("1.000  kandy     warn      pending for ever: "), "{trace}");
    assert_eq!(trace.tail(1), "1.000  script    warn      and 2 more\n");
}

#[test]
fn each_kind_of_record_has_its_words() {
    let answer = |status: u16| {
        let status = StatusCode::from_u16(status).unwrap();
        Box::new(RecordedAnswer::new(status, &HeaderMap::new(), &Bytes::new()))
    };
    let request = SentRequest {
        number: 3,
        method: Method::POST,
        address: Address::elsewhere("https://nowhere/x?token=s3cret"),
        body: None,
    };
    let reply = |outcome| What::Reply { number: 3, outcome };
    let shakes = |step| What::Handshake { socket: 1, step };
    let closed = |reason: &str| Close::ByPlatform { code: 4000, reason: reason.to_owned() };
    let closes = |close| What::Close { socket: 1, close };
    let frame = |frame| What::Frame { socket: 1, frame };
    let connect = |user: Option<&str>, by| What::Call(CallRecord::Connect { user: user.map(Beginning::of), by });
    let control = |command| What::Control(ControlRecord::of(&command, control_text).unwrap());
    for (what, kind, text) in [
        (connect(Some("alice"), SignIn::Password), "call", "connect alice"),
        (connect(None, SignIn::OAuthToken), "call", "connect (no user name) (OAuth token)"),
        (
            What::Call(CallRecord::UpdateConfig(Beginning::of_json(&json!({ "a": 1 })))),
            "call",
            "updateConfig {\"a\":1}",
        ),
        (What::Request(Box::new(request)), "request", "#3 POST https://nowhere/x?token=***"),
        (reply(ReplyOutcome::Answer(answer(401))), "reply", "#3 401"),
        (reply(ReplyOutcome::WithoutCors(answer(200))), "reply", "#3 200 without CORS headers"),
        (reply(ReplyOutcome::Hang), "reply", "#3 none (hangs)"),
        (reply(ReplyOutcome::NoAnswer), "reply", "#3 no answer"),
        (
            shakes(HandshakeStep::Opens(Address::of_platform(&"/CH-1?a=b".parse().unwrap()))),
            "socket",
            "ws1 opens /CH-1?a=b",
        ),
        (shakes(HandshakeStep::Open), "socket", "ws1 open"),
        (shakes(HandshakeStep::Refused(StatusCode::FORBIDDEN)), "socket", "ws1 refused 403"),
        (shakes(HandshakeStep::ConnectionRefused), "socket", "ws1 connection refused"),
        (closes(Close::ByClient), "socket", "ws1 closes"),
        (closes(closed("")), "socket", "ws1 closed 4000"),
        (closes(closed("over ")), "socket", "ws1 closed 4000 over"),
        (closes(Close::Cut), "socket", "ws1 cut"),
        (frame(FrameContent::Text(Beginning::of("{}"))), "frame", "ws1 {}"),
        (frame(FrameContent::Bytes(Some(5))), "frame", "ws1 5 bytes"),
        (frame(FrameContent::Bytes(None)), "frame", "ws1 binary"),
        (What::Crash(Task::ConnectFlow), "crash", "connect flow"),
        (control(Command::Cut { target: "alice".into() }), "control", "cut alice"),
    ] {
        assert_eq!((what.kind(), what.text().as_str()), (kind, text));
    }
}

#[test]
fn an_event_is_told_with_what_its_listeners_see() {
    let error = Error::Basic { code: Code::Number(404), message: "gone".to_owned(), attempt_num: Some(2) };
    let ended = |reason, retry_after| Event::Disconnected { reason, retry_after };
    let (idle, leaving) = ((false, false), (true, true));
    for (event, (is_connected, is_pending), text) in [
        (Event::AuthChange, leaving, "auth:change  connected, pending"),
        (ended(None, None), idle, "auth:change  disconnected"),
        (
            ended(Some(DisconnectReason::Gone), Some(30.into())),
            idle,
            "auth:change  disconnected  GONE (forced)  retryAfter 30",
        ),
        (Event::AuthError(Error::Type { message: "x".to_owned() }), idle, "auth:error  TypeError  x"),
        (Event::Resubscribed { attempt_num: 2, error: Some(error) }, idle, "auth:resub  attempt 2 failed  404  gone"),
        (Event::NotificationsChange, idle, "notifications:change  WEBSOCKET"),
        (Event::CredentialsSet, idle, "auth:credentialsSet"),
    ] {
        let what = What::Event { event: Arc::new(event), state: SeenConnection { is_connected, is_pending } };
        assert_eq!(what.text(), text);
    }
}

#[test]
fn a_long_command_is_shown_as_a_short_one_is() {
    let long = "x".repeat(2000);
    for command in [
        Command::Send { target: "alice".into(), message: json!({ "a": long }) },
        Command::SendRaw { target: "alice".into(), frame: PlatformFrame::Text(long.clone()) },
        Command::GrantServices { user: "alice".to_owned(), services: vec![long.clone()] },
    ] {
        let control = ControlRecord::of(&command, control_text).unwrap();
        assert!(matches!(control, ControlRecord::Long(_)), "{control:?}");
        let whole = What::Control(ControlRecord::Whole(Box::new(command.clone())));
        assert_eq!(What::Control(control).text(), whole.text());
    }
    assert!(
        ControlRecord::of(
            &Command::SetPassword { user: "alice".to_owned(), password: "s3cret".to_owned() },
            control_text
        )
        .is_none()
    );
}
