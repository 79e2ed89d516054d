//! The effects of a session, carried out on a tokio runtime.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

use super::Input;
use super::http::Http;
use super::options::{Options, SetUpError};
use super::tls;
use super::websocket::{ABNORMAL_CLOSURE, Connector, Orders, Socket};
use crate::io::{NetworkFailure, Output, Request, RequestId, SocketId, WebSocketInput};

/// How many inputs may wait for the session. While there is no room, answers wait and sockets are not read: a slow
/// session slows the server down, and nothing is lost.
pub const INPUTS_QUEUED: usize = 64;

/// Carries out what a session asks of the network.
///
/// The session may live on another thread, and need not be in a runtime. Inputs of one socket come in their order.
/// Dropping the transport ends everything at once, sockets included; after the receiver is dropped, everything that
/// comes in is discarded.
///
/// ```
/// use kandy_client::driver::{Options, Transport};
/// use kandy_client::{Config, ConnectOptions, Credentials, Session, Time};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// let (mut transport, mut inputs) = Transport::new(runtime.handle().clone(), &Options::default())?;
///
/// // Nothing listens on port 1, so the answer is that there is none.
/// let mut session = Session::new(Config::for_server("127.0.0.1", 1, 1));
/// let credentials = Credentials::password("alice@example.com", "s3cret");
/// session.connect(Time::ZERO, &credentials, &ConnectOptions::default());
/// while let Some(output) = session.poll_output() {
///     if let Some(told) = transport.carry_out(output) {
///         println!("{told:?}");
///     }
/// }
/// let input = runtime.block_on(inputs.recv()).expect("the transport is alive");
/// input.give_to(&mut session, Time::from_millis(1));
/// assert!(session.error().is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropped, it ends all that is under way"]
pub struct Transport {
    runtime: Handle,
    http: Http,
    connector: Connector,
    inputs: mpsc::Sender<Input>,
    requests: Arc<Semaphore>,
    places: Arc<Semaphore>,
    max_unsent_frames: usize,
    sockets: BTreeMap<SocketId, Line>,
    tasks: JoinSet<()>,
}

/// How a socket's task is reached. Dropping this is the order to close the socket.
#[derive(Debug)]
struct Line {
    frames: mpsc::Sender<String>,
    #[expect(dead_code, reason = "the task waits for it to be dropped")]
    open: oneshot::Sender<()>,
    task: AbortHandle,
}

impl Transport {
    /// A transport whose work is done on `runtime`, and where its inputs come out; [`INPUTS_QUEUED`] at most wait
    /// there. On a thread outside the runtime, receive them with `runtime.block_on` and a timeout, or with
    /// `blocking_recv`.
    ///
    /// # Errors
    ///
    /// [`SetUpError`] if an extra root certificate is of no use.
    pub fn new(runtime: Handle, options: &Options) -> Result<(Self, mpsc::Receiver<Input>), SetUpError> {
        let tls = tls::client_config(&options.extra_roots)?;
        let (inputs, receiver) = mpsc::channel(INPUTS_QUEUED);
        let transport = Self {
            runtime,
            http: Http::new(options, tls.clone())?,
            connector: Connector::new(options, tls),
            inputs,
            requests: Arc::new(Semaphore::new(options.max_requests.min(Semaphore::MAX_PERMITS))),
            places: Arc::new(Semaphore::new(options.max_sockets.min(Semaphore::MAX_PERMITS))),
            max_unsent_frames: options.max_unsent_frames.max(1),
            sockets: BTreeMap::new(),
            tasks: JoinSet::new(),
        };
        Ok((transport, receiver))
    }

    /// Starts to carry out one effect and returns at once. Events and crashes are not for the network, and are given
    /// back.
    #[must_use = "an event or a crash is given back, to be told to the application"]
    pub fn carry_out(&mut self, output: Output) -> Option<Output> {
        while self.tasks.try_join_next().is_some() {}
        match output {
            Output::Request { id, request } => self.request(id, request),
            Output::OpenWebSocket { id, url } => self.open(id, url),
            Output::SendFrame { id, text } => self.send(id, text),
            Output::CloseWebSocket { id } => drop(self.sockets.remove(&id)),
            told @ (Output::Crash(_) | Output::Event(_)) => return Some(told),
        }
        None
    }

    /// From now on a platform is asked before each request whether a page may make it, as a browser asks: if the answer does not
    /// allow it, the request fails. A browser keeps such an answer for a while; here each is asked for.
    pub fn ask_first(&mut self) {
        self.http.asks_first = true;
    }

    /// How many requests and websockets are under way, those that the session has given up included.
    #[must_use]
    pub fn under_way(&mut self) -> usize {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.len()
    }

    fn request(&mut self, id: RequestId, request: Request) {
        let place = Arc::clone(&self.requests).try_acquire_owned();
        let (http, inputs) = (self.http.clone(), self.inputs.clone());
        let exchange = async move {
            let answer = if place.is_ok() { http.exchange(request).await } else { Err(NetworkFailure) };
            // The place is given back first: whoever hears the answer may send the next request at once.
            drop(place);
            // Without a session there is nobody to tell.
            let _ = inputs.send(Input::Response { id, answer }).await;
        };
        self.tasks.spawn_on(exchange, &self.runtime);
    }

    fn open(&mut self, id: SocketId, url: String) {
        self.sockets.retain(|_, line| !line.frames.is_closed());
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return self.tell(id, WebSocketInput::Failed);
        };
        let (frames, unsent) = mpsc::channel(self.max_unsent_frames);
        let (open, closed) = oneshot::channel();
        let socket = Socket { id, inputs: self.inputs.clone() };
        let life = socket.live(self.connector.clone(), url, Orders { frames: unsent, closed });
        let task = self.tasks.spawn_on(
            async move {
                life.await;
                drop(place);
            },
            &self.runtime,
        );
        self.sockets.insert(id, Line { frames, open, task });
    }

    fn send(&mut self, id: SocketId, text: String) {
        let Some(line) = self.sockets.get(&id) else {
            return;
        };
        if let Err(mpsc::error::TrySendError::Full(_)) = line.frames.try_send(text) {
            line.task.abort();
            self.sockets.remove(&id);
            self.tell(id, WebSocketInput::Closed { code: ABNORMAL_CLOSURE });
        }
    }

    /// Tells the session something that no socket says itself.
    fn tell(&mut self, id: SocketId, input: WebSocketInput) {
        let inputs = self.inputs.clone();
        let told = async move {
            let _ = inputs.send(Input::WebSocket { id, input }).await;
        };
        self.tasks.spawn_on(told, &self.runtime);
    }
}
