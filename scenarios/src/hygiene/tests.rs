use super::*;

fn idle() -> Ending {
    Ending {
        client: "kandy".to_owned(),
        phase: Phase::Idle,
        is_connected: false,
        is_pending: false,
        is_destroyed: false,
        subscriptions: Vec::new(),
        may_have_more: false,
        sockets: Vec::new(),
        running: Vec::new(),
        awaits_answer: false,
        under_way: UnderWay::default(),
        after_destroy: None,
    }
}

fn connected() -> Ending {
    // With a subscription, of which nothing is said.
    Ending { phase: Phase::Connected, is_connected: true, may_have_more: true, ..idle() }
}

fn connecting() -> Ending {
    Ending { phase: Phase::Connecting, is_pending: true, ..idle() }
}

fn disconnecting() -> Ending {
    Ending { phase: Phase::Disconnecting, is_connected: true, is_pending: true, ..idle() }
}

fn newest(name: &str) -> Left {
    Left { name: name.to_owned(), is_newest: true }
}

fn older(name: &str) -> Left {
    Left { name: name.to_owned(), is_newest: false }
}

fn socket(is_used: bool) -> OpenSocket {
    OpenSocket { number: 1, is_used }
}

#[track_caller]
fn check(ending: Ending, expected: &[What]) {
    let found: Vec<What> = warnings(&[ending]).into_iter().map(|warning| warning.what).collect();
    assert_eq!(found, expected);
}

#[test]
fn each_warning_names_its_client_in_the_order_of_clients() {
    let pending = |client: &str| Ending { client: client.to_owned(), is_pending: true, ..idle() };
    let found = warnings(&[pending("b"), connected(), pending("a")]);
    assert_eq!(found.iter().map(|warning| &*warning.client).collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn a_subscription_is_left_when_its_session_is_over_or_another_was_made() {
    let with = |ending: Ending| Ending { subscriptions: vec![older("SUB-1"), newest("SUB-2")], ..ending };
    let subscription = |name: &str| What::Subscription(name.to_owned());
    let both = [subscription("SUB-1"), subscription("SUB-2")];
    check(with(connected()), &both[..1]);
    check(with(idle()), &both);
    check(with(Ending { is_connected: false, ..connected() }), &both);
    check(with(Ending { is_destroyed: true, ..connected() }), &both);
    let under_way = UnderWay { requests: true, ..UnderWay::default() };
    check(with(Ending { awaits_answer: true, under_way, ..connecting() }), &both[..1]);
    check(with(Ending { awaits_answer: true, under_way, ..disconnecting() }), &both[..1]);
    // A request that is not a DELETE changes nothing.
    check(with(Ending { under_way, ..idle() }), &both);
    check(with(Ending { under_way: UnderWay { deletes: true, ..under_way }, ..idle() }), &[]);
}

#[test]
fn a_socket_is_left_when_nobody_reads_it_or_the_client_is_not_connected() {
    let with = |is_used, ending: Ending| Ending { sockets: vec![socket(is_used)], ..ending };
    check(with(true, connected()), &[]);
    check(with(false, connected()), &[What::Socket(socket(false))]);
    check(with(true, idle()), &[What::Socket(socket(true))]);
    check(with(true, Ending { is_connected: false, ..connected() }), &[What::Socket(socket(true))]);
}

#[test]
fn who_is_connected_has_a_subscription() {
    let without = |ending: Ending| Ending { may_have_more: false, ..ending };
    let with = |left: Left| Ending { subscriptions: vec![left], ..without(connected()) };
    check(without(connected()), &[What::Unsubscribed]);
    check(Ending { sockets: vec![socket(true)], ..without(connected()) }, &[What::Unsubscribed]);
    check(with(newest("SUB-1")), &[]);
    // An older one is of an earlier session, which is told as such.
    check(with(older("SUB-1")), &[What::Subscription("SUB-1".to_owned())]);
    check(connected(), &[]);
    let under_way = UnderWay { requests: true, ..UnderWay::default() };
    check(without(Ending { under_way, ..connected() }), &[]);
    check(without(Ending { is_destroyed: true, ..connected() }), &[]);
    for ending in [idle(), Ending { is_connected: false, ..connected() }] {
        check(without(ending), &[]);
    }
}

#[test]
fn nothing_is_pending_for_ever_that_something_may_end() {
    let pending = |ending: Ending| Ending { is_pending: true, ..ending };
    check(pending(idle()), &[What::Pending]);
    check(pending(connected()), &[What::Pending]);
    check(connecting(), &[What::Pending]);
    check(disconnecting(), &[What::Pending]);
    check(Ending { is_destroyed: true, ..pending(idle()) }, &[]);
    check(Ending { running: vec![Running::Attempts], ..connecting() }, &[]);
    // A renewal ends it only with the session.
    check(Ending { running: vec![Running::Renewals], ..pending(connected()) }, &[What::Pending]);

    let sockets = UnderWay { sockets: true, ..UnderWay::default() };
    check(Ending { under_way: sockets, ..connecting() }, &[]);
    let requests = UnderWay { requests: true, ..UnderWay::default() };
    check(Ending { under_way: requests, awaits_answer: true, ..connecting() }, &[]);
    // An answer that nobody waits for, and a wait for an answer that is not under way.
    check(Ending { under_way: requests, ..pending(idle()) }, &[What::Pending]);
    check(Ending { awaits_answer: true, ..connecting() }, &[What::Pending]);
}

#[test]
fn what_runs_on_is_told_once_and_only_outside_of_a_session() {
    let with = |ending: Ending| Ending {
        running: vec![Running::Attempts, Running::Renewals, Running::Attempts],
        is_pending: false,
        ..ending
    };
    let both = [What::RunsOn(Running::Attempts), What::RunsOn(Running::Renewals)];
    check(with(connected()), &[]);
    check(with(connecting()), &[]);
    check(with(disconnecting()), &both[..1]);
    check(with(idle()), &both);
    check(with(Ending { is_connected: false, ..connected() }), &both);
}

#[test]
fn an_event_after_destroy_is_told() {
    let ending = Ending { is_destroyed: true, after_destroy: Some("auth:change"), ..idle() };
    check(ending, &[What::EventAfterDestroy("auth:change")]);
}
