//! The page for people. What it looks like, `tests/browser` sees.

use super::project;

#[test]
fn a_page_has_each_case_and_no_secret() {
    let project = project("html");
    let (text, exit) = project.run(".", &["run", "--report", "html=report.html"]);
    assert_eq!(exit, 3, "{text}");
    let page = project.read("report.html");
    for name in ["passes", "fails", "skips", "broken", "rows[a b]", "rows[c]"] {
        assert!(page.contains(&format!("\"name\":\"{name}\"")), "{name} is missing");
    }
    let data = page.split_once("id=\"run\"").unwrap().1;
    // The line of a script that failed is shown as it stands there; nothing else tells a password.
    assert!(!data.contains("s3cret"), "{data}");
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_merged_report_makes_the_page_of_its_run() {
    let project = project("html-merged");
    project.run(".", &["run", "--report", "html=run.html", "--report", "json=run.json"]);
    let (text, exit) = project.run(".", &["report", "merge", "run.json", "--report", "html=merged.html"]);
    assert_eq!(exit, 3, "{text}");
    assert!(project.read("run.html") == project.read("merged.html"), "the pages are not the same");
}
