//! [`MockKandy`]: the platform behind wiremock, and a port for notification channels.

mod controls;
mod late;
mod limits;
mod options;
mod received;
mod rest;
mod sockets;

use std::convert::Infallible;
use std::future::pending;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::{io, panic};

use tokio::runtime::{self, Handle};
use tokio::sync::{mpsc, oneshot};
use wiremock::MockServer;

pub use controls::FailError;
pub use options::MockKandyOptions;
pub use received::{Received, WaitError};

use late::LateAnswers;
use rest::{Chore, RestServer};

use crate::limits::{Limits, PlatformLimits};
use crate::server::clock::Clock;
use crate::server::error::StartError;
use crate::server::listen::{AcceptLoop, listen, reachable};
use crate::server::queues::QueueLimits;
use crate::server::shared::Shared;

/// The platform as a server, to embed in a test: REST on one port, notification channels on another.
///
/// ```
/// use kandy_mock_server::{MockKandy, Point};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mock = MockKandy::start().await;
/// mock.add_user("alice@example.com", "s3cret")?;
/// let config = (mock.host(), mock.rest_port(), mock.ws_port()); // or mock.uri(), mock.ws_uri()
/// # let _ = config;
/// // The application signs in; then:
/// assert!(mock.requests(Point::Unsubscribe).is_empty());
/// # Ok(())
/// # }
/// ```
///
/// It works from any async runtime, and from none: it has a thread of its own, and wiremock another. Every control can be
/// called from any thread, and acts before it returns; what it makes the platform send is then on its way. The time is
/// the real one, from the start of the server on: tokio's paused clock does not hold it.
///
/// Dropping it closes the sockets (1001), breaks off the requests that are still unanswered and frees the ports, that
/// of REST a moment later. It takes [`Limits::SHUTDOWN`](crate::Limits::SHUTDOWN) at most.
///
/// # What differs from the platform without sockets
///
/// Below REST there is [wiremock](MockServer), which limits what can happen there:
/// - the connection of a request that meets `reset` or `refuse`, or comes while the platform is offline, is closed
///   without an answer, at once: a FIN, not a RST, and the `delay` of a `reset` does not count. Clients see a failed
///   request either way. Meanwhile answers say `Connection: close`, so that no client repeats a request unseen, as some do
///   whose connection was used before; a connection that was idle before the fault was put stays;
/// - a body comes whole and with its head: with `lateBody` and `drip` both come when the last of it is due, and a request whose
///   answer is cut by `truncate` gets no answer, as with `reset`;
/// - a client that shuts down its side of the connection before its answer is due gets none: hyper ends such a connection unless it is
///   told otherwise, and wiremock takes no word for it. `Front` answers such clients;
/// - the reason phrase is always the usual one: [`Self::fail`] refuses `statusText`, except at the websocket;
/// - bodies are read whole before [`Limits::BODY_BYTES`](crate::Limits::BODY_BYTES) is looked at, and nothing limits the
///   time that a request takes to arrive;
/// - requests are kept, about 6 KiB each: the last [`Limits::KEPT_REQUESTS`](crate::Limits::KEPT_REQUESTS), or all from
///   the first call of [`Self::wiremock`] on;
/// - if the process runs out of file descriptors while a connection is being accepted, REST ends for good. A server
///   takes 8 of them (10 in a build with tokio's `signal`), and 2 threads.
///
/// At the websocket, `reset` is a RST. While the platform is offline, and for `refuse`, a handshake is read, and the
/// connection reset then. A cut is a FIN without a close frame; what was sent before arrives first.
///
/// # Mocks of one's own
///
/// [`Self::wiremock`] takes mocks beside the platform, for what it does not know, or instead of it.
///
/// # Panics
///
/// Dropping it panics if such a mock was not called as it expects to be.
#[derive(Debug)]
pub struct MockKandy {
    shared: Arc<Shared>,
    /// From which record of the journal the next [`Self::wait_for`] looks.
    wait_cursor: Mutex<u64>,
    late: Arc<LateAnswers>,
    rest: SocketAddr,
    ws: SocketAddr,
    runtime: Handle,
    /// `None` only while being dropped.
    rest_server: Option<Arc<RestServer>>,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl MockKandy {
    /// Starts a healthy platform without users, on any two free ports of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If the system has no port, thread or file descriptor left; [`Self::start_with`] says so in an error.
    pub async fn start() -> Self {
        Self::start_with(MockKandyOptions::default())
            .await
            .expect("the system has a port, a thread and descriptors to spare")
    }

    /// Starts a healthy platform without users.
    ///
    /// # Errors
    ///
    /// An address cannot be listened on, or there is no thread or runtime to be had.
    #[expect(clippy::missing_panics_doc, reason = "the thread says how it started")]
    pub async fn start_with(options: MockKandyOptions) -> Result<Self, StartError> {
        let (rest_listener, rest) = listen(SocketAddr::new(options.address, options.rest_port))?;
        let (ws_listener, ws) = listen(SocketAddr::new(options.address, options.ws_port))?;
        let queues = QueueLimits {
            socket: options.queued_bytes,
            user: Limits::USER_QUEUED_BYTES,
            all: Limits::ALL_QUEUED_BYTES,
        };
        let shared = Arc::new(Shared::new(Clock::real(), PlatformLimits::default(), queues));
        let (started, start) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let late = Arc::<LateAnswers>::default();
        let served = ServerThread { rest_listener, ws_listener, shared: shared.clone(), late: late.clone(), options };
        let thread = thread::Builder::new().name("mock-kandy".to_owned());
        let thread = thread.spawn(move || served.run(started, stopped)).map_err(StartError::Run)?;
        let (server, runtime) = start.await.expect("the thread says how it started").map_err(StartError::Run)?;
        Ok(Self {
            shared,
            wait_cursor: Mutex::default(),
            late,
            rest,
            ws,
            runtime,
            rest_server: Some(server),
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The host of both ports, as it is written in a URL: `127.0.0.1`, `[::1]`.
    pub fn host(&self) -> String {
        match reachable(self.rest).ip() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        }
    }

    /// The port for REST: `authentication.subscription.port`.
    pub const fn rest_port(&self) -> u16 {
        self.rest.port()
    }

    /// The port for notification channels: `authentication.websocket.port`.
    pub const fn ws_port(&self) -> u16 {
        self.ws.port()
    }

    /// Where REST is: `http://127.0.0.1:49152`, as [`MockServer::uri`] has it.
    pub fn uri(&self) -> String {
        format!("http://{}", reachable(self.rest))
    }

    /// Where notification channels are: `ws://127.0.0.1:49153`.
    pub fn ws_uri(&self) -> String {
        format!("ws://{}", reachable(self.ws))
    }

    /// The server below REST, to mount mocks of one's own. They come before the platform, which has the lowest priority
    /// (255), and what they answer never reaches it.
    ///
    /// The server records no requests beside what its mocks keep: [`Self::requests`] has those of the platform, and
    /// a scoped mock its own. [`MockServer::reset`] unmounts the platform as well. From the first call on wiremock keeps
    /// every request until the server is dropped.
    #[expect(clippy::missing_panics_doc, reason = "there is a server until this is dropped")]
    pub fn wiremock(&self) -> &MockServer {
        self.rest_server.as_deref().expect("there is a server until this is dropped").shared_server()
    }
}

impl Drop for MockKandy {
    fn drop(&mut self) {
        self.rest_server = None;
        self.stop = None;
        let Some(thread) = self.thread.take() else { return };
        // The thread panics where a mock of the user's was not called as it expects. A test that fails already has a
        // panic of its own.
        if let Err(payload) = thread.join()
            && !thread::panicking()
        {
            panic::resume_unwind(payload);
        }
    }
}

/// What the server's thread owns.
struct ServerThread {
    rest_listener: TcpListener,
    ws_listener: TcpListener,
    shared: Arc<Shared>,
    late: Arc<LateAnswers>,
    options: MockKandyOptions,
}

type Started = io::Result<(Arc<RestServer>, Handle)>;

impl ServerThread {
    /// wiremock starts and ends here: dropped within a task of tokio or of `futures`, it can hang or panic.
    fn run(self, started: oneshot::Sender<Started>, stopped: oneshot::Receiver<Infallible>) {
        let (chores, mut to_do) = mpsc::unbounded_channel::<Chore>();
        let prepare = || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            let ws_listener = {
                let _context = runtime.enter();
                tokio::net::TcpListener::from_std(self.ws_listener)?
            };
            let rest =
                runtime.block_on(RestServer::start(self.rest_listener, self.shared.clone(), self.late, chores))?;
            Ok((runtime, ws_listener, rest))
        };
        let (runtime, ws_listener, rest) = match prepare() {
            Ok(prepared) => prepared,
            Err(error) => {
                let _ = started.send(Err(error));
                return;
            }
        };
        // If nobody waits for the start any more, the other end of `stopped` is gone as well.
        let _ = started.send(Ok((rest.clone(), runtime.handle().clone())));
        let Self { shared, options, .. } = self;
        let chores = async {
            // A chore waits for no more than wiremock's lock.
            while let Some(chore) = to_do.recv().await {
                chore.await;
            }
            pending().await
        };
        let server = AcceptLoop {
            listener: ws_listener,
            second: None,
            shared: &shared,
            max_connections: options.max_connections,
            patience: Limits::SHUTDOWN,
        };
        let connection =
            |stream, _, stopped| sockets::serve(stream, shared.clone(), options.handshake_timeout, stopped);
        runtime.block_on(server.serve(connection, chores, stopped));
        drop(runtime);
        drop(rest);
    }
}
