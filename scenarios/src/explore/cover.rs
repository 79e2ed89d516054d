//! Which transitions scenarios have, and which more their explorations reach.

use std::collections::BTreeSet;

use super::Observed;
use crate::coverage::{ClientState, Transition};
use crate::schedule::Schedule;

/// The transitions of one scenario and of its exploration.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Those of the undisturbed script.
    pub by_script: BTreeSet<Transition>,
    /// The runs that had transitions which no run before them had, each with all of its transitions.
    pub runs: Vec<(Schedule, BTreeSet<Transition>)>,
    reached: BTreeSet<Transition>,
    is_noted: bool,
}

impl Coverage {
    /// The transitions of the undisturbed run. Those after its script are reached, and not the scenario's own.
    pub(super) fn of_undisturbed(observed: Observed) -> Self {
        let (by_script, runs) = (observed.by_script.clone(), Vec::new());
        let mut coverage = Self { by_script, runs, reached: observed.by_script, is_noted: true };
        coverage.add(&Schedule::default(), observed.all);
        coverage
    }

    /// Whether transitions were noted at all.
    #[must_use]
    pub const fn is_noted(&self) -> bool {
        self.is_noted
    }

    /// Those that exploration adds to those of the script.
    #[must_use]
    pub fn added(&self) -> BTreeSet<Transition> {
        self.reached.difference(&self.by_script).copied().collect()
    }

    pub(super) fn add(&mut self, schedule: &Schedule, transitions: BTreeSet<Transition>) {
        if !transitions.is_subset(&self.reached) {
            self.reached.extend(&transitions);
            self.runs.push((schedule.clone(), transitions));
        }
    }
}

/// The transitions of all scenarios and of their explorations.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// Those of undisturbed scripts.
    pub by_scenarios: BTreeSet<Transition>,
    /// Those that exploration reaches, also where a scenario has them.
    pub by_exploration: BTreeSet<Transition>,
    ways: Vec<ReachingRun>,
}

/// A run that reaches transitions which no scenario has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachingRun {
    /// The words of a command that choose the scenario.
    pub scenario: String,
    /// What goes wrong in it.
    pub schedule: Schedule,
    /// The transitions.
    pub transitions: BTreeSet<Transition>,
}

impl Reached {
    /// These alone, without a way to them.
    #[must_use]
    pub const fn of(by_scenarios: BTreeSet<Transition>, by_exploration: BTreeSet<Transition>) -> Self {
        Self { by_scenarios, by_exploration, ways: Vec::new() }
    }

    /// The exploration of a scenario.
    pub fn add(&mut self, scenario: &str, coverage: &Coverage) {
        self.by_scenarios.extend(&coverage.by_script);
        for (schedule, transitions) in &coverage.runs {
            if !transitions.is_subset(&self.by_exploration) {
                self.by_exploration.extend(transitions);
                let (schedule, transitions) = (schedule.clone(), transitions.clone());
                self.ways.push(ReachingRun { scenario: scenario.to_owned(), schedule, transitions });
            }
        }
    }

    /// The transitions that exploration reaches and no scenario has.
    #[must_use]
    pub fn new_ones(&self) -> BTreeSet<Transition> {
        self.by_exploration.difference(&self.by_scenarios).copied().collect()
    }

    /// Few runs that reach all of them: first the one that reaches most, then each that reaches most of the rest, with
    /// those that no run before it reaches.
    #[must_use]
    pub fn ways(&self) -> Vec<ReachingRun> {
        let mut rest = self.ways.clone();
        let mut covered = self.by_scenarios.clone();
        let mut chosen = Vec::new();
        loop {
            for way in &mut rest {
                way.transitions.retain(|transition| !covered.contains(transition));
            }
            rest.retain(|way| !way.transitions.is_empty());
            // Of several the first, which is of the scenario that comes first.
            let Some(best) = rest.iter().rev().max_by_key(|way| way.transitions.len()) else { return chosen };
            covered = best.transitions.clone();
            chosen.push(best.clone());
        }
    }
}

/// The states of transitions.
#[must_use]
pub fn states(transitions: &BTreeSet<Transition>) -> BTreeSet<ClientState> {
    transitions.iter().flat_map(|transition| [transition.from, transition.to]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transitions(texts: &[&str]) -> BTreeSet<Transition> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    const A: &str = "idle | connect() | connecting";
    const B: &str = "connecting | disconnect() | idle";
    const C: &str = "connecting | destroy() | destroyed";
    const D: &str = "idle | destroy() | destroyed";

    #[test]
    fn few_runs_reach_what_no_scenario_has() {
        let observed = Observed { by_script: transitions(&[A]), all: transitions(&[A]), ..Observed::default() };
        let mut coverage = Coverage::of_undisturbed(observed);
        for (schedule, texts) in [("open 1: lost", &[A, B][..]), ("open 1: cut", &[A, B]), ("open 1: gone", &[B, C, D])]
        {
            coverage.add(&schedule.parse().unwrap(), transitions(texts));
        }
        assert_eq!(coverage.runs.len(), 2, "the second has nothing new");
        let mut reached = Reached::default();
        reached.add("one.rhai", &coverage);
        reached.add("two.rhai", &coverage);
        assert_eq!(reached.new_ones(), transitions(&[B, C, D]));
        let ways = reached.ways();
        let [way] = &ways[..] else { panic!("{ways:?}") };
        assert_eq!((way.scenario.as_str(), way.schedule.to_string().as_str()), ("one.rhai", "open 1: gone"));
        assert_eq!(way.transitions, transitions(&[B, C, D]));
        assert_eq!(states(&transitions(&[A, C])).len(), 3);
    }
}
