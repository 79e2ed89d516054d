//! The one habit of our English that a test can hold: "X is not a Y", never "X is no Y", in texts, comments and documents.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Where our own words are. Recordings and corpora are input, and what they say is not ours.
const WRITTEN: [&str; 5] = ["client", "mock-server", "scenarios", "tests", "docs"];
const OF_OTHERS: [&str; 5] = ["node_modules", "target", "traces", "fuzz", "test-results"];
const KINDS: [&str; 8] = ["rs", "md", "js", "mjs", "ts", "html", "rhai", "toml"];
/// What may stand behind "is no": "is no longer", "is no such file".
const MAY_FOLLOW: [&str; 3] = ["longer", "more", "such"];
/// What begins a line of a comment, or ends a line of a text that goes on.
const SIGNS: [&str; 7] = ["//", "///", "//!", "*", "#", "<!--", "\\"];

#[test]
fn nothing_is_no_something() {
    let files = written();
    assert!(files.len() > 500, "only {} files were found", files.len());
    let found: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let shown = path.strip_prefix(root()).unwrap().display().to_string();
            is_no(&text).into_iter().map(move |(line, words)| format!("{shown}:{line}: {words}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "write \"is not a ..\" in place of these:\n{}", found.join("\n"));
}

/// Each "is no Y" whose subject is not "there", with the line of its verb.
fn is_no(text: &str) -> Vec<(usize, String)> {
    let lines = (1..).zip(text.lines());
    let words = lines.flat_map(|(line, text): (usize, &str)| text.split_whitespace().map(move |word| (line, word)));
    let words: Vec<(usize, &str)> = words.filter(|(_, word)| !SIGNS.contains(word)).collect();
    let found = words.windows(5).filter(|five| {
        let [before, subject, noun] = [0, 1, 4].map(|at| bare(five[at].1));
        let (verb, no) = (five[2].1, five[3].1);
        let is_of_there = subject.eq_ignore_ascii_case("there") || verb == "be" && before.eq_ignore_ascii_case("there");
        ["is", "are", "was", "were", "be"].contains(&verb) && no == "no" && !is_of_there && !MAY_FOLLOW.contains(&noun)
    });
    found.map(|five| (five[2].0, five[1..].iter().map(|(_, word)| *word).collect::<Vec<_>>().join(" "))).collect()
}

/// The last word of what stands between two spaces, such as that of `format!("there`.
fn bare(word: &str) -> &str {
    word.split(|character: char| !character.is_alphanumeric()).rfind(|part| !part.is_empty()).unwrap_or_default()
}

/// All files in which we write: those at the root, and those below the folders.
fn written() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = WRITTEN.map(|folder| root().join(folder)).to_vec();
    let mut files = Vec::new();
    let mut look = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let (below, here): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
        let is_text = |path: &PathBuf| path.extension().is_some_and(|is| KINDS.iter().any(|kind| is == *kind));
        // This file has what it looks for.
        files.extend(here.into_iter().filter(|path| is_text(path) && !path.ends_with("english.rs")));
        below
    };
    look(&root());
    while let Some(folder) = folders.pop() {
        let below = look(&folder).into_iter();
        folders.extend(below.filter(|path| OF_OTHERS.iter().all(|other| !path.ends_with(other))));
    }
    files
}

#[test]
fn what_is_written_badly_is_found_with_its_line() {
    for (text, line, words) in [
        ("let text = \"`5x` is no duration\";", 1, "\"`5x` is no duration\";"),
        ("/// What is no\n/// number.", 1, "What is no number."),
        ("\n    \"a list, which is \\\n     no text: give one\"", 2, "which is no text:"),
        ("Sockets are no secrets.", 1, "Sockets are no secrets."),
        ("It may be no `Vec`.", 1, "may be no `Vec`."),
    ] {
        let text = format!("one two {text}");
        assert_eq!(is_no(&text), [(line, words.to_owned())], "{text}");
    }
    for text in [
        "where there is no user",
        "\"there are no scenarios in `{shown}`\"",
        "There may be no server.",
        "the SDK is no longer called",
        "they are no more than ten",
        "format!(\"there is no user {name:?}\")",
        "the file is no such file",
        "whose the next requests are; no effect elsewhere",
        "a user has no name, and is not a number",
    ] {
        assert_eq!(is_no(text), [], "{text}");
    }
}
