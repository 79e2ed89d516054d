//! A platform in two hundred lines: enough HTTP to be talked to, and websockets that a test holds in its hands.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt as _, StreamExt as _};
use kandy_client::Config;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use crate::soon;

/// A connection, with or without TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The head, in lower case but for its first line.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    /// Such as `GET /v2.0/auth/mk_token?refresh=y`.
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1")
    }

    fn is(&self, method: &str, part: &str) -> bool {
        self.line().starts_with(method) && self.line().contains(part)
    }
}

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// These bytes.
    Raw(String),
    /// Nothing, and the connection stays open.
    Hang,
    /// Nothing, and the connection is cut.
    Cut,
}

impl Reply {
    pub(crate) fn json(status: &str, body: &str) -> Self {
        Self::with(status, "Content-Type: application/json\r\nAccess-Control-Allow-Origin: *\r\n", body)
    }

    pub(crate) fn with(status: &str, headers: &str, body: &str) -> Self {
        Self::Raw(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len()))
    }
}

type Rule = Box<dyn Fn(&Seen) -> Option<Reply> + Send>;

/// What the server does in place of the usual.
type Rules = Arc<Mutex<Vec<Rule>>>;

/// The server's end of a websocket.
pub(crate) struct Socket {
    /// The head of the handshake.
    pub(crate) handshake: String,
    pub(crate) stream: WebSocketStream<Box<dyn Stream>>,
}

impl Socket {
    pub(crate) async fn send(&mut self, message: Message) {
        soon(self.stream.send(message)).await.expect("the client reads");
    }

    /// The next message; `None` where the connection ended without a close frame.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        soon(self.stream.next()).await?.ok()
    }

    /// The first message that is not a keep-alive.
    pub(crate) async fn next_but_pings(&mut self) -> Option<Message> {
        loop {
            match self.next().await {
                Some(Message::Text(text)) if text.as_str() == r#"{"message_type":"ping"}"# => {}
                other => return other,
            }
        }
    }
}

/// The server. Dropped, it cuts all connections that no test holds.
pub(crate) struct Foreign {
    pub(crate) rest: SocketAddr,
    pub(crate) ws: SocketAddr,
    rules: Rules,
    seen: mpsc::UnboundedReceiver<Seen>,
    sockets: mpsc::UnboundedReceiver<Socket>,
    _tasks: JoinSet<()>,
}

impl Foreign {
    pub(crate) async fn start() -> Self {
        Self::start_on(IpAddr::V4(Ipv4Addr::LOCALHOST), None).await
    }

    pub(crate) async fn start_on(address: IpAddr, tls: Option<TlsAcceptor>) -> Self {
        let rest = TcpListener::bind((address, 0)).await.expect("a free port");
        let ws = TcpListener::bind((address, 0)).await.expect("a free port");
        let (seen_sender, seen) = mpsc::unbounded_channel();
        let (socket_sender, sockets) = mpsc::unbounded_channel();
        let rules = Rules::default();
        let addresses = (rest.local_addr().expect("it is bound"), ws.local_addr().expect("it is bound"));
        let mut tasks = JoinSet::new();
        let rules_of_connections = Arc::clone(&rules);
        tasks.spawn(accept(rest, tls.clone(), move |stream| {
            serve(stream, Arc::clone(&rules_of_connections), seen_sender.clone())
        }));
        tasks.spawn(accept(ws, tls, move |stream| upgrade(stream, socket_sender.clone())));
        Self { rest: addresses.0, ws: addresses.1, rules, seen, sockets, _tasks: tasks }
    }

    pub(crate) fn config(&self) -> Config {
        let host = match self.rest.ip() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        Config::for_server(&host, self.rest.port(), self.ws.port())
    }

    /// From now on requests are answered as `rule` says, where it says anything.
    pub(crate) fn answer(&self, rule: impl Fn(&Seen) -> Option<Reply> + Send + 'static) {
        self.rules.lock().expect("no rule panics").insert(0, Box::new(rule));
    }

    /// From now on requests with this method and this text in their address get `reply`.
    pub(crate) fn reply(&self, method: &'static str, part: &'static str, reply: Reply) {
        self.answer(move |seen| seen.is(method, part).then(|| reply.clone()));
    }

    /// The next request.
    pub(crate) async fn request(&mut self) -> Seen {
        soon(self.seen.recv()).await.expect("the server runs")
    }

    /// The next websocket that opened.
    pub(crate) async fn socket(&mut self) -> Socket {
        soon(self.sockets.recv()).await.expect("the server runs")
    }
}

async fn accept<F: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    serve: impl Fn(Box<dyn Stream>) -> F,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            Ok((stream, _)) = listener.accept() => match &tls {
                None => drop(connections.spawn(serve(Box::new(stream)))),
                Some(tls) => if let Some(stream) = handshake(tls, stream).await {
                    connections.spawn(serve(stream));
                },
            },
        }
    }
}

async fn handshake(tls: &TlsAcceptor, stream: TcpStream) -> Option<Box<dyn Stream>> {
    Some(Box::new(tls.accept(stream).await.ok()?))
}

#[expect(clippy::result_large_err, reason = "tungstenite's callback is of this type")]
async fn upgrade(stream: Box<dyn Stream>, sockets: mpsc::UnboundedSender<Socket>) {
    let mut head = String::new();
    let keep_head = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        head = format!("{} {:?}", request.uri(), request.headers());
        Ok(response)
    };
    if let Ok(stream) = tokio_tungstenite::accept_hdr_async(stream, keep_head).await {
        let _ = sockets.send(Socket { handshake: head, stream });
    }
}

async fn serve(mut stream: Box<dyn Stream>, rules: Rules, sender: mpsc::UnboundedSender<Seen>) {
    let mut received = Vec::new();
    while let Some(seen) = read_request(&mut stream, &mut received).await {
        let rule = rules.lock().expect("no rule panics").iter().find_map(|rule| rule(&seen));
        let reply = rule.unwrap_or_else(|| usual(&seen));
        let _ = sender.send(seen);
        match reply {
            Reply::Raw(bytes) => {
                if stream.write_all(bytes.as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::Hang => std::future::pending().await,
            Reply::Cut => return,
        }
    }
}

async fn read_request(stream: &mut Box<dyn Stream>, received: &mut Vec<u8>) -> Option<Seen> {
    let head_end = read_until(stream, received, |bytes| bytes.windows(4).position(|four| four == b"\r\n\r\n")).await?;
    let head = String::from_utf8_lossy(&received[..head_end]).into_owned();
    let (line, headers) = head.split_once("\r\n")?;
    let headers = headers.to_lowercase();
    let length = headers.lines().find_map(|header| header.strip_prefix("content-length: ")?.parse::<usize>().ok());
    let body_start = head_end + 4;
    let end = body_start + length.unwrap_or(0);
    read_until(stream, received, |bytes| (bytes.len() >= end).then_some(end)).await?;
    let body = String::from_utf8_lossy(&received[body_start..end]).into_owned();
    received.drain(..end);
    Some(Seen { head: format!("{line}\r\n{headers}"), body })
}

async fn read_until(
    stream: &mut Box<dyn Stream>,
    received: &mut Vec<u8>,
    find: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    loop {
        if let Some(found) = find(received) {
            return Some(found);
        }
        if stream.read_buf(received).await.ok()? == 0 {
            return None;
        }
    }
}

/// The platform as it is when nothing is wrong, for the one user it knows.
fn usual(seen: &Seen) -> Reply {
    // alice@example.com:s3cret
    let is_alice = seen.head.contains("basic ywxpy2vazxhhbxbszs5jb206cznjcmv0");
    if seen.is("GET", "mk_token") && is_alice {
        Reply::json("200 OK", r#"{"success":{"access_token":"AT-1","refresh_token":"RT-1","expires":3600}}"#)
    } else if seen.is("GET", "mk_token") {
        Reply::json("401 Unauthorized", r#"{"error":{"human":"Authentication error"}}"#)
    } else if seen.is("POST", "/subscription") {
        let params = r#"{"expires":3600,"service":["call","IM","Presence"],"notificationChannel":"/channel/1"}"#;
        let body = format!(
            r#"{{"subscribeResponse":{{"statusCode":0,"subscription":"/subscription/1","subscriptionParams":{params}}}}}"#
        );
        Reply::json("200 OK", &body)
    } else if seen.is("DELETE", "/subscription/1") {
        Reply::with("204 No Content", "Access-Control-Allow-Origin: *\r\n", "")
    } else {
        Reply::json("404 Not Found", "{}")
    }
}
