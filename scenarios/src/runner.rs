//! Runs scenarios, and tells what happens as one stream of events.

mod finished;
mod live;
mod pool;
mod summary;

use std::io;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

pub use self::finished::{Broken, Excerpt, Fault, Finished, Status, Unlike};
pub use self::pool::{Panicked, in_order};
pub use self::summary::Summary;
use crate::scenario::{Content, Scenario};
use crate::script::{Host, Limits, Outcome, Source, Verdict};
use crate::snapshot::{self, SnapshotError};
use crate::trace::Trace;

/// How many lines of its transcript a failure shows.
const TAIL: usize = 12;

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many scenarios run at once.
    pub jobs: NonZeroUsize,
    /// What a script may use.
    pub limits: Limits,
    /// What to do with snapshots.
    pub snapshots: snapshot::Mode,
    /// Whether scenarios run on real sockets too, and must give the same events there.
    pub live: bool,
    /// Whether whole transcripts are wanted, also of what passes.
    pub transcripts: bool,
    /// Whether to tell what scenarios that pass leave behind.
    pub warn: bool,
}

/// What happens in a run, in this order: one start, the scenarios in the order in which they were given, one end. Of
/// those that had not begun when the run was interrupted, only the end tells.
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// The run begins.
    Started {
        /// How many scenarios there are.
        scenarios: usize,
    },
    /// A scenario is done.
    Finished {
        /// The scenario.
        scenario: &'a Scenario,
        /// What came of it.
        finished: &'a Finished,
    },
    /// The run ends.
    Ended {
        /// All in numbers.
        summary: &'a Summary,
        /// How long it took.
        wall_time: Duration,
    },
}

/// Runs `scenarios`, and hands each event to `report`, on this thread.
///
/// # Errors
///
/// No thread can be started, or `report` fails: then what is running ends, and nothing more begins.
pub fn run(
    scenarios: &[Scenario],
    options: &Options,
    mut report: impl FnMut(&RunEvent<'_>) -> io::Result<()>,
) -> io::Result<Summary> {
    #[expect(clippy::disallowed_methods, reason = "the summary says how long the run took; no world reads this clock")]
    let start = Instant::now();
    let mut summary = Summary { live: options.live, warnings: options.warn.then_some(0), ..Summary::default() };
    report(&RunEvent::Started { scenarios: scenarios.len() })?;
    let worker = || {
        let host = Host::new();
        let is_over = || options.limits.interrupt.is_raised();
        move |scenario: &Scenario| (!is_over()).then(|| run_one(&host, scenario, options))
    };
    in_order(scenarios, options.jobs, worker, |scenario, finished| {
        let Some(finished) = finished.unwrap_or_else(|panicked| Some(Finished::panicked(panicked))) else {
            summary.not_run += 1;
            return Ok(());
        };
        summary.add(&finished);
        report(&RunEvent::Finished { scenario, finished: &finished })
    })?;
    report(&RunEvent::Ended { summary: &summary, wall_time: start.elapsed() })?;
    Ok(summary)
}

/// Compiles `scenarios` and runs none.
///
/// # Errors
///
/// As [`run`].
pub fn check(
    scenarios: &[Scenario],
    jobs: NonZeroUsize,
    mut report: impl FnMut(&Scenario, &Finished) -> io::Result<()>,
) -> io::Result<()> {
    let worker = || {
        let host = Host::new();
        move |scenario: &Scenario| match compile(&host, scenario) {
            Ok(_) => Finished::new(Status::Passed(snapshot::Comparison::Missing)),
            Err(broken) => Finished::new(Status::Broken(broken)),
        }
    };
    in_order(scenarios, jobs, worker, |scenario, finished| {
        report(scenario, &finished.unwrap_or_else(Finished::panicked))
    })
}

fn compile(host: &Host, scenario: &Scenario) -> Result<crate::script::Script, Broken> {
    let Content { text, .. } = scenario.content.as_ref().map_err(|error| Broken::Unreadable(error.to_string()))?;
    let Scenario { path, shown, root, .. } = scenario;
    let source = Source { path: path.clone(), shown: shown.clone(), root: root.clone(), text: text.clone() };
    host.compile(&source).map_err(|diagnostic| Broken::Script(diagnostic.into()))
}

fn run_one(host: &Host, scenario: &Scenario, options: &Options) -> Finished {
    let script = match compile(host, scenario) {
        Ok(script) => script,
        Err(broken) => return Finished::new(Status::Broken(broken)),
    };
    if options.live {
        return live::run_one(host, scenario, &script, options);
    }
    let outcome = host.run(&script, &options.limits);
    finish(outcome, options, |trace| compare(scenario, trace, options.snapshots))
}

/// What comes of a run; `passed` says what comes of one whose checks held.
fn finish(outcome: Outcome, options: &Options, passed: impl FnOnce(&Trace) -> Status) -> Finished {
    let Outcome { verdict, mut trace, virtual_time, warnings, .. } = outcome;
    let status = match verdict {
        Verdict::Passed => passed(&trace),
        Verdict::Skipped(reason) => Status::Skipped(reason),
        Verdict::Failed(diagnostic) => Status::of(diagnostic),
        Verdict::ServerEnded => Status::Stopped,
    };
    let warnings = if options.warn { warnings } else { Vec::new() };
    // A snapshot is of a run without warnings, so they come after it is compared or written.
    trace.warn(virtual_time, &warnings);
    let excerpt = match &status {
        // A diff shows the transcript better than its end does.
        Status::Differs(_) | Status::Unlike(_) | Status::Broken(Broken::Snapshot(_)) if !options.transcripts => None,
        Status::Failed(_) | Status::Broken(Broken::Script(_)) if !options.transcripts => Some(TAIL),
        _ if options.transcripts => Some(usize::MAX),
        _ => None,
    };
    let excerpt = excerpt.map(|count| Excerpt::new(&trace, count)).filter(|excerpt| excerpt.of > 0);
    Finished { status, virtual_time, warnings, excerpt }
}

fn compare(scenario: &Scenario, trace: &Trace, mode: snapshot::Mode) -> Status {
    use snapshot::Comparison;

    match snapshot::compare(&scenario.path, &scenario.source, trace, mode) {
        Ok(Comparison::Different(difference)) => Status::Differs(Box::new(difference)),
        Ok(comparison) => Status::Passed(comparison),
        Err(error @ (SnapshotError::Unreadable(_) | SnapshotError::Malformed)) => {
            Status::Broken(Broken::Snapshot(error.to_string()))
        }
        Err(error @ SnapshotError::Unwritable(_)) => Status::Error(Fault::Snapshot(error.to_string())),
    }
}
