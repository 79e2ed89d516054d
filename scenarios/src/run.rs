//! Runs scenarios, and tells what happens as one stream of events.

mod case;
mod event;
mod finished;
mod live;
mod pool;
mod summary;

use std::num::NonZeroUsize;

pub use self::case::{Case, Plan, Variant};
use self::event::tell;
pub use self::event::{Reporter, RunError, RunEvent, RunWarning};
pub use self::finished::{Broken, Fault, Finished, Status, Unlike, WallTime};
pub use self::pool::NoThread;
use self::pool::{Done, Panicked, in_order};
pub use self::summary::Summary;
use crate::scenario::{Content, Scenario};
use crate::script::{Host, Limits, Outcome, Script, Source, Verdict};
use crate::snapshot::{self, Comparison, SnapshotError};
use crate::trace::Trace;

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
}

impl Default for Options {
    /// One case at a time; snapshots are compared, and nothing is written.
    fn default() -> Self {
        Self {
            jobs: NonZeroUsize::MIN,
            limits: Limits::default(),
            snapshots: snapshot::Mode::Compare { leave_pending: false },
            warn: false,
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
    let mut summary = Summary { live: plan.is_live(), warnings, ..Summary::default() };
    tell(reporters, &RunEvent::Started { cases: plan.cases.len() })?;
    for warning in &plan.warnings {
        tell(reporters, &RunEvent::Warned(warning))?;
    }
    let worker = || {
        let host = Host::new();
        let is_over = || options.limits.interrupt.is_raised();
        move |case: &Case<'_>| (!is_over()).then(|| run_one(&host, case, options))
    };
    in_order(&plan.cases, options.jobs, worker, |case, Done { result, began, took }| {
        let Some(mut finished) = result.unwrap_or_else(|panicked| Some(Finished::panicked(panicked))) else {
            summary.not_run += 1;
            return tell(reporters, &RunEvent::NotRun { case });
        };
        finished.wall_time = WallTime { start: began.duration_since(start), duration: took };
        summary.add(&finished);
        tell(reporters, &RunEvent::Finished { case, finished: &finished })
    })?;
    tell(reporters, &RunEvent::Ended { summary: &summary, wall_time: start.elapsed() })?;
    Ok(summary)
}

fn run_one(host: &Host, case: &Case<'_>, options: &Options) -> Finished {
    let script = match compile(host, case.scenario, &options.limits) {
        Ok(script) => script,
        Err(broken) => return Finished::new(Status::Broken(broken)),
    };
    match case.variant {
        Variant::Check => Finished::new(Status::Passed(Comparison::Unasked)),
        Variant::Sim => {
            let outcome = host.run(&script, &options.limits);
            finish(outcome, options, |trace| compare(case, trace, options.snapshots))
        }
        Variant::Live => live::run_one(host, case.scenario, &script, options),
    }
}

fn compile(host: &Host, scenario: &Scenario, limits: &Limits) -> Result<Script, Broken> {
    let Content { text, .. } = scenario.content.as_ref().map_err(|error| Broken::Unreadable(error.to_string()))?;
    let Scenario { path, shown, root, .. } = scenario;
    let source = Source { path: path.clone(), shown: shown.clone(), root: root.clone(), text: text.clone() };
    host.compile_within(&source, limits).map_err(|diagnostic| Broken::Script(diagnostic.into()))
}

/// What comes of a run; `passed` says what comes of one whose checks held.
fn finish(outcome: Outcome, options: &Options, passed: impl FnOnce(&Trace) -> Status) -> Finished {
    let Outcome { verdict, mut trace, virtual_time, checks, warnings } = outcome;
    let status = match verdict {
        Verdict::Passed => passed(&trace),
        Verdict::Skipped(reason) => Status::Skipped(reason),
        Verdict::Failed(diagnostic) => Status::of(diagnostic),
        Verdict::ServerEnded => Status::Stopped,
    };
    let warnings = if options.warn { warnings } else { Vec::new() };
    // A snapshot is of a run without warnings, so they come after it is compared or written.
    trace.warn(virtual_time, &warnings);
    Finished { trace, virtual_time, checks, warnings, ..Finished::new(status) }
}

fn compare(case: &Case<'_>, trace: &Trace, mode: snapshot::Mode) -> Status {
    match snapshot::compare(&case.snapshot(), &case.scenario.source, trace, mode) {
        Ok(Comparison::Different(difference)) => Status::Differs(Box::new(difference)),
        Ok(comparison) => Status::Passed(comparison),
        Err(error @ (SnapshotError::Unreadable(_) | SnapshotError::Malformed)) => {
            Status::Broken(Broken::Snapshot(error))
        }
        Err(error @ SnapshotError::Unwritable(_)) => Status::Error(Fault::Snapshot(error)),
    }
}

#[cfg(test)]
mod tests;
