//! The console as one page that needs no server: it shows a saved journal, and changes nothing.

use std::path::Path;

use bytes::Bytes;
use serde_json::Value;

use crate::file::{self, FileError};
use crate::web::{self, Module, bundle, escape};

/// The address of the page from which the console makes files that show a journal by themselves.
pub(super) const PATH: &str = "/pages/alone.html";

/// The longest file that is taken for a journal.
pub const MAX_JOURNAL_BYTES: u64 = 128 * 1024 * 1024;

const MARKUP: &str = include_str!("console.html");

const STYLES: &[&str] = &[web::BASE_CSS, web::MARKS_CSS, include_str!("console.css"), include_str!("timeline.css")];

/// The modules of the console, each behind those that it imports from.
const MODULES: &[Module] = &[
    ("printable.js", web::PRINTABLE_JS),
    ("element.js", web::ELEMENT_JS),
    ("marks.js", web::MARKS_JS),
    ("control.js", include_str!("control.js")),
    ("words.js", include_str!("words.js")),
    ("records.js", include_str!("records.js")),
    ("picking.js", include_str!("picking.js")),
    ("lanes.js", include_str!("lanes.js")),
    ("timeline.js", include_str!("timeline.js")),
    ("users.js", include_str!("users.js")),
    ("faults.js", include_str!("faults.js")),
    ("feed.js", include_str!("feed.js")),
    ("follow.js", include_str!("follow.js")),
    ("present.js", include_str!("present.js")),
    ("saved.js", include_str!("saved.js")),
    ("har.js", include_str!("har.js")),
    ("transcript.js", include_str!("transcript.js")),
    ("rhai.js", include_str!("rhai.js")),
    ("session.js", include_str!("session.js")),
    ("scenario.js", include_str!("scenario.js")),
    ("playwright.js", include_str!("playwright.js")),
    ("keep.js", include_str!("keep.js")),
    ("console.js", include_str!("console.js")),
];

/// What is in the place of the journal until there is one: whoever opens the page names a file.
const NO_JOURNAL: &str = "null";

/// A journal that the console has written to a file.
#[derive(Clone, Debug)]
pub struct SavedJournal {
    page: Bytes,
    policy: String,
}

/// Why a file is not a journal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It cannot be read.
    #[error("cannot read the journal `{shown}`: {source}")]
    Unreadable {
        /// The file as given.
        shown: String,
        /// Why.
        source: FileError,
    },
    /// It is not a journal.
    #[error("`{shown}` is not a journal: {what}")]
    NoJournal {
        /// The file as given.
        shown: String,
        /// What is wrong.
        what: String,
    },
}

impl SavedJournal {
    /// Reads a file; `shown` is its name as it was given.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is not what the console saves.
    pub fn read(path: &Path, shown: &str) -> Result<Self, JournalError> {
        let unreadable = |source| JournalError::Unreadable { shown: shown.to_owned(), source };
        let no_journal = |what| JournalError::NoJournal { shown: shown.to_owned(), what };
        let bytes = file::read(path, MAX_JOURNAL_BYTES).map_err(unreadable)?;
        let journal: Value =
            serde_json::from_slice(&bytes).map_err(|error| no_journal(format!("it is not JSON: {error}")))?;
        let records = journal["records"].as_array().ok_or_else(|| no_journal("it has no list `records`".to_owned()))?;
        if let Some(at) = records.iter().position(|record| !is_record(record)) {
            return Err(no_journal(format!("`records[{at}]` lacks a number `seq`, a number `time` or a text `kind`")));
        }
        let json = escape::json(&journal).map_err(|error| no_journal(error.to_string()))?;
        Ok(Self { page: page(&String::from_utf8_lossy(&json)), policy: policy() })
    }

    pub(super) fn page(&self) -> Bytes {
        self.page.clone()
    }

    /// What the page may do: what its own styles and script do.
    pub(super) fn policy(&self) -> String {
        format!("{}; frame-ancestors 'none'", self.policy)
    }
}

fn is_record(record: &Value) -> bool {
    record["seq"].is_u64() && record["time"].is_number() && record["kind"].is_string()
}

/// The page without a journal.
pub(super) fn empty() -> Bytes {
    page(NO_JOURNAL)
}

fn page(journal: &str) -> Bytes {
    let icon = web::icon_address();
    let head = format!(
        "  <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n  <style>{}</style>\n</head>",
        policy(),
        STYLES.concat()
    );
    let end = format!(
        "<script type=\"application/json\" id=\"journal\">{journal}</script>\n<script>{}</script>\n</body>",
        bundle(MODULES)
    );
    let is_loaded = |line: &&str| line.contains("<link rel=\"stylesheet\"") || line.contains("<script type=\"module\"");
    let markup: String = MARKUP.lines().filter(|line| !is_loaded(line)).flat_map(|line| [line, "\n"]).collect();
    let markup = markup.replace("/pages/icon.svg", &icon).replace("</head>", &head);
    Bytes::from(markup.replace("</body>", &end))
}

fn policy() -> String {
    let (style, script) = (web::source(&STYLES.concat()), web::source(&bundle(MODULES)));
    format!(
        "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"
    )
}

#[cfg(test)]
mod tests {
    use std::env::temp_dir;
    use std::{fs, process};

    use super::*;

    fn read(name: &str, content: &str) -> Result<SavedJournal, String> {
        let path = temp_dir().join(format!("kandy-journal-{}-{name}", process::id()));
        fs::write(&path, content).unwrap();
        let read = SavedJournal::read(&path, "FILE").map_err(|error| error.to_string());
        fs::remove_file(&path).unwrap();
        read
    }

    #[test]
    fn the_modules_can_be_bundled() {
        assert_eq!(web::mistakes(MODULES), [""; 0]);
    }

    #[test]
    fn a_page_alone_loads_nothing_and_cannot_be_left_by_a_text() {
        let record = r#"{"seq":0,"time":0,"kind":"</script><script>alert(1)"}"#;
        let saved = read("good", &format!("{{\"records\":[{record}]}}")).unwrap();
        for page in [saved.page(), empty()] {
            let page = String::from_utf8(page.to_vec()).unwrap();
            for (tag, count) in [("<script", 2), ("<style", 1), ("stylesheet", 0), ("src=\"/", 0)] {
                assert_eq!(page.matches(tag).count(), count, "{tag}");
            }
            assert!(page.contains("default-src 'none'; script-src 'sha256-"));
        }
        assert!(saved.policy().ends_with("; frame-ancestors 'none'"));
    }

    #[test]
    fn what_is_no_journal_is_told() {
        let error = |name, content| read(name, content).unwrap_err();
        assert!(
            error("text", "GET /").starts_with("`FILE` is not a journal: it is not JSON: expected value at line 1")
        );
        assert_eq!(error("har", r#"{"log":{}}"#), "`FILE` is not a journal: it has no list `records`");
        let missing = r#"{"records":[{"seq":0,"time":0,"kind":"opened"},{"seq":1,"time":"now","kind":"opened"}]}"#;
        let expected = "`FILE` is not a journal: `records[1]` lacks a number `seq`, a number `time` or a text `kind`";
        assert_eq!(error("record", missing), expected);
        let missing = SavedJournal::read(Path::new("no/such.json"), "no/such.json").unwrap_err().to_string();
        assert!(missing.starts_with("cannot read the journal `no/such.json`: "), "{missing}");
    }
}
