//! What has come to a server, or has to go out, and is not done yet; and the moment when nothing is.

use std::fmt;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::clock::Clock;
use super::exchanges::HeldAnswer;
use super::shared::Shared;
use crate::limits::Limits;

/// What has come to a server, or has to go out, and is not done yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnderWay {
    /// Requests and handshakes that are being answered. Those that are never answered are left out, and so are those that a
    /// manual clock holds.
    pub requests: usize,
    /// Connections that the platform has ended, and that still say so to their clients.
    pub sockets: usize,
    /// Bytes that wait for sockets.
    pub bytes: usize,
}

impl UnderWay {
    /// Whether it is nothing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.requests == 0 && self.sockets == 0 && self.bytes == 0
    }
}

impl fmt::Display for UnderWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, sockets, bytes } = self;
        write!(f, "{requests} requests, {sockets} sockets that end, {bytes} bytes for sockets")
    }
}

impl Shared {
    /// What has come, or has to go out, and is not done yet.
    pub(crate) fn under_way(&self) -> UnderWay {
        let (sockets, bytes, now) = self.ending();
        // What a manual clock holds does not come by itself; with the real one it does.
        let is_real = matches!(self.clock(), Clock::Real { .. });
        let is_held = |answer: &HeldAnswer| answer.due.is_none_or(|due| !is_real && now < due);
        UnderWay { requests: self.exchanges().going_on(is_held), sockets, bytes }
    }

    /// Waits until nothing is `under_way`, and, for as long as `quiet`, nothing has happened at the platform.
    pub(crate) async fn idle(&self, quiet: Duration, is_under_way: impl Fn() -> bool) {
        loop {
            while is_under_way() {
                sleep(Limits::IDLE_LOOK).await;
            }
            let seq = self.next_seq();
            let stir = async {
                while !is_under_way() && self.next_seq() == seq {
                    sleep(Limits::IDLE_LOOK).await;
                }
            };
            if quiet.is_zero() || timeout(quiet, stir).await.is_err() {
                return;
            }
        }
    }

    fn next_seq(&self) -> u64 {
        self.look(|platform| platform.journal().next_seq())
    }
}
