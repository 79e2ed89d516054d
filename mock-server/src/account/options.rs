//! What is special about a user.

use std::fmt;
use std::time::Duration;

use super::credential::CredentialKind;
use crate::error::{PlatformError, check_text};
use crate::limits::Limits;
use crate::token::Masked;

/// What is special about a user; [`UserOptions::default`] is a user for whom the platform's defaults hold.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UserOptions {
    /// The services that may be granted, compared without regard to case; `None` grants whatever is asked for.
    pub services: Option<Vec<String>>,
    /// How long a login lasts, whatever the client asks for; whole seconds. `None` leaves it to the platform's
    /// setting, then to the client, then to the default of one hour.
    pub token_lifetime: Option<Duration>,
    /// How long a subscription lasts without renewal, whatever the client asks for; whole seconds. `None` leaves it to
    /// the client, then to the default of one hour.
    pub subscription_lifetime: Option<Duration>,
    /// A token for the header `x-token`, with which Link clients sign in without a password.
    pub hmac: Option<String>,
    /// Another name under which the user signs in with the password, where clients send both with every request.
    pub authname: Option<String>,
    /// A token that the user has from elsewhere: for `Authorization: Bearer`, `?access_token=` and `?token=`. It is good
    /// until all tokens of the user are made void.
    pub bearer: Option<String>,
}

/// Without the tokens.
impl fmt::Debug for UserOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserOptions")
            .field("services", &self.services)
            .field("token_lifetime", &self.token_lifetime)
            .field("subscription_lifetime", &self.subscription_lifetime)
            .field("hmac", &self.hmac.as_deref().map(Masked))
            .field("authname", &self.authname)
            .field("bearer", &self.bearer.as_deref().map(Masked))
            .finish()
    }
}

impl UserOptions {
    /// The credentials of a user, by their kinds.
    pub(super) fn credentials(&self) -> impl Iterator<Item = (CredentialKind, &str)> {
        let given = [
            (CredentialKind::Hmac, &self.hmac),
            (CredentialKind::Authname, &self.authname),
            (CredentialKind::Bearer, &self.bearer),
        ];
        given.into_iter().filter_map(|(kind, text)| Some((kind, text.as_deref()?)))
    }

    /// Refuses what the platform does not keep, or cannot grant.
    pub(super) fn check(&self) -> Result<(), PlatformError> {
        for (kind, text) in self.credentials() {
            check_text(kind.key(), text)?;
        }
        check_services(self.services.as_deref().unwrap_or_default())?;
        [self.token_lifetime, self.subscription_lifetime].into_iter().flatten().try_for_each(check_lifetime)
    }
}

pub(super) fn check_services(services: &[String]) -> Result<(), PlatformError> {
    let (bytes, limit) = (list_bytes(services), Limits::TEXT_BYTES);
    if bytes > limit { Err(PlatformError::TextTooLong { what: "list of services", bytes, limit }) } else { Ok(()) }
}

/// The length of a list of services, one byte between them: without it empty names would not count.
pub(crate) fn list_bytes(services: &[impl AsRef<str>]) -> usize {
    services.iter().map(|service| service.as_ref().len() + 1).sum()
}

/// Lifetimes go over the wire as whole seconds, so a shorter one would be told as zero.
pub(crate) fn check_lifetime(lifetime: Duration) -> Result<(), PlatformError> {
    if lifetime < Duration::from_secs(1) || lifetime > MAX_LIFETIME {
        return Err(PlatformError::Lifetime { lifetime });
    }
    Ok(())
}

/// The longest lifetime that is granted: ten years.
const MAX_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The lifetime of tokens and subscriptions that nobody said anything about.
pub(crate) const DEFAULT_LIFETIME: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_has_bounds() {
        let too_long = MAX_LIFETIME + Duration::from_millis(1);
        for granted in [Duration::from_secs(1), MAX_LIFETIME] {
            assert_eq!(check_lifetime(granted), Ok(()));
        }
        for refused in [Duration::from_millis(999), too_long] {
            assert_eq!(check_lifetime(refused), Err(PlatformError::Lifetime { lifetime: refused }));
        }
    }
}
