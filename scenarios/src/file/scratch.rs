//! Folders for tests.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder of its own for a test, removed in the end.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// `test` tells it apart from those of other tests.
    pub(crate) fn new(test: &str) -> Self {
        Self(tempfile::Builder::new().prefix(&format!("kandy-{test}-")).tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    /// The names in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
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
