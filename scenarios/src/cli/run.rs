//! `run`

use std::{fs, mem};

use super::arguments::Run;
use super::error::CliError;
use super::selection::{Selected, select};
use super::{Environment, Output, signals};
use crate::exit_code::Exit;
use crate::file;
use crate::printable::printable_path;
use crate::report::console::Console;
use crate::report::junit::Junit;
use crate::report::{Kind, ToFile};
use crate::run::{self, Options, Plan, Reporter, Variant};
use crate::scenario::Stale;
use crate::script::Limits;
use crate::settings::Settings;
use crate::snapshot::Mode;

pub(super) fn run(arguments: Run, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let Run { selection, live, jobs, timeout, show, warn, update, strictness, report, prune } = arguments;
    let given = Settings {
        jobs,
        timeout,
        strict: strictness.wanted(),
        reports: given_reports(report, environment),
        ..Settings::default()
    };
    let Selected { mut found, settings, .. } = select(&selection, &given, environment)?;
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
        strict: settings.strict.unwrap_or(environment.ci),
    };
    let removed = if prune { remove(mem::take(&mut found.stale_snapshots))? } else { Vec::new() };
    let mut reports = files(settings.reports.as_deref().unwrap_or_default())?;
    let plan = Plan::to_run(&found, if live { Variant::Live } else { Variant::Sim });
    let mut console =
        Console::new(out.to, out.color).with_columns(out.columns).with_transcripts(show).with_removed(removed);
    let mut reporters: Vec<&mut dyn Reporter> = vec![&mut console];
    reporters.extend(reports.iter_mut().map(|report| report as &mut dyn Reporter));
    let summary = run::run(&plan, &options, &mut reporters)?;
    Ok(summary.exit())
}

/// The reports that the arguments name, if they name some. Paths are taken from the folder in which the command runs.
fn given_reports(reports: Vec<ToFile>, environment: &Environment) -> Option<Vec<ToFile>> {
    let place = |report: ToFile| ToFile { path: environment.folder.join(report.path), ..report };
    (!reports.is_empty()).then(|| reports.into_iter().map(place).collect())
}

/// The reports to files. What cannot be written is said before anything runs.
fn files(wanted: &[ToFile]) -> Result<Vec<Junit>, CliError> {
    let mut reports = Vec::new();
    for (index, ToFile { kind, path }) in wanted.iter().enumerate() {
        if wanted[..index].iter().any(|other| other.kind == *kind) {
            return Err(CliError::ReportTwice { kind: *kind });
        }
        if let Err(source) = file::check_writable(path) {
            return Err(CliError::Report { shown: printable_path(path), source });
        }
        reports.push(match kind {
            Kind::Junit => Junit::new(path.clone()),
        });
    }
    Ok(reports)
}

/// Removes snapshots, and names them.
fn remove(stale: Vec<Stale>) -> Result<Vec<String>, CliError> {
    let remove = |Stale { path, shown }: Stale| match fs::remove_file(path) {
        Ok(()) => Ok(shown),
        Err(source) => Err(CliError::Prune { shown, source }),
    };
    stale.into_iter().map(remove).collect()
}
