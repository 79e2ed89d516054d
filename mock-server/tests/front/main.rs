//! `Front` as its clients meet it, over real sockets.
#![expect(clippy::unwrap_used, reason = "what a test does not expect fails it")]

mod ending;
#[path = "../wire/peer.rs"]
mod peer;
mod platform;
mod support;
