//! `soft(|| ..)`: checks that fail without ending the scenario.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, NativeCallContext};

use super::failure::{Failure, Halt, Located};
use super::register::register;
use super::run::Run;
use crate::diagnostic::Cause;

/// The most failures that are kept; the others are only counted.
const MAX_KEPT: usize = 100;

/// What failed without ending the run.
#[derive(Debug, Default)]
pub(super) struct Soft {
    /// How many calls of `soft` the script is in; none in a listener, which ends the scenario as any other does.
    depth: Cell<u32>,
    failures: RefCell<SoftFailures>,
}

/// Failures in the order of their time.
#[derive(Debug, Default)]
pub(super) struct SoftFailures {
    pub(super) kept: Vec<Located>,
    pub(super) more: usize,
}

pub(super) fn register_soft(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "soft", |run, call, body: FnPtr| run.softly(call, &body));
}

impl Soft {
    /// Whether the script is where it does not end for a check that fails.
    pub(super) fn is_on(&self) -> bool {
        self.depth.get() > 0
    }

    /// Keeps a failure.
    pub(super) fn keep(&self, located: Located) {
        let failures = &mut *self.failures.borrow_mut();
        if failures.kept.len() < MAX_KEPT {
            failures.kept.push(located);
        } else {
            failures.more += 1;
        }
    }

    /// Calls what stands outside of every `soft`.
    pub(super) fn outside<T>(&self, call: impl FnOnce() -> T) -> T {
        let depth = self.depth.take();
        let done = call();
        self.depth.set(depth);
        done
    }

    /// All that failed, and a new start.
    pub(super) fn take(&self) -> SoftFailures {
        self.depth.set(0);
        self.failures.take()
    }
}

impl Failure {
    /// Whether `soft` goes on after it: a check or a wait, but not a mistake of the script or a limit.
    pub(super) const fn is_soft(&self) -> bool {
        matches!(self.cause, Cause::Check | Cause::Wait)
    }
}

impl Run {
    /// Calls `body` up to the first check or wait that fails.
    fn softly(&self, call: &NativeCallContext<'_>, body: &FnPtr) -> Result<(), Halt> {
        self.count_check();
        self.soft.depth.set(self.soft.depth.get() + 1);
        let done = body.call_within_context::<Dynamic>(call, ());
        self.soft.depth.set(self.soft.depth.get().saturating_sub(1));
        match done {
            Ok(_) => Ok(()),
            // What was kept has unwound to here, as nothing but an end does; whatever else went wrong goes on up.
            Err(error) if !self.has_ended() && matches!(error.unwrap_inner(), EvalAltResult::ErrorTerminated(..)) => {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}
