//! Listeners, and the order in which Kandy.js calls them (docs/protocol.md, sections 3.1 and 3.2).

use std::collections::BTreeMap;

use thiserror::Error;

/// How many registrations one client can have. A listener that adds another each time it is called would never come to
/// an end.
pub const MAX_LISTENERS: usize = 10_000;

/// A client has [`MAX_LISTENERS`] registrations already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("too many listeners: a client has {MAX_LISTENERS} at most")]
pub struct TooManyListeners;

/// The registered listeners of one client: those for one event, and wildcards, which hear every event.
///
/// `L` stands for a function; equal values are the same function.
#[derive(Clone, Debug)]
pub struct Listeners<L> {
    typed: BTreeMap<String, Vec<L>>,
    wildcards: Vec<L>,
    len: usize,
}

impl<L> Default for Listeners<L> {
    fn default() -> Self {
        Self { typed: BTreeMap::new(), wildcards: Vec::new(), len: 0 }
    }
}

impl<L: Clone + PartialEq> Listeners<L> {
    /// Registers a listener for `event`; one that is registered twice is called twice.
    ///
    /// # Errors
    ///
    /// [`TooManyListeners`]; the listener is dropped then.
    pub fn on(&mut self, event: &str, listener: L) -> Result<(), TooManyListeners> {
        self.count_one_more()?;
        self.typed.entry(event.to_owned()).or_default().push(listener);
        Ok(())
    }

    /// Removes all registrations of a listener for `event`.
    pub fn off(&mut self, event: &str, listener: &L) {
        if let Some(listeners) = self.typed.get_mut(event) {
            self.len -= remove(listeners, listener);
            if listeners.is_empty() {
                self.typed.remove(event);
            }
        }
    }

    /// Registers a wildcard.
    ///
    /// # Errors
    ///
    /// [`TooManyListeners`]; the listener is dropped then.
    pub fn subscribe(&mut self, listener: L) -> Result<(), TooManyListeners> {
        self.count_one_more()?;
        self.wildcards.push(listener);
        Ok(())
    }

    /// Removes all registrations of a wildcard.
    pub fn unsubscribe(&mut self, listener: &L) {
        self.len -= remove(&mut self.wildcards, listener);
    }

    /// How many registrations there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nobody listens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets every listener.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn count_one_more(&mut self) -> Result<(), TooManyListeners> {
        if self.len >= MAX_LISTENERS {
            return Err(TooManyListeners);
        }
        self.len += 1;
        Ok(())
    }
}

/// Removes all registrations of a listener; gives how many there were.
fn remove<L: PartialEq>(listeners: &mut Vec<L>, listener: &L) -> usize {
    let before = listeners.len();
    listeners.retain(|registered| registered != listener);
    before - listeners.len()
}

/// A listener to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call<L> {
    /// With the event's argument.
    Typed(L),
    /// With the event's name and argument.
    Wildcard(L),
}

/// The walk of one event through the listeners.
///
/// The lists are walked live, by index: a listener that is added is called for this very event, and one that
/// removes itself makes the next one miss it. A listener that throws ends the walk: drop it then.
#[derive(Clone, Debug)]
#[must_use = "a walk does nothing until the next listener is asked for"]
pub struct Emission<'a> {
    event: &'a str,
    next_typed: usize,
    next_wildcard: usize,
}

impl<'a> Emission<'a> {
    /// Starts the walk of `event`.
    pub const fn new(event: &'a str) -> Self {
        Self { event, next_typed: 0, next_wildcard: 0 }
    }

    /// The next listener, by what is registered now.
    #[must_use]
    pub fn next<L: Clone>(&mut self, listeners: &Listeners<L>) -> Option<Call<L>> {
        let typed = listeners.typed.get(self.event).and_then(|typed| typed.get(self.next_typed));
        // Once the wildcards are reached, listeners of the event that are added come too late.
        if let (Some(listener), 0) = (typed, self.next_wildcard) {
            self.next_typed += 1;
            return Some(Call::Typed(listener.clone()));
        }
        let wildcard = listeners.wildcards.get(self.next_wildcard)?;
        self.next_wildcard += 1;
        Some(Call::Wildcard(wildcard.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(listeners: &mut Listeners<char>, mut on_call: impl FnMut(&mut Listeners<char>, char)) -> String {
        let mut emission = Emission::new("x");
        let mut called = String::new();
        while let Some(call) = emission.next(listeners) {
            let (Call::Typed(listener) | Call::Wildcard(listener)) = call;
            called.push(listener);
            on_call(listeners, listener);
        }
        called
    }

    fn listeners(typed: &str, wildcards: &str) -> Listeners<char> {
        let mut listeners = Listeners::default();
        wildcards.chars().for_each(|listener| listeners.subscribe(listener).unwrap());
        typed.chars().for_each(|listener| listeners.on("x", listener).unwrap());
        listeners
    }

    #[test]
    fn typed_listeners_come_before_wildcards() {
        assert_eq!(walk(&mut listeners("ab", "yz"), |_, _| ()), "abyz");
    }

    #[test]
    fn one_that_removes_itself_makes_the_next_miss_the_event() {
        let mut all = listeners("abc", "");
        assert_eq!(
            walk(&mut all, |all, called| if called == 'a' {
                all.off("x", &'a');
            }),
            "ac"
        );
        assert_eq!(walk(&mut all, |_, _| ()), "bc");
    }

    #[test]
    fn one_that_is_added_hears_this_event() {
        let mut all = listeners("a", "z");
        assert_eq!(
            walk(&mut all, |all, called| if called == 'a' {
                all.on("x", 'b').unwrap();
            }),
            "abz"
        );
    }

    #[test]
    fn one_registered_twice_is_called_twice_and_removed_at_once() {
        let mut all = listeners("aab", "");
        assert_eq!(walk(&mut all, |_, _| ()), "aab");
        all.off("x", &'a');
        assert_eq!(walk(&mut all, |_, _| ()), "b");
        assert_eq!(all.len(), 1);
    }

    #[test]
    fn one_more_than_the_limit_is_refused_until_another_is_gone() {
        let mut all = Listeners::default();
        for _ in 1..MAX_LISTENERS {
            all.on("x", 'a').unwrap();
        }
        all.subscribe('z').unwrap();
        assert_eq!((all.on("y", 'b'), all.subscribe('b')), (Err(TooManyListeners), Err(TooManyListeners)));
        assert_eq!(all.len(), MAX_LISTENERS);
        all.unsubscribe(&'z');
        assert_eq!((all.on("y", 'b'), all.subscribe('b')), (Ok(()), Err(TooManyListeners)));
        all.off("x", &'a');
        assert_eq!(all.len(), 1);
        all.clear();
        assert!(all.is_empty());
    }
}
