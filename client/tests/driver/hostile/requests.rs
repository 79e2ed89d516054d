//! Answers to requests.

use std::net::SocketAddr;

use http::{HeaderMap, Method};
use kandy_client::driver::{Input, Options, Transport};
use kandy_client::{NetworkFailure, Output, Request, RequestId, Response};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc::Receiver;

use super::{A_FLOOD, flood, hung_up, idle, read_head, serve, transport};
use crate::soon;

const OK: &str = "HTTP/1.1 200 OK\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

fn get(transport: &mut Transport, server: SocketAddr) {
    let url = format!("http://{server}/");
    let request = Request { method: Method::GET, url, headers: HeaderMap::new(), body: None, refusal: None };
    assert_eq!(transport.carry_out(Output::Request { id: RequestId(1), request }), None);
}

async fn answer(inputs: &mut Receiver<Input>) -> Result<Response, NetworkFailure> {
    let Some(Input::Response { answer, .. }) = soon(inputs.recv()).await else { panic!("no answer") };
    answer
}

/// What comes of a server that says this and then waits.
async fn answer_to(said: impl Into<Vec<u8>>) -> Result<Response, NetworkFailure> {
    let said = said.into();
    let (server, _served) = serve(move |mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(&said).await.expect("the client reads");
        hung_up(&mut stream).await;
    })
    .await;
    let (mut transport, mut inputs) = transport(&Options::default());
    get(&mut transport, server);
    answer(&mut inputs).await
}

#[tokio::test]
async fn an_answer_without_end_is_no_answer_or_breaks_off() {
    let line = format!("X-Filling: {}\r\n", "x".repeat(1_000));
    for (what, head, again) in [
        ("headers", OK, line.as_str()),
        ("short headers", OK, "a: b\r\n"),
        ("one header", "HTTP/1.1 200 OK\r\nX-Filling: ", "x"),
        ("a status line", "HTTP/1.1 200 ", "x"),
        ("nothing of HTTP", "", "x"),
        ("a body", "HTTP/1.1 200 OK\r\n\r\n", "x"),
        ("a body in chunks", CHUNKED, "5\r\nhello\r\n"),
        ("the extension of a chunk", &format!("{CHUNKED}5;"), "x"),
        ("the length of a chunk", CHUNKED, "1"),
        ("trailers", &format!("{CHUNKED}0\r\n"), "a: b\r\n"),
    ] {
        let (head, again) = (head.to_owned(), again.to_owned());
        let (server, served) = serve(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(head.as_bytes()).await.expect("the client reads");
            flood(&mut stream, again.as_bytes()).await
        })
        .await;
        let (mut transport, mut inputs) = transport(&Options::default().with_max_body(100_000));
        get(&mut transport, server);
        let answer = answer(&mut inputs).await;
        assert!(!answer.as_ref().is_ok_and(|answer| !answer.is_cut), "{what}: {answer:?}");
        assert!(soon(served).await.unwrap() < A_FLOOD, "{what}: the client hangs up");
        idle(&mut transport).await;
    }
}

#[tokio::test]
async fn a_length_beyond_the_limit_is_refused_before_the_body_comes() {
    for length in ["4194305", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-1"] {
        let said = format!("{OK}Content-Length: {length}\r\n\r\nx");
        assert_eq!(answer_to(said).await, Err(NetworkFailure), "{length}");
    }
    let said = format!("{CHUNKED}ffffffffffffffffff\r\nx");
    let answer = answer_to(said).await;
    assert!(answer.as_ref().is_ok_and(|answer| answer.is_cut), "no number of 64 bits is as long: {answer:?}");
}

/// The SDK has no timeout, so that only the end of the client ends this.
#[tokio::test]
async fn an_answer_that_trickles_is_waited_for_until_the_client_is_dropped() {
    for head in [OK, CHUNKED] {
        let (sender, trickled) = tokio::sync::oneshot::channel();
        let (server, served) = serve(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(head.as_bytes()).await.expect("the client reads");
            let drop = if head == OK { "a: b\r\n" } else { "1\r\nx\r\n" };
            for _ in 0..50 {
                stream.write_all(drop.as_bytes()).await.expect("the client reads");
                tokio::task::yield_now().await;
            }
            sender.send(()).expect("the test waits");
            hung_up(&mut stream).await;
        })
        .await;
        let (mut transport, mut inputs) = transport(&Options::default());
        get(&mut transport, server);
        soon(trickled).await.unwrap();
        assert_eq!((transport.under_way(), inputs.try_recv().ok()), (1, None));
        drop(transport);
        soon(served).await.unwrap();
    }
}

#[tokio::test]
async fn interim_answers_are_passed_over() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000);
    let said = format!("{interim}{OK}Content-Length: 2\r\n\r\nhi");
    assert_eq!(answer_to(said).await.unwrap().body, "hi");
}

/// Of these nothing has to be kept, so that no limit is met: they are read, and forgotten.
#[tokio::test]
async fn what_leads_to_no_answer_is_read_until_the_client_is_dropped() {
    for (head, again) in
        [("", "HTTP/1.1 100 Continue\r\n\r\n"), ("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), (CHUNKED, "0")]
    {
        let (sender, read) = tokio::sync::oneshot::channel();
        let (server, served) = serve(move |mut stream| async move {
            read_head(&mut stream).await;
            let said = [head, &again.repeat(100_000)].concat();
            stream.write_all(said.as_bytes()).await.expect("the client reads");
            sender.send(()).expect("the test waits");
            flood(&mut stream, again.as_bytes()).await
        })
        .await;
        let (mut transport, mut inputs) = transport(&Options::default());
        get(&mut transport, server);
        soon(read).await.unwrap();
        assert_eq!((transport.under_way(), inputs.try_recv().ok()), (1, None), "{again}");
        drop(transport);
        assert!(soon(served).await.unwrap() < A_FLOOD, "the client hangs up");
    }
}

#[tokio::test]
async fn switching_to_another_protocol_is_no_answer() {
    let said = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    assert_eq!(answer_to(said).await, Err(NetworkFailure));
}

#[tokio::test]
async fn what_is_compressed_stays_so() {
    // A megabyte of zeros, as gzip makes it.
    let bomb = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0xed, 0xc1, 1, 0], &[0; 1_000]].concat();
    let sent = bomb.clone();
    let (server, served) = serve(move |mut stream| async move {
        let head = read_head(&mut stream).await;
        let answer = format!("{OK}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", sent.len());
        stream.write_all(&[answer.as_bytes(), &sent].concat()).await.expect("the client reads");
        head
    })
    .await;
    let (mut transport, mut inputs) = transport(&Options::default().with_max_body(bomb.len()));
    get(&mut transport, server);
    assert_eq!(answer(&mut inputs).await.unwrap().body, bomb);
    let head = soon(served).await.unwrap();
    assert!(!head.to_lowercase().contains("accept-encoding"), "{head}");
}

#[tokio::test]
async fn bytes_that_are_no_text_are_taken_as_they_are() {
    let said = b"HTTP/1.1 403 N\xe4\xff\r\nX-Odd: \xff\r\nContent-Length: 3\r\n\r\n\xff{}";
    let answer = answer_to(*said).await.unwrap();
    assert_eq!((answer.status_text.as_str(), &answer.body[..]), ("", &b"\xff{}"[..]));
    assert_eq!(answer.headers["x-odd"].as_bytes(), b"\xff");
}

#[tokio::test]
async fn an_address_that_redirects_to_itself_is_given_up() {
    let (server, served) = serve(move |mut stream| async move {
        let mut asked = 0;
        let redirect = "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
        loop {
            let mut first = [0];
            if !matches!(tokio::io::AsyncReadExt::read(&mut stream, &mut first).await, Ok(1)) {
                return asked;
            }
            read_head(&mut stream).await;
            asked += 1;
            stream.write_all(redirect.as_bytes()).await.expect("the client reads");
        }
    })
    .await;
    let (mut transport, mut inputs) = transport(&Options::default());
    get(&mut transport, server);
    assert_eq!(answer(&mut inputs).await, Err(NetworkFailure));
    drop(transport);
    assert_eq!(soon(served).await.unwrap(), 21, "the address itself, and as many redirects as fetch follows");
}
