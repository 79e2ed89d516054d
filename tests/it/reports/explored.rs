//! Reports of explorations: what they have is what was run; and what their shards say together.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::project::Project;

const FLOW: &str = "platform.addUser(\"alice\", \"s3cret\");
let kandy = create();
kandy.connect(#{ username: \"alice\", password: \"s3cret\" });
waitUntil(|| kandy.getConnection().isConnected);
kandy.disconnect();
waitUntil(|| !kandy.getConnection().isConnected && !kandy.getConnection().isPending);
";
/// One that waits for less, so that less is found in it.
const SHORT: &str = "platform.addUser(\"bob\", \"s3cret\");
let kandy = create();
kandy.connect(#{ username: \"bob\", password: \"s3cret\" });
waitUntil(|| kandy.getConnection().isConnected);
";

fn project(test: &str) -> Project {
    Project::new(test, &[("s/flow.rhai", FLOW), ("s/short.rhai", SHORT), ("s/still.rhai", "advance(1);\n")])
}

fn json(project: &Project, file: &str) -> Value {
    serde_json::from_str(&project.read(file)).unwrap()
}

/// The case of a scenario.
fn case<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn every_run_has_a_cell_that_says_how_it_ended() {
    let project = project("explored-cells");
    let (text, exit) = project.run(".", &["explore", "s", "--report", "json=a.json"]);
    assert_eq!(exit, 1, "{text}");
    let report = json(&project, "a.json");
    let case = case(&report, "flow");
    let found = &case["exploration"];
    let (moments, cells) = (texts(&found["moments"]), found["cells"].as_array().unwrap());
    assert_eq!(cells.len(), number(&found["runs"]));
    let of = |end: &str| cells.iter().filter(|cell| cell["end"] == end).count();
    assert_eq!(of("finding"), number(&found["withFinding"]));
    assert!(of("undisturbed") > 20 && of("other") > 10, "{found}");
    assert_eq!(moments[..3], ["mk_token request 1", "mk_token answer 1", "subscribe request 1"], "as they come");
    let schedule = |cell: &Value| {
        let act = &found["acts"][number(&cell["act"])]["act"];
        format!("{}: {}", moments[number(&cell["moment"])], act.as_str().unwrap())
    };
    let with_finding: BTreeSet<String> = cells.iter().filter(|cell| cell["end"] == "finding").map(schedule).collect();
    let ways = found["findings"].as_array().unwrap().iter().flat_map(|group| group["ways"].as_array().unwrap());
    let told: BTreeSet<String> = ways.flat_map(|way| texts(&way["schedules"])).map(str::to_owned).collect();
    assert_eq!(told, with_finding, "each finding leads to its cells");
    let smallest = |group: &Value| group["smallest"].as_str().map(str::to_owned);
    let findings = found["findings"].as_array().unwrap();
    assert!(findings.iter().all(|group| smallest(group).is_some_and(|by| told.contains(&by))), "{findings:?}");
    let shown = format!("\n    --at \"{}\"\n", smallest(&findings[0]).unwrap());
    assert!(text.contains(&shown), "as on the terminal: {text}");
    // Families stand together, and one of several columns is in one place.
    let families: Vec<&str> =
        found["acts"].as_array().unwrap().iter().map(|act| act["family"].as_str().unwrap()).collect();
    let places: BTreeSet<&str> = families.iter().copied().collect();
    assert_eq!(families.chunk_by(|one, other| one == other).count(), places.len());
}

#[test]
fn an_example_of_each_outcome_is_the_run_that_at_shows() {
    let project = project("explored-examples");
    project.run(".", &["explore", "s/flow.rhai", "--report", "json=a.json"]);
    let report = json(&project, "a.json");
    let case = case(&report, "flow");
    let found = &case["exploration"];
    let line = |record: &Value| words(record["text"].as_str().unwrap());
    let undisturbed: Vec<String> = case["records"].as_array().unwrap().iter().map(line).collect();
    let outcomes = found["outcomes"].as_array().unwrap();
    assert!(outcomes.iter().all(|outcome| outcome["example"].is_u64()), "there is room for all: {outcomes:?}");
    for example in found["examples"].as_array().unwrap() {
        let schedule = example["schedule"].as_str().unwrap();
        let (text, _) = project.run(".", &["explore", "s/flow.rhai", "--at", schedule]);
        let transcript = text.split("\n\n").nth(1).unwrap().split("\n  the script").next().unwrap();
        let shown: Vec<String> = transcript.lines().map(words).filter(|line| !line.is_empty()).collect();
        let kept = undisturbed[..number(&example["same"])].to_vec();
        let kept: Vec<String> =
            kept.into_iter().chain(example["records"].as_array().unwrap().iter().map(line)).collect();
        assert_eq!(kept, shown, "{schedule}");
    }
}

#[test]
fn the_page_draws_what_the_clients_went_through() {
    let project = project("explored-states");
    project.run(".", &["explore", "s", "--report", "json=a.json", "--report", "html=a.html"]);
    let report = json(&project, "a.json");
    let transitions = &case(&report, "flow")["exploration"]["transitions"];
    let (scenario, added) = (texts(&transitions["scenario"]), texts(&transitions["added"]));
    assert!(scenario.iter().any(|of| of.ends_with(" | connect() | connecting, request")), "{scenario:?}");
    assert!(added.len() > 30 && added.iter().all(|of| !scenario.contains(of)), "{added:?}");
    let drawn = |page: &str| page.matches("\"states\":\"").count();
    let page = project.read("a.html");
    assert_eq!(drawn(&page), 2, "one scenario has no client");
    project.run(".", &["report", "merge", "a.json", "--report", "html=merged.html"]);
    assert_eq!(drawn(&project.read("merged.html")), 2, "as it is merged, too");
}

/// Without the width of columns.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn pairs_are_listed_and_the_page_has_them() {
    let project = project("explored-pairs");
    let without = ["late", "application", "socket", "outage", "push", "answered"];
    let without = without.iter().flat_map(|family| ["--without", family]);
    let arguments =
        ["explore", "s/flow.rhai", "--pairs", "--budget", "1h", "--report", "json=a.json", "--report", "html=a.html"];
    project.run(".", &arguments.into_iter().chain(without).collect::<Vec<_>>());
    let report = json(&project, "a.json");
    let found = &case(&report, "flow")["exploration"];
    let pairs = found["pairs"].as_array().unwrap();
    assert!(pairs.len() > 5 && pairs.iter().all(|pair| pair["schedule"].as_str().unwrap().contains("; ")));
    assert_eq!(report["start"]["explored"]["pairs"], true);
    let page = project.read("a.html");
    assert!(page.contains("\"exploration\":{") && page.len() < 2 * 1024 * 1024, "{}", page.len());
}

#[test]
fn junit_has_a_test_case_for_each_scenario_that_fails_with_what_is_not_accepted() {
    let project = project("explored-junit");
    let explore = |more: &[&str]| project.run(".", &[&["explore", "s", "--report", "junit=a.xml"], more].concat());
    explore(&[]);
    let xml = project.read("a.xml");
    assert!(xml.contains("tests=\"3\"") && xml.contains("failures=\"2\""), "{xml}");
    assert!(xml.contains("subscription left behind (kandy)") && !xml.contains('\u{1b}'), "{xml}");
    explore(&["--update"]);
    explore(&[]);
    assert!(project.read("a.xml").contains("failures=\"0\""));
    let accepted = project.read("s/flow.explore");
    project
        .write("s/flow.explore", &accepted.replacen("[findings]\n", "[findings]\ndeaf as a post | open 1: lost\n", 1));
    let (_, exit) = explore(&["--report", "github"]);
    let xml = project.read("a.xml");
    assert!(exit == 1 && xml.contains("failures=\"1\"") && xml.contains("- deaf as a post | open 1: lost"), "{xml}");
}

/// All that a merge says of the whole, but for its time.
fn merged(project: &Project, files: &[&str]) -> (String, u8) {
    let (text, exit) = project.run(".", &[&["report", "merge"], files].concat());
    let without_time = |line: &str| {
        line.rsplit_once(" in ").filter(|_| line.ends_with(" s")).map_or(line, |(line, _)| line).to_owned()
    };
    (text.lines().map(without_time).collect::<Vec<_>>().join("\n"), exit)
}

#[test]
fn shards_together_say_what_the_whole_says() {
    let project = project("explored-shards");
    project.run(".", &["explore", "s", "--report", "json=whole.json"]);
    for index in ["1", "2", "3"] {
        let (shard, report) = (format!("{index}/3"), format!("json={index}.json"));
        project.run(".", &["explore", "s", "--shard", &shard, "--report", &report]);
    }
    let whole = merged(&project, &["whole.json"]);
    let (text, exit) = &whole;
    assert!(*exit == 1 && text.contains("FOUND   flow  10 messages, ") && text.contains("FOUND   short"), "{text}");
    assert!(text.contains("\n3 of 3 scenarios explored: "), "{text}");
    assert_eq!(merged(&project, &["1.json", "3.json", "2.json"]), whole);
    let all = ["1.json", "2.json", "3.json", "--report", "json=all.json", "--report", "html=all.html"];
    project.run(".", &[&["report", "merge"], &all[..]].concat());
    assert_eq!(
        case(&json(&project, "all.json"), "flow")["exploration"],
        case(&json(&project, "whole.json"), "flow")["exploration"]
    );
    assert!(project.read("all.html").contains("\"exploration\":{"));

    project.run(".", &["explore", "s", "--shard", "1/3", "--pairs", "--budget", "1ms", "--report", "json=pairs.json"]);
    project.run(".", &["explore", "s", "--shard", "1/3", "--without", "late", "--report", "json=less.json"]);
    project.run(".", &["explore", "s", "--shard", "1/3", "--filter", "flow", "--report", "json=other.json"]);
    project.run(".", &["run", "s", "--shard", "1/3", "--report", "json=run.json"]);
    for (files, told) in [
        (["1.json", "2.json", "2.json"], "shard 2/3 is given twice"),
        (["pairs.json", "2.json", "3.json"], "without --pairs"),
        (["less.json", "2.json", "3.json"], "with another --without"),
        (["other.json", "2.json", "3.json"], "is of another set of scenarios than"),
        (["run.json", "2.json", "3.json"], "did not run as `run.json` did: by `explore`, not by `run`"),
        (["2.json", "3.json", "whole.json"], "is the report of a whole run"),
    ] {
        let (text, exit) = project.run(".", &[&["report", "merge"], &files[..]].concat());
        assert!(text.contains(told) && exit == 2, "{files:?}\n{text}");
    }
    let (text, exit) = project.run(".", &["report", "merge", "1.json", "3.json"]);
    assert!(text.contains("1 shard of 3 is missing: 2") && exit == 2, "{text}");
}

#[test]
fn what_is_gone_counts_once_everything_was_run_and_what_is_new_at_once() {
    let project = project("explored-cut");
    project.run(".", &["explore", "s", "--update"]);
    let accepted = project.read("s/flow.explore");
    project
        .write("s/flow.explore", &accepted.replacen("[findings]\n", "[findings]\ndeaf as a post | open 1: lost\n", 1));
    let explore = |shard: &str, more: &[&str]| {
        let report = format!("json={}.json", &shard[..1]);
        project.run(".", &[&["explore", "s", "--shard", shard, "--report", &report], more].concat())
    };
    // No run fits into so short a time, so that what is accepted may be there still.
    for shard in ["1/2", "2/2"] {
        let (text, _) = explore(shard, &["--budget", "1ms"]);
        assert!(!text.contains("deaf as a post"), "{text}");
    }
    let (text, exit) = merged(&project, &["1.json", "2.json"]);
    assert!(exit == 1 && text.contains("FAIL    flow") && text.contains("the budget was spent before"), "{text}");
    assert!(!text.contains("deaf as a post"), "{text}");
    assert!(text.contains("cut short: 2 scenarios, of which only what is new counts"), "{text}");
    for shard in ["1/2", "2/2"] {
        explore(shard, &[]);
    }
    let (text, exit) = merged(&project, &["1.json", "2.json"]);
    assert!(exit == 1 && text.contains("- deaf as a post | open 1: lost"), "{text}");
    // What is cut short is not accepted.
    let lines = || project.read("s/flow.explore").lines().map(str::to_owned).collect::<BTreeSet<String>>();
    let before = lines();
    let (text, exit) = project.run(".", &["explore", "s", "--budget", "1ms", "--update", "--report", "json=a.json"]);
    assert!(text.contains("FAIL    flow  not accepted, since it is not all") && exit == 1, "{text}");
    assert_eq!(
        case(&json(&project, "a.json"), "flow")["problems"][0]["message"],
        "it is not accepted, since it is not all"
    );
    assert_eq!(lines(), before);
}

#[test]
fn a_shard_without_scenarios_says_so() {
    let project = Project::new("explored-none", &[("s/still.rhai", "advance(1);\n")]);
    let told: Vec<(String, u8)> =
        ["1/2", "2/2"].iter().map(|shard| project.run(".", &["explore", "s", "--shard", shard])).collect();
    let empty = told.iter().filter(|(text, exit)| text.contains("none of 1 scenario is in it") && *exit == 0).count();
    assert_eq!(empty, 1, "{told:?}");
}

#[test]
fn no_schedule_needs_quotation_marks_within() {
    // Such a name stands in no schedule.
    let second = "let other = create(#{}, \"o+x\");\nother.connect(#{ username: \"alice\", password: \"s3cret\" });\n";
    let project =
        Project::new("explored-quotes", &[("s/named.rhai", &format!("{SHORT}{second}").replace("alice", "bob"))]);
    let (text, _) = project.run(".", &["explore", "s", "--report", "json=a.json"]);
    assert!(text.contains("see one:     kandy-harness explore s/named.rhai "), "{text}");
    let report = json(&project, "a.json");
    let found = &report["cases"][0]["exploration"];
    let ways = found["findings"].as_array().unwrap().iter().flat_map(|group| group["ways"].as_array().unwrap());
    let schedules: Vec<&str> = ways.flat_map(|way| texts(&way["schedules"])).collect();
    assert!(schedules.iter().any(|text| text.contains(" of #2")), "{schedules:?}");
    assert!(schedules.iter().all(|text| !text.contains(['"', '\'', '\\', '$', '`'])));
}
