//! What the page has of a case: an entry of the list, which is read at once, and what is shown when it is opened.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::coverage::Transition;
use crate::explore::Reached;
use crate::report::model::{
    Case, Difference, Doubt, Exploration, Problem, Record, Snapshot, Status, Transitions, Variant, WallTime, Warning,
};
use crate::report::picture::picture;
use crate::text::clip;

/// The most characters of a message in the list.
const MAX_MESSAGE: usize = 160;
/// The most lines of each side of a difference, and how many of those in front of it are among them.
const MAX_LINES: usize = 2_000;
const LINES_BEFORE: usize = 50;

/// A case in the list of all.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CaseEntry {
    name: String,
    path: String,
    tags: Vec<String>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// How long it took, in seconds.
    wall_time: f64,
    virtual_time: f64,
}

impl CaseEntry {
    pub(super) fn of(case: &Case) -> Self {
        let message = case.problems.first().map(|problem| problem.message.as_str()).or(case.reason.as_deref());
        Self {
            name: case.name.clone(),
            path: case.path.clone(),
            tags: case.tags.clone(),
            status: case.status,
            message: message.and_then(|message| message.lines().next()).map(beginning),
            wall_time: case.wall_time.duration,
            virtual_time: case.virtual_time,
        }
    }
}

fn beginning(line: &str) -> String {
    clip(line, MAX_MESSAGE).into_owned()
}

/// A case as it is shown: without what the page does not show, and with the most telling parts of what is long.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownCase<'a> {
    name: &'a str,
    path: &'a str,
    summary: &'a str,
    tags: &'a [String],
    variant: Variant,
    status: Status,
    reason: Option<&'a str>,
    snapshot: Option<Snapshot>,
    virtual_time: f64,
    wall_time: WallTime,
    checks: u32,
    warnings: &'a [Warning],
    doubts: &'a [Doubt],
    problems: &'a [Problem],
    more_problems: usize,
    difference: Option<DifferenceLines<'a>>,
    records: Vec<&'a Record>,
    left: Option<OmittedRecords>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exploration: Option<Exploration>,
    /// The states of its clients, as SVG.
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<String>,
}

/// Records that are left out.
#[derive(Serialize)]
struct OmittedRecords {
    /// Behind how many that are not.
    after: usize,
    count: usize,
}

/// A difference from shortly before its first line on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DifferenceLines<'a> {
    old_name: &'a str,
    new_name: &'a str,
    client: Option<&'a str>,
    old: String,
    new: String,
    /// How many lines are left out before, which are the same in both.
    skipped: usize,
    /// Whether there are more behind.
    is_cut: bool,
}

/// How much is shown of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// How many records.
    first: usize,
    last: usize,
    /// What of an exploration.
    explored: ExploredRoom,
}

/// What is shown of an exploration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExploredRoom {
    All,
    /// No run beside the undisturbed one.
    WithoutExamples,
    /// What was found, and no matrix.
    FindingsAlone,
}

impl Default for Room {
    /// What led to the end tells more than how it began.
    fn default() -> Self {
        Self { first: 500, last: 1_500, explored: ExploredRoom::All }
    }
}

impl Room {
    pub(super) const NONE: Self = Self { first: 0, last: 0, explored: ExploredRoom::FindingsAlone };

    /// Less of it, first of an exploration, since its runs stand beside all of the undisturbed one.
    pub(super) const fn less(self) -> Self {
        match self.explored {
            ExploredRoom::All => Self { explored: ExploredRoom::WithoutExamples, ..self },
            ExploredRoom::WithoutExamples => Self { explored: ExploredRoom::FindingsAlone, ..self },
            ExploredRoom::FindingsAlone => Self { first: self.first / 2, last: self.last / 2, ..self },
        }
    }
}

impl<'a> ShownCase<'a> {
    pub(super) fn of(case: &'a Case, room: Room) -> Self {
        let (records, left) = chosen(&case.records, room);
        Self {
            name: &case.name,
            path: &case.path,
            summary: &case.summary,
            tags: &case.tags,
            variant: case.variant,
            status: case.status,
            reason: case.reason.as_deref(),
            snapshot: case.snapshot,
            virtual_time: case.virtual_time,
            wall_time: case.wall_time,
            checks: case.checks,
            warnings: &case.warnings,
            doubts: &case.doubts,
            problems: &case.problems,
            more_problems: case.more_problems,
            difference: case.difference.as_ref().map(sides),
            records,
            left,
            exploration: case.exploration.as_deref().map(|found| explored(found, room.explored)),
            states: case.exploration.as_deref().and_then(|found| states(found, room.explored)),
        }
    }
}

/// An exploration as there is room for it. Of its transitions the picture is shown.
fn explored(found: &Exploration, room: ExploredRoom) -> Exploration {
    let mut shown = Exploration { transitions: None, ..found.clone() };
    if room != ExploredRoom::All {
        shown.examples.clear();
        shown.outcomes.iter_mut().for_each(|outcome| outcome.example = None);
    }
    if room == ExploredRoom::FindingsAlone {
        shown.more_pairs += shown.pairs.len();
        shown.cells.clear();
        shown.pairs.clear();
        shown.outcomes.clear();
    }
    shown
}

/// The picture, if there is room for it, and transitions to draw. It is made here of what they are read as, so that no text of
/// a report gets into it.
fn states(found: &Exploration, room: ExploredRoom) -> Option<String> {
    let is_any = |of: &&Transitions| !(of.scenario.is_empty() && of.added.is_empty());
    let transitions = found.transitions.as_ref().filter(is_any).filter(|_| room != ExploredRoom::FindingsAlone)?;
    let read = |texts: &[String]| texts.iter().map(|text| text.parse()).collect::<Result<BTreeSet<Transition>, _>>();
    let reached = Reached::of(read(&transitions.scenario).ok()?, read(&transitions.added).ok()?);
    Some(picture(&reached))
}

fn chosen(records: &[Record], room: Room) -> (Vec<&Record>, Option<OmittedRecords>) {
    if records.len() <= room.first + room.last {
        return (records.iter().collect(), None);
    }
    let (first, rest) = records.split_at(room.first);
    let (left, last) = rest.split_at(rest.len() - room.last);
    (first.iter().chain(last).collect(), Some(OmittedRecords { after: first.len(), count: left.len() }))
}

fn sides(difference: &Difference) -> DifferenceLines<'_> {
    let (old, new) = (&difference.old, &difference.new);
    // Columns that got another width make no difference.
    let is_same = |(old, new): &(&str, &str)| old.split_whitespace().eq(new.split_whitespace());
    let same = old.lines().zip(new.lines()).take_while(is_same).count();
    let is_long = |text: &str| text.lines().nth(MAX_LINES).is_some();
    let skipped = if is_long(old) || is_long(new) { same.saturating_sub(LINES_BEFORE) } else { 0 };
    let part = |text: &str| text.lines().skip(skipped).take(MAX_LINES).collect::<Vec<_>>().join("\n");
    let is_cut = |text: &str| text.lines().nth(skipped + MAX_LINES).is_some();
    DifferenceLines {
        old_name: &difference.old_name,
        new_name: &difference.new_name,
        client: difference.client.as_deref(),
        old: part(old),
        new: part(new),
        skipped,
        is_cut: is_cut(old) || is_cut(new),
    }
}
