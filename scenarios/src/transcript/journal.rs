//! A platform's journal as a transcript, in the columns of a run's. The console writes the same for a journal that was saved
//! (`serve/pages/transcript.js`), which a test of its pages holds.

use std::fmt::{self, Write};

use kandy_mock_server::{Answered, FrameRecord, Kind, Point, Record, RefusalRecord, RequestRecord, Side, Time, masked};
use serde_json::{Map, Value};

use super::columns::Columns;
use super::{push_limited, seconds};
use crate::text::printable;

/// What happened at a platform, one line a record.
#[must_use]
pub fn journal(records: &[Record]) -> String {
    let names: Vec<_> = records.iter().map(|record| printable(record.user.as_deref().unwrap_or("platform"))).collect();
    let last = records.last().map(|record| record.time.since_start());
    let columns = Columns::of(last, names.iter().map(AsRef::as_ref)).bounded();
    let mut lines = String::new();
    for (record, who) in records.iter().zip(&names) {
        columns.line(&mut lines, record.time.since_start(), who, kind(&record.kind), |lines| {
            push_limited(lines, |line| write_record(line, record));
        });
    }
    lines
}

/// The word in the third column.
fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Request(_) => "request",
        Kind::Upgrade { .. } | Kind::Opened { .. } | Kind::Closed { .. } => "socket",
        Kind::Pings { .. } | Kind::FrameIn { .. } | Kind::FrameOut { .. } => "frame",
        Kind::Expired { .. } | Kind::TokensExpired { .. } => "expiry",
        Kind::Refused(_) => "refusal",
        Kind::Command { name: "mark", .. } => "mark",
        Kind::Command { .. } => "control",
    }
}

fn write_record(line: &mut impl Write, record: &Record) -> fmt::Result {
    match &record.kind {
        Kind::Request(request) => {
            let asked = match record.point {
                Some(point) if point != Point::Other => point.as_str(),
                _ => request.path(),
            };
            write!(line, "{} {asked}", request.method)?;
            write_answer(line, request)
        }
        Kind::Upgrade { request, socket } => {
            line.write_str("handshake")?;
            socket.map_or(Ok(()), |socket| write!(line, " {socket}"))?;
            write_answer(line, request)
        }
        Kind::Opened { socket } => write!(line, "{socket} open"),
        Kind::Pings { socket, count: 1, .. } => write!(line, "{socket} ping"),
        Kind::Pings { socket, count, last, .. } => {
            write!(line, "{socket} ping  {count} times, until {}", at(*last))
        }
        Kind::FrameIn { socket, frame } => write_frame(line, &format_args!("{socket} →"), frame),
        Kind::FrameOut { socket, frame } => write_frame(line, &format_args!("{socket} ←"), frame),
        Kind::Closed { socket, code, by } => {
            let by = if *by == Side::Client { "client" } else { "platform" };
            match code {
                Some(code) => write!(line, "{socket} closed by {by}  {code}"),
                None => write!(line, "{socket} broken off by {by}"),
            }
        }
        Kind::Expired { subscription } => write!(line, "{subscription} expired"),
        Kind::TokensExpired { tokens } => write!(line, "{} expired", tokens.join(", ")),
        Kind::Refused(refused) => write_refusal(line, refused),
        Kind::Command { name: "mark", arguments, .. } => line.write_str(&told(arguments)),
        Kind::Command { name, rule, arguments } => {
            write!(line, "{name}")?;
            let told = told(arguments);
            if !told.is_empty() {
                write!(line, " {told}")?;
            }
            rule.map_or(Ok(()), |rule| write!(line, "  fault {}", rule.number()))
        }
    }
}

/// What came of a request, why, and when.
fn write_answer(line: &mut impl Write, request: &RequestRecord) -> fmt::Result {
    match request.answered {
        Answered::Status(status) => write!(line, "  {status}")?,
        Answered::Hang => line.write_str("  no answer")?,
        Answered::Reset => line.write_str("  reset")?,
        Answered::Refused => line.write_str("  refused")?,
    }
    if let Some(reason) = request.reason {
        write!(line, "  {}", reason.as_str())?;
    }
    if let Some((fault, met)) = request.fault.zip(request.met.as_ref()) {
        write!(line, "  by fault {}, number {}: {}", fault.number(), met.number, met.how())?;
    }
    let delivery = request.delivery;
    if let Some(until) = delivery.held_until {
        write!(line, "  held until {}", at(until))?;
        delivery.sent.map_or(Ok(()), |sent| write!(line, "  sent {}", at(sent)))?;
    }
    delivery.client_left.map_or(Ok(()), |left| write!(line, "  client left {}", at(left)))
}

fn write_frame(line: &mut impl Write, way: &fmt::Arguments<'_>, frame: &FrameRecord) -> fmt::Result {
    if frame.binary {
        return write!(line, "{way} {} bytes, binary", frame.bytes);
    }
    write!(line, "{way} {}", masked(&frame.beginning))
}

fn write_refusal(line: &mut impl Write, refused: &RefusalRecord) -> fmt::Result {
    let what = [&refused.method, &refused.path].into_iter().flatten();
    let what: Vec<&str> = what.map(String::as_str).chain([refused.what.as_str()]).collect();
    line.write_str(&what.join(" "))?;
    refused.status.map_or(Ok(()), |status| write!(line, "  {status}"))?;
    refused.peer.map_or(Ok(()), |peer| write!(line, "  from {peer}"))?;
    refused.origin.as_ref().map_or(Ok(()), |origin| write!(line, "  of {origin}"))?;
    refused.detail.as_ref().map_or(Ok(()), |detail| write!(line, "  {detail}"))?;
    match refused.count {
        1 => Ok(()),
        count => write!(line, "  {count} times, until {}", at(refused.last)),
    }
}

/// The arguments of a command but for the user, who has a column.
fn told(arguments: &Map<String, Value>) -> String {
    let told = arguments.iter().filter(|(name, _)| *name != "user").map(|(_, value)| match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    });
    told.collect::<Vec<_>>().join(" ")
}

fn at(time: Time) -> String {
    seconds(time.since_start())
}
