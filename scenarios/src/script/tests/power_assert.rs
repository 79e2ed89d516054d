//! `assert` shows what the parts of its condition were.

use super::*;

/// The first note of a failure: its parts, if it has any.
#[track_caller]
fn parts(script: &str, shown: &str) {
    let diagnostic = failure(script);
    assert_eq!(diagnostic.cause, Cause::Check, "{diagnostic}");
    assert_eq!(diagnostic.notes.first().map_or("", String::as_str), shown, "\n{diagnostic}\n");
}

#[test]
fn a_failed_assertion_shows_the_parts_of_its_condition() {
    fails(
        "let a = #{ b: true };\nlet c = 2;\nassert(a.b && c == 1, \"no\");",
        Cause::Check,
        "
error: no
 --> test.rhai:3:1
  |
3 | assert(a.b && c == 1, \"no\");
  | ^
  = note: a.b:    true
          c == 1: false
            c:    2",
    );
}

#[test]
fn operands_are_named_as_they_stand_in_the_script() {
    for (condition, shown) in [
        ("list.len() == 3", "list.len(): 2"),
        ("3 > list.len() + 1", "list.len() + 1: 3"),
        ("list[0] != 1", "list[0]: 1"),
        ("x < 1", "x: 5"),
        ("(x + 1) * 2 == 1", "(x + 1) * 2: 12"),
        ("((x) == (1))", "x: 5"),
        ("f(x, \"a == b\") == `${x}`", "f(x, \"a == b\"): \"a == b\"\n`${x}`:         \"5\""),
        ("x\n    // a comment, x == 5\n    == 1", "x: 5"),
        (
            "x == 5 && !(list.is_empty() || y)",
            "x == 5:          true\n  x:             5\nlist.is_empty(): false\ny:               true",
        ),
        ("x == 6 && y", "x == 6: false\n  x:    5\ny:      not evaluated"),
        ("(x == 6 || x == 7) && y", "x == 6: false\n  x:    5\nx == 7: false\n  x:    5\ny:      not evaluated"),
        ("3 in list", "list: [1, 2]"),
        ("1 !in list", "list: [1, 2]"),
        ("x in list && y", "x in list: false\n  list:    [1, 2]\n  x:       5\ny:         not evaluated"),
        ("list.contains(x)", ""),
        ("1 == 2", ""),
        ("!y", ""),
        ("y == (x == 6)", "y:      true\nx == 6: false"),
    ] {
        let script = format!("fn f(x, y) {{ y }} let list = [1, 2]; let x = 5; let y = true;\nassert({condition});");
        parts(&script, shown);
    }
}

#[test]
fn no_part_is_evaluated_twice_and_the_rest_not_at_all() {
    passes("let list = [1, 2, 3]; assert(list.pop() == 3 && list.len() == 2); assertEq(list, [1, 2]);");
    passes("let list = [1]; assert(true || list.pop() == 1); assertEq(list, [1]);");
    passes(
        "let said = []; let say = |what| { said.push(what); what }; assert(say.call(1) < say.call(2)); assertEq(said, [1, 2]);",
    );
    parts("let list = [1, 2, 3]; assert(list.pop() == 2);", "list.pop(): 3");
    parts("let list = [1]; assert(false && list.pop() == 1 || list.len() == 0);", {
        "list.pop() == 1: not evaluated\nlist.len() == 0: false\n  list.len():    1"
    });
}

#[test]
fn it_stands_wherever_a_function_may() {
    let at = |script: &str| {
        let diagnostic = failure(script);
        (diagnostic.line, diagnostic.column)
    };
    assert_eq!(at("fn f(x) {\n  assert(x == 1)\n}\nf(2);"), (2, 3));
    assert_eq!(at("let x = 1;\n[1].map(|y|   assert(x != y));"), (2, 15));
    assert_eq!(
        at("let kandy = create();\nkandy.on(\"auth:change\", || { assert(false) });\nkandy.disconnect(); advance(0);"),
        (2, 30)
    );
    assert_eq!(at("let x = `${\n  assert(1 == 2)}`;"), (2, 3));
    assert_eq!(at("if true { assert (1 == 2) }"), (1, 11));
    assert_eq!(at("(1 == 2).assert();"), (1, 10));
    assert_eq!(at("Fn(\"assert\").call(false)"), (1, 14));
    passes("let assert = 1; assertEq(#{ assert: assert }.assert, 1);");
    passes("fn assert(x) { x } assertEq(assert(false), false);");
    passes("assert(1 == 1.0 && () != 1 && \"a\" < \"b\" && 'a' == 'a' && [1] == [1] && #{} != #{ a: 1 });");
    passes("let a = create(); let b = a; assert(a == b && a != 1); assert(true,);");
}

#[test]
fn a_wrong_use_is_told() {
    for (script, message) in [
        ("assert()", "`assert` takes a condition, and a message if you like"),
        ("assert(true, \"a\", 1)", "`assert` takes a condition, and a message if you like"),
        ("assert(true, 5)", "`assert` does not take a boolean and an integer"),
        ("let x = 5; assert(x)", "the condition is 5, not true or false"),
    ] {
        let diagnostic = failure(script);
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Argument, message), "{diagnostic}");
        assert!(diagnostic.help.is_some(), "{diagnostic}");
    }
    assert_eq!(failure("let x = 5; assert(true && x)").message, "a boolean is wanted here, not an integer");
    let unordered = failure("let x = create();\nassert(x < x)");
    assert_eq!(
        (&*unordered.message, unordered.line, unordered.column),
        ("`<` does not work on a client and a client", 2, 10)
    );
    assert_eq!(failure("assert(true").message, "this `(` is not closed");
}

#[test]
fn passwords_are_masked_and_long_values_cut() {
    parts(
        "let user = #{ password: \"s3cret\", name: \"alice\" }; assert(user.password == \"x\" || user == ());",
        "user.password == \"x\": false\n  user.password:      \"***\"\nuser == ():           false\n  user:               #{name: \"alice\", password: \"***\"}",
    );
    let shown = failure("let long = \"\"; long.pad(500, 'x'); assert(long == \"\");").notes.remove(0);
    assert!(shown.ends_with('…') && shown.chars().count() < 80, "{shown}");
}

#[test]
fn operations_are_counted_in_a_condition() {
    let limits = Limits { operations: 1_000, ..Limits::default() };
    let outcome = run_source(&source("loop { assert(1 == 1 || false) }"), &limits);
    assert!(matches!(outcome.verdict, Verdict::Failed(diagnostic) if diagnostic.cause == Cause::Limit));
}
