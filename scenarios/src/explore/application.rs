//! Exploration of an application: its own test suite as a command, run again and again beside a platform at which one thing goes
//! wrong.

mod catalogue;
mod judge;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kandy_mock_server::ClockKind;
use tokio::task::JoinSet;

pub(crate) use self::verdict::{JudgedCommand, judged};
use super::{Exploration, Finding, ToldRun};
use crate::interrupt::Interrupt;
use crate::run::{Shard, pool};
use crate::schedule::{Disturbance, Schedule};
use crate::serve::apart::{Apart, CommandEnd, CommandRun};
use crate::serve::server::ServeError;

/// The time for a command, if nothing else is said.
pub(crate) const BUDGET: Duration = Duration::from_secs(600);
/// A run may take this many times as long as the undisturbed one, and this much longer.
const TIMES: u32 = 3;
const LONGER: Duration = Duration::from_secs(10);
/// The most runs of one exploration. What is more is told.
const MAX_RUNS: usize = 100_000;

/// How to explore.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// How many runs at once.
    pub(crate) jobs: NonZeroUsize,
    /// The time for all of it.
    pub(crate) budget: Duration,
    /// The families of acts to leave out.
    pub(crate) without: BTreeSet<String>,
    /// The part that is this one's.
    pub(crate) shard: Option<Shard>,
    /// Ends it.
    pub(crate) interrupt: Interrupt,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct CommandExploration {
    /// The runs and the findings, without those of the runs below.
    pub(crate) exploration: Exploration,
    /// How many disturbances are of families that are left out.
    pub(crate) left_out: usize,
    /// How many are of other shards.
    pub(crate) elsewhere: usize,
    /// What did not happen, since its moment did not come.
    pub(crate) not_reached: Vec<Schedule>,
    /// What ended in one way and then in another.
    pub(crate) flaky: Vec<FlakyRuns>,
}

/// Two runs of one schedule that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlakyRuns {
    pub(crate) schedule: Schedule,
    /// What was found in each.
    pub(crate) outcomes: [BTreeSet<Finding>; 2],
}

/// Why an application cannot be explored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApplicationError {
    /// It cannot be run.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// It fails although nothing was disturbed.
    #[error("it fails although nothing goes wrong (exit code {exit})")]
    Undisturbed {
        /// Its exit code.
        exit: u8,
        /// What it has written.
        output: String,
    },
    /// It has not ended.
    #[error("it has not ended within the budget of {} s", budget.as_secs_f64())]
    NoEnd {
        /// The time that there was.
        budget: Duration,
        /// What it has written.
        output: String,
    },
    /// It has asked the platform for nothing.
    #[error("the command passes, but the platform has seen nothing of it")]
    Unseen,
    /// A signal ended it.
    #[error("interrupted")]
    Interrupted,
}

/// Explores an application. `progress` hears of how many runs were made of how many, and in which time.
///
/// # Errors
///
/// Its undisturbed run does not pass or is not seen at the platform, or it cannot be run.
pub(crate) async fn explore(
    apart: Arc<Apart>,
    options: &Options,
    progress: &mut dyn FnMut(usize, usize, Duration),
) -> Result<CommandExploration, ApplicationError> {
    let begun = pool::clock();
    let undisturbed = undisturbed(&apart, options).await?;
    let mut found = CommandExploration::default();
    found.exploration.messages = undisturbed.moments.len();
    let mut all = catalogue::schedules(&undisturbed.moments, apart.clock == ClockKind::Manual);
    let count = all.len();
    all.retain(|one| options.wants(one));
    found.left_out = count - all.len();
    let count = all.len();
    all.retain(|one| options.shard.is_none_or(|shard| shard.has(&one.to_string())));
    found.elsewhere = count - all.len();
    found.exploration.too_many = all.len().saturating_sub(MAX_RUNS);
    all.truncate(MAX_RUNS);
    found.exploration.moments = moments_of(&all);
    let mut explorer = CommandExplorer::new(apart, undisturbed, options.interrupt.clone(), all);
    let deadline = begun.checked_add(options.budget);
    explorer.run(options.jobs, deadline, &mut |done, of| progress(done, of, begun.elapsed())).await?;
    explorer.tell(&mut found);
    found.exploration.took = begun.elapsed();
    Ok(found)
}

/// One run that was wanted.
#[derive(Debug)]
pub(crate) struct Replayed {
    pub(crate) ran: CommandRun,
    pub(crate) findings: BTreeSet<Finding>,
    /// The smallest part of its schedule that brings the same, if it has several.
    pub(crate) smallest: Option<Schedule>,
}

/// Runs a command once with what should go wrong, after an undisturbed run; and, if something is found and several things went
/// wrong, without each of them, as long as the same is found.
///
/// # Errors
///
/// As [`explore`].
pub(crate) async fn replay(
    apart: &Apart,
    schedule: &Schedule,
    options: &Options,
) -> Result<Replayed, ApplicationError> {
    let undisturbed = undisturbed(apart, options).await?;
    let limit = limit_of(&undisturbed);
    let run = async |schedule: &Schedule| {
        let ran = apart.run(schedule, limit, &options.interrupt).await?;
        let findings = judge::findings(&ran, &undisturbed);
        if ran.end == CommandEnd::Interrupted { Err(ApplicationError::Interrupted) } else { Ok((ran, findings)) }
    };
    let (ran, findings) = run(schedule).await?;
    let mut smallest = schedule.clone();
    let mut at = 0;
    // Each turn leaves one out, or goes on to the next.
    while !findings.is_empty() && smallest.disturbances().len() > 1 && at < smallest.disturbances().len() {
        let mut fewer = smallest.disturbances().to_vec();
        fewer.remove(at);
        let fewer = fewer.into_iter().fold(Schedule::default(), |mut all, one| {
            all.push(one).expect("it has fewer than one that fits");
            all
        });
        match run(&fewer).await?.1 == findings {
            true => (smallest, at) = (fewer, 0),
            false => at += 1,
        }
    }
    let smallest = (!findings.is_empty()).then_some(smallest);
    Ok(Replayed { ran, findings, smallest })
}

async fn undisturbed(apart: &Apart, options: &Options) -> Result<CommandRun, ApplicationError> {
    let ran = apart.run(&Schedule::default(), options.budget, &options.interrupt).await?;
    match ran.end {
        CommandEnd::Interrupted => Err(ApplicationError::Interrupted),
        CommandEnd::Hang => Err(ApplicationError::NoEnd { budget: options.budget, output: ran.output }),
        CommandEnd::Exit(0) if ran.moments.is_empty() => Err(ApplicationError::Unseen),
        CommandEnd::Exit(0) => Ok(ran),
        CommandEnd::Exit(exit) => Err(ApplicationError::Undisturbed { exit, output: ran.output }),
    }
}

fn limit_of(undisturbed: &CommandRun) -> Duration {
    undisturbed.took.saturating_mul(TIMES).saturating_add(LONGER)
}

/// The moments at which something goes wrong, in the order of the runs.
fn moments_of(all: &[Disturbance]) -> Vec<crate::schedule::Moment> {
    let mut seen = BTreeSet::new();
    all.iter().filter(|one| seen.insert(&one.at)).map(|one| one.at.clone()).collect()
}

impl CommandExploration {
    /// Whether all was run: only then is what was not found not there.
    pub(crate) fn is_whole(&self) -> bool {
        self.exploration.is_whole() && self.left_out == 0 && self.elsewhere == 0
    }
}

impl Options {
    fn wants(&self, one: &Disturbance) -> bool {
        !self.without.contains(super::family(&one.act))
    }
}

/// All runs of an exploration.
struct CommandExplorer {
    apart: Arc<Apart>,
    undisturbed: Arc<CommandRun>,
    interrupt: Interrupt,
    schedules: Vec<Schedule>,
    /// What came of those that were run, by their places.
    outcomes: BTreeMap<usize, ScheduleOutcome>,
}

/// What came of a schedule.
enum ScheduleOutcome {
    NotReached,
    Findings(BTreeSet<Finding>),
    Flaky([BTreeSet<Finding>; 2]),
}

impl CommandExplorer {
    fn new(apart: Arc<Apart>, undisturbed: CommandRun, interrupt: Interrupt, all: Vec<Disturbance>) -> Self {
        let schedules = all.into_iter().map(Schedule::from).collect();
        Self { apart, undisturbed: Arc::new(undisturbed), interrupt, schedules, outcomes: BTreeMap::new() }
    }

    /// Runs them, so many at once, until the time is over.
    async fn run(
        &mut self,
        jobs: NonZeroUsize,
        deadline: Option<Instant>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(), ServeError> {
        let mut running = JoinSet::new();
        let mut next = 0;
        loop {
            let is_over = deadline.is_some_and(|deadline| pool::clock() >= deadline) || self.interrupt.is_raised();
            while !is_over && running.len() < jobs.get() && next < self.schedules.len() {
                running.spawn(self.one(next));
                next += 1;
            }
            let Some(ended) = running.join_next().await else { return Ok(()) };
            let (at, outcome) = ended.map_err(std::io::Error::other).map_err(ServeError::Run)?;
            if let Some(outcome) = outcome? {
                self.outcomes.insert(at, outcome);
            }
            progress(self.outcomes.len(), self.schedules.len());
        }
    }

    /// Runs one, and once more if something is found. `None` if it was interrupted.
    fn one(
        &self,
        at: usize,
    ) -> impl Future<Output = (usize, Result<Option<ScheduleOutcome>, ServeError>)> + Send + use<> {
        let (apart, undisturbed, interrupt) = (self.apart.clone(), self.undisturbed.clone(), self.interrupt.clone());
        let schedule = self.schedules[at].clone();
        async move {
            let outcome = outcome_of(&apart, &schedule, &undisturbed, &interrupt).await;
            (at, outcome)
        }
    }

    /// Puts what came of the runs into what is told.
    fn tell(self, found: &mut CommandExploration) {
        let exploration = &mut found.exploration;
        exploration.not_run = self.schedules.len() - self.outcomes.len();
        exploration.runs = self.outcomes.len();
        for (at, outcome) in self.outcomes {
            let schedule = self.schedules[at].clone();
            match outcome {
                ScheduleOutcome::NotReached => {
                    exploration.missed += 1;
                    found.not_reached.push(schedule);
                }
                ScheduleOutcome::Flaky(outcomes) => found.flaky.push(FlakyRuns { schedule, outcomes }),
                ScheduleOutcome::Findings(findings) => {
                    let has_finding = !findings.is_empty();
                    exploration.with_finding += usize::from(has_finding);
                    for finding in findings {
                        exploration.findings.entry(finding).or_default().push(schedule.clone());
                    }
                    exploration.singles.push(ToldRun {
                        schedule,
                        outcome: None,
                        is_undisturbed: !has_finding,
                        has_finding,
                    });
                }
            }
        }
    }
}

async fn outcome_of(
    apart: &Apart,
    schedule: &Schedule,
    undisturbed: &CommandRun,
    interrupt: &Interrupt,
) -> Result<Option<ScheduleOutcome>, ServeError> {
    let limit = limit_of(undisturbed);
    let first = apart.run(schedule, limit, interrupt).await?;
    if first.end == CommandEnd::Interrupted {
        return Ok(None);
    }
    let findings = judge::findings(&first, undisturbed);
    if findings.is_empty() {
        let is_reached = first.not_reached.is_empty();
        return Ok(Some(if is_reached { ScheduleOutcome::Findings(findings) } else { ScheduleOutcome::NotReached }));
    }
    let second = apart.run(schedule, limit, interrupt).await?;
    if second.end == CommandEnd::Interrupted {
        return Ok(None);
    }
    let again = judge::findings(&second, undisturbed);
    let is_reached = first.not_reached.is_empty() && second.not_reached.is_empty();
    Ok(Some(match findings == again {
        // It fails by itself, and differently from the undisturbed run.
        true if is_reached => ScheduleOutcome::Findings(findings),
        _ => ScheduleOutcome::Flaky([findings, again]),
    }))
}
