//! What Rhai does not check in a value: its depth, though it is copied, compared, shown and dropped by recursion, and the
//! length of the keys of its maps.

use std::collections::BTreeMap;
use std::{mem, ptr};

use rhai::{Dynamic, FnPtr, Identifier, Scope};

use super::engine::MAX_STRING;
use super::show::MAX_DEPTH;

/// In what a value goes too far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    /// It is nested more than [`MAX_DEPTH`] levels deep.
    Depth,
    /// The keys of its maps have more than [`MAX_STRING`] bytes together.
    Keys,
}

/// Tells which values go too far. A large value is not looked at each time, so that a loop over it does not
/// take the square of its length.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    /// The addresses of the last large values, and how many more times they may go unseen.
    unseen: [(usize, usize); 4],
    next: usize,
}

impl Gauge {
    /// A value is looked at again after so many times at most. It cannot grow more than an expression's depth at a time.
    const MOST_UNSEEN: usize = 32;
    /// The number of members that are worth going unseen once.
    const MEMBERS: usize = 64;

    /// In what a value goes too far, if it does. What a closure has captured lies a level below it.
    pub(super) fn excess(&mut self, value: &Dynamic) -> Option<Excess> {
        if !is_nest(value) {
            return None;
        }
        let address = ptr::from_ref(value).addr();
        let known = self.unseen.iter_mut().find(|(known, left)| *known == address && *left > 0);
        if let Some((_, left)) = known {
            *left -= 1;
            return None;
        }
        let mut walk = NestingWalk::default();
        let height = walk.height(value, 0);
        let left = (walk.members / Self::MEMBERS).min(Self::MOST_UNSEEN);
        if left > 0 {
            self.unseen[self.next] = (address, left);
            self.next = (self.next + 1) % self.unseen.len();
        }
        height.err()
    }
}

/// Empties the captured variables of a script that has ended. A closure that has captured the variable that holds it
/// would keep itself for ever.
pub(super) fn release_captured(scope: &Scope<'_>) {
    for (_, _, value) in scope.iter_raw().filter(|(_, _, value)| value.is_shared()) {
        let mut cell = value.clone();
        let content = cell.write_lock::<Dynamic>().map(|mut content| mem::take(&mut *content));
        drop(content);
    }
}

/// A walk down into a value.
#[derive(Default)]
struct NestingWalk {
    /// The heights of captured variables, by their address; `None` while such a variable is being looked into. Closures
    /// can capture one another, and even themselves.
    captured: BTreeMap<usize, Option<usize>>,
    /// How many members it has passed.
    members: usize,
    /// How long the keys are that it has passed, in bytes.
    keys: usize,
}

impl NestingWalk {
    /// How many levels there are from `value` down, itself included.
    fn height(&mut self, value: &Dynamic, above: usize) -> Result<usize, Excess> {
        if !is_nest(value) {
            return Ok(0);
        }
        if above >= MAX_DEPTH {
            return Err(Excess::Depth);
        }
        if value.is_shared() {
            return self.height_of_captured(value, above);
        }
        let mut highest = 0;
        if let Ok(array) = value.as_array_ref() {
            array.iter().try_for_each(|member| self.member(member, above, &mut highest))?;
        } else if let Ok(map) = value.as_map_ref() {
            let bytes = |key: &Identifier| key.len();
            self.keys += map.keys().map(bytes).sum::<usize>();
            if self.keys > MAX_STRING {
                return Err(Excess::Keys);
            }
            map.values().try_for_each(|member| self.member(member, above, &mut highest))?;
        } else if let Some(closure) = value.read_lock::<FnPtr>() {
            closure.iter_curry().try_for_each(|member| self.member(member, above, &mut highest))?;
        }
        Ok(highest + 1)
    }

    fn member(&mut self, member: &Dynamic, above: usize, highest: &mut usize) -> Result<(), Excess> {
        self.members += 1;
        *highest = self.height(member, above + 1)?.max(*highest);
        Ok(())
    }

    fn height_of_captured(&mut self, value: &Dynamic, above: usize) -> Result<usize, Excess> {
        // A variable that is in use was looked at when it was read.
        let Some(inner) = value.read_lock::<Dynamic>().filter(|inner| is_nest(inner)) else { return Ok(0) };
        let address = ptr::from_ref(&*inner).addr();
        if let Some(known) = self.captured.get(&address) {
            let height = known.unwrap_or_default();
            return if above + height > MAX_DEPTH { Err(Excess::Depth) } else { Ok(height) };
        }
        self.captured.insert(address, None);
        let height = self.height(&inner, above)?;
        self.captured.insert(address, Some(height));
        Ok(height)
    }
}

fn is_nest(value: &Dynamic) -> bool {
    value.is_shared() || value.is_array() || value.is_map() || value.is_fnptr()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use rhai::Engine;

    use super::*;

    #[test]
    fn closures_that_hold_themselves_are_let_go() {
        let probe = Rc::new(());
        let mut scope = Scope::new();
        scope.push("probe", probe.clone());
        let script = "let f = (); let g = (); f = || { probe; g }; g = || { probe; f };";
        Engine::new().run_with_scope(&mut scope, script).unwrap();
        assert!(Rc::strong_count(&probe) > 1);
        release_captured(&scope);
        drop(scope);
        assert_eq!(Rc::strong_count(&probe), 1);
    }

    #[test]
    fn a_large_value_is_looked_at_every_now_and_then() {
        let mut gauge = Gauge::default();
        let mut array: Dynamic = vec![Dynamic::ONE; 1_000].into();
        assert_eq!(gauge.excess(&array), None);
        let deep = Engine::new().eval::<Dynamic>("let a = 1; for i in 0..65 { a = [a]; } a").unwrap();
        array.as_array_mut().unwrap().push(deep);
        let unseen = (0..Gauge::MOST_UNSEEN).take_while(|_| gauge.excess(&array).is_none()).count();
        assert_eq!(unseen, 1_000 / Gauge::MEMBERS);
    }

    #[test]
    fn captured_variables_that_hold_one_another_have_a_height() {
        let value = |script: &str| Engine::new().eval::<Dynamic>(script).unwrap();
        let is_too_deep = |value: &Dynamic| Gauge::default().excess(value) == Some(Excess::Depth);
        assert!(!is_too_deep(&value("let f = (); let g = || f; f = || g; [f, g]")));
        assert!(!is_too_deep(&value("let a = 1; for i in 0..64 { a = [a]; } a")));
        assert!(is_too_deep(&value("let a = 1; for i in 0..65 { a = [0, a, 0]; } a")));
        assert!(is_too_deep(&value("let f = || 1; for i in 0..65 { let g = f; f = || g.call(); } f")));
        // Both ways down from a closure lead to the same variables: there are 2^60 ways in all.
        let many = "let f = || 1; for i in 0..60 { let g = f; let h = f; f = || g.call() + h.call(); } f";
        assert!(!is_too_deep(&value(many)));
    }
}
