//! The value itself, and the objects among the values.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use super::text::Text;

/// From here on a list of members is searched with the help of an index while it is made.
const MANY_MEMBERS: usize = 16;

/// The key that an assignment never makes a member of: it sets the prototype, or nothing.
const PROTO: &str = "__proto__";

static UNDEFINED: Value = Value::Undefined;

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
}

/// The members of an object, in the order in which JavaScript lists them: those whose names are indexes first, by their
/// numbers, the others as they were added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    members: Vec<(Text, Value)>,
}

impl Object {
    /// An object of these members. The last of equal names counts, in the place of the first.
    #[must_use]
    pub fn new(members: Vec<(Text, Value)>) -> Self {
        let mut members = if members.len() < MANY_MEMBERS { without_repetition(members) } else { indexed(members) };
        if members.iter().any(|(name, _)| name.index().is_some()) {
            members.sort_by_key(|(name, _)| name.index().map_or((1, 0), |index| (0, index)));
        }
        Self { members }
    }

    /// The value under `name`; undefined where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        self.own(name).unwrap_or(&UNDEFINED)
    }

    /// The value under `name`, if it has such a member, be it undefined.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<&Value> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn own_mut(&mut self, name: &Text) -> Option<&mut Value> {
        self.members.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// `object[name] = value`.
    pub fn set(&mut self, name: impl Into<Text>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        if name == PROTO {
            return;
        }
        if let Some(known) = self.own_mut(&name) {
            *known = value;
            return;
        }
        let place = match name.index() {
            None => self.members.len(),
            Some(index) => self.members.partition_point(|(known, _)| known.index().is_some_and(|known| known < index)),
        };
        self.members.insert(place, (name, value));
    }

    /// `delete object[name]`.
    pub fn remove(&mut self, name: &str) {
        self.members.retain(|(known, _)| known != name);
    }

    /// `{ ...target, ...source }`: all members of `source` are assigned.
    pub fn assign(&mut self, source: &Value) {
        if let Value::Object(source) = source {
            source.iter().for_each(|(name, value)| self.set(name.clone(), value.clone()));
        }
    }

    /// The members in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Value)> {
        self.members.iter().map(|(name, value)| (name, value))
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

/// Members whose names the program knows: all different, and none an index.
impl<const N: usize> From<[(&'static str, Value); N]> for Object {
    fn from(members: [(&'static str, Value); N]) -> Self {
        let members: Vec<_> = members.into_iter().map(|(name, value)| (Text::from_static(name), value)).collect();
        debug_assert!(Self::new(members.clone()).members.len() == N, "a name is repeated: {members:?}");
        Self { members }
    }
}

fn without_repetition(members: Vec<(Text, Value)>) -> Vec<(Text, Value)> {
    let mut kept: Vec<(Text, Value)> = Vec::with_capacity(members.len());
    for (name, value) in members {
        match kept.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => kept.push((name, value)),
        }
    }
    kept
}

fn indexed(members: Vec<(Text, Value)>) -> Vec<(Text, Value)> {
    let mut places = BTreeMap::new();
    let mut kept: Vec<(Text, Value)> = Vec::with_capacity(members.len());
    for (name, value) in members {
        match places.get(&name) {
            Some(place) => {
                let known: &mut (Text, Value) = &mut kept[*place];
                known.1 = value;
            }
            None => {
                places.insert(name.clone(), kept.len());
                kept.push((name, value));
            }
        }
    }
    kept
}

/// As [`Value::stringify`] writes it, which makes nothing of undefined.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.stringify().as_deref().unwrap_or("undefined"))
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
    use super::*;

    fn names(object: &Object) -> Vec<String> {
        object.iter().map(|(name, _)| name.to_string()).collect()
    }

    #[test]
    fn indexes_come_first_and_repetitions_keep_their_place() {
        for repeated in [1, 20] {
            let members = (0..repeated).flat_map(|_| ["b", "10", "a", "2", "b", "01"]);
            let object = Object::new(members.map(|name| (name.into(), name.into())).collect());
            assert_eq!(names(&object), ["2", "10", "b", "a", "01"]);
        }
    }

    #[test]
    fn an_assignment_keeps_the_order_and_makes_no_prototype_a_member() {
        let mut object = Object::default();
        ["b", "10", "2", "__proto__", "b"].into_iter().for_each(|name| object.set(name, true));
        assert_eq!(names(&object), ["2", "10", "b"]);
        let read = Value::parse(r#"{"__proto__": 1, "x": 2}"#).unwrap();
        assert_eq!(read.get("__proto__"), &Value::Number(1.0));
        object.assign(&read);
        assert_eq!(names(&object), ["2", "10", "b", "x"]);
        object.remove("10");
        assert!(object.own("10").is_none() && object.get("10") == &Value::Undefined);
    }

    #[test]
    fn a_default_stands_for_what_is_falsy() {
        assert_eq!(Value::Null.or("x"), "x");
        assert_eq!(Value::from(5.0).or("x"), Value::from(5.0));
        assert_eq!(Value::from(None::<bool>), Value::Undefined);
    }
}
