//! The progress bar of a run at a terminal.

use std::fs::File;
use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::termios::{Winsize, tcsetwinsize};

use super::terminal::terminal;
use super::{Place, a_minute};

/// How long anything may take that is not meant to take long.
const PATIENCE: Duration = Duration::from_secs(20);
const COLUMNS: u16 = 80;

/// A terminal, and what it has been sent.
struct Screen {
    sent: Receiver<Vec<u8>>,
    seen: String,
    child: Child,
}

impl Screen {
    fn run(place: &Place, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let (ours, theirs) = terminal();
        tcsetwinsize(&ours, Winsize { ws_row: 24, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_kandy-harness"));
        for name in ["CI", "TF_BUILD", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLORTERM"] {
            command.env_remove(name);
        }
        command.current_dir(&place.0).args(arguments).env("TERM", "xterm").envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(theirs.try_clone().unwrap()).stderr(theirs);
        let child = command.spawn().unwrap();
        // While this process holds the other end, the terminal does not hang up.
        drop(command);
        Self { sent: read(ours), seen: String::new(), child }
    }

    /// Waits for a text.
    #[track_caller]
    fn shows(&mut self, text: &str) {
        while !self.seen.contains(text) {
            let bytes = self.sent.recv_timeout(PATIENCE);
            let bytes = bytes.unwrap_or_else(|_| panic!("{text:?} is not shown:\n{:?}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    /// All that it has been sent in the end, and the exit code.
    fn end(&mut self) -> (String, Option<i32>) {
        while let Ok(bytes) = self.sent.recv_timeout(PATIENCE) {
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
        (self.seen.clone(), self.child.wait().unwrap().code())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(mut ours: File) -> Receiver<Vec<u8>> {
    let (send, sent) = mpsc::channel();
    let read = move || {
        let mut bytes = [0; 4096];
        // At its end Linux fails the read.
        while let Ok(count @ 1..) = ours.read(&mut bytes) {
            if send.send(bytes[..count].to_vec()).is_err() {
                break;
            }
        }
    };
    thread::Builder::new().spawn(read).unwrap();
    sent
}

/// The lines that a terminal shows after what it was sent.
fn drawn(sent: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![Vec::new()], 0, 0);
    let mut rest = sent.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\r' => column = 0,
            '\n' => row += 1,
            '\u{1b}' => {
                assert_eq!(rest.next(), Some('['), "{sent:?}");
                let mut code = String::new();
                while let Some(part) = rest.next_if(|part| !part.is_ascii_alphabetic()) {
                    code.push(part);
                }
                let count: usize = code.parse().unwrap_or(1);
                match (rest.next(), code.as_str()) {
                    (Some('K'), "2") => lines[row].clear(),
                    (Some('K'), "" | "0") => lines[row].truncate(column),
                    (Some('A'), _) => row = row.saturating_sub(count),
                    (Some('B'), _) => row += count,
                    (Some('m'), _) => {}
                    other => panic!("what does {other:?} do?"),
                }
            }
            character => {
                let line: &mut Vec<char> = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = character;
                column += 1;
                assert!(column <= usize::from(COLUMNS), "a line that wraps cannot be taken away: {line:?}");
            }
        }
        lines.resize(lines.len().max(row + 1), Vec::new());
    }
    lines.into_iter().map(|line| line.into_iter().collect::<String>().trim_end().to_owned()).collect()
}

/// A folder with a scenario that goes on until it is interrupted, behind one that fails.
fn long(test: &str) -> (Place, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let long = a_minute(listener.local_addr().unwrap().port());
    let quick = "// tags: live\nassert(true);\n";
    let fails = "// tags: live\nassertEq(1, 2);\n";
    (Place::new(&format!("progress-{test}"), &[("a.rhai", quick), ("b.rhai", fails), ("c.rhai", &long)]), listener)
}

const LIVE: [&str; 7] = ["run", ".", "--live", "--jobs", "1", "--timeout", "2m"];

#[test]
fn a_bar_is_shown_once_a_run_takes_longer_than_a_moment_and_leaves_nothing() {
    let (place, listener) = long("long");
    let mut screen = Screen::run(&place, &LIVE, &[]);
    let _connection = listener.accept().unwrap();
    screen.shows("2 of 3  ");
    screen.shows("1 failed");
    let signal = Command::new("kill").args(["-INT", &screen.child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let (sent, code) = screen.end();
    assert_eq!(code, Some(130));
    let lines = drawn(&sent);
    assert!(lines.iter().all(|line| !line.contains(" of 3  ")), "{lines:#?}");
    let at = |text: &str| lines.iter().position(|line| line == text).unwrap_or_else(|| panic!("{text}: {lines:#?}"));
    let order = [
        at("pass    a"),
        at("FAIL    b"),
        at("error: the values differ"),
        at("stopping; a second signal ends the command at once"),
        at("stop    c"),
        at("cut short: 2 of 3 scenarios ran: 1 passed, 1 failed"),
    ];
    assert!(order.is_sorted(), "{lines:#?}");
    assert!(sent.contains("\u{1b}[32m=") || sent.contains("\u{1b}[32m>"), "the bar has a colour: {sent:?}");
}

#[test]
fn a_run_of_a_moment_shows_none() {
    let place = Place::new("progress-short", &[("a.rhai", "assert(true);\n")]);
    let (sent, code) = Screen::run(&place, &["run", "."], &[]).end();
    assert!(code == Some(0) && sent.contains("pass") && !sent.contains(" of 1 "), "{sent:?}");
    assert!(!sent.contains("\u{1b}[2K"), "{sent:?}");
}

#[test]
fn the_environment_is_asked_whether_there_is_one_and_in_which_colours() {
    for variables in [&[("NO_COLOR", "1")][..], &[("CI", "1")], &[("TERM", "dumb")]] {
        let name = variables[0].0;
        let (place, listener) = long(name);
        let mut screen = Screen::run(&place, &LIVE, variables);
        let _connection = listener.accept().unwrap();
        if name == "NO_COLOR" {
            screen.shows("2 of 3  ");
        } else {
            screen.shows("again:");
        }
        let signal = Command::new("kill").args(["-INT", &screen.child.id().to_string()]).status().unwrap();
        assert!(signal.success());
        let (sent, code) = screen.end();
        assert_eq!(code, Some(130));
        if name == "NO_COLOR" {
            assert!(!sent.contains("\u{1b}[3") && !sent.contains("\u{1b}[1;3"), "{sent:?}");
        } else {
            assert!(!sent.contains(" of 3  "), "{name}: {sent:?}");
        }
    }
}

#[test]
fn an_exploration_tells_how_fast_it_is_and_what_it_found_until_a_signal() {
    // All pairs of it take minutes here, and something is found among the first.
    let flow = "platform.addUser(\"a\", \"x\");\nlet kandy = create();\n\
                kandy.connect(#{ username: \"a\", password: \"x\" });\nadvance(\"3d\");\n";
    let place = Place::new("progress-explored", &[("a.rhai", flow), ("b.rhai", flow)]);
    let arguments = ["explore", ".", "--pairs", "--budget", "1h", "--report", "json=a.json", "--report", "junit=a.xml"];
    let mut screen = Screen::run(&place, &arguments, &[("NO_COLOR", "1")]);
    screen.shows(" runs, ");
    screen.shows("/s, 35");
    screen.shows(" s left");
    let signal = Command::new("kill").args(["-INT", &screen.child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let (sent, code) = screen.end();
    assert_eq!(code, Some(130));
    let has = |text: &str| assert!(sent.contains(text), "{text}: {sent}");
    has("FOUND   a  ");
    has("pending for ever (kandy)");
    has("see one:     kandy-harness explore a.rhai --at \"");
    has(": this is what was found until then");
    has("interrupted: 0 of 2 scenarios explored");
    let report = std::fs::read_to_string(place.0.join("a.json")).unwrap();
    assert!(report.contains("\"interrupted\":true") && report.contains("\"status\":\"notRun\""), "{report}");
    let mut merge = Command::new(env!("CARGO_BIN_EXE_kandy-harness"));
    let merged = merge.args(["report", "merge", "a.json"]).current_dir(&place.0).output().unwrap();
    let text = String::from_utf8(merged.stdout).unwrap();
    assert!(text.contains("interrupted: 1 scenario not begun") && merged.status.code() == Some(130), "{text}");
}

#[test]
fn what_an_exploration_was_to_accept_is_told_where_a_signal_ends_it() {
    let flow = "platform.addUser(\"a\", \"x\");\nlet kandy = create();\n\
                kandy.connect(#{ username: \"a\", password: \"x\" });\nadvance(\"3d\");\n";
    let place = Place::new("progress-update", &[("a.rhai", flow)]);
    let arguments = ["explore", ".", "--pairs", "--budget", "1h", "--update"];
    let mut screen = Screen::run(&place, &arguments, &[("NO_COLOR", "1")]);
    screen.shows(" s left");
    let signal = Command::new("kill").args(["-INT", &screen.child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let (sent, code) = screen.end();
    for text in [
        "FAIL    a  not accepted, since it is not all",
        "pending for ever (kandy)",
        "what was found until then",
        " runs in ",
    ] {
        assert!(sent.contains(text), "{text}: {sent}");
    }
    assert!(!sent.contains("0 scenarios: ") && code == Some(130), "{sent}");
    let left: Vec<_> = std::fs::read_dir(&place.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["a.rhai"], "nothing is accepted, and nothing left behind");
}
