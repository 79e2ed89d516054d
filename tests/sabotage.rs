//! Whether `explore` finds what it says it finds: quirks of the port are repaired, and exactly their findings go; bugs are
//! planted in the platform, and one exploration finds them.
//!
//! The machines are built with the feature `sabotage` of this package, which nothing else enables.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kandy_client::sabotage::{Repair, repair};
use kandy_mock_server::sabotage::{Bug, plant};
use kandy_scenarios::explore::{Options, explore};
use kandy_scenarios::script::Source;

#[test]
fn an_empty_refusal_that_is_told_ends_what_it_brought() {
    let (new, gone) = repaired("connect/quickstart", Repair::EmptyRefusalIsTold);
    assert_eq!(new, BTreeSet::new());
    let expected = [
        "pending for ever (kandy) | mk_token request 1: answered 401 empty",
        "task died: connect flow (kandy) | mk_token request 1: answered 401 empty",
    ];
    assert_eq!(gone, expected.map(str::to_owned).into());
}

#[test]
fn attempts_that_end_with_disconnect_leave_no_socket() {
    let (new, gone) = repaired("connect/quickstart", Repair::AttemptsEndAtDisconnect);
    assert_eq!(new, BTreeSet::new());
    let expected =
        ["socket left open (kandy) | handshake 1: disconnect", "socket left open (kandy) | open 1: disconnect"];
    assert_eq!(gone, expected.map(str::to_owned).into());
}

#[test]
fn a_subscription_that_is_deleted_at_a_normal_close_is_not_left_behind() {
    let before = findings("connect/success");
    let expected = before.iter().filter(|line| line.ends_with(": close 1000"));
    let expected: BTreeSet<String> = expected.filter(|line| line.starts_with("subscription left")).cloned().collect();
    assert!(expected.contains("subscription left behind (kandy) | ping 1: close 1000"), "{before:#?}");
    let (new, gone) = repaired("connect/success", Repair::CloseDeletesSubscription);
    assert_eq!(new, BTreeSet::new());
    assert_eq!(gone, expected);
}

#[test]
fn a_delete_that_forgets_nothing_is_found() {
    let new = planted("connect/success", Bug::DeleteForgetsNothing);
    assert!(new.contains("subscription left behind (kandy) | ping 1: disconnect"), "{new:#?}");
}

#[test]
fn a_push_that_is_lost_is_found() {
    let new = planted("connect/success", Bug::PushesAreLost);
    assert!(new.contains("connected and hears nothing (kandy) | ping 1: push"), "{new:#?}");
}

#[test]
fn a_socket_that_gone_does_not_close_is_found() {
    let new = planted("connect/success", Bug::GoneIsNotTold);
    assert!(new.contains("connected without a session at the platform (kandy) | ping 1: gone"), "{new:#?}");
}

#[test]
fn nothing_is_found_but_what_is_accepted_where_nothing_is_sabotaged() {
    for scenario in ["connect/quickstart", "connect/success"] {
        let accepted = std::fs::read_to_string(path_of(scenario).with_extension("explore")).unwrap();
        let accepted: BTreeSet<&str> = accepted.lines().filter(|line| line.contains(" | ")).collect();
        assert_eq!(findings(scenario).iter().map(String::as_str).collect::<BTreeSet<_>>(), accepted);
    }
}

/// What is new and what has gone where this quirk is repaired.
fn repaired(scenario: &str, quirk: Repair) -> (BTreeSet<String>, BTreeSet<String>) {
    let before = findings(scenario);
    let _one = one_at_a_time();
    repair(Some(quirk));
    let after = explored(scenario);
    repair(None);
    (after.difference(&before).cloned().collect(), before.difference(&after).cloned().collect())
}

/// What is new where the platform has this bug.
fn planted(scenario: &str, bug: Bug) -> BTreeSet<String> {
    let before = findings(scenario);
    let _one = one_at_a_time();
    plant(Some(bug));
    let after = explored(scenario);
    plant(None);
    after.difference(&before).cloned().collect()
}

/// What is found where nothing is sabotaged.
fn findings(scenario: &str) -> BTreeSet<String> {
    let _one = one_at_a_time();
    explored(scenario)
}

/// What is sabotaged is so in the whole process. Where a test has failed nothing may be left of it.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    repair(None);
    plant(None);
    one
}

/// Each finding with each schedule that brings it.
fn explored(scenario: &str) -> BTreeSet<String> {
    let path = path_of(scenario);
    let text = std::fs::read_to_string(&path).expect("the scenario is there");
    let source =
        Source { root: path.parent().expect("it is a file").to_owned(), path, shown: scenario.to_owned(), text };
    let options = Options { budget: Duration::MAX, ..Options::default() };
    let found = explore(&source, None, &options, &mut |_, _, _| {}).expect("it passes undisturbed");
    let all = found.findings.iter().flat_map(|(finding, schedules)| schedules.iter().map(move |by| (finding, by)));
    all.map(|(finding, by)| format!("{finding} | {by}")).collect()
}

fn path_of(scenario: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/scripts").join(scenario).with_extension("rhai")
}
