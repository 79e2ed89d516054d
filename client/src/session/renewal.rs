//! Renewing the subscription (docs/protocol.md, sections 1.5 and 6.1).

use std::collections::VecDeque;
use std::mem;

use super::context::{Context, Purpose};
use crate::dialect::Profile;
use crate::error::{Code, Error};
use crate::io::Task;
use crate::js::{self, TypeError, Value};
use crate::protocol::{Answer, Granted, read_renewal};
use crate::timer::Timer;
use crate::untyped::Untyped;

/// The shortest delay between two renewals, in milliseconds.
const SHORTEST_DELAY: f64 = 30_000.0;

/// More attempts than this cannot be to come; what would bring one more is lost.
const MAX_BACKLOG: usize = 10_000;

/// The task that renews the subscription.
///
/// While it waits for an answer it does not notice that the session ends, nor that a new one begins: that answer is
/// handled as ever, and the new session's renewals are counted from it.
#[derive(Debug, Default)]
pub(super) struct Renewal {
    doing: RenewalState,
    /// The numbers of the attempts to come. A session that begins and a renewal that has ended each bring one, and the task
    /// takes them in this order: one that came while it was busy puts it behind for the rest of the session.
    backlog: VecDeque<u32>,
}

/// What the task does.
#[derive(Clone, Debug, Default, PartialEq)]
enum RenewalState {
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

/// What comes of a renewal.
#[must_use]
pub(super) enum Renewed {
    /// What there was to do is done.
    Done,
    /// The platform has ended the session. A renewal left from an earlier session serves the next one: once the session is
    /// over it goes on by [`Renewal::await_attempt`] with this attempt.
    Gone { next_attempt: Option<u32> },
}

impl Renewal {
    /// Begins to renew the subscription of a session.
    pub(super) fn start(&mut self, cx: &mut Context) {
        self.await_attempt(cx, 1);
    }

    /// The session is over.
    pub(super) fn stop(&mut self, cx: &mut Context) {
        match &mut self.doing {
            RenewalState::Nothing => {}
            RenewalState::Waiting { .. } => {
                cx.timers.cancel(Timer::Resubscribe);
                self.doing = RenewalState::Nothing;
                self.take_attempt(cx);
            }
            RenewalState::Requesting { outlived, .. } => *outlived = true,
        }
    }

    /// Another attempt will come.
    pub(super) fn await_attempt(&mut self, cx: &mut Context, attempt: u32) {
        if self.backlog.len() < MAX_BACKLOG {
            self.backlog.push_back(attempt);
        }
        self.take_attempt(cx);
    }

    fn take_attempt(&mut self, cx: &mut Context) {
        if self.doing == RenewalState::Nothing
            && let Some(attempt) = self.backlog.pop_front()
        {
            self.wait(cx, attempt);
        }
    }

    /// Waits for an ever smaller part of the lifetime: half of it before the first attempt, a quarter before the
    /// second. Without a subscription the task dies here, or drops what was to come.
    fn wait(&mut self, cx: &mut Context, attempt: u32) {
        let Some(granted) = &cx.state.subscription else {
            if cx.profile.renewal_dies_without_subscription {
                return self.die(cx);
            }
            return self.backlog.clear();
        };
        let part = granted.params.get("expires").to_number() * 1000.0 / 2f64.powf(f64::from(attempt));
        let delay = (cx.profile.renewal_delay)(part.max(SHORTEST_DELAY), &mut cx.random);
        self.doing = RenewalState::Waiting { attempt, granted: granted.clone() };
        cx.arm(js::timeout(&delay.into()), Timer::Resubscribe);
    }

    fn die(&mut self, cx: &mut Context) {
        *self = Self::default();
        cx.crash(Task::Resubscription);
    }

    /// The wait is over.
    pub(super) fn due(&mut self, cx: &mut Context) {
        let (RenewalState::Waiting { attempt, granted }, Some(connection)) = (&self.doing, &cx.state.connection) else {
            return;
        };
        let (attempt, services) = (*attempt, granted.params.get("service").clone());
        match cx.writer().resubscribe(connection, granted, &services) {
            Ok(request) => {
                cx.send(request, Purpose::Resubscribe);
                self.doing = RenewalState::Requesting { attempt, services, outlived: false };
            }
            Err(_) => self.die(cx),
        }
    }

    /// The answer to the PUT.
    pub(super) fn answered(&mut self, cx: &mut Context, answer: &Answer) -> Renewed {
        let RenewalState::Requesting { attempt, services, outlived } = mem::take(&mut self.doing) else {
            return Renewed::Done;
        };
        let Ok(error) = read_renewal(cx.profile, answer, &services)
            .and_then(|error| error.map(|error| numbered(error, attempt)).transpose())
        else {
            self.die(cx);
            return Renewed::Done;
        };
        let is_gone = error.as_ref().is_some_and(|error| says_gone(cx.profile, error));
        let next_attempt = if error.is_some() { attempt.saturating_add(1) } else { 1 };
        cx.emit((cx.profile.renewed)(attempt, error));
        if is_gone {
            if !outlived {
                self.backlog.clear();
            }
            return Renewed::Gone { next_attempt: outlived.then_some(next_attempt) };
        }
        self.await_attempt(cx, next_attempt);
        Renewed::Done
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

/// Whether the platform has ended the subscription.
fn says_gone(profile: &Profile, error: &Error) -> bool {
    match error {
        Error::Foreign { value: Untyped(value), .. } => {
            value.get("code").strict_equals(&Code::Number(profile.gone_code).to_js())
        }
        error => error.code() == Some(Code::Number(profile.gone_code)),
    }
}
