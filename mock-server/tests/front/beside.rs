//! What answers beside the platform.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use kandy_mock_server::{Answering, Beside, FrontLimits, FrontOptions, Point, RequestBody};
use tokio::sync::mpsc;

use crate::support::*;

/// `/page` says who asks and what came, `/feed` whatever is sent into the channel.
struct Pages {
    feeds: mpsc::UnboundedSender<mpsc::UnboundedSender<&'static str>>,
}

impl Beside for Pages {
    fn takes(&self, request: &http::Request<RequestBody>) -> bool {
        matches!(request.uri().path(), "/page" | "/feed")
    }

    fn answer(self: Arc<Self>, request: http::Request<RequestBody>, peer: SocketAddr) -> Answering {
        Box::pin(async move {
            if request.uri().path() == "/feed" {
                let (feed, fed) = mpsc::unbounded_channel();
                self.feeds.send(feed).unwrap();
                return http::Response::new(BoxBody::new(StreamBody::new(Feed(fed))));
            }
            let (status, text) = match request.into_body().bytes().await {
                Ok(body) => (http::StatusCode::OK, format!("{} sent {}", peer.ip(), body.len())),
                Err(error) => (error.status(), error.to_string()),
            };
            let mut response = http::Response::new(Full::new(Bytes::from(text)).boxed());
            *response.status_mut() = status;
            response
        })
    }
}

struct Feed(mpsc::UnboundedReceiver<&'static str>);

impl futures_util::Stream for Feed {
    type Item = Result<Frame<Bytes>, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|text| text.map(|text| Ok(Frame::data(Bytes::from_static(text.as_bytes())))))
    }
}

async fn start_with_pages() -> (kandy_mock_server::Front, mpsc::UnboundedReceiver<mpsc::UnboundedSender<&'static str>>)
{
    let (feeds, fed) = mpsc::unbounded_channel();
    let limits = FrontLimits { body_bytes: 1_000, requests_per_connection: 1, ..FrontLimits::default() };
    let front = start_beside(FrontOptions { limits, ..FrontOptions::default() }, Arc::new(Pages { feeds })).await;
    (front, fed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_beside_the_platform_answers_what_it_takes_and_nothing_else() {
    let (front, _) = start_with_pages().await;
    assert_eq!(rest(&front, "POST", "/page", &[], "hello").unwrap().body, "127.0.0.1 sent 5");
    assert_eq!(rest(&front, "POST", "/page", &[], &"x".repeat(1_001)).unwrap().status, 413);
    assert_eq!(knock(&front, &upgrade("/page", "")).and_then(answer).unwrap().status, 200, "its paths are its own");
    assert_eq!(login(&front).unwrap().status, 200);
    assert!(requests(&front, Point::Other).is_empty() && requests(&front, Point::WebSocket).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_without_an_end_flows_until_the_client_leaves() {
    let (front, mut feeds) = start_with_pages().await;
    let stream = knock(&front, b"GET /feed HTTP/1.1\r\nHost: kandy\r\n\r\n").unwrap();
    let feed = soon(feeds.recv()).await.unwrap();
    for word in ["one", "two"] {
        feed.send(word).unwrap();
        heard_until(&stream, &format!("{word}\r\n"));
    }
    drop(stream);
    // It may just have nothing more to ask: that it is gone shows when something is sent to it.
    soon(async {
        while feed.send("three").is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;

    let stream = knock(&front, b"GET /feed HTTP/1.1\r\nHost: kandy\r\n\r\n").unwrap();
    let feed = soon(feeds.recv()).await.unwrap();
    soon(front.shutdown()).await;
    assert!(feed.is_closed(), "and not beyond the server's end");
    let heard = rest_of(&stream).unwrap();
    assert!(!heard.ends_with(b"0\r\n\r\n"), "the client is not to take it for whole");
}

/// Never answers, and tells when nobody waits any more.
struct Silent(mpsc::UnboundedSender<()>);

impl Beside for Silent {
    fn takes(&self, _: &http::Request<RequestBody>) -> bool {
        true
    }

    fn answer(self: Arc<Self>, _: http::Request<RequestBody>, _: SocketAddr) -> Answering {
        struct Tells(mpsc::UnboundedSender<()>);
        impl Drop for Tells {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        let tells = Tells(self.0.clone());
        Box::pin(async move {
            let _tells = tells;
            std::future::pending().await
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_answers_is_let_go_of_when_its_client_leaves_whatever_that_has_sent_ahead() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let front = start_beside(FrontOptions::default(), Arc::new(Silent(tell))).await;
    let request = "GET /x HTTP/1.1\r\nHost: kandy\r\n\r\n";
    for ahead in ["", request, "GET /y HT"] {
        for breaks in [true, false] {
            let stream = knock(&front, format!("{request}{ahead}").as_bytes()).unwrap();
            assert!(is_silent(&stream), "it waits");
            if breaks {
                socket2::SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
            }
            drop(stream);
            soon(told.recv()).await.unwrap();
        }
    }
}
