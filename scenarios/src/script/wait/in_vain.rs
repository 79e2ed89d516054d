//! What is said of a wait that nothing ended.

use std::time::Duration;

use kandy_mock_server::{Answered, Record};

use crate::diagnostic::Cause;
use crate::script::duration::shown;
use crate::script::failure::Failure;
use crate::script::marks::{Between, CallSite};
use crate::script::run::{Application, HeardEvent, Run};
use crate::transcript::seconds;

/// How many events, requests and timers are listed.
pub(super) const LISTED: usize = 8;

/// A wait that nothing ended.
pub(super) struct InVain {
    pub(super) message: String,
    /// What came instead.
    pub(super) came: String,
    /// Which of it nearly was what was wanted.
    pub(super) near: Option<String>,
    pub(super) missed: Option<MissedWait>,
    /// Where the wait stands.
    pub(super) place: CallSite,
}

/// The last event or request from before a wait looked that would have ended it.
pub(super) struct MissedWait {
    what: String,
    time: Duration,
    between: Between,
}

impl Run {
    /// What came between event number `index` of a client and a wait that looks at later ones only.
    pub(super) fn missed_event(&self, application: &Application, index: usize) -> MissedWait {
        let HeardEvent { time, event, waits } = &application.heard[index];
        let marks = self.marks.borrow();
        let between = match marks.action_after(|seen| *waits < seen.waits) {
            Some(action) => Between::Action(action.clone()),
            None => Between::Wait(application.waited.place.clone(), application.waited.end == index + 1),
        };
        MissedWait { what: event.name().to_owned(), time: *time, between }
    }

    /// The same for a record of the platform's journal.
    pub(super) fn missed_record(&self, record: &Record) -> MissedWait {
        let (marks, waited) = (self.marks.borrow(), self.platform_waited.borrow());
        let between = match marks.action_after(|seen| record.seq < seen.journal) {
            Some(action) => Between::Action(action.clone()),
            None => Between::Wait(waited.place.clone(), waited.end == record.seq + 1),
        };
        let kind = record.kind.kind();
        let what = match record.point.filter(|_| record.request().is_some()) {
            Some(point) => format!("{point} request"),
            None => format!("`{kind}`"),
        };
        MissedWait { what, time: record.time.since_start(), between }
    }

    pub(super) fn failed_wait(&self, InVain { message, came, near, missed, place }: InVain) -> Failure {
        let mut failure = Failure::new(Cause::Wait, message).with_note(came);
        // What came too early is nearer than what came to somebody else.
        failure.notes.extend(missed.as_ref().map(|missed| missed.note(&place)).or(near));
        let world = self.world.borrow();
        let timers = world.pending_timers();
        let lines: Vec<_> =
            timers.iter().map(|(due, whose, what)| format!("{whose}: {what} at {}", seconds(*due))).collect();
        let failure = match timers.first() {
            None => failure.with_note("pending timers: none, so nothing more happens by itself"),
            Some(_) => failure.with_note(format!("pending timers: {}", first_of(&lines))),
        };
        match (missed, timers.first()) {
            (Some(missed), _) => failure.with_help(missed.help()),
            (None, Some(_)) => failure.with_help("if one of these brings it, give the wait more time"),
            (None, None) => failure,
        }
    }

    /// Says why an unexpected event counts although it came before the check.
    pub(super) fn counts_since(&self, application: &Application, here: &CallSite) -> String {
        let marks = self.marks.borrow();
        let is_marked = |heard: &HeardEvent| heard.waits < marks.mark().waits;
        let since_wait = application.waited.end > application.heard.partition_point(is_marked);
        match marks.last_action() {
            _ if since_wait => {
                let line = application.waited.place.shown_to(here);
                format!("it came before this check: what came after the wait of {line} counts, too")
            }
            Some(action) => {
                format!(
                    "it came before this check: what came after the last action, {}, counts, too",
                    action.shown_to(here)
                )
            }
            None => "it came before this check: nothing was done since, so that it counts, too".to_owned(),
        }
    }
}

impl MissedWait {
    fn note(&self, here: &CallSite) -> String {
        let Self { what, time, between } = self;
        let came = format!("an earlier {what} came at {}", seconds(*time));
        match between {
            Between::Action(action) => {
                let line = action.shown_to(here);
                format!("{came}, before {line}: what was seen before an action does not count")
            }
            Between::Wait(place, true) => format!("{came}, and ended the wait of {}", place.shown_to(here)),
            Between::Wait(place, false) => {
                format!("{came}, before the end of the wait of {}: the next one looks from there", place.shown_to(here))
            }
        }
    }

    fn help(&self) -> String {
        match &self.between {
            Between::Action(action) => {
                format!("if that one was meant, wait for it before `{}`; else wait for what comes of it", action.verb)
            }
            Between::Wait(_, true) => "each event and request ends one wait: is this wait one too many?".to_owned(),
            Between::Wait(_, false) => "wait in the order in which they come, or use `waitUntil`".to_owned(),
        }
    }
}

/// `subscribe at 1.000 (200)`
fn request_line(record: &Record) -> Option<String> {
    let (point, request) = (record.point?, record.request()?);
    let answered = match request.answered {
        Answered::Status(status) => status.to_string(),
        Answered::Hang => "no answer".to_owned(),
        Answered::Reset => "reset".to_owned(),
        Answered::Refused => "refused".to_owned(),
    };
    Some(format!("{point} at {} ({answered})", seconds(record.time.since_start())))
}

pub(super) fn within(timeout: Duration, until: Duration) -> String {
    format!("{} (until {})", shown(timeout), seconds(until))
}

pub(super) fn list_events(heard: &[HeardEvent]) -> String {
    let lines: Vec<_> =
        heard.iter().map(|heard| format!("{} at {}", heard.event.name(), seconds(heard.time))).collect();
    list(&lines)
}

pub(super) fn list_requests<'a>(records: impl Iterator<Item = &'a Record>) -> String {
    list(&records.filter_map(request_line).collect::<Vec<_>>())
}

/// The last few of `lines`.
fn list(lines: &[String]) -> String {
    let more = lines.len().saturating_sub(LISTED);
    match lines {
        [] => "nothing".to_owned(),
        lines if more > 0 => format!("{more} more, {}", lines[more..].join(", ")),
        lines => lines.join(", "),
    }
}

/// The first few of `lines`, below one another.
fn first_of(lines: &[String]) -> String {
    let below = "\n                ";
    match lines.get(LISTED..) {
        Some(more @ [_, ..]) => format!("{}{below}{} more", lines[..LISTED].join(below), more.len()),
        _ => lines.join(below),
    }
}
