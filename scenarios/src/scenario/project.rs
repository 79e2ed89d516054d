//! The project whose settings hold for a run.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::root::{Roots, SETTINGS};
use crate::file::real;
use crate::text::printable_path;

/// A project: the folder with a `kandy.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its file of settings.
    pub settings: PathBuf,
    /// That path as the user would write it.
    pub shown: String,
}

/// Paths of several projects.
#[derive(Debug, Error)]
#[error("`{shown}` belongs to `{theirs}`, and other paths to `{ours}`")]
pub struct ProjectError {
    shown: String,
    theirs: String,
    ours: String,
}

/// The project that `paths` belong to, which are relative to `folder`; without paths the folder itself. A path may belong to
/// none.
///
/// # Errors
///
/// They belong to several.
pub fn project(folder: &Path, paths: &[PathBuf]) -> Result<Option<Project>, ProjectError> {
    let mut roots = Roots::new(folder);
    let mut found: Option<(PathBuf, Project)> = None;
    let here = [PathBuf::from(".")];
    for shown in if paths.is_empty() { &here } else { paths } {
        let whole = if paths.is_empty() { roots.here().to_owned() } else { roots.whole(shown) };
        let Some(theirs) = roots.project_of(&whole).or_else(|| roots.project_of(&real(&whole))) else { continue };
        let root = roots.root(theirs, shown.is_absolute());
        let named = if root.shown == Path::new(".") { PathBuf::from(SETTINGS) } else { root.shown.join(SETTINGS) };
        let theirs = printable_path(&named);
        match &found {
            None => found = Some((root.real, Project { settings: root.whole.join(SETTINGS), shown: theirs })),
            Some((ours, _)) if *ours == root.real => {}
            Some((_, ours)) => {
                return Err(ProjectError { shown: printable_path(shown), theirs, ours: ours.shown.clone() });
            }
        }
    }
    Ok(found.map(|(_, project)| project))
}
