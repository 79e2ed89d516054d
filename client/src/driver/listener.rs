//! Listeners that are Rust closures.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use super::kandy::Kandy;
use crate::event::{EVENT_NAMES, Event};
use crate::listener::{Call, Emission, Listeners, TooManyListeners};

/// Names a listener, to take it off again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId(u64);

type Function = dyn FnMut(&Kandy, &Event) + Send;

/// A registered closure. It has a lock of its own, which only the task that calls listeners ever takes.
#[derive(Clone)]
pub(super) struct Listener {
    id: ListenerId,
    function: Arc<Mutex<Function>>,
}

impl PartialEq for Listener {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Listener {
    /// Calls the closure. False if it panicked: the panic hook has told of it, and this event goes to no other
    /// listener, as when a function throws in Kandy.js. It is called again for the next event.
    #[must_use]
    pub(super) fn call(&self, kandy: &Kandy, event: &Event) -> bool {
        let mut function = self.function.lock().unwrap_or_else(PoisonError::into_inner);
        catch_unwind(AssertUnwindSafe(|| function(kandy, event))).is_ok()
    }
}

/// The listeners of one client, by their names.
#[derive(Default)]
pub(super) struct Registry {
    listeners: Listeners<Listener>,
    /// The event of each listener; `None` for a wildcard.
    events: BTreeMap<ListenerId, (Option<&'static str>, Listener)>,
    last_id: u64,
}

impl Registry {
    /// Registers a listener for `event`, or a wildcard.
    pub(super) fn add(
        &mut self,
        event: Option<&'static str>,
        function: Arc<Mutex<Function>>,
    ) -> Result<ListenerId, TooManyListeners> {
        self.last_id += 1;
        let id = ListenerId(self.last_id);
        let listener = Listener { id, function };
        match event {
            Some(event) => self.listeners.on(event, listener.clone())?,
            None => self.listeners.subscribe(listener.clone())?,
        }
        self.events.insert(id, (event, listener));
        Ok(id)
    }

    /// Takes a listener off. Its closure comes back, to be dropped where no lock is held: what it has captured may
    /// call this very client when dropped.
    #[must_use]
    pub(super) fn remove(&mut self, id: ListenerId) -> Option<Listener> {
        let (event, listener) = self.events.remove(&id)?;
        match event {
            Some(event) => self.listeners.off(event, &listener),
            None => self.listeners.unsubscribe(&listener),
        }
        Some(listener)
    }

    pub(super) fn next(&self, emission: &mut Emission<'_>) -> Option<Listener> {
        emission.next(&self.listeners).map(|(Call::Typed(listener) | Call::Wildcard(listener))| listener)
    }
}

/// Why a listener is not registered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ListenError {
    /// No event has this name: nothing would ever be heard.
    #[error("there is no event {name:?}; did you mean `{nearest}`?")]
    UnknownEvent {
        /// The name.
        name: String,
        /// The most similar of [`EVENT_NAMES`].
        nearest: &'static str,
    },
    /// The client has too many already.
    #[error(transparent)]
    TooMany(#[from] TooManyListeners),
}

/// The event of this name.
pub(super) fn known_event(name: &str) -> Result<&'static str, ListenError> {
    if let Some(known) = EVENT_NAMES.into_iter().find(|known| *known == name) {
        return Ok(known);
    }
    let nearest = EVENT_NAMES.into_iter().min_by_key(|known| strsim::damerau_levenshtein(known, name));
    Err(ListenError::UnknownEvent { name: name.to_owned(), nearest: nearest.expect("there are events") })
}
