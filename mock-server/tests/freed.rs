//! What a dropped server leaves behind: nothing. Alone in its process, whose threads and descriptors it counts.
#![cfg(target_os = "linux")]

use std::fs;
use std::time::{Duration, Instant};

use kandy_mock_server::MockKandy;

#[test]
fn dropping_servers_frees_their_threads_and_descriptors() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let before = Used::now();
    let mocks = runtime.block_on(futures_util::future::join_all((0..SERVERS).map(|_| MockKandy::start())));
    // A thread that helped to start one may be just ending, and so may the connection that saw it answer.
    let at_most = Used { threads: before.threads + SERVERS * 2, descriptors: before.descriptors + SERVERS * 10 };
    wait_until_at_most(at_most);
    assert_eq!(Used::now().threads, at_most.threads, "what is counted are the servers' threads");
    drop(mocks);
    wait_until_at_most(before);
}

const SERVERS: usize = 20;

/// What this process has.
#[derive(Clone, Copy, Debug)]
struct Used {
    threads: usize,
    descriptors: usize,
}

impl Used {
    fn now() -> Self {
        let count = |what: &str| fs::read_dir(format!("/proc/self/{what}")).expect("Linux has it").count();
        Self { threads: count("task"), descriptors: count("fd") }
    }
}

fn wait_until_at_most(wanted: Used) {
    let started = now();
    loop {
        let used = Used::now();
        if used.threads <= wanted.threads && used.descriptors <= wanted.descriptors {
            return;
        }
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "there are {used:?}, and at most {wanted:?} are to be left"
        );
        std::thread::yield_now();
    }
}

#[expect(clippy::disallowed_methods, reason = "a bound on a wait for another thread")]
fn now() -> Instant {
    Instant::now()
}
