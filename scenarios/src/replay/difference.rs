//! The first difference between the port and the SDK, and how records are shown.

use std::fmt;

use kandy_client::Time;
use serde_json::Value;

use super::compare::Mismatch;
use super::{Noted, TimedNote};
use crate::recording::{ApiCall, ListenerCall, PageAddress, Recording, TimelineRecord};
use crate::text::printable;

/// How many records are shown before the one at which the difference was found, and behind it.
const RECORDS_AROUND: (usize, usize) = (5, 3);

/// Where the port first did something else than the SDK.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ReplayDifference {
    /// The virtual time.
    pub time: Time,
    /// What the SDK did.
    pub expected: String,
    /// What the port did instead.
    pub got: String,
    /// The records around it, one line each; the one in hand begins with `>`.
    pub context: Vec<String>,
}

impl ReplayDifference {
    pub(crate) fn new(recording: &Recording, at: usize, now: Time, mismatch: Mismatch) -> Self {
        let (before, behind) = RECORDS_AROUND;
        let shown = at.saturating_sub(before)..recording.timeline.len().min(at + behind + 1);
        let mut context: Vec<String> = shown
            .map(|index| {
                let record = &recording.timeline[index];
                let mark = if index == at { '>' } else { ' ' };
                format!("{mark} {}  {}", clock(record.time), describe(&record.what))
            })
            .collect();
        if at == recording.timeline.len() {
            context.push(format!("> {}  end of the recording", clock(recording.final_state.time)));
        }
        Self { time: now, expected: mismatch.expected, got: mismatch.got, context }
    }
}

impl fmt::Display for ReplayDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the port differs from the SDK at {}", clock(self.time))?;
        writeln!(f, "  expected: {}", printable(&self.expected))?;
        writeln!(f, "  got:      {}", printable(&self.got))?;
        write!(f, "  records around it:")?;
        self.context.iter().try_for_each(|line| write!(f, "\n    {}", printable(line)))
    }
}

impl fmt::Display for TimedNote<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            Noted::Record(TimelineRecord::Listener(call)) => describe_listener(call),
            Noted::Record(record) => describe(record),
            Noted::Snapshot(name) => format!("snapshot {name}"),
        };
        write!(f, "{}  {}", clock(self.time), printable(&what))
    }
}

/// Seconds with three decimals.
pub(crate) fn clock(time: Time) -> String {
    let millis = time.as_millis();
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

/// One line for a record.
pub(crate) fn describe(record: &TimelineRecord) -> String {
    match record {
        TimelineRecord::Api(call) => describe_call(call),
        TimelineRecord::Fetch(fetch) => {
            format!("request {} {} {}", fetch.id, fetch.method(), show_address(&fetch.address))
        }
        TimelineRecord::FetchResponse { id, status } => format!("answer to request {id}: {status}"),
        TimelineRecord::FetchFailed { id } => format!("no answer to request {id}"),
        TimelineRecord::WsNew { ws, address } => format!("websocket {ws} made: {}", show_address(address)),
        TimelineRecord::WsOpen { ws } => format!("websocket {ws} open"),
        TimelineRecord::WsSend { ws, data } => format!("frame sent on websocket {ws}: {data}"),
        TimelineRecord::WsMessage { ws, data } => format!("frame received on websocket {ws}: {data}"),
        TimelineRecord::WsError { ws } => format!("websocket {ws} failed"),
        TimelineRecord::WsCloseCall { ws, ready_state: 0 | 1 } => format!("websocket {ws} closed by the SDK"),
        TimelineRecord::WsCloseCall { ws, .. } => format!("websocket {ws} closed by the SDK when it was dead already"),
        TimelineRecord::WsCloseEvent { ws, code, sdk_listening: true } => format!("websocket {ws} closed with {code}"),
        TimelineRecord::WsCloseEvent { ws, code, .. } => format!("websocket {ws} closed with {code}, unheard"),
        TimelineRecord::Event(heard) => describe_event(&heard.event, &heard.args),
        TimelineRecord::Listener(call) => format!("call {} of listener {}", call.n, call.listener),
        TimelineRecord::UnhandledRejection { message } => format!("exception of a listener: {message}"),
        TimelineRecord::Console => "a line on the console".to_owned(),
    }
}

/// One line for a call, without what is secret in its arguments.
pub(crate) fn describe_call(call: &ApiCall) -> String {
    let first = call.args.first();
    let argument = match first {
        Some(Value::Object(argument)) => argument.get("username").or_else(|| argument.get("$listener")),
        Some(Value::String(_) | Value::Bool(_)) => first,
        _ => None,
    };
    let shown = argument.map_or_else(String::new, |argument| match argument {
        Value::String(text) => format!(" {text}"),
        other => format!(" {other}"),
    });
    let place = if call.in_listener { " (in a listener)" } else { "" };
    format!("call {}.{}{shown}{place}", call.client, call.call)
}

/// One line for the call of a listener.
pub(super) fn describe_listener(call: &ListenerCall) -> String {
    format!("call {} of listener {} of {}", call.n, call.listener, call.client)
}

/// One line for an event.
pub(crate) fn describe_event(event: &str, args: &Value) -> String {
    format!("event {event} {args}")
}

fn show_address(address: &PageAddress) -> String {
    address.url().unwrap_or_else(|| "an impossible address".to_owned())
}
