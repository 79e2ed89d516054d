//! The connect flow: from the credentials to the open websocket, and back out (PROTOCOL.md, section 4).

use crate::browser;
use crate::credentials::{ConnectOptions, Credentials, Signature};
use crate::error::{Code, Error};
use crate::event::{DisconnectReason, Event};
use crate::io::{RequestId, Task};
use crate::js_value;
use crate::session::{Purpose, Session};
use crate::state::{Authorization, Services, State, Tokens, UserInfo};
use crate::timer::Time;
use crate::token::Refresh;
use crate::wire::{Answer, Granted};

/// Where the connect flow stands.
#[derive(Debug, Default)]
pub(crate) enum Flow {
    /// Waiting for `connect()`.
    #[default]
    Idle,
    /// Waiting for a token.
    CreatingToken { request: RequestId, login: Login },
    /// Waiting for the subscription.
    Subscribing { request: RequestId, requested: Vec<String> },
    /// Waiting for a websocket.
    OpeningWebSocket { granted: Granted },
    /// Waiting for `disconnect()`.
    Connected,
    /// Waiting for the answer to the DELETE. Where that never comes the session is stuck here.
    Disconnecting { request: RequestId },
}

/// Where a session really stands, which what the application sees can disagree with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Nothing is under way: the next `connect()` signs in.
    Idle,
    /// A `connect()` is under way; the next `disconnect()` cancels it.
    Connecting,
    /// Signed in. A refresh that was answered with nonsense leaves it here, though `isConnected` is false.
    Connected,
    /// Waiting for the answer to the DELETE, for ever if need be.
    Disconnecting,
}

/// What the steps of one `connect()` need of its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) username: Option<String>,
    pub(crate) options: ConnectOptions,
}

impl Flow {
    pub(crate) const fn phase(&self) -> Phase {
        match self {
            Self::Idle => Phase::Idle,
            Self::CreatingToken { .. } | Self::Subscribing { .. } | Self::OpeningWebSocket { .. } => Phase::Connecting,
            Self::Connected => Phase::Connected,
            Self::Disconnecting { .. } => Phase::Disconnecting,
        }
    }
}

impl Session {
    /// What `connect()` and `disconnect()` show before anything else happens.
    pub(crate) fn set_pending(&mut self) {
        self.state.is_pending = true;
        self.state.error = None;
        self.emit(Event::AuthChange);
    }

    pub(crate) fn sign_in(&mut self, credentials: &Credentials, options: &ConnectOptions) {
        let login = Login { username: credentials.username.clone(), options: options.clone() };
        let expires = credentials.expires.as_ref();
        let (request, purpose) = match credentials.signature() {
            Signature::Password { username, password } => {
                (self.writer().create_token(username, password, expires), Purpose::CreateToken)
            }
            Signature::RefreshToken(token) => {
                (self.writer().refresh_token(Some(token), expires), Purpose::ConnectWithRefreshToken)
            }
            Signature::AccessToken => {
                let tokens = Tokens {
                    access: credentials.access_token.clone(),
                    refresh: credentials.refresh_token.clone(),
                    oauth: None,
                    expires: credentials.expires.clone(),
                };
                return self.signed_in(&login, tokens);
            }
            Signature::OAuth(token) => {
                let tokens = Tokens { oauth: Some(token.to_owned()), ..Tokens::default() };
                return self.signed_in(&login, tokens);
            }
            Signature::Invalid => {
                return self.report(Error::new(Code::InvalidSignature, "This login signature is not valid."));
            }
        };
        let request = self.send(request, purpose);
        self.flow = Flow::CreatingToken { request, login };
    }

    /// The tokens are known: subscribe with them.
    pub(crate) fn signed_in(&mut self, login: &Login, tokens: Tokens) {
        self.state.authorization = Some(match &tokens.oauth {
            Some(token) => Authorization::Bearer(token.clone()),
            None => Authorization::Token(tokens.access.clone()),
        });
        self.state.user_info = Some(UserInfo {
            username: login.username.clone(),
            access_token: tokens.access.clone(),
            refresh_token: tokens.refresh.clone(),
        });
        self.state.tokens = Some(tokens);
        self.emit(Event::CredentialsSet);
        let request = self.writer().subscribe(login.username.as_deref(), &login.options);
        let request = self.send(request, Purpose::Subscribe);
        let requested = self.config.authentication.subscription.service.clone();
        self.flow = Flow::Subscribing { request, requested };
    }

    /// The answer to the subscription.
    pub(crate) fn subscribed(&mut self, now: Time, answer: Answer) {
        let Flow::Subscribing { requested, .. } = std::mem::take(&mut self.flow) else {
            return;
        };
        match read_subscription(requested, answer) {
            Ok(granted) => {
                let channel = granted.channel();
                self.flow = Flow::OpeningWebSocket { granted };
                self.open_websocket(now, channel, false);
            }
            Err(error) => self.report(error),
        }
    }

    /// A websocket is open. The flow takes any, also one that an earlier, cancelled connect was still trying for.
    pub(crate) fn connect_with_open_websocket(&mut self, now: Time) {
        let granted = match std::mem::replace(&mut self.flow, Flow::Connected) {
            Flow::OpeningWebSocket { granted } => granted,
            flow => return self.flow = flow,
        };
        self.state.is_connected = true;
        self.state.is_pending = false;
        self.state.error = None;
        self.state.subscription = Some(granted);
        self.emit(Event::AuthChange);
        self.start_resubscribing(now);
        self.start_refreshing(now);
    }

    /// No websocket could be opened; here too the flow takes the failure of any.
    pub(crate) fn fail_without_websocket(&mut self) {
        self.flow = Flow::Idle;
        self.report(Error::new(Code::WebSocket, "Websocket connection failed."));
    }

    /// Connecting has ended with an error. What is known of the user stays.
    pub(crate) fn report(&mut self, error: Error) {
        self.state.is_connected = false;
        self.state.is_pending = false;
        self.state.error = Some(error.clone());
        self.emit(Event::AuthError(error));
    }

    /// What `disconnect()` does, by where the flow stands.
    pub(crate) fn leave(&mut self) {
        match std::mem::take(&mut self.flow) {
            Flow::Idle => {}
            // The websocket attempts go on, and the subscription stays on the server.
            Flow::OpeningWebSocket { .. } => {}
            Flow::CreatingToken { request, .. } | Flow::Subscribing { request, .. } => self.forget(request),
            Flow::Connected => {
                self.close_websockets();
                let request = self.unsubscribe();
                self.flow = request.map_or(Flow::Idle, |request| Flow::Disconnecting { request });
            }
            disconnecting @ Flow::Disconnecting { .. } => self.flow = disconnecting,
        }
    }

    /// Sends the DELETE; `None` without a subscription.
    pub(crate) fn unsubscribe(&mut self) -> Option<RequestId> {
        let granted = self.state.subscription.as_ref()?;
        let request = self.writer().unsubscribe(granted);
        Some(self.send(request, Purpose::Unsubscribe))
    }

    /// The answer to a DELETE. Almost every answer will do; one of an unforeseen form kills the flow.
    pub(crate) fn unsubscribed(&mut self, id: RequestId, answer: &Answer) {
        let is_flow = matches!(self.flow, Flow::Disconnecting { request } if request == id);
        if is_flow {
            self.flow = Flow::Idle;
        }
        let understood = match answer {
            Answer::Error { body: Some(body), .. } => {
                body.get("subscribeResponse").is_some_and(|found| !found.is_null())
            }
            _ => true,
        };
        if understood {
            return self.end_session(None, None);
        }
        if is_flow {
            self.crash(Task::ConnectFlow);
            // The dying flow takes the refresh task with it, whose cleaning up disconnects once more.
            if self.refresh.is_alive() {
                self.stop_refreshing();
                self.close_websockets();
                self.unsubscribe();
            }
        }
    }

    /// The platform has ended the session.
    pub(crate) fn gone(&mut self, retry_after: Option<serde_json::Value>) {
        self.close_websockets();
        self.end_session(Some(DisconnectReason::Gone), retry_after);
    }

    /// The session is over: everything is reset but the websockets and the memory of notifications.
    pub(crate) fn end_session(&mut self, reason: Option<DisconnectReason>, retry_after: Option<serde_json::Value>) {
        self.state = State::default();
        self.stop_resubscribing();
        self.end_refreshing();
        if matches!(self.flow, Flow::Connected) {
            self.flow = Flow::Idle;
        }
        self.emit(Event::Disconnected { reason, retry_after });
    }

    /// Stops the refresh task for good: a request of its own that is under way is forgotten too.
    fn stop_refreshing(&mut self) {
        if let Refresh::Requesting(request) = self.refresh {
            self.forget(request);
        }
        self.end_refreshing();
    }
}

/// Reads the answer to a subscription as PROTOCOL.md, section 1.3, tells.
fn read_subscription(requested: Vec<String>, answer: Answer) -> Result<Granted, Error> {
    let mut body = match answer {
        Answer::Ok(body) => body,
        Answer::Error { body: Some(body), .. } => {
            let code = refusal_code(&body)?;
            return Err(Error::new(Code::Subscribe, format!("Failed to subscribe user. Code: {code}.")));
        }
        Answer::Error { message, .. } => {
            return Err(Error::new(Code::Subscribe, format!("Subscribe request failed: {message}.")));
        }
    };
    let response = browser::property(Some(&body), "subscribeResponse")?;
    let params = browser::property(response, "subscriptionParams")?;
    let received = received_services(browser::property(params, "service")?)?;
    let mut take = |pointer| body.pointer_mut(pointer).map(serde_json::Value::take);
    let address = take("/subscribeResponse/subscription");
    let params = take("/subscribeResponse/subscriptionParams").unwrap_or_default();
    Ok(Granted::new(Services::compare(requested, received), address, params))
}

/// The status code of a refused subscription, in one of the three forms that the SDK knows.
fn refusal_code(body: &serde_json::Value) -> Result<String, Error> {
    let code = body.get("statusCode");
    if js_value::truthy(code) && js_value::truthy(body.get("reason")) {
        return Ok(js_value::text(code));
    }
    let wrapped = match body.get("authorizationResponse") {
        response if js_value::truthy(response) => response,
        _ => body.get("subscribeResponse"),
    };
    Ok(js_value::text(browser::property(wrapped, "statusCode")?))
}

/// The names of the granted services; anything but an array of texts makes the SDK stumble.
fn received_services(value: Option<&serde_json::Value>) -> Result<Vec<String>, Error> {
    browser::property(value, "map")?;
    let Some(serde_json::Value::Array(names)) = value else {
        return Err(Error::type_error("service.map is not a function"));
    };
    let name = |name: &serde_json::Value| match name {
        serde_json::Value::String(name) => Ok(name.clone()),
        other => {
            browser::property(Some(other), "toLowerCase")?;
            Err(Error::type_error("service.toLowerCase is not a function"))
        }
    };
    names.iter().map(name).collect()
}
