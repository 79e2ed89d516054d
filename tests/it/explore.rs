//! `explore`: what it finds in the bundled scenarios, what a person is told, and what is accepted.

mod cut;
mod kept;
mod lines;
mod missed;
mod properties;
mod shrunk;
mod sweep;
mod undisturbed;
mod usage;

use crate::project::Project;
use crate::support::{harness, root};

/// What the recordings of the real SDK, or its description, say that goes wrong: a scenario, a schedule, a finding.
const KNOWN: &[(&str, &str, &str)] = &[
    ("connect/quickstart", "mk_token request 1: answered 401 empty", "pending for ever (kandy)"),
    ("connect/quickstart", "mk_token request 1: answered 503 html", "pending for ever (kandy)"),
    ("connect/quickstart", "mk_token request 1: answered 200 {}", "task died: connect flow (kandy)"),
    ("connect/quickstart", "subscribe request 1: lost", "connect() does nothing any more (kandy)"),
    ("connect/quickstart", "subscribe answer 1: lost", "pending for ever (kandy)"),
    ("connect/quickstart", "subscribe request 1: disconnect", "subscription left behind (kandy)"),
    ("connect/quickstart", "open 1: disconnect", "socket left open (kandy)"),
    ("connect/quickstart", "unsubscribe request 1: answered 503", "subscription left behind (kandy)"),
    ("connect/quickstart", "handshake 1: outage 90s", "subscription left behind (kandy)"),
    ("connect/quickstart", "open 1: late by 5001ms", "socket left open (kandy)"),
    ("connect/success", "ping 1: close 1000", "subscription left behind (kandy)"),
    ("connect/success", "ping 1: connect", "pending for ever (kandy)"),
    ("connect/success", "ping 1: silence", "connected and hears nothing (kandy)"),
    ("connect/success", "ping 1: push {}", "task died: notifications (kandy)"),
    ("connect/success", "ping 1: pong", "task died: notifications (kandy)"),
    ("connect/quickstart", RUNS_ON, "runs on outside of a session (kandy)"),
    ("connect/success", "ping 1: gone; client close 1: disconnect", "pending for ever (kandy)"),
    ("drop/reconnect", "close 1: lost", "connected and hears nothing (kandy)"),
    ("drop/reconnect", "handshake 2: late by 5001ms", "socket left open (kandy)"),
    ("token/refresh", "resubscribe request 1: close 1000", "task died: resubscription (kandy)"),
    ("token/refresh", "resubscribe request 1: gone", "task died: resubscription (kandy)"),
    ("token/refresh", "refresh_token request 1: outage 3s", "socket left open (kandy)"),
    (
        "token/refresh",
        "refresh_token request 1: gone; refresh_token request 1: answered 401",
        "pending for ever (kandy)",
    ),
    ("token/refresh", "open 1: expireToken; refresh_token request 1: gone", "pending for ever (kandy)"),
];
/// Renewals go on after `disconnect()`, where the subscription cannot be deleted, and the second try is lost.
const RUNS_ON: &str = "unsubscribe request 1: answered 401 empty; unsubscribe request 2: lost";

fn explore(scenario: &str, arguments: &[&str]) -> (String, u8) {
    let script = format!("scenarios/scripts/{scenario}.rhai");
    harness(&root(), &[&["explore", script.as_str()], arguments].concat())
}

#[test]
fn what_is_known_to_go_wrong_is_found_each_by_its_schedule() {
    for (scenario, schedule, finding) in KNOWN {
        let (text, exit) = explore(scenario, &["--at", schedule]);
        assert!(text.lines().any(|line| line.trim() == *finding), "{scenario}: {schedule}\n{text}");
        assert!(!text.contains("warning: "), "{text}");
        assert_eq!(exit, 1);
    }
}

#[test]
fn a_sweep_finds_them_without_being_told() {
    for scenario in ["connect/quickstart", "connect/success", "drop/reconnect", "token/refresh"] {
        let (text, exit) = explore(scenario, &["--all"]);
        assert_eq!(exit, 0, "all of it is accepted: {text}");
        for (_, schedule, finding) in KNOWN.iter().filter(|(of, ..)| *of == scenario) {
            let is_pair = schedule.contains("; ");
            assert!(is_pair || text.contains(finding), "{scenario}: {finding}\n{text}");
        }
    }
}

#[test]
fn a_sweep_of_pairs_finds_what_takes_two() {
    let families =
        ["lost", "fails", "twice", "overtaken", "late", "answered", "application", "socket", "ended", "outage", "push"];
    for (scenario, schedule, finding, wanted) in [
        ("connect/quickstart", RUNS_ON, "runs on outside of a session (kandy)", ["answered", "lost"]),
        (
            "connect/success",
            "ping 1: gone; client close 1: disconnect",
            "pending for ever (kandy)",
            ["application", "ended"],
        ),
        (
            "token/refresh",
            "open 1: expireToken; refresh_token request 1: gone",
            "pending for ever (kandy)",
            ["ended", "ended"],
        ),
    ] {
        let others = families.iter().filter(|family| !wanted.contains(family));
        let options: Vec<&str> =
            ["--pairs", "--all"].into_iter().chain(others.flat_map(|other| ["--without", other])).collect();
        let (text, exit) = explore(scenario, &options);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("+ {finding} | {schedule} ")) && exit == 1, "{scenario}: {schedule}\n{text}");
    }
}

#[test]
fn a_run_is_the_same_to_the_byte_for_any_number_of_jobs() {
    let told = |jobs: &str| {
        let (text, _) = explore("drop/reconnect", &["--all", "--jobs", jobs]);
        text.lines().filter(|line| !line.contains(" runs in ")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(told("1"), told("3"));
    let replay = || explore("token/refresh", &["--at", "refresh_token request 1: outage 3s"]);
    assert_eq!(replay(), replay());
}

#[test]
fn every_schedule_that_is_told_brings_its_finding_again() {
    let accepted = root().join("scenarios/scripts/connect/quickstart.explore");
    let lines = std::fs::read_to_string(&accepted).unwrap();
    let findings = lines.split("[outcomes]").next().unwrap().lines().filter_map(|line| line.split_once(" | "));
    let mut count = 0;
    for (finding, schedule) in findings {
        let (text, exit) = explore("connect/quickstart", &["--at", schedule]);
        assert!(text.lines().any(|line| line.trim() == finding) && exit == 1, "{schedule}: {finding}\n{text}");
        count += 1;
    }
    assert!(count > 30, "{lines}");
}

#[test]
fn a_person_is_told_in_forty_lines_of_eighty_columns() {
    let flow = std::fs::read_to_string(root().join("scenarios/scripts/token/refresh.rhai")).unwrap();
    let project = Project::new("explore-told", &[("scenarios/refresh.rhai", &flow)]);
    {
        let (text, _) = project.run(".", &["explore", "--jobs", "2"]);
        assert!(text.starts_with("FOUND   refresh"), "{text}");
        let told = text.lines().filter(|line| !line.contains("kandy-harness explore"));
        assert!(text.lines().count() <= 40, "{text}");
        assert!(told.clone().all(|line| line.chars().count() <= 80), "{text}");
    }
}

const FLOW: &str = "platform.addUser(\"alice\", \"s3cret\");
let kandy = create();
kandy.connect(#{ username: \"alice\", password: \"s3cret\" });
kandy.waitFor(\"auth:change\"); waitUntil(|| kandy.getConnection().isConnected);
kandy.disconnect();
waitUntil(|| !kandy.getConnection().isConnected && !kandy.getConnection().isPending);
";

#[test]
fn what_is_accepted_is_held_and_both_new_and_gone_fail() {
    let project = Project::new("explore-accepted", &[("scenarios/flow.rhai", FLOW)]);
    let (text, exit) = project.run(".", &["explore"]);
    assert!(text.starts_with("FOUND   flow") && exit == 1, "{text}");
    let (text, exit) = project.run(".", &["explore", "--update"]);
    assert!(text.starts_with("update  flow") && exit == 0, "{text}");
    let (text, exit) = project.run(".", &["explore"]);
    assert!(text.starts_with("same    flow") && exit == 0, "{text}");
    let accepted = project.read("scenarios/flow.explore");
    let first = accepted.lines().find(|line| line.contains(" | ")).unwrap();
    project.write("scenarios/flow.explore", &accepted.replace(first, "deaf as a post | open 1: lost"));
    let (text, exit) = project.run(".", &["explore"]);
    assert!(text.contains(&format!("+ {first}")) && text.contains("- deaf as a post | open 1: lost"), "{text}");
    assert_eq!(exit, 1);
}

#[test]
fn properties_are_judged_in_every_run() {
    let script = format!(
        "always(\"never lost\", || true);\neventually(\"told\", || kandy_told());\nfn kandy_told() {{ false }}\n\
         sometimes(\"seen\", || true);\nsometimes(\"unseen\", || false);\n{FLOW}"
    );
    let project = Project::new("explore-properties", &[("scenarios/flow.rhai", &script)]);
    let (text, exit) = project.run(".", &["explore", "--all"]);
    assert!(text.contains("`unseen` was never seen to hold"), "{text}");
    assert!(!text.contains("`seen` was") && !text.contains("never lost") && exit == 1, "{text}");
    let surviving = format!("// explore: judge checks\n{FLOW}");
    let project = Project::new("explore-judged", &[("scenarios/flow.rhai", &surviving)]);
    let (text, _) = project.run(".", &["explore", "--all"]);
    assert!(text.contains("the script fails (wait)"), "{text}");
}

#[test]
fn what_cannot_be_explored_is_told() {
    let files = [
        ("scenarios/broken.rhai", "nothing();\n"),
        ("scenarios/fails.rhai", "assert(false);\n"),
        ("scenarios/skips.rhai", "skip(\"no moon\");\n"),
    ];
    let project = Project::new("explore-errors", &files);
    let (text, exit) = project.run(".", &["explore"]);
    assert!(
        text.contains("BROKEN  broken") && text.contains("FAIL    fails") && text.contains("skip    skips"),
        "{text}"
    );
    assert_eq!(exit, 3);
    let (text, exit) = project.run(".", &["explore", "scenarios/skips.rhai", "--at", "open 1: lost"]);
    assert!(text.starts_with("skip    skips") && exit == 0, "{text}");
}

#[test]
fn a_schedule_has_eight_disturbances_at_most_however_they_are_given() {
    let eight = ["open 1: push"; 8].join("; ");
    let (text, exit) = explore("connect/quickstart", &["--at", &eight]);
    assert!(text.starts_with("well ") && exit == 0, "{text}");
    let (text, exit) = explore("connect/quickstart", &["--at", &eight, "--at", "open 1: push"]);
    assert!(text.contains("a schedule has at most 8 disturbances") && exit == 2, "{text}");
}

#[test]
fn what_fails_softly_fails_and_what_is_redacted_is() {
    let script = format!("redact(\"alice\", \"user\");\nsoft(|| assert(false));\n{FLOW}");
    let project = Project::new("explore-soft", &[("scenarios/flow.rhai", &script)]);
    let (text, exit) = project.run(".", &["explore", "--at", "open 1: lost"]);
    assert!(text.contains("the script fails (check)") && exit == 0, "{text}");
    let transcript = text.split("the script").next().unwrap();
    assert!(transcript.contains("connect [user]") && !transcript.contains("alice"), "{text}");
}
