//! Signals and pipes as Unix has them.

mod progress;
mod reports;
mod terminal;
mod watch;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{self, Child, ChildStdout, Command, Stdio};

/// A folder of scenarios, removed in the end.
struct Place(PathBuf);

impl Place {
    fn new(test: &str, scenarios: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("kandy-process-{}-{test}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in scenarios {
            fs::write(folder.join(name), text).unwrap();
        }
        Self(folder)
    }

    fn start(&self, arguments: &[&str]) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kandy-harness"));
        command.env_remove("CI").env_remove("TF_BUILD");
        command.current_dir(&self.0).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = child.stdout.take().map(BufReader::new);
        Running { child, out }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process, ended with the test.
struct Running {
    child: Child,
    /// Its standard output, while anyone reads it.
    out: Option<BufReader<ChildStdout>>,
}

impl Running {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// What it writes on standard output from now on, what on standard error, and its exit code.
    fn end(mut self) -> (String, String, Option<i32>) {
        let (mut out, mut err) = (String::new(), String::new());
        self.out.as_mut().unwrap().read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (out, err, self.child.wait().unwrap().code())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A scenario that connects to `port`, where nobody answers, and goes on for a minute of real time.
fn a_minute(port: u16) -> String {
    format!(
        r#"// tags: live
let kandy = create(#{{ authentication: #{{ subscription: #{{ protocol: "http", server: "127.0.0.1", port: {port} }} }} }});
kandy.connect(#{{ username: "alice@example.com", password: "s3cret" }});
for part in 0..6 {{ advance("10s"); }}
"#
    )
}

#[test]
fn a_signal_ends_the_run_in_good_order() {
    for name in ["INT", "TERM"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let long = a_minute(listener.local_addr().unwrap().port());
        let quick = "// tags: live\nassert(true);\n";
        let scenarios = [("a.rhai", quick), ("b.rhai", long.as_str()), ("c.rhai", quick)];
        let place = Place::new(name, &scenarios);
        let mut run = place.start(&["run", ".", "--live", "--jobs", "1", "--timeout", "2m"]);
        assert_eq!(run.line(), "pass    a\n");
        // The second one runs as soon as it connects.
        let _connection = listener.accept().unwrap();
        run.signal(name);
        let (out, err, code) = run.end();
        assert!(out.starts_with("stop    b\n\ncut short: 1 of 3 scenarios ran: 1 passed\n"), "{out}");
        assert!(!out.contains("    c\n"), "{out}");
        assert_eq!(err, "stopping; a second signal ends the command at once\n");
        assert_eq!(code, Some(130));
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    // More than a pipe takes, so that the process cannot end while nobody reads.
    let place = Place::new("twice", &[("a.rhai", "for line in 0..20000 { print(`line ${line}`); }\nassert(true);\n")]);
    let mut run = place.start(&["run", ".", "--show"]);
    assert_eq!(run.line(), "pass    a\n");
    run.signal("INT");
    let mut stopping = String::new();
    BufReader::new(run.child.stderr.as_mut().unwrap()).read_line(&mut stopping).unwrap();
    assert!(stopping.starts_with("stopping"), "{stopping}");
    run.signal("INT");
    assert_eq!(run.child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_signal_after_the_last_scenario_changes_nothing() {
    let place = Place::new("late", &[("a.rhai", "for line in 0..20000 { print(`line ${line}`); }\nassert(true);\n")]);
    let mut run = place.start(&["run", ".", "--show"]);
    assert_eq!(run.line(), "pass    a\n");
    run.signal("INT");
    let (out, _, code) = run.end();
    assert!(out.contains("\n1 scenario: 1 passed\n"), "{out}");
    assert_eq!(code, Some(0));
}

#[test]
fn nobody_has_to_read_to_the_end() {
    let place = Place::new("pipe", &[("a.rhai", "for line in 0..20000 { print(`line ${line}`); }\nfail(\"no\");\n")]);
    let mut run = place.start(&["run", ".", "--show"]);
    assert_eq!(run.line(), "FAIL    a\n");
    run.out = None;
    assert_eq!(run.child.wait().unwrap().code(), Some(1), "what came of the scenarios counts");
}

#[test]
fn a_signal_ends_an_exploration_and_what_was_found_is_told() {
    const TRIES: usize = 20;
    let long = "platform.addUser(\"alice\", \"x\"); let kandy = create();\n\
                kandy.connect(#{ username: \"alice\", password: \"x\" }); advance(\"30d\");\n";
    let place = Place::new("explored", &[("a.rhai", "advance(1);\n"), ("b.rhai", long)]);
    // The second one begins behind the line of the first, and mostly before the signal comes.
    for _ in 0..TRIES {
        let mut run = place.start(&["explore", ".", "--pairs", "--budget", "1h"]);
        assert_eq!(run.line(), "skip    a  no message comes, so that there is nothing to disturb\n");
        run.signal("INT");
        let (out, _, code) = run.end();
        assert!(out.contains("\ninterrupted: 1 of 2 scenarios explored"), "{out}");
        assert_eq!(code, Some(130));
        if out.contains("    b") {
            return;
        }
    }
    panic!("nothing was told of the one that was under way, {TRIES} times");
}

#[test]
fn a_script_that_takes_all_memory_takes_nothing_from_the_others() {
    let attack = "fn long(n) { let s = `${n}`; while s.len() < 2097152 { s += s; } s }\n\
                  let f = || 0; loop { let s = long(1); let g = f; f = || s.len() + g.call(); }\n";
    let place = Place::new("memory", &[("attack.rhai", attack), ("other.rhai", "assert(1 + 1 == 2);\n")]);
    let (out, _, code) = place.start(&["run", ".", "--memory", "64MiB"]).end();
    assert!(out.contains("FAIL    attack\n") && out.contains("pass    other\n"), "{out}");
    assert!(out.contains("error: the script and its world hold more than 64 MiB\n --> attack.rhai:"), "{out}");
    assert_eq!(code, Some(1));
}

#[test]
fn a_script_that_says_by_what_it_runs_runs_by_itself() {
    use std::os::unix::fs::PermissionsExt as _;

    let harness = env!("CARGO_BIN_EXE_kandy-harness");
    let text = format!("#!/usr/bin/env -S {harness} run\n// Runs by itself.\n// tags: alone\nassert(1 + 1 == 2);\n");
    let place = Place::new("shebang", &[("alone.rhai", &text)]);
    let script = place.0.join("alone.rhai");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    // A shell starts it: a fork of this process may still hold the file open for writing.
    let output = Command::new("sh").args(["-c", "exec ./alone.rhai"]).current_dir(&place.0).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(out.starts_with("pass    alone\n") && err.is_empty(), "{out}{err}");
    assert_eq!(output.status.code(), Some(0));
    let (listed, ..) = place.start(&["list", "alone.rhai"]).end();
    assert!(listed.contains("Runs by itself.") && listed.contains("alone"), "{listed}");
}

#[test]
fn a_pipe_has_colours_only_where_they_are_forced() {
    let place = Place::new("colours", &[("one.rhai", "fail(\"no\");\n")]);
    let run = |variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kandy-harness"));
        command.current_dir(&place.0).args(["run", "one.rhai"]).envs(variables.iter().copied());
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
            if !variables.iter().any(|(given, _)| *given == name) {
                command.env_remove(name);
            }
        }
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(!run(&[]).contains('\u{1b}'));
    assert!(run(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}[1m\u{1b}[31mFAIL"));
    assert!(!run(&[("CLICOLOR_FORCE", "0")]).contains('\u{1b}'));
    assert!(!run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
}
