//! Faults: how the platform misbehaves, as data.

mod parse;
mod rules;
mod weight;

use std::time::Duration;

use serde::ser::Serializer;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub use rules::FaultRule;
pub(crate) use rules::Faults;

use crate::error::quoted;
use crate::limits::Limits;
use crate::point::Point;

/// One way to misbehave. [`Fault::default`] is healthy: it only uses up a turn.
///
/// A fault that only shapes an answer (`status` 2xx alone, `status_text`, `content_type`, `cors`, `merge`, `params`,
/// `without`, `delay`) lets the platform do its normal work first. One that says what to answer (`json`, `body`, or a
/// `status` outside 2xx), and one without an answer (`hang`, `reset`, `refuse`), acts instead of that work: the
/// platform changes nothing.
///
/// Over real sockets the wire below `MockKandy` sets limits to `status_text`, `reset`, `refuse` and the `delay` of a
/// `reset`; its documentation says which.
///
/// As JSON a fault is a map with the camelCase names in parentheses; [`Fault::from_json`] reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// HTTP status, 200 to 599 (`status`). Outside 2xx and without `json` or `body`, the body is the error that the
    /// platform itself gives there. At the websocket it refuses the handshake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The reason phrase (`statusText`), one line of visible ASCII; by default the usual one of the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_text: Option<String>,
    /// The body, as JSON (`json`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// The body, as text (`body`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The Content-Type (`type`); `Some(None)`, in JSON `null`, leaves the header out. By default `application/json`,
    /// with `body` `text/plain`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub content_type: Option<Option<String>>,
    /// `false` leaves the CORS headers out, so that a browser hides the answer (`cors`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<bool>,
    /// Is merged into the JSON body that the platform gives (`merge`): maps deeply, everything else replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<Map<String, Value>>,
    /// Is merged into `subscriptionParams` (`params`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<Map<String, Value>>,
    /// Keys left out of `subscriptionParams` (`without`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Answers that much later, beside the platform's latency (`delay`; in JSON milliseconds or a text such as `"2s"`).
    #[serde(serialize_with = "as_millis", skip_serializing_if = "Option::is_none")]
    pub delay: Option<Duration>,
    /// Takes the request and never answers (`hang`).
    #[serde(skip_serializing_if = "is_false")]
    pub hang: bool,
    /// Takes the request and resets the connection (`reset`).
    #[serde(skip_serializing_if = "is_false")]
    pub reset: bool,
    /// Refuses the connection (`refuse`).
    #[serde(skip_serializing_if = "is_false")]
    pub refuse: bool,
    /// Closes the socket with this code as soon as it is open (`closeAfterOpen`); 1005 stands for no code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_after_open: Option<u16>,
    /// How often it acts (`times`); by default for ever, or once if others follow in its list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// How many matching requests it lets pass first (`after`).
    #[serde(skip_serializing_if = "is_zero")]
    pub after: u32,
    /// Matches requests of this user only (`user`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

impl Fault {
    /// Reads a fault from a map. Unknown keys, wrong types, impossible values and contradictions are errors that name
    /// the key and say what to do.
    pub fn from_json(value: &Value) -> Result<Self, FaultError> {
        let fault = parse::fault(value)?;
        fault.check()?;
        Ok(fault)
    }

    /// Reads what `fail` takes: a map, or an array of maps.
    pub fn list_from_json(value: &Value) -> Result<Vec<Self>, FaultError> {
        let Value::Array(items) = value else { return Ok(vec![Self::from_json(value)?]) };
        let read = |(index, item)| {
            Self::from_json(item).map_err(|source| FaultError::InList { number: index + 1, source: Box::new(source) })
        };
        items.iter().enumerate().map(read).collect()
    }

    /// Whether the fault makes sense at all.
    pub fn check(&self) -> Result<(), FaultError> {
        self.check_ranges()?;
        if let Some((first, second)) = self.contradiction() {
            return Err(FaultError::Contradiction { first, second });
        }
        Ok(())
    }

    /// Whether the fault makes sense at `point`.
    pub fn check_at(&self, point: Point) -> Result<(), FaultError> {
        self.check()?;
        let works = |key: &&str| match *key {
            "closeAfterOpen" => point == Point::WebSocket,
            "json" | "body" | "type" | "cors" | "merge" => point != Point::WebSocket,
            "params" | "without" => matches!(point, Point::Subscribe | Point::Resubscribe),
            "statusText" => point != Point::WebSocket || self.status.is_some(),
            _ => true,
        };
        match self.keys().into_iter().find(|key| !works(key)) {
            Some(key) => Err(FaultError::NotAtPoint { key, point }),
            None => Ok(()),
        }
    }

    /// Whether this acts instead of the platform's normal work.
    pub(crate) fn replaces(&self) -> bool {
        self.json.is_some() || self.body.is_some() || self.status.is_some_and(|status| !(200..300).contains(&status))
    }

    /// The keys that are set and say what happens, by their names in JSON.
    fn keys(&self) -> Vec<&'static str> {
        let keys = [
            ("hang", self.hang),
            ("refuse", self.refuse),
            ("reset", self.reset),
            ("closeAfterOpen", self.close_after_open.is_some()),
            ("delay", self.delay.is_some()),
            ("status", self.status.is_some()),
            ("statusText", self.status_text.is_some()),
            ("json", self.json.is_some()),
            ("body", self.body.is_some()),
            ("type", self.content_type.is_some()),
            ("cors", self.cors.is_some()),
            ("merge", self.merge.is_some()),
            ("params", self.params.is_some()),
            ("without", !self.without.is_empty()),
        ];
        keys.into_iter().filter(|(_, set)| *set).map(|(key, _)| key).collect()
    }

    fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        let keys = self.keys();
        let has = |key| keys.contains(&key);
        let others = |key: &'static str, tolerated: &[&str]| {
            let other = keys.iter().find(|other| **other != key && !tolerated.contains(other));
            other.filter(|_| has(key)).map(|other| (key, *other))
        };
        let pair = |first, second| (has(first) && has(second)).then_some((first, second));
        let is_error = self.status.is_some_and(|status| !(200..300).contains(&status));
        others("hang", &[])
            .or_else(|| others("refuse", &[]))
            .or_else(|| others("reset", &["delay"]))
            .or_else(|| others("closeAfterOpen", &["delay"]))
            .or_else(|| pair("json", "body"))
            .or_else(|| self.status.filter(|status| has_no_body(*status)).and_then(|_| self.lost_body()))
            .or_else(|| {
                let shapes = ["merge", "params", "without"].into_iter();
                let given = shapes.clone().find_map(|shape| pair("json", shape).or_else(|| pair("body", shape)));
                given.or_else(|| shapes.filter(|_| is_error).find_map(|shape| pair("status", shape)))
            })
    }

    /// The key whose text a status without body would lose.
    fn lost_body(&self) -> Option<(&'static str, &'static str)> {
        let lost = [
            ("json", self.json.is_some()),
            ("body", self.body.as_ref().is_some_and(|body| !body.is_empty())),
            ("merge", self.merge.is_some()),
            ("params", self.params.is_some()),
            ("without", !self.without.is_empty()),
        ];
        lost.into_iter().find(|(_, set)| *set).map(|(key, _)| ("status", key))
    }

    fn check_ranges(&self) -> Result<(), FaultError> {
        let out_of_range = |key, value: String, expected| Err(FaultError::Value { key, value, expected });
        if let Some(status) = self.status.filter(|status| !(200..=599).contains(status)) {
            return out_of_range("status", status.to_string(), "an HTTP status from 200 to 599");
        }
        let is_line = |text: &String| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if let Some(text) = self.status_text.iter().find(|text| !is_line(text)) {
            return out_of_range("statusText", quoted(text), "one line of visible ASCII");
        }
        if let Some(text) = self.content_type.iter().flatten().find(|text| !is_line(text) || text.is_empty()) {
            return out_of_range("type", quoted(text), "a content type, or null for no header");
        }
        if let Some(code) = self.close_after_open.filter(|code| !is_close_code(*code)) {
            return out_of_range("closeAfterOpen", code.to_string(), CLOSE_CODES);
        }
        let told = self.params.as_ref().and_then(|params| params.get("clientCorrelator")).and_then(Value::as_str);
        if let Some(correlator) = told.filter(|correlator| correlator.len() > Limits::TEXT_BYTES) {
            let value = format!("a map with a clientCorrelator of {} bytes", correlator.len());
            return out_of_range("params", value, "one of at most 4096 bytes");
        }
        if self.times == Some(0) {
            return out_of_range("times", "0".to_owned(), "a number from 1; leave it out for ever");
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Fault {
    /// As [`Fault::from_json`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Names a rule that `fail` has made, numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FaultId(pub(crate) u64);

impl FaultId {
    /// The rule's number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What is wrong with a fault, where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// It is no map.
    #[error("a fault is a map such as {{status: 500}}, not {found}")]
    NotAMap {
        /// What it is instead.
        found: &'static str,
    },
    /// A key that no fault has.
    #[error("a fault has no key {key:?}{}", crate::error::did_you_mean(nearest.as_deref()))]
    UnknownKey {
        /// The key that was given.
        key: String,
        /// The key that is most like it.
        nearest: Option<String>,
    },
    /// A value of the wrong type, or out of range.
    #[error("the fault's {key:?} is {value}: give {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value that was given.
        value: String,
        /// What the key takes.
        expected: &'static str,
    },
    /// Two keys of which one makes the other meaningless.
    #[error("the fault has both {first:?} and {second:?}, which exclude each other: leave one out")]
    Contradiction {
        /// The stronger key.
        first: &'static str,
        /// The key that can have no effect.
        second: &'static str,
    },
    /// A key without effect at the point where the fault is put.
    #[error("the fault's {key:?} has no effect at {point}: leave it out, or put the fault elsewhere")]
    NotAtPoint {
        /// The key.
        key: &'static str,
        /// The point.
        point: Point,
    },
    /// A list without faults.
    #[error("the list of faults is empty: give at least one, {{}} for a healthy turn, or clear the point")]
    Empty,
    /// One of a list is wrong.
    #[error("fault {number} of the list: {source}")]
    InList {
        /// Its place in the list, from 1.
        number: usize,
        /// What is wrong with it.
        source: Box<FaultError>,
    },
    /// A fault that takes too much room, mostly for its body.
    #[error("the fault takes {bytes} bytes, the limit is {limit}: give it a shorter body")]
    TooLarge {
        /// What it takes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Too many rules, a list too long, or all of them together too large.
    #[error("there are more than {limit} {what}: clear some first")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
}

/// Whether an answer with `status` can have no body (RFC 9110, 6.4.1).
pub(crate) fn has_no_body(status: u16) -> bool {
    matches!(status, 204 | 205 | 304)
}

/// Whether an endpoint may send `code`; 1005 stands for a close frame without one.
pub(crate) fn is_close_code(code: u16) -> bool {
    matches!(code, 1000..=4999) && !matches!(code, 1004 | 1006 | 1015)
}

const CLOSE_CODES: &str = "a close code: 1000 to 4999 without 1004, 1006 and 1015, or 1005 for none";

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn as_millis<S: Serializer>(delay: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    let millis = delay.map(|delay| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
    millis.serialize(serializer)
}

#[cfg(test)]
mod tests;
