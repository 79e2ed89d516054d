//! Who may use the control interface.
//!
//! Any page that a developer visits can send requests to a port of the loopback interface. So a request is carried out
//! only if it brings a secret that no such page has, is addressed to this server by a name that no foreign page can have
//! (DNS rebinding), and does not come from a page of another origin.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use kandy_mock_server::{Hosts, Refused};
use subtle::ConstantTimeEq;

use super::error::ControlError;

/// Random bytes of a secret.
const SECRET_BYTES: usize = 24;

/// What a request to the control interface has to have.
#[derive(Debug)]
pub struct Guard {
    hosts: Hosts,
    secrets: Secrets,
}

/// The secrets of one start of the server.
#[derive(Clone)]
pub struct Secrets {
    token: String,
    /// What the cookie of the server's own pages has. It is not the token, so that none of them can tell it.
    session: String,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(***)")
    }
}

impl Secrets {
    /// Draws new ones.
    ///
    /// # Errors
    ///
    /// The system gives no random numbers.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let draw = || {
            let mut bytes = [0; SECRET_BYTES];
            getrandom::fill(&mut bytes).map(|()| URL_SAFE_NO_PAD.encode(bytes))
        };
        Ok(Self { token: draw()?, session: draw()? })
    }

    /// The same, with a token of somebody's own if there is one.
    #[must_use]
    pub fn with_token(self, token: Option<String>) -> Self {
        Self { token: token.unwrap_or(self.token), ..self }
    }

    /// What programs send as `Authorization: Bearer` or `X-Kandy-Token`.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl Guard {
    /// The guard of a server that is addressed so.
    #[must_use]
    pub const fn new(hosts: Hosts, secrets: Secrets) -> Self {
        Self { hosts, secrets }
    }

    /// What the server's own pages should set, so that they may use the control interface: the value of `Set-Cookie`.
    ///
    /// # Panics
    ///
    /// Never: a cookie of letters and digits is a header.
    #[must_use]
    pub fn session_cookie(&self) -> HeaderValue {
        let (name, session) = (self.cookie_name(), &self.secrets.session);
        let secure = if self.hosts.is_tls() { "; Secure" } else { "" };
        let cookie = format!("{name}={session}; Path=/__admin/; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::try_from(cookie).expect("a cookie of letters and digits is a header")
    }

    /// Whether a request for one of the server's own pages may get the cookie: it is addressed to this server, and no page of
    /// another origin has fetched it. A link of such a page may lead here; what it leads to, it cannot touch. Nor may it come
    /// through a proxy: the proxy is on this machine, but its clients may not be.
    #[must_use]
    pub fn is_own_visit<B>(&self, request: &http::Request<B>) -> bool {
        let headers = request.headers();
        let is_visit = |mode: &HeaderValue| mode.as_bytes() == b"navigate";
        let is_fetched = headers.contains_key(ORIGIN) || !headers.get_all("sec-fetch-mode").iter().all(is_visit);
        !is_fetched && !headers.keys().any(is_of_proxy) && self.host(request.uri(), headers).is_ok()
    }

    /// Looks at a request.
    ///
    /// # Errors
    ///
    /// 421 for a foreign host, 403 for a page of another origin, 401 without one of the secrets.
    pub fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), ControlError> {
        let host = self.host(uri, headers)?;
        self.check_origin(&host, headers)?;
        self.check_secret(headers)
    }

    /// The host to which a request is addressed, if it is this one.
    ///
    /// # Errors
    ///
    /// 421 for a foreign one.
    pub fn host(&self, uri: &Uri, headers: &HeaderMap) -> Result<Authority, ControlError> {
        self.hosts.addressed(uri, headers).ok_or_else(|| {
            let message = "the Host header does not name this server";
            let own = format!("{}://localhost:{}", self.scheme(), self.hosts.port());
            ControlError::refused(Refused::Host, StatusCode::MISDIRECTED_REQUEST, message)
                .with_help(format!("use {own}, or start with `serve --allow-host NAME`"))
        })
    }

    fn check_origin(&self, host: &Authority, headers: &HeaderMap) -> Result<(), ControlError> {
        let own = format!("{}://{host}", self.scheme());
        let is_own = |origin: &HeaderValue| origin.as_bytes().eq_ignore_ascii_case(own.as_bytes());
        // Browsers send no Origin with a plain GET of another site, but they say this.
        let is_from_here = |site: &HeaderValue| matches!(site.as_bytes(), b"same-origin" | b"none");
        if headers.get_all(ORIGIN).iter().all(is_own) && headers.get_all("sec-fetch-site").iter().all(is_from_here) {
            return Ok(());
        }
        let message = "a page of another origin may not use the control interface";
        Err(ControlError::refused(Refused::Origin, StatusCode::FORBIDDEN, message)
            .with_help("call it from a program, or from the server's own pages"))
    }

    fn check_secret(&self, headers: &HeaderMap) -> Result<(), ControlError> {
        let text = |name: &str| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let bearer = |value: &str| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
        };
        let tokens = text(AUTHORIZATION.as_str()).filter_map(bearer);
        let mut tokens = tokens.chain(text("x-kandy-token").map(str::to_owned));
        let name = self.cookie_name();
        let in_cookie =
            |pair: &str| pair.trim().split_once('=').filter(|(key, _)| *key == name).map(|(_, it)| it.to_owned());
        let mut sessions = text(COOKIE.as_str()).flat_map(|cookies| cookies.split(';')).filter_map(in_cookie);
        let is_token = |given: String| is_equal(&given, &self.secrets.token);
        let is_session = |given: String| is_equal(&given, &self.secrets.session);
        if tokens.any(is_token) || sessions.any(is_session) {
            return Ok(());
        }
        let message = "the control interface needs its token";
        Err(ControlError::refused(Refused::Token, StatusCode::UNAUTHORIZED, message)
            .with_help("send `Authorization: Bearer TOKEN` with the token that `serve` has printed at its start"))
    }

    /// The scheme of everything else.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.hosts.is_tls() { "https" } else { "http" }
    }

    /// The scheme of notification channels.
    #[must_use]
    pub const fn websocket_scheme(&self) -> &'static str {
        if self.hosts.is_tls() { "wss" } else { "ws" }
    }

    /// Cookies are shared by all ports of a host.
    fn cookie_name(&self) -> String {
        format!("kandy-control-{}", self.hosts.port())
    }
}

/// Whether only proxies send a header of that name.
fn is_of_proxy(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(name, "forwarded" | "via" | "x-real-ip") || name.starts_with("x-forwarded-")
}

/// Takes the same time wherever the two differ.
fn is_equal(given: &str, secret: &str) -> bool {
    given.as_bytes().ct_eq(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use http::header::HOST;

    use super::*;

    const LOCAL: &str = "127.0.0.1";

    fn guard(address: &str, is_tls: bool) -> Guard {
        named(address, 8080, is_tls, &[])
    }

    fn named(address: &str, port: u16, is_tls: bool, names: &[&str]) -> Guard {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let hosts = Hosts::new((address.parse::<IpAddr>().unwrap(), port).into(), is_tls, names);
        Guard::new(hosts, Secrets { token: "T0ken".into(), session: "S3ssion".into() })
    }

    #[track_caller]
    fn check(guard: &Guard, headers: &[(&'static str, &str)]) -> u16 {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        guard.check(&Uri::from_static("/__admin/state"), &map).map_or_else(|error| error.status.as_u16(), |()| 200)
    }

    /// The answer to a request with a good token.
    fn with_token(guard: &Guard, headers: &[(&'static str, &str)]) -> u16 {
        let headers: Vec<_> = headers.iter().chain(&[("x-kandy-token", "T0ken")]).copied().collect();
        check(guard, &headers)
    }

    #[test]
    fn only_a_host_that_is_this_server_is_answered() {
        let guard = guard(LOCAL, false);
        for (host, status) in [
            ("127.0.0.1:8080", 200),
            ("127.3.2.1:8080", 200),
            ("localhost:8080", 200),
            ("LOCALHOST:8080", 200),
            ("[::1]:8080", 200),
            ("localhost", 421),
            ("localhost:8081", 421),
            ("evil.example:8080", 421),
            ("localhost.evil.example:8080", 421),
            ("127.0.0.1.evil.example:8080", 421),
            ("192.168.1.5:8080", 421),
            ("user@localhost:8080", 421),
            ("", 421),
        ] {
            assert_eq!(with_token(&guard, &[("host", host)]), status, "{host}");
        }
        assert_eq!(with_token(&guard, &[]), 421);
        assert_eq!(with_token(&guard, &[("host", "localhost:8080"), ("host", "evil.example:8080")]), 421);
        let line = Uri::from_static("http://evil.example:8080/__admin/state");
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost:8080"))]);
        assert_eq!(guard.check(&line, &headers).unwrap_err().status, 421);
    }

    #[test]
    fn a_bound_address_is_a_host_and_so_is_any_where_all_are_bound() {
        assert_eq!(with_token(&guard("192.168.1.5", false), &[("host", "192.168.1.5:8080")]), 200);
        assert_eq!(with_token(&guard("192.168.1.5", false), &[("host", "192.168.1.6:8080")]), 421);
        assert_eq!(with_token(&guard("0.0.0.0", false), &[("host", "192.168.1.6:8080")]), 200);
        assert_eq!(with_token(&guard("0.0.0.0", false), &[("host", "evil.example:8080")]), 421);
        let standard = named(LOCAL, 443, true, &[]);
        assert_eq!(with_token(&standard, &[("host", "localhost")]), 200, "a port that goes without saying");
    }

    #[test]
    fn a_name_that_is_allowed_is_a_host_at_every_port() {
        let guard = named(LOCAL, 8080, false, &["kandy.test"]);
        for (host, status) in [
            ("kandy.test:8080", 200),
            ("kandy.test", 200),
            ("Kandy.Test:9000", 200),
            ("localhost:8080", 200),
            ("localhost:9000", 421),
            ("www.kandy.test", 421),
            ("user@kandy.test", 421),
            ("evil.example:8080", 421),
        ] {
            assert_eq!(with_token(&guard, &[("host", host)]), status, "{host}");
        }
        let page = |origin| with_token(&guard, &[("host", "kandy.test:9000"), ("origin", origin)]);
        assert_eq!((page("http://kandy.test:9000"), page("http://evil.example")), (200, 403));
    }

    #[test]
    fn a_page_of_another_origin_is_refused() {
        let guard = guard(LOCAL, false);
        for (origin, status) in [
            ("http://localhost:8080", 200),
            ("http://localhost:3000", 403),
            ("https://localhost:8080", 403),
            ("http://127.0.0.1:8080", 403),
            ("https://evil.example", 403),
            ("null", 403),
            ("", 403),
        ] {
            assert_eq!(with_token(&guard, &[("host", "localhost:8080"), ("origin", origin)]), status, "{origin}");
        }
        for (site, status) in [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403)] {
            let headers = [("host", "localhost:8080"), ("sec-fetch-site", site)];
            assert_eq!(with_token(&guard, &headers), status, "{site}");
        }
    }

    #[test]
    fn one_of_the_secrets_is_needed() {
        let guard = guard(LOCAL, false);
        for (name, value, status) in [
            ("authorization", "Bearer T0ken", 200),
            ("authorization", "bearer T0ken", 200),
            ("authorization", "T0ken", 401),
            ("authorization", "Basic T0ken", 401),
            ("authorization", "Bearer T0ke", 401),
            ("authorization", "Bearer ", 401),
            ("authorization", "Bearer S3ssion", 401),
            ("x-kandy-token", "T0ken", 200),
            ("x-kandy-token", "t0ken", 401),
            ("x-kandy-token", "", 401),
            ("cookie", "kandy-control-8080=S3ssion", 200),
            ("cookie", "a=b; kandy-control-8080=S3ssion; c=d", 200),
            ("cookie", "kandy-control-8081=S3ssion", 401),
            ("cookie", "kandy-control-8080=T0ken", 401),
            ("x-other", "T0ken", 401),
        ] {
            assert_eq!(check(&guard, &[("host", "localhost:8080"), (name, value)]), status, "{name}: {value}");
        }
    }

    #[test]
    fn the_cookie_of_the_servers_own_pages_opens_and_is_kept_from_scripts() {
        let cookie = guard(LOCAL, false).session_cookie();
        let expected = "kandy-control-8080=S3ssion; Path=/__admin/; HttpOnly; SameSite=Strict";
        assert_eq!(cookie, expected);
        assert_eq!(guard(LOCAL, true).session_cookie(), format!("{expected}; Secure").as_str());
    }

    #[test]
    fn secrets_are_drawn_anew_and_not_printed() {
        let (one, other) = (Secrets::draw().unwrap(), Secrets::draw().unwrap());
        assert_ne!(one.token, other.token);
        assert_ne!(one.token, one.session);
        assert_eq!(one.token().len(), 32);
        let hosts = Hosts::new(([127, 0, 0, 1], 1).into(), false, Vec::new());
        assert!(!format!("{:?}", Guard::new(hosts, one.clone())).contains(&one.token));
    }
}
