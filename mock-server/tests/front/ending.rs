//! The end of a front, with whatever is going on.

use std::time::{Duration, Instant};

use kandy_mock_server::Point;
use serde_json::json;

use crate::support::*;

/// How long an end takes at most.
const AT_MOST: Duration = Duration::from_secs(2);
/// A machine with other work may be late, but not as often as this.
const TRIES: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_are_closed_with_1001_and_hanging_requests_are_cut() {
    let mut times = Vec::new();
    for _ in 0..TRIES {
        times.push(end_of_a_busy_front().await);
        if times.last() < Some(&AT_MOST) {
            return;
        }
    }
    panic!("it takes {times:?}");
}

/// How long it takes to end a front where all kinds of things go on.
async fn end_of_a_busy_front() -> Duration {
    let front = start().await;
    let handle = front.handle();
    let mut socket = connect(&front).await;
    fail(&front, Point::MkToken, &json!({ "hang": true }));
    let hanging = ask(&front, "GET", LOGIN, &[BASIC], "");
    fail(&front, Point::Other, &json!({ "delay": 60_000 }));
    let delayed = ask(&front, "GET", "/other", &[], "");
    let idle = knock(&front, b"").unwrap();
    let half = knock(&front, b"GET / HTTP/1.1\r\n").unwrap();
    assert!(is_silent(&hanging) && is_silent(&delayed));

    let started = now();
    let ended = tokio::spawn(front.shutdown());
    assert_eq!(end(&mut socket).await, (1001, String::new()));
    soon(ended).await.unwrap();
    let took = started.elapsed();
    assert!(handle.is_over());
    for cut in [hanging, delayed, idle, half] {
        assert!(answer(cut).is_err(), "no answer comes any more");
    }
    took
}

#[expect(clippy::disallowed_methods, reason = "what is measured is how long it takes")]
fn now() -> Instant {
    Instant::now()
}
