//! What would take the process, or never end: each ends in an error, at its place, and soon.

use super::*;
use crate::file::scratch::Folder;

/// A text of 2 MiB.
const LONG: &str = "let s = \"x\"; while s.len() < 2097152 { s += s; }";

#[test]
fn a_text_that_would_be_too_long_is_not_made() {
    for call in [
        "s.replace(\"x\", s);",
        "s.replace('x', s);",
        "s.replace(\"\", s);",
        "s.replace('x', \"12345\");",
        "s.pad(4194304, \"😀😀\");",
        "s.pad(4194304, '😀');",
    ] {
        let diagnostic = failure(&format!("{LONG}\ntry {{ {call} }} catch {{ }}"));
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Limit, "a string is longer than 4194304 bytes"));
        assert_eq!(diagnostic.line, 2, "{diagnostic}");
    }
    passes(
        "let s = \"a-b-c\"; s.replace(\"-\", \"+\"); assertEq(s, \"a+b+c\"); s.replace('+', '*'); assertEq(s, \"a*b*c\");",
    );
    passes(
        "let s = \"abc\"; s.replace(\"\", \"-\"); assertEq(s, \"-a-b-c-\"); let e = \"\"; e.replace(\"\", \"x\"); assertEq(e, \"\");",
    );
}

#[test]
fn padding_with_nothing_ends() {
    passes(
        "let s = \"abc\"; s.pad(10, \"\"); assertEq(s, \"abc\"); s.pad(6, \"xy\"); assertEq(s, \"abcxyx\"); s.pad(7, '!'); assertEq(s.len(), 7);",
    );
    passes("let s = \"abc\"; s.pad(-1, \"x\"); s.pad(2, 'x'); assertEq(s, \"abc\");");
}

#[test]
fn a_text_is_cut_into_so_many_parts_only() {
    for call in [
        "s.split(\"\")",
        "s.split(\"x\")",
        "s.split('x')",
        "s.split(\"\", 1000000)",
        "s.split('x', 1000000)",
        "s.split_rev(\"\")",
        "s.split_rev('x')",
        "s.split_rev(\"x\", 1000000)",
        "s.split_rev('x', 1000000)",
        "s.to_chars()",
    ] {
        let diagnostic = failure(&format!("{LONG} let parts = {call};"));
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Limit, "an array has more than 100000 elements"));
    }
    passes(
        "assertEq(\"a b\".split(), [\"a\", \"b\"]); assertEq(\"\".split(), [\"\"]); assertEq(\"a,b,c\".split(\",\", 2), [\"a\", \"b,c\"]);
        assertEq(\"a,b,c\".split(','), [\"a\", \"b\", \"c\"]); assertEq(\"a,b,c\".split_rev(\",\"), [\"c\", \"b\", \"a\"]);
        assertEq(\"a,b,c\".split_rev(',', 2), [\"c\", \"a,b\"]); assertEq(\"a,b\".split(\",\", 0), [\"a,b\"]); assertEq(\"abc\".split(1), [\"a\", \"bc\"]);
        assertEq(\"ab\".to_chars(), ['a', 'b']);",
    );
}

#[test]
fn what_closures_give_is_counted_while_it_comes() {
    let many = "let a = []; a.pad(10000, 1); let b = []; b.pad(10000, 1);";
    for (call, message) in [
        ("a.map(|x| b);", "an array has more than 100000 elements"),
        ("a.map(|x| s);", "a string is longer than 4194304 bytes"),
        ("a.zip(b, |x, y| b);", "an array has more than 100000 elements"),
        ("let m = #{}; for i in 0..20 { m[`k${i}`] = i; } m.map(|k, v| b);", "an array has more than 100000 elements"),
        ("let t = \"[\"; t.pad(200000, \"[],\"); parse_json(t);", "an array has more than 100000 elements"),
    ] {
        let diagnostic = failure(&format!("{LONG} {many}\n{call}"));
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Limit, message), "{call}");
    }
    passes(
        "assertEq([1, 2].map(|x| x * 2), [2, 4]); assertEq([5, 5].map(|x, i| i), [0, 1]); const A = [1]; assertEq(A.map(|x| x + 1), [2]);
        assertEq([1, 2].zip([3, 4], |a, b| a + b), [4, 6]); assertEq(#{ a: 1 }.map(|k, v| k + v), #{ a: \"a1\" });
        let a = [1, 2]; a.map(|x| x); assertEq(a, [1, 2]); let n = 3; assertEq(a.map(|x| x + n), [4, 5]);
        assertEq(parse_json(\"{\\\"a\\\": [1, 2.5, null]}\"), #{ a: [1, 2.5, ()] });",
    );
}

#[test]
fn a_long_text_is_told_by_its_first_line() {
    for script in ["throw s;", "fail(s);", "assert(false, s);", "throw \"first\\n\" + s;"] {
        let diagnostic = failure(&format!("{LONG} {script}"));
        assert!(diagnostic.message.chars().count() <= 2_001 && diagnostic.message.ends_with('…'), "{script}");
    }
    let Verdict::Skipped(reason) = run(&format!("{LONG} skip(s);")).verdict else { panic!("it is not skipped") };
    assert!(reason.len() < 2_010);
}

#[test]
fn compiling_takes_time_in_proportion() {
    let host = Host::new();
    // With the square of the length it would take a minute and more.
    for text in ["print(1);\n".repeat(90_000), "print(platform.now); ".repeat(45_000)] {
        let limits = Limits { wall_time: Duration::from_secs(30), ..Limits::default() };
        assert!(host.compile_within(&source(&text), &limits).is_ok());
    }
}

#[test]
fn what_takes_the_square_of_its_length_has_few_parts() {
    let list = |count: usize, one: fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(", ");
    for (text, message) in [
        (format!("let m = #{{ {} }};", list(90_000, |i| format!("k{i}: 1"))), "a map literal has more than 10000 keys"),
        (
            format!("let m = #{{ {} }};", list(50_000, |i| format!("k{i}: `${{1}}`"))),
            "a map literal has more than 10000 keys",
        ),
        (format!("switch 1 {{ {} }}", list(80_000, |i| format!("{i} => 1"))), "a `switch` has more than 1000 arms"),
        (
            format!("switch {{ 1 }} {{ {} }}", list(50_000, |i| format!("{i} => {{ 1 }}"))),
            "a `switch` has more than 1000 arms",
        ),
        (
            format!("switch 1 {{ {} => 1 }}", list(100_000, |i| i.to_string()).replace(", ", "|")),
            "a `switch` has more than 1000 arms",
        ),
        (
            format!("fn f({}) {{ }}", list(100_000, |i| format!("a{i}"))),
            "a list of arguments or parameters has more than 1000 elements",
        ),
        ("//\n".repeat(400_000), "the script is longer than 1 MiB"),
    ] {
        let diagnostic = failure(&text);
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Limit, message));
    }
    let arms = list(900, |i| format!("{i} => {i}"));
    passes(&format!("assertEq(switch 7 {{ {arms} }}, 7); let m = #{{ {} }};", list(9_000, |i| format!("k{i}: 1"))));
}

#[test]
fn compiling_ends_with_its_time_and_at_an_interrupt() {
    let (host, text) = (Host::new(), "let a = 1;\n".repeat(400));
    let limits = Limits { wall_time: Duration::ZERO, ..Limits::default() };
    let late = host.compile_within(&source(&text), &limits).unwrap_err();
    assert_eq!((late.cause, &*late.message), (Cause::Limit, "compiling took more than 0 ms of real time"));
    let limits = Limits::default();
    limits.interrupt.raise();
    assert_eq!(host.compile_within(&source(&text), &limits).unwrap_err().cause, Cause::Interrupt);
    assert!(host.compile(&source(&text)).is_ok());
}

#[test]
fn a_look_at_a_script_ends_with_its_time_and_at_an_interrupt() {
    let listeners = "kandy.on(\"auth:change\", || f());\n".repeat(100);
    let source = source(&format!("let kandy = create();\n{listeners}fn f() {{ {} }}", "print(1);\n".repeat(1_000)));
    on_a_script_thread(|| {
        let host = Host::new();
        let script = host.compile(&source).unwrap();
        let limits = Limits { wall_time: Duration::ZERO, ..Limits::default() };
        let late = host.look_at(&script, &source, ClockGuard::new(&limits)).unwrap_err();
        let message = "looking at the script took more than 0 ms of real time";
        assert_eq!((late.cause, &*late.message, &*late.file), (Cause::Limit, message, "test.rhai"));
        let limits = Limits::default();
        limits.interrupt.raise();
        assert_eq!(host.look_at(&script, &source, ClockGuard::new(&limits)).unwrap_err().cause, Cause::Interrupt);
        assert_eq!(host.check(&source).unwrap(), Findings::default(), "nothing is wrong with it");
    });
}

#[test]
fn a_look_at_a_script_takes_time_in_proportion() {
    let items = vec!["1"; 9_000].join(", ");
    let keys = (0..2_000).map(|key| format!("k{key}: 1")).collect::<Vec<_>>().join(", ");
    // A copy of what is known at each use would take minutes.
    for text in [
        format!("const A = [{items}];\n{}", "A;\n".repeat(20_000)),
        format!("let a = #{{ {keys} }};\n{}", "print(a.k0);\n".repeat(20_000)),
    ] {
        let limits = Limits { wall_time: Duration::from_secs(30), ..Limits::default() };
        let looked = on_a_script_thread(|| Host::new().check_within(&source(&text), &limits).map(drop));
        assert_eq!(looked, Ok(()));
    }
}

#[test]
fn modules_that_import_one_another_many_times_end() {
    let folder = Folder::new("ways");
    let import = |number: usize| (0..4).map(|name| format!("import \"m{number}\" as a{name};\n")).collect::<String>();
    for number in 1..16 {
        std::fs::write(folder.join(format!("m{number}.rhai")), import(number + 1)).unwrap();
    }
    std::fs::write(folder.join("m16.rhai"), "fn f() { 1 }").unwrap();
    let run = |text: &str| {
        let path = folder.join("main.rhai");
        let source = Source { path, shown: "main.rhai".into(), root: folder.path().into(), text: text.to_owned() };
        run_source(&source, &Limits::default()).verdict
    };
    for text in ["import \"m1\" as m;", "let name = \"m1\"; import name as m;"] {
        let Verdict::Failed(diagnostic) = run(text) else { panic!("it passes") };
        let message = "this import leads to modules in more than 10000 ways";
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Limit, message), "{diagnostic}");
    }
    // A script itself may import as often as it likes.
    assert_eq!(run(&format!("{}assertEq(a3::a0::f(), 1);", import(15))), Verdict::Passed);
}

#[test]
fn virtual_time_ends_by_count_and_not_by_the_clock() {
    let limits = Limits { turns: 1_000, ..Limits::default() };
    let script = format!("{SIGNED_IN}advance(\"400d\");");
    let end = || match run_source(&source(&script), &limits) {
        ScriptOutcome { verdict: Verdict::Failed(diagnostic), virtual_time, .. } => (diagnostic, virtual_time),
        outcome => panic!("{outcome:?}"),
    };
    let (diagnostic, time) = end();
    assert_eq!(
        (diagnostic.cause, &*diagnostic.message),
        (Cause::Limit, "more than 1,000 things happened in the scenario")
    );
    assert_eq!((diagnostic.line, diagnostic.column), (7, 1));
    assert_eq!(end().1, time);
}

#[test]
fn sorting_ends_whatever_its_comparer_says() {
    passes(
        "let a = []; for n in 0..2000 { a.push(n); } let calls = 0;
        a.sort(|x, y| { calls += 1; if calls % 3 == 0 { 1 } else { -1 } }); assertEq(a.len(), 2000);
        a.sort_by(|x, y| true); a = a.order_by(|x, y| 0.0 / 0.0); a.sort(|x, y| x - y); assertEq(a[0], 0); assertEq(a[1999], 1999);
        let nan = 0.0 / 0.0; let f = []; for n in 0..100 { f.push(nan); f.push(n * 1.5); } f.sort(); assertEq(f[0], 0.0);
        f.sort_desc(); assertEq(f[100], 148.5);",
    );
    passes(
        "let a = [3, 1, 2]; a.sort(); assertEq(a, [1, 2, 3]); a.sort_desc(); assertEq(a, [3, 2, 1]);
        assertEq(a.order(), [1, 2, 3]); assertEq([\"b\", \"a\"].order(), [\"a\", \"b\"]); assertEq(['b', 'a'].order_desc(), ['b', 'a']);
        assertEq([true, false].order(), [false, true]); assertEq([1.5, 1].order(), [1, 1.5]); assertEq([].order(), []);
        assertEq([#{ n: 2 }, #{ n: 1 }].order(|x, y| x.n - y.n), [#{ n: 1 }, #{ n: 2 }]);
        let pairs = [[1, \"a\"], [0, \"b\"], [1, \"c\"], [0, \"d\"]]; pairs.sort(|x, y| x[0] <= y[0]);
        assertEq(pairs, [[0, \"b\"], [0, \"d\"], [1, \"a\"], [1, \"c\"]]);",
    );
}

#[test]
fn what_a_comparer_throws_is_not_lost() {
    for (script, message) in [
        ("[1, 2].sort(|x, y| throw \"no\");", "uncaught exception: no"),
        (
            "[1, 2].order(|x, y| \"less\");",
            "uncaught exception: the function that compares gives a number, or true and false, not a string",
        ),
        (
            "let a = [#{}, 1]; a.sort();",
            "uncaught exception: a map and an integer have no order of their own: give `sort` a function that compares",
        ),
    ] {
        assert_eq!(failure(script).message, message, "{script}");
    }
    passes("let a = [2, 1]; try { a.sort(|x, y| throw \"no\"); } catch { } assertEq(a, [2, 1]);");
}
