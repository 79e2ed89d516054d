//! `run --watch`: what a change touches runs again, and nothing else.

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use super::Place;

/// How long anything may take that is not meant to take long.
const PATIENCE: Duration = Duration::from_secs(20);
/// The last line of a run that goes on.
const WATCHING: &str = "Watching for changes; Ctrl-C ends it.";

const PASSES: &str = "assert(true);\n";

/// A command that watches, and what it says, a line at a time.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kandy-harness"));
        command.env_remove("CI").env_remove("TF_BUILD").env_remove("INSTA_UPDATE").current_dir(&place.0);
        // What goes to either stream comes in the order in which it was said.
        let (stream, said) = io::pipe().unwrap();
        command.stdout(said.try_clone().unwrap()).stderr(said);
        let child = command.args(["run", "--watch", "--jobs", "1"]).args(arguments).spawn().unwrap();
        let (say, lines) = mpsc::channel();
        let read = move || {
            BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|line| say.send(line).map_err(drop))
        };
        thread::Builder::new().spawn(read).unwrap();
        Self { child, lines }
    }

    /// The lines until it watches.
    #[track_caller]
    fn watches(&self) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("it does not go on:\n{}", seen.join("\n")));
            if line == WATCHING {
                return seen;
            }
            seen.push(line);
        }
    }

    /// The lines that tell of scenarios, until it watches.
    #[track_caller]
    fn runs(&self) -> Vec<String> {
        let lines = self.watches();
        let words = ["pass  ", "FAIL  ", "BROKEN"];
        let of_cases = lines
            .iter()
            .take_while(|line| !line.contains(" in 0."))
            .filter(|line| words.iter().any(|word| line.starts_with(word)));
        of_cases.map(|line| line.split("  ").filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")).collect()
    }

    /// Its exit code after a signal, when it has said all.
    fn stop(mut self) -> Option<i32> {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        while self.lines.recv_timeout(PATIENCE).is_ok() {}
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn place(test: &str, files: &[(&str, &str)]) -> Place {
    let place = Place::new(&format!("watch-{test}"), &[]);
    for (file, text) in files {
        write(&place, file, text);
    }
    place
}

/// Writes a file as editors do: whole, in the place of the old one.
fn write(place: &Place, file: &str, text: &str) {
    let path = place.0.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let draft = path.with_extension("draft");
    fs::write(&draft, text).unwrap();
    fs::rename(draft, path).unwrap();
}

#[test]
fn a_change_of_a_module_runs_those_that_reach_it() {
    let files = [
        ("scenarios/lib/deep.rhai", "fn two() { 2 }\n"),
        ("scenarios/lib/users.rhai", "import \"lib/deep\" as deep;\nfn two() { deep::two() }\n"),
        ("scenarios/one.rhai", "import \"lib/users\" as users;\nassertEq(users::two(), 2);\n"),
        ("scenarios/open.rhai", "let name = \"lib/deep\";\nimport name as deep;\nassertEq(deep::two(), 2);\n"),
        ("scenarios/other.rhai", PASSES),
    ];
    let place = place("imports", &files);
    let watching = Watching::start(&place, &[]);
    assert_eq!(watching.runs(), ["pass one", "pass open", "pass other"]);
    write(&place, "scenarios/lib/deep.rhai", "fn two() { 3 }\n");
    let lines = watching.watches();
    assert_eq!(lines[0], "A change touches 2 of 3 scenarios.");
    assert!(lines.contains(&"2 scenarios: 2 failed".to_owned()), "{lines:?}");
    write(&place, "scenarios/lib/deep.rhai", "fn two( { 2 }\n");
    assert_eq!(watching.runs(), ["BROKEN one", "BROKEN open: as one"]);
    write(&place, "scenarios/lib/deep.rhai", "fn two() { 2 }\n");
    assert_eq!(watching.runs(), ["pass one", "pass open"]);
    // Which module the one imports that makes its name is known to nobody.
    write(&place, "scenarios/other.rhai", "assert(1 == 1);\n");
    assert_eq!(watching.runs(), ["pass open", "pass other"]);
    assert_eq!(watching.stop(), Some(0));
}

#[test]
fn scripts_come_go_and_break_and_the_settings_change() {
    let place = place("files", &[("kandy.toml", ""), ("scenarios/one.rhai", PASSES)]);
    let watching = Watching::start(&place, &[]);
    assert_eq!(watching.runs(), ["pass one"]);
    write(&place, "scenarios/new/two.rhai", "let x = ;\n");
    assert_eq!(watching.runs(), ["BROKEN new/two"]);
    write(&place, "scenarios/new/two.rhai", "// tags: live\nassert(true);\n");
    assert_eq!(watching.runs(), ["pass new/two"]);
    write(&place, "kandy.toml", "filter = \"tag:lvie\"\n");
    let lines = watching.watches().join("\n");
    assert!(lines.contains("did you mean `tag:live`?"), "{lines}");
    write(&place, "kandy.toml", "filter = \"tag:live\"\n");
    assert_eq!(watching.runs(), ["pass new/two"]);
    // What is removed is not missed, and what comes back is new.
    write(&place, "kandy.toml", "");
    assert_eq!(watching.runs(), ["pass new/two", "pass one"]);
    fs::remove_file(place.0.join("scenarios/one.rhai")).unwrap();
    write(&place, "scenarios/three.rhai", PASSES);
    assert_eq!(watching.runs(), ["pass three"]);
    write(&place, "scenarios/one.rhai", PASSES);
    assert_eq!(watching.runs(), ["pass one"]);
    assert_eq!(watching.stop(), Some(0));
}

#[test]
fn nothing_runs_again_for_what_a_run_has_written() {
    let place = place("written", &[("s/a.rhai", "print(\"one\");\n"), ("s/b.rhai", "print(\"one\");\n")]);
    let watching = Watching::start(&place, &["s", "--update", "--report", "junit=s/junit.xml"]);
    assert_eq!(watching.runs(), ["pass a: snapshot written", "pass b: snapshot written"]);
    // Had the snapshots set off a run, it would come first.
    write(&place, "s/a.rhai", "print(\"two\");\n");
    assert_eq!(watching.runs(), ["pass a: snapshot changed"]);
    assert_eq!(watching.stop(), Some(0));

    write(&place, "s/a.rhai", "print(\"three\");\n");
    let watching = Watching::start(&place, &["s", "--report", "junit=s/junit.xml"]);
    assert_eq!(watching.runs(), ["FAIL a: differs from its snapshot", "pass b"]);
    assert!(place.0.join("s/a.snap.new").is_file() && place.0.join("s/.kandy/last-failed.json").is_file());
    write(&place, "s/b.rhai", "print(\"one\"); // as before\n");
    assert_eq!(watching.runs(), ["pass b"]);
    // A file that is written anew with the same text changes nothing, and a snapshot that is accepted does.
    write(&place, "s/b.rhai", "print(\"one\"); // as before\n");
    fs::rename(place.0.join("s/a.snap.new"), place.0.join("s/a.snap")).unwrap();
    assert_eq!(watching.runs(), ["pass a"]);
    assert_eq!(watching.stop(), Some(0));
}

#[test]
fn what_was_never_right_is_not_watched() {
    let place = place("never-right", &[("s/a.rhai", PASSES)]);
    let (out, err, code) = place.start(&["run", "--watch", "nowhere"]).end();
    assert!(out.is_empty() && err.contains("there is no file or folder `nowhere`"), "{out}{err}");
    assert_eq!(code, Some(3));
    for contradiction in ["--last-failed", "--prune"] {
        let (_, err, code) = place.start(&["run", "s", "--watch", contradiction]).end();
        assert!(code == Some(2) && err.contains("cannot be used with"), "{err}");
    }
}

#[test]
fn a_reader_that_has_gone_ends_it() {
    let place = place("reader", &[("a.rhai", PASSES)]);
    let mut run = place.start(&["run", "--watch", "a.rhai"]);
    while run.line() != format!("{WATCHING}\n") {}
    run.out = None;
    write(&place, "a.rhai", "assert(1 == 1);\n");
    assert_eq!(run.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_signal_cuts_a_run_short_also_while_it_watches() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let long = super::a_minute(listener.local_addr().unwrap().port());
    let place = place("signal", &[("a.rhai", &long)]);
    let watching = Watching::start(&place, &["a.rhai", "--live", "--timeout", "2m"]);
    let _connection = listener.accept().unwrap();
    assert_eq!(watching.stop(), Some(130));
}
