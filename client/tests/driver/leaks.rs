//! What is left when clients have come and gone.

use kandy_client::Kandy;
use tokio::runtime::Handle;

use crate::foreign::Foreign;
use crate::{alice, run_alone, soon};

/// Open files of this process and tasks of this runtime. Nothing but the test that runs here may open any.
fn in_use() -> (usize, usize) {
    let files = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    (files, Handle::current().metrics().num_alive_tasks())
}

/// Waits until no more is in use than `before`.
async fn settle(before: (usize, usize)) {
    soon(async {
        while in_use().0 > before.0 || in_use().1 > before.1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

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
    let kandy = Kandy::create(server.config()).unwrap();
    for _ in 0..10 {
        connect_and_disconnect(&kandy, &mut server).await;
    }
    let with_a_client = in_use();
    for _ in 0..1_000 {
        connect_and_disconnect(&kandy, &mut server).await;
    }
    settle(with_a_client).await;

    drop(kandy);
    let without = (with_a_client.0, with_a_client.1 - 1);
    settle(without).await;
    let empty = in_use();
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
