//! Folders for tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

/// A folder of its own for a test, removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// `test` tells it apart from those of other tests.
    pub(crate) fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kandy-scenarios-{}-{test}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }

    /// The names in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Makes a file of so many bytes, which takes no room on the disk.
    pub(crate) fn make_sparse(&self, name: &str, bytes: u64) -> PathBuf {
        let path = self.join(name);
        fs::File::create(&path).unwrap().set_len(bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
