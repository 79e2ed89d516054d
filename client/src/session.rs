//! The session: the machine itself, its inputs and outputs.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use crate::config::{Config, ConfigError, Violation};
use crate::connect::{Flow, Phase};
use crate::credentials::{ConnectOptions, Credentials};
use crate::error::Error;
use crate::event::Event;
use crate::io::{NetworkFailure, Output, Request, RequestId, Response, SocketId, Task, WebSocketInput};
use crate::notification::Notifications;
use crate::state::{Authorization, Connection, Services, SocketState, State, UserInfo};
use crate::subscription::Resubscription;
use crate::timer::{OpeningId, Time, Timer, Timers};
use crate::token::Refresh;
use crate::websocket::WebSockets;
use crate::wire::{RequestWriter, read_answer};

/// One client: what `create()` returns, without sockets, clocks or threads of its own.
///
/// Methods come in four kinds. Commands (`connect`, `disconnect`, ..) are the application's calls. `handle_*` take
/// input from outside. `poll_*` give what comes of it. The others only look. After every command and every input,
/// take all of [`poll_output`](Self::poll_output) before the next; a call that a listener makes is a command
/// given between two outputs.
pub struct Session {
    pub(crate) config: Config,
    pub(crate) state: State,
    pub(crate) flow: Flow,
    pub(crate) resubscription: Resubscription,
    pub(crate) refresh: Refresh,
    pub(crate) websockets: WebSockets,
    pub(crate) notifications: Notifications,
    pub(crate) timers: Timers,
    pending: BTreeMap<RequestId, Purpose>,
    requests_sent: u64,
    effects: VecDeque<Output>,
    events: VecDeque<Event>,
    destroyed: bool,
}

/// What a request under way is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    CreateToken,
    ConnectWithRefreshToken,
    Subscribe,
    Resubscribe,
    RefreshToken,
    Unsubscribe,
}

/// Commands: the calls of an application.
impl Session {
    /// `create(config)`.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            state: State::default(),
            flow: Flow::default(),
            resubscription: Resubscription::default(),
            refresh: Refresh::default(),
            websockets: WebSockets::default(),
            notifications: Notifications::default(),
            timers: Timers::default(),
            pending: BTreeMap::new(),
            requests_sent: 0,
            effects: VecDeque::new(),
            events: VecDeque::new(),
            destroyed: false,
        }
    }

    /// `connect(credentials, options)`: `auth:change` comes at once, then the connection, or `auth:error`.
    ///
    /// Without effect but for `isPending` while the session is connected, connecting or disconnecting.
    pub fn connect(&mut self, _now: Time, credentials: &Credentials, options: &ConnectOptions) {
        if self.destroyed {
            return;
        }
        self.set_pending();
        if matches!(self.flow, Flow::Idle) {
            self.sign_in(credentials, options);
        }
    }

    /// `disconnect()`: closes the websocket and deletes the subscription.
    ///
    /// While connecting it cancels that and nothing more is heard; while nothing is connected it only leaves
    /// `isPending` true.
    pub fn disconnect(&mut self, _now: Time) {
        if self.destroyed {
            return;
        }
        #[cfg(feature = "sabotage")]
        crate::sabotage::before_disconnect(self);
        self.set_pending();
        self.leave();
    }

    /// `updateToken(credentials)`: later requests and reconnects use the given access token or OAuth token. Without
    /// effect and without an event while the session is not connected.
    pub fn update_token(&mut self, _now: Time, credentials: &Credentials) {
        if self.destroyed {
            return;
        }
        // Tokens alone do not make a session: a connect that failed, or is still under way, has them too.
        let connected = self.state.is_connected;
        let Some(tokens) = self.state.tokens.as_mut().filter(|_| connected) else {
            return self.crash(Task::UpdateToken);
        };
        if let Some(token) = &credentials.access_token {
            tokens.access = Some(token.clone());
            tokens.oauth = None;
            self.state.authorization = Some(Authorization::Token(Some(token.clone())));
        } else if let Some(token) = &credentials.oauth_token {
            tokens.oauth = Some(token.clone());
            self.state.authorization = Some(Authorization::Bearer(token.clone()));
        }
        if let Some(user) = &mut self.state.user_info {
            user.access_token = credentials.access_token.clone();
            user.refresh_token = None;
        }
        self.emit(Event::AuthChange);
    }

    /// `updateConfig(patch)`: merged deeply into the configuration; arrays are replaced. Gives what the SDK would
    /// log of values that it finds odd, and uses.
    ///
    /// # Errors
    ///
    /// A value of a form that no option can have; nothing is changed then.
    pub fn update_config(&mut self, _now: Time, patch: &Value) -> Result<Vec<Violation>, ConfigError> {
        self.config.merge(patch)
    }

    /// `connection.resetConnection()`: closes the open websocket and opens a new one.
    pub fn reset_connection(&mut self, now: Time) {
        if !self.destroyed {
            self.reset_websockets(now);
        }
    }

    /// `connection.enableConnectivityChecking(enabled)`: wins over the configuration until the SDK closes the
    /// socket. A socket that has stopped pinging never starts again.
    pub fn enable_connectivity_checking(&mut self, _now: Time, enabled: bool) {
        self.websockets.checking = Some(enabled);
    }

    /// `notification.enableWebsocket(enabled)`: while off, frames are ignored.
    pub fn enable_websocket(&mut self, _now: Time, enabled: bool) {
        if !self.destroyed {
            self.notifications.enabled = enabled;
            self.emit(Event::NotificationsChange);
        }
    }

    /// `destroy()`: ends every task. Nothing is emitted any more. A session that has a refresh token still closes
    /// its websocket and deletes its subscription; another leaves both behind.
    pub fn destroy(&mut self, _now: Time) {
        if self.destroyed {
            return;
        }
        if matches!(self.flow, Flow::Connected) && self.refresh.is_alive() {
            self.close_websockets();
            self.unsubscribe();
        }
        self.destroyed = true;
        self.flow = Flow::Idle;
        self.pending.clear();
        self.timers.clear();
        self.events.clear();
        self.websockets.forget();
    }
}

/// Input from outside.
impl Session {
    /// The answer to a request, or that there is none. An answer that nobody waits for any more is ignored.
    pub fn handle_response(&mut self, now: Time, id: RequestId, answer: Result<Response, NetworkFailure>) {
        let Some(purpose) = self.pending.remove(&id) else {
            return;
        };
        #[cfg(feature = "sabotage")]
        let answer = crate::sabotage::answer(purpose, answer);
        let Some(answer) = read_answer(answer) else {
            self.pending.clear();
            return self.crash(Task::Requests);
        };
        match purpose {
            Purpose::CreateToken => self.token_created(answer),
            Purpose::ConnectWithRefreshToken => self.token_for_connect_refreshed(answer),
            Purpose::Subscribe => self.subscribed(now, answer),
            Purpose::Resubscribe => self.resubscribed(now, &answer),
            Purpose::RefreshToken => self.token_refreshed(now, id, answer),
            Purpose::Unsubscribe => self.unsubscribed(id, &answer),
        }
    }

    /// What happened to a websocket. A socket that the session has closed or given up is ignored.
    pub fn handle_websocket(&mut self, now: Time, id: SocketId, input: WebSocketInput) {
        if self.destroyed {
            return;
        }
        #[cfg(feature = "sabotage")]
        crate::sabotage::before_news(self, id, &input);
        match input {
            WebSocketInput::Opened => self.websocket_opened(now, id),
            WebSocketInput::Failed => self.websocket_failed(now, id),
            WebSocketInput::Closed { code } => self.websocket_closed(now, id, code),
            WebSocketInput::Text(text) => self.frame_received(now, id, &text),
            // The SDK hands binary frames to its JSON parser, which throws: nobody but the console sees it.
            WebSocketInput::Binary => {}
        }
    }

    /// Lets the next timer fire if it is due, one a call. Without a due timer nothing happens.
    pub fn handle_timeout(&mut self, now: Time) {
        match self.timers.take_due(now) {
            Some(Timer::Ping(socket)) => self.ping_due(now, socket),
            Some(Timer::Attempt(opening)) => self.attempt_due(now, opening),
            Some(Timer::Resubscribe) => self.resubscription_due(),
            Some(Timer::RefreshToken) => self.token_refresh_due(),
            None => {}
        }
    }
}

/// Output.
impl Session {
    /// The next effect. Requests, sockets, frames and closes come before the events of the same input; those of a
    /// call made inside a listener come at once, its events behind the events already waiting.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.effects.pop_front().or_else(|| self.events.pop_front().map(Output::Event))
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due next, and for what.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<(Time, Timer)> {
        self.timers.next()
    }
}

/// Getters.
impl Session {
    /// `getConnection()`.
    #[must_use]
    pub fn connection(&self) -> Connection {
        Connection {
            is_connected: self.state.is_connected,
            is_pending: self.state.is_pending,
            error: self.state.error.clone(),
            subscription: self.services().clone(),
        }
    }

    /// `getConnection().isConnected`.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.state.is_connected
    }

    /// `getConnection().isPending`.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.state.is_pending
    }

    /// `getConnection().error`.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.state.error.as_ref()
    }

    /// `getServices()`.
    #[must_use]
    pub fn services(&self) -> &Services {
        self.state.services()
    }

    /// `getUserInfo()`; `None` is its empty object.
    #[must_use]
    pub fn user_info(&self) -> Option<&UserInfo> {
        self.state.user_info.as_ref()
    }

    /// `connection.getSocketState("uc")`; `None` where it gives an error because no socket was ever tried.
    #[must_use]
    pub fn socket_state(&self) -> Option<&SocketState> {
        self.websockets.state.as_ref()
    }

    /// `getConfig()`.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether [`destroy`](Self::destroy) was called.
    #[must_use]
    pub fn is_destroyed(&self) -> bool {
        self.destroyed
    }

    /// Where it really stands, whatever [`connection`](Self::connection) says.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.flow.phase()
    }

    /// The armed timers, in the order in which they were armed.
    pub fn timers(&self) -> impl Iterator<Item = (Time, Timer)> + '_ {
        self.timers.iter()
    }

    /// How many requests are under way whose answer the session still waits for.
    #[must_use]
    pub fn pending_requests(&self) -> usize {
        self.pending.len()
    }

    /// The sockets that are open and in use.
    pub fn open_sockets(&self) -> impl Iterator<Item = SocketId> + '_ {
        self.websockets.open.iter().map(|socket| socket.id)
    }
}

/// What the parts of the machine share.
impl Session {
    pub(crate) fn writer(&self) -> RequestWriter<'_> {
        RequestWriter {
            config: &self.config,
            authorization: self.state.authorization.as_ref(),
            platform_known: self.state.tokens.is_some(),
        }
    }

    pub(crate) fn send(&mut self, request: Request, purpose: Purpose) -> RequestId {
        self.requests_sent += 1;
        let id = RequestId(self.requests_sent);
        self.pending.insert(id, purpose);
        self.effects.push_back(Output::Request { id, request });
        id
    }

    /// Ignores the answer to a request.
    pub(crate) fn forget(&mut self, request: RequestId) {
        self.pending.remove(&request);
    }

    pub(crate) fn effect(&mut self, effect: Output) {
        self.effects.push_back(effect);
    }

    pub(crate) fn crash(&mut self, task: Task) {
        self.effects.push_back(Output::Crash(task));
    }

    pub(crate) fn emit(&mut self, event: Event) {
        self.events.push_back(event);
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("is_connected", &self.state.is_connected)
            .field("is_pending", &self.state.is_pending)
            .field("flow", &self.flow)
            .field("next_timer", &self.timers.next())
            .finish_non_exhaustive()
    }
}

impl SocketState {
    /// The JavaScript object; `last_contact` is in milliseconds since the world began.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = json!({ "connected": self.connected, "pinging": false });
        if let (Some(details), Value::Object(fields)) = (&self.details, &mut object) {
            fields.insert("method".into(), json!({ "type": "keepAlive", "responsibleParty": "client" }));
            fields.insert("platform".into(), "uc".into());
            if let Value::Object(options) = details.options.of_socket() {
                fields.extend(options);
            }
            fields.insert("wsInfo".into(), details.ws_info.clone());
            fields.insert("lastContact".into(), details.last_contact.as_millis().into());
        }
        object
    }
}

impl OpeningId {
    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

#[cfg(test)]
mod tests;
