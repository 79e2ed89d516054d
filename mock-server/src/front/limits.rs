//! What a client can do to a [`Front`](super::Front) at most.

use std::time::Duration;

use crate::limits::{Limits, PlatformLimits};
use crate::server::queues::QueueLimits;

/// The limits of a [`Front`](super::Front), and what a client gets at each. Times are real ones, also with a manual clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontLimits {
    /// Bytes of a request's head; beyond them, or with more than 100 headers: 431, and the connection ends. By default
    /// 16 KiB.
    pub header_bytes: usize,
    /// How long a request's head may take to arrive, from when the connection is free for it: 408 to a part of one, and
    /// the connection ends. So an idle connection ends after that time too. By default 30 s.
    pub header_time: Duration,
    /// Bytes of a request's body: 413, and the connection ends. By default [`Limits::BODY_BYTES`].
    pub body_bytes: usize,
    /// How long a request's body may take to arrive, from when it is read: 408, and the connection ends. By default
    /// 30 s.
    pub body_time: Duration,
    /// How long an answer may wait without any of it being taken, once the system buffers no more: the connection is
    /// reset. By default 30 s.
    pub write_time: Duration,
    /// Bytes of a message on a notification channel. One from a client that is longer: 1009; one to a client is refused.
    /// By default [`Limits::FRAME_BYTES`].
    pub frame_bytes: usize,
    /// Connections at once, whatever they are for; one more is reset. By default 10,000.
    pub connections: usize,
    /// Requests over one connection; the last one is answered with `Connection: close`. By default 10,000.
    pub requests_per_connection: usize,
    /// Bytes that may wait for a client that does not read as fast as it is sent to, beside what the system buffers; one
    /// frame may always wait, however long. With one more frame its socket is cut. By default 4 MiB.
    pub queued_bytes: usize,
    /// Bytes that may wait for all sockets of one user. Beyond it the socket for which the most waits is cut. By default
    /// [`Limits::USER_QUEUED_BYTES`].
    pub user_queued_bytes: usize,
    /// Bytes that may wait for all sockets. Beyond it the user for whom the most waits loses the socket for which the most
    /// waits. By default [`Limits::ALL_QUEUED_BYTES`].
    pub all_queued_bytes: usize,
    /// How long a TLS handshake may take; then the connection ends. By default 10 s.
    pub tls_time: Duration,
    /// Records in the journal; the oldest are dropped, and counted. By default [`Limits::JOURNAL_RECORDS`].
    pub journal_records: usize,
    /// Bytes of the records in the journal; the oldest are dropped, and counted. By default [`Limits::JOURNAL_BYTES`].
    pub journal_bytes: usize,
    /// Logins of one user, with what is refreshed from them. By default [`Limits::USER_GRANTS`].
    pub user_logins: usize,
    /// Live subscriptions of one user. By default [`Limits::USER_SUBSCRIPTIONS`].
    pub user_subscriptions: usize,
    /// Sockets of one user. By default [`Limits::USER_SOCKETS`].
    pub user_sockets: usize,
    /// The longest life of tokens and subscriptions that a client asks for. By default [`Limits::LIFETIME`].
    pub lifetime: Duration,
}

impl Default for FrontLimits {
    fn default() -> Self {
        Self {
            header_bytes: 16 * 1024,
            header_time: Duration::from_secs(30),
            body_bytes: Limits::BODY_BYTES,
            body_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            frame_bytes: Limits::FRAME_BYTES,
            connections: 10_000,
            requests_per_connection: 10_000,
            queued_bytes: 4 * 1024 * 1024,
            user_queued_bytes: Limits::USER_QUEUED_BYTES,
            all_queued_bytes: Limits::ALL_QUEUED_BYTES,
            tls_time: Duration::from_secs(10),
            journal_records: Limits::JOURNAL_RECORDS,
            journal_bytes: Limits::JOURNAL_BYTES,
            user_logins: Limits::USER_GRANTS,
            user_subscriptions: Limits::USER_SUBSCRIPTIONS,
            user_sockets: Limits::USER_SOCKETS,
            lifetime: Limits::LIFETIME,
        }
    }
}

impl FrontLimits {
    pub(super) const fn of_queues(&self) -> QueueLimits {
        QueueLimits { socket: self.queued_bytes, user: self.user_queued_bytes, all: self.all_queued_bytes }
    }

    /// Those that the platform itself holds.
    pub(super) const fn of_platform(&self) -> PlatformLimits {
        let Self { body_bytes, frame_bytes, journal_records, journal_bytes, .. } = *self;
        let Self { user_logins: user_grants, user_subscriptions, user_sockets, lifetime, .. } = *self;
        PlatformLimits {
            body_bytes,
            frame_bytes,
            journal_records,
            journal_bytes,
            user_grants,
            user_subscriptions,
            user_sockets,
            lifetime,
        }
    }
}

/// Limits of `Front` that nobody needs to change.
impl Limits {
    /// How many free ports are tried until one is free on both loopback addresses.
    pub const PORT_TRIES: usize = 64;
    /// How long requests that are being answered have when the server ends.
    pub const GRACE: Duration = Duration::from_millis(900);
}
