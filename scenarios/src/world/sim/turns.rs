//! How often a simulated world has moved at one instant, and what it did when that is too often.

use std::collections::VecDeque;
use std::time::Duration;

use crate::text::clip;
use crate::trace::What;
use crate::world::client_side::ClientSide;
use crate::world::link::LinkMessage;
use crate::world::{MAX_TURNS_AT_ONE_INSTANT, TURNS_FOR_EACH_CLIENT, WorldError};

/// How many of the last turns are kept, to tell what a loop does.
const RECENT_TURNS: usize = 24;
/// How many turns before the limit the first of them is kept.
const KEPT_BEFORE_LIMIT: u32 = 100;
/// How many characters of a turn's label are kept: it may quote a frame or an address.
const LABEL_CHARS: usize = 60;

/// How often the world has moved since time last passed.
#[derive(Debug, Default)]
pub(super) struct TurnLimit {
    at_this_instant: u32,
    recent: VecDeque<String>,
}

impl TurnLimit {
    /// Counts a turn at this instant, in a world of so many clients. Its label is only made near the limit, since labels
    /// cost.
    pub(super) fn count(
        &mut self,
        time: Duration,
        clients: usize,
        label: impl FnOnce() -> String,
    ) -> Result<(), WorldError> {
        let clients = u32::try_from(clients).unwrap_or(u32::MAX);
        let limit = MAX_TURNS_AT_ONE_INSTANT.saturating_add(TURNS_FOR_EACH_CLIENT.saturating_mul(clients));
        self.at_this_instant += 1;
        if self.at_this_instant > limit - KEPT_BEFORE_LIMIT {
            self.recent.push_back(clip(label(), LABEL_CHARS).into_owned());
            if self.recent.len() > RECENT_TURNS {
                self.recent.pop_front();
            }
        }
        if self.at_this_instant > limit {
            let turns = one_round(self.recent.make_contiguous());
            return Err(WorldError::Loop { time, limit, turns });
        }
        Ok(())
    }
}

/// A message in a word or two, for the report of a loop.
pub(super) fn label(message: &LinkMessage, client_side: &ClientSide) -> String {
    match message {
        LinkMessage::Request { request, .. } => [request.method().as_str(), request.uri().path()].join(" "),
        LinkMessage::Reply { client, id, answered } => {
            What::Reply { number: client_side.request_number(*client, *id), outcome: answered.outcome() }.text()
        }
        LinkMessage::Socket { client, id, news } => news.record(client_side.socket_number(*client, *id)).text(),
        LinkMessage::Upgrade { .. }
        | LinkMessage::FrameUp { .. }
        | LinkMessage::ClosedByClient { .. }
        | LinkMessage::Opened { .. } => message.kind().to_owned(),
    }
}

/// The turns of one round of a loop: the shortest period with which the last turns repeat.
fn one_round(recent: &[String]) -> Vec<String> {
    let repeats = |period: &usize| recent.iter().rev().zip(recent.iter().rev().skip(*period)).all(|(a, b)| a == b);
    let period = (1..=recent.len() / 2).find(repeats).unwrap_or(recent.len().min(6));
    recent[recent.len() - period..].to_vec()
}
