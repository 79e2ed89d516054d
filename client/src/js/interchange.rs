//! Values for other readers and writers of JSON, and from them.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Number;

use super::text::Text;
use super::value::{Object, Value};

/// Integers up to here are exact in an `f64`.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

impl Value {
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
}
