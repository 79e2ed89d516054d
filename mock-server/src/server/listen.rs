//! Listening, and the tasks of the connections that come of it.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::pin::pin;
use std::time::Duration;

use http::Request;
use socket2::{Domain, Socket, Type};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::error::StartError;
use super::shared::Shared;
use super::stream;
use crate::journal::Refused;
#[cfg(feature = "front")]
use crate::limits::Limits;

/// Many connections at once should wait in the backlog, not for TCP's second SYN after a second; the standard library's
/// backlog is 128.
pub(crate) fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listen = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        // As the standard library does it: a port in TIME_WAIT can be taken again, except where that means stealing it.
        #[cfg(not(windows))]
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        let listener = TcpListener::from(socket);
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    listen().map_err(|source| StartError::Listen { address, source })
}

const BACKLOG: i32 = 4096;

/// Listens on 127.0.0.1 and on `[::1]` at the same port, since `localhost` is either of them; on 127.0.0.1 alone where there is no
/// IPv6. Port 0 is any that is free on both.
#[cfg(feature = "front")]
pub(crate) fn listen_on_loopback(port: u16) -> Result<(TcpListener, Option<TcpListener>, SocketAddr), StartError> {
    let has_ipv6 = listen((Ipv6Addr::LOCALHOST, 0).into()).is_ok();
    let mut tries = if port == 0 { Limits::PORT_TRIES } else { 1 };
    loop {
        let (first, address) = listen((Ipv4Addr::LOCALHOST, port).into())?;
        if !has_ipv6 {
            return Ok((first, None, address));
        }
        tries -= 1;
        match listen((Ipv6Addr::LOCALHOST, address.port()).into()) {
            Ok((second, _)) => return Ok((first, Some(second), address)),
            Err(error) if tries == 0 => return Err(error),
            Err(_) => {}
        }
    }
}

/// A listener on every address is reached on loopback.
pub(crate) fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// Takes connections until they should stop, each with a task of its own.
#[derive(Debug)]
pub(crate) struct AcceptLoop<'a> {
    pub(crate) listener: tokio::net::TcpListener,
    /// Another one, if the server listens at two addresses.
    pub(crate) second: Option<tokio::net::TcpListener>,
    pub(crate) shared: &'a Shared,
    /// One more is reset.
    pub(crate) max_connections: usize,
    /// How long connections may take to end.
    pub(crate) patience: Duration,
}

/// Changes, or loses its sender, when a connection should end.
pub(crate) type Stopped = watch::Receiver<()>;

impl AcceptLoop<'_> {
    /// Runs the platform's timers and `connection` for each that comes, beside `chores`, until `stop`; then ends them
    /// all.
    pub(crate) async fn serve<C: Future<Output = ()> + Send + 'static>(
        self,
        connection: impl Fn(TcpStream, SocketAddr, Stopped) -> C,
        chores: impl Future<Output = Infallible>,
        stop: impl Future,
    ) {
        let Self { listener, second, shared, max_connections, patience } = self;
        let mut connections = JoinSet::new();
        let (stopping, stopped) = watch::channel(());
        {
            let (mut stop, mut chores, mut timers) = (pin!(stop), pin!(chores), pin!(shared.run_timers()));
            let mut backoffs = [SHORTEST_BACKOFF; 2];
            loop {
                tokio::select! {
                    _ = &mut stop => break,
                    never = &mut timers => match never {},
                    never = &mut chores => match never {},
                    Some(_) = connections.join_next() => {}
                    (accepted, peer) = accept_either(&listener, second.as_ref(), &mut backoffs) => {
                        if connections.len() >= max_connections {
                            shared.refused(Refused::Connections, Some(peer.ip()), None, None::<&Request<()>>);
                            stream::reset(&accepted);
                            continue;
                        }
                        // What is sent is small, and should arrive when it is sent. A connection that is gone already
                        // shows later.
                        let _ = accepted.set_nodelay(true);
                        connections.spawn(connection(accepted, peer, stopped.clone()));
                    }
                }
            }
        }
        drop((listener, second));
        shared.shut_down();
        drop(stopping);
        // What is not over by then is ended where it stands.
        let _ = timeout(patience, async { while connections.join_next().await.is_some() {} }).await;
        connections.shutdown().await;
    }
}

async fn accept_either(
    listener: &tokio::net::TcpListener,
    second: Option<&tokio::net::TcpListener>,
    [backoff, of_second]: &mut [Duration; 2],
) -> (TcpStream, SocketAddr) {
    let Some(second) = second else { return accept(listener, backoff).await };
    tokio::select! {
        accepted = accept(listener, backoff) => accepted,
        accepted = accept(second, of_second) => accepted,
    }
}

/// Accepts a connection. Errors are those of one connection, or a lack of file descriptors or memory that may pass.
async fn accept(listener: &tokio::net::TcpListener, backoff: &mut Duration) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => {
                *backoff = SHORTEST_BACKOFF;
                return accepted;
            }
            Err(error) if is_of_connection(&error) => {}
            Err(_) => {
                sleep(*backoff).await;
                *backoff = (*backoff * 2).min(LONGEST_BACKOFF);
            }
        }
    }
}

const SHORTEST_BACKOFF: Duration = Duration::from_millis(5);
const LONGEST_BACKOFF: Duration = Duration::from_secs(1);

fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
