//! Files that may change, and a look at them that reads none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::file::{or_here, real};
use crate::scenario::{EXTENSION, MAX_DEPTH, MAX_ENTRIES, SETTINGS};
use crate::snapshot;

/// What is watched: folders with all that scenarios are made of, and files that are named one by one.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) folders: BTreeSet<PathBuf>,
    pub(super) named: BTreeSet<PathBuf>,
}

/// How files stand: what changes with their content, without reading it.
pub(super) type FileStamps = BTreeMap<PathBuf, Option<FileStamp>>;

/// What the system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileStamp {
    length: u64,
    modified: Option<SystemTime>,
    /// A file that takes the place of another is another, whatever time it bears.
    number: u64,
}

impl Files {
    /// How all of them stand. What cannot be read counts as missing: a run says more about it.
    pub(super) fn look(&self) -> FileStamps {
        let mut look: FileStamps = self.named.iter().map(|path| (path.clone(), stamp(path))).collect();
        let mut seen = BTreeSet::new();
        let mut below: Vec<(PathBuf, usize)> = self.folders.iter().map(|folder| (folder.clone(), 0)).collect();
        while let Some((folder, depth)) = below.pop() {
            if depth > MAX_DEPTH || !seen.insert(real(or_here(&folder))) {
                continue;
            }
            for entry in fs::read_dir(or_here(&folder)).into_iter().flatten().filter_map(Result::ok) {
                if look.len() + below.len() >= MAX_ENTRIES {
                    return look;
                }
                let (name, path) = (entry.file_name(), entry.path());
                if name.as_encoded_bytes().starts_with(b".") {
                    continue;
                }
                if is_input(&path) {
                    look.insert(path.clone(), stamp(&path));
                } else if path.is_dir() {
                    below.push((path, depth + 1));
                }
            }
        }
        look
    }
}

/// Whether what a run does may depend on it by its name. What runs leave for others, such as reports, has other names.
fn is_input(path: &Path) -> bool {
    let is_script = path.extension().is_some_and(|extension| extension == EXTENSION);
    is_script || snapshot::is_named_so(path) || path.file_name().is_some_and(|name| name == SETTINGS)
}

fn stamp(path: &Path) -> Option<FileStamp> {
    let metadata = path.metadata().ok()?;
    Some(FileStamp { length: metadata.len(), modified: metadata.modified().ok(), number: number(&metadata) })
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
const fn number(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::scratch::Folder;

    #[test]
    fn only_what_runs_depend_on_is_looked_at() {
        let folder = Folder::new("watch-files");
        fs::create_dir_all(folder.join("s/deep/lib")).unwrap();
        fs::create_dir_all(folder.join("s/.kandy")).unwrap();
        let files = Files { folders: [folder.join("s")].into(), named: [folder.join("kandy.toml")].into() };
        let names = |look: &FileStamps| -> Vec<String> {
            let known = look.iter().filter(|(_, stamp)| stamp.is_some());
            known.map(|(path, _)| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
        };
        let empty = files.look();
        assert_eq!(names(&empty), [""; 0]);
        for name in ["s/a.snap.new", "s/.kandy/a.rhai", "s/.a.rhai", "s/report.xml", "s/deep/a.txt", "s/.kandy-1-2.tmp"]
        {
            fs::write(folder.join(name), "").unwrap();
        }
        assert_eq!(files.look(), empty);
        for name in ["kandy.toml", "s/a.rhai", "s/a.snap", "s/deep/lib/m.rhai"] {
            let before = files.look();
            fs::write(folder.join(name), "").unwrap();
            let new = files.look();
            assert_ne!(new, before, "{name} is new");
            fs::write(folder.join(name), "x").unwrap();
            assert_ne!(files.look(), new, "{name} has changed");
        }
        assert_eq!(names(&files.look()), ["kandy.toml", "a.rhai", "a.snap", "m.rhai"]);
        fs::remove_file(folder.join("s/a.rhai")).unwrap();
        assert_eq!(names(&files.look()).len(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_are_followed_once() {
        let folder = Folder::new("watch-circle");
        fs::write(folder.join("a.rhai"), "").unwrap();
        std::os::unix::fs::symlink(".", folder.join("again")).unwrap();
        let files = Files { folders: [folder.path().to_owned()].into(), named: BTreeSet::new() };
        assert_eq!(files.look().len(), 1);
    }
}
