//! How deep values are nested: Rhai copies, compares, shows and drops them by recursion.

use std::collections::BTreeMap;
use std::{mem, ptr};

use rhai::{Dynamic, FnPtr, Scope};

use super::show::MAX_DEPTH;

/// Tells which values are nested too deeply. A large value is not looked at each time, so that a loop over it does not
/// take the square of its length.
#[derive(Debug, Default)]
pub(super) struct DepthGauge {
    /// The addresses of the last large values, and how many more times they may go unseen.
    unseen: [(usize, usize); 4],
    next: usize,
}

impl DepthGauge {
    /// A value is looked at again after so many times at most. It cannot grow more than an expression's depth at a time.
    const MOST_UNSEEN: usize = 32;
    /// The number of members that are worth going unseen once.
    const MEMBERS: usize = 64;

    /// Whether a value is nested more than [`MAX_DEPTH`] levels deep. What a closure has captured lies a level below it.
    pub(super) fn is_too_deep(&mut self, value: &Dynamic) -> bool {
        if !is_nest(value) {
            return false;
        }
        let address = ptr::from_ref(value).addr();
        let known = self.unseen.iter_mut().find(|(known, left)| *known == address && *left > 0);
        if let Some((_, left)) = known {
            *left -= 1;
            return false;
        }
        let mut walk = Walk::default();
        let height = walk.height(value, 0);
        let left = (walk.members / Self::MEMBERS).min(Self::MOST_UNSEEN);
        if left > 0 {
            self.unseen[self.next] = (address, left);
            self.next = (self.next + 1) % self.unseen.len();
        }
        height.is_err()
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
struct Walk {
    /// The heights of captured variables, by their address; `None` while such a variable is being looked into. Closures
    /// can capture one another, and even themselves.
    captured: BTreeMap<usize, Option<usize>>,
    /// How many members it has passed.
    members: usize,
}

struct TooDeep;

impl Walk {
    /// How many levels there are from `value` down, itself included.
    fn height(&mut self, value: &Dynamic, above: usize) -> Result<usize, TooDeep> {
        if !is_nest(value) {
            return Ok(0);
        }
        if above >= MAX_DEPTH {
            return Err(TooDeep);
        }
        if value.is_shared() {
            return self.height_of_captured(value, above);
        }
        let mut highest = 0;
        let mut look = |member: &Dynamic| {
            self.members += 1;
            highest = self.height(member, above + 1)?.max(highest);
            Ok(())
        };
        if let Ok(array) = value.as_array_ref() {
            array.iter().try_for_each(&mut look)?;
        } else if let Ok(map) = value.as_map_ref() {
            map.values().try_for_each(&mut look)?;
        } else if let Some(closure) = value.read_lock::<FnPtr>() {
            closure.iter_curry().try_for_each(&mut look)?;
        }
        Ok(highest + 1)
    }

    fn height_of_captured(&mut self, value: &Dynamic, above: usize) -> Result<usize, TooDeep> {
        // A variable that is in use was looked at when it was read.
        let Some(inner) = value.read_lock::<Dynamic>().filter(|inner| is_nest(inner)) else { return Ok(0) };
        let address = ptr::from_ref(&*inner).addr();
        if let Some(known) = self.captured.get(&address) {
            let height = known.unwrap_or_default();
            return if above + height > MAX_DEPTH { Err(TooDeep) } else { Ok(height) };
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
        let mut gauge = DepthGauge::default();
        let mut array: Dynamic = vec![Dynamic::ONE; 1_000].into();
        assert!(!gauge.is_too_deep(&array));
        let deep = Engine::new().eval::<Dynamic>("let a = 1; for i in 0..65 { a = [a]; } a").unwrap();
        array.as_array_mut().unwrap().push(deep);
        let unseen = (0..DepthGauge::MOST_UNSEEN).take_while(|_| !gauge.is_too_deep(&array)).count();
        assert_eq!(unseen, 1_000 / DepthGauge::MEMBERS);
    }

    #[test]
    fn captured_variables_that_hold_one_another_have_a_height() {
        let value = |script: &str| Engine::new().eval::<Dynamic>(script).unwrap();
        let is_too_deep = |value: &Dynamic| DepthGauge::default().is_too_deep(value);
        assert!(!is_too_deep(&value("let f = (); let g = || f; f = || g; [f, g]")));
        assert!(!is_too_deep(&value("let a = 1; for i in 0..64 { a = [a]; } a")));
        assert!(is_too_deep(&value("let a = 1; for i in 0..65 { a = [0, a, 0]; } a")));
        assert!(is_too_deep(&value("let f = || 1; for i in 0..65 { let g = f; f = || g.call(); } f")));
        // Both ways down from a closure lead to the same variables: there are 2^60 ways in all.
        let many = "let f = || 1; for i in 0..60 { let g = f; let h = f; f = || g.call() + h.call(); } f";
        assert!(!is_too_deep(&value(many)));
    }
}
