//! What every server of the platform shares: the platform behind its lock, its clock, its listeners and its sockets.

#[cfg(feature = "front")]
pub(crate) mod advanced;
pub(crate) mod clock;
pub(crate) mod delivery;
pub(crate) mod disturber;
pub(crate) mod error;
pub(crate) mod exchanges;
pub(crate) mod handshake;
pub(crate) mod idle;
mod limits;
pub(crate) mod listen;
pub(crate) mod queues;
#[cfg(feature = "front")]
pub(crate) mod renewals;
pub(crate) mod shared;
pub(crate) mod stream;
pub(crate) mod watch;
pub(crate) mod websocket;
