//! `serve`

use std::convert::Infallible;
use std::env;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, SystemTime};

use kandy_mock_server::{ClockKind, FrontLimits};
use rustls::ServerConfig;
use tokio::runtime::Builder;
use tokio::sync::mpsc;

use super::arguments::{ClockName, Serve};
use super::error::CliError;
use super::{Environment, Output};
use crate::exit_code::Exit;
use crate::printable::printable;
use crate::report::{self, Style};
use crate::script::Host;
use crate::serve::accounts::{Accounts, Follower};
use crate::serve::behaviour::{self, Ended};
use crate::serve::notes::{Note, Notes};
use crate::serve::pages::{SavedJournal, Sdk};
use crate::serve::server::{self, Options, ServeError};
use crate::serve::start_text::Started;
use crate::serve::tls::{self, TlsError};

pub(super) fn serve(
    arguments: Serve,
    environment: &Environment,
    out: &mut Output<'_>,
    err: &mut Output<'_>,
) -> Result<Exit, CliError> {
    let (json, has_command) = (arguments.json, !arguments.command.is_empty());
    let options = options(arguments, &environment.folder)?;
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(ServeError::Run)?;
    let (notes, heard) = Notes::new();
    let written = write_down(heard, err.color)?;
    // What a program reads is one line; what the command writes is its own.
    let say_start = |started: &Started<'_>| {
        if json {
            writeln!(out.to, "{}", started.to_json())?;
            return out.to.flush();
        }
        if has_command {
            write!(err.to, "{}", started.to_text())?;
            return err.to.flush();
        }
        write!(out.to, "{}", started.to_text())?;
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
        limit,
        json: _,
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
        users_file: users.map(|path| Follower::new(folder.join(&path), path.display().to_string())),
        any_user,
        limits,
        sdk: sdk.map(|path| Sdk::read(&folder.join(&path), &path.display().to_string())).transpose()?,
        saved: open.map(|path| SavedJournal::read(&folder.join(&path), &path.display().to_string())).transpose()?,
        script,
        command,
    })
}

type Tls = (Arc<ServerConfig>, Option<PathBuf>);

#[expect(clippy::disallowed_methods, reason = "certificates are of the world's time, and no platform's")]
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
        Note::Ended(Ended::Well { checks: 0 }) => "The script has ended.".to_owned(),
        Note::Ended(Ended::Well { checks }) => {
            format!("The script has ended, with {}.", report::console::counted(*checks as usize, "check"))
        }
        Note::Ended(Ended::Skipped(reason)) => format!("The script has ended by itself: {}", printable(reason)),
        Note::Ended(Ended::Failed(diagnostic)) => format!("{diagnostic}"),
        Note::Ended(Ended::Late) => "The script has not ended in time: it computes, and does not wait.".to_owned(),
        Note::Ended(Ended::Panicked) => "The script has ended by an internal error.".to_owned(),
        Note::ScriptChanged => "The script has changed, and runs again.".to_owned(),
        Note::ScriptUnreadable(error) => format!("{}\nThe script stays as it was.", printable(&error.to_string())),
        Note::Users(count) => {
            format!("The users have changed: {} now.", report::console::counted(*count, "user"))
        }
        Note::UsersBroken(error) => format!("{error}\nThe users stay as they were."),
        Note::UserRefused(reason) => format!("A user of the file is not as it says: {}", printable(reason)),
        Note::Forwarded => "Waiting for the command to end; once more kills it.".to_owned(),
        Note::NotSetUp => "The script computes, and does not wait yet: the server starts without that.".to_owned(),
        Note::Killed => "The command is killed.".to_owned(),
        Note::HungUp => "The terminal is closed: the command is ended.".to_owned(),
        Note::Missed(count) => {
            format!("{} left out, which nobody has read.", report::console::counted(*count as usize, "line"))
        }
    }
}
