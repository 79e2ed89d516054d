//! `explore -- COMMAND`: an application, run again for each thing that can go wrong at its platform.
//!
//! The application is a test of this file that nobody else runs: it signs in by the client of this repository.

use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use kandy_client::{Config, Credentials, Kandy};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::process::Child;
use tokio::time::timeout;

use crate::support::{Folder, PATIENCE, harness};

/// The variable that says what the application is: see [`Kind`].
const KIND: &str = "APPLICATION";

/// What the application is.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// It signs in, and is told if that fails: then it tries again, three times.
    Sturdy,
    /// It tries once.
    Frail,
    /// It waits for an answer for ever.
    Patient,
    /// It leaves a login that hangs at that, and says that all is well.
    Careless,
    /// It fails the first time that something goes wrong in a way, and not again.
    Flaky,
    /// It asks for a token once.
    Asks,
    /// It asks for one until it gets an answer.
    AsksAgain,
    /// It asks nobody.
    Apart,
}

/// How long it waits for an answer when it asks for a token.
const ASKS: Duration = Duration::from_millis(250);
/// How long it waits until it is connected, if not for ever.
const WAITS: Duration = Duration::from_millis(800);

#[tokio::test]
#[ignore = "it is the application of the others here"]
async fn the_application() {
    let Ok(kind) = env::var(KIND) else { return };
    let disturbance = env::var("KANDY_DISTURBANCE").unwrap();
    println!("it is {kind}, and \"{disturbance}\" is to happen");
    if kind == "Flaky" && !disturbance.is_empty() {
        let seen = disturbance.replace([' ', ':'], "-");
        assert!(std::fs::exists(&seen).unwrap() || std::fs::write(&seen, "").is_err(), "never seen before");
    }
    if kind == "Patient" && !disturbance.is_empty() {
        std::fs::write("hangs", "").unwrap();
    }
    let tries = match kind.as_str() {
        "Apart" => return,
        "Sturdy" | "Flaky" => 3,
        _ => 1,
    };
    let port = env::var("KANDY_URL").unwrap().rsplit(':').next().unwrap().parse().unwrap();
    if kind.starts_with("Asks") {
        let tries = if kind == "Asks" { 1 } else { 40 };
        assert!((0..tries).any(|_| has_token(port)), "no token");
        return;
    }
    let mut is_connected = false;
    for _ in 0..tries {
        let kandy = Kandy::create(Config::for_server("127.0.0.1", port, port)).unwrap();
        kandy.connect(&Credentials::password("alice@example.com", "s3cret"));
        is_connected = match kind.as_str() {
            "Patient" => kandy.connected().await.is_ok(),
            _ => timeout(WAITS, kandy.connected()).await.is_ok_and(|connected| connected.is_ok()),
        };
        if is_connected {
            kandy.disconnect();
            // What hangs then is left.
            let _ = timeout(WAITS, kandy.disconnected()).await;
            break;
        }
        kandy.destroy();
    }
    assert!(is_connected || kind == "Careless", "signed out");
}

/// Asks for a token, which should be there soon.
fn has_token(port: u16) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(ASKS))?;
        let basic = "YWxpY2VAZXhhbXBsZS5jb206czNjcmV0";
        let head = format!("Host: kandy\r\nConnection: close\r\nAuthorization: basic {basic}");
        stream.write_all(format!("GET /v2.0/auth/mk_token?refresh=y HTTP/1.1\r\n{head}\r\n\r\n").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, io::Error>(answer.contains("access_token"))
    };
    let has_token = ask().unwrap_or(false);
    if !has_token {
        // Who asks again does so in a moment.
        std::thread::park_timeout(ASKS);
    }
    has_token
}

/// Explores the application: exit code, what is written to the output, and to the error output.
async fn explore(folder: &Folder, kind: Kind, arguments: &[&str]) -> (i32, String, String) {
    let output = timeout(PATIENCE * 3, start(folder, kind, arguments).wait_with_output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn start(folder: &Folder, kind: Kind, arguments: &[&str]) -> Child {
    let mut command = harness();
    command.current_dir(&folder.0).env(KIND, format!("{kind:?}")).arg("explore").args(arguments);
    let application = env::current_exe().unwrap();
    command.arg("--").arg(application).args(["--ignored", "--exact", "explored::the_application", "--nocapture"]);
    command.spawn().unwrap()
}

/// Without what an application that only signs in need not survive.
const FEW: [&str; 18] = [
    "--without",
    "ended",
    "--without",
    "answered",
    "--without",
    "fails",
    "--without",
    "late",
    "--without",
    "socket",
    "--without",
    "outage",
    "--without",
    "push",
    "--without",
    "twice",
    "--jobs",
    "4",
];

fn few(more: &[&'static str]) -> Vec<&'static str> {
    [&FEW[..], more].concat()
}

#[tokio::test]
async fn what_an_application_does_not_survive_is_found_by_its_smallest_schedule() {
    let folder = Folder::new("explore-frail");
    let (exit, out, err) = explore(&folder, Kind::Frail, &few(&[])).await;
    assert_eq!(exit, 1, "{out}{err}");
    assert!(out.starts_with("FOUND   ") && out.contains("  the command fails (exit 101) "), "{out}");
    assert!(out.contains("lost (mk_token request 1 .. open 1)"), "{out}");
    assert!(out.contains("  subscription left behind (alice@example.com) "), "it asks once to end it: {out}");
    assert!(out.contains("kandy-harness serve --schedule \"mk_token request 1: lost\""), "{out}");

    let options = ["--user", "alice@example.com:s3cret", "--clock", "manual", "--accepted", "my own.explore"];
    let (_, out, err) = explore(&folder, Kind::Frail, &few(&options)).await;
    let platform = "--user 'alice@example.com:PASSWORD' --clock manual".replace('\'', "");
    let lines = [
        format!("explore {platform} --at \""),
        format!("serve {platform} --schedule \""),
        format!("explore {platform} --accepted 'my own.explore' --update \\\n"),
    ];
    assert!(lines.iter().all(|line| out.contains(line)) && !out.contains("s3cret"), "{out}{err}");

    let two = "mk_token answer 1: late by 1ms; mk_token request 1: lost";
    let (exit, out, _) = explore(&folder, Kind::Frail, &["--at", two]).await;
    assert!(
        exit == 1 && out.contains("as by the smallest that does so:\n    --at \"mk_token request 1: lost\""),
        "{out}"
    );
    assert!(out.contains(&format!("  | it is Frail, and \"{two}\" is to happen")), "{out}");
}

#[tokio::test]
async fn what_is_accepted_is_no_failure_and_what_has_gone_or_come_is_one() {
    let folder = Folder::new("explore-accepted");
    let all = |more: &[&'static str]| [&["--jobs", "8"][..], more].concat();
    let (exit, out, err) = explore(&folder, Kind::Asks, &all(&["--update"])).await;
    assert!(exit == 0 && out.starts_with("update  "), "{out}{err}");
    let accepted = std::fs::read_to_string(folder.0.join("kandy.explore")).unwrap();
    assert!(accepted.contains("\nthe command fails (exit 101) | mk_token request 1: lost\n"), "{accepted}");
    let (exit, out, _) = explore(&folder, Kind::Asks, &all(&[])).await;
    assert!(exit == 0 && out.starts_with("same    "), "{out}");

    let (exit, out, _) = explore(&folder, Kind::AsksAgain, &all(&["--without", "late"])).await;
    assert!(exit == 0 && out.contains("only what is new counts"), "what was not run has not gone: {out}");
    let (exit, out, _) = explore(&folder, Kind::AsksAgain, &all(&[])).await;
    assert!(exit == 1 && out.contains("  - the command fails (exit 101) | mk_token request 1: lost\n"), "{out}");

    let (exit, out, _) = explore(&folder, Kind::AsksAgain, &all(&["--update", "--shard", "1/2"])).await;
    assert!(exit == 1 && out.contains("not accepted, since it is not all"), "{out}");
    folder.write("other.explore", "[findings]\n");
    let (exit, out, _) = explore(&folder, Kind::Asks, &all(&["--accepted", "other.explore", "--shard", "1/2"])).await;
    let (second, more, _) =
        explore(&folder, Kind::Asks, &all(&["--accepted", "other.explore", "--shard", "2/2"])).await;
    assert!(exit == 1 || second == 1, "{out}{more}");
    let (lost, is_in) = ("  + the command fails (exit 101) | mk_token request 1: lost\n", [&out, &more]);
    assert_eq!(is_in.iter().filter(|out| out.contains(lost)).count(), 1, "each is in one of them: {out}{more}");
    folder.write("kandy.explore", "no such file\n");
    assert_eq!(explore(&folder, Kind::Asks, &all(&[])).await.0, 3);
}

/// Explores both halves of what there is, each with a report, and merges these.
async fn in_shards(folder: &Folder, kind: Kind, more: &[&'static str]) -> (i32, String, String) {
    for (shard, report) in [("1/2", "json=1.json"), ("2/2", "json=2.json")] {
        let arguments = [&["--jobs", "8", "--shard", shard, "--report", report], more].concat();
        let (exit, out, err) = explore(folder, kind, &arguments).await;
        assert!(exit < 2 && out.contains(" of other shards\n") && !out.contains("\n  - "), "{out}{err}");
    }
    let reports = ["junit=all.xml", "html=all.html", "json=all.json"].map(|report| ["--report", report]).concat();
    run(folder, &[&["report", "merge", "1.json", "2.json", "--report", "github"], &reports[..]].concat()).await
}

async fn run(folder: &Folder, arguments: &[&str]) -> (i32, String, String) {
    let output = harness().current_dir(&folder.0).args(arguments).output();
    let output = timeout(PATIENCE, output).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn shards_are_held_against_what_is_accepted_when_they_are_merged() {
    let folder = Folder::new("explore-merge");
    let read = |name: &str| std::fs::read_to_string(folder.0.join(name)).unwrap();
    let lost = "the command fails (exit 101) | mk_token request 1: lost";
    let (exit, out, err) = in_shards(&folder, Kind::Asks, &[]).await;
    assert!(exit == 1 && out.starts_with("FOUND   ") && out.contains("  accept all:   "), "{out}{err}");
    assert!(out.contains("\n::error file=kandy.explore,") && out.contains("1 of 1 command explored"), "{out}");
    let found = serde_json::from_str::<Value>(&read("all.json")).unwrap()["cases"][0]["exploration"].clone();
    let whole = ["--jobs", "8", "--update", "--report", "json=whole.json", "--report", "junit=whole.xml"];
    assert_eq!(explore(&folder, Kind::Asks, &whole).await.0, 0);
    let whole = serde_json::from_str::<Value>(&read("whole.json")).unwrap()["cases"][0]["exploration"].clone();
    for of_all in ["/messages", "/runs", "/withFinding", "/acts", "/findings/0/count", "/findings/0/smallest"] {
        assert_eq!(found.pointer(of_all).unwrap(), whole.pointer(of_all).unwrap(), "{of_all}");
    }
    assert!(read("whole.xml").contains("<testcase name=\"") && read("whole.xml").contains("failures=\"0\""));

    let (exit, out, _) = in_shards(&folder, Kind::Asks, &[]).await;
    assert!(exit == 0 && out.starts_with("1 of 1 command explored"), "{out}");
    let (exit, out, _) = in_shards(&folder, Kind::AsksAgain, &[]).await;
    assert!(exit == 1 && out.starts_with("FAIL    ") && out.contains(&format!("\n  - {lost}\n")), "{out}");
    assert!(read("all.xml").contains("failures=\"1\"") && read("all.html").contains("mk_token request 1: lost"));
    let (exit, out, _) = in_shards(&folder, Kind::AsksAgain, &["--without", "late"]).await;
    assert!(exit == 0 && !out.contains(lost), "what was not run has not gone: {out}");

    let (_, _, err) = run(&folder, &["report", "merge", "1.json"]).await;
    assert!(err.contains("1 shard of 2 is missing: 2"), "{err}");
    let other = ["--without", "late", "--any-user", "--shard", "2/2", "--report", "json=2.json", "--jobs", "8"];
    explore(&folder, Kind::Asks, &other).await;
    let (exit, _, err) = run(&folder, &["report", "merge", "1.json", "2.json"]).await;
    assert!(exit == 2 && err.contains("is of another command than"), "{err}");
}

#[tokio::test]
async fn no_other_file_is_taken_for_what_is_accepted() {
    let folder = Folder::new("explore-other-file");
    folder.write("package.json", "{}");
    let update = ["explore", "--update", "--accepted", "package.json", "--", "true"];
    let (exit, _, err) = run(&folder, &update).await;
    assert!(exit == 2 && err.contains("must end in `.explore`"), "{err}");
    let report = ["explore", "--accepted", "a.explore", "--report", "json=./a.explore", "--", "true"];
    let (exit, _, err) = run(&folder, &report).await;
    assert!(exit == 2 && err.contains("would take the place of"), "{err}");
    assert_eq!(std::fs::read_to_string(folder.0.join("package.json")).unwrap(), "{}");
}

#[tokio::test]
async fn what_cannot_be_explored_is_in_its_report() {
    let folder = Folder::new("explore-unexplored");
    let read = || std::fs::read_to_string(folder.0.join("a.json")).unwrap();
    let fails = ["explore", "--report", "json=a.json", "--", "sh", "-c", "echo this is why; exit 3"];
    let (exit, out, err) = run(&folder, &fails).await;
    assert!(exit == 1 && read().contains("\"status\":\"failed\"") && read().contains("this is why"), "{out}{err}");
    folder.write("kandy.explore", "no such file\n");
    let (exit, _, err) = run(&folder, &fails).await;
    assert!(exit == 3 && read().contains("\"status\":\"broken\""), "{err}");
}

#[tokio::test]
async fn a_command_that_does_not_end_is_ended_and_told() {
    let folder = Folder::new("explore-hang");
    let (exit, out, _) = explore(&folder, Kind::Patient, &["--at", "subscribe answer 1: lost"]).await;
    assert!(exit == 1 && out.contains("  the command does not end\n    it was ended after 1"), "{out}");
}

#[tokio::test]
async fn a_login_that_is_left_at_that_is_found_though_the_command_ends_well() {
    let folder = Folder::new("explore-careless");
    let (exit, out, _) = explore(&folder, Kind::Careless, &["--at", "mk_token request 1: lost"]).await;
    assert!(exit == 1 && out.contains("  login that never ends (alice@example.com)\n"), "{out}");
    let (exit, out, _) = explore(&folder, Kind::Careless, &["--at", "mk_token request 1: answered 503"]).await;
    assert!(exit == 0 && out.starts_with("well    "), "who is told has an end: {out}");
}

#[tokio::test]
async fn two_runs_that_differ_are_flaky_and_no_finding() {
    let folder = Folder::new("explore-flaky");
    let (exit, out, err) = explore(&folder, Kind::Flaky, &few(&[])).await;
    assert!(exit == 0 && out.contains("two runs of one schedule differ: flaky"), "{out}{err}");
    assert!(out.contains("      the command fails (exit 101), then ends well\n"), "{out}");
}

#[tokio::test]
async fn a_moment_that_does_not_come_is_told_and_has_not_passed() {
    let folder = Folder::new("explore-not-reached");
    let (exit, out, _) = explore(&folder, Kind::Sturdy, &["--at", "subscribe answer 7: lost"]).await;
    assert!(exit == 1 && out.starts_with("not reached"), "{out}");
    assert!(out.contains("  not reached: subscribe answer 7: lost\n"), "{out}");
}

#[tokio::test]
async fn there_is_nothing_to_explore_where_nothing_is_seen_or_the_command_fails() {
    let folder = Folder::new("explore-nothing");
    let (exit, out, err) = explore(&folder, Kind::Apart, &[]).await;
    assert!(
        exit == 2 && out.is_empty() && err.contains("the platform has seen nothing") && err.contains("KANDY_URL"),
        "{err}"
    );
    for (text, expected, exit) in [
        ("echo this is why; exit 3", "it fails although nothing goes wrong (exit code 3)\n\n  | this is why\n", 1),
        ("exec sleep 20", "it has not ended within the budget of 1 s", 1),
    ] {
        let mut command = harness();
        command.current_dir(&folder.0).args(["explore", "--budget", "1s", "--", "sh", "-c", text]);
        let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() == Some(exit) && out.contains(expected), "{out}");
    }
    let mut command = harness();
    command.current_dir(&folder.0).args(["explore", "--at", "open 1: disconnect", "--", "true"]);
    let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("only an application can do `disconnect`"));
}

#[tokio::test]
async fn an_interrupt_ends_the_runs_and_tells_what_was_found() {
    let folder = Folder::new("explore-interrupt");
    let explorer = start(&folder, Kind::Patient, &few(&[]));
    let id = Pid::from_raw(i32::try_from(explorer.id().unwrap()).unwrap()).unwrap();
    // The first one that hangs is there for long.
    let is_hanging = || std::fs::exists(folder.0.join("hangs")).unwrap();
    timeout(PATIENCE, async {
        while !is_hanging() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    kill_process(id, Signal::INT).unwrap();
    let output = timeout(PATIENCE, explorer.wait_with_output()).await.unwrap().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(130) && out.contains("  interrupted before "), "{out}");
}
