//! Waits: where the world moves, and what is said when it moved in vain.

mod condition;
mod in_vain;
pub(super) mod records;

use std::time::Duration;

use kandy_client::EVENT_NAMES;
use kandy_mock_server::Record;
use rhai::{Array, Dynamic, Engine, FnPtr, NativeCallContext};

use self::condition::Condition;
use self::in_vain::{InVain, LISTED, list_events, within};
use super::convert::{self, map};
use super::duration::{LONGEST, shown};
use super::failure::{Failure, Halt};
use super::marks::{CallSite, LastWait};
use super::run::{Application, HeardEvent, Inside, Run};
use super::show::show_short;
use crate::diagnostic::Cause;
use crate::step::ClientId;
use crate::text::nearest;
use crate::transcript::seconds;
use crate::world::WorldTurn;

/// How long a wait takes at most, if it does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a script may let time pass in `Live`, where it really passes.
const LONGEST_LIVE_PAUSE: Duration = Duration::from_secs(10);
/// How long it may wait there for something to happen.
const LONGEST_LIVE_WAIT: Duration = DEFAULT_TIMEOUT;

/// Movement.
impl Run {
    /// Lets the world move until `found` gives something, or until nothing is left up to `limit`, which is then now.
    fn pump<T>(
        &self,
        engine: &Engine,
        limit: Duration,
        mut found: impl FnMut() -> Result<Option<T>, Halt>,
    ) -> Result<Option<T>, Halt> {
        // What the calls before the wait caused comes before what the wait finds: in Live the platform may have got their
        // requests by now.
        if self.world.borrow().has_events() {
            self.turn(engine, self.now())?;
        }
        loop {
            if let Some(found) = found()? {
                return Ok(Some(found));
            }
            if !self.turn(engine, limit)? {
                return found();
            }
        }
    }

    /// One turn of the world with all of its events, so that a wait never ends between them. Gives whether anything
    /// moved.
    fn turn(&self, engine: &Engine, limit: Duration) -> Result<bool, Halt> {
        loop {
            self.count_turn()?;
            let turn = self.world.borrow_mut().turn(limit)?;
            match turn {
                WorldTurn::Quiet => return Ok(false),
                WorldTurn::Moved => self.forget_operations(),
                WorldTurn::Event(client, event) => self.emit(engine, client, &event)?,
            }
            if !self.world.borrow().has_events() {
                self.look_at_properties(engine)?;
                return Ok(true);
            }
        }
    }

    /// Lets the world move until nothing is left to move at this instant.
    pub(super) fn settle(&self, engine: &Engine) -> Result<(), Halt> {
        self.move_until(engine, self.now())
    }

    /// Lets the world move until that time, as long as `goes_on` says so.
    pub(super) fn move_while(&self, engine: &Engine, limit: Duration, goes_on: impl Fn() -> bool) -> Result<(), Halt> {
        while goes_on() && self.turn(engine, limit)? {}
        Ok(())
    }

    /// Lets the world move until that time.
    pub(super) fn move_until(&self, engine: &Engine, limit: Duration) -> Result<(), Halt> {
        while self.turn(engine, limit)? {}
        Ok(())
    }

    /// A wait of any kind. However it ends, the script has seen everything until then.
    fn wait<T>(&self, call: &NativeCallContext<'_>, wait: impl FnOnce() -> Result<T, Halt>) -> Result<T, Halt> {
        self.may_wait(call)?;
        let done = wait();
        let known = self.world.borrow().journal_known();
        self.marks.borrow_mut().end_wait(known.max(self.journal_looked.get()));
        done
    }

    /// The script has let time pass, and so has seen all that came meanwhile.
    fn see_all(&self) {
        self.see_journal(self.world.borrow().look(|platform| platform.journal().next_seq()));
    }

    fn see_journal(&self, until: u64) {
        self.journal_looked.set(self.journal_looked.get().max(until));
    }

    /// A wait inside a listener would let the world move while it moves.
    fn may_wait(&self, call: &NativeCallContext<'_>) -> Result<(), Failure> {
        self.inside.get().map_or(Ok(()), |inside| Err(may_not_wait(inside, call.fn_name())))
    }

    /// A scenario that needs more time than a live world has is skipped there, not failed.
    fn has_time(&self, call: &NativeCallContext<'_>, duration: Duration, most: Duration) -> Result<(), Halt> {
        if !self.world.borrow().is_live() || duration <= most {
            return Ok(());
        }
        let (function, asked, most) = (call.fn_name(), shown(duration), shown(most));
        Err(Halt::Skip(format!("needs virtual time: `{function}` asks for {asked}, and Live has {most} at most")))
    }

    fn limit(&self, timeout: Duration) -> Duration {
        self.now().saturating_add(timeout)
    }
}

/// Waits of the script.
impl Run {
    /// How long a wait takes at most, if it does not say. Beside a server, scripts wait for people.
    pub(super) fn default_timeout(&self) -> Duration {
        if self.world.borrow().is_served() { LONGEST } else { DEFAULT_TIMEOUT }
    }

    /// `advance(duration)`
    pub(super) fn advance(&self, call: &NativeCallContext<'_>, duration: Duration) -> Result<(), Halt> {
        self.wait(call, || {
            self.has_time(call, duration, LONGEST_LIVE_PAUSE)?;
            let limit = self.limit(duration);
            self.move_until(call.engine(), limit)?;
            self.see_all();
            Ok(())
        })
    }

    /// `kandy.waitFor(event, timeout)`: the event's params.
    pub(super) fn wait_for(
        &self,
        call: &NativeCallContext<'_>,
        client: ClientId,
        event: &str,
        timeout: Duration,
    ) -> Result<Dynamic, Halt> {
        self.wait(call, || {
            self.has_time(call, timeout, LONGEST_LIVE_WAIT)?;
            let event = self.event_of(client, event)?;
            let (began, limit) = (self.now(), self.limit(timeout));
            let from = self.looks_from(client);
            let mut looked = from;
            let found = self.pump(call.engine(), limit, || {
                let heard = &self.applications.borrow()[client.0].heard;
                let found = heard[looked..].iter().position(|heard| heard.event.name() == event);
                let found = found.map(|offset| (looked + offset, heard[looked + offset].event.clone()));
                looked = heard.len();
                Ok(found)
            })?;
            let place = CallSite::of(call);
            if let Some((index, event)) = found {
                self.count_check();
                self.applications.borrow_mut()[client.0].waited = LastWait { end: index + 1, place };
                return Ok(convert::event_params(&event));
            }
            let application = &self.applications.borrow()[client.0];
            let message = format!("{event} did not come to {} within {}", application.name, within(timeout, limit));
            let came = format!("came instead: {}", list_events(&application.heard[from..]));
            let missed = application.heard[..from].iter().rposition(|heard| heard.event.name() == event);
            let missed = missed.map(|index| self.missed_event(application, index));
            let near = self.heard_elsewhere(client, event, began);
            Err(self.failed_wait(InVain { message, came, near, missed, place }).into())
        })
    }

    /// `kandy.expectNone(event, within)`
    pub(super) fn expect_none(
        &self,
        call: &NativeCallContext<'_>,
        client: ClientId,
        event: &str,
        timeout: Duration,
    ) -> Result<(), Halt> {
        self.wait(call, || {
            self.has_time(call, timeout, LONGEST_LIVE_PAUSE)?;
            self.count_check();
            let event = self.event_of(client, event)?;
            let limit = self.limit(timeout);
            let mut looked = self.looks_from(client);
            let waits = self.marks.borrow().seen().waits;
            let found = self.pump(call.engine(), limit, || {
                let heard = &self.applications.borrow()[client.0].heard;
                let found = heard[looked..].iter().find(|heard| heard.event.name() == event).cloned();
                looked = heard.len();
                Ok(found)
            })?;
            let application = &mut self.applications.borrow_mut()[client.0];
            let Some(HeardEvent { time, event: heard, waits: at }) = found else {
                application.waited = LastWait { end: application.heard.len(), place: CallSite::of(call) };
                self.see_all();
                return Ok(());
            };
            let message = format!("{event} came to {} at {}, and was not expected", application.name, seconds(time));
            let failure = Failure::new(Cause::Check, message)
                .with_note(format!("params: {}", show_short(&convert::event_params(&heard))));
            if at == waits {
                return Err(failure.into());
            }
            Err(failure.with_note(self.counts_since(application, &CallSite::of(call))).into())
        })
    }

    /// `waitUntil(|| condition, timeout)`
    pub(super) fn wait_until(
        &self,
        call: &NativeCallContext<'_>,
        condition: &FnPtr,
        timeout: Duration,
    ) -> Result<(), Halt> {
        self.wait(call, || {
            self.has_time(call, timeout, LONGEST_LIVE_WAIT)?;
            let limit = self.limit(timeout);
            let heard_by = |application: &Application| application.heard.len();
            let from: Vec<usize> = self.applications.borrow().iter().map(heard_by).collect();
            let mut condition = Condition::new(condition);
            let found = self.pump(call.engine(), limit, || condition.ask(self, call))?;
            if found.is_some() {
                self.count_check();
                return Ok(());
            }
            let message = format!("the condition did not become true within {}", within(timeout, limit));
            let applications = self.applications.borrow();
            let came = applications.iter().enumerate().map(|(index, application)| {
                let since = from.get(index).copied().unwrap_or_default();
                format!("{} heard: {}", application.name, list_events(&application.heard[since..]))
            });
            let came = match applications.len() {
                0 => "nobody heard anything: there is no client".to_owned(),
                _ => came.take(LISTED).collect::<Vec<_>>().join("\n"),
            };
            let place = CallSite::of(call);
            Err(self.failed_wait(InVain { message, came, near: None, missed: None, place }).into())
        })
    }

    /// Counts a check that runs.
    pub(super) fn count_check(&self) {
        self.checks.set(self.checks.get().saturating_add(1));
    }
}

/// From where waits look.
impl Run {
    /// From which of the events that a client has heard its next wait looks.
    fn looks_from(&self, client: ClientId) -> usize {
        let mark = self.marks.borrow().mark().waits;
        let Application { heard, waited, .. } = &self.applications.borrow()[client.0];
        waited.end.max(heard.partition_point(|heard| heard.waits < mark))
    }
}

/// Looking back.
impl Run {
    /// `kandy.events()`
    pub(super) fn events(&self, client: ClientId) -> Array {
        let heard = self.applications.borrow()[client.0].heard.clone();
        let event_map = |HeardEvent { time, event, .. }: &HeardEvent| {
            let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
            map([("event", event.name().into()), ("params", convert::event_params(event)), ("time", time.into())])
        };
        heard.iter().map(event_map).collect()
    }

    /// `expectEvents(kandy, names)`: those since the last such check.
    pub(super) fn expect_events(&self, client: ClientId, expected: &[String]) -> Result<(), Halt> {
        self.count_check();
        for name in expected {
            self.event_of(client, name)?;
        }
        let application = &mut self.applications.borrow_mut()[client.0];
        let heard = &application.heard[application.checked..];
        let is_same = heard.iter().map(|heard| heard.event.name()).eq(expected.iter().map(String::as_str));
        if is_same {
            application.checked = application.heard.len();
            return Ok(());
        }
        let names: Vec<&str> = heard.iter().map(|heard| heard.event.name()).collect();
        let equal = names.iter().zip(expected).take_while(|(name, expected)| name == expected).count();
        let number = equal + 1;
        let place = match (names.get(equal), expected.get(equal)) {
            (Some(name), Some(expected)) => format!("event {number} is {name}, not {expected}"),
            (Some(name), None) => format!("event {number}, {name}, was not expected"),
            (None, expected) => format!("event {number}, {}, did not come", expected.map_or("", String::as_str)),
        };
        Err(Failure::new(Cause::Check, format!("{} heard other events than expected", application.name))
            .with_note(format!("actual:   {}\nexpected: {}", row(&names), row(expected)))
            .with_note(place)
            .into())
    }
}

/// Explains that script code that runs while the world moves has called a wait.
pub(super) fn may_not_wait(inside: Inside, wait: &str) -> Failure {
    let where_it_is = match inside {
        Inside::Listener => "a listener",
        Inside::Condition => "the condition of a `waitUntil`",
    };
    Failure::argument(format!("{where_it_is} may not wait: `{wait}` does not work there"))
        .with_help("set a variable there, and wait for it outside: `waitUntil(|| done)`")
}

/// The event of that name.
pub(super) fn event_name(name: &str) -> Result<&'static str, Failure> {
    EVENT_NAMES.into_iter().find(|known| *known == name).ok_or_else(|| {
        let failure = Failure::argument(format!("there is no event {}", show_short(&name.into())))
            .with_note(format!("the events are {}", EVENT_NAMES.join(", ")));
        failure.with_nearest(nearest(name, EVENT_NAMES))
    })
}

/// A request to the platform as scripts see it.
pub(super) fn request_map(record: &Record) -> Dynamic {
    let mut map = convert::from_serde(record).try_cast::<rhai::Map>().unwrap_or_default();
    map.entry("socket".into()).or_default();
    let status = record.request().and_then(|request| request.answered.status());
    map.insert("status".into(), status.map_or(Dynamic::UNIT, |status| i64::from(status).into()));
    map.into()
}

fn row(names: &[impl AsRef<str>]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "),
    }
}
