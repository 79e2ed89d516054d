//! What the platform asks its owner for.

use crate::frame::Frame;
use crate::ids::SocketId;

/// An effect that the platform asks its owner for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send a frame to the client.
    Send {
        /// The socket.
        socket: SocketId,
        /// The frame.
        frame: Frame,
    },
    /// Send a close frame, then end the connection. The platform has forgotten the socket: what is still heard of it is
    /// ignored.
    Close {
        /// The socket.
        socket: SocketId,
        /// The close code; 1005 for a close frame without one.
        code: u16,
        /// The reason, at most 123 bytes; empty with 1005.
        reason: String,
    },
    /// End the connection without a close frame, at once; if its handshake is still on the way, that fails. The
    /// platform has forgotten the socket.
    Cut {
        /// The socket.
        socket: SocketId,
    },
}

impl Output {
    /// The length of what is sent.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Send { frame, .. } => frame.len(),
            Self::Close { reason, .. } => reason.len(),
            Self::Cut { .. } => 0,
        }
    }
}
