//! Checks, and what they say when they do not hold.

use super::*;

#[test]
fn checks_that_hold_are_counted() {
    let outcome = passes(
        r#"assert(true); assert(1 == 1, "same"); assertEq(#{ a: [1, 2.0] }, #{ a: [1.0, 2] }); assertNe(1, "1");
           assertMatch("abc-12", "^[a-c]+-\\d+$"); expectEvents(create(), []);
           create().expectNone("auth:change", 1);"#,
    );
    assert_eq!(outcome.checks, 7);
}

#[test]
fn both_values_are_shown_and_where_they_differ() {
    fails(
        "let error = #{ code: \"authentication:4\" };\nassertEq(error.code, \"authentication:9\");",
        Cause::Check,
        "
error: the values differ
 --> test.rhai:2:1
  |
2 | assertEq(error.code, \"authentication:9\");
  | ^
  = note: actual:   \"authentication:4\"
          expected: \"authentication:9\"",
    );
    fails(
        "assertEq(1, \"1\");",
        Cause::Check,
        "
error: the values differ
 --> test.rhai:1:1
  |
1 | assertEq(1, \"1\");
  | ^
  = note: actual:   1
          expected: \"1\"
  = note: the first is an integer, the second a string",
    );
    let long = "x".repeat(50);
    fails(
        &format!("let long = \"{long}\";\nassertEq(#{{ a: long, b: [1, 2] }}, #{{ a: long, b: [1, 3] }});"),
        Cause::Check,
        &format!(
            "
error: the values differ
 --> test.rhai:2:1
  |
2 | assertEq(#{{ a: long, b: [1, 2] }}, #{{ a: long, b: [1, 3] }});
  | ^
  = note: - expected
          + actual
            #{{
              a: \"{long}\",
          -   b: [1, 3],
          +   b: [1, 2],
            }}
  = note: at `.b[1]`: 2, expected 3"
        ),
    );
    fails(
        "assertNe([1], [1]);",
        Cause::Check,
        "
error: the values are equal
 --> test.rhai:1:1
  |
1 | assertNe([1], [1]);
  | ^
  = note: both are: [1]",
    );
    fails(
        "assertMatch(\"abc\", \"^b\");",
        Cause::Check,
        "
error: the text does not match
 --> test.rhai:1:1
  |
1 | assertMatch(\"abc\", \"^b\");
  | ^
  = note: text:    \"abc\"
          pattern: \"^b\"",
    );
}

#[test]
fn a_message_stands_for_the_check() {
    assert_eq!(failure("assert(false)").message, "the assertion does not hold");
    for check in ["assert(1 > 2", "assertEq(1, 2", "assertNe(1, 1", "assertMatch(\"a\", \"b\""] {
        let told = failure(&format!("{check}, \"one is more\")"));
        assert_eq!((told.cause, &*told.message), (Cause::Check, "one is more"), "{told}");
    }
    passes("assertEq(1, 1, \"no\"); assertNe(1, 2, \"no\"); assertMatch(\"a\", \"a\", \"no\");");
    assert_eq!(
        failure("fail(\"not here\")").to_string(),
        "error: not here\n --> test.rhai:1:1\n  |\n1 | fail(\"not here\")\n  | ^"
    );
    assert_eq!(failure("assert(5)").cause, Cause::Argument);
    assert_eq!(failure("assertMatch(\"a\", \"(\")").cause, Cause::Argument);
}

#[test]
fn the_events_since_the_last_such_check_are_compared() {
    passes(
        r#"let kandy = create();
           kandy.disconnect(); advance(0); expectEvents(kandy, ["auth:change"]); expectEvents(kandy, []);
           kandy.notification.enableWebsocket(true); advance(0); expectEvents(kandy, ["notifications:change"]);"#,
    );
    let two = "let kandy = create(); kandy.disconnect(); kandy.disconnect(); advance(0);\n";
    fails(
        &format!("{two}expectEvents(kandy, [\"auth:change\", \"auth:error\"]);"),
        Cause::Check,
        "
error: kandy heard other events than expected
 --> test.rhai:2:1
  |
2 | expectEvents(kandy, [\"auth:change\", \"auth:error\"]);
  | ^
  = note: actual:   auth:change, auth:change
          expected: auth:change, auth:error
  = note: event 2 is auth:change, not auth:error
  = note: kandy: isConnected false, isPending true",
    );
    let last = |expected: &str| failure(&format!("{two}expectEvents(kandy, {expected});")).notes.remove(1);
    assert_eq!(last("[]"), "event 1, auth:change, was not expected");
    assert_eq!(last("[\"auth:change\", \"auth:change\", \"ws:change\"]"), "event 3, ws:change, did not come");
}

#[test]
fn no_catch_swallows_a_failure() {
    for script in [
        "try { assert(false) } catch { }",
        "try { [1].map(|x| assertEq(x, 2)) } catch { }",
        "try { try { fail(\"x\") } catch { } } catch { } print(1);",
        "fn f() { assert(false) } try { f() } catch { }",
        "for i in 0..10 { try { [1].for_each(|x| fail(\"x\")) } catch { continue; } }",
        "let kandy = create(); kandy.on(\"auth:change\", || { try { [1].map(|x| fail(\"x\")) } catch { } }); kandy.disconnect();",
    ] {
        assert_eq!(failure(script).cause, Cause::Check, "{script}");
    }
    assert_eq!(failure("let kandy = create(); try { kandy.waitFor(\"ws:change\") } catch { }").cause, Cause::Wait);
    assert_eq!(failure("try { create(#{ x: 1 }) } catch { }").cause, Cause::Argument);
    passes("try { throw 1 } catch { } try { [][5] } catch { } try { #{}.nope() } catch { }");
}

#[test]
fn a_check_in_a_function_is_placed_there() {
    fails(
        "fn check(value) {\n    assertEq(value, 1);\n}\ncheck(2);",
        Cause::Check,
        "
error: the values differ
 --> test.rhai:2:5
  |
2 |     assertEq(value, 1);
  |     ^
  = note: actual:   2
          expected: 1",
    );
}
