//! What a pass does not say.

use std::collections::BTreeSet;

use kandy_mock_server::command::{Gives, VERBS};

use super::*;

const START: &str = "platform.addUser(\"alice\", \"x\");\nlet kandy = create();\n";
const CONNECT: &str =
    "kandy.connect(#{ username: \"alice\", password: \"x\" });\nwaitUntil(|| kandy.getConnection().isConnected);\n";

/// What is doubted of a script that passes, each with its line.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let told = |doubt: &Doubt| {
        let place = doubt.place().map(|place| format!("{}:{}: ", place.file, place.line));
        format!("{}{doubt}", place.unwrap_or_default())
    };
    let doubts = passes(text).doubts;
    assert_eq!(doubts.iter().map(told).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn a_fault_that_nothing_met_is_told_with_its_line() {
    check(
        &format!("{START}platform.fail(\"resubscribe\", #{{ status: 500 }});\n{CONNECT}"),
        &["test.rhai:3: nothing met the fault at resubscribe"],
    );
    check(&format!("{START}platform.fail(\"mk_token\", #{{ delay: \"1s\" }});\n{CONNECT}"), &[]);
    // One that was used up is not there any more.
    check(&format!("{START}platform.fail(\"subscribe\", #{{ delay: \"1s\", times: 1 }});\n{CONNECT}"), &[]);
    check(
        &format!("{START}platform.fail(\"subscribe\", #{{ status: 500, after: 1 }});\n{CONNECT}"),
        &["test.rhai:3: nothing met the fault at subscribe"],
    );
    check(
        &format!(
            "{START}platform.addUser(\"bob\", \"x\");\nplatform.fail(\"subscribe\", #{{ status: 500, user: \"bob\" }});\n{CONNECT}"
        ),
        &["test.rhai:4: nothing met the fault at subscribe"],
    );
}

#[test]
fn a_list_was_met_if_its_first_fault_was() {
    let list = "[#{ delay: \"1s\" }, #{ status: 500 }]";
    check(&format!("{START}platform.fail(\"subscribe\", {list});\n{CONNECT}"), &[]);
    check(
        &format!("{START}platform.fail(\"unsubscribe\", {list});\n{CONNECT}"),
        &["test.rhai:3: nothing met the fault at unsubscribe"],
    );
}

#[test]
fn a_fault_that_was_cleared_is_judged_by_what_had_met_it() {
    let fail = "platform.fail(\"mk_token\", #{ delay: \"1s\" });\n";
    check(&format!("{START}{fail}platform.clear();\n{CONNECT}"), &["test.rhai:3: nothing met the fault at mk_token"]);
    check(
        &format!("{START}{fail}platform.clear(\"mk_token\");\n{fail}{CONNECT}"),
        &["test.rhai:3: nothing met the fault at mk_token"],
    );
    check(&format!("{START}{fail}platform.clear(\"other\");\n{CONNECT}platform.clear();\n"), &[]);
    // The first that matches decides, so the second is not met.
    check(
        &format!("{START}{fail}{fail}{CONNECT}platform.clear();\n"),
        &["test.rhai:4: nothing met the fault at mk_token"],
    );
}

#[test]
fn doubts_of_one_run_are_not_those_of_the_next_and_have_a_limit() {
    let many = "for number in 0..300 { platform.fail(\"other\", #{ hang: true }); platform.clear(); }\n";
    let (first, second) = std::thread::scope(|scope| {
        let run = || {
            let host = Host::new();
            let doubts = |text: &str| {
                let script = host.compile(&source(text)).unwrap();
                host.run(&script, &Limits::default()).doubts.len()
            };
            (doubts(many), doubts("platform.fail(\"other\", #{ hang: true });"))
        };
        let thread = std::thread::Builder::new().stack_size(Limits::STACK_BYTES);
        thread.spawn_scoped(scope, run).unwrap().join().unwrap()
    });
    assert_eq!((first, second), (crate::doubt::MAX_DOUBTS, 1));
    let used_up = "for number in 0..4100 { platform.fail(\"mk_token\", #{ status: 500, times: 1 }); kandy.connect(#{ username: \"alice\", password: \"x\" }); kandy.waitFor(\"auth:error\"); advance(1); }\n";
    check(
        &format!("{START}{used_up}platform.fail(\"other\", #{{ hang: true }});\n"),
        &["test.rhai:4: nothing met the fault at other"],
    );
}

#[test]
fn what_did_not_pass_is_not_doubted() {
    for end in ["fail(\"no\")", "skip(\"no\")", "throw \"no\""] {
        assert_eq!(run(&format!("platform.fail(\"other\", #{{ hang: true }});\n{end};\n")).doubts, []);
    }
}

#[test]
fn waits_are_checks_and_letting_time_pass_is_none() {
    for (text, checks) in [
        ("advance(\"1s\"); print(now());", 0),
        ("waitUntil(|| now() >= 0);", 1),
        ("create().expectNone(\"auth:change\", \"1s\");", 1),
        ("let kandy = create(); kandy.disconnect(); kandy.waitFor(\"auth:change\");", 1),
        (
            "let kandy = create(); platform.anyUser(true); kandy.connect(#{ username: \"a\", password: \"b\" }); platform.waitFor(\"subscribe\");",
            1,
        ),
        ("assert(true); assertEq(1, 1); assertNe(1, 2); assertMatch(\"a\", \"a\"); expectEvents(create(), []);", 5),
    ] {
        assert_eq!(passes(text).checks, checks, "{text}");
    }
}

#[test]
fn a_command_that_met_none_is_told_if_nothing_takes_its_number() {
    check(
        "platform.addUser(\"alice\", \"x\");\nplatform.cut(\"alice\");\nplatform.endSubscription(\"alice\");\n",
        &["test.rhai:2: cut alice: no socket", "test.rhai:3: endSubscription alice: no subscription"],
    );
    let counting = [
        "close(\"alice\", 4000)",
        "silence(\"alice\")",
        "send(\"alice\", #{ a: \";)\" })",
        "sendRaw(\"alice\", \"x\")",
        "gone(\"alice\")",
    ];
    let watched: BTreeSet<&str> =
        counting.iter().map(|command| verb_of(command)).chain(["cut", "endSubscription"]).collect();
    // Who clears may well find nothing: it is what a script begins with.
    let counts = VERBS.iter().filter(|verb| verb.gives == Gives::Count && verb.name != "clear");
    let counts: BTreeSet<&str> = counts.map(|verb| verb.name).collect();
    assert_eq!(watched, counts, "each verb that counts what it met is to be watched");
    for command in counting {
        let verb = verb_of(command);
        let told = format!("test.rhai:3: {verb} alice: no socket");
        check(&format!("{START}platform.{command};"), &[&told]);
        check(&format!("{START}platform.{command}"), &[&told]);
        check(&format!("{START}{CONNECT}platform.{command};"), &[]);
        for taken in [
            format!("let count = platform.{command};"),
            format!("assertEq(platform.{command}, 0);"),
            format!("if platform.{command} == 0 {{ print(\"none\"); }}"),
            format!("let count = 0; count += platform.{command};"),
            format!("let count = || platform.{command}; count.call();"),
            format!("let count = || {{ now(); platform.{command} }}; count.call();"),
            format!("fn count() {{ platform.{command} }} print(count());"),
            format!("fn count() {{ if true {{ platform.{command} }} else {{ 0 }} }} print(count());"),
            format!("let count = if true {{ platform.{command} }} else {{ 0 }};"),
            format!("for i in 0..3 {{ print(`${{platform.{command}}}`); }}"),
            format!("fn count() {{ return platform.{command}; }} print(count());"),
        ] {
            check(&format!("{START}{taken}"), &[]);
        }
        for lost in [
            format!("fn count() {{ platform.{command}; }} count();"),
            format!("let count = || {{ platform.{command}; }}; count.call();"),
            format!("if true {{ platform.{command}; }}"),
            format!("for i in 0..3 {{ platform.{command}; }}"),
            format!("let p = platform; p.{command} /* ; */ ;"),
            // The last of a block gives its value to what is around it, and that may give it to nobody.
            format!("if true {{ platform.{command} }}"),
            format!("for i in 0..3 {{ platform.{command} }}"),
            format!("fn count() {{ for i in 0..3 {{ platform.{command} }} }} count();"),
            format!("try {{ platform.{command} }} catch {{ }}"),
            format!("(platform.{command});"),
            format!(
                "let kandy = create(); kandy.on(\"auth:change\", |p| platform.{command}); kandy.disconnect(); advance(1);"
            ),
            format!(
                "let kandy = create(); kandy.subscribe(|e, p| platform.{command}); kandy.disconnect(); advance(1);"
            ),
            format!("let kandy = create(); kandy.subscribe(|| platform.{command}); kandy.disconnect(); advance(1);"),
        ] {
            check(&format!("{START}{lost}"), &[&told]);
        }
    }
}

fn verb_of(call: &str) -> &str {
    call.split('(').next().unwrap()
}
