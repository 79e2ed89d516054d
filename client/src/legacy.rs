//! The old `connect()` and `disconnect()` of Link 4 and 5, which are made of the calls that took their place
//! (docs/protocol-dialects.md, section 3.7).

use crate::credentials::Signature;
use crate::error::{Code, Error};
use crate::event::Event;
use crate::io::Task;
use crate::js::{Value, property};
use crate::services::{ByServices, normalized};
use crate::session::Session;
use crate::state::{ConnectionInfo, State};
use crate::timer::Time;

impl Session {
    /// What `connect()` does behind its first event: it takes the credentials, and subscribes to the configured services.
    pub(crate) fn connect_by_services(&mut self, now: Time, credentials: &Value, options: &Value) {
        if self.services.connection != ByServices::Idle {
            return;
        }
        self.take_credentials(credentials);
        if self.connection_of(credentials).is_none() {
            return self.report(Error::new(Code::InvalidSignature, self.profile.invalid_signature));
        }
        self.services.connection = ByServices::Connecting;
        if !self.knows_user() {
            return self.connected_by_services();
        }
        match normalized(self.settings.authentication().get("subscription").get("service")) {
            Ok(services) => self.want_services(now, &services, options),
            Err(_) => self.begin_connecting_anew(),
        }
    }

    /// What `disconnect()` does behind its first event. A connect that is under way is forgotten, and not what it asked for.
    pub(crate) fn disconnect_by_services(&mut self, now: Time) {
        match self.services.connection {
            ByServices::Connecting => self.services.connection = ByServices::Idle,
            ByServices::Connected if self.state.subscription.is_some() => {
                self.services.connection = ByServices::Disconnecting;
                self.want_no_services(now);
            }
            // It stumbles over the subscription that is missing.
            ByServices::Connected => self.begin_connecting_anew(),
            ByServices::Idle | ByServices::Disconnecting => {}
        }
    }

    /// The task dies that connects and disconnects, and another takes its place. What is shown stays as it is.
    fn begin_connecting_anew(&mut self) {
        self.services.connection = ByServices::Idle;
        self.crash(Task::ConnectFlow);
    }

    /// The services are subscribed to.
    pub(crate) fn connected_by_services(&mut self) {
        if self.services.connection == ByServices::Connecting {
            self.services.connection = ByServices::Connected;
            self.state.is_connected = true;
            self.state.is_pending = false;
            self.emit(Event::AuthChange);
        }
    }

    /// They could not be.
    pub(crate) fn not_connected_by_services(&mut self, error: Error) {
        if self.services.connection == ByServices::Connecting {
            self.services.connection = ByServices::Idle;
            self.report(error);
        }
    }

    /// Nothing is subscribed to any more.
    pub(crate) fn disconnected_by_services(&mut self) {
        if self.services.connection == ByServices::Disconnecting {
            self.services.connection = ByServices::Idle;
            self.state = State::default();
            self.emit(Event::Disconnected { reason: None, retry_after: None });
        }
    }

    /// What is known of a session by credentials; nothing where they allow no way of signing in.
    pub(crate) fn connection_of(&self, credentials: &Value) -> Option<ConnectionInfo> {
        let signature = (self.profile.signature)(credentials);
        if signature == Signature::Invalid {
            return None;
        }
        let server = self.settings.authentication().get("subscription");
        property(server, "protocol").ok()?;
        let of_server = |name: &'static str| (name, server.get(name).clone());
        Some(ConnectionInfo {
            server: Value::object(["protocol", "server", "port", "version"].map(of_server)),
            username: credentials.get("username").clone(),
            access_token: credentials.get("accessToken").clone(),
            bearer_token: credentials.get(self.profile.bearer).clone(),
            refresh_token: Value::Undefined,
            token_expires: Value::Undefined,
            request_options: signature.request_options(credentials, self.profile.bearer).ok()?,
        })
    }
}
