//! `Transport` on its own, and its limits.

use std::time::Duration;

use http::{HeaderMap, Method};
use kandy_client::driver::{INPUTS_QUEUED, Input, Options, Transport};
use kandy_client::{NetworkFailure, Output, Request, RequestId, SocketId, WebSocketInput};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;
use tokio_tungstenite::tungstenite::Message;

use crate::foreign::{Foreign, Reply};
use crate::soon;

fn transport(options: &Options) -> (Transport, Receiver<Input>) {
    Transport::new(Handle::current(), options).expect("no certificate can be wrong")
}

fn open(transport: &mut Transport, server: &Foreign, id: u64) {
    let url = format!("ws://{}/channel/1", server.ws);
    assert_eq!(transport.carry_out(Output::OpenWebSocket { id: SocketId(id), url }), None);
}

fn get(transport: &mut Transport, server: &Foreign, id: u64, path: &str) {
    let url = format!("http://{}{path}", server.rest);
    let request = Request { method: Method::GET, url, headers: HeaderMap::new(), body: None, refusal: None };
    assert_eq!(transport.carry_out(Output::Request { id: RequestId(id), request }), None);
}

fn socket(id: u64, input: WebSocketInput) -> Input {
    Input::WebSocket { id: SocketId(id), input }
}

#[tokio::test]
async fn what_is_no_business_of_the_network_is_given_back() {
    let (mut transport, _inputs) = transport(&Options::default());
    let crash = Output::Crash(kandy_client::Task::Requests);
    assert_eq!(transport.carry_out(crash.clone()), Some(crash));
}

#[tokio::test]
async fn nothing_is_heard_of_a_socket_that_was_closed() {
    let mut server = Foreign::start().await;
    let (mut transport, mut inputs) = transport(&Options::default());
    open(&mut transport, &server, 1);
    assert_eq!(soon(inputs.recv()).await, Some(socket(1, WebSocketInput::Opened)));
    let mut peer = server.socket().await;
    peer.send(Message::text("before")).await;
    assert_eq!(soon(inputs.recv()).await, Some(socket(1, WebSocketInput::Text("before".into()))));

    assert_eq!(transport.carry_out(Output::SendFrame { id: SocketId(1), text: "last words".into() }), None);
    assert_eq!(transport.carry_out(Output::CloseWebSocket { id: SocketId(1) }), None);
    peer.send(Message::text("after")).await;
    assert_eq!(peer.next().await, Some(Message::text("last words")));
    assert_eq!(peer.next().await, Some(Message::Close(None)));
    assert_eq!(peer.next().await, None);
    soon(async {
        while transport.under_way() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(inputs.try_recv().is_err());
}

#[tokio::test]
async fn a_socket_closed_while_it_opens_is_dropped() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", silent.local_addr().unwrap());
    let (mut transport, mut inputs) = transport(&Options::default());
    assert_eq!(transport.carry_out(Output::OpenWebSocket { id: SocketId(1), url }), None);
    let (_connection, _) = soon(silent.accept()).await.unwrap();
    assert_eq!(transport.carry_out(Output::CloseWebSocket { id: SocketId(1) }), None);
    soon(async {
        while transport.under_way() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(inputs.try_recv().is_err());
}

#[tokio::test]
async fn a_handshake_can_be_given_a_limit_of_time() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", silent.local_addr().unwrap());
    let options = Options::default().with_handshake_timeout(Duration::from_millis(20));
    let (mut transport, mut inputs) = transport(&options);
    assert_eq!(transport.carry_out(Output::OpenWebSocket { id: SocketId(1), url }), None);
    assert_eq!(soon(inputs.recv()).await, Some(socket(1, WebSocketInput::Failed)));
}

#[tokio::test]
async fn sockets_that_nobody_uses_stay_open_and_count() {
    let mut server = Foreign::start().await;
    let (mut transport, mut inputs) = transport(&Options::default().with_max_sockets(2));
    for id in [1, 2] {
        open(&mut transport, &server, id);
        assert_eq!(soon(inputs.recv()).await, Some(socket(id, WebSocketInput::Opened)));
    }
    open(&mut transport, &server, 3);
    assert_eq!(soon(inputs.recv()).await, Some(socket(3, WebSocketInput::Failed)));

    let (first, mut second) = (server.socket().await, server.socket().await);
    drop(first);
    let Some(Input::WebSocket { input, .. }) = soon(inputs.recv()).await else { panic!("a socket was cut") };
    assert_eq!(input, WebSocketInput::Closed { code: 1006 });
    soon(async {
        while transport.under_way() > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    open(&mut transport, &server, 4);
    assert_eq!(soon(inputs.recv()).await, Some(socket(4, WebSocketInput::Opened)));
    drop(transport);
    assert_eq!(second.next().await, None);
}

#[tokio::test]
async fn requests_beyond_the_limit_fail_at_once() {
    let server = Foreign::start().await;
    server.reply("GET", "/hang", Reply::Hang);
    let (mut transport, mut inputs) = transport(&Options::default().with_max_requests(1));
    get(&mut transport, &server, 1, "/hang");
    get(&mut transport, &server, 2, "/v2.0/auth/mk_token");
    let refused = Input::Response { id: RequestId(2), answer: Err(NetworkFailure) };
    assert_eq!(soon(inputs.recv()).await, Some(refused));
}

#[tokio::test]
async fn a_socket_whose_server_does_not_read_is_given_up() {
    let mut server = Foreign::start().await;
    let (mut transport, mut inputs) = transport(&Options::default().with_max_unsent_frames(4));
    open(&mut transport, &server, 1);
    assert_eq!(soon(inputs.recv()).await, Some(socket(1, WebSocketInput::Opened)));
    let _peer = server.socket().await;
    // No task runs in between, so that the queue is full after four.
    for _ in 0..5 {
        assert_eq!(transport.carry_out(Output::SendFrame { id: SocketId(1), text: "frame".into() }), None);
    }
    assert_eq!(soon(inputs.recv()).await, Some(socket(1, WebSocketInput::Closed { code: 1006 })));
}

#[tokio::test]
async fn impossible_addresses_fail() {
    let (mut transport, mut inputs) = transport(&Options::default());
    let url = "http://127.0.0.1:8080undefined".to_owned();
    let request = Request { method: Method::GET, url, headers: HeaderMap::new(), body: None, refusal: None };
    assert_eq!(transport.carry_out(Output::Request { id: RequestId(1), request }), None);
    let failure = Input::Response { id: RequestId(1), answer: Err(NetworkFailure) };
    assert_eq!(soon(inputs.recv()).await, Some(failure));
}

#[tokio::test]
async fn inputs_wait_in_their_order_and_no_more_than_their_limit() {
    const FRAMES: usize = 10_000;
    let mut server = Foreign::start().await;
    let (mut transport, mut inputs) = transport(&Options::default());
    open(&mut transport, &server, 1);
    let mut peer = server.socket().await;
    let flood = tokio::spawn(async move {
        for number in 0..FRAMES {
            peer.send(Message::text(number.to_string())).await;
        }
        peer
    });
    assert_eq!(soon(inputs.recv()).await, Some(socket(1, WebSocketInput::Opened)));
    soon(async {
        while inputs.len() < INPUTS_QUEUED {
            tokio::task::yield_now().await;
        }
    })
    .await;
    for number in 0..FRAMES {
        assert!(inputs.len() <= INPUTS_QUEUED);
        assert_eq!(soon(inputs.recv()).await, Some(socket(1, WebSocketInput::Text(number.to_string()))));
    }
    let _peer = soon(flood).await.unwrap();
}
