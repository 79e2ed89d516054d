use std::path::Path;
use std::time::Duration;

use super::*;
use crate::explore::catalogue::{disturbances, moments};
use crate::explore::runner::{Runner, Subject};
use crate::explore::{Explored, Finding, Options};
use crate::schedule::MAX_DISTURBANCES;
use crate::script::Source;

/// Always the same numbers (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn list(&mut self, of: &[Disturbance]) -> Schedule {
        Schedule::new((0..MAX_DISTURBANCES).map(|_| of[self.below(of.len())].clone()).collect()).unwrap()
    }
}

fn schedule(text: &str) -> Schedule {
    text.parse().unwrap()
}

/// Shrinks a schedule where `brings` says which bring the finding; gives the smallest, and how many were tried.
fn shrunk(text: &str, seen: &[Seen], brings: impl Fn(&Schedule) -> bool) -> (Option<String>, usize) {
    let mut tries = 0;
    let smallest = shrink(&schedule(text), &|_| true, &mut |schedule| {
        tries += 1;
        brings(schedule).then(|| seen.to_vec())
    });
    (smallest.map(|smallest| smallest.to_string()), tries)
}

#[test]
fn what_is_not_needed_goes() {
    let needs = |schedule: &Schedule, parts: &[&str]| parts.iter().all(|part| schedule.to_string().contains(part));
    let all = "open 1: cut; ping 1: gone; ping 2: connect; open 1: push; ping 3: silence";
    let (smallest, _) = shrunk(all, &[], |schedule| needs(schedule, &["ping 1: gone", "silence"]));
    assert_eq!(smallest.as_deref(), Some("ping 1: gone; ping 1: silence"), "and what is left comes early");
    assert_eq!(shrunk(all, &[], |_| false), (None, 1), "what brings nothing cannot be smaller");
    let all = "open 1: cut; ping 1: gone; ping 1: connect";
    let (smallest, _) = shrunk(all, &[], |schedule| schedule.disturbances().len() % 2 == 1);
    assert_eq!(smallest.as_deref(), Some(all), "none can go alone, and only one is left out at a time");
}

#[test]
fn what_is_left_becomes_simpler() {
    let seen = |text: &str| {
        let timers = vec![Duration::from_secs(5), Duration::from_secs(30)];
        let moment = schedule(text).disturbances()[0].at.clone();
        Seen { moment, timers, has_socket: true, has_subscription: true, has_connected: true }
    };
    type Brings = fn(&str) -> bool;
    let never: Brings = |_| false;
    let cases: [(&str, Brings, &str); 8] = [
        ("handshake 1: late by 60s", |_| true, "handshake 1: fails"),
        ("handshake 1: late by 60s", |act| !act.contains("fails"), "handshake 1: lost"),
        ("handshake 1: late by 60s", |act| act.contains("ans") || act.contains("60s"), "handshake 1: answered 503"),
        (
            "handshake 1: late by 60s",
            |act| act.contains("late") && !act.contains(" 1ms"),
            "handshake 1: late by 5001ms",
        ),
        ("mk_token request 1: answered 401 empty", |act| act.contains("lost"), "mk_token request 1: lost"),
        ("frame 9: twice", |act| act.contains("twice") && !act.contains("frame 1"), "frame 2: twice"),
        ("ping 1: outage 90s", |_| true, "ping 1: outage 3s"),
        ("open 1: lost", never, "open 1: lost"),
    ];
    for (given, brings, expected) in cases {
        let seen = [seen("handshake 1: lost")];
        let (smallest, _) = shrunk(given, &seen, |by| by.to_string() == given || brings(&by.to_string()));
        assert_eq!(smallest.as_deref(), Some(expected), "{given}");
    }
    let mut bring = |_: &Schedule| Some(Vec::new());
    let without_failures = |act: &Act| *act != Act::Message(MessageFate::Fails);
    let smallest = shrink(&schedule("open 1: late by 60s"), &without_failures, &mut bring);
    assert_eq!(smallest, Some(schedule("open 1: lost")), "what is left out of an exploration stays out");
}

#[test]
fn no_finding_takes_more_runs_than_the_limit_and_all_are_as_small_as_can_be() {
    let acts = ["cut", "gone", "connect", "silence", "outage 90s", "fails", "push", "close 1000"];
    let all = acts.map(|act| format!("ping 9: {act}")).join("; ");
    let mut numbers = Numbers(7);
    let mut most = 0;
    for _ in 0..1_000 {
        // Anything at all may bring it, also what no longer does with less.
        let (seed, of) = (numbers.below(usize::MAX) as u64, 1 + numbers.below(6));
        let brings = |schedule: &Schedule| {
            let text = schedule.to_string();
            text == all
                || Numbers(text.bytes().fold(seed, |hash, byte| hash.wrapping_mul(31) ^ u64::from(byte)) | 1).below(of)
                    == 0
        };
        let (smallest, tries) = shrunk(&all, &[], brings);
        let smallest = schedule(&smallest.unwrap());
        assert!(brings(&smallest) && tries <= MAX_TRIES, "{smallest}");
        is_minimal(&smallest, brings);
        most = most.max(tries);
    }
    assert!(most > 30, "the limit is near: {most}");
}

/// Without any one of it the finding is gone.
fn is_minimal(smallest: &Schedule, brings: impl Fn(&Schedule) -> bool) {
    let count = smallest.disturbances().len();
    for index in (0..count).filter(|_| count > 1) {
        let mut fewer = smallest.disturbances().to_vec();
        fewer.remove(index);
        let fewer = Schedule::new(fewer).unwrap();
        assert!(!brings(&fewer), "`{smallest}` is not smaller than `{fewer}`");
    }
}

#[test]
fn two_hundred_random_lists_of_eight_become_as_small_as_can_be() {
    let options = Options { budget: Duration::MAX, ..Options::default() };
    let mut numbers = Numbers(2026);
    let (mut with_finding, mut of_one) = (0, 0);
    for (scenario, lists) in [("connect/quickstart", 80), ("clients/two-users", 60), ("gone/gone", 60)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(scenario).with_extension("rhai");
        let text = std::fs::read_to_string(&path).unwrap();
        let source = Source { root: path.parent().unwrap().to_owned(), path, shown: scenario.to_owned(), text };
        let runner = Subject::new(&source, None, &options).runner().unwrap();
        let undisturbed = runner.run(&Schedule::default(), true);
        let all: Vec<Disturbance> = moments(&undisturbed.seen).flat_map(disturbances).collect();
        for _ in 0..lists {
            let list = numbers.list(&all);
            let findings = runner.run(&list, false).findings;
            // One of them, which is not always the first.
            let findings: Vec<&Finding> = findings.difference(&undisturbed.findings).collect();
            let Some(finding) = findings.get(numbers.below(findings.len().max(1))) else { continue };
            with_finding += 1;
            of_one += usize::from(becomes_small(&runner, &list, finding) == 1);
        }
    }
    assert!(with_finding > 100, "{with_finding} of 200 have a finding");
    assert!(of_one * 10 > with_finding * 8, "one thing is enough for most: {of_one} of {with_finding}");
}

fn becomes_small(runner: &Runner<'_>, list: &Schedule, finding: &Finding) -> usize {
    let mut tries = 0;
    let smallest = shrink(list, &|_| true, &mut |schedule| {
        tries += 1;
        let Explored { findings, seen, .. } = runner.run(schedule, true);
        findings.contains(finding).then_some(seen)
    });
    let smallest = smallest.unwrap();
    let brings = |schedule: &Schedule| runner.run(schedule, false).findings.contains(finding);
    assert!(brings(&smallest), "`{smallest}`, which comes of `{list}`, does not bring {finding}");
    assert!(tries <= MAX_TRIES, "{tries} runs for `{list}`");
    is_minimal(&smallest, brings);
    smallest.disturbances().len()
}
