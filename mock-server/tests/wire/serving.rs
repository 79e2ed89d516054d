use std::future::Future;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use kandy_mock_server::{Frame, Limits, MockKandy, MockKandyOptions, Point, StartError};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::support::*;

#[tokio::test]
async fn a_server_tells_where_it_is() {
    let mock = start().await;
    assert_eq!(mock.uri(), format!("http://127.0.0.1:{}", mock.rest_port()));
    assert_eq!(mock.ws_uri(), format!("ws://127.0.0.1:{}", mock.ws_port()));
    assert_ne!(mock.rest_port(), mock.ws_port());
}

#[tokio::test]
async fn other_addresses() {
    let mock =
        start_with(MockKandyOptions { address: Ipv4Addr::UNSPECIFIED.into(), ..MockKandyOptions::default() }).await;
    assert_eq!(mock.host(), "127.0.0.1");
    assert_eq!(login(&mock).unwrap().status, 200);

    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
        let mock =
            start_with(MockKandyOptions { address: Ipv6Addr::LOCALHOST.into(), ..MockKandyOptions::default() }).await;
        assert_eq!(mock.uri(), format!("http://[::1]:{}", mock.rest_port()));
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_that_names_it() {
    let mock = start().await;
    let options = MockKandyOptions { ws_port: mock.rest_port(), ..MockKandyOptions::default() };
    let error = MockKandy::start_with(options).await.unwrap_err();
    assert!(matches!(error, StartError::Listen { address, .. } if address.port() == mock.rest_port()));
}

#[tokio::test]
async fn a_server_is_ready_at_once() {
    let mut times = Vec::new();
    for _ in 0..11 {
        let started = now();
        let mock = start().await;
        assert_eq!(login(&mock).unwrap().status, 200);
        times.push(started.elapsed());
    }
    // It takes a millisecond. What else the machine does can only make it later, and hardly each of them by this much; a
    // SYN that is sent again, or a wait that runs out, makes each of them later than this.
    assert!(times.iter().min() < Some(&Duration::from_secs(1)), "{times:?}");
}

#[tokio::test]
async fn two_hundred_at_once() {
    let mocks = join_all((0..200).map(|_| start())).await;
    for mock in &mocks {
        assert_eq!(login(mock).unwrap().json()["success"]["access_token"], "AT-1", "each is a world of its own");
    }
}

#[tokio::test]
async fn dropping_it_frees_its_ports() {
    let mock = start().await;
    let socket = connect(&mock).await;
    let ports = [mock.ws_port(), mock.rest_port()];
    drop(mock);
    let started = now();
    for port in ports {
        while TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "port {port} is not free");
            thread::yield_now();
        }
    }
    drop(socket);
}

#[test]
fn dropping_it_in_a_task_without_budget_does_not_hang() {
    let (done, is_done) = mpsc::channel();
    thread::Builder::new()
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mock = start().await;
                // A task that never yields has no budget left at some time; then nothing of tokio is ready any more.
                let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
                (0..1000).for_each(|number| sender.send(number).unwrap());
                std::future::poll_fn(|context| {
                    while receiver.poll_recv(context).is_ready() {}
                    Poll::Ready(())
                })
                .await;
                drop(mock);
            });
            done.send(()).unwrap();
        })
        .unwrap();
    is_done.recv_timeout(Duration::from_secs(20)).expect("dropping it takes no time");
}

#[tokio::test]
async fn dropping_it_does_not_wait_for_a_client_that_does_not_read() {
    let mock = start().await;
    let _socket = connect(&mock).await;
    let frame = Frame::Text("x".repeat(1024));
    // Until the system's buffers are full and some of it waits here.
    while mock.queued_bytes(ALICE) < 1024 * 1024 {
        assert_eq!(mock.send_raw(ALICE, &frame), Ok(1));
    }
    let started = now();
    drop(mock);
    assert!(started.elapsed() < Limits::SHUTDOWN + Duration::from_secs(4), "{:?}", started.elapsed());
}

#[test]
fn it_needs_no_runtime() {
    let mock = block_on(start());
    let channel = subscribe(&mock);
    let _socket = knock(&mock, &upgrade(&channel, "")).unwrap();
    let waited = block_on(mock.wait_for(Point::WebSocket, None, Duration::from_secs(20)));
    assert_eq!(waited.unwrap().status(), Some(101));
    assert!(block_on(mock.wait_for(Point::Other, None, Duration::from_millis(1))).is_err());
}

#[tokio::test]
#[should_panic(expected = "Verifications failed")]
async fn a_mock_of_ones_own_is_held_to_what_it_expects() {
    let mock = start().await;
    Mock::given(path("/x")).respond_with(ResponseTemplate::new(200)).expect(1).mount(mock.wiremock()).await;
}

#[tokio::test]
async fn a_thousand_connections_at_once() {
    let mock = start().await;
    let channel = subscribe(&mock);
    let sockets = join_all((0..1000).map(|_| handshake(&mock, &channel))).await;
    assert!(sockets.iter().all(Result::is_ok));
    assert_eq!(mock.send(ALICE, serde_json::json!({})), Ok(1000));
}

#[expect(clippy::disallowed_methods, reason = "the promise that is tested is about real time")]
fn now() -> Instant {
    Instant::now()
}

/// The smallest executor there is.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}
