//! What is told of a clock that goes on.

use serde::Serialize;

use super::exchanges::HeldAnswer;
use crate::journal::Record;
use crate::point::Point;
use crate::time::Time;

/// How far a clock has gone, and what came of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Advanced {
    /// The time that it is now.
    pub now: Time,
    /// What became due on the way, in the order of its time.
    pub fired: Vec<Fired>,
}

/// What became due. Serialized as a flat map with its `kind` in camelCase.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Fired {
    /// A timer of the platform fired, and left this record.
    Record(Box<Record>),
    /// An answer that was held goes out.
    Answer(FiredAnswer),
}

/// An answer that was held goes out. Serialized in camelCase, with `"kind": "answer"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename = "answer", rename_all = "camelCase")]
#[non_exhaustive]
pub struct FiredAnswer {
    /// When.
    pub time: Time,
    /// The number of its request's record in the journal.
    pub seq: u64,
    /// Where that came.
    pub point: Option<Point>,
    /// Whose it is, as far as it says so itself.
    pub user: Option<String>,
}

impl Fired {
    pub(crate) fn answer(time: Time, HeldAnswer { seq, point, user, due: _ }: HeldAnswer) -> Self {
        Self::Answer(FiredAnswer { time, seq, point, user })
    }

    /// When.
    #[must_use]
    pub const fn time(&self) -> Time {
        match self {
            Self::Record(record) => record.time,
            Self::Answer(answer) => answer.time,
        }
    }
}
