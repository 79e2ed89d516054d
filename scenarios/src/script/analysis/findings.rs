//! What was found in one script.

use rhai::Position;

use crate::script::failure::{Failure, Located};

/// The most findings of one script that are told; of others there is only the number.
pub(super) const MAX_FINDINGS: usize = 100;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something has no effect, or an error is caught.
    Warning,
    /// The scenario fails where this is reached.
    Error,
}

/// What was found in one script.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings(Vec<(Severity, Failure, Position)>);

impl Findings {
    pub(super) fn add(&mut self, severity: Severity, failure: Failure, position: Position) {
        let Self(all) = self;
        // Listeners may share a function, and so what is wrong with it.
        let is_known =
            |(_, known, at): &(Severity, Failure, Position)| *at == position && known.message == failure.message;
        if !all.iter().any(is_known) {
            all.push((severity, failure, position));
        }
    }

    /// The findings by their position, each in the script that messages call `source`.
    pub(super) fn located(mut self, source: Option<&str>) -> Vec<(Severity, Located)> {
        self.0.sort_by_key(|(_, _, position)| *position);
        let located = |(severity, failure, position)| {
            (severity, Located { failure, position, source: source.map(str::to_owned) })
        };
        self.0.into_iter().map(located).collect()
    }
}
