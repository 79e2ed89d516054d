//! A command that a keeper has started: the server's end.
//!
//! A server that is killed can end nobody, so the command is the child of another process of this program, the keeper,
//! and leads a group of processes. The keeper's standard input is a socket of the server: what goes through it are
//! signals for the command, and when it closes, however that came about, the keeper ends the group.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::Path;
use std::process::Stdio;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as Heard, SignalKind, signal};

use super::keeper::{Begun, STDIN};
use super::terminal::Terminal;
use super::{EndRequest, Streams, environment, exit_of};
use crate::cli::KEEP;
use crate::exit_code::Exit;
use crate::serve::notes::Note;
use crate::serve::start_text::StartedServer;

/// A command that runs with the terminal of the server.
#[derive(Debug)]
pub(in crate::serve) struct RunningApplication {
    keeper: Child,
    /// The keeper ends everything as soon as this is closed.
    line: UnixStream,
    /// Whether the keeper still says something.
    is_heard: bool,
    /// The command's group.
    group: Pid,
    terminal: Option<Terminal>,
    /// A shell has put the server, which was stopped, into the foreground or the background.
    continued: Heard,
    /// Whether the command was asked to end.
    asked: bool,
}

impl RunningApplication {
    /// Starts a command, which finds the server in its environment.
    ///
    /// # Errors
    ///
    /// There is no such program, or it cannot be run.
    pub(in crate::serve) async fn start(command: &[OsString], started: &StartedServer<'_>) -> io::Result<Self> {
        let mut application = Self::kept(keeper(command, started)?, io::stdin().as_fd()).await?;
        application.terminal = Terminal::open();
        if let Some(terminal) = &application.terminal {
            // If it has used the terminal before that, and was stopped, the keeper says so.
            terminal.give(application.group);
        }
        Ok(application)
    }

    /// Starts a command in a folder, without a terminal or an input, with more in its environment; gives what it writes, too.
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
        let mut keeper = keeper(command, started)?;
        keeper.envs(more.iter().map(|(name, value)| (name, value)));
        keeper.stdout(Stdio::piped()).stderr(Stdio::piped());
        if !folder.as_os_str().is_empty() {
            keeper.current_dir(folder);
        }
        let nothing = File::open("/dev/null")?;
        let mut application = Self::kept(keeper, nothing.as_fd()).await?;
        let streams = (application.keeper.stdout.take(), application.keeper.stderr.take());
        Ok((application, streams))
    }

    /// Starts a keeper, which hands on what the command reads.
    async fn kept(mut keeper: Command, stdin: BorrowedFd<'_>) -> io::Result<Self> {
        let continued = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
        let (near, far) = StdUnixStream::pair()?;
        near.set_nonblocking(true)?;
        let keeper = keeper.stdin(Stdio::from(OwnedFd::from(far))).spawn()?;
        // Its end of the socket is the keeper's alone.
        hand_over(stdin, &near)?;
        let mut line = UnixStream::from_std(near)?;
        let mut begun = Begun::default();
        line.read_exact(&mut begun.0).await.map_err(|_| io::Error::other("its keeper has ended"))?;
        let group = begun.group()?;
        Ok(Self { keeper, line, is_heard: true, group, terminal: None, continued, asked: false })
    }

    /// Ends the command with all that it has started, and waits until that is done.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub(in crate::serve) async fn end(&mut self) -> io::Result<()> {
        self.line.shutdown().await?;
        self.ended().await.map(drop)
    }

    /// Hands on what a signal asks for, and gives what to say about it. Asked twice, the command is killed.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub(in crate::serve) async fn forward(&mut self, asked: EndRequest) -> io::Result<Note> {
        if asked == EndRequest::HangUp {
            self.line.shutdown().await?;
            return Ok(Note::HungUp);
        }
        if self.asked {
            self.send(Signal::KILL).await;
            return Ok(Note::Killed);
        }
        self.asked = true;
        self.send(if asked == EndRequest::Interrupt { Signal::INT } else { Signal::TERM }).await;
        Ok(Note::Forwarded)
    }

    /// Has the keeper send the command a signal. Where that is not possible, the command has ended.
    async fn send(&mut self, signal: Signal) {
        let number = u8::try_from(signal.as_raw()).expect("signals are small numbers");
        let _ = self.line.write_all(&[number]).await;
    }

    /// Waits until it has ended. Cancel safe.
    ///
    /// # Errors
    ///
    /// The system does not say how it ended.
    pub(in crate::serve) async fn ended(&mut self) -> io::Result<Exit> {
        loop {
            let mut stopped_by = [0];
            tokio::select! {
                status = self.keeper.wait() => {
                    let status = status?;
                    if status.code().is_none() {
                        // Nobody keeps the command any more. If it has ended, too, there is no such group.
                        let _ = kill_process_group(self.group, Signal::KILL);
                    }
                    return Ok(exit_of(status));
                }
                read = self.line.read(&mut stopped_by), if self.is_heard => match read {
                    Ok(1) => self.stop(stopped_by[0].into()),
                    // The keeper is about to end.
                    _ => self.is_heard = false,
                },
                _ = self.continued.recv() => {
                    if let Some(terminal) = &self.terminal {
                        terminal.resume(self.group);
                    }
                }
            }
        }
    }

    /// The command was stopped by Ctrl-Z, or because it used a terminal that is not its own. Whoever has started the
    /// server should notice, as if it were one job.
    fn stop(&self, signal: i32) {
        let Some(terminal) = &self.terminal else { return };
        let has_used = [Signal::TTIN, Signal::TTOU].iter().any(|of| of.as_raw() == signal);
        if has_used && terminal.is_ours(self.group) {
            // It has used the terminal a moment before it was given to it.
            terminal.resume(self.group);
        } else if has_used || signal == Signal::TSTP.as_raw() {
            terminal.stop(self.group);
        }
    }
}

/// The process that should keep a command.
fn keeper(command: &[OsString], started: &StartedServer<'_>) -> io::Result<Command> {
    let mut keeper = Command::new(env::current_exe()?);
    // What a terminal or another program sends to the group of the server does not end the keeper.
    keeper.arg(KEEP).arg("--").args(command).envs(environment(started)).process_group(0);
    Ok(keeper)
}

/// Sends a file, which is the command's standard input.
fn hand_over(stdin: BorrowedFd<'_>, line: &StdUnixStream) -> io::Result<()> {
    let files = [stdin];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let fits = control.push(SendAncillaryMessage::ScmRights(&files));
    debug_assert!(fits, "there is room for one file");
    sendmsg(line, &[IoSlice::new(&[STDIN])], &mut control, SendFlags::empty())?;
    Ok(())
}
