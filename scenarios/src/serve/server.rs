//! The run of a server, from its start to its end.

mod script;
mod users;

use std::convert::Infallible;
use std::ffi::OsString;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use kandy_mock_server::{ClockKind, Front, FrontHandle, FrontLimits, FrontOptions, Lagged, Record, StartError, Watch};
use rustls::ServerConfig;
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use self::script::ServedScript;
pub(super) use self::users::populate;
use self::users::{all_users, change, keep_users, with_fixed};
use super::accounts::{Accounts, AccountsFileError, AccountsFollower};
use super::application::{EndSignals, RunningApplication};
use super::behaviour::{self, Behaviour, BehaviourError, EndedScript};
use super::browser_ports::is_refused;
use super::control::{Control, Guard, Secrets};
use super::notes::{Note, Notes};
use super::pages::{FirstUser, Pages, SavedJournal, Sdk};
use super::request_log;
use super::scheduled::Scheduled;
use super::script_status::ScriptStatus;
use super::site::ServeSite;
use super::start_text::StartedServer;
use crate::exit_code::Exit;
use crate::schedule::Schedule;
use crate::script::Source;

/// How often files are looked at that are followed.
const LOOK: Duration = Duration::from_millis(500);
/// How long the last lines of a script wait for a reader.
const READ: Duration = Duration::from_millis(250);
/// How long a script has to see what happened before the end.
const LAST_LOOK: Duration = Duration::from_millis(1_500);

/// How a server should be set up.
#[derive(Debug)]
pub struct Options {
    /// Where it listens; port 0 is any that is free.
    pub address: SocketAddr,
    /// Whether it listens on `[::1]` beside 127.0.0.1, where there is IPv6.
    pub both_loopbacks: bool,
    /// TLS, and the certificate that clients have to be told to trust.
    pub tls: Option<(Arc<ServerConfig>, Option<PathBuf>)>,
    /// The platform's clock.
    pub clock: ClockKind,
    /// The origins whose pages may use the platform; `None` for all.
    pub origins: Option<Vec<HeaderValue>>,
    /// Names by which the server is addressed, beside its address.
    pub names: Vec<String>,
    /// The users of the arguments.
    pub users: Accounts,
    /// The file of users.
    pub users_file: Option<AccountsFollower>,
    /// Whether every name and password signs in.
    pub any_user: bool,
    /// What clients can do to it.
    pub limits: FrontLimits,
    /// The developer's copy of the SDK.
    pub sdk: Option<Sdk>,
    /// The journal that the console shows in place of what happens.
    pub saved: Option<SavedJournal>,
    /// The script that runs beside it.
    pub script: Option<Source>,
    /// What goes wrong between it and its clients.
    pub schedule: Schedule,
    /// The command that it is for, with its arguments; empty for none.
    pub command: Vec<OsString>,
    /// The secrets of the control interface.
    pub secrets: Secrets,
    /// Whether each request gets a line.
    pub log: bool,
    /// Ends the server when its sender is gone.
    pub end: Option<oneshot::Receiver<Infallible>>,
}

/// Why there is no server, or not any more.
#[derive(Debug, Error)]
pub enum ServeError {
    /// It cannot listen.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The users cannot be read.
    #[error(transparent)]
    Users(#[from] AccountsFileError),
    /// The platform refuses a user.
    #[error("a user cannot be added: {0}")]
    User(String),
    /// The script cannot be run.
    #[error(transparent)]
    Behaviour(#[from] BehaviourError),
    /// The command cannot be run.
    #[error("cannot run `{}`: {source}", shown.display())]
    Application {
        /// The program.
        shown: OsString,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no random numbers.
    #[error("cannot draw a token: {0}")]
    Token(#[source] getrandom::Error),
    /// The system gives no thread, signal or socket.
    #[error("cannot run a server: {0}")]
    Run(#[source] io::Error),
    /// What it says at its start cannot be written.
    #[error("cannot go on: {0}")]
    Write(#[source] io::Error),
}

impl From<StartError> for ServeError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Listen { address, source } => Self::Listen { address, source },
            StartError::Run(source) => Self::Run(source),
            other => Self::Run(io::Error::other(other)),
        }
    }
}

/// A server that runs.
struct RunningServer {
    front: Front,
    handle: FrontHandle,
    follower: Option<AccountsFollower>,
    fixed: Accounts,
    present: Accounts,
    first_user: FirstUser,
    any_user: bool,
    script: Option<ServedScript>,
    /// How often the platform was reset when it began.
    resets: u64,
    log: Option<Watch>,
    end: Option<oneshot::Receiver<Infallible>>,
    look: Interval,
}

/// Serves until a signal comes or the command ends. `say_start` is told once, when everything answers and the script has
/// come to its first wait; whatever happens then goes into `notes`.
///
/// # Errors
///
/// The server cannot start, or `say_start` fails.
pub async fn serve(
    options: Options,
    say_start: impl FnOnce(&StartedServer<'_>) -> io::Result<()>,
    mut notes: Notes,
) -> Result<Exit, ServeError> {
    // Before anything is served: a signal from now on is not lost.
    let mut signals = EndSignals::new().map_err(ServeError::Run)?;
    let Options {
        address,
        both_loopbacks,
        tls,
        clock,
        origins,
        names,
        users,
        mut users_file,
        any_user,
        limits,
        sdk,
        saved,
        script,
        schedule,
        command,
        secrets,
        log,
        end,
    } = options;
    let token = secrets.token().to_owned();
    let present = all_users(&users, users_file.as_mut())?;
    let by_default = users.is_empty() && users_file.is_none() && !any_user;
    let shows_saved = saved.is_some();
    let (fixed, present) = if by_default { (users, Accounts::by_default()) } else { (users, present) };

    let (config, own_certificate) = tls.map_or((None, None), |(config, own)| (Some(config), own));
    let is_tls = config.is_some();
    // Clients wait until everything is as it was asked for.
    let checks_hosts = origins.is_some();
    let front = Front::bind(FrontOptions { address, both_loopbacks, tls: config, clock, origins, names, limits })?;
    let (handle, address) = (front.handle(), front.address());
    populate(&handle, &present, any_user)?;
    // What the script does is its own, and is done again after a reset.
    handle.platform(|platform, _| platform.keep_as_start());
    let progress = (!schedule.disturbances().is_empty()).then(|| {
        let (scheduled, progress) = Scheduled::new(schedule.clone());
        front.disturb(Box::new(scheduled));
        progress
    });
    let mut behaviour = None;
    let mut running_script = None;
    let mut control = Control::new(handle.clone(), Guard::new(front.hosts().clone(), secrets));
    if let Some(source) = script {
        let running = Behaviour::start(source.clone(), handle.clone(), Handle::current())?;
        // With a command it is part of a verdict, and stays what it was.
        let file = command.is_empty().then(|| behaviour::ScriptFollower::new(&source, &running));
        let (status, told) = watch::channel(ScriptStatus::running(source.shown.clone(), running.doing()));
        control = control.beside_script(told);
        running_script = Some(ServedScript { source, file, status, verdict: Exit::Passed });
        behaviour = Some(running);
    }
    if let Some(behaviour) = &mut behaviour
        && !set_up(behaviour, &mut signals, &mut notes).await
    {
        return Ok(if command.is_empty() { Exit::Passed } else { Exit::Interrupted });
    }
    if let (Some(running), Some(script)) = (&mut behaviour, &mut running_script)
        && let Some(ended) = running.ended_early(|line| notes.say(Note::Printed(line))).await
    {
        script.end(ended, &mut notes);
        behaviour = None;
    }
    if is_refused(address.port()) {
        notes.say(Note::RefusedPort(address.port()));
    }
    let serves_sdk = sdk.is_some();
    let first_user = FirstUser::of(&present, any_user);
    let pages = Pages::new(sdk, first_user.clone()).with_saved(saved);
    let (resets, log) = (handle.resets(), log.then(|| handle.watch()));
    let front = front.serve(Arc::new(ServeSite { pages, control, checks_hosts }));

    let started = StartedServer {
        address,
        is_tls,
        own_certificate: own_certificate.as_ref(),
        token: &token,
        accounts: &present,
        by_default,
        any_user,
        is_manual: clock == ClockKind::Manual,
        serves_sdk,
        script_error: running_script.as_ref().and_then(|script| script.status.borrow().error.clone()),
        shows_saved,
    };
    say_start(&started).map_err(ServeError::Write)?;
    let mut application = match command.as_slice() {
        [] => None,
        command => Some(
            RunningApplication::start(command, &started)
                .await
                .map_err(|source| ServeError::Application { shown: command[0].clone(), source })?,
        ),
    };
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut server = RunningServer {
        front,
        handle,
        follower: users_file,
        fixed,
        present,
        first_user,
        any_user,
        script: running_script,
        resets,
        log,
        end,
        look,
    };
    let exit = server.run(&mut signals, &mut behaviour, application.as_mut(), &mut notes).await;
    server.front.shutdown().await;
    let not_reached = progress.map(|progress| progress.not_reached(&schedule)).unwrap_or_default();
    not_reached.into_iter().for_each(|disturbance| notes.say(Note::NotReached(disturbance)));
    exit
}

impl RunningServer {
    async fn run(
        &mut self,
        signals: &mut EndSignals,
        behaviour: &mut Option<Behaviour>,
        mut application: Option<&mut RunningApplication>,
        notes: &mut Notes,
    ) -> Result<Exit, ServeError> {
        let mut resets = self.resets;
        loop {
            tokio::select! {
                () = self.handle.until_reset(resets) => {
                    resets = self.handle.resets();
                    self.begin_script_again(resets, behaviour, notes).await?;
                }
                asked = signals.next() => match application.as_deref_mut() {
                    Some(application) => notes.say(application.forward(asked).await.map_err(ServeError::Run)?),
                    None => break,
                },
                status = ended(application.as_deref_mut()) => {
                    let of_command = status.map_err(ServeError::Run)?;
                    if let (Some(behaviour), Some(script)) = (behaviour, &mut self.script) {
                        script.end(last_words(behaviour, notes).await, notes);
                    }
                    let of_script = self.script.as_ref().map_or(Exit::Passed, |script| script.verdict);
                    return Ok(if of_command == Exit::OfCommand(0) { of_script } else { of_command });
                }
                line = printed(behaviour.as_mut(), notes) => match line {
                    Some(line) => notes.say(Note::Printed(line)),
                    // Whatever it had to print is said before it is told how it ended.
                    None => if let (Some(mut running), Some(script)) = (behaviour.take(), &mut self.script) {
                        let ended = running.ended().await;
                        script.end(ended, notes);
                    },
                },
                _ = ended_by(&mut self.end) => break,
                record = next_of(&mut self.log) => self.log(record, notes),
                _ = self.look.tick() => {
                    self.look_at_users(notes);
                    self.look_at_script(behaviour, notes).await?;
                }
            }
        }
        Ok(Exit::Passed)
    }

    /// A line for what came; of what came too fast the number.
    fn log(&mut self, record: Option<Result<Record, Lagged>>, notes: &mut Notes) {
        match record {
            Some(Ok(record)) => {
                if let Some(line) = request_log::line(&record) {
                    notes.say(Note::Request(line));
                }
            }
            Some(Err(Lagged { missed })) => notes.say(Note::Missed(missed)),
            // The server ends.
            None => self.log = None,
        }
    }

    fn look_at_users(&mut self, notes: &mut Notes) {
        let users = match self.follower.as_mut().and_then(AccountsFollower::look) {
            None => return,
            Some(Err(error)) => return notes.say(Note::UsersBroken(error)),
            Some(Ok(users)) => users,
        };
        let next = with_fixed(&users, &self.fixed);
        let refused = change(&self.handle, &self.present, &next);
        keep_users(&self.handle, &next);
        self.first_user.follow(&next, self.any_user);
        self.present = next;
        refused.into_iter().for_each(|reason| notes.say(Note::UserRefused(reason)));
        notes.say(Note::Users(self.handle.platform(|platform, _| platform.users().len())));
    }
}

/// Waits until the script is set up; gives `false` if a signal comes before.
async fn set_up(behaviour: &mut Behaviour, signals: &mut EndSignals, notes: &mut Notes) -> bool {
    let is_set_up = tokio::select! {
        is_set_up = behaviour.set_up(|line| notes.say(Note::Printed(line))) => is_set_up,
        _ = signals.next() => return false,
    };
    if !is_set_up {
        notes.say(Note::NotSetUp);
    }
    true
}

/// What a script still has to say when the command has ended.
async fn last_words(behaviour: &mut Behaviour, notes: &mut Notes) -> EndedScript {
    behaviour.stop();
    let words = async {
        let mut is_read = true;
        while let Some(line) = behaviour.printed.recv().await {
            // Who reads is waited for, and who does not is not waited for again.
            is_read = is_read && timeout(READ, notes.room()).await.is_ok();
            notes.say(Note::Printed(line));
        }
        behaviour.ended().await
    };
    // A script that does not wait computes until its limit of operations ends it; nobody knows what its checks would
    // say.
    timeout(LAST_LOOK, words).await.unwrap_or(EndedScript::Late)
}

impl EndedScript {
    /// What it counts for where the script is part of the verdict.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Well { .. } | Self::Stopped { .. } | Self::Skipped(_) => Exit::Passed,
            Self::Failed(diagnostic) if diagnostic.cause.is_broken_script() => Exit::Broken,
            Self::Failed(_) | Self::Late => Exit::Failed,
            Self::Panicked => Exit::InternalError,
        }
    }
}

/// Waits until whoever started this is gone, if the server has to end then.
async fn ended_by(end: &mut Option<oneshot::Receiver<Infallible>>) {
    match end {
        // Nothing is ever sent.
        Some(end) => drop(end.await),
        None => pending().await,
    }
}

async fn next_of(log: &mut Option<Watch>) -> Option<Result<Record, Lagged>> {
    match log {
        Some(log) => log.next().await,
        None => pending().await,
    }
}

async fn ended(application: Option<&mut RunningApplication>) -> io::Result<Exit> {
    match application {
        Some(application) => application.ended().await,
        None => pending().await,
    }
}

/// The next line that the script prints, once there is room for it: a script that prints more than is read waits.
async fn printed(behaviour: Option<&mut Behaviour>, notes: &Notes) -> Option<String> {
    match behaviour {
        Some(behaviour) => {
            notes.room().await;
            behaviour.printed.recv().await
        }
        None => pending().await,
    }
}
