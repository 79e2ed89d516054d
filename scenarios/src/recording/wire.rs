//! What the platform saw.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::present;

/// One record of the platform's side, by its `k`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "k", rename_all = "kebab-case")]
pub enum Exchange {
    /// A REST request.
    Request(WireRequest),
    /// Its answer.
    Response(WireResponse),
    /// A websocket's handshake.
    WsUpgrade(WireUpgrade),
    /// The handshake was accepted.
    WsAccepted {
        /// The websocket's number.
        ws: u64,
    },
    /// The handshake was refused.
    WsRefused {
        /// The websocket's number.
        ws: u64,
        /// The HTTP status; `None` where the connection was cut.
        status: Option<u16>,
    },
    /// A frame of the client.
    WsIn(WireFrame),
    /// A frame to the client.
    WsOut(WireFrame),
    /// The websocket is closed.
    WsClosed(WireClose),
    /// The page has left before it had an answer.
    #[serde(other)]
    Other,
}

/// A websocket's handshake as it arrived.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireUpgrade {
    /// The websocket's number, in the order of arrival.
    pub ws: u64,
    /// The path.
    pub path: String,
    /// The query with its `?`, or an empty text.
    pub raw_query: String,
}

/// A frame, either way.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct WireFrame {
    /// The websocket's number.
    pub ws: u64,
    /// Whether it is a binary one, whose bytes are in base64.
    #[serde(default)]
    pub binary: bool,
    /// What it says: JSON, or a text that is not JSON. `None` is an empty one.
    #[serde(default, deserialize_with = "present")]
    pub data: Option<Value>,
}

/// The end of a websocket.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct WireClose {
    /// The websocket's number.
    pub ws: u64,
    /// The close code: 1005 for none, 1006 for a connection that broke off.
    pub code: u16,
    /// The reason.
    #[serde(default)]
    pub reason: String,
    /// Who has ended it: `client` or `server`.
    pub by: String,
}

/// A REST request as it arrived.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireRequest {
    /// Its number, which the answer has too.
    pub n: u64,
    /// GET, POST, PUT or DELETE.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query with its `?`, or an empty text.
    pub raw_query: String,
    /// The headers of interest, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body: JSON, or a text that is not JSON.
    #[serde(default, deserialize_with = "present")]
    pub body: Option<Value>,
}

/// The answer to a REST request.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireResponse {
    /// The request's number.
    pub n: u64,
    /// The HTTP status; `None` where the connection was cut.
    pub status: Option<u16>,
    /// The reason phrase.
    #[serde(default)]
    pub status_text: String,
    /// The content type; `None` for no such header.
    #[serde(rename = "type")]
    pub content_type: Option<String>,
    /// The body: JSON, or a text that is not JSON. `None` is an empty one.
    #[serde(default, deserialize_with = "present")]
    pub body: Option<Value>,
    /// Headers that the script gave it.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Whether pages may read it.
    #[serde(default = "yes")]
    pub cors: bool,
}

const fn yes() -> bool {
    true
}

/// The text of a recorded body.
#[must_use]
pub fn body_text(body: Option<&Value>) -> String {
    match body {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(json) => json.to_string(),
    }
}
