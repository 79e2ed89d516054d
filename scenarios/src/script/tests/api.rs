//! The tables of the script API, and the page that is made of them.

use std::collections::BTreeSet;
use std::fmt::Write;

use kandy_client::EVENT_NAMES;
use kandy_mock_server::command::Verb;
use kandy_mock_server::{Fault, Point};

use super::cases::run_row;
use super::*;
use crate::script::api::{ApiFunction, EVENTS, EventRow, FAULT_KEYS, FaultKeys, Of, POINTS, functions};

/// What the examples begin with, but for those that have to begin themselves.
const ALICE: &str = r#"
platform.addUser("alice@example.com", "s3cret");
let credentials = #{ username: "alice@example.com", password: "s3cret" };
let kandy = create();
kandy.connect(credentials);
waitUntil(|| kandy.getConnection().isConnected && !kandy.getConnection().isPending);
"#;

/// The functions as the rows of a table in Markdown.
fn rows(of: &[ApiFunction]) -> String {
    let mut rows = String::new();
    for function in of {
        let part = match function.of {
            Of::Connection => "connection.",
            Of::Notification => "notification.",
            Of::Services => "services.",
            _ => "",
        };
        let gives = function.gives().map(|gives| match gives.split_once("#{") {
            Some((before, map)) => format!("; gives {before}`#{{{map}`"),
            None => format!("; gives {gives}"),
        });
        let call = function.signature().replace('|', "\\|");
        let (about, gives) = (function.about(), gives.unwrap_or_default());
        writeln!(rows, "| `{part}{call}` | {about}{gives} |").expect("a text takes all");
    }
    rows
}

/// The tables of the page, each as a whole.
fn tables() -> Vec<String> {
    let named = |names: &[&str]| -> Vec<ApiFunction> {
        functions().filter(|function| function.of == Of::Script && names.contains(&function.name)).collect()
    };
    let time = ["advance", "waitUntil", "now"];
    let checks = |function: &ApiFunction| {
        function.of == Of::Script && !time.contains(&function.name) && function.name != "create"
    };
    let of_client =
        |function: &ApiFunction| [Of::Client, Of::Connection, Of::Notification, Of::Services].contains(&function.of);
    let client = [named(&["create"]), functions().filter(of_client).collect()].concat();
    // The verbs come first there, since what they do decides what the looks see.
    let (looks, verbs) = functions()
        .filter(|function| function.of == Of::Platform)
        .partition::<Vec<_>, _>(|function| Verb::named(function.name).is_none());
    let mut tables: Vec<String> = [named(&time), client, [verbs, looks].concat(), functions().filter(checks).collect()]
        .iter()
        .map(|of| rows(of))
        .collect();
    let told: usize = tables.iter().map(|table| table.lines().count()).sum();
    assert_eq!(told, functions().count(), "each function is in one table");
    let event = |event: &EventRow| {
        format!("| `{}` | {} | `#{{ {} }}` |\n", event.name, event.about, event.params.join(", ")).replace("{  }", "{}")
    };
    tables.push(EVENTS.iter().map(event).collect());
    let keys = |keys: &FaultKeys| {
        let names = keys.names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        format!("| {names} | {} |\n", keys.about)
    };
    tables.push(FAULT_KEYS.iter().map(keys).collect());
    tables
}

#[test]
fn the_page_has_the_tables() {
    let page = include_str!("../../../scripts/README.md");
    let missing: Vec<String> = tables().into_iter().filter(|table| !page.contains(table)).collect();
    assert!(missing.is_empty(), "scripts/README.md must have these rows:\n\n{}", missing.join("\n"));
}

#[test]
fn every_event_point_and_key_of_a_fault_is_told() {
    let events: BTreeSet<&str> = EVENTS.iter().map(|event| event.name).collect();
    assert_eq!(events, EVENT_NAMES.into_iter().collect());
    let points: Vec<&str> = POINTS.iter().map(|point| point.name).collect();
    assert_eq!(points, Point::ALL.map(Point::as_str));
    let keys: BTreeSet<&str> = FAULT_KEYS.iter().flat_map(|keys| keys.names).copied().collect();
    assert_eq!(keys, Fault::KEYS.into_iter().collect());
}

#[test]
fn every_example_calls_its_function_and_does_what_it_says() {
    for function in functions() {
        let example = function.example();
        assert!(example.contains(&format!("{}(", function.name)), "{example}");
        assert!(example.lines().all(|line| line.chars().count() <= 76), "{example}");
        match (function.of, function.name) {
            (Of::Script, "fail") => assert!(matches!(run(&example).verdict, Verdict::Failed(_)), "{example}"),
            (Of::Script, "skip") => assert!(matches!(run(&example).verdict, Verdict::Skipped(_)), "{example}"),
            // Alice is not there yet.
            (Of::Script, "disturb") => drop(passes(&[&example, ALICE].concat())),
            (Of::Platform, "addUser") => drop(passes(&example)),
            (Of::Script, "cases") => {
                assert_eq!(run_row(&example, Some("unavailable")).verdict, Verdict::Passed, "{example}");
            }
            _ => drop(passes(&format!("{ALICE}{example}"))),
        }
    }
    for keys in &FAULT_KEYS {
        passes(&format!("{ALICE}{}", keys.call()));
    }
}

#[test]
fn the_params_of_events_have_the_keys_that_are_told() {
    let told = EVENTS.iter().map(|event| format!("\"{}\": {:?}", event.name, sorted(event.params)));
    let told = told.collect::<Vec<_>>().join(", ");
    let heard = run_all_events(&told);
    let names: BTreeSet<&str> = EVENTS.iter().map(|event| event.name).collect();
    assert_eq!(heard.iter().map(String::as_str).collect::<BTreeSet<_>>(), names, "each has been heard");
}

fn sorted(keys: &[&'static str]) -> Vec<&'static str> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys
}

/// Has every event come, compares the keys of its params, and gives the names of those that came.
fn run_all_events(told: &str) -> Vec<String> {
    let script = format!(
        r#"
let told = #{{ {told} }};
platform.addUser("alice@example.com", "s3cret");
let credentials = #{{ username: "alice@example.com", password: "s3cret" }};
let kandy = create();
kandy.subscribe(|event, params| {{
    let keys = params.keys();
    keys.sort();
    assertEq(keys, told[event], event);
    print(`heard ${{event}}`);
}});
kandy.connect(#{{ username: "alice@example.com", password: "wrong" }});
kandy.waitFor("auth:error");
kandy.connect(credentials);
waitUntil(|| kandy.getConnection().isConnected && !kandy.getConnection().isPending);
platform.send("alice@example.com", #{{ notificationMessage: #{{ eventType: "IM" }} }});
kandy.waitFor("notification:received");
kandy.notification.enableWebsocket(false);
advance("31m");

let link = create(#{{}}, #{{ name: "link", dialect: "link" }});
link.subscribe(|event, params| {{
    let keys = params.keys();
    keys.sort();
    assertEq(keys, told[event], event);
    print(`heard ${{event}}`);
}});
link.setCredentials(#{{ username: "alice@example.com", password: "wrong" }});
link.services.subscribe(["call"]);
link.waitFor("subscription:error");
link.setCredentials(credentials);
link.services.subscribe(["call"]);
advance("37m");
"#
    );
    let heard = |line: String| line.strip_prefix("heard ").map(str::to_owned);
    printed(&script).into_iter().filter_map(heard).collect()
}
