//! The functions of a script that are nobody's: time, waits, and checks.

use std::rc::Rc;

use rhai::{Array, Dynamic, Engine, FnPtr, NativeCallContext, Position};

use super::cases::register_cases;
use super::client_api::ClientHandle;
use super::compared::{compared, labelled};
use super::duration::duration;
use super::failure::{Failure, Halt};
use super::options::texts;
use super::pattern::regex;
use super::properties::register_properties;
use super::redact::register_redact;
use super::register::register;
use super::run::Run;
use super::show::{ValueDifference, difference, kind, show, show_short};
use super::soft::register_soft;
use crate::diagnostic::Cause;
use crate::step::Step;

/// The longest text that is matched with a regular expression, in bytes.
const MAX_MATCHED: usize = 8 * 1024;

pub(super) fn register_world_api(engine: &mut Engine, run: &Rc<Run>) {
    register_output(engine, run);
    register_waits(engine, run);
    register_checks(engine, run);
    register_redact(engine, run);
    register_soft(engine, run);
    register_cases(engine, run);
    register_clocks(engine, run);
    register_properties(engine, run);
}

fn register_output(engine: &mut Engine, run: &Rc<Run>) {
    let shared = Rc::clone(run);
    engine.on_print(move |text| shared.print(text));
    let shared = Rc::clone(run);
    engine.on_debug(move |text, _, position| {
        let (line, column) = (position.line().unwrap_or_default(), position.position().unwrap_or_default());
        shared.print(&format!("{line}:{column} {text}"));
    });
}

fn register_waits(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "advance", |run, call, by: Dynamic| run.advance(call, duration(&by)?));
    register!(engine, run, "now", |run, _call| Ok(i64::try_from(run.now().as_millis()).unwrap_or(i64::MAX)));
    register!(engine, run, "waitUntil", |run, call, condition: FnPtr| {
        run.wait_until(call, &condition, run.default_timeout())
    });
    register!(engine, run, "waitUntil", |run, call, condition: FnPtr, timeout: Dynamic| {
        run.wait_until(call, &condition, duration(&timeout)?)
    });
}

fn register_checks(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "assert", |run, _call, condition: Dynamic| run.assert(&condition, None));
    register!(engine, run, "assert", |run, _call, condition: Dynamic, message: &str| {
        run.assert(&condition, Some(message))
    });
    register!(engine, run, "assertEq", |run, _call, actual: Dynamic, expected: Dynamic| {
        run.assert_eq(&actual, &expected, None)
    });
    register!(engine, run, "assertEq", |run, _call, actual: Dynamic, expected: Dynamic, message: &str| {
        run.assert_eq(&actual, &expected, Some(message))
    });
    register!(engine, run, "assertNe", |run, _call, actual: Dynamic, unexpected: Dynamic| {
        run.assert_ne(&actual, &unexpected, None)
    });
    register!(engine, run, "assertNe", |run, _call, actual: Dynamic, unexpected: Dynamic, message: &str| {
        run.assert_ne(&actual, &unexpected, Some(message))
    });
    register!(engine, run, "assertMatch", |run, _call, text: &str, pattern: &str| {
        run.assert_match(text, pattern, None)
    });
    register!(engine, run, "assertMatch", |run, _call, text: &str, pattern: &str, message: &str| {
        run.assert_match(text, pattern, Some(message))
    });
    register!(engine, run, "expectEvents", |run, _call, client: ClientHandle, expected: Array| {
        run.expect_events(client.0, &expected_events(&expected)?)
    });
    register!(engine, run, "fail", |_run, _call, message: &str| {
        Err::<(), Halt>(Failure::new(Cause::Check, message).into())
    });
    register!(engine, run, "skip", |_run, _call, reason: &str| Err::<(), Halt>(Halt::Skip(reason.to_owned())));
}

/// Rhai's functions that read the real clock are replaced: a scenario has a time of its own.
fn register_clocks(engine: &mut Engine, run: &Rc<Run>) {
    // Each with the very types of Rhai's own, which a function for any value does not replace.
    register!(engine, run, "sleep", |_run, _call, _seconds: i64| no_real_clock("sleep"));
    register!(engine, run, "sleep", |_run, _call, _seconds: f64| no_real_clock("sleep"));
    register!(engine, run, "timestamp", |_run, _call| no_real_clock("timestamp"));
}

fn no_real_clock(name: &str) -> Result<(), Halt> {
    clock_is_off(name).map_or(Ok(()), |failure| Err(failure.into()))
}

/// Explains that a function is off, if it is one that reads the real clock.
pub(super) fn clock_is_off(name: &str) -> Option<Failure> {
    let instead = match name {
        "sleep" => "advance(\"5s\")",
        "timestamp" => "now()",
        _ => return None,
    };
    let failure = Failure::new(Cause::UnknownFunction, format!("`{name}` is off: a scenario has its own time"));
    Some(failure.with_help(format!("use `{instead}`")))
}

/// The names that `expectEvents` takes.
pub(super) fn expected_events(expected: &Array) -> Result<Vec<String>, Failure> {
    texts(expected).ok_or_else(|| {
        Failure::argument("the expected events must be an array of names").with_help("such as [\"auth:change\"]")
    })
}

impl Run {
    /// Rhai gives printing no way to fail, so a full transcript ends the script at its next operation.
    fn print(&self, text: &str) {
        self.count_call();
        if let Err(error) = self.apply(Step::Print(text.to_owned())) {
            // The run keeps the ending; what would carry it up has no way from here.
            drop(self.halt_at(error, Position::NONE, None));
        }
    }

    pub(super) fn assert(&self, condition: &Dynamic, message: Option<&str>) -> Result<(), Halt> {
        self.count_check();
        match condition.as_bool() {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::new(Cause::Check, message.unwrap_or("the assertion does not hold")).into()),
            Err(_) => Err(Failure::argument(format!("the condition is {}, not true or false", show_short(condition)))
                .with_help("compare it with something: `assert(value == 1)`, `assert(value != ())`")
                .into()),
        }
    }

    fn assert_eq(&self, actual: &Dynamic, expected: &Dynamic, message: Option<&str>) -> Result<(), Halt> {
        self.count_check();
        let Some(ValueDifference { path, left, right }) = difference(actual, expected) else { return Ok(()) };
        let mut failure =
            Failure::new(Cause::Check, message.unwrap_or("the values differ")).with_note(compared(actual, expected));
        let side = |side: Option<String>| side.unwrap_or_else(|| "nothing".to_owned());
        if !path.is_empty() {
            failure = failure.with_note(format!("at `{path}`: {}, expected {}", side(left), side(right)));
        } else if kind(actual) != kind(expected) {
            failure = failure.with_note(format!("the first is {}, the second {}", kind(actual), kind(expected)));
        }
        Err(failure.into())
    }

    fn assert_ne(&self, actual: &Dynamic, unexpected: &Dynamic, message: Option<&str>) -> Result<(), Halt> {
        self.count_check();
        match difference(actual, unexpected) {
            Some(_) => Ok(()),
            None => Err(Failure::new(Cause::Check, message.unwrap_or("the values are equal"))
                .with_note(labelled("both are: ", &show(actual)))
                .into()),
        }
    }

    fn assert_match(&self, text: &str, pattern: &str, message: Option<&str>) -> Result<(), Halt> {
        self.count_check();
        if text.len() > MAX_MATCHED {
            return Err(Failure::new(Cause::Limit, format!("the text is longer than {MAX_MATCHED} bytes"))
                .with_help("match a part of it: `text.sub_string(0, 1000)`")
                .into());
        }
        if regex(pattern)?.is_match(text) {
            return Ok(());
        }
        let text: Dynamic = text.into();
        let pattern: Dynamic = pattern.into();
        let note = format!("{}\n{}", labelled("text:    ", &show(&text)), labelled("pattern: ", &show(&pattern)));
        Err(Failure::new(Cause::Check, message.unwrap_or("the text does not match")).with_note(note).into())
    }
}
