//! What a profile is, and what some of them share.

use crate::config;
use crate::error::{Error, OpeningFailure};
use crate::event::{DisconnectReason, Event};
use crate::js::{TypeError, Value};
use crate::protocol::{Answer, ConnectionInfo, Signature};
use crate::random::Random;

/// All in which one dialect differs from the others.
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) sdk: &'static str,
    pub(crate) platform: &'static str,
    pub(crate) calls: &'static [&'static str],
    pub(crate) idle_calls: &'static [&'static str],
    pub(crate) events: &'static [&'static str],
    /// What the agent header says before the session knows its platform, and afterwards.
    pub(crate) first_agent: &'static str,
    pub(crate) agent: &'static str,
    /// `authentication` where nothing is given.
    pub(crate) defaults: fn() -> &'static Value,
    /// `authentication` as the port reads it: `subscription`, the REST server and what is asked of it, and `websocket`.
    pub(crate) servers: fn(&Value) -> Value,

    /// The way of signing in that credentials allow.
    pub(crate) signature: fn(&Value) -> Signature,
    /// What is said where they allow none.
    pub(crate) invalid_signature: &'static str,
    /// The member of credentials that is a bearer.
    pub(crate) bearer: &'static str,
    /// The parameters of a websocket's address, by what is known of the session and by the connectivity options; undefined
    /// where it has none.
    pub(crate) websocket_params: fn(&ConnectionInfo, &Value) -> Value,
    /// Whether `getUserInfo()` has tokens from the beginning.
    pub(crate) shows_tokens: bool,

    /// How an application signs in and out.
    pub(crate) api: Api,
    /// The error that says why no websocket could be opened.
    pub(crate) opening_error: fn(&OpeningFailure) -> Error,

    /// Whether answers of 503 are rewritten before anything reads them.
    pub(crate) rewrites_unavailable: bool,
    /// The error of `request:error`, where an answer says that the server does not know the user.
    pub(crate) stranger: fn(&Answer) -> Option<Error>,
    /// The message of a refused subscription, by the body of the answer.
    pub(crate) refusal: fn(&Value) -> Result<String, TypeError>,
    /// The status code of a subscription that the platform has ended, and all those by which a renewal's 404 is more than a
    /// failure.
    pub(crate) gone_code: i64,
    pub(crate) ended_codes: &'static [i64],
    /// The version in the address by which a correlator names a subscription, by that of the configuration.
    pub(crate) correlator_version: fn(&Value) -> Value,
    /// Whether the body of a renewal says what the client can do.
    pub(crate) renewals_say_supported: bool,
    /// How long to wait for a renewal that may come so many milliseconds from now.
    pub(crate) renewal_delay: fn(f64, &mut Random) -> f64,
    pub(crate) draws_at_random: bool,
    /// Whether the task of renewals dies where it finds no subscription to renew.
    pub(crate) renewal_dies_without_subscription: bool,
    /// The event of a renewal, by the number of its attempt.
    pub(crate) renewed: fn(u32, Option<Error>) -> Event,

    /// The id of a notification.
    pub(crate) notification_id: fn(&Value) -> &Value,
    /// What `gone` says of when to come back, as far as an application hears of it.
    pub(crate) gone_retry_after: fn(&Value) -> Option<Value>,
    /// The reason for which a notification of this type ends the session.
    pub(crate) ended_by: fn(&str) -> Option<DisconnectReason>,
}

/// How an application signs in and out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// `connect()` subscribes, and `disconnect()` leaves in this order.
    Connection { leaving: Leaving },
    /// Credentials and subscriptions are apart.
    Services,
}

/// The order of leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// The websockets are closed before the subscription is deleted. What is cancelled while connecting says nothing more.
    CloseThenDelete,
    /// The websockets live until the subscription is deleted. What is cancelled while connecting ends.
    DeleteThenClose,
}

/// The services of the platform, in the order in which UC asks for them.
pub(super) const SERVICES: [&str; 3] = ["call", "IM", "Presence"];

/// `authentication` where nothing is given, with these services.
pub(super) fn default_authentication<const N: usize>(services: [&'static str; N]) -> Value {
    let services = services.map(Value::from_static).to_vec();
    let defaults = config::default_authentication();
    let subscription = defaults.get("subscription").clone().with("service", services);
    defaults.with("subscription", subscription)
}

/// The same of Link, which has no word for a server that nobody named.
pub(super) fn default_authentication_of_link<const N: usize>(services: [&'static str; N]) -> Value {
    let defaults = default_authentication(services);
    let unnamed = ["subscription", "websocket"].map(|name| defaults.get(name).clone().with("server", Value::Undefined));
    let [subscription, websocket] = unnamed;
    defaults.with("subscription", subscription).with("websocket", websocket)
}

/// `notificationMessage.id || notificationMessage.eventId`
pub(super) fn id_or_event_id(message: &Value) -> &Value {
    Some(message.get("id")).filter(|id| id.is_truthy()).unwrap_or_else(|| message.get("eventId"))
}

/// `notificationMessage.retryAfter`; what is falsy is nothing.
pub(super) fn retry_after(message: &Value) -> Option<Value> {
    Some(message.get("retryAfter")).filter(|after| after.is_truthy()).cloned()
}

/// Only `gone` ends a session.
pub(super) fn ended_by_gone(event_type: &str) -> Option<DisconnectReason> {
    (event_type == "gone").then_some(DisconnectReason::Gone)
}
