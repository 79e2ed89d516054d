//! Conversions and comparison.

use std::sync::Arc;

use super::number::{number_from, number_text};
use super::text::Text;
use super::value::Value;

impl Value {
    /// Whether JavaScript takes the value for true.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(flag) => *flag,
            Self::Number(number) => !(number.is_nan() || *number == 0.0),
            Self::Text(text) => !text.is_empty(),
            Self::List(_) | Self::Object(_) => true,
        }
    }

    /// `String(value)`. In a list null and undefined print as nothing.
    #[must_use]
    pub fn to_text(&self) -> Text {
        match self {
            Self::Undefined => Text::from_static("undefined"),
            Self::Null => Text::from_static("null"),
            Self::Bool(true) => Text::from_static("true"),
            Self::Bool(false) => Text::from_static("false"),
            Self::Number(number) => number_text(*number).into(),
            Self::Text(text) => text.clone(),
            Self::List(elements) => {
                let mut parts = Vec::with_capacity(elements.len() * 2);
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        parts.push(Text::from_static(","));
                    }
                    if !element.is_nullish() {
                        parts.push(element.to_text());
                    }
                }
                Text::concat(&parts)
            }
            Self::Object(_) => Text::from_static("[object Object]"),
        }
    }

    /// `Number(value)`.
    #[must_use]
    pub fn to_number(&self) -> f64 {
        match self {
            Self::Undefined | Self::Object(_) => f64::NAN,
            Self::Null => 0.0,
            Self::Bool(flag) => f64::from(u8::from(*flag)),
            Self::Number(number) => *number,
            Self::Text(text) => text.as_str().map_or(f64::NAN, number_from),
            Self::List(_) => self.to_text().as_str().map_or(f64::NAN, number_from),
        }
    }

    /// How `Array.includes` compares: numbers as doubles and 0 with -0, texts by their units, lists and objects by
    /// identity, and nothing of one kind with anything of another.
    #[must_use]
    pub fn same_value_zero(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => one == other || (one.is_nan() && other.is_nan()),
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::List(one), Self::List(other)) => Arc::ptr_eq(one, other),
            (Self::Object(one), Self::Object(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// `value === other`: as [`same_value_zero`](Self::same_value_zero), but that NaN is not equal to itself.
    #[must_use]
    pub fn strict_equals(&self, other: &Self) -> bool {
        let is_nan = |value: &Self| matches!(value, Self::Number(number) if number.is_nan());
        self.same_value_zero(other) && !is_nan(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    #[test]
    fn odd_values_are_printed_and_judged_as_in_javascript() {
        assert_eq!(Value::Undefined.to_text(), "undefined");
        assert_eq!(read(r#"[1, null, "a", 3.0, [[], [4, 5]]]"#).to_text(), "1,,a,3,,4,5");
        assert_eq!(read(r#"{"a": 1}"#).to_text(), "[object Object]");
        assert_eq!(read(r#""3600""#).to_number(), 3600.0);
        assert_eq!((read("[]").to_number(), read("[[7]]").to_number(), read("true").to_number()), (0.0, 7.0, 1.0));
        for nan in [Value::Undefined, read(r#""1h""#), read("{}"), read("[1,2]"), Text::from_units(&[0xD800]).into()] {
            assert!(nan.to_number().is_nan(), "{nan:?}");
        }
        assert!(read("[]").is_truthy() && read("{}").is_truthy() && read(r#""0""#).is_truthy());
        assert!(!read("-0").is_truthy() && !read(r#""""#).is_truthy() && !Value::Number(f64::NAN).is_truthy());
    }

    #[test]
    fn values_are_compared_as_includes_does() {
        let same = |one: &str, other: &str| read(one).same_value_zero(&read(other));
        assert!(same("9007199254740992", "9007199254740993") && same("7", "7.0") && same("1e400", "2e400"));
        assert!(same("-0", "0") && same(r#""\ud800""#, r#""\uD800""#) && same("null", "null"));
        assert!(!same("7", r#""7""#) && !same("{}", "{}") && !same("[]", "[]") && !same("0", "false"));
        let list = read("[1]");
        assert!(list.same_value_zero(&list.clone()) && list == read("[1]"));
        let nan = Value::Number(f64::NAN);
        assert!(nan.same_value_zero(&nan) && !nan.strict_equals(&nan));
    }
}
