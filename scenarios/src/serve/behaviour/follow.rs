//! A script that may change while it runs.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;
use std::path::{Path, PathBuf};

use tokio::sync::watch;

use super::{Behaviour, BehaviourError, read};
use crate::file::FileError;
use crate::scenario::{ReadError, read_text};
use crate::script::Source;

/// The modules that a script has read, and which version of each.
pub(super) type Modules = Vec<(PathBuf, u64)>;

/// Reads a script again whenever it has changed, or a module that it has imported.
///
/// As the file of users it is asked to look, and looks at what the files say; each has a limit.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    shown: String,
    /// The script, and its modules behind it.
    files: Vec<File>,
    modules: watch::Receiver<Modules>,
}

/// A file that is followed.
#[derive(Debug)]
struct File {
    path: PathBuf,
    /// What was there when it was read.
    taken: u64,
    /// What was there at the last look.
    seen: u64,
}

impl Follower {
    /// Follows a script that runs.
    #[must_use]
    pub fn new(source: &Source, running: &Behaviour) -> Self {
        let script = File::new(source.path.clone(), version_of(&source.text));
        let (path, shown, modules) = (source.path.clone(), source.shown.clone(), running.modules.clone());
        Self { path, shown, files: vec![script], modules }
    }

    /// Follows what that script has become.
    pub fn follow(&mut self, source: &Source, running: &Behaviour) {
        self.files[0] = File::new(source.path.clone(), version_of(&source.text));
        // The modules of the last one are followed on: a script that is broken now may import them again.
        self.modules = running.modules.clone();
    }

    /// The script, if it is to run again. A file that has gone, or is empty, or is not as it was at the look before, is
    /// being written: that is no change yet.
    pub fn look(&mut self) -> Option<Result<Source, BehaviourError>> {
        let told = self.modules.borrow_and_update();
        if told.has_changed() {
            for (path, version) in told.iter() {
                match self.files[1..].iter_mut().find(|file| file.path == *path) {
                    Some(known) => known.taken = *version,
                    None => self.files.push(File::new(path.clone(), *version)),
                }
            }
        }
        drop(told);
        // Each is looked at, also behind one that has changed.
        let changed = self.files.iter_mut().filter_map(|file| file.has_changed().then_some(())).count();
        (changed > 0).then(|| read(&self.path, &self.shown))
    }
}

impl File {
    fn new(path: PathBuf, version: u64) -> Self {
        Self { path, taken: version, seen: version }
    }

    fn has_changed(&mut self) -> bool {
        let Some(version) = version(&self.path) else { return false };
        let is_still = mem::replace(&mut self.seen, version) == version;
        is_still && mem::replace(&mut self.taken, version) != version
    }
}

/// What tells one version of a file from the next; none of one that is being written.
fn version(path: &Path) -> Option<u64> {
    match read_text(path) {
        Ok(text) if text.is_empty() => None,
        Ok(text) => Some(version_of(&text)),
        Err(ReadError::File(error)) if error.is_missing() || matches!(error, FileError::Dangling) => None,
        Err(error) => Some(version_of(&error.to_string())),
    }
}

pub(super) fn version_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    // The mark that some editors put there is no part of the script.
    text.strip_prefix('\u{feff}').unwrap_or(text).hash(&mut hasher);
    hasher.finish()
}
