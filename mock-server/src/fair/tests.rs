mod model;

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
    table.displaced(now, user).unwrap()
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
    table.ends_at(3, at(60));
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
    assert_eq!(table.displaced(Time::ZERO, "dan"), Err(Full), "everybody has one, and nobody is to lose it");
    assert_eq!(makes_room(&mut table, Time::ZERO, "carol"), Some(7));
    (7..=12).for_each(|id| drop(table.remove(id)));
    assert!(table.users.is_empty() && table.by_number.is_none(), "nothing is left of who has nothing");
}

#[test]
fn what_is_gone_takes_little_room_and_what_is_there_keeps_its_place() {
    let mut table = Fair::new(3, 100);
    for id in 1..=2 {
        table.insert(id, "alice".into(), Some(Time::from_millis(id)));
    }
    for id in 3..1_000 {
        table.insert(id, "alice".into(), Some(Time::from_millis(id)));
        table.remove(id);
        let Orders { number, by_use, by_end } = &table.users["alice"];
        let most = MOST_PER_ENTRY * number + MOST_BESIDE;
        assert!(*number == 2 && by_use.room().max(by_end.room()) <= most);
    }
    assert_eq!(table.of("alice").count(), 2);
    put(&mut table, 1_000, "alice");
    assert_eq!(makes_room(&mut table, Time::ZERO, "alice"), Some(1));
    assert_eq!(makes_room(&mut table, Time::from_millis(1), "alice"), Some(1));
    table.touch(1);
    assert_eq!(makes_room(&mut table, Time::ZERO, "alice"), Some(2));
}

#[test]
fn what_ends_earlier_than_was_said_goes_when_it_has() {
    let at = Time::from_millis;
    let mut table = Fair::new(2, 100);
    table.insert(1, "alice".into(), Some(at(1_000)));
    table.insert(2, "alice".into(), Some(at(1_000)));
    for _ in 0..1_000 {
        table.ends_at(2, at(1_000));
        table.ends_at(2, at(10));
        assert!(table.users["alice"].by_end.room() <= MOST_PER_ENTRY * 2 + MOST_BESIDE);
    }
    assert_eq!(makes_room(&mut table, at(9), "alice"), Some(1));
    assert_eq!(makes_room(&mut table, at(10), "alice"), Some(2));
    table.ends_at(2, at(20));
    assert_eq!(makes_room(&mut table, at(19), "alice"), Some(1), "it ends later again");
    assert_eq!(makes_room(&mut table, at(20), "alice"), Some(2));
}

#[test]
fn whoever_had_much_once_gives_the_room_back() {
    for all_at_once in [true, false] {
        let mut table = Fair::new(1_000, 1_000);
        (1..=1_000).for_each(|id| table.insert(id, "alice".into(), Some(Time::from_millis(id))));
        for id in 1..1_000 {
            if !all_at_once {
                let newcomer = format!("user {id}");
                assert_eq!(makes_room(&mut table, Time::from_millis(1_000), &newcomer), Some(id));
                put(&mut table, 1_000 + id, &newcomer);
            }
            table.remove(id);
            let Orders { number, by_use, by_end } = &table.users["alice"];
            assert!(by_use.room().max(by_end.room()) <= MOST_PER_ENTRY * number + MOST_BESIDE);
        }
        assert_eq!(table.of("alice").map(|(id, _)| id).collect::<Vec<_>>(), [1_000]);
    }
}

#[test]
fn who_has_the_most_is_kept_only_where_somebody_asks() {
    let mut table = Fair::new(10, 8);
    (1..=5).for_each(|id| put(&mut table, id, "alice"));
    (6..=8).for_each(|id| put(&mut table, id, "bob"));
    assert!(table.by_number.is_none());
    assert_eq!(makes_room(&mut table, Time::ZERO, "carol"), Some(1));
    (1..=3).for_each(|id| drop(table.remove(id)));
    (9..=11).for_each(|id| put(&mut table, id, "carol"));
    assert!(table.by_number.is_some());
    assert_eq!(makes_room(&mut table, Time::ZERO, "dan"), Some(9), "of those who have as many the last by name");
    (1..=7).for_each(|id| drop(table.remove(id)));
    assert!(table.by_number.is_none());
    assert_eq!(makes_room(&mut table, Time::ZERO, "dan"), None);
}
