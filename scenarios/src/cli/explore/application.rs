//! `explore -- COMMAND`

use std::sync::Arc;
use std::time::Duration;

use kandy_mock_server::ClockKind;
use tokio::runtime::Builder;

use crate::cli::arguments::{ClockName, Explore, OfCommand};
use crate::cli::error::CliError;
use crate::cli::serve::joined;
use crate::cli::{Environment, Output, signals};
use crate::exit_code::Exit;
use crate::explore::application::{self, ApplicationError, Found, Options, verdict};
use crate::explore::{AcceptedError, Kept};
use crate::interrupt::Interrupt;
use crate::report::explored::application::{self as report, Around};
use crate::report::progress::Progress;
use crate::schedule::Schedule;
use crate::serve::accounts::Accounts;
use crate::serve::apart::Apart;
use crate::serve::server::ServeError;

pub(super) fn explore(arguments: Explore, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let Explore { at, without, budget, jobs, all, update, shard, of_command, .. } = arguments;
    let OfCommand { accepted, user, any_user, clock, command } = of_command;
    let schedule = if at.is_empty() { None } else { Some(joined(&at).map_err(CliError::Schedule)?) };
    let unaccepted = |source: AcceptedError| CliError::Accepted { shown: accepted.display().to_string(), source };
    let mut users = Accounts::default();
    for (name, account) in user {
        if !users.add(&name, account) {
            return Err(CliError::UserTwice { name });
        }
    }
    let clock = match clock {
        ClockName::Real => ClockKind::Real,
        ClockName::Manual => ClockKind::Manual,
    };
    let apart = Arc::new(Apart { command, folder: environment.folder.clone(), users, any_user, clock });
    let interrupt = if environment.signals { signals::listen(environment.redraws)? } else { Interrupt::default() };
    let options = Options {
        jobs: jobs.unwrap_or(environment.jobs),
        budget: budget.unwrap_or(application::BUDGET),
        without: without.into_iter().collect(),
        shard,
        interrupt,
    };
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(ServeError::Run)?;
    let explored = match &schedule {
        Some(schedule) => runtime.block_on(replay(&apart, schedule, &options, out)),
        None => {
            // Where it cannot be read or written, nothing is run for it.
            let kept = Kept::at(&environment.folder.join(&accepted), update).map_err(unaccepted)?;
            let found = found(&runtime, &apart, &options, environment, out);
            found.and_then(|found| {
                let around = Around { command: &apart.command, all, is_interrupted: options.interrupt.is_raised() };
                let verdict = verdict(&found, kept, update).map_err(unaccepted)?;
                write!(out.to, "{}", report::told(&found, &verdict, &around, out.color))?;
                Ok(if around.is_interrupted { Exit::Interrupted } else { verdict.exit() })
            })
        }
    };
    match explored {
        // What it says of itself is what is to be mended.
        Err(CliError::Application(error)) => match *error {
            ApplicationError::Undisturbed { .. } | ApplicationError::NoEnd { .. } => {
                write!(out.to, "{}", report::undisturbed(&error, &apart.command, out.color))?;
                Ok(Exit::Failed)
            }
            ApplicationError::Interrupted => Ok(Exit::Interrupted),
            _ => Err(CliError::Application(error)),
        },
        explored => explored,
    }
}

fn found(
    runtime: &tokio::runtime::Runtime,
    apart: &Arc<Apart>,
    options: &Options,
    environment: &Environment,
    out: &Output<'_>,
) -> Result<Found, CliError> {
    let mut progress = if environment.shows_progress() { Progress::new(out.color) } else { Progress::hidden() };
    progress.begin(1)?;
    let mut tell = |done: usize, of: usize, since: Duration| progress.within(done, of, since, options.budget);
    let found = runtime.block_on(application::explore(apart.clone(), options, &mut tell));
    progress.step();
    found.map_err(|error| CliError::Application(Box::new(error)))
}

/// One run, with what the command has written and what is found in it.
async fn replay(apart: &Apart, schedule: &Schedule, options: &Options, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let replayed = application::replay(apart, schedule, options).await;
    let replayed = replayed.map_err(|error| CliError::Application(Box::new(error)))?;
    write!(out.to, "{}", report::replayed(&replayed, schedule, &apart.command, out.color))?;
    // What did not happen has not passed.
    let has_passed = replayed.findings.is_empty() && replayed.ran.not_reached.is_empty();
    Ok(if has_passed { Exit::Passed } else { Exit::Failed })
}
