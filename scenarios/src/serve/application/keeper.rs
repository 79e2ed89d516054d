//! The keeper: a process that starts a command for a server, and ends it with all that it has started when the server ends.

use std::ffi::OsString;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, getpgid, getppid, kill_process, kill_process_group,
    test_kill_process_group, waitid,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal as Heard, SignalKind, signal};
use tokio::time::{interval, timeout};

use super::orphans::{Orphans, adopt};
use super::terminal::{Terminal, taken};
use crate::exit_code::Exit;

/// With this byte the standard input of the command comes.
pub(super) const STDIN: u8 = 0;
/// How long a group has to end after SIGTERM, before SIGKILL.
const GRACE: Duration = Duration::from_secs(2);
/// How often it is looked at meanwhile: nobody tells of the end of a group.
const LOOK: Duration = Duration::from_millis(10);

/// What the keeper says first: how the start went, and the group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Begun(pub(super) [u8; 8]);

impl Begun {
    fn new(started: io::Result<Pid>) -> Self {
        let (error, group) = match started {
            Ok(group) => (0, group.as_raw_pid()),
            Err(error) => (error.raw_os_error().unwrap_or(UNKNOWN), 0),
        };
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&error.to_ne_bytes());
        bytes[4..].copy_from_slice(&group.to_ne_bytes());
        Self(bytes)
    }

    /// The group, or why there is none.
    pub(super) fn group(self) -> io::Result<Pid> {
        let number = |from: usize| i32::from_ne_bytes(std::array::from_fn(|at| self.0[from + at]));
        match (number(0), Pid::from_raw(number(4))) {
            (0, Some(group)) => Ok(group),
            (0 | UNKNOWN, _) => Err(io::Error::other("its keeper cannot start it")),
            (error, _) => Err(io::Error::from_raw_os_error(error)),
        }
    }
}

/// An error that is not the system's.
const UNKNOWN: i32 = -1;

/// Keeps a command for the server whose socket is the standard input, and ends as the command has ended.
///
/// # Errors
///
/// It was not started by a server, or the system refuses.
pub(crate) fn keep(command: &[OsString]) -> io::Result<Exit> {
    let line = StdUnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let stdin = receive_stdin(&line)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        line.set_nonblocking(true)?;
        let mut line = UnixStream::from_std(line)?;
        let _unharmed = Unharmed::new()?;
        let changes = signal(SignalKind::child())?;
        adopt();
        let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let owner = getppid().and_then(|server| getpgid(Some(server)).ok());
        let started = Command::new(program).args(arguments).stdin(stdin).process_group(0).spawn();
        let begun = Begun::new(started.as_ref().map(id).map_err(copy));
        // A server that is not there any more is noticed below.
        let _ = line.write_all(&begun.0).await;
        let group = id(&started?);
        RunningCommand { group, owner, orphans: Orphans::of(group), changes, line, ended: None }.run().await
    })
}

/// The standard input of the server; nothing of it is inherited but as the command's own.
fn receive_stdin(line: &StdUnixStream) -> io::Result<Stdio> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0xff];
    recvmsg(line, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::empty())?;
    let files = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(files) => Some(files),
        _ => None,
    });
    let file: Option<OwnedFd> = files.flatten().next();
    let file =
        file.filter(|_| byte == [STDIN]).ok_or_else(|| io::Error::other("`serve` starts this, and nobody else"))?;
    fcntl_setfd(&file, FdFlags::CLOEXEC)?;
    Ok(Stdio::from(file))
}

/// While it is there, signals that mean the server do not end the keeper; those that are ignored stay so for the command.
struct Unharmed(#[expect(dead_code, reason = "listening is enough")] Vec<Heard>);

impl Unharmed {
    fn new() -> io::Result<Self> {
        let signals = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT, Signal::TSTP];
        let taken = signals.into_iter().map(|signal| taken(signal).transpose());
        taken.flatten().collect::<io::Result<_>>().map(Self)
    }
}

fn id(command: &Child) -> Pid {
    Pid::from_child(command)
}

/// An error says the same twice.
fn copy(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// A command that runs, or has ended.
struct RunningCommand {
    /// The command's number, and that of the group which it leads.
    group: Pid,
    /// The group that has the terminal afterwards.
    owner: Option<Pid>,
    /// What the command has started and left, in whatever group.
    orphans: Orphans,
    /// Come when the command has ended, or was stopped.
    changes: Heard,
    line: UnixStream,
    ended: Option<WaitIdStatus>,
}

impl RunningCommand {
    async fn run(mut self) -> io::Result<Exit> {
        loop {
            let mut asked = [0];
            tokio::select! {
                read = self.line.read(&mut asked) => match read {
                    Ok(1) => self.signal(asked[0]),
                    // The server has ended, however that came about.
                    _ => break,
                },
                _ = self.changes.recv() => {
                    if let Some(status) = self.changed(WaitIdOptions::STOPPED)?
                        && let Some(signal) = status.stopping_signal().and_then(|signal| u8::try_from(signal).ok())
                    {
                        // A server that is not there any more is noticed above.
                        let _ = self.line.write_all(&[signal]).await;
                    }
                    // Until it is waited for, its number is nobody else's, and its group is there.
                    if self.changed(WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?.is_some() {
                        break;
                    }
                    self.orphans.reap();
                }
            }
        }
        self.end().await
    }

    /// Sends the command a signal that came from the server.
    fn signal(&self, number: u8) {
        if number == STDIN {
            return;
        }
        match Signal::from_named_raw(number.into()) {
            // What it has started is not asked: it is ended.
            Some(Signal::KILL) => self.signal_group(Signal::KILL),
            // It has not been waited for, so there is one of this number; it may have ended.
            Some(signal) => drop(kill_process(self.group, signal)),
            None => {}
        }
    }

    /// Sends all of the group a signal. It is not an error if nobody is left.
    fn signal_group(&self, signal: Signal) {
        let _ = kill_process_group(self.group, signal);
    }

    fn changed(&self, options: WaitIdOptions) -> io::Result<Option<WaitIdStatus>> {
        match waitid(WaitId::Pid(self.group), options | WaitIdOptions::NOHANG) {
            // Linux does not tell of an ended process whether it was stopped before.
            Err(Errno::CHILD) => Ok(None),
            status => Ok(status?),
        }
    }

    /// Ends whoever is left of the group and of what has left it, and gives how the command has ended.
    async fn end(mut self) -> io::Result<Exit> {
        if let (Some(terminal), Some(owner)) = (Terminal::open(), self.owner) {
            terminal.take(self.group, owner);
        }
        self.signal_group(Signal::TERM);
        // Who is stopped would not end.
        self.signal_group(Signal::CONT);
        if timeout(GRACE, self.until_empty(Signal::TERM)).await.is_err() {
            self.signal_group(Signal::KILL);
            // What the system does not end now, it may never end.
            let _ = timeout(GRACE, self.until_empty(Signal::KILL)).await;
        }
        let status = match self.ended.take() {
            Some(status) => status,
            None => loop {
                if let Some(status) = waitid(WaitId::Pid(self.group), WaitIdOptions::EXITED)? {
                    break status;
                }
            },
        };
        Ok(exit_of(&status))
    }

    /// Waits until nobody is left; `signal` is for those who have left the group.
    async fn until_empty(&mut self, signal: Signal) -> io::Result<()> {
        let mut look = interval(LOOK);
        loop {
            if self.ended.is_none() {
                self.ended = self.changed(WaitIdOptions::EXITED)?;
            }
            let is_left = self.orphans.signal(signal);
            if self.ended.is_some() && !is_left && test_kill_process_group(self.group).is_err() {
                return Ok(());
            }
            look.tick().await;
        }
    }
}

/// As shells tell it: 128 and the number of the signal.
fn exit_of(status: &WaitIdStatus) -> Exit {
    let code = status.exit_status().or_else(|| status.terminating_signal().map(|signal| 128 + signal));
    Exit::OfCommand(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}
