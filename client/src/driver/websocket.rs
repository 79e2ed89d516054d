//! One websocket, from its handshake to its end, as the `WebSocket` of a browser.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use http::header::ORIGIN;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};
use url::Url;

use super::Input;
use super::http::PAGE_ORIGIN;
use super::options::Options;
use crate::io::{SocketId, WebSocketInput};

/// The code of a close frame that has none.
const NO_STATUS: u16 = 1005;
/// The code of an end without a close frame.
pub(super) const ABNORMAL_CLOSURE: u16 = 1006;
/// How long a closed socket waits for the server's goodbye before it is dropped; Chromium's figure.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(2);
/// The platform's frames are short: what tungstenite reserves by default is sixteen times what a socket needs here.
const READ_BUFFER: usize = 4096;
/// How many bytes may wait to be written while the server does not read. tungstenite reads on meanwhile and answers
/// pings, so that without a limit a flood of them would fill the memory; at the limit only the newest is answered, which
/// RFC 6455, section 5.5.3, allows.
const MAX_UNWRITTEN: usize = 64 * 1024;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens sockets.
#[derive(Clone)]
pub(super) struct Connector {
    tls: Arc<ClientConfig>,
    limits: WebSocketConfig,
    handshake_timeout: Option<Duration>,
    names_origin: bool,
    /// Whether nothing is encrypted.
    is_plain: bool,
}

/// What a session may ask of a socket: to send frames, and, by dropping the other end of `closed`, to close.
pub(super) struct Orders {
    pub(super) frames: mpsc::Receiver<String>,
    pub(super) closed: oneshot::Receiver<()>,
}

/// A socket's name, and where it tells what happens to it.
pub(super) struct Socket {
    pub(super) id: SocketId,
    pub(super) inputs: mpsc::Sender<Input>,
}

/// How a socket came to its end without the session.
struct End {
    /// What the session hears.
    code: u16,
    /// What the server is told where the fault is its own.
    complaint: Option<CloseCode>,
}

impl Connector {
    pub(super) fn new(options: &Options, tls: ClientConfig) -> Self {
        let limits = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(MAX_UNWRITTEN)
            .max_message_size(Some(options.max_message))
            .max_frame_size(Some(options.max_message));
        Self {
            tls: Arc::new(tls),
            limits,
            handshake_timeout: options.handshake_timeout,
            names_origin: options.enforce_cors,
            is_plain: options.plain_websockets,
        }
    }

    /// The open socket; `None` if there is none, whatever the reason.
    async fn open(&self, url: String) -> Option<Stream> {
        let url = if self.is_plain { without_encryption(&url)? } else { url };
        let mut request = url.into_client_request().ok()?;
        if self.names_origin {
            request.headers_mut().insert(ORIGIN, PAGE_ORIGIN);
        }
        let tls = tokio_tungstenite::Connector::Rustls(Arc::clone(&self.tls));
        let handshake = connect_async_tls_with_config(request, Some(self.limits), true, Some(tls));
        let result = match self.handshake_timeout {
            Some(limit) => timeout(limit, handshake).await.ok()?,
            None => handshake.await,
        };
        result.ok().map(|(stream, _)| stream)
    }
}

/// The same address without encryption, on the same port.
fn without_encryption(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    let port = url.port_or_known_default();
    url.set_scheme("ws").ok()?;
    url.set_port(port).ok()?;
    Some(url.into())
}

impl Socket {
    /// From the handshake to the goodbye. Once the session has closed it, nothing more is heard of it.
    pub(super) async fn live(self, connector: Connector, url: String, orders: Orders) {
        let Orders { mut frames, closed } = orders;
        let mut stream = None;
        let complaint = tokio::select! {
            biased;
            _ = closed => None,
            complaint = self.be_heard(connector.open(url), &mut stream, &mut frames) => complaint,
        };
        if let Some(stream) = stream {
            // Who does not answer in time is left alone.
            let _ = timeout(CLOSING_TIMEOUT, say_goodbye(stream, frames, complaint)).await;
        }
    }

    /// Everything of which the session hears. The stream is left outside, so that it outlives a sudden end of this.
    async fn be_heard(
        &self,
        opening: impl Future<Output = Option<Stream>>,
        stream: &mut Option<Stream>,
        frames: &mut mpsc::Receiver<String>,
    ) -> Option<CloseCode> {
        let Some(opened) = opening.await else {
            self.tell(WebSocketInput::Failed).await;
            return None;
        };
        let (sink, source) = stream.insert(opened).split();
        self.tell(WebSocketInput::Opened).await;
        let End { code, complaint } = tokio::select! {
            end = self.read(source) => end,
            end = write(sink, frames) => end,
        };
        self.tell(WebSocketInput::Closed { code }).await;
        complaint
    }

    /// Reads until the end. What is read waits until the session has room for it; meanwhile nothing more is read.
    async fn read(&self, mut source: SplitStream<&mut Stream>) -> End {
        loop {
            let input = match source.next().await {
                Some(Ok(Message::Text(text))) => WebSocketInput::Text(text.as_str().to_owned()),
                Some(Ok(Message::Binary(_))) => WebSocketInput::Binary,
                Some(Ok(Message::Close(frame))) => {
                    return End { code: frame.map_or(NO_STATUS, |frame| frame.code.into()), complaint: None };
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Err(error)) => return End { code: ABNORMAL_CLOSURE, complaint: complaint(&error) },
                None => return End { code: ABNORMAL_CLOSURE, complaint: None },
            };
            self.tell(input).await;
        }
    }

    async fn tell(&self, input: WebSocketInput) {
        // Without a session there is nobody to tell.
        let _ = self.inputs.send(Input::WebSocket { id: self.id, input }).await;
    }
}

/// Sends what the session gives. Ends with a frame that is longer than all that may wait; any other error shows to the
/// reader too, who reports it.
async fn write(mut sink: SplitSink<&mut Stream, Message>, frames: &mut mpsc::Receiver<String>) -> End {
    while let Some(text) = frames.recv().await {
        // Pongs that wait would leave too little room.
        let _ = sink.flush().await;
        if let Err(tungstenite::Error::WriteBufferFull(_)) = sink.send(Message::text(text)).await {
            return End { code: ABNORMAL_CLOSURE, complaint: None };
        }
    }
    std::future::pending().await
}

/// Sends what is still to be sent and a close frame, then waits for the server to hang up, which keeps the port from
/// lingering on this side.
async fn say_goodbye(mut stream: Stream, mut frames: mpsc::Receiver<String>, complaint: Option<CloseCode>) {
    let _ = stream.flush().await;
    while let Ok(text) = frames.try_recv() {
        let _ = stream.send(Message::text(text)).await;
    }
    let frame = complaint.map(|code| CloseFrame { code, reason: "".into() });
    let _ = stream.close(frame).await;
    while let Some(Ok(_)) = stream.next().await {}
}

/// The close code that RFC 6455, section 7.4.1, has for what the server did wrong.
fn complaint(error: &tungstenite::Error) -> Option<CloseCode> {
    match error {
        tungstenite::Error::Capacity(_) => Some(CloseCode::Size),
        tungstenite::Error::Utf8(_) => Some(CloseCode::Invalid),
        tungstenite::Error::Protocol(_) => Some(CloseCode::Protocol),
        _ => None,
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("limits", &self.limits).finish_non_exhaustive()
    }
}
