//! A script that may change while it runs.

use std::path::PathBuf;

use tokio::sync::watch;

use super::{Behaviour, BehaviourError, read};
use crate::scenario::MAX_BYTES;
use crate::script::Source;
use crate::serve::followed::{Followed, Version};

/// The modules that a script has read, and which version of each.
pub(super) type Modules = Vec<(PathBuf, Version)>;

/// Reads a script again whenever it has changed, or a module that it has imported.
#[derive(Debug)]
pub struct ScriptFollower {
    shown: String,
    script: Followed,
    /// Those that it imports, or has imported: one that is broken now may be about to do so again.
    modules: Vec<Followed>,
    /// What the one that runs imports.
    imported: watch::Receiver<Modules>,
}

impl ScriptFollower {
    /// Follows a script that runs.
    #[must_use]
    pub fn new(source: &Source, running: &Behaviour) -> Self {
        let (shown, imported) = (source.shown.clone(), running.modules.clone());
        Self { shown, script: script(source), modules: Vec::new(), imported }
    }

    /// Follows what that script has become.
    pub fn follow(&mut self, source: &Source, running: &Behaviour) {
        self.script = script(source);
        self.imported = running.modules.clone();
    }

    /// The script, if it should run again.
    pub fn look(&mut self) -> Option<Result<Source, BehaviourError>> {
        let imported = self.imported.borrow_and_update();
        if imported.has_changed() {
            for (path, version) in imported.iter() {
                match self.modules.iter_mut().find(|module| module.path() == path) {
                    Some(known) => known.take(version.clone()),
                    None => self.modules.push(Followed::since(path.clone(), MAX_BYTES, version.clone())),
                }
            }
        }
        drop(imported);
        // All are looked at, also behind one that has changed.
        let mut files: Vec<&mut Followed> = self.modules.iter_mut().chain([&mut self.script]).collect();
        let changed = files.iter_mut().filter_map(|file| file.look()).count();
        (changed > 0).then(|| read(self.script.path(), &self.shown))
    }
}

fn script(source: &Source) -> Followed {
    Followed::since(source.path.clone(), MAX_BYTES, Version::of(source.text.as_bytes()))
}
