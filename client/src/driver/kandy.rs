//! The handle of an application.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use thiserror::Error;
use tokio::runtime::Handle;

use super::events::{Events, Readers};
use super::listener::{ListenError, ListenerId, known_event};
use super::options::{Options, SetUpError};
use super::transport::Transport;
use super::turn::{Client, Core};
use crate::call::UntypedCall;
use crate::config::{ConfigError, Settings, Violation};
use crate::credentials::{ConnectOptions, Credentials};
use crate::error::Error as KandyError;
use crate::event::Event;
use crate::js::TypeError;
use crate::listener::TooManyListeners;
use crate::session::Session;
use crate::session::view::{Connection, Services, SocketState, Subscriptions, UserInfo};

/// A client of the Kandy platform: what `create()` returns in Kandy.js, as an async handle.
///
/// Calls return at once, and what comes of them is told to listeners, to the readers of [`events`](Self::events), and
/// to [`connected`](Self::connected) and [`disconnected`](Self::disconnected). Clones are handles of the same client,
/// which ends with the last of them: its tasks stop and its sockets are cut, as when a page is left. To leave properly,
/// disconnect first.
///
/// A call may be made from any thread, with or without a runtime. Listeners are called by the client's own task, one
/// at a time, and should not block. Listeners get the handle: one that captures a clone instead keeps the client alive
/// until [`destroy`](Self::destroy).
///
/// ```
/// use kandy_client::{Config, Credentials, Event, Kandy};
/// use kandy_mock_server::MockKandy;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let platform = MockKandy::start().await;
/// platform.add_user("alice@example.com", "s3cret")?;
///
/// let kandy = Kandy::create(Config::for_server("127.0.0.1", platform.rest_port(), platform.ws_port()))?;
/// kandy.on("auth:change", |kandy, _| println!("Connected: {}", kandy.is_connected()));
/// kandy.on("auth:error", |_, event| {
///     if let Event::AuthError(error) = event {
///         println!("Connect error: {}", error.message());
///     }
/// });
///
/// kandy.connect(&Credentials::password("alice@example.com", "wrong"));
/// assert!(kandy.connected().await.is_err());
///
/// kandy.connect(&Credentials::password("alice@example.com", "s3cret"));
/// kandy.connected().await?;
///
/// let mut events = kandy.events();
/// kandy.disconnect();
/// events.wait_for("ws:change").await?;
/// kandy.disconnected().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "the client ends with its last handle"]
pub struct Kandy {
    pub(super) client: Arc<Client>,
}

/// Why a client is not connected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotConnected {
    /// Connecting failed with this error, as `auth:error` told.
    #[error("connecting failed: {}", .0.shown())]
    Failed(KandyError),
    /// Nobody has called `connect()`, or the session has ended.
    #[error("the user is signed out")]
    SignedOut,
    /// The client was destroyed, or its runtime has ended.
    #[error("the client has ended")]
    Ended,
}

/// Making a client.
impl Kandy {
    /// `create(config)`, with the default [`Options`], on the runtime of the caller. What JavaScript would take beside a
    /// [`Config`](crate::Config) goes through [`Settings::create`].
    ///
    /// # Errors
    ///
    /// [`SetUpError::NoRuntime`] outside a tokio runtime.
    pub fn create(config: impl Into<Settings>) -> Result<Self, SetUpError> {
        Self::create_with(config, &Options::default())
    }

    /// `create(config)`, where the use of the network can be chosen.
    ///
    /// # Errors
    ///
    /// [`SetUpError`] outside a tokio runtime, or if an extra root certificate is of no use.
    pub fn create_with(config: impl Into<Settings>, options: &Options) -> Result<Self, SetUpError> {
        let runtime = Handle::try_current().map_err(|_| SetUpError::NoRuntime)?;
        let (transport, inputs) = Transport::new(runtime.clone(), options)?;
        let (client, turns) = Client::new(session(config.into()), transport, inputs);
        runtime.spawn(turns.run());
        Ok(Self { client })
    }
}

/// A session in real time, whose random numbers are others each time unless the settings have a seed.
fn session(settings: Settings) -> Session {
    let seed = settings.seed().unwrap_or_else(|| RandomState::new().hash_one(0));
    #[expect(clippy::disallowed_methods, reason = "the real world's day is read once")]
    let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Session::new(settings.with_seed(seed)).with_epoch(epoch)
}

/// Commands: the calls of Kandy.js.
///
/// # Panics
///
/// Each of them panics if more than [`MAX_EVENTS_WAITING`](super::MAX_EVENTS_WAITING) events wait for their listeners.
impl Kandy {
    /// `connect(credentials)`: `auth:change` comes at once, then the connection, or `auth:error`.
    #[track_caller]
    pub fn connect(&self, credentials: &Credentials) {
        self.connect_with(credentials, &ConnectOptions::default());
    }

    /// `connect(credentials, options)`.
    #[track_caller]
    pub fn connect_with(&self, credentials: &Credentials, options: &ConnectOptions) {
        self.client.call(|session, now| session.connect(now, credentials, options));
    }

    /// `disconnect()`: closes the websocket and deletes the subscription.
    #[track_caller]
    pub fn disconnect(&self) {
        self.client.call(Session::disconnect);
    }

    /// `updateToken(credentials)`: later requests and reconnects use the given access token or OAuth token.
    #[track_caller]
    pub fn update_token(&self, credentials: &Credentials) {
        self.client.call(|session, now| session.update_token(now, credentials));
    }

    /// `setCredentials(credentials)`: in Link 4 and 5 who the next requests are of.
    #[track_caller]
    pub fn set_credentials(&self, credentials: &Credentials) {
        self.client.call(|session, now| session.set_credentials(now, credentials));
    }

    /// `services.subscribe(services, options)` of Link 4 and 5.
    ///
    /// # Errors
    ///
    /// The dialect has no services: the call throws.
    #[track_caller]
    pub fn subscribe_to(&self, services: &[&str], options: &ConnectOptions) -> Result<(), TypeError> {
        self.client.call(|session, now| session.subscribe_to(now, services, options))
    }

    /// `services.unsubscribe(services)` of Link 4 and 5.
    ///
    /// # Errors
    ///
    /// As of [`subscribe_to`](Self::subscribe_to).
    #[track_caller]
    pub fn unsubscribe_from(&self, services: &[&str]) -> Result<(), TypeError> {
        self.client.call(|session, now| session.unsubscribe_from(now, services))
    }

    /// `updateConfig(patch)`: merged deeply into the configuration; arrays are replaced. Gives what the SDK would log
    /// of values that it finds odd, and uses.
    ///
    /// # Errors
    ///
    /// A value of a form that no option can have; nothing is changed then.
    #[track_caller]
    pub fn update_config(&self, patch: &Value) -> Result<Vec<Violation>, ConfigError> {
        self.client.call(|session, now| session.update_config(now, patch))
    }

    /// `connection.resetConnection()`: closes the open websocket and opens a new one.
    #[track_caller]
    pub fn reset_connection(&self) {
        self.client.call(Session::reset_connection);
    }

    /// `connection.enableConnectivityChecking(enabled)`: whether pings are sent, until the SDK closes the socket. A
    /// socket that has stopped pinging never starts again.
    #[track_caller]
    pub fn enable_connectivity_checking(&self, enabled: bool) {
        self.client.call(|session, now| session.enable_connectivity_checking(now, enabled));
    }

    /// `notification.enableWebsocket(enabled)`: while off, frames are ignored.
    #[track_caller]
    pub fn enable_websocket(&self, enabled: bool) {
        self.client.call(|session, now| session.enable_websocket(now, enabled));
    }

    /// A call with whatever values an application in JavaScript may give it.
    ///
    /// # Errors
    ///
    /// What the call throws in JavaScript; it has no effect then.
    #[track_caller]
    pub fn call_untyped(&self, call: &UntypedCall) -> Result<(), TypeError> {
        self.client.call(|session, now| session.call_untyped(now, call))
    }

    /// `destroy()`: ends every task of the SDK once all events that wait are out. Then nothing is heard any more,
    /// listeners are dropped and readers end. A session that has a refresh token still closes its websocket and deletes
    /// its subscription; another leaves both behind, until the last handle is dropped.
    #[track_caller]
    pub fn destroy(&self) {
        self.client.call(Session::destroy);
    }
}

/// Listening.
impl Kandy {
    /// `on(event, listener)`: calls the listener for each event of this name, in the order of registration and before
    /// any wildcard. Added inside a listener of the same event, it is called for that very event still.
    ///
    /// A listener that panics ends the emission of this event, as one that throws does in Kandy.js; all else goes on,
    /// and the listener is called for later events.
    ///
    /// # Panics
    ///
    /// With the error of [`try_on`](Self::try_on), where there is one.
    #[track_caller]
    pub fn on(&self, event: &str, listener: impl FnMut(&Self, &Event) + Send + 'static) -> ListenerId {
        self.try_on(event, listener).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`on`](Self::on), for names and numbers of listeners that are not known beforehand.
    ///
    /// # Errors
    ///
    /// [`ListenError`] if no event has this name (see [`EVENT_NAMES`](crate::EVENT_NAMES)), or the client has
    /// [`MAX_LISTENERS`](crate::MAX_LISTENERS) already.
    pub fn try_on(
        &self,
        event: &str,
        listener: impl FnMut(&Self, &Event) + Send + 'static,
    ) -> Result<ListenerId, ListenError> {
        Ok(self.listen(Some(known_event(event)?), listener)?)
    }

    /// `subscribe(listener)`: a wildcard, called for every event after the listeners of its name.
    ///
    /// # Panics
    ///
    /// With the error of [`try_subscribe`](Self::try_subscribe), where there is one.
    #[track_caller]
    pub fn subscribe(&self, listener: impl FnMut(&Self, &Event) + Send + 'static) -> ListenerId {
        self.try_subscribe(listener).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`subscribe`](Self::subscribe), for a number of listeners that is not known beforehand.
    ///
    /// # Errors
    ///
    /// [`TooManyListeners`] if the client has [`MAX_LISTENERS`](crate::MAX_LISTENERS) already.
    pub fn try_subscribe(
        &self,
        listener: impl FnMut(&Self, &Event) + Send + 'static,
    ) -> Result<ListenerId, TooManyListeners> {
        self.listen(None, listener)
    }

    /// `off(event, listener)` and `unsubscribe(listener)`: the listener is not called any more. A listener that takes
    /// itself off makes the next one miss the event under way, as in Kandy.js.
    ///
    /// Gives whether there was such a listener.
    #[expect(clippy::must_use_candidate, reason = "whoever takes a listener off need not know whether it was on")]
    pub fn off(&self, listener: ListenerId) -> bool {
        let removed = self.client.lock().listeners.remove(listener);
        removed.is_some()
    }

    /// The events from now on, for code that waits for them. Any number of readers can be slow: see [`Events`].
    pub fn events(&self) -> Events {
        let mut core = self.client.lock();
        if core.has_ended() { Readers::default().add() } else { core.readers.add() }
    }

    fn listen(
        &self,
        event: Option<&'static str>,
        listener: impl FnMut(&Self, &Event) + Send + 'static,
    ) -> Result<ListenerId, TooManyListeners> {
        let listener = Arc::new(Mutex::new(listener));
        // Whatever comes of it, the closure is not dropped under the lock.
        self.client.lock().listeners.add(event, Arc::clone(&listener) as _)
    }
}

/// Waiting.
impl Kandy {
    /// Waits until connecting has come to its end, and every listener has heard of it. It returns at once if nothing is
    /// under way. There are answers on which the SDK stays pending for ever, and so does this.
    ///
    /// # Errors
    ///
    /// [`NotConnected`], which says why.
    pub async fn connected(&self) -> Result<(), NotConnected> {
        self.quiet(|core| {
            let session = &core.session;
            match session.error() {
                _ if core.has_ended() => Some(Err(NotConnected::Ended)),
                _ if session.standing().is_pending && !session.standing().is_connected => None,
                _ if session.standing().is_connected => Some(Ok(())),
                Some(error) => Some(Err(NotConnected::Failed(error.clone()))),
                None => Some(Err(NotConnected::SignedOut)),
            }
        })
        .await
    }

    /// Waits until the user is signed out and nothing is under way, and every listener has heard of it; also until the
    /// client has ended.
    pub async fn disconnected(&self) {
        self.quiet(|core| {
            let session = &core.session;
            let standing = session.standing();
            (core.has_ended() || !(standing.is_connected || standing.is_pending)).then_some(())
        })
        .await;
    }

    /// Waits for an answer of `look` in moments when all events are out.
    async fn quiet<R>(&self, look: impl Fn(&Core) -> Option<R>) -> R {
        loop {
            let mut changed = std::pin::pin!(self.client.quiet.notified());
            // Enabled before looking, so that nothing falls between the two.
            changed.as_mut().enable();
            let found = {
                let core = self.client.lock();
                if core.is_quiet() || core.has_ended() { look(&core) } else { None }
            };
            match found {
                Some(found) => return found,
                None => changed.await,
            }
        }
    }
}

/// Getters: the state of the moment.
impl Kandy {
    /// `getConnection()`.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.client.lock().session.connection()
    }

    /// `getConnection().isConnected`.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.lock().session.is_connected()
    }

    /// `services.getSubscriptions()`; `None` in a dialect without services.
    #[must_use]
    pub fn subscriptions(&self) -> Option<Subscriptions> {
        self.client.lock().session.subscriptions()
    }

    /// `getUserInfo()`; `None` is its empty object.
    #[must_use]
    pub fn user_info(&self) -> Option<UserInfo> {
        self.client.lock().session.user_info().cloned()
    }

    /// `getServices()`.
    #[must_use]
    pub fn services(&self) -> Services {
        self.client.lock().session.services().clone()
    }

    /// `connection.getSocketState("uc")`; `None` where it gives an error because no socket was ever tried. Times count
    /// from the client's creation.
    #[must_use]
    pub fn socket_state(&self) -> Option<SocketState> {
        self.client.lock().session.socket_state().cloned()
    }

    /// `getConfig()`.
    #[must_use]
    pub fn config(&self) -> Settings {
        self.client.lock().session.config().clone()
    }
}

impl fmt::Debug for Kandy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kandy").field(&self.client.lock().session).finish()
    }
}
