//! A table whose entries belong to users, where no user can take so much that nothing is left for the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use crate::time::Time;

/// Entries by their ids. A user may have so many, all users together so many.
///
/// Where there is no room, [`Fair::displaced`] says whose entry must go. It is the entry of that user that has ended first,
/// else the one that was not used for longest. Nothing here looks at more than one user's first entries, however many there
/// are: an entry keeps its place in the orders while it is used, and is put where it belongs when it comes to be the first.
pub(crate) struct Fair<Id, T> {
    entries: BTreeMap<Id, Entry<T>>,
    users: BTreeMap<Arc<str>, Orders<Id>>,
    /// Every user who has entries, by their number.
    by_number: BTreeSet<(usize, Arc<str>)>,
    per_user: usize,
    total: usize,
    uses: u64,
}

/// What belongs to a user.
pub(crate) trait Owned {
    /// To whom.
    fn owner(&self) -> &Arc<str>;
}

struct Entry<T> {
    value: T,
    used: u64,
    ends: Option<Time>,
    /// Under which `used` and `ends` it is found in the orders. They only grow, so that it is never too far back there.
    placed: (u64, Option<Time>),
}

/// The entries of one user.
struct Orders<Id> {
    by_use: BTreeSet<(u64, Id)>,
    by_end: BTreeSet<(Time, Id)>,
}

/// There is no room, and nobody has more than a fair share of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl<Id, T> fmt::Debug for Fair<Id, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fair").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl<Id: Copy + Ord, T: Owned> Fair<Id, T> {
    pub(crate) const fn new(per_user: usize, total: usize) -> Self {
        Self { entries: BTreeMap::new(), users: BTreeMap::new(), by_number: BTreeSet::new(), per_user, total, uses: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn get(&self, id: Id) -> Option<&T> {
        self.entries.get(&id).map(|entry| &entry.value)
    }

    pub(crate) fn get_mut(&mut self, id: Id) -> Option<&mut T> {
        self.entries.get_mut(&id).map(|entry| &mut entry.value)
    }

    /// All of them, by their ids.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (Id, &T)> {
        self.entries.iter().map(|(id, entry)| (*id, &entry.value))
    }

    /// Whose entry has to go before `user` can have one more: that user's own, or of whoever has the most.
    pub(crate) fn crowder(&self, user: &str) -> Result<Option<Arc<str>>, Full> {
        let orders = self.users.get_key_value(user);
        let number = orders.map_or(0, |(_, orders)| orders.by_use.len());
        if number < self.per_user && self.entries.len() < self.total {
            return Ok(None);
        }
        let (most, largest) = self.by_number.last().ok_or(Full)?;
        match orders {
            // With one more, this user would have at least as many as anybody else.
            Some((own, _)) if number >= self.per_user || number + 1 >= *most => Ok(Some(own.clone())),
            None if *most <= 1 => Err(Full),
            _ => Ok(Some(largest.clone())),
        }
    }

    /// The entry of `user` that is the first to go.
    pub(crate) fn displaced(&mut self, now: Time, user: &str) -> Option<Id> {
        let Self { entries, users, .. } = self;
        let Orders { by_use, by_end } = users.get_mut(user)?;
        while let Some(&(end, id)) = by_end.first().filter(|(end, _)| *end <= now) {
            let entry = entries.get_mut(&id)?;
            match entry.ends {
                Some(ends) if ends > end => {
                    by_end.pop_first();
                    by_end.insert((ends, id));
                    entry.placed.1 = Some(ends);
                }
                _ => return Some(id),
            }
        }
        loop {
            let &(used, id) = by_use.first()?;
            let entry = entries.get_mut(&id)?;
            if entry.used == used {
                return Some(id);
            }
            by_use.pop_first();
            by_use.insert((entry.used, id));
            entry.placed.0 = entry.used;
        }
    }

    /// Puts an entry in, which ends by itself at `ends` if it does.
    pub(crate) fn insert(&mut self, id: Id, value: T, ends: Option<Time>) {
        self.uses += 1;
        let used = self.uses;
        let owner = value.owner();
        let orders = match self.users.get_mut(owner) {
            Some(orders) => orders,
            None => {
                let none = Orders { by_use: BTreeSet::new(), by_end: BTreeSet::new() };
                self.users.entry(owner.clone()).or_insert(none)
            }
        };
        let number = orders.by_use.len();
        orders.by_use.insert((used, id));
        orders.by_end.extend(ends.map(|end| (end, id)));
        self.count(&value, number, number + 1);
        self.entries.insert(id, Entry { value, used, ends, placed: (used, ends) });
    }

    pub(crate) fn remove(&mut self, id: Id) -> Option<T> {
        let Entry { value, placed: (used, ends), .. } = self.entries.remove(&id)?;
        if let Some(orders) = self.users.get_mut(value.owner()) {
            let number = orders.by_use.len();
            orders.by_use.remove(&(used, id));
            if let Some(end) = ends {
                orders.by_end.remove(&(end, id));
            }
            if number == 1 {
                self.users.remove(value.owner());
            }
            self.count(&value, number, number - 1);
        }
        Some(value)
    }

    /// Those behind one, by their ids.
    pub(crate) fn after(&self, id: Option<Id>) -> impl Iterator<Item = (Id, &T)> {
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.entries.range((from, Bound::Unbounded)).map(|(id, entry)| (*id, &entry.value))
    }

    /// Those of one user, in no order of theirs.
    pub(crate) fn of(&self, user: &str) -> impl Iterator<Item = (Id, &T)> {
        let ids = self.users.get(user).into_iter().flat_map(|orders| orders.by_use.iter().map(|(_, id)| *id));
        ids.filter_map(|id| Some((id, self.get(id)?)))
    }

    /// An entry is used now.
    pub(crate) fn touch(&mut self, id: Id) {
        if let Some(entry) = self.entries.get_mut(&id) {
            self.uses += 1;
            entry.used = self.uses;
        }
    }

    /// An entry ends later than it did.
    pub(crate) fn prolong(&mut self, id: Id, ends: Time) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.ends = entry.ends.max(Some(ends));
        }
    }

    fn count(&mut self, value: &T, before: usize, after: usize) {
        let mut counted = (before, value.owner().clone());
        self.by_number.remove(&counted);
        if after > 0 {
            counted.0 = after;
            self.by_number.insert(counted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Owned for Arc<str> {
        fn owner(&self) -> &Arc<str> {
            self
        }
    }

    fn put(table: &mut Fair<u64, Arc<str>>, id: u64, user: &str) {
        table.insert(id, user.into(), None);
    }

    /// Who has to make room for `user`, and with what.
    fn makes_room(table: &mut Fair<u64, Arc<str>>, now: Time, user: &str) -> Option<u64> {
        let crowder = table.crowder(user).unwrap()?;
        table.displaced(now, &crowder)
    }

    #[test]
    fn a_full_user_gives_up_what_was_not_used_for_longest() {
        let mut table = Fair::new(3, 100);
        (1..=3).for_each(|id| put(&mut table, id, "alice"));
        put(&mut table, 4, "bob");
        table.touch(1);
        table.touch(3);
        table.touch(1);
        let mut gone = Vec::new();
        for id in 5..8 {
            let first = makes_room(&mut table, Time::ZERO, "alice").unwrap();
            gone.push(first);
            table.remove(first);
            put(&mut table, id, "alice");
        }
        assert_eq!(gone, [2, 3, 1]);
        assert_eq!(makes_room(&mut table, Time::ZERO, "bob"), None);
        assert_eq!(table.iter().map(|(id, _)| id).collect::<Vec<_>>(), [4, 5, 6, 7]);
    }

    #[test]
    fn what_has_ended_goes_first_and_what_was_prolonged_has_not() {
        let at = Time::from_millis;
        let mut table = Fair::new(3, 100);
        for (id, end) in [(1, 90), (2, 30), (3, 20)] {
            table.insert(id, "alice".into(), Some(at(end)));
        }
        table.touch(2);
        table.prolong(3, at(60));
        assert_eq!(makes_room(&mut table, at(10), "alice"), Some(1), "none has ended");
        assert_eq!(makes_room(&mut table, at(30), "alice"), Some(2), "the other is prolonged");
        table.remove(2);
        put(&mut table, 4, "alice");
        assert_eq!(makes_room(&mut table, at(59), "alice"), Some(1));
        assert_eq!(makes_room(&mut table, at(100), "alice"), Some(3), "the one that ended first");
    }

    #[test]
    fn where_all_is_taken_whoever_has_the_most_makes_room() {
        let mut table = Fair::new(10, 6);
        (1..=4).for_each(|id| put(&mut table, id, "alice"));
        (5..=6).for_each(|id| put(&mut table, id, "bob"));
        assert_eq!(makes_room(&mut table, Time::ZERO, "carol"), Some(1));
        assert_eq!(makes_room(&mut table, Time::ZERO, "bob"), Some(1));
        assert_eq!(makes_room(&mut table, Time::ZERO, "alice"), Some(1));
        table.remove(1);
        put(&mut table, 7, "carol");
        assert_eq!(makes_room(&mut table, Time::ZERO, "bob"), Some(5), "alice would have as many");
        (2..=6).for_each(|id| drop(table.remove(id)));
        ["d", "e", "f", "g", "h"].iter().zip(8..).for_each(|(user, id)| put(&mut table, id, user));
        assert_eq!(table.crowder("dan"), Err(Full), "everybody has one, and nobody is to lose it");
        assert_eq!(makes_room(&mut table, Time::ZERO, "carol"), Some(7));
        (7..=12).for_each(|id| drop(table.remove(id)));
        assert!(table.users.is_empty() && table.by_number.is_empty(), "nothing is left of who has nothing");
    }
}
