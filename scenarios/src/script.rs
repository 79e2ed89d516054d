//! Scenario scripts: Rhai, with the calls of Kandy.js and a platform of their own.

mod aftermath;
mod analysis;
pub(crate) mod api;
mod cases;
mod client_api;
mod clock;
mod compared;
mod compiler;
mod convert;
mod dialects;
pub(crate) mod duration;
mod engine;
mod explain;
mod failure;
mod habits;
mod imports;
mod listener;
mod marks;
pub(crate) mod names;
mod natives;
mod nesting;
mod options;
mod parts;
mod pattern;
mod platform_api;
mod power_assert;
mod properties;
mod redact;
mod register;
mod run;
pub(crate) mod scan;
mod served;
mod show;
mod situation;
mod soft;
mod surroundings;
mod unmet;
mod untyped;
mod verbs;
mod wait;
mod world_api;

use std::cell::OnceCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use rhai::{AST, Engine, EvalAltResult, Position, Scope};

use self::analysis::Known;
pub use self::analysis::{Findings, ScriptFinding, Severity};
use self::cases::Row;
use self::clock::ClockGuard;
use self::compiler::Compiler;
use self::engine::new_engine;
use self::explain::{explain, place_of_race};
use self::failure::{Failure, Halt, Located, ScriptEnd};
pub(crate) use self::imports::Reach;
use self::imports::{Modules, imports_of};
use self::listener::Arities;
use self::marks::CallSite;
use self::nesting::release_captured;
pub(crate) use self::pattern::MAX_PATTERN;
use self::run::Run;
pub use self::served::{ScriptActivity, ServedPlatform};
use self::show::said;
use self::soft::SoftFailures;
use self::surroundings::Surroundings;
use self::unmet::takes_result;
use crate::diagnostic::Diagnostic;
use crate::doubt::Doubt;
use crate::hygiene::{self, Warning};
use crate::interrupt::Interrupt;
use crate::scenario::Rows;
use crate::trace::Trace;
use crate::world::World;

/// What a scenario may use up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Operations of the script, those of its listeners included.
    pub operations: u64,
    /// Turns of a simulated world. So a scenario that lets too much time pass fails at the same place on every machine.
    pub turns: u64,
    /// Real time: a guard against what never ends. What a scenario in virtual time may do is counted, in operations and
    /// turns, so that it ends in the same place on every machine.
    pub wall_time: Duration,
    /// What the script and its world hold in memory, in bytes; several at once may hold as much each. It needs a program
    /// whose allocator counts ([`memory`](crate::memory)).
    pub memory: usize,
    /// What ends it before its time.
    pub interrupt: Interrupt,
}

impl Limits {
    /// The operations that a script may take by default: a second or two of nothing but script.
    pub const OPERATIONS: u64 = 10_000_000;
    /// The turns that a simulated world may take by default: more than a year of a client that is connected.
    pub const TURNS: u64 = 5_000_000;
    /// The real time that a scenario may take by default: no honest one reaches it on a busy machine, and a wait of the
    /// usual length on real sockets ends before it, and can say what did not come.
    pub const WALL_TIME: Duration = Duration::from_secs(120);
    /// The bytes that a script may hold by default.
    pub const MEMORY: usize = 256 * 1024 * 1024;
    /// The stack that a thread needs to run scripts on.
    pub const STACK_BYTES: usize = 16 * 1024 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            operations: Self::OPERATIONS,
            turns: Self::TURNS,
            wall_time: Self::WALL_TIME,
            memory: Self::MEMORY,
            interrupt: Interrupt::default(),
        }
    }
}

/// The text of a script, and where it comes from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// The path as messages show it.
    pub shown: String,
    /// The scenario root: imports are found in it, and never outside.
    pub root: PathBuf,
    /// The text.
    pub text: String,
}

/// A compiled script. It runs only in the [`Host`] that compiled it.
#[derive(Debug)]
pub struct Script {
    ast: AST,
    /// The rows of its `cases`.
    rows: Rows,
    source: Source,
    arities: Rc<Arities>,
}

/// How a scenario went.
#[derive(Debug)]
pub struct ScriptOutcome {
    /// Whether it passed.
    pub verdict: Verdict,
    /// What else failed.
    pub also: AlsoFailed,
    /// What happened; nothing beside a server, whose journal tells it.
    pub trace: Trace,
    /// The time that passed in its world.
    pub virtual_time: Duration,
    /// How many checks ran.
    pub checks: u32,
    /// What it left behind, if it passed: nothing can be said about a world that stopped in the middle.
    pub warnings: Vec<Warning>,
    /// Why it means little that it passed, if it did.
    pub doubts: Vec<Doubt>,
}

/// What failed beside the first, since `soft` let the scenario go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlsoFailed {
    /// In the order of their time, up to a limit.
    pub told: Vec<Diagnostic>,
    /// How many there were beyond it.
    pub more: usize,
}

/// Whether a scenario passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything held.
    Passed,
    /// The script says that it does not apply here, and why.
    Skipped(String),
    /// Something did not hold, or the script is broken.
    Failed(Box<Diagnostic>),
    /// Everything held until the server ended beside which it waited.
    ServerEnded,
}

/// A Rhai engine with the script API. One a thread is enough: it runs one scenario after the other, each in a world of
/// its own. Its thread needs [`Limits::STACK_BYTES`] of stack.
pub struct Host {
    engine: Engine,
    run: Rc<Run>,
    modules: Rc<Modules>,
    compiler: Rc<Compiler>,
    /// Made when it is first asked for: runs do without.
    known: OnceCell<Known>,
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

impl Host {
    /// Makes an engine. That takes longer than running a short script.
    #[must_use]
    pub fn new() -> Self {
        let run = Rc::new(Run::new());
        let compiler = Rc::<Compiler>::default();
        let modules = Rc::new(Modules::new(compiler.clone()));
        let engine = new_engine(&run, &modules, &compiler);
        Self { engine, run, modules, compiler, known: OnceCell::new() }
    }

    /// Compiles a script, and the modules that it imports, within the usual limits.
    ///
    /// # Errors
    ///
    /// As for [`Host::compile_within`].
    #[expect(clippy::result_large_err, reason = "there is one a script, and whoever keeps it boxes it")]
    pub fn compile(&self, source: &Source) -> Result<Script, Diagnostic> {
        self.compile_within(source, &Limits::default())
    }

    /// Compiles a script, and the modules that it imports.
    ///
    /// # Errors
    ///
    /// It is not Rhai, uses a variable that is not there, or imports what cannot be imported; or it is too large, or
    /// takes longer than `limits` allow.
    #[expect(clippy::result_large_err, reason = "there is one a script, and whoever keeps it boxes it")]
    pub fn compile_within(&self, source: &Source, limits: &Limits) -> Result<Script, Diagnostic> {
        self.compiler.guard(ClockGuard::new(limits));
        let located = |located| self.diagnostic(located, source);
        let compiled = self.compiler.compile(&self.engine, &source.text);
        let mut ast = compiled.map_err(|(failure, position)| located(Located { failure, position, source: None }))?;
        ast.set_source(source.shown.as_str());
        let imports = imports_of(&ast, &source.text);
        if !imports.is_empty() {
            self.modules.check(&self.engine, &source.root, &source.path, &imports).map_err(located)?;
        }
        let rows = Rows::parse(&source.text).map_err(|(error, position)| {
            let failure = Failure::argument(error.to_string()).with_help(error.help());
            located(Located { failure, position, source: None })
        })?;
        let arities = Rc::new(Arities::new(&ast));
        Ok(Script { ast, rows, source: source.clone(), arities })
    }

    /// The modules that scripts have imported here, and what was in them.
    pub(crate) fn modules_read(&self) -> Vec<(PathBuf, Rc<str>)> {
        self.modules.read()
    }

    /// Runs a script in a new simulated world.
    #[must_use]
    pub fn run(&self, script: &Script, limits: &Limits) -> ScriptOutcome {
        self.run_in(World::default(), script, limits)
    }

    /// Runs a script in a world in which nothing has happened yet.
    #[must_use]
    pub fn run_in(&self, world: World, script: &Script, limits: &Limits) -> ScriptOutcome {
        self.run_row_in(world, script, None, limits)
    }

    /// The same for one row of its `cases`.
    #[must_use]
    pub fn run_row_in(&self, world: World, script: &Script, row: Option<&str>, limits: &Limits) -> ScriptOutcome {
        self.set_row(script, row);
        self.execute(Surroundings::World(world), script, limits)
    }

    /// Runs a script beside a server, until it or the server ends.
    #[must_use]
    pub fn run_beside(&self, served: ServedPlatform, script: &Script, limits: &Limits) -> ScriptOutcome {
        self.execute(Surroundings::Served(Box::new(served)), script, limits)
    }

    fn set_row(&self, script: &Script, row: Option<&str>) {
        let row = row.zip(script.rows.at).map(|(name, at)| Row {
            name: name.to_owned(),
            at,
            script: script.source.shown.clone(),
        });
        self.run.row.replace(row);
    }

    /// Runs a script to its end, and gives its variables, which its listeners may go on to use, and what nothing in it
    /// caught.
    fn evaluate(
        &self,
        surroundings: Surroundings,
        script: &Script,
        limits: &Limits,
    ) -> (Scope<'static>, Option<Located>) {
        let run = &self.run;
        run.begin(limits, surroundings);
        // It imports modules whose names it makes up.
        self.compiler.guard(ClockGuard::new(limits));
        run.root.replace(script.source.root.clone());
        run.arities.borrow_mut().push(script.arities.clone());
        let mut scope = Scope::new();
        let result = self.engine.run_ast_with_scope(&mut scope, &script.ast);
        let result = result
            .and_then(|()| run.settle(&self.engine).map_err(|halt: Halt| run.halt_at(halt, Position::NONE, None)));
        let uncaught = match result {
            Err(error) if run.has_ended() => {
                run.locate_ending(error.unwrap_inner().position());
                None
            }
            Err(error) if matches!(error.unwrap_inner(), EvalAltResult::Exit(..)) => None,
            Err(error) => {
                let located = explain(&error, run);
                let position = located.position.or_else(place_of_race(&error, &script.ast));
                Some(Located { position, ..located })
            }
            Ok(()) => None,
        };
        (scope, uncaught)
    }

    fn execute(&self, surroundings: Surroundings, script: &Script, limits: &Limits) -> ScriptOutcome {
        let (scope, uncaught) = self.evaluate(surroundings, script, limits);
        let run = &self.run;
        if uncaught.is_none()
            && !run.has_ended()
            && let Err(halt) = run.wait_for_properties(&self.engine)
        {
            // The run keeps its ending; there is nothing left to carry it through.
            drop(run.halt_at(halt, Position::NONE, None));
        }
        release_captured(&scope);
        let unmet = run.unmet.take();
        let SoftFailures { kept: mut failed, more: also_failed } = run.soft.take();
        let (world, checks, ending) = run.end();
        let verdict = match ending.or(uncaught.map(ScriptEnd::Failed)) {
            Some(ScriptEnd::Failed(located)) => {
                // A script that is broken, or a limit, says more than the checks before it.
                let place = if located.failure.is_soft() { failed.len() } else { 0 };
                failed.insert(place, located);
                Verdict::Passed
            }
            None => Verdict::Passed,
            Some(ScriptEnd::Skipped(reason)) => Verdict::Skipped(said(reason)),
            Some(ScriptEnd::ServerEnded) => Verdict::ServerEnded,
        };
        let mut failed = failed.into_iter().map(|located| self.diagnostic(located, &script.source));
        let verdict = failed.next().map_or(verdict, |first| Verdict::Failed(Box::new(first)));
        let also = AlsoFailed { told: failed.collect(), more: also_failed };
        let (warnings, doubts) = match verdict {
            Verdict::Passed => {
                let takes_number = |place: &CallSite| self.takes_result(script, place);
                let doubts = unmet.end(&world, &script.source.shown, takes_number);
                (hygiene::warnings(&world.ending()), doubts)
            }
            Verdict::Skipped(_) | Verdict::Failed(_) | Verdict::ServerEnded => (Vec::new(), Vec::new()),
        };
        let virtual_time = world.now();
        let mut trace = world.into_trace();
        trace.redact(run.redactions.take());
        ScriptOutcome { verdict, also, virtual_time, checks, warnings, doubts, trace }
    }

    /// Whether something takes what the call at a place gives.
    fn takes_result(&self, script: &Script, place: &CallSite) -> bool {
        let module = place.source().filter(|shown| *shown != script.source.shown);
        match module.and_then(|shown| self.modules.shown_as(shown)) {
            Some(module) => takes_result(&module.ast, &module.text, place.position()),
            None => takes_result(&script.ast, &script.source.text, place.position()),
        }
    }

    fn diagnostic(&self, located: Located, main: &Source) -> Diagnostic {
        let Located { failure, position, source } = located;
        let module = source.filter(|shown| *shown != main.shown);
        let module = module.and_then(|shown| self.modules.text_of(&shown).map(|text| (shown, text)));
        let (file, text) = match &module {
            Some((shown, text)) => (shown.clone(), &**text),
            None => (main.shown.clone(), main.text.as_str()),
        };
        let line = position.line().unwrap_or_default();
        let parts = failure.parts.and_then(|parts| parts.table(text));
        Diagnostic {
            cause: failure.cause,
            message: said(failure.message),
            file,
            line,
            column: position.position().unwrap_or_default(),
            source_line: line.checked_sub(1).and_then(|index| text.lines().nth(index)).map(str::to_owned),
            notes: parts.into_iter().chain(failure.notes).collect(),
            help: failure.help,
        }
    }
}

#[cfg(test)]
mod tests;
