//! A session's parts own their state: none reaches into the session, and the session alone routes between them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::architecture::{names, rust_files};
use crate::support::root;

/// The sources of the client's core, by their paths below its folder, without those of tests.
fn core_files() -> Vec<(PathBuf, String)> {
    let source = root().join("client/src");
    let files = rust_files("client/src").into_iter().map(|path| path.strip_prefix(&source).unwrap().to_owned());
    let is_core =
        |path: &PathBuf| !path.starts_with("driver") && path != Path::new("driver.rs") && !path.ends_with("tests.rs");
    files.filter(is_core).map(|path| (path.clone(), code_of(&source.join(path)))).collect()
}

/// What stands above the tests of a file.
fn code_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap().split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned()
}

#[test]
fn no_part_of_the_client_names_its_session() {
    let files = core_files();
    let parts = files.iter().filter(|(path, _)| path.starts_with("session"));
    assert!(parts.count() > 15, "the parts were not found");
    let naming: Vec<_> = files.iter().filter(|(_, code)| names(code, "Session")).map(|(path, _)| path).collect();
    assert_eq!(naming, [Path::new("lib.rs"), Path::new("session.rs")], "who names `Session`");
}

#[test]
fn a_session_has_one_block_of_methods() {
    let blocks = core_files().iter().map(|(_, code)| code.matches("impl Session {").count()).sum::<usize>();
    assert_eq!(blocks, 1, "how often `impl Session` stands in the client's core");
}

/// A part is the struct of its file in the folder of the session. The state and the context are what parts share.
#[test]
fn what_a_part_knows_is_its_own() {
    let mut parts = 0;
    for (path, code) in core_files() {
        let is_shared = ["state.rs", "context.rs", "view.rs", "tasks.rs"].iter().any(|shared| path.ends_with(shared));
        if path.parent() != Some(Path::new("session")) || is_shared {
            continue;
        }
        let part =
            code.split("\npub(super) struct ").nth(1).unwrap_or_else(|| panic!("{} has no part", path.display()));
        let fields = part.split_once("\n}").unwrap().0;
        let visible = fields.lines().find(|line| line.trim_start().starts_with("pub"));
        assert_eq!(visible, None, "{} shows a field", path.display());
        parts += 1;
    }
    assert_eq!(parts, 7, "how many parts there are");
}

/// What a part may name of a session's folder, besides what stands below itself.
const SHARED: [&str; 3] = ["context", "state", "view"];

/// The services start and stop their renewals, which is the one way from part to part.
const SERVICES_RENEW: (&str, &str) = ("services", "renewal");

#[test]
fn a_part_knows_no_other_part() {
    let files = core_files();
    let folder = |path: &Path| path.strip_prefix("session").ok()?.iter().next().map(ToOwned::to_owned);
    let part = |path: &Path| Some(folder(path)?.to_str()?.trim_end_matches(".rs").to_owned());
    let parts: BTreeSet<String> = files.iter().filter_map(|(path, _)| part(path)).collect();
    let parts: Vec<&String> =
        parts.iter().filter(|part| **part != "tasks" && !SHARED.contains(&part.as_str())).collect();
    assert_eq!(parts.len(), 7, "{parts:?}");
    let mut known = Vec::new();
    for (path, code) in &files {
        let Some(own) = part(path).filter(|own| parts.contains(&own)) else { continue };
        for other in parts.iter().filter(|other| ***other != own) {
            // From a part's own file a sibling is `super::`, from below it `session::`.
            let ways = [format!("super::{other}"), format!("session::{other}")];
            let is_named =
                |line: &str| !line.trim_start().starts_with("//") && ways.iter().any(|way| line.contains(way.as_str()));
            if code.lines().any(is_named) {
                known.push((own.clone(), (*other).clone()));
            }
        }
    }
    known.sort();
    known.dedup();
    assert_eq!(known, [(SERVICES_RENEW.0.to_owned(), SERVICES_RENEW.1.to_owned())], "who knows another part");
}
