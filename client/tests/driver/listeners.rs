//! Listeners: their order, and calls made in them.

use std::sync::mpsc;

use kandy_client::driver::{Heard, ListenError, NotConnected};
use kandy_client::{Config, Credentials, Event, Kandy, MAX_LISTENERS, TooManyListeners};

use crate::foreign::Foreign;
use crate::{alice, soon};

#[tokio::test]
async fn a_call_in_a_listener_acts_at_once() {
    let server = Foreign::start().await;
    let kandy = Kandy::create(server.config()).unwrap();
    let (sender, seen) = mpsc::channel();
    let states = sender.clone();
    kandy.on("auth:error", move |kandy, _| {
        let before = kandy.connection().is_pending;
        kandy.connect(&alice());
        let after = kandy.connection();
        let _ = sender.send(format!("{before} {} {:?}", after.is_pending, after.error));
    });
    kandy.subscribe(move |kandy, event| {
        let connection = kandy.connection();
        let _ = states.send(format!("{} {} {}", event.name(), connection.is_connected, connection.is_pending));
    });
    kandy.connect(&Credentials::password("alice@example.com", "wrong"));
    soon(kandy.connected()).await.unwrap();
    let seen: Vec<String> = seen.try_iter().collect();
    assert_eq!(
        seen,
        [
            "auth:change false true",
            "false true None",
            "auth:error false true",
            "auth:change false true",
            "auth:credentialsSet false true",
            "ws:change false true",
            "ws:change true false",
            "auth:change true false",
        ]
    );
}

#[tokio::test]
async fn a_listener_can_disconnect() {
    let server = Foreign::start().await;
    let kandy = Kandy::create(server.config()).unwrap();
    let mut events = kandy.events();
    kandy.on("ws:change", |kandy, _| {
        if kandy.is_connected() {
            kandy.disconnect();
        }
    });
    kandy.connect(&alice());
    let voluntary = Event::Disconnected { reason: None, retry_after: None };
    while soon(events.wait_for("auth:change")).await != Ok(voluntary.clone()) {}
    assert_eq!(soon(kandy.connected()).await, Err(NotConnected::SignedOut));
}

#[tokio::test]
async fn a_panic_ends_the_emission_and_nothing_else() {
    let kandy = Kandy::create(Config::default()).unwrap();
    let (sender, called) = mpsc::channel();
    let wildcard = sender.clone();
    kandy.on("notifications:change", move |_, _| {
        let _ = sender.send("typed");
        // A panic that leaves the output of the tests alone.
        std::panic::resume_unwind(Box::new("a listener's panic"));
    });
    kandy.subscribe(move |_, event| {
        let _ = wildcard.send(event.name());
    });
    let mut events = kandy.events();
    kandy.enable_websocket(false);
    kandy.enable_websocket(true);
    kandy.connect(&Credentials::default());
    soon(events.wait_for("auth:error")).await.unwrap();
    soon(kandy.disconnected()).await;
    let called: Vec<&str> = called.try_iter().collect();
    assert_eq!(called, ["typed", "typed", "auth:change", "auth:error"]);
}

#[tokio::test]
async fn a_listener_that_is_taken_off_is_called_no_more() {
    let kandy = Kandy::create(Config::default()).unwrap();
    let (sender, called) = mpsc::channel();
    let listener = |name: &'static str| {
        let sender = sender.clone();
        move |_: &Kandy, _: &Event| sender.send(name).expect("the test listens")
    };
    let first = kandy.on("notifications:change", listener("first"));
    let wildcard = kandy.subscribe(listener("wildcard"));
    kandy.on("notifications:change", listener("second"));
    assert!(kandy.off(first) && !kandy.off(first));
    let mut events = kandy.events();
    kandy.enable_websocket(false);
    soon(events.wait_for("notifications:change")).await.unwrap();
    soon(kandy.disconnected()).await;
    assert_eq!(called.try_iter().collect::<Vec<_>>(), ["second", "wildcard"]);
    assert!(kandy.off(wildcard));
}

#[tokio::test]
async fn what_a_listener_captured_may_call_the_client_when_dropped() {
    struct Caller(Kandy);
    impl Drop for Caller {
        fn drop(&mut self) {
            self.0.enable_connectivity_checking(true);
        }
    }
    let kandy = Kandy::create(Config::default()).unwrap();
    let listener = |kandy: &Kandy| {
        let caller = Caller(kandy.clone());
        move |_: &Kandy, _: &Event| assert!(!caller.0.is_connected())
    };
    let taken_off = kandy.on("ws:change", listener(&kandy));
    kandy.on("ws:change", listener(&kandy));
    kandy.off(taken_off);
    kandy.destroy();
}

#[tokio::test]
async fn listeners_that_call_for_ever_do_not_starve_the_runtime() {
    // One thread runs both this test and the client's task.
    let kandy = Kandy::create(Config::default()).unwrap();
    kandy.on("auth:change", |kandy, _| kandy.connect(&Credentials::default()));
    let mut events = kandy.events();
    kandy.connect(&Credentials::default());
    for _ in 0..100 {
        assert!(matches!(soon(events.next()).await, Some(Heard::Event(_) | Heard::Lagged(_))));
    }
    drop(kandy);
    while soon(events.next()).await.is_some() {}
}

#[tokio::test]
#[should_panic(expected = "more than 10000 events wait for their listeners")]
async fn calls_in_a_loop_are_stopped() {
    let kandy = Kandy::create(Config::default()).unwrap();
    loop {
        kandy.enable_websocket(true);
    }
}

#[tokio::test]
#[should_panic(expected = r#"there is no event "auth:changed"; did you mean `auth:change`?"#)]
async fn a_misspelt_event_is_named() {
    let kandy = Kandy::create(Config::default()).unwrap();
    kandy.on("auth:changed", |_, _| ());
}

#[tokio::test]
async fn one_listener_too_many_is_refused() {
    let kandy = Kandy::create(Config::default()).unwrap();
    let first = kandy.on("auth:change", |_, _| ());
    for _ in 1..MAX_LISTENERS {
        kandy.subscribe(|_, _| ());
    }
    let refused = kandy.try_on("auth:change", |_, _| ()).unwrap_err();
    assert_eq!(refused, ListenError::TooMany(TooManyListeners));
    assert_eq!(refused.to_string(), "too many listeners: a client has 10000 at most");
    assert_eq!(kandy.try_subscribe(|_, _| ()), Err(TooManyListeners));
    kandy.off(first);
    assert!(kandy.try_on("auth:change", |_, _| ()).is_ok());
    let unknown = kandy.try_on("auth:changed", |_, _| ()).unwrap_err();
    assert!(matches!(unknown, ListenError::UnknownEvent { nearest: "auth:change", .. }), "{unknown}");
}

#[tokio::test]
#[should_panic(expected = "too many listeners: a client has 10000 at most")]
async fn registering_listeners_for_ever_is_stopped() {
    let kandy = Kandy::create(Config::default()).unwrap();
    loop {
        kandy.on("auth:change", |_, _| ());
    }
}
