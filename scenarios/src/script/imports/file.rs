//! The files of modules.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Cause;
use crate::file::{self, FileError, or_here};
use crate::script::failure::Failure;
use crate::text::{did_you_mean, nearest};

/// The longest module, in bytes.
const MAX_MODULE: u64 = 1024 * 1024;

/// The file of a module: its canonical path, and the path as messages show it.
pub(super) fn locate(root: &Path, name: &str) -> Result<(PathBuf, String), Failure> {
    let tried = tried(root, name);
    let missing = |error: &io::Error| {
        let failure = Failure::new(Cause::Import, format!("there is no module {name:?}"))
            .with_note(format!("{} cannot be read: {}", tried.display(), reason(error)))
            .with_note(format!("imports are looked for in the scenario root, {}", shown_root(root)));
        match nearest_module(&tried, name) {
            Some(name) => failure.with_help(did_you_mean(name)),
            None => failure,
        }
    };
    let root_path = or_here(root).canonicalize().map_err(|error| missing(&error))?;
    let path = tried.canonicalize().map_err(|error| missing(&error))?;
    if !path.starts_with(&root_path) {
        return Err(Failure::new(Cause::Import, format!("the module {name:?} is outside the scenario root"))
            .with_note(format!("imports stay inside {}", shown_root(root)))
            .with_help("move the module there, or run with a root above both"));
    }
    Ok((path, tried.display().to_string()))
}

/// Where a module is looked for.
pub(super) fn tried(root: &Path, name: &str) -> PathBuf {
    let has_extension = Path::new(name).extension().is_some_and(|extension| extension == "rhai");
    root.join(if has_extension { name.to_owned() } else { format!("{name}.rhai") })
}

/// An empty path stands for the working directory.
fn shown_root(root: &Path) -> String {
    or_here(root).display().to_string()
}

pub(super) fn read(path: &Path, name: &str) -> Result<String, Failure> {
    let unreadable = |why: &str| Failure::new(Cause::Import, format!("the module {name:?} cannot be read: {why}"));
    let bytes = file::read(path, MAX_MODULE).map_err(|error| match error {
        FileError::Io(error) => unreadable(&reason(&error)),
        error => unreadable(&error.to_string()),
    })?;
    String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8"))
}

/// The same words on every system.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// The module beside the one that is missing whose name is most like it.
fn nearest_module(tried: &Path, name: &str) -> Option<String> {
    let (folder, wanted) = (tried.parent()?, tried.file_stem()?.to_str()?);
    let mut names: Vec<String> = fs::read_dir(or_here(folder))
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_script = path.extension().is_some_and(|extension| extension == "rhai");
            is_script.then(|| path.file_stem()?.to_str().map(str::to_owned)).flatten()
        })
        .collect();
    names.sort_unstable();
    let found = nearest(wanted, names.iter().map(String::as_str))?;
    let prefix = name.rsplit_once('/').map(|(prefix, _)| format!("{prefix}/")).unwrap_or_default();
    Some(format!("{prefix}{found}"))
}
