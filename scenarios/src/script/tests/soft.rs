//! Checks that fail without ending the scenario.

use super::*;

/// What a script fails with, in order, each with its line.
#[track_caller]
fn check(text: &str, expected: &[(usize, &str)]) {
    let outcome = run(text);
    let Verdict::Failed(first) = outcome.verdict else { panic!("{:?}", outcome.verdict) };
    let all = std::iter::once(&*first).chain(&outcome.also.told);
    let told: Vec<(usize, &str)> = all.map(|diagnostic| (diagnostic.line, diagnostic.message.as_str())).collect();
    assert_eq!(told, expected, "{text}");
}

const DIFFER: &str = "the values differ";

#[test]
fn all_that_fail_are_told_in_order_and_the_script_goes_on() {
    let text = "let done = 0;
soft(|| { assertEq(1, 2); done += 1; });
soft(|| assertEq(1, 1));
soft(|| { create().waitFor(\"auth:change\", \"1s\"); done += 1; });
assertEq(done, 0);
soft(|| fail(\"no\"));";
    check(text, &[(2, DIFFER), (4, "auth:change did not come to kandy within 1 s (until 1.000)"), (6, "no")]);
}

#[test]
fn what_stands_outside_still_ends_the_scenario() {
    check(
        "soft(|| assertEq(1, 2));\nassert(false);\nsoft(|| fail(\"never\"));",
        &[(1, DIFFER), (2, "the assertion does not hold")],
    );
    let listener = "let kandy = create();\nkandy.on(\"auth:change\", || fail(\"in a listener\"));\nsoft(|| {\nkandy.disconnect(); kandy.waitFor(\"auth:change\");\n});\nfail(\"never\");";
    check(listener, &[(2, "in a listener")]);
}

#[test]
fn a_broken_script_and_a_limit_end_it_and_come_first() {
    for (broken, message) in [
        ("create().waitFor(\"auth:chance\")", "there is no event \"auth:chance\""),
        ("platform.cut(\"bob\")", "there is no user \"bob\""),
        ("throw \"oops\"", "uncaught exception: oops"),
    ] {
        let text = format!("soft(|| assertEq(1, 2));\nsoft(|| {{ {broken}; }});\nfail(\"never\");");
        check(&text, &[(2, message), (1, DIFFER)]);
    }
    let outcome = run_source(&source("soft(|| { loop { } });"), &Limits { operations: 10_000, ..Limits::default() });
    assert!(matches!(outcome.verdict, Verdict::Failed(diagnostic) if diagnostic.cause == Cause::Limit));
}

#[test]
fn nothing_hides_what_failed() {
    check("soft(|| fail(\"one\"));\nskip(\"no more\");", &[(1, "one")]);
    check("soft(|| { try { fail(\"one\"); } catch { } });", &[(1, "one")]);
    check("soft(|| { soft(|| fail(\"one\")); fail(\"two\"); });", &[(1, "one"), (1, "two")]);
    check("fn all() {\nsoft(|| fail(\"one\"));\n}\nall();\nall();", &[(2, "one"), (2, "one")]);
}

#[test]
fn there_is_a_limit_and_one_run_leaves_nothing_to_the_next() {
    let outcome = run("for i in 0..150 { soft(|| fail(\"no\")); }");
    assert_eq!((outcome.also.told.len(), outcome.also.more), (99, 50));
    let (first, second) = std::thread::scope(|scope| {
        let both = || {
            let host = Host::new();
            let verdict = |text: &str| host.run(&host.compile(&source(text)).unwrap(), &Limits::default()).verdict;
            (verdict("soft(|| fail(\"no\"));"), verdict("soft(|| assert(true));"))
        };
        let thread = std::thread::Builder::new().stack_size(Limits::STACK_BYTES);
        thread.spawn_scoped(scope, both).unwrap().join().unwrap()
    });
    assert!(matches!(first, Verdict::Failed(_)) && second == Verdict::Passed);
}

#[test]
fn it_counts_as_a_check_and_gives_nothing() {
    assert_eq!(passes("assertEq(soft(|| 1), ());").checks, 2);
}
