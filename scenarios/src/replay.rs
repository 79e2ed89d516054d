//! Replays a recording of the real SDK on the port, and compares.
//!
//! The recording's timeline drives: calls, answers and what happens to websockets go in; everything else in it must
//! come out, in that order and at that time. Timers are the port's own: one fires when the next record needs it, and
//! one that fires without a record is a difference.

pub(crate) mod call;
pub(crate) mod compare;
pub(crate) mod difference;
mod hint;
mod known;
pub(crate) mod listeners;
mod page;
mod traffic;

use std::collections::BTreeSet;

use kandy_client::{Event, Output, Time};

use self::compare::Mismatch;
pub use self::difference::ReplayDifference;
use self::hint::Hints;
use self::listeners::RecordedListener;
use self::page::Page;
use self::traffic::Traffic;
use crate::coverage::Transition;
use crate::recording::{ApiCall, ListenerCall, RecordedEvent, Recording, TimelineRecord};

/// More inputs and timers than this in one replay are an error; the longest recording known has some 700.
const MAX_STEPS: usize = 100_000;

/// What came of a replay.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayOutcome<'a> {
    /// What happened; of what the port does, only what the SDK did, too.
    pub trace: Vec<TimedNote<'a>>,
    /// Whether the port did what the SDK did.
    pub result: Result<(), ReplayDifference>,
    /// The transitions that the clients took up to there.
    pub transitions: BTreeSet<Transition>,
}

/// One thing that happened, as the recording has it. It displays as a line, with its virtual time.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedNote<'a> {
    /// When.
    pub time: Time,
    /// What.
    pub what: Noted<'a>,
}

/// What can happen in a replay.
#[derive(Clone, Debug, PartialEq)]
pub enum Noted<'a> {
    /// An entry of the timeline came in, or came out of the port.
    Record(&'a TimelineRecord),
    /// The clients were compared with a snapshot, which has a name.
    Snapshot(&'a str),
}

/// Replays `recording` on the port, up to the first difference.
#[must_use]
pub fn replay(recording: &Recording) -> ReplayOutcome<'_> {
    let mut replay = Replay {
        recording,
        page: Page::new(recording),
        traffic: Traffic::new(recording),
        hints: Hints::new(recording),
        at: 0,
        now: Time::ZERO,
        steps: 0,
        trace: Vec::new(),
    };
    let result = replay.run().map_err(|mismatch| ReplayDifference::new(recording, replay.at, replay.now, mismatch));
    ReplayOutcome { trace: replay.trace, result, transitions: replay.page.observer.transitions().clone() }
}

struct Replay<'a> {
    recording: &'a Recording,
    page: Page,
    traffic: Traffic<'a>,
    hints: Hints<'a>,
    /// The index of the record in hand.
    at: usize,
    now: Time,
    steps: usize,
    trace: Vec<TimedNote<'a>>,
}

impl<'a> Replay<'a> {
    fn run(&mut self) -> Result<(), Mismatch> {
        known::check(self.recording)?;
        for (index, record) in self.recording.timeline.iter().enumerate() {
            self.at = index;
            self.look(index)?;
            self.advance(record.time)?;
            self.take(&record.what)?;
        }
        self.at = self.recording.timeline.len();
        self.look(self.at)?;
        self.finish()
    }

    fn take(&mut self, record: &'a TimelineRecord) -> Result<(), Mismatch> {
        match record {
            TimelineRecord::Api(call) => self.make_call(call),
            TimelineRecord::Fetch(_) | TimelineRecord::WsNew { .. } | TimelineRecord::WsSend { .. } => {
                self.expect_effect(record)
            }
            // On a dead websocket a close has no effect, and the port does not make it.
            TimelineRecord::WsCloseCall { ready_state: 0 | 1, .. } => self.expect_effect(record),
            TimelineRecord::Event(heard) => self.expect_event(heard),
            TimelineRecord::Listener(call) => self.expect_listener(call),
            input if input.is_input() => {
                self.settle()?;
                self.step()?;
                self.note(Noted::Record(input));
                self.page.feed(self.now, input, &self.traffic)
            }
            // What nobody listens to any more, and what only a console shows.
            _ => Ok(()),
        }
    }

    fn make_call(&mut self, call: &'a ApiCall) -> Result<(), Mismatch> {
        let hint = if call.in_listener { None } else { self.hints.next_call() };
        if call.in_listener || hint.is_some_and(|hint| hint.without_pause) {
            self.refuse_effects()?;
        } else {
            self.settle()?;
        }
        self.step()?;
        self.note_record();
        let config = hint.and_then(|hint| hint.config).unwrap_or(&self.recording.config);
        self.page.call(self.now, call, config)
    }

    fn expect_effect(&mut self, record: &'a TimelineRecord) -> Result<(), Mismatch> {
        self.wait_for_output()?;
        let Some((client, output)) = self.page.effects.pop_front() else {
            return Err(Mismatch::new(difference::describe(record), self.page.describe_pending()));
        };
        match (record, output) {
            (TimelineRecord::Fetch(fetch), Output::Request { id, request }) => {
                self.page.fetches.insert(fetch.id, (client, id));
                compare::request(fetch, self.traffic.request_of(fetch.id), &request)?;
            }
            (TimelineRecord::WsNew { ws, address }, Output::OpenWebSocket { id, url }) => {
                self.page.sockets.insert(*ws, (client, id));
                compare::address("websocket address", address, &url)?;
            }
            (TimelineRecord::WsSend { ws, data }, Output::SendFrame { id, text })
                if self.page.is_socket(*ws, client, id) =>
            {
                compare::text("frame", data, &text)?;
            }
            (TimelineRecord::WsCloseCall { ws, .. }, Output::CloseWebSocket { id })
                if self.page.is_socket(*ws, client, id) => {}
            (_, output) => {
                return Err(Mismatch::new(difference::describe(record), self.page.describe_effect(client, &output)));
            }
        }
        self.note_record();
        Ok(())
    }

    fn expect_event(&mut self, heard: &RecordedEvent) -> Result<(), Mismatch> {
        let expected = || difference::describe_event(&heard.event, &heard.args);
        let (client, event) = self.next_listener(&heard.client, &RecordedListener::Recorder, &expected)?;
        compare::text("event", &heard.event, event.name())?;
        compare::value("args", &heard.args, &compare::fields(event.args()))?;
        self.note_record();
        compare::shown(&heard.shown, &compare::look(&self.page.clients[client].session))
    }

    fn expect_listener(&mut self, call: &ListenerCall) -> Result<(), Mismatch> {
        let expected = || difference::describe_listener(call);
        if call.is_foreign() {
            let client = self.page.client(&call.client)?;
            self.page.clients[client].listeners.hear(&call.listener);
            return Ok(());
        }
        let listener = RecordedListener::Named(call.listener.clone());
        let (client, event) = self.next_listener(&call.client, &listener, &expected)?;
        let heard = self.page.clients[client].listeners.hear(&call.listener);
        compare::value("number of the call", &call.n.into(), &heard.into())?;
        compare::value("args", &call.args, &compare::fields(event.args()))?;
        if let Some(name) = &call.event {
            compare::text("event", name, event.name())?;
        }
        self.note_record();
        if self.page.clients[client].listeners.throws(&call.listener, heard, &self.recording.timeline) {
            self.page.end_walk();
        }
        Ok(())
    }

    /// Walks on to the next listener, which must be this one.
    fn next_listener(
        &mut self,
        client: &str,
        listener: &RecordedListener,
        expected: &impl Fn() -> String,
    ) -> Result<(usize, Event), Mismatch> {
        self.wait_for_output()?;
        let client = self.page.client(client)?;
        if self.page.effects.is_empty()
            && let Some((walked, event, called)) = self.page.walk()
        {
            if walked == client && called == *listener {
                return Ok((client, event));
            }
            let got = self.page.describe_listener(walked, &event, &called);
            return Err(Mismatch::new(expected(), got));
        }
        Err(Mismatch::new(expected(), self.page.describe_pending()))
    }

    /// Lets timers that are due by now fire until the port has something to say.
    fn wait_for_output(&mut self) -> Result<(), Mismatch> {
        while self.page.is_settled() {
            match self.page.next_timer() {
                Some((due, client)) if due <= self.now => self.fire(due, client)?,
                _ => break,
            }
        }
        Ok(())
    }

    /// Goes on to `time`: everything that should come before has come, and the port's timers stay silent meanwhile.
    fn advance(&mut self, time: Time) -> Result<(), Mismatch> {
        if time < self.now {
            let shown = difference::clock(time);
            return Err(Mismatch::new("records in the order of their times".into(), format!("one back at {shown}")));
        }
        while let Some((due, client)) = self.page.next_timer()
            && due < time
        {
            self.settle()?;
            self.now = self.now.max(due);
            self.fire(due, client)?;
        }
        if self.now < time {
            self.settle()?;
            self.now = time;
        }
        Ok(())
    }

    fn fire(&mut self, due: Time, client: usize) -> Result<(), Mismatch> {
        self.step()?;
        self.page.fire(due, client);
        Ok(())
    }

    /// Everything that the port has to say must have been expected.
    fn settle(&mut self) -> Result<(), Mismatch> {
        self.refuse_effects()?;
        if let Some((client, event, listener)) = self.page.walk() {
            let got = self.page.describe_listener(client, &event, &listener);
            return Err(Mismatch::new(self.describe_record(), got));
        }
        Ok(())
    }

    fn refuse_effects(&self) -> Result<(), Mismatch> {
        match self.page.effects.front() {
            Some((client, effect)) => {
                Err(Mismatch::new(self.describe_record(), self.page.describe_effect(*client, effect)))
            }
            None => Ok(()),
        }
    }

    fn describe_record(&self) -> String {
        let end = || "nothing more".to_owned();
        self.recording.timeline.get(self.at).map_or_else(end, |record| {
            format!("at {} {}", difference::clock(record.time), difference::describe(&record.what))
        })
    }

    /// Compares the snapshots that were taken before the record `index`.
    fn look(&mut self, index: usize) -> Result<(), Mismatch> {
        while let Some((time, snapshot)) = self.hints.next_snapshot(index) {
            self.advance(time)?;
            self.settle()?;
            self.note(Noted::Snapshot(&snapshot.name));
            let client = match &snapshot.client {
                Some(name) => self.page.client(name)?,
                None => 0,
            };
            let client = self.page.clients.get(client).ok_or_else(|| compare::missing("a client for the snapshot"))?;
            compare::shown(&snapshot.shown, &compare::look(&client.session))
                .map_err(|found| found.within(&snapshot.name))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Mismatch> {
        let end = &self.recording.final_state;
        self.advance(end.time)?;
        while let Some((due, client)) = self.page.next_timer()
            && due <= end.time
        {
            self.settle()?;
            self.fire(due, client)?;
        }
        self.settle()?;
        self.traffic.check_all_made()?;
        if let (Some(shown), Some(client)) = (&end.state, self.page.clients.first()) {
            compare::shown(shown, &compare::look(&client.session)).map_err(|found| found.within("the end"))?;
        }
        let timers = self.page.clients.iter().flat_map(|client| client.session.timers());
        compare::timers(&end.pending_timers, timers.map(|(due, _)| due).collect())
    }

    fn step(&mut self) -> Result<(), Mismatch> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(Mismatch::new(format!("at most {MAX_STEPS} inputs and timers"), "more of them".to_owned()));
        }
        Ok(())
    }

    /// Notes the record in hand.
    fn note_record(&mut self) {
        let record = self.recording.timeline.get(self.at);
        self.trace.extend(record.map(|record| TimedNote { time: self.now, what: Noted::Record(&record.what) }));
    }

    fn note(&mut self, what: Noted<'a>) {
        self.trace.push(TimedNote { time: self.now, what });
    }
}

#[cfg(test)]
mod tests;
