//! The frames that go out over a socket, each as its disturbances left it.

use std::collections::VecDeque;

use crate::frame::Frame;
use crate::server::disturber::{DisturbedSocket, Fate, Message};
use crate::server::queues::Queue;
use crate::time::Time;

/// The frames of a queue in the order in which they arrive.
#[derive(Debug)]
pub(super) struct Outgoing<'a> {
    queue: Queue,
    disturbed: Option<&'a DisturbedSocket<'a>>,
    /// Those that were asked about and go out next: two at most, and one that waits to be overtaken.
    next: VecDeque<Frame>,
    overtaken: Option<Frame>,
    /// Until when they wait.
    held: Option<Time>,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(queue: Queue, disturbed: Option<&'a DisturbedSocket<'a>>) -> Self {
        Self { queue, disturbed, next: VecDeque::new(), overtaken: None, held: None }
    }

    /// Waits for the next frame; `None` after the last one. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        let Some(disturbed) = self.disturbed else { return self.queue.next().await };
        loop {
            if let Some(due) = self.held {
                disturbed.until(due).await;
                self.held = None;
            }
            if let Some(frame) = self.next.pop_front() {
                return Some(frame);
            }
            match self.queue.next().await {
                Some(frame) => self.ask(disturbed, frame),
                // What nothing has overtaken goes out last.
                None => return self.overtaken.take(),
            }
        }
    }

    fn ask(&mut self, disturbed: &DisturbedSocket<'_>, frame: Frame) {
        let fate = disturbed.meet(Message::Frame);
        let before = self.overtaken.take();
        match fate {
            Fate::Lost | Fate::Fails => {}
            Fate::Overtaken => self.overtaken = Some(frame),
            Fate::Twice => self.next.extend([frame.clone(), frame]),
            Fate::Late(by) => {
                self.held = Some(disturbed.due(by));
                self.next.push_back(frame);
            }
            Fate::Arrives | Fate::Answered(_) => self.next.push_back(frame),
        }
        self.next.extend(before);
    }
}
