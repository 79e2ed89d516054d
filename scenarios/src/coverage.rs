//! Coverage: the transitions of a client's state machine that runs take.
//!
//! A session has more states than anyone can count, since it knows tokens, times and addresses. What it does next depends
//! mostly on this: where it stands, what it says of itself, and what it waits for.

mod observer;
mod text;

use kandy_client::{NetworkFailure, Phase, Response, Session, Timer, UntypedCall, WebSocketInput};
use kandy_mock_server::Point;

pub(crate) use self::observer::{Before, Observer};
pub use self::text::NotATransition;
use crate::step;

/// The close code that ends a session.
const NORMAL_CLOSURE: u16 = 1000;

/// What a client was in, what came, and what it was in then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transition {
    /// Before.
    pub from: ClientState,
    /// What came.
    pub input: ClientInput,
    /// Afterwards.
    pub to: ClientState,
}

/// Where a client stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientState {
    /// Where it really stands.
    pub phase: Phase,
    /// `isConnected`.
    pub is_connected: bool,
    /// `isPending`.
    pub is_pending: bool,
    /// Whether `destroy()` was called.
    pub is_destroyed: bool,
    /// The requests whose answers it waits for.
    pub requests: Few,
    /// The sockets that are open and in use.
    pub sockets: Few,
    /// The timers that are armed.
    pub timers: ArmedTimers,
}

/// None, one, or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Few {
    /// None.
    #[default]
    None,
    /// One.
    One,
    /// Two or more.
    More,
}

/// Which timers are armed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArmedTimers {
    /// The next keep-alive of a socket.
    pub ping: bool,
    /// The end of an attempt to open one.
    pub attempt: bool,
    /// The next renewal of the subscription.
    pub renewal: bool,
    /// The next refresh of the token.
    pub refresh: bool,
    /// The end of the pause behind a 503.
    pub retry: bool,
    /// The failure of a request that cannot be made.
    pub failure: bool,
    /// The end that `destroy()` has asked for.
    pub end: bool,
}

/// What comes to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientInput {
    /// A call of the application.
    Call(Called),
    /// What comes of a request.
    Answer(Point, RequestResult),
    /// What happens to a socket.
    Socket(SocketInput),
    /// A timer is due.
    Timer(Due),
}

/// The calls that can change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Called {
    /// `connect(credentials)`
    Connect,
    /// `disconnect()`
    Disconnect,
    /// `destroy()`
    Destroy,
    /// `updateToken(credentials)`
    UpdateToken,
    /// `updateConfig(patch)`
    UpdateConfig,
    /// `connection.resetConnection()`
    ResetConnection,
    /// `connection.enableConnectivityChecking(enabled)`
    EnableConnectivityChecking,
    /// `notification.enableWebsocket(enabled)`
    EnableWebsocket,
    /// `setCredentials(credentials)`
    SetCredentials,
    /// `services.subscribe(services)`
    Subscribe,
    /// `services.unsubscribe(services)`
    Unsubscribe,
    /// `updateConnection(services)`
    UpdateConnection,
}

/// What can come of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestResult {
    /// A success.
    Ok,
    /// Another answer.
    Refused,
    /// None.
    Failed,
}

/// What can happen to a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SocketInput {
    /// Its handshake has succeeded.
    Open,
    /// It has not.
    Refusal,
    /// A notification comes.
    Notification,
    /// Another frame comes.
    Frame,
    /// It is closed with the code 1000, which ends the session.
    NormalClose,
    /// It is closed otherwise, or cut.
    Close,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// A keep-alive.
    Ping,
    /// The end of an attempt to open a socket.
    Attempt,
    /// A renewal of the subscription.
    Renewal,
    /// A refresh of the token.
    Refresh,
    /// The end of the pause behind a 503.
    Retry,
    /// The failure of a request that cannot be made.
    Failure,
    /// The end that `destroy()` has asked for.
    End,
}

impl ClientState {
    /// Where a session stands.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        let mut timers = ArmedTimers::default();
        for (_, timer) in session.timers() {
            match Due::from(timer) {
                Due::Ping => timers.ping = true,
                Due::Attempt => timers.attempt = true,
                Due::Renewal => timers.renewal = true,
                Due::Refresh => timers.refresh = true,
                Due::Retry => timers.retry = true,
                Due::Failure => timers.failure = true,
                Due::End => timers.end = true,
            }
        }
        Self {
            phase: session.phase(),
            is_connected: session.standing().is_connected,
            is_pending: session.standing().is_pending,
            is_destroyed: session.is_destroyed(),
            requests: Few::of(session.pending_requests()),
            sockets: Few::of(session.open_sockets().count()),
            timers,
        }
    }
}

impl Few {
    fn of(count: usize) -> Self {
        match count {
            0 => Self::None,
            1 => Self::One,
            _ => Self::More,
        }
    }
}

impl ClientInput {
    /// A call, if it can change something.
    pub(crate) fn of_call(call: &step::ClientCall) -> Option<Self> {
        Some(Self::Call(match call {
            step::ClientCall::Connect(..) => Called::Connect,
            step::ClientCall::Disconnect => Called::Disconnect,
            step::ClientCall::Destroy => Called::Destroy,
            step::ClientCall::UpdateToken(_) => Called::UpdateToken,
            step::ClientCall::UpdateConfig(_) => Called::UpdateConfig,
            step::ClientCall::ResetConnection => Called::ResetConnection,
            step::ClientCall::EnableConnectivityChecking(_) => Called::EnableConnectivityChecking,
            step::ClientCall::EnableWebsocket(_) => Called::EnableWebsocket,
            step::ClientCall::Untyped(UntypedCall::Connect { .. }) => Called::Connect,
            step::ClientCall::Untyped(UntypedCall::UpdateToken { .. }) => Called::UpdateToken,
            step::ClientCall::Untyped(UntypedCall::UpdateConfig { .. }) => Called::UpdateConfig,
            step::ClientCall::Untyped(UntypedCall::EnableConnectivityChecking { .. }) => {
                Called::EnableConnectivityChecking
            }
            step::ClientCall::Untyped(UntypedCall::EnableWebsocket { .. }) => Called::EnableWebsocket,
            step::ClientCall::Untyped(UntypedCall::SetCredentials { .. }) => Called::SetCredentials,
            step::ClientCall::Untyped(UntypedCall::SubscribeServices { .. }) => Called::Subscribe,
            step::ClientCall::Untyped(UntypedCall::UnsubscribeServices { .. }) => Called::Unsubscribe,
            step::ClientCall::Untyped(UntypedCall::UpdateConnection { .. }) => Called::UpdateConnection,
            step::ClientCall::Untyped(UntypedCall::SetTokens { .. } | UntypedCall::ResubscribeServices)
            | step::ClientCall::WithoutEffect(_) => return None,
        }))
    }

    /// What comes of a request.
    pub(crate) fn of_answer(point: Point, answer: &Result<Response, NetworkFailure>) -> Self {
        Self::Answer(
            point,
            match answer {
                Ok(response) if response.status.is_success() => RequestResult::Ok,
                Ok(_) => RequestResult::Refused,
                Err(NetworkFailure) => RequestResult::Failed,
            },
        )
    }

    /// What happens to a socket.
    pub(crate) fn of_socket(input: &WebSocketInput) -> Self {
        Self::Socket(match input {
            WebSocketInput::Opened => SocketInput::Open,
            WebSocketInput::Failed => SocketInput::Refusal,
            WebSocketInput::Text(text) if text.contains("\"notificationMessage\"") => SocketInput::Notification,
            WebSocketInput::Text(_) | WebSocketInput::Binary => SocketInput::Frame,
            WebSocketInput::Closed { code: NORMAL_CLOSURE } => SocketInput::NormalClose,
            WebSocketInput::Closed { .. } => SocketInput::Close,
        })
    }
}

impl From<Timer> for Due {
    fn from(timer: Timer) -> Self {
        match timer {
            Timer::Ping(_) => Self::Ping,
            Timer::Attempt(_) => Self::Attempt,
            Timer::Resubscribe => Self::Renewal,
            Timer::RefreshToken => Self::Refresh,
            Timer::RetrySubscription => Self::Retry,
            Timer::Refusal(_) => Self::Failure,
            Timer::Destroy => Self::End,
        }
    }
}
