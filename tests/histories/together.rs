//! Port and platform together, in the simulated world.

use std::collections::BTreeSet;

use kandy_scenarios::world::WorldError;
use proptest::prelude::*;

use crate::generate::{History, any_history, healthy_history};
use crate::leftover::{Exception, leftovers};
use crate::loops::Loop;
use crate::values::assert_no_secret;
use crate::world::Run;

/// How many histories of any kind are taken.
const ANY: u32 = 80;
/// How many healthy ones.
const HEALTHY: u32 = 40;

proptest! {
    #![proptest_config(kandy_tests::property(ANY))]

    /// Whatever happens: nothing panics, time goes forward, limits are reached for known reasons only, nothing is left that
    /// the real SDK would not leave, no secret is shown, and the same history gives the same bytes.
    #[test]
    fn any_history_holds(history in any_history()) {
        check(&history);
    }
}

proptest! {
    #![proptest_config(kandy_tests::property(HEALTHY))]

    /// Where nothing fails, a disconnect leaves nothing at all.
    #[test]
    fn a_healthy_history_leaves_nothing(history in healthy_history()) {
        let left = check(&history).expect("no healthy history reaches a limit");
        let left: Vec<_> = left.into_iter().filter(|left| *left != Exception::PendingAfterAnIdleDisconnect).collect();
        prop_assert_eq!(left, vec![], "of {:#?}", history);
    }
}

/// Holds every property of a history against it. Gives what it leaves, or `None` if it reaches a limit.
pub(crate) fn check(history: &History) -> Option<BTreeSet<Exception>> {
    let first = whole(history);
    assert_no_secret("the world", &format!("{:?}", first.sim));
    for client in &first.clients {
        assert_no_secret("a client", &format!("{:?}", first.sim.session(*client)));
    }
    let second = whole(history);
    let transcript = first.sim.trace().to_string();
    assert_eq!(transcript, second.sim.trace().to_string(), "the same history gives the same bytes");
    assert_eq!(first.stopped, second.stopped);

    let times: Vec<_> = first.sim.trace().records().iter().map(|record| record.at).collect();
    assert!(times.is_sorted(), "time goes back in the transcript:\n{transcript}");
    assert_no_secret("the transcript", &transcript);
    if let Some(error) = &first.stopped {
        let known = Loop::named_by(error);
        let is_full = matches!(error, WorldError::Trace(_));
        let all = [Loop::TokenRefresh, Loop::Ping, Loop::Resubscription, Loop::WebSocket];
        // Where answers take time the same loops fill the transcript instead.
        let mut candidates = all.into_iter().filter(|one| known == Some(*one) || (is_full && *one != Loop::Ping));
        assert!(candidates.any(|one| one.may_be_reached_by(history)), "{error}\n{history:?}");
        return None;
    }
    Some(leftovers(&first).unwrap_or_else(|left| panic!("{left}\n{transcript}\n{history:?}")))
}

fn whole(history: &History) -> Run {
    let mut run = Run::of(history);
    run.finish(history.patience);
    run
}
