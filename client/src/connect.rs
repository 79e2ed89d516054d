//! The connect flow: from the credentials to the open websocket, and back out (docs/protocol.md, section 4).

use crate::credentials::{Signature, token_options};
use crate::dialect::Profile;
use crate::error::{Code, Error};
use crate::event::{DisconnectReason, Event};
use crate::io::{RequestId, Task};
use crate::js::{Object, TypeError, Value, destructured, property};
use crate::session::{Purpose, Session};
use crate::state::{ConnectionInfo, State};
use crate::timer::Time;
use crate::token::Refresh;
use crate::wire::{Answer, Draft, Granted, services_info};

/// Where the connect flow stands.
#[derive(Default)]
pub(crate) enum Flow {
    /// Waiting for `connect()`.
    #[default]
    Idle,
    /// Waiting for a token.
    CreatingToken { request: RequestId, login: Login },
    /// Waiting for the subscription.
    Subscribing { request: RequestId, attempt: Attempt },
    /// Waiting for a websocket.
    OpeningWebSocket { granted: Granted, connection: ConnectionInfo },
    /// Waiting for `disconnect()`.
    Connected,
    /// Waiting for the answer to the DELETE. Where that never comes the session is stuck here, and where it waits for a
    /// websocket to close that nobody looks after, it is without a request, too.
    /// `closes` says that the websocket lives until then.
    Disconnecting { request: Option<RequestId>, closes: bool },
}

/// Where a session really stands, which what the application sees can disagree with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
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

/// What the steps of one `connect()` need of its arguments and of the configuration of that moment.
pub(crate) struct Login {
    /// `authentication`
    config: Value,
    username: Value,
    /// The second argument.
    options: Value,
}

/// A subscription that was asked for.
pub(crate) struct Attempt {
    config: Value,
    connection: ConnectionInfo,
}

/// Tokens as they were given or issued.
#[derive(Default)]
pub(crate) struct Tokens {
    pub(crate) access: Value,
    pub(crate) refresh: Value,
    pub(crate) bearer: Value,
    pub(crate) expires: Value,
    /// What proves who sends a request, `queryParams` or `headers`.
    pub(crate) options: Value,
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

/// In.
impl Session {
    /// What `connect()` and `disconnect()` show before anything else happens.
    pub(crate) fn set_pending(&mut self) {
        self.state.is_pending = true;
        self.state.error = None;
        self.emit(Event::AuthChange);
    }

    /// What `connect()` does, unless something is under way.
    pub(crate) fn sign_in_if_idle(&mut self, now: Time, credentials: &Value, options: &Value) {
        if matches!(self.flow, Flow::Idle) {
            self.sign_in(now, credentials, options);
        }
    }

    fn sign_in(&mut self, now: Time, credentials: &Value, options: &Value) {
        let given = |name: &str| credentials.get(name).clone();
        let config = self.settings.authentication().clone();
        let login = Login { username: given("username"), options: options.clone(), config };
        let signature = (self.profile.signature)(credentials);
        let bearer = self.profile.bearer;
        match signature {
            Signature::Password => {
                let request = self.writer().create_token(&login.config, credentials);
                self.ask_for_token(now, request, Purpose::CreateToken, login);
            }
            Signature::RefreshToken => {
                let request = self.writer().refresh_token_to_connect(&login.config, credentials);
                self.ask_for_token(now, request, Purpose::ConnectWithRefreshToken, login);
            }
            Signature::AccessToken | Signature::Bearer | Signature::Hmac | Signature::Basic(_) => {
                let Ok(options) = signature.request_options(credentials, bearer) else {
                    return self.crash(Task::ConnectFlow);
                };
                let tokens = Tokens { options, ..Tokens::default() };
                let tokens = match signature {
                    Signature::AccessToken => Tokens {
                        access: given("accessToken"),
                        refresh: given("refreshToken"),
                        expires: given("expires"),
                        ..tokens
                    },
                    Signature::Bearer => Tokens { bearer: given(bearer), ..tokens },
                    _ => tokens,
                };
                self.signed_in(now, login, tokens);
            }
            Signature::Invalid => {
                self.report(Error::new(Code::InvalidSignature, self.profile.invalid_signature));
            }
        }
    }

    fn ask_for_token(&mut self, now: Time, request: Result<Draft, TypeError>, purpose: Purpose, login: Login) {
        match request {
            Ok(request) => {
                let request = self.send(now, request, purpose);
                self.flow = Flow::CreatingToken { request, login };
            }
            Err(_) => self.crash(Task::ConnectFlow),
        }
    }

    /// The tokens are known: subscribe with them.
    pub(crate) fn signed_in(&mut self, now: Time, login: Login, tokens: Tokens) {
        if let Err(error) = self.subscribe(now, login, tokens) {
            self.report(error.into());
        }
    }

    fn subscribe(&mut self, now: Time, login: Login, tokens: Tokens) -> Result<(), TypeError> {
        let Login { config, username, options } = login;
        let Tokens { access, refresh, bearer, expires, options: request_options } = tokens;
        let server = config.get("subscription");
        property(server, "protocol")?;
        let of_server = |name: &'static str| (name, server.get(name).clone());
        let connection = ConnectionInfo {
            server: Value::object(["protocol", "server", "port", "version"].map(of_server)),
            username,
            access_token: access,
            bearer_token: bearer,
            refresh_token: refresh,
            token_expires: expires,
            request_options,
        };
        self.state.user_info = Some(connection.user_info(self.profile.shows_tokens));
        self.state.connection = Some(connection.clone());
        self.emit(Event::CredentialsSet);
        let request = self.writer().subscribe(server, &connection, &options)?;
        let request = self.send(now, request, Purpose::Subscribe);
        self.flow = Flow::Subscribing { request, attempt: Attempt { config, connection } };
        Ok(())
    }

    /// The answer to the subscription.
    pub(crate) fn subscribed(&mut self, now: Time, answer: Answer) {
        let Flow::Subscribing { attempt: Attempt { config, mut connection }, .. } = std::mem::take(&mut self.flow)
        else {
            return;
        };
        match read_subscription(self.profile, config.get("subscription").get("service"), answer) {
            Ok(granted) => {
                if connection.has_hmac_token() {
                    connection.exchange_token(&granted.params);
                }
                let info = self.websocket_info(config.get("websocket"), &granted, &connection);
                self.flow = Flow::OpeningWebSocket { granted, connection };
                self.open_websocket(now, info, false);
            }
            Err(error) => self.report(error),
        }
    }

    /// The address of a websocket, in parts.
    pub(crate) fn websocket_info(&self, server: &Value, granted: &Granted, connection: &ConnectionInfo) -> Value {
        let mut info = Object::default();
        info.assign(server);
        self.to_channel(info.into(), granted, connection)
    }

    /// The parts of an address with the channel of a subscription, and what proves whose it is.
    pub(crate) fn to_channel(&self, info: Value, granted: &Granted, connection: &ConnectionInfo) -> Value {
        let info = info.with("url", granted.channel().clone());
        match (self.profile.websocket_params)(connection, self.settings.connectivity()) {
            Value::Undefined => info,
            params => info.with("params", params),
        }
    }

    /// A websocket is open. The flow takes any, also one that an earlier, cancelled connect was still trying for.
    pub(crate) fn connect_with_open_websocket(&mut self, now: Time) {
        let (granted, connection) = match std::mem::replace(&mut self.flow, Flow::Connected) {
            Flow::OpeningWebSocket { granted, connection } => (granted, connection),
            flow => return self.flow = flow,
        };
        let refreshes = connection.refresh_token.is_truthy();
        self.state = State {
            is_connected: true,
            is_pending: false,
            error: None,
            user_info: Some(connection.user_info(self.profile.shows_tokens)),
            connection: Some(connection),
            subscription: Some(granted),
        };
        self.emit(Event::AuthChange);
        self.start_resubscribing(now);
        if refreshes {
            self.wait_to_refresh(now);
        }
    }

    /// No websocket could be opened; here too the flow takes the failure of any.
    pub(crate) fn fail_without_websocket(&mut self, error: Error) {
        if matches!(self.flow, Flow::OpeningWebSocket { .. }) {
            self.flow = Flow::Idle;
            self.report(error);
        }
    }

    /// Connecting has ended with an error. What is known of the user stays.
    pub(crate) fn report(&mut self, error: Error) {
        self.state.is_connected = false;
        self.state.is_pending = false;
        self.state.error = Some(error.clone());
        self.emit(Event::AuthError(error));
    }
}

/// Out.
impl Session {
    /// What `disconnect()` does in UC, by where the flow stands: what is connected closes the websocket first, and what is
    /// cancelled says nothing more.
    pub(crate) fn close_then_delete(&mut self, now: Time) {
        match std::mem::take(&mut self.flow) {
            Flow::Idle => {}
            // The websocket attempts go on, and the subscription stays on the server.
            Flow::OpeningWebSocket { .. } => {}
            Flow::CreatingToken { request, .. } | Flow::Subscribing { request, .. } => self.forget(request),
            Flow::Connected => {
                if !self.close_websockets() {
                    return self.flow = Flow::Disconnecting { request: None, closes: false };
                }
                self.delete(now, false);
            }
            disconnecting @ Flow::Disconnecting { .. } => self.flow = disconnecting,
        }
    }

    /// What `disconnect()` does in Link 3: the websocket lives until the DELETE is answered, and what is cancelled ends.
    pub(crate) fn delete_then_close(&mut self, now: Time) {
        match std::mem::take(&mut self.flow) {
            Flow::Idle => {}
            Flow::CreatingToken { request, .. } | Flow::Subscribing { request, .. } => {
                self.forget(request);
                self.end_session(now, None, None);
            }
            Flow::OpeningWebSocket { .. } => self.end_session(now, None, None),
            Flow::Connected => self.delete(now, true),
            disconnecting @ Flow::Disconnecting { .. } => self.flow = disconnecting,
        }
    }

    /// Goes over to waiting for the answer to the DELETE.
    fn delete(&mut self, now: Time, closes: bool) {
        match self.unsubscribe(now) {
            Some(request) => self.flow = Flow::Disconnecting { request: Some(request), closes },
            None => self.end_of_flow(now),
        }
    }

    /// Sends the DELETE; `None` where the flow dies of it, which it does without a subscription.
    pub(crate) fn unsubscribe(&mut self, now: Time) -> Option<RequestId> {
        let State { subscription, connection, .. } = &self.state;
        let request = self.writer().unsubscribe(connection.as_ref()?, subscription.as_ref()?).ok()?;
        Some(self.send(now, request, Purpose::Unsubscribe))
    }

    /// The answer to a DELETE. Almost every answer will do; one of an unforeseen form kills the flow.
    pub(crate) fn unsubscribed(&mut self, now: Time, id: RequestId, answer: &Answer) {
        let is_flow = matches!(self.flow, Flow::Disconnecting { request, .. } if request == Some(id));
        let closes = is_flow && matches!(self.flow, Flow::Disconnecting { closes: true, .. });
        if is_flow {
            self.flow = Flow::Idle;
        }
        if says_unsubscribed(answer) {
            if closes && !self.close_websockets() {
                return self.flow = Flow::Disconnecting { request: None, closes: false };
            }
            return self.end_session(now, None, None);
        }
        if is_flow {
            self.end_of_flow(now);
        }
    }

    /// The flow dies, and takes the refresh task with it, whose cleaning up disconnects once more.
    fn end_of_flow(&mut self, now: Time) {
        self.crash(Task::ConnectFlow);
        if self.refresh.is_alive() {
            self.stop_refreshing();
            self.disconnect_once_more(now);
        }
    }

    /// What the cleaning up of a task does that is cancelled while its session lasts.
    pub(crate) fn disconnect_once_more(&mut self, now: Time) {
        if self.close_websockets() {
            self.unsubscribe(now);
        }
    }

    /// The platform has ended the session.
    pub(crate) fn gone(&mut self, now: Time, reason: DisconnectReason, retry_after: Option<Value>) {
        if self.gone_hangs {
            return;
        }
        if self.close_websockets() {
            self.end_session(now, Some(reason), retry_after);
        } else {
            self.gone_hangs = true;
        }
    }

    /// The session is over.
    pub(crate) fn end_session(&mut self, now: Time, reason: Option<DisconnectReason>, retry_after: Option<Value>) {
        (self.profile.end)(self, now, reason, retry_after);
    }

    /// Everything is reset but the websockets and the memory of notifications.
    pub(crate) fn end_connection(&mut self, now: Time, reason: Option<DisconnectReason>, retry_after: Option<Value>) {
        self.state = State::default();
        self.stop_resubscribing(now);
        self.end_refreshing();
        if matches!(self.flow, Flow::Connected) {
            self.flow = Flow::Idle;
        }
        self.emit(Event::Disconnected { reason, retry_after: retry_after.map(Into::into) });
    }

    /// Stops the refresh task for good: a request of its own that is under way is forgotten too.
    fn stop_refreshing(&mut self) {
        if let Refresh::Requesting(request) = self.refresh {
            self.forget(request);
        }
        self.end_refreshing();
    }
}

/// Whether a DELETE has done what it was for, which almost every answer says.
pub(crate) fn says_unsubscribed(answer: &Answer) -> bool {
    match answer {
        Answer::Error { body: Some(body), .. } => !body.get("subscribeResponse").is_nullish(),
        _ => true,
    }
}

/// Reads the answer to a subscription (docs/protocol.md, section 1.3).
pub(crate) fn read_subscription(profile: &Profile, requested: &Value, answer: Answer) -> Result<Granted, Error> {
    let body = match answer {
        Answer::Ok(body) => body,
        Answer::Error { body: Some(body), .. } => {
            return Err(Error::new(Code::Subscribe, (profile.refusal)(&body)?));
        }
        Answer::Error { message, .. } => {
            return Err(Error::new(Code::Subscribe, format!("Subscribe request failed: {message}.")));
        }
    };
    let response = property(&body, "subscribeResponse")?;
    let params = property(response, "subscriptionParams")?;
    let compared = services_info(requested, property(params, "service")?)?;
    let error = response.get("error");
    if error.is_truthy() {
        return Err(Error::foreign(error.clone()));
    }
    let replaced = response.as_object().and_then(|response| response.own("servicesInfo")).cloned();
    let services_info = replaced.unwrap_or(compared);
    Ok(Granted { services_info, url: response.get("subscription").clone(), params: params.clone() })
}

/// Reads `{"success": {access_token, refresh_token, expires}}`; every one of the three may be missing. A connect reads
/// them one by one, a refresh at once, which the words tell.
pub(crate) fn read_tokens(body: &Value) -> Result<Tokens, TypeError> {
    let success = property(body, "success")?;
    destructured(success, "response.payload.body.success", "access_token")?;
    let field = |name: &str| success.get(name).clone();
    Ok(Tokens {
        options: token_options(success.get("access_token")),
        access: field("access_token"),
        refresh: field("refresh_token"),
        bearer: Value::Undefined,
        expires: field("expires"),
    })
}
