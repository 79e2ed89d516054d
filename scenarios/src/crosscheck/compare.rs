//! The comparison of a cross-check with the recording.

use kandy_client::Time;

use super::run::{RECORDED_HOST, Sighting};
use crate::recording::{Action, ListenerCall, PageAddress, RecordedEvent, RecordedSnapshot, Recording, TimelineRecord};
use crate::replay::ReplayDifference;
use crate::replay::compare::{self, Mismatch};
use crate::replay::difference;
use crate::trace;
use crate::world::address;

/// Compares all that was seen with the timeline, then the snapshots and the end with the script. `ended` is how the
/// run ended.
pub(super) fn compare(
    recording: &Recording,
    seen: &[(Time, Sighting)],
    ended: Result<(), Mismatch>,
) -> Result<(), ReplayDifference> {
    let is_look = |seen: &Sighting| matches!(seen, Sighting::Snapshot { .. } | Sighting::Timers(_));
    let mut effects = seen.iter().filter(|(_, seen)| !is_look(seen));
    let mut now = Time::ZERO;
    for (at, record) in recording.timeline.iter().enumerate() {
        if !is_expected(&record.what) {
            continue;
        }
        let next = effects.next();
        now = next.map_or(now, |(time, _)| *time);
        let same = match (next, &ended) {
            (Some((time, seen)), _) if *time == record.time => check(&record.what, seen),
            (Some((_, seen)), _) => Err(differ(record.time, &record.what, describe(seen))),
            (None, Err(end)) => Err(differ(record.time, &record.what, end.got.clone())),
            (None, Ok(())) => Err(differ(record.time, &record.what, "nothing more".to_owned())),
        };
        same.map_err(|mismatch| ReplayDifference::new(recording, at, now, mismatch))?;
    }
    let at_end = |now, mismatch| ReplayDifference::new(recording, recording.timeline.len(), now, mismatch);
    if let Some((time, seen)) = effects.next() {
        return Err(at_end(*time, Mismatch::new("nothing more".to_owned(), describe(seen))));
    }
    ended.map_err(|mismatch| at_end(now, mismatch))?;
    let looks = seen.iter().filter(|(_, seen)| is_look(seen));
    let mut snapshots = recording.script.iter().filter_map(|entry| match &entry.what {
        Action::Snapshot(snapshot) => Some(snapshot),
        _ => None,
    });
    for (time, look) in looks {
        check_look(recording, look, &mut snapshots).map_err(|mismatch| at_end(*time, mismatch))?;
    }
    Ok(())
}

/// What a cross-check must show; frames are keep-alives, and what the client was given is not compared: what comes of
/// it is.
fn is_expected(record: &TimelineRecord) -> bool {
    match record {
        TimelineRecord::Fetch(_) | TimelineRecord::WsNew { .. } | TimelineRecord::Event(_) => true,
        TimelineRecord::WsCloseCall { ready_state, .. } => *ready_state < 2,
        TimelineRecord::Listener(call) => !call.is_foreign(),
        _ => false,
    }
}

fn check(record: &TimelineRecord, seen: &Sighting) -> Result<(), Mismatch> {
    match (record, seen) {
        (TimelineRecord::Fetch(fetch), Sighting::Request { method, address }) => {
            compare::text("method", fetch.method(), method.as_str())?;
            compare_address(&fetch.address, address)
        }
        (TimelineRecord::WsNew { ws, address: expected }, Sighting::Opens { socket, address }) => {
            compare::value("number of the websocket", &(*ws).into(), &(*socket).into())?;
            compare_address(expected, address)
        }
        (TimelineRecord::WsCloseCall { ws, .. }, Sighting::Closes { socket }) => {
            compare::value("number of the websocket", &(*ws).into(), &(*socket).into())
        }
        (TimelineRecord::Event(heard), Sighting::Event { client, event, args, shown }) => {
            let RecordedEvent { client: expected, event: name, args: arguments, shown: state } = heard;
            compare::text("client", expected, client)?;
            compare::text("event", name, event)?;
            compare::value("args", arguments, args)?;
            compare::shown(state, shown)
        }
        (TimelineRecord::Listener(call), Sighting::Listener { client, listener, event, args }) => {
            let ListenerCall { client: expected, listener: name, event: heard, args: arguments, .. } = call;
            compare::text("client", expected, client)?;
            compare::text("listener", name, listener)?;
            compare::text("event", heard.as_deref().unwrap_or(event), event)?;
            compare::value("args", arguments, args)
        }
        (record, seen) => Err(Mismatch::new(difference::describe(record), describe(seen))),
    }
}

fn check_look<'a>(
    recording: &'a Recording,
    look: &Sighting,
    snapshots: &mut impl Iterator<Item = &'a RecordedSnapshot>,
) -> Result<(), Mismatch> {
    match look {
        Sighting::Snapshot { name, shown } => {
            let taken = snapshots.next().map(|snapshot| &snapshot.shown);
            let expected = taken.or(recording.final_state.state.as_ref());
            let expected = expected.ok_or_else(|| compare::missing("a snapshot"))?;
            compare::shown(expected, shown).map_err(|found| found.within(name))
        }
        Sighting::Timers(due) => compare::timers(&recording.final_state.pending_timers, due.clone()),
        _ => Ok(()),
    }
}

/// Compares an address with that of a recording; one that the page could not take apart says nothing.
fn compare_address(expected: &PageAddress, got: &trace::Address) -> Result<(), Mismatch> {
    let Some(url) = expected.url() else { return Ok(()) };
    let expected = address::Destination::of(&compare::fill_text(&url), &[RECORDED_HOST.to_owned()]).record();
    compare::text("address", expected.as_str(), got.as_str())
}

fn differ(time: Time, record: &TimelineRecord, got: String) -> Mismatch {
    Mismatch::new(format!("at {} {}", difference::clock(time), difference::describe(record)), got)
}

fn describe(seen: &Sighting) -> String {
    match seen {
        Sighting::Request { method, address } => format!("request {method} {}", address.as_str()),
        Sighting::Opens { socket, address } => format!("websocket {socket} to {}", address.as_str()),
        Sighting::Closes { socket } => format!("close of websocket {socket}"),
        Sighting::Event { event, args, client, .. } => {
            format!("{} (client {client})", difference::describe_event(event, args))
        }
        Sighting::Listener { listener, event, .. } => format!("a call of listener {listener} with {event}"),
        Sighting::Snapshot { name, .. } => format!("snapshot {name}"),
        Sighting::Timers(_) => "the timers at the end".to_owned(),
    }
}
