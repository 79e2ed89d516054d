//! Requests, as `fetch` with its default options sends them.

use bytes::{Bytes, BytesMut};
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use hyper::ext::ReasonPhrase;
use reqwest::redirect::Policy;
use rustls::ClientConfig;

use super::options::{Options, SetUpError};
use crate::io::{NetworkFailure, Request, Response};

/// The origin of the page that an application would be on.
pub(super) const PAGE_ORIGIN: http::HeaderValue = http::HeaderValue::from_static("http://localhost");
/// How many redirects `fetch` follows.
const MAX_REDIRECTS: usize = 20;
/// How many unused connections a browser keeps to one server.
const MAX_IDLE_CONNECTIONS: usize = 6;

/// Sends requests and reads their answers.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    enforce_cors: bool,
    /// Whether the platform is asked before each request whether a page may make it.
    pub(super) asks_first: bool,
    max_body: usize,
}

impl Http {
    pub(super) fn new(options: &Options, tls: ClientConfig) -> Result<Self, SetUpError> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            // An application can see the reason phrase, which later versions do not have.
            .http1_only()
            .redirect(Policy::limited(MAX_REDIRECTS))
            .referer(false)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS);
        if let Some(timeout) = options.request_timeout {
            builder = builder.timeout(timeout);
        }
        let client = builder.build().map_err(|error| SetUpError::Http(error.into()))?;
        Ok(Self { client, enforce_cors: options.enforce_cors, asks_first: false, max_body: options.max_body })
    }

    /// One exchange. Whatever goes wrong looks the same to a script, so the reason ends here.
    pub(super) async fn exchange(&self, request: Request) -> Result<Response, NetworkFailure> {
        if request.refusal.is_some() || (self.asks_first && !self.may_ask(&request).await) {
            return Err(NetworkFailure);
        }
        let mut builder = self.client.request(request.method, request.url).headers(request.headers);
        if self.enforce_cors {
            builder = builder.header(ORIGIN, PAGE_ORIGIN);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let mut answer = builder.send().await.map_err(|_| NetworkFailure)?;
        // Nobody asked for another protocol, and a browser would wait on for an answer that cannot come.
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(NetworkFailure);
        }
        if self.enforce_cors && !is_allowed(answer.headers()) {
            return Err(NetworkFailure);
        }
        let (body, is_cut) = self.read_body(&mut answer).await?;
        let response = Response {
            status: answer.status(),
            status_text: status_text(&answer),
            headers: std::mem::take(answer.headers_mut()),
            body,
            is_cut,
        };
        Ok(if self.enforce_cors { response.as_a_page_sees_it() } else { response })
    }

    /// Whether a page may make a request: what a browser asks first (Fetch standard, 4.8).
    async fn may_ask(&self, request: &Request) -> bool {
        let question = self.client.request(Method::OPTIONS, &request.url).header(ORIGIN, PAGE_ORIGIN);
        let names: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
        let question = question
            .header(ACCESS_CONTROL_REQUEST_METHOD, request.method.as_str())
            .header(ACCESS_CONTROL_REQUEST_HEADERS, names.join(","));
        question.send().await.is_ok_and(|answer| answer.status().is_success() && is_allowed(answer.headers()))
    }

    /// The body, and whether the connection broke off before it was whole.
    async fn read_body(&self, answer: &mut reqwest::Response) -> Result<(Bytes, bool), NetworkFailure> {
        // What is announced to be too long need not be waited for.
        if answer.content_length().is_some_and(|length| length > self.max_body as u64) {
            return Err(NetworkFailure);
        }
        let mut body = BytesMut::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.max_body => return Err(NetworkFailure),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok((body.freeze(), false)),
                Err(error) if error.is_timeout() => return Err(NetworkFailure),
                Err(_) => return Ok((body.freeze(), true)),
            }
        }
    }
}

/// Whether a page may see the answer: the header must be there once, and name every origin or this one.
fn is_allowed(headers: &HeaderMap) -> bool {
    let mut allowed = headers.get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter();
    let first = allowed.next();
    first.is_some_and(|origin| origin == "*" || origin == PAGE_ORIGIN) && allowed.next().is_none()
}

/// The reason phrase as it came, but empty if it is not ASCII; hyper keeps only those that are not the usual one.
fn status_text(answer: &reqwest::Response) -> String {
    match answer.extensions().get::<ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None => answer.status().canonical_reason().unwrap_or_default().to_owned(),
    }
}
