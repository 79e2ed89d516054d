//! The cases that took the longest.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::run::{Case, Finished};

/// How many are shown where nobody says.
const SHOWN: usize = 5;
/// What one must take to be shown then.
const LONG: Duration = Duration::from_secs(1);

/// The cases that took the longest so far, in real time.
#[derive(Debug)]
pub(super) struct Slowest {
    /// How many there may be.
    most: usize,
    /// What one must take.
    least: Duration,
    /// The first to go is on top.
    kept: BinaryHeap<Reverse<(Duration, String)>>,
}

impl Default for Slowest {
    /// Only those that take long.
    fn default() -> Self {
        Self { most: SHOWN, least: LONG, kept: BinaryHeap::new() }
    }
}

impl Slowest {
    /// So many, however short they are.
    pub(super) fn of(most: usize) -> Self {
        Self { most, least: Duration::ZERO, kept: BinaryHeap::new() }
    }

    pub(super) fn add(&mut self, case: &Case<'_>, finished: &Finished) {
        let took = finished.wall_time.duration;
        if took >= self.least {
            self.kept.push(Reverse((took, case.name().to_owned())));
            if self.kept.len() > self.most {
                self.kept.pop();
            }
        }
    }

    /// A line for each, the slowest first.
    pub(super) fn lines(&mut self) -> Vec<String> {
        let mut kept: Vec<_> = self.kept.drain().map(|kept| kept.0).collect();
        kept.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        kept.into_iter().map(|(took, name)| format!("{:>7.2} s  {name}", took.as_secs_f64())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Status, Variant, WallTime};
    use crate::scenario::{Header, Scenario, ScriptText};
    use crate::snapshot::Comparison;

    #[track_caller]
    fn check(mut slowest: Slowest, millis: &[u64], expected: &[&str]) {
        for (number, millis) in millis.iter().enumerate() {
            let scenario = Scenario {
                name: number.to_string(),
                source: "s.rhai".to_owned(),
                path: "s.rhai".into(),
                shown: "s.rhai".to_owned(),
                root: "s".into(),
                content: Ok(ScriptText { text: String::new(), header: Header::default(), rows: Vec::new() }),
            };
            let wall_time = WallTime { duration: Duration::from_millis(*millis), ..WallTime::default() };
            let finished = Finished { wall_time, ..Finished::new(Status::Passed(Comparison::Same)) };
            slowest.add(&Case::of(&scenario, Variant::Sim), &finished);
        }
        assert_eq!(slowest.lines(), expected);
    }

    #[test]
    fn only_what_takes_long_is_shown_unless_somebody_asks() {
        check(Slowest::default(), &[3, 999, 2_500, 1_000], &["   2.50 s  2", "   1.00 s  3"]);
        let five = ["   6.00 s  5", "   5.00 s  4", "   4.00 s  3", "   3.00 s  2", "   2.00 s  1"];
        check(Slowest::default(), &[1_000, 2_000, 3_000, 4_000, 5_000, 6_000], &five);
        check(Slowest::of(2), &[10, 30, 20], &["   0.03 s  1", "   0.02 s  2"]);
        check(Slowest::of(0), &[10, 30, 20], &[]);
    }
}
