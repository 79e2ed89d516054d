//! The control interface: what a script's `platform` can do, over HTTP, for the server's pages and for programs.

mod arguments;
mod error;
mod feed;
mod guard;
mod har;
mod look;
mod places;
mod route;
mod selection;
mod wait;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderName, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use kandy_mock_server::command::Arguments;
use kandy_mock_server::{Advanced, BodyError, ClockError, Command, CommandOutput, FrontHandle, RequestBody, Time};
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

pub use self::error::ControlError;
pub use self::guard::{Guard, Secrets};
pub use self::route::{ControlRoute, PREFIX, ROUTES, index, markdown};

use self::feed::Feed;
use self::places::Places;
use self::route::{RouteAct, RouteAction, RouteLook};
use self::selection::JournalSelection;
use crate::serve::script_status::ScriptStatus;
use crate::text::{did_you_mean, nearest};
use crate::transcript;

/// The version of what `state` promises: `docs/state.schema.json`.
pub const API: u32 = 1;
/// Feeds at once.
pub const MAX_FEEDS: usize = 64;
/// The most waits of `waitFor` and `idle` at once. One more ends the oldest: whoever waits there may be gone.
pub const MAX_WAITS: usize = 256;
/// The most that the answer of `advance` tells of what it has fired.
pub const MAX_FIRED: usize = 1_000;
/// The most records that one wait is for.
pub const MAX_COUNT: usize = 1_000;
/// The longest that one wait may take.
pub const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// How long it takes if it does not say.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(30);
/// How long a reset waits for the script beside the platform: a little longer than a start does.
const LONGEST_SET_UP: Duration = Duration::from_secs(8);

/// Answers the requests below [`PREFIX`].
#[derive(Debug)]
pub struct Control {
    handle: FrontHandle,
    guard: Guard,
    feeds: Arc<Semaphore>,
    waits: Places,
    /// How the script stands that is beside the platform, if one is.
    script: Option<watch::Receiver<ScriptStatus>>,
}

/// An answer of what stands beside the platform.
pub type HttpAnswer = Response<BoxBody<Bytes, Infallible>>;

impl Control {
    /// The control interface of a platform.
    #[must_use]
    pub fn new(handle: FrontHandle, guard: Guard) -> Self {
        let (feeds, waits) = (Arc::new(Semaphore::new(MAX_FEEDS)), Places::new(MAX_WAITS));
        Self { handle, guard, feeds, waits, script: None }
    }

    /// The same, beside a script that stands so.
    #[must_use]
    pub fn beside_script(self, script: watch::Receiver<ScriptStatus>) -> Self {
        Self { script: Some(script), ..self }
    }

    /// Whether a request is for the control interface.
    #[must_use]
    pub fn takes(uri: &Uri) -> bool {
        uri.path()
            .strip_prefix(PREFIX.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Who may use it.
    #[must_use]
    pub const fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Tells the journal of a request of `peer` that was refused since its sender may not use the control interface.
    pub fn note_refused<B>(&self, error: &ControlError, peer: SocketAddr, request: &Request<B>) {
        if let Some(what) = error.refused {
            self.handle.refused(what, peer.ip(), request);
        }
    }

    /// Answers a request of `peer`.
    pub async fn answer(&self, request: Request<RequestBody>, peer: SocketAddr) -> HttpAnswer {
        if let Err(error) = self.admit(&request) {
            self.note_refused(&error, peer, &request);
            return refusal(&error);
        }
        let (head, body) = request.into_parts();
        let result = match Self::route(&head.method, &head.uri, &head.headers) {
            Ok((route, is_json)) => match route.action {
                RouteAction::Look(look) => match route.arguments(head.uri.query().unwrap_or_default(), &[]) {
                    Ok(given) => self.look(look, &Arguments::new(route.name, given), &head.headers).await,
                    Err(error) => Err(error),
                },
                RouteAction::Act(act) => match body.bytes().await {
                    Ok(_) if !is_json => Err(not_json()),
                    Ok(body) => match route.arguments("", &body) {
                        Ok(given) => self.act(act, route.name, given).await,
                        Err(error) => Err(error),
                    },
                    Err(error) => Err(error.into()),
                },
            },
            Err(error) => Err(error),
        };
        result.unwrap_or_else(|error| refusal(&error))
    }

    /// Whether whoever sent a request may use the control interface, or what it asks for is for everybody.
    fn admit<B>(&self, request: &Request<B>) -> Result<(), ControlError> {
        if ControlRoute::named(name(request.uri())).is_some_and(ControlRoute::is_open) {
            return Ok(());
        }
        self.guard.check(request.uri(), request.headers())
    }

    /// The route of a request that may be carried out, and whether its body says that it is JSON.
    fn route(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(&'static ControlRoute, bool), ControlError> {
        let name = name(uri);
        let route = ControlRoute::named(name).ok_or_else(|| {
            let error = ControlError::new(StatusCode::NOT_FOUND, format!("there is no {}", uri.path()));
            match nearest(name, ROUTES.iter().map(|route| route.name)) {
                Some(name) => error.with_help(did_you_mean(format_args!("{PREFIX}{name}"))),
                None => error.with_help(format!("GET {PREFIX} has the table of all routes")),
            }
        })?;
        if *method != route.method() {
            let error =
                ControlError::new(StatusCode::METHOD_NOT_ALLOWED, format!("{} does not take {method}", route.path()));
            let allow = Some(route.method());
            return Err(ControlError { allow, ..error.with_help(format!("use {}", route.method())) });
        }
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        Ok((route, essence.eq_ignore_ascii_case("application/json")))
    }

    /// Answers what changes nothing.
    async fn look(&self, look: RouteLook, given: &Arguments, headers: &HeaderMap) -> Result<HttpAnswer, ControlError> {
        let written = match look {
            RouteLook::Index => return Ok(json_answer(StatusCode::OK, &index())),
            RouteLook::Health => return Ok(json_answer(StatusCode::OK, &json!({ "status": "ok", "api": API }))),
            RouteLook::State => look::state(&self.handle, self.script(), given)?,
            RouteLook::Journal => look::journal(&self.handle, given)?,
            RouteLook::Export => look::export(&self.handle, self.script(), given).await?,
            RouteLook::Transcript | RouteLook::Har => return self.kept(look, given, headers).await,
            RouteLook::Requests => look::requests(&self.handle, given)?,
            RouteLook::Subscriptions => look::subscriptions(&self.handle, given)?,
            RouteLook::Sockets => look::sockets(&self.handle, given)?,
            RouteLook::Feed => return self.feed(given, headers),
        };
        let mut answer = Response::new(written.into_body().await);
        set_headers(answer.headers_mut(), HeaderValue::from_static("application/json"));
        Ok(answer)
    }

    /// How the script stands now, if there is one.
    fn script(&self) -> Option<ScriptStatus> {
        self.script.as_ref().map(|script| script.borrow().clone())
    }

    /// Whether a script beside the platform has something to do.
    fn is_script_busy(&self) -> bool {
        let Some(script) = self.script() else { return false };
        self.handle.platform(|platform, now| script.is_busy(now, platform.journal().next_seq()))
    }

    /// What happened, in a form to be kept.
    async fn kept(&self, look: RouteLook, given: &Arguments, headers: &HeaderMap) -> Result<HttpAnswer, ControlError> {
        let records = JournalSelection::new(&self.handle, given)?.records(&self.handle).await;
        if matches!(look, RouteLook::Har) {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
            let origin = format!("{}://{host}", self.guard.scheme());
            return Ok(json_answer(StatusCode::OK, &har::har(&records, &origin)));
        }
        let text = Full::new(Bytes::from(transcript::journal(&records)));
        let mut answer = Response::new(BodyExt::boxed(text));
        set_headers(answer.headers_mut(), HeaderValue::from_static("text/plain; charset=utf-8"));
        Ok(answer)
    }

    fn feed(&self, given: &Arguments, headers: &HeaderMap) -> Result<HttpAnswer, ControlError> {
        let place = Arc::clone(&self.feeds).try_acquire_owned().map_err(|_| too_many("feeds", MAX_FEEDS))?;
        let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse::<u64>().ok());
        let since = match last {
            Some(last) => last.checked_add(1),
            None => given.get(&route::SINCE)?,
        };
        let mut answer = Response::new(Feed::new(self.handle.clone(), since, place).into_body());
        set_headers(answer.headers_mut(), HeaderValue::from_static("text/event-stream"));
        Ok(answer)
    }

    /// Does what a route is for.
    async fn act(
        &self,
        act: RouteAct,
        name: &'static str,
        given: Map<String, Value>,
    ) -> Result<HttpAnswer, ControlError> {
        let value = match act {
            RouteAct::Verb(verb) => match verb.command(given)? {
                Command::Reset => self.begin_again().await?,
                command => self.command(command)?,
            },
            RouteAct::WaitFor => self.wait_for(&Arguments::new(name, given)).await?,
            RouteAct::Advance => self.advance(&Arguments::new(name, given))?,
            RouteAct::Idle => self.idle(&Arguments::new(name, given)).await?,
        };
        self.handle.made_way().await;
        Ok(json_answer(StatusCode::OK, &value))
    }

    fn command(&self, asked: Command) -> Result<Value, ControlError> {
        Ok(match self.handle.platform(|platform, now| platform.apply(now, asked))? {
            CommandOutput::Count(count) => json!({ "count": count }),
            CommandOutput::Tokens(tokens) => json!(tokens),
            CommandOutput::Fault(id) => json!({ "id": id }),
            CommandOutput::Next(next) => json!({ "next": next }),
            CommandOutput::Record(seq) => json!({ "seq": seq }),
            CommandOutput::Nothing => json!({}),
        })
    }

    fn advance(&self, given: &Arguments) -> Result<Value, ControlError> {
        let advanced = match (given.get(&route::BY)?, given.get(&route::TO)?) {
            (Some(by), None) => self.handle.advance(by),
            (None, Some(to)) => self.handle.advance_to(Time::from_millis(to)),
            _ => return Err(route::either(given.of(), &route::BY.parameter(), &route::TO.parameter()).into()),
        };
        let Advanced { now, fired, .. } = advanced.map_err(clock_error)?;
        let told = &fired[..fired.len().min(MAX_FIRED)];
        Ok(json!({ "now": now, "fired": told, "omitted": fired.len() - told.len() }))
    }

    /// Makes everything as it was at the start. A script beside the platform has set it up again when this is answered, unless
    /// that takes too long.
    async fn begin_again(&self) -> Result<Value, ControlError> {
        let value = self.command(Command::Reset)?;
        let resets = self.handle.resets();
        if let Some(mut script) = self.script.clone() {
            // If it takes too long, this does not wait for it; the state has its error.
            let _ = timeout(LONGEST_SET_UP, script.wait_for(|script| script.set_up_after >= resets)).await;
        }
        Ok(value)
    }
}

/// The name of a route, as an address has it.
fn name(uri: &Uri) -> &str {
    uri.path().strip_prefix(PREFIX).unwrap_or_default()
}

fn json_answer(status: StatusCode, value: &Value) -> HttpAnswer {
    let mut answer = Response::new(BodyExt::boxed(Full::new(Bytes::from(value.to_string()))));
    *answer.status_mut() = status;
    set_headers(answer.headers_mut(), HeaderValue::from_static("application/json"));
    answer
}

fn refusal(error: &ControlError) -> HttpAnswer {
    let mut answer = json_answer(error.status, &error.to_json());
    if error.status == StatusCode::UNAUTHORIZED {
        answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(method) = &error.allow {
        let method = HeaderValue::from_str(method.as_str()).expect("a method is a token, which any header can say");
        answer.headers_mut().insert(ALLOW, method);
    }
    answer
}

/// No header here lets another origin in, and nothing is kept or taken for something else.
fn set_headers(headers: &mut HeaderMap, content_type: HeaderValue) {
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
}

/// A form of another page can send text, but no JSON without asking first.
fn not_json() -> ControlError {
    ControlError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the request does not say that its body is JSON")
        .with_help("send `Content-Type: application/json`")
}

fn too_many(what: &str, limit: usize) -> ControlError {
    ControlError::new(StatusCode::SERVICE_UNAVAILABLE, format!("there are {limit} {what} already, the limit"))
}

fn clock_error(error: ClockError) -> ControlError {
    let status = if error == ClockError::Real { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
    let refused = ControlError::new(status, error.to_string());
    match error {
        ClockError::Real => refused.with_help("start with `serve --clock manual`"),
        ClockError::Past { .. } => {
            refused.with_help("time only goes forward: name a later instant, or `reset` the platform")
        }
        _ => refused,
    }
}

impl From<BodyError> for ControlError {
    fn from(error: BodyError) -> Self {
        Self::new(error.status(), error.to_string())
    }
}

#[cfg(test)]
mod javascript;
#[cfg(test)]
mod tests;
