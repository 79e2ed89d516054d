//! What comes to a client: the record of it, and what the client is given.

use http::StatusCode;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use kandy_client::{NetworkFailure, Response, WebSocketInput};
use kandy_mock_server::{self as platform, Frame, Reply};

use super::link::header_bytes;
use crate::trace::{self, Beginning, Close, HandshakeStep, RecordedAnswer, ReplyOutcome, What};

/// The close code that stands for a connection that ended without a close frame.
const ABNORMAL: u16 = 1006;

/// What comes of a request in `Sim`.
pub(super) enum SimAnswer {
    /// What the platform says.
    Reply(Reply),
    /// An answer of which the connection takes only the beginning of the body.
    Cut(platform::Response),
    /// What the platform says to a browser that asks first, and may not go on.
    Preflight(platform::Response),
    /// There is no server at its address.
    NoServer,
}

/// What happens to a websocket in `Sim` that a client has opened, but for its opening.
#[derive(Debug)]
pub(super) enum SocketNews {
    /// The handshake was answered with this status.
    Refused(StatusCode),
    /// The connection was reset.
    Reset,
    /// The connection was refused.
    ConnectionRefused,
    /// There is no server at its address.
    NoServer,
    /// A frame came.
    Frame(Frame),
    /// The platform has closed it.
    Closed { code: u16, reason: String },
    /// The connection has ended.
    Cut,
}

impl SimAnswer {
    pub(super) fn outcome(&self) -> ReplyOutcome {
        match self {
            Self::NoServer => ReplyOutcome::NoServer,
            Self::Cut(response) if may_read(response) => ReplyOutcome::Cut(told(response)),
            Self::Cut(response) => ReplyOutcome::WithoutCors(told(response)),
            Self::Preflight(response) => ReplyOutcome::Preflight(told(response)),
            Self::Reply(Reply::Hang) => ReplyOutcome::Hang,
            Self::Reply(Reply::Refuse) => ReplyOutcome::Refused,
            Self::Reply(Reply::Reset) => ReplyOutcome::Reset,
            Self::Reply(Reply::Respond(response)) => {
                let answer = told(response);
                if may_read(response) { ReplyOutcome::Answer(answer) } else { ReplyOutcome::WithoutCors(answer) }
            }
        }
    }

    /// What the client is given, by the rules of a browser.
    pub(super) fn into_answer(self) -> Result<Response, NetworkFailure> {
        match self {
            Self::Reply(Reply::Respond(response)) if may_read(&response) => Ok(given(response, false)),
            Self::Cut(response) if may_read(&response) => Ok(given(response, true)),
            Self::Reply(_) | Self::Cut(_) | Self::Preflight(_) | Self::NoServer => Err(NetworkFailure),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Reply(Reply::Respond(response)) | Self::Cut(response) | Self::Preflight(response) => {
                let reason = response.reason.as_ref().map_or(0, String::len);
                reason + header_bytes(&response.headers) + response.body.len()
            }
            Self::Reply(_) | Self::NoServer => 0,
        }
    }
}

impl SocketNews {
    pub(super) fn record(&self, socket: u64) -> What {
        let step = match self {
            Self::Refused(status) => HandshakeStep::Refused(*status),
            Self::Reset => HandshakeStep::Reset,
            Self::ConnectionRefused => HandshakeStep::ConnectionRefused,
            Self::NoServer => HandshakeStep::NoServer,
            Self::Frame(Frame::Text(text)) => {
                return What::Frame { socket, frame: trace::FrameContent::Text(Beginning::of(text)) };
            }
            Self::Frame(Frame::Binary(bytes)) => {
                return What::Frame { socket, frame: trace::FrameContent::Bytes(Some(bytes.len())) };
            }
            Self::Closed { code, reason } => {
                return What::Close { socket, close: Close::ByPlatform { code: *code, reason: reason.clone() } };
            }
            Self::Cut => return What::Close { socket, close: Close::Cut },
        };
        What::Handshake { socket, step }
    }

    /// What the client is told.
    pub(super) fn into_input(self) -> WebSocketInput {
        match self {
            Self::Refused(_) | Self::Reset | Self::ConnectionRefused | Self::NoServer => WebSocketInput::Failed,
            Self::Frame(Frame::Text(text)) => WebSocketInput::Text(text),
            Self::Frame(Frame::Binary(_)) => WebSocketInput::Binary,
            Self::Closed { code, .. } => WebSocketInput::Closed { code },
            Self::Cut => WebSocketInput::Closed { code: ABNORMAL },
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Frame(frame) => frame.len(),
            Self::Closed { reason, .. } => reason.len(),
            Self::Refused(_) | Self::Reset | Self::ConnectionRefused | Self::NoServer | Self::Cut => 0,
        }
    }
}

/// What came of a request in `Live`, as the client knows it.
pub(super) fn outcome(answer: &Result<Response, NetworkFailure>) -> ReplyOutcome {
    match answer {
        Ok(answer) => {
            let told = Box::new(RecordedAnswer::new(answer.status, &answer.headers, &answer.body));
            if answer.is_cut { ReplyOutcome::Cut(told) } else { ReplyOutcome::Answer(told) }
        }
        Err(NetworkFailure) => ReplyOutcome::NoAnswer,
    }
}

/// What happened to a websocket in `Live`, as the client knows it.
pub(super) fn record(socket: u64, input: &WebSocketInput) -> What {
    match input {
        WebSocketInput::Opened => What::Handshake { socket, step: HandshakeStep::Open },
        WebSocketInput::Failed => What::Handshake { socket, step: HandshakeStep::Failed },
        WebSocketInput::Text(text) => What::Frame { socket, frame: trace::FrameContent::Text(Beginning::of(text)) },
        WebSocketInput::Binary => What::Frame { socket, frame: trace::FrameContent::Bytes(None) },
        WebSocketInput::Closed { code } => {
            What::Close { socket, close: Close::ByPlatform { code: *code, reason: String::new() } }
        }
    }
}

/// An answer, as a trace tells it.
fn told(response: &platform::Response) -> Box<RecordedAnswer> {
    Box::new(RecordedAnswer::new(response.status, &response.headers, &response.body))
}

/// An answer, as a client gets it.
fn given(response: platform::Response, is_cut: bool) -> Response {
    let platform::Response { status, reason, headers, body } = response;
    let usual = || status.canonical_reason().unwrap_or_default().to_owned();
    Response { status, status_text: reason.unwrap_or_else(usual), headers, body, is_cut }.as_a_page_sees_it()
}

/// Whether a browser gives an answer to a page.
pub(super) fn may_read(response: &platform::Response) -> bool {
    response.headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
}
