//! `run`

use super::arguments::Run;
use super::error::CliError;
use super::selection::select;
use super::{Environment, Output, signals};
use crate::exit_code::Exit;
use crate::report::console::Console;
use crate::run::{self, Options, Plan, Variant};
use crate::script::Limits;
use crate::settings::Settings;
use crate::snapshot::Mode;

pub(super) fn run(arguments: Run, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let Run { selection, live, jobs, timeout, show, warn, update } = arguments;
    let given = Settings { jobs, timeout, ..Settings::default() };
    let (found, settings) = select(&selection, &given, environment)?;
    let compare = Mode::Compare { leave_pending: environment.leave_pending };
    let mut limits = Limits::default();
    limits.wall_time = settings.timeout.unwrap_or(limits.wall_time);
    if environment.signals {
        limits.interrupt = signals::listen()?;
    }
    let options = Options {
        jobs: settings.jobs.unwrap_or(environment.jobs),
        limits,
        snapshots: if update { Mode::Accept } else { compare },
        warn,
    };
    let plan = Plan::to_run(&found, if live { Variant::Live } else { Variant::Sim });
    let mut console = Console::new(out.to, out.color).with_columns(out.columns).with_transcripts(show);
    let summary = run::run(&plan, &options, &mut [&mut console])?;
    Ok(summary.exit())
}
