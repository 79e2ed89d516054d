//! `explore --coverage`: which transitions of a client scenarios, exploration and recordings have.

use std::collections::BTreeSet;
use std::fs;

use kandy_scenarios::explore::{self, Options, recorded};
use kandy_scenarios::recording::{RecordedDialect, Recording};
use kandy_scenarios::replay::replay;
use kandy_scenarios::script::Source;
use kandy_tests::recordings_in;

use crate::project::Project;
use crate::support::{harness, root};

const LIST: &str = "scenarios/src/explore/recorded.txt";
const HEAD: &str = "# The transitions that the recordings in tests/traces have; made by a test:
# KANDY_UPDATE_RECORDED=1 cargo test -p kandy-tests --test it recorded
";
/// The picture in the guide, of the bundled scenarios.
const PICTURE: &str = "docs/images/states.svg";
/// Writes the list instead of comparing it.
const UPDATE: &str = "KANDY_UPDATE_RECORDED";

/// The transitions of all recordings but these.
fn transitions_without(left_out: &[&str]) -> BTreeSet<String> {
    let mut transitions = BTreeSet::new();
    for (name, path) in recordings_in(&root().join("tests/traces")).unwrap() {
        let recording = Recording::read(&path).unwrap();
        if recording.dialect == RecordedDialect::Uc3 && !left_out.contains(&name.as_str()) {
            transitions.extend(replay(&recording).transitions.iter().map(ToString::to_string));
        }
    }
    transitions
}

#[test]
fn the_recorded_transitions_are_those_of_the_recordings() {
    let found = transitions_without(&[]);
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        let lines: String = found.iter().map(|line| format!("{line}\n")).collect();
        fs::write(root().join(LIST), format!("{HEAD}{lines}")).unwrap();
        return;
    }
    let listed = recorded().iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let missing: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "{LIST} is not what the recordings have; write it anew with\n    {UPDATE}=1 cargo test -p kandy-tests --test it \
         recorded\nnot in the list: {missing:#?}\nin no recording: {gone:#?}"
    );
}

/// What exploration found before it was recorded with the real SDK: the schedule, the finding, and the recording.
const PREDICTED: [(&str, &str, &str); 2] = [
    ("refresh_token request 1: outage 3s", "socket left open (kandy)", "outage-at-refresh"),
    (
        "refresh_token request 1: gone; refresh_token request 1: answered 401",
        "pending for ever (kandy)",
        "refresh-refused-after-gone",
    ),
];
/// The last step of the second one.
const LAST: &str = "idle, request | refresh_token refused | idle, isPending";

#[test]
fn what_was_predicted_is_recorded_by_its_recording() {
    let script = "scenarios/scripts/token/refresh.rhai";
    let path = root().join(script);
    let text = fs::read_to_string(&path).unwrap();
    let source = Source { path, shown: script.to_owned(), root: root().join("scenarios/scripts"), text };
    for (schedule, finding, recording) in PREDICTED {
        let explored = explore::replay(&source, None, &schedule.parse().unwrap(), &Options::default()).unwrap();
        let observed = explored.observed.unwrap();
        let found = explored.findings.iter().find(|found| found.to_string() == finding).unwrap();
        assert_eq!(observed.unrecorded(found), None, "{schedule}");
        let without = transitions_without(&[recording]);
        let of_it_alone: Vec<_> = recorded().iter().filter(|step| !without.contains(&step.to_string())).collect();
        assert!(of_it_alone.iter().any(|step| observed.all.contains(step)), "{schedule}: {of_it_alone:#?}");
    }
    assert!(!transitions_without(&[PREDICTED[1].2]).contains(LAST) && transitions_without(&[]).contains(LAST));
}

#[test]
fn what_no_recording_has_is_told_wherever_the_finding_is() {
    let flow = fs::read_to_string(root().join("scenarios/scripts/connect/quickstart.rhai")).unwrap();
    let project = Project::new("coverage-predicted", &[("scenarios/flow.rhai", &flow)]);
    let (text, _) = project.run(".", &["explore"]);
    let marked = "    --at \"unsubscribe request 1: lost\"  not recorded\n";
    assert!(text.contains(marked) && text.contains("\n  not recorded: no recording of the real SDK has"), "{text}");
    let (text, _) = project.run(".", &["explore", "--at", "unsubscribe request 1: lost"]);
    assert!(text.contains("  connected and hears nothing (kandy)\n    not recorded: "), "{text}");
    let (text, _) = project.run(".", &["explore", "--at", "subscribe answer 1: lost"]);
    assert!(text.contains("  pending for ever (kandy)\n") && !text.contains("not recorded"), "{text}");
    project.run(".", &["explore", "--update"]);
    let accepted = project.read("scenarios/flow.explore");
    let (predicted, known) =
        ("connected and hears nothing (kandy) | unsubscribe request 1: lost\n", "pending for ever (kandy) | open 1: ");
    let without: String =
        accepted.split_inclusive('\n').filter(|line| *line != predicted && !line.starts_with(known)).collect();
    project.write("scenarios/flow.explore", &without);
    let (text, _) = project.run(".", &["explore"]);
    let line = predicted.trim_end();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("+ {line} (not recorded)")), "{text}");
    assert!(text.contains("  + pending for ever (kandy) | open 1: disconnect\n"), "{text}");
}

#[test]
fn one_scenario_is_told_in_forty_lines_and_each_run_reaches_what_it_says() {
    let script = "scenarios/scripts/connect/quickstart.rhai";
    let (text, exit) = harness(&root(), &["explore", script, "--coverage"]);
    assert!(exit == 0 && text.starts_with("scenarios:    "), "{text}");
    assert!(text.lines().count() <= 40 && text.contains("--all lists them"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains("--at \"\""), "{text}");
    for command in text.lines().filter(|line| line.contains("--at ")) {
        let schedule = command.split('"').nth(1).unwrap();
        let (told, _) = harness(&root(), &["explore", script, "--at", schedule]);
        assert!(!told.contains("did not come"), "{command}: {told}");
    }
}

#[test]
fn a_picture_is_drawn_of_what_was_reached_or_it_is_told_why_not() {
    let flow = fs::read_to_string(root().join("scenarios/scripts/connect/quickstart.rhai")).unwrap();
    let project = Project::new("coverage-picture", &[("scenarios/flow.rhai", &flow)]);
    let (text, exit) = project.run(".", &["explore", "--coverage", "--picture", "states.svg"]);
    assert_eq!(exit, 0, "{text}");
    let svg = project.read("states.svg");
    assert!(
        svg.contains("<title>idle (neither) to connecting (isPending): 4 transitions, 1 in scenarios, 4 recorded, "),
        "{svg}"
    );
    let (text, exit) = project.run(".", &["explore", "--coverage", "--picture", "nowhere/states.svg"]);
    assert!(text.starts_with("error: cannot write the picture `nowhere/states.svg`: ") && exit == 2, "{text}");
    let (text, exit) = project.run(".", &["explore", "--picture", "states.svg"]);
    assert!(text.contains("--coverage") && exit == 2, "{text}");
}

#[test]
fn what_a_scenario_does_not_notice_is_told_each_with_a_run_that_shows_it() {
    let flow = fs::read_to_string(root().join("scenarios/scripts/connect/quickstart.rhai")).unwrap();
    let project = Project::new("mutants", &[("scenarios/flow.rhai", &flow)]);
    let (text, exit) = project.run(".", &["explore", "--mutants"]);
    assert!(exit == 1 && text.contains("\nnoticed:     25 of 37 kinds, 67 %\nequivalent:  17 kinds, "), "{text}");
    assert!(text.lines().count() <= 40, "{text}");
    for command in text.lines().filter(|line| line.contains("--at ")) {
        let schedule = command.split('"').nth(1).unwrap();
        let (told, _) = project.run(".", &["explore", "--at", schedule]);
        assert!(told.contains(&format!("fault     {schedule}\n")) && told.contains("the script passes"), "{told}");
    }
    // Who stays connected notices how long a token lives.
    let longer = flow + "kandy.connect(#{ username: \"alice@example.com\", password: \"s3cret\" }); advance(\"1h\");\n";
    project.write("scenarios/flow.rhai", &longer);
    let (told, _) = project.run(".", &["explore", "--mutants"]);
    let unnoticed = "mk_token answer: without success.expires";
    assert!(text.contains(unnoticed) && !told.contains(unnoticed), "{told}");
}

#[test]
fn the_guide_shows_what_is_told() {
    let guide = fs::read_to_string(root().join("docs/explore.md")).unwrap();
    let flow = fs::read_to_string(root().join("scenarios/scripts/connect/quickstart.rhai")).unwrap();
    let project = Project::new("coverage-guide", &[("scenarios/quickstart.rhai", &flow)]);
    for (section, option) in [("## Scenarios to write", "--coverage"), ("## What scenarios do not notice", "--mutants")]
    {
        let (told, _) = project.run(".", &["explore", "scenarios/quickstart.rhai", option]);
        let shown = guide.split_once(section).unwrap().1.split_once("```text\n").unwrap().1;
        for line in shown.split_once("```").unwrap().0.lines().filter(|line| *line != "..") {
            assert!(told.lines().any(|of_all| of_all == line), "{line}\n{told}");
        }
    }
}

/// Each kind of change is noticed by a bundled scenario, or stands in the list of those that no application can notice; and
/// there is nothing else in that list.
#[test]
#[ignore = "it runs all bundled scenarios thousands of times, which takes a minute in a debug build; .ci/full has it"]
fn mutants_of_the_bundle() {
    let (text, exit) = harness(&root(), &["explore", "--mutants", "--jobs", "2"]);
    assert_eq!(exit, 0, "{text}");
    let listed = format!("equivalent:  {} kinds, ", explore::equivalents().len());
    assert!(text.contains(&listed) && text.contains(" kinds, 100 %\n"), "{text}");
}

/// What `explore --coverage` says of the bundled scenarios, as numbers: the transitions of the scenarios, and those that
/// exploration adds.
#[test]
#[ignore = "it explores all bundled scenarios, which takes a minute in a debug build; .ci/full has it"]
fn coverage_of_the_bundle() {
    let picture = std::env::temp_dir().join(format!("kandy-states-{}.svg", std::process::id()));
    let options = ["explore", "--coverage", "--jobs", "2", "--picture", picture.to_str().unwrap()];
    let (text, exit) = harness(&root(), &options);
    assert_eq!(exit, 0, "{text}");
    let drawn = fs::read_to_string(&picture).unwrap();
    fs::remove_file(&picture).unwrap();
    let shown = fs::read_to_string(root().join(PICTURE)).unwrap();
    assert!(drawn == shown, "make it anew: cargo run --release -- explore --coverage --picture {PICTURE}");
    let number = |line: usize| {
        let words = text.lines().nth(line).unwrap().split_whitespace();
        words.skip(1).find_map(|word| word.parse::<usize>().ok()).unwrap()
    };
    let (scenarios, more) = (number(0), number(1));
    assert!(scenarios >= 100, "the scenarios have {scenarios} transitions alone\n{text}");
    assert!(more >= 500, "singles reach {more} more\n{text}");
    assert!(text.lines().count() <= 40, "{text}");
}
