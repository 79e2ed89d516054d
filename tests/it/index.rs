//! The index of the bundled scenarios in their README.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use kandy_scenarios::scenario::{Header, find};

use crate::support::root;

const FOLDER: &str = "scenarios/scripts";
const README: &str = "scenarios/scripts/README.md";
/// What stands before the index, and what behind it.
const MARKERS: [&str; 2] = ["<!-- index: made by a test -->\n", "<!-- end of the index -->\n"];
/// Writes the index instead of comparing it.
const UPDATE: &str = "KANDY_UPDATE_INDEX";

/// What went wrong in releases of the SDK and concerns applications of this one, by its ticket.
const TICKETS: [&str; 33] = [
    "KAA-403", "KAA-799", "KAA-807", "KAA-1331", "KAA-1547", "KAA-1591", "KAA-1836", "KAA-1937", "KAA-2204",
    "KAA-2213", "KAA-2233", "KAA-2393", "KAA-2399", "KAA-2538", "KAA-2643", "KJS-60", "KJS-61", "KJS-92", "KJS-99",
    "KJS-174", "KJS-209", "KJS-213", "KJS-215", "KJS-216", "KJS-343", "KJS-418", "KJS-424", "KJS-427", "KJS-432",
    "KJS-800", "KJS-862", "KJS-959", "KJS-960",
];

#[test]
fn the_index_lists_every_scenario() {
    let path = root().join(README);
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(MARKERS[0]).unwrap_or_else(|| panic!("{README} has no line {:?}", MARKERS[0]));
    let (written, after) =
        rest.split_once(MARKERS[1]).unwrap_or_else(|| panic!("{README} has no line {:?}", MARKERS[1]));
    let index = index();
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::write(&path, format!("{before}{}{index}{}{after}", MARKERS[0], MARKERS[1])).unwrap();
        return;
    }
    let stale: Vec<&str> = written.lines().filter(|line| !index.lines().any(|fresh| fresh == *line)).collect();
    let missing: Vec<&str> = index.lines().filter(|line| !written.lines().any(|old| old == *line)).collect();
    assert!(
        written == index,
        "the index of {README} is not that of the scripts; write it anew with\n    \
         {UPDATE}=1 cargo test -p kandy-tests --test it index\nnot in the scripts:\n{}\nnot in the index:\n{}",
        stale.join("\n"),
        missing.join("\n"),
    );
}

#[test]
fn every_ticket_has_a_scenario() {
    let named: BTreeSet<String> = scenarios().iter().flat_map(|(_, header)| tickets(&header.description)).collect();
    let missing: Vec<_> = TICKETS.into_iter().filter(|ticket| !named.contains(*ticket)).collect();
    assert!(missing.is_empty(), "no scenario names {missing:?}");
}

#[test]
fn tickets_are_found_in_any_sentence() {
    assert_eq!(tickets("It failed (KJS-174, KJS-215). KAA-7: see KJS-174."), ["KJS-174", "KJS-215", "KAA-7"]);
    assert!(tickets("KJS- and KJS-x and XKJS-1 and KJS").is_empty());
}

/// The tables, one a theme.
fn index() -> String {
    let mut themes: BTreeMap<String, Vec<(String, Header)>> = BTreeMap::new();
    for (name, header) in scenarios() {
        let (theme, file) = name.split_once('/').unwrap_or_else(|| panic!("{name} is in no theme's folder"));
        themes.entry(theme.to_owned()).or_default().push((file.to_owned(), header));
    }
    let mut index = String::new();
    for (theme, scenarios) in themes {
        index += &format!("\n### {theme}\n\n| Scenario | What it shows | Tags | Tickets |\n|---|---|---|---|\n");
        for (file, header) in scenarios {
            let summary = header.summary().replace('|', "\\|");
            let (tags, tickets) = (header.tags.join(", "), tickets(&header.description).join(", "));
            let _ = writeln!(index, "| [{file}]({theme}/{file}.rhai) | {summary} | {tags} | {tickets} |");
        }
    }
    index + "\n"
}

/// Every bundled scenario by its name, in that order.
fn scenarios() -> Vec<(String, Header)> {
    let found = find(&root(), &[PathBuf::from(FOLDER)], None).unwrap();
    assert!(!found.scenarios.is_empty(), "there are no scenarios in {FOLDER}");
    let read = found.scenarios.into_iter().map(|scenario| {
        let content = scenario.content.unwrap_or_else(|error| panic!("{}: {error}", scenario.name));
        (scenario.name, content.header)
    });
    let mut scenarios: Vec<_> = read.collect();
    scenarios.sort_by(|(one, _), (other, _)| one.cmp(other));
    scenarios
}

/// The tickets that a text names, each once, in its order.
fn tickets(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let is_ticket = |word: &&str| {
        let number = word.strip_prefix("KJS-").or_else(|| word.strip_prefix("KAA-"));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut tickets: Vec<String> = Vec::new();
    for word in words.filter(is_ticket) {
        if !tickets.iter().any(|known| known == word) {
            tickets.push(word.to_owned());
        }
    }
    tickets
}
