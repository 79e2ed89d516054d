//! `Kandy` before a foreign platform.

use kandy_client::driver::{Certificate, Events, Heard, NotConnected, Options};
use kandy_client::{Code, Config, Credentials, DisconnectReason, Encryption, Event, Kandy, ServiceStatus, Untyped};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::program::{Program, Script};
use crate::{ALICE, PASSWORD, soon};

pub(crate) fn trials() -> Vec<Trial> {
    let server = Script::NodeServer;
    vec![
        server.trial("a_session", a_session),
        server.trial("a_wrong_password", a_wrong_password),
        server.trial("notifications_arrive_whole", notifications_arrive_whole),
        server.trial("control_frames_are_answered", control_frames_are_answered),
        server.trial("a_lost_websocket_is_opened_again", a_lost_websocket_is_opened_again),
        server.trial("a_normal_closure_ends_the_session", a_normal_closure_ends_the_session),
        server.trial("a_refused_handshake", a_refused_handshake),
        server.trial("a_session_with_encryption", a_session_with_encryption),
    ]
}

/// A foreign platform that listens, and how to reach it.
async fn listening(mut program: Program, tls: &Value) -> (Program, Config) {
    program.tell(&json!({ "do": "listen", "password": PASSWORD, "tls": tls }));
    let port = program.next_that("listening").await["port"].as_u64().expect("it is a number");
    let port = u16::try_from(port).expect("it is a port");
    let config = Config::for_server("127.0.0.1", port, port);
    // One attempt, so that a failure shows at once.
    (program, config.with_reconnect_limit(1))
}

/// A client that is connected, its events from then on, and the platform that has seen it connect.
async fn connected(program: Program) -> (Program, Kandy, Events) {
    let (mut program, config) = listening(program, &Value::Null).await;
    let kandy = Kandy::create(config).expect("it runs in a runtime");
    kandy.connect(&Credentials::password(ALICE, PASSWORD));
    soon(kandy.connected()).await.expect("nothing is wrong");
    let open = program.next_that("open").await;
    assert_eq!(open, json!({ "is": "open", "url": "/channels/7?token=an-access-token", "extensions": "" }));
    assert_eq!(program.next().await, ping());
    let events = kandy.events();
    (program, kandy, events)
}

fn ping() -> Value {
    json!({ "is": "frame", "isBinary": false, "text": r#"{"message_type":"ping"}"# })
}

async fn a_session(program: Program) {
    let (program, config) = listening(program, &Value::Null).await;
    signs_in_and_out(program, config, &Options::default()).await;
}

async fn a_session_with_encryption(program: Program) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("it is an address");
    let certificate = made.cert.der().clone();
    let tls = json!({ "certificate": certificate.as_ref(), "key": made.signing_key.serialize_der() });
    let (program, config) = listening(program, &tls).await;
    let config = config.with_encryption(Encryption::Tls);

    let stranger = Kandy::create(config.clone()).expect("it runs in a runtime");
    stranger.connect(&Credentials::password(ALICE, PASSWORD));
    soon(stranger.connected()).await.expect_err("nobody vouches for the certificate");
    signs_in_and_out(program, config, &Options::default().with_extra_root(Certificate::from_der(certificate.to_vec())))
        .await;
}

async fn signs_in_and_out(mut program: Program, config: Config, options: &Options) {
    let kandy = Kandy::create_with(config, options).expect("it runs in a runtime");
    kandy.connect(&Credentials::password(ALICE, PASSWORD));
    soon(kandy.connected()).await.expect("nothing is wrong");
    assert_eq!(kandy.services().status, ServiceStatus::Full);
    kandy.disconnect();
    soon(kandy.disconnected()).await;

    let token = program.next().await;
    assert_eq!((&token["line"], &token["status"]), (&json!("GET /v2.0/auth/mk_token?refresh=y"), &json!(200)));
    let subscription = program.next().await;
    let line = "POST /rest/version/1/user/alice@example.com/subscription?token=an-access-token";
    assert_eq!((&subscription["line"], &subscription["status"]), (&json!(line), &json!(201)));
    let asked = subscription["body"].as_str().expect("it is a text");
    assert!(asked.starts_with(r#"{"subscribeRequest":{"expires":3600,"#), "{asked}");
    assert_eq!(program.next().await["is"], "open");
    assert_eq!(program.next().await, ping());
    // The two go over connections of their own, so either can be the first to arrive.
    let mut end = [program.next().await, program.next().await];
    end.sort_by_key(|told| told["is"] == "request");
    let line = "DELETE /subscriptions/7?token=an-access-token";
    assert_eq!(end[0], json!({ "is": "closed", "code": 1005, "reason": "" }));
    assert_eq!(end[1], json!({ "is": "request", "line": line, "body": "", "status": 204 }));
}

async fn a_wrong_password(program: Program) {
    let (_program, config) = listening(program, &Value::Null).await;
    let kandy = Kandy::create(config).expect("it runs in a runtime");
    kandy.connect(&Credentials::password(ALICE, "wrong"));
    let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
    assert_eq!(error.code(), Some(Code::CreateToken));
    assert_eq!(error.message(), "There was an error connecting. Error: Falsches Paßwort ☹");
}

async fn notifications_arrive_whole(program: Program) {
    let (mut program, _kandy, mut events) = connected(program).await;
    let long = "☃".repeat(20 * 1024);
    for (id, text) in ["Grüße 👋🏽 · 漢字 · \u{2028}\u{0} · \"\\", &long, ""].into_iter().enumerate() {
        let payload = json!({ "notificationMessage": { "eventType": "IM", "id": id, "text": text } });
        let notification = payload.to_string();
        let payload = Untyped::from(payload);
        let (start, end) = notification.split_at(40);
        let parts = if id == 0 { vec![start, "", end] } else { vec![notification.as_str()] };
        program.tell(&json!({ "do": "send", "parts": parts }));
        let heard = soon(events.next()).await;
        assert!(heard == Some(Heard::Event(Event::NotificationReceived { payload })), "{id}");
    }
}

async fn control_frames_are_answered(program: Program) {
    let (mut program, _kandy, _) = connected(program).await;
    for payload in ["", "are you there ☃", &"x".repeat(125)] {
        program.tell(&json!({ "do": "ping", "payload": payload }));
        assert_eq!(program.next().await, json!({ "is": "pong", "payload": payload }));
    }
}

async fn a_lost_websocket_is_opened_again(program: Program) {
    let (mut program, kandy, mut events) = connected(program).await;
    let losses = [
        (json!({ "do": "cut" }), 1006),
        (json!({ "do": "close", "code": 1012, "reason": "Neustart ☃" }), 1012),
        (json!({ "do": "close" }), 1005),
    ];
    for (loss, code) in losses {
        program.tell(&loss);
        for _lost_then_open in 0..2 {
            assert_eq!(soon(events.next()).await, Some(Heard::Event(Event::WebSocketChange { platform: "uc" })));
        }
        assert!(kandy.is_connected());
        // The old socket's end and the new one's opening can be told either way round.
        let mut told = [program.next().await, program.next().await, program.next().await];
        told.sort_by_key(|told| told["is"] != "closed");
        assert_eq!((&told[0]["is"], &told[0]["code"]), (&json!("closed"), &json!(code)));
        assert_eq!((&told[1]["is"], &told[1]["url"]), (&json!("open"), &json!("/channels/7?token=an-access-token")));
        assert_eq!(told[2], ping());
    }
    kandy.disconnect();
    soon(kandy.disconnected()).await;
}

async fn a_normal_closure_ends_the_session(program: Program) {
    let (mut program, kandy, mut events) = connected(program).await;
    program.tell(&json!({ "do": "close", "code": 1000, "reason": "bye" }));
    let reason = Some(DisconnectReason::LostConnection);
    assert_eq!(soon(events.next()).await, Some(Heard::Event(Event::Disconnected { reason, retry_after: None })));
    assert!(!kandy.is_connected());
    assert_eq!(program.next_that("closed").await["code"], 1000, "the close is answered");
    kandy.connect(&Credentials::password(ALICE, PASSWORD));
    soon(kandy.connected()).await.expect("it can connect again");
}

async fn a_refused_handshake(program: Program) {
    let (mut program, config) = listening(program, &Value::Null).await;
    program.tell(&json!({ "do": "refuseHandshakes", "status": 503 }));
    let kandy = Kandy::create(config).expect("it runs in a runtime");
    kandy.connect(&Credentials::password(ALICE, PASSWORD));
    let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
    assert_eq!(error.code(), Some(Code::WebSocket));
    program.next_that("refused").await;
    program.tell(&json!({ "do": "refuseHandshakes" }));
    kandy.connect(&Credentials::password(ALICE, PASSWORD));
    soon(kandy.connected()).await.expect("it is refused no longer");
}
