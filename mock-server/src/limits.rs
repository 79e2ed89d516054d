//! How much the platform holds. Beyond a limit it refuses aloud: with an error, or with a 413, 414 or 503 answer.

use std::time::Duration;

/// The platform's limits. None is meant to be reached by an honest scenario. All are constants but those of which
/// [`PlatformLimits`] says so.
#[derive(Clone, Copy, Debug)]
pub struct Limits;

/// The limits of a platform that may be others than the constants of [`Limits`], which they are by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlatformLimits {
    /// Bytes of a request's body: [`Limits::BODY_BYTES`].
    pub body_bytes: usize,
    /// Bytes of one frame, from a client or to one: [`Limits::FRAME_BYTES`].
    pub frame_bytes: usize,
    /// Records in the journal, at least one: [`Limits::JOURNAL_RECORDS`].
    pub journal_records: usize,
    /// Bytes of the records in the journal: [`Limits::JOURNAL_BYTES`].
    pub journal_bytes: usize,
    /// Grants of one user: [`Limits::USER_GRANTS`].
    pub user_grants: usize,
    /// Live subscriptions of one user: [`Limits::USER_SUBSCRIPTIONS`].
    pub user_subscriptions: usize,
    /// Sockets of one user: [`Limits::USER_SOCKETS`].
    pub user_sockets: usize,
    /// How long the tokens and subscriptions live for which a client asks, at most: [`Limits::LIFETIME`]. What commands
    /// grant may live longer.
    pub lifetime: Duration,
}

impl Default for PlatformLimits {
    fn default() -> Self {
        Self {
            body_bytes: Limits::BODY_BYTES,
            frame_bytes: Limits::FRAME_BYTES,
            journal_records: Limits::JOURNAL_RECORDS,
            journal_bytes: Limits::JOURNAL_BYTES,
            user_grants: Limits::USER_GRANTS,
            user_subscriptions: Limits::USER_SUBSCRIPTIONS,
            user_sockets: Limits::USER_SOCKETS,
            lifetime: Limits::LIFETIME,
        }
    }
}

impl Limits {
    /// Accounts. Beyond it one whose name a client made up ([`Platform::set_any_user`](crate::Platform::set_any_user)) makes room:
    /// of those with neither a subscription nor a socket, the one not used for longest. If there is none: 503.
    pub const USERS: usize = 20_000;
    /// How many of such accounts are looked at before there is none.
    pub const MADE_UP_LOOKS: usize = 64;
    /// Bytes of a user's name, of a password, of a token that a command gives, of a user's services as a list, and of a
    /// subscription's correlator. A client that asks for a longer one of the last two gets 413.
    pub const TEXT_BYTES: usize = 4 * 1024;
    /// Grants: one for each login, and what was refreshed from it. Beyond it the user who has the most loses one, or, if nobody
    /// has more than one: 503. Subscriptions and sockets are treated alike.
    pub const GRANTS: usize = 100_000;
    /// Grants of one user. Beyond it the one that has ended first goes, else the one whose tokens were not used for longest.
    pub const USER_GRANTS: usize = 1_000;
    /// Bytes of the tokens that commands have given, together.
    pub const GIVEN_TOKEN_BYTES: usize = 16 * 1024 * 1024;
    /// Tokens that one grant keeps beside its first ones; the oldest of them are forgotten.
    pub const TOKENS_PER_GRANT: usize = 32;
    /// Live subscriptions.
    pub const SUBSCRIPTIONS: usize = 20_000;
    /// Live subscriptions of one user. Beyond it the one that was not renewed, and had no socket opened, for longest ends.
    pub const USER_SUBSCRIPTIONS: usize = 1_000;
    /// Calls on the channel of one anonymous subscription. Beyond it: 503.
    pub const CALLS: usize = 64;
    /// Services that one channel of CPaaS is for. Beyond it: 503.
    pub const CHANNEL_SERVICES: usize = 64;
    /// Presence lists of one user. Beyond it: 503.
    pub const PRESENCE_LISTS: usize = 16;
    /// Sockets, open and opening.
    pub const SOCKETS: usize = 20_000;
    /// Sockets of one user. Beyond it the one that was silent for longest is cut.
    pub const USER_SOCKETS: usize = 1_000;
    /// How long what a client asks for lives at most: a day.
    pub const LIFETIME: Duration = Duration::from_secs(24 * 3600);
    /// Frames that wait for one socket to open. Beyond it the socket is cut.
    pub const PENDING_FRAMES: usize = 256;
    /// Bytes of one frame. A longer one from the client closes its socket with 1009, one to the client is refused.
    pub const FRAME_BYTES: usize = 64 * 1024;
    /// Bytes of a request's body. Beyond it: 413.
    pub const BODY_BYTES: usize = 64 * 1024;
    /// Bytes of a request's path and query. Beyond it: 414.
    pub const URL_BYTES: usize = 8 * 1024;
    /// Bytes of the frames that wait, in sockets that are not open yet and for `poll_output`. Beyond it a command that
    /// sends is refused.
    pub const WAITING_BYTES: usize = 64 * 1024 * 1024;
    /// Fault rules that are not used up.
    pub const FAULT_RULES: usize = 1_000;
    /// Faults in one rule.
    pub const FAULTS_PER_RULE: usize = 1_000;
    /// Users that a fault counts by themselves; it does not act for more.
    pub const COUNTED_USERS: usize = 20_000;
    /// Bytes that one fault takes, with its body.
    pub const FAULT_BYTES: usize = 1024 * 1024;
    /// Headers that one fault gives an answer.
    pub const FAULT_HEADERS: usize = 100;
    /// Bytes that all faults take, rule by rule, until they are used up.
    pub const ALL_FAULT_BYTES: usize = 16 * 1024 * 1024;
    /// Records in the journal; older ones are dropped, and counted.
    pub const JOURNAL_RECORDS: usize = 10_000;
    /// Bytes of the records in the journal; older ones are dropped, and counted.
    pub const JOURNAL_BYTES: usize = 32 * 1024 * 1024;
    /// Bytes of a request's body that the journal keeps; a longer body is left out of its record.
    pub const RECORDED_BODY_BYTES: usize = 4 * 1024;
    /// Bytes of one argument of a command that the journal keeps; of a longer one it keeps the beginning.
    pub const RECORDED_ARGUMENT_BYTES: usize = 1024;
    /// Characters of a frame, of a header, of a path that is longer than [`Self::URL_BYTES`], and of an argument that is longer than
    /// [`Self::RECORDED_ARGUMENT_BYTES`], that the journal keeps.
    pub const RECORDED_FRAME_CHARS: usize = 256;
    /// How long connections that make way for new ones are waited for.
    pub const MAKE_WAY: Duration = Duration::from_secs(1);
    /// For how long the same refusal is counted in one record of the journal.
    pub const REFUSALS_APART: Duration = Duration::from_secs(10);
    /// Records of refusals in so long a time.
    pub const REFUSALS: usize = 32;
    /// Effects that wait for `poll_output`. Whoever does not drain them breaks the drain rule.
    pub const OUTPUTS: usize = 1_000_000;
}
