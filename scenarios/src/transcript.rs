//! The transcript of a run: one line a record, the same in every run (DESIGN: snapshot, console and failures show it).

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use kandy_client::{DisconnectReason, Event, Session};

use crate::hygiene::{self, Warning};
use crate::printable::{is_unprintable, push_printable};

/// The most records that one run may leave.
pub const MAX_RECORDS: usize = 100_000;
/// The longest text of one line; what is longer ends with an ellipsis.
pub(crate) const MAX_TEXT: usize = 400;

/// What happened, in the order in which it happened.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    records: Vec<Record>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The time since the world began.
    pub time: Duration,
    /// Whose doing it was: a client's name, `platform` or `script`.
    pub who: Arc<str>,
    /// What kind of thing it was.
    pub kind: Kind,
    /// The details, on one line, without secrets.
    pub text: String,
    /// Set for a run of keep-alives, which is one line.
    pings: Option<Pings>,
}

/// The kinds of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A call of the application.
    Call,
    /// A REST request.
    Request,
    /// The answer to one, or that there is none.
    Reply,
    /// A websocket opens, is open, or closes.
    Socket,
    /// A websocket frame.
    Frame,
    /// An event, with the state that its listeners see.
    Event,
    /// A task inside the SDK died, which no application is told.
    Crash,
    /// Something the SDK writes to its log.
    Log,
    /// The script makes the platform do something.
    Control,
    /// The script printed a line.
    Print,
    /// What the run left behind; only where warnings are wanted, at the end, and never in a snapshot.
    Warn,
}

/// A run of keep-alives of one socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pings {
    socket: u64,
    count: u32,
    last: Duration,
}

/// The transcript has reached [`MAX_RECORDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the transcript has more than {MAX_RECORDS} lines: split the scenario, or wait for less")]
pub struct TranscriptFull;

impl Transcript {
    /// Adds a line; what would leave the line, or hide in it, is escaped in `text`.
    ///
    /// # Errors
    ///
    /// There are [`MAX_RECORDS`] already.
    pub fn push(&mut self, time: Duration, who: &Arc<str>, kind: Kind, text: String) -> Result<(), TranscriptFull> {
        self.add(Record { time, who: who.clone(), kind, text: one_line(text), pings: None })
    }

    /// Adds a keep-alive of the websocket with that number: to its own line if nothing but keep-alives has happened since.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn push_ping(&mut self, time: Duration, who: &Arc<str>, socket: u64) -> Result<(), TranscriptFull> {
        for record in self.records.iter_mut().rev() {
            match &mut record.pings {
                Some(pings) if pings.socket == socket && record.who == *who => {
                    pings.count += 1;
                    pings.last = time;
                    return Ok(());
                }
                Some(_) => {}
                None => break,
            }
        }
        let pings = Some(Pings { socket, count: 1, last: time });
        self.add(Record { time, who: who.clone(), kind: Kind::Frame, text: format!("ws{socket} ping"), pings })
    }

    /// Adds what a run that ended at `time` left behind, a line each. [`hygiene::MAX_SHOWN`] of them are written out, also
    /// where there are [`MAX_RECORDS`] already.
    pub fn warn(&mut self, time: Duration, warnings: &[Warning]) {
        let mut line = |who: &str, text: String| {
            self.records.push(Record { time, who: who.into(), kind: Kind::Warn, text: one_line(text), pings: None });
        };
        for warning in warnings.iter().take(hygiene::MAX_SHOWN) {
            line(&warning.client, warning.what.to_string());
        }
        if warnings.len() > hygiene::MAX_SHOWN {
            line("script", format!("and {} more", warnings.len() - hygiene::MAX_SHOWN));
        }
    }

    fn add(&mut self, record: Record) -> Result<(), TranscriptFull> {
        if self.records.len() >= MAX_RECORDS {
            return Err(TranscriptFull);
        }
        self.records.push(record);
        Ok(())
    }

    /// The records so far.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The lines of one client's events without their times: what a run in `Live` has in common with one in `Sim`.
    #[must_use]
    pub fn events_of(&self, client: &str) -> String {
        let events = self.records.iter().filter(|record| record.kind == Kind::Event && *record.who == *client);
        events.map(|record| record.text.clone() + "\n").collect()
    }

    /// Who has events, in the order of the first of each.
    #[must_use]
    pub fn clients(&self) -> Vec<Arc<str>> {
        let mut clients: Vec<Arc<str>> = Vec::new();
        for record in &self.records {
            if record.kind == Kind::Event && !clients.contains(&record.who) {
                clients.push(record.who.clone());
            }
        }
        clients
    }

    /// The last `count` lines, with the columns of the whole.
    #[must_use]
    pub fn tail(&self, count: usize) -> String {
        self.render(self.records.len().saturating_sub(count))
    }

    fn render(&self, from: usize) -> String {
        let time_width = self.records.last().map_or(0, |record| seconds(record.time).len()).max(5);
        let who_width = self.records.iter().map(|record| record.who.chars().count()).max().unwrap_or(0).max(8);
        let mut lines = String::new();
        for record in &self.records[from..] {
            let time = seconds(record.time);
            let kind = record.kind.as_str();
            let Record { who, text, .. } = record;
            let mut line = format!("{time:<time_width$}  {who:<who_width$}  {kind:<8}  {text}");
            if let Some(Pings { count: 2.., last, .. }) = record.pings {
                let count = record.pings.map_or(1, |pings| pings.count);
                let _ = write!(line, "  {count} times, until {}", seconds(last));
            }
            lines.push_str(line.trim_end());
            lines.push('\n');
        }
        lines
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(0))
    }
}

impl Kind {
    /// The word in the third column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Request => "request",
            Self::Reply => "reply",
            Self::Socket => "socket",
            Self::Frame => "frame",
            Self::Event => "event",
            Self::Crash => "crash",
            Self::Log => "log",
            Self::Control => "control",
            Self::Print => "print",
            Self::Warn => "warn",
        }
    }
}

/// A time as transcripts and messages show it: seconds with three decimals.
#[must_use]
pub fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

/// An event as a transcript shows it: its name, the state that its listeners see where it is about the connection,
/// and what it says itself.
#[must_use]
pub fn event_text(event: &Event, session: &Session) -> String {
    let name = event.name();
    match event {
        Event::AuthChange => format!("{name}  {}", state_text(session)),
        Event::Disconnected { reason, retry_after } => {
            let mut text = format!("{name}  {}", state_text(session));
            if let Some(reason) = reason {
                let forced = if *reason == DisconnectReason::Gone { " (forced)" } else { "" };
                let _ = write!(text, "  {}{forced}", reason.as_str());
            }
            if let Some(retry_after) = retry_after {
                let _ = write!(text, "  retryAfter {retry_after}");
            }
            text
        }
        Event::AuthError(error) => format!("{name}  {}", error_text(error)),
        Event::Resubscribed { attempt_num, error: None } => format!("{name}  attempt {attempt_num}"),
        Event::Resubscribed { attempt_num, error: Some(error) } => {
            format!("{name}  attempt {attempt_num} failed  {}", error_text(error))
        }
        Event::NotificationReceived { payload } => format!("{name}  {payload}"),
        Event::NotificationsChange => format!("{name}  WEBSOCKET"),
        Event::CredentialsSet | Event::WebSocketChange => name.to_owned(),
    }
}

/// `connected`, `disconnected`, `pending` or, while leaving, `connected, pending`.
fn state_text(session: &Session) -> &'static str {
    match (session.is_connected(), session.is_pending()) {
        (true, false) => "connected",
        (true, true) => "connected, pending",
        (false, true) => "pending",
        (false, false) => "disconnected",
    }
}

fn error_text(error: &kandy_client::Error) -> String {
    let code = error.code().map_or_else(
        || error.name().to_owned(),
        |code| match code.to_json() {
            serde_json::Value::String(code) => code,
            code => code.to_string(),
        },
    );
    format!("{code}  {}", error.message())
}

fn one_line(text: String) -> String {
    let fits = text.len() <= MAX_TEXT && !text.contains(is_unprintable);
    if fits {
        return text;
    }
    let mut line = String::with_capacity(MAX_TEXT + 8);
    for character in text.chars() {
        if line.len() >= MAX_TEXT {
            line.push('…');
            break;
        }
        push_printable(&mut line, character);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_run_of_keep_alives_is_one_line() {
        let (kandy, other): (Arc<str>, Arc<str>) = ("kandy".into(), "other".into());
        let mut transcript = Transcript::default();
        for time in [0, 30, 60] {
            transcript.push_ping(at(time), &kandy, 1).unwrap();
            transcript.push_ping(at(time + 5), &other, 1).unwrap();
        }
        transcript.push(at(70), &kandy, Kind::Call, "disconnect".into()).unwrap();
        transcript.push_ping(at(90), &kandy, 1).unwrap();
        assert_eq!(
            transcript.to_string(),
            "0.000   kandy     frame     ws1 ping  3 times, until 60.000\n\
             5.000   other     frame     ws1 ping  3 times, until 65.000\n\
             70.000  kandy     call      disconnect\n\
             90.000  kandy     frame     ws1 ping\n"
        );
        assert_eq!(transcript.tail(1), "90.000  kandy     frame     ws1 ping\n");
    }

    #[test]
    fn a_line_stays_a_line() {
        let mut transcript = Transcript::default();
        transcript.push(at(0), &"script".into(), Kind::Print, "a\nb\u{1b}[1m \u{202e}é".into()).unwrap();
        transcript.push(at(0), &"script".into(), Kind::Print, "x".repeat(1000)).unwrap();
        let text = transcript.to_string();
        assert_eq!(text.lines().count(), 2);
        assert!(text.starts_with("0.000  script    print     a\\nb\\u{1b}[1m \\u{202e}é\n"), "{text}");
        assert!(text.ends_with("x…\n") && text.len() < 600, "{text}");
    }

    #[test]
    fn warnings_have_a_limit_of_their_own() {
        let warning = Warning { client: "kandy".to_owned(), what: hygiene::What::Pending };
        let mut transcript = Transcript::default();
        transcript.warn(at(1), &vec![warning.clone(); hygiene::MAX_SHOWN]);
        assert_eq!(transcript.records().len(), hygiene::MAX_SHOWN);
        assert!(transcript.to_string().starts_with("1.000  kandy     warn      pending for ever: "), "{transcript}");
        let mut transcript = Transcript::default();
        transcript.warn(at(1), &vec![warning; hygiene::MAX_SHOWN + 2]);
        assert_eq!(transcript.records().len(), hygiene::MAX_SHOWN + 1);
        assert_eq!(transcript.tail(1), "1.000  script    warn      and 2 more\n");
    }

    #[test]
    fn there_is_a_limit() {
        let mut transcript = Transcript::default();
        let who: Arc<str> = "script".into();
        for _ in 0..MAX_RECORDS {
            transcript.push(at(0), &who, Kind::Print, String::new()).unwrap();
        }
        assert_eq!(transcript.push(at(0), &who, Kind::Print, String::new()), Err(TranscriptFull));
        transcript.warn(at(0), &[Warning { client: "kandy".to_owned(), what: hygiene::What::Pending }]);
        assert_eq!(transcript.records().len(), MAX_RECORDS + 1);
    }
}
