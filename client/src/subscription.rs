//! Renewing the subscription (docs/protocol.md, sections 1.5 and 6.1).

use crate::error::{Code, Error};
use crate::event::Event;
use crate::io::Task;
use crate::js::{self, TypeError, Value, destructured, property};
use crate::session::{Purpose, Session};
use crate::timer::{Time, Timer};
use crate::wire::{Answer, compare_services};

/// The shortest delay between two renewals, in milliseconds.
const SHORTEST_DELAY: f64 = 30_000.0;

/// The status code of a subscription that the platform has ended.
const GONE: i64 = 4;
/// The code with which the Link platform says the same; here it is only an error.
const LINK_GONE: i64 = 39;

/// The task that renews the subscription.
///
/// While it waits for an answer it does not notice that the session ends, nor that a new one begins: that answer is
/// handled as ever, and the new session's renewals are counted from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Resubscription {
    /// No session, or the task has died in it.
    #[default]
    Off,
    /// Until the timer fires.
    Waiting { attempt: u32 },
    /// For the answer to the PUT, which asks for `services`. `outlived` says that the session which it was sent for is
    /// over.
    Requesting { attempt: u32, services: Value, outlived: bool },
}

impl Session {
    pub(crate) fn start_resubscribing(&mut self, now: Time) {
        if self.resubscription == Resubscription::Off {
            self.wait_to_resubscribe(now, 1);
        }
    }

    pub(crate) fn stop_resubscribing(&mut self) {
        match &mut self.resubscription {
            Resubscription::Off => {}
            Resubscription::Waiting { .. } => {
                self.timers.cancel(Timer::Resubscribe);
                self.resubscription = Resubscription::Off;
            }
            Resubscription::Requesting { outlived, .. } => *outlived = true,
        }
    }

    /// Waits for an ever smaller part of the lifetime: half of it before the first attempt, a quarter before the
    /// second. Without a session the task dies here.
    fn wait_to_resubscribe(&mut self, now: Time, attempt: u32) {
        let Some(granted) = &self.state.subscription else {
            return self.stop_renewing();
        };
        let part = granted.params.get("expires").to_number() * 1000.0 / 2f64.powf(f64::from(attempt));
        let delay = js::timeout(&part.max(SHORTEST_DELAY).into());
        self.timers.arm(now + delay, Timer::Resubscribe);
        self.resubscription = Resubscription::Waiting { attempt };
    }

    /// The task dies.
    fn stop_renewing(&mut self) {
        self.resubscription = Resubscription::Off;
        self.crash(Task::Resubscription);
    }

    pub(crate) fn resubscription_due(&mut self, now: Time) {
        let Resubscription::Waiting { attempt } = self.resubscription else {
            return;
        };
        let (Some(granted), Some(connection)) = (&self.state.subscription, &self.state.connection) else {
            return;
        };
        let services = granted.params.get("service").clone();
        match self.writer().resubscribe(connection, granted) {
            Ok(request) => {
                self.send(now, request, Purpose::Resubscribe);
                self.resubscription = Resubscription::Requesting { attempt, services, outlived: false };
            }
            Err(_) => self.stop_renewing(),
        }
    }

    /// The answer to the PUT.
    pub(crate) fn resubscribed(&mut self, now: Time, answer: &Answer) {
        let Resubscription::Requesting { attempt, services, outlived } = std::mem::take(&mut self.resubscription)
        else {
            return;
        };
        let Ok(error) =
            read_renewal(answer, &services).and_then(|error| error.map(|error| numbered(error, attempt)).transpose())
        else {
            return self.stop_renewing();
        };
        let is_gone = error.as_ref().is_some_and(says_gone);
        let next_attempt = if error.is_some() { attempt.saturating_add(1) } else { 1 };
        self.emit(Event::Resubscribed { attempt_num: attempt, error });
        if is_gone {
            self.gone(None);
            if !outlived {
                return;
            }
        }
        self.wait_to_resubscribe(now, next_attempt);
    }
}

/// The error with the number of the attempt, which the SDK puts into it. What can hold no member kills the task.
fn numbered(error: Error, attempt: u32) -> Result<Error, TypeError> {
    match error {
        Error::Basic { code, message, .. } => Ok(Error::Basic { code, message, attempt_num: Some(attempt) }),
        Error::Foreign { value: value @ Value::Object(_), .. } => Ok(Error::foreign(value.with("attemptNum", attempt))),
        Error::Foreign { value: value @ Value::List(_), message } => Ok(Error::Foreign { value, message }),
        Error::Foreign { value, .. } => {
            Err(TypeError::new(format!("Cannot create property 'attemptNum' on {}", value.to_text())))
        }
        error @ Error::Type { .. } => Ok(error),
    }
}

/// Whether the subscription is no more.
fn says_gone(error: &Error) -> bool {
    match error {
        Error::Foreign { value, .. } => value.get("code").strict_equals(&4.0.into()),
        error => error.code() == Some(Code::Number(GONE)),
    }
}

/// Reads the answer to a PUT: the error of the failure, if it is one. The outer error is the death of the task.
fn read_renewal(answer: &Answer, services: &Value) -> Result<Option<Error>, TypeError> {
    let failed = |message: String| Ok(Some(Error::new(Code::Resubscribe, message)));
    match answer {
        Answer::Ok(body) => {
            let response = property(body, "subscribeResponse")?;
            let status = property(response, "statusCode")?;
            if ![0.0, 2.0].iter().any(|fine| status.strict_equals(&(*fine).into())) {
                return failed(format!("Unknown error; statusCode: {}.", status.to_text()));
            }
            let params = response.get("subscriptionParams");
            compare_services(services, property(params, "service")?)?;
            let error = response.get("error");
            Ok(error.is_truthy().then(|| Error::foreign(error.clone())))
        }
        Answer::Error { status, body: Some(body), .. } => {
            let response = body.get("subscribeResponse");
            let code = destructured(response, "response.payload.body.subscribeResponse", "statusCode")?;
            #[expect(clippy::cast_precision_loss, reason = "the codes are small")]
            let ended = [GONE, LINK_GONE].into_iter().find(|ended| code.strict_equals(&(*ended as f64).into()));
            match (*status, ended) {
                (404, Some(code)) => {
                    let message = format!("Subscription no longer exists. Code {code}.");
                    Ok(Some(Error::new(Code::Number(code), message)))
                }
                _ => failed(format!("Failed to update user subscription with status code {}.", code.to_text())),
            }
        }
        Answer::Error { message, .. } => failed(format!("Update subscription request failed.: {message}.")),
    }
}
