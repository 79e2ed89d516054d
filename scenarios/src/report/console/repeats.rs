//! Cases that run several times, and do not always end alike.

use crate::run::{Case, Finished, Status};

/// How cases ended that run several times.
#[derive(Debug, Default)]
pub(super) struct Repeats(Vec<RepeatCount>);

/// How one of them ended.
#[derive(Debug)]
struct RepeatCount {
    name: String,
    failed: usize,
    passed: usize,
}

impl Repeats {
    /// Counts a run of a case. Those of one case come one behind the other.
    pub(super) fn add(&mut self, case: &Case<'_>, finished: &Finished) {
        if case.repetition.is_none() {
            return;
        }
        let name = case.name_of_all();
        if self.0.last().is_none_or(|last| last.name != name) {
            // Those that always end alike are not mentioned.
            self.0.retain(RepeatCount::is_flaky);
            self.0.push(RepeatCount { name: name.into_owned(), failed: 0, passed: 0 });
        }
        if let Some(count) = self.0.last_mut() {
            count.failed += usize::from(finished.status.has_failed());
            count.passed += usize::from(matches!(finished.status, Status::Passed(_)));
        }
    }

    /// A line for each that failed and passed.
    pub(super) fn flaky(&self) -> impl Iterator<Item = String> {
        let flaky = self.0.iter().filter(|count| count.is_flaky());
        flaky.map(|RepeatCount { name, failed, passed }| format!("{failed} of {} failed: {name}", failed + passed))
    }
}

impl RepeatCount {
    const fn is_flaky(&self) -> bool {
        self.failed > 0 && self.passed > 0
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::run::{Plan, Variant};
    use crate::scenario::{Header, Scenario, ScriptText};
    use crate::snapshot::{Comparison, SnapshotDifference};

    fn scenario(name: &str) -> Scenario {
        Scenario {
            name: name.to_owned(),
            source: format!("{name}.rhai"),
            path: format!("s/{name}.rhai").into(),
            shown: format!("s/{name}.rhai"),
            root: "s".into(),
            content: Ok(ScriptText { text: String::new(), header: Header::default(), rows: Vec::new() }),
        }
    }

    #[test]
    fn only_what_fails_now_and_then_is_flaky() {
        let scenarios = ["always", "never", "sometimes", "skips", "late"].map(scenario);
        let cases = scenarios.iter().map(|scenario| Case::of(scenario, Variant::Live)).collect();
        let plan = Plan { cases, ..Plan::default() }.repeated(NonZeroUsize::new(3).unwrap());
        let mut repeats = Repeats::default();
        for (case, end) in plan.cases.iter().zip("+++---+-+ss-+--".chars()) {
            let status = match end {
                '+' => Status::Passed(Comparison::Same),
                '-' => Status::Differs(Box::<SnapshotDifference>::default()),
                _ => Status::Skipped(String::new()),
            };
            repeats.add(case, &Finished::new(status));
        }
        assert_eq!(repeats.flaky().collect::<Vec<_>>(), ["1 of 3 failed: sometimes", "2 of 3 failed: late"]);
        let mut repeats = Repeats::default();
        for case in scenarios.iter().map(|scenario| Case::of(scenario, Variant::Live)) {
            repeats.add(&case, &Finished::new(Status::Differs(Box::default())));
        }
        assert_eq!(repeats.flaky().count(), 0, "nothing runs several times");
    }
}
