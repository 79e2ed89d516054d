//! Calls whose arguments may be anything.

use std::fmt;

use crate::js::{TypeError, Value, property};
use crate::untyped::Untyped;

/// A call whose arguments may be anything: Kandy.js looks at few of them, and leaves the rest to JavaScript.
#[derive(Clone, PartialEq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum UntypedCall {
    /// `connect(credentials, options)`
    Connect {
        /// The first argument.
        credentials: Untyped,
        /// The second one.
        options: Untyped,
    },
    /// `updateToken(credentials)`
    UpdateToken {
        /// Its argument.
        credentials: Untyped,
    },
    /// `updateConnection(services)`
    UpdateConnection {
        /// Its argument.
        services: Untyped,
    },
    /// `setCredentials(credentials)`
    SetCredentials {
        /// Its argument.
        credentials: Untyped,
    },
    /// `setTokens(tokens)`, which does nothing in any dialect.
    SetTokens {
        /// Its argument.
        tokens: Untyped,
    },
    /// `services.subscribe(services, options)`
    SubscribeServices {
        /// The first argument.
        services: Untyped,
        /// The second one.
        options: Untyped,
    },
    /// `services.unsubscribe(services)`
    UnsubscribeServices {
        /// Its argument.
        services: Untyped,
    },
    /// `services.resubscribe()`, which does nothing.
    ResubscribeServices,
    /// `updateConfig(patch)`
    UpdateConfig {
        /// Its argument.
        patch: Untyped,
    },
    /// `connection.enableConnectivityChecking(enabled)`
    EnableConnectivityChecking {
        /// Its argument; the configuration counts where it is undefined.
        enabled: Untyped,
    },
    /// `notification.enableWebsocket(enabled)`
    EnableWebsocket {
        /// Its argument.
        enabled: Untyped,
    },
}

impl UntypedCall {
    /// The function's name in Kandy.js.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::UpdateToken { .. } => "updateToken",
            Self::UpdateConnection { .. } => "updateConnection",
            Self::SetCredentials { .. } => "setCredentials",
            Self::SetTokens { .. } => "setTokens",
            Self::SubscribeServices { .. } => "services.subscribe",
            Self::UnsubscribeServices { .. } => "services.unsubscribe",
            Self::ResubscribeServices => "services.resubscribe",
            Self::UpdateConfig { .. } => "updateConfig",
            Self::EnableConnectivityChecking { .. } => "enableConnectivityChecking",
            Self::EnableWebsocket { .. } => "enableWebsocket",
        }
    }

    /// Whether not every dialect has the call.
    pub(crate) const fn is_of_some_dialects(&self) -> bool {
        match self {
            Self::UpdateConnection { .. }
            | Self::SetCredentials { .. }
            | Self::SetTokens { .. }
            | Self::SubscribeServices { .. }
            | Self::UnsubscribeServices { .. }
            | Self::ResubscribeServices => true,
            Self::Connect { .. }
            | Self::UpdateToken { .. }
            | Self::UpdateConfig { .. }
            | Self::EnableConnectivityChecking { .. }
            | Self::EnableWebsocket { .. } => false,
        }
    }

    /// What JavaScript throws of a client that has no such call.
    pub(crate) fn missing(&self) -> TypeError {
        match self.name().split_once('.') {
            Some((section, name)) => {
                property(&Value::Undefined, name).map_or_else(|error| error, |_| TypeError::no_function(section))
            }
            None => TypeError::no_function(&format!("client.{}", self.name())),
        }
    }
}

/// Without the arguments, which may hold secrets anywhere.
impl fmt::Debug for UntypedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.name())
    }
}
