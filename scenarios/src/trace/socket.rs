//! What happens to websockets.

use http::StatusCode;

use super::content::Beginning;
use super::rest::Address;

/// How far a handshake is.
#[derive(Clone, Debug, PartialEq)]
pub enum HandshakeStep {
    /// The client asks for a websocket at that address.
    Opens(Address),
    /// It is open.
    Open,
    /// The platform answered with this status.
    Refused(StatusCode),
    /// The connection was reset.
    Reset,
    /// The connection was refused.
    ConnectionRefused,
    /// The platform takes it and says nothing.
    Hang,
    /// No server is at that address.
    NoServer,
    /// It did not open; on real sockets a client is not told why.
    Failed,
}

/// A frame. Whose it is stands in its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameContent {
    /// Text.
    Text(Beginning),
    /// So many bytes; on real sockets a client does not read them.
    Bytes(Option<usize>),
}

/// How a websocket closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Close {
    /// Its client closes it.
    ByClient,
    /// The platform has closed it.
    ByPlatform {
        /// The code.
        code: u16,
        /// The reason, which may be empty; on real sockets a client is not told.
        reason: String,
    },
    /// The connection has ended without a close frame.
    Cut,
}
