//! The pages of the protocol: every section that is cited is there, and so is every recording that they cite.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::architecture::{porting_rows, porting_rows_of_dialects};
use crate::support::root;

const UC: &str = "docs/protocol.md";
const DIALECTS: &str = "docs/protocol-dialects.md";

#[test]
fn the_sections_that_are_cited_exist() {
    let pages = [UC, DIALECTS].map(|page| (page, sections(&read(page))));
    let (mut cited, mut missing) = (0, Vec::new());
    for path in texts() {
        // A text for a test may be broken on purpose.
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for (page, sections) in &pages {
            for section in citations(&text, page) {
                cited += 1;
                if !sections.contains(section.as_str()) {
                    missing.push(format!("{}: {page} has no section {section}", path.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(cited > 60, "only {cited} citations were found");
}

#[test]
fn the_sections_of_the_porting_table_exist() {
    let sections = sections(&read(UC));
    let rows = porting_rows();
    assert!(rows.len() > 60, "only {} rows were found", rows.len());
    for row in rows {
        for section in row[1].split(", ") {
            assert!(sections.contains(section), "{:?} is in section {section}, which {UC} does not have", row[0]);
        }
    }
}

#[test]
fn the_sections_of_its_dialects_exist() {
    let sections = sections(&read(DIALECTS));
    for row in porting_rows_of_dialects() {
        let is_there = sections.contains(row[1].as_str());
        assert!(is_there, "{:?} is in section {}, which {DIALECTS} does not have", row[0], row[1]);
    }
}

#[test]
fn the_sections_of_what_the_sdk_leaves_behind_exist() {
    let sections = sections(&read(UC));
    let list = read("tests/histories/leftover.rs");
    let comments = list.lines().filter_map(|line| line.trim_start().strip_prefix("/// Section"));
    let named: Vec<String> = comments.flat_map(|rest| numbers(rest.trim_start_matches('s').trim_start())).collect();
    assert!(named.len() > 15, "only {named:?} were found");
    for section in named {
        assert!(sections.contains(&section), "{UC} has no section {section}");
    }
}

#[test]
fn the_recordings_that_the_pages_cite_exist_and_are_linked() {
    for (page, folders) in
        [(UC, ["tests/traces", "tests/traces/odd"]), (DIALECTS, ["tests/traces/dialects", "tests/traces"])]
    {
        let text = read(page);
        let (mut linked, mut wrong) = (BTreeSet::new(), Vec::new());
        for (name, target) in text.lines().filter_map(definition) {
            let file = target.strip_prefix("../").unwrap_or(target);
            let is_its_own = folders.iter().any(|folder| file == format!("{folder}/{name}.json"));
            if !is_its_own || !root().join(file).is_file() {
                wrong.push(format!("[{name}] leads to {target}"));
            }
            linked.insert(name);
        }
        let prose = prose(&text);
        let cited: BTreeSet<&str> = references(&prose).collect();
        wrong.extend(cited.difference(&linked).map(|name| format!("[{name}] has no link below")));
        wrong.extend(linked.difference(&cited).map(|name| format!("[{name}] is linked and not cited")));
        assert!(wrong.is_empty(), "{page}: {wrong:#?}");
        assert!(cited.len() > 200, "{page}: only {} recordings were found", cited.len());
    }
}

#[test]
fn a_citation_is_found_however_it_is_written() {
    let found = |text: &str| citations(text, UC).collect::<Vec<_>>();
    assert_eq!(found(&format!("/// A thing ({UC}, section 1.2).")), ["1.2"]);
    assert_eq!(found(&format!("//! Things ({UC}, sections 1.3, 1.5 and 1.6), and others.")), ["1.3", "1.5", "1.6"]);
    assert_eq!(found(&format!("    /// ({UC}, sections\n    /// 7 and 8).")), ["7", "8"]);
    assert_eq!(found(&format!("    // As {UC},\n    // section 12.")), ["12"]);
    assert_eq!(found(&format!("{UC} as a whole, and {UC}, section 99.9, which is not there")), ["99.9"]);
    assert!(citations(&format!("{DIALECTS}, section 3.5"), UC).next().is_none());
    assert_eq!(citations(&format!("{DIALECTS}, section 3.5"), DIALECTS).collect::<Vec<_>>(), ["3.5"]);
}

#[test]
fn a_reference_is_neither_a_link_nor_code() {
    let page = "As [a-b] and ([c/d.e], [f]) say; not [this](x.md), `[\"g\"]`, `[h\ni]` or [two words].\n```text\n[j]\n```\n[a-b]: x\n";
    let prose = prose(page);
    assert_eq!(references(&prose).collect::<Vec<_>>(), ["a-b", "c/d.e", "f"]);
    assert_eq!(page.lines().filter_map(definition).collect::<Vec<_>>(), [("a-b", "x")]);
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The numbers of the headings of a page: `1` of `## 1. REST requests`, `1.1` of `### 1.1 Common rules`.
fn sections(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter_map(|line| line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")));
    headings.flat_map(numbers).collect()
}

/// The sections of `page` that a text cites, as `docs/protocol.md, section 1.2` or `.., sections 1.2, 3 and 4.5`, in a comment
/// that may go on in the next line.
fn citations(text: &str, page: &str) -> impl Iterator<Item = String> {
    let mark = |line: &str| line.trim().trim_start_matches(['/', '!', '#', '*']).trim_start().to_owned();
    let text = text.lines().map(mark).collect::<Vec<_>>().join(" ");
    let behind: Vec<String> = text.split(page).skip(1).map(str::to_owned).collect();
    behind.into_iter().flat_map(|rest| {
        let of_it = rest.strip_prefix(", section");
        of_it.map(|rest| numbers(rest.strip_prefix('s').unwrap_or(rest).trim_start())).unwrap_or_default()
    })
}

/// The numbers with which a text begins: `1.3, 1.5 and 1.6` are three.
fn numbers(text: &str) -> Vec<String> {
    let (mut numbers, mut rest) = (Vec::new(), text);
    while rest.starts_with(|first: char| first.is_ascii_digit()) {
        let end = rest.find(|next: char| !next.is_ascii_digit() && next != '.').unwrap_or(rest.len());
        numbers.push(rest[..end].trim_end_matches('.').to_owned());
        rest = &rest[end..];
        rest = rest.strip_prefix(", ").or_else(|| rest.strip_prefix(" and ")).unwrap_or_default();
    }
    numbers
}

/// `[name]: target`, which says where the links of that name in a page lead.
fn definition(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix('[')?.split_once("]: ")
}

/// A page without its code and without the targets of its links.
fn prose(page: &str) -> String {
    let blocks = page.split("```").step_by(2).collect::<String>();
    let text: String = blocks.split('`').step_by(2).collect();
    text.lines().filter(|line| definition(line).is_none()).map(|line| format!("{line}\n")).collect()
}

/// The names in brackets that are links by themselves, which on these pages are recordings.
fn references(prose: &str) -> impl Iterator<Item = &str> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || ['-', '/', '.'].contains(&letter);
    let bracketed = prose.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    bracketed.filter(move |(name, rest)| !rest.starts_with('(') && name.chars().all(is_of_name)).map(|(name, _)| name)
}

/// All texts of the repository that could cite the pages.
fn texts() -> Vec<PathBuf> {
    let is_text = |path: &Path| {
        let kinds = ["css", "html", "js", "json", "md", "mjs", "rhai", "rs", "sh", "toml", "ts", "txt", "yaml", "yml"];
        path.extension().and_then(OsStr::to_str).is_some_and(|kind| kinds.contains(&kind))
    };
    let is_ours = |path: &Path| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        // This file has citations of what is not there.
        let is_left_out = ["tests/traces", "tests/it/protocol.rs"].iter().any(|end| path.ends_with(end));
        !is_left_out && !name.starts_with('.') && !["target", "node_modules"].contains(&name)
    };
    let (mut folders, mut files) = (vec![root()], Vec::new());
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for path in entries.filter(|path| is_ours(path)) {
            if path.is_dir() {
                folders.push(path);
            } else if is_text(&path) {
                files.push(path);
            }
        }
    }
    files
}
