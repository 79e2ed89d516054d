//! `run`

use std::{fs, mem};

use super::arguments::Run;
use super::error::CliError;
use super::selection::select;
use super::{Environment, Output, signals};
use crate::exit_code::Exit;
use crate::report::console::Console;
use crate::report::{Fold, Reports, Wanted};
use crate::run::{self, Options, Plan, Variant};
use crate::scenario::Stale;
use crate::script::Limits;
use crate::settings::Settings;
use crate::snapshot::Mode;

pub(super) fn run(arguments: Run, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let Run { selection, live, jobs, timeout, memory, show, warn, update, strictness, shard, report, prune } =
        arguments;
    let given = Settings {
        jobs,
        timeout,
        memory,
        strict: strictness.wanted(),
        reports: given_reports(report, environment),
        ..Settings::default()
    };
    let (mut found, settings) = select(&selection, &given, environment)?;
    let compare = Mode::Compare { leave_pending: environment.leave_pending };
    let mut limits = Limits::default();
    limits.wall_time = settings.timeout.unwrap_or(limits.wall_time);
    limits.memory = settings.memory.unwrap_or(limits.memory);
    if environment.signals {
        limits.interrupt = signals::listen()?;
    }
    let options = Options {
        jobs: settings.jobs.unwrap_or(environment.jobs),
        limits,
        snapshots: if update { Mode::Accept } else { compare },
        warn,
        strict: settings.strict.unwrap_or(environment.ci),
    };
    let removed = if prune { remove(mem::take(&mut found.stale_snapshots))? } else { Vec::new() };
    let mut reports = Reports::begin(settings.reports.as_deref().unwrap_or_default(), &environment.github)?;
    let plan = Plan::to_run(&found, if live { Variant::Live } else { Variant::Sim });
    let plan = match shard {
        Some(shard) => plan.only(shard),
        None => plan,
    };
    let mut console =
        Console::new(out.to, out.color).with_columns(out.columns).with_transcripts(show).with_removed(removed);
    let mut files = Fold::new(reports.renderers());
    let summary = run::run(&plan, &options, &mut [&mut console, &mut files])?;
    out.to.write_all(reports.said().as_bytes())?;
    Ok(summary.exit())
}

/// The reports that the arguments name, if they name some. Paths are taken from the folder in which the command runs.
fn given_reports(reports: Vec<Wanted>, environment: &Environment) -> Option<Vec<Wanted>> {
    (!reports.is_empty()).then(|| reports.into_iter().map(|report| report.within(&environment.folder)).collect())
}

/// Removes snapshots, and names them.
fn remove(stale: Vec<Stale>) -> Result<Vec<String>, CliError> {
    let remove = |Stale { path, shown }: Stale| match fs::remove_file(path) {
        Ok(()) => Ok(shown),
        Err(source) => Err(CliError::Prune { shown, source }),
    };
    stale.into_iter().map(remove).collect()
}
