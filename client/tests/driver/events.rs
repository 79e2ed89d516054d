//! Readers of events, and what a flood does to a client.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use kandy_client::driver::{Heard, Missed};
use kandy_client::{Config, Event, Kandy, Task};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;

use crate::foreign::{Foreign, Reply};
use crate::{alice, soon};

fn notification(number: usize) -> Message {
    let filling = "x".repeat(250);
    Message::text(format!(r#"{{"notificationMessage":{{"eventType":"x","id":"{number}","filling":"{filling}"}}}}"#))
}

#[tokio::test]
async fn a_reader_misses_nothing_between_two_waits() {
    let server = Foreign::start().await;
    let kandy = Kandy::create(server.config()).unwrap();
    let mut events = kandy.events();
    kandy.connect(&alice());
    soon(kandy.connected()).await.unwrap();
    for event in ["auth:change", "auth:credentialsSet", "ws:change", "ws:change", "auth:change"] {
        assert_eq!(soon(events.wait_for(event)).await.unwrap().name(), event);
    }
    drop(kandy);
    assert_eq!(soon(events.wait_for("auth:change")).await, Err(Missed::Ended));
    assert_eq!(events.collect::<Vec<_>>().await, []);
}

#[tokio::test]
async fn a_task_that_dies_is_told_to_readers_only() {
    let server = Foreign::start().await;
    server.reply("GET", "mk_token", Reply::with("401 Unauthorized", "Content-Type: text/html\r\n", "no"));
    let kandy = Kandy::create(server.config()).unwrap();
    let mut events = kandy.events();
    kandy.connect(&alice());
    assert_eq!(soon(events.next()).await, Some(Heard::Event(Event::AuthChange)));
    assert_eq!(soon(events.next()).await, Some(Heard::Crash(Task::ConnectFlow)));
    assert!(kandy.connection().is_pending, "for ever, as in the SDK");
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_told() {
    let kandy = Kandy::create(Config::default()).unwrap();
    let mut slow = kandy.events();
    let mut quick = kandy.events();
    for _ in 0..1_100 {
        kandy.enable_websocket(true);
        soon(quick.wait_for("notifications:change")).await.unwrap();
    }
    assert_eq!(soon(slow.wait_for("notifications:change")).await, Err(Missed::Lagged(76)));
    assert_eq!(soon(slow.next()).await, Some(Heard::Event(Event::NotificationsChange)));
}

#[test]
fn readers_end_with_the_runtime() {
    let runtime = Runtime::new().unwrap();
    let kandy = runtime.block_on(async { Kandy::create(Config::default()).unwrap() });
    let mut events = kandy.events();
    drop(runtime);
    let runtime = Runtime::new().unwrap();
    assert_eq!(runtime.block_on(soon(events.next())), None);
    kandy.connect(&alice());
    assert!(runtime.block_on(soon(kandy.connected())).is_err());
    assert_eq!(runtime.block_on(soon(kandy.events().next())), None);
}

/// The listener stands still until the server has found out that it can send no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_comes_in_order_and_waits_at_the_server() {
    const FRAMES: usize = 100_000;
    let mut server = Foreign::start().await;
    let kandy = Kandy::create(server.config()).unwrap();
    kandy.connect(&alice());
    soon(kandy.connected()).await.unwrap();
    let socket = server.socket().await;

    let gate = Arc::new(Barrier::new(2));
    let (done, all_heard) = tokio::sync::oneshot::channel();
    let (closed_gate, mut done, mut next) = (Arc::clone(&gate), Some(done), 0);
    kandy.on("notification:received", move |_, event| {
        let Event::NotificationReceived { payload } = event else { panic!("of another name") };
        if next == 0 {
            tokio::task::block_in_place(|| closed_gate.wait());
        }
        assert_eq!(payload.to_json()["notificationMessage"]["id"], next.to_string());
        next += 1;
        if next == FRAMES {
            done.take().map(|done| done.send(()));
        }
    });

    let (mut sink, mut source) = socket.stream.split();
    tokio::spawn(async move { while source.next().await.is_some() {} });
    let mut flood = Box::pin(async move {
        for number in 0..FRAMES {
            sink.send(notification(number)).await.expect("the client reads");
        }
        sink
    });
    let blocked = tokio::time::timeout(Duration::from_secs(1), &mut flood).await;
    assert!(blocked.is_err(), "30 MB lie somewhere between the server and a listener that does not listen");
    assert!(kandy.is_connected(), "getters answer all the while");
    tokio::task::block_in_place(|| gate.wait());
    let _sink = soon(flood).await;
    soon(all_heard).await.expect("all come");
}
