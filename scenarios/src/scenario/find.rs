//! Finds the scenarios that the user names.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

use super::root::{DEFAULT_ROOTS, Root, Roots, SETTINGS};
use super::{EXTENSION, Filter, Filters, Misread, Scenario};
use crate::explore;
use crate::file::{is_dangling, or_here, real};
use crate::snapshot;
use crate::text::{did_you_mean, nearest, printable_path};

/// The name of folders that hold modules for `import`.
pub(crate) const MODULES: &str = "lib";
/// How deep folders may be nested below a root.
pub const MAX_DEPTH: usize = 32;
/// The most files and folders that are looked at.
pub const MAX_ENTRIES: usize = 100_000;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Each scenario once, in the order of the arguments, and in the order of their paths within a folder.
    pub scenarios: Vec<Scenario>,
    /// The files in `lib` folders.
    pub modules: Vec<Scenario>,
    /// Snapshots of scenarios that are not there any more.
    pub stale_snapshots: Vec<Stale>,
    /// What is accepted of explorations of scenarios that are not there any more.
    pub stale_explorations: Vec<Stale>,
    /// Lines that are almost lines of tags, each with the script as messages show it; also of what a filter leaves out,
    /// perhaps for that.
    pub misread_tags: Vec<(String, Misread)>,
}

/// A file beside a script that is not there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Where it is.
    pub path: PathBuf,
    /// The path as the user would write it.
    pub shown: String,
}

/// Why there is nothing to run.
#[derive(Debug, Error)]
pub enum FindError {
    /// No path was given, and no default folder is there, nor a project.
    #[error("no path is given, and there is no folder of scenarios here or above")]
    NoDefault,
    /// A path that leads nowhere.
    #[error("there is no file or folder `{shown}`")]
    Missing {
        /// The path as given.
        shown: String,
        /// What is there and has almost the same name.
        nearest: Option<String>,
    },
    /// A link that leads nowhere.
    #[error("`{shown}` is a link to a file that is not there")]
    Dangling {
        /// The path as given.
        shown: String,
    },
    /// A folder that cannot be listed, or a path that cannot be looked at.
    #[error("cannot read `{shown}`: {source}")]
    Unreadable {
        /// The path.
        shown: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file that is not a script.
    #[error("`{shown}` is not a scenario: its name does not end in .{EXTENSION}")]
    NotAScenario {
        /// The path as given.
        shown: String,
    },
    /// A folder without scenarios.
    #[error("there are no scenarios in `{shown}`")]
    Empty {
        /// The path as given.
        shown: String,
    },
    /// Folders nested without end.
    #[error("folders are nested more than {MAX_DEPTH} deep at `{shown}`")]
    TooDeep {
        /// The innermost folder.
        shown: String,
    },
    /// A folder that is not meant to be one of scenarios.
    #[error("there are more than {MAX_ENTRIES} files in `{shown}`")]
    TooMany {
        /// The path as given.
        shown: String,
    },
    /// No scenario is as a filter says.
    #[error("no scenario matches the filter `{filter}`, of {count} in all")]
    NothingMatches {
        /// The filter.
        filter: String,
        /// How many there are.
        count: usize,
        /// What was probably meant.
        nearest: Option<String>,
        /// The tags that there are, if it asks for one.
        tags: Option<BTreeSet<String>>,
    },
    /// The filters with `not` take away all there is, or all that others want.
    #[error(
        "nothing is left: {} away {}",
        taking(filters),
        if *any { format!("all {count}") } else { format!("all that other filters match, of {count} in all") }
    )]
    NothingLeft {
        /// Those with `not`.
        filters: Vec<Filter>,
        /// Whether no other asks for something.
        any: bool,
        /// How many there are.
        count: usize,
    },
}

impl FindError {
    /// What the user can do.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NoDefault => format!(
                "looked for {}, {} and {SETTINGS}, no higher than a folder with .git; name a scenario, or a folder of them",
                DEFAULT_ROOTS[0], DEFAULT_ROOTS[1]
            ),
            Self::Missing { nearest: Some(nearest), .. } => did_you_mean(nearest),
            Self::Missing { .. } => "paths are taken from the folder in which the command runs".to_owned(),
            Self::Dangling { .. } => "mend the link, or name what it was to lead to".to_owned(),
            Self::Unreadable { .. } => "check that you may read it".to_owned(),
            Self::NotAScenario { .. } => format!("name a file that ends in .{EXTENSION}, or a folder of such files"),
            Self::Empty { .. } => format!(
                "looked for files that end in .{EXTENSION}, in it and below it, but not in folders named `{MODULES}` \
                 (modules) or with a dot at the start"
            ),
            Self::TooDeep { .. } | Self::TooMany { .. } => "name the folder that holds the scenarios".to_owned(),
            Self::NothingMatches { nearest: Some(nearest), .. } => did_you_mean(nearest),
            Self::NothingMatches { tags: Some(tags), .. } if tags.is_empty() => {
                "no scenario has a tag; a script's first comments give it some with `// tags: reconnect`".to_owned()
            }
            Self::NothingMatches { tags: Some(tags), .. } => {
                format!("the tags are {}", tags.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            }
            Self::NothingLeft { .. } => "`kandy-harness list` shows all names and tags".to_owned(),
            Self::NothingMatches { .. } => {
                "`kandy-harness list` shows all names; `--filter tag:NAME` selects by tag".to_owned()
            }
        }
    }
}

/// Finds the scenarios in `paths`, which are relative to `folder`; in the default folders if there is no path.
///
/// # Errors
///
/// A path is missing, is not a scenario or has none in it, or nothing is as `filters` say.
pub fn find(folder: &Path, paths: &[PathBuf], filters: Option<&Filters>) -> Result<Found, FindError> {
    let mut search = Search::new(folder, paths);
    if paths.is_empty() {
        let default = search.roots.default().ok_or(FindError::NoDefault)?;
        search.walk_root(&default.shown)?;
    }
    for path in paths {
        search.take(path)?;
    }
    let mut found = search.found;
    tell_apart(&mut found.scenarios);
    for scenario in &found.scenarios {
        let misread = scenario.header().into_iter().flat_map(|header| &header.misread);
        found.misread_tags.extend(misread.map(|misread| (scenario.shown.clone(), misread.clone())));
    }
    // A script whose rows have snapshots of their own has none for itself.
    for scenario in found.scenarios.iter().filter(|scenario| !scenario.rows().is_empty()) {
        let (path, shown) = (snapshot::path_of(&scenario.path), snapshot::path_of(Path::new(&scenario.shown)));
        let accepted = (explore::accepted_path(&path), explore::accepted_path(&shown));
        let unused =
            |(path, shown): (PathBuf, PathBuf)| path.is_file().then(|| Stale { path, shown: printable_path(&shown) });
        found.stale_snapshots.extend(unused((path, shown)));
        found.stale_explorations.extend(unused(accepted));
    }
    if let Some(filters) = filters {
        filters.select(&mut found.scenarios)?;
    }
    Ok(found)
}

/// Filters as the subject of a sentence, with its verb.
fn taking(filters: &[Filter]) -> String {
    let names = filters.iter().map(|filter| format!("`{filter}`")).collect::<Vec<_>>().join(" and ");
    let (noun, verb) = if filters.len() == 1 { ("filter", "takes") } else { ("filters", "take") };
    format!("the {noun} {names} {verb}")
}

/// The folder in which the imports of the script at `path` are found.
#[must_use]
pub fn root_of(path: &Path) -> PathBuf {
    let mut search = Search::new(Path::new(""), &[]);
    let shown = or_here(path.parent().unwrap_or(Path::new(""))).to_owned();
    let place = SearchedFolder { whole: search.roots.whole(&shown), shown, depth: 0, modules: false };
    search.root_of(&place).shown
}

struct Search<'a> {
    folder: &'a Path,
    roots: Roots,
    /// The folders that were named: whole paths, the shortest first.
    named: Vec<PathBuf>,
    /// Scripts and snapshots that were taken, by their real paths: as texts, since to compare paths takes them apart.
    seen: BTreeSet<OsString>,
    entries: usize,
    found: Found,
}

/// A folder on the way down from one that was named.
struct SearchedFolder {
    /// As the user wrote it.
    shown: PathBuf,
    whole: PathBuf,
    depth: usize,
    modules: bool,
}

/// A script that was found.
struct FoundScript<'a> {
    name: &'a Path,
    is_module: bool,
}

impl<'a> Search<'a> {
    fn new(folder: &'a Path, paths: &[PathBuf]) -> Self {
        let roots = Roots::new(folder);
        let mut named: Vec<PathBuf> = paths.iter().map(|path| roots.whole(path)).filter(|path| path.is_dir()).collect();
        named.sort_by_key(|path| path.components().count());
        Self { folder, roots, named, seen: BTreeSet::new(), entries: 0, found: Found::default() }
    }

    fn take(&mut self, shown: &Path) -> Result<(), FindError> {
        let path = self.folder.join(shown);
        let metadata = path.metadata().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound if is_dangling(&path) => FindError::Dangling { shown: printable_path(shown) },
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                FindError::Missing { shown: printable_path(shown), nearest: self.nearest(shown) }
            }
            _ => FindError::Unreadable { shown: printable_path(shown), source },
        })?;
        if metadata.is_dir() {
            return self.walk_root(shown);
        }
        if !is_scenario(shown) {
            return Err(FindError::NotAScenario { shown: printable_path(shown) });
        }
        let (Some(above), Some(name)) = (shown.parent(), shown.file_name()) else {
            return Err(FindError::NotAScenario { shown: printable_path(shown) });
        };
        let place =
            SearchedFolder { shown: above.to_owned(), whole: self.roots.whole(above), depth: 0, modules: false };
        let root = self.root_of(&place);
        self.add(&place, &root, &FoundScript { name: Path::new(name), is_module: false });
        Ok(())
    }

    /// The file or folder beside `shown` whose name is most like its.
    fn nearest(&self, shown: &Path) -> Option<String> {
        let name = shown.file_name()?.to_string_lossy();
        let folder = shown.parent()?;
        let listed = self.folder.join(folder);
        let names = fs::read_dir(or_here(&listed)).ok()?.take(MAX_ENTRIES).filter_map(Result::ok);
        // Sorted, so that of two that are as near it is always the same one.
        let names: BTreeSet<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        // A file that was named as a folder bears the very name.
        let itself = names.get(&*name).cloned();
        let nearest = itself.or_else(|| nearest(&name, names.iter().map(String::as_str)))?;
        Some(printable_path(&folder.join(nearest)))
    }

    /// The root of what lies in a folder: by where it lies, else by where it leads; else the folder that was named, and if
    /// it is only a file that was, its own.
    fn root_of(&mut self, place: &SearchedFolder) -> Root {
        let SearchedFolder { whole, shown, .. } = place;
        let root = self.roots.root_of(whole).or_else(|| self.roots.root_of(&real(whole)));
        let named = || self.named.iter().find(|named| whole.starts_with(named)).cloned();
        let root = root.or_else(named).unwrap_or_else(|| whole.clone());
        self.roots.root(root, shown.is_absolute())
    }

    fn walk_root(&mut self, shown: &Path) -> Result<(), FindError> {
        let mut visited = BTreeSet::new();
        let place =
            SearchedFolder { shown: shown.to_owned(), whole: self.roots.whole(shown), depth: 0, modules: false };
        if self.walk(&place, &mut visited)? == 0 {
            return Err(FindError::Empty { shown: printable_path(shown) });
        }
        Ok(())
    }

    /// Takes what is in a folder, sorted, and gives back how many scenarios there are. Each real folder is visited
    /// once, so that links to folders above do not go round for ever.
    fn walk(&mut self, place: &SearchedFolder, visited: &mut BTreeSet<PathBuf>) -> Result<usize, FindError> {
        if place.depth > MAX_DEPTH {
            return Err(FindError::TooDeep { shown: printable_path(&place.shown) });
        }
        let path = self.folder.join(&place.shown);
        if !visited.insert(real(&path)) {
            return Ok(0);
        }
        let root = self.root_of(place);
        let mut scenarios = 0;
        for (_, name) in self.names(place, &path)? {
            let name = Path::new(&name);
            let (path, shown) = (path.join(name), at(&place.shown, name));
            if path.is_dir() {
                let modules = place.modules || name == Path::new(MODULES);
                let below = SearchedFolder { shown, whole: place.whole.join(name), depth: place.depth + 1, modules };
                scenarios += self.walk(&below, visited)?;
            } else if is_scenario(&path) {
                scenarios += usize::from(!place.modules);
                self.add(place, &root, &FoundScript { name, is_module: place.modules });
            } else if !place.modules && snapshot::is_stale(&path) && self.seen.insert(real(&path).into()) {
                self.found.stale_snapshots.push(Stale { path, shown: printable_path(&shown) });
            } else if !place.modules && explore::is_stale(&path) && self.seen.insert(real(&path).into()) {
                self.found.stale_explorations.push(Stale { path, shown: printable_path(&shown) });
            }
        }
        Ok(scenarios)
    }

    /// The names in a folder, sorted as those of scenarios are: without the extension.
    fn names(&mut self, place: &SearchedFolder, path: &Path) -> Result<BTreeSet<(OsString, OsString)>, FindError> {
        let unreadable = |source| FindError::Unreadable { shown: printable_path(&place.shown), source };
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(path).map_err(unreadable)? {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(FindError::TooMany { shown: printable_path(&place.shown) });
            }
            let name = entry.map_err(unreadable)?.file_name();
            if !name.as_encoded_bytes().starts_with(b".") {
                names.insert((Path::new(&name).with_extension("").into(), name));
            }
        }
        Ok(names)
    }

    fn add(&mut self, place: &SearchedFolder, root: &Root, script: &FoundScript<'_>) {
        let (whole, shown) = (place.whole.join(script.name), at(&place.shown, script.name));
        let real = real(&whole);
        if !self.seen.insert(real.clone().into()) {
            return;
        }
        let written = whole.strip_prefix(&root.whole).unwrap_or(script.name);
        // The target of a link has its name and its snapshot from its own place, if that is in the root, too.
        let (relative, shown) = match real.strip_prefix(&root.real) {
            Ok(home) if home != written => (home, at(&root.shown, home)),
            Ok(_) | Err(_) => (written, shown),
        };
        let path = at(self.folder, &shown);
        let scenario = Scenario::read(name_of(relative), path, printable_path(&shown), at(self.folder, &root.shown));
        if script.is_module { self.found.modules.push(scenario) } else { self.found.scenarios.push(scenario) }
    }
}

/// Scenarios of two roots may have the same name: then their paths are their names.
fn tell_apart(scenarios: &mut [Scenario]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for scenario in &*scenarios {
        *counts.entry(scenario.name.clone()).or_default() += 1;
    }
    for scenario in scenarios {
        if counts.get(&scenario.name).is_some_and(|count| *count > 1) {
            scenario.name = name_of(Path::new(&scenario.shown));
        }
    }
}

fn is_scenario(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == EXTENSION)
}

/// `path` in `folder`, where either may be the folder in which the command runs.
fn at(folder: &Path, path: &Path) -> PathBuf {
    let here = Path::new(".");
    match (folder == here || folder == Path::new(""), path == here) {
        (true, _) => path.to_owned(),
        (false, true) => folder.to_owned(),
        (false, false) => folder.join(path),
    }
}

fn name_of(relative: &Path) -> String {
    let parts = relative.with_extension("");
    let parts = parts.components().filter_map(|part| match part {
        Component::CurDir => None,
        // Before the slash with which a whole path begins there is nothing.
        Component::RootDir => Some(String::new()),
        part => Some(printable_path(Path::new(part.as_os_str()))),
    });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
