//! What runs: scenarios, each in one or more variants.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::{NameSet, RunWarning, Shard};
use crate::scenario::{Found, Scenario};
use crate::snapshot;

/// A scenario in one of its variants. It runs, is reported and has a snapshot on its own, so that one scenario may become
/// several cases; all that tells them apart is here.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The row of its `cases`, if it has some.
    pub row: Option<&'a str>,
    /// The variant.
    pub variant: Variant,
    /// Which of several runs of it this is, from 1, if there are several.
    pub repetition: Option<usize>,
    name: Cow<'a, str>,
}

/// How a scenario runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Its script is compiled and looked at, and does not run.
    Check,
    /// In a simulated world.
    Sim,
    /// In a simulated world, then on real sockets, where each client must hear the same.
    Live,
}

/// All that one run has to do, and what was found wrong while it was put together.
#[derive(Clone, Debug, Default)]
pub struct Plan<'a> {
    /// What should run, in the order in which it is reported.
    pub cases: Vec<Case<'a>>,
    /// What to say that is about no case.
    pub warnings: Vec<RunWarning>,
    /// Which part of the cases these are, if there are others.
    pub shard: Option<Shard>,
    /// All cases, also those of other shards.
    pub set: NameSet,
}

impl<'a> Case<'a> {
    /// A scenario as a whole.
    #[must_use]
    pub fn of(scenario: &'a Scenario, variant: Variant) -> Self {
        Self { scenario, row: None, variant, repetition: None, name: Cow::Borrowed(&scenario.name) }
    }

    /// One row of a scenario.
    #[must_use]
    pub fn of_row(scenario: &'a Scenario, row: &'a str, variant: Variant) -> Self {
        Self { scenario, row: Some(row), variant, repetition: None, name: Cow::Owned(scenario.name_of_row(row)) }
    }

    /// What reports call it. No two cases of a run have the same name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same for all its repetitions: what a filter takes, and `review`.
    #[must_use]
    pub fn name_of_all(&self) -> Cow<'a, str> {
        self.row.map_or(Cow::Borrowed(&self.scenario.name), |row| Cow::Owned(self.scenario.name_of_row(row)))
    }

    /// One of several runs of it, `login#2`, which has the same snapshot.
    fn repeated(&self, repetition: usize) -> Self {
        let name = Cow::Owned(format!("{}#{repetition}", self.name_of_all()));
        Self { repetition: Some(repetition), name, ..self.clone() }
    }

    /// The path of its script as the user wrote it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.scenario.shown
    }

    /// Where its snapshot is, whether or not there is one.
    #[must_use]
    pub fn snapshot(&self) -> PathBuf {
        self.snapshot_of(&self.scenario.path)
    }

    /// The path of its snapshot for messages.
    #[must_use]
    pub fn shown_snapshot(&self) -> String {
        self.snapshot_of(Path::new(self.shown())).display().to_string()
    }

    fn snapshot_of(&self, script: &Path) -> PathBuf {
        self.row.map_or_else(|| snapshot::path_of(script), |row| snapshot::path_of_row(script, row))
    }
}

impl<'a> Plan<'a> {
    /// To run all scenarios that were found.
    #[must_use]
    pub fn to_run(found: &'a Found, variant: Variant) -> Self {
        let misread = found.misread_tags.iter().cloned();
        let misread = misread.map(|(shown, misread)| RunWarning::MisreadTags { shown, misread });
        let stale = found.stale_snapshots.iter().map(|stale| stale.shown.clone());
        let warnings = misread.chain(stale.map(|shown| RunWarning::StaleSnapshot { shown })).collect();
        let cases = found.scenarios.iter().flat_map(|scenario| cases_of(scenario, variant)).collect();
        Self::new(cases, warnings)
    }

    /// To compile all scripts that were found. Those that scenarios import count as scripts of their own if `modules`.
    #[must_use]
    pub fn to_check(found: &'a Found, modules: bool) -> Self {
        let modules = if modules { &found.modules[..] } else { &[] };
        let scripts = found.scenarios.iter().chain(modules);
        Self::new(scripts.map(|script| Case::of(script, Variant::Check)).collect(), Vec::new())
    }

    fn new(cases: Vec<Case<'a>>, warnings: Vec<RunWarning>) -> Self {
        let set = NameSet::of(cases.iter().map(Case::name));
        Self { cases, warnings, shard: None, set }
    }

    /// Only the cases of one shard. All rows of a scenario are in the same.
    #[must_use]
    pub fn only(mut self, shard: Shard) -> Self {
        self.cases.retain(|case| shard.has(&case.scenario.name));
        Self { shard: Some(shard), ..self }
    }

    /// The same with each case `times` times, one behind the other.
    #[must_use]
    pub fn repeated(self, times: NonZeroUsize) -> Self {
        if times == NonZeroUsize::MIN {
            return self;
        }
        let cases = self.cases.iter();
        let cases = cases.flat_map(|case| (1..=times.get()).map(|repetition| case.repeated(repetition)));
        let cases = cases.collect();
        Self { cases, ..self }
    }

    /// Whether any case opens real sockets.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.cases.iter().any(|case| case.variant == Variant::Live)
    }
}

/// A case for each row of a scenario, or one for all of it.
fn cases_of(scenario: &Scenario, variant: Variant) -> Vec<Case<'_>> {
    match scenario.rows() {
        [] => vec![Case::of(scenario, variant)],
        rows => rows.iter().map(|row| Case::of_row(scenario, row, variant)).collect(),
    }
}
