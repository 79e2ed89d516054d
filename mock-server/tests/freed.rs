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
    // A thread that helped to start one may be just ending.
    wait_for("threads, 2 each,", || (count("task") - before.0, 20 * 2));
    let descriptors = count("fd") - before.1;
    assert!(descriptors <= 20 * 11, "8 each, or 10, beside connections that are just ending: {descriptors}");
    drop(mocks);
    wait_for("threads and descriptors", || ((count("task"), count("fd")), before));
}

/// Waits until what is there is what is to be there.
fn wait_for<T: PartialEq + std::fmt::Debug>(what: &str, look: impl Fn() -> (T, T)) {
    let started = now();
    loop {
        let (there, wanted) = look();
        if there == wanted {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{what} are {there:?} and were to be {wanted:?}");
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
