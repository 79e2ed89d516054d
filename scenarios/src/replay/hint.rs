//! What the script knows and the timeline does not: when snapshots were taken, and which calls came without a pause.

use kandy_client::Time;
use serde_json::Value;

use crate::recording::{Action, RecordedSnapshot, Recording, Timed, TimelineRecord};

/// The script's hints, in the order in which the timeline needs them.
pub(super) struct Hints<'a> {
    calls: std::vec::IntoIter<CallHint<'a>>,
    snapshots: std::iter::Peekable<std::vec::IntoIter<SnapshotHint<'a>>>,
}

/// What the script says of a call.
#[derive(Clone, Copy)]
pub(super) struct CallHint<'a> {
    /// For `create`: this client's own configuration.
    pub(super) config: Option<&'a Value>,
    /// Whether events of what came before may still wait.
    pub(super) without_pause: bool,
}

struct SnapshotHint<'a> {
    /// The index of the record that it was taken before.
    before: usize,
    time: Time,
    snapshot: &'a RecordedSnapshot,
}

impl<'a> Hints<'a> {
    pub(super) fn new(recording: &'a Recording) -> Self {
        let mut calls = Vec::new();
        let mut snapshots = Vec::new();
        let mut same_tick_before = false;
        for (index, entry) in recording.script.iter().enumerate() {
            let mut same_tick_now = false;
            match &entry.what {
                Action::Call { config, same_tick, .. } => {
                    calls.push(CallHint { config: config.as_ref(), without_pause: same_tick_before && *same_tick });
                    same_tick_now = *same_tick;
                }
                Action::Server { same_tick, .. } => same_tick_now = *same_tick,
                Action::Snapshot(snapshot) => {
                    let before = place(&recording.timeline, calls.len(), entry.time, recording.script.get(index + 1));
                    snapshots.push(SnapshotHint { before, time: entry.time, snapshot });
                }
                Action::Rule(_) => {}
            }
            same_tick_before = same_tick_now;
        }
        Self { calls: calls.into_iter(), snapshots: snapshots.into_iter().peekable() }
    }

    /// What the script says of the next call that no listener makes.
    pub(super) fn next_call(&mut self) -> Option<CallHint<'a>> {
        self.calls.next()
    }

    /// The next snapshot that was taken before the record `index`.
    pub(super) fn next_snapshot(&mut self, index: usize) -> Option<(Time, &'a RecordedSnapshot)> {
        self.snapshots.next_if(|hint| hint.before <= index).map(|hint| (hint.time, hint.snapshot))
    }
}

/// The record before which a snapshot was taken: after everything until its time, but within that instant before what
/// the script does next.
fn place(timeline: &[Timed<TimelineRecord>], calls_before: usize, time: Time, next: Option<&Timed<Action>>) -> usize {
    let end = timeline.iter().position(|record| record.time > time).unwrap_or(timeline.len());
    let is_call = |(_, record): &(usize, &Timed<TimelineRecord>)| matches!(&record.what, TimelineRecord::Api(call) if !call.in_listener);
    let mut calls = timeline.iter().enumerate().filter(is_call).map(|(index, _)| index);
    let last_call = calls_before.checked_sub(1).and_then(|last| calls.nth(last));
    let place = calls.next().map_or(end, |next_call| next_call.min(end));
    let acts_at_once = next.is_some_and(|next| next.time == time && matches!(next.what, Action::Server { .. }));
    if !acts_at_once {
        return place;
    }
    let from = last_call.map_or(0, |last| last + 1).min(place);
    let is_later_input = |record: &Timed<TimelineRecord>| record.time == time && record.what.is_input();
    timeline[from..place].iter().position(is_later_input).map_or(place, |offset| from + offset)
}
