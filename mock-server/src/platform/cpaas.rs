//! CPaaS: tokens, channels, and the services that they are for (docs/protocol-dialects.md, section 5).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Map, Value, json};

use super::Platform;
use super::credentials::Addressed;
use crate::account::PresenceList;
use crate::dialect::Dialect;
use crate::ids::SubscriptionId;
use crate::limits::Limits;
use crate::query::pairs;
use crate::reason::Reason;
use crate::reply::Response;
use crate::service::Service;
use crate::subscription::{Holds, Subscription};
use crate::time::Time;
use crate::timer::Timer;

impl Platform {
    /// Tokens for name and password, or for a refresh token (OAuth 2, RFC 6749, 4.3 and 6), and whose they are.
    pub(super) fn cpaas_token(&mut self, now: Time, request: &Request<Bytes>) -> Result<Response, Reason> {
        let form = Form::of(request.body()).ok_or(Reason::BadBody)?;
        let (pair, user, lifetime) = if let Some(token) = form.get("refresh_token") {
            let user = self.grants.refreshable(now, token).cloned().ok_or_else(|| self.grants.why_not(token))?;
            let lifetime = self.token_lifetime(&user, Some(TOKEN_LIFETIME));
            let pair = self.grants.refresh(now, token, lifetime).ok_or(Reason::ExpiredToken)?;
            (pair, user, lifetime)
        } else {
            let (name, password) = form.get("username").zip(form.get("password")).ok_or(Reason::NoCredentials)?;
            let user = self.sign_in(now, name, password)?.name.clone();
            let lifetime = self.token_lifetime(&user, Some(TOKEN_LIFETIME));
            (self.grants.log_in(now, &user, lifetime, true).ok_or(Reason::Full)?, user, lifetime)
        };
        let answer = json!({
            "access_token": &*pair.access,
            "id_token": id_token(&user),
            "refresh_token": pair.refresh.as_deref(),
            "expires_in": lifetime.as_secs(),
            "token_type": "bearer",
        });
        Ok(Response::json(StatusCode::OK, &answer))
    }

    /// Whom a request for tokens is about.
    pub(super) fn cpaas_login(&self, request: &Request<Bytes>) -> Option<Arc<str>> {
        let form = Form::of(request.body())?;
        match form.get("refresh_token") {
            Some(token) => self.grants.owner(token).cloned(),
            None => form.get("username").map(|name| self.shared_name(name)),
        }
    }

    /// Makes a channel: a subscription that is for nothing yet.
    pub(super) fn make_channel(&mut self, now: Time, user: &str, request: &Request<Bytes>) -> Result<Response, Reason> {
        let owner = self.cpaas_user(now, user, request)?;
        let asked = wrapped(request.body(), "notificationChannel")?;
        let lifetime = asked.get("channelLifetime").and_then(Value::as_u64);
        let lifetime = self.subscription_lifetime(user, lifetime).unwrap_or(CHANNEL_LIFETIME.min(self.limits.lifetime));
        self.make_room_for_subscription(now, user)?;
        let id = self.subscriptions.next_id();
        let path = format!("{}/{}", request.uri().path(), id.channel());
        let role = asked.get(CHECK_ROLE).cloned().unwrap_or_default();
        let answer = json!({ "notificationChannel": {
            "callbackURL": id.callback(),
            "channelData": { "channelURL": format!("{path}/websocket"), CHECK_ROLE: role },
            "channelLifetime": lifetime.as_secs(),
            // In lower case, whatever was asked for: a client that reads it otherwise cannot leave any more.
            "channelType": "websockets",
            "clientCorrelator": asked.get("clientCorrelator"),
            "resourceURL": path,
        } });
        let expiry = self.timers.arm(now + lifetime, Timer::SubscriptionExpiry(id));
        let holds = Holds::Services { services: Vec::new(), checks: role == "server" };
        let (dialect, services, correlator) = (Dialect::Cpaas, Vec::new(), None);
        self.subscriptions.insert(
            id,
            Subscription {
                user: owner,
                dialect,
                services,
                lifetime,
                correlator,
                created: now,
                renewed: now,
                expiry,
                holds,
            },
        );
        Ok(Response::json(StatusCode::CREATED, &answer))
    }

    /// Ends a channel. Its sockets are the client's to close.
    pub(super) fn end_channel(
        &mut self,
        now: Time,
        user: &str,
        channel: Option<SubscriptionId>,
        request: &Request<Bytes>,
    ) -> Result<Response, Reason> {
        self.cpaas_user(now, user, request)?;
        let id = channel.filter(|id| self.is_channel_of(*id, user)).ok_or_else(|| self.no_subscription(channel))?;
        self.end(id);
        Ok(Response::empty(StatusCode::NO_CONTENT))
    }

    /// Subscribes to a service, of which the channel in the request will tell.
    pub(super) fn add_service(
        &mut self,
        now: Time,
        user: &str,
        service: Service,
        request: &Request<Bytes>,
    ) -> Result<Response, Reason> {
        self.cpaas_user(now, user, request)?;
        let mut asked = wrapped(request.body(), service.wrapper())?;
        let callback = asked.get("callbackReference").and_then(|reference| reference.get("notifyURL")?.as_str());
        let channel = callback.and_then(SubscriptionId::of_callback);
        let id = channel.filter(|id| self.is_channel_of(*id, user)).ok_or_else(|| self.no_subscription(channel))?;
        let number = self.subscriptions.next_service();
        let subscription = self.subscriptions.get_mut(id).ok_or(Reason::NoSubscription)?;
        let Holds::Services { services, .. } = &mut subscription.holds else { return Err(Reason::NoSubscription) };
        if services.len() >= Limits::CHANNEL_SERVICES {
            return Err(Reason::Full);
        }
        services.push((number, service));
        subscription.services = names(services);
        asked.insert("resourceURL".to_owned(), format!("{}/S-{number}", request.uri().path()).into());
        let answer = Map::from_iter([(service.wrapper().to_owned(), Value::Object(asked))]);
        Ok(Response::json(StatusCode::CREATED, &answer))
    }

    /// Ends a subscription to a service.
    pub(super) fn end_service(
        &mut self,
        now: Time,
        user: &str,
        (service, number): (Service, Option<u64>),
        request: &Request<Bytes>,
    ) -> Result<Response, Reason> {
        self.cpaas_user(now, user, request)?;
        let ended = (number.ok_or(Reason::NoSubscription)?, service);
        let is_on = |holds: &Holds| matches!(holds, Holds::Services { services, .. } if services.contains(&ended));
        let id = self.subscriptions.holder(user, is_on).ok_or(Reason::NoSubscription)?;
        let subscription = self.subscriptions.get_mut(id).ok_or(Reason::NoSubscription)?;
        if let Holds::Services { services, .. } = &mut subscription.holds {
            services.retain(|held| *held != ended);
            subscription.services = names(services);
        }
        Ok(Response::empty(StatusCode::NO_CONTENT))
    }

    /// Gives what a media relay asks for; there is none.
    pub(super) fn turn(&mut self, now: Time, user: &str, request: &Request<Bytes>) -> Result<Response, Reason> {
        self.cpaas_user(now, user, request)?;
        let answer = json!({ "wrtcsTurnCredentials": { "username": "TURN-user", "password": "TURN-password" } });
        Ok(Response::json(StatusCode::CREATED, &answer))
    }

    /// The presence lists of a user.
    pub(super) fn presence_lists(
        &mut self,
        now: Time,
        user: &str,
        request: &Request<Bytes>,
    ) -> Result<Response, Reason> {
        self.cpaas_user(now, user, request)?;
        let path = request.uri().path();
        let list = |list: &PresenceList| json!({ "x-listName": list.name, "presenceContact": [], "resourceURL": format!("{path}/PL-{}", list.number) });
        let lists: Vec<Value> =
            self.accounts.get(user).map_or(&[][..], |account| &account.presence_lists).iter().map(list).collect();
        let answer = json!({ "presenceListCollection": { "presenceList": lists, "resourceURL": path } });
        Ok(Response::json(StatusCode::OK, &answer))
    }

    /// Makes a presence list.
    pub(super) fn make_presence_list(
        &mut self,
        now: Time,
        user: &str,
        request: &Request<Bytes>,
    ) -> Result<Response, Reason> {
        self.cpaas_user(now, user, request)?;
        let mut asked = wrapped(request.body(), "presenceList")?;
        let name = asked.get("x-listName").and_then(Value::as_str).ok_or(Reason::BadBody)?.to_owned();
        if name.len() > Limits::TEXT_BYTES {
            return Err(Reason::LongBody);
        }
        let number = self.subscriptions.next_service();
        if !self.accounts.add_presence_list(user, PresenceList { number, name }) {
            return Err(Reason::Full);
        }
        asked.insert("resourceURL".to_owned(), format!("{}/PL-{number}", request.uri().path()).into());
        Ok(Response::json(StatusCode::CREATED, &json!({ "presenceList": asked })))
    }

    /// The user in a path, if the request's token is that user's.
    fn cpaas_user(&mut self, now: Time, user: &str, request: &Request<Bytes>) -> Result<Arc<str>, Reason> {
        let signed_in = self.signed_in(now, Dialect::Cpaas, Addressed { user, subscription: None }, request)?;
        if *signed_in.user == *user { Ok(signed_in.user) } else { Err(Reason::OtherUser) }
    }

    fn is_channel_of(&self, id: SubscriptionId, user: &str) -> bool {
        let is_channel = |live: &Subscription| matches!(live.holds, Holds::Services { .. }) && *live.user == *user;
        self.subscriptions.get(id).is_some_and(is_channel)
    }
}

fn names(services: &[(u64, Service)]) -> Vec<String> {
    services.iter().map(|(_, service)| service.name().to_owned()).collect()
}

/// The object under a name, which must be the only member of the body.
fn wrapped(body: &Bytes, name: &str) -> Result<Map<String, Value>, Reason> {
    let mut body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| Reason::BadBody)?;
    match body.remove(name) {
        Some(Value::Object(asked)) => Ok(asked),
        _ => Err(Reason::BadBody),
    }
}

/// A token that says whose the others are. Clients read it and do not verify it.
fn id_token(user: &str) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "preferred_username": user, "services-identity": user });
    format!("{}.{}.unsigned", part(json!({ "alg": "none" })), part(claims))
}

/// A body of `application/x-www-form-urlencoded`.
struct Form(Vec<(String, String)>);

impl Form {
    fn of(body: &Bytes) -> Option<Self> {
        let text = str::from_utf8(body).ok()?.replace('+', " ");
        Some(Self(pairs(&text).map(|(name, value)| (Cow::into_owned(name), Cow::into_owned(value))).collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }
}

/// Who checks whether the connections of a channel live: the client, or the server.
const CHECK_ROLE: &str = "x-connCheckRole";
/// How long a channel lives if nobody says anything about it.
const CHANNEL_LIFETIME: Duration = Duration::from_secs(2 * 3600);
/// How long tokens live if nobody says anything about it.
const TOKEN_LIFETIME: Duration = Duration::from_secs(8 * 3600);
