//! What a profile says.

use http::StatusCode;

use crate::reason::Reason;

/// What differs between dialects.
#[derive(Debug)]
pub(crate) struct Profile {
    /// What `X-Cpaas-Agent` begins with.
    pub(crate) agents: &'static [&'static str],
    /// How a request to a subscription may sign in, the strongest way first.
    pub(crate) ways: &'static [SignInWay],
    /// `subscribeResponse.statusCode` with 404: there is no such subscription (any more), and the client gives up.
    pub(crate) gone: u32,
    /// The status with which a wrong name or password is refused at a subscription.
    pub(crate) wrong_login: StatusCode,
    /// Whose credentials may renew and end a subscription.
    pub(crate) renewed_by: RenewedBy,
    /// What stands before the name of a notification channel in its address, if that does not depend on the request.
    pub(crate) channels: &'static str,
    /// Whether a text frame is a keep-alive.
    pub(crate) is_keep_alive: fn(&str) -> bool,
    /// What a keep-alive is answered with.
    pub(crate) kept_alive: &'static str,
    /// Whether keep-alives are answered where nobody has said so.
    pub(crate) answers_keep_alives: bool,
    /// Whether a handshake has to bring a token. One that is brought has to be good in any case.
    pub(crate) handshake_has_token: bool,
}

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignInWay {
    /// `x-token`: a token that the application's own server has made, with which a session begins.
    Hmac,
    /// `x-session`: the session that began with an `x-token`.
    Session,
    /// `?token=`, `?access_token=` or `Authorization: Bearer`.
    Token,
    /// `Authorization: Basic`: name and password, with every request.
    Basic,
    /// Not at all: the account in the path is asked for, and nobody is known.
    Anonymous,
}

/// Whose credentials may renew and end a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RenewedBy {
    /// Those of its user.
    ItsUser,
    /// Those of any user: an application may change its credentials while it is subscribed.
    AnyUser,
}

impl Profile {
    /// Whether a request may sign in that way.
    pub(crate) fn has(&self, way: SignInWay) -> bool {
        self.ways.contains(&way)
    }

    /// The status with which the platform refuses a request at a subscription.
    pub(crate) const fn status(&self, reason: Reason) -> StatusCode {
        match reason {
            Reason::UnknownUser | Reason::WrongPassword => self.wrong_login,
            other => other.status(),
        }
    }
}
