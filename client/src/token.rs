//! Tokens: the first one, and keeping it fresh (docs/protocol.md, sections 1.2, 1.4, 4.5 and 4.6).

use crate::connect::{Flow, Tokens, read_tokens};
use crate::credentials::{bearer_options, token_options};
use crate::error::{Code, Error};
use crate::event::Event;
use crate::io::{RequestId, Task};
use crate::js::{self, TypeError, Value, property};
use crate::session::{Purpose, Session};
use crate::timer::{Time, Timer};
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
    pub(crate) fn token_created(&mut self, now: Time, answer: Answer) {
        let outcome = match answer {
            Answer::Ok(body) => read_tokens(&body).map(Ok),
            Answer::Error { body: Some(body), .. } => property(body.get("error"), "human")
                .map(|human| Err(format!("There was an error connecting. Error: {}", human.to_text()))),
            Answer::Error { .. } => Ok(Err("Login request failed. Check your credentials.".to_owned())),
        };
        self.finish_token_step(now, outcome);
    }

    /// The answer to a refresh with which a connect began.
    pub(crate) fn token_for_connect_refreshed(&mut self, now: Time, answer: Answer) {
        let outcome = match answer {
            Answer::Ok(body) => read_tokens(&body).map(Ok),
            Answer::Error { .. } => Ok(Err(
                "Something went wrong while attempting to create an accessToken from the supplied refreshToken."
                    .to_owned(),
            )),
        };
        self.finish_token_step(now, outcome);
    }

    /// The tokens, or the message of the failure. The outer error kills the flow: no event tells it, and `isPending`
    /// stays true.
    fn finish_token_step(&mut self, now: Time, outcome: Result<Result<Tokens, String>, TypeError>) {
        let Flow::CreatingToken { login, .. } = std::mem::take(&mut self.flow) else {
            return;
        };
        match outcome {
            Ok(Ok(tokens)) => self.signed_in(now, login, tokens),
            Ok(Err(message)) => self.report(Error::new(Code::CreateToken, message)),
            Err(_) => self.crash(Task::ConnectFlow),
        }
    }

    pub(crate) fn wait_to_refresh(&mut self, now: Time) {
        let Some(connection) = &self.state.connection else {
            return;
        };
        let margin = self.settings.authentication().get("earlyRefreshMargin").to_number();
        let delay = (connection.token_expires.to_number() - margin) * 1000.0;
        self.timers.arm(now + js::timeout(&delay.into()), Timer::RefreshToken);
        self.refresh = Refresh::Waiting;
    }

    /// Ends the task's waiting. An answer under way still comes, and finds the session over.
    pub(crate) fn end_refreshing(&mut self) {
        self.timers.cancel(Timer::RefreshToken);
        self.refresh = Refresh::Off;
    }

    pub(crate) fn token_refresh_due(&mut self, now: Time) {
        let Some(connection) = &self.state.connection else {
            return;
        };
        match self.writer().refresh_token(connection) {
            Ok(request) => self.refresh = Refresh::Requesting(self.send(now, request, Purpose::RefreshToken)),
            Err(error) => {
                self.refresh = Refresh::Off;
                self.report(error.into());
            }
        }
    }

    /// The answer to a periodic refresh, also where its session is over.
    pub(crate) fn token_refreshed(&mut self, now: Time, id: RequestId, answer: Answer) {
        let is_current = self.refresh == Refresh::Requesting(id);
        if is_current {
            self.refresh = Refresh::Off;
        }
        let Answer::Ok(body) = answer else {
            self.set_pending();
            return (self.profile.leave)(self, now);
        };
        let issued = match read_tokens(&body) {
            Ok(issued) => issued,
            Err(error) => return self.report(error.into()),
        };
        let Some(connection) = &mut self.state.connection else {
            let missing = property(&Value::Undefined, "uc").expect_err("undefined has no properties");
            return self.report(missing.into());
        };
        connection.access_token = issued.access.clone();
        connection.refresh_token = issued.refresh.clone();
        connection.token_expires = issued.expires;
        self.show_tokens(issued.access, issued.refresh);
        if is_current {
            self.wait_to_refresh(now);
        }
    }

    /// What `updateToken()` does. The session takes over whatever of itself is named in the credentials; requests change
    /// their token only if there is a user name and exactly one kind of token.
    pub(crate) fn take_tokens(&mut self, credentials: &Value) {
        let Some(connection) = &mut self.state.connection else {
            return self.crash(Task::UpdateToken);
        };
        let (username, access, bearer) =
            (credentials.get("username"), credentials.get("accessToken"), credentials.get(self.profile.bearer));
        let options = if bearer.is_truthy() && username.is_truthy() && !access.is_truthy() {
            bearer_options(bearer)
        } else if access.is_truthy() && username.is_truthy() && !bearer.is_truthy() {
            token_options(access)
        } else {
            Value::Undefined
        };
        connection.request_options = js::merge_keeping_lists(&connection.request_options, &options);
        let given = |name: &str| credentials.as_object().and_then(|credentials| credentials.own(name)).cloned();
        for (name, slot) in [
            ("server", &mut connection.server),
            ("username", &mut connection.username),
            ("accessToken", &mut connection.access_token),
            (self.profile.bearer, &mut connection.bearer_token),
            ("refreshToken", &mut connection.refresh_token),
            ("tokenExpires", &mut connection.token_expires),
        ] {
            if let Some(value) = given(name) {
                *slot = value;
            }
        }
        self.show_tokens(access.clone(), credentials.get("refreshToken").clone());
    }

    fn show_tokens(&mut self, access: Value, refresh: Value) {
        if let Some(user) = &mut self.state.user_info {
            user.access_token = access.into();
            user.refresh_token = refresh.into();
            user.has_tokens = true;
        }
        self.emit(Event::AuthChange);
    }
}
