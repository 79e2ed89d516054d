//! Where in the records of the recorder's platform its script acted, which those do not say themselves.

use kandy_client::Time;
use kandy_mock_server::Frame;
use kandy_scenarios::recording::{Action, Exchange, Recording, TimelineRecord};
use serde_json::Value;

use super::recorder;

/// Something that the recorder's platform was told to do.
#[derive(Clone, Copy)]
pub(super) struct Act<'a> {
    /// The number of the record before which it was.
    pub(super) before: usize,
    /// When.
    pub(super) time: Time,
    /// What.
    pub(super) action: &'a str,
    /// Its arguments.
    pub(super) args: &'a [Value],
}

/// What the platform was told to do, in order.
///
/// What has an effect of its own stands right before that; anything else before what comes of the entry behind it, or at the
/// end of its instant.
pub(super) fn actions(recording: &Recording) -> Vec<Act<'_>> {
    let mut acts: Vec<Act<'_>> = Vec::new();
    // Behind these nothing has shown yet where they are.
    let mut placed = 0;
    let mut claimed = vec![false; recording.wire.len()];
    let mut calls = 0;
    for entry in &recording.script {
        let is_over = acts[placed..].first().is_some_and(|act| act.time < entry.time);
        if is_over {
            place(&mut acts, &mut placed, |act| end_of(recording, act.time));
        }
        match &entry.what {
            Action::Call { .. } => {
                calls += 1;
                let before = requests_before_call(recording, calls);
                place(&mut acts, &mut placed, |_| before);
            }
            Action::Server { action, args, .. } => {
                let act = Act { before: 0, time: entry.time, action, args };
                let from = acts[..placed].last().map_or(0, |act| act.before);
                acts.push(act);
                if let Some(effect) = effect(recording, &act, from, &claimed) {
                    claim(recording, &act, effect, &mut claimed);
                    place(&mut acts, &mut placed, |_| effect);
                }
            }
            Action::Snapshot(_) | Action::Rule(_) => {}
        }
    }
    place(&mut acts, &mut placed, |act| end_of(recording, act.time));
    acts
}

/// Says where those acts are that have no place yet.
fn place(acts: &mut [Act<'_>], placed: &mut usize, before: impl Fn(&Act<'_>) -> usize) {
    for act in &mut acts[*placed..] {
        act.before = before(act);
    }
    *placed = acts.len();
}

/// The first record that is of the action's own making.
fn effect(recording: &Recording, act: &Act<'_>, from: usize, claimed: &[bool]) -> Option<usize> {
    let is_effect = |index: &usize| {
        let entry = &recording.wire[*index];
        !claimed[*index] && entry.time == act.time && is_of(&entry.what, act)
    };
    (from..recording.wire.len()).find(is_effect)
}

/// Takes the effects of an action out of those that are looked for: one of each websocket.
fn claim(recording: &Recording, act: &Act<'_>, from: usize, claimed: &mut [bool]) {
    let mut sockets = Vec::new();
    for (index, entry) in recording.wire.iter().enumerate().skip(from) {
        if entry.time != act.time || claimed[index] || !is_of(&entry.what, act) {
            continue;
        }
        let ws = match &entry.what {
            Exchange::WsOut(frame) => frame.ws,
            Exchange::WsClosed(closed) => closed.ws,
            _ => continue,
        };
        if !sockets.contains(&ws) {
            sockets.push(ws);
            claimed[index] = true;
        }
    }
}

fn is_of(exchange: &Exchange, act: &Act<'_>) -> bool {
    match (exchange, act.action) {
        (Exchange::WsOut(frame), "push") => {
            let (pushed, _) = recorder::pushed(act.args);
            match (super::read(frame), pushed) {
                (Ok(Frame::Text(recorded)), Frame::Text(pushed)) => super::answers::reads_as(&recorded, &pushed),
                (recorded, pushed) => recorded.is_ok_and(|recorded| recorded == pushed),
            }
        }
        (Exchange::WsClosed(closed), "closeAll" | "destroyAll") => closed.by == "server",
        _ => false,
    }
}

/// The number of the record that comes behind all of an instant.
fn end_of(recording: &Recording, time: Time) -> usize {
    recording.wire.iter().position(|entry| entry.time > time).unwrap_or(recording.wire.len())
}

/// The number of the request that comes next after the `nth` call of the script.
fn requests_before_call(recording: &Recording, nth: usize) -> usize {
    let mut calls = 0;
    let mut requests = 0;
    for entry in &recording.timeline {
        match &entry.what {
            TimelineRecord::Api(call) if !call.in_listener => {
                calls += 1;
                if calls == nth {
                    break;
                }
            }
            TimelineRecord::Fetch(fetch) if fetch.address.url().is_some() => requests += 1,
            _ => {}
        }
    }
    let is_request = |exchange: &Exchange| matches!(exchange, Exchange::Request(_));
    let of_requests = recording.wire.iter().enumerate().filter(|(_, entry)| is_request(&entry.what));
    of_requests.map(|(index, _)| index).nth(requests).unwrap_or(recording.wire.len())
}
