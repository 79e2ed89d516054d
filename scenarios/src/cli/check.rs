//! `check`

use super::arguments::Selection;
use super::error::CliError;
use super::selection::select;
use super::{Environment, Output};
use crate::exit_code::Exit;
use crate::report::console::Checks;
use crate::run::{self, Options, Plan};
use crate::settings::Settings;

pub(super) fn check(selection: &Selection, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let (found, settings) = select(selection, &Settings::default(), environment)?;
    let plan = Plan::to_check(&found, settings.filter.is_none());
    let options = Options { jobs: settings.jobs.unwrap_or(environment.jobs), ..Options::default() };
    let summary = run::run(&plan, &options, &mut [&mut Checks::new(out.to, out.color, out.columns)])?;
    Ok(summary.exit())
}
