//! Transcripts that wait for review: what a failed run leaves beside a snapshot, as `.snap.new`.
//!
//! Whoever decides on one moves it or removes it whole, so that a review which ends in the middle has decided on what it has
//! come to, and on nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{ACCEPTED, PENDING, SnapshotDifference, SnapshotError, is_script, read, read_file};
use crate::file::or_here;
use crate::scenario::{MAX_ENTRIES, Scenario};
use crate::text::{printable, printable_path};

/// A transcript that waits for review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingSnapshot {
    /// The name of its scenario.
    pub scenario: String,
    /// What reports call its case: the scenario's name, with that of its row if it has some.
    pub name: String,
    /// The path of the snapshot as the user would write it.
    pub shown: String,
    path: PathBuf,
    snapshot: PathBuf,
}

impl PendingSnapshot {
    /// Those of `scenarios`, in their order.
    ///
    /// # Errors
    ///
    /// A folder cannot be listed.
    pub fn of(scenarios: &[Scenario]) -> io::Result<Vec<Self>> {
        let mut folders = BTreeMap::new();
        let mut all = Vec::new();
        for scenario in scenarios {
            let folder = scenario.path.parent().unwrap_or(Path::new(""));
            if !folders.contains_key(folder) {
                folders.insert(folder, pending_names(folder)?);
            }
            let names = folders.get(folder).into_iter().flatten();
            all.extend(names.filter_map(|name| Self::named(name, folder, scenario)));
        }
        Ok(all)
    }

    /// The file `name` of `folder`, if it is of `scenario`.
    fn named(name: &str, folder: &Path, scenario: &Scenario) -> Option<Self> {
        let stem = scenario.path.file_stem()?.to_str()?;
        let row = name.strip_suffix(PENDING)?.strip_suffix('.')?.strip_prefix(stem)?;
        let is_row = row.is_empty() || (row.starts_with('[') && row.ends_with(']'));
        let path = folder.join(name);
        // Other snapshots of insta's may lie in the same folder. What cannot be read is ours by its name.
        let is_foreign = || read_file(&path).is_ok_and(|snapshot| !is_script(snapshot.metadata()));
        if !is_row || is_foreign() {
            return None;
        }
        let shown = Path::new(&scenario.shown).with_file_name(format!("{stem}{row}.{ACCEPTED}"));
        Some(Self {
            scenario: scenario.name.clone(),
            name: format!("{}{}", scenario.name, printable(row)),
            shown: printable_path(&shown),
            snapshot: path.with_extension(""),
            path,
        })
    }

    /// What the snapshot says, and what the run has left. There may be no snapshot yet.
    ///
    /// # Errors
    ///
    /// One of the two cannot be read.
    pub fn difference(&self) -> Result<SnapshotDifference, SnapshotError> {
        let text = |path| read(path).map(|contents| contents.map(|text| text.to_string()).unwrap_or_default());
        Ok(SnapshotDifference { old: text(&self.snapshot)?, new: self.new_text()?, pending: true })
    }

    /// Makes it the snapshot.
    ///
    /// # Errors
    ///
    /// It is malformed, or not there any more; or it cannot be moved.
    pub fn accept(&self) -> Result<(), SnapshotError> {
        self.new_text()?;
        // A link to a snapshot stays one.
        let target = self.snapshot.canonicalize().ok().filter(|real| real.is_file());
        fs::rename(&self.path, target.as_deref().unwrap_or(&self.snapshot)).map_err(SnapshotError::Unwritable)
    }

    /// Removes it; the snapshot stays as it is.
    ///
    /// # Errors
    ///
    /// It cannot be removed.
    pub fn reject(&self) -> Result<(), SnapshotError> {
        fs::remove_file(&self.path).map_err(SnapshotError::Unwritable)
    }

    fn new_text(&self) -> Result<String, SnapshotError> {
        let missing = || SnapshotError::Unreadable(io::Error::from(io::ErrorKind::NotFound).into());
        Ok(read(&self.path)?.ok_or_else(missing)?.to_string())
    }
}

/// The names in a folder that are of pending transcripts, sorted.
fn pending_names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(or_here(folder))?.take(MAX_ENTRIES) {
        let name = entry?.file_name();
        names.extend(name.to_str().filter(|name| name.ends_with(PENDING)).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::scratch::Folder;
    use crate::scenario::find;
    use crate::snapshot::{Mode, compare, path_of};

    fn pending(folder: &Folder) -> Vec<PendingSnapshot> {
        PendingSnapshot::of(&find(folder.path(), &[PathBuf::from("s")], None).unwrap().scenarios).unwrap()
    }

    /// A folder with a scenario whose transcript was `one`, and now is `two`.
    fn reviewed(test: &str) -> (Folder, PathBuf) {
        let folder = Folder::new(test);
        fs::create_dir(folder.join("s")).unwrap();
        let script = folder.join("s/a.rhai");
        fs::write(&script, "").unwrap();
        compare(&path_of(&script), "a.rhai", "one\n", Mode::Accept).unwrap();
        compare(&path_of(&script), "a.rhai", "two\n", Mode::Compare { leave_pending: true }).unwrap();
        (folder, script)
    }

    fn text(folder: &Folder, name: &str) -> String {
        fs::read_to_string(folder.join(name)).unwrap()
    }

    #[test]
    fn what_waits_is_accepted_or_rejected_whole() {
        for accept in [true, false] {
            let (folder, _) = reviewed(if accept { "accept" } else { "reject" });
            let [one] = &pending(&folder)[..] else { panic!("there is one") };
            assert_eq!((one.name.as_str(), one.shown.as_str()), ("a", "s/a.snap"));
            let difference = one.difference().unwrap();
            assert_eq!((difference.old.as_str(), difference.new.as_str()), ("one", "two"));
            if accept {
                one.accept().unwrap();
            } else {
                one.reject().unwrap();
            }
            let expected = if accept { "two" } else { "one" };
            assert_eq!(text(&folder, "s/a.snap"), format!("---\nsource: a.rhai\n---\n{expected}\n"));
            assert!(pending(&folder).is_empty());
            assert!(matches!(one.accept().unwrap_err(), SnapshotError::Unreadable(_)), "it is decided");
        }
    }

    #[test]
    fn rows_wait_under_their_own_names_and_others_snapshots_are_left_alone() {
        let (folder, _) = reviewed("rows");
        let ours = text(&folder, "s/a.snap.new");
        fs::write(folder.join("s/a[1.5].snap.new"), &ours).unwrap();
        fs::write(folder.join("s/ab.snap.new"), &ours).unwrap();
        fs::write(folder.join("s/b.rhai"), "").unwrap();
        fs::write(folder.join("s/b.snap.new"), "---\nsource: tests/it.rs\n---\none\n").unwrap();
        let names: Vec<_> = pending(&folder).into_iter().map(|pending| (pending.name, pending.shown)).collect();
        let expected = [("a", "s/a.snap"), ("a[1.5]", "s/a[1.5].snap")];
        assert_eq!(names, expected.map(|(name, shown)| (name.to_owned(), shown.to_owned())));
    }

    #[test]
    fn what_is_malformed_is_never_accepted() {
        let (folder, _) = reviewed("malformed-pending");
        fs::write(folder.join("s/a.snap.new"), "half").unwrap();
        let [one] = &pending(&folder)[..] else { panic!("there is one") };
        assert!(matches!(one.accept().unwrap_err(), SnapshotError::Malformed));
        assert!(text(&folder, "s/a.snap").ends_with("\none\n"));
        one.reject().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_snapshot_stays_one() {
        let (folder, _) = reviewed("pending-link");
        fs::rename(folder.join("s/a.snap"), folder.join("kept")).unwrap();
        std::os::unix::fs::symlink("../kept", folder.join("s/a.snap")).unwrap();
        pending(&folder)[0].accept().unwrap();
        assert!(folder.join("s/a.snap").is_symlink());
        assert!(text(&folder, "kept").ends_with("\ntwo\n"));
    }
}
