//! Exploration: one scenario, run again and again with one thing going wrong at each possible place.

mod accepted;
mod catalogue;
mod exploration;
mod finding;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

pub use self::accepted::{Accepted, AcceptedError, Changes, path_of as accepted_path};
pub(crate) use self::catalogue::{FAMILIES, family};
pub use self::exploration::{BUDGET, Exploration, ExploreError, MAX_OUTCOMES, MAX_RUNS, Options, explore, replay};
pub(crate) use self::finding::of_endings;
pub use self::finding::{Finding, FindingKind};
use crate::diagnostic::{Cause, Diagnostic};
use crate::schedule::Schedule;
use crate::trace::{Trace, What};
use crate::world::Seen;

/// What came of one run.
#[derive(Debug)]
pub struct Explored {
    /// How the script ended.
    pub ended: Ended,
    /// Why it failed, if it did.
    pub failure: Option<Diagnostic>,
    /// How each client stood when all was well again for a while.
    pub clients: Vec<Stand>,
    /// What is wrong.
    pub findings: BTreeSet<Finding>,
    /// What is to hold sometimes, and whether it did in this run.
    pub sometimes: Vec<(String, bool)>,
    /// The moments that came, if they were wanted.
    pub seen: Vec<Seen>,
    /// What happened.
    pub trace: Trace,
    /// How much time passed in its world.
    pub virtual_time: Duration,
}

impl Explored {
    /// Whether all of its schedule happened.
    #[must_use]
    pub fn happened(&self, schedule: &Schedule) -> bool {
        let records = self.trace.records().iter();
        let disturbances =
            records.filter(|record| matches!(record.what, What::Disturbance(_)) && *record.who != *"platform");
        disturbances.count() >= schedule.disturbances().len()
    }
}

/// Whether a line of a script says that its own waits and checks are to hold whatever happens.
#[must_use]
pub fn judges_checks(text: &str) -> bool {
    text.lines().any(|line| line.trim().strip_prefix("//").is_some_and(|line| line.trim() == "explore: judge checks"))
}

/// How a script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ended {
    /// All that it waited for came, and its checks held.
    Passed,
    /// It did not want to run.
    Skipped,
    /// A wait or a check failed, or something else ended it. That is no finding: what was disturbed may fail.
    Failed(Cause),
}

/// How a client stands, as its application sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stand {
    /// Its name.
    pub client: String,
    /// `isConnected`.
    pub is_connected: bool,
    /// `isPending`.
    pub is_pending: bool,
    /// Whether `destroy()` was called.
    pub is_destroyed: bool,
    /// The kinds of events that it has heard.
    pub events: BTreeSet<String>,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passes"),
            Self::Skipped => f.write_str("skipped"),
            Self::Failed(cause) => write!(f, "fails ({})", cause.as_str()),
        }
    }
}

/// What runs can end alike in: how the script ended, and how each client stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outcome {
    ended: Option<Ended>,
    clients: Vec<Stand>,
    findings: BTreeSet<FindingKind>,
}

impl Outcome {
    fn of(explored: &Explored) -> Self {
        let findings = explored.findings.iter().map(|finding| finding.kind.clone()).collect();
        Self { ended: Some(explored.ended), clients: explored.clients.clone(), findings }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ended {
            Some(ended) => write!(f, "{ended}")?,
            None => f.write_str("panics")?,
        }
        for stand in &self.clients {
            write!(f, "; {stand}")?;
        }
        self.findings.iter().try_for_each(|finding| write!(f, "; {finding}"))
    }
}

impl fmt::Display for Stand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match (self.is_destroyed, self.is_connected, self.is_pending) {
            (true, ..) => "destroyed",
            (false, true, false) => "connected",
            (false, true, true) => "connected, pending",
            (false, false, true) => "pending",
            (false, false, false) => "disconnected",
        };
        write!(f, "{} {state}", self.client)?;
        let mut separator = ": ";
        for event in &self.events {
            write!(f, "{separator}{event}")?;
            separator = ", ";
        }
        Ok(())
    }
}
