//! What the runs of scenarios depend on, as one number each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use crate::cli::selection::Selected;
use crate::scenario::Scenario;
use crate::script::Reach;
use crate::snapshot;

/// A number for all that the run of a scenario depends on: it changes when any of that does.
pub(super) type Digest = u64;

/// What the runs of the scenarios that are chosen depend on.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// By the paths of their scripts.
    pub(super) digests: BTreeMap<PathBuf, Digest>,
    /// The modules that they import, there or not.
    pub(super) modules: BTreeSet<PathBuf>,
}

impl Inputs {
    /// Reads them. Snapshots are among them where a run compares, and not where it writes them.
    pub(super) fn of(selected: &Selected, with_snapshots: bool) -> Self {
        let mut inputs = Self::default();
        let settings = selected.project.as_ref().and_then(|project| fs::read(&project.settings).ok());
        for scenario in &selected.found.scenarios {
            let mut hasher = DefaultHasher::new();
            settings.hash(&mut hasher);
            match &scenario.content {
                Ok(content) => {
                    // Which rows are chosen, and their names, follow from the text and from filters.
                    (&content.text, &content.rows).hash(&mut hasher);
                    let reach = Reach::of(&scenario.root, &content.text);
                    reach.modules.hash(&mut hasher);
                    if reach.is_open {
                        hash_all(selected, &mut hasher);
                    }
                    inputs.modules.extend(reach.modules.into_keys());
                }
                Err(error) => error.to_string().hash(&mut hasher),
            }
            if with_snapshots {
                snapshots(scenario).for_each(|path| fs::read(path).ok().hash(&mut hasher));
            }
            inputs.digests.insert(scenario.path.clone(), hasher.finish());
        }
        inputs
    }
}

/// All scripts, any of which may be imported.
fn hash_all(selected: &Selected, hasher: &mut DefaultHasher) {
    for script in selected.found.scenarios.iter().chain(&selected.found.modules) {
        script.path.hash(hasher);
        script.content.as_ref().map(|content| &content.text).ok().hash(hasher);
    }
}

/// Where the snapshots of a scenario are, or would be.
fn snapshots(scenario: &Scenario) -> impl Iterator<Item = PathBuf> {
    let script: &Path = &scenario.path;
    let whole = scenario.rows().is_empty().then(|| snapshot::path_of(script));
    whole.into_iter().chain(scenario.rows().iter().map(move |row| snapshot::path_of_row(script, row)))
}
