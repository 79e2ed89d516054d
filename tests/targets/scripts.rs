//! Scripts.

use std::path::Path;
use std::thread;
use std::time::Duration;

use kandy_scenarios::diagnostic::{Cause, Diagnostic};
use kandy_scenarios::scenario::Header;
use kandy_scenarios::script::{Host, Limits, ScriptOutcome, Source, Verdict};

use super::{SECRET, diagnostics};

/// What a script may use up here: little, so that there are many.
fn limits() -> Limits {
    Limits {
        operations: 20_000,
        turns: 5_000,
        memory: 64 * 1024 * 1024,
        wall_time: Duration::from_secs(10),
        ..Limits::default()
    }
}

/// A script is looked at and run: a diagnostic points into it, both are of one opinion about what does not compile, a second
/// run leaves the same transcript, and the password of a user whom it does not know is nowhere.
///
/// # Panics
///
/// If something does not hold.
pub fn scripts(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let header = Header::parse(text);
    assert!(header.description.starts_with(header.summary()), "{header:?}");
    // A script with rows begins with them.
    let before = format!("platform.addUser(\"carol\", \"{SECRET}\");\n");
    let text = if text.contains("cases") { text.to_owned() } else { before + text };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(Limits::STACK_BYTES);
        let thread = thread.spawn_scoped(scope, || examine(&text)).expect("there is room for a thread");
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    });
}

fn examine(text: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/scripts");
    let source = Source { path: root.join("any.rhai"), shown: "any.rhai".to_owned(), root, text: text.to_owned() };
    let (host, limits) = (Host::new(), limits());
    let checked = host.check_within(&source, &limits);
    let script = match host.compile_within(&source, &limits) {
        Ok(script) => script,
        Err(diagnostic) => {
            check(&diagnostic, text);
            assert_eq!(checked.err().as_deref(), Some(&diagnostic), "a look at it finds the same");
            return;
        }
    };
    match &checked {
        Ok(findings) => findings.told.iter().for_each(|finding| check(&finding.diagnostic, text)),
        Err(diagnostic) => panic!("it compiles, but a look at it says {diagnostic}"),
    }
    let first = host.run(&script, &limits);
    let again = host.run(&script, &limits);
    for outcome in [&first, &again] {
        hold(outcome, text);
    }
    if !is_out_of_time(&first) && !is_out_of_time(&again) {
        assert_eq!(first.verdict, again.verdict);
        assert_eq!(first.trace.to_string(), again.trace.to_string());
    }
}

/// What holds of every run.
fn hold(outcome: &ScriptOutcome, text: &str) {
    let transcript = outcome.trace.to_string();
    assert!(!transcript.contains(|shown: char| shown.is_control() && shown != '\n'), "{transcript:?}");
    // The line that adds her may be shown, and no other.
    let told = text.lines().skip(1).any(|line| line.contains(SECRET)) || text.contains("cases");
    assert!(told || !transcript.contains(SECRET), "{transcript}");
    let failed = if let Verdict::Failed(diagnostic) = &outcome.verdict { Some(&**diagnostic) } else { None };
    for diagnostic in failed.into_iter().chain(&outcome.also.told) {
        check(diagnostic, text);
        let said = Diagnostic { source_line: None, ..diagnostic.clone() }.to_string();
        assert!(told || !said.contains(SECRET), "{said}");
    }
}

/// A diagnostic about a module of another file is not about `text`.
fn check(diagnostic: &Diagnostic, text: &str) {
    if diagnostic.file == "any.rhai" {
        diagnostics::check(diagnostic, text);
    }
}

/// Whether the guard on real time has ended a run, which a busy machine decides.
fn is_out_of_time(outcome: &ScriptOutcome) -> bool {
    matches!(&outcome.verdict, Verdict::Failed(diagnostic) if diagnostic.cause == Cause::Limit && diagnostic.message.contains(" took "))
}
