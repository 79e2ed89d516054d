//! Scripts, and what comes of them.

mod analysis;
mod api;
mod cases;
mod checks;
mod client;
mod doubts;
mod errors;
mod growth;
mod habits;
mod hygiene;
mod imports;
mod limits;
mod listeners;
mod marks;
mod memory;
mod platform;
mod power_assert;
mod properties;
mod records;
mod redact;
mod situation;
mod soft;
mod untyped;
mod waits;

use super::*;
use crate::diagnostic::Cause;
use crate::trace::{TraceRecord, What};

/// What the scripts of these tests begin with: Alice is signed in, and has just heard so.
const SIGNED_IN: &str = r#"
platform.addUser("alice", "s3cret");
let kandy = create();
kandy.connect(#{ username: "alice", password: "s3cret" });
waitUntil(|| kandy.getConnection().isConnected && !kandy.getConnection().isPending);
advance(0);
"#;

fn source(text: &str) -> Source {
    Source { path: "test.rhai".into(), shown: "test.rhai".into(), root: PathBuf::new(), text: text.to_owned() }
}

#[track_caller]
fn run(text: &str) -> ScriptOutcome {
    run_source(&source(text), &Limits::default())
}

/// Runs a script, and holds that a look at it without running it finds the same.
#[track_caller]
fn run_source(source: &Source, limits: &Limits) -> ScriptOutcome {
    let (outcome, checked) = on_a_script_thread(|| {
        let host = Host::new();
        let outcome = match host.compile(source) {
            Ok(script) => host.run(&script, limits),
            Err(diagnostic) => ScriptOutcome {
                verdict: Verdict::Failed(Box::new(diagnostic)),
                trace: Trace::default(),
                virtual_time: Duration::ZERO,
                checks: 0,
                warnings: Vec::new(),
                doubts: Vec::new(),
                also: AlsoFailed::default(),
            },
        };
        (outcome, host.check(source))
    });
    analysis::agrees(&source.text, &outcome.verdict, &checked);
    outcome
}

/// On a thread with the stack that scripts need.
fn on_a_script_thread<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(Limits::STACK_BYTES);
        thread.spawn_scoped(scope, run).unwrap().join().unwrap()
    })
}

#[track_caller]
fn passes(text: &str) -> ScriptOutcome {
    let outcome = run(text);
    if let Verdict::Failed(diagnostic) = &outcome.verdict {
        panic!("{diagnostic}\n\n{}", outcome.trace);
    }
    assert_eq!(outcome.verdict, Verdict::Passed);
    outcome
}

/// The diagnostic of a script that fails.
#[track_caller]
fn failure(text: &str) -> Diagnostic {
    let outcome = run(text);
    match outcome.verdict {
        Verdict::Failed(diagnostic) => *diagnostic,
        verdict => panic!("{verdict:?}\n\n{}", outcome.trace),
    }
}

/// Holds the whole text of a script's diagnostic.
#[track_caller]
fn fails(text: &str, cause: Cause, shown: &str) {
    let diagnostic = failure(text);
    assert_eq!(diagnostic.cause, cause, "{diagnostic}");
    let shown = shown.strip_prefix('\n').unwrap_or(shown);
    assert_eq!(diagnostic.to_string(), shown, "\n{diagnostic}\n");
}

/// What the script printed.
fn printed(text: &str) -> Vec<String> {
    let outcome = passes(text);
    let text = |record: &TraceRecord| match &record.what {
        What::Print(text) => Some(text.as_str().to_owned()),
        _ => None,
    };
    outcome.trace.records().iter().filter_map(text).collect()
}

/// The quickstart of Kandy.js, as DESIGN.md writes it.
const QUICKSTART: &str = r#"// A wrong password is reported as auth:error, and the user stays signed out.
// tags: connect, live
platform.addUser("alice@example.com", "s3cret");

let kandy = create();                      // create(#{ authentication: ..., connectivity: ... }) as in Kandy.js
kandy.on("auth:change", || print(`Connected: ${kandy.getConnection().isConnected}`));
kandy.on("auth:error", |params| print(`Connect error: ${params.error.message} (${params.error.code})`));

kandy.connect(#{ username: "alice@example.com", password: "wrong" });

let params = kandy.waitFor("auth:error");
assertEq(params.error.code, "authentication:9");
expectEvents(kandy, ["auth:change", "auth:error"]);
"#;

#[test]
fn the_quickstart_runs_as_written() {
    let outcome = passes(QUICKSTART);
    assert_eq!(outcome.checks, 3);
    let transcript = outcome.trace.to_string();
    let lines: Vec<&str> = transcript.lines().collect();
    assert!(lines[0].ends_with("kandy     call      connect alice@example.com"), "{transcript}");
    assert!(transcript.contains("print     Connected: false"), "{transcript}");
    assert!(transcript.contains("(authentication:9)"), "{transcript}");
    assert!(!transcript.contains("wrong"), "{transcript}");
}

#[test]
fn one_host_runs_one_script_after_the_other_as_if_it_were_new() {
    let host = Host::new();
    let compile = |text: &str| host.compile(&source(text)).unwrap();
    let (first, broken) = (compile(QUICKSTART), compile("let kandy = create(); kandy.waitFor(\"ws:change\");"));
    let transcript = host.run(&first, &Limits::default()).trace.to_string();
    for _ in 0..3 {
        assert!(matches!(host.run(&broken, &Limits::default()).verdict, Verdict::Failed(_)));
        let outcome = host.run(&first, &Limits::default());
        assert_eq!((outcome.verdict, outcome.checks), (Verdict::Passed, 3));
        assert_eq!(outcome.trace.to_string(), transcript);
    }
}

#[test]
fn at_the_end_the_world_moves_until_nothing_moves_at_that_instant() {
    let end = "kandy.on(\"auth:change\", || print(`${kandy.getConnection().isPending}`)); kandy.disconnect();";
    assert_eq!(printed(&format!("{SIGNED_IN}{end}")), ["true", "false"]);
    assert_eq!(passes(&format!("{SIGNED_IN}{end}")).virtual_time, Duration::ZERO);
}

#[test]
fn a_script_may_skip_itself_or_end_early() {
    assert_eq!(
        run("skip(\"not on this platform\"); fail(\"no\");").verdict,
        Verdict::Skipped("not on this platform".into())
    );
    assert_eq!(run("try { skip(\"so\"); } catch { }").verdict, Verdict::Skipped("so".into()));
    passes("exit(); fail(\"no\");");
    passes(
        "let kandy = create(); kandy.on(\"auth:change\", || exit()); kandy.disconnect(); advance(\"1s\"); fail(\"no\");",
    );
}
