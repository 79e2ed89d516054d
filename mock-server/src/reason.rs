//! Why the platform refused a request.

use http::StatusCode;
use serde::Serialize;

/// Why the platform itself refused a request or a handshake. The fault tells what it made of the answer. Serialized as a text in
/// snake_case: `unknown_token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// A login brought no name and password, or none that can be read.
    NoCredentials,
    /// There is no user of that name.
    UnknownUser,
    /// The password is another one.
    WrongPassword,
    /// The request brought no token.
    NoToken,
    /// The platform never issued that token, or has forgotten it.
    UnknownToken,
    /// The token's time is over.
    ExpiredToken,
    /// The token was made void before its time: by a command, with its user, or because its client said so.
    RevokedToken,
    /// It is a refresh token, which is good for a refresh only.
    RefreshToken,
    /// The token speaks for another user than the address names.
    OtherUser,
    /// The user has no such subscription.
    NoSubscription,
    /// There was such a subscription, and it has ended.
    EndedSubscription,
    /// The platform does not have this address.
    UnknownAddress,
    /// The lifetime that was asked for is not a lifetime.
    BadLifetime,
    /// The body is not what a subscription takes.
    BadBody,
    /// The address is too long.
    LongAddress,
    /// The body, or a text in it, is too long.
    LongBody,
    /// There is no room for one more.
    Full,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 17] = [
        Self::NoCredentials,
        Self::UnknownUser,
        Self::WrongPassword,
        Self::NoToken,
        Self::UnknownToken,
        Self::ExpiredToken,
        Self::RevokedToken,
        Self::RefreshToken,
        Self::OtherUser,
        Self::NoSubscription,
        Self::EndedSubscription,
        Self::UnknownAddress,
        Self::BadLifetime,
        Self::BadBody,
        Self::LongAddress,
        Self::LongBody,
        Self::Full,
    ];

    /// As it is serialized.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCredentials => "no_credentials",
            Self::UnknownUser => "unknown_user",
            Self::WrongPassword => "wrong_password",
            Self::NoToken => "no_token",
            Self::UnknownToken => "unknown_token",
            Self::ExpiredToken => "expired_token",
            Self::RevokedToken => "revoked_token",
            Self::RefreshToken => "refresh_token",
            Self::OtherUser => "other_user",
            Self::NoSubscription => "no_subscription",
            Self::EndedSubscription => "ended_subscription",
            Self::UnknownAddress => "unknown_address",
            Self::BadLifetime => "bad_lifetime",
            Self::BadBody => "bad_body",
            Self::LongAddress => "long_address",
            Self::LongBody => "long_body",
            Self::Full => "full",
        }
    }

    /// The status that says so in an answer of REST.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::NoCredentials
            | Self::UnknownUser
            | Self::WrongPassword
            | Self::NoToken
            | Self::UnknownToken
            | Self::ExpiredToken
            | Self::RevokedToken
            | Self::RefreshToken => StatusCode::UNAUTHORIZED,
            Self::OtherUser => StatusCode::FORBIDDEN,
            Self::NoSubscription | Self::EndedSubscription | Self::UnknownAddress => StatusCode::NOT_FOUND,
            Self::BadLifetime | Self::BadBody => StatusCode::BAD_REQUEST,
            Self::LongAddress => StatusCode::URI_TOO_LONG,
            Self::LongBody => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_serialized_as_it_is_shown() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
