//! `docs`: what can be looked up, as text and as JSON.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::{harness, root};

fn docs(arguments: &[&str]) -> (String, u8) {
    harness(&root(), &[&["docs"], arguments].concat())
}

fn json() -> Value {
    let (text, exit) = docs(&["--json"]);
    assert_eq!(exit, 0, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The names of what a list of the JSON has.
fn names<'a>(json: &'a Value, list: &str) -> Vec<&'a str> {
    json[list].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn everything_is_in_the_list_and_has_an_entry() {
    let (list, exit) = docs(&[]);
    assert_eq!(exit, 0, "{list}");
    let json = json();
    for kind in ["functions", "events", "points", "faults"] {
        let names = names(&json, kind);
        assert!(names.len() >= 7, "{kind}: {names:?}");
        for name in names {
            assert!(list.contains(name), "{name} is not in\n{list}");
            let (entry, exit) = docs(&[name]);
            assert!(exit == 0 && entry.contains(name), "{entry}");
            assert!(entry.lines().all(|line| line.chars().count() <= 80), "{entry}");
        }
    }
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
}

#[test]
fn an_entry_tells_how_it_is_called_and_shows_it() {
    let expected = "\
kandy.connect(credentials)
kandy.connect(credentials, options)
kandy.connect(credentials, options, how)

    signs in; events tell what comes of it

    credentials  #{ username, password | accessToken, refreshToken |
                 refreshToken | oauthToken, expires }; in Link #{ username,
                 password, authname | hmacToken | accessToken |
                 bearerAccessToken }
    options      #{ forceLogOut, clientCorrelator }; may be left out
    how          #{ asInJavaScript: true }; may be left out
    gives        nothing

    kandy.connect(#{ username: \"alice@example.com\", password: \"s3cret\" });
";
    for word in ["connect", "kandy.connect", "alice.connect()"] {
        assert_eq!(docs(&[word]), (expected.to_owned(), 0), "{word}");
    }
    // One name may be that of several.
    let (both, _) = docs(&["waitFor"]);
    assert!(both.contains("kandy.waitFor(event, timeout)") && both.contains("platform.waitFor(point, user)"), "{both}");
    let (one, _) = docs(&["platform.waitFor"]);
    assert!(!one.contains("kandy.waitFor") && one.contains("platform.waitFor(point, user)"), "{one}");
    let (one, _) = docs(&["kandy.connection.resetConnection"]);
    assert!(one.starts_with("kandy.connection.resetConnection()\n"), "{one}");
    let (event, _) = docs(&["auth:change"]);
    assert!(event.contains("#{ reason, forced, retryAfter }"), "{event}");
}

#[test]
fn a_wrong_word_is_told_with_the_nearest() {
    for (word, nearest) in [("conect", "connect"), ("platform.cutt", "cut"), ("auth:chang", "auth:change")] {
        let (text, exit) = docs(&[word]);
        assert!(text.contains(&format!("error: a script has nothing called `{word}`")), "{text}");
        assert!(text.contains(&format!("did you mean `{nearest}`?")) && exit == 2, "{text}");
    }
    let (text, exit) = docs(&["frobnicate"]);
    assert!(text.contains("`kandy-harness docs` lists all") && exit == 2, "{text}");
    assert_eq!(docs(&["platform.connect"]).1, 2, "the platform has no such function");
    assert_eq!(docs(&["connect", "--json"]).1, 2);
}

#[test]
fn the_json_has_the_keys_that_its_documentation_names() {
    let page = fs::read_to_string(root().join("scenarios/scripts/README.md")).unwrap();
    let (_, section) = page.split_once("\n## For editors\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let told: BTreeSet<&str> = section.split('`').skip(1).step_by(2).collect();
    let json = json();
    assert_eq!(json["version"], 1);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let first = |list: &str| &json[list][0];
    let with_parameters = json["functions"].as_array().unwrap().iter();
    let mut parameters = with_parameters.filter_map(|function| function["parameters"].get(0));
    let mut all = keys(&json);
    for value in [first("functions"), first("events"), first("points"), first("faults"), parameters.next().unwrap()] {
        all.extend(keys(value));
    }
    let untold: Vec<String> = all.into_iter().filter(|key| !told.contains(key.as_str())).collect();
    assert!(untold.is_empty(), "the documentation does not tell {untold:?}");
    let receivers: BTreeSet<Option<&str>> =
        json["functions"].as_array().unwrap().iter().map(|function| function["receiver"].as_str()).collect();
    let known = [None, Some("client"), Some("connection"), Some("notification"), Some("platform")];
    assert_eq!(receivers, known.into_iter().collect());
}
