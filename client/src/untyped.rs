//! Values that have no type of their own.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::credentials::{ConnectOptions, Credentials};
use crate::js::Value;

/// A value of any form: what an application gave to a call, or what the platform sent.
///
/// Kandy.js looks at few of these values and passes the rest on as they are, and so does a client here: no conversion loses
/// what JSON has no form for, such as `undefined` or half a character. An application in Rust makes one of JSON or of a text,
/// and reads one with [`to_json`](Self::to_json) or [`as_str`](Self::as_str). The default is `undefined`.
///
/// ```
/// use kandy_client::Untyped;
/// use serde_json::json;
///
/// let services = Untyped::from(json!(["call", "IM"]));
/// assert_eq!(services.to_json()[0], "call");
/// assert_eq!(Untyped::from("alice@example.com"), "alice@example.com");
/// assert!(Untyped::default().is_undefined());
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Untyped(pub(crate) Value);

impl Untyped {
    /// Whether it is `undefined`, as a value is that nobody gave.
    #[must_use]
    pub const fn is_undefined(&self) -> bool {
        self.0.is_undefined()
    }

    /// Whether JavaScript takes it for true: all but `undefined`, null, false, 0, NaN and the empty text.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        self.0.is_truthy()
    }

    /// The text, if it is one. One with half a character in it is not: Rust has no text of that kind.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }

    /// The value as JSON, as `JSON.stringify` writes it: `undefined` is left out of objects and is null elsewhere, as are NaN
    /// and the infinities. Half a character becomes U+FFFD.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.0.to_json()
    }
}

/// As `JSON.stringify` writes it; `undefined` for what that makes nothing of.
impl fmt::Display for Untyped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Untyped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// As [`to_json`](Untyped::to_json) has it.
impl Serialize for Untyped {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(feature = "internals")]
impl AsRef<Value> for Untyped {
    fn as_ref(&self) -> &Value {
        &self.0
    }
}

impl From<Value> for Untyped {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl From<Untyped> for Value {
    fn from(untyped: Untyped) -> Self {
        untyped.0
    }
}

impl From<&serde_json::Value> for Untyped {
    fn from(json: &serde_json::Value) -> Self {
        Self(Value::from_json(json))
    }
}

impl From<serde_json::Value> for Untyped {
    fn from(json: serde_json::Value) -> Self {
        Self::from(&json)
    }
}

impl From<&str> for Untyped {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Untyped {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<bool> for Untyped {
    fn from(flag: bool) -> Self {
        Self(flag.into())
    }
}

impl From<u32> for Untyped {
    fn from(number: u32) -> Self {
        Self(number.into())
    }
}

impl From<f64> for Untyped {
    fn from(number: f64) -> Self {
        Self(number.into())
    }
}

/// `undefined` for what is not there.
impl<T: Into<Self>> From<Option<T>> for Untyped {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Self::default, Into::into)
    }
}

impl From<&Credentials> for Untyped {
    fn from(credentials: &Credentials) -> Self {
        Self(credentials.to_js())
    }
}

impl From<&ConnectOptions> for Untyped {
    fn from(options: &ConnectOptions) -> Self {
        Self(options.to_js())
    }
}

impl PartialEq<str> for Untyped {
    fn eq(&self, other: &str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<&str> for Untyped {
    fn eq(&self, other: &&str) -> bool {
        self.0 == **other
    }
}

impl PartialEq<String> for Untyped {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_json_cannot_hold_is_kept_and_read_as_stringify_writes_it() {
        let half = r#"{"half":"\ud800","big":1e999}"#;
        let untyped = Untyped::from(Value::parse(half).unwrap());
        assert_eq!(untyped.to_string(), r#"{"half":"\ud800","big":null}"#);
        assert_eq!(untyped.to_json(), json!({ "half": "\u{FFFD}", "big": null }));
        assert_eq!(serde_json::to_value(&untyped).unwrap(), untyped.to_json());
        assert_ne!(untyped, Untyped::from(untyped.to_json()));
    }

    #[test]
    fn what_nobody_gave_is_undefined() {
        assert!(Untyped::from(None::<bool>).is_undefined());
        assert!(!Untyped::from(json!(null)).is_undefined());
        assert_eq!((Untyped::default().to_json(), Untyped::default().to_string()), (json!(null), "undefined".into()));
    }
}
