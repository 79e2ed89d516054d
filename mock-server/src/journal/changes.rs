//! Which records say more now than when they were written, for those who have read them already.

use std::collections::BTreeMap;

/// The last change of each record that has one, numbered from 0 in the order in which they came. What has left the journal is
/// not here either, so that there are never more of them than records.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Numbers of records by numbers of changes.
    in_order: BTreeMap<u64, u64>,
    /// The other way round.
    of_record: BTreeMap<u64, u64>,
    noted: u64,
}

impl Changes {
    pub(super) fn note(&mut self, seq: u64) {
        if let Some(before) = self.of_record.insert(seq, self.noted) {
            self.in_order.remove(&before);
        }
        self.in_order.insert(self.noted, seq);
        self.noted += 1;
    }

    /// The number of the next change.
    pub(super) const fn next(&self) -> u64 {
        self.noted
    }

    /// The changes from one on, in order, each with the number of its record.
    pub(super) fn since(&self, change: u64) -> impl Iterator<Item = (u64, u64)> {
        self.in_order.range(change..).map(|(change, seq)| (*change, *seq))
    }

    /// The journal drops a record, the oldest one.
    pub(super) fn forget(&mut self, seq: u64) {
        if let Some(change) = self.of_record.remove(&seq) {
            self.in_order.remove(&change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(changes: &Changes) -> Vec<(u64, u64)> {
        changes.in_order.iter().map(|(change, seq)| (*change, *seq)).collect()
    }

    #[test]
    fn of_each_record_the_last_change_is_kept_until_it_is_dropped() {
        let mut changes = Changes::default();
        [7, 8, 7, 9].into_iter().for_each(|seq| changes.note(seq));
        assert_eq!((noted(&changes), changes.noted), (vec![(1, 8), (2, 7), (3, 9)], 4));
        [7, 6, 9].into_iter().for_each(|seq| changes.forget(seq));
        assert_eq!(noted(&changes), [(1, 8)]);
        assert_eq!(changes.of_record.len(), 1);
    }
}
