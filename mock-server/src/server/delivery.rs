//! What becomes of answers that do not go out at once.

use std::net::IpAddr;
use std::time::Duration;

use http::Request;

use super::shared::Shared;
use crate::journal::{Refusal, Refused};
use crate::platform::Platform;
use crate::time::Time;

/// When a request came, and the number of its record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Came {
    pub(crate) time: Time,
    pub(crate) seq: u64,
}

impl Came {
    /// That of the request which the platform has just answered: its record is the newest. A preflight has none, nor does
    /// anything delay it.
    pub(crate) fn newest(platform: &Platform, time: Time) -> Self {
        Self { time, seq: platform.journal().next_seq().saturating_sub(1) }
    }
}

/// An answer that is held, or that never comes. Whoever drops it without a word has lost its client.
#[derive(Debug)]
pub(crate) struct Undelivered<'a> {
    shared: &'a Shared,
    /// The number of its request's record, until it is known what became of it.
    seq: Option<u64>,
}

impl<'a> Undelivered<'a> {
    pub(crate) const fn new(shared: &'a Shared, seq: u64) -> Self {
        Self { shared, seq: Some(seq) }
    }

    /// It goes out now.
    pub(crate) fn sent(mut self) {
        if let Some(seq) = self.seq.take() {
            self.shared.act(|platform, now| platform.handle_sent(now, seq));
        }
    }

    /// The same; what was held for no time has been told so already.
    pub(crate) fn sent_after(self, delay: Duration) {
        if delay.is_zero() { self.never() } else { self.sent() }
    }

    /// Nothing more will be known of it.
    pub(crate) fn never(mut self) {
        self.seq = None;
    }

    /// The client has left.
    pub(crate) fn left(&mut self) {
        if let Some(seq) = self.seq.take() {
            self.shared.act(|platform, now| platform.handle_left(now, seq));
        }
    }
}

impl Drop for Undelivered<'_> {
    fn drop(&mut self) {
        self.left();
    }
}

impl Shared {
    /// Tells the platform's journal of something that was refused below it. `request` is its head, if there is one.
    pub(crate) fn refused<B>(
        &self,
        what: Refused,
        peer: Option<IpAddr>,
        detail: Option<String>,
        request: Option<&Request<B>>,
    ) {
        let refusal = Refusal { what, status: what.status(), peer, detail };
        self.act(|platform, now| platform.handle_refused(now, refusal, request));
    }
}
