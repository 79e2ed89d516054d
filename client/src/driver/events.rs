//! Events for whoever would rather wait for them than be called.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use futures_util::Stream;
use thiserror::Error;

use super::listener::known_event;
use crate::event::Event;
use crate::io::Task;

/// How many events a reader may be behind.
const KEPT: usize = 1_024;

/// What a client tells its readers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Heard {
    /// An event, as listeners get it.
    Event(Event),
    /// A task inside the SDK died, which no listener hears of.
    Crash(Task),
    /// The reader was too slow: this many events since the last one that it read are lost.
    Lagged(u64),
}

/// Why an event can no longer be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Missed {
    /// The reader was too slow; the event may be among those lost.
    #[error("{0} events were lost because they were not read in time")]
    Lagged(u64),
    /// The client was destroyed or dropped, or its runtime has ended.
    #[error("the client has ended")]
    Ended,
}

/// The events of a client from the moment of [`Kandy::events`](super::Kandy::events) on.
///
/// A reader never holds up the client: it may be 1,024 events behind, then the oldest are dropped and
/// [`Heard::Lagged`] stands in their place. It ends when the client is destroyed, or its last handle dropped.
#[derive(Debug)]
#[must_use = "events that nobody reads are lost"]
pub struct Events {
    queue: Arc<Queue>,
}

/// The client's side of [`Events`]. Dropped, it ends them.
#[derive(Debug, Default)]
pub(super) struct Readers {
    queues: Vec<Arc<Queue>>,
}

/// What one reader has yet to read.
#[derive(Debug, Default)]
pub(super) struct Queue(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    heard: VecDeque<Heard>,
    lost: u64,
    ended: bool,
    reader: Option<Waker>,
}

impl Events {
    /// The next thing that happens; `None` when nothing more will.
    pub async fn next(&mut self) -> Option<Heard> {
        std::future::poll_fn(|context| self.queue.poll(context)).await
    }

    /// Waits for the next event of this name, skipping others. The next wait goes on from there, so that no event is
    /// missed between two waits.
    ///
    /// # Errors
    ///
    /// [`Missed`] if the event can no longer come, or may be lost.
    ///
    /// # Panics
    ///
    /// If no event has this name: see [`EVENT_NAMES`](crate::EVENT_NAMES).
    pub async fn wait_for(&mut self, event: &str) -> Result<Event, Missed> {
        let name = known_event(event).unwrap_or_else(|error| panic!("{error}"));
        loop {
            match self.next().await {
                Some(Heard::Event(event)) if event.name() == name => return Ok(event),
                Some(Heard::Event(_) | Heard::Crash(_)) => {}
                Some(Heard::Lagged(lost)) => return Err(Missed::Lagged(lost)),
                None => return Err(Missed::Ended),
            }
        }
    }
}

impl Stream for Events {
    type Item = Heard;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Heard>> {
        self.queue.poll(context)
    }
}

impl Readers {
    pub(super) fn add(&mut self) -> Events {
        self.forget_dropped();
        let queue = Arc::new(Queue::default());
        self.queues.push(Arc::clone(&queue));
        Events { queue }
    }

    /// Where to push what all readers should hear; pushing wakes them, and wakers are foreign code.
    pub(super) fn queues(&mut self) -> Vec<Arc<Queue>> {
        self.forget_dropped();
        self.queues.clone()
    }

    fn forget_dropped(&mut self) {
        self.queues.retain(|queue| Arc::strong_count(queue) > 1);
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        for queue in &self.queues {
            queue.change(|waiting| waiting.ended = true);
        }
    }
}

impl Queue {
    pub(super) fn push(&self, heard: Heard) {
        self.change(|waiting| {
            if waiting.heard.len() == KEPT {
                waiting.heard.pop_front();
                waiting.lost += 1;
            }
            waiting.heard.push_back(heard);
        });
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().expect("nothing panics under this lock")
    }

    /// Changes the queue, then wakes the reader, whose waker is foreign code, without the lock.
    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        let reader = {
            let mut waiting = self.lock();
            change(&mut waiting);
            waiting.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Heard>> {
        let mut waiting = self.lock();
        if waiting.lost > 0 {
            return Poll::Ready(Some(Heard::Lagged(std::mem::take(&mut waiting.lost))));
        }
        match waiting.heard.pop_front() {
            Some(heard) => Poll::Ready(Some(heard)),
            None if waiting.ended => Poll::Ready(None),
            None => {
                waiting.reader = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(events: &mut Events) -> Option<Option<Heard>> {
        match events.queue.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(heard) => Some(heard),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_slow_reader_loses_the_oldest_and_is_told() {
        let mut readers = Readers::default();
        let mut events = readers.add();
        for number in 0..KEPT as u32 + 3 {
            readers.queues[0].push(Heard::Event(Event::Resubscribed { attempt_num: number, error: None }));
        }
        assert_eq!(take(&mut events), Some(Some(Heard::Lagged(3))));
        let first = Event::Resubscribed { attempt_num: 3, error: None };
        assert_eq!(take(&mut events), Some(Some(Heard::Event(first))));
        drop(readers);
        let rest = std::iter::from_fn(|| take(&mut events).flatten()).count();
        assert_eq!(rest, KEPT - 1);
        assert_eq!(take(&mut events), Some(None));
    }
}
