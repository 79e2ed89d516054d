//! What a server says while it runs, to somebody who may read slowly, or not at all.

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::accounts::AccountsFileError;
use super::behaviour::{BehaviourError, EndedScript};
use crate::schedule::Disturbance;

/// Notes that nobody has written yet. Beyond that they are left out, and counted.
const WAITING: usize = 256;

/// What a server has to say while it runs.
#[derive(Debug)]
pub enum Note {
    /// The script has printed a line.
    Printed(String),
    /// The script has not come to its first wait in time, and the server starts without waiting for it.
    NotSetUp,
    /// The script has ended.
    Ended(EndedScript),
    /// The script has changed, and runs again.
    ScriptChanged,
    /// The platform was reset, and the script begins again.
    ScriptAfterReset,
    /// The script has changed, and cannot be read; the old one goes on.
    ScriptUnreadable(BehaviourError),
    /// The file of users has changed, and how many users the platform has now.
    Users(usize),
    /// The file of users is broken; the old ones stay.
    UsersBroken(AccountsFileError),
    /// A user of the file cannot be had.
    UserRefused(String),
    /// A request has come: its line.
    Request(String),
    /// Browsers refuse to use the port.
    RefusedPort(u16),
    /// A signal has come, and the command has been told.
    Forwarded,
    /// A second signal has come, and the command has been killed.
    Killed,
    /// The terminal is closed, and the command is being ended.
    HungUp,
    /// The server ends, and this has not gone wrong: its moment did not come.
    NotReached(Disturbance),
    /// So many notes were left out, since nobody has read them.
    Missed(u64),
}

/// The speaker's end of a queue of notes. Nothing waits for the listener: a server must notice signals and the end of
/// its command, even if nobody reads what it says. When the listener is gone, notes go nowhere.
#[derive(Debug)]
pub struct Notes {
    queue: mpsc::Sender<Note>,
    missed: u64,
}

impl Notes {
    /// A queue, and its listener's end.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<Note>) {
        let (queue, heard) = mpsc::channel(WAITING);
        (Self { queue, missed: 0 }, heard)
    }

    pub(super) fn say(&mut self, note: Note) {
        if self.missed > 0 && self.queue.try_send(Note::Missed(self.missed)).is_ok() {
            self.missed = 0;
        }
        if let Err(TrySendError::Full(_)) = self.queue.try_send(note) {
            self.missed += 1;
        }
    }

    /// Waits until there is room for a note, or no listener. Cancel safe.
    pub(super) async fn room(&self) {
        // Where there is no listener, there is room for everything.
        let _ = self.queue.reserve().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(note: Note) -> String {
        match note {
            Note::Printed(line) => line,
            Note::Missed(count) => format!("missed {count}"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_nobody_reads_is_bounded_and_counted() {
        let (mut notes, mut heard) = Notes::new();
        for number in 0..WAITING + 7 {
            notes.say(Note::Printed(number.to_string()));
        }
        assert_eq!(heard.len(), WAITING);
        for number in 0..3 {
            assert_eq!(shown(heard.recv().await.unwrap()), number.to_string());
        }
        notes.room().await;
        notes.say(Note::Printed("there is room again".into()));
        drop(notes);
        let mut last = Vec::new();
        while let Some(note) = heard.recv().await {
            last.push(shown(note));
        }
        assert_eq!(last[WAITING - 3..], ["missed 7", "there is room again"]);
    }

    #[tokio::test]
    async fn without_a_listener_notes_go_nowhere() {
        let (mut notes, heard) = Notes::new();
        drop(heard);
        for _ in 0..=WAITING {
            notes.room().await;
            notes.say(Note::Forwarded);
        }
        assert_eq!(notes.missed, 0);
    }
}
