//! A clock that is held, and the real one.

use std::time::Duration;

use kandy_mock_server::{ClockError, ClockKind, Front, FrontOptions, Kind, Platform, Point, SocketState, Time};
use serde_json::json;

use crate::support::*;

async fn start_held() -> Front {
    start_with(FrontOptions { clock: ClockKind::Manual, ..FrontOptions::default() }).await
}

fn advance(front: &Front, millis: u64) -> Time {
    front.handle().advance(Duration::from_millis(millis)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn held_time_goes_on_only_when_told_to_and_timers_fire_at_their_own() {
    let front = start_held().await;
    for seconds in [120, 60, 600] {
        let token = login(&front).unwrap().json()["success"]["access_token"].as_str().unwrap().to_owned();
        let body = json!({ "subscribeRequest": { "expires": seconds, "service": ["call"] } }).to_string();
        let path = format!("{SUBSCRIPTION}?token={token}");
        assert_eq!(rest(&front, "POST", &path, &[], &body).unwrap().status, 200);
    }
    let handle = front.handle();
    let mut watch = handle.watch();
    assert_eq!((handle.clock(), handle.now()), (ClockKind::Manual, Time::ZERO));
    assert_eq!(advance(&front, 59_999), Time::from_millis(59_999));
    assert_eq!(handle.platform(|platform, _| platform.subscriptions(None).len()), 3);
    let advanced = watch.try_next().unwrap().unwrap();
    assert!(matches!(advanced.kind, Kind::Command { name: "advance", .. }), "{advanced:?}");
    assert!(watch.try_next().is_none(), "nothing is due");

    advance(&front, 100_000);
    let mut expired = Vec::new();
    while let Some(record) = watch.try_next() {
        let record = record.unwrap();
        if let Kind::Expired { subscription } = record.kind {
            expired.push((subscription.to_string(), record.time));
        }
    }
    let [first, second] = [60_000, 120_000].map(Time::from_millis);
    assert_eq!(expired, [("SUB-2".to_owned(), first), ("SUB-1".to_owned(), second)]);
    assert_eq!(handle.now(), Time::from_millis(159_999));
    assert_eq!(handle.platform(|platform, _| platform.subscriptions(None).len()), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delayed_answer_waits_for_a_held_clock() {
    let front = start_held().await;
    fail(&front, Point::MkToken, &json!([{ "delay": 500 }, {}]));
    let delayed = ask(&front, "GET", LOGIN, &[BASIC], "");
    until(&front, Point::MkToken).await;
    advance(&front, 499);
    assert!(is_silent(&delayed));
    advance(&front, 1);
    assert_eq!(answer(delayed).unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delayed_handshake_waits_for_a_held_clock() {
    let front = start_held().await;
    let channel = subscribe(&front);
    front.handle().platform(|platform: &mut Platform, now| platform.set_latency(now, Duration::from_secs(3600)));
    let opening = knock(&front, &upgrade(&channel, "")).unwrap();
    until(&front, Point::WebSocket).await;
    assert!(is_silent(&opening));
    advance(&front, 3_600_000);
    assert!(heard_until(&opening, "\r\n\r\n").starts_with("HTTP/1.1 101 "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_during_a_delayed_handshake_comes_behind_it() {
    let front = start_held().await;
    let channel = subscribe(&front);
    let handle = front.handle();
    handle.platform(|platform, now| platform.set_latency(now, Duration::from_secs(1)));
    let sending = async {
        until(&front, Point::WebSocket).await;
        handle.platform(|platform, now| {
            assert_eq!(platform.sockets(Some(ALICE))[0].state, SocketState::Opening);
            assert_eq!(platform.send(now, ALICE, json!({ "x": 1 })), Ok(1));
        });
        advance(&front, 1_000);
    };
    let (opened, ()) = tokio::join!(handshake(&front, &channel), sending);
    assert_eq!(hear(&mut opened.unwrap().0).await, json!({ "x": 1 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_clock_goes_where_it_cannot() {
    let front = start().await;
    assert_eq!(front.handle().clock(), ClockKind::Real);
    assert_eq!(front.handle().advance(Duration::from_secs(1)), Err(ClockError::Real));
    let front = start_held().await;
    let now = advance(&front, 1);
    assert_eq!(front.handle().advance(Duration::MAX), Err(ClockError::End { now, by: Duration::MAX }));
    assert_eq!(front.handle().now(), now);
}
