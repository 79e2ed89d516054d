//! Deep merging, as done by the library that the SDK uses.

use std::sync::Arc;

use super::text::Text;
use super::value::{Object, Value};

/// The key that is never merged.
const PROTO: &str = "__proto__";

/// `target` with `source` merged over it: objects member by member, an element of `target` that is a list is replaced,
/// and undefined changes nothing that is there.
#[must_use]
pub fn merge(target: &Value, source: &Value) -> Value {
    merged(target, source, true)
}

/// As [`merge`], but lists are merged element by element.
#[must_use]
pub fn merge_keeping_lists(target: &Value, source: &Value) -> Value {
    merged(target, source, false)
}

fn merged(target: &Value, source: &Value, replaces_lists: bool) -> Value {
    match (target, source) {
        (Value::Object(into), Value::Object(from)) => {
            let mut object = into.as_ref().clone();
            for (name, value) in from.iter().filter(|(name, _)| **name != PROTO) {
                merge_member(&mut object, name, value, replaces_lists);
            }
            Value::Object(Arc::new(object))
        }
        (Value::Object(_), _) => target.clone(),
        // The SDK merges sections and options only, which are objects.
        _ => source.clone(),
    }
}

fn merge_member(into: &mut Object, name: &Text, value: &Value, replaces_lists: bool) {
    let known = into.own_mut(name).cloned();
    let merged = match (&known, value) {
        (Some(known), Value::Undefined) => known.clone(),
        (Some(Value::List(_)), value) if replaces_lists => value.clone(),
        (Some(Value::List(known)), Value::List(from)) => {
            let mut elements = known.as_ref().clone();
            elements.resize(elements.len().max(from.len()), Value::Undefined);
            for (into, value) in elements.iter_mut().zip(from.iter()).filter(|(_, value)| !value.is_undefined()) {
                *into = value.clone();
            }
            elements.into()
        }
        (Some(known @ Value::Object(_)), Value::Object(_)) => merged(known, value, replaces_lists),
        _ => value.clone(),
    };
    into.set(name.clone(), merged);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    #[test]
    fn objects_are_merged_and_lists_replaced() {
        let target = read(r#"{"a": {"b": 1, "c": [1, 2]}, "d": 5}"#);
        let merge = |source: &str| merge(&target, &read(source));
        assert_eq!(merge(r#"{"a": {"c": [3], "e": null}, "d": {"f": 1}}"#), {
            read(r#"{"a": {"b": 1, "c": [3], "e": null}, "d": {"f": 1}}"#)
        });
        assert_eq!(merge(r#"{"a": null, "d": []}"#), read(r#"{"a": null, "d": []}"#));
        assert_eq!(merge(r#"{"a": {"c": "x"}, "__proto__": {"z": 1}}"#), read(r#"{"a": {"b": 1, "c": "x"}, "d": 5}"#));
        for nothing in ["5", "null", "[1]", r#""x""#] {
            assert_eq!(merge(nothing), target, "{nothing}");
        }
        let undefined = Value::object([("d", Value::Undefined), ("g", Value::Undefined)]);
        let merged = super::merge(&target, &undefined);
        assert_eq!(merged.get("d"), &Value::from(5.0));
        assert!(merged.as_object().unwrap().own("g").is_some());
        // Names are compared by their UTF-16 units, not all of which can be written in UTF-8.
        let target = read(r#"{"\ud800": {"a": 1}, "\ufffd": {"b": 2}}"#);
        let merged = super::merge(&target, &read(r#"{"\ud800": {"c": 3}}"#));
        assert_eq!(merged, read(r#"{"\ud800": {"a": 1, "c": 3}, "\ufffd": {"b": 2}}"#));
    }

    #[test]
    fn lists_can_be_merged_element_by_element() {
        let merged = merge_keeping_lists(&read(r#"{"a": [1, 2], "b": [1]}"#), &read(r#"{"a": [3], "b": "x"}"#));
        assert_eq!(merged, read(r#"{"a": [3, 2], "b": "x"}"#));
    }
}
