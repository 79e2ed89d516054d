//! `run`

use std::num::NonZeroUsize;
use std::{fs, mem};

use super::arguments::Run;
use super::error::CliError;
use super::selection::{Selected, select};
use super::{Environment, Output, signals};
use crate::exit_code::Exit;
use crate::file;
use crate::last_failed::Memory;
use crate::printable::{printable, printable_path};
use crate::report::console::Console;
use crate::report::junit::Junit;
use crate::report::{Kind, Style, ToFile};
use crate::run::{self, Options, Plan, Reporter, Variant};
use crate::scenario::Stale;
use crate::script::Limits;
use crate::settings::Settings;
use crate::snapshot::Mode;

pub(super) fn run(
    arguments: Run,
    environment: &Environment,
    out: &mut Output<'_>,
    err: &mut Output<'_>,
) -> Result<Exit, CliError> {
    let Run {
        selection,
        live,
        jobs,
        timeout,
        show,
        warn,
        update,
        repeat,
        last_failed,
        fail_fast,
        strictness,
        report,
        prune,
    } = arguments;
    let given = Settings {
        jobs,
        timeout,
        strict: strictness.wanted(),
        reports: given_reports(report, environment),
        ..Settings::default()
    };
    let Selected { mut found, settings, project, .. } = select(&selection, &given, environment)?;
    let repeat = repeat.unwrap_or(NonZeroUsize::MIN);
    // Of several transcripts of one scenario chance would leave one.
    let leave_pending = environment.leave_pending && repeat == NonZeroUsize::MIN;
    let compare = Mode::Compare { leave_pending };
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
        fail_fast,
    };
    let mut memory = Memory::new(project.as_ref().and_then(|project| project.settings.parent()));
    if last_failed && !memory.select(&mut found)? {
        writeln!(out.to, "Nothing of this failed when it last ran, so that all of it runs.\n")?;
    }
    let removed = if prune { remove(mem::take(&mut found.stale_snapshots))? } else { Vec::new() };
    let mut reports = files(settings.reports.as_deref().unwrap_or_default())?;
    let plan = Plan::to_run(&found, if live { Variant::Live } else { Variant::Sim }).repeated(repeat);
    let mut console =
        Console::new(out.to, out.color).with_columns(out.columns).with_transcripts(show).with_removed(removed);
    let mut reporters: Vec<&mut dyn Reporter> = vec![&mut console, &mut memory];
    reporters.extend(reports.iter_mut().map(|report| report as &mut dyn Reporter));
    let summary = run::run(&plan, &options, &mut reporters)?;
    if let Err(error) = memory.keep() {
        // What came of the scenarios counts all the same.
        let warning = Style::Warning.paint("warning:", err.color);
        writeln!(err.to, "{warning} {}", printable(&error.to_string()))?;
    }
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
