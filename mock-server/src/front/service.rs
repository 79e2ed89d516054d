//! Where a request goes: to what is beside the platform, to a notification channel, or to REST.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use futures_util::future;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CONNECTION, CONTENT_LENGTH, ORIGIN, UPGRADE, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;

use super::line::Line;
use super::paced::{Slow, paced};
use super::presence::{Presence, WaitsFor};
use super::{BodyError, FrontContext, RequestBody};
use crate::fault::{Effect, Pace};
use crate::journal::Refused;
use crate::reply::{ALLOW_PRIVATE_NETWORK, Answer, Reply, Response};
use crate::server::delivery::Undelivered;
use crate::server::exchanges::ServedExchange;
use crate::server::handshake::lists;
use crate::server::stream::Stream;
use crate::time::Time;

/// Who is at the other end of a connection.
pub(super) struct Guest {
    site: Arc<FrontContext>,
    peer: SocketAddr,
    requests: AtomicUsize,
    handshake: Mutex<Option<Request<()>>>,
    /// The request that is never answered: the last one.
    hung: Arc<OnceLock<ServedExchange>>,
    presence: Arc<Presence>,
}

/// How a connection goes on without HTTP. It is an error in hyper's eyes, which then hands it back as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum WithoutHttp {
    #[error("the client asks for a websocket")]
    Handshake,
    #[error("the request is not answered")]
    Hang,
    #[error("the connection is reset")]
    Reset,
    #[error("the connection is closed, as if it had been before the request")]
    Close,
}

type Body = Either<Full<Bytes>, BoxBody<Bytes, Infallible>>;
pub(super) type Outcome = Result<http::Response<Body>, WithoutHttp>;

impl Guest {
    pub(super) fn new(site: Arc<FrontContext>, peer: SocketAddr) -> Self {
        Self {
            site,
            peer,
            requests: AtomicUsize::new(0),
            handshake: Mutex::default(),
            hung: Arc::default(),
            presence: Arc::default(),
        }
    }

    /// Answers a request, or tells how the connection goes on instead.
    ///
    /// The future of REST is kept small, and hyper keeps it where the last one was, since most of what a request costs
    /// here is moving it about.
    pub(super) fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Outcome> + use<> {
        let site = &self.site;
        let request = request.map(|incoming| RequestBody::new(incoming, &site.limits));
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let is_last = number >= site.limits.requests_per_connection;
        if site.beside.takes(&request) {
            let answer = site.beside.clone().answer(request, self.peer);
            let (site, presence) = (site.clone(), self.presence.clone());
            return elsewhere(async move {
                let answer = presence.during(WaitsFor::Beside, answer).await.ok_or(WithoutHttp::Reset)?;
                Ok(bounded(answer.map(Either::Right), is_last || site.shared.breaks_connections()))
            });
        }
        if let Some(origins) = &site.origins
            && let Some(refused) = site.refusal(origins, &request)
        {
            let what = if refused.status == StatusCode::FORBIDDEN { Refused::Origin } else { Refused::Host };
            site.shared.refused(what, Some(self.peer.ip()), None, Some(&request));
            return elsewhere(ready(Ok(bounded(site.respond(request.headers(), refused), true))));
        }
        if is_handshake(&request) {
            let (mut head, _) = request.into_parts();
            // There hyper keeps what it would hand the connection over with.
            head.extensions.clear();
            *self.handshake() = Some(Request::from_parts(head, ()));
            return elsewhere(ready(Err(WithoutHttp::Handshake)));
        }
        // It was on its way when the connections were closed that could break under a request.
        if number > 1 && site.shared.breaks_connections() {
            return elsewhere(ready(Err(WithoutHttp::Close)));
        }
        let (site, (head, mut body)) = (site.clone(), request.into_parts());
        let (mut exchange, hung, peer) = (site.shared.exchanges().begin(), self.hung.clone(), self.peer.ip());
        let presence = self.presence.clone();
        future::Either::Left(async move {
            let (outcome, due) = match body.whole().await {
                Ok(body) if site.shared.is_disturbed() => (
                    Box::pin(site.rest_disturbed(&Request::from_parts(head, body), &mut exchange, &presence)).await,
                    None,
                ),
                Ok(body) => site.rest(&Request::from_parts(head, body), &mut exchange),
                Err(error) => (Ok(site.unreadable(&Request::from_parts(head, ()), peer, &error)), None),
            };
            if let Some(due) = due
                && !Box::pin(site.deliver(&exchange, due, &presence)).await
            {
                return Err(WithoutHttp::Reset);
            }
            if outcome.as_ref().is_err_and(|ending| *ending == WithoutHttp::Hang) {
                // It is held for as long as the connection lasts.
                let _ = hung.set(exchange);
            }
            outcome.map(|response| bounded(response, is_last || site.shared.breaks_connections()))
        })
    }

    /// Looks whether the client leaves that waits for an answer.
    pub(super) async fn watch<S: Stream>(&self, line: &Line<'_, S>) -> Infallible {
        self.presence.watch(line).await
    }

    /// Waits until the platform is reset that does not answer.
    pub(super) async fn reset(&self) {
        match self.hung.get() {
            Some(exchange) => self.site.shared.until_reset(exchange.resets()).await,
            None => pending().await,
        }
    }

    /// The request that ended HTTP because it is never answered.
    pub(super) fn hung(&self) -> Undelivered<'_> {
        Undelivered::new(&self.site.shared, self.hung.get().expect("it was left there"))
    }

    /// The handshake that ended HTTP.
    pub(super) fn take_handshake(&self) -> Option<Request<()>> {
        self.handshake().take()
    }

    fn handshake(&self) -> MutexGuard<'_, Option<Request<()>>> {
        self.handshake.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What few requests come to, so that the others need no room for it.
fn elsewhere<R>(
    outcome: impl Future<Output = Outcome> + Send + 'static,
) -> future::Either<R, Pin<Box<dyn Future<Output = Outcome> + Send>>> {
    future::Either::Right(Box::pin(outcome))
}

/// A handshake that is not well formed is one too, and is told so. In HTTP/1.0 nothing is an upgrade (RFC 9110, 7.8).
fn is_handshake<B>(request: &Request<B>) -> bool {
    request.method() == Method::GET
        && request.version() >= Version::HTTP_11
        && lists(request.headers(), &UPGRADE, b"websocket")
}

fn bounded(mut response: http::Response<Body>, is_last: bool) -> http::Response<Body> {
    if is_last {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

impl FrontContext {
    /// Asks the platform: what comes of it, and when, if not at once.
    pub(super) fn rest(&self, request: &Request<Bytes>, exchange: &mut ServedExchange) -> (Outcome, Option<Time>) {
        let (Answer { reply, delay, pace }, came) = self.ask(request, None, exchange);
        let outcome = self.outcome(request.headers(), reply, pace, came + delay, exchange);
        (outcome, (!delay.is_zero()).then(|| came + delay))
    }

    /// What the platform answers, and when it was asked. An `effect` that is given stands before all faults.
    pub(super) fn ask(
        &self,
        request: &Request<Bytes>,
        effect: Option<&Effect>,
        exchange: &mut ServedExchange,
    ) -> (Answer, Time) {
        self.shared.act(|platform, now| {
            let answer = platform.handle_request_under(now, request, effect);
            let delay = (!matches!(answer.reply, Reply::Hang)).then_some(answer.delay);
            exchange.await_answer(platform, now, delay);
            // A preflight leaves no record.
            if !answer.pace.is_usual() && request.method() != Method::OPTIONS {
                exchange.await_parts(platform);
            }
            (answer, now)
        })
    }

    /// What comes of an answer on a connection, where its head goes out at that time.
    pub(super) fn outcome(
        &self,
        asked: &HeaderMap,
        reply: Reply,
        pace: Pace,
        head: Time,
        exchange: &mut ServedExchange,
    ) -> Outcome {
        match reply {
            Reply::Respond(response) if pace.is_usual() => Ok(self.respond(asked, response)),
            Reply::Respond(response) => {
                let slow = Slow { pace, head, answer: exchange.take_parts(), resets: exchange.resets() };
                Ok(self.respond_slowly(asked, response, slow))
            }
            Reply::Hang => Err(WithoutHttp::Hang),
            Reply::Reset | Reply::Refuse => Err(WithoutHttp::Reset),
        }
    }

    /// Waits until the answer of an exchange is due. `false` if the platform was reset before, or the client has left. If it is
    /// dropped while it waits, its client has left.
    pub(super) async fn deliver(&self, exchange: &ServedExchange, due: Time, presence: &Presence) -> bool {
        let mut undelivered = Undelivered::new(&self.shared, exchange);
        match presence.during(WaitsFor::HeldAnswer, self.shared.until_due(exchange, due)).await {
            Some(true) => {
                undelivered.sent();
                return true;
            }
            Some(false) => undelivered.never(),
            None => undelivered.left(),
        }
        false
    }

    /// Refuses pages of other origins than those that may use the platform. Programs that are not pages name no origin, and
    /// a page that has made a name of its own lead here names itself as the origin: so the host must be right as well.
    fn refusal<B>(&self, origins: &[HeaderValue], request: &Request<B>) -> Option<Response> {
        let refused = |status, text: &'static str| {
            Some(Response::typed(status, Bytes::from_static(text.as_bytes()), HeaderValue::from_static("text/plain")))
        };
        let headers = request.headers();
        let Some(host) = self.hosts.addressed(request.uri(), headers) else {
            return refused(StatusCode::MISDIRECTED_REQUEST, "The Host header does not name this server.\n");
        };
        let is_own = |origin: &HeaderValue| {
            let page = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
            page.is_some_and(|(_, page)| host.as_str().eq_ignore_ascii_case(page))
        };
        if headers.get_all(ORIGIN).iter().all(|origin| origins.contains(origin) || is_own(origin)) {
            return None;
        }
        refused(StatusCode::FORBIDDEN, "Pages of this origin may not use the platform.\n")
    }

    fn respond(&self, asked: &HeaderMap, response: Response) -> http::Response<Body> {
        let mut answer = http::Response::new(Either::Left(Full::new(response.body)));
        *answer.status_mut() = response.status;
        *answer.headers_mut() = response.headers;
        if let Some(origins) = &self.origins {
            narrow(asked, answer.headers_mut(), origins);
        }
        if let Some(reason) = response.reason {
            let reason = ReasonPhrase::try_from(reason).expect("a fault's reason is visible ASCII");
            answer.extensions_mut().insert(reason);
        }
        answer
    }

    /// The same, its body as a fault has it.
    fn respond_slowly(&self, asked: &HeaderMap, response: Response, slow: Slow) -> http::Response<Body> {
        let (body, ends_connection) = (response.body.clone(), slow.pace.ends_connection());
        let mut answer = self.respond(asked, response).map(|_| Either::Right(paced(&body, slow, self.shared.clone())));
        // That a body is empty is known with its head, if that says so: then it could not be late.
        if !body.is_empty() {
            answer.headers_mut().insert(CONTENT_LENGTH, body.len().into());
        }
        bounded(answer, ends_connection)
    }

    /// The answer to a request without a whole body. The page that sent it may read it, as it may with every other one.
    fn unreadable(&self, request: &Request<()>, peer: IpAddr, error: &BodyError) -> http::Response<Body> {
        let asked = request.headers();
        let what = match error {
            BodyError::TooLong { .. } => Refused::LongBody,
            BodyError::TimedOut { .. } => Refused::SlowBody,
            BodyError::Broken(_) => Refused::BrokenBody,
        };
        self.shared.refused(what, Some(peer), Some(error.to_string()), Some(request));
        let text = format!("{error}\n");
        let mut response = Response::typed(error.status(), text.into(), HeaderValue::from_static("text/plain"));
        response.allow_origin(asked);
        bounded(self.respond(asked, response), true)
    }
}

/// Takes back what CORS allows, if the page is of none of these origins.
fn narrow(asked: &HeaderMap, headers: &mut HeaderMap, origins: &[HeaderValue]) {
    headers.insert(VARY, HeaderValue::from_static("origin"));
    if asked.get(ORIGIN).is_some_and(|origin| origins.contains(origin)) {
        return;
    }
    for name in [
        ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_MAX_AGE,
        ALLOW_PRIVATE_NETWORK,
    ] {
        headers.remove(name);
    }
}
