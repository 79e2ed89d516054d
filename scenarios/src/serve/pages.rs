//! The pages for people: the console at `/` and the quickstart at `/quickstart`, with what they load.
//!
//! Everything is part of the command, and nothing comes from elsewhere. No page has code of its own in its markup, and
//! the headers forbid it, so that a text from the wire that became markup after all could do nothing.

mod alone;
mod asset;
mod first_user;
mod sdk;

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};

pub use self::alone::{JournalError, MAX_JOURNAL_BYTES, SavedJournal};
pub use self::first_user::FirstUser;
pub use self::sdk::{MAX_SDK_BYTES, SDK_PATH, Sdk, SdkError};

use self::asset::Asset;
use super::control::{ControlError, Guard, HttpAnswer};

/// Where a page from another machine sends the token to get its cookie.
const SESSION_PATH: &str = "/pages/session";
/// Where the SDK is, or what stands in for it.
const SDK_FOLDER: &str = "/kandy/";

/// The pages.
#[derive(Debug, Default)]
pub struct Pages {
    sdk: Option<Sdk>,
    first_user: FirstUser,
    saved: Option<SavedJournal>,
}

impl Pages {
    /// The pages, with the developer's own copy of the SDK if there is one, and the user who signs in at the quickstart.
    #[must_use]
    pub const fn new(sdk: Option<Sdk>, first_user: FirstUser) -> Self {
        Self { sdk, first_user, saved: None }
    }

    /// Shows a saved journal in the console, in place of what happens.
    #[must_use]
    pub fn with_saved(self, saved: Option<SavedJournal>) -> Self {
        Self { saved, ..self }
    }

    /// Whether a request is for them.
    #[must_use]
    pub fn takes(uri: &Uri) -> bool {
        matches!(uri.path(), SDK_PATH | SESSION_PATH | alone::PATH) || Asset::at(uri.path()).is_some()
    }

    /// Answers a request of `peer`. `guard` is that of the control interface, which the console uses.
    ///
    /// # Errors
    ///
    /// A page that may not have the cookie asks for it.
    pub fn answer<B>(&self, request: &Request<B>, peer: SocketAddr, guard: &Guard) -> Result<HttpAnswer, ControlError> {
        let (path, method) = (request.uri().path(), request.method());
        if path == SESSION_PATH {
            return session(request, guard);
        }
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Ok(not_allowed("GET, HEAD"));
        }
        let mut answer = match Asset::at(path) {
            Some(asset) => match &self.saved {
                Some(saved) if asset.is_console() => shown(saved),
                _ => self.asset(asset, request, peer, guard),
            },
            // It should be saved, not shown from here, where its script is forbidden.
            None if path == alone::PATH => typed(StatusCode::OK, asset::TEXT, alone::empty()),
            None => self.sdk(),
        };
        if path.starts_with(SDK_FOLDER) {
            open_to_all(answer.headers_mut());
        }
        if *method == Method::HEAD {
            *answer.body_mut() = body(Bytes::new());
        }
        Ok(answer)
    }

    fn asset<B>(&self, asset: &Asset, request: &Request<B>, peer: SocketAddr, guard: &Guard) -> HttpAnswer {
        // Whoever reads a page on this machine might as well stop the server. For everybody else the pages can do nothing
        // until they are given the token.
        let is_own = peer.ip().to_canonical().is_loopback() && guard.is_own_visit(request);
        let mut content = asset.content(self.sdk.is_some());
        if is_own && asset.is_quickstart() {
            content = Bytes::from(self.first_user.fill(&String::from_utf8_lossy(&content)));
        }
        let mut answer = typed(StatusCode::OK, asset.content_type, content);
        let host = guard.host(request.uri(), request.headers()).ok();
        let websockets = host.map(|host| format!(" {}://{host}", guard.websocket_scheme())).unwrap_or_default();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, policy(&websockets));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        if is_own && asset.is_console() {
            headers.insert(SET_COOKIE, guard.session_cookie());
        }
        answer
    }

    fn sdk(&self) -> HttpAnswer {
        match &self.sdk {
            Some(sdk) => typed(StatusCode::OK, asset::JAVASCRIPT, sdk.bytes()),
            None => typed(StatusCode::NOT_FOUND, asset::TEXT, Bytes::from_static(sdk::MISSING.as_bytes())),
        }
    }
}

/// A saved journal, as a page whose own script alone may run.
fn shown(saved: &SavedJournal) -> HttpAnswer {
    let mut answer = typed(StatusCode::OK, asset::HTML, saved.page());
    let policy = HeaderValue::try_from(saved.policy()).expect("digests and words are visible ASCII");
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    answer.headers_mut().insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    answer
}

/// An application of another origin loads the SDK from here, as from wherever it is published.
fn open_to_all(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
}

/// Gives the cookie to who has the token.
fn session<B>(request: &Request<B>, guard: &Guard) -> Result<HttpAnswer, ControlError> {
    if *request.method() != Method::POST {
        return Ok(not_allowed("POST"));
    }
    guard.check(request.uri(), request.headers())?;
    let mut answer = typed(StatusCode::NO_CONTENT, asset::TEXT, Bytes::new());
    answer.headers_mut().insert(SET_COOKIE, guard.session_cookie());
    Ok(answer)
}

pub(super) fn refusal(error: &ControlError) -> HttpAnswer {
    typed(error.status, asset::JSON, Bytes::from(error.to_json().to_string()))
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// What the pages may load: what is here. `'self'` does not stand for websockets in every browser.
fn policy(websockets: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'{websockets}; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    );
    HeaderValue::try_from(policy).expect("a host that names this server is visible ASCII")
}

fn typed(status: StatusCode, content_type: &'static str, content: Bytes) -> HttpAnswer {
    let mut answer = Response::new(body(content));
    *answer.status_mut() = status;
    set_headers(answer.headers_mut(), content_type);
    answer
}

fn set_headers(headers: &mut HeaderMap, content_type: &'static str) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The pages of one version would not fit the control interface of another one.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
}

fn not_allowed(methods: &'static str) -> HttpAnswer {
    let mut answer = typed(StatusCode::METHOD_NOT_ALLOWED, asset::TEXT, Bytes::from(format!("Use {methods}.\n")));
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    answer
}

fn body(content: Bytes) -> BoxBody<Bytes, Infallible> {
    BodyExt::boxed(Full::new(content))
}

#[cfg(test)]
mod tests;
