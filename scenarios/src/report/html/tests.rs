//! The page as a file.

use std::fs;

use serde_json::{Value, json};

use super::page::{HtmlPage, MODULES};
use super::*;
use crate::file::scratch::Folder;
use crate::report::model::{Difference, Record, Transitions};
use crate::web;

fn page() -> (String, String) {
    let (mut head, mut script) = (Vec::new(), Vec::new());
    HtmlPage::new().write_head(&mut head).unwrap();
    HtmlPage::new().write_script(&mut script).unwrap();
    (String::from_utf8(head).unwrap(), String::from_utf8(script).unwrap())
}

#[test]
fn its_modules_are_of_the_kind_that_can_be_one_script() {
    assert_eq!(web::mistakes(MODULES), [""; 0]);
}

#[test]
fn nothing_comes_from_elsewhere_or_is_code_in_markup() {
    let (head, script) = page();
    for text in [&head, &script] {
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for word in ["http://", "https://", " style=", " onclick=", "javascript:", "<!-- ", "unsafe", "@import", "url("]
        {
            assert!(!text.contains(word), "{word}");
        }
        for word in
            ["innerHTML =", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch("]
        {
            assert!(!text.contains(word), "{word}");
        }
    }
    assert_eq!(script.matches("<script").count(), 1);
    assert_eq!(script.matches("</script").count(), 1, "the script does not end itself");
    assert_eq!(head.matches("<style").count(), 1);
    assert_eq!(head.matches("</style").count(), 1, "nor do the styles");
}

#[test]
fn its_policy_allows_its_own_style_and_script_and_nothing_else() {
    let (head, _) = page();
    let policy = head.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    let sources: Vec<&str> = policy.split([' ', ';']).filter(|part| part.starts_with('\'')).collect();
    assert_eq!(sources.iter().filter(|source| source.starts_with("'sha256-") && source.len() == 53).count(), 2);
    assert_eq!(sources.iter().filter(|source| **source == "'none'").count(), 3);
    assert_eq!(sources.len(), 5);
}

fn case(name: &str) -> Case {
    serde_json::from_value(json!({
        "name": name, "path": "s/a.rhai", "source": "a.rhai", "row": null, "summary": "", "tags": ["a"], "variant": "sim",
        "status": "passed", "reason": null, "snapshot": null, "virtualTime": 1.5, "wallTime": { "start": 0.0, "duration": 0.25 },
        "checks": 0, "warnings": [], "doubts": [], "problems": [], "moreProblems": 0, "difference": null, "text": "",
        "records": [],
    }))
    .unwrap()
}

fn record(title: &str) -> Record {
    serde_json::from_value(json!({
        "at": 0.0, "who": "script", "lane": "script", "kind": "print", "title": title, "text": title, "detail": {},
    }))
    .unwrap()
}

fn difference(old: String, new: String) -> Difference {
    Difference { old_name: "snapshot".into(), new_name: "this run".into(), old, new, client: None }
}

fn start() -> Start {
    Start { harness: "1".into(), live: false, strict: true, explored: None, shard: None, set: String::new(), cases: 0 }
}

fn end() -> End {
    let summary = Default::default();
    End { wall_time: 1.0, interrupted: false, warnings: Vec::new(), stale_snapshots: Vec::new(), summary }
}

/// The page of a run of these cases.
fn page_of(test: &str, cases: &[Case]) -> String {
    let folder = Folder::new(test);
    let path = folder.join("report.html");
    let mut report = Html::new(&path).unwrap();
    report.event(&Event::Started(&start())).unwrap();
    cases.iter().for_each(|case| report.event(&Event::Case(case)).unwrap());
    report.event(&Event::Ended(&end())).unwrap();
    assert_eq!(folder.names(), ["report.html"]);
    fs::read_to_string(&path).unwrap()
}

/// The data in an element of the page.
fn read(page: &str, id: &str) -> Value {
    let (_, rest) = page.split_once(&format!("<script type=\"application/json\" id=\"{id}\">")).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn the_list_comes_first_and_each_case_is_on_its_own() {
    let hostile = "</script><script>alert(1)</script>\u{2028}";
    let page = page_of("html-order", &[case("a"), case(hostile)]);
    assert_eq!(read(&page, "index")[0]["wallTime"], 0.25);
    assert_eq!(read(&page, "index")[1]["name"], hostile);
    assert_eq!(read(&page, "case-1")["name"], hostile);
    assert_eq!(read(&page, "run")["start"]["strict"], true);
    let place = |text: &str| page.find(text).unwrap();
    assert!(place("id=\"index\"") < place("\"use strict\"") && place("\"use strict\"") < place("id=\"case-0\""));
    assert_eq!(page.matches("<script").count(), page.matches("</script>").count());
    assert_eq!(page.matches("<script").count(), 5, "run, list, two cases, and what shows them");
    assert!(page.trim_end().ends_with("</html>"));
}

#[test]
fn a_run_that_is_cut_short_leaves_the_last_page() {
    let folder = Folder::new("html-cut");
    let path = folder.join("report.html");
    fs::write(&path, "the last one").unwrap();
    let mut report = Html::new(&path).unwrap();
    report.event(&Event::Case(&case("a"))).unwrap();
    drop(report);
    assert_eq!(fs::read_to_string(&path).unwrap(), "the last one");
    assert_eq!(folder.names(), ["report.html"]);
}

#[test]
fn of_many_records_the_first_and_the_last_are_shown() {
    let records: Vec<Record> = (0..5_000).map(|number| record(&number.to_string())).collect();
    let page = page_of("html-many", &[Case { records, ..case("a") }]);
    let shown = read(&page, "case-0");
    assert_eq!(shown["left"], json!({ "after": 500, "count": 3_000 }));
    assert_eq!(shown["records"].as_array().unwrap().len(), 2_000);
    assert_eq!([&shown["records"][499]["title"], &shown["records"][500]["title"]], ["499", "3500"]);
}

#[test]
fn a_case_has_so_many_bytes_and_no_more() {
    let records = vec![record(&"x".repeat(4_000)); 1_000];
    let shown = fitting(&Case { records, ..case("a") }, 0).unwrap();
    assert!(shown.len() <= MAX_CASE_BYTES && shown.len() > MAX_CASE_BYTES / 8, "{}", shown.len());
    let full = fitting(&Case { records: vec![record("x")], ..case("a") }, MAX_PAGE_BYTES).unwrap();
    let full: Value = serde_json::from_slice(&full).unwrap();
    assert_eq!((&full["records"], &full["left"]["count"]), (&json!([]), &json!(1)));
}

/// An exploration with a run of so many bytes beside the undisturbed one, and so many cells.
fn explored(bytes: usize, cells: usize) -> Case {
    let example = json!({ "schedule": "open 1: lost", "same": 0, "records": [record(&"x".repeat(bytes))], "more": 0 });
    let exploration = json!({
        "messages": 1, "runs": cells, "notRun": 0, "withFinding": cells, "changes": null, "moments": ["open 1"],
        "acts": [{ "act": "lost", "family": "lost" }],
        "cells": vec![json!({ "moment": 0, "act": 0, "outcome": 0, "end": "finding" }); cells],
        "pairs": [{ "schedule": "open 1: lost; ping 1: lost", "outcome": 0, "end": "other" }], "morePairs": 2,
        "outcomes": [{ "text": "passes", "runs": cells, "end": "finding", "example": 0 }],
        "findings": [{ "finding": "deaf", "count": 1, "smallest": "open 1: lost", "ways": [] }],
        "examples": [example],
        "transitions": { "scenario": ["idle | connect() | connecting"], "added": ["connecting | destroy() | destroyed"] },
    });
    let exploration = Some(serde_json::from_value(exploration).unwrap());
    Case { exploration, records: vec![record("x"); 3], ..case("a") }
}

#[test]
fn of_a_large_exploration_runs_go_first_then_the_matrix_and_never_what_was_found() {
    for (bytes, cells, examples, shown_cells, more_pairs) in
        [(1_000, 100, 1, 100, 2), (MAX_CASE_BYTES, 100, 0, 100, 2), (1_000, MAX_CASE_BYTES / 40, 0, 0, 3)]
    {
        let json = fitting(&explored(bytes, cells), 0).unwrap();
        assert!(json.len() <= MAX_CASE_BYTES, "{}", json.len());
        let shown: Value = serde_json::from_slice(&json).unwrap();
        let found = &shown["exploration"];
        let counts = ["examples", "cells"].map(|part| found[part].as_array().unwrap().len());
        assert_eq!((counts, &found["morePairs"]), ([examples, shown_cells], &json!(more_pairs)));
        assert_eq!(found["findings"][0]["smallest"], "open 1: lost");
        let outcome = &found["outcomes"][0]["example"];
        assert_eq!(*outcome, if examples > 0 { json!(0) } else { Value::Null }, "it names no run that is not there");
        assert_eq!(shown["records"].as_array().unwrap().len(), 3, "there is room for these");
        let states = shown["states"].as_str().unwrap_or_default();
        assert_eq!(states.starts_with("<svg ") && states.ends_with("</svg>\n"), shown_cells > 0, "{states}");
    }
}

#[test]
fn a_picture_is_made_of_transitions_alone() {
    for (text, is_drawn) in [("idle | connect() | connecting", true), ("<script>", false)] {
        let mut case = explored(1, 1);
        let transitions = Transitions { scenario: vec![text.to_owned()], added: Vec::new() };
        case.exploration.as_mut().unwrap().transitions = Some(transitions);
        let shown: Value = serde_json::from_slice(&fitting(&case, 0).unwrap()).unwrap();
        assert_eq!(shown["states"].is_string(), is_drawn, "{text}");
    }
}

#[test]
fn a_long_difference_is_shown_from_where_it_begins() {
    let lines = |word: &str| (0..10_000).map(|n| format!("{} {n}\n", if n < 5_000 { "same" } else { word })).collect();
    let page = page_of("html-long", &[Case { difference: Some(difference(lines("old"), lines("new"))), ..case("a") }]);
    let shown = read(&page, "case-0");
    let difference = &shown["difference"];
    assert_eq!((&difference["skipped"], &difference["isCut"]), (&json!(4_950), &json!(true)));
    let old = difference["old"].as_str().unwrap();
    assert!(old.starts_with("same 4950\n") && old.ends_with("old 6949"), "{}", &old[..20]);

    let short = difference_of("0.000  kandy  x\n", "0.000    kandy  y\n");
    assert_eq!((&short["skipped"], &short["isCut"]), (&json!(0), &json!(false)));
}

fn difference_of(old: &str, new: &str) -> Value {
    let case = Case { difference: Some(difference(old.into(), new.into())), ..case("a") };
    let shown: Value = serde_json::from_slice(&fitting(&case, 0).unwrap()).unwrap();
    shown["difference"].clone()
}
