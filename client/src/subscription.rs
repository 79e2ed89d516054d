//! Renewing the subscription (docs/protocol.md, sections 1.5 and 6.1).

use std::collections::VecDeque;

use crate::dialect::Profile;
use crate::error::{Code, Error};
use crate::event::{DisconnectReason, Event};
use crate::io::Task;
use crate::js::{self, TypeError, Value, destructured, property};
use crate::session::{Purpose, Session};
use crate::timer::{Time, Timer};
use crate::untyped::Untyped;
use crate::wire::{Answer, Granted, compare_services};

/// The shortest delay between two renewals, in milliseconds.
const SHORTEST_DELAY: f64 = 30_000.0;

/// More attempts than this cannot be to come; what would bring one more is lost.
const MAX_BACKLOG: usize = 10_000;

/// The task that renews the subscription.
///
/// While it waits for an answer it does not notice that the session ends, nor that a new one begins: that answer is
/// handled as ever, and the new session's renewals are counted from it.
#[derive(Debug, Default)]
pub(crate) struct Resubscription {
    doing: Doing,
    /// The numbers of the attempts to come. A session that begins and a renewal that has ended each bring one, and the task
    /// takes them in this order: one that came while it was busy puts it behind for the rest of the session.
    backlog: VecDeque<u32>,
}

/// What the task does.
#[derive(Clone, Debug, Default, PartialEq)]
enum Doing {
    /// There is no session, or the task has died in it.
    #[default]
    Nothing,
    /// Until the timer fires. What is renewed then is the subscription as it was when the wait began, whatever has become of
    /// it since.
    Waiting { attempt: u32, granted: Granted },
    /// For the answer to the PUT, which asks for `services`. `outlived` says that the session which it was sent for is
    /// over.
    Requesting { attempt: u32, services: Value, outlived: bool },
}

/// `updateConnection()` of Link 3.
impl Session {
    /// Asks for these services instead. What `getConnection()` shows stays.
    pub(crate) fn change_connection(&mut self, now: Time, services: &Value) {
        // The task takes no call before it is done with the last one.
        if self.waits_for(|purpose| matches!(purpose, Purpose::UpdateConnection { .. })) {
            return;
        }
        let (Some(granted), Some(connection)) = (&self.state.subscription, &self.state.connection) else {
            return self.crash(Task::UpdateConnection);
        };
        match self.writer().resubscribe(connection, granted, services) {
            Ok(request) => {
                self.send(now, request, Purpose::UpdateConnection { services: services.clone() });
            }
            Err(_) => self.crash(Task::UpdateConnection),
        }
    }

    /// The answer to its PUT. Later renewals ask for these services; a session that has ended meanwhile is stumbled over.
    pub(crate) fn connection_changed(&mut self, services: Value, answer: &Answer) {
        match (read_renewal(self.profile, answer, &services), &mut self.state.subscription) {
            (Ok(None), Some(granted)) => {
                granted.params = std::mem::take(&mut granted.params).with("service", services);
                self.emit(Event::AuthChange);
            }
            (Ok(Some(_)), _) => self.emit(Event::AuthError(Error::not_updated())),
            (Ok(None), None) | (Err(_), _) => self.crash(Task::UpdateConnection),
        }
    }
}

impl Session {
    pub(crate) fn start_resubscribing(&mut self, now: Time) {
        self.await_attempt(now, 1);
    }

    pub(crate) fn stop_resubscribing(&mut self, now: Time) {
        match &mut self.resubscription.doing {
            Doing::Nothing => {}
            Doing::Waiting { .. } => {
                self.timers.cancel(Timer::Resubscribe);
                self.resubscription.doing = Doing::Nothing;
                self.take_attempt(now);
            }
            Doing::Requesting { outlived, .. } => *outlived = true,
        }
    }

    /// Another attempt is to come.
    fn await_attempt(&mut self, now: Time, attempt: u32) {
        if self.resubscription.backlog.len() < MAX_BACKLOG {
            self.resubscription.backlog.push_back(attempt);
        }
        self.take_attempt(now);
    }

    fn take_attempt(&mut self, now: Time) {
        if self.resubscription.doing == Doing::Nothing
            && let Some(attempt) = self.resubscription.backlog.pop_front()
        {
            self.wait_to_resubscribe(now, attempt);
        }
    }

    /// Waits for an ever smaller part of the lifetime: half of it before the first attempt, a quarter before the
    /// second. Without a subscription the task dies here, or drops what was to
    /// come.
    fn wait_to_resubscribe(&mut self, now: Time, attempt: u32) {
        let Some(granted) = &self.state.subscription else {
            if self.profile.renewal_dies_without_subscription {
                return self.stop_renewing();
            }
            return self.resubscription.backlog.clear();
        };
        let part = granted.params.get("expires").to_number() * 1000.0 / 2f64.powf(f64::from(attempt));
        let delay = (self.profile.renewal_delay)(part.max(SHORTEST_DELAY), &mut self.random);
        self.resubscription.doing = Doing::Waiting { attempt, granted: granted.clone() };
        self.timers.arm(now + js::timeout(&delay.into()), Timer::Resubscribe);
    }

    /// The task dies.
    fn stop_renewing(&mut self) {
        self.resubscription = Resubscription::default();
        self.crash(Task::Resubscription);
    }

    pub(crate) fn resubscription_due(&mut self, now: Time) {
        let (Doing::Waiting { attempt, granted }, Some(connection)) =
            (&self.resubscription.doing, &self.state.connection)
        else {
            return;
        };
        let (attempt, services) = (*attempt, granted.params.get("service").clone());
        match self.writer().resubscribe(connection, granted, &services) {
            Ok(request) => {
                self.send(now, request, Purpose::Resubscribe);
                self.resubscription.doing = Doing::Requesting { attempt, services, outlived: false };
            }
            Err(_) => self.stop_renewing(),
        }
    }

    /// The answer to the PUT.
    pub(crate) fn resubscribed(&mut self, now: Time, answer: &Answer) {
        let Doing::Requesting { attempt, services, outlived } = std::mem::take(&mut self.resubscription.doing) else {
            return;
        };
        let Ok(error) = read_renewal(self.profile, answer, &services)
            .and_then(|error| error.map(|error| numbered(error, attempt)).transpose())
        else {
            return self.stop_renewing();
        };
        let is_gone = error.as_ref().is_some_and(|error| says_gone(self.profile, error));
        let next_attempt = if error.is_some() { attempt.saturating_add(1) } else { 1 };
        self.emit((self.profile.renewed)(attempt, error));
        if is_gone {
            self.gone(now, DisconnectReason::Gone, None);
            if !outlived {
                return self.resubscription.backlog.clear();
            }
        }
        self.await_attempt(now, next_attempt);
    }
}

/// The error with the number of the attempt, which the SDK puts into it. What can hold no member kills the task.
fn numbered(error: Error, attempt: u32) -> Result<Error, TypeError> {
    match error {
        Error::Basic { code, message, .. } => Ok(Error::Basic { code, message, attempt_num: Some(attempt) }),
        Error::Foreign { value: Untyped(value @ Value::Object(_)), .. } => {
            Ok(Error::foreign(value.with("attemptNum", attempt)))
        }
        error @ Error::Foreign { value: Untyped(Value::List(_)), .. } => Ok(error),
        Error::Foreign { value: Untyped(value), .. } => {
            Err(TypeError::new(format!("Cannot create property 'attemptNum' on {}", value.to_text())))
        }
        error @ (Error::Type { .. } | Error::Syntax { .. }) => Ok(error),
    }
}

/// Whether the subscription is no more.
fn says_gone(profile: &Profile, error: &Error) -> bool {
    match error {
        Error::Foreign { value: Untyped(value), .. } => value.get("code").strict_equals(&number(profile.gone_code)),
        error => error.code() == Some(Code::Number(profile.gone_code)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "the codes are small")]
fn number(code: i64) -> Value {
    Value::Number(code as f64)
}

/// Reads the answer to a PUT: the error of the failure, if it is one. The outer error is the death of the task.
pub(crate) fn read_renewal(profile: &Profile, answer: &Answer, services: &Value) -> Result<Option<Error>, TypeError> {
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
            let ended = profile.ended_codes.iter().find(|ended| code.strict_equals(&number(**ended)));
            match (*status, ended) {
                (404, Some(&code)) => {
                    let message = format!("Subscription no longer exists. Code {code}.");
                    Ok(Some(Error::new(Code::Number(code), message)))
                }
                _ => failed(format!("Failed to update user subscription with status code {}.", code.to_text())),
            }
        }
        Answer::Error { message, .. } => failed(format!("Update subscription request failed.: {message}.")),
    }
}
