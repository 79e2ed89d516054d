//! All runs of one scenario, and what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use super::catalogue::{disturbances, family, moments};
use super::{Ended, Explored, Finding, FindingKind, Outcome};
use crate::diagnostic::Diagnostic;
use crate::run::pool::{self, Done, NoThread, in_order};
use crate::schedule::{Disturbance, Schedule};
use crate::script::{Host, Limits, Script, Source};
use crate::world::{Seen, Sim};

/// The time for one scenario, if nothing else is said.
pub const BUDGET: Duration = Duration::from_secs(60);
/// The most runs of one exploration.
pub const MAX_RUNS: usize = 1_000_000;
/// How many runs a worker takes at once.
const CHUNK: usize = 8;
/// The most outcomes that are told apart; later ones count as others.
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
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Exploration {
    /// How many messages the undisturbed run had.
    pub messages: usize,
    /// How many runs there were, and how many were not made since the budget was spent.
    pub runs: usize,
    /// How many runs were not made.
    pub not_run: usize,
    /// How many had a finding.
    pub with_finding: usize,
    /// Each finding, with the schedules that bring it: those of one disturbance first.
    pub findings: BTreeMap<Finding, Vec<Schedule>>,
    /// The outcomes that there were, up to [`MAX_OUTCOMES`].
    pub outcomes: BTreeSet<Outcome>,
    /// What is to hold sometimes, and held in no run.
    pub never: BTreeSet<String>,
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
    #[error("it skips itself, so that there is nothing to disturb")]
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

/// A run that is told: its schedule, what was wrong, and how it ended.
struct Ran {
    schedule: Schedule,
    findings: BTreeSet<Finding>,
    outcome: Outcome,
    sometimes: Vec<(String, bool)>,
    /// The moments after its first disturbance, for the second.
    seen: Vec<Seen>,
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
    let explorer = Explorer { source, row, options, begun, deadline: begun.checked_add(options.budget) };
    let undisturbed = explorer.undisturbed()?;
    let known: BTreeSet<Finding> = undisturbed.findings.clone();
    let never = undisturbed.sometimes.iter().filter(|(_, held)| !held).map(|(name, _)| name.clone()).collect();
    let mut found = Exploration { messages: undisturbed.seen.len(), never, ..Exploration::default() };
    let singles: Vec<Schedule> = explorer.next_to(&Schedule::default(), &undisturbed.seen);
    let second = explorer.all(&singles, &known, &mut found, progress)?;
    if options.pairs {
        explorer.all(&second, &known, &mut found, progress)?;
    }
    for name in &found.never {
        found.findings.entry(FindingKind::Never(name.clone()).of_none()).or_default().push(Schedule::default());
    }
    found.took = begun.elapsed();
    Ok(found)
}

/// One run of a scenario, with this going wrong.
///
/// # Errors
///
/// The script is broken, or does not want to run.
pub fn replay(
    source: &Source,
    row: Option<&str>,
    schedule: &Schedule,
    limits: &Limits,
) -> Result<Explored, ExploreError> {
    on_a_worker(|| {
        let host = Host::new();
        let script = host.compile_within(source, limits).map_err(|error| ExploreError::Script(Box::new(error)))?;
        let explored = host.explore(Sim::disturbed(schedule.clone(), false), &script, row, limits);
        match explored.ended {
            _ if limits.interrupt.is_raised() => Err(ExploreError::Interrupted),
            Ended::Skipped => Err(ExploreError::Skipped),
            _ => Ok(explored),
        }
    })
}

/// Does one thing on a thread with room for scripts.
fn on_a_worker(work: impl Fn() -> Result<Explored, ExploreError> + Sync) -> Result<Explored, ExploreError> {
    let mut done = None;
    in_order(
        &[()],
        NonZeroUsize::MIN,
        || |(): &()| work(),
        |(), Done { result, .. }| {
            done = Some(result.map_err(|panicked| ExploreError::Panic(panicked.message))?);
            Ok::<(), ExploreError>(())
        },
    )?;
    done.unwrap_or(Err(ExploreError::Interrupted))
}

struct Explorer<'a> {
    source: &'a Source,
    row: Option<&'a str>,
    options: &'a Options,
    begun: Instant,
    deadline: Option<Instant>,
}

/// What a worker has: an engine, and the script as that engine has compiled it.
struct Worker {
    host: Host,
    script: Option<Script>,
}

impl Explorer<'_> {
    fn undisturbed(&self) -> Result<Explored, ExploreError> {
        on_a_worker(|| self.first_run())
    }

    fn first_run(&self) -> Result<Explored, ExploreError> {
        let host = Host::new();
        let limits = &self.options.limits;
        let script = host.compile_within(self.source, limits).map_err(|error| ExploreError::Script(Box::new(error)))?;
        let explored = host.explore(Sim::disturbed(Schedule::default(), true), &script, self.row, limits);
        match (explored.ended, explored.failure) {
            _ if limits.interrupt.is_raised() => Err(ExploreError::Interrupted),
            (Ended::Skipped, _) => Err(ExploreError::Skipped),
            (Ended::Failed(_), Some(failure)) => Err(ExploreError::Undisturbed(Box::new(failure))),
            (_, failure) => Ok(Explored { failure, ..explored }),
        }
    }

    /// A schedule and each thing more that can go wrong at these moments.
    fn next_to(&self, schedule: &Schedule, seen: &[Seen]) -> Vec<Schedule> {
        let wanted = |disturbance: &Disturbance| !self.options.without.contains(family(&disturbance.act));
        let more = moments(seen).flat_map(disturbances).filter(wanted);
        let joined = more.filter_map(|disturbance| {
            let mut joined = schedule.clone();
            joined.push(disturbance).ok().map(|()| joined)
        });
        joined.take(MAX_RUNS).collect()
    }

    /// Runs all of these, and gives what can go wrong besides.
    fn all(
        &self,
        schedules: &[Schedule],
        known: &BTreeSet<Finding>,
        found: &mut Exploration,
        progress: &mut dyn FnMut(usize, usize, Duration),
    ) -> Result<Vec<Schedule>, ExploreError> {
        let mut second = Vec::new();
        let all = found.runs + schedules.len();
        let mut rest = schedules.to_vec();
        // Which of a chunk has panicked shows when each of them runs alone.
        for size in [CHUNK, 1] {
            let chunks: Vec<&[Schedule]> = rest.chunks(size).collect();
            let mut again = Vec::new();
            let worker = || {
                let mut worker = Worker { host: Host::new(), script: None };
                move |chunk: &&[Schedule]| self.chunk(&mut worker, chunk)
            };
            in_order(&chunks, self.options.jobs, worker, |chunk, Done { result, .. }| {
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
                        second.extend(self.next_to(&ran.schedule, &ran.seen));
                    }
                    found.count(ran, known);
                }
                progress(found.runs, all, self.begun.elapsed());
                Ok::<(), ExploreError>(())
            })?;
            rest = again;
        }
        second.truncate(MAX_RUNS);
        Ok(second)
    }

    /// Runs these one after the other; gives what came of them, and how many were not run.
    fn chunk(&self, worker: &mut Worker, chunk: &[Schedule]) -> (Vec<Ran>, usize) {
        let limits = &self.options.limits;
        let Worker { host, script } = worker;
        let mut ran = Vec::with_capacity(chunk.len());
        if script.is_none() {
            // It was compiled before, for the undisturbed run.
            *script = host.compile_within(self.source, limits).ok();
        }
        let Some(script) = script else { return (ran, chunk.len()) };
        for schedule in chunk {
            let is_over = self.deadline.is_some_and(|deadline| pool::clock() >= deadline);
            if is_over || limits.interrupt.is_raised() {
                break;
            }
            ran.push(self.one(host, script, schedule));
        }
        let not_run = chunk.len() - ran.len();
        (ran, not_run)
    }

    fn one(&self, host: &Host, script: &Script, schedule: &Schedule) -> Ran {
        let wants_more = self.options.pairs && schedule.disturbances().len() == 1;
        let mut explored =
            host.explore(Sim::disturbed(schedule.clone(), wants_more), script, self.row, &self.options.limits);
        if self.options.judge_checks
            && let Ended::Failed(cause) = explored.ended
        {
            explored.findings.insert(FindingKind::Check(cause).of_none());
        }
        let outcome = Outcome::of(&explored);
        Ran {
            schedule: schedule.clone(),
            findings: explored.findings,
            outcome,
            sometimes: explored.sometimes,
            seen: explored.seen,
        }
    }
}

fn panicked(schedule: &Schedule) -> Ran {
    let findings = BTreeSet::from([FindingKind::Panic.of_none()]);
    Ran { schedule: schedule.clone(), findings, outcome: Outcome::default(), sometimes: Vec::new(), seen: Vec::new() }
}

impl Exploration {
    /// Counts a run. What is `known` of the undisturbed one is no finding.
    fn count(&mut self, Ran { schedule, findings, outcome, sometimes, .. }: Ran, known: &BTreeSet<Finding>) {
        self.runs += 1;
        let held = sometimes.iter().filter(|(_, has_held)| *has_held);
        held.for_each(|(name, _)| self.never.retain(|never| never != name));
        let findings: Vec<_> = findings.difference(known).cloned().collect();
        self.with_finding += usize::from(!findings.is_empty());
        for finding in findings {
            self.add(finding, &schedule);
        }
        if self.outcomes.len() < MAX_OUTCOMES {
            self.outcomes.insert(outcome);
        }
    }

    /// A pair is told only where neither half alone brings the finding.
    fn add(&mut self, finding: Finding, schedule: &Schedule) {
        let told = self.findings.entry(finding).or_default();
        let disturbances = schedule.disturbances();
        let is_known =
            disturbances.len() > 1 && disturbances.iter().any(|half| told.contains(&Schedule::from(half.clone())));
        if !is_known {
            told.push(schedule.clone());
        }
    }
}
