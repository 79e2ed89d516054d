//! The quickstart of Kandy.js, and what can go wrong in it.

use std::sync::mpsc;

use kandy_client::driver::NotConnected;
use kandy_client::{Code, Config, Credentials, Event, Kandy, ServiceStatus};
use tokio_tungstenite::tungstenite::Message;

use crate::foreign::{Foreign, Reply, Seen};
use crate::{alice, soon};

/// The listeners of the quickstart, writing to a channel instead of the page.
fn log(kandy: &Kandy) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    let changes = sender.clone();
    kandy.on("auth:change", move |kandy, _| {
        let _ = changes.send(format!("Connected: {}", kandy.connection().is_connected));
    });
    kandy.on("auth:error", move |_, event| {
        if let Event::AuthError(error) = event {
            let code = error.code().expect("it has one").to_json();
            let _ = sender.send(format!("Connect error: {} ({code})", error.message()));
        }
    });
    lines
}

#[tokio::test]
async fn a_user_connects_and_disconnects() {
    let mut server = Foreign::start().await;
    let kandy = Kandy::create(server.config()).unwrap();
    let lines = log(&kandy);

    kandy.connect(&alice());
    assert!(kandy.connection().is_pending, "the state has changed before the call returns");
    soon(kandy.connected()).await.unwrap();
    assert_eq!(kandy.services().status, ServiceStatus::Full);
    assert_eq!(kandy.user_info().unwrap().username, "alice@example.com");
    assert!(kandy.socket_state().unwrap().connected);

    kandy.disconnect();
    soon(kandy.disconnected()).await;
    assert_eq!(kandy.user_info(), None);
    let lines: Vec<String> = lines.try_iter().collect();
    assert_eq!(lines, ["Connected: false", "Connected: true", "Connected: true", "Connected: false"]);

    let seen = [server.request().await, server.request().await, server.request().await];
    assert_eq!(
        seen.each_ref().map(Seen::line),
        [
            "GET /v2.0/auth/mk_token?refresh=y",
            "POST /rest/version/1/user/alice@example.com/subscription?token=AT-1",
            "DELETE /subscription/1?token=AT-1",
        ]
    );
    assert!(seen[1].body.starts_with(r#"{"subscribeRequest":{"expires":3600,"#), "{:?}", seen[1]);
    let mut socket = server.socket().await;
    assert!(socket.handshake.starts_with("/channel/1?token=AT-1"), "{}", socket.handshake);
    assert_eq!(socket.next().await, Some(Message::text(r#"{"message_type":"ping"}"#)));
    assert_eq!(socket.next().await, Some(Message::Close(None)), "closed without a code");
}

#[tokio::test]
async fn a_wrong_password_is_reported() {
    let server = Foreign::start().await;
    let kandy = Kandy::create(server.config()).unwrap();
    let lines = log(&kandy);
    kandy.connect(&Credentials::password("alice@example.com", "wrong"));
    let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
    assert_eq!(error.code(), Some(Code::CreateToken));
    let message = "There was an error connecting. Error: Authentication error";
    assert_eq!(error.message(), message);
    let lines: Vec<String> = lines.try_iter().collect();
    assert_eq!(lines, ["Connected: false".to_owned(), format!("Connect error: {message} (\"authentication:9\")")]);
}

#[tokio::test]
async fn a_port_on_which_nobody_listens_is_reported() {
    let kandy = Kandy::create(Config::for_server("127.0.0.1", 1, 1)).unwrap();
    assert_eq!(soon(kandy.connected()).await, Err(NotConnected::SignedOut), "nobody has called connect");
    kandy.connect(&alice());
    let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
    assert_eq!(error.message(), "Login request failed. Check your credentials.");
}

#[tokio::test]
async fn a_websocket_on_whose_port_nobody_listens_is_reported() {
    let server = Foreign::start().await;
    // One attempt, so that the failure shows at once.
    let config = server.config().with_reconnect_limit(1).with_websocket_server("127.0.0.1", 1);
    let kandy = Kandy::create(config).unwrap();
    kandy.connect(&alice());
    let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
    assert_eq!(error.code(), Some(Code::WebSocket));
}

#[tokio::test]
async fn an_answer_that_is_cut_is_no_answer() {
    let server = Foreign::start().await;
    server.reply("POST", "/subscription", Reply::Cut);
    let kandy = Kandy::create(server.config()).unwrap();
    kandy.connect(&alice());
    let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
    assert_eq!(error.message(), "Subscribe request failed: Failed to fetch.");
}

#[tokio::test]
async fn a_reason_phrase_of_ones_own_is_passed_on() {
    let server = Foreign::start().await;
    let kandy = Kandy::create(server.config()).unwrap();
    for (status, text) in [("403 Not You", "Not You"), ("403 Forbidden", "Forbidden"), ("403 ", "")] {
        server.reply("POST", "/subscription", Reply::with(status, "Content-Type: text/html\r\n", "<h1>no</h1>"));
        kandy.connect(&alice());
        let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
        assert_eq!(error.message(), format!("Subscribe request failed: {text}."));
    }
}

#[test]
fn a_client_needs_a_runtime() {
    let error = Kandy::create(Config::default()).unwrap_err();
    assert_eq!(error.to_string(), "a client needs a tokio runtime: create it inside one");
}
