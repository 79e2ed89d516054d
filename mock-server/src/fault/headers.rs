//! The headers that a fault gives an answer.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue};
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use super::FaultError;
use super::error::WrongHeader;
use crate::limits::Limits;
use crate::text::{cut, quoted};

/// Names and values, in their order; a name may come more than once.
pub(super) type Headers = [(String, String)];

/// The headers that belong to the connection and to the length of what goes over it: a fault cannot give them.
const OF_CONNECTION: [&str; 7] =
    ["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// Reads a map of names to values, each a text or a list of texts.
pub(super) fn read(value: &Value) -> Option<Vec<(String, String)>> {
    let mut headers = Vec::new();
    for (name, values) in value.as_object()? {
        match values {
            Value::String(text) => headers.push((name.clone(), text.clone())),
            Value::Array(texts) if !texts.is_empty() => {
                for text in texts {
                    headers.push((name.clone(), text.as_str()?.to_owned()));
                }
            }
            _ => return None,
        }
    }
    Some(headers)
}

/// Writes what [`read`] reads.
pub(super) fn write<S: Serializer>(headers: &Option<Cow<'_, Headers>>, serializer: S) -> Result<S::Ok, S::Error> {
    let headers = headers.as_deref().unwrap_or_default();
    let mut map = serializer.serialize_map(None)?;
    for (index, (name, value)) in headers.iter().enumerate() {
        if headers[..index].iter().any(|(before, _)| before == name) {
            continue;
        }
        let mut values = headers[index..].iter().filter(|(other, _)| other == name).map(|(_, value)| value);
        match values.clone().nth(1) {
            None => map.serialize_entry(name, value)?,
            Some(_) => map.serialize_entry(name, &values.by_ref().collect::<Vec<_>>())?,
        }
    }
    map.end()
}

/// Whether each can be sent, and leaves the connection as it is.
pub(super) fn check(headers: &Headers) -> Result<(), FaultError> {
    if headers.len() > Limits::FAULT_HEADERS {
        return Err(FaultError::TooMany { what: "headers in one fault", limit: Limits::FAULT_HEADERS });
    }
    for (name, value) in headers {
        let header = |what| Err(FaultError::Header { name: cut(name).to_owned(), what });
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            return header(WrongHeader::Name);
        }
        if HeaderValue::from_str(value).is_err() {
            return header(WrongHeader::Value { value: quoted(value) });
        }
        if OF_CONNECTION.iter().any(|of_connection| name.eq_ignore_ascii_case(of_connection)) {
            return header(WrongHeader::OfConnection);
        }
    }
    Ok(())
}

/// Name and value as they are sent.
pub(crate) fn parsed(headers: &Headers) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    headers.iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes());
        name.ok().zip(HeaderValue::from_str(value).ok()).expect("a fault's headers are checked when it is put")
    })
}
