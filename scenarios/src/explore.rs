//! Exploration: one scenario, run again and again with one thing going wrong at each possible place.

mod accepted;
pub(crate) mod application;
mod catalogue;
mod cover;
mod exploration;
mod finding;
mod mutants;
mod outcome;
mod predicted;
mod recorded;
mod replay;
mod runner;
mod shrink;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

pub use self::accepted::{Accepted, AcceptedChanges, AcceptedError, AcceptedFile, Extent, path_of as accepted_path};
pub(crate) use self::accepted::{EXTENSION, is_stale};
pub(crate) use self::catalogue::{FAMILIES, family};
pub use self::cover::{Coverage, Reached, ReachingRun, states};
pub use self::exploration::{
    BUDGET, Class, Exploration, ExploreError, MAX_OUTCOMES, MAX_PAIRS, MAX_RUNS, Options, ToldRun, explore,
};
pub(crate) use self::finding::of_endings;
pub use self::finding::{Finding, FindingKind};
pub use self::mutants::{JudgedMutants, MutantKind, Mutants, Notice, equivalents, mutate};
pub(crate) use self::outcome::event_word;
pub use self::outcome::{ClientStand, Ended, RunOutcome};
pub use self::predicted::{Predicted, predicted};
pub use self::recorded::{is_recorded, recorded};
pub use self::replay::{Origins, origins, replay, retrace};
pub use self::shrink::MAX_TRIES;
pub(crate) use self::shrink::size;
pub use self::verdict::ExplorationVerdict;
use crate::coverage::Transition;
use crate::diagnostic::Diagnostic;
use crate::trace::Trace;
use crate::world::{Changeable, Seen, Unmet};

/// What came of one run.
#[derive(Debug)]
pub struct Explored {
    /// How the script ended.
    pub ended: Ended,
    /// Why it failed, if it did; or what has ended the time after it.
    pub failure: Option<Diagnostic>,
    /// How each client stood when all was well again for a while.
    pub clients: Vec<ClientStand>,
    /// What is wrong.
    pub findings: BTreeSet<Finding>,
    /// The `sometimes` properties, and whether each held in this run.
    pub sometimes: Vec<(String, bool)>,
    /// The moments at which something went wrong and those after the last, if they were wanted.
    pub seen: Vec<Seen>,
    /// The answers that came, if they were wanted.
    pub answers: Vec<Changeable>,
    /// The transitions of its clients, if they were noted.
    pub observed: Option<Observed>,
    /// What should have gone wrong, and has not.
    pub unmet: Vec<Unmet>,
    /// What happened.
    pub trace: Trace,
}

/// The transitions that the clients of a run took.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Until the script ended.
    pub by_script: BTreeSet<Transition>,
    /// Until the end.
    pub all: BTreeSet<Transition>,
    /// What led to each finding.
    pub led: BTreeMap<Finding, Transition>,
}

/// Whether a line of a script says that its own waits and checks must hold whatever happens.
#[must_use]
pub fn judges_checks(text: &str) -> bool {
    text.lines().any(|line| line.trim().strip_prefix("//").is_some_and(|line| line.trim() == "explore: judge checks"))
}
