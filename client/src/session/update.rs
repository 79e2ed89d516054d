//! `updateConnection()` of Link 3 (docs/protocol-dialects.md, section 2).

use super::context::{Context, Purpose};
use crate::error::Error;
use crate::event::Event;
use crate::io::Task;
use crate::js::Value;
use crate::protocol::{Answer, read_renewal};

/// The task that asks for other services than those of the subscription.
#[derive(Default)]
pub(super) struct ConnectionUpdate {
    /// The services that were asked for last.
    services: Value,
}

impl ConnectionUpdate {
    /// Asks for these services instead. What `getConnection()` shows stays.
    pub(super) fn update(&mut self, cx: &mut Context, services: &Value) {
        // The task takes no call before it is done with the last one.
        if cx.waits_for(Purpose::UpdateConnection) {
            return;
        }
        let (Some(granted), Some(connection)) = (&cx.state.subscription, &cx.state.connection) else {
            return cx.crash(Task::UpdateConnection);
        };
        match cx.writer().resubscribe(connection, granted, services) {
            Ok(request) => {
                cx.send(request, Purpose::UpdateConnection);
                self.services = services.clone();
            }
            Err(_) => cx.crash(Task::UpdateConnection),
        }
    }

    /// The answer to the PUT. Later renewals ask for these services. The SDK stumbles if the session has ended meanwhile.
    pub(super) fn answered(&mut self, cx: &mut Context, answer: &Answer) {
        let services = std::mem::take(&mut self.services);
        match (read_renewal(cx.profile, answer, &services), &mut cx.state.subscription) {
            (Ok(None), Some(granted)) => {
                granted.params = std::mem::take(&mut granted.params).with("service", services);
                cx.emit(Event::AuthChange);
            }
            (Ok(Some(_)), _) => cx.emit(Event::AuthError(Error::not_updated())),
            (Ok(None), None) | (Err(_), _) => cx.crash(Task::UpdateConnection),
        }
    }
}
