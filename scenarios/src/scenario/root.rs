//! Where scenarios are at home: the folder from which their names and their imports are taken.
//!
//! It depends on where a script lies, and not on how it was named, so that a scenario has one name.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::file::{or_here, real};

/// The file that marks the folder of a project, and holds its settings.
pub const SETTINGS: &str = "kandy.toml";
/// The folders of a project that are taken when none is named, best first.
pub(super) const DEFAULT_ROOTS: [&str; 2] = ["scenarios/scripts", "scenarios"];
/// What nothing is looked for above.
const REPOSITORY: &str = ".git";

/// A folder, with its whole path and as the user would write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Root {
    /// Absolute; links in it stay.
    pub(super) whole: PathBuf,
    /// Where it really is.
    pub(super) real: PathBuf,
    /// Relative to where the command runs, if it was named so.
    pub(super) shown: PathBuf,
}

/// What is known of the folders that scenarios lie in, and of those above.
#[derive(Debug)]
pub(super) struct Roots {
    /// Where the command runs, absolute.
    here: PathBuf,
    known: BTreeMap<PathBuf, Facts>,
}

/// What makes a folder special.
#[derive(Clone, Debug)]
struct Facts {
    has_settings: bool,
    is_repository: bool,
    /// The folder below it that is taken when none is named.
    default: Option<PathBuf>,
}

impl Roots {
    pub(super) fn new(folder: &Path) -> Self {
        let folder = or_here(folder);
        let here = folder.canonicalize().or_else(|_| std::path::absolute(folder));
        Self { here: here.unwrap_or_else(|_| folder.to_owned()), known: BTreeMap::new() }
    }

    /// The whole path of what the user calls `shown`. Links stay, except before `..`, which leads out of their target.
    pub(super) fn whole(&self, shown: &Path) -> PathBuf {
        let components: Vec<Component<'_>> = shown.components().collect();
        let up = components.iter().rposition(|component| *component == Component::ParentDir);
        let (before, after) = components.split_at(up.map_or(0, |last| last + 1));
        let before = self.here.join(before.iter().collect::<PathBuf>());
        let before = if up.is_some() { real(&before) } else { before };
        let after = after.iter().filter(|component| **component != Component::CurDir);
        before.components().chain(after.copied()).collect()
    }

    /// The root of what lies in `folder`, which is absolute. It is that of the project, if there is one; else the nearest
    /// folder on the way up that is taken when none is named.
    pub(super) fn root_of(&mut self, folder: &Path) -> Option<PathBuf> {
        let mut nearest = None;
        for above in folder.ancestors() {
            let facts = self.facts(above);
            let default = facts.default.filter(|default| folder.starts_with(default));
            if facts.has_settings {
                return default.or_else(|| Some(above.to_owned()));
            }
            nearest = nearest.or(default);
            if facts.is_repository {
                break;
            }
        }
        nearest
    }

    /// The nearest folder with settings, from `folder` up.
    pub(super) fn project_of(&mut self, folder: &Path) -> Option<PathBuf> {
        self.nearest(folder, |facts| facts.has_settings).map(Path::to_owned)
    }

    /// Where the command runs.
    pub(super) fn here(&self) -> &Path {
        &self.here
    }

    /// What is taken when nothing is named.
    pub(super) fn default(&mut self) -> Option<Root> {
        let here = self.here.clone();
        let folder = self.nearest(&here, |facts| facts.default.is_some() || facts.has_settings)?;
        let whole = self.facts(folder).default.unwrap_or_else(|| folder.to_owned());
        Some(self.root(whole, false))
    }

    /// A folder as the user would write it, who has or has not written a whole path.
    pub(super) fn root(&self, whole: PathBuf, is_whole: bool) -> Root {
        let shown = if is_whole { None } else { self.way_to(&whole) };
        Root { shown: shown.unwrap_or_else(|| whole.clone()), real: real(&whole), whole }
    }

    /// The way from where the command runs to a folder, unless it leads through the root of the file system.
    fn way_to(&self, whole: &Path) -> Option<PathBuf> {
        let common = self.here.ancestors().find(|above| whole.starts_with(above))?;
        let is_far = common.file_name().is_none() && common != self.here;
        let up = self.here.strip_prefix(common).ok()?.components().map(|_| Component::ParentDir);
        let way: PathBuf = up.chain(whole.strip_prefix(common).ok()?.components()).collect();
        (!is_far).then(|| if way.as_os_str().is_empty() { PathBuf::from(".") } else { way })
    }

    fn nearest<'p>(&mut self, folder: &'p Path, wanted: impl Fn(&Facts) -> bool) -> Option<&'p Path> {
        for above in folder.ancestors() {
            let facts = self.facts(above);
            if wanted(&facts) {
                return Some(above);
            }
            if facts.is_repository {
                break;
            }
        }
        None
    }

    fn facts(&mut self, folder: &Path) -> Facts {
        if let Some(facts) = self.known.get(folder) {
            return facts.clone();
        }
        let default = DEFAULT_ROOTS.iter().map(|root| folder.join(root)).find(|root| root.is_dir());
        let facts = Facts {
            // A link that leads nowhere is there, too, and so is a folder: reading it says so.
            has_settings: folder.join(SETTINGS).symlink_metadata().is_ok(),
            is_repository: folder.join(REPOSITORY).symlink_metadata().is_ok(),
            default,
        };
        self.known.insert(folder.to_owned(), facts.clone());
        facts
    }
}
