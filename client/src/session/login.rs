//! Signing in with `connect()`: from the credentials to the open websocket, and back out (docs/protocol.md, section 4).

use std::mem;

use super::context::{Context, Purpose};
use super::state::State;
use super::view::Phase;
use crate::dialect::Leaving;
use crate::error::{Code, Error, OpeningFailure};
use crate::event::Event;
use crate::io::{RequestId, Task};
use crate::js::{TypeError, Value, property};
use crate::protocol::{
    Answer, ConnectionInfo, Draft, Granted, Signature, Tokens, read_created_token, read_refreshed_token,
    read_subscription, says_unsubscribed,
};

/// The task that connects and disconnects. It waits for one thing after the other, and ignores what else comes.
#[derive(Default)]
pub(super) struct Login {
    flow: Flow,
}

/// What the task waits for.
#[derive(Default)]
enum Flow {
    /// `connect()`
    #[default]
    Idle,
    /// A token.
    CreatingToken { request: RequestId, arguments: Arguments },
    /// The subscription, which was asked for with `config` as `authentication`.
    Subscribing { request: RequestId, config: Value, connection: ConnectionInfo },
    /// A websocket.
    OpeningWebSocket { granted: Granted, connection: ConnectionInfo },
    /// `disconnect()`
    Connected,
    /// That the websockets are closed, for ever where nobody looks after them; before the DELETE or after it.
    ClosingWebSockets { is_deleted: bool },
    /// The answer to the DELETE, for ever where that never comes. `closes` says that the websocket lives until then.
    Deleting { request: RequestId, closes: bool },
}

/// What the steps of one `connect()` need of its arguments and of the configuration of that moment.
struct Arguments {
    /// `authentication`
    config: Value,
    username: Value,
    /// The second argument.
    options: Value,
}

/// What has to be done for the task.
#[must_use]
pub(super) enum LoginOrder {
    Nothing,
    /// Open a websocket with an address of these parts.
    OpenWebSocket(Value),
    /// The user is signed in: begin to renew the subscription, and the token if it can be.
    Renew {
        refreshes: bool,
    },
    /// Close all websockets, and call [`Login::websockets_closed`].
    CloseWebSockets,
    /// End the session.
    End,
    /// The task has died, and the task that refreshes the token goes with it.
    CleanUp,
}

/// Signing in.
impl Login {
    /// What `connect()` does behind its first event, unless something is under way.
    pub(super) fn connect(&mut self, cx: &mut Context, credentials: &Value, options: &Value) {
        if !matches!(self.flow, Flow::Idle) {
            return;
        }
        let given = |name: &str| credentials.get(name).clone();
        let config = cx.settings.authentication().clone();
        let arguments = Arguments { username: given("username"), options: options.clone(), config };
        let signature = (cx.profile.signature)(credentials);
        let bearer = cx.profile.bearer;
        match signature {
            Signature::Password => {
                let request = cx.writer().create_token(&arguments.config, credentials);
                self.ask_for_token(cx, request, Purpose::CreateToken, arguments);
            }
            Signature::RefreshToken => {
                let request = cx.writer().refresh_token_to_connect(&arguments.config, credentials);
                self.ask_for_token(cx, request, Purpose::ConnectWithRefreshToken, arguments);
            }
            Signature::AccessToken | Signature::Bearer | Signature::Hmac | Signature::Basic(_) => {
                let Ok(options) = signature.request_options(credentials, bearer) else {
                    return cx.crash(Task::ConnectFlow);
                };
                let tokens = Tokens { options, ..Tokens::default() };
                let tokens = match signature {
                    Signature::AccessToken => Tokens {
                        access: given("accessToken"),
                        refresh: given("refreshToken"),
                        expires: given("expires"),
                        ..tokens
                    },
                    Signature::Bearer => Tokens { bearer: given(bearer), ..tokens },
                    _ => tokens,
                };
                self.subscribe(cx, arguments, tokens);
            }
            Signature::Invalid => {
                cx.report(Error::new(Code::InvalidSignature, cx.profile.invalid_signature));
            }
        }
    }

    fn ask_for_token(
        &mut self,
        cx: &mut Context,
        request: Result<Draft, TypeError>,
        purpose: Purpose,
        arguments: Arguments,
    ) {
        match request {
            Ok(request) => self.flow = Flow::CreatingToken { request: cx.send(request, purpose), arguments },
            Err(_) => cx.crash(Task::ConnectFlow),
        }
    }

    /// The answer to `mk_token`.
    pub(super) fn token_created(&mut self, cx: &mut Context, answer: Answer) {
        self.finish_token_step(cx, read_created_token(answer));
    }

    /// The answer to a refresh with which a connect began.
    pub(super) fn token_refreshed(&mut self, cx: &mut Context, answer: Answer) {
        self.finish_token_step(cx, read_refreshed_token(answer));
    }

    /// The tokens, or the message of the failure. The outer error kills the task: no event tells it, and `isPending`
    /// stays true.
    fn finish_token_step(&mut self, cx: &mut Context, outcome: Result<Result<Tokens, String>, TypeError>) {
        let Flow::CreatingToken { arguments, .. } = mem::take(&mut self.flow) else {
            return;
        };
        match outcome {
            Ok(Ok(tokens)) => self.subscribe(cx, arguments, tokens),
            Ok(Err(message)) => cx.report(Error::new(Code::CreateToken, message)),
            Err(_) => cx.crash(Task::ConnectFlow),
        }
    }

    /// The tokens are known: subscribes with them.
    fn subscribe(&mut self, cx: &mut Context, arguments: Arguments, tokens: Tokens) {
        if let Err(error) = self.try_to_subscribe(cx, arguments, tokens) {
            cx.report(error.into());
        }
    }

    fn try_to_subscribe(&mut self, cx: &mut Context, arguments: Arguments, tokens: Tokens) -> Result<(), TypeError> {
        let Arguments { config, username, options } = arguments;
        let Tokens { access, refresh, bearer, expires, options: request_options } = tokens;
        let server = config.get("subscription");
        property(server, "protocol")?;
        let of_server = |name: &'static str| (name, server.get(name).clone());
        let connection = ConnectionInfo {
            server: Value::object(["protocol", "server", "port", "version"].map(of_server)),
            username,
            access_token: access,
            bearer_token: bearer,
            refresh_token: refresh,
            token_expires: expires,
            request_options,
        };
        cx.state.set_user(connection.clone(), cx.profile.shows_tokens);
        cx.emit(Event::CredentialsSet);
        let request = cx.writer().subscribe(server, &connection, &options)?;
        let request = cx.send(request, Purpose::Subscribe);
        self.flow = Flow::Subscribing { request, config, connection };
        Ok(())
    }

    /// The answer to the subscription.
    pub(super) fn subscribed(&mut self, cx: &mut Context, answer: Answer) -> LoginOrder {
        let Flow::Subscribing { config, mut connection, .. } = mem::take(&mut self.flow) else {
            return LoginOrder::Nothing;
        };
        match read_subscription(cx.profile, config.get("subscription").get("service"), answer) {
            Ok(granted) => {
                if connection.has_hmac_token() {
                    connection.exchange_token(&granted.params);
                }
                let info = cx.writer().websocket_info(config.get("websocket"), &granted, &connection);
                self.flow = Flow::OpeningWebSocket { granted, connection };
                LoginOrder::OpenWebSocket(info)
            }
            Err(error) => {
                cx.report(error);
                LoginOrder::Nothing
            }
        }
    }

    /// A websocket is open. The task takes any, also one that an earlier, cancelled connect was still trying for.
    pub(super) fn websocket_opened(&mut self, cx: &mut Context) -> LoginOrder {
        let (granted, connection) = match mem::replace(&mut self.flow, Flow::Connected) {
            Flow::OpeningWebSocket { granted, connection } => (granted, connection),
            flow => {
                self.flow = flow;
                return LoginOrder::Nothing;
            }
        };
        let refreshes = connection.refresh_token.is_truthy();
        cx.state = State { is_connected: true, subscription: Some(granted), ..State::default() };
        cx.state.set_user(connection, cx.profile.shows_tokens);
        cx.emit(Event::AuthChange);
        LoginOrder::Renew { refreshes }
    }

    /// No websocket could be opened; here too the task takes the failure of any.
    pub(super) fn websocket_refused(&mut self, cx: &mut Context, failure: &OpeningFailure) {
        if self.is_opening_websocket() {
            self.flow = Flow::Idle;
            cx.report((cx.profile.opening_error)(failure));
        }
    }
}

/// Signing out.
impl Login {
    /// What `disconnect()` does behind its first event. In UC what is cancelled says nothing more; in Link 3 it ends.
    pub(super) fn disconnect(&mut self, cx: &mut Context, leaving: Leaving) -> LoginOrder {
        let cancelled = match leaving {
            Leaving::CloseThenDelete => LoginOrder::Nothing,
            Leaving::DeleteThenClose => LoginOrder::End,
        };
        match mem::take(&mut self.flow) {
            Flow::Idle => LoginOrder::Nothing,
            // The websocket attempts go on, and the subscription stays on the server.
            Flow::OpeningWebSocket { .. } => cancelled,
            Flow::CreatingToken { request, .. } | Flow::Subscribing { request, .. } => {
                cx.forget(request);
                cancelled
            }
            Flow::Connected => match leaving {
                Leaving::CloseThenDelete => {
                    self.flow = Flow::ClosingWebSockets { is_deleted: false };
                    LoginOrder::CloseWebSockets
                }
                Leaving::DeleteThenClose => self.delete(cx, true),
            },
            disconnecting @ (Flow::ClosingWebSockets { .. } | Flow::Deleting { .. }) => {
                self.flow = disconnecting;
                LoginOrder::Nothing
            }
        }
    }

    /// The websockets are closed that had to be.
    pub(super) fn websockets_closed(&mut self, cx: &mut Context) -> LoginOrder {
        match mem::take(&mut self.flow) {
            Flow::ClosingWebSockets { is_deleted: true } => LoginOrder::End,
            Flow::ClosingWebSockets { is_deleted: false } => self.delete(cx, false),
            flow => {
                self.flow = flow;
                LoginOrder::Nothing
            }
        }
    }

    /// Goes over to waiting for the answer to the DELETE. Without a subscription the task dies here.
    fn delete(&mut self, cx: &mut Context, closes: bool) -> LoginOrder {
        match cx.unsubscribe(Purpose::Unsubscribe) {
            Some(request) => {
                self.flow = Flow::Deleting { request, closes };
                LoginOrder::Nothing
            }
            None => die(cx),
        }
    }

    /// The answer to a DELETE. Almost every answer will do; one of an unforeseen form kills the task.
    pub(super) fn unsubscribed(&mut self, cx: &mut Context, id: RequestId, answer: &Answer) -> LoginOrder {
        let (is_own, closes) = match self.flow {
            Flow::Deleting { request, closes } if request == id => (true, closes),
            _ => (false, false),
        };
        if is_own {
            self.flow = Flow::Idle;
        }
        match says_unsubscribed(answer) {
            true if closes => {
                self.flow = Flow::ClosingWebSockets { is_deleted: true };
                LoginOrder::CloseWebSockets
            }
            true => LoginOrder::End,
            false if is_own => die(cx),
            false => LoginOrder::Nothing,
        }
    }

    /// The session is over: nothing is left to disconnect from.
    pub(super) fn session_ended(&mut self) {
        if matches!(self.flow, Flow::Connected) {
            self.flow = Flow::Idle;
        }
    }

    /// Whether there is a session to leave, or one that is being left.
    pub(super) fn is_signed_in(&self) -> bool {
        matches!(self.flow, Flow::Connected | Flow::ClosingWebSockets { .. } | Flow::Deleting { .. })
    }

    pub(super) fn is_opening_websocket(&self) -> bool {
        matches!(self.flow, Flow::OpeningWebSocket { .. })
    }

    pub(super) fn phase(&self) -> Phase {
        match self.flow {
            Flow::Idle => Phase::Idle,
            Flow::CreatingToken { .. } | Flow::Subscribing { .. } | Flow::OpeningWebSocket { .. } => Phase::Connecting,
            Flow::Connected => Phase::Connected,
            Flow::ClosingWebSockets { .. } | Flow::Deleting { .. } => Phase::Disconnecting,
        }
    }
}

fn die(cx: &mut Context) -> LoginOrder {
    cx.crash(Task::ConnectFlow);
    LoginOrder::CleanUp
}
