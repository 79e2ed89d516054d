//! One connection: TLS, then HTTP, then perhaps a notification channel.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use http::{HeaderValue, Request, StatusCode};
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutWriter;
use tokio_rustls::TlsAcceptor;

use super::line::Line;
use super::service::{Guest, WithoutHttp};
use super::{FrontContext, FrontLimits};
use crate::journal::Refused;
use crate::reply::Response;
use crate::server::handshake::{self, Handshake, Opened};
use crate::server::listen::Stopped;
use crate::server::stream::{self, Stream};
use crate::server::websocket;

/// HTTP within its limits.
pub(super) fn http(limits: &FrontLimits) -> Builder {
    let mut http = Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        // Who has nothing more to ask may still want the answer (RFC 9112, 9.6).
        .half_close(true)
        .max_header_size(limits.header_bytes)
        .max_buf_size(limits.header_bytes.max(LEAST_BUFFER));
    http
}

/// hyper takes no smaller one.
const LEAST_BUFFER: usize = 8192;

pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, site: Arc<FrontContext>, stopped: Stopped) {
    match &site.tls {
        None => converse(stream, peer, &site, stopped).await,
        // Boxed, so that connections without TLS need no room for it.
        Some(tls) => Box::pin(encrypt(tls, stream, peer, &site, stopped)).await,
    }
}

async fn encrypt(tls: &TlsAcceptor, stream: TcpStream, peer: SocketAddr, site: &Arc<FrontContext>, stopped: Stopped) {
    // A handshake that does not come to an end in time, or fails, just ends: rustls has told the client what it can.
    let why = match timeout(site.limits.tls_time, Box::pin(tls.accept(stream))).await {
        Ok(Ok(stream)) => return converse(stream, peer, site, stopped).await,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the handshake did not end in time".to_owned(),
    };
    site.shared.refused(Refused::Tls, Some(peer.ip()), Some(why), None::<&Request<()>>);
}

async fn converse<S: Stream>(stream: S, peer: SocketAddr, site: &Arc<FrontContext>, mut stopped: Stopped) {
    // Boxed, so that a notification channel does not keep the room that HTTP needed.
    if let Some(opened) = Box::pin(exchange(stream, peer, site, &mut stopped)).await {
        websocket::converse(opened, &site.shared).await;
    }
}

/// Answers requests, until one opens a socket or the connection is over.
async fn exchange<S: Stream>(
    mut stream: S,
    peer: SocketAddr,
    site: &Arc<FrontContext>,
    stopped: &mut Stopped,
) -> Option<Opened<S>> {
    let guest = Guest::new(site.clone(), peer);
    let (ended, unread) = answer(&mut stream, &guest, site, stopped).await;
    match cause::<WithoutHttp>(&ended) {
        Some(WithoutHttp::Handshake) => {
            let request = guest.take_handshake().expect("it was left there");
            let handshake = Handshake { stream, request, early: unread.to_vec() };
            drop(unread);
            return tokio::select! {
                _ = stopped.changed() => None,
                opened = handshake::answer(handshake, &site.shared) => opened,
            };
        }
        Some(WithoutHttp::Hang) => {
            let mut hung = guest.hung();
            tokio::select! {
                _ = stopped.changed() => {}
                () = stream::silence(&mut stream, || hung.left()) => {}
                () = guest.reset() => {
                    hung.never();
                    stream::reset(&stream);
                }
            }
        }
        Some(WithoutHttp::Reset) => stream::reset(&stream),
        Some(WithoutHttp::Close) => stream::linger(stream).await,
        // The client does not read: nobody waits any longer for what it should have got.
        None if cause::<io::Error>(&ended).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) => {
            stream::reset(&stream);
        }
        None if ended.as_ref().is_err_and(hyper::Error::is_timeout) && !unread.is_empty() => {
            site.shared.refused(Refused::SlowHead, Some(peer.ip()), None, None::<&Request<()>>);
            let text = "The head of the request did not come in time.\n";
            let plain = HeaderValue::from_static("text/plain");
            handshake::refuse(stream, &Response::typed(StatusCode::REQUEST_TIMEOUT, text.into(), plain)).await;
        }
        // What was answered last should arrive, whatever the client still sends.
        None => {
            if let Err(error) = &ended
                && error.is_parse()
            {
                let what = if error.is_parse_too_large() { Refused::LongHead } else { Refused::BadHead };
                site.shared.refused(what, Some(peer.ip()), Some(error.to_string()), None::<&Request<()>>);
            }
            stream::linger(stream).await;
        }
    }
    None
}

/// Lets hyper answer requests until it is done with the connection: how that ended, and what is left of what came. What
/// it was told to do with the connection is in the error.
async fn answer<S: Stream>(
    stream: &mut S,
    guest: &Guest,
    site: &FrontContext,
    stopped: &mut Stopped,
) -> (Result<(), hyper::Error>, Bytes) {
    let line = Line::new(stream);
    let mut stream = pin!(TimeoutWriter::new(line.io()));
    stream.as_mut().set_timeout_pinned(Some(site.limits.write_time));
    let service = service_fn(|request| guest.answer(request));
    let mut connection = site.http.serve_connection(TokioIo::new(stream), service);
    let mut renewal = site.shared.renewals().join();
    let ended = tokio::select! {
        biased;
        ended = &mut connection => Some(ended),
        never = guest.watch(&line) => match never {},
        _ = stopped.changed() => None,
        _ = renewal.changed() => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            // Where no request is under way, that has ended it.
            let ended = (&mut connection).now_or_never();
            drop(renewal);
            match ended {
                Some(ended) => ended,
                None => (&mut connection).await,
            }
        }
    };
    // What was read ahead comes behind what hyper has read.
    let mut unread = BytesMut::from(connection.into_parts().read_buf);
    unread.unsplit(line.take_ahead());
    (ended, unread.freeze())
}

fn cause<E: Error + 'static>(ended: &Result<(), hyper::Error>) -> Option<&E> {
    ended.as_ref().err()?.source()?.downcast_ref()
}
