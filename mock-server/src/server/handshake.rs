//! The opening of a websocket: its request was read, the platform decides, and the answer is written.
//!
//! tungstenite's own handshake takes its decision in a callback that cannot wait, answers with neither a reason phrase
//! nor a length, refuses to refuse with 2xx, and reads no field as a list. So only its keys are used here.

mod asked;
mod disturbed;

use std::net::IpAddr;
use std::sync::Arc;

use http::header::{CONNECTION, CONTENT_LENGTH, DATE, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[cfg(feature = "front")]
pub(crate) use asked::lists;

use self::disturbed::{DisturbedHandshake, LateOpening};
use super::clock;
use super::delivery::Undelivered;
use super::queues::Outbox;
use super::shared::Shared;
use super::stream::{Stream, linger, reset, silence};
use crate::ids::SocketId;
use crate::journal::Refused;
use crate::limits::Limits;
use crate::reply::{Response, Upgrade};

/// A connection whose handshake has reached the client.
#[derive(Debug)]
pub(crate) struct Opened<S> {
    pub(crate) socket: SocketId,
    pub(crate) stream: S,
    /// What the client sent behind its handshake.
    pub(crate) early: Vec<u8>,
    pub(crate) outbox: Outbox,
    /// Whose it is, where messages are disturbed. It is asked for early: the platform may close the socket at any time.
    pub(crate) disturbed_owner: Option<Arc<str>>,
}

/// A handshake that was read, and not answered yet.
#[derive(Debug)]
pub(crate) struct Handshake<S> {
    pub(crate) stream: S,
    pub(crate) request: Request<()>,
    /// What the client sent behind it.
    pub(crate) early: Vec<u8>,
}

/// Answers a handshake as the platform wants it. `None` if it does not lead to a socket.
pub(crate) async fn answer<S: Stream>(handshake: Handshake<S>, shared: &Shared) -> Option<Opened<S>> {
    let Handshake { mut stream, request, early } = handshake;
    let switching = match asked::switching(&request) {
        Ok(headers) => headers,
        Err(status) => {
            let is_version = status == StatusCode::UPGRADE_REQUIRED;
            let what = if is_version { Refused::HandshakeVersion } else { Refused::BadHandshake };
            shared.refused(what, peer(&stream), None, Some(&request));
            refuse(stream, &plain(status)).await;
            return None;
        }
    };
    let mut exchange = shared.exchanges().begin();
    let mut disturbed = DisturbedHandshake::of(shared, &request);
    let effect = match &mut disturbed {
        Some(disturbed) => disturbed.arrives(&mut stream, &mut exchange).await?,
        None => None,
    };
    let (upgrade, came, outbox) = shared.handle_upgrade(&request, effect.as_deref(), &mut exchange);
    let mut undelivered = Undelivered::new(shared, &exchange);
    match upgrade {
        Upgrade::Accept { socket, delay } => {
            let outbox = outbox.expect("an accepted socket has an outbox");
            let disturbed_owner = shared.disturbed_owner(socket);
            let opened = Opened { socket, stream, early, outbox, disturbed_owner };
            let late = LateOpening { due: Some(came + delay), exchange, disturbed };
            return open(opened, late, &switching, shared, undelivered).await;
        }
        Upgrade::Refuse { response, delay } => {
            if delay.is_zero() || shared.until_due(&exchange, came + delay).await {
                undelivered.sent();
                if let Some(disturbed) = &disturbed {
                    disturbed.is_refused(&mut stream, &mut exchange).await?;
                }
                refuse(stream, &response).await;
            } else {
                undelivered.never();
                reset(&stream);
            }
        }
        Upgrade::Hang => {
            tokio::select! {
                () = silence(&mut stream, || undelivered.left()) => {}
                () = shared.until_reset(exchange.resets()) => {
                    undelivered.never();
                    reset(&stream);
                }
            }
        }
        Upgrade::Reset { delay } => {
            // To the client it comes to the same whether it is due or the platform was reset.
            if delay.is_zero() || shared.until_due(&exchange, came + delay).await {
                undelivered.sent();
            } else {
                undelivered.never();
            }
            if let Some(disturbed) = &disturbed {
                disturbed.is_refused(&mut stream, &mut exchange).await?;
            }
            reset(&stream);
        }
        Upgrade::RefuseConnection => {
            if let Some(disturbed) = &disturbed {
                disturbed.is_refused(&mut stream, &mut exchange).await?;
            }
            reset(&stream);
        }
    }
    None
}

/// Tells the client that its handshake is accepted, unless it is cut or leaves before. A client that sends nothing more has
/// left its channel, where it could not even say goodbye; its handshake is answered all the same.
async fn open<S: Stream>(
    mut opened: Opened<S>,
    mut late: LateOpening<'_>,
    headers: &HeaderMap,
    shared: &Shared,
    mut undelivered: Undelivered<'_>,
) -> Option<Opened<S>> {
    let Opened { socket, stream, early, outbox, .. } = &mut opened;
    tokio::select! {
        biased;
        _ = outbox.ended() => {
            undelivered.never();
            reset(stream);
            return None;
        }
        is_broken = left(stream, early) => {
            undelivered.left();
            shared.handle_closed(*socket, None);
            if !is_broken {
                late.until_due(shared, *socket).await;
                if stream.write_all(&head(StatusCode::SWITCHING_PROTOCOLS, None, headers)).await.is_ok() {
                    linger(opened.stream).await;
                }
            }
            return None;
        }
        () = late.until_due(shared, *socket) => {}
    }
    undelivered.sent();
    // Open before the client knows, so that what is done as soon as it knows meets an open socket. What is sent meanwhile
    // waits in the outbox.
    shared.act(|platform, now| platform.handle_opened(now, *socket));
    if stream.write_all(&head(StatusCode::SWITCHING_PROTOCOLS, None, headers)).await.is_err() {
        shared.handle_closed(*socket, None);
        return None;
    }
    Some(opened)
}

/// Who is at the other end.
fn peer(stream: &impl Stream) -> Option<IpAddr> {
    stream.tcp().peer_addr().ok().map(|peer| peer.ip())
}

/// Writes an answer with the fields that RFC 9110 demands of it (6.6.1 and 8.6), and ends the connection.
pub(crate) async fn refuse(mut stream: impl Stream, response: &Response) {
    let mut headers = response.headers.clone();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if !response.status.is_informational() && response.status != StatusCode::NO_CONTENT {
        headers.insert(CONTENT_LENGTH, response.body.len().into());
    }
    if !response.status.is_informational() && !response.status.is_server_error() {
        headers.entry(DATE).or_insert_with(clock::date);
    }
    let mut answer = head(response.status, response.reason.as_deref(), &headers);
    answer.extend_from_slice(&response.body);
    if stream.write_all(&answer).await.is_ok() {
        linger(stream).await;
    }
}

/// The platform's own words are for handshakes; this is for what is not a handshake.
pub(crate) fn plain(status: StatusCode) -> Response {
    let text = format!("This is not a websocket handshake of HTTP/1.1 (RFC 6455): {status}\n");
    let mut response = Response::typed(status, text.into(), HeaderValue::from_static("text/plain"));
    if status == StatusCode::UPGRADE_REQUIRED {
        // What such an answer has to say (RFC 9110, 15.5.22; RFC 6455, 4.4).
        response.headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        response.headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    }
    response
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

/// Waits until the client sends nothing more, and keeps what it sends before it is asked to. Gives whether the connection
/// has broken off. Beyond a limit it is left unread: then TCP makes the client wait.
async fn left(stream: &mut impl Stream, early: &mut Vec<u8>) -> bool {
    while early.len() < Limits::EARLY_BYTES {
        match stream.read_buf(early).await {
            Ok(1..) => {}
            ended => return ended.is_err(),
        }
    }
    std::future::pending().await
}
