//! The command for which a server runs, and the signals that end both.

#[cfg(unix)]
mod keeper;
#[cfg(unix)]
mod kept;
#[cfg(unix)]
mod orphans;
#[cfg(not(unix))]
mod plain;
#[cfg(unix)]
mod terminal;

use std::env;
use std::ffi::OsString;
use std::io;
use std::process::ExitStatus;

use tokio::process::{ChildStderr, ChildStdout};

#[cfg(unix)]
pub(crate) use self::keeper::keep;
#[cfg(unix)]
pub(super) use self::kept::RunningApplication;
#[cfg(not(unix))]
pub(super) use self::plain::RunningApplication;
use super::start_text::StartedServer;
use crate::exit_code::Exit;

/// What a command writes: to its standard output, and to its standard error.
pub(super) type Streams = (Option<ChildStdout>, Option<ChildStderr>);

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndRequest {
    /// SIGINT: somebody has typed Ctrl-C.
    Interrupt,
    /// SIGTERM: another program wants an end.
    #[cfg(unix)]
    Terminate,
    /// SIGHUP: the terminal is closed, and nobody can ask again.
    #[cfg(unix)]
    HangUp,
}

/// What a command finds in its environment.
fn environment<'a>(started: &'a StartedServer<'_>) -> impl Iterator<Item = (&'static str, OsString)> + 'a {
    let unproxied = ["NO_PROXY", "no_proxy"].map(|name| (name, unproxied(&started.host())));
    started.variables().into_iter().chain(unproxied)
}

/// The hosts that are asked without a proxy: those of the environment, and this server, which no proxy finds. Programs
/// read either name, and each only one of them.
fn unproxied(host: &str) -> OsString {
    let given = ["NO_PROXY", "no_proxy"].into_iter().filter_map(env::var_os).find(|given| !given.is_empty());
    let own = ["localhost", "127.0.0.1", "::1", host.trim_matches(['[', ']'])];
    let mut all = given.unwrap_or_default();
    for (at, host) in own.iter().enumerate() {
        let is_listed =
            |list: &str| list.split(',').any(|listed| matches!(listed.trim(), "*") || listed.trim() == *host);
        if own[..at].contains(host) || all.to_str().is_some_and(is_listed) {
            continue;
        }
        if !all.is_empty() {
            all.push(",");
        }
        all.push(host);
    }
    all
}

/// As shells tell it: 128 and the number of the signal.
fn exit_of(status: ExitStatus) -> Exit {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or_else(|| signal.map(|signal: i32| 128 + signal));
    Exit::OfCommand(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

/// The signals that ask for an end.
#[derive(Debug)]
pub(super) struct EndSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    /// None where it is ignored, as under `nohup`.
    #[cfg(unix)]
    hang_up: Option<tokio::signal::unix::Signal>,
}

impl EndSignals {
    /// Takes the signals from now on.
    ///
    /// # Errors
    ///
    /// The system refuses.
    #[cfg(unix)]
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: terminal::taken(rustix::process::Signal::HUP)?,
        })
    }

    /// Takes the signals from now on.
    ///
    /// # Errors
    ///
    /// Never here.
    #[cfg(not(unix))]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next one. Cancel safe.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> EndRequest {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => EndRequest::Interrupt,
            _ = self.terminate.recv() => EndRequest::Terminate,
            _ = hang_up => EndRequest::HangUp,
        }
    }

    /// Waits for the next one. Cancel safe.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> EndRequest {
        match tokio::signal::ctrl_c().await {
            Ok(()) => EndRequest::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}
