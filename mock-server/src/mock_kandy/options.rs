//! How a [`MockKandy`](crate::MockKandy) listens, and what it holds.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// How [`MockKandy`] listens, and what it holds; [`MockKandyOptions::default`] is what [`MockKandy::start`] uses.
///
/// [`MockKandy`]: crate::MockKandy
/// [`MockKandy::start`]: crate::MockKandy::start
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MockKandyOptions {
    /// The address of both listeners; by default 127.0.0.1.
    pub address: IpAddr,
    /// The port for REST; by default 0, which is any that is free.
    pub rest_port: u16,
    /// The port for notification channels; by default 0, which is any that is free.
    pub ws_port: u16,
    /// Connections at the port for notification channels, open or in their handshake; one more is reset. By default
    /// 10,000.
    pub max_connections: usize,
    /// How long the head of a handshake may take to arrive; then it gets 408. By default 10 s.
    pub handshake_timeout: Duration,
    /// Bytes that may wait for a client that does not read as fast as it is sent to; one frame may always wait, however long.
    /// With one more frame its socket is cut, and the journal says so ([`MockKandy::queued_bytes`] tells how many wait). By
    /// default 4 MiB, beside what the system buffers.
    ///
    /// [`MockKandy::queued_bytes`]: crate::MockKandy::queued_bytes
    pub queued_bytes: usize,
}

impl Default for MockKandyOptions {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            rest_port: 0,
            ws_port: 0,
            max_connections: 10_000,
            handshake_timeout: Duration::from_secs(10),
            queued_bytes: 4 * 1024 * 1024,
        }
    }
}
