//! What becomes of answers that do not go out at once.

use std::net::IpAddr;

use http::Request;

use super::exchanges::ServedExchange;
use super::shared::Shared;
use crate::journal::{Refusal, Refused};

/// An answer that is held, or that never comes. If it is dropped without being told, its client has left.
#[derive(Debug)]
pub(crate) struct Undelivered<'a> {
    shared: &'a Shared,
    /// The number of its request's record, until it is known what became of it.
    seq: Option<u64>,
}

impl<'a> Undelivered<'a> {
    /// That of an exchange; one that is not held has gone out already, as its record says.
    pub(crate) const fn new(shared: &'a Shared, exchange: &ServedExchange) -> Self {
        Self { shared, seq: exchange.held() }
    }

    /// It goes out now.
    pub(crate) fn sent(mut self) {
        if let Some(seq) = self.seq.take() {
            self.shared.act(|platform, now| platform.handle_sent(now, seq));
        }
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
