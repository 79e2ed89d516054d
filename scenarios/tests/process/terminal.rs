//! `serve -- COMMAND` at a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};

/// How long anything may take that is not meant to take long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal with a session of its own, as somebody sits at it.
struct Terminal {
    keys: File,
    shown: Receiver<Vec<u8>>,
    seen: String,
    child: Child,
}

impl Terminal {
    /// Runs a script of a shell, to which `$0` is the harness.
    fn run(script: &str) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let near = || {
            let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
            Stdio::from(ioctl_tiocgptpeer(&master, flags).unwrap())
        };
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait", "sh", "-c", script, env!("CARGO_BIN_EXE_kandy-harness")]);
        let child = command.stdin(near()).stdout(near()).stderr(near()).spawn().unwrap();
        drop(command);
        let keys = File::from(master);
        let mut screen = keys.try_clone().unwrap();
        let (show, shown) = channel();
        let read = move || {
            let mut bytes = [0; 4096];
            // A terminal that nobody has open any more is told as an error.
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                if show.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        };
        thread::Builder::new().spawn(read).unwrap();
        Self { keys, shown, seen: String::new(), child }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until a text is shown, behind the one that was waited for before.
    #[track_caller]
    fn shows(&mut self, text: &str) {
        while !self.seen.contains(text) {
            let bytes = self.shown.recv_timeout(PATIENCE);
            let bytes = bytes.unwrap_or_else(|_| panic!("{text:?} is not shown:\n{}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
        let end = self.seen.find(text).unwrap() + text.len();
        self.seen.drain(..end);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn keys_reach_the_command_and_afterwards_the_shell() {
    let mut terminal = Terminal::run(
        r#""$0" serve --port 0 -- sh -c '
            echo asks; read line; echo "line $line"
            trap "echo caught; exit 7" INT; echo ready; while :; do read line; done'
        echo "code $?"; read answer; echo "answer $answer""#,
    );
    terminal.shows("asks");
    terminal.press("one\n");
    terminal.shows("line one");
    terminal.shows("ready");
    terminal.press("\u{3}");
    terminal.shows("caught");
    terminal.shows("code 7");
    terminal.press("two\n");
    terminal.shows("answer two");
}

#[test]
fn the_command_is_stopped_and_continued_as_one_job_with_the_server() {
    let mut terminal = Terminal::run(
        r#"set -m; "$0" serve --port 0 -- sh -c 'read line; echo "first $line"; read line; echo "line $line"; exit 7'
        echo stopped; fg; echo "code $?"; read answer; echo "answer $answer""#,
    );
    // What has read a line has the terminal.
    terminal.press("zero\n");
    terminal.shows("first zero");
    terminal.press("\u{1a}");
    terminal.shows("stopped");
    terminal.press("one\n");
    terminal.shows("line one");
    terminal.shows("code 7");
    terminal.press("two\n");
    terminal.shows("answer two");
}

/// Whether these tests ignore SIGHUP, as under `nohup`; then what they start ignores it as well, and is meant to.
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap().trim();
    u64::from_str_radix(mask, 16).unwrap() & 1 == 1
}

#[test]
fn a_closed_terminal_ends_the_command_and_what_it_has_started() {
    if ignores_hang_up() {
        eprintln!("skipped: SIGHUP is ignored here, as under nohup");
        return;
    }
    let mut fifo = std::env::temp_dir();
    fifo.push(format!("kandy-terminal-{}", std::process::id()));
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let script =
        r#""$0" serve --port 0 -- sh -c '(trap "" TERM HUP; echo ready; read line <"$FIFO") 9>"$FIFO" & wait'"#;
    let opened = fifo.clone();
    // Its end is seen when nobody has it open any more.
    let (tell, told) = channel();
    let read = move || tell.send(std::fs::read(opened).map(|bytes| bytes.len()));
    thread::Builder::new().spawn(read).unwrap();
    let mut terminal = Terminal::run(&script.replace("$FIFO", fifo.to_str().unwrap()));
    terminal.shows("ready");
    drop(terminal);
    let end = told.recv_timeout(PATIENCE);
    std::fs::remove_file(&fifo).unwrap();
    assert_eq!(end.expect("all have ended").unwrap(), 0);
}
