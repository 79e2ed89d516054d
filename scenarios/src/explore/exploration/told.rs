//! Which runs of an exploration are told one by one, and which ended alike.

use std::collections::btree_map::Entry;

use super::Exploration;
use crate::explore::RunOutcome;
use crate::schedule::Schedule;

/// The most runs of two disturbances that are told one by one.
pub const MAX_PAIRS: usize = 1_000;

/// The runs with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// How many other outcomes came before.
    pub number: usize,
    /// How many runs there were.
    pub runs: usize,
    /// Whether any of them had a finding.
    pub has_finding: bool,
    /// The first one.
    pub example: Schedule,
}

/// A run, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldRun {
    /// What went wrong.
    pub schedule: Schedule,
    /// The number of its outcome, if that is among those that are told apart.
    pub outcome: Option<usize>,
    /// Whether it ended as the undisturbed run does.
    pub is_undisturbed: bool,
    /// Whether it had a finding.
    pub has_finding: bool,
}

impl Exploration {
    /// Counts a run among those that ended alike, and tells it if it is a single one, the smallest that brings a finding,
    /// or the first with its outcome.
    pub(super) fn tell(
        &mut self,
        schedule: Schedule,
        outcome: RunOutcome,
        has_finding: bool,
        is_smallest: bool,
        max_outcomes: usize,
    ) {
        let is_undisturbed = outcome == self.undisturbed;
        let class = self.class(outcome, &schedule, max_outcomes);
        let number = class.as_ref().map(|class| class.number);
        let mut is_first = false;
        if let Some(class) = class {
            is_first = class.runs == 0;
            class.runs += 1;
            class.has_finding |= has_finding;
        } else {
            self.in_other_outcomes += 1;
        }
        let is_single = schedule.disturbances().len() == 1;
        let told = ToldRun { schedule, outcome: number, is_undisturbed, has_finding };
        match is_single {
            true => self.singles.push(told),
            false if !(is_first || is_smallest) => {}
            false if self.pairs.len() < MAX_PAIRS => self.pairs.push(told),
            false => self.more_pairs += 1,
        }
    }

    /// The class of an outcome; `None` where there are too many to tell it apart.
    fn class(&mut self, outcome: RunOutcome, schedule: &Schedule, max_outcomes: usize) -> Option<&mut Class> {
        let number = self.outcomes.len();
        match self.outcomes.entry(outcome) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(_) if number >= max_outcomes => None,
            Entry::Vacant(new) => {
                Some(new.insert(Class { number, runs: 0, has_finding: false, example: schedule.clone() }))
            }
        }
    }
}
