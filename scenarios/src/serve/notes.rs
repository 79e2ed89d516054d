//! What a server says while it runs, to somebody who may read slowly, or not at all.

use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::accounts::FileError;
use super::behaviour::Ended;

/// Notes on their way to whoever writes them.
const ON_THE_WAY: usize = 64;
/// Notes that wait to be on their way. Beyond it they are left out, and counted.
const MOST_WAITING: usize = 1_000;
/// How long the end waits for notes to be on their way.
const LAST_NOTES: Duration = Duration::from_millis(250);

/// What a server has to say while it runs.
#[derive(Debug)]
pub enum Note {
    /// The script has printed a line.
    Printed(String),
    /// The script has ended.
    Ended(Ended),
    /// The file of users has changed, and how many users the platform has now.
    Users(usize),
    /// The file of users is broken; the old ones stay.
    UsersBroken(FileError),
    /// A user of the file cannot be had.
    UserRefused(String),
    /// A signal has come, and the command has been told.
    Forwarded,
    /// A second signal has come, and the command has been killed.
    Killed,
    /// So many notes were left out, since nobody has read them.
    Missed(u64),
}

/// The speaker's end of a queue of notes. Nothing that is said waits for its listener: a server has to hear signals, and
/// its command's end, also where nobody reads what it says. When the listener is gone, notes go nowhere.
#[derive(Debug)]
pub struct Notes {
    on_the_way: mpsc::Sender<Note>,
    waiting: VecDeque<Note>,
    missed: u64,
}

impl Notes {
    /// A queue, and its listener's end.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<Note>) {
        let (on_the_way, heard) = mpsc::channel(ON_THE_WAY);
        (Self { on_the_way, waiting: VecDeque::new(), missed: 0 }, heard)
    }

    pub(super) fn say(&mut self, note: Note) {
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(note);
        } else {
            self.missed += 1;
        }
    }

    /// Whether nothing waits: else a script that prints may wait as well.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Sends the next note on its way as soon as there is room. Cancel safe; it never ends where nothing waits.
    pub(super) async fn send(&mut self) {
        if self.waiting.is_empty() {
            pending::<()>().await;
        }
        match self.on_the_way.reserve().await {
            Ok(room) => {
                if let Some(note) = self.waiting.pop_front() {
                    room.send(note);
                }
                if self.waiting.is_empty() && self.missed > 0 {
                    self.waiting.push_back(Note::Missed(std::mem::take(&mut self.missed)));
                }
            }
            Err(_) => {
                self.waiting.clear();
                self.missed = 0;
            }
        }
    }

    /// Sends what waits, for as long as an end may wait for that.
    pub(super) async fn finish(mut self) {
        let all = async {
            while !self.waiting.is_empty() {
                self.send().await;
            }
        };
        // What nobody reads is not waited for.
        let _ = timeout(LAST_NOTES, all).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(note: Note) -> String {
        match note {
            Note::Printed(line) => line,
            Note::Missed(count) => format!("missed {count}"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn notes_arrive_in_their_order() {
        let (mut notes, mut heard) = Notes::new();
        notes.say(Note::Printed("1".into()));
        notes.say(Note::Printed("2".into()));
        assert!(!notes.has_room());
        notes.finish().await;
        assert_eq!(printed(heard.recv().await.unwrap()), "1");
        assert_eq!(printed(heard.recv().await.unwrap()), "2");
        assert!(heard.recv().await.is_none());
    }

    #[tokio::test]
    async fn what_nobody_reads_is_bounded_and_counted_and_not_waited_for() {
        let (mut notes, mut heard) = Notes::new();
        for number in 0..MOST_WAITING + 7 {
            notes.say(Note::Printed(number.to_string()));
        }
        let mut last = String::new();
        for _ in 0..=MOST_WAITING {
            notes.send().await;
            last = printed(heard.recv().await.unwrap());
        }
        assert_eq!(last, "missed 7");
        assert!(notes.has_room());

        for number in 0..2 * ON_THE_WAY {
            notes.say(Note::Printed(number.to_string()));
        }
        notes.finish().await;
        assert_eq!(heard.len(), ON_THE_WAY);
    }

    #[tokio::test]
    async fn without_a_listener_notes_go_nowhere() {
        let (mut notes, heard) = Notes::new();
        drop(heard);
        notes.say(Note::Forwarded);
        notes.send().await;
        assert!(notes.has_room());
    }
}
