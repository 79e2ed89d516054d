//! The condition of a `waitUntil`.

use rhai::{Dynamic, FnPtr, NativeCallContext};

use crate::script::client_api::ClientHandle;
use crate::script::failure::{Failure, Halt};
use crate::script::run::{Inside, Run, RunPosition};
use crate::script::show::show_short;

/// A condition that is asked again and again.
///
/// Where nothing that it depends on has changed, its code need not run to know what it would give. That is certain if
/// the condition has captured only clients, and calls nothing of the script API but what looks at them.
pub(super) struct Condition<'f> {
    code: &'f FnPtr,
    /// Whether it has captured clients alone. A variable that holds a client keeps it.
    has_only_clients: bool,
    /// Where the run stood when it did not hold, if it depends on nothing else.
    failed_at: Option<RunPosition>,
}

impl<'f> Condition<'f> {
    pub(super) fn new(code: &'f FnPtr) -> Self {
        let has_only_clients = code.curry().iter().all(|captured| captured.read_lock::<ClientHandle>().is_some());
        Self { code, has_only_clients, failed_at: None }
    }

    /// Gives something if it holds.
    pub(super) fn ask(&mut self, run: &Run, call: &NativeCallContext<'_>) -> Result<Option<()>, Halt> {
        if self.failed_at == Some(run.stand()) {
            return Ok(None);
        }
        let calls = run.calls_beyond_clients();
        let holds = self.evaluate(run, call)?;
        let only_looked = run.calls_beyond_clients() == calls;
        self.failed_at = (self.has_only_clients && only_looked).then(|| run.stand());
        Ok(holds.then_some(()))
    }

    fn evaluate(&self, run: &Run, call: &NativeCallContext<'_>) -> Result<bool, Halt> {
        run.inside.set(Some(Inside::Condition));
        let value = self.code.call_within_context::<Dynamic>(call, ());
        run.inside.set(None);
        let value = value?;
        let wrong = |_| Failure::argument(format!("the condition gave {}, not true or false", show_short(&value)));
        Ok(value.as_bool().map_err(wrong)?)
    }
}
