//! The terminal that a server and its command share, and the signals that come from it.

use std::fs::{self, File};
use std::io;

use rustix::process::{Pid, Signal, getpgrp, getsid, kill_current_process_group, kill_process_group, setpgid};
use rustix::termios::{tcgetpgrp, tcsetpgrp};
use tokio::signal::unix::{Signal as Heard, SignalKind, signal};

/// The controlling terminal of this process. Its standard streams may lead elsewhere.
#[derive(Debug)]
pub(super) struct Terminal(File);

impl Terminal {
    /// The terminal, if there is one.
    pub(super) fn open() -> Option<Self> {
        File::open("/dev/tty").ok().map(Self)
    }

    fn foreground(&self) -> Option<Pid> {
        tcgetpgrp(&self.0).ok()
    }

    /// Whether the foreground is the group of this process, or `group`.
    pub(super) fn is_ours(&self, group: Pid) -> bool {
        self.foreground().is_some_and(|foreground| foreground == group || foreground == getpgrp())
    }

    /// Makes a group the foreground, if this process is in it. If the group has ended, its keeper is about to say so, and
    /// there is nothing to do.
    pub(super) fn give(&self, group: Pid) {
        if self.foreground() == Some(getpgrp()) {
            let _ = tcsetpgrp(&self.0, group);
        }
    }

    /// Lets a group go on that was stopped: in the foreground, if this process is there.
    pub(super) fn resume(&self, group: Pid) {
        self.give(group);
        let _ = kill_process_group(group, Signal::CONT);
    }

    /// Gives the foreground, if `group` has it, to `owner`. Only a process of the foreground may do so unasked, so this one
    /// joins the group for that, and leaves it.
    pub(super) fn take(&self, group: Pid, owner: Pid) {
        if self.foreground() != Some(group) || setpgid(None, Some(group)).is_err() {
            return;
        }
        // A shell of which the owner was a job has taken it already.
        let _ = tcsetpgrp(&self.0, owner);
        setpgid(None, None).expect("a process that leads no session may lead a group");
    }

    /// Stops the group of this process as Ctrl-Z would. Without a shell that could continue it Ctrl-Z has no effect, so
    /// `group`, which has stopped, goes on.
    pub(super) fn stop(&self, group: Pid) {
        let has_shell = getsid(None).is_ok_and(|session| session != getpgrp());
        let stopped = has_shell && kill_current_process_group(Signal::TSTP).is_ok();
        if !stopped {
            let _ = kill_process_group(group, Signal::CONT);
        }
    }
}

/// Takes a signal from now on, unless this process was started so that it is ignored: `nohup` must keep its effect. Where
/// the system does not say whether it is, the signal does what it does by default.
///
/// # Errors
///
/// The system refuses.
pub(super) fn taken(wanted: Signal) -> io::Result<Option<Heard>> {
    let ignored = fs::read_to_string("/proc/self/status").ok().and_then(|status| ignored(&status));
    let is_free = ignored.is_some_and(|ignored| ignored >> (wanted.as_raw() - 1) & 1 == 0);
    is_free.then(|| signal(SignalKind::from_raw(wanted.as_raw()))).transpose()
}

/// The signals that a process ignores, of what Linux says of it.
fn ignored(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_is_read_of_linux() {
        assert_eq!(ignored("Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n"), Some(0x1001));
        assert_eq!(ignored("Name:\tx\n"), None);
    }
}
