//! `serve -- COMMAND`: the verdict of both.

use rustix::process::Signal;
use tokio::time::timeout;

use crate::support::{Folder, PATIENCE, Server, harness};

/// Runs `serve -- sh -c TEXT` with a script: its exit code, and what it writes to both streams.
async fn verdict(test: &str, script: Option<&str>, text: &str) -> (i32, String, String) {
    let folder = Folder::new(test);
    let mut command = harness();
    command.current_dir(&folder.0).args(["serve", "--port", "0"]);
    if let Some(script) = script {
        folder.write("it.rhai", script);
        command.args(["--script", "it.rhai"]);
    }
    command.args(["--", "sh", "-c", text]);
    let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn the_command_finds_the_server_and_its_exit_code_stands() {
    let text = "echo $KANDY_URL $KANDY_WS_URL $KANDY_CONTROL_URL ${#KANDY_CONTROL_TOKEN}; exit 42";
    let (exit, out, err) = verdict("exit-code", None, text).await;
    assert_eq!(exit, 42, "{err}");
    let words: Vec<&str> = out.split_whitespace().collect();
    let [url, ws, control, token] = words[..] else { panic!("its output is its own: {out}") };
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert_eq!((ws, control), (url.replace("http", "ws").as_str(), format!("{url}/__admin").as_str()));
    assert_eq!(token, "32");
    assert_eq!(err, "", "the server says nothing beside it");
}

#[tokio::test]
async fn the_command_asks_the_server_without_a_proxy() {
    let folder = Folder::new("proxy");
    for (given, expected) in [
        (&[][..], "localhost,127.0.0.1,::1"),
        (&[("NO_PROXY", "corp.example")], "corp.example,localhost,127.0.0.1,::1"),
        (&[("no_proxy", "127.0.0.1, corp.example")], "127.0.0.1, corp.example,localhost,::1"),
        (&[("NO_PROXY", "*")], "*"),
    ] {
        let mut command = harness();
        command.env_remove("NO_PROXY").env_remove("no_proxy").envs(given.iter().copied()).current_dir(&folder.0);
        command.args(["serve", "--port", "0", "--", "sh", "-c", "echo \"$NO_PROXY\"; echo \"$no_proxy\""]);
        let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{expected}\n{expected}\n"), "{given:?}");
    }
}

#[tokio::test]
async fn the_script_has_a_say_where_the_command_ends_well() {
    let check = |holds: bool| format!("assert({holds}, \"checked\");");
    assert_eq!(verdict("well", Some(&check(true)), "exit 0").await.0, 0);
    let (exit, _, err) = verdict("check", Some(&check(false)), "exit 0").await;
    assert!(exit == 1 && err.contains("error: checked"), "{exit} {err}");
    assert_eq!(verdict("both", Some(&check(false)), "exit 7").await.0, 7);
    let (exit, _, err) = verdict("waits", Some("platform.waitFor(\"subscribe\");"), "exit 0").await;
    assert_eq!(exit, 0, "a script that still waits has nothing against it: {err}");
    let (exit, _, err) = verdict("late", Some("print(\"\u{1b}\"); loop { now(); }"), "exit 0").await;
    // On a fast machine its limit of operations comes first.
    let is_told = err.contains("The script has not ended in time") || err.contains("operations");
    assert!(exit == 1 && is_told, "{exit} {err}");
    assert!(err.contains("script: \\u{1b}"), "what would act on a terminal is escaped: {err}");
}

#[tokio::test]
async fn a_command_is_not_run_for_a_script_that_is_broken() {
    let (exit, out, err) = verdict("broken", Some("\nlet x = ;"), "echo ran").await;
    assert!(exit == 3 && out.is_empty() && err.contains("it.rhai:2:9"), "{exit} {out} {err}");
}

#[tokio::test]
async fn its_end_is_seen_where_nobody_reads_what_the_server_says() {
    let folder = Folder::new("unread-command");
    folder.write("prints.rhai", "loop { for i in 0..1000 { print(`${i} of a thousand lines`); } advance(\"1ms\"); }");
    let script = "mkfifo fifo; exec 3<>fifo; echo ready; read -r line <&3; exit 5";
    let mut server = Server::start(&folder.0, &["--script", "prints.rhai", "--", "sh", "-c", script]).await;
    assert_eq!(timeout(PATIENCE, server.out.next_line()).await.unwrap().unwrap().as_deref(), Some("ready"));
    std::fs::write(folder.0.join("fifo"), "go\n").unwrap();
    assert_eq!(server.exit().await, 5);
}

#[tokio::test]
async fn signals_reach_the_command() {
    let folder = Folder::new("signals");
    let text = "trap 'echo interrupted; exit 5' INT; trap 'echo terminated; exit 6' TERM; echo ready; \
                while true; do read -r line <&3 || true; done";
    let script = format!("mkfifo fifo; exec 3<>fifo; {text}");
    for (signal, word, code) in [(Signal::INT, "interrupted", 5), (Signal::TERM, "terminated", 6)] {
        let _ = std::fs::remove_file(folder.0.join("fifo"));
        let mut server = Server::start(&folder.0, &["--", "sh", "-c", &script]).await;
        assert_eq!(timeout(PATIENCE, server.out.next_line()).await.unwrap().unwrap().as_deref(), Some("ready"));
        server.signal(signal);
        assert_eq!(timeout(PATIENCE, server.out.next_line()).await.unwrap().unwrap().as_deref(), Some(word));
        assert_eq!(server.exit().await, code);
    }
}

#[tokio::test]
async fn a_command_that_a_signal_ends_is_told_as_shells_do() {
    assert_eq!(verdict("killed", None, "kill -9 $$").await.0, 137);
}

#[tokio::test]
async fn asked_twice_the_command_is_killed() {
    let folder = Folder::new("twice");
    let script = "trap '' TERM; echo ready; mkfifo fifo; exec 3<>fifo; read -r line <&3";
    let mut server = Server::start(&folder.0, &["--", "sh", "-c", script]).await;
    assert_eq!(timeout(PATIENCE, server.out.next_line()).await.unwrap().unwrap().as_deref(), Some("ready"));
    server.signal(Signal::TERM);
    server.told("a second signal kills it").await;
    server.signal(Signal::TERM);
    assert_eq!(server.exit().await, 137);
}

/// Whether these tests ignore a signal, as they do SIGHUP under `nohup` and SIGINT behind a shell's `&`; then what they start
/// does so as well. Only Linux tells.
fn ignores(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() >> (signal.as_raw() - 1) & 1 == 1)
}

/// A command that starts a process which SIGTERM does not end, and waits for it. What both write on ends with the last of
/// them.
const FAMILY: &str = "mkfifo fifo; (trap '' TERM HUP INT; exec 3<>fifo; echo child; read -r line <&3) & wait";

#[tokio::test]
async fn a_command_and_all_it_has_started_end_however_the_server_ends() {
    for signal in [Signal::KILL, Signal::HUP, Signal::TERM] {
        if signal == Signal::HUP && ignores(signal) {
            eprintln!("SIGHUP is left out: it is ignored here, as under nohup");
            continue;
        }
        let folder = Folder::new(&format!("family-{}", signal.as_raw()));
        let mut server = Server::start(&folder.0, &["--", "sh", "-c", FAMILY]).await;
        assert_eq!(timeout(PATIENCE, server.out.next_line()).await.unwrap().unwrap().as_deref(), Some("child"));
        server.signal(signal);
        let end = timeout(PATIENCE, server.out.next_line()).await;
        assert_eq!(end.expect("nobody is left who could write").unwrap(), None, "{signal:?}");
    }
}

#[tokio::test]
async fn what_a_command_leaves_behind_ends_with_it() {
    let text = "mkfifo fifo; (exec 3<>fifo; echo child >&2; read -r line <&3) & exec 4<>fifo; exit 3";
    assert_eq!(verdict("left", None, text).await.0, 3, "its output has ended, too");
}

/// What makes itself a daemon: it forks twice, into a session of its own, and what it starts there ends with no SIGTERM.
#[cfg(target_os = "linux")]
const DAEMON: &str = "mkfifo fifo; exec 4<>fifo; \
    (setsid sh -c '(trap \"\" TERM; exec 3<>fifo; echo daemon; read -r line <&3) & wait' &)";

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_has_left_the_group_ends_too() {
    for signal in [Signal::KILL, Signal::TERM] {
        let folder = Folder::new(&format!("daemon-{}", signal.as_raw()));
        let mut server = Server::start(&folder.0, &["--", "sh", "-c", &format!("{DAEMON}; read -r line <&4")]).await;
        assert_eq!(timeout(PATIENCE, server.out.next_line()).await.unwrap().unwrap().as_deref(), Some("daemon"));
        server.signal(signal);
        let end = timeout(PATIENCE, server.out.next_line()).await;
        assert_eq!(end.expect("nobody is left who could write").unwrap(), None, "{signal:?}");
    }
    let (exit, out, err) = verdict("daemon-left", None, &format!("{DAEMON}; exit 4")).await;
    assert_eq!(exit, 4, "{out} {err}");
}

/// What has left the command, and ends while it runs, is not a zombie.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_ends_while_the_command_runs_is_let_go() {
    let text = "for i in 1 2 3 4 5 6 7 8; do (setsid true &); done; mkfifo fifo; exec 3<>fifo; \
        while grep -q 'State:.Z' $(for id in $(cat /proc/$PPID/task/*/children); do echo /proc/$id/status; done); do :; done; \
        echo none is left";
    assert_eq!(verdict("zombies", None, text).await.1, "none is left\n");
}

#[tokio::test]
async fn a_command_that_does_not_want_to_end_does_so_when_the_server_is_gone() {
    let text = "trap '' TERM HUP INT; mkfifo fifo; exec 3<>fifo; echo ready; while true; do read -r line <&3; done";
    let folder = Folder::new("unwilling");
    let mut server = Server::start(&folder.0, &["--", "sh", "-c", text]).await;
    assert_eq!(timeout(PATIENCE, server.out.next_line()).await.unwrap().unwrap().as_deref(), Some("ready"));
    server.signal(Signal::KILL);
    let end = timeout(PATIENCE, server.out.next_line()).await;
    assert_eq!(end.expect("nobody is left who could write").unwrap(), None);
}

/// Whatever the moment, nobody stays: what is started inherits the output, so that its end is everybody's.
#[tokio::test]
async fn a_server_that_is_killed_while_the_command_starts_leaves_nobody() {
    let folder = Folder::new("starting");
    let text = "mkfifo fifo-$$; exec 3<>fifo-$$; read -r line <&3";
    for round in 0..20 {
        let mut server = Server::start(&folder.0, &["--", "sh", "-c", text]).await;
        // It has said that it is ready, and starts the command now.
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        server.signal(Signal::KILL);
        let end = timeout(PATIENCE, server.out.next_line()).await;
        assert_eq!(end.expect("nobody is left who could write").unwrap(), None, "round {round}");
    }
}

#[tokio::test]
async fn a_server_may_be_started_without_a_standard_input() {
    let harness = env!("CARGO_BIN_EXE_kandy-harness");
    let line = format!("exec {harness} serve --port 0 -- sh -c 'cat; echo ended' <&-");
    let mut shell = tokio::process::Command::new("sh");
    let output = timeout(PATIENCE, shell.args(["-c", &line]).kill_on_drop(true).output()).await.unwrap().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out == "ended\n", "{out} {err}");
}

#[tokio::test]
async fn exit_codes_are_those_of_the_command() {
    for (text, code) in [
        ("exit 0", 0),
        ("exit 1", 1),
        ("exit 126", 126),
        ("no-such-program-in-a-shell", 127),
        ("exit 255", 255),
        ("kill -TERM $$", 143),
        ("kill -HUP $$", 129),
        ("kill -SEGV $$", 139),
    ] {
        assert_eq!(verdict("codes", None, text).await.0, code, "{text}");
    }
}

/// Twenty times in a row, and each has the port of the one before.
#[tokio::test]
async fn a_server_is_started_again_as_soon_as_the_last_one_has_ended() {
    let folder = Folder::new("again");
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    drop(taken);
    for round in 0..20 {
        let mut command = harness();
        command.current_dir(&folder.0).args(["serve", "--port", &port, "--", "sh", "-c", "exit 6"]);
        let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(6), "round {round}: {err}");
    }
}

/// Compared with the same command on its own.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_command_sees_what_it_would_see_alone() {
    // A server can be interrupted wherever it was started, and its command with it.
    let signals = if ignores(Signal::INT) { "SigBlk" } else { "SigBlk|SigIgn" };
    let text = format!(
        "ls /proc/self/fd; pwd; grep -E '{signals}' /proc/self/status; cat; env | grep -vi '^KANDY_\\|^_=\\|^no_proxy=' | sort"
    );
    let folder = Folder::new("alone");
    folder.write("input", "what is piped\n");
    let input = || std::fs::File::open(folder.0.join("input")).unwrap();
    let mut alone = tokio::process::Command::new("sh");
    let alone = alone.args(["-c", &text]).current_dir(&folder.0).stdin(input()).output();
    let alone = timeout(PATIENCE, alone).await.unwrap().unwrap();
    let mut served = harness();
    served.current_dir(&folder.0).args(["serve", "--port", "0", "--", "sh", "-c", &text]).stdin(input());
    let served = timeout(PATIENCE, served.output()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&served.stdout), String::from_utf8_lossy(&alone.stdout));
}
