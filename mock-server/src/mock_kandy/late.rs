//! Answers of REST that are not due yet.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::time::Time;

/// When answers are due, and how many at each time. What is past is forgotten with the next one, so that there are never more of
/// them than connections.
#[derive(Debug, Default)]
pub(super) struct LateAnswers(Mutex<BTreeMap<Time, usize>>);

impl LateAnswers {
    pub(super) fn add(&self, now: Time, due: Time) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *all = all.split_off(&now);
        *all.entry(due).or_default() += 1;
    }

    /// How many are due later.
    pub(super) fn number(&self, now: Time) -> usize {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|(due, _)| **due > now).map(|(_, number)| number).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_late_until_it_is_due() {
        let (late, at) = (LateAnswers::default(), Time::from_millis);
        [5, 9, 9].into_iter().for_each(|due| late.add(at(0), at(due)));
        assert_eq!([0, 4, 5, 8, 9].map(|now| late.number(at(now))), [3, 3, 2, 2, 0]);
        late.add(at(20), at(21));
        assert_eq!(late.0.lock().unwrap().len(), 1, "what is past is forgotten");
    }
}
