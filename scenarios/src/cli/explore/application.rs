//! `explore -- COMMAND`

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kandy_mock_server::ClockKind;
use tokio::runtime::{Builder, Runtime};

use crate::cli::arguments::{ACCEPTED, ClockName, Explore, OfCommand};
use crate::cli::error::CliError;
use crate::cli::serve::joined;
use crate::cli::{CliOutput, Environment, signals};
use crate::exit_code::Exit;
use crate::explore::application::{self, ApplicationError, CommandExploration, JudgedCommand, Options, judged};
use crate::explore::{Accepted, AcceptedError, AcceptedFile, ExplorationVerdict};
use crate::interrupt::Interrupt;
use crate::report::explored::application::{self as report, CommandContext};
use crate::report::fold::application::{self as fold, CommandOfCase};
use crate::report::model::{Case, End, Event, Status, Summary, WallTime};
use crate::report::progress::ProgressLine;
use crate::report::{Reports, WantedReport, shell};
use crate::run;
use crate::schedule::Schedule;
use crate::serve::accounts::Accounts;
use crate::serve::apart::Apart;
use crate::serve::server::ServeError;
use crate::text::printable_path;

pub(super) fn explore(
    arguments: Explore,
    environment: &Environment,
    out: &mut CliOutput<'_>,
) -> Result<Exit, CliError> {
    let Explore { at, without, budget, jobs, all, update, shard, report, of_command, .. } = arguments;
    let OfCommand { accepted, user, any_user, clock, command } = of_command;
    let schedule = if at.is_empty() { None } else { Some(joined(&at).map_err(CliError::Schedule)?) };
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
    let shown = report::shown(&apart.command);
    let Some(schedule) = schedule else {
        let how = How { apart, options, runtime, accepted: &accepted, shown: &shown, all, update };
        return how.explore(&report, environment, out);
    };
    match runtime.block_on(replay(&apart, &schedule, &options, &shown, out)) {
        Err(CliError::Application(error)) => match *error {
            error if is_of_undisturbed(&error) => {
                write!(out.to, "{}", report::undisturbed(&error, &shown, out.color))?;
                Ok(Exit::Failed)
            }
            ApplicationError::Interrupted => Ok(Exit::Interrupted),
            error => Err(CliError::Application(Box::new(error))),
        },
        replayed => replayed,
    }
}

/// Whether the message of the command itself says what to mend.
const fn is_of_undisturbed(error: &ApplicationError) -> bool {
    matches!(error, ApplicationError::Undisturbed { .. } | ApplicationError::NoEnd { .. })
}

/// How a command is explored.
struct How<'a> {
    apart: Arc<Apart>,
    options: Options,
    runtime: Runtime,
    accepted: &'a Path,
    /// The command as a shell takes it.
    shown: &'a str,
    all: bool,
    update: bool,
}

impl How<'_> {
    /// Explores it, holds what was found against what is accepted, and tells it.
    fn explore(
        self,
        wanted: &[WantedReport],
        environment: &Environment,
        out: &mut CliOutput<'_>,
    ) -> Result<Exit, CliError> {
        let accepted = printable_path(self.accepted);
        let of = CommandOfCase { name: self.shown, accepted: &accepted };
        let kept = AcceptedFile::at(&environment.folder.join(self.accepted), self.update);
        let wanted: Vec<_> = wanted.iter().map(|report| report.clone().within(&environment.folder)).collect();
        let mut reports = Reports::begin(&wanted, &environment.github)?;
        let around = self.around(kept.as_ref().ok());
        let around: Vec<&str> = around.iter().map(String::as_str).collect();
        let without = self.options.without.iter().cloned().collect();
        reports.tell(&Event::Started(&fold::start(&of, &around, without, self.options.shard)))?;
        let began = run::pool::clock();
        let (case, exit) = match kept {
            Ok(kept) => self.case(&of, kept, environment, out)?,
            // Nothing is run for it.
            Err(error) => unaccepted(&of, error),
        };
        let wall_time = began.elapsed().as_secs_f64();
        let case = Case { wall_time: WallTime { start: 0.0, duration: wall_time }, ..case };
        let mut summary = Summary::default();
        summary.add(&case);
        reports.tell(&Event::Case(&case))?;
        let interrupted = self.options.interrupt.is_raised();
        let (warnings, stale_snapshots) = (Vec::new(), Vec::new());
        reports.tell(&Event::Ended(&End { wall_time, interrupted, warnings, stale_snapshots, summary }))?;
        out.to.write_all(reports.said().as_bytes())?;
        exit
    }

    /// What shards of one exploration have in common. Passwords are nobody's.
    fn around(&self, kept: Option<&AcceptedFile>) -> Vec<String> {
        let Apart { users, any_user, clock, .. } = &*self.apart;
        let mut around = vec![format!("{clock:?} {any_user}")];
        around.extend(users.names().map(|name| format!("{name:?}")));
        let accepted = kept.and_then(|kept| kept.accepted.as_ref());
        around.extend(accepted.map(Accepted::to_text).iter().flat_map(|text| text.lines()).map(str::to_owned));
        around
    }

    /// The options of its platform as a shell takes them, without passwords.
    fn shown_options(&self) -> String {
        let Apart { users, any_user, clock, .. } = &*self.apart;
        let mut shown: String = users.names().map(|name| format!(" --user {}:PASSWORD", shell::word(name))).collect();
        if *any_user {
            shown.push_str(" --any-user");
        }
        if *clock == ClockKind::Manual {
            shown.push_str(" --clock manual");
        }
        shown
    }

    fn shown_accepted(&self) -> String {
        if self.accepted == Path::new(ACCEPTED) {
            return String::new();
        }
        format!(" --accepted {}", shell::word(&printable_path(self.accepted)))
    }

    /// What comes of it, and how the command ends.
    fn case(
        &self,
        of: &CommandOfCase<'_>,
        kept: AcceptedFile,
        environment: &Environment,
        out: &mut CliOutput<'_>,
    ) -> Result<(Case, Result<Exit, CliError>), CliError> {
        let found = match self.found(environment, out) {
            Ok(found) => found,
            Err(error) if is_of_undisturbed(&error) => {
                write!(out.to, "{}", report::undisturbed(&error, self.shown, out.color))?;
                let text = format!("{error}\n\n{}", report::undisturbed_output(&error));
                return Ok((fold::undisturbed(of, error.to_string(), text), Ok(Exit::Failed)));
            }
            Err(ApplicationError::Interrupted) => {
                return Ok((fold::not_explored(of, Status::Stopped, String::new()), Ok(Exit::Interrupted)));
            }
            Err(error) => return Err(CliError::Application(Box::new(error))),
        };
        let is_interrupted = self.options.interrupt.is_raised();
        let JudgedCommand { verdict, unfound } = judged(&found, kept, self.update, self.options.shard, is_interrupted);
        if let ExplorationVerdict::Unaccepted(error) = verdict {
            return Ok(unaccepted(of, error));
        }
        let (options, accepted) = (self.shown_options(), self.shown_accepted());
        let around = CommandContext {
            command: self.shown,
            options: &options,
            accepted: &accepted,
            all: self.all,
            is_interrupted,
        };
        let own = fold::of_command(&found, unfound);
        let below = |color| report::below(&found, &own, &verdict, &around, color);
        write!(out.to, "{}", report::line(&found.exploration, &verdict, self.shown, out.color))?;
        write!(out.to, "{}", below(out.color))?;
        let text = below(false);
        let exit = if is_interrupted { Exit::Interrupted } else { verdict.exit() };
        Ok((fold::case(of, &found, &verdict, own, text), Ok(exit)))
    }

    fn found(&self, environment: &Environment, out: &CliOutput<'_>) -> Result<CommandExploration, ApplicationError> {
        let mut progress =
            if environment.shows_progress() { ProgressLine::new(out.color) } else { ProgressLine::hidden() };
        progress.begin(1).map_err(ServeError::Run)?;
        let budget = self.options.budget;
        let mut tell = |done: usize, of: usize, since: Duration| progress.within(done, of, since, budget);
        let found = self.runtime.block_on(application::explore(self.apart.clone(), &self.options, &mut tell));
        progress.step();
        found
    }
}

/// What is accepted cannot be read or written.
fn unaccepted(of: &CommandOfCase<'_>, source: AcceptedError) -> (Case, Result<Exit, CliError>) {
    let case = fold::unaccepted(of, &source);
    (case, Err(CliError::Accepted { shown: of.accepted.to_owned(), source }))
}

/// One run, with what the command has written and what is found in it.
async fn replay(
    apart: &Apart,
    schedule: &Schedule,
    options: &Options,
    shown: &str,
    out: &mut CliOutput<'_>,
) -> Result<Exit, CliError> {
    let replayed = application::replay(apart, schedule, options).await;
    let replayed = replayed.map_err(|error| CliError::Application(Box::new(error)))?;
    write!(out.to, "{}", report::replayed(&replayed, schedule, shown, out.color))?;
    // What did not happen has not passed.
    let has_passed = replayed.findings.is_empty() && replayed.ran.not_reached.is_empty();
    Ok(if has_passed { Exit::Passed } else { Exit::Failed })
}
