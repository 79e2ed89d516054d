//! The session: the machine itself, its inputs and outputs.

use std::collections::{BTreeMap, VecDeque};

use crate::config::{self, ConfigError, Settings, Violation};
use crate::connect::{Flow, Phase};
use crate::credentials::{ConnectOptions, Credentials, UntypedCall};
use crate::error::Error;
use crate::event::Event;
use crate::io::{NetworkFailure, Output, RequestId, Response, SocketId, Task, WebSocketInput};
use crate::js::{TypeError, Value, property};
use crate::notification::Notifications;
use crate::state::{Connection, Services, SocketState, State, UserInfo};
use crate::subscription::Resubscription;
use crate::timer::{OpeningId, Time, Timer, Timers};
use crate::token::Refresh;
use crate::websocket::WebSockets;
use crate::wire::{Draft, RequestWriter, read_answer};

/// One client: what `create()` returns, without sockets, clocks or threads of its own.
///
/// Methods come in four kinds. Commands (`connect`, `disconnect`, ..) are the application's calls. `handle_*` take
/// input from outside. `poll_*` give what comes of it. The others only look. After every command and every input,
/// take all of [`poll_output`](Self::poll_output) before the next; a call that a listener makes is a command
/// given between two outputs.
pub struct Session {
    pub(crate) settings: Settings,
    pub(crate) state: State,
    pub(crate) flow: Flow,
    pub(crate) resubscription: Resubscription,
    pub(crate) refresh: Refresh,
    pub(crate) websockets: WebSockets,
    pub(crate) notifications: Notifications,
    pub(crate) timers: Timers,
    /// Whether the task that ends sessions waits for ever.
    pub(crate) gone_hangs: bool,
    pending: BTreeMap<RequestId, Pending>,
    requests_sent: u64,
    effects: VecDeque<Output>,
    events: VecDeque<Event>,
    destroyed: bool,
}

/// A request under way.
struct Pending {
    purpose: Purpose,
    /// What the browser says if it comes to nothing because it could not be made.
    refusal: Option<String>,
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
    pub fn new(config: impl Into<Settings>) -> Self {
        Self {
            settings: config.into(),
            state: State::default(),
            flow: Flow::default(),
            resubscription: Resubscription::default(),
            refresh: Refresh::default(),
            websockets: WebSockets::default(),
            notifications: Notifications::default(),
            timers: Timers::default(),
            gone_hangs: false,
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
    /// Without any effect where the configuration makes the call throw in JavaScript, such as `logs: null`:
    /// [`call_untyped`](Self::call_untyped) tells of it.
    pub fn connect(&mut self, now: Time, credentials: &Credentials, options: &ConnectOptions) {
        // What it throws is for `call_untyped` to tell.
        let _ = self.connect_with(now, &credentials.to_js(), &options.to_js());
    }

    fn connect_with(&mut self, now: Time, credentials: &Value, options: &Value) -> Result<(), TypeError> {
        property(credentials, "username")?;
        if self.destroyed {
            return Ok(());
        }
        self.settings.check_for_calls()?;
        self.set_pending();
        if matches!(self.flow, Flow::Idle) {
            self.sign_in(now, credentials, options);
        }
        Ok(())
    }

    /// `disconnect()`: closes the websocket and deletes the subscription.
    ///
    /// While connecting it cancels that and nothing more is heard; while nothing is connected it only leaves
    /// `isPending` true.
    pub fn disconnect(&mut self, now: Time) {
        if self.destroyed {
            return;
        }
        #[cfg(feature = "sabotage")]
        crate::sabotage::before_disconnect(self);
        self.set_pending();
        self.leave(now);
    }

    /// `updateToken(credentials)`: later requests and reconnects use the given access token or OAuth token, if it comes
    /// with a user name. Without effect and without an event before the session has tokens.
    pub fn update_token(&mut self, _now: Time, credentials: &Credentials) {
        if !self.destroyed {
            self.take_tokens(&credentials.to_js());
        }
    }

    /// `updateConfig(patch)`: merged deeply into the configuration; arrays are replaced. Gives what the SDK would
    /// log of values that it finds odd, and uses.
    ///
    /// # Errors
    ///
    /// A value of a form that no option can have; nothing is changed then. Kandy.js would take it: see
    /// [`call_untyped`](Self::call_untyped).
    pub fn update_config(&mut self, _now: Time, patch: &serde_json::Value) -> Result<Vec<Violation>, ConfigError> {
        let violations = config::check(patch)?;
        self.settings.update(&Value::from_json(patch)).expect("what is an object is not null");
        Ok(violations)
    }

    /// A call with whatever values an application in JavaScript may give it.
    ///
    /// # Errors
    ///
    /// What the call throws in JavaScript; it has no effect then.
    pub fn call_untyped(&mut self, now: Time, call: &UntypedCall) -> Result<(), TypeError> {
        match call {
            UntypedCall::Connect { credentials, options } => self.connect_with(now, credentials, options)?,
            UntypedCall::UpdateToken { credentials } => {
                property(credentials, "username")?;
                if !self.destroyed {
                    self.take_tokens(credentials);
                }
            }
            UntypedCall::UpdateConfig { patch } => self.settings.update(patch)?,
            UntypedCall::EnableConnectivityChecking { enabled } => self.websockets.checking = enabled.clone(),
            UntypedCall::EnableWebsocket { enabled } => self.enable_websocket(now, enabled.is_truthy()),
        }
        Ok(())
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
        self.websockets.checking = enabled.into();
    }

    /// `notification.enableWebsocket(enabled)`: while off, frames are ignored.
    pub fn enable_websocket(&mut self, _now: Time, enabled: bool) {
        if !self.destroyed {
            self.notifications.enabled = enabled;
            self.emit(Event::NotificationsChange);
        }
    }

    /// `destroy()`: ends every task, in the next tick: what waits to be heard is heard, then nothing any more. A session
    /// that has a refresh token still closes its websocket and deletes its subscription; another leaves both behind.
    pub fn destroy(&mut self, now: Time) {
        if !self.destroyed {
            self.timers.arm(now, Timer::Destroy);
        }
    }

    fn end(&mut self, now: Time) {
        if matches!(self.flow, Flow::Connected | Flow::Disconnecting { .. }) && self.refresh.is_alive() {
            self.disconnect_once_more(now);
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
        let Some(Pending { purpose, refusal }) = self.pending.remove(&id) else {
            return;
        };
        #[cfg(feature = "sabotage")]
        let answer = crate::sabotage::answer(purpose, answer);
        let Some(answer) = read_answer(answer, refusal) else {
            self.pending.clear();
            return self.crash(Task::Requests);
        };
        match purpose {
            Purpose::CreateToken => self.token_created(now, answer),
            Purpose::ConnectWithRefreshToken => self.token_for_connect_refreshed(now, answer),
            Purpose::Subscribe => self.subscribed(now, answer),
            Purpose::Resubscribe => self.resubscribed(now, &answer),
            Purpose::RefreshToken => self.token_refreshed(now, id, answer),
            Purpose::Unsubscribe => self.unsubscribed(now, id, &answer),
        }
    }

    /// What happened to a websocket. A socket that the session has closed or given up is ignored.
    pub fn handle_websocket(&mut self, now: Time, id: SocketId, input: WebSocketInput) {
        if self.destroyed {
            return;
        }
        #[cfg(feature = "sabotage")]
        crate::sabotage::before_news(self, now, id, &input);
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
            Some(Timer::Resubscribe) => self.resubscription_due(now),
            Some(Timer::RefreshToken) => self.token_refresh_due(now),
            Some(Timer::Refusal(request)) => self.handle_response(now, request, Err(NetworkFailure)),
            Some(Timer::Destroy) => self.end(now),
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
            subscription: self.state.services_info().clone(),
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

    /// `getServices()`, as far as it is of that form; [`connection`](Self::connection) has it as it is.
    #[must_use]
    pub fn services(&self) -> Services {
        Services::from_js(self.state.services_info())
    }

    /// `getServices()`, as it is.
    #[must_use]
    pub fn services_info(&self) -> &Value {
        self.state.services_info()
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
    pub fn config(&self) -> &Settings {
        &self.settings
    }

    /// Whether it has ended, as [`destroy`](Self::destroy) asked.
    #[must_use]
    pub fn is_destroyed(&self) -> bool {
        self.destroyed
    }

    /// Whether [`destroy`](Self::destroy) was called, also if what it does is yet to come.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.destroyed || self.timers.iter().any(|(_, timer)| timer == Timer::Destroy)
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
        self.websockets.open.iter().filter_map(|socket| socket.id)
    }
}

/// What the parts of the machine share.
impl Session {
    pub(crate) fn writer(&self) -> RequestWriter<'_> {
        RequestWriter { settings: &self.settings, connection: self.state.connection.as_ref() }
    }

    /// Sends a request. One that fails before it is sent does so in its own time, as everything does that a browser
    /// answers.
    pub(crate) fn send(&mut self, now: Time, draft: Draft, purpose: Purpose) -> RequestId {
        self.requests_sent += 1;
        let id = RequestId(self.requests_sent);
        let refusal = match draft {
            Draft::Fetch(request) => {
                let refusal = request.refusal.clone();
                self.effects.push_back(Output::Request { id, request });
                refusal
            }
            Draft::Failed(error) => {
                self.timers.arm(now, Timer::Refusal(id));
                Some(error.to_string())
            }
        };
        self.pending.insert(id, Pending { purpose, refusal });
        id
    }

    /// Ignores the answer to a request.
    pub(crate) fn forget(&mut self, request: RequestId) {
        self.timers.cancel(Timer::Refusal(request));
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
        Self::new(Settings::default())
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("is_connected", &self.state.is_connected)
            .field("is_pending", &self.state.is_pending)
            .field("phase", &self.flow.phase())
            .field("next_timer", &self.timers.next())
            .finish_non_exhaustive()
    }
}

impl OpeningId {
    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

#[cfg(test)]
mod tests;
