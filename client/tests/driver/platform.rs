//! The same client against this project's own platform.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use kandy_client::driver::Options;
use kandy_client::{Config, Event, Kandy};
use kandy_mock_server::{Kind, MockKandy, MockKandyOptions, Record, Side};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{alice, soon};

const ALICE: &str = "alice@example.com";

#[tokio::test]
async fn a_client_as_strict_as_a_page_connects_and_disconnects() {
    let platform = MockKandy::start().await;
    platform.add_user(ALICE, "s3cret").unwrap();
    let config = Config::for_server("127.0.0.1", platform.rest_port(), platform.ws_port());
    let kandy = Kandy::create_with(config, &Options::default().with_enforce_cors(true)).unwrap();
    let mut events = kandy.events();
    kandy.connect(&alice());
    soon(kandy.connected()).await.unwrap();
    kandy.disconnect();
    let voluntary = Event::Disconnected { reason: None, retry_after: None };
    while soon(events.wait_for("auth:change")).await != Ok(voluntary.clone()) {}
}

/// How many notifications a flood has.
const FLOOD: usize = 100_000;

/// A notification of as many bytes as any other, so that what waits can be counted.
fn notification(number: usize) -> Value {
    let filling = "x".repeat(200);
    json!({ "notificationMessage": { "eventType": "x", "id": format!("{number:06}"), "filling": filling } })
}

/// A client whose listener stands still at the first notification until the test lets it go on.
struct Slow {
    platform: MockKandy,
    kandy: Kandy,
    gate: Arc<Barrier>,
    /// How many notifications were heard, all of them in their order.
    heard: watch::Receiver<usize>,
}

impl Slow {
    async fn start(options: MockKandyOptions) -> Self {
        let platform = MockKandy::start_with(options).await.expect("the system has a port");
        platform.add_user(ALICE, "s3cret").expect("she is the first");
        let kandy = Kandy::create(Config::for_server("127.0.0.1", platform.rest_port(), platform.ws_port()))
            .expect("it runs in a runtime");
        let gate = Arc::new(Barrier::new(2));
        let (counter, heard) = watch::channel(0);
        let at_gate = Arc::clone(&gate);
        kandy.on("notification:received", move |_, event| {
            let Event::NotificationReceived { payload } = event else { panic!("of another name") };
            let number = *counter.borrow();
            assert_eq!(payload.to_json()["notificationMessage"]["id"], format!("{number:06}"));
            counter.send_replace(number + 1);
            if number == 0 {
                tokio::task::block_in_place(|| at_gate.wait());
            }
        });
        kandy.connect(&alice());
        soon(kandy.connected()).await.expect("nothing is wrong");
        let mut slow = Self { platform, kandy, gate, heard };
        assert_eq!(slow.platform.send(ALICE, notification(0)), Ok(1));
        soon(slow.heard.wait_for(|heard| *heard == 1)).await.expect("the listener is there");
        slow
    }

    fn release(&self) {
        tokio::task::block_in_place(|| self.gate.wait());
    }
}

fn breaks(platform: &MockKandy) -> usize {
    let closed = |record: &Record| matches!(record.kind, Kind::Closed { code: None, by: Side::Platform, .. });
    platform.journal().iter().filter(|record| closed(record)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_waits_at_the_platform_and_comes_in_its_order() {
    let queued_bytes = 64 << 20;
    let mut slow = Slow::start(MockKandyOptions { queued_bytes, ..MockKandyOptions::default() }).await;
    let (platform, kandy) = (&slow.platform, &slow.kandy);
    for number in 1..FLOOD {
        assert_eq!(platform.send(ALICE, notification(number)), Ok(1));
    }
    let least = FLOOD / 2 * notification(0).to_string().len();
    let taken = tokio::time::timeout(Duration::from_secs(1), async {
        while platform.queued_bytes(ALICE) > least {
            tokio::task::yield_now().await;
        }
    });
    assert!(taken.await.is_err(), "the client takes in what its listener does not");
    assert!(platform.queued_bytes(ALICE) <= queued_bytes);
    assert!(kandy.is_connected(), "getters answer all the while");

    slow.release();
    soon(slow.heard.wait_for(|heard| *heard == FLOOD)).await.expect("all come");
    assert_eq!((slow.platform.queued_bytes(ALICE), breaks(&slow.platform)), (0, 0));
    assert_eq!(slow.platform.sockets(ALICE).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_that_is_too_long_to_wait_cuts_the_socket_and_the_journal_says_so() {
    let mut slow = Slow::start(MockKandyOptions::default()).await;
    let limit = MockKandyOptions::default().queued_bytes;
    let mut sent = 1;
    while slow.platform.send(ALICE, notification(sent)) == Ok(1) {
        assert!(slow.platform.queued_bytes(ALICE) <= limit);
        sent += 1;
        assert!(sent < FLOOD, "the socket is cut on the way");
    }
    assert_eq!(breaks(&slow.platform), 1);

    let (sender, mut changes) = tokio::sync::mpsc::channel(8);
    slow.kandy.on("ws:change", move |kandy, _| {
        let is_open = kandy.socket_state().is_some_and(|state| state.connected);
        sender.try_send(is_open).expect("there is room");
    });
    slow.release();
    // All that was on its way is heard first.
    for is_open in [false, true] {
        assert_eq!(soon(changes.recv()).await, Some(is_open), "the websocket is opened again");
    }
    let heard = *slow.heard.borrow();
    assert!(heard < sent, "{heard} of {sent}");
    assert_eq!(slow.platform.send(ALICE, notification(heard)), Ok(1));
    soon(slow.heard.wait_for(|now| *now == heard + 1)).await.unwrap();
}
