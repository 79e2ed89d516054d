//! The value itself.

use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Number;

use super::object::Object;
use super::text::Text;

/// Integers up to here are exact in an `f64`.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

pub(super) static UNDEFINED: Value = Value::Undefined;

/// A value of JavaScript, as far as JSON and the calls of Kandy.js can bring it about.
///
/// Clones of a list or an object are the same list or object, which [`same_value_zero`](Self::same_value_zero) tells;
/// `==` compares what they hold, and takes NaN for equal to itself.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `undefined`: what a missing member is.
    #[default]
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, with NaN and the infinities.
    Number(f64),
    /// A text.
    Text(Text),
    /// An array.
    List(Arc<Vec<Value>>),
    /// Any other object.
    Object(Arc<Object>),
}

impl Value {
    /// An object of these members.
    #[must_use]
    pub fn object<const N: usize>(members: [(&'static str, Self); N]) -> Self {
        Object::from(members).into()
    }

    /// A text that is part of the program.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self::Text(Text::from_static(text))
    }

    /// `value[name]` where that is a member; undefined also where JavaScript would throw.
    #[must_use]
    pub fn get(&self, name: &str) -> &Self {
        match self {
            Self::Object(object) => object.get(name),
            _ => &UNDEFINED,
        }
    }

    /// The text, if it is one that holds no lone surrogate.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.as_str(),
            _ => None,
        }
    }

    /// The members, if it is an object that is not a list.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// Whether it is undefined.
    #[must_use]
    pub const fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    /// Whether it is null or undefined.
    #[must_use]
    pub const fn is_nullish(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    /// `value || other`.
    #[must_use]
    pub fn or(&self, other: impl Into<Self>) -> Self {
        if self.is_truthy() { self.clone() } else { other.into() }
    }

    /// The object with another value under `name`; anything else as it is.
    pub(crate) fn with(self, name: &'static str, value: impl Into<Self>) -> Self {
        match self {
            Self::Object(object) => {
                let mut object = Arc::unwrap_or_clone(object);
                object.set(Text::from_static(name), value);
                object.into()
            }
            other => other,
        }
    }

    /// The value of a JSON text that another reader has read.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Bool(*flag),
            serde_json::Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(text) => text.as_str().into(),
            serde_json::Value::Array(elements) => elements.iter().map(Self::from_json).collect::<Vec<_>>().into(),
            serde_json::Value::Object(members) => {
                let member = |(name, value): (&String, _)| (Text::from(name.as_str()), Self::from_json(value));
                Object::new(members.iter().map(member).collect()).into()
            }
        }
    }

    /// What `JSON.stringify` would write, for another writer: undefined members are left out, undefined elements, NaN and
    /// the infinities are null. Each lone surrogate is U+FFFD.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Undefined | Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Number(number) => number_to_json(*number),
            Self::Text(text) => text.to_str_lossy().into_owned().into(),
            Self::List(elements) => elements.iter().map(Self::to_json).collect(),
            Self::Object(object) => {
                let defined = object.iter().filter(|(_, value)| !value.is_undefined());
                defined.map(|(name, value)| (name.to_str_lossy().into_owned(), value.to_json())).collect()
            }
        }
    }
}

/// `443` and not `443.0`; null for what JSON has no number for.
fn number_to_json(number: f64) -> serde_json::Value {
    match as_integer(number) {
        Some(integer) => integer.into(),
        None => Number::from_f64(number).map_or(serde_json::Value::Null, serde_json::Value::Number),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it is a whole number that an i64 holds")]
fn as_integer(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER).then_some(number as i64)
}

/// As [`Value::stringify`] writes it, which makes nothing of undefined.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.stringify().as_deref().unwrap_or("undefined"))
    }
}

/// As [`Value::to_json`] tells.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Undefined | Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => match as_integer(*number) {
                Some(integer) => serializer.serialize_i64(integer),
                None if number.is_finite() => serializer.serialize_f64(*number),
                None => serializer.serialize_unit(),
            },
            Self::Text(text) => serializer.serialize_str(&text.to_str_lossy()),
            Self::List(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                elements.iter().try_for_each(|element| list.serialize_element(element))?;
                list.end()
            }
            Self::Object(object) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in object.iter().filter(|(_, value)| !value.is_undefined()) {
                    map.serialize_entry(&name.to_str_lossy(), value)?;
                }
                map.end()
            }
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Object(one), Self::Object(other)) => one == other,
            _ => self.same_value_zero(other),
        }
    }
}

impl Eq for Value {}

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

impl PartialEq<String> for Value {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == Some(other.as_str())
    }
}

/// As [`Value::get`].
impl Index<&str> for Value {
    type Output = Self;

    fn index(&self, name: &str) -> &Self {
        self.get(name)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Vec<Self>> for Value {
    fn from(elements: Vec<Self>) -> Self {
        Self::List(Arc::new(elements))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }
}

/// Undefined where there is nothing.
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Undefined, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_json_cannot_hold_is_written_as_stringify_does() {
        let odd = Value::object([
            ("u", Value::Undefined),
            ("n", f64::NAN.into()),
            ("l", vec![Value::Undefined, f64::INFINITY.into(), 80.0.into(), (-0.0).into()].into()),
            ("s", Text::from_units(&[0xD800]).into()),
        ]);
        let expected = json!({ "n": null, "l": [null, null, 80, 0], "s": "\u{FFFD}" });
        assert_eq!(odd.to_json(), expected);
        assert_eq!(serde_json::to_value(&odd).unwrap(), expected);
        assert_eq!(Value::from_json(&expected).to_json(), expected);
    }

    #[test]
    fn a_default_stands_for_what_is_falsy() {
        assert_eq!(Value::Null.or("x"), "x");
        assert_eq!(Value::from(5.0).or("x"), Value::from(5.0));
        assert_eq!(Value::from(None::<bool>), Value::Undefined);
    }
}
