//! Mutants: the platform's answers with one change each, and whether a scenario notices. What no scenario notices is either no
//! difference to any application, or something that scenarios do not look at.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use kandy_mock_server::Point;

use super::catalogue::first_and_last;
use super::runner::{Subject, on_a_worker};
use super::{ExploreError, Options};
use crate::run::pool::{self, ItemDone, in_order};
use crate::schedule::{Act, Disturbance, MessageFate, MessageKind, Mutation, Schedule};
use crate::script::{Host, Limits, Script, ScriptOutcome, Source, Verdict};
use crate::world::{Changeable, Sim, World};

/// The kinds that make no difference to any application, each with the reason, one a line.
const EQUIVALENT: &str = include_str!("equivalent.txt");
/// The most mutants of one scenario.
const MAX_MUTANTS: usize = 100_000;

/// What is changed, and in which answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MutantKind {
    /// What the answer is to.
    pub point: Point,
    /// Whether its status was a success.
    pub is_success: bool,
    /// The change.
    pub mutation: Mutation,
}

/// The mutants of scenarios.
#[derive(Clone, Debug, Default)]
pub struct Mutants {
    /// How many there were.
    pub made: usize,
    /// How many of them their scenario noticed.
    pub noticed: usize,
    /// How many were not made since the budget was spent.
    pub not_made: usize,
    /// How many were not made since they are more than one scenario can have.
    pub too_many: usize,
    /// The kinds: whether any scenario noticed one, and else one that none has noticed.
    pub kinds: BTreeMap<MutantKind, Notice>,
}

/// Whether mutants of a kind are noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// By a scenario at least.
    Noticed,
    /// No scenario has noticed it. This run shows it: the words of a command that choose its scenario, and what is
    /// changed there.
    Unnoticed(String, Schedule),
}

impl fmt::Display for MutantKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = if self.is_success { "answer" } else { "refusal" };
        write!(f, "{} {answer}: {}", self.point, self.mutation)
    }
}

/// The kinds that make no difference to any application, by their text, each with the reason.
#[must_use]
pub fn equivalents() -> &'static BTreeMap<&'static str, &'static str> {
    static MAP: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
        let lines = EQUIVALENT.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(" | ")).collect()
    });
    &MAP
}

/// How the kinds of mutants stand to the list of those that make no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JudgedMutants<'a> {
    /// How many a scenario notices, as one should.
    pub noticed: usize,
    /// Those in the list, with the reason.
    pub equivalent: Vec<(&'a MutantKind, &'static str)>,
    /// Those that nobody notices, each with one.
    pub unnoticed: Vec<(&'a MutantKind, &'a str, &'a Schedule)>,
    /// Those in the list that a scenario notices.
    pub wrongly_listed: Vec<&'a MutantKind>,
}

impl Mutants {
    /// Whether all were made: only then a scenario that has not noticed one does not.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.not_made == 0 && self.too_many == 0
    }

    /// Holds them against the list.
    #[must_use]
    pub fn judged(&self) -> JudgedMutants<'_> {
        let mut judged = JudgedMutants::default();
        for (kind, notice) in &self.kinds {
            match (notice, equivalents().get(kind.to_string().as_str())) {
                (Notice::Noticed, None) => judged.noticed += 1,
                (Notice::Noticed, Some(_)) => judged.wrongly_listed.push(kind),
                (Notice::Unnoticed(..), Some(reason)) => judged.equivalent.push((kind, reason)),
                (Notice::Unnoticed(scenario, schedule), None) => judged.unnoticed.push((kind, scenario, schedule)),
            }
        }
        judged
    }

    fn count(&mut self, scenario: &str, mutant: &Mutant, is_noticed: bool) {
        self.made += 1;
        self.noticed += usize::from(is_noticed);
        let unnoticed = || Notice::Unnoticed(scenario.to_owned(), mutant.schedule.clone());
        let known = self.kinds.entry(mutant.kind.clone()).or_insert_with(unnoticed);
        if is_noticed {
            *known = Notice::Noticed;
        }
    }
}

struct Mutant {
    kind: MutantKind,
    schedule: Schedule,
}

/// What a snapshot would hold of a run, and whether it passed.
#[derive(PartialEq, Eq)]
struct SnapshotLines {
    has_passed: bool,
    lines: Vec<(Duration, Arc<str>, &'static str, String)>,
}

/// Makes the mutants of a scenario, named `scenario`, and adds them to `mutants`.
///
/// # Errors
///
/// Its undisturbed run does not pass, or nothing can run.
pub fn mutate(
    source: &Source,
    row: Option<&str>,
    options: &Options,
    scenario: &str,
    mutants: &mut Mutants,
) -> Result<(), ExploreError> {
    let limits = &options.limits;
    let explored = on_a_worker(|| {
        let runner = Subject::new(source, row, options).runner()?;
        runner.undisturbed(runner.world(&Schedule::default(), false).with_answers())
    })?;
    let all = mutants_of(&explored.answers);
    let (of_scenario, rest) = all.split_at(all.len().min(MAX_MUTANTS));
    mutants.too_many += rest.len();
    let deadline = pool::clock().checked_add(options.budget);
    let worker = || {
        let host = Host::new();
        let mut ready: Option<(Script, SnapshotLines)> = None;
        move |mutant: &Mutant| {
            if limits.interrupt.is_raised() || deadline.is_some_and(|deadline| pool::clock() >= deadline) {
                return None;
            }
            if ready.is_none() {
                let script = host.compile_within(source, limits).ok()?;
                let original = shown(&host, Schedule::default(), &script, row, limits);
                ready = Some((script, original));
            }
            let (script, original) = ready.as_ref()?;
            Some(shown(&host, mutant.schedule.clone(), script, row, limits) != *original)
        }
    };
    in_order(of_scenario, options.jobs, worker, |mutant, ItemDone { result, .. }| {
        match result {
            Ok(Some(is_noticed)) => mutants.count(scenario, mutant, is_noticed),
            Ok(None) => mutants.not_made += 1,
            // Whoever runs it sees the panic.
            Err(_) => mutants.count(scenario, mutant, true),
        }
        Ok::<(), ExploreError>(())
    })
}

/// The mutants of these answers: of each kind and client the first few answers, and the last.
fn mutants_of(answers: &[Changeable]) -> Vec<Mutant> {
    let chosen = first_and_last(answers, |answer| &answer.moment);
    let of_answer = |Changeable { moment, is_success, mutations }: &Changeable| {
        let point = if let MessageKind::Answer(point) = moment.kind { point } else { Point::Other };
        let (at, is_success) = (moment.clone(), *is_success);
        let of_mutation = move |mutation: &Mutation| {
            let act = Act::Message(MessageFate::Changed(mutation.clone()));
            let schedule = Schedule::from(Disturbance { at: at.clone(), act });
            Mutant { kind: MutantKind { point, is_success, mutation: mutation.clone() }, schedule }
        };
        mutations.iter().map(of_mutation).collect::<Vec<_>>()
    };
    chosen.flat_map(|(answer, _)| of_answer(answer)).collect()
}

fn shown(host: &Host, schedule: Schedule, script: &Script, row: Option<&str>, limits: &Limits) -> SnapshotLines {
    let world = World::Sim(Box::new(Sim::disturbed(schedule, false)));
    let ScriptOutcome { verdict, trace, also, .. } = host.run_row_in(world, script, row, limits);
    let has_passed = verdict == Verdict::Passed && also.told.is_empty();
    SnapshotLines { has_passed, lines: trace.undisturbed_lines() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(point: Point, mutation: &str) -> Mutant {
        let text = format!("{point} answer 1: {mutation}");
        let schedule: Schedule = text.parse().unwrap();
        let Act::Message(MessageFate::Changed(mutation)) = schedule.disturbances()[0].act.clone() else {
            panic!("{text}")
        };
        Mutant { kind: MutantKind { point, is_success: true, mutation }, schedule }
    }

    #[test]
    fn kinds_are_held_against_the_list() {
        let mut mutants = Mutants::default();
        let (read, unread) =
            (mutant(Point::Unsubscribe, "emptied"), mutant(Point::Unsubscribe, "null subscribeResponse"));
        let (token, expires) = (mutant(Point::MkToken, "null success"), mutant(Point::MkToken, "null success.expires"));
        for (mutant, is_noticed) in
            [(&read, false), (&read, true), (&read, false), (&unread, false), (&token, true), (&expires, false)]
        {
            mutants.count("one.rhai", mutant, is_noticed);
        }
        assert_eq!((mutants.made, mutants.noticed, mutants.kinds.len()), (6, 2, 4));
        let judged = mutants.judged();
        assert_eq!(judged.noticed, 1);
        assert_eq!(judged.wrongly_listed, [&read.kind]);
        assert_eq!(judged.equivalent.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [&unread.kind]);
        assert_eq!(judged.unnoticed, [(&expires.kind, "one.rhai", &expires.schedule)]);
    }

    #[test]
    fn every_line_of_the_list_is_a_kind_with_a_reason() {
        let lines = EQUIVALENT.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert_eq!(lines.count(), equivalents().len());
        for (kind, reason) in equivalents() {
            let (answer, change) = kind.split_once(": ").unwrap();
            let point = answer.strip_suffix(" answer").or_else(|| answer.strip_suffix(" refusal")).unwrap();
            assert!(
                point.parse::<Point>().is_ok() && format!("{point} answer 1: {change}").parse::<Schedule>().is_ok()
            );
            assert!(reason.split_whitespace().count() > 5, "{kind}: {reason}");
        }
    }
}
