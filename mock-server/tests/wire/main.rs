//! `MockKandy` as its clients meet it, over real sockets.
#![expect(clippy::unwrap_used, reason = "what a test does not expect fails it")]

mod controls;
mod dialects;
mod faults;
mod notifications;
mod opening;
mod peer;
mod rest;
mod serving;
mod support;
mod watching;
