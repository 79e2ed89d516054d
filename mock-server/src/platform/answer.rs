//! REST requests: the way from a request over its fault and its normal work to its answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, StatusCode};
use serde_json::{Map, Value, json};

use super::Platform;
use crate::fault::Fault;
use crate::journal::{Answered, Kind, RequestRecord};
use crate::limits::Limits;
use crate::point::Point;
use crate::reply::{Answer, JSON, Reply, Response, preflight};
use crate::route::{self, Route};
use crate::time::Time;
use crate::wire::{AuthError, Human, SubscribeAnswer, code};

impl Platform {
    /// Answers a REST request. Its URI may be absolute or in origin form; only path and query count.
    ///
    /// CORS preflights are answered at once, healthy, without a trace in the journal.
    pub fn handle_request(&mut self, now: Time, request: &Request<Bytes>) -> Answer {
        let is_preflight = request.method() == Method::OPTIONS;
        if is_preflight && !self.settings.offline {
            return Answer { reply: Reply::Respond(preflight(request.headers())), delay: Duration::ZERO };
        }
        let route = Route::of(request.method(), request.uri().path());
        let point = route.point();
        let user = self.requester(&route, request);
        let mut record = RequestRecord::new(request, |token| self.grants.has(token));
        if matches!(point, Point::Subscribe | Point::Resubscribe) && request.body().len() <= Limits::RECORDED_BODY_BYTES
        {
            record.body = request.body().clone();
        }
        let met = if self.settings.offline { None } else { self.faults.decide(point, user.as_deref()) };
        let fault = met.as_ref().map(|(_, fault)| &**fault);
        let reply = self.reply(now, &route, request, fault);
        record.fault = met.as_ref().map(|(id, _)| *id);
        record.answered = match &reply {
            Reply::Respond(response) => Answered::Status(response.status.as_u16()),
            Reply::Hang => Answered::Hang,
            Reply::Reset => Answered::Reset,
            Reply::Refuse => Answered::Refused,
        };
        let delay = match record.answered {
            Answered::Status(_) | Answered::Reset => self.delay(fault),
            Answered::Hang | Answered::Refused => Duration::ZERO,
        };
        if !is_preflight {
            self.journal.write(now, Some(point), user, Kind::Request(record));
        }
        Answer { reply, delay }
    }

    /// How long an answer takes, if there is one.
    pub(super) fn delay(&self, fault: Option<&Fault>) -> Duration {
        self.settings.latency.saturating_add(fault.and_then(|fault| fault.delay).unwrap_or_default())
    }

    fn reply(&mut self, now: Time, route: &Route<'_>, request: &Request<Bytes>, fault: Option<&Fault>) -> Reply {
        if self.settings.offline || fault.is_some_and(|fault| fault.refuse) {
            return Reply::Refuse;
        }
        if fault.is_some_and(|fault| fault.hang) {
            return Reply::Hang;
        }
        if fault.is_some_and(|fault| fault.reset) {
            return Reply::Reset;
        }
        let mut response = match fault {
            Some(fault) if fault.replaces() => replacement(route.point(), fault),
            _ => self.serve(now, route, request, fault),
        };
        if let Some(fault) = fault {
            shape(&mut response, fault);
        }
        if fault.and_then(|fault| fault.cors) != Some(false) {
            response.allow_origin(request.headers());
        }
        Reply::Respond(response)
    }

    /// The normal work.
    fn serve(&mut self, now: Time, route: &Route<'_>, request: &Request<Bytes>, fault: Option<&Fault>) -> Response {
        let point = route.point();
        if route::is_too_long(request.uri()) {
            return own_error(point, StatusCode::URI_TOO_LONG);
        }
        if request.body().len() > self.limits.body_bytes {
            return own_error(point, StatusCode::PAYLOAD_TOO_LARGE);
        }
        let served = match route {
            Route::MkToken => self.make_token(now, request),
            Route::RefreshToken => self.refresh_token(now, request),
            Route::Subscribe { user } => self.subscribe(now, user, request, fault),
            Route::Resubscribe { user, target } => self.resubscribe(now, user, target, request),
            Route::Unsubscribe { user, target } => self.unsubscribe(now, user, target, request),
            Route::Other => Err(StatusCode::NOT_FOUND),
        };
        served.unwrap_or_else(|status| own_error(point, status))
    }

    /// Whom a request is from, as far as it says so itself, and if a user could have that name.
    fn requester(&self, route: &Route<'_>, request: &Request<Bytes>) -> Option<Arc<str>> {
        let could_be = |name: &str| name.len() <= Limits::TEXT_BYTES;
        match route {
            Route::MkToken => {
                Self::login(request).filter(|(name, _)| could_be(name)).map(|(name, _)| self.shared_name(&name))
            }
            Route::RefreshToken => self.token_owner(request).cloned(),
            Route::Subscribe { user } | Route::Resubscribe { user, .. } | Route::Unsubscribe { user, .. } => {
                could_be(user).then(|| self.shared_name(user))
            }
            Route::Other => None,
        }
    }
}

/// The error that the platform itself gives at `point`.
pub(super) fn own_error(point: Point, status: StatusCode) -> Response {
    let usual = status.canonical_reason().unwrap_or("Unknown error");
    let human = |text: &str| Response::json(status, &AuthError { error: Human { human: text } });
    let coded = |unknown: u32| {
        let code = match status {
            StatusCode::UNAUTHORIZED => code::UNAUTHORIZED,
            StatusCode::FORBIDDEN => code::NO_SUBSCRIPTION,
            StatusCode::NOT_FOUND => unknown,
            _ => code::FAILED,
        };
        Response::json(status, &SubscribeAnswer::bare(code))
    };
    match (point, status) {
        (Point::MkToken, StatusCode::UNAUTHORIZED) => {
            human("Incorrect username or password.").with_reason("Login Please")
        }
        (Point::RefreshToken, StatusCode::UNAUTHORIZED) => human("The token is unknown or has expired."),
        (Point::MkToken | Point::RefreshToken, _) => human(usual),
        (Point::Subscribe, _) => coded(code::UNKNOWN),
        (Point::Resubscribe | Point::Unsubscribe, _) => coded(code::NO_SUBSCRIPTION),
        (Point::WebSocket, _) => Response::empty(status),
        (Point::Other, _) => Response::json(status, &json!({})),
    }
}

/// What a fault says instead of the platform.
pub(super) fn replacement(point: Point, fault: &Fault) -> Response {
    let status = fault.status.map_or(StatusCode::OK, known_status);
    if let Some(json) = &fault.json {
        return Response::typed(status, json.to_string().into(), HeaderValue::from_static(JSON));
    }
    if let Some(body) = &fault.body {
        let text = HeaderValue::from_static("text/plain;charset=utf-8");
        return Response::typed(status, Bytes::copy_from_slice(body.as_bytes()), text);
    }
    own_error(point, status)
}

/// Puts into an answer what a fault says about it.
pub(super) fn shape(response: &mut Response, fault: &Fault) {
    if let Some(status) = fault.status.map(known_status)
        && response.status != status
    {
        response.status = status;
        response.reason = None;
    }
    if fault.params.is_some() || !fault.without.is_empty() || fault.merge.is_some() {
        response.edit_json(|body| edit(body, fault));
    }
    if let Some(reason) = &fault.status_text {
        response.reason = Some(reason.clone());
    }
    match fault.content_type.as_ref().map(|kind| kind.as_deref().map(HeaderValue::from_str)) {
        Some(Some(Ok(kind))) => {
            response.headers.insert(CONTENT_TYPE, kind);
        }
        Some(Some(Err(_)) | None) => {
            response.headers.remove(CONTENT_TYPE);
        }
        None => {}
    }
    if crate::fault::has_no_body(response.status.as_u16()) {
        response.body = Bytes::new();
        response.headers.remove(CONTENT_TYPE);
    }
}

fn edit(body: &mut Value, fault: &Fault) {
    if let Some(Value::Object(params)) = body.pointer_mut("/subscribeResponse/subscriptionParams") {
        merge(params, fault.params.iter().flatten());
        for key in &fault.without {
            params.shift_remove(key);
        }
    }
    if let (Value::Object(body), Some(more)) = (body, &fault.merge) {
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
