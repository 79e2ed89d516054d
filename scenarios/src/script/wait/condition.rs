//! The condition of a `waitUntil`.

use rhai::{Dynamic, FnPtr, NativeCallContext};

use crate::script::client_api::Client;
use crate::script::failure::{Failure, Halt};
use crate::script::run::{Inside, Run, Stand};
use crate::script::show::show_short;

/// A condition that is asked again and again.
///
/// Where nothing that it depends on has changed, its code need not run to know what it would give. That is known of one
/// that has captured nothing but clients, and has called nothing of the script API but to look at them.
pub(super) struct Condition<'f> {
    code: &'f FnPtr,
    /// Where the run stood when it did not hold, if it depends on nothing else.
    failed_at: Option<Stand>,
}

impl<'f> Condition<'f> {
    pub(super) const fn new(code: &'f FnPtr) -> Self {
        Self { code, failed_at: None }
    }

    /// Gives something if it holds.
    pub(super) fn ask(&mut self, run: &Run, call: &NativeCallContext<'_>) -> Result<Option<()>, Halt> {
        if self.failed_at == Some(run.stand()) {
            return Ok(None);
        }
        let (clients, calls) = (self.captured().collect::<Option<Vec<Client>>>(), run.calls_beyond_clients());
        let holds = self.evaluate(run, call)?;
        let kept_them = clients.is_some_and(|clients| self.captured().eq(clients.into_iter().map(Some)));
        let only_looked = calls == run.calls_beyond_clients();
        self.failed_at = (kept_them && only_looked).then(|| run.stand());
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

    /// What it has captured: nothing for what is no client.
    fn captured(&self) -> impl Iterator<Item = Option<Client>> {
        self.code.curry().iter().map(|captured| captured.read_lock::<Client>().map(|client| *client))
    }
}
