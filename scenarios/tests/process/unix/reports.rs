//! Reports of runs that are ended, and of runs beside each other.

use std::fs;
use std::net::TcpListener;

use kandy_scenarios::report::merge;

use super::{Place, a_minute};

const QUICK: &str = "// tags: live\nassert(true);\n";

/// The names in the folder that are not scripts.
fn files(place: &Place) -> Vec<String> {
    let names = fs::read_dir(&place.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(".rhai")).collect();
    names.sort();
    names
}

#[test]
fn a_killed_run_leaves_the_old_reports_whole() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let long = a_minute(listener.local_addr().unwrap().port());
    let place = Place::new("killed", &[("a.rhai", QUICK), ("b.rhai", &long)]);
    fs::write(place.0.join("a.json"), "old").unwrap();
    let reports = ["--report", "json=a.json", "--report", "junit=a.xml"];
    let arguments = ["run", ".", "--live", "--jobs", "1", "--timeout", "2m"];
    let mut run = place.start(&[&arguments[..], &reports].concat());
    assert_eq!(run.line(), "pass    a\n");
    // The second one runs as soon as it connects.
    let _connection = listener.accept().unwrap();
    run.signal("KILL");
    assert_eq!(run.child.wait().unwrap().code(), None);
    assert_eq!(fs::read_to_string(place.0.join("a.json")).unwrap(), "old");
    assert!(!place.0.join("a.xml").exists());
}

#[test]
fn a_run_that_is_interrupted_reports_what_ran() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let long = a_minute(listener.local_addr().unwrap().port());
    let place = Place::new("interrupted", &[("a.rhai", QUICK), ("b.rhai", &long), ("c.rhai", QUICK)]);
    let arguments = ["run", ".", "--live", "--jobs", "1", "--timeout", "2m", "--report", "json=a.json"];
    let mut run = place.start(&arguments);
    assert_eq!(run.line(), "pass    a\n");
    let _connection = listener.accept().unwrap();
    run.signal("INT");
    assert_eq!(run.end().2, Some(130));
    let report = merge::read(&place.0.join("a.json"), "a.json").unwrap();
    assert!(report.end.interrupted);
    let words: Vec<String> = report.cases.iter().map(|case| format!("{} {:?}", case.name, case.status)).collect();
    assert_eq!(words, ["a Passed", "b Stopped", "c NotRun"]);
    let merged = place.start(&["report", "merge", "a.json"]);
    assert_eq!(merged.end().2, Some(130));
    assert_eq!(files(&place), ["a.json"]);
}

#[test]
fn runs_beside_each_other_write_one_whole_report() {
    let place = Place::new("beside", &[("a.rhai", QUICK), ("b.rhai", QUICK)]);
    let start = |_| place.start(&["run", ".", "--report", "json=a.json", "--report", "junit=a.xml"]);
    let runs: Vec<_> = (0..4).map(start).collect();
    for run in runs {
        let (out, err, code) = run.end();
        assert_eq!(code, Some(0), "{out}{err}");
    }
    assert_eq!(merge::read(&place.0.join("a.json"), "a.json").unwrap().cases.len(), 2);
    assert_eq!(files(&place), ["a.json", "a.xml"]);
}
