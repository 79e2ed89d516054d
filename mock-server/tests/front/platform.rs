//! The platform, its faults too, behind one port.

use kandy_mock_server::{Kind, Side};
use serde_json::json;

use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_and_notifications_share_a_port() {
    let front = start().await;
    let mut socket = connect(&front).await;
    let sent = front.handle().platform(|platform, now| platform.send(now, ALICE, json!({ "x": 1 })));
    assert_eq!(sent, Ok(1));
    assert_eq!(hear(&mut socket).await, json!({ "x": 1 }));
    let mut watch = front.handle().watch();
    say(&mut socket, "hello").await;
    assert!(matches!(soon(watch.next()).await.unwrap().unwrap().kind, Kind::FrameIn { .. }));
    soon(socket.close(None)).await.unwrap();
    assert_eq!(soon(until_closed(&mut watch)).await, (Some(1005), Side::Client));
}
