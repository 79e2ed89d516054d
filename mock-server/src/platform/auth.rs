//! Login and refresh: `mk_token` and `refresh_token` (docs/protocol.md, sections 1.2 and 1.4), and `revoke_token`, which SDKs
//! before 3.15 send when they leave (docs/protocol.md, section 1.7).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, StatusCode, Uri};
use serde_json::json;

use super::Platform;
use crate::account::{CredentialKind, DEFAULT_LIFETIME};
use crate::query::{parameter, query};
use crate::reason::Reason;
use crate::reply::Response;
use crate::time::Time;
use crate::token::Pair;
use crate::wire::{Success, TokenAnswer};

impl Platform {
    /// Only a `refresh=y` asks for a refresh token; the SDK always does.
    pub(super) fn make_token<B>(
        &mut self,
        now: Time,
        login: Option<&Login>,
        request: &Request<B>,
    ) -> Result<Response, Reason> {
        let login = login.ok_or(Reason::NoCredentials)?;
        let user = self.sign_in(now, login.name(), login.password())?.name.clone();
        let lifetime = self.token_lifetime(&user, asked_lifetime(request.uri())?);
        let with_refresh = parameter(request.uri(), "refresh").is_some_and(|value| value == "y");
        let pair = self.grants.log_in(now, &user, lifetime, with_refresh);
        pair.map(|pair| token_answer(&pair, lifetime)).ok_or(Reason::Full)
    }

    /// The SDK sends a session's first access token here rather than the refresh token (docs/protocol.md, section 1.4).
    pub(super) fn refresh_token<B>(&mut self, now: Time, request: &Request<B>) -> Result<Response, Reason> {
        let token = self.refreshed_token(request)?;
        let user = self.grants.refreshable(now, &token).ok_or(Reason::ExpiredToken)?.clone();
        let lifetime = self.token_lifetime(&user, asked_lifetime(request.uri())?);
        self.accounts.touch(&user);
        let pair = self.grants.refresh(now, &token, lifetime);
        pair.map(|pair| token_answer(&pair, lifetime)).ok_or(Reason::ExpiredToken)
    }

    /// Ends what a token belongs to: with an access token its refresh token is void as well. Subscriptions and sockets stay, as a
    /// client has ended them before. Clients read only whether the answer is an error, and the message of an error.
    pub(super) fn revoke_token<B>(&mut self, now: Time, request: &Request<B>) -> Result<Response, Reason> {
        let token = self.refreshed_token(request)?;
        self.grants.refreshable(now, &token).ok_or(Reason::ExpiredToken)?;
        self.grants.revoke_with(&token);
        Ok(Response::json(StatusCode::OK, &json!({})))
    }

    /// The token that a refresh or its end is about. An OAuth session has it in the header.
    fn refreshed_token<B>(&self, request: &Request<B>) -> Result<String, Reason> {
        let known = tokens(request).find(|token| self.grants.has(token)).map(Cow::into_owned);
        known.ok_or_else(|| self.why_not(request))
    }

    /// Whom a token of the request was issued to, valid or not.
    pub(super) fn token_owner<B>(&self, request: &Request<B>) -> Option<&Arc<str>> {
        tokens(request).find_map(|token| self.grants.owner(&token).or_else(|| self.holder(&token)))
    }

    /// The user for whom the request's token speaks.
    pub(super) fn bearer<B>(&mut self, now: Time, request: &Request<B>) -> Result<Arc<str>, Reason> {
        let user = tokens(request).find_map(|token| {
            let issued = self.grants.spoken_for(now, &token).cloned();
            issued.or_else(|| self.holder(&token).cloned())
        });
        user.ok_or_else(|| self.why_not(request))
    }

    /// Whose a token is that a user has from elsewhere.
    fn holder(&self, token: &str) -> Option<&Arc<str>> {
        self.accounts.holder(CredentialKind::Bearer, token).map(|account| &account.name)
    }

    /// Why none of the request's tokens is good for what it asks.
    fn why_not<B>(&self, request: &Request<B>) -> Reason {
        tokens(request).next().map_or(Reason::NoToken, |token| self.grants.why_not(&token))
    }

    /// The account's setting wins over the platform's, that over what the client asks for, which has a limit.
    pub(super) fn token_lifetime(&self, user: &str, asked: Option<Duration>) -> Duration {
        let own = self.accounts.get(user).and_then(|account| account.options.token_lifetime);
        let told = own.or(self.settings.token_lifetime);
        told.unwrap_or_else(|| asked.unwrap_or(DEFAULT_LIFETIME).min(self.limits.lifetime))
    }
}

/// Name and password of a basic authorization.
pub(super) struct Login {
    decoded: String,
    /// Where the name ends.
    colon: usize,
}

impl Login {
    /// Clients write the scheme in lower case; its case means nothing (RFC 9110, 11.1).
    pub(super) fn of<B>(request: &Request<B>) -> Option<Self> {
        let credentials = authorization(request.headers(), "basic")?;
        let decoded = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        let colon = decoded.find(':')?;
        Some(Self { decoded, colon })
    }

    pub(super) fn name(&self) -> &str {
        &self.decoded[..self.colon]
    }

    pub(super) fn password(&self) -> &str {
        &self.decoded[self.colon + 1..]
    }
}

/// Every token that a request brings: in the query under either name, and in the header.
pub(super) fn tokens<B>(request: &Request<B>) -> impl Iterator<Item = Cow<'_, str>> {
    let in_query = query(request.uri()).filter(|(name, _)| name == "token" || name == "access_token");
    let in_header = authorization(request.headers(), "bearer").map(Cow::Borrowed);
    in_query.map(|(_, token)| token).chain(in_header)
}

/// What follows the scheme in the `Authorization` header, if it has that scheme.
fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (given, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| credentials.trim())
}

/// `expires=N`, in seconds.
fn asked_lifetime(uri: &Uri) -> Result<Option<Duration>, Reason> {
    let Some(text) = parameter(uri, "expires") else { return Ok(None) };
    let seconds: u64 = text.parse().map_err(|_| Reason::BadLifetime)?;
    if seconds == 0 {
        return Err(Reason::BadLifetime);
    }
    Ok(Some(Duration::from_secs(seconds)))
}

fn token_answer(pair: &Pair, lifetime: Duration) -> Response {
    let success =
        Success { access_token: &pair.access, refresh_token: pair.refresh.as_deref(), expires: lifetime.as_secs() };
    Response::json(StatusCode::OK, &TokenAnswer { success })
}
