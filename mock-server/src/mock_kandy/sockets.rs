//! The port for notification channels. It has no HTTP server, so a handshake is read here, with limits; only the parser
//! is tungstenite's.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::handshake::machine::TryParse;

use crate::journal::Refused;
use crate::limits::Limits;
use crate::server::handshake::{self, Handshake, Opened};
use crate::server::listen::Stopped;
use crate::server::shared::Shared;
use crate::server::stream::Stream;
use crate::server::websocket;

/// A connection to the port for notification channels.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>, handshake_timeout: Duration, mut stopped: Stopped) {
    let opened = tokio::select! {
        _ = stopped.changed() => None,
        opened = accept(stream, &shared, handshake_timeout) => opened,
    };
    if let Some(opened) = opened {
        websocket::converse(opened, &shared).await;
    }
}

/// Takes one handshake. `None` if it does not lead to a socket, however long that took.
async fn accept<S: Stream>(mut stream: S, shared: &Shared, patience: Duration) -> Option<Opened<S>> {
    let read = timeout(patience, read_request(&mut stream)).await;
    let read = read.unwrap_or(Err(Unreadable::Refused(StatusCode::REQUEST_TIMEOUT)));
    match read {
        Ok((request, early)) => handshake::answer(Handshake { stream, request, early }, shared).await,
        Err(Unreadable::Gone) => None,
        Err(Unreadable::Refused(status)) => {
            let what = match status {
                StatusCode::REQUEST_TIMEOUT => Refused::SlowHead,
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Refused::LongHead,
                _ => Refused::BadHead,
            };
            let peer = stream.tcp().peer_addr().ok().map(|peer| peer.ip());
            shared.refused(what, peer, None, None::<&Request<()>>);
            handshake::refuse(stream, &handshake::plain(status)).await;
            None
        }
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
async fn read_request(stream: &mut impl Stream) -> Result<(Request<()>, Vec<u8>), Unreadable> {
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
