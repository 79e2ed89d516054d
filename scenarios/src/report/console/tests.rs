use std::path::PathBuf;

use super::*;
use crate::diagnostic::{Cause, Diagnostic};
use crate::run::Variant;
use crate::scenario::{Header, Scenario, ScriptText};
use crate::snapshot::SnapshotError;

#[track_caller]
fn check(run: Vec<(&str, Status)>, expected: &str) {
    assert_eq!(report(run.into_iter().map(|(name, status)| (name, Finished::new(status))).collect()), expected);
}

fn report(run: Vec<(&str, Finished)>) -> String {
    let mut out = Vec::new();
    let mut console = Console::new(&mut out, false);
    for (name, finished) in run {
        let scenario = Scenario {
            name: name.to_owned(),
            source: format!("{name}.rhai"),
            path: PathBuf::new(),
            shown: format!("s/{name}.rhai"),
            root: PathBuf::new(),
            content: Ok(ScriptText { text: String::new(), header: Header::default(), rows: Vec::new() }),
        };
        let case = Case::of(&scenario, Variant::Sim);
        console.event(&RunEvent::Finished { case: &case, finished: &finished }).unwrap();
    }
    String::from_utf8(out).unwrap()
}

fn passed() -> Status {
    Status::Passed(Comparison::Same)
}

#[test]
fn what_is_not_the_scripts_fault_says_so() {
    let panic = Status::Error(CaseError::Panic("index out of bounds".into()));
    let disk = Status::Error(CaseError::Snapshot(SnapshotError::Unwritable(io::Error::other("disk full"))));
    check(
        vec![("a", passed()), ("b", panic), ("c", disk), ("d", passed())],
        "\
pass    a

ERROR   b

internal error: index out of bounds
 --> s/b.rhai
  = note: this is a mistake in kandy-harness, not in the script
  = help: please report it, with the script

ERROR   c

error: cannot write the snapshot: disk full
 --> s/c.snap

pass    d
",
    );
}

#[test]
fn a_mistake_that_many_share_is_shown_once() {
    let mistake = |file: &str| {
        Status::Broken(Broken::Script(Box::new(Diagnostic {
            cause: Cause::Syntax,
            message: "unexpected ';'".into(),
            file: file.into(),
            line: 0,
            column: 0,
            source_line: None,
            notes: Vec::new(),
            help: None,
        })))
    };
    check(
        vec![("a", mistake("lib/x")), ("b", mistake("lib/x")), ("c", mistake("c")), ("d", mistake("lib/x"))],
        "\
BROKEN  a

error: unexpected ';'
 --> lib/x

BROKEN  b: as a

BROKEN  c

error: unexpected ';'
 --> c

BROKEN  d: as a
",
    );
}

#[test]
fn a_reason_stays_on_its_line() {
    check(vec![("a", Status::Skipped("one\ntwo\u{1b}[2J".into()))], "skip    a: one\\ntwo\\u{1b}[2J\n");
}

#[test]
fn warnings_follow_what_there_is_to_say_and_have_a_limit() {
    let finished = |status, count| {
        let warning = Warning { client: "kandy".to_owned(), what: hygiene::WarningKind::Pending };
        Finished { warnings: vec![warning; count], ..Finished::new(status) }
    };
    let differs = Status::Differs(Box::default());
    let text = report(vec![
        ("a", finished(passed(), 1)),
        ("b", finished(differs, 1)),
        ("c", finished(passed(), hygiene::MAX_SHOWN + 2)),
    ]);
    let warning = "warning: kandy: pending for ever: isPending is true, and nothing is left that could end it\n";
    assert!(text.starts_with(&format!("pass    a\n\n{warning}\nFAIL    b: ")), "{text}");
    assert!(text.contains(&format!("+++ this run\n\n{warning}\npass    c\n")), "{text}");
    assert!(text.ends_with(&format!("{warning}warning: and 2 more\n\n")), "{text}");
    assert_eq!(text.matches(warning).count(), 2 + hygiene::MAX_SHOWN);
}
