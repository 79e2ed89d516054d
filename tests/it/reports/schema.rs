//! The JSON of a report is as docs/report.schema.json says, and nothing is in only one of them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use kandy_scenarios::report::json::Json;
use kandy_scenarios::report::model::{
    Cause, Exploration, Flaky, Lane, OfCommand, RecordKind, Renderer, RunEnd, Snapshot, Status as ModelStatus, Tone,
    Variant,
};
use kandy_scenarios::report::{Fold, merge};
use kandy_scenarios::run::{
    Broken, Case, CaseError, CutShort, Finished, NameSet, Plan, Reporter, RunEvent, Status, Summary, Unlike,
    Variant as RunVariant,
};
use kandy_scenarios::scenario::{Header, Scenario, ScriptText};
use kandy_scenarios::snapshot::SnapshotError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::project::Project;
use crate::support::root;

fn schema() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("docs/report.schema.json")).unwrap()).unwrap()
}

#[track_caller]
fn check(report: &Value) {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(report).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

const USER: &str = "platform.addUser(\"alice\", \"s3cret\");\nlet kandy = create();\n";
const CONNECT: &str = "kandy.connect(#{ username: \"alice\", password: \"s3cret\" });\n";
const CONNECTED: &str = "waitUntil(|| kandy.getConnection().isConnected);\n";

/// Scenarios that end in every way in which a command can make them end, and leave records of every kind.
fn project() -> Project {
    let project = Project::new("schema", &[]);
    let all = format!(
        "// All of it. And more.\n// tags: a, b\n{USER}kandy.on(\"auth:error\", |params| print(`${{params.error.code}}`));\n\
         platform.fail(\"subscribe\", #{{ status: 503, times: 1 }});\n{CONNECT}kandy.waitFor(\"auth:error\");\n{CONNECT}{CONNECTED}\
         platform.send(\"alice\", #{{ notificationMessage: #{{ eventType: \"x\", id: \"1\" }} }});\n\
         platform.sendRaw(\"alice\", \"not json\");\nkandy.updateConfig(#{{ logs: #{{}} }});\nadvance(\"2m\");\n\
         platform.close(\"alice\", 1011, \"why\");\nadvance(\"1s\");\nassertEq(1, 1);\n"
    );
    let writes = [
        ("all", all),
        ("fails", format!("{USER}soft(|| assertEq(1, 2));\nassertEq(2, 3);\n")),
        ("waits", format!("{USER}kandy.waitFor(\"auth:change\", \"1s\");\n")),
        ("doubtful", format!("{USER}platform.fail(\"websocket\", #{{ status: 500 }});\n")),
        ("differs", "print(\"new\");\n".to_owned()),
        ("left", "create().disconnect();\nassert(true);\n".to_owned()),
        ("skipped", "skip(\"needs a moon\");\n".to_owned()),
        ("broken", "nothing();\n".to_owned()),
        ("pair", format!("{USER}{CONNECT}{CONNECTED}kandy.disconnect();\nadvance(\"1s\");\nassertEq(1, 1);\n")),
        ("misread", "// x\n// tag: smoke\nassert(true);\n".to_owned()),
        ("rows", "let case = cases(#{ a: 1, b: 2 });\nassert(case > 0);\n".to_owned()),
    ];
    for (name, text) in writes {
        project.write(&format!("s/{name}.rhai"), &text);
    }
    project.write("s/differs.snap", "---\nsource: differs.rhai\n---\n0.000  script    print     old\n");
    project.write("s/gone.snap", "---\nsource: gone.rhai\n---\n0.000  script    print     1\n");
    project
}

/// Takes the value apart: each member of each object, by the names on the way to it. Numbers of lists do not count.
fn members(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = format!("{path}/{name}");
                members(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, path, found)),
        _ => {}
    }
}

/// The same of what a schema allows.
fn allowed(schema: &Value, whole: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        allowed(&whole["$defs"][name.strip_prefix("#/$defs/").unwrap()], whole, path, found);
    }
    for one in ["oneOf", "anyOf"].iter().flat_map(|key| schema[key].as_array()).flatten() {
        allowed(one, whole, path, found);
    }
    if schema["items"].is_object() {
        allowed(&schema["items"], whole, path, found);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/{name}");
        allowed(property, whole, &path, found);
        found.insert(path);
    }
}

#[test]
fn reports_are_as_the_schema_says_and_it_says_no_more() {
    let project = project();
    let mut found = BTreeSet::new();
    let mut statuses = BTreeSet::new();
    for arguments in [
        &["run", "s", "--strict", "--warn", "--report", "json=a.json"][..],
        &["run", "s", "--report", "json=a.json", "--shard", "1/1"],
        &["run", "s", "--report", "json=a.json", "--filter", "skipped"],
    ] {
        project.run(".", arguments);
        let report: Value = serde_json::from_str(&project.read("a.json")).unwrap();
        check(&report);
        members(&report, "", &mut found);
        statuses
            .extend(report["cases"].as_array().unwrap().iter().map(|case| case["status"].as_str().unwrap().to_owned()));
    }
    // What is accepted is not what is found.
    project.write("s/all.explore", "[findings]\nout of the blue | open 1: lost\n");
    let families = ["late", "socket", "outage", "push", "answered", "twice"];
    let few: Vec<&str> = families.iter().flat_map(|family| ["--without", family]).collect();
    for selected in [&["--filter", "pair", "--pairs"][..], &["--filter", "all"], &["--filter", "not all"]] {
        project.run(".", &[&["explore", "s", "--report", "json=a.json"], selected, &few].concat());
        let report: Value = serde_json::from_str(&project.read("a.json")).unwrap();
        check(&report);
        members(&report, "", &mut found);
    }
    let report = of_the_rest(&project);
    check(&report);
    members(&report, "", &mut found);
    statuses.extend(report["cases"].as_array().unwrap().iter().map(|case| case["status"].as_str().unwrap().to_owned()));
    let all: BTreeSet<String> = schema()["$defs"]["status"]["enum"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(statuses, all);
    let mut said = BTreeSet::new();
    allowed(&schema(), &schema(), "", &mut said);
    assert_eq!(found.symmetric_difference(&said).collect::<Vec<_>>(), Vec::<&String>::new());
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A report of cases that end in ways that no script can bring about.
fn of_the_rest(project: &Project) -> Value {
    let scenario = Scenario {
        name: "a".to_owned(),
        source: "a.rhai".to_owned(),
        path: PathBuf::new(),
        shown: "s/a.rhai".to_owned(),
        root: PathBuf::new(),
        content: Ok(ScriptText { text: String::new(), header: Header::default(), rows: Vec::new() }),
    };
    let unlike = Unlike { client: "kandy".into(), sim: "auth:change\n".into(), live: "ws:change\n".into() };
    let statuses = [
        Status::Unlike(Box::new(unlike)),
        Status::Stopped,
        Status::Broken(Broken::Unreadable("it is not a file".into())),
        Status::Broken(Broken::Snapshot(SnapshotError::Malformed)),
        Status::Error(CaseError::Panic("index out of bounds".into())),
        Status::Error(CaseError::Snapshot(SnapshotError::Unwritable(io::Error::other("disk full")))),
        Status::Error(CaseError::Live("no sockets".into())),
    ];
    let mut renderers: Vec<Box<dyn Renderer>> = vec![Box::new(Json::new(&project.path("b.json")).unwrap())];
    let mut fold = Fold::new(&mut renderers);
    let case = Case::of(&scenario, RunVariant::Live);
    let plan = Plan { cases: vec![case.clone(); statuses.len() + 1], set: NameSet::of(["a"]), ..Plan::default() };
    let mut summary = Summary { not_run: 1, ..Summary::default() };
    fold.event(&RunEvent::Started { plan: &plan, strict: false }).unwrap();
    for status in statuses {
        let finished = Finished::new(status);
        summary.add(&finished);
        fold.event(&RunEvent::Finished { case: &case, finished: &finished }).unwrap();
    }
    fold.event(&RunEvent::NotRun { case: &case, cut: CutShort::ByInterrupt }).unwrap();
    fold.event(&RunEvent::Ended { summary: &summary, wall_time: Duration::from_millis(1) }).unwrap();
    let report = merge::read(&project.path("b.json"), "b.json").unwrap();
    assert!(report.end.interrupted && report.end.summary == (&summary).into());
    assert_eq!(report.end.summary.of_run(false, false), summary);
    let mut report: Value = serde_json::from_str(&project.read("b.json")).unwrap();
    let flaky = Flaky { schedule: "open 1: lost".into(), outcomes: ["ends well".into(), "hangs".into()] };
    let command = OfCommand { flaky: vec![flaky], unfound: Some(vec!["hangs".into()]), ..OfCommand::default() };
    let exploration = Exploration { command: Some(Box::new(command)), ..Exploration::default() };
    report["cases"][0]["variant"] = json!("command");
    report["cases"][0]["exploration"] = serde_json::to_value(exploration).unwrap();
    report
}

#[test]
fn the_words_of_the_schema_are_those_of_the_types() {
    /// Each word is read as one of the type and written as itself; and there are as many as the type has.
    #[track_caller]
    fn words<T: Serialize + DeserializeOwned + std::fmt::Debug>(name: &str) {
        let schema = schema();
        let words = schema["$defs"][name]["enum"].as_array().unwrap();
        for word in words {
            let one: T = serde_json::from_value(word.clone()).unwrap();
            assert_eq!(serde_json::to_value(one).unwrap(), *word);
        }
        let error = serde_json::from_value::<T>(json!("no such word")).unwrap_err().to_string();
        let known = error.split_once("expected one of ").unwrap().1.split(", ").count();
        assert_eq!(known, words.len(), "{name}: {error}");
    }
    words::<ModelStatus>("status");
    words::<Snapshot>("snapshot");
    words::<Variant>("variant");
    words::<Cause>("cause");
    words::<Lane>("lane");
    words::<RecordKind>("recordKind");
    words::<RunEnd>("runEnd");
    words::<Tone>("tone");
}

#[test]
fn every_object_of_the_schema_is_closed() {
    fn check(value: &Value, path: &str, count: &mut usize) {
        if value["type"] == "object" {
            *count += 1;
            assert_eq!(value["additionalProperties"], json!(false), "{path}");
        }
        for (name, value) in value.as_object().into_iter().flatten() {
            check(value, &format!("{path}/{name}"), count);
        }
        for value in value.as_array().into_iter().flatten() {
            check(value, path, count);
        }
    }
    let mut count = 0;
    check(&schema(), "", &mut count);
    assert!(count > 12, "{count}");
}

#[test]
fn the_guide_has_every_status() {
    let guide = fs::read_to_string(root().join("docs/reports.md")).unwrap();
    for status in schema()["$defs"]["status"]["enum"].as_array().unwrap().iter().map(text) {
        assert!(guide.contains(&format!("`{status}`")), "{status} is not in docs/reports.md");
    }
}
