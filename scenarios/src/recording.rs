//! Recordings of the real SDK: what Kandy.js did in a browser, on a virtual clock, as one JSON file.
//!
//! A recording holds the calls on the client, all that the page saw in exact order (`timeline`), the platform's side
//! of it (`wire`), and the state at the end. [`replay`](crate::replay) drives the port with it and compares.

mod dialect;
mod error;
mod script;
mod timeline;
mod wire;

use std::path::Path;

use kandy_client::Time;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use self::dialect::RecordedDialect;
pub use self::error::{DecodeError, RecordingError};
pub use self::script::{Action, ListenerRule, RecordedSnapshot};
pub use self::timeline::{ApiCall, Fetch, ListenerCall, PageAddress, RecordedEvent, TimelineRecord};
pub use self::wire::{Exchange, WireClose, WireFrame, WireRequest, WireResponse, WireUpgrade, body_text};
use crate::file;

/// Larger files are refused; the longest recording known has less than 1 MiB.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// How a recording writes a value that is `undefined`.
pub const UNDEFINED: &str = "[undefined]";

/// One scenario of the real SDK.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Its name; the file is `<name>.json`.
    pub name: String,
    /// What it shows.
    pub description: String,
    /// Of which SDK it is.
    pub dialect: RecordedDialect,
    /// What `Math.random()` always gave.
    pub random: Option<f64>,
    /// What `create()` got, with placeholders such as `{REST_PORT}`.
    pub config: Value,
    /// How the platform was told to misbehave; an empty object is a healthy one.
    pub server_script: Value,
    /// Calls on the client, actions of the platform, and snapshots of the state.
    pub script: Vec<Timed<Action>>,
    /// All that the page saw, in exact order.
    pub timeline: Vec<Timed<TimelineRecord>>,
    /// The platform's side.
    pub wire: Vec<Timed<Exchange>>,
    /// How it ended.
    pub final_state: FinalState,
    /// Whether it shows one of two possible orders.
    pub racy: bool,
}

/// Something and its virtual time.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed<T> {
    /// When it happened.
    pub time: Time,
    /// What happened.
    pub what: T,
}

/// What an application can ask a client for at one moment. Undefined values are written as [`UNDEFINED`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownState {
    /// `getConnection()`.
    pub connection: Value,
    /// `getUserInfo()`.
    pub user_info: Value,
    /// `getSocketState("uc").connected`; `None` before the first attempt to open a socket.
    pub web_socket_connected: Option<bool>,
    /// `services.getSubscriptions()`, where there is that.
    pub services: Option<Value>,
}

/// The end of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalState {
    /// When it was taken.
    pub time: Time,
    /// When the timers that were still pending would have fired.
    pub pending_timers: Vec<Time>,
    /// The state; missing where there was more than one client.
    pub state: Option<ShownState>,
}

impl Recording {
    /// Reads a recording from its file.
    ///
    /// # Errors
    ///
    /// The file is missing, cannot be read, is too large, or is not a recording.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let bytes = file::read(path, MAX_BYTES).map_err(|source| match source {
            missing if missing.is_missing() => RecordingError::NotFound { path: path.to_owned() },
            source => RecordingError::Unreadable { path: path.to_owned(), source },
        })?;
        Self::from_json(&bytes).map_err(|source| RecordingError::Decode { path: path.to_owned(), source })
    }

    /// Decodes the bytes of a recording. Keys that are not read are ignored.
    ///
    /// # Errors
    ///
    /// The bytes are not JSON, or a record is not of the form that the replay reads; the error names its place.
    pub fn from_json(bytes: &[u8]) -> Result<Self, DecodeError> {
        let file: Map<String, Value> = serde_json::from_slice(bytes)?;
        Ok(Self {
            name: decode(field(&file, "name")?, "name")?,
            description: decode(field(&file, "description")?, "description")?,
            dialect: dialect(&file)?,
            random: file.get("random").and_then(Value::as_f64),
            config: field(&file, "config")?.clone(),
            server_script: file.get("serverScript").cloned().unwrap_or_default(),
            script: records(&file, "script", script::decode)?,
            timeline: records(&file, "timeline", decode)?,
            wire: records(&file, "wire", decode)?,
            final_state: FinalState::decode(field(&file, "final")?)?,
            racy: file.get("racy").is_some_and(|racy| *racy != Value::Bool(false) && !racy.is_null()),
        })
    }
}

impl FinalState {
    fn decode(value: &Value) -> Result<Self, DecodeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct End {
            t: u64,
            pending_timers: Vec<Pending>,
        }
        #[derive(Deserialize)]
        struct Pending {
            due: u64,
        }
        let end: End = decode(value, "final")?;
        let state = value.get("connection").map(|_| decode(value, "final")).transpose()?;
        let pending_timers = end.pending_timers.iter().map(|timer| Time::from_millis(timer.due)).collect();
        Ok(Self { time: Time::from_millis(end.t), pending_timers, state })
    }
}

fn dialect(file: &Map<String, Value>) -> Result<RecordedDialect, DecodeError> {
    let text = |key: &str| file.get(key).map(|value| decode::<String>(value, key)).transpose();
    RecordedDialect::of(text("dialect")?.as_deref(), text("sdkVersion")?.as_deref())
}

fn field<'a>(file: &'a Map<String, Value>, key: &str) -> Result<&'a Value, DecodeError> {
    file.get(key).ok_or_else(|| DecodeError::Missing { field: key.to_owned() })
}

/// The records of one list, each with the `t` that all have.
fn records<T>(
    file: &Map<String, Value>,
    key: &str,
    decode_record: fn(&Value, &str) -> Result<T, DecodeError>,
) -> Result<Vec<Timed<T>>, DecodeError> {
    #[derive(Deserialize)]
    struct Stamp {
        t: u64,
    }
    let Value::Array(values) = field(file, key)? else {
        return Err(DecodeError::Form { place: key.to_owned(), message: "it is not an array".to_owned() });
    };
    let record = |(index, value): (usize, &Value)| {
        let place = format!("{key}[{index}]");
        let stamp: Stamp = decode(value, &place)?;
        Ok(Timed { time: Time::from_millis(stamp.t), what: decode_record(value, &place)? })
    };
    values.iter().enumerate().map(record).collect()
}

fn decode<T: DeserializeOwned>(value: &Value, place: &str) -> Result<T, DecodeError> {
    T::deserialize(value).map_err(|error| DecodeError::Form { place: place.to_owned(), message: error.to_string() })
}

/// Tells a key that is `null` from one that is missing.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests;
