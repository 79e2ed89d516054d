//! Which findings are predictions: the step that led to them is in no recording of the real SDK.

use std::collections::{BTreeMap, BTreeSet};

use super::{ExploreError, Finding, Observed, Options, is_recorded};
use crate::coverage::Transition;
use crate::run::pool::{Done, in_order};
use crate::schedule::Schedule;
use crate::script::{Host, Script, Source};
use crate::world::Sim;

/// The findings of runs of which it is known that no recording shows what led to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Predicted(BTreeMap<Schedule, BTreeSet<Finding>>);

impl Predicted {
    /// Whether a finding of a run is a prediction.
    #[must_use]
    pub fn has(&self, finding: &Finding, schedule: &Schedule) -> bool {
        self.0.get(schedule).is_some_and(|findings| findings.contains(finding))
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Schedule, BTreeSet<Finding>)> for Predicted {
    fn from_iter<T: IntoIterator<Item = (Schedule, BTreeSet<Finding>)>>(runs: T) -> Self {
        Self(runs.into_iter().filter(|(_, findings)| !findings.is_empty()).collect())
    }
}

impl Observed {
    /// The step that led to a finding, if no recording has it.
    #[must_use]
    pub fn unrecorded(&self, finding: &Finding) -> Option<&Transition> {
        self.led.get(finding).filter(|step| !is_recorded(step))
    }
}

/// Runs these once more, and notes what led to their findings. The runs of an exploration do without, since that costs time.
///
/// # Errors
///
/// No thread can be started.
pub fn predicted(
    source: &Source,
    row: Option<&str>,
    options: &Options,
    schedules: &[Schedule],
) -> Result<Predicted, ExploreError> {
    let limits = &options.limits;
    let worker = || {
        let host = Host::new();
        let mut script: Option<Script> = None;
        move |schedule: &Schedule| {
            if limits.interrupt.is_raised() {
                return BTreeSet::new();
            }
            if script.is_none() {
                // It was compiled before, for the exploration.
                script = host.compile_within(source, limits).ok();
            }
            let Some(script) = &script else { return BTreeSet::new() };
            let world = Sim::disturbed(schedule.clone(), false).observed();
            let Some(observed) = host.explore(world, script, row, limits).observed else { return BTreeSet::new() };
            let findings = observed.led.keys().filter(|finding| observed.unrecorded(finding).is_some());
            findings.cloned().collect()
        }
    };
    let mut runs = Vec::new();
    in_order(schedules, options.jobs, worker, |schedule, Done { result, .. }| {
        // A run that panics has told so in the exploration.
        runs.push((schedule.clone(), result.unwrap_or_default()));
        Ok::<(), ExploreError>(())
    })?;
    Ok(runs.into_iter().collect())
}
