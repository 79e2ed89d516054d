//! One word for one thing, and one thing for one word: what the names of types and files may be, and that a text reads the same
//! wherever it is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use kandy_mock_server::command::VERBS;
use kandy_mock_server::{Command, Fault};
use kandy_scenarios::schedule::Schedule;
use kandy_scenarios::script::{Host, Limits, Source, Verdict};
use kandy_scenarios::serve::{accounts, limits};
use kandy_scenarios::settings;
use serde_json::json;

use crate::architecture::rust_files;
use crate::support::{harness, root};

/// The names of types that stand more than once all the same, each with the reason. No rule below covers them.
const ALLOWED: &[(&str, &str)] = &[
    // Of the scenarios and a core.
    ("Account", "a user of the platform: as the platform has it, and as a file or an argument of `serve` gives it"),
    ("Accounts", "all of them, likewise"),
    ("Arguments", "what is given to whatever the module is about"),
    ("Error", "of the crate, or of the module, that it is named with"),
    ("Limits", "of the crate, or of the module, that they are named with"),
    ("Options", "of the crate, or of the module, that they are named with"),
    ("RunningApplication", "on Unix, and on other systems: only one of them is compiled"),
];

/// The folder of types whose values are the data of reports. They show what has happened, and bear the names of that.
const MODEL: &str = "scenarios/src/report/model";

/// Words of the theatre, for which the field has terms.
const THEATRE: &[&str] = &[
    "actor",
    "audience",
    "cue",
    "cues",
    "curtain",
    "perform",
    "performance",
    "performs",
    "rehearsal",
    "rehearse",
    "rehearsed",
    "rehearses",
    "scene",
    "scenes",
    "score",
    "scores",
    "stage",
    "staged",
    "stages",
    "understudy",
];

/// The words that stand before the name of an item.
const ITEMS: &[&str] = &["const", "enum", "fn", "mod", "static", "struct", "trait", "type", "union"];
/// Those of them that make a type.
const TYPES: &[&str] = &["enum", "struct", "trait", "union"];

#[test]
fn a_type_has_a_name_of_its_own() {
    let (client, platform, scenarios) =
        (types_of("client/src"), types_of("mock-server/src"), types_of("scenarios/src"));
    let found =
        client.values().flatten().count() + platform.values().flatten().count() + scenarios.values().flatten().count();
    assert!(found > 500, "only {found} types were found");
    // The two cores do not know each other, so that one may have a word for its own side of what the other has, too.
    let mut shared = Vec::new();
    for core in [&client, &platform] {
        let mut all = scenarios.clone();
        for (name, files) in core {
            all.entry(name.clone()).or_default().extend(files.iter().cloned());
        }
        let is_allowed = |name: &str| ALLOWED.iter().any(|(allowed, _)| *allowed == name);
        shared.extend(all.into_iter().filter(|(name, files)| files.len() > 1 && !is_allowed(name)));
    }
    shared.sort();
    shared.dedup();
    let told = shared.iter().map(|(name, files)| format!("  {name}: {}\n", files.join(", "))).collect::<String>();
    assert!(
        shared.is_empty(),
        "these names stand for more than one type; give each its own, by the field's term:\n{told}"
    );
}

/// The types that stand by themselves in the files of a folder, by their names; without those of tests, and of [`MODEL`].
fn types_of(folder: &str) -> BTreeMap<String, Vec<String>> {
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in rust_files(folder) {
        let file = shown(&path);
        if file.ends_with("tests.rs") || file.contains("/tests/") || file.starts_with(MODEL) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        // What is within a function or a module of tests is seen by that alone.
        for (_, name) in items(&text).filter(|(kind, _)| TYPES.contains(kind)) {
            types.entry(name.to_owned()).or_default().push(file.clone());
        }
    }
    types
}

#[test]
fn nothing_is_called_by_a_word_of_the_theatre() {
    let mut looked_at = 0;
    for path in ["client", "mock-server", "scenarios", "tests"].into_iter().flat_map(rust_files) {
        let file = shown(&path);
        let text = fs::read_to_string(&path).unwrap();
        let of_path = file.split(['/', '.', '-', '_']);
        let of_items = items_anywhere(&text).flat_map(|(_, name)| words(name));
        for word in of_path.map(str::to_lowercase).chain(of_items) {
            assert!(!THEATRE.contains(&word.as_str()), "{file}: `{word}` is a word of the theatre");
            looked_at += 1;
        }
    }
    assert!(looked_at > 10_000, "only {looked_at} words were looked at");
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/")
}

/// The items that begin a line of a text: what each is, and its name.
fn items(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(item)
}

/// The same, however far they are indented.
fn items_anywhere(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().map(str::trim_start).filter_map(item)
}

fn item(line: &str) -> Option<(&str, &str)> {
    if !line.starts_with(char::is_lowercase) {
        return None;
    }
    let mut words = line.split_whitespace().skip_while(|word| {
        word.starts_with("pub") || matches!(*word, "async" | "unsafe" | "default") || word.ends_with(')')
    });
    let first = words.next()?;
    let second = words.next()?;
    // `const` stands before `fn`, too.
    let (kind, name) = if ITEMS.contains(&second) { (second, words.next()?) } else { (first, second) };
    let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(name.len());
    ITEMS.contains(&kind).then_some((kind, &name[..end])).filter(|(_, name)| !name.is_empty())
}

/// The words of a name, in lowercase: of `snake_case` and of `CamelCase`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lowercase = false;
    for letter in name.chars() {
        if letter == '_' || (letter.is_uppercase() && was_lowercase) {
            words.push(String::new());
        }
        was_lowercase = letter.is_lowercase();
        words.last_mut().unwrap().extend(letter.to_lowercase().filter(|letter| *letter != '_'));
    }
    words
}

#[test]
fn items_and_their_words_are_found() {
    let text = "pub(super) struct CueCard<'a> {\n    /// The struct Stage.\n    pub(crate) const fn set_stage(self) {}\n}\nenum X;";
    assert_eq!(items(text).collect::<Vec<_>>(), [("struct", "CueCard"), ("enum", "X")]);
    assert_eq!(items_anywhere(text).nth(1), Some(("fn", "set_stage")));
    assert_eq!(words("CueCard"), ["cue", "card"]);
    assert_eq!(words("set_stage"), ["set", "stage"]);
    assert_eq!(words("MAX_SCORE"), ["max", "score"]);
}

/// A duration that has all of it: two units, and a space between them.
const DURATION: &str = "1m 30s";
const AS_READ: Duration = Duration::from_secs(90);

#[test]
fn a_duration_reads_the_same_wherever_one_is_written() {
    let script = format!(
        "platform.latency({DURATION:?}); platform.latency(0); platform.fail(\"other\", #{{ delay: {DURATION:?} }}); \
         advance({DURATION:?}); assertEq(now(), {});",
        AS_READ.as_millis()
    );
    let source = Source { path: "it.rhai".into(), shown: "it.rhai".into(), root: ".".into(), text: script };
    let host = Host::new();
    let script = host.compile(&source).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(host.run(&script, &Limits::default()).verdict, Verdict::Passed);

    let given = |argument: &str| json!({ argument: DURATION }).as_object().unwrap().clone();
    let latency = VERBS.iter().find(|verb| verb.name == "latency").unwrap().command(given("latency")).unwrap();
    assert_eq!(latency, Command::Latency { latency: AS_READ, user: None });
    assert_eq!(Fault::from_json(&json!({ "delay": DURATION })).unwrap(), Fault::delay(AS_READ));

    let late = |duration: &str| format!("open 1: late by {duration}").parse::<Schedule>().unwrap();
    assert_eq!(late(DURATION), late("90s"));
    let settings = format!("timeout = {DURATION:?}");
    let settings = settings::from_bytes(Path::new("project"), settings.as_bytes(), "kandy.toml").unwrap();
    assert_eq!(settings.top.timeout, Some(AS_READ));
    let limit = |duration: &str| limits::Setting::parse(&format!("header-time={duration}"));
    assert_eq!(format!("{:?}", limit(DURATION)), format!("{:?}", limit("90s")));
    let users = |duration: &str| {
        let file = format!("[[user]]\nname = \"alice\"\npassword = \"x\"\ntokenLifetime = {duration:?}\n");
        accounts::from_bytes(file.as_bytes(), "users.toml").unwrap()
    };
    assert_eq!(users(DURATION), users("90s"));
    let (told, exit) = harness(&root(), &["check", "--timeout", DURATION, "scenarios/scripts/connect/success.rhai"]);
    assert_eq!(exit, 0, "{told}");
}

/// What texts for people are made with. One module of the scenarios' has it, and everybody else asks that.
const MAKES_TEXTS: [&str; 4] = ["did you mean", "…", "escape_default", "strsim"];

#[test]
fn a_text_is_cut_escaped_and_guessed_at_in_one_place() {
    let mut having = BTreeMap::new();
    for path in rust_files("scenarios/src") {
        let file = shown(&path);
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = lines.collect::<String>();
        let is_tests = file.ends_with("tests.rs") || file.contains("/tests/");
        for makes in MAKES_TEXTS.into_iter().filter(|makes| !is_tests && code.contains(makes)) {
            having.entry(makes).or_insert_with(Vec::new).push(file.clone());
        }
    }
    let only = |makes: &str, file: &str| assert_eq!(having.get(makes).map(Vec::as_slice), Some(&[file.to_owned()][..]));
    only("did you mean", "scenarios/src/text/nearest.rs");
    only("strsim", "scenarios/src/text/nearest.rs");
    only("…", "scenarios/src/text/clip.rs");
    only("escape_default", "scenarios/src/text/printable.rs");
}
