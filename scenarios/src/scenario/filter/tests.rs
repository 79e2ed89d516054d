use super::*;
use crate::scenario::{Header, ScriptText};

fn scenario(name: &str, tags: &str, rows: &[&str]) -> Scenario {
    let text = format!("// One.\n// tags: {tags}\n");
    let content =
        ScriptText { header: Header::parse(&text), rows: rows.iter().map(ToString::to_string).collect(), text };
    Scenario {
        name: name.to_owned(),
        source: format!("{name}.rhai"),
        path: format!("s/{name}.rhai").into(),
        shown: format!("s/{name}.rhai"),
        root: "s".into(),
        content: Ok(content),
    }
}

fn all() -> Vec<Scenario> {
    vec![
        scenario("connect/success", "connect, live", &[]),
        scenario("connect/login", "connect", &["unavailable", "forbidden"]),
        scenario("drop/reconnect", "live, slow", &[]),
    ]
}

fn parse(filters: &[&str]) -> Vec<Filter> {
    filters.iter().map(|filter| filter.parse().unwrap()).collect()
}

/// The cases that are left.
#[track_caller]
fn check(filters: &[&str], expected: &[&str]) {
    let mut scenarios = all();
    Filters::given(parse(filters)).select(&mut scenarios).unwrap();
    let cases: Vec<String> =
        scenarios.iter().flat_map(|scenario| scenario.cases().map(String::from).collect::<Vec<_>>()).collect();
    assert_eq!(cases, expected, "{filters:?}");
}

/// What is wrong, and what to do.
#[track_caller]
fn refuse(filters: &Filters, error: &str, help: &str) {
    let refused = filters.select(&mut all()).unwrap_err();
    assert_eq!((refused.to_string().as_str(), refused.help().as_str()), (error, help));
}

#[test]
fn any_may_match_and_those_with_not_take_away() {
    check(&[], &["connect/success", "connect/login[unavailable]", "connect/login[forbidden]", "drop/reconnect"]);
    check(&["success", "drop/"], &["connect/success", "drop/reconnect"]);
    check(&["tag:slow", "/^connect/s/"], &["connect/success", "drop/reconnect"]);
    check(&["connect", "not login"], &["connect/success", "drop/reconnect"]);
    check(&["not tag:live"], &["connect/login[unavailable]", "connect/login[forbidden]"]);
    check(&["not tag:none", "not  /^connect/"], &["drop/reconnect"]);
    check(&["tag:live", "not tag:slow", "tag:slow"], &["connect/success"]);
}

#[test]
fn rows_are_met_by_their_names_and_by_those_of_their_scenario() {
    let rows = ["connect/login[unavailable]", "connect/login[forbidden]"];
    check(&["login"], &rows);
    check(&["/login$/"], &rows);
    check(&["login[unavailable]"], &rows[..1]);
    check(&[r"/\[un/", "reconnect"], &["connect/login[unavailable]", "drop/reconnect"]);
    check(&["tag:connect", "not unavailable"], &["connect/success", rows[1]]);
    check(&["not /login$/", "not drop"], &["connect/success"]);
}

#[test]
fn a_filter_is_written_as_it_is_read() {
    for text in ["connect", "tag:live", "not tag:slow", "/^a|b$/", "not /x/", "/", "/a", "note", "not"] {
        let filter: Filter = text.parse().unwrap();
        assert_eq!(filter.to_string(), text);
        assert_eq!(filter, text.parse().unwrap());
    }
    assert_eq!(Filter::without_tag("slow"), "not tag:slow".parse());
    assert_ne!(parse(&["a"]), parse(&["not a"]));
    assert_ne!(parse(&["a"]), parse(&["/a/"]));
}

#[test]
fn what_is_no_filter_is_told_with_its_place() {
    let error = |text: &str| text.parse::<Filter>().unwrap_err().to_string();
    assert_eq!(error("not tag: "), "the name of a tag is missing, as in `tag:reconnect`");
    assert_eq!(error("not "), "what is not wanted is missing, as in `not tag:slow`");
    assert_eq!(error("not not a"), "it says `not` twice");
    assert!(error("").starts_with("it is empty; ") && error("//").starts_with("it is empty; "));
    assert_eq!(error("/a(b/"), "/a(b/ is not a regular expression: unclosed group, at character 2");
    assert!(error(r"/ä\p{Nope}/").ends_with("Unicode property not found, at character 2"));
    assert_eq!(error("/(a{1000}){1000}/"), "/(a{1000}){1000}/ is too large a regular expression; repeat less in it");
}

#[test]
fn a_filter_that_meets_nothing_is_named_with_what_was_meant() {
    let given = |filters: &[&str]| Filters::given(parse(filters));
    let none = |filter: &str| format!("no scenario matches the filter `{filter}`, of 3 in all");
    refuse(&given(&["drop", "conect"]), &none("conect"), "did you mean `connect`?");
    refuse(&given(&["connect/sucess"]), &none("connect/sucess"), "did you mean `connect/success`?");
    refuse(&given(&["forbiden"]), &none("forbiden"), "did you mean `forbidden`?");
    refuse(&given(&["slow"]), &none("slow"), "did you mean `tag:slow`?");
    refuse(&given(&["not drop", "tag:lvie"]), &none("tag:lvie"), "did you mean `tag:live`?");
    refuse(&given(&["tag:drop"]), &none("tag:drop"), "did you mean `drop`?");
    refuse(&given(&["tag:other"]), &none("tag:other"), "the tags are connect, live, slow");
    let names = "`kandy-harness list` shows all names; `--filter tag:NAME` selects by tag";
    refuse(&given(&["/^x/"]), &none("/^x/"), names);
    // Of a project's filters one is enough, since a command may be about a part of it.
    let project = Filters::of_project(parse(&["nothing", "drop"]));
    assert_eq!(project.select(&mut all()).ok(), Some(()));
    refuse(&Filters::of_project(parse(&["nothing", "none"])), &none("nothing"), names);
}

#[test]
fn what_takes_away_everything_is_named() {
    let given = |filters: &[&str]| Filters::given(parse(filters));
    let help = "`kandy-harness list` shows all names and tags";
    let all = "nothing is left: the filter `not /o/` takes away all 3";
    refuse(&given(&["not /o/"]), all, help);
    let others =
        "nothing is left: the filters `not tag:slow` and `not x` take away all that other filters match, of 3 in all";
    refuse(&given(&["drop", "not tag:slow", "not x"]), others, help);
}
