//! REST: a catch-all in wiremock that asks the platform.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::unconstrained;
use tokio::time::timeout;
use wiremock::matchers::any;
use wiremock::{Match, Mock, MockServer, Request, Respond, ResponseTemplate};

use super::late::LateAnswers;
use crate::limits::Limits;
use crate::reply::{Answer, Reply, Response};
use crate::server::listen::reachable;
use crate::server::shared::Shared;

/// wiremock, and what asks the platform behind every mock of the user's own.
#[derive(Debug)]
pub(super) struct RestServer {
    server: MockServer,
    catch_all: Arc<CatchAll>,
}

/// Work that REST leaves to the server's thread.
pub(super) type Chore = Pin<Box<dyn Future<Output = ()> + Send>>;

impl RestServer {
    /// Starts wiremock on `listener`. Whoever holds the other end of `chores` does them in their order.
    pub(super) async fn start(
        listener: TcpListener,
        shared: Arc<Shared>,
        late: Arc<LateAnswers>,
        chores: mpsc::UnboundedSender<Chore>,
    ) -> io::Result<Arc<Self>> {
        // Recorded requests would be a second copy of what the mocks keep anyway.
        let server = MockServer::builder().listener(listener).disable_request_recording().start().await;
        let (answer, kept) = (Mutex::default(), Mutex::default());
        let catch_all = Arc::new(CatchAll { shared, late, chores, answer, kept });
        for mock in mocks(&catch_all) {
            server.register(mock).await;
        }
        let rest = Arc::new(Self { server, catch_all });
        lock(&rest.catch_all.kept).renewed = Some(Arc::downgrade(&rest));
        // wiremock does not say whether its own thread got a runtime.
        let answers = timeout(Limits::START, answers(*rest.server.address())).await;
        answers.unwrap_or(Err(io::ErrorKind::TimedOut.into()))?;
        Ok(rest)
    }

    /// The server for the user's own mocks. They would not outlive a renewal, so renewals end here.
    pub(super) fn shared_server(&self) -> &MockServer {
        lock(&self.catch_all.kept).renewed = None;
        &self.server
    }
}

/// wiremock decides by the mock whether a request is answered or its connection ended, so there are two: the first asks
/// the platform and matches what should be ended; the second answers everything else.
fn mocks(catch_all: &Arc<CatchAll>) -> [Mock; 2] {
    let end = Mock::given(Ask(catch_all.clone())).respond_with_err(|_: &Request| ConnectionEnds);
    let tell = Mock::given(any()).respond_with(Tell(catch_all.clone()));
    // wiremock tries mocks in the order of their priorities, 255 the last, then in that of mounting.
    [end.named("the platform ends the connection"), tell.named("the platform answers")]
        .map(|mock| mock.with_priority(u8::MAX))
}

#[derive(Debug)]
struct CatchAll {
    shared: Arc<Shared>,
    late: Arc<LateAnswers>,
    chores: mpsc::UnboundedSender<Chore>,
    /// The platform's answer, on its way from the first mock to the second. One is enough: wiremock holds one lock from
    /// the first mock that it tries to the last, so requests do not interleave.
    answer: Mutex<Option<Answer>>,
    kept: Mutex<KeptRequests>,
}

/// What wiremock keeps: every request that a mock has matched, until all mocks are unmounted.
#[derive(Debug, Default)]
struct KeptRequests {
    requests: usize,
    /// The server whose mocks are mounted anew every now and then; `None` if that would lose mocks of the user's.
    renewed: Option<Weak<RestServer>>,
}

impl CatchAll {
    /// Counts a request that wiremock keeps, and makes it let go of them if they are too many.
    ///
    /// To be called under wiremock's lock, whose waiters have it in the order in which they came. Unmounting and mounting
    /// wait for it here already, one behind the other, before any request that comes later and before any mount of the
    /// user's: so no request meets a server without the platform. They go on where somebody can wait for them.
    fn keep_one(self: &Arc<Self>) {
        let mut kept = lock(&self.kept);
        kept.requests += 1;
        if kept.requests < Limits::KEPT_REQUESTS {
            return;
        }
        let Some(rest) = kept.renewed.as_ref().and_then(Weak::upgrade) else { return };
        kept.requests = 0;
        let register = |mock| {
            let rest = rest.clone();
            chore(async move { rest.server.register(mock).await })
        };
        let [end, tell] = mocks(self).map(register);
        let unmount = chore(async move { rest.server.reset().await });
        for mut step in [unmount, end, tell] {
            let waits = step.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
            debug_assert!(waits, "the lock is held while a request is matched");
            // Nobody takes it at the server's end, when there is nothing left to renew.
            let _ = self.chores.send(step);
        }
    }
}

/// In a task of wiremock whose budget is spent, a future would not even begin to wait for a lock.
fn chore(work: impl Future<Output = ()> + Send + 'static) -> Chore {
    Box::pin(unconstrained(work))
}

/// Asks the platform. Matches if the connection should end without an answer.
struct Ask(Arc<CatchAll>);

impl Match for Ask {
    fn matches(&self, request: &Request) -> bool {
        self.0.keep_one();
        let answer = for_platform(request).map(|request| {
            self.0.shared.act(|platform, now| {
                let answer = platform.handle_request(now, &request);
                // Before anybody can know of the request, and ask what is under way.
                if let Some(held) = held(&answer) {
                    self.0.late.add(now, now + held);
                }
                answer
            })
        });
        let ends = answer.as_ref().is_some_and(ends);
        *lock(&self.0.answer) = answer;
        ends
    }
}

/// Tells what the platform said.
struct Tell(Arc<CatchAll>);

impl Respond for Tell {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        match lock(&self.0.answer).take() {
            Some(answer) => {
                let held = held(&answer);
                let template = match answer.reply {
                    Reply::Respond(mut response) => {
                        if answer.pace.ends_connection() || self.0.shared.breaks_connections() {
                            response.headers.insert(CONNECTION, HeaderValue::from_static("close"));
                        }
                        template(response)
                    }
                    Reply::Hang => return ResponseTemplate::new(StatusCode::OK).set_delay(NEVER),
                    Reply::Reset | Reply::Refuse => unreachable!("the first mock matches what has no answer"),
                };
                match held {
                    Some(held) => template.set_delay(held),
                    None => template,
                }
            }
            None => ResponseTemplate::new(StatusCode::BAD_REQUEST)
                .set_body_string("the platform does not have this address"),
        }
    }
}

/// Whether the connection should end in place of an answer.
fn ends(answer: &Answer) -> bool {
    match &answer.reply {
        Reply::Respond(response) => answer.pace.cuts(response.body.len()),
        Reply::Hang => false,
        Reply::Reset | Reply::Refuse => true,
    }
}

/// For how long wiremock holds an answer. It has no body that comes later than its head.
fn held(answer: &Answer) -> Option<Duration> {
    let Reply::Respond(response) = &answer.reply else { return None };
    let held = answer.delay.saturating_add(answer.pace.takes(response.body.len()));
    (!held.is_zero() && !ends(answer)).then_some(held)
}

/// Waits for an answer. A preflight leaves no trace in the journal.
async fn answers(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(reachable(address)).await?;
    stream.write_all(b"OPTIONS / HTTP/1.1\r\nHost: kandy\r\nConnection: close\r\n\r\n").await?;
    match stream.read(&mut [0; 16]).await? {
        0 => Err(io::ErrorKind::ConnectionAborted.into()),
        _ => Ok(()),
    }
}

/// How long an answer takes that never comes: the server is gone before.
const NEVER: Duration = Duration::from_secs(366 * 24 * 3600);

/// Why wiremock ends a connection. It logs the error; nobody else sees it.
#[derive(Debug, thiserror::Error)]
#[error("the platform ends the connection")]
struct ConnectionEnds;

/// The request as it came. wiremock gives an absolute URL with a host of its own, which is dropped.
fn for_platform(request: &Request) -> Option<http::Request<Bytes>> {
    let path = request.url.path();
    let uri = match request.url.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut asked = http::Request::builder().method(request.method.clone()).uri(uri);
    *asked.headers_mut()? = request.headers.clone();
    asked.body(Bytes::copy_from_slice(&request.body)).ok()
}

fn template(response: Response) -> ResponseTemplate {
    let headers = response.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
    let body: Vec<u8> = response.body.into();
    ResponseTemplate::new(response.status).append_headers(headers).set_body_bytes(body)
}

/// Nothing that is locked here is left half done by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
