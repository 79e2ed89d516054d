//! `check`

use super::arguments::CheckCommand;
use super::error::CliError;
use super::selection::{Selected, select};
use super::{CliOutput, Environment};
use crate::exit_code::Exit;
use crate::report::console::Checks;
use crate::run::{self, Options, Plan};
use crate::script::Limits;
use crate::settings::ProjectSettings;

pub(super) fn check(
    arguments: &CheckCommand,
    environment: &Environment,
    out: &mut CliOutput<'_>,
) -> Result<Exit, CliError> {
    let CheckCommand { selection, timeout, strictness } = arguments;
    let given = ProjectSettings { timeout: *timeout, strict: strictness.wanted(), ..ProjectSettings::default() };
    let Selected { found, settings, is_filtered, .. } = select(selection, &given, environment)?;
    let plan = Plan::to_check(&found, !is_filtered);
    let mut limits = Limits::default();
    limits.wall_time = settings.timeout.unwrap_or(limits.wall_time);
    let options = Options {
        jobs: settings.jobs.unwrap_or(environment.jobs),
        limits,
        strict: settings.strict.unwrap_or(environment.ci),
        ..Options::default()
    };
    let summary = run::run(&plan, &options, &mut [&mut Checks::new(out.to, out.color, out.columns)])?;
    Ok(summary.exit())
}
