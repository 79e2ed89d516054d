//! What an exploration of an application comes to, held against what is accepted.

use std::collections::BTreeSet;

use super::CommandExploration;
use crate::explore::{Accepted, AcceptedChanges, AcceptedFile, ExplorationVerdict, Extent};
use crate::run::Shard;

/// What it comes to, and what is accepted of its runs and was not found.
#[derive(Debug)]
pub(crate) struct JudgedCommand {
    pub(crate) verdict: ExplorationVerdict,
    /// The lines of it, whose runs are of this shard. They have gone if all the shards together are whole. `None` where
    /// nothing is accepted.
    pub(crate) unfound: Option<Vec<String>>,
}

/// Holds what was found against what is accepted, or makes it what is.
pub(crate) fn judged(
    found: &CommandExploration,
    kept: AcceptedFile,
    update: bool,
    shard: Option<Shard>,
    is_interrupted: bool,
) -> JudgedCommand {
    let now = Accepted::of(&found.exploration);
    let changes = kept.accepted.as_ref().map(|accepted| changes(accepted, &now, found));
    let unfound = changes.as_ref().map(|changes| unfound(&changes.gone, shard));
    // What was not run may be as it was.
    let changes =
        changes.map(|changes| if found.is_whole() { changes } else { AcceptedChanges { gone: Vec::new(), ..changes } });
    let verdict = match update {
        true if found.is_whole() && !is_interrupted => kept
            .replace(&found.exploration, true)
            .map_or_else(ExplorationVerdict::Unaccepted, |()| ExplorationVerdict::Updated),
        true => ExplorationVerdict::NotAll(changes.filter(|changes| !changes.new.is_empty())),
        false => match ExplorationVerdict::of_changes(&found.exploration, changes, is_interrupted) {
            // The other shards have it.
            ExplorationVerdict::Nothing if found.elsewhere > 0 => {
                if unfound.is_some() {
                    ExplorationVerdict::Same
                } else {
                    ExplorationVerdict::Well
                }
            }
            verdict => verdict,
        },
    };
    JudgedCommand { verdict, unfound }
}

/// What is new, and what would have gone if all was run.
fn changes(accepted: &Accepted, now: &Accepted, found: &CommandExploration) -> AcceptedChanges {
    let mut changes = accepted.changes(now, Extent::All);
    // A run that did not happen, or whose outcome varies, may be as it was.
    let unknown: BTreeSet<String> = found
        .not_reached
        .iter()
        .chain(found.flaky.iter().map(|flaky| &flaky.schedule))
        .map(ToString::to_string)
        .collect();
    changes.gone.retain(|line| !unknown.contains(schedule_of(line)));
    changes
}

/// What of it is this shard's to find.
fn unfound(gone: &[String], shard: Option<Shard>) -> Vec<String> {
    let is_own = |line: &&String| shard.is_none_or(|shard| shard.has(schedule_of(line)));
    gone.iter().filter(is_own).cloned().collect()
}

/// The schedule at the end of a line of what is accepted; the line, if it has none.
fn schedule_of(line: &str) -> &str {
    line.rsplit_once(" | ").map_or(line, |(_, schedule)| schedule)
}
