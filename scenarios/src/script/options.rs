//! Maps that scripts pass in: every key known, every value of its kind.

use std::time::Duration;

use rhai::{Array, Dynamic, ImmutableString, Map};

use super::failure::Failure;
use super::show::{kind, show_short};
use super::{convert, duration};
use crate::text::{did_you_mean, nearest};

/// A map of named options. `()` stands for an option that is not given.
pub(super) struct Options<'a> {
    map: &'a Map,
    what: &'static str,
}

impl<'a> Options<'a> {
    /// Takes a map of `what` that may have the keys `known`.
    ///
    /// # Errors
    ///
    /// It has another key.
    pub(super) fn new(map: &'a Map, what: &'static str, known: &[&str]) -> Result<Self, Failure> {
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(Self { map, what }),
            Some(key) => {
                let failure = Failure::argument(format!("{what} have no key `{key}`"));
                Err(match nearest(key, known.iter().copied()) {
                    Some(name) => failure.with_help(did_you_mean(name)),
                    None => failure.with_help(format!("the keys are {}", known.join(", "))),
                })
            }
        }
    }

    fn given(&self, key: &str) -> Option<&'a Dynamic> {
        self.map.get(key).filter(|value| !value.is_unit())
    }

    fn wrong(&self, key: &str, value: &Dynamic, expected: &str) -> Failure {
        Failure::argument(format!("`{key}` of {} is {}, not {expected}", self.what, kind_and_value(value)))
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>, Failure> {
        let Some(value) = self.given(key) else { return Ok(None) };
        match value.read_lock::<ImmutableString>() {
            Some(text) => Ok(Some(text.to_string())),
            None => Err(self.wrong(key, value, "a string")),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Failure> {
        let Some(value) = self.given(key) else { return Ok(None) };
        value.as_bool().map(Some).map_err(|_| self.wrong(key, value, "true or false"))
    }

    /// An integer from 0.
    pub(super) fn count(&self, key: &str) -> Result<Option<u64>, Failure> {
        let Some(value) = self.given(key) else { return Ok(None) };
        let count = value.as_int().ok().and_then(|count| u64::try_from(count).ok());
        count.map(Some).ok_or_else(|| self.wrong(key, value, "an integer from 0"))
    }

    pub(super) fn duration(&self, key: &str) -> Result<Option<Duration>, Failure> {
        let Some(value) = self.given(key) else { return Ok(None) };
        duration::duration(value).map(Some).map_err(|failure| Failure {
            message: format!("`{key}` of {} is {}, which is not a duration", self.what, show_short(value)),
            ..failure
        })
    }

    pub(super) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Failure> {
        let Some(value) = self.given(key) else { return Ok(None) };
        let read = value.as_array_ref().ok().and_then(|items| texts(&items));
        read.map(Some).ok_or_else(|| self.wrong(key, value, "an array of strings"))
    }

    pub(super) fn json(&self, key: &str) -> Result<Option<serde_json::Value>, Failure> {
        self.given(key).map(convert::to_json).transpose()
    }
}

/// The strings of an array; `None` if anything else is in it.
pub(super) fn texts(items: &Array) -> Option<Vec<String>> {
    items.iter().map(|item| item.read_lock::<ImmutableString>().map(|text| text.to_string())).collect()
}

/// `a string "x"`, `()`, `a client`.
fn kind_and_value(value: &Dynamic) -> String {
    let is_plain = value.is_unit() || value.is_array() || value.is_map() || value.is_variant();
    if is_plain { kind(value).to_owned() } else { format!("{} {}", kind(value), show_short(value)) }
}
