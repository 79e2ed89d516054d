//! REST requests: the way from a request over its fault and its normal work to its answer.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, StatusCode};
use serde_json::{Map, Value, json};

use super::Platform;
use super::auth::Login;
use crate::dialect::{Dialect, UNDEFINED};
use crate::fault::{self, Content, ContentType, Effect, Pace};
use crate::journal::{Answered, Delivery, Kind, RequestRecord};
use crate::limits::Limits;
use crate::point::Point;
use crate::reason::Reason;
use crate::reply::{Answer, JSON, Reply, Response, preflight};
use crate::route::{self, Route, Space};
use crate::time::Time;
use crate::wire::{AuthError, Human, SubscribeAnswer, code};

/// A request, and what is read of it once.
struct Asked<'a> {
    request: &'a Request<Bytes>,
    route: Route<'a>,
    dialect: Dialect,
    /// What a request for tokens brings for them.
    login: Option<Login>,
}

impl<'a> Asked<'a> {
    fn of(request: &'a Request<Bytes>) -> Self {
        let route = Route::of(request.method(), request.uri().path());
        let dialect = Dialect::of(&route, request.headers());
        let login = if route == Route::MkToken { Login::of(request) } else { None };
        Self { request, route, dialect, login }
    }
}

impl Platform {
    /// Answers a REST request. Its URI may be absolute or in origin form; only path and query count.
    ///
    /// CORS preflights are answered at once, without a trace in the journal, unless one meets a fault.
    pub fn handle_request(&mut self, now: Time, request: &Request<Bytes>) -> Answer {
        self.handle_request_under(now, request, None)
    }

    /// The same; an `effect` that is given stands before all faults, none of which is asked. It is of no use to a preflight,
    /// nor while the platform is offline.
    pub fn handle_request_under(&mut self, now: Time, request: &Request<Bytes>, effect: Option<&Effect>) -> Answer {
        self.note_expiries(now);
        if request.method() == Method::OPTIONS {
            return self.handle_preflight(now, request);
        }
        #[cfg(feature = "sabotage")]
        if let Some(answer) = crate::sabotage::answer(request) {
            return Answer { reply: Reply::Respond(answer), delay: self.settings.latency, pace: Pace::default() };
        }
        let asked = Asked::of(request);
        let (point, dialect) = (asked.route.point(), asked.dialect);
        let user = self.requester(&asked);
        let mut record = RequestRecord::new(dialect, request, |token| self.grants.has(token));
        if point.has_recorded_body() && request.body().len() <= Limits::RECORDED_BODY_BYTES {
            record.body = request.body().clone();
        }
        let is_offline = self.is_offline_for(user.as_deref());
        let asks_faults = !is_offline && effect.is_none();
        let met = if asks_faults { self.faults.decide(point, user.as_deref()) } else { None };
        let effect = effect.or(met.as_ref().map(|(_, met)| &met.fault.effect));
        let (reply, reason) = if is_offline { (Reply::Refuse, None) } else { self.reply(now, &asked, effect) };
        record.reason = reason;
        record.answered = answered(&reply);
        let delay = match record.answered {
            Answered::Status(_) | Answered::Reset => self.delay(user.as_deref(), effect),
            Answered::Hang | Answered::Refused => Duration::ZERO,
        };
        let pace = effect.map(Effect::pace).unwrap_or_default();
        record.delivery = Delivery::decided(now, record.answered, delay);
        record.met(met);
        self.journal.write(now, Some(point), user, Kind::Request(record));
        Answer { reply, delay, pace }
    }

    /// Where a request goes, and whom it is from, as far as it says so itself.
    #[cfg(feature = "front")]
    pub(crate) fn whose(&self, request: &Request<Bytes>) -> (Point, Option<Arc<str>>) {
        let asked = Asked::of(request);
        (asked.route.point(), self.requester(&asked))
    }

    /// A preflight is not a request of the application: nothing delays it but a fault, which is all that the journal has of it.
    fn handle_preflight(&mut self, now: Time, request: &Request<Bytes>) -> Answer {
        let met = if self.settings.offline { None } else { self.faults.decide(Point::Preflight, None) };
        let effect = met.as_ref().map(|(_, met)| &met.fault.effect);
        let is_offline = self.settings.offline;
        let (reply, _) = if is_offline {
            (Reply::Refuse, None)
        } else {
            let asked = Asked { request, route: Route::Preflight, dialect: Dialect::ANY, login: None };
            self.reply(now, &asked, effect)
        };
        let delay = match reply {
            Reply::Respond(_) | Reply::Reset => effect.map(Effect::delay).unwrap_or_default(),
            Reply::Hang | Reply::Refuse => Duration::ZERO,
        };
        if met.is_some() {
            let mut record = RequestRecord::new(Dialect::ANY, request, |token| self.grants.has(token));
            record.answered = answered(&reply);
            record.delivery = Delivery::decided(now, record.answered, delay);
            record.met(met);
            self.journal.write(now, Some(Point::Preflight), None, Kind::Request(record));
        }
        Answer { reply, delay, pace: Pace::default() }
    }

    /// What a request gets, and why the platform refuses it, if it does.
    fn reply(&mut self, now: Time, asked: &Asked<'_>, effect: Option<&Effect>) -> (Reply, Option<Reason>) {
        let (point, dialect) = (asked.route.point(), asked.dialect);
        let said = match effect {
            Some(Effect::Refuse) => return (Reply::Refuse, None),
            Some(Effect::Hang) => return (Reply::Hang, None),
            Some(Effect::Reset { .. }) => return (Reply::Reset, None),
            Some(Effect::Answer(answer)) => Some(answer),
            Some(Effect::Accept { .. } | Effect::CloseAfterOpen { .. }) | None => None,
        };
        let (mut response, reason) = match said {
            Some(answer) if answer.replaces() => (replacement(dialect, point, answer), None),
            _ => match self.serve(now, asked, said) {
                Ok(response) => (response, None),
                Err(reason) => (own_error(dialect, point, dialect.profile().status(reason)), Some(reason)),
            },
        };
        if let Some(answer) = said {
            shape(point, &mut response, answer);
        }
        if said.and_then(|answer| answer.delivery.cors) != Some(false) {
            response.allow_origin(asked.request.headers());
        }
        if let Some(answer) = said {
            response.put(&answer.delivery.headers);
        }
        // A fault that says something else is the reason then.
        let reason = reason.filter(|reason| dialect.profile().status(*reason) == response.status);
        (Reply::Respond(response), reason)
    }

    /// The normal work.
    fn serve(&mut self, now: Time, asked: &Asked<'_>, said: Option<&fault::Answer>) -> Result<Response, Reason> {
        let Asked { request, route, dialect, login } = asked;
        let (request, dialect) = (*request, *dialect);
        if route::is_too_long(request.uri()) {
            return Err(Reason::LongAddress);
        }
        if request.body().len() > self.limits.body_bytes {
            return Err(Reason::LongBody);
        }
        match route {
            Route::MkToken => self.make_token(now, login.as_ref(), request),
            Route::RefreshToken => self.refresh_token(now, request),
            Route::RevokeToken => self.revoke_token(now, request),
            Route::Subscribe { space, user } => {
                let user = &*self.owner(*space, user, request);
                self.subscribe(now, dialect, user, request, said)
            }
            Route::Resubscribe { space, user, target } => {
                let user = &*self.owner(*space, user, request);
                self.resubscribe(now, dialect, user, target, request)
            }
            Route::Unsubscribe { space, user, target } => {
                let user = &*self.owner(*space, user, request);
                self.unsubscribe(now, dialect, user, target, request)
            }
            Route::CallStart { account } => self.start_call(&self.anonymous(account, request), request),
            Route::CallUpdate { account, call } => self.update_call(&self.anonymous(account, request), *call),
            Route::CallEnd { account, call } => self.end_call(&self.anonymous(account, request), *call),
            Route::CpaasToken => self.cpaas_token(now, request),
            Route::Channel { user } => self.make_channel(now, user, request),
            Route::ChannelEnd { user, channel } => self.end_channel(now, user, *channel, request),
            Route::Service { user, service } => self.add_service(now, user, *service, request),
            Route::ServiceEnd { user, service, id } => self.end_service(now, user, (*service, *id), request),
            Route::Turn { user } => self.turn(now, user, request),
            Route::PresenceLists { user, makes: false } => self.presence_lists(now, user, request),
            Route::PresenceLists { user, makes: true } => self.make_presence_list(now, user, request),
            Route::Preflight => Ok(preflight(request.headers())),
            Route::Other => Err(Reason::UnknownAddress),
        }
    }

    /// Whose subscriptions a path is about.
    fn owner<'a, B>(&self, space: Space, name: &'a str, request: &Request<B>) -> Cow<'a, str> {
        match space {
            Space::Users => name.into(),
            Space::Anonymous => self.anonymous(name, request).to_string().into(),
        }
    }

    /// Whom a request is from, as far as it says so itself, and if a user could have that name.
    fn requester(&self, asked: &Asked<'_>) -> Option<Arc<str>> {
        let Asked { request, route, login, .. } = asked;
        let could_be = |name: &str| name.len() <= Limits::TEXT_BYTES;
        match route {
            Route::MkToken => {
                let name = login.as_ref().map(Login::name).filter(|name| could_be(name));
                name.map(|name| self.shared_name(name))
            }
            Route::RefreshToken | Route::RevokeToken => self.token_owner(request).cloned(),
            Route::Subscribe { space: Space::Users, user }
            | Route::Resubscribe { space: Space::Users, user, .. }
            | Route::Unsubscribe { space: Space::Users, user, .. }
                if user == UNDEFINED =>
            {
                self.claimed(request)
            }
            Route::Subscribe { space, user }
            | Route::Resubscribe { space, user, .. }
            | Route::Unsubscribe { space, user, .. } => {
                could_be(user).then(|| self.shared_name(&self.owner(*space, user, request)))
            }
            Route::CallStart { account } | Route::CallUpdate { account, .. } | Route::CallEnd { account, .. } => {
                could_be(account).then(|| self.anonymous(account, request))
            }
            Route::CpaasToken => self.cpaas_login(request).filter(|name| could_be(name)),
            Route::Channel { user }
            | Route::ChannelEnd { user, .. }
            | Route::Service { user, .. }
            | Route::ServiceEnd { user, .. }
            | Route::Turn { user }
            | Route::PresenceLists { user, .. } => could_be(user).then(|| self.shared_name(user)),
            Route::Preflight | Route::Other => None,
        }
    }
}

fn answered(reply: &Reply) -> Answered {
    match reply {
        Reply::Respond(response) => Answered::Status(response.status.as_u16()),
        Reply::Hang => Answered::Hang,
        Reply::Reset => Answered::Reset,
        Reply::Refuse => Answered::Refused,
    }
}

/// The error that the platform itself gives at `point`.
pub(super) fn own_error(dialect: Dialect, point: Point, status: StatusCode) -> Response {
    let usual = status.canonical_reason().unwrap_or("Unknown error");
    let human = |text: &str| Response::json(status, &AuthError { error: Human { human: text } });
    let coded = |unknown: u32| {
        let code = match status {
            StatusCode::UNAUTHORIZED => code::UNAUTHORIZED,
            StatusCode::FORBIDDEN => code::FORBIDDEN,
            StatusCode::NOT_FOUND => unknown,
            _ => code::FAILED,
        };
        Response::json(status, &SubscribeAnswer::bare(code))
    };
    match (point, status) {
        (Point::MkToken, StatusCode::UNAUTHORIZED) => {
            human("Incorrect username or password.").with_reason("Login Please")
        }
        (Point::RefreshToken | Point::RevokeToken, StatusCode::UNAUTHORIZED) => {
            human("The token is unknown or has expired.")
        }
        (Point::MkToken | Point::RefreshToken | Point::RevokeToken, _) => human(usual),
        (Point::Subscribe, _) => coded(code::UNKNOWN),
        (Point::Resubscribe | Point::Unsubscribe, _) => coded(dialect.profile().gone),
        (Point::CallStart | Point::CallUpdate | Point::CallEnd, _) => {
            let code = if status == StatusCode::NOT_FOUND { dialect.profile().gone } else { code::FAILED };
            Response::json(status, &json!({ "callMeResponse": { "statusCode": code } }))
        }
        (Point::CpaasToken, _) => {
            let error = if status.is_client_error() { "invalid_grant" } else { "server_error" };
            Response::json(status, &json!({ "error": error, "error_description": usual }))
        }
        (
            Point::Channel
            | Point::ChannelEnd
            | Point::ServiceCall
            | Point::ServiceChat
            | Point::ServiceSms
            | Point::ServicePresence
            | Point::ServiceEnd
            | Point::Turn
            | Point::PresenceLists,
            _,
        ) => Response::json(status, &json!({ "requestError": { "text": usual } })),
        (Point::WebSocket | Point::Preflight, _) => Response::empty(status),
        (Point::Other, _) => Response::json(status, &json!({})),
    }
}

/// What a fault says instead of the platform.
pub(super) fn replacement(dialect: Dialect, point: Point, answer: &fault::Answer) -> Response {
    let status = answer.status.map_or(StatusCode::OK, known_status);
    match &answer.content {
        Content::Json(json) => Response::typed(status, json.to_string().into(), HeaderValue::from_static(JSON)),
        Content::Text(text) => {
            let plain = HeaderValue::from_static("text/plain;charset=utf-8");
            Response::typed(status, Bytes::copy_from_slice(text.as_bytes()), plain)
        }
        Content::Own(_) => own_error(dialect, point, status),
    }
}

/// Puts into an answer what a fault says about it.
pub(super) fn shape(point: Point, response: &mut Response, answer: &fault::Answer) {
    if let Some(status) = answer.status.map(known_status)
        && response.status != status
    {
        response.status = status;
        response.reason = None;
    }
    if let Some(edit) = answer.edit().filter(|edit| !edit.is_empty()) {
        response.edit_json(|body| apply(point, edit, body));
    }
    if let Some(reason) = &answer.delivery.reason {
        response.reason = Some(reason.clone());
    }
    match &answer.delivery.content_type {
        ContentType::Usual => {}
        ContentType::Absent => {
            response.headers.remove(CONTENT_TYPE);
        }
        ContentType::Is(text) => {
            let text = HeaderValue::from_str(text).expect("a fault's content type is checked when it is put");
            response.headers.insert(CONTENT_TYPE, text);
        }
    }
    if fault::has_no_body(response.status.as_u16()) {
        response.body = Bytes::new();
        response.headers.remove(CONTENT_TYPE);
    }
}

fn apply(point: Point, edit: &fault::Edit, body: &mut Value) {
    if let Some(Value::Object(params)) = body.pointer_mut("/subscribeResponse/subscriptionParams") {
        merge(params, edit.params.iter().flatten());
    }
    for path in edit.without.iter().filter_map(|field| fault::field_path(point, field)) {
        fault::leave_out(body, path);
    }
    if let (Value::Object(body), Some(more)) = (body, &edit.merge) {
        merge(body, more.iter());
    }
}

fn merge<'a>(into: &mut Map<String, Value>, from: impl Iterator<Item = (&'a String, &'a Value)>) {
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(more)) => merge(inner, more.iter()),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

fn known_status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("a fault's status is checked when it is put")
}
