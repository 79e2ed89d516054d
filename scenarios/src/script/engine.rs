//! The Rhai engine: its language, its limits, and the functions that scripts find in it.

use std::rc::Rc;

use rhai::{
    Dynamic, Engine, EvalAltResult, EvalContext, FnPtr, ImmutableString, Map, NativeCallContext, OptimizationLevel,
    Position,
};

use super::client_api::{handle_in, register_client_api};
use super::compiler::Compiler;
use super::failure::{Failure, Located, ScriptEnd};
use super::imports::{Modules, Resolver};
use super::natives::register_natives;
use super::nesting::Excess;
use super::platform_api::register_platform_api;
use super::power_assert::register_power_assert;
use super::run::{Run, stop};
use super::show::{MAX_DEPTH, kind, show_map, show_short};
use super::world_api::register_world_api;
use crate::diagnostic::Cause;

/// How deep calls may be nested; a script's thread has room for that.
pub(super) const CALL_LEVELS: usize = 32;
/// How deep expressions may be nested, in functions as outside.
pub(super) const EXPRESSION_LEVELS: usize = 64;
/// The longest string, in bytes; also all strings of one value together.
pub(super) const MAX_STRING: usize = 4 * 1024 * 1024;
/// The longest array, with what is in its elements.
pub(super) const MAX_ARRAY: usize = 100_000;
/// The most keys of a map.
pub(super) const MAX_MAP: usize = 10_000;
/// The most keys of all maps in one value: those of a list of events, say.
pub(super) const MAX_KEYS: usize = 500_000;
/// The most functions in a script, closures included.
const MAX_FUNCTIONS: usize = 10_000;
/// The most variables at once.
const MAX_VARIABLES: usize = 500;

/// Words of Rhai that are off, and what to do instead. With the last two a value could get deeper without a variable
/// being read, which is where [`read_variable`] looks.
pub(super) const WORDS_OFF: [(&str, &str); 3] = [
    ("eval", "write the code itself"),
    ("this", "pass the value on as a parameter"),
    ("curry", "write a closure that captures the value: `|| f.call(value)`"),
];

/// What `platform` is called inside the engine. It is a word of the language there, and not a variable: functions and
/// modules see no variables of the script.
pub(super) const PLATFORM_KEYWORD: &str = "__platform";

/// Makes an engine whose functions act on `run`.
pub(super) fn new_engine(run: &Rc<Run>, modules: &Rc<Modules>, compiler: &Rc<Compiler>) -> Engine {
    let mut engine = Engine::new();
    engine
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        // A script runs once, and that would cost more than it saves. What looks for mistakes wants it as it was written.
        .set_optimization_level(OptimizationLevel::None)
        .set_max_call_levels(CALL_LEVELS)
        .set_max_expr_depths(EXPRESSION_LEVELS, EXPRESSION_LEVELS)
        .set_max_string_size(MAX_STRING)
        .set_max_array_size(MAX_ARRAY)
        .set_max_map_size(MAX_KEYS)
        .set_max_functions(MAX_FUNCTIONS)
        .set_max_variables(MAX_VARIABLES)
        // Operations are counted by the run, over all its callbacks.
        .set_max_operations(0);
    for (word, _) in WORDS_OFF {
        engine.disable_symbol(word);
    }
    let shared = Rc::clone(run);
    engine.on_progress(move |_| shared.count_operation());
    let shared = Rc::clone(run);
    #[expect(deprecated, reason = "Rhai marks what may change so; the version is pinned, and tests hold what is used")]
    engine.on_var(move |name, _, context| read_variable(&shared, name, &context));
    let shared = Rc::clone(compiler);
    #[expect(deprecated, reason = "Rhai marks what may change so; the version is pinned, and tests hold what is used")]
    engine.on_parse_token(move |token, position, _| shared.read_token(token, position));
    register_natives(&mut engine);
    register_output(&mut engine);
    register_client_api(&mut engine, run);
    register_platform_api(&mut engine, run);
    register_world_api(&mut engine, run);
    register_power_assert(&mut engine, run);
    engine.set_module_resolver(Resolver { run: Rc::clone(run), modules: Rc::clone(modules) });
    engine
}

/// How maps and closures read in `print` and in text made of them. Rhai would show passwords, and a closure by a name
/// of its own making.
fn register_output(engine: &mut Engine) {
    for name in ["to_string", "to_debug", "print", "debug"] {
        engine.register_fn(name, |closure: FnPtr| show_short(&closure.into()));
        engine.register_fn(name, |call: NativeCallContext, map: Map| {
            show_map(&map, |member| match call.call_native_fn::<ImmutableString>("to_debug", (member.clone(),)) {
                Ok(text) => text.into(),
                Err(_) => kind(member).to_owned(),
            })
        });
    }
}

/// A variable that holds a client is read as that client itself: a closure that has captured the variable could not
/// use it while a call on it runs.
fn read_variable(
    run: &Run,
    name: &str,
    context: &EvalContext<'_, '_, '_, '_, '_, '_>,
) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
    let Some(value) = context.scope().get(name) else { return Ok(None) };
    if let Some(handle) = handle_in(value) {
        return Ok(Some(handle));
    }
    if value.is_shared() && value.is_locked() {
        // In use by a call that is still running: Rhai says so by itself.
        return Ok(None);
    }
    // Rhai does not look at the size of a map when a key is set, nor at its keys, nor at how deep values are nested.
    let failure = if value.as_map_ref().is_ok_and(|map| map.len() > MAX_MAP) {
        Some(format!("the map `{name}` has more than {MAX_MAP} keys"))
    } else {
        run.gauge.borrow_mut().excess(value).map(|excess| match excess {
            Excess::Depth => format!("`{name}` is nested more than {MAX_DEPTH} levels deep"),
            Excess::Keys => format!("the keys in `{name}` are longer than {MAX_STRING} bytes together"),
        })
    };
    match failure {
        None => Ok(None),
        Some(message) => {
            let failure = Failure::new(Cause::Limit, message);
            run.set_ending(ScriptEnd::Failed(Located { failure, position: Position::NONE, source: None }));
            Err(stop(Position::NONE))
        }
    }
}
