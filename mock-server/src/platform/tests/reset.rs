//! The way back to the start.

use super::*;
use crate::journal::Kind;

/// How the numbers of a session are: its token, its subscription and its socket.
fn session(bench: &mut Bench) -> (String, String, String) {
    let socket = bench.connect(ALICE);
    let token = bench.log_in(BOB);
    (token, bench.platform.subscriptions(None).last().unwrap().id.to_string(), socket.to_string())
}

#[test]
fn a_reset_leads_back_to_the_start_and_numbers_begin_again() {
    let mut bench = Bench::new();
    bench.fail(Point::Unsubscribe, &json!({ "status": 500 }));
    bench.platform.set_latency(bench.now, Duration::from_secs(1));
    bench.platform.keep_as_start();
    let (users, settings) = (bench.platform.users(), bench.platform.settings());
    let faults = bench.platform.faults();

    let first = session(&mut bench);
    let socket = bench.platform.sockets(None)[0].id;
    bench.fail(Point::Subscribe, &json!({ "hang": true }));
    bench.platform.clear(bench.now, Some(Point::Unsubscribe));
    bench.platform.remove_user(bench.now, BOB).unwrap();
    bench.platform.add_user(bench.now, "carol", "x", UserOptions::default()).unwrap();
    bench.platform.set_password(bench.now, ALICE, "other").unwrap();
    bench.platform.set_answer_pings(bench.now, true);
    bench.drain();
    let seq = bench.platform.journal().next_seq();
    let next = bench.platform.reset(bench.now);

    assert_eq!(bench.drain(), [Output::Cut { socket }]);
    assert_eq!((bench.platform.users(), bench.platform.settings()), (users, settings));
    assert_eq!(bench.platform.faults(), faults);
    assert_eq!(bench.platform.poll_timeout(), None, "nothing of before is due");
    let records: Vec<_> = bench.platform.journal().since(seq).map(|record| record.kind.clone()).collect();
    assert!(matches!(records[0], Kind::Command { name: "reset", .. }), "{records:?}");
    assert!(matches!(records[1..], [Kind::Closed { .. }]), "{records:?}");
    assert_eq!((bench.platform.journal().begun(), next), (seq, seq + 2), "the journal goes on");

    // With a clock that was put back, too.
    bench.now = Time::ZERO;
    assert_eq!(session(&mut bench), first);
    let again = bench.platform.sockets(None)[0].id;
    assert_ne!(again, socket, "the same name, and another socket");
    bench.platform.handle_closed(bench.now, socket, None);
    assert_eq!(bench.platform.sockets(None)[0].id, again, "who hears of the old one does not mean the new one");
    let id = bench.platform.fail(bench.now, Point::Subscribe, vec![Fault::hang()]).unwrap();
    assert_eq!(id.number(), 3, "a fault's number is its own for ever");
}

#[test]
fn without_a_start_of_its_own_it_is_empty_and_users_of_the_start_may_change() {
    let mut bench = Bench::new();
    bench.platform.reset(bench.now);
    assert_eq!(bench.platform.users(), []);
    let users = ["dave", "eve"].map(|name| (name, "x", UserOptions::default()));
    bench.platform.set_users_of_start(bench.now, users);
    assert_eq!(bench.platform.users(), [], "not before the next reset");
    bench.platform.reset(bench.now);
    assert_eq!(bench.platform.users().iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["dave", "eve"]);
    assert_eq!(bench.platform.resets(), 2);
}
