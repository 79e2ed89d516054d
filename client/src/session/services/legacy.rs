//! The old `connect()` and `disconnect()` of Link 4 and 5, which are made of the calls that took their place
//! (docs/protocol-dialects.md, section 3.7).

use super::names::normalized;
use super::user::set_credentials;
use super::{ByServices, ServiceFlow, Wanted};
use crate::error::{Code, Error};
use crate::event::Event;
use crate::io::Task;
use crate::js::Value;
use crate::session::context::Context;
use crate::session::renewal::Renewal;

impl ServiceFlow {
    /// What `connect()` does behind its first event: it takes the credentials, and subscribes to the configured services.
    pub(in crate::session) fn connect(
        &mut self,
        cx: &mut Context,
        renewal: &mut Renewal,
        credentials: &Value,
        options: &Value,
    ) {
        if self.connection != ByServices::Idle {
            return;
        }
        if !set_credentials(cx, credentials) {
            return cx.report(Error::new(Code::InvalidSignature, cx.profile.invalid_signature));
        }
        self.connection = ByServices::Connecting;
        if !cx.state.knows_user() {
            return self.connection_made(cx);
        }
        match normalized(cx.settings.authentication().get("subscription").get("service")) {
            Ok(services) => self.want(cx, renewal, Wanted::Subscribe { services, options: options.clone() }),
            Err(_) => self.begin_connecting_anew(cx),
        }
    }

    /// What `disconnect()` does behind its first event. A connect that is under way is forgotten, but what it asked for is not.
    pub(in crate::session) fn disconnect(&mut self, cx: &mut Context, renewal: &mut Renewal) {
        match self.connection {
            ByServices::Connecting => self.connection = ByServices::Idle,
            ByServices::Connected if cx.state.subscription.is_some() => {
                self.connection = ByServices::Disconnecting;
                let services = cx.state.granted_services();
                self.want(cx, renewal, Wanted::Unsubscribe { services });
            }
            // It stumbles over the subscription that is missing.
            ByServices::Connected => self.begin_connecting_anew(cx),
            ByServices::Idle | ByServices::Disconnecting => {}
        }
    }

    /// The task that connects and disconnects dies, and another takes its place. What is shown stays as it is.
    fn begin_connecting_anew(&mut self, cx: &mut Context) {
        self.connection = ByServices::Idle;
        cx.crash(Task::ConnectFlow);
    }

    /// The services are subscribed to.
    pub(super) fn connection_made(&mut self, cx: &mut Context) {
        if self.connection == ByServices::Connecting {
            self.connection = ByServices::Connected;
            cx.state.is_connected = true;
            cx.state.is_pending = false;
            cx.emit(Event::AuthChange);
        }
    }

    /// They could not be.
    pub(super) fn connection_failed(&mut self, cx: &mut Context, error: Error) {
        if self.connection == ByServices::Connecting {
            self.connection = ByServices::Idle;
            cx.report(error);
        }
    }

    /// Nothing is subscribed to any more.
    pub(super) fn connection_ended(&mut self, cx: &mut Context) {
        if self.connection == ByServices::Disconnecting {
            self.connection = ByServices::Idle;
            cx.state.reset();
            cx.emit(Event::Disconnected { reason: None, retry_after: None });
        }
    }
}
