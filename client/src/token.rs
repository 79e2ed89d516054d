//! Tokens: the first one, and keeping it fresh (PROTOCOL.md, sections 1.2, 1.4 and 4.5).

use serde_json::Value;

use crate::browser;
use crate::connect::Flow;
use crate::error::{Code, Error};
use crate::event::Event;
use crate::io::{RequestId, Task};
use crate::js_value;
use crate::session::{Purpose, Session};
use crate::state::Tokens;
use crate::timer::{Time, Timer, set_timeout};
use crate::wire::Answer;

/// The task that keeps the access token fresh; it lives as long as the session that it was started for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Refresh {
    /// Without a refresh token, and after a refresh that failed.
    #[default]
    Off,
    /// Until the timer fires.
    Waiting,
    /// For an answer.
    Requesting(RequestId),
}

impl Refresh {
    pub(crate) fn is_alive(self) -> bool {
        self != Self::Off
    }
}

impl Session {
    /// The answer to `mk_token`.
    pub(crate) fn token_created(&mut self, answer: Answer) {
        let outcome = match answer {
            Answer::Ok(body) => read_tokens(&body).map(Ok),
            Answer::Error { body: Some(body), .. } => browser::property(body.get("error"), "human")
                .map(|human| Err(format!("There was an error connecting. Error: {}", js_value::text(human)))),
            Answer::Error { .. } => Ok(Err("Login request failed. Check your credentials.".to_owned())),
        };
        self.finish_token_step(outcome);
    }

    /// The answer to a refresh with which a connect began.
    pub(crate) fn token_for_connect_refreshed(&mut self, answer: Answer) {
        let outcome = match answer {
            Answer::Ok(body) => read_tokens(&body).map(Ok),
            Answer::Error { .. } => Ok(Err(
                "Something went wrong while attempting to create an accessToken from the supplied refreshToken."
                    .to_owned(),
            )),
        };
        self.finish_token_step(outcome);
    }

    /// The tokens, or the message of the failure. The outer error kills the flow: no event tells it, and `isPending`
    /// stays true.
    fn finish_token_step(&mut self, outcome: Result<Result<Tokens, String>, Error>) {
        let Flow::CreatingToken { login, .. } = std::mem::take(&mut self.flow) else {
            return;
        };
        match outcome {
            Ok(Ok(tokens)) => self.signed_in(&login, tokens),
            Ok(Err(message)) => self.report(Error::new(Code::CreateToken, message)),
            Err(_) => self.crash(Task::ConnectFlow),
        }
    }

    pub(crate) fn start_refreshing(&mut self, now: Time) {
        let Some(tokens) = &self.state.tokens else {
            return;
        };
        if tokens.refresh.as_ref().is_none_or(String::is_empty) {
            return;
        }
        let lifetime = js_value::number(tokens.expires.as_ref());
        let delay = (lifetime - self.config.authentication.early_refresh_margin) * 1000.0;
        self.timers.arm(now + set_timeout(delay), Timer::RefreshToken);
        self.refresh = Refresh::Waiting;
    }

    /// Ends the task's waiting. An answer under way still comes, and finds the session over.
    pub(crate) fn end_refreshing(&mut self) {
        self.timers.cancel(Timer::RefreshToken);
        self.refresh = Refresh::Off;
    }

    pub(crate) fn token_refresh_due(&mut self) {
        let Some(tokens) = &self.state.tokens else {
            return;
        };
        let request = self.writer().refresh_token(tokens.refresh.as_deref(), tokens.expires.as_ref());
        self.refresh = Refresh::Requesting(self.send(request, Purpose::RefreshToken));
    }

    /// The answer to a periodic refresh, also where its session is over.
    pub(crate) fn token_refreshed(&mut self, now: Time, id: RequestId, answer: Answer) {
        let is_current = self.refresh == Refresh::Requesting(id);
        if is_current {
            self.refresh = Refresh::Off;
        }
        let Answer::Ok(body) = answer else {
            self.set_pending();
            return self.leave();
        };
        let issued = match read_tokens(&body) {
            Ok(issued) => issued,
            Err(error) => return self.report(error),
        };
        let Some(tokens) = &mut self.state.tokens else {
            let missing = browser::property(None, "uc").expect_err("undefined has no properties");
            return self.report(missing);
        };
        tokens.access = issued.access.clone();
        tokens.refresh = issued.refresh.clone();
        tokens.expires = issued.expires;
        if let Some(user) = &mut self.state.user_info {
            user.access_token = issued.access;
            user.refresh_token = issued.refresh;
        }
        self.emit(Event::AuthChange);
        if is_current {
            self.start_refreshing(now);
        }
    }
}

/// Reads `{"success": {access_token, refresh_token, expires}}`; every one of the three may be missing.
fn read_tokens(body: &Value) -> Result<Tokens, Error> {
    let success = browser::property(Some(body), "success")?;
    browser::destructured(success, "response.payload.body.success", "access_token")?;
    let field = |key: &str| success.and_then(|success| success.get(key)).filter(|value| !value.is_null());
    let token = |key: &str| field(key).map(|value| js_value::text(Some(value)));
    Ok(Tokens {
        access: token("access_token"),
        refresh: token("refresh_token"),
        oauth: None,
        expires: field("expires").cloned(),
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::config::Config;
    use crate::credentials::{ConnectOptions, Credentials};
    use crate::io::{Output, Response};

    fn outputs(session: &mut Session) -> Vec<Output> {
        std::iter::from_fn(|| session.poll_output()).collect()
    }

    fn updates_token(session: &mut Session) -> Vec<Output> {
        let credentials = Credentials { access_token: Some("AT-new".into()), ..Credentials::default() };
        session.update_token(Time::ZERO, &credentials);
        outputs(session)
    }

    #[test]
    fn a_token_is_not_updated_while_connecting_or_after_that_has_failed() {
        let mut session = Session::new(Config::for_server("127.0.0.1", 1, 2));
        let credentials =
            Credentials { username: Some("alice".into()), access_token: Some("AT-1".into()), ..Credentials::default() };
        session.connect(Time::ZERO, &credentials, &ConnectOptions::default());
        outputs(&mut session);
        assert_eq!(updates_token(&mut session), [Output::Crash(Task::UpdateToken)]);

        let forbidden = Response {
            status: StatusCode::FORBIDDEN,
            status_text: "Forbidden".into(),
            headers: HeaderMap::from_iter([(http::header::CONTENT_TYPE, "text/html".parse().unwrap())]),
            body: "no".into(),
            is_cut: false,
        };
        session.handle_response(Time::ZERO, RequestId(1), Ok(forbidden));
        assert!(session.error().is_some());
        outputs(&mut session);
        assert_eq!(updates_token(&mut session), [Output::Crash(Task::UpdateToken)]);
        assert_eq!(session.user_info().unwrap().access_token.as_deref(), Some("AT-1"));
    }
}
