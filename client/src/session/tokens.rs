//! Keeping the tokens fresh, and exchanging them (docs/protocol.md, sections 1.4, 4.5 and 4.6).

use super::context::{Context, Purpose};
use crate::event::Event;
use crate::io::{RequestId, Task};
use crate::js::{self, Value, property};
use crate::protocol::{Answer, bearer_options, read_tokens, token_options};
use crate::timer::Timer;

/// The task that keeps the access token fresh; it lives as long as the session that it was started for.
#[derive(Debug, Default)]
pub(super) struct TokenRefresh {
    doing: RefreshState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RefreshState {
    /// Without a refresh token, and after a refresh that failed.
    #[default]
    Nothing,
    /// Until the timer fires.
    Waiting,
    /// For an answer.
    Requesting(RequestId),
}

/// What comes of a refresh.
#[must_use]
pub(super) enum Refreshed {
    /// What there was to do is done.
    Done,
    /// The token could not be refreshed: the session is to be left.
    Refused,
}

impl TokenRefresh {
    pub(super) fn is_alive(&self) -> bool {
        self.doing != RefreshState::Nothing
    }

    /// Waits until the token is about to expire.
    pub(super) fn start(&mut self, cx: &mut Context) {
        let Some(connection) = &cx.state.connection else {
            return;
        };
        let margin = cx.settings.authentication().get("earlyRefreshMargin").to_number();
        let delay = (connection.token_expires.to_number() - margin) * 1000.0;
        cx.arm(js::timeout(&delay.into()), Timer::RefreshToken);
        self.doing = RefreshState::Waiting;
    }

    /// Ends the task's waiting. An answer under way still comes, and finds the session over.
    pub(super) fn end(&mut self, cx: &mut Context) {
        cx.timers.cancel(Timer::RefreshToken);
        self.doing = RefreshState::Nothing;
    }

    /// Stops the task for good: a request of its own that is under way is forgotten too.
    pub(super) fn stop(&mut self, cx: &mut Context) {
        if let RefreshState::Requesting(request) = self.doing {
            cx.forget(request);
        }
        self.end(cx);
    }

    /// The token is about to expire.
    pub(super) fn due(&mut self, cx: &mut Context) {
        let Some(connection) = &cx.state.connection else {
            return;
        };
        match cx.writer().refresh_token(connection) {
            Ok(request) => self.doing = RefreshState::Requesting(cx.send(request, Purpose::RefreshToken)),
            Err(error) => {
                self.doing = RefreshState::Nothing;
                cx.report(error.into());
            }
        }
    }

    /// The answer to a refresh, also where its session is over.
    pub(super) fn answered(&mut self, cx: &mut Context, id: RequestId, answer: Answer) -> Refreshed {
        let is_current = self.doing == RefreshState::Requesting(id);
        if is_current {
            self.doing = RefreshState::Nothing;
        }
        let Answer::Ok(body) = answer else {
            return Refreshed::Refused;
        };
        let issued = read_tokens(&body).and_then(|issued| match &mut cx.state.connection {
            Some(connection) => Ok((issued, connection)),
            None => Err(property(&Value::Undefined, "uc").expect_err("undefined has no properties")),
        });
        match issued {
            Ok((issued, connection)) => {
                connection.access_token = issued.access.clone();
                connection.refresh_token = issued.refresh.clone();
                connection.token_expires = issued.expires;
                show_tokens(cx, issued.access, issued.refresh);
                if is_current {
                    self.start(cx);
                }
            }
            Err(error) => cx.report(error.into()),
        }
        Refreshed::Done
    }
}

/// What `updateToken()` does. The session takes over whatever of itself is named in the credentials; requests change
/// their token only if there is a user name and exactly one kind of token.
pub(super) fn update_token(cx: &mut Context, credentials: &Value) {
    let Some(connection) = &mut cx.state.connection else {
        return cx.crash(Task::UpdateToken);
    };
    let (username, access, bearer) =
        (credentials.get("username"), credentials.get("accessToken"), credentials.get(cx.profile.bearer));
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
        (cx.profile.bearer, &mut connection.bearer_token),
        ("refreshToken", &mut connection.refresh_token),
        ("tokenExpires", &mut connection.token_expires),
    ] {
        if let Some(value) = given(name) {
            *slot = value;
        }
    }
    show_tokens(cx, access.clone(), credentials.get("refreshToken").clone());
}

fn show_tokens(cx: &mut Context, access: Value, refresh: Value) {
    if let Some(user) = &mut cx.state.user_info {
        user.access_token = access.into();
        user.refresh_token = refresh.into();
        user.has_tokens = true;
    }
    cx.emit(Event::AuthChange);
}
