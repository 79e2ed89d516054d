//! One scenario, compiled once, and run with one schedule after the other.

use std::num::NonZeroUsize;

use super::{Ended, ExploreError, Explored, FindingKind, Options, judges_checks};
use crate::run::pool::{ItemDone, in_order};
use crate::schedule::Schedule;
use crate::script::{Host, Limits, Script, Source};
use crate::world::Sim;

/// What is run, and how it is judged.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    source: &'a Source,
    row: Option<&'a str>,
    limits: &'a Limits,
    /// Whether every failed wait and check is a finding.
    judges_checks: bool,
    /// Whether the transitions of the clients are noted.
    observes: bool,
}

/// What a thread needs to run it: an engine, and the script as that engine has compiled it.
pub(super) struct Runner<'a> {
    subject: Subject<'a>,
    host: Host,
    script: Script,
}

impl<'a> Subject<'a> {
    pub(super) fn new(source: &'a Source, row: Option<&'a str>, options: &'a Options) -> Self {
        let judges_checks = options.judge_checks || judges_checks(&source.text);
        Self { source, row, limits: &options.limits, judges_checks, observes: options.observe }
    }

    pub(super) fn runner(self) -> Result<Runner<'a>, ExploreError> {
        let host = Host::new();
        let compiled = host.compile_within(self.source, self.limits);
        let script = compiled.map_err(|error| ExploreError::Script(Box::new(error)))?;
        Ok(Runner { subject: self, host, script })
    }
}

impl Runner<'_> {
    /// The world of a run with this going wrong. If it `remembers`, it tells the moments at which something did, and those
    /// after the last.
    pub(super) fn world(&self, schedule: &Schedule, remembers: bool) -> Sim {
        let world = Sim::disturbed(schedule.clone(), remembers);
        if self.subject.observes { world.observed() } else { world }
    }

    /// A run with this going wrong.
    pub(super) fn run(&self, schedule: &Schedule, remembers: bool) -> Explored {
        self.run_in(self.world(schedule, remembers))
    }

    fn run_in(&self, world: Sim) -> Explored {
        let Subject { row, limits, judges_checks, .. } = self.subject;
        let mut explored = self.host.explore(world, &self.script, row, limits);
        if judges_checks && let Ended::Failed(cause) = explored.ended {
            explored.findings.insert(FindingKind::Check(cause).of_none());
        }
        explored
    }

    /// A run that is looked at by itself: an error if there is nothing to see.
    pub(super) fn run_alone(&self, world: Sim) -> Result<Explored, ExploreError> {
        let explored = self.run_in(world);
        match explored.ended {
            _ if self.subject.limits.interrupt.is_raised() => Err(ExploreError::Interrupted),
            Ended::Skipped => Err(ExploreError::Skipped),
            _ => Ok(explored),
        }
    }

    /// The run in which nothing goes wrong, which has to pass.
    pub(super) fn undisturbed(&self, world: Sim) -> Result<Explored, ExploreError> {
        let explored = self.run_alone(world)?;
        match (explored.ended, explored.failure) {
            (Ended::Failed(_), Some(failure)) => Err(ExploreError::Undisturbed(Box::new(failure))),
            (_, failure) => Ok(Explored { failure, ..explored }),
        }
    }
}

/// Does one thing on a thread with room for scripts.
pub(super) fn on_a_worker<R: Send>(work: impl Fn() -> Result<R, ExploreError> + Sync) -> Result<R, ExploreError> {
    let mut done = None;
    in_order(
        &[()],
        NonZeroUsize::MIN,
        || |(): &()| work(),
        |(), ItemDone { result, .. }| {
            done = Some(result.map_err(|panicked| ExploreError::Panic(panicked.message))?);
            Ok::<(), ExploreError>(())
        },
    )?;
    done.unwrap_or(Err(ExploreError::Interrupted))
}
