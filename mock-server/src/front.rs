//! [`Front`]: the platform behind one origin.

mod body;
mod clock;
mod connection;
mod disturbed;
mod handle;
mod hosts;
mod limits;
mod line;
mod paced;
mod presence;
mod service;

use std::convert::Infallible;
use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use http_body_util::combinators::BoxBody;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

pub use body::{BodyError, RequestBody};
pub use clock::ClockKind;
pub use handle::FrontHandle;
pub use hosts::Hosts;
pub use limits::FrontLimits;

use crate::limits::Limits;
use crate::server::disturber::Disturber;
use crate::server::error::StartError;
use crate::server::listen::{AcceptLoop, listen, listen_on_loopback};
use crate::server::shared::Shared;

/// The platform behind one origin: REST, notification channels and what answers beside it on one port, with limits on
/// whatever a client can do to it, and TLS if that is set up.
///
/// A websocket handshake whose path is not that of [`Beside`] opens a notification channel; every other request that
/// [`Beside`] does not take is REST. All faults are carried out as they are on a real network: `reset` and `refuse` are a
/// RST, as is every request while the platform is offline; `hang` is silence until the client leaves; a cut is a FIN
/// without a close frame. A client that shuts down its side of a connection gets its answer all the same; where none is due,
/// the connection ends after [`Limits::HALF_CLOSED`]. With TLS it is the TCP connection below that is reset.
///
/// As long as a fault of REST that breaks a connection waits for its request, each connection carries one request: those that are
/// there are closed, and answers say `Connection: close`. Chromium and curl silently repeat a request if its connection was used
/// before and breaks; this way they see each such fault once.
///
/// Dropping it ends it as [`Self::shutdown`] does, without waiting for that.
#[derive(Debug)]
pub struct Front {
    handle: FrontHandle,
    address: SocketAddr,
    stop: oneshot::Sender<Infallible>,
    server: JoinHandle<()>,
}

/// How a [`Front`] listens, and what it holds.
#[derive(Clone, Debug)]
pub struct FrontOptions {
    /// The address; by default 127.0.0.1:8080. Port 0 is any that is free.
    pub address: SocketAddr,
    /// Whether to listen on `[::1]` as well, at the same port, where the machine has IPv6. `address` must be 127.0.0.1 then,
    /// and a port that is taken on either is the error of a taken port. By default not.
    pub both_loopbacks: bool,
    /// TLS; by default there is none. Of ALPN it may only offer `http/1.1`.
    pub tls: Option<Arc<ServerConfig>>,
    /// The platform's clock; by default the real one.
    pub clock: ClockKind,
    /// The origins whose pages may use the platform, as they stand in `Origin` headers; by default any. The others get
    /// 403, to their preflights and websocket handshakes too. Pages of this server always may. Where origins are given,
    /// requests whose host is not this server ([`Hosts`]) get 421, whatever their origin.
    pub origins: Option<Vec<HeaderValue>>,
    /// Names of this server beside its address, in lower case and without a port; by default none.
    pub names: Vec<String>,
    /// What a client can do to it.
    pub limits: FrontLimits,
}

impl Default for FrontOptions {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 8080).into(),
            both_loopbacks: false,
            tls: None,
            clock: ClockKind::Real,
            origins: None,
            names: Vec::new(),
            limits: FrontLimits::default(),
        }
    }
}

/// An answer on its way.
pub type Answering = Pin<Box<dyn Future<Output = http::Response<BoxBody<Bytes, Infallible>>> + Send>>;

/// What answers beside the platform, on the same origin: pages, a control interface. Who may use it is its own matter.
pub trait Beside: Send + Sync + 'static {
    /// Whether a request should be answered here; else it is the platform's.
    fn takes(&self, request: &http::Request<RequestBody>) -> bool;

    /// Answers a request of `peer` for which that is so. The body of the answer may be a stream without an end; it is dropped
    /// when the client leaves or the server ends. Nobody knows whether a silent client has left before something is sent to
    /// it, so such a stream should send something now and then.
    fn answer(self: Arc<Self>, request: http::Request<RequestBody>, peer: SocketAddr) -> Answering;
}

/// Nothing.
impl Beside for () {
    fn takes(&self, _: &http::Request<RequestBody>) -> bool {
        false
    }

    fn answer(self: Arc<Self>, _: http::Request<RequestBody>, _: SocketAddr) -> Answering {
        unreachable!("nothing is taken")
    }
}

/// A [`Front`] whose clients have to wait: the system takes their connections, and nobody reads what they send.
#[derive(Debug)]
pub struct BoundFront {
    listener: tokio::net::TcpListener,
    second: Option<tokio::net::TcpListener>,
    address: SocketAddr,
    shared: Arc<Shared>,
    tls: Option<Arc<ServerConfig>>,
    origins: Option<Vec<HeaderValue>>,
    hosts: Hosts,
    limits: FrontLimits,
}

impl BoundFront {
    /// Where it listens; of both loopback addresses, 127.0.0.1.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// By which names it is addressed.
    pub const fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// The platform behind it.
    pub fn handle(&self) -> FrontHandle {
        FrontHandle::new(self.shared.clone())
    }

    /// Asks this about each message that arrives.
    pub fn disturb(&self, disturber: Box<dyn Disturber>) {
        self.shared.disturb(disturber);
    }

    /// Answers from now on, on the present tokio runtime.
    ///
    /// # Panics
    ///
    /// If there is no tokio runtime, or one without timers.
    pub fn serve(self, beside: Arc<dyn Beside>) -> Front {
        let Self { listener, second, address, shared, tls, origins, hosts, limits } = self;
        let tls = tls.map(TlsAcceptor::from);
        let http = connection::http(&limits);
        let site = Arc::new(FrontContext { shared: shared.clone(), beside, origins, hosts, limits, tls, http });
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(async move {
            let (shared, max_connections) = (&site.shared, site.limits.connections);
            let server = AcceptLoop { listener, second, shared, max_connections, patience: Limits::GRACE };
            let connection = |stream, peer, stopped| connection::serve(stream, peer, site.clone(), stopped);
            server.serve(connection, pending(), stopped).await;
        });
        Front { handle: FrontHandle::new(shared), address, stop, server }
    }
}

/// What all connections share.
struct FrontContext {
    shared: Arc<Shared>,
    beside: Arc<dyn Beside>,
    origins: Option<Vec<HeaderValue>>,
    hosts: Hosts,
    limits: FrontLimits,
    tls: Option<TlsAcceptor>,
    http: hyper::server::conn::http1::Builder,
}

impl Front {
    /// Starts a healthy platform without users, on the present tokio runtime.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on.
    ///
    /// # Panics
    ///
    /// If there is no tokio runtime, or one without timers or sockets.
    pub async fn start(options: FrontOptions, beside: Arc<dyn Beside>) -> Result<Self, StartError> {
        Ok(Self::bind(options)?.serve(beside))
    }

    /// Takes the address, and answers nobody yet: for those who have something to do before the first request.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on.
    ///
    /// # Panics
    ///
    /// If there is no tokio runtime, or one without sockets.
    pub fn bind(options: FrontOptions) -> Result<BoundFront, StartError> {
        let FrontOptions { address, both_loopbacks, tls, clock, origins, names, limits } = options;
        let (listener, second, address) = if both_loopbacks {
            listen_on_loopback(address.port())?
        } else {
            let (listener, address) = listen(address)?;
            (listener, None, address)
        };
        let registered = |listener| tokio::net::TcpListener::from_std(listener).map_err(StartError::Run);
        let (listener, second) = (registered(listener)?, second.map(registered).transpose()?);
        let shared = Arc::new(Shared::new(clock.into(), limits.of_platform(), limits.of_queues()));
        let hosts = Hosts::new(address, tls.is_some(), names);
        Ok(BoundFront { listener, second, address, shared, tls, origins, hosts, limits })
    }

    /// Where it listens; of both loopback addresses, 127.0.0.1.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The platform behind it.
    #[must_use]
    pub fn handle(&self) -> FrontHandle {
        self.handle.clone()
    }

    /// Takes no more connections and closes the sockets (1001). Requests that are being answered have
    /// [`Limits::GRACE`] to be finished, then they are cut. It takes that long at most.
    pub async fn shutdown(self) {
        drop(self.stop);
        let mut server = self.server;
        // The server holds its own time limit. A runtime that is too busy to keep it is not waited for.
        if timeout(Limits::GRACE * 2, &mut server).await.is_err() {
            server.abort();
        }
    }
}
