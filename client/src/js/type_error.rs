//! The errors that JavaScript throws at what is not there.

use thiserror::Error;

use super::value::Value;

/// A `TypeError`, with Chromium's text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct TypeError {
    message: String,
}

impl TypeError {
    /// The error of this text.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    /// The error of a call of something that is not a function.
    pub(crate) fn no_function(what: &str) -> Self {
        Self::new(format!("{what} is not a function"))
    }

    /// Its text.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// `value.name`.
///
/// # Errors
///
/// The value is null or undefined.
pub fn property<'a>(value: &'a Value, name: &str) -> Result<&'a Value, TypeError> {
    match nullish(value) {
        Some(kind) => Err(TypeError::new(format!("Cannot read properties of {kind} (reading '{name}')"))),
        None => Ok(value.get(name)),
    }
}

/// `({ name } = value)` for a `value` that the SDK's source calls `source`; an error as [`property`] gives one.
pub(crate) fn destructured<'a>(value: &'a Value, source: &str, name: &str) -> Result<&'a Value, TypeError> {
    match nullish(value) {
        Some(kind) => {
            Err(TypeError::new(format!("Cannot destructure property '{name}' of '{source}' as it is {kind}.")))
        }
        None => Ok(value.get(name)),
    }
}

fn nullish(value: &Value) -> Option<&'static str> {
    match value {
        Value::Undefined => Some("undefined"),
        Value::Null => Some("null"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_errors_are_worded_as_by_chromium() {
        let message = |result: Result<&Value, TypeError>| result.unwrap_err().to_string();
        assert_eq!(message(property(&Value::Undefined, "map")), "Cannot read properties of undefined (reading 'map')");
        assert_eq!(message(property(&Value::Null, "map")), "Cannot read properties of null (reading 'map')");
        assert_eq!(
            message(destructured(&Value::Undefined, "response.body", "id")),
            "Cannot destructure property 'id' of 'response.body' as it is undefined."
        );
        assert_eq!(property(&Value::from(5.0), "map"), Ok(&Value::Undefined));
        assert_eq!(TypeError::no_function("received.map").message(), "received.map is not a function");
    }
}
