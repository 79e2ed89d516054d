//! Waits: what ends them, what they say when nothing does, and that time passes only in them.

use super::*;

#[test]
fn a_wait_never_misses_an_event() {
    passes(&format!(
        r#"{SIGNED_IN}
        advance("31m");
        assertEq(kandy.waitFor("auth:resub").attemptNum, 1);
        assertEq(now(), 31 * 60000);
        kandy.waitFor("auth:resub", "30m");
        assertEq(now(), 60 * 60000);"#
    ));
}

#[test]
fn each_client_has_a_cursor_of_its_own() {
    passes(
        r#"let a = create(); let b = create();
           a.disconnect(); b.disconnect();
           a.waitFor("auth:change"); b.waitFor("auth:change");
           a.expectNone("auth:change", "1s"); b.expectNone("auth:change", "1s");
           a.disconnect(); advance(0); assertEq(a.events().len(), 2); assertEq(b.events().len(), 1);"#,
    );
}

#[test]
fn time_passes_only_in_waits_and_advance_includes_its_end() {
    passes(&format!(
        r#"{SIGNED_IN}
        let start = now();
        advance(29999); assertEq(platform.sockets()[0].pings, 1);
        advance("1ms"); assertEq(platform.sockets()[0].pings, 2);
        for i in 0..1000 {{ kandy.getConnection(); }}
        assertEq(now() - start, 30000);
        advance("1h 1m 1s 1ms"); assertEq(now() - start, 30000 + 3661001);"#
    ));
}

#[test]
fn a_condition_is_tried_whenever_something_happened_and_at_the_end() {
    passes(
        r#"let kandy = create(); let seen = [];
           kandy.on("auth:change", |p| seen.push(p));
           kandy.disconnect();
           waitUntil(|| seen.len() == 1); assertEq(now(), 0);
           waitUntil(|| now() >= 1000, "5s"); assertEq(now(), 5000);"#,
    );
    assert_eq!(failure("waitUntil(|| 5)").message, "the condition gave 5, not true or false");
}

/// How many operations a script takes that signs in, and waits for that with this condition.
#[track_caller]
fn operations_with(condition: &str) -> u64 {
    let text = format!(
        r#"platform.addUser("alice", "s3cret");
           let kandy = create();
           kandy.connect(#{{ username: "alice", password: "s3cret" }});
           waitUntil({condition});"#
    );
    let script = source(&text);
    let passes = |operations| {
        let limits = Limits { operations, ..Limits::default() };
        run_source(&script, &limits).verdict == Verdict::Passed
    };
    (1..1_000).find(|operations| passes(*operations)).expect("such a script is short")
}

#[test]
fn a_condition_on_clients_alone_is_asked_only_when_they_have_been_told_something() {
    let on_clients = operations_with("|| kandy.getConnection().isConnected");
    let on_time_too = operations_with("|| now() >= 0 && kandy.getConnection().isConnected");
    assert!(on_clients < on_time_too * 2 / 3, "{on_clients} operations, and {on_time_too}");
}

#[test]
fn a_condition_that_does_more_is_asked_after_each_turn() {
    let sign_in = |does: &str, after: &str| {
        passes(&format!(
            r#"platform.addUser("alice", "s3cret");
               let kandy = create(); let asked = 0;
               kandy.connect(#{{ username: "alice", password: "s3cret" }});
               waitUntil(|| {{ {does} kandy.getConnection().isConnected }});
               {after}"#
        ))
    };
    sign_in("asked += 1;", "assertEq(asked, 7);");
    assert_eq!(sign_in("assert(true);", "").checks, 1 + 7);
    assert_eq!(sign_in("assertEq(1, 1);", "").checks, 1 + 7);
    let printed = sign_in("print(1);", "").trace;
    let is_print = |record: &&TraceRecord| matches!(record.what, What::Print(_));
    assert_eq!(printed.records().iter().filter(is_print).count(), 7);
}

#[test]
fn the_platform_can_be_waited_for() {
    passes(
        r#"platform.addUser("alice", "x"); platform.addUser("bob", "x");
           let a = create(); let b = create();
           b.connect(#{ username: "bob", password: "x" }); a.connect(#{ username: "alice", password: "x" });
           assertEq(platform.waitFor("subscribe", "alice").user, "alice");
           platform.cut("alice");
           assertEq(platform.waitFor("websocket").user, "bob");
           assertEq(platform.waitFor("websocket", (), "5s").user, "alice");"#,
    );
}

#[test]
fn a_wait_in_vain_tells_what_came_instead_and_what_is_due() {
    fails(
        &format!("{SIGNED_IN}platform.cut(\"alice\");\nkandy.waitFor(\"auth:error\");"),
        Cause::Wait,
        "
error: auth:error did not come to kandy within 60 s (until 60.000)
 --> test.rhai:8:7
  |
8 | kandy.waitFor(\"auth:error\");
  |       ^
  = note: came instead: ws:change at 0.000, ws:change at 0.000
  = note: pending timers: kandy: ping of socket 2 at 90.000
                          kandy: resubscription at 1800.000
                          kandy: token refresh at 3300.000
                          platform: end of subscription SUB-1 at 3600.000
  = note: kandy: isConnected true, isPending false
  = help: if one of these brings it, give the wait more time",
    );
    fails(
        "let kandy = create();\nkandy.waitFor(\"auth:change\", 1500);",
        Cause::Wait,
        "
error: auth:change did not come to kandy within 1.5 s (until 1.500)
 --> test.rhai:2:7
  |
2 | kandy.waitFor(\"auth:change\", 1500);
  |       ^
  = note: came instead: nothing
  = note: pending timers: none, so nothing more happens by itself
  = note: kandy: isConnected false, isPending false",
    );
    fails(
        "let kandy = create(); kandy.disconnect();\nwaitUntil(|| kandy.getConnection().isConnected, \"10s\");",
        Cause::Wait,
        "
error: the condition did not become true within 10 s (until 10.000)
 --> test.rhai:2:1
  |
2 | waitUntil(|| kandy.getConnection().isConnected, \"10s\");
  | ^
  = note: kandy heard: auth:change at 0.000
  = note: pending timers: none, so nothing more happens by itself
  = note: kandy: isConnected false, isPending true",
    );
    fails(
        "waitUntil(|| false, \"10s\");",
        Cause::Wait,
        "
error: the condition did not become true within 10 s (until 10.000)
 --> test.rhai:1:1
  |
1 | waitUntil(|| false, \"10s\");
  | ^
  = note: nobody heard anything: there is no client
  = note: pending timers: none, so nothing more happens by itself",
    );
    fails(
        "platform.addUser(\"alice\", \"x\"); let kandy = create();
platform.fail(\"mk_token\", #{ hang: true });
kandy.connect(#{ username: \"alice\", password: \"x\" });
platform.waitFor(\"subscribe\", \"alice\", \"5s\");",
        Cause::Wait,
        "
error: no subscribe request of alice came within 5 s (until 5.000)
 --> test.rhai:4:10
  |
4 | platform.waitFor(\"subscribe\", \"alice\", \"5s\");
  |          ^
  = note: came instead: mk_token at 0.000 (no answer)
  = note: pending timers: none, so nothing more happens by itself
  = note: kandy: isConnected false, isPending true",
    );
}

#[test]
fn what_was_not_to_come_is_told_with_its_time() {
    fails(
        &format!("{SIGNED_IN}kandy.expectNone(\"auth:resub\", \"1h\");"),
        Cause::Check,
        "
error: auth:resub came to kandy at 1800.000, and was not expected
 --> test.rhai:7:7
  |
7 | kandy.expectNone(\"auth:resub\", \"1h\");
  |       ^
  = note: params: #{attemptNum: 1, error: (), isFailure: false}
  = note: kandy: isConnected true, isPending false",
    );
}

#[test]
fn bad_durations_and_events_are_refused() {
    fails(
        "advance(\"5 minutes\");",
        Cause::Argument,
        "
error: \"5 minutes\" is not a duration
 --> test.rhai:1:1
  |
1 | advance(\"5 minutes\");
  | ^
  = help: write \"250ms\", \"30s\", \"5m\", \"1h\", \"1m 30s\", or milliseconds as an
          integer; ten years at most",
    );
    for script in [
        "create().waitFor(\"auth:chnge\")",
        "create().on(\"auth:chnge\", || 1)",
        "expectEvents(create(), [\"auth:chnge\"])",
    ] {
        let diagnostic = failure(script);
        assert_eq!(
            (diagnostic.cause, diagnostic.help.as_deref()),
            (Cause::Argument, Some("did you mean `auth:change`?"))
        );
    }
}
