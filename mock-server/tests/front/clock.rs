//! A clock that is held, and the real one.

use std::time::Duration;

use kandy_mock_server::{ClockError, ClockKind, Front, FrontOptions, Kind, Platform, Point, SocketState, Time};
use serde_json::{Value, json};

use crate::support::*;

async fn start_held() -> Front {
    start_with(FrontOptions { clock: ClockKind::Manual, ..FrontOptions::default() }).await
}

async fn until_held(front: &Front, number: usize) {
    soon(async {
        while front.handle().held().len() < number {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

fn advance(front: &Front, millis: u64) -> Time {
    front.handle().advance(Duration::from_millis(millis)).unwrap().now
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
    let past = Time::from_millis(0);
    assert_eq!(front.handle().advance_to(past), Err(ClockError::Past { now, to: past }));
    assert_eq!(front.handle().advance_to(now).unwrap().now, now, "the present is not past");
    assert_eq!(front.handle().now(), now);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_is_told_until_its_time_and_what_fired_then() {
    let front = start_held().await;
    let handle = front.handle();
    let channel = subscribe(&front);
    handle.platform(|platform, now| platform.set_latency(now, Duration::from_secs(5)));
    let login = ask(&front, "GET", LOGIN, &[BASIC], "");
    until_held(&front, 1).await;
    let opening = knock(&front, &upgrade(&channel, "")).unwrap();
    until_held(&front, 2).await;
    let at = |point, due| (Some(point), Some(ALICE.to_owned()), due);
    let due = Some(Time::from_millis(5_000));
    let held: Vec<_> = handle.held().into_iter().map(|held| (held.point, held.user, held.due)).collect();
    assert_eq!(held, [at(Point::MkToken, due), at(Point::WebSocket, due)]);
    soon(handle.idle(Duration::ZERO)).await;

    let advanced = handle.advance_to(Time::from_millis(3_700_000)).unwrap();
    let fired: Vec<Value> = advanced.fired.iter().map(|fired| json!(fired)).collect();
    let told: Vec<_> =
        fired.iter().map(|fired| ["time", "kind", "point", "subscription", "tokens"].map(|key| &fired[key])).collect();
    let [late, end, none] = [json!(5_000), json!(3_600_000), Value::Null];
    assert_eq!(told[0], [&late, &json!("answer"), &json!("mk_token"), &none, &none]);
    assert_eq!(told[1], [&late, &json!("answer"), &json!("websocket"), &none, &none]);
    // The tokens of the subscription's login; those of the one that was held end with it.
    assert!(told[2..4].iter().all(|told| told[..2] == [&end, &json!("tokensExpired")]), "{told:?}");
    assert_eq!(told[4], [&end, &json!("expired"), &none, &json!("SUB-1"), &none]);
    assert_eq!(fired.len(), 5);
    assert_eq!(answer(login).unwrap().status, 200);
    assert!(heard_until(&opening, "\r\n\r\n").starts_with("HTTP/1.1 101 "));
    soon(handle.idle(Duration::ZERO)).await;
    assert_eq!(handle.held(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_nothing_under_way_waits_for_answers_that_come_by_themselves() {
    let front = start().await;
    let handle = front.handle();
    soon(handle.idle(Duration::ZERO)).await;
    fail(&front, Point::MkToken, &json!([{ "hang": true }, { "delay": 200 }, {}]));
    let hung = ask(&front, "GET", LOGIN, &[BASIC], "");
    until(&front, Point::MkToken).await;
    soon(handle.idle(Duration::ZERO)).await;
    assert_eq!(handle.held()[0].due, None);

    let late = ask(&front, "GET", LOGIN, &[BASIC], "");
    while requests(&front, Point::MkToken).len() < 2 {
        tokio::task::yield_now().await;
    }
    let under_way = handle.under_way();
    assert_eq!((under_way.requests, under_way.sockets, under_way.bytes), (1, 0, 0));
    soon(handle.idle(Duration::from_millis(20))).await;
    assert!(handle.now() >= handle.held().iter().filter_map(|held| held.due).max().unwrap_or_default());
    assert_eq!(answer(late).unwrap().status, 200);
    // Who is never answered is held until it leaves.
    drop(hung);
    soon(async {
        while !handle.held().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
