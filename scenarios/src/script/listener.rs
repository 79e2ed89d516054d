//! Listeners, and how an event is given to them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use kandy_client::{Call, Emission, Event};
use rhai::{AST, Dynamic, Engine, EvalAltResult, FnPtr, GlobalRuntimeState, NativeCallContext, Position};

use super::convert;
use super::explain::explain;
use super::failure::{Failure, Located, ScriptEnd};
use super::run::{HeardEvent, Inside, Run, stop};
use crate::step::ClientId;

/// A closure of the script that is called back, with the surroundings that it was given in.
#[derive(Clone)]
pub(super) struct ScriptListener {
    function: FnPtr,
    /// How many arguments it takes.
    arity: usize,
    /// A closure of a module finds that module's functions only from there.
    surroundings: Rc<GlobalRuntimeState>,
    /// Where it was registered.
    position: Position,
}

impl PartialEq for ScriptListener {
    fn eq(&self, other: &Self) -> bool {
        is_same_function(&self.function, &other.function)
    }
}

impl ScriptListener {
    /// A listener that can be called with at most `given` arguments.
    pub(super) fn new(run: &Run, call: &NativeCallContext<'_>, function: FnPtr, given: usize) -> Result<Self, Failure> {
        let curried = function.curry().len();
        let arities = run.arities.borrow();
        let declared = arities.iter().find_map(|arities| arities.of(function.fn_name()));
        let arity = match declared {
            None => given,
            Some(declared) => {
                let takes = declared.iter().rev().filter_map(|count| count.checked_sub(curried));
                let fits = takes.clone().find(|count| *count <= given);
                fits.ok_or_else(|| too_many_parameters(takes.min().unwrap_or_default(), given))?
            }
        };
        let surroundings = Rc::new(call.global_runtime_state().clone());
        Ok(Self { function, arity, surroundings, position: call.call_position() })
    }

    fn call(&self, engine: &Engine, args: [&Dynamic; 2], given: usize) -> Result<Dynamic, Box<EvalAltResult>> {
        // A wildcard takes the event's name first; any other listener the event's argument only.
        let args = &args[2 - given..];
        let mut args: Vec<Dynamic> = args.iter().take(self.arity).map(|arg| (*arg).clone()).collect();
        let global = &*self.surroundings;
        let name = self.function.fn_name();
        let context = NativeCallContext::new_with_all_fields(engine, name, None, global, self.position);
        self.function.call_raw(&context, None, &mut args[..])
    }
}

impl ScriptListener {
    /// Calls a closure that takes nothing.
    pub(super) fn ask(&self, engine: &Engine) -> Result<Dynamic, Box<EvalAltResult>> {
        self.call(engine, [&Dynamic::UNIT; 2], 0)
    }
}

/// Explains that a listener cannot be called.
pub(super) fn too_many_parameters(takes: usize, given: usize) -> Failure {
    Failure::argument(format!("the listener takes {takes} parameters, but is given {given}"))
        .with_help("let it take fewer")
}

/// How many parameters the functions of a script take, closures included; several functions may share a name.
#[derive(Debug, Default)]
pub(super) struct Arities(BTreeMap<String, BTreeSet<usize>>);

impl Arities {
    pub(super) fn new(ast: &AST) -> Self {
        let mut arities: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for function in ast.iter_functions() {
            arities.entry(function.name.to_owned()).or_default().insert(function.params.len());
        }
        Self(arities)
    }

    pub(super) fn of(&self, function: &str) -> Option<&BTreeSet<usize>> {
        self.0.get(function)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Run {
    /// Records an event and gives it to the client's listeners.
    pub(super) fn emit(&self, engine: &Engine, client: ClientId, event: &Arc<Event>) -> Result<(), Box<EvalAltResult>> {
        let (time, waits) = (self.now(), self.marks.borrow().seen().waits);
        let nobody_listens = {
            let application = &mut self.applications.borrow_mut()[client.0];
            application.heard.push(HeardEvent { time, event: event.clone(), waits });
            application.listeners.is_empty()
        };
        if nobody_listens {
            return Ok(());
        }
        let outer = self.inside.replace(Some(Inside::Listener));
        let done = self.soft.outside(|| self.walk(engine, client, event));
        self.inside.set(outer);
        done
    }

    fn walk(&self, engine: &Engine, client: ClientId, event: &Event) -> Result<(), Box<EvalAltResult>> {
        let mut emission = Emission::new(event.name());
        let mut params = None;
        loop {
            let next = emission.next(&self.applications.borrow()[client.0].listeners);
            let (listener, given) = match next {
                None => return Ok(()),
                Some(Call::Typed(listener)) => (listener, 1),
                Some(Call::Wildcard(listener)) => (listener, 2),
            };
            self.world.borrow_mut().note_listener_call(client, event.name());
            let params = params.get_or_insert_with(|| convert::event_params(event));
            if let Err(error) = listener.call(engine, [&event.name().into(), params], given) {
                return Err(self.uncaught(error, event.name(), listener.position));
            }
        }
    }

    /// An exception that leaves a listener. In a browser the page would go on and its console show it; here nobody
    /// looks at a console, so the scenario fails.
    fn uncaught(&self, error: Box<EvalAltResult>, event: &str, registered_at: Position) -> Box<EvalAltResult> {
        if self.has_ended() {
            self.locate_ending(registered_at);
            return error;
        }
        if matches!(error.unwrap_inner(), EvalAltResult::Exit(..)) {
            return error;
        }
        self.listener_failed.set(true);
        let mut located = explain(&error, self);
        located.failure.notes.insert(0, format!("in a listener of {event}"));
        let position = located.position;
        self.set_ending(ScriptEnd::Failed(Located { position: position.or_else(registered_at), ..located }));
        stop(position)
    }
}

/// Whether two closures are the same: the same code with the same captured variables.
fn is_same_function(left: &FnPtr, right: &FnPtr) -> bool {
    let (captured, others) = (left.curry(), right.curry());
    left.fn_name() == right.fn_name()
        && captured.len() == others.len()
        && captured.iter().zip(others).all(|(left, right)| is_same_captured(left, right))
}

fn is_same_captured(left: &Dynamic, right: &Dynamic) -> bool {
    if left.is_shared() != right.is_shared() {
        return false;
    }
    if left.is_shared() {
        // Locking one tells whether the other is the same cell.
        let mut left = left.clone();
        let guard = left.write_lock::<Dynamic>();
        return guard.is_some() && right.is_locked();
    }
    super::show::difference(left, right).is_none()
}
