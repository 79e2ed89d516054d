//! Websockets.

use std::net::SocketAddr;

use kandy_client::driver::{Input, Options, Transport};
use kandy_client::{Output, SocketId, WebSocketInput};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{A_FLOOD, flood, hung_up, idle, read_head, serve, transport};
use crate::soon;

const ID: SocketId = SocketId(1);

fn open(transport: &mut Transport, server: SocketAddr) {
    assert_eq!(transport.carry_out(Output::OpenWebSocket { id: ID, url: format!("ws://{server}/") }), None);
}

async fn input(inputs: &mut Receiver<Input>) -> WebSocketInput {
    let Some(Input::WebSocket { input, .. }) = soon(inputs.recv()).await else { panic!("not of a websocket") };
    input
}

/// Accepts a handshake.
async fn accept(stream: &mut TcpStream) {
    let head = read_head(stream).await;
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).expect("it is a handshake");
    let accepted = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    );
    stream.write_all(accepted.as_bytes()).await.expect("the client reads");
}

/// The next frame of the client: its first byte and its payload, which is short.
async fn frame(stream: &mut (impl AsyncRead + Unpin)) -> (u8, Vec<u8>) {
    let mut head = [0; 6];
    soon(stream.read_exact(&mut head)).await.expect("a frame comes");
    let [first, length, mask @ ..] = head;
    let mut payload = vec![0; usize::from(length & 0x7f)];
    soon(stream.read_exact(&mut payload)).await.expect("its payload comes");
    payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
    (first, payload)
}

/// A frame of a server, whose payload is short.
fn frame_of(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("it is short");
    [&[first, length][..], payload].concat()
}

/// What the session hears of an open socket on which this comes and then nothing, and the code of the client's close.
async fn heard_after(said: Vec<u8>) -> (WebSocketInput, u16) {
    let (server, served) = serve(move |mut stream| async move {
        accept(&mut stream).await;
        stream.write_all(&said).await.expect("the client reads");
        let (first, payload) = frame(&mut stream).await;
        assert_eq!(first, 0x88, "a close frame");
        u16::from_be_bytes([payload[0], payload[1]])
    })
    .await;
    let (mut transport, mut inputs) = transport(&Options::default().with_max_message(1_000));
    open(&mut transport, server);
    assert_eq!(input(&mut inputs).await, WebSocketInput::Opened);
    (input(&mut inputs).await, soon(served).await.expect("the server sees it close"))
}

#[tokio::test]
async fn a_handshake_without_end_fails() {
    for again in [format!("X-Filling: {}\r\n", "x".repeat(1_000)), "a: b\r\n".to_owned(), "x".to_owned()] {
        let (server, served) = serve(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\n").await.expect("the client reads");
            flood(&mut stream, again.as_bytes()).await
        })
        .await;
        let (mut transport, mut inputs) = transport(&Options::default());
        open(&mut transport, server);
        assert_eq!(input(&mut inputs).await, WebSocketInput::Failed);
        assert!(soon(served).await.unwrap() < A_FLOOD, "the client hangs up");
        idle(&mut transport).await;
    }
}

#[tokio::test]
async fn what_accepts_no_handshake_fails() {
    for said in [
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
    ] {
        let (server, _served) = serve(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(said.as_bytes()).await.expect("the client reads");
            hung_up(&mut stream).await;
        })
        .await;
        let (mut transport, mut inputs) = transport(&Options::default());
        open(&mut transport, server);
        assert_eq!(input(&mut inputs).await, WebSocketInput::Failed, "{said}");
    }
}

#[tokio::test]
async fn a_frame_is_refused_by_the_length_that_it_announces() {
    let announced = |length: u64| [&[0x82, 127][..], &length.to_be_bytes()].concat();
    for length in [1 << 63, (1 << 63) - 1, 1 << 31, 1_001] {
        let (heard, told) = heard_after(announced(length)).await;
        assert_eq!((heard, told), (WebSocketInput::Closed { code: 1006 }, 1009), "{length}");
    }
}

#[tokio::test]
async fn a_message_in_fragments_without_end_is_cut_off() {
    let fragments = frame_of(0x00, &[b'x'; 100]).repeat(10);
    let (heard, told) = heard_after([frame_of(0x01, b"x"), fragments].concat()).await;
    assert_eq!((heard, told), (WebSocketInput::Closed { code: 1006 }, 1009));
}

#[tokio::test]
async fn empty_fragments_do_not_pile_up() {
    let (server, _served) = serve(move |mut stream| async move {
        accept(&mut stream).await;
        stream.write_all(&frame_of(0x01, b"he")).await.expect("the client reads");
        stream.write_all(&frame_of(0x00, b"").repeat(100_000)).await.expect("the client reads");
        stream.write_all(&frame_of(0x80, b"llo")).await.expect("the client reads");
        hung_up(&mut stream).await;
    })
    .await;
    let (mut transport, mut inputs) = transport(&Options::default().with_max_message(5));
    open(&mut transport, server);
    assert_eq!(input(&mut inputs).await, WebSocketInput::Opened);
    assert_eq!(input(&mut inputs).await, WebSocketInput::Text("hello".into()));
}

#[tokio::test]
async fn a_breach_of_the_protocol_closes_with_its_code() {
    for (what, said, code) in [
        ("a mask", vec![0x81, 0x81, 0, 0, 0, 0, b'x'], 1002),
        ("a reserved bit", frame_of(0xc1, b"x"), 1002),
        ("a reserved opcode", frame_of(0x83, b"x"), 1002),
        ("a control frame in fragments", frame_of(0x09, b"x"), 1002),
        ("a control frame that is too long", [&[0x89, 126, 0, 126][..], &[0; 126]].concat(), 1002),
        ("a continuation of nothing", frame_of(0x80, b"x"), 1002),
        ("a message within another", [frame_of(0x01, b"x"), frame_of(0x01, b"x")].concat(), 1002),
        ("a text that is not UTF-8", frame_of(0x81, b"\xff"), 1007),
    ] {
        assert_eq!(heard_after(said).await, (WebSocketInput::Closed { code: 1006 }, code), "{what}");
    }
}

/// A server that reads nothing of what its pings make the client say. The client cannot say it all then, and must not
/// keep it either.
#[tokio::test]
async fn pongs_do_not_pile_up_where_pings_come_in_a_flood() {
    // As many as no system keeps in its buffers, if each was answered.
    const PINGS: usize = 400_000;
    let (server, served) = serve(move |mut stream| async move {
        accept(&mut stream).await;
        stream.write_all(&frame_of(0x89, &[0; 125]).repeat(PINGS)).await.expect("the client reads");
        stream.write_all(&frame_of(0x89, b"last")).await.expect("the client reads");
        stream.write_all(&frame_of(0x81, b"through")).await.expect("the client reads");
        let (read, mut write) = stream.into_split();
        let mut stream = BufReader::new(read);
        let mut pongs = 0;
        while frame(&mut stream).await != (0x8a, b"last".to_vec()) {
            pongs += 1;
        }
        assert_eq!(frame(&mut stream).await, (0x81, b"still here".to_vec()));
        write.shutdown().await.expect("the client is there");
        pongs
    })
    .await;
    let (mut transport, mut inputs) = transport(&Options::default());
    open(&mut transport, server);
    assert_eq!(input(&mut inputs).await, WebSocketInput::Opened);
    assert_eq!(input(&mut inputs).await, WebSocketInput::Text("through".into()));
    assert_eq!(transport.carry_out(Output::SendFrame { id: ID, text: "still here".into() }), None);
    let pongs = soon(served).await.unwrap();
    assert!(pongs < PINGS / 2, "{pongs} of {PINGS} pings were answered, so that their pongs were kept");
}

#[tokio::test]
async fn a_frame_longer_than_all_that_may_wait_ends_the_socket() {
    let (server, _served) = serve(move |mut stream| async move {
        accept(&mut stream).await;
        hung_up(&mut stream).await;
    })
    .await;
    let (mut transport, mut inputs) = transport(&Options::default());
    open(&mut transport, server);
    assert_eq!(input(&mut inputs).await, WebSocketInput::Opened);
    assert_eq!(transport.carry_out(Output::SendFrame { id: ID, text: "x".repeat(64 * 1024) }), None);
    assert_eq!(input(&mut inputs).await, WebSocketInput::Closed { code: 1006 });
}

#[tokio::test]
async fn a_close_that_is_never_answered_is_waited_for_no_longer_than_its_time() {
    for again in [None, Some(frame_of(0x81, b"never heard")), Some(frame_of(0x89, b"ping"))] {
        let (server, served) = serve(move |mut stream| async move {
            accept(&mut stream).await;
            match again {
                Some(again) => while stream.write_all(&again).await.is_ok() {},
                None => hung_up(&mut stream).await,
            }
        })
        .await;
        let (mut transport, mut inputs) = transport(&Options::default());
        open(&mut transport, server);
        assert_eq!(input(&mut inputs).await, WebSocketInput::Opened);
        assert_eq!(transport.carry_out(Output::CloseWebSocket { id: ID }), None);
        idle(&mut transport).await;
        soon(served).await.unwrap();
    }
}
