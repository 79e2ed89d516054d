//! Other services than those that are subscribed to, and none at all.

use std::mem;

use super::{Operation, ServiceFlow, ServiceOrder, tell};
use crate::error::Error;
use crate::js::Value;
use crate::protocol::{Answer, read_change, read_deletion, read_renewal, says_unsubscribed};
use crate::session::context::{Context, Purpose};
use crate::session::renewal::Renewal;

impl ServiceFlow {
    /// Sends the PUT that asks for other services.
    pub(super) fn change_services(&mut self, cx: &mut Context, services: Value, adds: bool) {
        let (Some(granted), Some(connection)) = (&cx.state.subscription, &cx.state.connection) else {
            return self.die(cx);
        };
        match cx.writer().resubscribe(connection, granted, &services) {
            Ok(request) => {
                let request = cx.send(request, Purpose::ChangeServices);
                self.operation = Operation::Changing { request, services, adds };
            }
            Err(_) => self.die(cx),
        }
    }

    /// The answer to it.
    pub(in crate::session) fn changed(&mut self, cx: &mut Context, renewal: &mut Renewal, answer: &Answer) {
        let Operation::Changing { services, .. } = mem::take(&mut self.operation) else {
            return;
        };
        match (read_renewal(cx.profile, answer, &services), answer) {
            (Ok(None), Answer::Ok(body)) => {
                let known = cx.state.subscription.take();
                cx.state.subscription = Some(read_change(known, body));
                self.pending = None;
                tell(cx, None, None);
                // A subscription that has ended meanwhile is renewed again, too.
                renewal.start(cx);
                self.connection_made(cx);
            }
            (Ok(_), _) => self.fail_to_subscribe(cx, Error::not_updated()),
            (Err(_), _) => return self.die(cx),
        }
        self.serve(cx, renewal);
    }

    /// The answer to the DELETE.
    pub(in crate::session) fn unsubscribed(
        &mut self,
        cx: &mut Context,
        renewal: &mut Renewal,
        answer: &Answer,
    ) -> ServiceOrder {
        match mem::take(&mut self.operation) {
            Operation::Leaving if !says_unsubscribed(answer) => {
                self.die(cx);
                return ServiceOrder::Nothing;
            }
            Operation::Leaving => {
                self.operation = Operation::Leaving;
                return ServiceOrder::CloseWebSockets;
            }
            Operation::Undoing { error } => match read_deletion(answer) {
                Ok(()) => {
                    self.reset(cx, renewal, None, None);
                    self.fail_to_subscribe(cx, error);
                }
                Err(stumble) => self.fail_to_subscribe(cx, stumble.into()),
            },
            other => {
                self.operation = other;
                return ServiceOrder::Nothing;
            }
        }
        self.serve(cx, renewal);
        ServiceOrder::Nothing
    }

    /// The websockets are closed that had to be.
    pub(in crate::session) fn websockets_closed(&mut self, cx: &mut Context, renewal: &mut Renewal) {
        self.operation = Operation::Idle;
        self.reset(cx, renewal, None, None);
        self.serve(cx, renewal);
    }
}
