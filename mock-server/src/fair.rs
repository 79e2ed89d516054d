//! A table whose entries belong to users, where no user can take so much that nothing is left for the others.

use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use crate::time::Time;

/// Entries by their ids. A user may have so many, all users together so many.
///
/// Where there is no room, [`Fair::displaced`] says which entry must go. It is the entry of one user that has ended first, else
/// the one that was not used for longest. Nothing here looks at more than one user's first entries, however many there are. A
/// user who is far from every limit pays little for it: what is only asked for at a limit is put right when it is asked for.
pub(crate) struct Fair<Id, T> {
    entries: BTreeMap<Id, Entry<T>>,
    users: BTreeMap<Arc<str>, Orders<Id>>,
    /// Every user who has entries, by their number: from when all is taken until half of it is free. Nobody asks before.
    by_number: Option<BTreeSet<(usize, Arc<str>)>>,
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
}

/// The entries of one user.
struct Orders<Id> {
    number: usize,
    by_use: Order<u64, Id>,
    by_end: Order<Time, Id>,
}

/// Ids by a key of theirs. An id whose key grows stays where it was put, until it comes to be the first: then it is put where it
/// belongs, or left out if it is gone. One whose key shrinks is put in once more, so that none is only too far back.
struct Order<Key, Id>(BinaryHeap<Reverse<(Key, Id)>>);

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
        Self { entries: BTreeMap::new(), users: BTreeMap::new(), by_number: None, per_user, total, uses: 0 }
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

    /// The entry that has to go before `user` can have one more, if one has to: that user's own, or one of whoever has the most.
    pub(crate) fn displaced(&mut self, now: Time, user: &str) -> Result<Option<Id>, Full> {
        let own = self.users.get(user).map_or(0, |orders| orders.number);
        let first = if own >= self.per_user {
            self.first_to_go(now, user)
        } else if self.entries.len() >= self.total {
            let (most, largest) = self.largest().ok_or(Full)?;
            match own {
                0 if most <= 1 => None,
                // With one more, this user would have at least as many as anybody else.
                1.. if own + 1 >= most => self.first_to_go(now, user),
                _ => self.first_to_go(now, &largest),
            }
        } else {
            return Ok(None);
        };
        first.map(Some).ok_or(Full)
    }

    /// Who has the most entries, and how many.
    fn largest(&mut self) -> Option<(usize, Arc<str>)> {
        let Self { users, by_number, .. } = self;
        let counted = || users.iter().map(|(user, orders)| (orders.number, user.clone())).collect();
        by_number.get_or_insert_with(counted).last().cloned()
    }

    /// The entry of `user` that is the first to go.
    fn first_to_go(&mut self, now: Time, user: &str) -> Option<Id> {
        let Self { entries, users, .. } = self;
        let Orders { by_use, by_end, .. } = users.get_mut(user)?;
        let ended = by_end.first(now, |id| entries.get(&id)?.ends);
        ended.or_else(|| by_use.first(u64::MAX, |id| Some(entries.get(&id)?.used)))
    }

    /// Puts an entry in, which ends by itself at `ends` if it does.
    pub(crate) fn insert(&mut self, id: Id, value: T, ends: Option<Time>) {
        self.uses += 1;
        let used = self.uses;
        let owner = value.owner();
        let orders = match self.users.get_mut(owner) {
            Some(orders) => orders,
            None => self.users.entry(owner.clone()).or_insert_with(Orders::new),
        };
        orders.number += 1;
        orders.by_use.put(used, id);
        if let Some(end) = ends {
            orders.by_end.put(end, id);
        }
        let number = orders.number;
        self.count(owner, number - 1, number);
        self.entries.insert(id, Entry { value, used, ends });
    }

    pub(crate) fn remove(&mut self, id: Id) -> Option<T> {
        let Entry { value, .. } = self.entries.remove(&id)?;
        let owner = value.owner();
        if let Some(orders) = self.users.get_mut(owner) {
            orders.number -= 1;
            let number = orders.number;
            if number == 0 {
                self.users.remove(owner);
            } else {
                orders.tidy(&self.entries);
            }
            self.count(owner, number + 1, number);
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
        let ids = self.users.get(user).into_iter().flat_map(|orders| orders.by_use.ids());
        ids.filter_map(|id| Some((id, self.get(id)?)))
    }

    /// An entry is used now.
    pub(crate) fn touch(&mut self, id: Id) {
        self.touch_if(id, |_| true);
    }

    /// An entry is used now, if it is one that can be.
    pub(crate) fn touch_if(&mut self, id: Id, can_be: impl FnOnce(&T) -> bool) -> Option<&T> {
        let entry = self.entries.get_mut(&id).filter(|entry| can_be(&entry.value))?;
        self.uses += 1;
        entry.used = self.uses;
        Some(&entry.value)
    }

    /// An entry ends by itself then, be it later or earlier than was said before.
    pub(crate) fn ends_at(&mut self, id: Id, ends: Time) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let is_too_far_back = entry.ends.is_none_or(|before| ends < before);
        entry.ends = Some(ends);
        if is_too_far_back && let Some(orders) = self.users.get_mut(entry.value.owner()) {
            orders.by_end.put(ends, id);
            orders.tidy(&self.entries);
        }
    }

    fn count(&mut self, owner: &Arc<str>, before: usize, after: usize) {
        let Some(by_number) = &mut self.by_number else { return };
        if self.entries.len() <= self.total / 2 {
            self.by_number = None;
            return;
        }
        let mut counted = (before, owner.clone());
        by_number.remove(&counted);
        if after > 0 {
            counted.0 = after;
            by_number.insert(counted);
        }
    }
}

impl<Id: Copy + Ord> Orders<Id> {
    const fn new() -> Self {
        Self { number: 0, by_use: Order(BinaryHeap::new()), by_end: Order(BinaryHeap::new()) }
    }

    /// Leaves out what is gone and gives its room back, once that is most of all room.
    fn tidy<T>(&mut self, entries: &BTreeMap<Id, Entry<T>>) {
        if self.by_use.room().max(self.by_end.room()) <= MOST_PER_ENTRY * self.number + MOST_BESIDE {
            return;
        }
        let present = || self.by_use.ids().filter_map(|id| Some((entries.get(&id)?, id)));
        let by_end = present().filter_map(|(entry, id)| Some((entry.ends?, id))).collect();
        self.by_use = present().map(|(entry, id)| (entry.used, id)).collect();
        self.by_end = by_end;
    }
}

impl<Key: Copy + Ord, Id: Copy + Ord> Order<Key, Id> {
    /// For how many ids there is room.
    fn room(&self) -> usize {
        self.0.capacity()
    }

    fn ids(&self) -> impl Iterator<Item = Id> {
        self.0.iter().map(|Reverse((_, id))| *id)
    }

    fn put(&mut self, key: Key, id: Id) {
        self.0.push(Reverse((key, id)));
    }

    /// The first of those that are there, which have a `present` key, if it is at most `last`. What is behind that stays as it is.
    fn first(&mut self, last: Key, present: impl Fn(Id) -> Option<Key>) -> Option<Id> {
        loop {
            let mut first = self.0.peek_mut()?;
            let Reverse((key, id)) = *first;
            if key > last {
                return None;
            }
            match present(id) {
                None => drop(PeekMut::pop(first)),
                Some(present) if present > key => first.0.0 = present,
                Some(_) => return Some(id),
            }
        }
    }
}

impl<Key: Ord, Id: Ord> FromIterator<(Key, Id)> for Order<Key, Id> {
    fn from_iter<I: IntoIterator<Item = (Key, Id)>>(keys: I) -> Self {
        Self(keys.into_iter().map(Reverse).collect())
    }
}

/// For how many ids one of a user's orders has room at most when an entry has left: so many for each that is there, and so many
/// more.
const MOST_PER_ENTRY: usize = 4;
const MOST_BESIDE: usize = 8;

#[cfg(test)]
mod tests;
