//! One run of a script: the world and what the functions of the script API share of it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use kandy_client::{Event, Listeners, Session};
use kandy_mock_server::Platform;
use rhai::{Dynamic, EvalAltResult, NativeCallContext, Position};

use super::Limits;
use super::cases::Row;
use super::clock::ClockGuard;
use super::failure::{Failure, Halt, Located, ScriptEnd};
use super::imports::Imported;
use super::listener::{Arities, ScriptListener};
use super::marks::{CallSite, LastWait, Marks};
use super::nesting::Gauge;
use super::properties::Properties;
use super::soft::Soft;
use super::surroundings::Surroundings;
use super::unmet::{UnmetWatch, Watched};
use crate::diagnostic::Cause;
use crate::memory;
use crate::size;
use crate::step::{ClientId, Done, Step};
use crate::transcript::Redactions;

/// After how many operations the clock is looked at.
const OPERATIONS_PER_LOOK: u64 = 128;
/// After how many turns of the world the clock is looked at.
const TURNS_PER_LOOK: u64 = 64;

/// What the functions of the script API share. One is made for each engine, and used for one run after the other.
pub(super) struct Run {
    /// Where the script runs. Never borrowed while script code runs: it comes back in.
    pub(super) world: RefCell<Surroundings>,
    /// By client.
    pub(super) applications: RefCell<Vec<Application>>,
    /// The platform's last wait.
    pub(super) platform_waited: RefCell<LastWait<u64>>,
    pub(super) marks: RefCell<Marks>,
    /// How far the script has seen the platform's journal while it waited.
    pub(super) journal_looked: Cell<u64>,
    /// The last call of a function of the script API.
    place: RefCell<CallSite>,
    calls: Calls,
    pub(super) unmet: RefCell<UnmetWatch>,
    /// How many checks ran.
    pub(super) checks: Cell<u32>,
    /// What the transcript should leave out.
    pub(super) redactions: RefCell<Redactions>,
    pub(super) soft: Soft,
    pub(super) properties: Properties,
    /// The row of `cases` that the run is about.
    pub(super) row: RefCell<Option<Row>>,
    /// Which script code is running from inside a wait, if any.
    pub(super) inside: Cell<Option<Inside>>,
    /// The scenario root, as it was given.
    pub(super) root: RefCell<PathBuf>,
    /// The modules that this run has imported, by canonical path.
    pub(super) modules: RefCell<BTreeMap<PathBuf, Imported>>,
    /// The modules that are being imported, outermost first.
    pub(super) importing: RefCell<Vec<PathBuf>>,
    /// In how many ways each of them leads to modules.
    pub(super) ways: RefCell<Vec<usize>>,
    /// How many parameters the functions of the script and its modules take.
    pub(super) arities: RefCell<Vec<Rc<Arities>>>,
    pub(super) gauge: RefCell<Gauge>,
    pub(super) ending: RefCell<Option<ScriptEnd>>,
    /// Whether it was an error in a listener that ended it.
    pub(super) listener_failed: Cell<bool>,
    meter: Meter,
}

/// The application's side of a client: who listens, and what was heard.
pub(super) struct Application {
    /// The client's name.
    pub(super) name: String,
    pub(super) listeners: Listeners<ScriptListener>,
    pub(super) heard: Vec<HeardEvent>,
    pub(super) waited: LastWait<usize>,
    /// How many events were heard at the last `expectEvents`.
    pub(super) checked: usize,
}

impl Application {
    pub(super) fn new(name: String) -> Self {
        Self { name, listeners: Listeners::default(), heard: Vec::new(), waited: LastWait::default(), checked: 0 }
    }
}

/// An event that was emitted.
#[derive(Clone)]
pub(super) struct HeardEvent {
    pub(super) time: Duration,
    pub(super) event: Arc<Event>,
    /// How many waits of the script had ended.
    pub(super) waits: u64,
}

/// Script code that runs while the world moves, and so may not move it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Inside {
    Listener,
    Condition,
}

/// How often script code has called the script API.
#[derive(Default)]
struct Calls {
    all: Cell<u64>,
    /// Those that only looked at a client.
    looks_at_clients: Cell<u64>,
}

/// Where a run stands: what script code that depends on clients alone would give is the same as long as this is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct RunPosition {
    /// How much the clients have been told.
    inputs: u64,
    /// How much script code has run.
    operations: u64,
}

/// What a run has used of its limits.
struct Meter {
    limits: RefCell<Limits>,
    guard: RefCell<ClockGuard>,
    operations: Cell<u64>,
    /// The count of operations at which to look closer.
    look_at: Cell<u64>,
    turns: Cell<u64>,
    /// What the thread may hold in memory: what it held before the run, and the run's budget.
    memory: Cell<isize>,
}

/// Life of a run.
impl Run {
    pub(super) fn new() -> Self {
        Self {
            world: RefCell::default(),
            applications: RefCell::default(),
            platform_waited: RefCell::default(),
            marks: RefCell::default(),
            journal_looked: Cell::new(0),
            place: RefCell::default(),
            calls: Calls::default(),
            unmet: RefCell::default(),
            checks: Cell::new(0),
            redactions: RefCell::default(),
            soft: Soft::default(),
            properties: Properties::default(),
            row: RefCell::default(),
            inside: Cell::new(None),
            root: RefCell::default(),
            modules: RefCell::default(),
            importing: RefCell::default(),
            ways: RefCell::default(),
            arities: RefCell::default(),
            gauge: RefCell::default(),
            ending: RefCell::default(),
            listener_failed: Cell::new(false),
            meter: Meter {
                limits: RefCell::default(),
                guard: RefCell::default(),
                operations: Cell::new(0),
                look_at: Cell::new(0),
                turns: Cell::new(0),
                memory: Cell::new(isize::MAX),
            },
        }
    }

    /// Makes ready for a run. Nothing is left of the last one.
    pub(super) fn begin(&self, limits: &Limits, world: Surroundings) {
        self.world.replace(world);
        self.gauge.take();
        self.meter.limits.replace(limits.clone());
        self.meter.guard.replace(ClockGuard::new(limits));
        self.meter.turns.set(0);
        let budget = isize::try_from(limits.memory).unwrap_or(isize::MAX);
        self.meter.memory.set(memory::held().saturating_add(budget));
        self.meter.operations.set(0);
        self.meter.look_at.set(OPERATIONS_PER_LOOK.min(limits.operations.saturating_add(1)));
    }

    /// Lets the world go on when the script has ended, with all that its listeners may use. Gives how it ended, if it did so
    /// before its time.
    pub(super) fn revive(&self) -> Option<ScriptEnd> {
        self.inside.set(None);
        self.meter.turns.set(0);
        self.meter.operations.set(0);
        self.meter.look_at.set(OPERATIONS_PER_LOOK.min(self.meter.limits.borrow().operations.saturating_add(1)));
        self.ending.take()
    }

    /// Forgets everything, and gives the world as it was and how the run ended, if it did so before the script's end.
    pub(super) fn end(&self) -> (Surroundings, u32, Option<ScriptEnd>) {
        // Listeners hold what they captured, which may hold listeners.
        self.applications.borrow_mut().clear();
        self.properties.clear();
        self.modules.borrow_mut().clear();
        self.importing.borrow_mut().clear();
        self.ways.borrow_mut().clear();
        self.arities.borrow_mut().clear();
        self.platform_waited.take();
        self.marks.take();
        self.journal_looked.set(0);
        self.place.take();
        self.inside.set(None);
        self.listener_failed.set(false);
        self.row.take();
        (self.world.take(), self.checks.take(), self.ending.take())
    }
}

/// The world.
impl Run {
    pub(super) fn now(&self) -> Duration {
        self.world.borrow().now()
    }

    /// Carries out a step of the script. If it is an action of the script itself, later waits look from here.
    pub(super) fn apply(&self, step: Step) -> Result<Done, Halt> {
        let action = step.action();
        let mut world = self.world.borrow_mut();
        let watched = Watched::of(&step).filter(|_| !world.is_served());
        if let Some(watched) = &watched {
            self.unmet.borrow_mut().before(watched, &world);
        }
        let done = world.apply(step)?;
        if let Some(watched) = watched {
            self.unmet.borrow_mut().after(watched, &done, &self.place.borrow());
        }
        // Beside a server others act all the time, and a script that answers them should miss nothing.
        if let Some(verb) = action
            && self.inside.get().is_none()
            && !world.is_served()
        {
            self.marks.borrow_mut().act(verb, &self.place.borrow());
        }
        Ok(done)
    }

    /// The call at this place lets one thing go wrong.
    pub(super) fn note_disturbance(&self) {
        self.unmet.borrow_mut().disturbs(&self.place.borrow());
    }

    /// Looks at the platform for the script.
    pub(super) fn look<R>(&self, look: impl FnOnce(&Platform) -> R) -> R {
        self.world.borrow().look(|platform| {
            if self.inside.get().is_some() {
                self.journal_looked.set(platform.journal().next_seq());
            }
            look(platform)
        })
    }

    /// Answers a call of a function of the script API; an error ends the scenario at its place.
    pub(super) fn answer<T>(
        &self,
        call: &NativeCallContext<'_>,
        body: impl FnOnce() -> Result<T, Halt>,
    ) -> Result<T, Box<EvalAltResult>> {
        self.place.borrow_mut().set(call);
        self.count_call();
        // Much can happen between two looks of the operations, if many of them are such calls.
        let done = self.check_memory().and_then(|()| self.check_wall_time()).map_err(Halt::from);
        done.and_then(|()| body()).map_err(|halt| self.halt(call, halt))
    }
}

/// What script code depends on.
impl Run {
    /// Looks at a client for the script.
    pub(super) fn look_at<R>(&self, client: ClientId, look: impl FnOnce(&Session) -> R) -> Result<R, Halt> {
        self.calls.looks_at_clients.update(|count| count + 1);
        Ok(look(self.world.borrow().with_clients()?.session(client)))
    }

    /// Counts a call of the script API.
    pub(super) fn count_call(&self) {
        self.calls.all.update(|count| count + 1);
    }

    /// How many calls of the script API did anything but look at a client.
    pub(super) fn calls_beyond_clients(&self) -> u64 {
        self.calls.all.get() - self.calls.looks_at_clients.get()
    }

    pub(super) fn stand(&self) -> RunPosition {
        RunPosition { inputs: self.world.borrow().client_inputs(), operations: self.meter.operations.get() }
    }
}

/// How a run ends before its time.
impl Run {
    /// Ends the run at a call, unless it has ended already, or the script may catch the error.
    pub(super) fn halt(&self, call: &NativeCallContext<'_>, halt: Halt) -> Box<EvalAltResult> {
        let source = call.call_source().map(str::to_owned);
        self.halt_at(halt, call.call_position(), source)
    }

    pub(super) fn halt_at(&self, halt: Halt, position: Position, source: Option<String>) -> Box<EvalAltResult> {
        match halt {
            Halt::Script(error) => return error,
            Halt::Skip(reason) => self.set_ending(ScriptEnd::Skipped(reason)),
            Halt::ServerEnded => self.set_ending(ScriptEnd::ServerEnded),
            Halt::Failure(_) if self.has_ended() => {}
            Halt::Failure(failure) => {
                let goes_on = failure.is_soft() && self.soft.is_on();
                let located = Located { failure: self.with_situation(failure), position, source };
                if goes_on { self.soft.keep(located) } else { self.set_ending(ScriptEnd::Failed(located)) }
            }
        }
        stop(position)
    }

    /// The first ending stands.
    pub(super) fn set_ending(&self, ending: ScriptEnd) {
        self.ending.borrow_mut().get_or_insert(ending);
        self.meter.look_at.set(0);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ending.borrow().is_some()
    }

    /// Gives a place to a failure that was found where none is known.
    pub(super) fn locate_ending(&self, at: Position) {
        if let Some(ScriptEnd::Failed(Located { position, .. })) = &mut *self.ending.borrow_mut()
            && position.is_none()
        {
            *position = at;
        }
    }
}

/// Limits.
impl Run {
    /// Counts an operation of the script. Gives something if it must stop.
    pub(super) fn count_operation(&self) -> Option<Dynamic> {
        let operations = self.meter.operations.get() + 1;
        self.meter.operations.set(operations);
        if operations < self.meter.look_at.get() && memory::held() <= self.meter.memory.get() {
            return None;
        }
        self.look_closer(operations)
    }

    #[cold]
    fn look_closer(&self, operations: u64) -> Option<Dynamic> {
        if self.has_ended() {
            return Some(Dynamic::UNIT);
        }
        let most = self.meter.limits.borrow().operations;
        let failure = if operations > most {
            Some(
                Failure::new(Cause::Limit, format!("the script took more than {} operations", grouped(most)))
                    .with_help(
                        "is there a loop without end? A wait lets the world move; a loop of the script does not",
                    ),
            )
        } else {
            self.check_memory().and_then(|()| self.check_wall_time()).err()
        };
        if let Some(failure) = failure {
            self.set_ending(ScriptEnd::Failed(Located { failure, position: Position::NONE, source: None }));
            return Some(Dynamic::UNIT);
        }
        self.meter.look_at.set((operations + OPERATIONS_PER_LOOK).min(most.saturating_add(1)));
        None
    }

    /// Lets the count of operations begin anew beside a server, where a script may go on for ever as long as it waits
    /// for something, or finds what it waits for.
    pub(super) fn forget_operations(&self) {
        if self.world.borrow().is_served() && !self.has_ended() {
            self.meter.operations.set(0);
            self.meter.look_at.set(OPERATIONS_PER_LOOK.min(self.meter.limits.borrow().operations.saturating_add(1)));
        }
    }

    /// Counts a turn of the world. Where time is real, it is real time that ends what never ends.
    pub(super) fn count_turn(&self) -> Result<(), Failure> {
        let turns = self.meter.turns.get().saturating_add(1);
        self.meter.turns.set(turns);
        self.check_memory()?;
        // Turns of a live world can be long.
        if self.world.borrow().is_in_real_time() {
            return self.check_wall_time();
        }
        let most = self.meter.limits.borrow().turns;
        if turns > most {
            let message = format!("more than {} things happened in the scenario", grouped(most));
            return Err(Failure::new(Cause::Limit, message)
                .with_note(format!("its own time is {}", crate::transcript::seconds(self.now())))
                .with_help("let less time pass, or split the scenario"));
        }
        if turns.is_multiple_of(TURNS_PER_LOOK) { self.check_wall_time() } else { Ok(()) }
    }

    fn check_memory(&self) -> Result<(), Failure> {
        if memory::held() <= self.meter.memory.get() {
            return Ok(());
        }
        let most = size::shown(self.meter.limits.borrow().memory as u64);
        let help = match self.world.borrow().is_served() {
            true => "keep less of what it makes",
            false => "keep less of what it makes, or give it more with --memory",
        };
        Err(Failure::new(Cause::Limit, format!("the script and its world hold more than {most}")).with_help(help))
    }

    pub(super) fn check_wall_time(&self) -> Result<(), Failure> {
        self.meter.guard.borrow().check("the scenario took").map_err(|failure| match failure.cause {
            Cause::Limit => failure
                .with_note(format!("its own time is {}", crate::transcript::seconds(self.now())))
                .with_help("wait for less, or give it more with --timeout"),
            _ => failure,
        })
    }
}

/// `10,000,000`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// What carries the end of a run through Rhai: the ending itself is kept aside.
pub(super) fn stop(position: Position) -> Box<EvalAltResult> {
    EvalAltResult::ErrorTerminated(Dynamic::UNIT, position).into()
}
