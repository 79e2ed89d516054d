//! A request in the journal.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, Method, Request};
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, Serializer};
use serde_json::{Value, json};

use super::bounded::{beginning, bounded};
use crate::dialect::{AGENT, Dialect, HMAC, SESSION, SignInWay};
use crate::fault::{Fault, weight};
use crate::ids::FaultId;
use crate::limits::Limits;
use crate::mask::{contains, is_secret, masked, masked_value};
use crate::reason::Reason;
use crate::time::Time;
use crate::token::Masked;
use crate::{query, route};

/// How a request was answered. Serialized as the status, or as a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// With this status; 101 for an accepted handshake.
    Status(u16),
    /// Not at all.
    Hang,
    /// With a reset of the connection.
    Reset,
    /// The connection was refused.
    Refused,
}

impl Answered {
    /// The status, if there was an answer.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            Self::Hang | Self::Reset | Self::Refused => None,
        }
    }
}

impl Serialize for Answered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Status(status) => serializer.serialize_u16(*status),
            Self::Hang => serializer.serialize_str("hang"),
            Self::Reset => serializer.serialize_str("reset"),
            Self::Refused => serializer.serialize_str("refused"),
        }
    }
}

/// A request without its secrets, and its answer. Serialized in camelCase, `query` as a map and `body` as JSON, or as text,
/// with `***` for what its names say is secret.
#[derive(Clone, PartialEq)]
pub struct RequestRecord {
    /// The method.
    pub method: Method,
    /// The body as it came, at [`Point::Subscribe`](crate::Point::Subscribe) and
    /// [`Point::Resubscribe`](crate::Point::Resubscribe) only and up to [`Limits::RECORDED_BODY_BYTES`]; other bodies
    /// are there to hold secrets. Shown and serialized it has none.
    pub body: Bytes,
    /// The answer.
    pub answered: Answered,
    /// Why the platform refused it; `None` if it did not, or if a fault says something else.
    pub reason: Option<Reason>,
    /// The rule that decided the answer.
    pub fault: Option<FaultId>,
    /// What of that rule did.
    pub met: Option<Met>,
    /// What became of the answer. Serialized as its fields that are there.
    pub delivery: Delivery,
    texts: Texts,
}

/// What a request met of a rule, so that it can be understood when the rule is gone.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Met {
    /// Which fault of the rule's list, from 1. Serialized as `faultNumber`.
    pub number: usize,
    /// The fault. Serialized as `faultHow`, without secrets; one that is longer than [`Limits::RECORDED_ARGUMENT_BYTES`] as the
    /// beginning of its JSON.
    pub fault: Arc<Fault>,
}

/// Without the fault, which may say anything.
impl fmt::Debug for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Met").field("number", &self.number).finish_non_exhaustive()
    }
}

impl Met {
    /// The fault as its record shows it.
    #[must_use]
    pub fn how(&self) -> Value {
        bounded(masked_value(json!(*self.fault)))
    }
}

/// When an answer goes out that was decided when its request came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// Until when a latency or a fault holds it.
    pub held_until: Option<Time>,
    /// When it was given to the connection.
    pub sent: Option<Time>,
    /// When the client had left before its answer.
    pub client_left: Option<Time>,
}

impl Delivery {
    /// What is known when an answer is decided: one that nothing holds goes out at once.
    pub(crate) fn decided(now: Time, answered: Answered, delay: Duration) -> Self {
        match answered {
            Answered::Hang | Answered::Refused => Self::default(),
            _ if delay.is_zero() => Self { sent: Some(now), ..Self::default() },
            _ => Self { held_until: Some(now + delay), ..Self::default() },
        }
    }
}

impl RequestRecord {
    pub(crate) fn new<B>(dialect: Dialect, request: &Request<B>, is_known: impl Fn(&str) -> bool) -> Self {
        let header = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let is_too_long = route::is_too_long(request.uri());
        let (path, query) = if is_too_long { (beginning(path), "") } else { (path, query) };
        let mut texts = Texts::with_room(path.len() + query.len());
        let profile = dialect.profile();
        if profile.has(SignInWay::Anonymous) {
            texts.put(TextOfRequest::Path, &route::shown(path, query));
        } else {
            texts.put(TextOfRequest::Path, path);
        }
        texts.put_query(query, is_known);
        let scheme =
            header(&AUTHORIZATION).and_then(|value| value.split_once(' ')).map(|(scheme, _)| known_scheme(scheme));
        let scheme = scheme.or_else(|| {
            let named = [(SignInWay::Hmac, HMAC), (SignInWay::Session, SESSION)];
            let brings = |(way, name): &(SignInWay, &str)| profile.has(*way) && request.headers().contains_key(*name);
            named.into_iter().find(brings).map(|(_, name)| name)
        });
        let agent = header(&HeaderName::from_static(AGENT));
        for (text, value) in [
            (TextOfRequest::Authorization, scheme),
            (TextOfRequest::ContentType, header(&CONTENT_TYPE)),
            (TextOfRequest::Accept, header(&ACCEPT)),
            (TextOfRequest::Agent, agent),
        ] {
            if let Some(value) = value {
                texts.put(text, beginning(value));
            }
        }
        let method = request.method().clone();
        Self {
            method,
            body: Bytes::new(),
            answered: Answered::Hang,
            reason: None,
            fault: None,
            met: None,
            delivery: Delivery::default(),
            texts,
        }
    }

    /// Enters what it met.
    pub(crate) fn met(&mut self, met: Option<(FaultId, Met)>) {
        (self.fault, self.met) = met.unzip();
    }

    /// The path, as it came: percent-encoded. Only the beginning of an address that is longer than [`Limits::URL_BYTES`],
    /// at most [`Limits::RECORDED_FRAME_CHARS`] characters; headers, too, are kept up to there.
    pub fn path(&self) -> &str {
        self.texts.get(TextOfRequest::Path).unwrap_or_default()
    }

    /// The query, decoded, in its order; empty if the address is too long. `***` stands for tokens that the platform
    /// did not issue, and for other values whose name says that they are secret.
    pub fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        query::pairs(self.texts.get(TextOfRequest::MaskedQuery).unwrap_or_default())
    }

    /// The scheme of the `Authorization` header, as it came: `basic`, `Bearer`; `***` if it is not a known one. For a client
    /// that signs in by another header, the name of that: `x-token` or `x-session`.
    pub fn authorization(&self) -> Option<&str> {
        self.texts.get(TextOfRequest::Authorization)
    }

    /// The `Content-Type` header.
    pub fn content_type(&self) -> Option<&str> {
        self.texts.get(TextOfRequest::ContentType)
    }

    /// The `Accept` header.
    pub fn accept(&self) -> Option<&str> {
        self.texts.get(TextOfRequest::Accept)
    }

    /// The `X-Cpaas-Agent` header.
    pub fn agent(&self) -> Option<&str> {
        self.texts.get(TextOfRequest::Agent)
    }

    /// The bytes that it holds.
    pub(super) fn held_bytes(&self) -> usize {
        let met = self.met.as_ref().map_or(0, |met| weight::of(&met.fault));
        self.texts.joined.capacity() + self.body.len() + met
    }

    /// The body as JSON; `None` if it was not kept or is not JSON.
    pub fn body_json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// What a request says in texts.
#[derive(Clone, Copy, Debug)]
enum TextOfRequest {
    Path,
    MaskedQuery,
    Authorization,
    ContentType,
    Accept,
    Agent,
}

/// The texts of a request, one behind the other. The journal keeps thousands of requests: most of what one costs are its
/// allocations, so this is one and not six.
#[derive(Clone, PartialEq, Eq)]
struct Texts {
    joined: String,
    /// From where to where each stands in `joined`, if there is one.
    places: [Option<(u16, u16)>; TextOfRequest::Agent as usize + 1],
}

impl Texts {
    /// `address` are the bytes of path and query.
    fn with_room(address: usize) -> Self {
        Self { joined: String::with_capacity(address + HEADERS), places: [None; _] }
    }

    fn get(&self, text: TextOfRequest) -> Option<&str> {
        self.places[text as usize].map(|(from, to)| &self.joined[from.into()..to.into()])
    }

    fn put(&mut self, text: TextOfRequest, value: &str) {
        let from = self.joined.len();
        self.joined.push_str(value);
        self.mark(text, from);
    }

    /// Puts a query, still encoded, without its secrets.
    fn put_query(&mut self, query: &str, is_known: impl Fn(&str) -> bool) {
        let from = self.joined.len();
        for raw in query::raw_pairs(query) {
            if self.joined.len() > from {
                self.joined.push('&');
            }
            let (name, value) = query::pair(raw);
            if is_secret(&name) && !(is_token(&name) && is_known(&value)) {
                let (name, _) = raw.split_once('=').unwrap_or((raw, ""));
                self.joined.push_str(name);
                self.joined.push_str("=***");
            } else {
                self.joined.push_str(raw);
            }
        }
        self.mark(TextOfRequest::MaskedQuery, from);
    }

    fn mark(&mut self, text: TextOfRequest, from: usize) {
        let place = |at: usize| u16::try_from(at).expect("an address and four headers have a limit each");
        self.places[text as usize] = Some((place(from), place(self.joined.len())));
    }
}

fn is_token(name: &str) -> bool {
    contains(name, "token")
}

/// A scheme that clients use. Anything else there may be the secret itself.
fn known_scheme(scheme: &str) -> &str {
    let known = ["basic", "bearer", "digest", "dpop", "hmac", "hoba", "mutual", "negotiate", "ntlm", "oauth"];
    if known.iter().any(|known| scheme.eq_ignore_ascii_case(known)) { scheme } else { "***" }
}

/// Room for the headers that clients send.
const HEADERS: usize = 64;

// Masks make a query longer: at most by this for each of its pairs.
const _: () = assert!(4 * Limits::URL_BYTES + 16 * Limits::RECORDED_FRAME_CHARS < u16::MAX as usize);

impl Serialize for RequestRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct MaskedQuery<'a>(&'a RequestRecord);
        impl Serialize for MaskedQuery<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in self.0.query() {
                    map.serialize_entry(&name, &value)?;
                }
                map.end()
            }
        }
        struct MaskedBody<'a>(&'a Bytes);
        impl Serialize for MaskedBody<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if self.0.is_empty() {
                    return serializer.serialize_none();
                }
                match serde_json::from_slice::<Value>(self.0) {
                    Ok(value) => masked_value(value).serialize(serializer),
                    Err(_) => serializer.serialize_str(&masked(&String::from_utf8_lossy(self.0))),
                }
            }
        }
        let mut map = serializer.serialize_struct("RequestRecord", 10)?;
        map.serialize_field("method", self.method.as_str())?;
        map.serialize_field("path", self.path())?;
        map.serialize_field("query", &MaskedQuery(self))?;
        map.serialize_field("authorization", &self.authorization())?;
        map.serialize_field("contentType", &self.content_type())?;
        map.serialize_field("accept", &self.accept())?;
        map.serialize_field("agent", &self.agent())?;
        map.serialize_field("body", &MaskedBody(&self.body))?;
        map.serialize_field("answered", &self.answered)?;
        map.serialize_field("fault", &self.fault)?;
        if let Some(reason) = self.reason {
            map.serialize_field("reason", &reason)?;
        }
        if let Some(met) = &self.met {
            map.serialize_field("faultNumber", &met.number)?;
            map.serialize_field("faultHow", &met.how())?;
        }
        let Delivery { held_until, sent, client_left } = self.delivery;
        for (name, time) in [("heldUntil", held_until), ("sent", sent), ("clientLeft", client_left)] {
            if time.is_some() {
                map.serialize_field(name, &time)?;
            }
        }
        map.end()
    }
}

/// Without the tokens that the platform did not make up itself.
impl fmt::Debug for RequestRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct MaskedQuery<'a>(&'a RequestRecord);
        impl fmt::Debug for MaskedQuery<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut map = f.debug_map();
                for (name, value) in self.0.query() {
                    if is_secret(&name) {
                        map.entry(&name, &Masked(&value));
                    } else {
                        map.entry(&name, &value);
                    }
                }
                map.finish()
            }
        }
        f.debug_struct("RequestRecord")
            .field("method", &self.method)
            .field("path", &self.path())
            .field("query", &MaskedQuery(self))
            .field("authorization", &self.authorization())
            .field("content_type", &self.content_type())
            .field("accept", &self.accept())
            .field("agent", &self.agent())
            .field("body", &masked(&String::from_utf8_lossy(&self.body)))
            .field("answered", &self.answered)
            .field("reason", &self.reason)
            .field("fault", &self.fault)
            .field("met", &self.met.as_ref().map(|met| met.number))
            .field("delivery", &self.delivery)
            .finish()
    }
}
