//! Renewing the subscription (PROTOCOL.md, sections 1.5 and 6).

use crate::browser;
use crate::error::{Code, Error};
use crate::event::Event;
use crate::io::Task;
use crate::js_value;
use crate::session::{Purpose, Session};
use crate::timer::{Time, Timer, set_timeout};
use crate::wire::Answer;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Resubscription {
    /// No session, or the task has died in it.
    #[default]
    Off,
    /// Until the timer fires.
    Waiting { attempt: u32 },
    /// For the answer to the PUT. `outlived` says that the session which it was sent for is over.
    Requesting { attempt: u32, outlived: bool },
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
            self.resubscription = Resubscription::Off;
            return self.crash(Task::Resubscription);
        };
        let part = granted.expires() * 1000.0 / 2f64.powf(f64::from(attempt));
        let delay = set_timeout(part.max(SHORTEST_DELAY));
        self.timers.arm(now + delay, Timer::Resubscribe);
        self.resubscription = Resubscription::Waiting { attempt };
    }

    pub(crate) fn resubscription_due(&mut self) {
        let Resubscription::Waiting { attempt } = self.resubscription else {
            return;
        };
        let Some(granted) = &self.state.subscription else {
            return;
        };
        let username = self.state.user_info.as_ref().and_then(|user| user.username.as_deref());
        let request = self.writer().resubscribe(username, granted);
        self.send(request, Purpose::Resubscribe);
        self.resubscription = Resubscription::Requesting { attempt, outlived: false };
    }

    /// The answer to the PUT.
    pub(crate) fn resubscribed(&mut self, now: Time, answer: &Answer) {
        let Resubscription::Requesting { attempt, outlived } = self.resubscription else {
            return;
        };
        let Ok(outcome) = read_renewal(answer) else {
            self.resubscription = Resubscription::Off;
            return self.crash(Task::Resubscription);
        };
        let error = outcome.err().map(|(code, message)| Error::Basic { code, message, attempt_num: Some(attempt) });
        let is_gone = error.as_ref().is_some_and(|error| error.code() == Some(Code::Number(GONE)));
        let next_attempt = if error.is_some() { attempt.saturating_add(1) } else { 1 };
        self.emit(Event::Resubscribed { attempt_num: attempt, error });
        if is_gone {
            self.gone(None);
            if !outlived {
                self.resubscription = Resubscription::Off;
                return;
            }
        }
        self.wait_to_resubscribe(now, next_attempt);
    }
}

/// Reads the answer to a PUT: renewed, or the code and text of the failure. The outer error is the death of the task.
fn read_renewal(answer: &Answer) -> Result<Result<(), (Code, String)>, Error> {
    let failed = |message: String| Ok(Err((Code::Resubscribe, message)));
    match answer {
        Answer::Ok(body) => {
            let response = browser::property(Some(body), "subscribeResponse")?;
            let status = browser::property(response, "statusCode")?;
            if !matches!(status.and_then(serde_json::Value::as_f64), Some(0.0 | 2.0)) {
                return failed(format!("Unknown error; statusCode: {}.", js_value::text(status)));
            }
            let params = response.and_then(|response| response.get("subscriptionParams"));
            let service = browser::property(params, "service")?;
            browser::property(service, "map")?;
            if !service.is_some_and(serde_json::Value::is_array) {
                return Err(Error::type_error("service.map is not a function"));
            }
            Ok(Ok(()))
        }
        Answer::Error { status, body: Some(body), .. } => {
            let response = body.get("subscribeResponse");
            let code = browser::destructured(response, "response.payload.body.subscribeResponse", "statusCode")?;
            match (*status, code.and_then(serde_json::Value::as_i64)) {
                (404, Some(code @ (GONE | LINK_GONE))) => {
                    Ok(Err((Code::Number(code), format!("Subscription no longer exists. Code {code}."))))
                }
                _ => {
                    let code = js_value::text(code);
                    failed(format!("Failed to update user subscription with status code {code}."))
                }
            }
        }
        Answer::Error { message, .. } => failed(format!("Update subscription request failed.: {message}.")),
    }
}
