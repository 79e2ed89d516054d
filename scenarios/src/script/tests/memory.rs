//! The budget: whoever keeps what a script makes, all of it counts, and what is gone does not.

use super::*;

const BUDGET: usize = 64 * 1024 * 1024;

/// A function that makes another text of 2 MiB each time.
const LONG: &str = "fn long(n) { let s = `${n}`; while s.len() < 2097152 { s += s; } s }\n";

fn outcome(text: &str) -> ScriptOutcome {
    run_source(&source(text), &Limits { memory: BUDGET, ..Limits::default() })
}

#[test]
fn all_that_a_script_keeps_counts() {
    let many_variables: String = (0..50).map(|n| format!("let v{n} = long({n}); ")).collect();
    let many_arguments = (0..50).map(|n| format!("long({n})")).collect::<Vec<_>>().join(", ");
    let many_parameters = (0..50).map(|n| format!("p{n}")).collect::<Vec<_>>().join(", ");
    let chain = (0..20).fold("0".to_owned(), |inner, n| format!("three(long({n}), long(-{n}), {inner})"));
    for (kept, script) in [
        ("variables", many_variables),
        ("arguments of a call that is being made", {
            format!("fn many({many_parameters}) {{ 1 }} many({many_arguments});")
        }),
        ("arguments of nested calls", format!("fn three(a, b, c) {{ 1 }} {chain};")),
        ("variables of callers", {
            "fn down(n) { let a = long(n); let b = long(-n); if n > 0 { down(n - 1) + a.len() + b.len() } else { 0 } } down(30);".to_owned()
        }),
        (
            "what closures captured",
            "let f = || 0; for n in 0..50 { let s = long(n); let g = f; f = || s.len() + g.call(); }".to_owned(),
        ),
        ("listeners", {
            "let kandy = create(); for n in 0..50 { let s = long(n); kandy.on(\"auth:change\", || print(s.len())); }"
                .to_owned()
        }),
        (
            "a condition",
            format!(
                "{SIGNED_IN} let all = []; waitUntil(|| {{ let s = long(all.len()); all.push(|| s.len()); false }}, \"1d\");"
            ),
        ),
        (
            "a catch",
            "let f = || 0; try { loop { let s = long(1); let g = f; f = || s.len() + g.call(); } } catch { } loop { }"
                .to_owned(),
        ),
    ] {
        let outcome = outcome(&format!("{LONG}{script}"));
        let Verdict::Failed(diagnostic) = outcome.verdict else { panic!("{kept}: {:?}", outcome.verdict) };
        assert_eq!(
            (diagnostic.cause, &*diagnostic.message),
            (Cause::Limit, "the script and its world hold more than 64 MiB"),
            "{kept}: {diagnostic}"
        );
        assert_eq!(diagnostic.help.as_deref(), Some("keep less of what it makes, or give it more with --memory"));
    }
}

#[test]
fn the_keys_of_maps_count() {
    let map = |n: usize| format!("let m{n} = #{{}}; {{ let key = long({n}); m{n}[key] = {n}; }} ");
    let script: String = (0..50).map(map).collect();
    let diagnostic = match outcome(&format!("{LONG}{script}")).verdict {
        Verdict::Failed(diagnostic) => diagnostic,
        verdict => panic!("{verdict:?}"),
    };
    assert_eq!(diagnostic.message, "the script and its world hold more than 64 MiB");
}

#[test]
fn what_is_gone_does_not_count() {
    for script in [
        "for n in 0..200 { let s = long(n); }",
        "let s = \"\"; for n in 0..200 { s = long(n); }",
        "fn length(s) { s.len() } let total = 0; for n in 0..200 { total += length(long(n)); }",
        // Texts are shared until one of them is changed.
        "let s = long(1); let all = []; let f = || 0; for n in 0..200 { let t = s; let g = f; if n % 20 == 0 { f = || t.len(); } }",
    ] {
        let verdict = outcome(&format!("{LONG}{script}")).verdict;
        assert_eq!(verdict, Verdict::Passed, "{script}");
    }
}

#[test]
fn a_run_begins_with_its_whole_budget() {
    let limits = Limits { memory: BUDGET, ..Limits::default() };
    on_a_script_thread(|| {
        let host = Host::new();
        let compile = |text: &str| host.compile(&source(&format!("{LONG}{text}"))).unwrap();
        let [too_much, much] = [200, 20].map(|times| {
            compile(&format!(
                "let f = || 0; for n in 0..{times} {{ let s = long(n); let g = f; f = || s.len() + g.call(); }}"
            ))
        });
        let mut kept = Vec::new();
        for _ in 0..5 {
            kept.push(host.run(&too_much, &limits));
            kept.push(host.run(&much, &limits));
        }
        let passed = kept.iter().filter(|outcome| outcome.verdict == Verdict::Passed).count();
        assert_eq!((kept.len(), passed), (10, 5));
    });
}
