//! Which SDK a recording is of.

use super::DecodeError;

/// A dialect of the platform: a line of SDKs that speak to it in their own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordedDialect {
    /// UC 3, the Kandy.js of the quickstart. A recording that names no dialect is of it.
    Uc3,
    /// UC 4 and 5.
    Uc5,
    /// Link 3.
    Link3,
    /// Link 4 and 5: credentials and subscriptions apart.
    Link,
    /// callMe: anonymous calls.
    CallMe,
    /// CPaaS: channels and services.
    Cpaas,
}

impl RecordedDialect {
    /// The client of this dialect, where the port has one.
    #[must_use]
    pub const fn client(self) -> Option<kandy_client::Dialect> {
        match self {
            Self::Uc3 => Some(kandy_client::Dialect::Uc3),
            Self::Uc5 => Some(kandy_client::Dialect::Uc5),
            Self::Link3 => Some(kandy_client::Dialect::Link3),
            Self::Link => Some(kandy_client::Dialect::Link),
            Self::CallMe | Self::Cpaas => None,
        }
    }

    /// The dialect by the `dialect` and the `sdkVersion` of a recording: `uc` is the word of two, which their versions
    /// tell apart.
    ///
    /// # Errors
    ///
    /// No dialect has this name.
    pub(super) fn of(name: Option<&str>, version: Option<&str>) -> Result<Self, DecodeError> {
        let is_three = version.is_none_or(|version| version.starts_with("3."));
        match name {
            None => Ok(Self::Uc3),
            Some("uc") if is_three => Ok(Self::Uc3),
            Some("uc") => Ok(Self::Uc5),
            Some("link3") => Ok(Self::Link3),
            Some("link") => Ok(Self::Link),
            Some("callme") => Ok(Self::CallMe),
            Some("cpaas") => Ok(Self::Cpaas),
            Some(other) => Err(DecodeError::Form {
                place: "dialect".to_owned(),
                message: format!("there is no dialect {other:?}; they are uc, link3, link, callme and cpaas"),
            }),
        }
    }
}
