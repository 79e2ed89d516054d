//! The command for which a server runs, and the signals that end both.

use std::ffi::OsString;
use std::io;
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, Command};

use super::notes::Note;
use super::start_text::Started;
use crate::exit_code::Exit;

/// A command that runs with the terminal of the server.
#[derive(Debug)]
pub(super) struct Application {
    child: Child,
    /// Whether it was asked to end.
    asked: bool,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// SIGINT: somebody has typed Ctrl-C.
    Interrupt,
    /// SIGTERM: another program wants an end.
    Terminate,
}

impl Application {
    /// Starts a command, which finds the server in its environment.
    ///
    /// # Errors
    ///
    /// There is no such program, or it cannot be run.
    pub(super) fn start(command: &[OsString], started: &Started<'_>) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or_else(|| io::Error::other("there is no command"))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("KANDY_URL", started.url())
            .env("KANDY_WS_URL", started.ws_url())
            .env("KANDY_CONTROL_URL", started.control_url())
            .env("KANDY_CONTROL_TOKEN", started.token)
            .stdin(Stdio::inherit())
            .kill_on_drop(true);
        if let Some(certificate) = started.own_certificate {
            command.env("KANDY_CERTIFICATE", certificate);
        }
        Ok(Self { child: command.spawn()?, asked: false })
    }

    /// Hands on what a signal asks for, and gives what there is to say of it. Asked twice, the command is killed.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub(super) fn forward(&mut self, asked: Asked) -> io::Result<Note> {
        if self.asked {
            self.child.start_kill()?;
            return Ok(Note::Killed);
        }
        self.asked = true;
        // A terminal sends the interrupt to the command as well, and two of them are more than one.
        if asked == Asked::Terminate || !has_terminal() {
            self.signal(asked)?;
        }
        Ok(Note::Forwarded)
    }

    #[cfg(unix)]
    fn signal(&self, asked: Asked) -> io::Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        let signal = match asked {
            Asked::Interrupt => Signal::INT,
            Asked::Terminate => Signal::TERM,
        };
        // Until it is waited for, its number is nobody else's.
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        id.map_or(Ok(()), |id| kill_process(id, signal).map_err(io::Error::from))
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _: Asked) -> io::Result<()> {
        self.child.start_kill()
    }

    /// Waits until it has ended. Cancel safe.
    ///
    /// # Errors
    ///
    /// The system does not say how it ended.
    pub(super) async fn ended(&mut self) -> io::Result<Exit> {
        self.child.wait().await.map(exit_of)
    }
}

/// Whether Ctrl-C is typed at a terminal to which this process, and with it the command, listens. Its standard streams
/// may lead elsewhere.
#[cfg(unix)]
fn has_terminal() -> bool {
    use rustix::process::getpgrp;
    use rustix::termios::tcgetpgrp;
    std::fs::File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp()))
}

#[cfg(not(unix))]
fn has_terminal() -> bool {
    io::IsTerminal::is_terminal(&io::stdin())
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
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Takes the signals from now on.
    ///
    /// # Errors
    ///
    /// The system refuses.
    #[cfg(unix)]
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
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
    pub(super) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Interrupt,
            _ = self.terminate.recv() => Asked::Terminate,
        }
    }

    /// Waits for the next one. Cancel safe.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> Asked {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Asked::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}
