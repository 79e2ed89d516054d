//! Clients that are small enough to be trusted, whichever server they talk to.

use std::future::Future;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use kandy_mock_server::{Kind, Side, Watch};
use serde_json::{Value, json};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;

pub(crate) type Socket = WebSocketStream<tokio::net::TcpStream>;

pub(crate) const ALICE: &str = "alice@example.com";
pub(crate) const LOGIN: &str = "/v2.0/auth/mk_token?refresh=y";
pub(crate) const BASIC: &str = "Authorization: basic YWxpY2VAZXhhbXBsZS5jb206czNjcmV0";
pub(crate) const SUBSCRIPTION: &str = "/rest/version/1/user/alice@example.com/subscription";

/// Longer than anything here takes, unless it never ends.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How long a silence is, for a test that should see one.
pub(crate) const SILENCE: Duration = Duration::from_millis(100);

/// Where a server's clients find it.
pub(crate) trait Serves {
    fn rest(&self) -> SocketAddr;
    fn ws(&self) -> SocketAddr;
}

pub(crate) type Failed = Box<tokio_tungstenite::tungstenite::Error>;

/// The outcome of `future`, which should come soon.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it happens soon")
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

/// What comes on a connection until its end; an error if nothing does.
pub(crate) fn answer(mut stream: TcpStream) -> io::Result<Answer> {
    let mut text = Vec::new();
    stream.read_to_end(&mut text)?;
    let text = String::from_utf8(text).expect("answers are text");
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("the first line has a status");
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// A connection to REST with one request on its way.
pub(crate) fn ask(server: &impl Serves, method: &str, path: &str, headers: &[&str], body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.rest()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: kandy\r\nConnection: close\r\n");
    request += &format!("Content-Length: {}\r\n", body.len());
    headers.iter().for_each(|header| request += &format!("{header}\r\n"));
    stream.write_all(format!("{request}\r\n{body}").as_bytes()).unwrap();
    stream
}

pub(crate) fn rest(server: &impl Serves, method: &str, path: &str, headers: &[&str], body: &str) -> io::Result<Answer> {
    answer(ask(server, method, path, headers, body))
}

/// A connection for many logins, one after the other.
pub(crate) struct KeptAlive(BufReader<TcpStream>);

impl KeptAlive {
    pub(crate) fn to(server: &impl Serves) -> Self {
        let stream = TcpStream::connect(server.rest()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    pub(crate) fn status_of_login(&mut self) -> u16 {
        let request = format!("GET {LOGIN} HTTP/1.1\r\nHost: kandy\r\n{BASIC}\r\n\r\n");
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).unwrap(), 0, "the connection ends");
        }
        let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        head[9..12].parse().unwrap()
    }
}

pub(crate) fn login(server: &impl Serves) -> io::Result<Answer> {
    rest(server, "GET", LOGIN, &[BASIC], "")
}

/// Logs in and subscribes; gives where the notification channel is.
pub(crate) fn subscribe(server: &impl Serves) -> String {
    let token = login(server).unwrap().json()["success"]["access_token"].as_str().unwrap().to_owned();
    let body = json!({ "subscribeRequest": { "expires": 3600, "service": ["call"] } }).to_string();
    let path = format!("{SUBSCRIPTION}?token={token}");
    let answer = rest(server, "POST", &path, &["Content-Type: application/json"], &body).unwrap().json();
    let channel = answer["subscribeResponse"]["subscriptionParams"]["notificationChannel"].as_str().unwrap();
    format!("{channel}?token={token}")
}

/// A handshake for `channel`.
pub(crate) async fn handshake(server: &impl Serves, channel: &str) -> Result<(Socket, Response), Failed> {
    let stream = tokio::net::TcpStream::connect(server.ws()).await.unwrap();
    let request = format!("ws://{}{channel}", server.ws()).into_client_request().unwrap();
    soon(tokio_tungstenite::client_async(request, stream)).await.map_err(Box::new)
}

/// Logs in, subscribes and opens a socket.
pub(crate) async fn connect(server: &impl Serves) -> Socket {
    let channel = subscribe(server);
    let (socket, _) = handshake(server, &channel).await.unwrap();
    socket
}

/// A raw connection to the port for notification channels.
pub(crate) fn knock(server: &impl Serves, bytes: &[u8]) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(server.ws())?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(bytes)?;
    Ok(stream)
}

/// The next JSON frame.
pub(crate) async fn hear(socket: &mut Socket) -> Value {
    match soon(socket.next()).await {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
        other => panic!("no text frame: {other:?}"),
    }
}

pub(crate) async fn say(socket: &mut Socket, text: &str) {
    soon(socket.send(Message::text(text))).await.unwrap();
}

/// Reads to the end of a connection: the close code and reason, 1005 without a code, 1006 without a close frame.
pub(crate) async fn end(socket: &mut Socket) -> (u16, String) {
    loop {
        match soon(socket.next()).await {
            Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
            Some(Ok(Message::Close(None))) => return (1005, String::new()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return (1006, String::new()),
        }
    }
}

/// The bytes of a handshake.
pub(crate) fn upgrade(path: &str, more: &str) -> Vec<u8> {
    let head = "Host: kandy\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    format!("GET {path} HTTP/1.1\r\n{head}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n").into_bytes()
}

/// Whether a connection stays silent for a while.
pub(crate) fn is_silent(mut stream: &TcpStream) -> bool {
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let read = stream.read(&mut [0]).map_err(|error| error.kind());
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    matches!(read, Err(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut))
}

/// How the next socket that ends did so.
pub(crate) async fn until_closed(watch: &mut Watch) -> (Option<u16>, Side) {
    loop {
        if let Kind::Closed { code, by, .. } = watch.next().await.unwrap().unwrap().kind {
            return (code, by);
        }
    }
}
