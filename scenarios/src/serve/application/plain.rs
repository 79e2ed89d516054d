//! A command as a child of the server, where there are no groups of processes.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::{EndRequest, Streams, environment, exit_of};
use crate::exit_code::Exit;
use crate::serve::notes::Note;
use crate::serve::start_text::StartedServer;

/// A command that runs with the terminal of the server.
#[derive(Debug)]
pub(in crate::serve) struct RunningApplication {
    child: Child,
    /// Whether it was asked to end.
    asked: bool,
}

impl RunningApplication {
    /// Starts a command, which finds the server in its environment.
    ///
    /// # Errors
    ///
    /// There is no such program, or it cannot be run.
    pub(in crate::serve) async fn start(command: &[OsString], started: &StartedServer<'_>) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or_else(|| io::Error::other("there is no command"))?;
        let mut command = Command::new(program);
        command.args(arguments).envs(environment(started)).stdin(Stdio::inherit()).kill_on_drop(true);
        Ok(Self { child: command.spawn()?, asked: false })
    }

    /// Starts a command in a folder, without an input, with more in its environment; gives what it writes, too.
    ///
    /// # Errors
    ///
    /// There is no such program, or it cannot be run.
    pub(in crate::serve) async fn start_apart(
        command: &[OsString],
        started: &StartedServer<'_>,
        folder: &Path,
        more: &[(&str, String)],
    ) -> io::Result<(Self, Streams)> {
        let (program, arguments) = command.split_first().ok_or_else(|| io::Error::other("there is no command"))?;
        let mut command = Command::new(program);
        command.args(arguments).envs(environment(started)).envs(more.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        if !folder.as_os_str().is_empty() {
            command.current_dir(folder);
        }
        let mut child = command.spawn()?;
        let streams = (child.stdout.take(), child.stderr.take());
        Ok((Self { child, asked: false }, streams))
    }

    /// Ends the command, and waits until that is done.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub(in crate::serve) async fn end(&mut self) -> io::Result<()> {
        self.child.kill().await
    }

    /// Hands on what a signal asks for, and gives what to say about it. Asked twice, the command is killed.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub(in crate::serve) async fn forward(&mut self, _: EndRequest) -> io::Result<Note> {
        if self.asked {
            self.child.start_kill()?;
            return Ok(Note::Killed);
        }
        self.asked = true;
        // A terminal sends the interrupt to the command as well, and two of them are more than one.
        if !io::stdin().is_terminal() {
            self.child.start_kill()?;
        }
        Ok(Note::Forwarded)
    }

    /// Waits until it has ended. Cancel safe.
    ///
    /// # Errors
    ///
    /// The system does not say how it ended.
    pub(in crate::serve) async fn ended(&mut self) -> io::Result<Exit> {
        self.child.wait().await.map(exit_of)
    }
}
