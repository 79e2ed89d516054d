//! The transcript: a [`Trace`] as text, one line a record, the same in every run (snapshots, the console and failures show
//! it). Nothing is decided here, and nothing is read back.

mod columns;
mod control;
mod journal;
mod redaction;

use std::fmt::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use kandy_client::{DisconnectReason, Error, Event};

use self::columns::Columns;
pub(crate) use self::control::control_text;
pub use self::journal::journal;
pub use self::redaction::Redactions;
use crate::text::{ELLIPSIS, is_unprintable, push_printable};
use crate::trace::{
    CallRecord, Close, ControlRecord, DisturbanceRecord, FrameContent, HandshakeStep, ReplyOutcome, SeenConnection,
    SignIn, Trace, TraceRecord, What,
};

/// The longest text of one line; what is longer ends with an ellipsis.
const MAX_TEXT: usize = 400;

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(self, 0))
    }
}

/// Parts of the transcript.
impl Trace {
    /// The last `count` lines, with the columns of the whole.
    #[must_use]
    pub fn tail(&self, count: usize) -> String {
        render(self, self.records().len().saturating_sub(count))
    }

    /// When what happened to whom, except what a schedule did. Two runs that are equal in this have one snapshot.
    pub(crate) fn undisturbed_lines(&self) -> Vec<(Duration, Arc<str>, &'static str, String)> {
        let records = self.records().iter().filter(|record| !matches!(record.what, What::Disturbance(_)));
        records.map(|record| (record.at, record.who.clone(), record.what.kind(), record.what.text())).collect()
    }

    /// What happened last, without the details that a transcript has: `kandy event auth:change`.
    #[must_use]
    pub fn last_in_short(&self) -> Option<String> {
        let TraceRecord { who, what, .. } = self.records().last()?;
        let kind = what.kind();
        Some(match what {
            What::Event { event, .. } => format!("{who} {kind} {}", event.name()),
            _ => format!("{who} {kind}"),
        })
    }

    /// The lines of one client's events without their times: what a run in `Live` has in common with one in `Sim`.
    #[must_use]
    pub fn events_of(&self, client: &str) -> String {
        let mut lines = String::new();
        for record in self.records() {
            if matches!(record.what, What::Event { .. }) && *record.who == *client {
                push_text(&mut lines, &record.what);
                lines.push('\n');
            }
        }
        lines
    }
}

impl What {
    /// What a transcript says of it, behind the time, the name and the kind.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        push_text(&mut text, self);
        text
    }

    /// The word in the third column.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Call(_) => "call",
            Self::Request(_) => "request",
            Self::Reply { .. } => "reply",
            Self::Handshake { .. } | Self::Close { .. } => "socket",
            Self::Frame { .. } | Self::Pings { .. } => "frame",
            Self::Event { .. } => "event",
            Self::Crash(_) => "crash",
            Self::Log(_) => "log",
            Self::Control(_) => "control",
            Self::Disturbance(_) => "fault",
            Self::Print(_) => "print",
            Self::Warning(_) | Self::MoreWarnings(_) => "warn",
        }
    }
}

/// A time as transcripts and messages show it: seconds with three decimals.
#[must_use]
pub fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

fn render(trace: &Trace, from: usize) -> String {
    let records = trace.records();
    let columns = Columns::of(records.last().map(|record| record.at), records.iter().map(|record| &*record.who));
    let mut lines = String::new();
    for record in &records[from..] {
        columns.line(&mut lines, record.at, &record.who, record.what.kind(), |lines| {
            let text = lines.len();
            push_text(lines, &record.what);
            trace.redactions().apply(lines, text);
            if let What::Pings { count: count @ 2.., until, .. } = record.what {
                let _ = write!(lines, "  {count} times, until {}", seconds(until));
            }
        });
    }
    lines
}

/// Adds a text that stays on its line, and is no longer than [`MAX_TEXT`].
fn push_text(lines: &mut String, what: &What) {
    push_limited(lines, |line| write_what(line, what));
}

/// Adds what `write` writes, up to the limit of a line.
fn push_limited(lines: &mut String, write: impl FnOnce(&mut LimitedLine<'_>) -> fmt::Result) {
    let start = lines.len();
    // It stops where the line is full.
    let _ = write(&mut LimitedLine { lines, start });
}

/// A line that is being written: what would leave it, or hide in it, is escaped.
struct LimitedLine<'a> {
    lines: &'a mut String,
    start: usize,
}

impl Write for LimitedLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = self.lines.len() - self.start + text.len() <= MAX_TEXT && !text.contains(is_unprintable);
        if fits {
            self.lines.push_str(text);
            return Ok(());
        }
        for character in text.chars() {
            if self.lines.len() - self.start >= MAX_TEXT {
                self.lines.push(ELLIPSIS);
                return Err(fmt::Error);
            }
            push_printable(self.lines, character);
        }
        Ok(())
    }
}

fn write_what(line: &mut LimitedLine<'_>, what: &What) -> fmt::Result {
    match what {
        What::Call(call) => write_call(line, call),
        What::Request(request) => {
            write!(line, "#{} {} ", request.number, request.method)?;
            line.write_str(request.address.as_str())
        }
        What::Reply { number, outcome } => write!(line, "#{number} {outcome}"),
        What::Handshake { socket, step } => write!(line, "ws{socket} {step}"),
        What::Frame { socket, frame } => {
            write!(line, "ws{socket} ")?;
            match frame {
                FrameContent::Text(text) => line.write_str(text.as_str()),
                FrameContent::Bytes(Some(bytes)) => write!(line, "{bytes} bytes"),
                FrameContent::Bytes(None) => line.write_str("binary"),
            }
        }
        What::Pings { socket, .. } => write!(line, "ws{socket} ping"),
        What::Close { socket, close } => write!(line, "ws{socket} {close}"),
        What::Event { event, state } => write_event(line, event, *state),
        What::Crash(task) => write!(line, "{task}"),
        What::Log(violation) => write!(line, "{violation}"),
        What::Control(ControlRecord::Whole(command)) => line.write_str(&control_text(command)),
        What::Control(ControlRecord::Long(beginning)) => line.write_str(beginning.as_str()),
        What::Disturbance(DisturbanceRecord::By(disturbance)) => write!(line, "{disturbance}"),
        What::Disturbance(DisturbanceRecord::OutageEnds) => line.write_str("the outage ends"),
        What::Disturbance(DisturbanceRecord::Healed) => line.write_str("all is well again"),
        What::Print(text) => line.write_str(text.as_str()),
        What::Warning(warning) => write!(line, "{warning}"),
        What::MoreWarnings(count) => write!(line, "and {count} more"),
    }
}

fn write_call(line: &mut LimitedLine<'_>, call: &CallRecord) -> fmt::Result {
    match call {
        CallRecord::Connect { user, by } => {
            let user = user.as_ref().map_or("(no user name)", |user| user.as_str());
            match by {
                SignIn::Password => write!(line, "connect {user}"),
                by => write!(line, "connect {user} ({})", by.as_str()),
            }
        }
        CallRecord::SetCredentials { user, by } => {
            let user = user.as_ref().map_or("(no user name)", |user| user.as_str());
            match by {
                SignIn::Password => write!(line, "setCredentials {user}"),
                by => write!(line, "setCredentials {user} ({})", by.as_str()),
            }
        }
        CallRecord::Services { call, services } => write!(line, "{} {}", call.as_str(), services.as_str()),
        CallRecord::Disconnect => line.write_str("disconnect"),
        CallRecord::UpdateToken => line.write_str("updateToken"),
        CallRecord::UpdateConfig(patch) => write!(line, "updateConfig {}", patch.as_str()),
        CallRecord::ResetConnection => line.write_str("connection.resetConnection"),
        CallRecord::EnableConnectivityChecking(enabled) => {
            write!(line, "connection.enableConnectivityChecking {enabled}")
        }
        CallRecord::EnableWebsocket(enabled) => write!(line, "notification.enableWebsocket {enabled}"),
        CallRecord::Destroy => line.write_str("destroy"),
        CallRecord::WithoutEffect(name) => write!(line, "{name} (without effect)"),
    }
}

impl SignIn {
    /// With what, in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::AccessToken => "access token",
            Self::RefreshToken => "refresh token",
            Self::OAuthToken => "OAuth token",
            Self::HmacToken => "HMAC token",
            Self::BearerToken => "bearer",
            Self::Incomplete => "incomplete",
        }
    }
}

impl fmt::Display for ReplyOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(answer) => write!(f, "{}", answer.status.as_u16()),
            Self::WithoutCors(answer) => write!(f, "{} without CORS headers", answer.status.as_u16()),
            Self::Cut(answer) => write!(f, "{}, cut off", answer.status.as_u16()),
            Self::Preflight(answer) => write!(f, "preflight {}", answer.status.as_u16()),
            Self::Hang => f.write_str("none (hangs)"),
            Self::Refused => f.write_str("connection refused"),
            Self::Reset => f.write_str("connection reset"),
            Self::NoServer => f.write_str("no server there"),
            Self::NoAnswer => f.write_str("no answer"),
        }
    }
}

impl fmt::Display for HandshakeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opens(address) => write!(f, "opens {}", address.as_str()),
            Self::Open => f.write_str("open"),
            Self::Refused(status) => write!(f, "refused {}", status.as_u16()),
            Self::Reset => f.write_str("connection reset"),
            Self::ConnectionRefused => f.write_str("connection refused"),
            Self::Hang => f.write_str("no answer (hangs)"),
            Self::NoServer => f.write_str("no server there"),
            Self::Failed => f.write_str("failed"),
        }
    }
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByClient => f.write_str("closes"),
            Self::ByPlatform { code, reason } if reason.trim_end().is_empty() => write!(f, "closed {code}"),
            Self::ByPlatform { code, reason } => write!(f, "closed {code} {}", reason.trim_end()),
            Self::Cut => f.write_str("cut"),
        }
    }
}

/// Its name, the state that its listeners see where it is about the connection, and what it says itself.
fn write_event(line: &mut LimitedLine<'_>, event: &Event, state: SeenConnection) -> fmt::Result {
    line.write_str(event.name())?;
    match event {
        Event::AuthChange => write!(line, "  {state}"),
        Event::Disconnected { reason, retry_after } => {
            write!(line, "  {state}")?;
            if let Some(reason) = reason {
                let forced = if *reason == DisconnectReason::Gone { " (forced)" } else { "" };
                write!(line, "  {}{forced}", reason.as_str())?;
            }
            retry_after.as_ref().map_or(Ok(()), |retry_after| write!(line, "  retryAfter {retry_after}"))
        }
        Event::AuthError(error) | Event::RequestError(error) | Event::SubscriptionError(error) => {
            write_error(line, error)
        }
        Event::Resubscribed { attempt_num, error } | Event::SubscriptionResubscribed { attempt_num, error } => {
            write!(line, "  attempt {attempt_num}")?;
            match error {
                None => Ok(()),
                Some(error) => {
                    line.write_str(" failed")?;
                    write_error(line, error)
                }
            }
        }
        Event::SubscriptionChange { reason, retry_after } => {
            write!(line, "  {state}")?;
            reason.map_or(Ok(()), |reason| write!(line, "  {}", reason.as_str()))?;
            retry_after.as_ref().map_or(Ok(()), |retry_after| write!(line, "  retryAfter {retry_after}"))
        }
        Event::NotificationReceived { payload } => write!(line, "  {payload}"),
        Event::NotificationsChange => line.write_str("  WEBSOCKET"),
        Event::CredentialsSet | Event::WebSocketChange { .. } => Ok(()),
    }
}

fn write_error(line: &mut LimitedLine<'_>, error: &Error) -> fmt::Result {
    match error.code().map(kandy_client::Code::to_json) {
        None => write!(line, "  {}", error.name())?,
        Some(serde_json::Value::String(code)) => write!(line, "  {code}")?,
        Some(code) => write!(line, "  {code}")?,
    }
    write!(line, "  {}", error.shown())
}

/// `connected`, `disconnected`, `pending` or, while leaving, `connected, pending`.
impl fmt::Display for SeenConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.is_connected, self.is_pending) {
            (true, false) => "connected",
            (true, true) => "connected, pending",
            (false, true) => "pending",
            (false, false) => "disconnected",
        })
    }
}

#[cfg(test)]
mod tests;
