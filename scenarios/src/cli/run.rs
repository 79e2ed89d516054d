//! `run`

use std::num::NonZeroUsize;
use std::{fs, mem};

use super::arguments::RunCommand;
use super::error::CliError;
use super::selection::{Selected, select};
use super::watch::watch;
use super::{CliOutput, Environment, signals};
use crate::exit_code::Exit;
use crate::interrupt::Interrupt;
use crate::last_failed::Memory;
use crate::report::console::Console;
use crate::report::progress::ProgressLine;
use crate::report::{Fold, Reports, Style, WantedReport};
use crate::run::{self, Options, Plan, Reporter, Summary, Variant};
use crate::scenario::Stale;
use crate::script::Limits;
use crate::settings::ProjectSettings;
use crate::snapshot::Mode;
use crate::text::printable;

/// What a run has around it.
pub(super) struct RunContext<'a, 'o, 'e> {
    pub(super) environment: &'a Environment,
    /// Raised by a signal.
    pub(super) interrupt: Interrupt,
    /// Raised when nobody reads the output any more.
    pub(super) closed: Interrupt,
    pub(super) out: &'a mut CliOutput<'o>,
    pub(super) err: &'a mut CliOutput<'e>,
}

pub(super) fn run(arguments: &RunCommand, mut around: RunContext<'_, '_, '_>) -> Result<Exit, CliError> {
    if around.environment.signals {
        around.interrupt = signals::listen(around.environment.redraws)?;
    }
    if arguments.watch {
        return watch(arguments, &mut around);
    }
    let selected = selected(arguments, around.environment)?;
    Ok(carry_out(selected, arguments, &mut around, None)?.exit())
}

/// What the arguments choose, with the settings that hold.
pub(super) fn selected(arguments: &RunCommand, environment: &Environment) -> Result<Selected, CliError> {
    let given = ProjectSettings {
        jobs: arguments.jobs,
        timeout: arguments.timeout,
        memory: arguments.memory,
        strict: arguments.strictness.wanted(),
        reports: given_reports(&arguments.report, environment),
        ..ProjectSettings::default()
    };
    select(&arguments.selection, &given, environment)
}

/// Runs what is chosen. One more reporter may hear of it, after all others.
pub(super) fn carry_out(
    selected: Selected,
    arguments: &RunCommand,
    around: &mut RunContext<'_, '_, '_>,
    also: Option<&mut dyn Reporter>,
) -> Result<Summary, CliError> {
    let Selected { mut found, settings, project, .. } = selected;
    let RunContext { out, err, .. } = around;
    let options = options(arguments, &settings, around.environment, &around.interrupt);
    let mut memory = Memory::new(project.as_ref().and_then(|project| project.settings.parent()));
    if arguments.last_failed && !memory.select(&mut found)? {
        writeln!(out.to, "Nothing of this failed when it last ran, so all of it runs.\n")?;
    }
    let removed = if arguments.prune { remove(mem::take(&mut found.stale_snapshots))? } else { Vec::new() };
    let mut reports = Reports::begin(settings.reports.as_deref().unwrap_or_default(), &around.environment.github)?;
    let variant = if arguments.live { Variant::Live } else { Variant::Sim };
    let plan = Plan::to_run(&found, variant);
    let plan = match arguments.shard {
        Some(shard) => plan.only(shard),
        None => plan,
    };
    let plan = plan.repeated(arguments.times());
    let mut progress =
        if around.environment.shows_progress() { ProgressLine::new(out.color) } else { ProgressLine::hidden() };
    let mut above = progress.above(out.to);
    let console = Console::new(&mut above, out.color).with_columns(out.columns).with_slowest(arguments.slowest);
    let mut console = console.with_transcripts(arguments.show).with_removed(removed);
    let mut files = Fold::new(reports.renderers());
    let mut reporters: Vec<&mut dyn Reporter> = vec![&mut progress, &mut console, &mut memory, &mut files];
    if let Some(also) = also {
        reporters.push(also);
    }
    let summary = run::run(&plan, &options, &mut reporters)?;
    above.finish()?;
    drop(files);
    out.to.write_all(reports.said().as_bytes())?;
    if let Err(error) = memory.keep() {
        // What came of the scenarios counts all the same.
        let warning = Style::Warning.paint("warning:", err.color);
        writeln!(err.to, "{warning} {}", printable(&error.to_string()))?;
    }
    Ok(summary)
}

fn options(
    arguments: &RunCommand,
    settings: &ProjectSettings,
    environment: &Environment,
    interrupt: &Interrupt,
) -> Options {
    // Of several transcripts of one scenario chance would leave one.
    let leave_pending = environment.leave_pending && arguments.times() == NonZeroUsize::MIN;
    let limits = Limits::default();
    let wall_time = settings.timeout.unwrap_or(limits.wall_time);
    let memory = settings.memory.unwrap_or(limits.memory);
    Options {
        jobs: settings.jobs.unwrap_or(environment.jobs),
        limits: Limits { wall_time, memory, interrupt: interrupt.clone(), ..limits },
        snapshots: if arguments.update { Mode::Accept } else { Mode::Compare { leave_pending } },
        warn: arguments.warn,
        strict: settings.strict.unwrap_or(environment.ci),
        fail_fast: arguments.fail_fast,
    }
}

/// The reports that the arguments name, if they name some. Paths are taken from the folder in which the command runs.
fn given_reports(reports: &[WantedReport], environment: &Environment) -> Option<Vec<WantedReport>> {
    let within = |report: &WantedReport| report.clone().within(&environment.folder);
    (!reports.is_empty()).then(|| reports.iter().map(within).collect())
}

/// Removes snapshots, and names them.
fn remove(stale: Vec<Stale>) -> Result<Vec<String>, CliError> {
    let remove = |Stale { path, shown }: Stale| match fs::remove_file(path) {
        Ok(()) => Ok(shown),
        Err(source) => Err(CliError::Prune { shown, source }),
    };
    stale.into_iter().map(remove).collect()
}
