//! A session's parts own their state: none reaches into the session, and the session alone routes between them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::architecture::{names, rust_files};
use crate::support::root;

/// The sources of the client's core, by their paths below its folder, without those of tests.
fn core() -> Vec<(PathBuf, String)> {
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
    let files = core();
    let parts = files.iter().filter(|(path, _)| path.starts_with("session"));
    assert!(parts.count() > 15, "the parts were not found");
    let naming: Vec<_> = files.iter().filter(|(_, code)| names(code, "Session")).map(|(path, _)| path).collect();
    assert_eq!(naming, [Path::new("lib.rs"), Path::new("session.rs")], "who names `Session`");
}

#[test]
fn a_session_has_one_block_of_methods() {
    let blocks = core().iter().map(|(_, code)| code.matches("impl Session {").count()).sum::<usize>();
    assert_eq!(blocks, 1, "how often `impl Session` stands in the client's core");
}

/// A part is the struct of its file in the folder of the session. The state and the context are what parts share.
#[test]
fn what_a_part_knows_is_its_own() {
    let mut parts = 0;
    for (path, code) in core() {
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
