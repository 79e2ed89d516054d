//! Whether a pass should be trusted.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Case, Finished, Status, Variant};
use crate::doubt::Doubt;
use crate::file::or_here;
use crate::scenario::MAX_ENTRIES;
use crate::snapshot::{self, Comparison};

/// Looks at what passes.
#[derive(Debug)]
pub(super) struct Judge {
    strict: bool,
    /// Whether scripts of a folder have snapshots.
    folders: BTreeMap<PathBuf, bool>,
}

impl Judge {
    pub(super) const fn new(strict: bool) -> Self {
        Self { strict, folders: BTreeMap::new() }
    }

    /// Adds what there is to doubt in a case that passed, and fails it for that in strict mode.
    pub(super) fn judge(&mut self, case: &Case<'_>, finished: &mut Finished) {
        let comparison = match &finished.status {
            Status::Passed(comparison) if case.variant != Variant::Check => comparison.clone(),
            _ => return,
        };
        if lacks_snapshot(case, &comparison) {
            if finished.checks == 0 {
                finished.doubts.insert(0, Doubt::NoCheck);
            } else if self.strict && self.has_snapshots(&case.scenario.path) {
                finished.doubts.insert(0, Doubt::NoSnapshot);
            }
        }
        if self.strict && !finished.doubts.is_empty() {
            finished.status = Status::Doubtful(comparison);
        }
    }

    /// Whether any script beside `script` has a snapshot.
    fn has_snapshots(&mut self, script: &Path) -> bool {
        let folder = or_here(script.parent().unwrap_or(Path::new("")));
        *self.folders.entry(folder.to_owned()).or_insert_with(|| {
            let mut entries = fs::read_dir(folder).into_iter().flatten().take(MAX_ENTRIES).filter_map(Result::ok);
            entries.any(|entry| snapshot::has_script(&entry.path()))
        })
    }
}

fn lacks_snapshot(case: &Case<'_>, comparison: &Comparison) -> bool {
    match comparison {
        Comparison::Missing => true,
        Comparison::Unasked => !case.snapshot().is_file(),
        Comparison::Same | Comparison::Created | Comparison::Changed | Comparison::Different(_) => false,
    }
}
