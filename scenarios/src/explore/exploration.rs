//! All runs of one scenario, and what came of them.

mod told;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

pub use self::told::{Class, MAX_PAIRS, ToldRun};
use super::catalogue::{Worth, disturbances, family, moments};
use super::runner::{Runner, Subject, on_a_worker};
use super::shrink::shrink;
use super::{Coverage, Explored, Finding, FindingKind, Observed, RunOutcome};
use crate::diagnostic::Diagnostic;
use crate::run::pool::{self, ItemDone, NoThread, in_order};
use crate::schedule::{Act, Moment, Schedule};
use crate::script::{Limits, Source};
use crate::world::{Seen, Unmet};

/// The time for one scenario, if nothing else is said.
pub const BUDGET: Duration = Duration::from_secs(60);
/// The most runs of one exploration. What is more is told.
pub const MAX_RUNS: usize = 1_000_000;
/// How many runs a worker takes at once.
const CHUNK: usize = 8;
/// The most outcomes that are told apart. How many runs ended in others is told.
pub const MAX_OUTCOMES: usize = 10_000;

/// How to explore.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many runs at once.
    pub jobs: NonZeroUsize,
    /// What a script may use.
    pub limits: Limits,
    /// The time for each scenario; what is not run then is told.
    pub budget: Duration,
    /// Whether every failed wait and check is a finding.
    pub judge_checks: bool,
    /// Whether to let two things go wrong, too.
    pub pairs: bool,
    /// The families of acts to leave out.
    pub without: BTreeSet<String>,
    /// Whether to note the transitions of the clients.
    pub observe: bool,
}

/// By one thread, each thing alone, and all of it.
impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: NonZeroUsize::MIN,
            limits: Limits::default(),
            budget: BUDGET,
            judge_checks: false,
            pairs: false,
            without: BTreeSet::new(),
            observe: false,
        }
    }
}

impl Options {
    /// Whether an act is of no family that is left out.
    pub(super) fn wants(&self, act: &Act) -> bool {
        !self.without.contains(family(act))
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Exploration {
    /// How many messages the undisturbed run had.
    pub messages: usize,
    /// How many runs there were, but for those that made a schedule smaller.
    pub runs: usize,
    /// How many were not made since the budget was spent or a signal came.
    pub not_run: usize,
    /// How many were not made since they are more than [`MAX_RUNS`].
    pub too_many: usize,
    /// In how many runs nothing went wrong, since the script took another way once it knew that something would.
    pub missed: usize,
    /// How many had a finding.
    pub with_finding: usize,
    /// Each finding, with the schedules that bring it: each of one disturbance in the order of the runs, then the smallest
    /// ones of more.
    pub findings: BTreeMap<Finding, Vec<Schedule>>,
    /// The outcomes that there were, up to [`MAX_OUTCOMES`].
    pub outcomes: BTreeMap<RunOutcome, Class>,
    /// How many runs ended in others.
    pub in_other_outcomes: usize,
    /// That of the undisturbed run, which is not counted.
    pub undisturbed: RunOutcome,
    /// The moments that were disturbed, in the order in which they came.
    pub moments: Vec<Moment>,
    /// The runs with one disturbance.
    pub singles: Vec<ToldRun>,
    /// Those with two that are the smallest to bring a finding, or the first with an outcome; up to [`MAX_PAIRS`].
    pub pairs: Vec<ToldRun>,
    /// How many more of these there were.
    pub more_pairs: usize,
    /// What the script itself lets go wrong, if it does not happen without another disturbance.
    pub unmet: Vec<Unmet>,
    /// The `sometimes` properties, and whether each held in a run.
    pub sometimes: BTreeMap<String, bool>,
    /// The transitions of the clients, if they are noted.
    pub coverage: Coverage,
    /// How long it took.
    pub took: Duration,
}

/// Why a scenario cannot be explored.
#[derive(Debug, thiserror::Error)]
pub enum ExploreError {
    /// The script is broken.
    #[error("{0}")]
    Script(Box<Diagnostic>),
    /// It fails although nothing was disturbed.
    #[error("it fails although nothing was disturbed: {0}")]
    Undisturbed(Box<Diagnostic>),
    /// It does not want to run.
    #[error("it skips itself, so there is nothing to disturb")]
    Skipped,
    /// No thread can be started.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// The harness panicked.
    #[error("internal error: {0}")]
    Panic(String),
    /// A signal ended it.
    #[error("interrupted")]
    Interrupted,
}

/// A run that is told: its schedule, what was wrong, and how it ended. No transcript of a run is kept, since a replay makes
/// it again, so transcripts need no limit here.
struct FinishedRun {
    schedule: Schedule,
    /// Each with the smallest schedule that brings it, if a part of this one does not bring it alone.
    findings: BTreeMap<Finding, Option<Schedule>>,
    outcome: RunOutcome,
    sometimes: Vec<(String, bool)>,
    /// Whether something of its schedule did not come.
    is_missed: bool,
    /// The moments after its first disturbance that are worth a second one.
    seen: Vec<Seen>,
    /// The transitions of the clients, if they are noted.
    observed: Option<Observed>,
}

/// What is known before runs are made.
#[derive(Clone, Copy)]
struct KnownFindings<'a> {
    /// What the undisturbed run has, which is not a finding of any other.
    undisturbed: &'a BTreeSet<Finding>,
    /// What one thing brings, where two are tried.
    alone: &'a BTreeMap<Finding, Vec<Schedule>>,
}

/// Explores a scenario. `progress` hears of how many runs were made of how many, and in which time.
///
/// # Errors
///
/// Its undisturbed run does not pass, or nothing can run.
pub fn explore(
    source: &Source,
    row: Option<&str>,
    options: &Options,
    progress: &mut dyn FnMut(usize, usize, Duration),
) -> Result<Exploration, ExploreError> {
    let begun = pool::clock();
    let deadline = begun.checked_add(options.budget);
    let explorer = Explorer { source, row, options, begun, deadline, max_runs: MAX_RUNS, max_outcomes: MAX_OUTCOMES };
    explorer.explore(progress)
}

struct Explorer<'a> {
    source: &'a Source,
    row: Option<&'a str>,
    options: &'a Options,
    begun: Instant,
    deadline: Option<Instant>,
    max_runs: usize,
    max_outcomes: usize,
}

impl Explorer<'_> {
    fn explore(&self, progress: &mut dyn FnMut(usize, usize, Duration)) -> Result<Exploration, ExploreError> {
        let mut undisturbed = self.undisturbed()?;
        let mut found = Exploration {
            messages: undisturbed.seen.len(),
            undisturbed: RunOutcome::of(&undisturbed),
            unmet: mem::take(&mut undisturbed.unmet),
            moments: moments(&undisturbed.seen).map(|worth| worth.seen.moment.clone()).collect(),
            sometimes: undisturbed.sometimes.iter().cloned().collect(),
            coverage: undisturbed.observed.take().map(Coverage::of_undisturbed).unwrap_or_default(),
            ..Exploration::default()
        };
        let mut singles = Vec::new();
        self.add_next_to(&Schedule::default(), &undisturbed.seen, &mut singles, &mut found);
        let known = KnownFindings { undisturbed: &undisturbed.findings, alone: &BTreeMap::new() };
        let second = self.all(&singles, known, &mut found, progress)?;
        if self.options.pairs {
            let alone = found.findings.clone();
            self.all(&second, KnownFindings { alone: &alone, ..known }, &mut found, progress)?;
        }
        // In a run that was not made it may hold.
        let may_hold = found.not_run > 0 || found.too_many > 0;
        for (name, _) in found.sometimes.iter().filter(|(_, held)| !**held && !may_hold) {
            found.findings.entry(FindingKind::Never(name.clone()).of_none()).or_default().push(Schedule::default());
        }
        found.took = self.begun.elapsed();
        Ok(found)
    }

    fn undisturbed(&self) -> Result<Explored, ExploreError> {
        on_a_worker(|| {
            let runner = Subject::new(self.source, self.row, self.options).runner()?;
            runner.undisturbed(runner.world(&Schedule::default(), true))
        })
    }

    /// Adds a schedule with each thing more that can go wrong at these moments, as long as all can be run.
    fn add_next_to(&self, schedule: &Schedule, seen: &[Seen], to: &mut Vec<Schedule>, found: &mut Exploration) {
        let is_after = |worth: &Worth<'_>| schedule.disturbances().iter().all(|first| first.at != worth.seen.moment);
        let more = moments(seen).filter(is_after).flat_map(disturbances);
        for disturbance in more.filter(|disturbance| self.options.wants(&disturbance.act)) {
            let mut joined = schedule.clone();
            if to.len() >= self.max_runs {
                found.too_many += 1;
            } else if joined.push(disturbance).is_ok() {
                to.push(joined);
            }
        }
    }

    /// Runs all of these, and gives what can go wrong besides.
    fn all(
        &self,
        schedules: &[Schedule],
        known: KnownFindings<'_>,
        found: &mut Exploration,
        progress: &mut dyn FnMut(usize, usize, Duration),
    ) -> Result<Vec<Schedule>, ExploreError> {
        let mut second = Vec::new();
        let (schedules, rest) = schedules.split_at(schedules.len().min(self.max_runs - found.runs));
        found.too_many += rest.len();
        let all = found.runs + schedules.len();
        let mut rest = Cow::Borrowed(schedules);
        // Which of a chunk has panicked shows when each of them runs alone.
        for size in [CHUNK, 1] {
            let chunks: Vec<&[Schedule]> = rest.chunks(size).collect();
            let mut again = Vec::new();
            let worker = || {
                // It was compiled before, for the undisturbed run.
                let runner = Subject::new(self.source, self.row, self.options).runner().ok();
                move |chunk: &&[Schedule]| {
                    runner.as_ref().map_or((Vec::new(), chunk.len()), |runner| self.chunk(runner, known, chunk))
                }
            };
            in_order(&chunks, self.options.jobs, worker, |chunk, ItemDone { result, .. }| {
                let (ran, not_run) = match result {
                    Ok(done) => done,
                    Err(_) if size > 1 => {
                        again.extend_from_slice(chunk);
                        (Vec::new(), 0)
                    }
                    Err(_) => (chunk.iter().map(panicked).collect(), 0),
                };
                found.not_run += not_run;
                for ran in ran {
                    if self.options.pairs && ran.schedule.disturbances().len() == 1 {
                        self.add_next_to(&ran.schedule, &ran.seen, &mut second, found);
                    }
                    found.count(ran, self.max_outcomes);
                }
                progress(found.runs, all, self.begun.elapsed());
                Ok::<(), ExploreError>(())
            })?;
            rest = Cow::Owned(again);
        }
        Ok(second)
    }

    /// Runs these one after the other; gives what came of them, and how many were not run.
    fn chunk(&self, runner: &Runner<'_>, known: KnownFindings<'_>, chunk: &[Schedule]) -> (Vec<FinishedRun>, usize) {
        let mut ran = Vec::with_capacity(chunk.len());
        for schedule in chunk {
            let is_over = self.deadline.is_some_and(|deadline| pool::clock() >= deadline);
            if is_over || self.options.limits.interrupt.is_raised() {
                break;
            }
            let one = self.one(runner, known, schedule);
            if self.options.limits.interrupt.is_raised() {
                // How it would have ended is not known.
                break;
            }
            ran.push(one);
        }
        let not_run = chunk.len() - ran.len();
        (ran, not_run)
    }

    fn one(&self, runner: &Runner<'_>, known: KnownFindings<'_>, schedule: &Schedule) -> FinishedRun {
        let is_single = schedule.disturbances().len() == 1;
        let explored = runner.run(schedule, self.options.pairs && is_single);
        let new = explored.findings.difference(known.undisturbed);
        let told = new.map(|finding| {
            let by = if is_single { Some(schedule.clone()) } else { self.smallest(runner, known, schedule, finding) };
            (finding.clone(), by)
        });
        FinishedRun {
            schedule: schedule.clone(),
            findings: told.collect(),
            outcome: RunOutcome::of(&explored),
            sometimes: explored.sometimes,
            is_missed: explored.unmet.iter().any(|unmet| unmet.by_script.is_none() && !unmet.has_come),
            seen: moments(&explored.seen).map(|worth| worth.seen.clone()).collect(),
            observed: explored.observed,
        }
    }

    /// The smallest schedule for what these bring together, if none of them does so alone.
    fn smallest(
        &self,
        runner: &Runner<'_>,
        known: KnownFindings<'_>,
        schedule: &Schedule,
        finding: &Finding,
    ) -> Option<Schedule> {
        if known.is_by_one_of(schedule, finding) {
            return None;
        }
        let mut bring = |schedule: &Schedule| {
            let explored = runner.run(schedule, true);
            explored.findings.contains(finding).then_some(explored.seen)
        };
        shrink(schedule, &|act| self.options.wants(act), &mut bring).or_else(|| Some(schedule.clone()))
    }
}

fn panicked(schedule: &Schedule) -> FinishedRun {
    let findings = BTreeMap::from([(FindingKind::Panic.of_none(), Some(schedule.clone()))]);
    let (schedule, outcome) = (schedule.clone(), RunOutcome::default());
    FinishedRun {
        schedule,
        findings,
        outcome,
        sometimes: Vec::new(),
        is_missed: false,
        seen: Vec::new(),
        observed: None,
    }
}

impl KnownFindings<'_> {
    /// Whether one part of a schedule brings this alone.
    fn is_by_one_of(&self, schedule: &Schedule, finding: &Finding) -> bool {
        let Some(alone) = self.alone.get(finding) else { return false };
        schedule.disturbances().iter().any(|one| alone.contains(&Schedule::from(one.clone())))
    }
}

impl Exploration {
    /// Whether all was run and all outcomes are told: only then is something that was not found gone.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.not_run == 0 && self.too_many == 0 && self.in_other_outcomes == 0
    }

    fn count(&mut self, ran: FinishedRun, max_outcomes: usize) {
        let FinishedRun { schedule, findings, outcome, sometimes, is_missed, observed, .. } = ran;
        self.runs += 1;
        self.missed += usize::from(is_missed);
        if let Some(observed) = observed {
            self.coverage.add(&schedule, observed.all);
        }
        for (name, has_held) in sometimes {
            *self.sometimes.entry(name).or_default() |= has_held;
        }
        let has_finding = !findings.is_empty();
        self.with_finding += usize::from(has_finding);
        let is_single = schedule.disturbances().len() == 1;
        let mut is_smallest = false;
        for (finding, by) in findings {
            is_smallest |= by.as_ref() == Some(&schedule);
            let told = self.findings.entry(finding).or_default();
            // Several pairs come down to the same, or even to one thing alone.
            told.extend(by.filter(|by| is_single || !told.contains(by)));
        }
        self.tell(schedule, outcome, has_finding, is_smallest, max_outcomes);
    }
}

#[cfg(test)]
mod tests;
