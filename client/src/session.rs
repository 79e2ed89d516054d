//! The session: the public machine. It takes the application's calls and the world's input, and hands them to its parts.

mod channel;
mod context;
mod login;
mod notifications;
mod renewal;
mod services;
mod state;
mod tasks;
mod tokens;
mod update;
pub(crate) mod view;

use std::fmt;
use std::time::Duration;

use self::context::Context;
use self::services::set_credentials;
use self::tasks::Tasks;
use self::tokens::update_token;
use self::view::{Connection, Phase, Services, SocketState, Standing, Subscriptions, UserInfo};
use crate::call::UntypedCall;
use crate::config::{self, ConfigError, Settings, Violation};
use crate::credentials::{ConnectOptions, Credentials};
use crate::dialect::Dialect;
use crate::error::Error;
use crate::io::{NetworkFailure, Output, RequestId, Response, SocketId, WebSocketInput};
use crate::js::{TypeError, Value, destructured, property};
use crate::random::Random;
use crate::timer::{Time, Timer};
use crate::untyped::Untyped;

/// One client: what `create()` returns, without sockets, clocks or threads of its own.
///
/// Methods come in four kinds. Commands (`connect`, `disconnect`, ..) are the application's calls. `handle_*` take
/// input from outside. `poll_*` give what comes of it. The others only look. After every command and every input,
/// take all of [`poll_output`](Self::poll_output) before the next; a call that a listener makes is a command
/// given between two outputs.
pub struct Session {
    tasks: Tasks,
    destroyed: bool,
}

impl Session {
    /// `create(config)`, in the dialect that the configuration is of.
    #[must_use]
    pub fn new(config: impl Into<Settings>) -> Self {
        Self { tasks: Tasks::new(Context::new(config.into())), destroyed: false }
    }

    /// With another source of random numbers than the seed of the settings.
    #[must_use]
    pub fn with_random(mut self, random: Random) -> Self {
        self.tasks.cx.random = random;
        self
    }

    /// Sets how long after the beginning of 1970 the world began, to read the dates that a server sends.
    #[must_use]
    pub fn with_epoch(mut self, epoch: Duration) -> Self {
        self.tasks.cx.epoch = epoch;
        self
    }

    // Commands.

    /// `connect(credentials, options)`: `auth:change` comes at once, then the connection, or `auth:error`.
    ///
    /// Without effect but for `isPending` while the session is connected, connecting or disconnecting.
    /// Without any effect where the configuration makes the call throw in JavaScript, such as `logs: null`:
    /// [`call_untyped`](Self::call_untyped) tells of it.
    pub fn connect(&mut self, now: Time, credentials: &Credentials, options: &ConnectOptions) {
        // What it throws is for `call_untyped` to tell.
        let _ = self.connect_untyped(now, &credentials.to_js(), &options.to_js());
    }

    fn connect_untyped(&mut self, now: Time, credentials: &Value, options: &Value) -> Result<(), TypeError> {
        property(credentials, "username")?;
        if !self.destroyed {
            let tasks = self.at(now);
            tasks.cx.settings.check_for_calls()?;
            tasks.connect(credentials, options);
        }
        Ok(())
    }

    /// `disconnect()`: closes the websocket and deletes the subscription, in the order of the dialect.
    ///
    /// While connecting it cancels that, and in UC nothing more is heard; while nothing is connected it only leaves
    /// `isPending` true.
    pub fn disconnect(&mut self, now: Time) {
        if !self.destroyed {
            let tasks = self.at(now);
            #[cfg(feature = "sabotage")]
            tasks.repair_disconnect();
            tasks.disconnect();
        }
    }

    /// `updateToken(credentials)`: later requests and reconnects use the given access token or OAuth token, if it comes
    /// with a user name. Without effect and without an event before the session has tokens.
    pub fn update_token(&mut self, now: Time, credentials: &Credentials) {
        self.update_token_untyped(now, &credentials.to_js());
    }

    fn update_token_untyped(&mut self, now: Time, credentials: &Value) {
        if !self.destroyed && self.has_call("updateToken") {
            update_token(&mut self.at(now).cx, credentials);
        }
    }

    /// `setCredentials(credentials)`: in Link 4 and 5 whose the next requests are; without effect in the others.
    pub fn set_credentials(&mut self, now: Time, credentials: &Credentials) {
        if !self.destroyed && self.has_call("setCredentials") {
            set_credentials(&mut self.at(now).cx, &credentials.to_js());
        }
    }

    /// `services.subscribe(services, options)`: `subscription:change` comes at once, and again when it is done, or
    /// `subscription:error`. Without any effect where no good credentials are known.
    ///
    /// # Errors
    ///
    /// The dialect has no services: the call throws.
    pub fn subscribe_to(&mut self, now: Time, services: &[&str], options: &ConnectOptions) -> Result<(), TypeError> {
        let services = Untyped(services.iter().map(|name| Value::from(*name)).collect::<Vec<_>>().into());
        self.call_untyped(now, &UntypedCall::SubscribeServices { services, options: options.into() })
    }

    /// `services.unsubscribe(services)`.
    ///
    /// # Errors
    ///
    /// As of [`subscribe_to`](Self::subscribe_to).
    pub fn unsubscribe_from(&mut self, now: Time, services: &[&str]) -> Result<(), TypeError> {
        let services = Untyped(services.iter().map(|name| Value::from(*name)).collect::<Vec<_>>().into());
        self.call_untyped(now, &UntypedCall::UnsubscribeServices { services })
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
        self.tasks.cx.settings.merge(&Value::from_json(patch));
        Ok(violations)
    }

    /// A call with whatever values an application in JavaScript may give it.
    ///
    /// # Errors
    ///
    /// What the call throws in JavaScript; it has no effect then.
    pub fn call_untyped(&mut self, now: Time, call: &UntypedCall) -> Result<(), TypeError> {
        if call.is_of_some_dialects() {
            if self.destroyed || self.tasks.cx.profile.idle_calls.contains(&call.name()) {
                return Ok(());
            }
            if !self.has_call(call.name()) {
                return Err(call.missing());
            }
        }
        match call {
            UntypedCall::Connect { credentials, options } => self.connect_untyped(now, &credentials.0, &options.0)?,
            UntypedCall::UpdateToken { credentials } => {
                property(&credentials.0, "username")?;
                self.update_token_untyped(now, &credentials.0);
            }
            UntypedCall::UpdateConnection { services } => self.at(now).update_connection(&services.0),
            UntypedCall::SetCredentials { credentials } => {
                let kind = if credentials.0 == Value::Null { "object null" } else { "undefined" };
                destructured(&credentials.0, kind, "username")?;
                set_credentials(&mut self.at(now).cx, &credentials.0);
            }
            UntypedCall::SubscribeServices { services, options } => {
                self.at(now).subscribe_services(&services.0, &options.0)?;
            }
            UntypedCall::UnsubscribeServices { services } => self.at(now).unsubscribe_services(&services.0),
            // These do nothing in any dialect.
            UntypedCall::SetTokens { .. } | UntypedCall::ResubscribeServices => {}
            UntypedCall::UpdateConfig { patch } => {
                property(&patch.0, "call")?;
                self.tasks.cx.settings.merge(&patch.0);
            }
            UntypedCall::EnableConnectivityChecking { enabled } => {
                self.tasks.channel.enable_checking(enabled.0.clone());
            }
            UntypedCall::EnableWebsocket { enabled } => self.enable_websocket(now, enabled.0.is_truthy()),
        }
        Ok(())
    }

    /// `connection.resetConnection()`: closes the open websocket and opens a new one.
    pub fn reset_connection(&mut self, now: Time) {
        if !self.destroyed {
            self.at(now).reset_connection();
        }
    }

    /// `connection.enableConnectivityChecking(enabled)`: wins over the configuration until the SDK closes the
    /// socket. A socket that has stopped pinging never starts again.
    pub fn enable_connectivity_checking(&mut self, _now: Time, enabled: bool) {
        self.tasks.channel.enable_checking(enabled.into());
    }

    /// `notification.enableWebsocket(enabled)`: while off, frames are ignored.
    pub fn enable_websocket(&mut self, now: Time, enabled: bool) {
        if !self.destroyed {
            self.at(now).enable_websocket(enabled);
        }
    }

    /// `destroy()`: ends every task, in the next tick: what waits to be heard is heard, then nothing any more. A session
    /// that has a refresh token still closes its websocket and deletes its subscription; another leaves both behind.
    pub fn destroy(&mut self, now: Time) {
        if !self.destroyed {
            self.at(now).cx.arm(Duration::ZERO, Timer::Destroy);
        }
    }

    // Input from outside.

    /// The answer to a request, or that there is none. An answer that nobody waits for any more is ignored.
    pub fn handle_response(&mut self, now: Time, id: RequestId, answer: Result<Response, NetworkFailure>) {
        self.at(now).answer(id, answer);
    }

    /// What happened to a websocket. A socket that the session has closed or given up is ignored.
    pub fn handle_websocket(&mut self, now: Time, id: SocketId, input: WebSocketInput) {
        if self.destroyed {
            return;
        }
        let tasks = self.at(now);
        match input {
            WebSocketInput::Opened => tasks.websocket_opened(id),
            WebSocketInput::Failed => tasks.websocket_failed(id),
            WebSocketInput::Closed { code } => tasks.websocket_closed(id, code),
            WebSocketInput::Text(text) => tasks.frame_received(id, &text),
            // The SDK hands binary frames to its JSON parser, which throws: nobody but the console sees it.
            WebSocketInput::Binary => {}
        }
    }

    /// Lets the next timer fire if it is due, one a call. Without a due timer nothing happens.
    pub fn handle_timeout(&mut self, now: Time) {
        if let Some(timer) = self.tasks.cx.timers.take_due(now) {
            self.at(now).fire(timer);
            self.destroyed |= timer == Timer::Destroy;
        }
    }

    // Output.

    /// The next effect. Requests, sockets, frames and closes come before the events of the same input; those of a
    /// call made inside a listener come at once, its events behind the events already waiting.
    #[must_use = "an effect that is not carried out is lost"]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.tasks.cx.poll_output()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due next, and for what.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<(Time, Timer)> {
        self.tasks.cx.timers.next()
    }

    // What an application asks for, and what a world needs to know.

    /// `getConnection()`.
    #[must_use]
    pub fn connection(&self) -> Connection {
        let state = &self.tasks.cx.state;
        Connection {
            is_connected: state.is_connected,
            is_pending: state.is_pending,
            error: state.error.clone(),
            subscription: state.services_info().clone().into(),
        }
    }

    /// `getConnection().isConnected`.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.tasks.cx.state.is_connected
    }

    /// `getConnection().isPending`.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.tasks.cx.state.is_pending
    }

    /// `getConnection().error`.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.tasks.cx.state.error.as_ref()
    }

    /// `getServices()`, as far as it is of that form; [`connection`](Self::connection) has it as it is.
    #[must_use]
    pub fn services(&self) -> Services {
        Services::from_js(self.tasks.cx.state.services_info())
    }

    /// `getServices()`, as it is.
    #[must_use]
    pub fn services_info(&self) -> Untyped {
        self.tasks.cx.state.services_info().clone().into()
    }

    /// `getUserInfo()`; `None` is its empty object.
    #[must_use]
    pub fn user_info(&self) -> Option<&UserInfo> {
        self.tasks.cx.state.user_info.as_ref()
    }

    /// `services.getSubscriptions()`; `None` in a dialect without services.
    #[must_use]
    pub fn subscriptions(&self) -> Option<Subscriptions> {
        let Tasks { cx, services, .. } = &self.tasks;
        self.dialect().has_services().then(|| services.subscriptions(&cx.state))
    }

    /// `connection.getSocketState(platform)`, with the dialect's own platform; `None` where it gives an error because no
    /// socket was ever tried.
    #[must_use]
    pub fn socket_state(&self) -> Option<&SocketState> {
        self.tasks.channel.socket_state()
    }

    /// `getConfig()`.
    #[must_use]
    pub fn config(&self) -> &Settings {
        &self.tasks.cx.settings
    }

    /// Which SDK it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.config().dialect()
    }

    /// Whether it has ended, as [`destroy`](Self::destroy) asked.
    #[must_use]
    pub fn is_destroyed(&self) -> bool {
        self.destroyed
    }

    /// Whether [`destroy`](Self::destroy) was called, also if what it does is yet to come.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.destroyed || self.timers().any(|(_, timer)| timer == Timer::Destroy)
    }

    /// What an application sees of where it stands: whether it is signed in, and whether that is about to change. In Link 4
    /// and 5 it looks at its [`subscriptions`](Self::subscriptions) for that, elsewhere at its
    /// [`connection`](Self::connection).
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.tasks.standing()
    }

    /// Where it really stands, whatever [`connection`](Self::connection) says.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.tasks.phase()
    }

    /// The armed timers, in the order in which they were armed.
    pub fn timers(&self) -> impl Iterator<Item = (Time, Timer)> + '_ {
        self.tasks.cx.timers.iter()
    }

    /// How many requests are under way whose answer the session still waits for.
    #[must_use]
    pub fn pending_requests(&self) -> usize {
        self.tasks.cx.pending_requests()
    }

    /// The sockets that are open and in use.
    pub fn open_sockets(&self) -> impl Iterator<Item = SocketId> + '_ {
        self.tasks.channel.sockets()
    }

    /// The tasks, with input of this moment.
    fn at(&mut self, now: Time) -> &mut Tasks {
        self.tasks.cx.now = now;
        &mut self.tasks
    }

    /// Whether the dialect has a call that does something.
    fn has_call(&self, name: &str) -> bool {
        self.tasks.cx.profile.calls.contains(&name)
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("is_connected", &self.is_connected())
            .field("is_pending", &self.is_pending())
            .field("phase", &self.phase())
            .field("next_timer", &self.poll_timeout())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
