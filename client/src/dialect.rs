//! The dialects of the platform: the lines of SDKs that a session can be, and all in which they differ.
//!
//! What is common to them is the rest of this crate, which asks the [`Profile`] wherever they part. The next dialect is one
//! more profile.

mod link;
mod link3;
mod uc3;
mod uc5;

use crate::connect::Phase;
use crate::credentials::Signature;
use crate::error::Error;
use crate::event::{DisconnectReason, Event};
use crate::js::{TypeError, Value};
use crate::random::Random;
use crate::session::Session;
use crate::state::{ConnectionInfo, Standing};
use crate::timer::Time;
use crate::websocket::OpeningFailure;
use crate::wire::Answer;

/// Which SDK a client is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum Dialect {
    /// UC 3, the Kandy.js of the quickstart (SDK 3.41.1).
    #[default]
    Uc3,
    /// UC 4 and 5 (SDK 5.2.0).
    Uc5,
    /// Link 3 (SDK 3.41.1).
    Link3,
    /// Link 4 and 5 (SDK 5.2.0), in which credentials and subscriptions are apart.
    Link,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Uc3, Self::Uc5, Self::Link3, Self::Link];

    /// Its name, such as `link3`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.profile().name
    }

    /// The dialect of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// The SDK that the port of it was held to, such as `UC 3.41.1`.
    #[must_use]
    pub fn sdk(self) -> &'static str {
        self.profile().sdk
    }

    /// The word for the platform by which `connection.getSocketState(platform)` asks, and which `ws:change` says.
    #[must_use]
    pub fn platform(self) -> &'static str {
        self.profile().platform
    }

    /// The names of the events that a client of it can emit.
    #[must_use]
    pub fn events(self) -> &'static [&'static str] {
        self.profile().events
    }

    /// The names of the calls that change something in a client of it, as Kandy.js has them; `services.subscribe` is one.
    #[must_use]
    pub fn calls(self) -> &'static [&'static str] {
        self.profile().calls
    }

    /// The names of the calls that it has and that do nothing.
    #[must_use]
    pub fn idle_calls(self) -> &'static [&'static str] {
        self.profile().idle_calls
    }

    /// Whether a client of it has `services`, by which it subscribes.
    #[must_use]
    pub fn has_services(self) -> bool {
        self.calls().contains(&"services.subscribe")
    }

    /// Whether its delays are drawn at random, so that a seed means something to it.
    #[must_use]
    pub fn draws_at_random(self) -> bool {
        self.profile().draws_at_random
    }

    pub(crate) fn profile(self) -> &'static Profile {
        match self {
            Self::Uc3 => &uc3::PROFILE,
            Self::Uc5 => &uc5::PROFILE,
            Self::Link3 => &link3::PROFILE,
            Self::Link => &link::PROFILE,
        }
    }
}

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

    /// What `connect(credentials, options)` does behind its first event.
    pub(crate) connect: fn(&mut Session, Time, &Value, &Value),
    /// What `disconnect()` does behind its first event.
    pub(crate) leave: fn(&mut Session, Time),
    /// What `updateToken(credentials)` does.
    pub(crate) update_token: fn(&mut Session, &Value),
    /// What `updateConnection(services)` does.
    pub(crate) update_connection: fn(&mut Session, Time, &Value),
    /// What `setCredentials(credentials)` does.
    pub(crate) set_credentials: fn(&mut Session, &Value),
    /// The end of a session.
    pub(crate) end: fn(&mut Session, Time, Option<DisconnectReason>, Option<Value>),
    /// What an application sees of where a session stands, and where it really does.
    pub(crate) standing: fn(&Session) -> Standing,
    pub(crate) phase: fn(&Session) -> Phase,
    /// That a socket is open, and that none could be opened.
    pub(crate) websocket_ready: fn(&mut Session, Time),
    pub(crate) websocket_refused: fn(&mut Session, Time, &OpeningFailure),

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
    /// `supported` in the body of a renewal.
    pub(crate) renewal_supports: fn() -> Value,
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

/// The services of the platform, in the order in which UC asks for them.
const SERVICES: [&str; 3] = ["call", "IM", "Presence"];

/// `authentication` where nothing is given, with these services.
fn default_authentication<const N: usize>(services: [&'static str; N]) -> Value {
    let services = services.map(Value::from_static).to_vec();
    let defaults = crate::config::default_authentication();
    let subscription = defaults.get("subscription").clone().with("service", services);
    defaults.with("subscription", subscription)
}

/// The same of Link, which has no word for a server that nobody named.
fn default_authentication_of_link<const N: usize>(services: [&'static str; N]) -> Value {
    let defaults = default_authentication(services);
    let unnamed = ["subscription", "websocket"].map(|name| defaults.get(name).clone().with("server", Value::Undefined));
    let [subscription, websocket] = unnamed;
    defaults.with("subscription", subscription).with("websocket", websocket)
}

/// `notificationMessage.id || notificationMessage.eventId`
fn id_or_event_id(message: &Value) -> &Value {
    Some(message.get("id")).filter(|id| id.is_truthy()).unwrap_or_else(|| message.get("eventId"))
}

/// `notificationMessage.retryAfter`; what is falsy is nothing.
fn retry_after(message: &Value) -> Option<Value> {
    Some(message.get("retryAfter")).filter(|after| after.is_truthy()).cloned()
}

/// Only `gone` ends a session.
fn ended_by_gone(event_type: &str) -> Option<DisconnectReason> {
    (event_type == "gone").then_some(DisconnectReason::Gone)
}

/// What a dialect does that has the call, but does nothing at it.
fn nothing(_: &mut Session, _: &Value) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_one_dialect_each() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::of_name(dialect.name()), Some(dialect));
        }
        assert_eq!(Dialect::of_name("uc"), None);
        assert_eq!(Dialect::default(), Dialect::Uc3);
    }

    #[test]
    fn services_and_chance_are_of_link_alone() {
        let have =
            |has: fn(Dialect) -> bool| Dialect::ALL.into_iter().filter(|dialect| has(*dialect)).collect::<Vec<_>>();
        assert_eq!(have(Dialect::has_services), [Dialect::Link]);
        assert_eq!(have(Dialect::draws_at_random), [Dialect::Link]);
        assert!(Dialect::ALL.iter().all(|dialect| dialect.events().contains(&"auth:change")));
    }
}
