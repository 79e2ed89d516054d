//! The calls of an application.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::Session;
use crate::config::{self, ConfigError, Settings, Violation};
use crate::connect::Flow;
use crate::credentials::{ConnectOptions, Credentials, UntypedCall};
use crate::event::Event;
use crate::js::{TypeError, Value, destructured, property};
use crate::notification::Notifications;
use crate::random::Random;
use crate::services::ServiceFlow;
use crate::state::State;
use crate::subscription::Resubscription;
use crate::timer::{Time, Timer, Timers};
use crate::token::Refresh;
use crate::untyped::Untyped;
use crate::websocket::WebSockets;

impl Session {
    /// `create(config)`, in the dialect that the configuration is of.
    #[must_use]
    pub fn new(config: impl Into<Settings>) -> Self {
        let settings = config.into();
        let seed = settings.seed().unwrap_or_default();
        Self {
            profile: settings.dialect().profile(),
            settings,
            state: State::default(),
            flow: Flow::default(),
            resubscription: Resubscription::default(),
            refresh: Refresh::default(),
            websockets: WebSockets::default(),
            notifications: Notifications::default(),
            services: ServiceFlow::default(),
            random: Random::Seeded(seed),
            epoch: Duration::ZERO,
            timers: Timers::default(),
            gone_hangs: false,
            pending: BTreeMap::new(),
            requests_sent: 0,
            effects: VecDeque::new(),
            events: VecDeque::new(),
            destroyed: false,
        }
    }

    /// With another source of random numbers than the seed of the settings.
    #[must_use]
    pub fn with_random(mut self, random: Random) -> Self {
        self.random = random;
        self
    }

    /// With a world that began so long after the beginning of 1970, by which dates are read that a server sends.
    #[must_use]
    pub fn with_epoch(mut self, epoch: Duration) -> Self {
        self.epoch = epoch;
        self
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
        (self.profile.connect)(self, now, credentials, options);
        Ok(())
    }

    /// `disconnect()`: closes the websocket and deletes the subscription, in the order of the dialect.
    ///
    /// While connecting it cancels that, and in UC nothing more is heard; while nothing is connected it only leaves
    /// `isPending` true.
    pub fn disconnect(&mut self, now: Time) {
        if self.destroyed {
            return;
        }
        #[cfg(feature = "sabotage")]
        crate::sabotage::before_disconnect(self);
        self.set_pending();
        (self.profile.leave)(self, now);
    }

    /// `updateToken(credentials)`: later requests and reconnects use the given access token or OAuth token, if it comes
    /// with a user name. Without effect and without an event before the session has tokens.
    pub fn update_token(&mut self, _now: Time, credentials: &Credentials) {
        if !self.destroyed {
            (self.profile.update_token)(self, &credentials.to_js());
        }
    }

    /// `setCredentials(credentials)`: in Link 4 and 5 who the next requests are of; without effect in the others.
    pub fn set_credentials(&mut self, _now: Time, credentials: &Credentials) {
        if !self.destroyed {
            (self.profile.set_credentials)(self, &credentials.to_js());
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
        self.settings.merge(&Value::from_json(patch));
        Ok(violations)
    }

    /// A call with whatever values an application in JavaScript may give it.
    ///
    /// # Errors
    ///
    /// What the call throws in JavaScript; it has no effect then.
    pub fn call_untyped(&mut self, now: Time, call: &UntypedCall) -> Result<(), TypeError> {
        match call {
            UntypedCall::Connect { credentials, options } => self.connect_with(now, &credentials.0, &options.0)?,
            UntypedCall::UpdateToken { credentials } => {
                property(&credentials.0, "username")?;
                if !self.destroyed {
                    (self.profile.update_token)(self, &credentials.0);
                }
            }
            UntypedCall::UpdateConnection { .. }
            | UntypedCall::SetCredentials { .. }
            | UntypedCall::SetTokens { .. }
            | UntypedCall::SubscribeServices { .. }
            | UntypedCall::UnsubscribeServices { .. }
            | UntypedCall::ResubscribeServices => self.call_of_dialect(now, call)?,
            UntypedCall::UpdateConfig { patch } => self.settings.update(patch.clone())?,
            UntypedCall::EnableConnectivityChecking { enabled } => self.websockets.checking = enabled.0.clone(),
            UntypedCall::EnableWebsocket { enabled } => self.enable_websocket(now, enabled.0.is_truthy()),
        }
        Ok(())
    }

    /// A call that not every dialect has.
    fn call_of_dialect(&mut self, now: Time, call: &UntypedCall) -> Result<(), TypeError> {
        if self.destroyed || self.profile.idle_calls.contains(&call.name()) {
            return Ok(());
        }
        if !self.profile.calls.contains(&call.name()) {
            return Err(call.missing());
        }
        match call {
            UntypedCall::UpdateConnection { services } => (self.profile.update_connection)(self, now, &services.0),
            UntypedCall::SetCredentials { credentials } => {
                let kind = if credentials.0 == Value::Null { "object null" } else { "undefined" };
                destructured(&credentials.0, kind, "username")?;
                (self.profile.set_credentials)(self, &credentials.0);
            }
            UntypedCall::SubscribeServices { services, options } => {
                self.subscribe_services(now, &services.0, &options.0)?;
            }
            UntypedCall::UnsubscribeServices { services } => self.unsubscribe_services(now, &services.0),
            // The others do nothing in any dialect.
            _ => {}
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

    pub(super) fn end(&mut self, now: Time) {
        if matches!(self.flow, Flow::Connected | Flow::Disconnecting { .. }) && self.refresh.is_alive() {
            self.disconnect_once_more(now);
        }
        self.destroyed = true;
        self.flow = Flow::Idle;
        self.services = ServiceFlow::default();
        self.pending.clear();
        self.timers.clear();
        self.events.clear();
        self.websockets.forget();
    }
}
