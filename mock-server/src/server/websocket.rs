//! Notification channels: the conversation on an open socket.

mod outgoing;

use std::convert::Infallible;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};

use self::outgoing::Outgoing;
use super::disturber::{DisturbedSocket, Fate, Message as Arriving};
use super::handshake::Opened;
use super::queues::ConnectionEnd;
use super::shared::Shared;
use super::stream::{self, Stream};
use crate::frame::Frame;
use crate::ids::SocketId;
use crate::limits::Limits;

/// The life of an open socket. A frame that is longer than the platform takes ends it with 1009.
pub(crate) async fn converse<S: Stream>(opened: Opened<S>, shared: &Shared) {
    let Opened { socket, stream, early, outbox, disturbed_owner } = opened;
    let config = config(shared.look(|platform| platform.limits().frame_bytes));
    let websocket = WebSocketStream::from_partially_read(stream, early, Role::Server, Some(config)).await;
    let (mut sink, mut stream) = websocket.split();
    let (queue, mut end) = outbox.split();
    let disturbed = disturbed_owner.map(|user| DisturbedSocket::new(shared, socket, user));
    let mut outgoing = Outgoing::new(queue, disturbed.as_ref());
    let over = tokio::select! {
        end = &mut end => Over::Platform(end.unwrap_or(ConnectionEnd::Shutdown)),
        over = read(&mut stream, shared, socket, disturbed.as_ref()) => over,
        never = write(&mut sink, &mut outgoing) => match never {},
    };
    let websocket = sink.reunite(stream).expect("both are halves of one socket");
    let over = match (over, &disturbed) {
        (Over::Platform(end @ (ConnectionEnd::Close { .. } | ConnectionEnd::Cut)), Some(disturbed)) => {
            closes(end, disturbed).await
        }
        (over, _) => over,
    };
    // Boxed, so that an open socket keeps no room for its end.
    Box::pin(conclude(over, OverSocket { socket, websocket, outgoing, end }, shared)).await;
}

/// The client should hear that its socket is over, which may be disturbed.
async fn closes(end: ConnectionEnd, disturbed: &DisturbedSocket<'_>) -> Over {
    match disturbed.meet(Arriving::Close) {
        Fate::Lost => return Over::Unheard,
        Fate::Late(by) => disturbed.until(disturbed.due(by)).await,
        _ => {}
    }
    Over::Platform(end)
}

/// A socket whose conversation is over.
struct OverSocket<'a, S> {
    socket: SocketId,
    websocket: WebSocketStream<S>,
    outgoing: Outgoing<'a>,
    end: oneshot::Receiver<ConnectionEnd>,
}

async fn conclude<S: Stream>(over: Over, ending: OverSocket<'_, S>, shared: &Shared) {
    let OverSocket { socket, mut websocket, outgoing, end } = ending;
    match over {
        Over::Client { code } => {
            shared.handle_closed(socket, Some(code));
            // Reading on writes the answer to the close frame.
            let _ = timeout(Limits::LINGER, async { while let Some(Ok(_)) = websocket.next().await {} }).await;
            stream::linger(websocket.into_inner()).await;
        }
        Over::Broken => shared.handle_closed(socket, None),
        Over::Unheard => stream::silence(&mut websocket.into_inner(), || {}).await,
        Over::Violation { code } => {
            shared.act(|platform, now| platform.close_socket(now, socket, code, ""));
            finish(websocket, outgoing, end.await.unwrap_or(ConnectionEnd::Shutdown)).await;
        }
        Over::Platform(end) => finish(websocket, outgoing, end).await,
    }
}

/// What a socket costs is mostly its buffers: this one grows for what is longer, and frames go out at once.
///
/// What cannot be written waits in tungstenite, by default without a limit: the pongs for a client that sends pings and
/// does not read. Where there is no room for a pong beside the longest frame only the newest is kept.
fn config(frame_bytes: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(2048)
        .write_buffer_size(0)
        .max_write_buffer_size(frame_bytes.saturating_mul(2).max(LEAST_UNWRITTEN))
        .max_message_size(Some(frame_bytes))
        .max_frame_size(Some(frame_bytes))
}

/// Room for a short frame and a pong, even if the limit of frames is shorter.
const LEAST_UNWRITTEN: usize = 1_024;

/// Why a conversation is over.
enum Over {
    /// The platform ends it.
    Platform(ConnectionEnd),
    /// The client sent a close frame.
    Client { code: u16 },
    /// The connection broke off.
    Broken,
    /// The client broke a rule of the protocol, and is told with this code.
    Violation { code: u16 },
    /// One end has closed it, and the other never hears of that.
    Unheard,
}

async fn read(
    stream: &mut SplitStream<WebSocketStream<impl Stream>>,
    shared: &Shared,
    socket: SocketId,
    disturbed: Option<&DisturbedSocket<'_>>,
) -> Over {
    loop {
        let frame = match stream.next().await {
            Some(Ok(Message::Text(text))) => Frame::Text(text.as_str().to_owned()),
            Some(Ok(Message::Binary(bytes))) => Frame::Binary(bytes),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            Some(Ok(Message::Close(frame))) => {
                match disturbed.map(|disturbed| (disturbed, disturbed.meet(Arriving::ClientClose))) {
                    Some((_, Fate::Lost)) => return Over::Unheard,
                    Some((disturbed, Fate::Late(by))) => disturbed.until(disturbed.due(by)).await,
                    _ => {}
                }
                return Over::Client { code: frame.map_or(CloseCode::Status, |frame| frame.code).into() };
            }
            Some(Err(Error::Capacity(_))) => return Over::Violation { code: CloseCode::Size.into() },
            Some(Err(Error::Utf8(_))) => return Over::Violation { code: CloseCode::Invalid.into() },
            Some(Err(Error::Protocol(error))) if error != ProtocolError::ResetWithoutClosingHandshake => {
                return Over::Violation { code: CloseCode::Protocol.into() };
            }
            Some(Err(_)) | None => return Over::Broken,
        };
        match disturbed.map(|disturbed| (disturbed, disturbed.meet(Arriving::ClientFrame(socket, &frame)))) {
            // Where it fails, the end is on its way.
            Some((_, Fate::Lost | Fate::Fails)) => continue,
            Some((disturbed, Fate::Late(by))) => disturbed.until(disturbed.due(by)).await,
            _ => {}
        }
        shared.act(|platform, now| platform.handle_frame(now, socket, &frame));
    }
}

/// Sends what is queued. Never returns: that a connection is over shows when reading, after what the client sent last.
async fn write(sink: &mut SplitSink<WebSocketStream<impl Stream>, Message>, outgoing: &mut Outgoing<'_>) -> Infallible {
    while let Some(frame) = outgoing.next().await {
        // Pongs that wait would leave too little room.
        if sink.flush().await.is_err() || sink.send(message(frame)).await.is_err() {
            break;
        }
    }
    std::future::pending().await
}

fn message(frame: Frame) -> Message {
    match frame {
        Frame::Text(text) => Message::text(text),
        Frame::Binary(bytes) => Message::Binary(bytes),
    }
}

/// Sends what was queued before the end, and ends the connection.
async fn finish(mut websocket: WebSocketStream<impl Stream>, mut outgoing: Outgoing<'_>, end: ConnectionEnd) {
    if end == ConnectionEnd::Overrun {
        // What waits goes with the queue.
        return stream::reset(websocket.get_ref());
    }
    let patience = match end {
        ConnectionEnd::Close { .. } => Limits::LINGER,
        ConnectionEnd::Cut | ConnectionEnd::Overrun | ConnectionEnd::Shutdown => Limits::LAST_WORDS,
    };
    let close = match &end {
        ConnectionEnd::Close { code: 1005, .. } => Some(None),
        ConnectionEnd::Close { code, reason } => Some(Some(CloseFrame { code: (*code).into(), reason: reason.into() })),
        ConnectionEnd::Cut | ConnectionEnd::Overrun => None,
        ConnectionEnd::Shutdown => Some(Some(CloseFrame { code: CloseCode::Away, reason: "".into() })),
    };
    let last_words = async {
        // What was being written when the end came is written first.
        websocket.flush().await?;
        while let Some(frame) = outgoing.next().await {
            websocket.send(message(frame)).await?;
        }
        match close {
            Some(frame) => websocket.send(Message::Close(frame)).await,
            None => Ok(()),
        }
    };
    let said = timeout(patience, last_words).await;
    if !matches!(said, Ok(Ok(()))) {
        // The client does not read, or is gone: nothing waits for it any more.
        stream::reset(websocket.get_ref());
        return;
    }
    match end {
        ConnectionEnd::Close { .. } => {
            let _ = timeout(Limits::LINGER, async { while let Some(Ok(_)) = websocket.next().await {} }).await;
            stream::linger(websocket.into_inner()).await;
        }
        ConnectionEnd::Cut | ConnectionEnd::Overrun => stream::linger(websocket.into_inner()).await,
        // A client on the thread that drops the server could not answer.
        ConnectionEnd::Shutdown => stream::leave(websocket.into_inner()).await,
    }
}
