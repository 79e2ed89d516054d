//! Properties, which must hold whatever happens, and disturbances. To `run` a property is a check like others; `explore`
//! judges every run by them, also one whose script a disturbance has ended.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use rhai::{Dynamic, Engine, FnPtr, NativeCallContext, Position};

use super::duration::{duration, shown};
use super::failure::{Failure, Halt, Located};
use super::listener::ScriptListener;
use super::register::register;
use super::run::{Inside, Run};
use super::show::{kind, said};
use crate::diagnostic::Cause;
use crate::schedule::{Schedule, ScheduleError};
use crate::transcript::seconds;
use crate::world::World;

/// The most properties of a script.
const MAX_PROPERTIES: usize = 100;
/// How long an `eventually` property may take, if it does not say.
const EVENTUALLY: Duration = Duration::from_secs(5 * 60);

/// The properties of a script.
#[derive(Default)]
pub(super) struct Properties {
    all: RefCell<Vec<Rc<Property>>>,
    /// Whether the script has ended, so that `eventually` properties may hold from now on.
    has_ended: Cell<bool>,
    /// Whether one that does not hold ends nothing any more: what comes after a script is judged to its end.
    is_noted_only: Cell<bool>,
    /// Those that did not always hold, by name.
    broken: RefCell<Vec<String>>,
    /// Where the first was noted.
    noted: RefCell<Option<Located>>,
}

struct Property {
    name: String,
    kind: PropertyKind,
    condition: ScriptListener,
    has_held: Cell<bool>,
    /// Whether it has not held although it always should have. That is told once.
    is_broken: Cell<bool>,
    position: Position,
    source: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PropertyKind {
    Always,
    Eventually(Duration),
    Sometimes,
}

pub(super) fn register_properties(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "always", |run, call, name: &str, condition: FnPtr| {
        run.add_property(call, PropertyKind::Always, name, condition)
    });
    register!(engine, run, "sometimes", |run, call, name: &str, condition: FnPtr| {
        run.add_property(call, PropertyKind::Sometimes, name, condition)
    });
    register!(engine, run, "eventually", |run, call, name: &str, condition: FnPtr| {
        run.add_property(call, PropertyKind::Eventually(EVENTUALLY), name, condition)
    });
    register!(engine, run, "eventually", |run, call, name: &str, condition: FnPtr, within: Dynamic| {
        run.add_property(call, PropertyKind::Eventually(duration(&within)?), name, condition)
    });
    register!(engine, run, "disturb", |run, _call, text: &str| run.disturb(text));
    register!(engine, run, "disturbed", |run, _call| Ok(run.schedule().map_or(Dynamic::UNIT, Dynamic::from)));
}

impl Properties {
    /// From now on `eventually` properties may hold.
    pub(super) fn script_has_ended(&self) {
        self.has_ended.set(true);
    }

    /// From now on what does not hold ends nothing.
    pub(super) fn only_note(&self) {
        self.is_noted_only.set(true);
    }

    /// Those that did not always hold, by name.
    pub(super) fn take_broken(&self) -> Vec<String> {
        self.broken.take()
    }

    /// The first of those that were only noted.
    pub(super) fn take_noted(&self) -> Option<Located> {
        self.noted.take()
    }

    /// The `eventually` properties that did not hold.
    pub(super) fn unfulfilled(&self) -> Vec<String> {
        let is_unfulfilled =
            |property: &&Rc<Property>| matches!(property.kind, PropertyKind::Eventually(_)) && !property.has_held.get();
        self.all.borrow().iter().filter(is_unfulfilled).map(|property| property.name.clone()).collect()
    }

    /// The `sometimes` properties, and whether each has held.
    pub(super) fn sometimes(&self) -> Vec<(String, bool)> {
        let is_sometimes = |property: &&Rc<Property>| property.kind == PropertyKind::Sometimes;
        let told = |property: &Rc<Property>| (property.name.clone(), property.has_held.get());
        self.all.borrow().iter().filter(is_sometimes).map(told).collect()
    }

    /// Forgets them.
    pub(super) fn clear(&self) {
        self.all.borrow_mut().clear();
        self.has_ended.set(false);
        self.is_noted_only.set(false);
        self.broken.take();
        self.noted.take();
    }

    fn next(&self, index: usize) -> Option<Rc<Property>> {
        self.all.borrow().get(index).cloned()
    }
}

impl Run {
    fn add_property(
        &self,
        call: &NativeCallContext<'_>,
        kind: PropertyKind,
        name: &str,
        condition: FnPtr,
    ) -> Result<(), Halt> {
        let all = &self.properties.all;
        if all.borrow().len() >= MAX_PROPERTIES {
            return Err(Failure::new(Cause::Limit, format!("a script has {MAX_PROPERTIES} properties at most")).into());
        }
        if all.borrow().iter().any(|property| property.name == name) {
            return Err(Failure::new(
                Cause::Script,
                format!("there is a property named `{}` already", said(name.to_owned())),
            )
            .with_help("the name says which of them did not hold: give each its own")
            .into());
        }
        self.count_check();
        let property = Property {
            name: said(name.to_owned()),
            kind,
            condition: ScriptListener::new(self, call, condition, 0)?,
            has_held: Cell::new(false),
            is_broken: Cell::new(false),
            position: call.call_position(),
            source: call.call_source().map(str::to_owned),
        };
        all.borrow_mut().push(Rc::new(property));
        Ok(())
    }

    /// Looks at the properties, after a turn with all of its listeners.
    pub(super) fn look_at_properties(&self, engine: &Engine) -> Result<(), Halt> {
        let mut index = 0;
        while let Some(property) = self.properties.next(index) {
            index += 1;
            let is_asked = match property.kind {
                PropertyKind::Always => !property.is_broken.get(),
                PropertyKind::Sometimes => !property.has_held.get(),
                PropertyKind::Eventually(_) => self.properties.has_ended.get() && !property.has_held.get(),
            };
            if is_asked {
                self.soft.outside(|| self.look_at_property(engine, &property))?;
            }
        }
        Ok(())
    }

    fn look_at_property(&self, engine: &Engine, property: &Property) -> Result<(), Halt> {
        let outer = self.inside.replace(Some(Inside::Condition));
        let value = property.condition.ask(engine);
        self.inside.set(outer);
        let value = value?;
        let Ok(holds) = value.as_bool() else {
            let message = format!("the condition of `{}` gave {}, not true or false", property.name, kind(&value));
            return Err(self.end_at(property, Failure::new(Cause::Script, message)));
        };
        property.has_held.set(property.has_held.get() || holds);
        if holds || property.kind != PropertyKind::Always {
            return Ok(());
        }
        property.is_broken.set(true);
        self.properties.broken.borrow_mut().push(property.name.clone());
        let message = format!("always `{}`: it does not hold at {}", property.name, seconds(self.now()));
        let mut failure = Failure::new(Cause::Check, message);
        if let Some(last) = self.world.borrow().with_clients().ok().and_then(|world| world.trace().last_in_short()) {
            failure = failure.with_note(format!("it was looked at after a turn that ended with {last}"));
        }
        if !self.properties.is_noted_only.get() {
            return Err(self.end_at(property, failure));
        }
        let (failure, position, source) = (self.with_situation(failure), property.position, property.source.clone());
        self.properties.noted.borrow_mut().get_or_insert(Located { failure, position, source });
        Ok(())
    }

    fn end_at(&self, property: &Property, failure: Failure) -> Halt {
        self.halt_at(failure.into(), property.position, property.source.clone()).into()
    }

    /// Lets time pass until all `eventually` properties hold.
    pub(super) fn wait_for_properties(&self, engine: &Engine) -> Result<(), Halt> {
        self.properties.script_has_ended();
        self.look_at_properties(engine)?;
        let mut index = 0;
        while let Some(property) = self.properties.next(index) {
            index += 1;
            let PropertyKind::Eventually(within) = property.kind else { continue };
            let limit = self.now().saturating_add(within);
            self.move_while(engine, limit, || !property.has_held.get())?;
            if !property.has_held.get() {
                let message = format!("eventually `{}`: it did not hold within {}", property.name, shown(within));
                return Err(self.end_at(&property, Failure::new(Cause::Wait, message)));
            }
        }
        Ok(())
    }
}

/// What a script wants to go wrong.
pub(super) fn schedule(text: &str) -> Result<Schedule, Failure> {
    text.parse().map_err(|error: ScheduleError| {
        let failure = Failure::argument(error.to_string());
        match error.help() {
            Some(help) => failure.with_help(help),
            None => failure,
        }
    })
}

/// Disturbances.
impl Run {
    /// `disturb("subscribe answer 1: lost")`
    fn disturb(&self, text: &str) -> Result<(), Halt> {
        let schedule = schedule(text)?;
        let mut world = self.world.borrow_mut();
        let World::Sim(sim) = world.with_clients_mut()? else {
            return Err(Halt::Skip("needs virtual time: `disturb` names messages of a simulated world".to_owned()));
        };
        if sim.has_uncounted_messages() {
            return Err(Failure::new(
                Cause::Script,
                "`disturb` stands before the first call of a client: it counts messages",
            )
            .with_help("move it up, to the start of the script")
            .into());
        }
        for disturbance in schedule.disturbances() {
            let full = |error: ScheduleError| Failure::new(Cause::Limit, error.to_string());
            sim.disturb(disturbance.clone()).map_err(full)?;
            self.note_disturbance();
        }
        Ok(())
    }

    /// What should go wrong in this run, as text.
    fn schedule(&self) -> Option<String> {
        match self.world.borrow().with_clients() {
            Ok(World::Sim(sim)) => sim.schedule(),
            _ => None,
        }
    }
}
