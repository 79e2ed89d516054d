//! Which findings are predictions: the step that led to them is in no recording of the real SDK.

use std::collections::{BTreeMap, BTreeSet};

use super::runner::Subject;
use super::{Finding, Observed, Options, is_recorded};
use crate::coverage::Transition;
use crate::run::pool::{ItemDone, NoThread, in_order};
use crate::schedule::Schedule;
use crate::script::Source;

/// The findings of runs of which it is known that no recording shows what led to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Predicted(BTreeMap<Schedule, BTreeSet<Finding>>);

impl Predicted {
    /// Whether a finding of a run is a prediction.
    #[must_use]
    pub fn has(&self, finding: &Finding, schedule: &Schedule) -> bool {
        self.0.get(schedule).is_some_and(|findings| findings.contains(finding))
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
) -> Result<Predicted, NoThread> {
    let options = Options { observe: true, ..options.clone() };
    let worker = || {
        // It was compiled before, for the exploration.
        let runner = Subject::new(source, row, &options).runner().ok();
        let interrupt = &options.limits.interrupt;
        move |schedule: &Schedule| {
            let runner = runner.as_ref().filter(|_| !interrupt.is_raised());
            let observed = runner.and_then(|runner| runner.run(schedule, false).observed);
            let led = observed.iter().flat_map(|observed| observed.led.keys().map(move |finding| (observed, finding)));
            let unrecorded = led.filter(|(observed, finding)| observed.unrecorded(finding).is_some());
            unrecorded.map(|(_, finding)| finding.clone()).collect()
        }
    };
    let mut runs = Vec::new();
    in_order(schedules, options.jobs, worker, |schedule, ItemDone { result, .. }| {
        // A run that panics has told so in the exploration.
        runs.push((schedule.clone(), result.unwrap_or_default()));
        Ok::<(), NoThread>(())
    })?;
    Ok(runs.into_iter().collect())
}
