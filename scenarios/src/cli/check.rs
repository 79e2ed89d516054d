//! `check`

use super::arguments::Selection;
use super::error::CliError;
use super::{Environment, Output};
use crate::exit_code::Exit;
use crate::report::console::Checks;
use crate::run::{self, Options, Plan};
use crate::scenario::find;

pub(super) fn check(selection: &Selection, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let found = find(&environment.folder, &selection.paths, selection.filter.as_ref())?;
    let plan = Plan::to_check(&found, selection.filter.is_none());
    let options = Options { jobs: environment.jobs, ..Options::default() };
    let summary = run::run(&plan, &options, &mut [&mut Checks::new(out.to, out.color, out.columns)])?;
    Ok(summary.exit())
}
