//! From where waits look: every function of the API is an action or none, and what a wait in vain says of what it missed.

use std::collections::BTreeSet;

use super::*;
use crate::script::names::{self, Of};
use Class::{Action, Ends, None as NoAction};

/// What a function is to the waits that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// It sets the mark.
    Action,
    /// A look, a check, a wait, or what is without effect.
    None,
    /// The script ends with it.
    Ends,
}

/// Every function of the API with a call of it. A new function has to be given its row.
const CLASSES: &[(Of, &str, Class, &str)] = &[
    (Of::Script, "create", NoAction, "create()"),
    (Of::Script, "advance", NoAction, "advance(\"1s\")"),
    (Of::Script, "now", NoAction, "now()"),
    (Of::Script, "waitUntil", NoAction, "waitUntil(|| true)"),
    (Of::Script, "expectEvents", NoAction, "expectEvents(create(), [])"),
    (Of::Script, "assert", NoAction, "assert(true)"),
    (Of::Script, "assertEq", NoAction, "assertEq(1, 1)"),
    (Of::Script, "assertNe", NoAction, "assertNe(1, 2)"),
    (Of::Script, "assertMatch", NoAction, "assertMatch(\"a\", \"a\")"),
    (Of::Script, "fail", Ends, ""),
    (Of::Script, "skip", Ends, ""),
    (Of::Script, "cases", Ends, ""),
    (Of::Script, "soft", NoAction, "soft(|| now())"),
    (Of::Script, "redact", NoAction, "redact(\"x\", \"y\")"),
    (Of::Script, "always", NoAction, "always(\"a\", || true)"),
    (Of::Script, "eventually", NoAction, "eventually(\"a\", || true)"),
    (Of::Script, "sometimes", NoAction, "sometimes(\"a\", || true)"),
    (Of::Script, "disturb", Ends, ""),
    (Of::Script, "disturbed", NoAction, "disturbed()"),
    (Of::Script, "print", NoAction, "print(1)"),
    (Of::Script, "debug", NoAction, "debug(1)"),
    (Of::Client, "connect", Action, "kandy.connect(#{})"),
    (Of::Client, "disconnect", Action, "kandy.disconnect()"),
    (Of::Client, "updateToken", Action, "kandy.updateToken(#{ username: \"alice\", accessToken: \"t\" })"),
    (Of::Client, "setCredentials", NoAction, "kandy.setCredentials(#{})"),
    (Of::Client, "setTokens", NoAction, "kandy.setTokens(#{})"),
    (Of::Client, "updateConnection", NoAction, "kandy.updateConnection(#{})"),
    (Of::Client, "on", NoAction, "kandy.on(\"auth:change\", || 1)"),
    (Of::Client, "off", NoAction, "kandy.off(\"auth:change\", || 1)"),
    (Of::Client, "subscribe", NoAction, "kandy.subscribe(|| 1)"),
    (Of::Client, "unsubscribe", NoAction, "kandy.unsubscribe(|| 1)"),
    (Of::Client, "getConnection", NoAction, "kandy.getConnection()"),
    (Of::Client, "getUserInfo", NoAction, "kandy.getUserInfo()"),
    (Of::Client, "getServices", NoAction, "kandy.getServices()"),
    (Of::Client, "getConfig", NoAction, "kandy.getConfig()"),
    (Of::Client, "updateConfig", Action, "kandy.updateConfig(#{ connectivity: #{ reconnectLimit: 2 } })"),
    (Of::Client, "destroy", Action, "kandy.destroy()"),
    (Of::Client, "waitFor", NoAction, "kandy.waitFor(\"auth:change\")"),
    (Of::Client, "expectNone", NoAction, "kandy.expectNone(\"auth:error\", 0)"),
    (Of::Client, "events", NoAction, "kandy.events()"),
    (Of::Connection, "getSocketState", NoAction, "kandy.connection.getSocketState(\"uc\")"),
    (Of::Connection, "resetConnection", Action, "kandy.connection.resetConnection()"),
    (Of::Connection, "enableConnectivityChecking", Action, "kandy.connection.enableConnectivityChecking(true)"),
    (Of::Notification, "enableWebsocket", Action, "kandy.notification.enableWebsocket(true)"),
    (Of::Services, "subscribe", Action, "create(#{}, #{ dialect: \"link\" }).services.subscribe([\"call\"])"),
    (Of::Services, "unsubscribe", Action, "create(#{}, #{ dialect: \"link\" }).services.unsubscribe([\"call\"])"),
    (Of::Services, "resubscribe", NoAction, "create(#{}, #{ dialect: \"link\" }).services.resubscribe()"),
    (Of::Services, "getSubscriptions", NoAction, "create(#{}, #{ dialect: \"link\" }).services.getSubscriptions()"),
    (Of::Platform, "addUser", Action, "platform.addUser(\"carol\", \"x\")"),
    (Of::Platform, "removeUser", Action, "platform.removeUser(\"alice\")"),
    (Of::Platform, "setPassword", Action, "platform.setPassword(\"alice\", \"y\")"),
    (Of::Platform, "setOptions", Action, "platform.setOptions(\"alice\", #{})"),
    (Of::Platform, "anyUser", Action, "platform.anyUser(true)"),
    (Of::Platform, "issueToken", Action, "platform.issueToken(\"alice\")"),
    (Of::Platform, "fail", Action, "platform.fail(\"subscribe\", #{ status: 500 })"),
    (Of::Platform, "clear", Action, "platform.clear()"),
    (Of::Platform, "offline", Action, "platform.offline()"),
    (Of::Platform, "online", Action, "platform.online()"),
    (Of::Platform, "cut", Action, "platform.cut(\"alice\")"),
    (Of::Platform, "close", Action, "platform.close(\"alice\", 1001)"),
    (Of::Platform, "silence", Action, "platform.silence(\"alice\")"),
    (Of::Platform, "send", Action, "platform.send(\"alice\", #{})"),
    (Of::Platform, "sendRaw", Action, "platform.sendRaw(\"alice\", \"x\")"),
    (Of::Platform, "gone", Action, "platform.gone(\"alice\")"),
    (Of::Platform, "expireToken", Action, "platform.expireToken(\"alice\")"),
    (Of::Platform, "endSubscription", Action, "platform.endSubscription(\"alice\")"),
    (Of::Platform, "grantServices", Action, "platform.grantServices(\"alice\", [\"call\"])"),
    (Of::Platform, "tokenLifetime", Action, "platform.tokenLifetime(())"),
    (Of::Platform, "answerPings", Action, "platform.answerPings(true)"),
    (Of::Platform, "latency", Action, "platform.latency(0)"),
    (Of::Platform, "reset", Action, "platform.reset()"),
    (Of::Platform, "mark", NoAction, "platform.mark(\"here\")"),
    (Of::Platform, "waitFor", NoAction, "platform.waitFor(\"mk_token\")"),
    (Of::Platform, "requests", NoAction, "platform.requests()"),
    (Of::Platform, "subscriptions", NoAction, "platform.subscriptions()"),
    (Of::Platform, "sockets", NoAction, "platform.sockets()"),
];

/// Bob is signed in too, and neither he nor the platform was waited for.
const BOTH_SIGNED_IN: &str = r#"
platform.addUser("alice", "x"); platform.addUser("bob", "x");
let kandy = create(); let bob = create((), "bob");
kandy.connect(#{ username: "alice", password: "x" }); bob.connect(#{ username: "bob", password: "x" });
waitUntil(|| kandy.getConnection().isConnected && bob.getConnection().isConnected);
"#;

#[test]
fn every_function_is_an_action_or_none() {
    let names = |of: Of, name: &str| (format!("{of:?}"), name.to_owned());
    let functions: BTreeSet<_> = names::functions().map(|function| names(function.of, function.name)).collect();
    let classed: BTreeSet<_> = CLASSES.iter().map(|(of, name, ..)| names(*of, name)).collect();
    assert_eq!(classed, functions, "each function of the API needs its row here");
    for (of, name, class, call) in CLASSES {
        for (wait, missed) in [
            ("bob.waitFor(\"auth:change\", 0)", "auth:change"),
            ("platform.waitFor(\"subscribe\", \"bob\", 0)", "subscribe"),
        ] {
            let script = format!("{BOTH_SIGNED_IN}{call};\n{wait};");
            match class {
                Ends => {}
                NoAction => assert_eq!(passes(&script).verdict, Verdict::Passed),
                Action => {
                    let failed = failure(&script);
                    assert_eq!(failed.cause, Cause::Wait, "{of:?}.{name}: {failed}");
                    let note = failed.notes.iter().find(|note| note.starts_with(&format!("an earlier {missed}")));
                    let note = note.unwrap_or_else(|| panic!("{of:?}.{name}: {failed}"));
                    assert!(note.contains(&format!("before line 6 ({name})")), "{note}");
                }
            }
        }
    }
}

#[test]
fn check_knows_of_every_function_whether_it_waits() {
    let mut waits = Vec::new();
    for (of, name, class, call) in CLASSES {
        if *class != Ends {
            let outcome = run(&format!("{BOTH_SIGNED_IN}waitUntil(|| {{ {call}; true }});"));
            match outcome.verdict {
                Verdict::Failed(failed) if failed.message.contains("may not wait") => waits.push((*of, *name)),
                verdict => assert_eq!(verdict, Verdict::Passed, "{of:?}.{name}"),
            }
        }
    }
    let expected = [
        (Of::Script, "advance"),
        (Of::Script, "waitUntil"),
        (Of::Client, "waitFor"),
        (Of::Client, "expectNone"),
        (Of::Platform, "waitFor"),
    ];
    assert_eq!(waits, expected);
}

#[test]
fn an_event_from_before_the_action_does_not_count_and_is_named() {
    fails(
        r#"platform.addUser("a", "x"); let kandy = create();
kandy.connect(#{ username: "a", password: "x" });
waitUntil(|| kandy.getConnection().isConnected);
platform.cut("a");
kandy.waitFor("auth:change");"#,
        Cause::Wait,
        "
error: auth:change did not come to kandy within 60 s (until 60.000)
 --> test.rhai:5:7
  |
5 | kandy.waitFor(\"auth:change\");
  |       ^
  = note: came instead: ws:change at 0.000, ws:change at 0.000
  = note: an earlier auth:change came at 0.000, before line 4 (cut): what was
          seen before an action does not count
  = note: pending timers: kandy: ping of socket 2 at 90.000
                          kandy: resubscription at 1800.000
                          kandy: token refresh at 3300.000
                          platform: end of subscription SUB-1 at 3600.000
  = note: kandy: isConnected true, isPending false
  = help: if that one was meant, wait for it before `cut`; else wait for what
          comes of it",
    );
}

#[test]
fn an_event_that_a_wait_has_passed_is_named_too() {
    let too_many = failure(
        "let kandy = create();\nkandy.disconnect();\nkandy.waitFor(\"auth:change\");\nkandy.waitFor(\"auth:change\", \"1s\");",
    );
    assert_eq!(too_many.notes[1], "an earlier auth:change came at 0.000, and ended the wait of line 3");
    let out_of_order = failure(
        "let kandy = create();\nkandy.connect(#{});\nkandy.waitFor(\"auth:error\");\nkandy.waitFor(\"auth:change\", 0);",
    );
    assert_eq!(
        out_of_order.notes[1],
        "an earlier auth:change came at 0.000, before the end of the wait of line 3: the next one looks from there"
    );
}

#[test]
fn the_first_action_after_the_event_is_named() {
    let failed = failure(&format!(
        "{BOTH_SIGNED_IN}bob.disconnect();\nkandy.disconnect();\nadvance(0);\nplatform.latency(0);\nbob.waitFor(\"auth:credentialsSet\", 0);"
    ));
    assert!(failed.notes[1].contains("before line 6 (disconnect)"), "{failed}");
}

#[test]
fn a_request_from_before_the_action_does_not_count_and_is_named() {
    let failed = failure(&format!(
        "{BOTH_SIGNED_IN}platform.silence(\"alice\");\nplatform.waitFor(\"websocket\", \"alice\", \"1s\");"
    ));
    assert_eq!(failed.message, "no websocket request of alice came within 1 s (until 1.000)");
    assert_eq!(
        failed.notes[1],
        "an earlier websocket request came at 0.000, before line 6 (silence): what was seen before an action does not count"
    );
}

#[test]
fn waits_after_one_action_miss_nothing() {
    passes(
        r#"platform.addUser("alice", "x"); platform.addUser("bob", "x");
           let a = create(); let b = create();
           a.connect(#{ username: "alice", password: "x" }); b.connect(#{ username: "bob", password: "x" });
           platform.waitFor("subscribe", "bob"); platform.waitFor("websocket", "alice");
           waitUntil(|| b.getConnection().isConnected); advance("1s");
           b.waitFor("auth:change"); b.waitFor("auth:credentialsSet"); b.waitFor("auth:change");
           a.waitFor("auth:change"); a.waitFor("auth:change");
           a.expectNone("auth:change", 0); b.expectNone("auth:change", 0);
           platform.waitFor("websocket", "bob");"#,
    );
}

#[test]
fn two_actions_after_one_wait_set_one_mark_and_a_wait_between_them_moves_it() {
    // The event of the first action is the second one's to wait for.
    passes(
        "let kandy = create(); kandy.disconnect(); kandy.disconnect(); kandy.waitFor(\"auth:change\"); kandy.waitFor(\"auth:change\");",
    );
    for wait in ["advance(0)", "waitUntil(|| kandy.events().len() == 1)", "kandy.expectNone(\"auth:error\", 0)"] {
        passes(&format!(
            "let kandy = create(); kandy.disconnect(); {wait}; kandy.disconnect(); kandy.waitFor(\"auth:change\"); \
             kandy.expectNone(\"auth:change\", 0);"
        ));
    }
    // A wait that an exception ends has ended.
    passes(
        "let kandy = create(); kandy.disconnect();
         try { waitUntil(|| if kandy.events().len() == 1 { throw \"so\" } else { false }); } catch { }
         kandy.disconnect(); kandy.waitFor(\"auth:change\"); kandy.expectNone(\"auth:change\", 0);",
    );
}

#[test]
fn calls_in_listeners_and_conditions_are_no_actions() {
    for call in CLASSES.iter().filter(|(_, _, class, _)| *class == Action).map(|(.., call)| call) {
        let condition = format!("let done = false; waitUntil(|| {{ if !done {{ done = true; {call}; }} done }});");
        let listener = format!("kandy.on(\"auth:resub\", || {{ {call}; }}); advance(\"31m\");");
        for inside in [condition, listener] {
            passes(&format!(
                "{BOTH_SIGNED_IN}{inside}\nbob.waitFor(\"auth:change\", 0); platform.waitFor(\"subscribe\", \"bob\", 0);"
            ));
        }
    }
}

#[test]
fn actions_in_functions_and_loops_count_like_any_other() {
    let failed = failure(&format!(
        "fn cut() {{ platform.cut(\"alice\"); }}{BOTH_SIGNED_IN}cut();\nbob.waitFor(\"auth:change\", 0);"
    ));
    assert!(failed.notes[1].contains("before line 1 (cut)"), "{failed}");
    passes(&format!(
        "{BOTH_SIGNED_IN}for round in 0..3 {{
            platform.cut(\"alice\"); kandy.waitFor(\"ws:change\"); kandy.waitFor(\"ws:change\"); platform.waitFor(\"websocket\");
            kandy.expectNone(\"ws:change\", 0);
        }}"
    ));
}

#[test]
fn what_came_before_the_action_is_not_held_against_the_client() {
    passes(&format!("{BOTH_SIGNED_IN}platform.cut(\"alice\"); kandy.expectNone(\"auth:change\", \"1s\");"));
    let noted = |script: &str| failure(&format!("{BOTH_SIGNED_IN}{script}")).notes.swap_remove(1);
    assert_eq!(
        noted("kandy.expectNone(\"auth:change\", \"1s\");"),
        "it came before this check: what came after the last action, line 4 (connect), counts, too"
    );
    assert_eq!(
        noted("kandy.waitFor(\"auth:change\");\nkandy.expectNone(\"auth:change\", \"1s\");"),
        "it came before this check: what came after the wait of line 6 counts, too"
    );
}
