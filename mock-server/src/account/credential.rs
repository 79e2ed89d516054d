//! What a client may bring instead of a user's name.

/// What a client may bring instead of a user's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CredentialKind {
    /// The option `hmac`.
    Hmac,
    /// The option `authname`.
    Authname,
    /// The option `bearer`.
    Bearer,
}

impl CredentialKind {
    /// The option's name.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Hmac => "hmac",
            Self::Authname => "authname",
            Self::Bearer => "bearer",
        }
    }
}
