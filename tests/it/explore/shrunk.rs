//! What is told is the smallest that brings it, and what the scenario shows by itself is not told.

use super::{FLOW, explore};
use crate::project::Project;

/// Two of whom the second is given up: he stays pending for ever, whatever goes wrong.
const TWO: &str = "platform.addUser(\"alice\", \"s3cret\");
platform.addUser(\"bob\", \"s3cret\");
let alice = create(#{}, \"alice\");
let bob = create(#{}, \"bob\");
alice.connect(#{ username: \"alice\", password: \"s3cret\" });
waitUntil(|| alice.getConnection().isConnected);
platform.fail(\"mk_token\", #{ hang: true, user: \"bob\" });
bob.connect(#{ username: \"bob\", password: \"s3cret\" });
platform.waitFor(\"mk_token\", \"bob\");
alice.disconnect();
waitUntil(|| !alice.getConnection().isConnected);
";

/// The lines of a finding: its head, and those behind it that are farther in.
fn of_finding<'t>(text: &'t str, finding: &str) -> Vec<&'t str> {
    let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with(finding));
    let head = lines.next().unwrap_or_else(|| panic!("there is no {finding}:\n{text}"));
    [head].into_iter().chain(lines.take_while(|line| line.starts_with("   "))).map(str::trim).collect()
}

#[test]
fn a_long_schedule_that_finds_something_is_told_with_the_smallest_that_does() {
    let long = ["--at", "subscribe request 1: late by 10s; open 1: late by 6000ms", "--at", "ping 1: gone"];
    let (text, exit) = explore("connect/quickstart", &long);
    let told = of_finding(&text, "socket left open (kandy)");
    assert_eq!(told[1..], ["as by the smallest that does so:", "--at \"open 1: late by 5001ms\""], "{text}");
    assert_eq!(exit, 1);
    let pair = "refresh_token request 1: gone; refresh_token request 1: answered 503";
    let (text, _) = explore("token/refresh", &["--at", pair]);
    assert!(of_finding(&text, "pending for ever (kandy)").contains(&"by nothing smaller"), "{text}");
    let (text, _) = explore("connect/quickstart", &["--at", "open 1: late by 6000ms"]);
    assert_eq!(of_finding(&text, "socket left open (kandy)").len(), 1, "of one thing nothing can be left out:\n{text}");
}

#[test]
fn pairs_are_told_as_the_smallest_that_bring_it_and_accepted_so() {
    let flow: String = FLOW.lines().take(4).collect::<Vec<_>>().join("\n");
    let project = Project::new("explore-pairs", &[("scenarios/flow.rhai", &flow)]);
    let (text, exit) = project.run(".", &["explore", "--pairs", "--budget", "1h", "--update", "--jobs", "1"]);
    assert!(text.starts_with("update  flow") && exit == 0, "{text}");
    let (text, exit) = project.run(".", &["explore", "--pairs", "--budget", "1h", "--jobs", "2"]);
    assert!(text.starts_with("same    flow") && exit == 0, "{text}");
    let (text, exit) = project.run(".", &["explore"]);
    assert!(text.starts_with("same    flow") && exit == 0, "without pairs, none of them has gone:\n{text}");
    let all = project.read("scenarios/flow.explore");
    let pairs: Vec<&str> = all.lines().filter(|line| line.contains(" | ") && line.contains("; ")).collect();
    eprintln!("{pairs:#?}");
    assert!(pairs.contains(&"task died: notifications (kandy) | ping 1: cut; ping 2: pong"), "{pairs:#?}");
    // An exploration tries outages of 90 s, too, and late messages.
    let shorter = "subscription left behind (kandy) | ping 1: outage 3s; close 1: disconnect";
    assert!(pairs.contains(&shorter) && !all.contains(&shorter.replace("3s", "90s")), "{pairs:#?}");
    for pair in pairs.iter().step_by(10) {
        let (finding, schedule) = pair.split_once(" | ").unwrap();
        let (text, _) = project.run(".", &["explore", "scenarios/flow.rhai", "--at", schedule]);
        assert!(of_finding(&text, finding).contains(&"by nothing smaller"), "{pair}\n{text}");
    }
}

#[test]
fn what_the_undisturbed_run_has_is_no_finding_for_its_client_and_one_for_the_other() {
    let project = Project::new("explore-two", &[("scenarios/two.rhai", TWO)]);
    let (text, exit) = project.run(".", &["explore", "--all"]);
    assert!(!text.contains("pending for ever (bob)") && exit == 1, "bob hangs by the script alone:\n{text}");
    assert!(text.contains("pending for ever (alice)"), "{text}");
    let (text, exit) = project.run(".", &["explore", "scenarios/two.rhai", "--at", "unsubscribe answer 1: lost"]);
    assert!(text.contains("  pending for ever (bob): undisturbed, too\n") && exit == 1, "{text}");
    assert!(text.contains("  pending for ever (alice)\n"), "{text}");
    let (text, exit) = project.run(".", &["explore", "scenarios/two.rhai", "--at", "subscribe answer 1: late by 1ms"]);
    assert!(text.starts_with("well    two") && exit == 0, "what is undisturbed, too, fails nothing:\n{text}");
    assert!(text.contains("  pending for ever (bob): undisturbed, too\n"), "{text}");
}
