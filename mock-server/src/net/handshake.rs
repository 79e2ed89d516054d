//! The opening of a websocket: its request is read with limits, the platform decides, and the answer is written.
//!
//! tungstenite's own handshake takes its decision in a callback that cannot wait, answers with neither a reason phrase
//! nor a length, and refuses to refuse with 2xx. So only its parser and its 101 are used here.

use std::io;
use std::time::Duration;

use http::header::{CONNECTION, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::handshake::machine::TryParse;
use tokio_tungstenite::tungstenite::handshake::server::create_response;

use super::Options;
use super::shared::{Outbox, Shared};
use crate::channel::SocketId;
use crate::limits::Limits;
use crate::reply::{Response, Upgrade};

/// A connection whose handshake has reached the client.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) socket: SocketId,
    pub(super) stream: TcpStream,
    /// What the client sent behind its handshake.
    pub(super) early: Vec<u8>,
    pub(super) outbox: Outbox,
}

/// Takes one handshake. `None` if it does not lead to a socket, however long that took.
pub(super) async fn accept(mut stream: TcpStream, shared: &Shared, options: &Options) -> Option<Opened> {
    let read = timeout(options.handshake_timeout, read_request(&mut stream)).await;
    let read = read.unwrap_or(Err(Unreadable::Refused(StatusCode::REQUEST_TIMEOUT)));
    let (request, early) = match read {
        Ok(read) => read,
        Err(Unreadable::Gone) => return None,
        Err(Unreadable::Refused(status)) => {
            refuse(stream, &plain(status)).await;
            return None;
        }
    };
    let Ok(switching) = create_response(&request) else {
        refuse(stream, &plain(StatusCode::UPGRADE_REQUIRED)).await;
        return None;
    };
    match shared.handle_upgrade(&request) {
        (Upgrade::Accept { socket, delay }, outbox) => {
            let outbox = outbox.expect("an accepted socket has an outbox");
            return open(Opened { socket, stream, early, outbox }, delay, switching.headers(), shared).await;
        }
        (Upgrade::Refuse { response, delay }, _) => {
            pass(delay).await;
            refuse(stream, &response).await;
        }
        (Upgrade::Hang, _) => drain(&mut stream).await,
        (Upgrade::Reset { delay }, _) => {
            pass(delay).await;
            reset(&stream);
        }
        (Upgrade::RefuseConnection, _) => reset(&stream),
    }
    None
}

/// Lets a connection end with a RST when it is dropped.
pub(super) fn reset(stream: &TcpStream) {
    // Of a connection that is over already nothing is left to reset.
    let _ = stream.set_zero_linger();
}

/// Ends a connection so that the last bytes arrive: a close with unread input would be a RST, which makes the client's
/// system throw away what it has not read.
pub(super) async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_ok() {
        let _ = timeout(Limits::LINGER, drain(&mut stream)).await;
    }
}

/// As [`linger`], but only for what has arrived by now.
pub(super) async fn leave(mut stream: TcpStream) {
    if stream.shutdown().await.is_ok() {
        let mut ignored = [0; 1024];
        while matches!(stream.try_read(&mut ignored), Ok(1..)) {}
    }
}

/// Why there is no request.
enum Unreadable {
    Gone,
    Refused(StatusCode),
}

impl From<io::Error> for Unreadable {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// Reads a request's head, and whatever comes with it.
async fn read_request(stream: &mut TcpStream) -> Result<(Request<()>, Vec<u8>), Unreadable> {
    let mut read = Vec::with_capacity(1024);
    let end = loop {
        let searched = read.len().saturating_sub(END_OF_HEAD.len() - 1);
        if stream.read_buf(&mut read).await? == 0 {
            return Err(Unreadable::Gone);
        }
        let found = read[searched..].windows(END_OF_HEAD.len()).position(|bytes| bytes == END_OF_HEAD);
        match found.map(|at| searched + at + END_OF_HEAD.len()) {
            Some(end) if end <= Limits::HANDSHAKE_BYTES => break end,
            None if read.len() <= Limits::HANDSHAKE_BYTES => {}
            _ => return Err(Unreadable::Refused(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)),
        }
    };
    let early = read.split_off(end);
    match Request::try_parse(&read) {
        Ok(Some((_, request))) => Ok((request, early)),
        Err(Error::Capacity(_)) => Err(Unreadable::Refused(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)),
        Ok(None) | Err(_) => Err(Unreadable::Refused(StatusCode::BAD_REQUEST)),
    }
}

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Tells the client that its handshake is accepted, unless it is cut or leaves before.
async fn open(mut opened: Opened, delay: Duration, headers: &HeaderMap, shared: &Shared) -> Option<Opened> {
    let Opened { socket, stream, early, outbox } = &mut opened;
    tokio::select! {
        biased;
        _ = outbox.ended() => {
            reset(stream);
            return None;
        }
        () = left(stream, early) => {
            shared.handle_closed(*socket, None);
            return None;
        }
        () = pass(delay) => {}
    }
    // Open before the client knows, so that what is done as soon as it knows meets an open socket. What is sent meanwhile
    // waits in the outbox.
    shared.act(|core, now| core.platform.handle_opened(now, *socket));
    if stream.write_all(&head(StatusCode::SWITCHING_PROTOCOLS, None, headers)).await.is_err() {
        shared.handle_closed(*socket, None);
        return None;
    }
    Some(opened)
}

async fn refuse(mut stream: TcpStream, response: &Response) {
    let mut headers = response.headers.clone();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.insert(CONTENT_LENGTH, response.body.len().into());
    let mut answer = head(response.status, response.reason.as_deref(), &headers);
    answer.extend_from_slice(&response.body);
    if stream.write_all(&answer).await.is_ok() {
        linger(stream).await;
    }
}

/// The platform's own words are for handshakes; these are for what is none.
fn plain(status: StatusCode) -> Response {
    let text = format!("This port takes websocket handshakes of HTTP/1.1: {status}\n");
    Response::typed(status, text.into(), HeaderValue::from_static("text/plain"))
}

fn head(status: StatusCode, reason: Option<&str>, headers: &HeaderMap) -> Vec<u8> {
    let reason = reason.or(status.canonical_reason()).unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    head.extend_from_slice(b"\r\n");
    head
}

async fn pass(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}

/// Waits until the client has left, and keeps what it sends before it is asked to. Beyond a limit it is left unread:
/// then TCP makes the client wait.
async fn left(stream: &mut TcpStream, early: &mut Vec<u8>) {
    while early.len() < Limits::HANDSHAKE_BYTES {
        if !matches!(stream.read_buf(early).await, Ok(1..)) {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// Reads until the client has left, and keeps nothing.
async fn drain(stream: &mut TcpStream) {
    let mut ignored = [0; 1024];
    while matches!(stream.read(&mut ignored).await, Ok(1..)) {}
}
