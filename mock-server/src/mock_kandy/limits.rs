//! What a [`MockKandy`](crate::MockKandy) holds, beside what each server and the platform do.

use std::time::Duration;

use crate::limits::Limits;

/// Limits of `MockKandy`. Those that a test may want to change are in its `Options`.
impl Limits {
    /// Bytes of the head of a websocket handshake. Beyond it, or with more than 124 headers: 431.
    pub const HANDSHAKE_BYTES: usize = 16 * 1024;
    /// How long a server may take to answer for the first time.
    pub const START: Duration = Duration::from_secs(10);
    /// REST requests that wiremock keeps, at about 6 KiB each; then they are let go. Not so once `MockKandy::wiremock`
    /// was called: then nothing bounds them.
    pub const KEPT_REQUESTS: usize = 1_000;
    /// How long dropping the server waits for its connections.
    pub const SHUTDOWN: Duration = Duration::from_millis(200);
}
