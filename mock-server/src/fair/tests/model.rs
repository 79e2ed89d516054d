//! The table against one that is looked through as a whole, whatever is done to both.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed};

use super::*;

const USERS: [&str; 4] = ["alice", "bob", "carol", "dan"];

/// What is done to a table. What is there is meant by an [`Index`] among all, and times are in milliseconds.
#[derive(Clone, Debug)]
enum Act {
    /// A user has one more, for which there is made room.
    Insert {
        user: usize,
        ends_after: Option<u64>,
    },
    Touch(Index),
    EndAfter(Index, u64),
    Remove(Index),
    /// A user leaves.
    RemoveAll(usize),
    /// Somebody is told who has to make room, and does not come.
    Ask(usize),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0..USERS.len(), proptest::option::of(0..20_u64))
            .prop_map(|(user, ends_after)| Act::Insert { user, ends_after }),
        4 => any::<Index>().prop_map(Act::Touch),
        3 => (any::<Index>(), 0..30_u64).prop_map(|(index, after)| Act::EndAfter(index, after)),
        3 => any::<Index>().prop_map(Act::Remove),
        1 => (0..USERS.len()).prop_map(Act::RemoveAll),
        2 => (0..USERS.len()).prop_map(Act::Ask),
        3 => (0..10_u64).prop_map(Act::Wait),
    ]
}

/// An entry of the table that is looked through.
#[derive(Clone, Debug)]
struct Plain {
    id: u64,
    user: &'static str,
    used: u64,
    ends: Option<Time>,
}

/// Both tables.
struct Both {
    table: Fair<u64, Arc<str>>,
    plain: Vec<Plain>,
    per_user: usize,
    total: usize,
    now: Time,
    /// Counts whatever is done.
    acts: u64,
}

impl Both {
    fn new(per_user: usize, total: usize) -> Self {
        let table = Fair::new(per_user, total);
        Self { table, plain: Vec::new(), per_user, total, now: Time::ZERO, acts: 0 }
    }

    fn act(&mut self, act: &Act) {
        self.acts += 1;
        let after = |millis| Time::from_millis(self.now.as_millis() + millis);
        match *act {
            Act::Insert { user, ends_after } => self.insert(USERS[user], ends_after.map(after)),
            Act::Touch(index) => {
                let Some(at) = self.at(index) else { return };
                self.plain[at].used = self.acts;
                self.table.touch(self.plain[at].id);
            }
            Act::EndAfter(index, millis) => {
                let until = after(millis);
                let Some(at) = self.at(index) else { return };
                self.plain[at].ends = Some(until);
                self.table.ends_at(self.plain[at].id, until);
            }
            Act::Remove(index) => {
                let Some(at) = self.at(index) else { return };
                self.remove(self.plain[at].id);
            }
            Act::RemoveAll(user) => {
                let of_user: Vec<u64> = self.of(USERS[user]).map(|plain| plain.id).collect();
                of_user.into_iter().for_each(|id| self.remove(id));
            }
            Act::Ask(user) => drop(self.displaced(USERS[user])),
            Act::Wait(millis) => self.now = after(millis),
        }
        self.are_alike();
    }

    fn at(&self, index: Index) -> Option<usize> {
        (!self.plain.is_empty()).then(|| index.index(self.plain.len()))
    }

    fn of(&self, user: &str) -> impl Iterator<Item = &Plain> {
        self.plain.iter().filter(move |plain| plain.user == user)
    }

    fn insert(&mut self, user: &'static str, ends: Option<Time>) {
        match self.displaced(user) {
            Err(Full) => return,
            Ok(Some(displaced)) => self.remove(displaced),
            Ok(None) => {}
        }
        self.table.insert(self.acts, user.into(), ends);
        self.plain.push(Plain { id: self.acts, user, used: self.acts, ends });
        assert!(self.plain.len() <= self.total && self.of(user).count() <= self.per_user);
    }

    fn remove(&mut self, id: u64) {
        self.plain.retain(|plain| plain.id != id);
        self.table.remove(id).expect("it is there");
    }

    /// What both tables say.
    fn displaced(&mut self, user: &str) -> Result<Option<u64>, Full> {
        let own = self.of(user).count();
        let (most, largest) = USERS.map(|user| (self.of(user).count(), user)).into_iter().max().unwrap();
        let displaced = if own >= self.per_user {
            Ok(Some(user))
        } else if self.plain.len() < self.total {
            Ok(None)
        } else if own == 0 {
            if most > 1 { Ok(Some(largest)) } else { Err(Full) }
        } else {
            Ok(Some(if own + 1 >= most { user } else { largest }))
        };
        let displaced = displaced.map(|whose| whose.map(|whose| self.first_to_go(whose)));
        assert_eq!(self.table.displaced(self.now, user), displaced, "{user} at {}", self.now);
        displaced
    }

    fn first_to_go(&self, user: &str) -> u64 {
        let ended = self.of(user).filter(|plain| plain.ends.is_some_and(|ends| ends <= self.now));
        let first = ended.min_by_key(|plain| (plain.ends, plain.id));
        first.or_else(|| self.of(user).min_by_key(|plain| plain.used)).unwrap().id
    }

    fn are_alike(&self) {
        let ids = |plain: &mut dyn Iterator<Item = &Plain>| plain.map(|plain| plain.id).collect::<Vec<_>>();
        assert_eq!(self.table.iter().map(|(id, _)| id).collect::<Vec<_>>(), ids(&mut self.plain.iter()));
        for user in USERS {
            let mut of_user: Vec<u64> = self.table.of(user).map(|(id, _)| id).collect();
            of_user.sort_unstable();
            assert_eq!(of_user, ids(&mut self.of(user)), "{user}");
            let Some(Orders { number, by_use, by_end }) = self.table.users.get(user) else { continue };
            assert_eq!(*number, of_user.len());
            // What comes in may double the room before anything leaves.
            assert!(by_use.room().max(by_end.room()) <= 2 * (MOST_PER_ENTRY * number + MOST_BESIDE));
        }
        if let Some(by_number) = &self.table.by_number {
            let counted = |user: &Arc<str>| (self.of(user).count(), user.clone());
            let counted: BTreeSet<(usize, Arc<str>)> = self.table.users.keys().map(counted).collect();
            assert_eq!(*by_number, counted);
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_entry_that_makes_room_is_the_one_that_a_look_at_all_finds(
        per_user in 1..6_usize,
        total in 1..12_usize,
        acts in vec(act(), 0..200),
    ) {
        let mut both = Both::new(per_user, total);
        acts.iter().for_each(|act| both.act(act));
    }
}

/// The same acts in every run, unless `PROPTEST_CASES` says how many others to take.
fn config() -> Config {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return Config::default();
    }
    Config { rng_seed: RngSeed::Fixed(0), ..Config::default() }
}
