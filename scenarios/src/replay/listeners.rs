//! The listeners of one client in a recording.

use std::collections::BTreeMap;

use kandy_client::{Listeners, TooManyListeners};
use serde::Deserialize;
use serde_json::Value;

use super::compare::{Mismatch, missing};
use crate::recording::{ApiCall, Timed, TimelineRecord};

/// Who listens to a client, and what each listener does of itself.
pub(crate) struct RecordedListeners {
    pub(crate) registered: Listeners<RecordedListener>,
    /// What each listener throws, and at which call.
    exceptions: BTreeMap<String, Exception>,
    /// The calls that each listener makes, and at which call of its own.
    calls: BTreeMap<String, (u64, Vec<Vec<Value>>)>,
    heard: BTreeMap<String, u64>,
}

/// A listener in the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RecordedListener {
    /// The recorder's own wildcard.
    Recorder,
    /// One of the script's.
    Named(String),
}

/// The keys by which a script tells a listener what to do.
const BEHAVIOUR: [&str; 4] = ["$listener", "calls", "nth", "throws"];

/// What a listener throws.
struct Exception {
    text: String,
    /// The number of the call, if the script gives one.
    nth: Option<u64>,
}

impl Default for RecordedListeners {
    /// The recorder's own listener, from the start.
    fn default() -> Self {
        let mut registered = Listeners::default();
        registered.subscribe(RecordedListener::Recorder).expect("it is the first");
        Self { registered, exceptions: BTreeMap::new(), calls: BTreeMap::new(), heard: BTreeMap::new() }
    }
}

impl RecordedListeners {
    /// Remembers what the listeners among the arguments should call and to throw.
    ///
    /// # Errors
    ///
    /// A listener is told to do something that is not known here.
    pub(crate) fn learn_behaviour(&mut self, call: &ApiCall) -> Result<(), Mismatch> {
        for argument in call.args.iter().filter(|argument| argument.get("$listener").is_some()) {
            let keys = argument.as_object().into_iter().flat_map(serde_json::Map::keys);
            if let Some(unknown) = keys.into_iter().find(|key| !BEHAVIOUR.contains(&key.as_str())) {
                return Err(missing(&format!("a listener without `{unknown}`, which is not known")));
            }
            let text = |key: &str| argument.get(key).and_then(Value::as_str).map(str::to_owned);
            let nth = argument.get("nth").and_then(Value::as_u64).filter(|nth| *nth > 0);
            if let (Some(name), Some(text)) = (text("$listener"), text("throws")) {
                self.exceptions.insert(name, Exception { text, nth });
            }
            let calls = argument.get("calls").and_then(|calls| Vec::deserialize(calls).ok());
            if let (Some(name), Some(calls)) = (text("$listener"), calls) {
                self.calls.insert(name, (nth.unwrap_or(1), calls));
            }
        }
        Ok(())
    }

    /// Makes a change of the listeners.
    pub(crate) fn change(&mut self, change: Change) -> Result<(), TooManyListeners> {
        match change {
            Change::On(event, listener) => self.registered.on(&event, listener)?,
            Change::Off(event, listener) => self.registered.off(&event, &listener),
            Change::Subscribe(listener) => self.registered.subscribe(listener)?,
            Change::Unsubscribe(listener) => self.registered.unsubscribe(&listener),
        }
        Ok(())
    }

    /// Counts a call of a listener; gives its number.
    pub(crate) fn hear(&mut self, listener: &str) -> u64 {
        let heard = self.heard.entry(listener.to_owned()).or_default();
        *heard += 1;
        *heard
    }

    /// What a listener calls at its `nth` call, each a function with its arguments.
    pub(crate) fn calls(&self, listener: &str, nth: u64) -> Vec<Vec<Value>> {
        let calls = self.calls.get(listener).filter(|(at, _)| *at == nth);
        calls.map(|(_, calls)| calls.clone()).unwrap_or_default()
    }

    /// Whether a listener throws at its `nth` call. Without a number in the script it is the first call, unless the
    /// page saw more than one exception of that text.
    pub(crate) fn throws(&self, listener: &str, nth: u64, timeline: &[Timed<TimelineRecord>]) -> bool {
        let Some(exception) = self.exceptions.get(listener) else {
            return false;
        };
        let is_its = |record: &&Timed<TimelineRecord>| matches!(&record.what, TimelineRecord::UnhandledRejection { message } if *message == exception.text);
        match exception.nth {
            Some(number) => number == nth,
            None => nth == 1 || timeline.iter().filter(is_its).count() > 1,
        }
    }
}

/// A change of the listeners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// `on(event, listener)`
    On(String, RecordedListener),
    /// `off(event, listener)`
    Off(String, RecordedListener),
    /// `subscribe(listener)`
    Subscribe(RecordedListener),
    /// `unsubscribe(listener)`
    Unsubscribe(RecordedListener),
}
