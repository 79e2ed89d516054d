//! `redact(pattern, name)`: what a scenario wants left out of its transcript.

use std::rc::Rc;

use regex::Regex;
use rhai::{Engine, NativeCallContext};

use super::failure::{Failure, Halt};
use super::pattern::regex;
use super::register::register;
use super::run::Run;
use super::show::show_short;
use crate::diagnostic::Cause;
use crate::text::is_unprintable;
use crate::transcript::Redactions;

/// The longest name, in characters.
const MAX_NAME: usize = 64;

pub(super) fn register_redact(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "redact", |run, _call, pattern: &str, name: &str| run.redact(pattern, name));
}

impl Run {
    fn redact(&self, pattern: &str, name: &str) -> Result<(), Halt> {
        if self.world.borrow().is_served() {
            return Err(Failure::argument("a script beside a server leaves no transcript to redact").into());
        }
        checked_name(name)?;
        let regex = checked_pattern(pattern)?;
        if !self.redactions.borrow_mut().add(regex, name) {
            let message = format!("the scenario redacts more than {} patterns", Redactions::MAX);
            return Err(Failure::new(Cause::Limit, message).with_help("join some of them with `|`").into());
        }
        Ok(())
    }
}

/// Checks the name that stands in place of what matches: it must be visible.
pub(super) fn checked_name(name: &str) -> Result<(), Failure> {
    if !name.is_empty() && name.chars().count() <= MAX_NAME && !name.contains(is_unprintable) {
        return Ok(());
    }
    Err(Failure::argument(format!("{} is not a name to write instead", show_short(&name.into()))).with_help(format!(
        "give it from 1 to {MAX_NAME} characters that can be shown: `redact(\"[0-9]+\", \"number\")`"
    )))
}

/// A pattern that takes up some text wherever it matches.
pub(super) fn checked_pattern(pattern: &str) -> Result<Regex, Failure> {
    let regex = regex(pattern)?;
    if regex.is_match("") {
        return Err(Failure::argument(format!("{} also matches an empty text", show_short(&pattern.into())))
            .with_help("let it match one character at least: `+` instead of `*`"));
    }
    Ok(regex)
}
