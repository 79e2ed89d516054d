//! What can be wrong with a fault.

use crate::point::Point;

/// What can be wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrongHeader {
    /// Its name.
    #[error("is not the name of a header: give letters, digits and hyphens")]
    Name,
    /// Its value.
    #[error("has the value {value}: give one line of visible ASCII")]
    Value {
        /// The value that was given.
        value: String,
    },
    /// Its header is about the connection or the length of the body.
    #[error("is set by the server itself: leave it out, or use truncate, drip and lateBody")]
    OfConnection,
}

/// What is wrong with a fault, where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// For whom a list is counted is said by its first fault.
    #[error("the fault's `each` differs from the first one's, which holds for the whole list: leave it out here")]
    EachInList,
    /// It is not a map.
    #[error("a fault is a map such as {{status: 500}}, not {found}")]
    NotAMap {
        /// What it is instead.
        found: &'static str,
    },
    /// A key that no fault has.
    #[error("a fault has no key {key:?}{}", crate::text::did_you_mean(nearest.as_deref()))]
    UnknownKey {
        /// The key that was given.
        key: String,
        /// The key that is most like it.
        nearest: Option<String>,
    },
    /// A value of the wrong type, or out of range.
    #[error("the fault's {key:?} is {value}: give {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value that was given.
        value: String,
        /// What the key takes.
        expected: &'static str,
    },
    /// Two keys of which one makes the other meaningless.
    #[error("the fault has both {first:?} and {second:?}, which exclude each other: leave one out")]
    Contradiction {
        /// The stronger key.
        first: &'static str,
        /// The key that can have no effect.
        second: &'static str,
    },
    /// A key without effect at the point where the fault is put.
    #[error("the fault's {key:?} has no effect at {point}: leave it out, or put the fault elsewhere")]
    NotAtPoint {
        /// The key.
        key: &'static str,
        /// The point.
        point: Point,
    },
    /// A field to be left out that no normal answer has at the point where the fault is put.
    #[error(
        "the fault's \"without\" has no effect at {point}: no normal answer there has {field:?}{}; it may have {}",
        crate::text::did_you_mean(nearest.as_deref()),
        super::fields::fields(*point).join(", ")
    )]
    NoField {
        /// The name or the path that was given.
        field: String,
        /// The point.
        point: Point,
        /// The name of a field there that is most like it.
        nearest: Option<String>,
    },
    /// A header that no answer can have.
    #[error("the fault's header {name:?} {what}")]
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        what: WrongHeader,
    },
    /// A list without faults.
    #[error("the list of faults is empty: give at least one, {{}} for a healthy turn, or clear the point")]
    Empty,
    /// One of a list is wrong.
    #[error("fault {number} of the list: {source}")]
    InList {
        /// Its place in the list, from 1.
        number: usize,
        /// What is wrong with it.
        source: Box<FaultError>,
    },
    /// A fault that takes too much room, mostly for its body.
    #[error("the fault takes {bytes} bytes, the limit is {limit}: give it a shorter body")]
    TooLarge {
        /// What it takes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Too many rules, a list too long, or all of them together too large.
    #[error("there are more than {limit} {what}: clear some first")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
}
