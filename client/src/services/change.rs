//! Other services than those that are subscribed to, and none at all.

use super::{Operation, Pending};
use crate::connect::says_unsubscribed;
use crate::error::{Code, Error};
use crate::event::{DisconnectReason, Event};
use crate::js::{Object, TypeError, Value, destructured};
use crate::session::Session;
use crate::subscription::read_renewal;
use crate::timer::Time;
use crate::wire::{Answer, Granted};

impl Session {
    /// The answer to the PUT that asks for other services.
    pub(crate) fn services_changed(&mut self, now: Time, answer: &Answer) {
        let Operation::Changing { services, .. } = std::mem::take(&mut self.services.operation) else {
            return;
        };
        match (read_renewal(self.profile, answer, &services), answer) {
            (Ok(None), Answer::Ok(body)) => {
                let response = body.get("subscribeResponse");
                self.state.subscription = Some(self.changed_subscription(response));
                self.services.pending = None;
                self.tell_of_services(None, None);
                // A subscription that has ended meanwhile is renewed again, too.
                self.start_resubscribing(now);
                self.connected_by_services();
            }
            (Ok(_), _) => self.fail_to_subscribe(Error::not_updated()),
            (Err(_), _) => return self.crash_services(),
        }
        self.serve(now);
    }

    /// What is known of the subscription with what the answer to a PUT says of it.
    fn changed_subscription(&self, response: &Value) -> Granted {
        let known = self.state.subscription.as_ref();
        let mut params = Object::default();
        known.into_iter().for_each(|known| params.assign(&known.params));
        params.assign(response.get("subscriptionParams"));
        let url = match (response.get("subscription"), known) {
            (Value::Undefined, Some(known)) => known.url.clone(),
            (url, _) => url.clone(),
        };
        Granted { services_info: Value::Undefined, url, params: params.into() }
    }

    /// The answer to the DELETE.
    pub(crate) fn services_unsubscribed(&mut self, now: Time, answer: &Answer) {
        match std::mem::take(&mut self.services.operation) {
            Operation::Leaving if !says_unsubscribed(answer) => return self.crash_services(),
            Operation::Leaving => {
                if !self.close_websockets() {
                    return self.services.operation = Operation::Leaving;
                }
                self.reset_services(now, None, None);
            }
            Operation::Undoing { error } => match read_deletion(answer) {
                Ok(()) => {
                    self.reset_services(now, None, None);
                    self.fail_to_subscribe(error);
                }
                Err(stumble) => self.fail_to_subscribe(stumble.into()),
            },
            other => return self.services.operation = other,
        }
        self.serve(now);
    }

    /// The subscription is over. That the platform has ended it is lost on a client that is about to unsubscribe.
    pub(crate) fn end_services(&mut self, now: Time, reason: Option<DisconnectReason>, retry_after: Option<Value>) {
        let is_leaving = self.services.pending == Some(Pending::Unsubscribe);
        if !(is_leaving && reason == Some(DisconnectReason::Gone)) {
            self.reset_services(now, reason, retry_after);
        }
    }

    fn reset_services(&mut self, now: Time, reason: Option<DisconnectReason>, retry_after: Option<Value>) {
        self.state.subscription = None;
        self.services.pending = None;
        self.stop_resubscribing(now);
        self.tell_of_services(reason, retry_after);
        self.disconnected_by_services();
    }

    /// There is nothing to unsubscribe from. The renewals take it for the end, too.
    pub(super) fn fail_to_unsubscribe(&mut self, now: Time, message: String) {
        self.services.pending = None;
        self.stop_resubscribing(now);
        self.emit(Event::SubscriptionError(Error::new(Code::NoSubscription, message)));
        self.disconnected_by_services();
    }

    pub(super) fn tell_of_services(&mut self, reason: Option<DisconnectReason>, retry_after: Option<Value>) {
        self.emit(Event::SubscriptionChange { reason, retry_after: retry_after.map(Into::into) });
    }
}

/// Reads the answer to a DELETE, which only has to be of a form that the SDK foresees.
fn read_deletion(answer: &Answer) -> Result<(), TypeError> {
    if let Answer::Error { body: Some(body), .. } = answer {
        destructured(body.get("subscribeResponse"), "response.payload.body.subscribeResponse", "statusCode")?;
    }
    Ok(())
}
