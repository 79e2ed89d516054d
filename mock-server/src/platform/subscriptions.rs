//! Subscribing, renewing and leaving (docs/protocol.md, sections 1.3, 1.5 and 1.6).

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::Value;

use super::Platform;
use super::credentials::{Addressed, SignedIn};
use crate::account::{DEFAULT_LIFETIME, list_bytes};
use crate::dialect::{Dialect, RenewedBy, UNDEFINED, Way};
use crate::fair::Full;
use crate::fault;
use crate::ids::SubscriptionId;
use crate::journal::Kind;
use crate::limits::Limits;
use crate::reason::Reason;
use crate::reply::Response;
use crate::route::{CORRELATORS, Target};
use crate::subscription::{Holds, Subscription};
use crate::time::Time;
use crate::timer::Timer;
use crate::wire::{SubscribeAnswer, SubscribeBody, SubscribeRequest, SubscribeResponse, SubscriptionParams, code};

impl Platform {
    /// Makes a subscription. One client may have several: the platform ends none because of another.
    ///
    /// `said` only shapes the answer. But a correlator in it is one that the client has been told, so it names the
    /// subscription as well.
    pub(super) fn subscribe(
        &mut self,
        now: Time,
        dialect: Dialect,
        user: &str,
        request: &Request<Bytes>,
        said: Option<&fault::Answer>,
    ) -> Result<Response, Reason> {
        let SignedIn { user: owner, way } =
            self.signed_in(now, dialect, Addressed { user, subscription: None }, request)?;
        if user != UNDEFINED && *owner != *user {
            return Err(Reason::OtherUser);
        }
        let user = &*owner;
        let asked = parse(request.body())?;
        self.make_room_for_subscription(now, user)?;
        let services = asked.service.unwrap_or_default();
        let services = match self.accounts.get(user) {
            Some(account) => account.grant(services),
            None => services,
        };
        let services: Vec<String> = services.into_iter().map(Cow::into_owned).collect();
        let lifetime =
            self.subscription_lifetime(user, asked.expires).unwrap_or(DEFAULT_LIFETIME.min(self.limits.lifetime));
        let told = said.and_then(|said| said.edit()?.params.as_ref()?.get("clientCorrelator")).and_then(Value::as_str);
        let correlator = asked.client_correlator;

        let id = self.subscriptions.next_id();
        let session = match way {
            Way::Hmac => Some(self.grants.open_session(now, &owner, id).ok_or(Reason::Full)?),
            Way::Session | Way::Token | Way::Basic | Way::Anonymous => None,
        };
        let answer = SubscribeAnswer {
            subscribe_response: SubscribeResponse {
                status_code: code::OK,
                subscription: Some(&format!("{}/{id}", request.uri().path())),
                subscription_params: Some(SubscriptionParams {
                    expires: lifetime.as_secs(),
                    service: &services,
                    localization: Some(asked.localization.as_deref().unwrap_or("English_US")),
                    use_turn: Some(asked.use_turn.unwrap_or(true)),
                    notification_type: asked.notification_type.as_deref().unwrap_or("WebSocket"),
                    notification_channel: Some(&format!("{}{}", dialect.profile().channels, id.channel())),
                    client_correlator: correlator.as_deref(),
                    session_id: session.as_deref(),
                }),
            },
        };
        let response = Response::json(StatusCode::OK, &answer);
        let expiry = self.timers.arm(now + lifetime, Timer::SubscriptionExpiry(id));
        let correlator = told.map(ToOwned::to_owned).or_else(|| correlator.map(Into::into));
        let holds = if way == Way::Anonymous { Holds::Calls(Vec::new()) } else { Holds::Nothing };
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
        Ok(response)
    }

    /// Where there is no room for a subscription of a user, another subscription ends. Nobody has to make room for those who have a
    /// fair share.
    pub(super) fn make_room_for_subscription(&mut self, now: Time, user: &str) -> Result<(), Reason> {
        if let Some(displaced) = self.subscriptions.displaced(now, user).map_err(|Full| Reason::Full)? {
            self.expire(now, displaced);
        }
        Ok(())
    }

    /// Renews a subscription: its lifetime begins anew. The services may change within what is granted.
    pub(super) fn resubscribe(
        &mut self,
        now: Time,
        dialect: Dialect,
        user: &str,
        target: &Target<'_>,
        request: &Request<Bytes>,
    ) -> Result<Response, Reason> {
        let id = self.target(now, dialect, user, target, request)?;
        let asked = parse(request.body())?;
        let owner = self.subscriptions.get(id).ok_or(Reason::NoSubscription)?.user.clone();
        let user = &*owner;
        let granted = asked.service.map(|asked| match self.accounts.get(user) {
            Some(account) => account.grant(asked),
            None => asked,
        });
        let lifetime = self.subscription_lifetime(user, asked.expires);
        self.subscriptions.touch(id);
        let subscription = self.subscriptions.get_mut(id).ok_or(Reason::NoSubscription)?;
        if let Some(granted) = granted.filter(|granted| *granted != subscription.services) {
            subscription.services = granted.into_iter().map(Cow::into_owned).collect();
        }
        subscription.lifetime = lifetime.unwrap_or(subscription.lifetime);
        subscription.renewed = now;
        self.timers.disarm(subscription.expiry);
        subscription.expiry = self.timers.arm(now + subscription.lifetime, Timer::SubscriptionExpiry(id));

        let params = SubscriptionParams {
            expires: subscription.lifetime.as_secs(),
            service: &subscription.services,
            localization: None,
            use_turn: None,
            notification_type: asked.notification_type.as_deref().unwrap_or("WebSocket"),
            notification_channel: None,
            client_correlator: matches!(target, Target::Correlator(_))
                .then_some(subscription.correlator.as_deref())
                .flatten(),
            session_id: None,
        };
        let subscribe_response = SubscribeResponse {
            status_code: code::OK,
            subscription: Some(&address(request.uri().path(), target, id)),
            subscription_params: Some(params),
        };
        Ok(Response::json(StatusCode::OK, &SubscribeAnswer { subscribe_response }))
    }

    /// Ends a subscription. Its sockets are the client's to close.
    pub(super) fn unsubscribe(
        &mut self,
        now: Time,
        dialect: Dialect,
        user: &str,
        target: &Target<'_>,
        request: &Request<Bytes>,
    ) -> Result<Response, Reason> {
        let id = self.target(now, dialect, user, target, request)?;
        self.end(id);
        Ok(Response::json(StatusCode::OK, &SubscribeAnswer::bare(code::OK)))
    }

    /// Forgets a subscription.
    pub(super) fn end(&mut self, id: SubscriptionId) {
        if let Some(subscription) = self.subscriptions.remove(id) {
            self.timers.disarm(subscription.expiry);
        }
    }

    /// A subscription ends by itself: it was not renewed, or has to make room.
    pub(super) fn expire(&mut self, now: Time, id: SubscriptionId) {
        if let Some(subscription) = self.subscriptions.remove(id) {
            self.timers.disarm(subscription.expiry);
            self.journal.write(now, None, Some(subscription.user), Kind::Expired { subscription: id });
        }
    }

    /// The live subscription that a request is about, if its credentials allow it. Those of somebody else are forbidden rather
    /// than unauthorized.
    fn target(
        &mut self,
        now: Time,
        dialect: Dialect,
        user: &str,
        target: &Target<'_>,
        request: &Request<Bytes>,
    ) -> Result<SubscriptionId, Reason> {
        let named = match target {
            Target::Id(id) => *id,
            Target::Correlator(_) => None,
        };
        let SignedIn { user: by, .. } =
            self.signed_in(now, dialect, Addressed { user, subscription: named }, request)?;
        let user = if user == UNDEFINED { &*by } else { user };
        if dialect.profile().renewed_by == RenewedBy::ItsUser && *by != *user {
            return Err(Reason::OtherUser);
        }
        let id = match target {
            Target::Id(id) => *id,
            Target::Correlator(correlator) => self.subscriptions.correlated(user, correlator),
        };
        let is_theirs =
            |id: &SubscriptionId| self.subscriptions.get(*id).is_some_and(|subscription| &*subscription.user == user);
        id.filter(is_theirs).ok_or_else(|| self.no_subscription(id))
    }

    /// Why a subscription is not there: it has ended, or the user never had it.
    pub(super) fn no_subscription(&self, id: Option<SubscriptionId>) -> Reason {
        let has_ended =
            |id: SubscriptionId| Some(id) <= self.subscriptions.newest() && self.subscriptions.get(id).is_none();
        if id.is_some_and(has_ended) { Reason::EndedSubscription } else { Reason::NoSubscription }
    }

    /// The account's setting wins over what the client asks for, which has a limit. Zero is not a lifetime, so it asks for nothing.
    pub(super) fn subscription_lifetime(&self, user: &str, asked: Option<u64>) -> Option<Duration> {
        let own = self.accounts.get(user).and_then(|account| account.options.subscription_lifetime);
        let asked = asked.filter(|seconds| *seconds > 0).map(Duration::from_secs);
        own.or(asked.map(|lifetime| lifetime.min(self.limits.lifetime)))
    }
}

/// The address of a subscription, however the request named it.
fn address<'a>(path: &'a str, target: &Target<'_>, id: SubscriptionId) -> Cow<'a, str> {
    let above = match target {
        Target::Id(_) => None,
        Target::Correlator(_) => path.rsplit_once(CORRELATORS),
    };
    above.map_or(Cow::Borrowed(path), |(subscriptions, _)| format!("{subscriptions}/{id}").into())
}

fn parse(body: &Bytes) -> Result<SubscribeRequest<'_>, Reason> {
    let body: SubscribeBody<'_> = serde_json::from_slice(body).map_err(|_| Reason::BadBody)?;
    let asked = body.subscribe_request;
    let services = asked.service.as_deref().map_or(0, list_bytes);
    let correlator = asked.client_correlator.as_ref().map_or(0, |correlator| correlator.len());
    if services.max(correlator) > Limits::TEXT_BYTES {
        return Err(Reason::LongBody);
    }
    Ok(asked)
}
