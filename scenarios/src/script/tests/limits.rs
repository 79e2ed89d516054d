//! Limits: each fires, says which it is, and nothing swallows it.

use super::*;

fn within(text: &str, limits: &Limits) -> Diagnostic {
    match run_source(&source(text), limits).verdict {
        Verdict::Failed(diagnostic) => *diagnostic,
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn an_endless_loop_runs_out_of_operations() {
    let limits = Limits { operations: 10_000, ..Limits::default() };
    for script in [
        "loop { }",
        "loop { try { throw 1 } catch { } }",
        "try { loop { } } catch { } loop { }",
        "let kandy = create(); kandy.on(\"auth:change\", || { loop { } }); kandy.disconnect();",
        "waitUntil(|| { loop { } });",
        "let i = 0; loop { i += [1].map(|x| x)[0]; }",
    ] {
        let diagnostic = within(script, &limits);
        assert_eq!(
            (diagnostic.cause, &*diagnostic.message),
            (Cause::Limit, "the script took more than 10,000 operations")
        );
        assert_eq!(diagnostic.line, 1, "{diagnostic}");
    }
    let many =
        "let kandy = create(); kandy.on(\"auth:change\", || kandy.disconnect()); kandy.disconnect(); advance(1);";
    assert_eq!(within(many, &limits).cause, Cause::Limit);
}

#[test]
fn real_time_runs_out_in_the_script_and_in_its_waits() {
    // Long enough to sign in on a busy machine, so that it is the wait that takes too long.
    let limits = Limits { wall_time: Duration::from_secs(1), operations: u64::MAX, ..Limits::default() };
    let script = within("loop { }", &limits);
    assert_eq!((script.cause, &*script.message), (Cause::Limit, "the scenario took more than 1 s of real time"));
    let wait = within(&format!("{SIGNED_IN}advance(\"3650d\");"), &limits);
    assert_eq!((wait.cause, &*wait.message), (Cause::Limit, "the scenario took more than 1 s of real time"));
    assert_eq!((wait.line, wait.column), (7, 1));
}

#[test]
fn an_interrupt_ends_the_script_and_its_calls() {
    let limits = Limits { operations: u64::MAX, ..Limits::default() };
    limits.interrupt.raise();
    for script in ["loop { }", "loop { try { loop { } } catch { } }", "advance(\"1s\"); loop { }"] {
        assert_eq!(within(script, &limits).cause, Cause::Interrupt);
    }
}

#[test]
fn recursion_ends_before_the_stack_does() {
    let deep = "{".repeat(20);
    let ends = "}".repeat(20);
    for script in [
        "fn f(x) { f(x + 1) } f(1);".to_owned(),
        "fn f(x) { g(x) } fn g(x) { f(x) } try { f(1) } catch { }".to_owned(),
        "let f = #{}; f.f = |f| f.f.call(f); f.f.call(f);".to_owned(),
        "fn f(x) { [x].map(|y| f(y)) } f(1);".to_owned(),
        format!("fn f(x) {{ {deep} if true {{ f(x) + 1 }} {ends} }} f(1);"),
    ] {
        let diagnostic = failure(&script);
        assert_eq!(
            (diagnostic.cause, &*diagnostic.message),
            (Cause::Limit, "calls are nested more than 32 levels deep"),
            "{script}"
        );
    }
    let nested = format!("let x = {}1{};", "(".repeat(500), ")".repeat(500));
    assert_eq!(failure(&nested).message, "expressions are nested more than 64 levels deep");
}

#[test]
fn sizes_are_limited() {
    for (script, message) in [
        ("let s = \"abcdefgh\"; loop { s += s; }", "a string is longer than 4194304 bytes"),
        ("let a = [1, 2]; loop { a += a; }", "an array has more than 100000 elements"),
        ("let a = []; a.pad(1000000000, 1);", "an array has more than 100000 elements"),
        ("let a = blob(1000000000, 0);", "an array has more than 100000 elements"),
        ("let m = #{}; for i in 0..20000 { m[`k${i}`] = 1; }", "the map `m` has more than 10000 keys"),
        (
            "let k = \"k\"; while k.len() < 1048576 { k += k; } let m = #{}; for i in 0..20 { m[k + i] = i; }",
            "the keys in `m` are longer than 4194304 bytes together",
        ),
    ] {
        let diagnostic = failure(script);
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Limit, message));
        assert_eq!(diagnostic.line, 1, "{diagnostic}");
    }
}

#[test]
fn values_are_nested_only_so_deep_in_whatever_way() {
    for (script, name) in [
        ("let a = []; loop { a = [a]; }", "a"),
        ("let a = []; loop { a = [1, a, 1]; }", "a"),
        ("let a = []; loop { let b = a; a = [b]; }", "a"),
        ("let m = #{}; loop { m = #{ next: m, value: 1 }; }", "m"),
        ("let m = #{ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1 }; loop { m.j = #{ m: m }; }", "m"),
        ("let f = || 1; loop { let g = f; f = || g.call() + 1; }", "f"),
        ("let f = (); loop { let g = f; f = [|| g]; }", "f"),
        ("let f = (); loop { let g = f; f = #{ x: || g, y: 1 }; }", "f"),
        ("fn wrap(x) { || x } let a = 1; loop { a = wrap(wrap(a)); }", "a"),
    ] {
        let diagnostic = failure(script);
        let message = format!("`{name}` is nested more than 64 levels deep");
        assert_eq!((diagnostic.cause, diagnostic.message), (Cause::Limit, message), "{script}");
        assert_eq!(diagnostic.line, 1, "{script}");
    }
}

#[test]
fn words_with_which_values_could_grow_unseen_are_off() {
    for (script, word, help) in [
        ("eval(\"1\")", "eval", "write the code itself"),
        ("fn f() { this = [this]; }", "this", "pass the value on as a parameter"),
        ("let f = |x| x; f = f.curry(f);", "curry", "write a closure that captures the value: `|| f.call(value)`"),
    ] {
        let diagnostic = failure(script);
        assert_eq!((diagnostic.cause, diagnostic.message), (Cause::Syntax, format!("`{word}` is off in scenarios")));
        assert_eq!(diagnostic.help.as_deref(), Some(help));
    }
}

#[test]
fn a_long_list_of_events_is_no_large_map() {
    passes(
        "let kandy = create();
        for i in 0..5000 { kandy.disconnect(); }
        advance(1);
        let events = kandy.events();
        assertEq(events.len(), 5000);
        for i in 0..events.len() { assertEq(events[i].event, \"auth:change\"); }",
    );
    let keys = failure("let a = []; let m = #{}; for i in 0..50 { m[`k${i}`] = i; } loop { a.push(m); a += a; }");
    assert_eq!((keys.cause, &*keys.message), (Cause::Limit, "the maps in a value have more than 500000 keys"));
}

#[test]
fn regular_expressions_are_small_and_so_is_what_they_are_matched_with() {
    let large = failure(r#"assertMatch("x", "(((x{0,100}){0,100}){0,100}){0,100}")"#);
    assert_eq!((large.cause, &*large.message), (Cause::Limit, "the regular expression is too large"));
    let long = failure(r#"let text = ""; text.pad(10000, "x"); assertMatch(text, "x")"#);
    assert_eq!((long.cause, &*long.message), (Cause::Limit, "the text is longer than 8192 bytes"));
    passes(r#"assertMatch("Grüße@example.com", "^\\w+@\\w+(\\.\\w+)+$")"#);
}

#[test]
fn the_clock_is_looked_at_between_calls_that_take_long() {
    let limits = Limits { wall_time: Duration::ZERO, operations: u64::MAX, ..Limits::default() };
    // Too short for the clock to be looked at for the sake of the operations.
    let call = within("assertMatch(\"x\", \"x\");", &limits);
    assert_eq!((call.cause, call.line), (Cause::Limit, 1));
}

#[test]
fn a_world_that_lets_no_time_pass_is_an_error_that_names_the_loop() {
    fails(
        "let kandy = create();\nkandy.on(\"auth:change\", || kandy.disconnect());\nkandy.disconnect();\nadvance(\"1m\");",
        Cause::World,
        "
error: more than 10100 things happened at 0.000 without time passing:
       auth:change, again and again
 --> test.rhai:4:1
  |
4 | advance(\"1m\");
  | ^",
    );
}

#[test]
fn a_full_transcript_ends_the_script() {
    let diagnostic = failure("loop { print(1); }");
    assert_eq!(diagnostic.cause, Cause::Limit);
    assert!(diagnostic.message.starts_with("the transcript has more than 100000 lines"), "{diagnostic}");
}

#[test]
fn the_real_clock_is_off() {
    for (script, help) in
        [("sleep(5)", "use `advance(\"5s\")`"), ("sleep(0.1)", "use `advance(\"5s\")`"), ("timestamp()", "use `now()`")]
    {
        let diagnostic = failure(script);
        assert_eq!((diagnostic.cause, diagnostic.help.as_deref()), (Cause::UnknownFunction, Some(help)));
    }
}

#[test]
fn a_replacement_knows_how_long_the_text_gets() {
    let long = "let s = \"x\"; while s.len() < 2_097_152 { s += s; } ";
    for call in [
        "s.replace(\"x\", s)",
        "s.replace('x', s)",
        "s.replace(\"\", \"xyz\")",
        "s.replace(\"x\", 'ß'); s.replace(\"ß\", \"xyz\")",
    ] {
        for text in [format!("{long}{call};"), format!("{long}try {{ {call}; }} catch {{ }}")] {
            let diagnostic = failure(&text);
            assert_eq!(diagnostic.cause, Cause::Limit, "{diagnostic}");
        }
    }
    passes(
        "let s = \"a-b-c\"; s.replace(\"-\", \"++\"); assertEq(s, \"a++b++c\"); s.replace('+', \"p\"); assertEq(s, \"appbppc\");
         s.replace(\"p\", 'q'); assertEq(s, \"aqqbqqc\"); s.replace('q', 'r'); assertEq(s, \"arrbrrc\"); s.replace(\"\", \"-\");
         assertEq(s, \"-a-r-r-b-r-r-c-\"); s.replace(\"nothing\", \"x\"); assertEq(s, \"-a-r-r-b-r-r-c-\");",
    );
}

#[test]
fn compiling_takes_as_long_as_the_script_is() {
    // Each line has a reserved word, whose place is looked up; the time of all of them was once that of a square.
    let lines = "print(1);\n".repeat(90_000);
    let compiled = Host::new().compile(&source(&lines));
    assert!(compiled.is_ok(), "{compiled:?}");
}
