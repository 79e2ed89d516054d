//! `Front` as its clients meet it, over real sockets.
#![expect(clippy::unwrap_used, reason = "what a test does not expect fails it")]

mod beside;
mod bodies;
mod clock;
mod cors;
mod disturbed;
mod ending;
mod half_closed;
mod limits;
mod listening;
mod once;
#[path = "../wire/peer.rs"]
mod peer;
mod platform;
mod refusals;
mod support;
mod tls;
