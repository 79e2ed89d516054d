//! How websockets end, and what comes over them.

use std::time::Duration;

use kandy_client::driver::{Heard, Options};
use kandy_client::{Config, DisconnectReason, Event, Kandy};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::foreign::{Foreign, Socket};
use crate::{alice, soon};

/// A connected client, and the server's end of its websocket.
async fn connected(config: impl FnOnce(Config) -> Config, options: &Options) -> (Foreign, Kandy, Socket) {
    let mut server = Foreign::start().await;
    let kandy = Kandy::create_with(config(server.config()), options).expect("it runs in a runtime");
    kandy.connect(&alice());
    soon(kandy.connected()).await.expect("nothing is wrong");
    let socket = server.socket().await;
    (server, kandy, socket)
}

fn lost() -> Event {
    Event::Disconnected { reason: Some(DisconnectReason::LostConnection), retry_after: None }
}

fn without_reconnect(config: Config) -> Config {
    config.with_auto_reconnect(false)
}

#[tokio::test]
async fn a_cut_websocket_is_opened_again() {
    let (mut server, kandy, socket) = connected(|config| config, &Options::default()).await;
    let mut events = kandy.events();
    drop(socket);
    assert_eq!(soon(events.next()).await, Some(Heard::Event(Event::WebSocketChange { platform: "uc" })));
    assert!(kandy.is_connected(), "as long as it tries");
    let mut socket = server.socket().await;
    assert_eq!(soon(events.next()).await, Some(Heard::Event(Event::WebSocketChange { platform: "uc" })));
    assert!(kandy.socket_state().unwrap().connected);
    assert_eq!(socket.next().await, Some(Message::text(r#"{"message_type":"ping"}"#)));
}

#[tokio::test]
async fn a_normal_closure_ends_the_session() {
    let (_server, kandy, mut socket) = connected(|config| config, &Options::default()).await;
    let mut events = kandy.events();
    socket.send(Message::Close(Some(CloseFrame { code: CloseCode::Normal, reason: "bye".into() }))).await;
    assert_eq!(soon(events.next()).await, Some(Heard::Event(lost())));
    assert!(!kandy.is_connected());
    let Some(Message::Close(Some(frame))) = socket.next_but_pings().await else { panic!("the close is answered") };
    assert_eq!(frame.code, CloseCode::Normal);
    assert_eq!(socket.next().await, None, "and the client hangs up, or lets the server do so");
}

#[tokio::test]
async fn any_other_closure_is_a_reason_to_reconnect() {
    let (mut server, _kandy, mut socket) = connected(|config| config, &Options::default()).await;
    let away = CloseFrame { code: CloseCode::Away, reason: "".into() };
    for close in [Some(away), None] {
        socket.send(Message::Close(close)).await;
        socket = server.socket().await;
    }
}

#[tokio::test]
async fn gone_ends_the_session() {
    let (_server, kandy, mut socket) = connected(|config| config, &Options::default()).await;
    let mut events = kandy.events();
    let gone = r#"{"notificationMessage":{"eventType":"gone","id":"1","retryAfter":30}}"#;
    socket.send(Message::text(gone)).await;
    let expected = Event::Disconnected { reason: Some(DisconnectReason::Gone), retry_after: Some(30.into()) };
    assert_eq!(soon(events.wait_for("auth:change")).await, Ok(expected));
    assert_eq!(socket.next_but_pings().await, Some(Message::Close(None)));
}

#[tokio::test]
async fn keep_alives_come_at_their_interval() {
    let started = Instant::now();
    let (_server, _kandy, mut socket) =
        connected(|config| config.with_ping_interval(Duration::from_millis(20)), &Options::default()).await;
    for _ in 0..4 {
        assert_eq!(socket.next().await, Some(Message::text(r#"{"message_type":"ping"}"#)));
    }
    assert!(started.elapsed() >= Duration::from_millis(60), "the first at once, then three intervals");
}

#[tokio::test]
async fn pings_of_the_protocol_are_answered() {
    let (_server, _kandy, mut socket) = connected(|config| config, &Options::default()).await;
    socket.send(Message::Ping("are you there".into())).await;
    assert_eq!(socket.next_but_pings().await, Some(Message::Pong("are you there".into())));
}

#[tokio::test]
async fn a_message_that_is_too_long_closes_the_websocket() {
    let options = Options::default().with_max_message(1_000);
    let (_server, kandy, mut socket) = connected(without_reconnect, &options).await;
    let mut events = kandy.events();
    socket.send(Message::text("x".repeat(1_000))).await;
    socket.send(Message::text("x".repeat(1_001))).await;
    assert_eq!(soon(events.next()).await, Some(Heard::Event(lost())), "1006 for the application");
    let Some(Message::Close(Some(frame))) = socket.next_but_pings().await else { panic!("the server is told") };
    assert_eq!(frame.code, CloseCode::Size);
}

#[tokio::test]
async fn disconnecting_does_not_wait_for_the_server_to_close() {
    // The server's end is not read, so that the close is never answered.
    let (_server, kandy, _socket) = connected(|config| config, &Options::default()).await;
    kandy.disconnect();
    soon(kandy.disconnected()).await;
}

#[tokio::test]
async fn the_last_handle_takes_the_websocket_with_it() {
    let (_server, kandy, mut socket) = connected(|config| config, &Options::default()).await;
    let clone = kandy.clone();
    drop(kandy);
    assert!(clone.is_connected());
    drop(clone);
    assert_eq!(socket.next_but_pings().await, None, "cut, without a word");
}

#[tokio::test]
async fn a_websocket_is_reset_on_demand() {
    let (mut server, kandy, mut socket) = connected(|config| config, &Options::default()).await;
    kandy.reset_connection();
    assert_eq!(socket.next_but_pings().await, Some(Message::Close(None)));
    server.socket().await;
}

#[tokio::test]
async fn destroying_says_goodbye_but_tells_nobody() {
    let (mut server, kandy, mut socket) = connected(|config| config, &Options::default()).await;
    let mut events = kandy.events();
    kandy.destroy();
    assert_eq!(soon(events.next()).await, None);
    assert_eq!(socket.next_but_pings().await, Some(Message::Close(None)));
    while !server.request().await.line().starts_with("DELETE") {}
}
