//! What is known of a value before the script runs.

use std::any::TypeId;
use std::rc::Rc;

use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};

use crate::script::client_api::{ClientHandle, ConnectionPart, NotificationPart};
use crate::script::dialects::ServicesPart;
use crate::script::names::Of;
use crate::script::platform_api::PlatformHandle;

/// What is known of a value. A variable is read again and again, so that a copy costs nothing.
#[derive(Clone, Debug, Default)]
pub(super) enum StaticValue {
    /// Nothing.
    #[default]
    Unknown,
    /// Its type.
    Typed(Type),
    /// All of it.
    Constant(Rc<Dynamic>),
    /// The elements of a literal array.
    Array(Rc<[Self]>),
    /// The keys of a literal map, and its members.
    Map(Rc<[(String, Self)]>),
    /// A closure that stands in the script.
    Closure(Closure),
}

/// A closure that stands in the script.
#[derive(Clone, Debug)]
pub(super) struct Closure {
    /// The closure, without what it captures.
    pub(super) value: Dynamic,
    /// What Rhai calls the function that it is.
    pub(super) function: String,
    /// How many of that function's parameters, the first ones, are captured variables.
    pub(super) captured: usize,
}

/// A type, and what Rhai calls it in its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) id: TypeId,
    pub(super) name: &'static str,
}

impl Type {
    pub(super) const fn of<T: 'static>(name: &'static str) -> Self {
        Self { id: TypeId::of::<T>(), name }
    }

    pub(super) const fn string() -> Self {
        Self::of::<ImmutableString>("&str | ImmutableString | String")
    }

    pub(super) const fn array() -> Self {
        Self::of::<Array>("array")
    }

    pub(super) const fn map() -> Self {
        Self::of::<Map>("map")
    }

    pub(super) const fn integer() -> Self {
        Self::of::<i64>("i64")
    }

    pub(super) const fn boolean() -> Self {
        Self::of::<bool>("bool")
    }

    pub(super) const fn closure() -> Self {
        Self::of::<FnPtr>("Fn")
    }

    /// The type of what has the functions of `of`.
    pub(super) const fn of_owner(of: Of) -> Option<Self> {
        match of {
            Of::Client => Some(Self::of::<ClientHandle>("client")),
            Of::Connection => Some(Self::of::<ConnectionPart>("connection")),
            Of::Notification => Some(Self::of::<NotificationPart>("notification")),
            Of::Services => Some(Self::of::<ServicesPart>("services")),
            Of::Platform => Some(Self::of::<PlatformHandle>("platform")),
            Of::Script => None,
        }
    }

    fn of_value(value: &Dynamic) -> Option<Self> {
        let known = [
            Self::string(),
            Self::array(),
            Self::map(),
            Self::integer(),
            Self::boolean(),
            Self::closure(),
            Self::of::<()>("()"),
            Self::of::<f64>("f64"),
            Self::of::<char>("char"),
        ];
        known.into_iter().find(|known| known.id == value.type_id())
    }
}

impl StaticValue {
    pub(super) fn constant_of(value: Dynamic) -> Self {
        Self::Constant(Rc::new(value))
    }

    /// Its type, if that is known.
    pub(super) fn type_of(&self) -> Option<Type> {
        match self {
            Self::Unknown => None,
            Self::Typed(known) => Some(*known),
            Self::Constant(value) => Type::of_value(value),
            Self::Array(_) => Some(Type::array()),
            Self::Map(_) => Some(Type::map()),
            Self::Closure(_) => Some(Type::closure()),
        }
    }

    /// Whose functions it has, if it is something of the script API.
    pub(super) fn owner(&self) -> Option<Of> {
        self.type_of().and_then(|known| Of::type_named(known.name))
    }

    /// All of it, if all is known.
    pub(super) fn constant(&self) -> Option<Dynamic> {
        match self {
            Self::Unknown | Self::Typed(_) => None,
            Self::Constant(value) => Some((**value).clone()),
            Self::Closure(Closure { value, .. }) => Some(value.clone()),
            Self::Array(items) => Some(items.iter().map(Self::constant).collect::<Option<Array>>()?.into()),
            Self::Map(members) => {
                let member = |(key, value): &(String, Self)| Some((key.as_str().into(), value.constant()?));
                Some(members.iter().map(member).collect::<Option<Map>>()?.into())
            }
        }
    }

    /// Its text, if it is a string that is known.
    pub(super) fn text(&self) -> Option<ImmutableString> {
        match self {
            Self::Constant(value) => value.read_lock::<ImmutableString>().map(|text| text.clone()),
            _ => None,
        }
    }

    /// As much of it as is known: `()`, which stands for what is not given, takes the place of the rest.
    pub(super) fn known_part(&self) -> Dynamic {
        match self {
            Self::Array(items) => items.iter().map(Self::known_part).collect::<Array>().into(),
            Self::Map(members) => {
                members.iter().map(|(key, value)| (key.as_str().into(), value.known_part())).collect::<Map>().into()
            }
            value => value.constant().unwrap_or_default(),
        }
    }

    /// [`Self::known_part`] of a literal map.
    pub(super) fn known_map(&self) -> Option<Map> {
        self.known_part().try_cast()
    }
}
