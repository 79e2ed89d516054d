//! The client over real sockets, on a tokio runtime.
//!
//! [`Kandy`] is the handle of an application. It reads as Kandy.js does: calls return at once, and what comes of them
//! is told to listeners. [`Transport`] is the part below it, for whoever owns a [`Session`] on a thread of their own:
//! it carries out the session's effects and gives back what the network answers as [`Input`]s.
//!
//! # What a browser would do
//!
//! An application in a browser sees the platform through `fetch` and `WebSocket`, so both are imitated where it can
//! tell: proxy variables are not read, up to 20 redirects are followed, no cookies are kept, every failure below HTTP
//! looks the same, a handshake names no subprotocol, closing sends a frame without a code and does not wait for the
//! other side, and a connection that is simply cut has the code 1006. [`Options::with_enforce_cors`] adds that an answer
//! without `Access-Control-Allow-Origin` is hidden. Preflights are not sent: a script cannot tell.
//!
//! # The turn
//!
//! One task takes one input or one due timer, carries out its effects, and gives its events to the listeners, one by
//! one; then it takes the next. A call of the application, in a listener or anywhere else, acts before it returns: the
//! state has changed and requests are on their way. Its events queue behind those that wait. Inputs and timers take
//! turns, so that neither a flood of frames nor a timer without delay keeps the other from being served.

mod events;
mod http;
mod kandy;
mod listener;
mod options;
mod tls;
mod transport;
mod turn;
mod websocket;

use crate::io::{NetworkFailure, RequestId, Response, SocketId, WebSocketInput};
use crate::session::Session;
use crate::timer::Time;

pub use self::events::{Events, Heard, Missed};
pub use self::kandy::{Kandy, NotConnected};
pub use self::listener::{ListenError, ListenerId};
pub use self::options::{Cause, Certificate, Options, SetUpError};
pub use self::transport::{INPUTS_QUEUED, Transport};
pub use self::turn::MAX_EVENTS_WAITING;

/// What the network has to say to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The answer to a request, or that there is none.
    Response {
        /// The request.
        id: RequestId,
        /// What came back.
        answer: Result<Response, NetworkFailure>,
    },
    /// Something happened to a websocket.
    WebSocket {
        /// The socket.
        id: SocketId,
        /// What happened.
        input: WebSocketInput,
    },
}

impl Input {
    /// Hands this to the session; take all of its output before the next.
    pub fn give_to(self, session: &mut Session, now: Time) {
        match self {
            Self::Response { id, answer } => session.handle_response(now, id, answer),
            Self::WebSocket { id, input } => session.handle_websocket(now, id, input),
        }
    }
}
