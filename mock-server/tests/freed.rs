//! What a dropped server leaves behind: nothing. Alone in its process, whose threads and descriptors it counts.
#![cfg(target_os = "linux")]

use std::fs;
use std::time::{Duration, Instant};

use kandy_mock_server::MockKandy;

#[test]
fn dropping_servers_frees_their_threads_and_descriptors() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let before = (count("task"), count("fd"));
    let mocks = runtime.block_on(futures_util::future::join_all((0..20).map(|_| MockKandy::start())));
    let (threads, descriptors) = (count("task") - before.0, count("fd") - before.1);
    assert_eq!(threads, 20 * 2);
    assert!(descriptors <= 20 * 9, "8 each, beside connections that are just ending: {descriptors}");
    drop(mocks);
    let started = now();
    while (count("task"), count("fd")) != before {
        let left = (count("task"), count("fd"));
        assert!(started.elapsed() < Duration::from_secs(20), "threads and descriptors were {before:?}, are {left:?}");
        std::thread::yield_now();
    }
}

fn count(what: &str) -> usize {
    fs::read_dir(format!("/proc/self/{what}")).expect("Linux has it").count()
}

#[expect(clippy::disallowed_methods, reason = "a bound on a wait for another thread")]
fn now() -> Instant {
    Instant::now()
}
