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
    /// What happened to a websocket, which the page saw as well.
    #[serde(other)]
    Other,
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
    /// Other headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body: JSON, or a text that is not JSON. `None` is an empty one.
    #[serde(default, deserialize_with = "present")]
    pub body: Option<Value>,
}

/// The text of a recorded body.
pub(crate) fn body_text(body: Option<&Value>) -> String {
    match body {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(json) => json.to_string(),
    }
}
