//! What a client may bring instead of a user's name.

/// What a client may bring instead of a user's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CredentialKind {
    /// [`UserOptions::hmac`](super::UserOptions::hmac).
    Hmac,
    /// [`UserOptions::authname`](super::UserOptions::authname).
    Authname,
    /// [`UserOptions::bearer`](super::UserOptions::bearer).
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
