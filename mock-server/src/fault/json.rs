//! The JSON of faults: one flat map, whose keys name everything in errors too.

mod read;

use std::borrow::Cow;
use std::time::Duration;

use serde::ser::Serializer;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::headers::Headers;
use super::{
    Answer, Content, ContentType, Delivery, Each, Edit, Effect, Fault, FaultError, Pace, Trigger, fields, has_no_body,
    headers, is_close_code, is_success,
};
use crate::limits::Limits;
use crate::point::Point;
use crate::text::{cut, nearest, quoted};
use crate::time::in_millis_if_any;

/// Reading and checking.
impl Fault {
    /// Reads a fault from a map. Unknown keys, wrong types, impossible values and contradictions are errors that name
    /// the key and say what to do.
    ///
    /// # Errors
    ///
    /// The map has a key that no fault has, a value of another kind, or a contradiction; or it is not a map.
    pub fn from_json(value: &Value) -> Result<Self, FaultError> {
        let given = Keys::read(value)?;
        given.check_values()?;
        let fault = given.fault();
        // A key for which the effect has no place contradicts the one that names the effect.
        given.check_against(&Keys::of(&fault).names())?;
        Ok(fault)
    }

    /// Reads what `fail` takes: a map, or an array of maps.
    ///
    /// # Errors
    ///
    /// As [`Self::from_json`] has them, with the number of the fault in its list.
    pub fn list_from_json(value: &Value) -> Result<Vec<Self>, FaultError> {
        let Value::Array(items) = value else { return Ok(vec![Self::from_json(value)?]) };
        let read = |(index, item)| {
            Self::from_json(item).map_err(|source| FaultError::InList { number: index + 1, source: Box::new(source) })
        };
        items.iter().enumerate().map(read).collect()
    }

    /// Whether the fault makes sense: nothing is there that its status excludes, numbers are in range, and texts fit
    /// into their headers.
    ///
    /// # Errors
    ///
    /// The first of these that does not hold.
    pub fn check(&self) -> Result<(), FaultError> {
        Keys::of(self).check()
    }

    /// Whether the fault makes sense at `point`.
    ///
    /// # Errors
    ///
    /// [`Self::check`] fails, or the fault has no effect there.
    pub fn check_at(&self, point: Point) -> Result<(), FaultError> {
        Keys::of(self).check_at(point)
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Keys::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fault {
    /// As [`Fault::from_json`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Fault {
    /// Every key of a fault's JSON.
    pub const KEYS: [&str; 23] = [
        "status",
        "statusText",
        "json",
        "body",
        "type",
        "headers",
        "cors",
        "merge",
        "params",
        "without",
        "delay",
        "lateBody",
        "drip",
        "truncate",
        "hang",
        "reset",
        "refuse",
        "accept",
        "closeAfterOpen",
        "times",
        "after",
        "user",
        "each",
    ];
}

/// A fault as the keys of its map. Unlike a fault, they can contradict each other.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Keys<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<Option<&'a str>>,
    #[serde(serialize_with = "headers::write", skip_serializing_if = "Option::is_none")]
    pub(super) headers: Option<Cow<'a, Headers>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cors: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) merge: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) params: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) without: Vec<&'a str>,
    #[serde(serialize_with = "in_millis_if_any", skip_serializing_if = "Option::is_none")]
    pub(super) delay: Option<Duration>,
    #[serde(serialize_with = "in_millis_if_any", skip_serializing_if = "Option::is_none")]
    pub(super) late_body: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) drip: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) truncate: Option<u32>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) hang: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) reset: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) refuse: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) accept: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) close_after_open: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u32>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) after: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) each: Option<&'static str>,
}

/// To faults and back.
impl<'a> Keys<'a> {
    /// The keys that give `fault`.
    pub(super) fn of(fault: &'a Fault) -> Self {
        let Trigger { after, times, user, each } = &fault.when;
        let each = (*each == Each::User).then_some(EACH_USER);
        let when = Self { after: *after, times: *times, user: user.as_deref(), each, ..Self::default() };
        match &fault.effect {
            Effect::Answer(answer) => when.answering(answer),
            Effect::Hang => Self { hang: true, ..when },
            Effect::Reset { delay } => Self { reset: true, delay: *delay, ..when },
            Effect::Refuse => Self { refuse: true, ..when },
            Effect::Accept { delay } => Self { accept: true, delay: *delay, ..when },
            Effect::CloseAfterOpen { code, delay } => Self { close_after_open: Some(*code), delay: *delay, ..when },
        }
    }

    fn answering(mut self, answer: &'a Answer) -> Self {
        let Answer { status, content, delivery } = answer;
        let Delivery { reason, content_type, headers, cors, delay, pace } = delivery;
        (self.status, self.status_text, self.cors, self.delay) = (*status, reason.as_deref(), *cors, *delay);
        self.headers = (!headers.is_empty()).then_some(Cow::Borrowed(headers.as_slice()));
        (self.late_body, self.drip, self.truncate) = (pace.late, pace.drip, pace.truncate);
        self.content_type = match content_type {
            ContentType::Usual => None,
            ContentType::Absent => Some(None),
            ContentType::Is(text) => Some(Some(text)),
        };
        match content {
            Content::Json(json) => self.json = Some(json),
            Content::Text(text) => self.body = Some(text),
            Content::Own(Edit { merge, params, without }) => {
                (self.merge, self.params) = (merge.as_ref(), params.as_ref());
                self.without = without.iter().map(String::as_str).collect();
            }
        }
        self
    }

    /// The fault, without the keys for which its effect has no place.
    fn fault(&self) -> Fault {
        let each = if self.each.is_some() { Each::User } else { Each::Together };
        let when = Trigger { after: self.after, times: self.times, user: self.user.map(str::to_owned), each };
        Fault { when, effect: self.effect() }
    }

    fn effect(&self) -> Effect {
        let delay = self.delay;
        match self.close_after_open {
            _ if self.hang => Effect::Hang,
            _ if self.refuse => Effect::Refuse,
            _ if self.reset => Effect::Reset { delay },
            _ if self.accept => Effect::Accept { delay },
            Some(code) => Effect::CloseAfterOpen { code, delay },
            None => Effect::Answer(Answer { status: self.status, content: self.content(), delivery: self.delivery() }),
        }
    }

    fn content(&self) -> Content {
        match (self.json, self.body) {
            (Some(json), _) => Content::Json(json.clone()),
            (None, Some(text)) => Content::Text(text.to_owned()),
            (None, None) => Content::Own(Edit {
                merge: self.merge.cloned(),
                params: self.params.cloned(),
                without: self.without.iter().copied().map(str::to_owned).collect(),
            }),
        }
    }

    fn delivery(&self) -> Delivery {
        let content_type = match self.content_type {
            None => ContentType::Usual,
            Some(None) => ContentType::Absent,
            Some(Some(text)) => ContentType::Is(text.to_owned()),
        };
        Delivery {
            reason: self.status_text.map(str::to_owned),
            content_type,
            headers: self.headers.as_deref().unwrap_or_default().to_vec(),
            cors: self.cors,
            delay: self.delay,
            pace: Pace { late: self.late_body, drip: self.drip, truncate: self.truncate },
        }
    }
}

/// What is wrong with them.
impl Keys<'_> {
    /// Whether the values are possible, and possible together.
    pub(super) fn check(&self) -> Result<(), FaultError> {
        self.check_values()?;
        self.check_against(&self.names())
    }

    /// Whether all of them have an effect at `point`.
    pub(super) fn check_at(&self, point: Point) -> Result<(), FaultError> {
        self.check()?;
        let has_body = !matches!(point, Point::WebSocket | Point::Preflight);
        let works = |key: &&str| match *key {
            "accept" | "closeAfterOpen" => point == Point::WebSocket,
            "json" | "body" | "type" | "merge" | "lateBody" | "drip" | "truncate" => has_body,
            "cors" => point != Point::WebSocket,
            "params" => matches!(point, Point::Subscribe | Point::Resubscribe),
            "without" => !fields::fields(point).is_empty(),
            "statusText" => has_body || self.status.is_some(),
            "headers" => point != Point::WebSocket || self.status.is_some(),
            // Nobody knows whom a preflight is from.
            "user" | "each" => point != Point::Preflight,
            _ => true,
        };
        let user = self.user.map(|_| "user").into_iter().chain(self.each.map(|_| "each"));
        if let Some(key) = self.names().into_iter().chain(user).find(|key| !works(key)) {
            return Err(FaultError::NotAtPoint { key, point });
        }
        match self.without.iter().find(|field| fields::path(point, field).is_none()) {
            Some(field) => {
                let names = fields::fields(point).iter().map(|path| fields::name(path));
                let nearest = nearest(fields::name(field), names);
                Err(FaultError::NoField { field: cut(field).to_owned(), point, nearest })
            }
            None => Ok(()),
        }
    }

    /// The keys that are set and say what happens, the strongest first.
    fn names(&self) -> Vec<&'static str> {
        let keys = [
            ("hang", self.hang),
            ("refuse", self.refuse),
            ("reset", self.reset),
            ("accept", self.accept),
            ("closeAfterOpen", self.close_after_open.is_some()),
            ("delay", self.delay.is_some()),
            ("status", self.status.is_some()),
            ("statusText", self.status_text.is_some()),
            ("json", self.json.is_some()),
            ("body", self.body.is_some()),
            ("type", self.content_type.is_some()),
            ("headers", self.headers.is_some()),
            ("cors", self.cors.is_some()),
            ("merge", self.merge.is_some()),
            ("params", self.params.is_some()),
            ("without", !self.without.is_empty()),
            ("lateBody", self.late_body.is_some()),
            ("drip", self.drip.is_some()),
            ("truncate", self.truncate.is_some()),
        ];
        keys.into_iter().filter(|(_, set)| *set).map(|(key, _)| key).collect()
    }

    /// `kept` names the keys that the fault has; the others are lost.
    fn check_against(&self, kept: &[&'static str]) -> Result<(), FaultError> {
        let lost = self.names().into_iter().find(|key| !kept.contains(key));
        let lost = DECISIVE.into_iter().find(|key| kept.contains(key)).zip(lost);
        let lost_edit = lost.filter(|(_, lost)| EDITS.contains(lost));
        let contradiction = match lost_edit {
            Some(_) => self.lost_body().or(lost_edit),
            None => lost.or_else(|| self.lost_body()).or_else(|| self.edited_error()),
        };
        match contradiction {
            Some((first, second)) => Err(FaultError::Contradiction { first, second }),
            None => Ok(()),
        }
    }

    /// The key whose text a status without body would lose.
    fn lost_body(&self) -> Option<(&'static str, &'static str)> {
        self.status.filter(|status| has_no_body(*status))?;
        let has_text = |key: &&str| match *key {
            "json" | "lateBody" | "drip" | "truncate" => true,
            "body" => self.body != Some(""),
            key => EDITS.contains(&key),
        };
        self.names().into_iter().find(has_text).map(|key| ("status", key))
    }

    /// The key that would edit an error.
    fn edited_error(&self) -> Option<(&'static str, &'static str)> {
        self.status.filter(|status| !is_success(*status))?;
        self.names().into_iter().find(|key| EDITS.contains(key)).map(|key| ("status", key))
    }

    fn check_values(&self) -> Result<(), FaultError> {
        let wrong = |key, value: String, expected| Err(FaultError::Value { key, value, expected });
        if let Some(status) = self.status.filter(|status| !(200..=599).contains(status)) {
            return wrong("status", status.to_string(), STATUS);
        }
        let is_line = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if let Some(text) = self.status_text.filter(|text| !is_line(text)) {
            return wrong("statusText", quoted(text), STATUS_TEXT);
        }
        if let Some(text) = self.content_type.flatten().filter(|text| !is_line(text) || text.is_empty()) {
            return wrong("type", quoted(text), CONTENT_TYPE);
        }
        if let Some(code) = self.close_after_open.filter(|code| !is_close_code(*code)) {
            return wrong("closeAfterOpen", code.to_string(), CLOSE_CODE);
        }
        let told = self.params.and_then(|params| params.get("clientCorrelator")).and_then(Value::as_str);
        if let Some(correlator) = told.filter(|correlator| correlator.len() > Limits::TEXT_BYTES) {
            let value = format!("a map with a clientCorrelator of {} bytes", correlator.len());
            return wrong("params", value, "one of at most 4096 bytes");
        }
        if let Some(headers) = self.headers.as_deref() {
            headers::check(headers)?;
        }
        if self.drip == Some(0) {
            return wrong("drip", "0".to_owned(), DRIP);
        }
        if self.times == Some(0) {
            return wrong("times", "0".to_owned(), TIMES);
        }
        Ok(())
    }
}

/// The keys that name an effect or its content, and so leave no place for others. `status` is none of them, as it goes
/// with most.
const DECISIVE: [&str; 7] = ["hang", "refuse", "reset", "accept", "closeAfterOpen", "json", "body"];

/// The keys that edit what the platform says itself.
const EDITS: [&str; 3] = ["merge", "params", "without"];

/// What `each` may be.
const EACH_USER: &str = "user";

/// What keys take, as errors say it.
const STATUS: &str = "an HTTP status from 200 to 599";
const STATUS_TEXT: &str = "one line of visible ASCII";
const CONTENT_TYPE: &str = "a content type, or null for no header";
const CLOSE_CODE: &str = "a close code: 1000 to 4999 except 1004, 1006 and 1015, or 1005 for none";
const HEADERS: &str = "a map of header names to texts, or to lists of texts";
const DRIP: &str = "a number of bytes a second, from 1";
const TIMES: &str = "a number from 1, or leave it out for ever";

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}
