//! What a command issues, and what of it is shown.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::mask::{MASK, is_placeholder};
use crate::time::in_seconds;

/// What to issue; [`TokenOptions::default`] issues three fresh tokens (`AT-n`, `RT-n`, `OA-n`).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TokenOptions {
    /// The access token's text instead of a fresh one.
    pub access_token: Option<String>,
    /// The refresh token's text instead of a fresh one.
    pub refresh_token: Option<String>,
    /// The OAuth token's text instead of a fresh one.
    pub oauth_token: Option<String>,
    /// How long the tokens are valid, in whole seconds; `None` leaves it to the user's and the platform's settings.
    pub lifetime: Option<Duration>,
}

impl fmt::Debug for TokenOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenOptions")
            .field("access_token", &self.access_token.as_deref().map(Masked))
            .field("refresh_token", &self.refresh_token.as_deref().map(Masked))
            .field("oauth_token", &self.oauth_token.as_deref().map(Masked))
            .field("lifetime", &self.lifetime)
            .finish()
    }
}

/// The tokens of one grant. Serialized in camelCase.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct IssuedTokens {
    /// Goes into the query parameter `token`.
    pub access_token: String,
    /// Is exchanged for newer tokens. The platform takes it for one day.
    pub refresh_token: String,
    /// Goes into the header `Authorization: Bearer`, and at the websocket into `access_token`.
    pub oauth_token: String,
    /// How long the access and the OAuth token are valid. Serialized in seconds.
    #[serde(serialize_with = "in_seconds")]
    pub expires: Duration,
}

impl fmt::Debug for IssuedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedTokens")
            .field("access_token", &Masked(&self.access_token))
            .field("refresh_token", &Masked(&self.refresh_token))
            .field("oauth_token", &Masked(&self.oauth_token))
            .field("expires", &self.expires)
            .finish()
    }
}

/// A token as debug forms show it: only the platform's own, such as `AT-1`, are not secrets.
pub(crate) struct Masked<'a>(pub(crate) &'a str);

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if is_placeholder(self.0) { self.0 } else { MASK })
    }
}
