//! Runs scenarios, and tells what happens as one stream of events.

mod case;
mod event;
mod finished;
mod judge;
mod live;
pub(crate) mod pool;
mod shard;
mod summary;

use std::num::NonZeroUsize;

pub use self::case::{Case, Plan, Variant};
use self::event::tell;
pub use self::event::{CutShort, Reporter, RunError, RunEvent, RunWarning};
pub use self::finished::{Broken, CaseError, Finished, Status, Unlike, WallTime};
use self::judge::Judge;
pub use self::pool::NoThread;
use self::pool::{ItemDone, Panicked, in_order};
pub use self::shard::{MAX_SHARDS, NameSet, Shard, ShardError};
pub use self::summary::Summary;
use crate::interrupt::Interrupt;
use crate::scenario::{Scenario, ScriptText};
use crate::script::{Host, Limits, Script, ScriptOutcome, Severity, Source, Verdict};
use crate::snapshot::{self, Comparison, SnapshotError};
use crate::trace::Trace;
use crate::world::World;

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many cases run at once.
    pub jobs: NonZeroUsize,
    /// What a script may use.
    pub limits: Limits,
    /// What to do with snapshots.
    pub snapshots: snapshot::Mode,
    /// Whether to tell what scenarios that pass leave behind.
    pub warn: bool,
    /// Whether a pass that is doubtful fails, as does a run.
    pub strict: bool,
    /// Whether nothing more begins once a case has failed.
    pub fail_fast: bool,
}

impl Default for Options {
    /// One case at a time; snapshots are compared, and nothing is written.
    fn default() -> Self {
        Self {
            jobs: NonZeroUsize::MIN,
            limits: Limits::default(),
            snapshots: snapshot::Mode::Compare { leave_pending: false },
            warn: false,
            strict: false,
            fail_fast: false,
        }
    }
}

/// Does what `plan` says, and gives each event to all `reporters` in turn, on this thread. A case is dropped when all
/// have heard of it.
///
/// # Errors
///
/// No thread can be started, or a report cannot be written: then what is running ends, and nothing more begins.
pub fn run(plan: &Plan<'_>, options: &Options, reporters: &mut [&mut dyn Reporter]) -> Result<Summary, RunError> {
    let start = pool::clock();
    let warnings = options.warn.then_some(0);
    let Options { strict, .. } = *options;
    let mut summary = Summary { live: plan.is_live(), warnings, strict, ..Summary::default() };
    tell(reporters, &RunEvent::Started { plan, strict })?;
    for warning in &plan.warnings {
        summary.run_warnings += 1;
        tell(reporters, &RunEvent::Warned(warning))?;
    }
    let first_failure = Interrupt::default();
    let worker = || {
        let (host, mut judge) = (Host::new(), Judge::new(strict));
        let first_failure = &first_failure;
        move |case: &Case<'_>| {
            if let Some(cut) = cut_short(options, first_failure) {
                return Err(cut);
            }
            let ending = CaseWatch::of_case(first_failure);
            let mut finished = run_one(&host, case, options);
            // Whether nothing more begins is known here, before this worker takes the next case.
            judge.judge(case, &mut finished);
            ending.is(&finished.status);
            Ok(finished)
        }
    };
    in_order(&plan.cases, options.jobs, worker, |case, ItemDone { result, began, took }| {
        let mut finished = match result.unwrap_or_else(|panicked| Ok(Finished::panicked(panicked))) {
            Ok(finished) => finished,
            Err(cut) => {
                summary.add_not_run(cut);
                return tell(reporters, &RunEvent::NotRun { case, cut });
            }
        };
        finished.wall_time = WallTime { start: began.duration_since(start), duration: took };
        summary.add(&finished);
        tell(reporters, &RunEvent::Finished { case, finished: &finished })
    })?;
    // What all shards together skipped is known to whoever merges their reports.
    if let Some(count) = summary.all_skipped().filter(|_| plan.shard.is_none()) {
        summary.run_warnings += 1;
        tell(reporters, &RunEvent::Warned(&RunWarning::AllSkipped { count }))?;
    }
    tell(reporters, &RunEvent::Ended { summary: &summary, wall_time: start.elapsed() })?;
    Ok(summary)
}

/// What lets nothing more begin, if something does.
fn cut_short(options: &Options, first_failure: &Interrupt) -> Option<CutShort> {
    if options.limits.interrupt.is_raised() {
        Some(CutShort::ByInterrupt)
    } else {
        (options.fail_fast && first_failure.is_raised()).then_some(CutShort::ByFailure)
    }
}

/// Watches how a case ends. One that ends by a panic has failed, too.
struct CaseWatch<'a> {
    first_failure: &'a Interrupt,
    has_failed: bool,
}

impl<'a> CaseWatch<'a> {
    const fn of_case(first_failure: &'a Interrupt) -> Self {
        Self { first_failure, has_failed: true }
    }

    fn is(mut self, status: &Status) {
        self.has_failed = status.has_failed();
    }
}

impl Drop for CaseWatch<'_> {
    fn drop(&mut self) {
        if self.has_failed {
            self.first_failure.raise();
        }
    }
}

fn run_one(host: &Host, case: &Case<'_>, options: &Options) -> Finished {
    let done = source_of(case.scenario).and_then(|source| match case.variant {
        Variant::Check => check(host, &source, options),
        Variant::Sim => {
            let outcome =
                host.run_row_in(World::default(), &compile(host, &source, &options.limits)?, case.row, &options.limits);
            Ok(finish(outcome, options, |trace| compare(case, trace, options.snapshots)))
        }
        Variant::Live => Ok(live::run_one(host, case, &compile(host, &source, &options.limits)?, options)),
    });
    done.unwrap_or_else(|broken| Finished::new(Status::Broken(broken)))
}

pub(crate) fn source_of(scenario: &Scenario) -> Result<Source, Broken> {
    let ScriptText { text, .. } = scenario.content.as_ref().map_err(|error| Broken::Unreadable(error.to_string()))?;
    let Scenario { path, shown, root, .. } = scenario;
    Ok(Source { path: path.clone(), shown: shown.clone(), root: root.clone(), text: text.clone() })
}

fn compile(host: &Host, source: &Source, limits: &Limits) -> Result<Script, Broken> {
    host.compile_within(source, limits).map_err(|diagnostic| Broken::Script(diagnostic.into()))
}

/// Looks at a script without running it.
fn check(host: &Host, source: &Source, options: &Options) -> Result<Finished, Broken> {
    let findings = host.check_within(source, &options.limits).map_err(Broken::Script)?;
    let status = match (findings.count(Severity::Error), findings.count(Severity::Warning)) {
        (1.., _) => Status::Broken(Broken::Checked),
        (0, 1..) if options.strict => Status::Doubtful(Comparison::Unasked),
        (0, _) => Status::Passed(Comparison::Unasked),
    };
    Ok(Finished { findings, ..Finished::new(status) })
}

/// What comes of a run; `passed` says what comes of one whose checks held.
fn finish(outcome: ScriptOutcome, options: &Options, passed: impl FnOnce(&Trace) -> Status) -> Finished {
    let ScriptOutcome { verdict, also, mut trace, virtual_time, checks, warnings, doubts } = outcome;
    let status = match verdict {
        // What fails never becomes a snapshot.
        Verdict::Passed if options.strict && options.snapshots == snapshot::Mode::Accept && !doubts.is_empty() => {
            Status::Passed(Comparison::Unasked)
        }
        Verdict::Passed => passed(&trace),
        Verdict::Skipped(reason) => Status::Skipped(reason),
        Verdict::Failed(diagnostic) => Status::of(diagnostic),
        Verdict::ServerEnded => Status::Stopped,
    };
    let warnings = if options.warn { warnings } else { Vec::new() };
    // A snapshot is of a run without warnings, so they come after it is compared or written.
    trace.warn(virtual_time, &warnings);
    Finished { trace, also, virtual_time, checks, warnings, doubts, ..Finished::new(status) }
}

fn compare(case: &Case<'_>, trace: &Trace, mode: snapshot::Mode) -> Status {
    match snapshot::compare(&case.snapshot(), &case.scenario.source, trace, mode) {
        Ok(Comparison::Different(difference)) => Status::Differs(Box::new(difference)),
        Ok(comparison) => Status::Passed(comparison),
        Err(error @ SnapshotError::Unwritable(_)) => Status::Error(CaseError::Snapshot(error)),
        Err(error) => Status::Broken(Broken::Snapshot(error)),
    }
}

#[cfg(test)]
mod tests;
