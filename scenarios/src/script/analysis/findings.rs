//! What is found in scripts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rhai::Position;

use crate::diagnostic::Diagnostic;
use crate::script::failure::{Failure, Located};

/// The most findings of a script and its modules that are told; of others there is only the number.
const MAX_FINDINGS: usize = 100;
/// The most that are looked for in one script. A script with so many is not what it was meant to be.
const MAX_FOUND: usize = 200;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something has no effect, or an error is caught.
    Warning,
    /// The scenario fails where this is reached.
    Error,
}

/// Something that is wrong with a script, or with a module that it imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFinding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, and where.
    pub diagnostic: Diagnostic,
}

/// All that was found in a script and its modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// In the order of their places, those of the script before those of its modules; errors first if not all are told.
    pub told: Vec<ScriptFinding>,
    /// How many more there are.
    pub more: usize,
}

impl Findings {
    pub(super) fn new(mut found: Vec<(Severity, Located)>, diagnostic: impl Fn(Located) -> Diagnostic) -> Self {
        if found.len() > MAX_FINDINGS {
            // A script with an error is broken, however many warnings stand before it.
            found.sort_by_key(|(severity, _)| Reverse(*severity));
        }
        let more = found.len().saturating_sub(MAX_FINDINGS);
        found.truncate(MAX_FINDINGS);
        let told = found.into_iter();
        let told = told.map(|(severity, located)| ScriptFinding { severity, diagnostic: diagnostic(located) });
        Self { told: told.collect(), more }
    }

    /// How many are so bad, of those that are told.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.told.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// What was found in one script, by place and message: listeners may share a function, and so what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Collector(BTreeMap<(Position, String), (Severity, Failure)>);

impl Collector {
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
