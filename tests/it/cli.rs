//! The command line: what users see, word for word, and how it ends.
//!
//! Each case has its whole output as a snapshot. To change one is to change what users read: read it as they would.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use kandy_scenarios::cli::{self, CliOutput, Environment};

use crate::support::without_slowest;

/// A scenario that passes, for cases that need one.
const CONNECTS: &str = r#"// A right password connects. The rest of this is not in the list.
// tags: connect, live
platform.addUser("alice@example.com", "s3cret");
let kandy = create();
kandy.connect(#{ username: "alice@example.com", password: "s3cret" });
waitUntil(|| kandy.getConnection().isConnected);
"#;

/// A folder of files, removed in the end, and a command that runs in it.
struct Place {
    folder: PathBuf,
    color: bool,
    leave_pending: bool,
}

impl Place {
    fn new(test: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("kandy-cli-{}-{test}", std::process::id()));
        let place = Self { folder, color: false, leave_pending: true };
        fs::create_dir_all(&place.folder).unwrap();
        for (file, text) in files {
            place.write(file, text);
        }
        place
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The command line, all that it writes, and its exit code. Wall time and the folder's path are left out.
    fn run(&self, arguments: &[&str]) -> String {
        let environment = Environment {
            folder: self.folder.clone(),
            jobs: NonZeroUsize::new(2).unwrap(),
            ci: false,
            leave_pending: self.leave_pending,
            interactive: false,
            redraws: false,
            signals: false,
            github: Default::default(),
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = cli::main(
            ["kandy-harness"].iter().chain(arguments),
            &environment,
            &mut CliOutput { to: &mut out, color: self.color, columns: None },
            &mut CliOutput { to: &mut err, color: self.color, columns: None },
        );
        let text = |bytes: Vec<u8>| self.redact(&String::from_utf8(bytes).unwrap());
        let (out, err) = (text(out), text(err));
        let err = if err.is_empty() { err } else { format!("--- standard error\n{err}") };
        format!("$ kandy-harness {}\n{out}{err}--- exit code {}\n", arguments.join(" "), exit.code())
    }

    fn redact(&self, text: &str) -> String {
        let folder = format!("{}/", self.folder.display());
        let text = if folder == "/" { text.to_owned() } else { text.replace(&folder, "") };
        let line = |line: &str| match line.split_once(" simulated in ") {
            Some((simulated, _)) => format!("{simulated} simulated in [wall time]\n"),
            None => format!("{line}\n"),
        };
        without_slowest(&text.lines().map(line).collect::<String>())
    }

    /// Its files, without what the command keeps for itself.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".kandy");
        names.sort();
        names
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.folder.starts_with(std::env::temp_dir()) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

#[track_caller]
fn is_as_known(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots/cli");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The folder in which tests run, which is their package's.
fn here() -> Place {
    Place { folder: PathBuf::new(), color: false, leave_pending: false }
}

/// Runs `failing/<name>.rhai`.
#[track_caller]
fn script(name: &str, options: &[&str]) {
    let path = format!("it/failing/{name}.rhai");
    let arguments: Vec<&str> = ["run", path.as_str()].iter().chain(options).copied().collect();
    is_as_known(name, &here().run(&arguments));
}

/// Runs a command line among a few files.
#[track_caller]
fn command(name: &str, arguments: &[&str]) {
    let files = [("s/connect/success.rhai", CONNECTS), ("empty/lib/users.rhai", ""), ("notes.txt", "")];
    is_as_known(name, &Place::new(name, &files).run(arguments));
}

#[test]
fn bad_arguments() {
    command("no-command", &[]);
    command("unknown-command", &["rnu"]);
    command("unknown-flag", &["run", "--job", "2"]);
    command("jobs-0", &["run", "--jobs", "0"]);
    command("jobs-100000", &["run", "--jobs", "100000"]);
    command("timeout-without-unit", &["run", "--timeout", "10"]);
    command("timeout-0", &["run", "--timeout", "0s"]);
    command("filter-without-tag", &["run", "--filter", "tag:"]);
    command("filter-regex", &["run", "--filter", "connect", "--filter", "not /(a|/"]);
    command("filter-prune", &["run", "--skip-tag", "slow", "--prune"]);
    command("replay-without-path", &["replay"]);
}

#[test]
fn help() {
    command("help", &["--help"]);
    command("help-run", &["run", "--help"]);
    command("help-explore", &["explore", "--help"]);
    command("help-review", &["review", "--help"]);
    command("help-serve", &["serve", "--help"]);
    command("help-report-merge", &["report", "merge", "--help"]);
    command("version", &["--version"]);
    for of in ["", "run", "explore", "list", "check", "review", "serve", "replay", "report", "report merge"] {
        let words: Vec<&str> = ["help"].into_iter().chain(of.split_whitespace()).collect();
        let text = here().run(&words);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{of}: {line}");
        }
    }
}

#[test]
fn nothing_to_run() {
    command("no-default-folder", &["run"]);
    command("missing-file", &["run", "s/connect/sucess.rhai"]);
    command("empty-folder", &["run", "empty"]);
    command("other-extension", &["run", "notes.txt"]);
    command("nothing-matches-name", &["run", "s", "--filter", "disconnect"]);
    command("nothing-matches-tag", &["list", "s", "--filter", "tag:reconnect"]);
    command("nothing-matches-one", &["check", "s", "--filter", "success", "--filter", "tag:conect"]);
    command("nothing-left", &["run", "s", "--filter", "success", "--filter", "not /^c/", "--skip-tag", "live"]);
}

#[test]
fn passing_listing_and_checking() {
    command("run", &["run", "s"]);
    command("run-show", &["run", "s", "--show"]);
    command("run-twice", &["run", "s/connect/success.rhai", "s", "./s/connect/success.rhai"]);
    command("list", &["list", "s"]);
    command("check", &["check", "s"]);
}

#[test]
fn what_would_act_on_a_terminal_is_escaped() {
    let script = "// Clears \u{1b}[2J and turns \u{202e}txet. More.\n// tags: \u{1b}]0;x\u{7}, größe\n";
    let place = Place::new("terminal", &[("s/größe.rhai", "print(\"a\u{200b}\u{202e}\u{9b}2J größe 日本\");\n")]);
    place.write("s/a.rhai", format!("{script}skip(\"one\\ntwo \u{1b}[2J\");\n"));
    is_as_known("terminal-list", &place.run(&["list", "s"]));
    is_as_known("terminal-show", &place.run(&["run", "s", "--show"]));
    is_as_known("terminal-filter", &place.run(&["list", "s", "--filter", "tag:none"]));
}

#[cfg(unix)]
#[test]
fn file_names_that_would_act_on_a_terminal_are_escaped() {
    let place = Place::new("terminal-names", &[("s/a\u{1b}[2J\nb.rhai", "fail(\"no\");\n")]);
    is_as_known("terminal-names", &place.run(&["run", "s"]));
    is_as_known("terminal-names-list", &place.run(&["list", "s"]));
    is_as_known("terminal-missing", &place.run(&["list", "s/\u{1b}[2J.rhai"]).replace('\u{1b}', "ESC"));
}

#[test]
fn a_script_that_cannot_be_read() {
    let place = Place::new("not-utf8", &[]);
    place.write("scenario.rhai", b"// A caf\xe9.\n");
    is_as_known("not-utf8", &place.run(&["run", "scenario.rhai"]));
    is_as_known("not-utf8-list", &place.run(&["list", "scenario.rhai"]));
}

#[cfg(unix)]
#[test]
fn links_that_lead_to_no_script() {
    use std::os::unix::fs::symlink;

    let place = Place::new("links", &[("s/good.rhai", CONNECTS)]);
    for (name, to) in
        [("dangling.rhai", "nowhere"), ("device.rhai", "/dev/zero"), ("good.snap", "/dev/zero"), ("up", "..")]
    {
        symlink(to, place.folder.join("s").join(name)).unwrap();
    }
    is_as_known("links", &place.run(&["run", "s"]));
    is_as_known("links-list", &place.run(&["list", "s"]));
    is_as_known("links-dangling", &place.run(&["run", "s/dangling.rhai"]));
    is_as_known("replay-device", &place.run(&["replay", "s/device.rhai"]));
}

#[test]
fn scripts_that_are_broken() {
    script("syntax-error", &[]);
    script("string-without-end", &[]);
    script("unknown-function", &[]);
    script("unknown-variable", &[]);
    script("wrong-argument", &[]);
    script("unknown-option", &[]);
    script("bad-duration", &[]);
    script("sleep", &[]);
}

#[test]
fn what_check_finds() {
    is_as_known("check-findings", &here().run(&["check", "it/checked"]));
    is_as_known("check-warnings", &here().run(&["check", "it/checked/warnings.rhai"]));
    let mut place = here();
    place.color = true;
    is_as_known("check-findings-colour", &place.run(&["check", "it/checked/many.rhai"]));
}

#[test]
fn imports_that_fail() {
    script("import-outside", &[]);
    script("import-absolute", &[]);
    script("import-missing", &[]);
}

#[test]
fn scripts_without_end() {
    // The limit on operations is the same everywhere, and the real time that they take is not.
    script("endless-loop", &["--timeout", "10m"]);
    script("endless-recursion", &[]);
}

#[test]
fn checks_that_fail() {
    script("assert", &[]);
    script("assert-eq", &[]);
    script("assert-eq-map", &[]);
    script("unknown-user", &[]);
    script("wait", &[]);
    script("fail", &[]);
    script("skip", &[]);
    script("soft", &[]);
}

#[test]
fn a_failure_fits_on_one_screen() {
    for name in ["assert", "assert-eq-map", "unknown-user", "wait"] {
        let shown = here().run(&["run", &format!("it/failing/{name}.rhai")]);
        assert!(
            shown.lines().count() <= 42,
            "{name} has {} lines, with the command and the exit code",
            shown.lines().count()
        );
        let told = shown.lines().take_while(|line| !line.starts_with("transcript"));
        for line in told {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
}

#[test]
fn colours_are_as_the_arguments_say() {
    let run = |color: bool, when: &str| {
        let mut place = here();
        place.color = color;
        place.run(&["run", "it/failing/wait.rhai", "--color", when]).replace('\u{1b}', "ESC")
    };
    is_as_known("colour-always", &run(false, "always"));
    let never = run(true, "never");
    assert!(!never.contains("ESC"), "{never}");
    assert_eq!(run(true, "auto").replace("auto", "always"), run(false, "always"));
    command("colour-unknown", &["run", "--color", "sometimes"]);
}

#[test]
fn a_mistake_in_a_module_is_shown_once() {
    is_as_known("module-run", &here().run(&["run", "it/failing/module"]));
    is_as_known("module-check", &here().run(&["check", "it/failing/module"]));
}

#[test]
fn a_snapshot_from_first_to_last() {
    let place = Place::new("snapshot", &[("success.rhai", CONNECTS)]);
    is_as_known("snapshot-written", &place.run(&["run", "success.rhai", "--update"]));
    is_as_known("snapshot-file", &fs::read_to_string(place.folder.join("success.snap")).unwrap());
    is_as_known("snapshot-same", &place.run(&["run", "success.rhai"]));

    place.write("success.rhai", format!("{CONNECTS}kandy.disconnect();\n"));
    is_as_known("snapshot-differs", &place.run(&["run", "success.rhai"]));
    assert_eq!(place.files(), ["success.rhai", "success.snap", "success.snap.new"]);
    is_as_known("snapshot-changed", &place.run(&["run", "success.rhai", "--update"]));
    assert_eq!(place.files(), ["success.rhai", "success.snap"]);

    // What fails is not compared, and never becomes a snapshot.
    let accepted = fs::read(place.folder.join("success.snap")).unwrap();
    place.write("success.rhai", "fail(\"not yet\");\n");
    place.run(&["run", "success.rhai", "--update"]);
    assert_eq!(fs::read(place.folder.join("success.snap")).unwrap(), accepted);
    assert_eq!(place.files(), ["success.rhai", "success.snap"]);
}

#[test]
fn transcripts_are_reviewed_without_a_terminal() {
    let place = Place::new("review", &[("s/a.rhai", CONNECTS), ("s/b.rhai", CONNECTS), ("s/c.rhai", CONNECTS)]);
    is_as_known("review-nothing", &place.run(&["review", "s"]));
    place.run(&["run", "s", "--update"]);
    for name in ["a", "b", "c"] {
        place.write(&format!("s/{name}.rhai"), format!("{CONNECTS}print({name:?});\n"));
    }
    is_as_known("review-run", &place.run(&["run", "s"]));
    is_as_known("review-nobody-to-ask", &place.run(&["review", "s"]));
    is_as_known("review-accept", &place.run(&["review", "s/a.rhai", "--accept"]));
    is_as_known("review-reject", &place.run(&["review", "s/b.rhai", "--reject"]));
    is_as_known("review-unknown", &place.run(&["review", "sa", "--accept"]));
    place.write("s/c.snap.new", "half");
    is_as_known("review-malformed", &place.run(&["review", "s", "--accept"]));
    place.run(&["review", "s", "--reject"]);
    is_as_known("review-run-again", &place.run(&["run", "s"]));
}

#[test]
fn transcripts_are_reviewed_by_name() {
    let script = |text: &str| format!("{CONNECTS}print({text:?});\n");
    let place = Place::new("review-names", &[]);
    for text in ["old", "new"] {
        place.write("scenarios/one.rhai", script(text));
        place.write("scenarios/other.rhai", script(text));
        place.run(if text == "old" { &["run", "--update"] } else { &["run"] });
    }
    is_as_known("review-name", &place.run(&["review", "one", "--accept"]));
    is_as_known("review-nearest", &place.run(&["review", "othr", "--accept"]));
    // A filter chooses among what waits, and must meet a scenario.
    place.write("scenarios/one.rhai", script("newest"));
    place.run(&["run"]);
    let nothing = place.run(&["review", "--filter", "oth", "--skip-tag", "connect", "--accept"]);
    assert!(nothing.contains("error: nothing is left") && nothing.ends_with("exit code 2\n"), "{nothing}");
    let accepted = place.run(&["review", "--filter", "not one", "--accept"]);
    assert!(accepted.contains("\naccepted  other\n\n1 accepted, 0 rejected, 0 left\n"), "{accepted}");
    is_as_known("review-flags", &place.run(&["review", "--accept", "--reject"]));
}

#[test]
fn a_snapshot_in_ci_and_in_colour() {
    let mut place = Place::new("ci", &[("success.rhai", CONNECTS)]);
    place.write("success.snap", "---\nsource: success.rhai\n---\n0.000  kandy     call      connect nobody\n");
    place.leave_pending = false;
    is_as_known("snapshot-differs-in-ci", &place.run(&["run", "success.rhai"]));
    place.color = true;
    is_as_known("snapshot-differs-in-colour", &place.run(&["run", "success.rhai"]).replace('\u{1b}', "ESC"));
    assert_eq!(place.files(), ["success.rhai", "success.snap"]);
}

#[test]
fn snapshots_that_are_broken_or_stale() {
    let place = Place::new("bad-snapshots", &[("s/success.rhai", CONNECTS), ("s/success.snap", "<<<<<<< HEAD\n")]);
    place.write("s/gone.snap", "---\nsource: gone.rhai\n---\n\n");
    is_as_known("snapshot-broken", &place.run(&["run", "s"]));
}

#[test]
fn recordings() {
    let traces = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces");
    let known = fs::read_to_string(traces.join("bad-password-401-json.json")).unwrap();
    let place = Place::new("recordings", &[]);
    place.write("known/bad-password.json", &known);
    place.write("mixed/bad-password.json", &known);
    place.write("mixed/cut.json", &known[..known.len() / 2]);
    place.write("mixed/list.json", "[]");
    place.write("mixed/other.json", known.replace("auth:error", "auth:eror"));
    place.write("empty/readme.md", "");
    is_as_known("replay-missing", &place.run(&["replay", "nope.json"]));
    is_as_known("replay-empty", &place.run(&["replay", "empty"]));
    is_as_known("replay-broken", &place.run(&["replay", "mixed/cut.json"]));
    is_as_known("replay-same", &place.run(&["replay", "known/bad-password.json"]));
    is_as_known("replay-differs", &place.run(&["replay", "mixed/other.json"]));
    is_as_known("replay-folder", &place.run(&["replay", "mixed"]));
}

#[test]
fn the_output_is_the_same_with_one_worker_and_with_two_and_each_time() {
    let place = Place::new("jobs", &[]);
    for number in 0..20 {
        let tail = ["", "fail(\"no\");", "skip(\"no\");", "let x = ;", "kandy.conect();"][number % 5];
        place.write(&format!("s/{number}.rhai"), format!("{CONNECTS}{tail}\n"));
    }
    let run = |jobs| place.run(&["run", "s", "--show", "--jobs", jobs]).replace(&format!("--jobs {jobs}"), "--jobs N");
    let first = run("1");
    assert_eq!(first.matches("\npass ").count(), 4, "{first}");
    for jobs in ["1", "2", "2", "7"] {
        assert!(run(jobs) == first, "with {jobs} jobs the output is not the same");
    }
}
