//! Why there is no server.

use std::io;
use std::net::SocketAddr;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address; with port 0, any port of it.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// A thread or a runtime cannot be had, or REST does not answer.
    #[error("cannot run a server: {0}")]
    Run(#[source] io::Error),
}
