//! `cases(#{ name: value, .. })`: the value of the row that a run is about.

use std::rc::Rc;

use rhai::{Dynamic, Engine, Map, NativeCallContext, Position};

use super::failure::{Failure, Halt};
use super::register::register;
use super::run::Run;

/// The row that a run is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: String,
    /// Where the script calls `cases`.
    pub(super) at: Position,
}

pub(super) fn register_cases(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "cases", |run, call, rows: Map| run.value_of_row(call, &rows));
}

impl Run {
    fn value_of_row(&self, call: &NativeCallContext<'_>, rows: &Map) -> Result<Dynamic, Halt> {
        if self.world.borrow().is_served() {
            return Err(Failure::argument("a script beside a server runs once, and has no cases").into());
        }
        let row = self.row.borrow();
        let row = row.as_ref().filter(|row| row.at == call.call_position());
        let value = row.and_then(|row| rows.get(row.name.as_str()));
        value.cloned().ok_or_else(|| misplaced().into())
    }
}

/// `cases` makes cases only where it is known before the script runs.
pub(super) fn misplaced() -> Failure {
    Failure::argument("`cases` stands only in the first statement of a scenario")
        .with_help("begin the script with `let case = cases(#{ .. });`")
}
