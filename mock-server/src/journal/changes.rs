//! Which records say more now than when they were written, for those who have read them already.

use std::collections::BTreeMap;

use super::{Journal, Record};

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

    /// The journal drops a record, the oldest one.
    pub(super) fn forget(&mut self, seq: u64) {
        if let Some(change) = self.of_record.remove(&seq) {
            self.in_order.remove(&change);
        }
    }
}

impl Journal {
    /// The number of the next change of a record: a cursor for [`Self::changed_since`].
    pub const fn next_change(&self) -> u64 {
        self.changes.noted
    }

    /// The records that say more than when they were written (when an answer went out, that its client left, how many are counted
    /// there) since change number `change`, each once and as it is now, in the order of their last changes; with the number
    /// of that.
    pub fn changed_since(&self, change: u64) -> impl Iterator<Item = (u64, &Record)> {
        let changed = self.changes.in_order.range(change..);
        changed.filter_map(|(change, seq)| Some((*change, self.since(*seq).next()?)))
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
