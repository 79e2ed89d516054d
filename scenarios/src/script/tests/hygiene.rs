//! What is said of what scripts leave behind.

use super::*;
use crate::world::Live;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(told(&passes(text)), expected, "{}", passes(text).trace);
}

/// Each warning up to its reason.
fn told(outcome: &ScriptOutcome) -> Vec<String> {
    let short = |warning: &Warning| {
        let what = warning.what.to_string();
        let end = [", ", " lives", " is open"].iter().filter_map(|end| what.find(end)).min().unwrap_or(what.len());
        format!("{}: {}", warning.client, &what[..end])
    };
    outcome.warnings.iter().map(short).collect()
}

const TWO_CLIENTS: &str = r#"
    platform.addUser("alice", "s3cret");
    let alice = #{ username: "alice", password: "s3cret" };
    let one = create(#{}, "one");
    let two = create(#{}, "two");
"#;

#[test]
fn of_two_clients_of_one_user_the_one_is_named_whose_subscription_it_is() {
    let leave_one = |first: &str, second: &str| {
        format!(
            r#"{TWO_CLIENTS}
            {first}.connect(alice);
            waitUntil(|| {first}.getConnection().isConnected);
            {second}.connect(alice);
            waitUntil(|| platform.subscriptions("alice").len() == 2);
            {second}.disconnect();"#
        )
    };
    check(
        &leave_one("one", "two"),
        &["two: subscription left behind: SUB-2", "two: pending for ever: isPending is true"],
    );
    check(
        &leave_one("two", "one"),
        &["one: subscription left behind: SUB-2", "one: pending for ever: isPending is true"],
    );
}

#[test]
fn a_subscription_of_which_its_client_was_never_told_is_its_nevertheless() {
    let hidden = |fault: &str| {
        format!(
            r#"{TWO_CLIENTS}
            one.connect(alice);
            waitUntil(|| one.getConnection().isConnected);
            platform.fail("subscribe", {fault});
            two.connect(alice);
            two.waitFor("auth:error");"#
        )
    };
    check(&hidden("#{ cors: false }"), &["two: subscription left behind: SUB-2"]);
    check(&hidden(r#"#{ merge: #{ subscribeResponse: () } }"#), &["two: subscription left behind: SUB-2"]);
    // Here none was made.
    check(&hidden("#{ status: 403 }"), &[]);
}

#[test]
fn a_connected_client_has_left_its_earlier_subscription() {
    check(
        &format!(
            r#"{TWO_CLIENTS}
            one.connect(alice);
            waitUntil(|| platform.subscriptions("alice").len() == 1);
            one.disconnect();
            one.connect(alice);
            waitUntil(|| one.getConnection().isConnected);"#
        ),
        &["one: subscription left behind: SUB-1"],
    );
}

#[test]
fn what_is_under_way_at_the_end_is_not_left() {
    let slow = |rest: &str| {
        format!(
            r#"{TWO_CLIENTS}
            one.connect(alice);
            waitUntil(|| one.getConnection().isConnected);
            platform.latency("1s");
            {rest}"#
        )
    };
    check(&slow("one.disconnect(); advance(500);"), &[]);
    check(&slow("one.destroy(); advance(500);"), &[]);
    check(&slow("two.connect(alice); advance(500);"), &[]);
    // The subscription is made, and its answer not yet here; then the socket opens.
    check(&slow("two.connect(alice); advance(1500);"), &[]);
    check(&slow("two.connect(alice); advance(2500);"), &[]);
    check(&slow("two.connect(alice); advance(3000);"), &[]);
}

#[test]
fn an_answer_that_never_comes_is_waited_for_in_vain() {
    check(
        &format!(
            r#"{TWO_CLIENTS}
            platform.fail("mk_token", #{{ hang: true }});
            one.connect(alice);
            advance("1s");"#
        ),
        &["one: pending for ever: isPending is true"],
    );
}

#[test]
fn of_what_ends_before_its_end_nothing_is_said() {
    let pending = "let kandy = create(); kandy.disconnect();";
    check(pending, &["kandy: pending for ever: isPending is true"]);
    assert_eq!(run(&format!("{pending} skip(\"enough\");")).warnings, []);
    assert_eq!(run(&format!("{pending} fail(\"enough\");")).warnings, []);
}

#[test]
fn on_real_sockets_only_what_is_known_is_told() {
    let live = |rest: &str| {
        let text = format!("{TWO_CLIENTS}{rest}");
        let run = || {
            let host = Host::new();
            let script = host.compile(&source(&text)).unwrap();
            host.run_in(World::Live(Box::new(Live::start().unwrap())), &script, &Limits::default())
        };
        let outcome = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(Limits::STACK_BYTES);
            thread.spawn_scoped(scope, run).unwrap().join().unwrap()
        });
        assert_eq!(outcome.verdict, Verdict::Passed, "{}", outcome.trace);
        told(&outcome)
    };
    let orphan = |client: &str| {
        format!(
            r#"{client}.connect(alice);
            waitUntil(|| platform.subscriptions("alice").len() == 1);
            {client}.disconnect();"#
        )
    };
    for client in ["one", "two"] {
        let expected = [
            format!("{client}: subscription left behind: SUB-1"),
            format!("{client}: pending for ever: isPending is true"),
        ];
        assert_eq!(live(&orphan(client)), expected);
    }
    // Two clients whose answers are hidden: whose is which is not known.
    let hides = r#"platform.fail("subscribe", #{ cors: false });"#;
    let fails = |client: &str| format!(r#"{client}.connect(alice); {client}.waitFor("auth:error");"#);
    assert_eq!(live(&format!("{hides}{}{}", fails("one"), fails("two"))), Vec::<String>::new());
    assert_eq!(live(&format!("{hides}{}", fails("two"))), ["two: subscription left behind: SUB-1"]);
    // The answer to the DELETE may be under way, or never come.
    let leaving = r#"
        one.connect(alice);
        waitUntil(|| one.getConnection().isConnected);
        platform.fail("unsubscribe", #{ hang: true });
        one.disconnect();
        platform.waitFor("unsubscribe");"#;
    assert_eq!(live(leaving), Vec::<String>::new());
    assert_eq!(live(&leaving.replace("disconnect", "destroy")), Vec::<String>::new());
}
