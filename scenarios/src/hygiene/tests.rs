use super::*;

fn idle() -> ClientEnd {
    ClientEnd {
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
        under_way: StillUnderWay::default(),
        after_destroy: None,
    }
}

fn connected() -> ClientEnd {
    // With a subscription, of which nothing is said.
    ClientEnd { phase: Phase::Connected, is_connected: true, may_have_more: true, ..idle() }
}

fn connecting() -> ClientEnd {
    ClientEnd { phase: Phase::Connecting, is_pending: true, ..idle() }
}

fn disconnecting() -> ClientEnd {
    ClientEnd { phase: Phase::Disconnecting, is_connected: true, is_pending: true, ..idle() }
}

fn newest(name: &str) -> LeftSubscription {
    LeftSubscription { name: name.to_owned(), is_newest: true }
}

fn older(name: &str) -> LeftSubscription {
    LeftSubscription { name: name.to_owned(), is_newest: false }
}

fn socket(is_used: bool) -> SocketLeft {
    SocketLeft { number: 1, is_used }
}

#[track_caller]
fn check(ending: ClientEnd, expected: &[WarningKind]) {
    let found: Vec<WarningKind> = warnings(&[ending]).into_iter().map(|warning| warning.what).collect();
    assert_eq!(found, expected);
}

#[test]
fn each_warning_names_its_client_in_the_order_of_clients() {
    let pending = |client: &str| ClientEnd { client: client.to_owned(), is_pending: true, ..idle() };
    let found = warnings(&[pending("b"), connected(), pending("a")]);
    assert_eq!(found.iter().map(|warning| &*warning.client).collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn a_subscription_is_left_when_its_session_is_over_or_another_was_made() {
    let with = |ending: ClientEnd| ClientEnd { subscriptions: vec![older("SUB-1"), newest("SUB-2")], ..ending };
    let subscription = |name: &str| WarningKind::Subscription(name.to_owned());
    let both = [subscription("SUB-1"), subscription("SUB-2")];
    check(with(connected()), &both[..1]);
    check(with(idle()), &both);
    check(with(ClientEnd { is_connected: false, ..connected() }), &both);
    check(with(ClientEnd { is_destroyed: true, ..connected() }), &both);
    let under_way = StillUnderWay { requests: true, ..StillUnderWay::default() };
    check(with(ClientEnd { awaits_answer: true, under_way, ..connecting() }), &both[..1]);
    check(with(ClientEnd { awaits_answer: true, under_way, ..disconnecting() }), &both[..1]);
    // A request that is not a DELETE changes nothing.
    check(with(ClientEnd { under_way, ..idle() }), &both);
    check(with(ClientEnd { under_way: StillUnderWay { deletes: true, ..under_way }, ..idle() }), &[]);
}

#[test]
fn a_socket_is_left_when_nobody_reads_it_or_the_client_is_not_connected() {
    let with = |is_used, ending: ClientEnd| ClientEnd { sockets: vec![socket(is_used)], ..ending };
    check(with(true, connected()), &[]);
    check(with(false, connected()), &[WarningKind::Socket(socket(false))]);
    check(with(true, idle()), &[WarningKind::Socket(socket(true))]);
    check(with(true, ClientEnd { is_connected: false, ..connected() }), &[WarningKind::Socket(socket(true))]);
}

#[test]
fn who_is_connected_has_a_subscription() {
    let without = |ending: ClientEnd| ClientEnd { may_have_more: false, ..ending };
    let with = |left: LeftSubscription| ClientEnd { subscriptions: vec![left], ..without(connected()) };
    check(without(connected()), &[WarningKind::Unsubscribed]);
    check(ClientEnd { sockets: vec![socket(true)], ..without(connected()) }, &[WarningKind::Unsubscribed]);
    check(with(newest("SUB-1")), &[]);
    // An older one is of an earlier session, which is told as such.
    check(with(older("SUB-1")), &[WarningKind::Subscription("SUB-1".to_owned())]);
    check(connected(), &[]);
    let under_way = StillUnderWay { requests: true, ..StillUnderWay::default() };
    check(without(ClientEnd { under_way, ..connected() }), &[]);
    check(without(ClientEnd { is_destroyed: true, ..connected() }), &[]);
    for ending in [idle(), ClientEnd { is_connected: false, ..connected() }] {
        check(without(ending), &[]);
    }
}

#[test]
fn nothing_is_pending_for_ever_that_something_may_end() {
    let pending = |ending: ClientEnd| ClientEnd { is_pending: true, ..ending };
    check(pending(idle()), &[WarningKind::Pending]);
    check(pending(connected()), &[WarningKind::Pending]);
    check(connecting(), &[WarningKind::Pending]);
    check(disconnecting(), &[WarningKind::Pending]);
    check(ClientEnd { is_destroyed: true, ..pending(idle()) }, &[]);
    check(ClientEnd { running: vec![Running::Attempts], ..connecting() }, &[]);
    // A renewal ends it only with the session.
    check(ClientEnd { running: vec![Running::Renewals], ..pending(connected()) }, &[WarningKind::Pending]);

    let sockets = StillUnderWay { sockets: true, ..StillUnderWay::default() };
    check(ClientEnd { under_way: sockets, ..connecting() }, &[]);
    let requests = StillUnderWay { requests: true, ..StillUnderWay::default() };
    check(ClientEnd { under_way: requests, awaits_answer: true, ..connecting() }, &[]);
    // An answer that nobody waits for, and a wait for an answer that is not under way.
    check(ClientEnd { under_way: requests, ..pending(idle()) }, &[WarningKind::Pending]);
    check(ClientEnd { awaits_answer: true, ..connecting() }, &[WarningKind::Pending]);
}

#[test]
fn what_runs_on_is_told_once_and_only_outside_of_a_session() {
    let with = |ending: ClientEnd| ClientEnd {
        running: vec![Running::Attempts, Running::Renewals, Running::Attempts],
        is_pending: false,
        ..ending
    };
    let both = [WarningKind::RunsOn(Running::Attempts), WarningKind::RunsOn(Running::Renewals)];
    check(with(connected()), &[]);
    check(with(connecting()), &[]);
    check(with(disconnecting()), &both[..1]);
    check(with(idle()), &both);
    check(with(ClientEnd { is_connected: false, ..connected() }), &both);
}

#[test]
fn an_event_after_destroy_is_told() {
    let ending = ClientEnd { is_destroyed: true, after_destroy: Some("auth:change"), ..idle() };
    check(ending, &[WarningKind::EventAfterDestroy("auth:change")]);
}
