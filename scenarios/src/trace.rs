//! The trace of a run: what happened, as data. Whoever shows a run makes text of it last, and nothing reads that text back.

mod content;
mod doing;
mod rest;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use kandy_client::{Event, Task, Violation};

pub use self::content::{Beginning, Body, MAX_BEGINNING_BYTES, MAX_BODY_BYTES};
pub use self::doing::{CallRecord, ControlRecord, SignIn};
pub use self::rest::{Address, RecordedAnswer, ReplyOutcome, SentRequest};
pub use self::socket::{Close, FrameContent, HandshakeStep};
use crate::hygiene::{self, Warning};
use crate::schedule::Disturbance;
use crate::transcript::Redactions;

/// The most records that one run may leave.
pub const MAX_RECORDS: usize = 100_000;
/// The most bytes of bodies that one trace keeps. Of later ones it keeps the length.
pub const MAX_ALL_BODY_BYTES: usize = 16 * 1024 * 1024;

/// What happened, in the order in which it happened.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    records: Vec<TraceRecord>,
    body_bytes: usize,
    redactions: Redactions,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct TraceRecord {
    /// The time since the world began.
    pub at: Duration,
    /// Whose doing it was: a client's name, `platform` or `script`.
    pub who: Arc<str>,
    /// What it was, without secrets.
    pub what: What,
}

/// What can happen. Requests and websockets are numbered from 1, each in the order of their beginning, through all clients.
#[derive(Clone, Debug)]
pub enum What {
    /// A call of the application.
    Call(CallRecord),
    /// A REST request.
    Request(Box<SentRequest>),
    /// What came of one.
    Reply {
        /// The request's number.
        number: u64,
        /// What came of it.
        outcome: ReplyOutcome,
    },
    /// A websocket opens, or does not.
    Handshake {
        /// The websocket's number.
        socket: u64,
        /// How far it is.
        step: HandshakeStep,
    },
    /// A frame of the platform, or one of a client that is not a keep-alive.
    Frame {
        /// The websocket's number.
        socket: u64,
        /// What it says.
        frame: FrameContent,
    },
    /// A run of keep-alives, between which nothing but keep-alives happened.
    Pings {
        /// The websocket's number.
        socket: u64,
        /// How many.
        count: u32,
        /// When the last was sent.
        until: Duration,
    },
    /// A websocket closes.
    Close {
        /// The websocket's number.
        socket: u64,
        /// How.
        close: Close,
    },
    /// An event.
    Event {
        /// The event.
        event: Arc<Event>,
        /// What its listeners see.
        state: SeenConnection,
    },
    /// A task inside the SDK died, which no application is told.
    Crash(Task),
    /// Something the SDK writes to its log.
    Log(Box<Violation>),
    /// The script makes the platform do something.
    Control(ControlRecord),
    /// What the run's schedule, not its script, makes go wrong.
    Disturbance(DisturbanceRecord),
    /// The script printed a line.
    Print(Beginning),
    /// What the run left behind; only where warnings are wanted, and at the end.
    Warning(hygiene::WarningKind),
    /// So many more warnings are not written out.
    MoreWarnings(usize),
}

/// What a schedule does to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisturbanceRecord {
    /// One thing goes wrong.
    By(Disturbance),
    /// The platform can be reached again.
    OutageEnds,
    /// All that goes wrong is over.
    Healed,
}

/// What an application sees of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenConnection {
    /// `isConnected`
    pub is_connected: bool,
    /// `isPending`
    pub is_pending: bool,
}

/// The trace has reached [`MAX_RECORDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the transcript has more than {MAX_RECORDS} lines: split the scenario, or wait for less")]
pub struct TraceFull;

impl Trace {
    /// Adds a record.
    ///
    /// # Errors
    ///
    /// There are [`MAX_RECORDS`] already.
    pub fn push(&mut self, at: Duration, who: &Arc<str>, mut what: What) -> Result<(), TraceFull> {
        if self.records.len() >= MAX_RECORDS {
            return Err(TraceFull);
        }
        if let Some(body) = what.body_mut() {
            if body.kept() > MAX_ALL_BODY_BYTES - self.body_bytes {
                body.forget();
            }
            self.body_bytes += body.kept();
        }
        self.records.push(TraceRecord { at, who: who.clone(), what });
        Ok(())
    }

    /// Adds a keep-alive of a websocket: to its own run if nothing but keep-alives has happened since.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn push_ping(&mut self, at: Duration, who: &Arc<str>, ping: u64) -> Result<(), TraceFull> {
        for record in self.records.iter_mut().rev() {
            match &mut record.what {
                What::Pings { socket, count, until } if *socket == ping && record.who == *who => {
                    *count = count.saturating_add(1);
                    *until = at;
                    return Ok(());
                }
                What::Pings { .. } => {}
                _ => break,
            }
        }
        self.push(at, who, What::Pings { socket: ping, count: 1, until: at })
    }

    /// Adds what a run that ended at that time left behind. [`hygiene::MAX_SHOWN`] of the warnings are written out, even
    /// beyond [`MAX_RECORDS`].
    pub fn warn(&mut self, at: Duration, warnings: &[Warning]) {
        let shown = warnings.iter().take(hygiene::MAX_SHOWN);
        let of = |warning: &Warning| (warning.client.as_str().into(), What::Warning(warning.what.clone()));
        let more = warnings.len().saturating_sub(hygiene::MAX_SHOWN);
        let rest = (more > 0).then(|| ("script".into(), What::MoreWarnings(more)));
        self.records.extend(shown.map(of).chain(rest).map(|(who, what)| TraceRecord { at, who, what }));
    }

    /// Leaves what these match out of the text of this trace. Its records stay as they are.
    pub fn redact(&mut self, redactions: Redactions) {
        self.redactions = redactions;
    }

    /// What is left out of its text.
    pub(crate) const fn redactions(&self) -> &Redactions {
        &self.redactions
    }

    /// The records so far.
    #[must_use]
    pub fn records(&self) -> &[TraceRecord] {
        &self.records
    }

    /// Who has events, in the order of the first of each.
    #[must_use]
    pub fn clients(&self) -> Vec<Arc<str>> {
        let mut clients: Vec<Arc<str>> = Vec::new();
        for record in &self.records {
            if matches!(record.what, What::Event { .. }) && !clients.contains(&record.who) {
                clients.push(record.who.clone());
            }
        }
        clients
    }
}

impl What {
    fn body_mut(&mut self) -> Option<&mut Body> {
        match self {
            Self::Request(request) => request.body.as_mut(),
            Self::Reply {
                outcome:
                    ReplyOutcome::Answer(answer)
                    | ReplyOutcome::WithoutCors(answer)
                    | ReplyOutcome::Cut(answer)
                    | ReplyOutcome::Preflight(answer),
                ..
            } => Some(&mut answer.body),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn print() -> What {
        What::Print(Beginning::from("x".to_owned()))
    }

    #[test]
    fn a_run_of_keep_alives_is_one_record() {
        let (kandy, other): (Arc<str>, Arc<str>) = ("kandy".into(), "other".into());
        let mut trace = Trace::default();
        for time in [0, 30, 60] {
            trace.push_ping(at(time), &kandy, 1).unwrap();
            trace.push_ping(at(time + 5), &other, 2).unwrap();
        }
        trace.push(at(70), &kandy, print()).unwrap();
        trace.push_ping(at(90), &kandy, 1).unwrap();
        let pings = |record: &TraceRecord| match record.what {
            What::Pings { socket, count, until } => (&*record.who == "other", socket, count, until.as_secs()),
            _ => (false, 0, 0, record.at.as_secs()),
        };
        let found: Vec<_> = trace.records().iter().map(pings).collect();
        assert_eq!(found, [(false, 1, 3, 60), (true, 2, 3, 65), (false, 0, 0, 70), (false, 1, 1, 90)]);
    }

    #[test]
    fn there_is_a_limit_and_warnings_have_one_of_their_own() {
        let mut trace = Trace::default();
        let who: Arc<str> = "script".into();
        for _ in 0..MAX_RECORDS {
            trace.push(at(0), &who, print()).unwrap();
        }
        assert_eq!(trace.push(at(0), &who, print()), Err(TraceFull));
        assert_eq!(trace.push_ping(at(0), &who, 1), Err(TraceFull));
        let warning = Warning { client: "kandy".to_owned(), what: hygiene::WarningKind::Pending };
        trace.warn(at(1), &vec![warning.clone(); hygiene::MAX_SHOWN]);
        assert_eq!(trace.records().len(), MAX_RECORDS + hygiene::MAX_SHOWN);
        let mut trace = Trace::default();
        trace.warn(at(1), &vec![warning; hygiene::MAX_SHOWN + 2]);
        assert_eq!(trace.records().len(), hygiene::MAX_SHOWN + 1);
        assert!(matches!(trace.records().last().unwrap().what, What::MoreWarnings(2)));
    }

    #[test]
    fn bodies_have_a_limit_in_all() {
        let mut trace = Trace::default();
        let body = Bytes::from(vec![b'x'; MAX_BODY_BYTES]);
        let answer = || RecordedAnswer::new(http::StatusCode::OK, &http::HeaderMap::new(), &body);
        for number in 0..=(MAX_ALL_BODY_BYTES / MAX_BODY_BYTES) as u64 {
            let outcome = ReplyOutcome::Answer(Box::new(answer()));
            trace.push(at(0), &"platform".into(), What::Reply { number, outcome }).unwrap();
        }
        let kept = |record: &TraceRecord| match &record.what {
            What::Reply { outcome: ReplyOutcome::Answer(answer), .. } => {
                (answer.body.bytes(), answer.body.text().len())
            }
            what => panic!("{what:?}"),
        };
        let [.., before, last] = trace.records() else { panic!("there are thousands") };
        assert_eq!((kept(before), kept(last)), ((MAX_BODY_BYTES, MAX_BODY_BYTES), (MAX_BODY_BYTES, 0)));
    }
}
