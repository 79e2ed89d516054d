use std::io::{BufRead, BufReader, Read, Write};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use kandy_mock_server::{
    Frame, GoneOptions, Kind, Limits, MockKandy, MockKandyOptions, Side, SocketState, UserOptions,
};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::support::*;

#[tokio::test]
async fn notifications_arrive_in_order_and_pings_are_counted() {
    let mock = start().await;
    let mut socket = connect(&mock).await;
    for number in 0..100 {
        assert_eq!(mock.send(ALICE, json!({ "number": number })), Ok(1));
    }
    mock.send_raw(ALICE, &Frame::Binary(vec![0, 255].into())).unwrap();
    for number in 0..100 {
        assert_eq!(hear(&mut socket).await, json!({ "number": number }));
    }
    assert_eq!(soon(socket.next()).await.unwrap().unwrap(), Message::binary(vec![0, 255]));

    mock.set_answer_pings(true);
    say(&mut socket, r#"{"message_type":"ping"}"#).await;
    assert_eq!(hear(&mut socket).await, json!({ "message_type": "pong" }));
    let info = &mock.sockets(ALICE)[0];
    assert_eq!((info.state, info.pings, info.frames_out), (SocketState::Open, 1, 102));
}

#[tokio::test]
async fn close_codes_reach_the_client() {
    for (code, reason) in [(1000, "done"), (1001, ""), (1012, "restart"), (4000, "x"), (1005, "")] {
        let mock = start().await;
        let mut socket = connect(&mock).await;
        mock.send(ALICE, json!({ "last": true })).unwrap();
        assert_eq!(mock.close(ALICE, code, reason), Ok(1));
        assert_eq!(hear(&mut socket).await, json!({ "last": true }), "what was sent before comes first");
        assert_eq!(end(&mut socket).await, (code, reason.to_owned()));
    }
}

#[tokio::test]
async fn close_codes_of_the_client_reach_the_journal() {
    for (frame, code) in [(None, 1005), (Some(CloseFrame { code: 4321.into(), reason: "".into() }), 4321)] {
        let mock = start().await;
        let mut socket = connect(&mock).await;
        let mut watch = mock.watch();
        soon(socket.close(frame)).await.unwrap();
        assert_eq!(soon(until_closed(&mut watch)).await, (Some(code), Side::Client));
        assert_eq!(end(&mut socket).await.0, code, "the close frame is answered");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_off_has_no_code() {
    let mock = start().await;
    let mut watch = mock.watch();
    drop(connect(&mock).await);
    assert_eq!(soon(until_closed(&mut watch)).await, (None, Side::Client));
}

#[tokio::test]
async fn a_cut_comes_without_a_close_frame_and_behind_what_was_sent() {
    let mock = start().await;
    let mut socket = connect(&mock).await;
    mock.send(ALICE, json!({ "last": true })).unwrap();
    assert_eq!(mock.cut(ALICE), Ok(1));
    assert_eq!(hear(&mut socket).await, json!({ "last": true }));
    assert_eq!(end(&mut socket).await.0, 1006);

    let mut socket = connect(&mock).await;
    mock.set_offline();
    assert_eq!(end(&mut socket).await.0, 1006);
}

#[tokio::test]
async fn gone_is_told_and_the_subscription_is_over() {
    let mock = start().await;
    let mut socket = connect(&mock).await;
    let options = GoneOptions { retry_after: Some(Duration::from_secs(30)), id: Some("N-7".to_owned()) };
    assert_eq!(mock.gone(ALICE, &options), Ok(1));
    let message = json!({ "eventType": "gone", "id": "N-7", "eventId": "N-7", "retryAfter": 30 });
    assert_eq!(hear(&mut socket).await, json!({ "notificationMessage": message }));
    assert!(mock.subscriptions(ALICE).is_empty());
}

#[tokio::test]
async fn a_silent_socket_stays_open_and_hears_nothing() {
    let mock = start().await;
    mock.set_answer_pings(true);
    let mut socket = connect(&mock).await;
    assert_eq!(mock.silence(ALICE), Ok(1));
    assert_eq!(mock.send(ALICE, json!({})), Ok(0));
    say(&mut socket, r#"{"message_type":"ping"}"#).await;
    soon(async {
        while mock.sockets(ALICE)[0].pings == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(tokio::time::timeout(SILENCE, socket.next()).await.is_err());
}

#[tokio::test]
async fn a_subscription_ends_by_itself() {
    let mock = MockKandy::start().await;
    let lifetime = Some(Duration::from_secs(1));
    mock.add_user_with(ALICE, "s3cret", UserOptions { subscription_lifetime: lifetime, ..UserOptions::default() })
        .unwrap();
    let mut watch = mock.watch();
    subscribe(&mock);
    let renewed = mock.subscriptions(None)[0].renewed;
    let expired = soon(async {
        loop {
            let record = watch.next().await.unwrap().unwrap();
            if matches!(record.kind, Kind::Expired { .. }) {
                return record.time;
            }
        }
    });
    assert!(expired.await - renewed >= Duration::from_secs(1));
    assert!(mock.subscriptions(None).is_empty());
}

#[tokio::test]
async fn a_message_beyond_the_limit_closes_with_1009() {
    let mock = start().await;
    let mut socket = connect(&mock).await;
    let mut watch = mock.watch();
    say(&mut socket, &"x".repeat(64 * 1024)).await;
    say(&mut socket, &"x".repeat(1024 * 1024)).await;
    assert_eq!(end(&mut socket).await.0, 1009);
    assert_eq!(soon(until_closed(&mut watch)).await, (Some(1009), Side::Platform));
}

#[tokio::test]
async fn a_breach_of_the_protocol_is_told_in_the_close_code() {
    // A text frame that is not UTF-8; a frame without a mask.
    for (frame, code) in [(&[0x81, 0x81, 0, 0, 0, 0, 0xff][..], 1007), (&[0x81, 0x01, b'x'], 1002)] {
        let mock = start().await;
        let channel = subscribe(&mock);
        let mut stream = knock(&mock, &upgrade(&channel, "")).unwrap();
        stream.write_all(frame).unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).unwrap();
        let close: [u8; 4] = heard[heard.len() - 4..].try_into().unwrap();
        assert_eq!(close[..2], [0x88, 2]);
        assert_eq!(u16::from_be_bytes([close[2], close[3]]), code);
    }
}

#[tokio::test]
async fn a_flood_to_a_client_that_does_not_read_is_bounded() {
    let mock = start_with(MockKandyOptions { queued_bytes: 64 * 1024, ..MockKandyOptions::default() }).await;
    let mut socket = connect(&mock).await;
    let frame = Frame::Text("x".repeat(1024));
    let mut taken = 0;
    for _ in 0..10_000 {
        taken += mock.send_raw(ALICE, &frame).unwrap();
        assert!(mock.queued_bytes(ALICE) <= 64 * 1024);
    }
    assert!(taken < 10_000, "the socket is cut on the way");
    assert!(mock.sockets(ALICE).is_empty());
    let closed = mock.journal().into_iter().rev().find(|record| matches!(record.kind, Kind::Closed { .. }));
    assert!(matches!(closed.unwrap().kind, Kind::Closed { code: None, by: Side::Platform, .. }));
    assert_eq!(end(&mut socket).await.0, 1006);
}

#[tokio::test]
async fn a_flood_to_a_client_that_reads_arrives_whole() {
    let mock = start().await;
    let mut socket = connect(&mock).await;
    let reading = async {
        for number in 0..10_000 {
            assert_eq!(hear(&mut socket).await, json!({ "n": number }));
        }
    };
    let sending = async {
        for number in 0..10_000 {
            assert_eq!(mock.send(ALICE, json!({ "n": number })), Ok(1));
            if number % 100 == 0 {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::join!(reading, sending);
}

#[tokio::test]
async fn sockets_hear_of_the_servers_end() {
    let mock = start().await;
    let mut socket = connect(&mock).await;
    mock.send(ALICE, json!({ "last": true })).unwrap();
    drop(mock);
    assert_eq!(hear(&mut socket).await, json!({ "last": true }));
    assert_eq!(end(&mut socket).await.0, 1001);
}

#[tokio::test]
async fn control_frames_are_answered_without_the_platform() {
    let mock = start().await;
    let mut socket = connect(&mock).await;
    soon(socket.send(Message::Ping(vec![7].into()))).await.unwrap();
    assert_eq!(soon(socket.next()).await.unwrap().unwrap(), Message::Pong(vec![7].into()));
    assert_eq!(mock.sockets(ALICE)[0].frames_in, 0);
}

#[tokio::test]
async fn the_longest_frame_arrives_however_short_the_queue() {
    let frame = |bytes: usize| Frame::Binary(vec![7; bytes].into());
    for queued_bytes in [1 << 20, 1_000] {
        let mock = start_with(MockKandyOptions { queued_bytes, ..MockKandyOptions::default() }).await;
        let mut socket = connect(&mock).await;
        for _ in 0..2 {
            assert_eq!(mock.send_raw(ALICE, &frame(Limits::FRAME_BYTES)), Ok(1));
            let heard = soon(socket.next()).await.unwrap().unwrap();
            assert_eq!(heard, Message::binary(vec![7; Limits::FRAME_BYTES]));
        }
        assert!(mock.send_raw(ALICE, &frame(Limits::FRAME_BYTES + 1)).is_err(), "too long for any queue");
    }
}

/// A client that sends pings and reads none of what they bring. The server cannot say it all, and must not keep it.
#[test]
fn pongs_do_not_pile_up_where_pings_come_in_a_flood() {
    // As many as no system keeps in its buffers, if each was answered.
    const PINGS: usize = 400_000;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mock =
        runtime.block_on(start_with(MockKandyOptions { queued_bytes: 64 * 1024, ..MockKandyOptions::default() }));
    let mut stream = knock(&mock, &upgrade(&subscribe(&mock), "")).unwrap();
    let ping = |payload: &[u8]| [&[0x89, 0x80 | payload.len() as u8, 0, 0, 0, 0], payload].concat();
    stream.write_all(&ping(&[0; 125]).repeat(PINGS)).unwrap();
    stream.write_all(&ping(b"last")).unwrap();

    let mut heard = BufReader::new(stream);
    while heard.read_line(&mut String::new()).unwrap() > "\r\n".len() {}
    let mut pongs = 0;
    loop {
        let mut head = [0; 2];
        heard.read_exact(&mut head).unwrap();
        let mut payload = vec![0; head[1].into()];
        heard.read_exact(&mut payload).unwrap();
        assert_eq!(head[0], 0x8a);
        if payload == b"last" {
            break;
        }
        pongs += 1;
    }
    assert!(pongs < PINGS / 2, "{pongs} of {PINGS} pings were answered, so that their pongs were kept");
    mock.send(ALICE, json!({})).unwrap();
    let mut frame = [0; 4];
    heard.read_exact(&mut frame).unwrap();
    assert_eq!(&frame[..], b"\x81\x02{}", "the socket is in use all the while");
}

#[tokio::test]
async fn a_client_that_never_answers_a_close_is_left_alone() {
    let mock = start().await;
    let mut stream = knock(&mock, &upgrade(&subscribe(&mock), "")).unwrap();
    soon(async { while mock.close(ALICE, 1001, "") != Ok(1) {} }).await;
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).unwrap();
    assert!(heard.ends_with(&[0x88, 2, 0x03, 0xe9]), "{heard:?}");
}
