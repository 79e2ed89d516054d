//! One run of a command beside a platform of its own: what should go wrong, how the command ended, and what it has left there.

mod left;
mod output;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kandy_mock_server::{ClockKind, Front, FrontHandle, FrontOptions};
use tokio::time::{Instant, sleep, timeout};

pub(crate) use self::left::Left;
use self::output::CapturedOutput;
use super::accounts::Accounts;
use super::application::RunningApplication;
use super::control::{Control, Guard, Secrets};
use super::pages::{FirstUser, Pages};
use super::scheduled::{Arrived, Scheduled};
use super::server::{ServeError, populate};
use super::site::ServeSite;
use super::start_text::StartedServer;
use crate::exit_code::Exit;
use crate::interrupt::Interrupt;
use crate::schedule::{Disturbance, Schedule};

/// The variable that tells a command what goes wrong in its run.
pub(crate) const DISTURBANCE: &str = "KANDY_DISTURBANCE";
/// How long the platform may take to notice what a command that has ended leaves, and how long nothing happens there then.
const SETTLE: Duration = Duration::from_secs(2);
const QUIET: Duration = Duration::from_millis(20);
/// How often we look whether the run should end.
const LOOK: Duration = Duration::from_millis(50);

/// A command, and the platform that it gets in each of its runs.
#[derive(Debug)]
pub(crate) struct Apart {
    /// The command with its arguments.
    pub(crate) command: Vec<OsString>,
    /// Where it runs; empty for the folder of this process.
    pub(crate) folder: PathBuf,
    /// The users of the platform; if there are none, and not all may sign in, the one that there is by default.
    pub(crate) users: Accounts,
    /// Whether every name and password signs in.
    pub(crate) any_user: bool,
    /// The clock of the platform.
    pub(crate) clock: ClockKind,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CommandEnd {
    /// By itself, with this exit code.
    Exit(u8),
    /// It had to be ended, since its time was over.
    Hang,
    /// It was ended, since somebody wants it to stop.
    Interrupted,
}

/// A run that is over.
#[derive(Debug)]
pub(crate) struct CommandRun {
    /// How it ended.
    pub(crate) end: CommandEnd,
    /// How long it took.
    pub(crate) took: Duration,
    /// The end of what it has written.
    pub(crate) output: String,
    /// The moments that the platform has seen.
    pub(crate) moments: Vec<Arrived>,
    /// What did not go wrong, since its moment did not come.
    pub(crate) not_reached: Vec<Disturbance>,
    /// What it has left at the platform.
    pub(crate) left: Left,
}

impl Apart {
    /// Runs the command beside a new platform, for as long as it may take.
    pub(crate) async fn run(
        &self,
        schedule: &Schedule,
        limit: Duration,
        interrupt: &Interrupt,
    ) -> Result<CommandRun, ServeError> {
        let address = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
        let options = FrontOptions { address, both_loopbacks: true, clock: self.clock, ..FrontOptions::default() };
        let bound = Front::bind(options)?;
        let (handle, address) = (bound.handle(), bound.address());
        let by_default = self.users.is_empty() && !self.any_user;
        let accounts = if by_default { Accounts::by_default() } else { self.users.clone() };
        populate(&handle, &accounts, self.any_user)?;
        handle.platform(|platform, _| platform.keep_as_start());
        let (scheduled, progress) = Scheduled::new(schedule.clone());
        bound.disturb(Box::new(scheduled));
        let secrets = Secrets::draw().map_err(ServeError::Token)?;
        let token = secrets.token().to_owned();
        let control = Control::new(handle.clone(), Guard::new(bound.hosts().clone(), secrets));
        let pages = Pages::new(None, FirstUser::of(&accounts, self.any_user));
        let front = bound.serve(Arc::new(ServeSite { pages, control, checks_hosts: false }));
        let started = StartedServer {
            address,
            is_tls: false,
            own_certificate: None,
            token: &token,
            accounts: &accounts,
            by_default,
            any_user: self.any_user,
            is_manual: self.clock == ClockKind::Manual,
            serves_sdk: false,
            script_error: None,
            shows_saved: false,
        };
        let begun = now();
        let (end, output) = self.command(&started, schedule, limit, interrupt).await?;
        let took = begun.elapsed();
        settle(&handle).await;
        let left = handle.platform(|platform, _| Left::at(platform, &progress.moments()));
        front.shutdown().await;
        Ok(CommandRun {
            end,
            took,
            output,
            moments: progress.moments(),
            not_reached: progress.not_reached(schedule),
            left,
        })
    }

    async fn command(
        &self,
        started: &StartedServer<'_>,
        schedule: &Schedule,
        limit: Duration,
        interrupt: &Interrupt,
    ) -> Result<(CommandEnd, String), ServeError> {
        let unstarted = |source| ServeError::Application { shown: self.command[0].clone(), source };
        let more = [(DISTURBANCE, schedule.to_string())];
        let (mut application, streams) =
            RunningApplication::start_apart(&self.command, started, &self.folder, &more).await.map_err(unstarted)?;
        let output = CapturedOutput::of(streams);
        let end = tokio::select! {
            ended = application.ended() => ended.map(end_of),
            () = sleep(limit) => application.end().await.map(|()| CommandEnd::Hang),
            () = raised(interrupt) => application.end().await.map(|()| CommandEnd::Interrupted),
        };
        Ok((end.map_err(ServeError::Run)?, output.whole().await))
    }
}

fn end_of(exit: Exit) -> CommandEnd {
    CommandEnd::Exit(exit.code())
}

/// Waits until somebody wants it to stop.
async fn raised(interrupt: &Interrupt) {
    while !interrupt.is_raised() {
        sleep(LOOK).await;
    }
}

/// The connections of a command that has ended are over as soon as the system says so.
async fn settle(handle: &FrontHandle) {
    // Where it does not come to rest, what is there by then is judged.
    let _ = timeout(SETTLE, handle.idle(QUIET)).await;
}

fn now() -> Instant {
    Instant::now()
}
