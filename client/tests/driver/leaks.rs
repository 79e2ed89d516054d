//! What is left when clients have come and gone.

use kandy_client::{Config, Kandy};
use kandy_mock_server::{Limits, MockKandy};
use tokio::runtime::Handle;

use crate::foreign::Foreign;
use crate::{alice, run_alone, soon};

/// Open files of this process and tasks of this runtime. Nothing but the test that runs here may open any.
fn in_use() -> (usize, usize) {
    let files = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    (files, Handle::current().metrics().num_alive_tasks())
}

/// Waits until no more is in use than `before`: what is about to end may take its time.
async fn settle(before: (usize, usize)) {
    soon(async {
        while in_use().0 > before.0 || in_use().1 > before.1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// What may be in use when a client is there as well: its task, and the connections that it keeps for its next requests,
/// whose number depends on what else the machine does. Both ends of them are in this process.
fn plus_a_client((files, tasks): (usize, usize)) -> (usize, usize) {
    (files + 2 * CONNECTIONS_KEPT, tasks + 1 + 2 * CONNECTIONS_KEPT)
}

/// How many unused connections a client keeps to one server, as browsers do.
const CONNECTIONS_KEPT: usize = 6;

async fn connect_and_disconnect(kandy: &Kandy, server: &mut Foreign) {
    kandy.connect(&alice());
    soon(kandy.connected()).await.expect("nothing is wrong");
    kandy.disconnect();
    soon(kandy.disconnected()).await;
    // The server's end sees to the goodbye, then is dropped.
    let mut socket = server.socket().await;
    while socket.next().await.is_some() {}
}

#[test]
fn two_thousand_clients_and_sessions_leave_nothing_behind() {
    run_alone("leaks::in_a_process_of_its_own", &[]);
}

#[tokio::test]
#[ignore = "run by the test above, because it counts all that the process has open"]
async fn in_a_process_of_its_own() {
    let mut server = Foreign::start().await;
    let empty = in_use();
    let kandy = Kandy::create(server.config()).unwrap();
    for _ in 0..1_000 {
        connect_and_disconnect(&kandy, &mut server).await;
    }
    settle(plus_a_client(empty)).await;

    drop(kandy);
    settle(empty).await;
    for _ in 0..1_000 {
        let kandy = Kandy::create(server.config()).unwrap();
        kandy.connect(&alice());
        soon(kandy.connected()).await.unwrap();
        drop(kandy);
        let mut socket = server.socket().await;
        while socket.next().await.is_some() {}
    }
    settle(empty).await;
}

/// After so many connects everything that the platform keeps up to a limit, its journal above all, is at it.
const WARM_UP: usize = Limits::JOURNAL_RECORDS / 4;
/// How many KiB each further connect may leave behind: what a login costs the platform, which knows its tokens as long as
/// it lives.
const KIB_OF_A_LOGIN: usize = 1;
/// How many KiB the allocator may have taken meanwhile.
const KIB_OF_CHANCE: usize = 4 * 1024;

/// The memory that this process has in use.
fn resident_kib() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    resident.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn thousands_of_connects_to_one_platform_leave_nothing_behind() {
    run_alone("leaks::to_one_platform_in_a_process_of_its_own", &[]);
}

#[tokio::test]
#[ignore = "run by the test above, because it counts all that the process has open"]
async fn to_one_platform_in_a_process_of_its_own() {
    connect_to_one_platform(WARM_UP + 1_500).await;
}

#[tokio::test]
#[ignore = "it takes up to a minute, and needs a process of its own: see CONTRIBUTING.md"]
async fn ten_thousand_connects_to_one_platform() {
    connect_to_one_platform(10_000).await;
}

/// Connects and disconnects so often; a client that lives on and one for each time take turns.
async fn connect_to_one_platform(connects: usize) {
    let platform = MockKandy::start().await;
    platform.add_user("alice@example.com", "s3cret").expect("she is the first");
    let config = Config::for_server("127.0.0.1", platform.rest_port(), platform.ws_port());
    let empty = in_use();
    let kept = Kandy::create(config.clone()).expect("it runs in a runtime");
    let mut memory_before = None;
    for number in 0..connects {
        let kandy =
            if number % 2 == 0 { kept.clone() } else { Kandy::create(config.clone()).expect("it runs in a runtime") };
        kandy.connect(&alice());
        soon(kandy.connected()).await.expect("nothing is wrong");
        kandy.disconnect();
        soon(kandy.disconnected()).await;
        drop(kandy);
        // Sessions that pile up at a platform that has less of the machine than its client would count as memory.
        settle_at(&platform).await;
        if number == WARM_UP {
            memory_before = resident_kib();
        }
    }
    settle(plus_a_client(empty)).await;
    if let Some((before, after)) = memory_before.zip(resident_kib()) {
        let allowed = (connects - WARM_UP) * KIB_OF_A_LOGIN + KIB_OF_CHANCE;
        assert!(after < before + allowed, "{before} KiB after {WARM_UP} connects, {after} KiB after {connects}");
    }
    drop(kept);
    settle(empty).await;
}

/// Waits until the platform knows of no session.
async fn settle_at(platform: &MockKandy) {
    soon(async {
        while !platform.sockets(None).is_empty() || !platform.subscriptions(None).is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
