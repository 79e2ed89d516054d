//! `serve`

use std::convert::Infallible;
use std::env;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, SystemTime};

use kandy_mock_server::{ClockKind, FrontLimits};
use rustls::ServerConfig;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

use super::arguments::{ClockName, Serve};
use super::error::CliError;
use super::{CliOutput, Environment};
use crate::exit_code::Exit;
use crate::report::{self, Style};
use crate::schedule::{Schedule, ScheduleError};
use crate::script::Host;
use crate::serve::accounts::{Accounts, AccountsFollower};
use crate::serve::behaviour::{self, EndedScript};
use crate::serve::control::Secrets;
use crate::serve::notes::{Note, Notes};
use crate::serve::pages::{SavedJournal, Sdk};
use crate::serve::server::{self, Options, ServeError};
use crate::serve::start_text::StartedServer;
use crate::serve::tls::{self, TlsError};
use crate::text::printable;

pub(super) fn serve(
    arguments: Serve,
    environment: &Environment,
    out: &mut CliOutput<'_>,
    err: &CliOutput<'_>,
) -> Result<Exit, CliError> {
    let (json, is_quiet) = (arguments.json, arguments.quiet || !arguments.command.is_empty());
    let options = options(arguments, &environment.folder)?;
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(ServeError::Run)?;
    let (notes, heard) = Notes::new();
    let written = write_down(heard, err.color)?;
    // Programs get one line; beside a command nothing is printed but what the command prints.
    let say_start = |started: &StartedServer<'_>| {
        if json {
            writeln!(out.to, "{}", started.to_json())?;
        } else if !is_quiet {
            write!(out.to, "{}", started.to_text())?;
        }
        out.to.flush()
    };
    let exit = runtime.block_on(server::serve(options, say_start, notes));
    // A script that never waits is not waited for, and neither is a reader who does not read.
    runtime.shutdown_background();
    let _ = written.recv_timeout(LAST_NOTES);
    Ok(exit?)
}

/// How long the end waits until notes are written that are on their way.
const LAST_NOTES: Duration = Duration::from_millis(500);

/// Writes notes to the standard error, on a thread of its own: that may take for ever. What is given back loses its
/// sender when everything is written, or nobody reads any more.
fn write_down(mut notes: mpsc::Receiver<Note>, color: bool) -> io::Result<Receiver<Infallible>> {
    let (writing, written) = channel();
    let write = move || {
        let _writing = writing;
        while let Some(note) = notes.blocking_recv() {
            if writeln!(io::stderr(), "{}", shown(&note, color)).is_err() {
                break;
            }
        }
    };
    thread::Builder::new().name("notes".to_owned()).spawn(write)?;
    Ok(written)
}

fn options(arguments: Serve, folder: &Path) -> Result<Options, CliError> {
    let Serve {
        port,
        bind,
        users,
        user,
        any_user,
        origin,
        allow_host,
        clock,
        tls,
        cert,
        key,
        state,
        sdk,
        open,
        script,
        schedule,
        limit,
        token,
        log,
        exit_with_stdin,
        json: _,
        quiet: _,
        command,
    } = arguments;
    let mut limits = FrontLimits::default();
    for (at, setting) in limit.iter().enumerate() {
        if limit[..at].iter().any(|other| other.limit.name == setting.limit.name) {
            return Err(CliError::LimitTwice { name: setting.limit.name });
        }
        setting.apply(&mut limits);
    }
    let mut accounts = Accounts::default();
    for (name, account) in user {
        if !accounts.add(&name, account) {
            return Err(CliError::UserTwice { name });
        }
    }
    let script = match script {
        None => None,
        Some(path) => {
            let source = behaviour::read(&folder.join(&path), &path.display().to_string()).map_err(ServeError::from)?;
            // A command is not run for a verdict that cannot be given.
            if !command.is_empty() {
                Host::new().compile(&source).map_err(|diagnostic| CliError::Script(Box::new(diagnostic)))?;
            }
            Some(source)
        }
    };
    let address = bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    Ok(Options {
        address: SocketAddr::new(address, port),
        both_loopbacks: bind.is_none(),
        tls: certificate(tls, cert.zip(key), address, state, folder)?,
        clock: match clock {
            ClockName::Real => ClockKind::Real,
            ClockName::Manual => ClockKind::Manual,
        },
        origins: Some(origin).filter(|origins| !origins.is_empty()),
        names: allow_host,
        users: accounts,
        users_file: users.map(|path| AccountsFollower::new(folder.join(&path), path.display().to_string())),
        any_user,
        limits,
        sdk: sdk.map(|path| Sdk::read(&folder.join(&path), &path.display().to_string())).transpose()?,
        saved: open.map(|path| SavedJournal::read(&folder.join(&path), &path.display().to_string())).transpose()?,
        script,
        schedule: joined(&schedule).map_err(CliError::Schedule)?,
        command,
        secrets: Secrets::draw().map_err(ServeError::Token)?.with_token(token_of(token)?),
        log,
        end: exit_with_stdin.then(end_of_stdin).transpose().map_err(ServeError::Run)?,
    })
}

/// One schedule of several.
pub(super) fn joined(texts: &[String]) -> Result<Schedule, ScheduleError> {
    let mut all = Vec::new();
    for text in texts {
        all.extend(Schedule::of_platform(text)?.disturbances().iter().cloned());
    }
    Schedule::new(all)
}

/// The token of the arguments, or of the environment, if either has one. A wrong one is not shown: it may be nearly
/// right.
fn token_of(argument: Option<String>) -> Result<Option<String>, CliError> {
    let of_environment = || env::var_os(TOKEN).filter(|token| !token.is_empty());
    let (origin, token) = match (argument, of_environment()) {
        (Some(token), _) => ("--token", token),
        (None, Some(token)) => (TOKEN, token.to_string_lossy().into_owned()),
        (None, None) => return Ok(None),
    };
    // It goes into a header, and into shells as it is (RFC 6750, 2.1).
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if TOKEN_BYTES.contains(&token.len()) && token.bytes().all(is_safe) {
        return Ok(Some(token));
    }
    Err(CliError::ControlToken { origin })
}

/// A shorter one could be guessed by a page that the developer visits.
const TOKEN_BYTES: RangeInclusive<usize> = 16..=256;

/// The variable that has the token of the control interface.
const TOKEN: &str = "KANDY_CONTROL_TOKEN";

/// What is given back loses its sender when the standard input ends: when whoever has started this is gone.
fn end_of_stdin() -> io::Result<oneshot::Receiver<Infallible>> {
    let (reading, ended) = oneshot::channel();
    let read = move || {
        let _reading = reading;
        // An input that cannot be read any more has ended, too.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    };
    thread::Builder::new().name("stdin".to_owned()).spawn(read)?;
    Ok(ended)
}

type Tls = (Arc<ServerConfig>, Option<PathBuf>);

#[expect(clippy::disallowed_methods, reason = "certificates are of the world's time, not of the platform's")]
fn certificate(
    own: bool,
    files: Option<(PathBuf, PathBuf)>,
    address: IpAddr,
    state: Option<PathBuf>,
    folder: &Path,
) -> Result<Option<Tls>, TlsError> {
    if let Some((certificate, key)) = files {
        return Ok(Some((tls::from_files(&folder.join(certificate), &folder.join(key))?, None)));
    }
    if !own {
        return Ok(None);
    }
    let state = state.map(|state| folder.join(state));
    let state = state.or_else(|| tls::state_folder(env::var_os("XDG_STATE_HOME"), env::var_os("HOME")));
    let state = state.ok_or(TlsError::NoFolder)?;
    // A command may be elsewhere when it reads the certificate whose path it is given.
    let shown = || state.display().to_string();
    let state = path::absolute(&state).map_err(|source| TlsError::Keep { shown: shown(), source })?;
    let (config, path) = tls::own(&state, address, SystemTime::now())?;
    Ok(Some((config, Some(path))))
}

/// What happens, in a line or as a diagnostic.
fn shown(note: &Note, color: bool) -> String {
    match note {
        Note::Printed(line) => format!("{} {}", Style::Faint.paint("script:", color), printable(line)),
        Note::Ended(EndedScript::Well { checks: 0 }) => "The script has ended.".to_owned(),
        Note::Ended(EndedScript::Well { checks }) => {
            format!("The script has ended, with {}.", report::console::counted(*checks as usize, "check"))
        }
        Note::Ended(EndedScript::Stopped { checks: 0 }) => "The script was stopped where it waited.".to_owned(),
        Note::Ended(EndedScript::Stopped { checks }) => {
            format!(
                "The script was stopped where it waited, after {}.",
                report::console::counted(*checks as usize, "check")
            )
        }
        Note::Request(line) => printable(line).into_owned(),
        Note::RefusedPort(port) => {
            format!("Browsers refuse to use port {port}, so no page can reach this server: choose another --port.")
        }
        Note::Ended(EndedScript::Skipped(reason)) => format!("The script has ended by itself: {}", printable(reason)),
        Note::Ended(EndedScript::Failed(diagnostic)) => format!("{diagnostic}"),
        Note::Ended(EndedScript::Late) => {
            "The script has not ended in time: it computes, and does not wait.".to_owned()
        }
        Note::Ended(EndedScript::Panicked) => "The script has ended with an internal error.".to_owned(),
        Note::ScriptAfterReset => "The platform was reset: the script begins again.".to_owned(),
        Note::ScriptChanged => "The script has changed, and runs again.".to_owned(),
        Note::ScriptUnreadable(error) => format!("{}\nThe script stays as it was.", printable(&error.to_string())),
        Note::Users(count) => {
            format!("The users have changed: {} now.", report::console::counted(*count, "user"))
        }
        Note::UsersBroken(error) => format!("{error}\nThe users stay as they were."),
        Note::UserRefused(reason) => format!("The platform refuses a user of the file: {}", printable(reason)),
        Note::Forwarded => "Waiting for the command to end; a second signal kills it.".to_owned(),
        Note::NotSetUp => "The script is still computing: the server starts without waiting for it.".to_owned(),
        Note::Killed => "The command is killed.".to_owned(),
        Note::HungUp => "The terminal is closed: the command is ended.".to_owned(),
        Note::NotReached(disturbance) => format!("not reached: {disturbance}"),
        Note::Missed(count) => {
            format!("{} left out, because nobody read them in time.", report::console::counted(*count as usize, "line"))
        }
    }
}
