//! What a verb takes: parameters with a name, a kind, and the Rust type that an argument is read as.
//!
//! A parameter is declared once, as a [`Required`] or an [`Optional`] constant. Whoever reads an argument does so by that
//! constant, never by a name: so it has the parameter's name and type. One that is missing is an error or `None`, never 0
//! or an empty text.

use std::marker::PhantomData;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

use super::arguments::{ArgumentError, Arguments, Declared};
use super::kind::{ValueKind, read_duration};
use crate::fault::Fault;
use crate::journal::RecordKind;
use crate::point::Point;

/// One parameter.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// The kind of its values.
    pub kind: ValueKind,
    /// Whether an argument has to be there, where arguments have names.
    pub required: bool,
    /// A value, as JSON.
    pub example: &'static str,
    /// Where scripts write it.
    pub place: ArgumentPlace,
    /// Whether nobody may read its values: records show `"***"`.
    pub secret: bool,
}

/// Where scripts write an argument. What has a place comes first, in the order of the parameters; a map of options may
/// follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentPlace {
    /// At the next place.
    Next {
        /// Whether it may be left out, with all that follows.
        optional: bool,
        /// How a line about the usage writes it, in each of its forms.
        forms: &'static [&'static str],
    },
    /// At the place of the parameter before, in another form.
    Or {
        /// How a line about the usage writes it.
        form: &'static str,
    },
    /// In the map of options.
    InOptions,
}

/// A parameter whose argument has to be there.
#[derive(Debug)]
pub struct Required<T>(Parameter, PhantomData<fn() -> T>);

/// A parameter whose argument may be left out.
#[derive(Debug)]
pub struct Optional<T>(Parameter, PhantomData<fn() -> T>);

impl<T: Argument> Required<T> {
    /// A parameter at the next place of a script's call.
    #[must_use]
    pub const fn new(name: &'static str, example: &'static str, forms: &'static [&'static str]) -> Self {
        let place = ArgumentPlace::Next { optional: false, forms };
        Self(Parameter { name, kind: T::KIND, required: true, example, place, secret: false }, PhantomData)
    }

    /// The same, written otherwise in a script's call.
    #[must_use]
    pub const fn written(mut self, forms: &'static [&'static str]) -> Self {
        self.0.place = ArgumentPlace::Next { optional: false, forms };
        self
    }

    /// The same, whose values nobody may read.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.0.secret = true;
        self
    }
}

impl<T: Argument> Optional<T> {
    /// A parameter in the map of options of a script's call.
    #[must_use]
    pub const fn new(name: &'static str, example: &'static str) -> Self {
        let place = ArgumentPlace::InOptions;
        Self(Parameter { name, kind: T::KIND, required: false, example, place, secret: false }, PhantomData)
    }

    /// The same, at a place of its own.
    #[must_use]
    pub const fn at(mut self, place: ArgumentPlace) -> Self {
        self.0.place = place;
        self
    }

    /// The same, whose values nobody may read.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.0.secret = true;
        self
    }
}

impl<T: Argument> Declared for Required<T> {
    type Read = T;

    fn read(&self, given: &Arguments) -> Result<T, ArgumentError> {
        match given.value(self.0.name) {
            Some(value) => T::from_json(value, given.of(), self.0.name),
            None => Err(ArgumentError::Missing { of: given.of(), name: self.0.name }),
        }
    }
}

impl<T: Argument> Declared for Optional<T> {
    type Read = Option<T>;

    fn read(&self, given: &Arguments) -> Result<Option<T>, ArgumentError> {
        given.value(self.0.name).map(|value| T::from_json(value, given.of(), self.0.name)).transpose()
    }
}

impl<T> Required<T> {
    /// The parameter as data.
    #[must_use]
    pub const fn parameter(&self) -> Parameter {
        self.0
    }
}

impl<T> Optional<T> {
    /// The parameter as data.
    #[must_use]
    pub const fn parameter(&self) -> Parameter {
        self.0
    }
}

/// What an argument is read as.
pub trait Argument: Sized {
    /// The kind of its values.
    const KIND: ValueKind;

    /// Reads it. The error says that it was argument `name` of `of`.
    ///
    /// # Errors
    ///
    /// The value is of another kind, or none that the kind knows.
    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError>;

    /// The argument as [`Self::from_json`] reads it.
    fn to_json(&self) -> Value;
}

fn of_kind<T: Argument>(of: &'static str, name: &'static str, read: Option<T>) -> Result<T, ArgumentError> {
    read.ok_or(ArgumentError::Kind { of, name, kind: T::KIND })
}

impl Argument for String {
    const KIND: ValueKind = ValueKind::Text;

    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError> {
        of_kind(of, name, value.as_str().map(str::to_owned))
    }

    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl Argument for Bytes {
    const KIND: ValueKind = ValueKind::Bytes;

    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError> {
        let text = String::from_json(value, of, name)?;
        STANDARD.decode(text).map(Self::from).map_err(|_| ArgumentError::Base64 { of, name })
    }

    fn to_json(&self) -> Value {
        STANDARD.encode(self).into()
    }
}

impl Argument for Vec<String> {
    const KIND: ValueKind = ValueKind::Texts;

    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError> {
        let text = |item: &Value| item.as_str().map(str::to_owned);
        of_kind(of, name, value.as_array().and_then(|items| items.iter().map(text).collect()))
    }

    fn to_json(&self) -> Value {
        self.as_slice().into()
    }
}

impl Argument for u64 {
    const KIND: ValueKind = ValueKind::Number;

    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError> {
        of_kind(of, name, value.as_u64())
    }

    fn to_json(&self) -> Value {
        (*self).into()
    }
}

/// A close code is the only number of so few bits that a verb takes.
impl Argument for u16 {
    const KIND: ValueKind = ValueKind::CloseCode;

    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError> {
        let code = u64::from_json(value, of, name)?;
        Self::try_from(code).map_err(|_| ArgumentError::CloseCode { code })
    }

    fn to_json(&self) -> Value {
        (*self).into()
    }
}

impl Argument for bool {
    const KIND: ValueKind = ValueKind::Flag;

    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError> {
        of_kind(of, name, value.as_bool())
    }

    fn to_json(&self) -> Value {
        (*self).into()
    }
}

impl Argument for Duration {
    const KIND: ValueKind = ValueKind::Duration;

    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError> {
        of_kind(of, name, read_duration(value))
    }

    fn to_json(&self) -> Value {
        u64::try_from(self.as_millis()).unwrap_or(u64::MAX).into()
    }
}

impl Argument for Point {
    const KIND: ValueKind = ValueKind::Point;

    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError> {
        Ok(String::from_json(value, of, name)?.parse()?)
    }

    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

/// Any JSON; whoever takes it from elsewhere checks that it is an object.
impl Argument for Value {
    const KIND: ValueKind = ValueKind::Object;

    fn from_json(value: &Value, _: &'static str, _: &'static str) -> Result<Self, ArgumentError> {
        Ok(value.clone())
    }

    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl Argument for RecordKind {
    const KIND: ValueKind = ValueKind::RecordKind;

    fn from_json(value: &Value, of: &'static str, name: &'static str) -> Result<Self, ArgumentError> {
        Ok(String::from_json(value, of, name)?.parse()?)
    }

    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl Argument for Vec<Fault> {
    const KIND: ValueKind = ValueKind::Faults;

    fn from_json(value: &Value, _: &'static str, _: &'static str) -> Result<Self, ArgumentError> {
        Ok(Fault::list_from_json(value)?)
    }

    fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("a fault is a map of texts to JSON")
    }
}
