//! What a connection holds, and how long its end may take, whichever server it belongs to.

use std::time::Duration;

use crate::limits::Limits;

/// Limits of every server that nobody needs to change.
impl Limits {
    /// Bytes that a client may send behind its handshake before that is answered. More has to wait.
    pub const EARLY_BYTES: usize = 16 * 1024;
    /// Bytes that wait for the sockets of one user. Beyond it the socket for which the most waits is cut.
    pub const USER_QUEUED_BYTES: usize = 64 * 1024 * 1024;
    /// Bytes that wait for all sockets. Beyond it the user for whom the most waits loses the socket for which the most waits.
    pub const ALL_QUEUED_BYTES: usize = 256 * 1024 * 1024;
    /// How long an end waits for the client: to read what was sent before, to answer a close frame, to close.
    pub const LINGER: Duration = Duration::from_secs(1);
    /// How long a connection is kept whose client sends nothing more and waits for no answer.
    pub const HALF_CLOSED: Duration = Duration::from_secs(5);
    /// How often those who wait for it look whether nothing is under way any more.
    pub const IDLE_LOOK: Duration = Duration::from_millis(5);
    /// How long a connection that is cut, or loses its server, may take to send what was sent to it before.
    pub const LAST_WORDS: Duration = Duration::from_millis(100);
}
