//! Runs with schedules that are known, and what the findings of one come from.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::runner::{Subject, on_a_worker};
use super::shrink::shrink;
use super::{ExploreError, Explored, Finding, Options};
use crate::run::pool;
use crate::schedule::Schedule;
use crate::script::Source;

/// What the findings of a run come from.
#[derive(Debug, Default)]
pub struct Origins {
    /// Those that the undisturbed run has, too.
    pub undisturbed: BTreeSet<Finding>,
    /// The smallest schedule for each of the others, where more than one thing goes wrong.
    pub smallest: BTreeMap<Finding, Schedule>,
}

/// One run of a scenario, with this going wrong. The transitions of its clients are noted.
///
/// # Errors
///
/// The script is broken, or does not want to run.
pub fn replay(
    source: &Source,
    row: Option<&str>,
    schedule: &Schedule,
    options: &Options,
) -> Result<Explored, ExploreError> {
    let options = Options { observe: true, ..options.clone() };
    on_a_worker(|| {
        let runner = Subject::new(source, row, &options).runner()?;
        runner.run_alone(runner.world(schedule, false))
    })
}

/// Runs schedules again, one after the other, for what happens in each: an exploration keeps no traces. `tell` hears of each,
/// adds what should be kept of it, and says whether to go on; once the budget is spent it is over, too.
///
/// # Errors
///
/// The script is broken, or nothing can run.
pub fn retrace<T: Send>(
    source: &Source,
    row: Option<&str>,
    schedules: &[Schedule],
    options: &Options,
    tell: impl Fn(&mut Vec<T>, &Schedule, &Explored) -> ControlFlow<()> + Sync,
) -> Result<Vec<T>, ExploreError> {
    let deadline = pool::clock().checked_add(options.budget);
    on_a_worker(|| {
        let runner = Subject::new(source, row, options).runner()?;
        let mut kept = Vec::new();
        for schedule in schedules {
            if deadline.is_some_and(|deadline| pool::clock() >= deadline) {
                break;
            }
            let explored = runner.run(schedule, false);
            if options.limits.interrupt.is_raised() || tell(&mut kept, schedule, &explored).is_break() {
                break;
            }
        }
        Ok(kept)
    })
}

/// What these findings of a run with this schedule come from: the scenario itself, or how much of the schedule.
///
/// # Errors
///
/// As [`replay`].
pub fn origins(
    source: &Source,
    row: Option<&str>,
    schedule: &Schedule,
    findings: &BTreeSet<Finding>,
    options: &Options,
) -> Result<Origins, ExploreError> {
    on_a_worker(|| {
        let runner = Subject::new(source, row, options).runner()?;
        let undisturbed = runner.run_alone(runner.world(&Schedule::default(), false))?.findings;
        let mut origins =
            Origins { undisturbed: findings.intersection(&undisturbed).cloned().collect(), ..Origins::default() };
        let may_be_smaller = schedule.disturbances().len() > 1;
        for finding in findings.difference(&undisturbed).filter(|_| may_be_smaller) {
            let mut bring = |schedule: &Schedule| {
                let explored = runner.run(schedule, true);
                explored.findings.contains(finding).then_some(explored.seen)
            };
            if let Some(smallest) = shrink(schedule, &|act| options.wants(act), &mut bring) {
                origins.smallest.insert(finding.clone(), smallest);
            }
        }
        Ok(origins)
    })
}
