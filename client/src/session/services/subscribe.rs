//! The first subscription: the POST, its repetitions, and the websocket behind it.

use std::mem;

use super::{Attempt, Operation, ServiceFlow, ServiceOrder, delete_subscription, tell};
use crate::error::{Code, Error, OpeningFailure};
use crate::event::Event;
use crate::js::{self, Value};
use crate::protocol::{Answer, Granted, read_subscription};
use crate::session::context::{Context, Purpose};
use crate::session::renewal::Renewal;
use crate::timer::Timer;

impl ServiceFlow {
    pub(super) fn ask_for_subscription(&mut self, cx: &mut Context, attempt: Attempt) {
        match cx.writer().subscribe(&attempt.config, &attempt.connection, &attempt.options) {
            Ok(request) => {
                let request = cx.send(request, Purpose::SubscribeServices);
                self.operation = Operation::Subscribing { request, attempt };
            }
            Err(error) => self.fail_to_subscribe(cx, error.into()),
        }
    }

    /// The pause behind a 503 is over.
    pub(in crate::session) fn retry_due(&mut self, cx: &mut Context) {
        match mem::take(&mut self.operation) {
            Operation::Retrying { attempt } => self.ask_for_subscription(cx, attempt),
            other => self.operation = other,
        }
    }

    /// The answer to the POST.
    pub(in crate::session) fn subscribed(
        &mut self,
        cx: &mut Context,
        renewal: &mut Renewal,
        answer: Answer,
    ) -> ServiceOrder {
        let Operation::Subscribing { attempt, .. } = mem::take(&mut self.operation) else {
            return ServiceOrder::Nothing;
        };
        if let Answer::Error { retry_after: Some(delay), .. } = answer {
            self.wait_to_retry(cx, renewal, attempt, delay);
            return ServiceOrder::Nothing;
        }
        match read_subscription(cx.profile, attempt.config.get("service"), answer) {
            Ok(granted) => {
                // Also of a user who has taken the place of that one.
                if let Some(connection) = cx.state.connection.as_mut().filter(|_| attempt.connection.has_hmac_token()) {
                    connection.exchange_token(&granted.params);
                }
                let server = cx.settings.authentication().get("websocket");
                let info = cx.writer().websocket_info(server, &granted, &attempt.connection);
                // `getConnection()` knows nothing of subscriptions here.
                let granted = Granted { services_info: Value::Undefined, ..granted };
                self.operation = Operation::Opening { granted };
                ServiceOrder::OpenWebSocket(info)
            }
            Err(error) => {
                self.fail_to_subscribe(cx, error);
                self.serve(cx, renewal);
                ServiceOrder::Nothing
            }
        }
    }

    fn wait_to_retry(&mut self, cx: &mut Context, renewal: &mut Renewal, attempt: Attempt, delay: f64) {
        let most = cx.settings.authentication().get("subscription").get("serviceUnavailableMaxRetries").to_number();
        if f64::from(attempt.retries) < most {
            cx.arm(js::timeout(&delay.into()), Timer::RetrySubscription);
            let attempt = Attempt { retries: attempt.retries.saturating_add(1), ..attempt };
            self.operation = Operation::Retrying { attempt };
        } else {
            let message = "Failed to subscribe user. Status Code: 503.";
            self.fail_to_subscribe(cx, Error::new(Code::Unavailable, message));
            self.serve(cx, renewal);
        }
    }

    /// A websocket is open, whichever.
    pub(in crate::session) fn websocket_opened(&mut self, cx: &mut Context, renewal: &mut Renewal) {
        match mem::take(&mut self.operation) {
            Operation::Opening { granted } => {
                cx.state.subscription = Some(granted);
                self.pending = None;
                tell(cx, None, None);
                renewal.start(cx);
                self.connection_made(cx);
                self.serve(cx, renewal);
            }
            other => self.operation = other,
        }
    }

    /// No websocket could be opened: what was granted is given back.
    pub(in crate::session) fn websocket_refused(&mut self, cx: &mut Context, failure: &OpeningFailure) {
        match mem::take(&mut self.operation) {
            Operation::Opening { granted } => match delete_subscription(cx, &granted) {
                Some(()) => self.operation = Operation::Undoing { error: (cx.profile.opening_error)(failure) },
                None => self.die(cx),
            },
            other => self.operation = other,
        }
    }

    pub(super) fn fail_to_subscribe(&mut self, cx: &mut Context, error: Error) {
        self.pending = None;
        cx.emit(Event::SubscriptionError(error.clone()));
        self.connection_failed(cx, error);
    }
}
