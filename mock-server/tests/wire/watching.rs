use std::time::Duration;

use kandy_mock_server::{Kind, Lagged, Limits, Point, WaitError};

use crate::support::*;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_wait_finds_what_came_before_it_and_never_the_same_twice() {
    let mock = start().await;
    subscribe(&mock);
    subscribe(&mock);
    let first = mock.wait_for(Point::Subscribe, Some(ALICE), SOON).await.unwrap();
    let second = mock.wait_for(Point::Subscribe, None, SOON).await.unwrap();
    assert!(first.request.query().eq([("token".into(), "AT-1".into())]));
    assert!(second.request.query().eq([("token".into(), "AT-2".into())]));
    assert!(first.time <= second.time);
}

#[tokio::test]
async fn a_wait_sees_what_comes_while_it_waits() {
    let mock = start().await;
    let (waited, answered) = tokio::join!(mock.wait_for(Point::MkToken, None, SOON), async { login(&mock) });
    assert_eq!((waited.unwrap().status(), answered.unwrap().status), (Some(200), 200));
}

#[tokio::test]
async fn a_wait_in_vain_tells_what_came_instead() {
    let mock = start().await;
    login(&mock).unwrap();
    let error = mock.wait_for(Point::Subscribe, Some(ALICE), Duration::from_millis(10)).await.unwrap_err();
    let WaitError::TimedOut { came, .. } = &error else { panic!("{error}") };
    assert_eq!(came.len(), 1);
    let time = came[0].time;
    assert_eq!(
        error.to_string(),
        format!("no subscribe request of {ALICE} came within 10ms; came instead: mk_token at {time} (200)")
    );
    assert!(mock.wait_for(Point::MkToken, None, SOON).await.is_ok(), "a wait in vain passes nothing over");
}

#[tokio::test]
async fn a_watch_tells_everything_in_order() {
    let mock = start().await;
    let mut watch = mock.watch();
    assert_eq!(watch.try_next(), None);
    let socket = connect(&mock).await;
    mock.platform(|platform, now| {
        platform.cut(now, ALICE).unwrap();
        platform.set_online(now);
    });
    let mut kinds = Vec::new();
    while kinds.last() != Some(&"online") {
        kinds.push(match soon(watch.next()).await.unwrap().unwrap().kind {
            Kind::Request(_) => "request",
            Kind::Upgrade { .. } => "upgrade",
            Kind::Opened { .. } => "opened",
            Kind::Closed { .. } => "closed",
            Kind::Command { name, .. } => name,
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(kinds, ["request", "request", "upgrade", "opened", "cut", "closed", "online"]);
    drop((mock, socket));
    assert_eq!(soon(watch.next()).await, None, "the server is over");
}

#[tokio::test]
async fn a_watch_that_is_far_behind_is_told_so() {
    let mock = start().await;
    let mut watch = mock.watch();
    for _ in 0..Limits::JOURNAL_RECORDS + 3 {
        mock.set_answer_pings(true);
    }
    assert_eq!(watch.try_next(), Some(Err(Lagged { missed: 3 })));
    assert!(matches!(watch.try_next(), Some(Ok(record)) if record.seq == 4));
}

#[tokio::test]
async fn who_waits_until_nothing_is_under_way_waits_for_answers_that_are_late() {
    const LATENCY: Duration = Duration::from_millis(300);
    let mock = start().await;
    mock.idle(Duration::ZERO, SOON).await.unwrap();
    mock.set_latency(LATENCY);
    let late = ask(&mock, "GET", LOGIN, &[BASIC], "");
    let came = mock.wait_for(Point::MkToken, None, SOON).await.unwrap().time;
    let busy = mock.idle(Duration::ZERO, Duration::from_millis(1)).await.unwrap_err();
    assert_eq!(busy.to_string(), "not idle within 1ms: 1 requests, 0 sockets that end, 0 bytes for sockets");
    mock.idle(Duration::from_millis(5), SOON).await.unwrap();
    assert!(mock.now() >= came + LATENCY);
    drop(late);
}
