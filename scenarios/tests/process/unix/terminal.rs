//! The command at a terminal, which a pseudo-terminal plays.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{ffi::OsStr, str};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::Place;

/// Both ends of a terminal: ours, and that of whoever runs at it.
pub(super) fn terminal() -> (File, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = OpenOptions::new().read(true).write(true).open(Path::new(OsStr::from_bytes(name.to_bytes()))).unwrap();
    (File::from(ours), theirs)
}

/// Runs `review` at a terminal, and answers its questions one by one. Gives what the terminal shows, answers included.
fn review(place: &Place, answers: &[&str]) -> (String, Option<i32>) {
    let (mut ours, theirs) = terminal();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kandy-harness"));
    command.current_dir(&place.0).args(["review", "."]).env("TERM", "dumb");
    command.stdin(theirs.try_clone().unwrap()).stdout(theirs).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // While this process holds the other end, the terminal does not hang up.
    drop(command);
    let (mut shown, mut bytes) = (Vec::new(), [0; 4096]);
    let mut answers = answers.iter();
    let mut asked = 0;
    // At its end Linux fails the read.
    while let Ok(count @ 1..) = ours.read(&mut bytes) {
        shown.extend_from_slice(&bytes[..count]);
        let questions = str::from_utf8(&shown).unwrap().matches("quit (q)? ").count();
        if questions > asked {
            asked = questions;
            writeln!(ours, "{}", answers.next().expect("there are as many answers as questions")).unwrap();
        }
    }
    let code = child.wait().unwrap().code();
    (String::from_utf8(shown).unwrap().replace("\r\n", "\n"), code)
}

#[test]
fn a_review_asks_and_each_answer_counts_at_once() {
    let names = ["a", "b", "c", "d"];
    let scripts = names.map(|name| (format!("{name}.rhai"), format!("print(\"{name}: old\");\n")));
    let scripts = scripts.each_ref().map(|(name, text)| (name.as_str(), text.as_str()));
    let place = Place::new("review", &scripts);
    let run = |arguments: &[&str]| {
        let command = Command::new(env!("CARGO_BIN_EXE_kandy-harness"))
            .current_dir(&place.0)
            .args(arguments)
            .env_remove("CI")
            .env_remove("TF_BUILD")
            .env("INSTA_UPDATE", "auto")
            .output();
        command.unwrap().status.code()
    };
    assert_eq!(run(&["run", ".", "--update"]), Some(0));
    for name in names {
        fs::write(place.0.join(format!("{name}.rhai")), format!("print(\"{name}: new\");\n")).unwrap();
    }
    assert_eq!(run(&["run", "."]), Some(1));
    assert_eq!(run(&["review", "."]), Some(2), "without a terminal nobody can be asked");

    let (shown, code) = review(&place, &["a", "what?", "r", "s", "q"]);
    assert_eq!(code, Some(0));
    let change = "-0.000  script    print     a: old\n+0.000  script    print     a: new\n";
    assert!(shown.contains("\na  (1 of 4)\n --> a.snap\n\n--- snapshot\n+++ the last run\n"), "{shown}");
    assert!(shown.contains(change), "{shown}");
    assert!(shown.ends_with("\n1 accepted, 1 rejected, 2 left\n"), "{shown}");

    let is_new = |name: &str| fs::read_to_string(place.0.join(format!("{name}.snap"))).unwrap().contains(": new");
    let waits = |name: &str| place.0.join(format!("{name}.snap.new")).exists();
    assert_eq!(names.map(is_new), [true, false, false, false]);
    assert_eq!(names.map(waits), [false, false, true, true]);
}
