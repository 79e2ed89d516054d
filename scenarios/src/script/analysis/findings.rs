//! What was found in one script.

use std::collections::BTreeMap;

use rhai::Position;

use crate::script::failure::{Failure, Located};

/// The most findings of one script that are told; of others there is only the number.
pub(super) const MAX_FINDINGS: usize = 100;
/// The most that are looked for. A script with so many is not what it was meant to be.
const MAX_FOUND: usize = 200;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something has no effect, or an error is caught.
    Warning,
    /// The scenario fails where this is reached.
    Error,
}

/// What was found in one script, by place and message: listeners may share a function, and so what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings(BTreeMap<(Position, String), (Severity, Failure)>);

impl Findings {
    pub(super) fn add(&mut self, severity: Severity, failure: Failure, position: Position) {
        self.0.entry((position, failure.message.clone())).or_insert((severity, failure));
    }

    /// Whether there is no need to look for more.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MAX_FOUND
    }

    /// The findings by their position, each in the script that messages call `source`.
    pub(super) fn located(self, source: Option<&str>) -> Vec<(Severity, Located)> {
        let located = |((position, _), (severity, failure))| {
            (severity, Located { failure, position, source: source.map(str::to_owned) })
        };
        self.0.into_iter().map(located).collect()
    }
}
