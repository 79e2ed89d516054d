//! What a command has started and left behind. On Linux it comes to the keeper, into whatever session it has gone;
//! elsewhere there is nobody who could tell where it is.

use std::collections::BTreeSet;
use std::fs;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpgid, kill_process, waitid};

/// The children of the keeper, but for the command.
pub(super) struct Orphans {
    /// The command, and the group that it leads.
    command: Pid,
    /// Who has got which signal. None gets the same one twice.
    signalled: BTreeSet<(i32, i32)>,
}

impl Orphans {
    pub(super) fn of(command: Pid) -> Self {
        Self { command, signalled: BTreeSet::new() }
    }

    /// Lets go of those that have ended.
    pub(super) fn reap(&self) {
        self.running().for_each(drop);
    }

    /// Lets go of those that have ended, and sends the others a signal. Gives whether there are some. Their own children
    /// become orphans when they end, and are seen then.
    pub(super) fn signal(&mut self, signal: Signal) -> bool {
        let running: Vec<Pid> = self.running().collect();
        for orphan in &running {
            // Who is still in the command's group has got what the group got.
            let is_elsewhere = getpgid(Some(*orphan)).is_ok_and(|group| group != self.command);
            if is_elsewhere && self.signalled.insert((orphan.as_raw_pid(), signal.as_raw())) {
                // It has not been waited for, so its number is its own.
                let _ = kill_process(*orphan, signal);
                let _ = kill_process(*orphan, Signal::CONT);
            }
        }
        !running.is_empty()
    }

    fn running(&self) -> impl Iterator<Item = Pid> {
        let command = self.command;
        children().into_iter().filter(move |child| {
            let has_ended = || waitid(WaitId::Pid(*child), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
            *child != command && has_ended().is_ok_and(|status| status.is_none())
        })
    }
}

/// Makes this process the parent of all that its descendants leave behind. Where the system cannot do that, they stay
/// children of nobody.
pub(super) fn adopt() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// The children of this process, as Linux tells them.
fn children() -> Vec<Pid> {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    let told = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    told.flat_map(|text| text.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)).collect::<Vec<_>>())
        .collect()
}
