use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::diagnostic::{Cause, Diagnostic};
use crate::scenario::{Content, Header};

#[track_caller]
fn check(run: Vec<(&str, Status)>, expected: &str) {
    let mut out = Vec::new();
    let mut console = Console::new(&mut out, false);
    for (name, status) in run {
        let scenario = Scenario {
            name: name.to_owned(),
            source: format!("{name}.rhai"),
            path: PathBuf::new(),
            shown: format!("s/{name}.rhai"),
            root: PathBuf::new(),
            content: Ok(Content { text: String::new(), header: Header::default() }),
        };
        let finished = Finished { status, virtual_time: Duration::ZERO, excerpt: None };
        console.scenario(&scenario, &finished).unwrap();
    }
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

fn passed() -> Status {
    Status::Passed(Comparison::Same)
}

#[test]
fn what_is_not_the_scripts_fault_says_so() {
    let panic = Status::Error(Fault::Panic("index out of bounds".into()));
    let disk = Status::Error(Fault::Snapshot("cannot write the snapshot: disk full".into()));
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
