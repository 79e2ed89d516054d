//! What applications and scripts do.

use kandy_client::{Untyped, UntypedCall};
use kandy_mock_server::{Command, Frame};

use super::content::{Beginning, MAX_BEGINNING_BYTES};
use crate::step;

/// A call of Kandy.js, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallRecord {
    /// `connect(credentials, options)`
    Connect {
        /// The user name, if one is given.
        user: Option<Beginning>,
        /// With what.
        by: SignIn,
    },
    /// `disconnect()`
    Disconnect,
    /// `setCredentials(credentials)`
    SetCredentials {
        /// The user name, if one is given.
        user: Option<Beginning>,
        /// With what.
        by: SignIn,
    },
    /// A call with services.
    Services {
        /// Which one.
        call: ServiceCall,
        /// The services as JSON.
        services: Beginning,
    },
    /// `updateToken(credentials)`
    UpdateToken,
    /// `updateConfig(patch)`, the patch as JSON.
    UpdateConfig(Beginning),
    /// `connection.resetConnection()`
    ResetConnection,
    /// `connection.enableConnectivityChecking(enabled)`
    EnableConnectivityChecking(bool),
    /// `notification.enableWebsocket(enabled)`
    EnableWebsocket(bool),
    /// `destroy()`
    Destroy,
    /// A call that exists in Kandy.js and does nothing in this build.
    WithoutEffect(&'static str),
}

/// A call that names services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceCall {
    /// `services.subscribe(services)`
    Subscribe,
    /// `services.unsubscribe(services)`
    Unsubscribe,
    /// `updateConnection(services)`
    UpdateConnection,
}

/// What an application signs in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// A user name and a password.
    Password,
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
    /// An OAuth token.
    OAuthToken,
    /// An HMAC token.
    HmacToken,
    /// A token that is sent as a bearer, in Link.
    BearerToken,
    /// Nothing that would do.
    Incomplete,
}

/// What a script makes the platform do. What only prepares a run is none of it: users, passwords and tokens.
#[derive(Clone, Debug)]
pub enum ControlRecord {
    /// The command.
    Whole(Box<Command>),
    /// The beginning of what a transcript says of a command that carries more than a trace keeps; the verb stands first.
    Long(Beginning),
}

impl CallRecord {
    pub(crate) fn of(call: &step::ClientCall) -> Self {
        match call {
            step::ClientCall::Connect(credentials, _) => {
                let user = credentials.username.as_deref().map(Beginning::of);
                Self::Connect { user, by: SignIn::of(&credentials.into()) }
            }
            step::ClientCall::Disconnect => Self::Disconnect,
            step::ClientCall::UpdateToken(_) => Self::UpdateToken,
            step::ClientCall::UpdateConfig(patch) => Self::UpdateConfig(Beginning::of_json(patch)),
            step::ClientCall::ResetConnection => Self::ResetConnection,
            step::ClientCall::EnableConnectivityChecking(enabled) => Self::EnableConnectivityChecking(*enabled),
            step::ClientCall::EnableWebsocket(enabled) => Self::EnableWebsocket(*enabled),
            step::ClientCall::Untyped(untyped) => Self::of_untyped(untyped, call.username().as_deref()),
            step::ClientCall::Destroy => Self::Destroy,
            step::ClientCall::WithoutEffect(name) => Self::WithoutEffect(name),
        }
    }

    fn of_untyped(call: &UntypedCall, user: Option<&str>) -> Self {
        match call {
            UntypedCall::Connect { credentials, .. } => {
                Self::Connect { user: user.map(Beginning::of), by: SignIn::of(credentials) }
            }
            UntypedCall::UpdateToken { .. } => Self::UpdateToken,
            UntypedCall::SetCredentials { credentials } => {
                Self::SetCredentials { user: user.map(Beginning::of), by: SignIn::of(credentials) }
            }
            UntypedCall::SubscribeServices { services, .. } => Self::services(ServiceCall::Subscribe, services),
            UntypedCall::UnsubscribeServices { services } => Self::services(ServiceCall::Unsubscribe, services),
            UntypedCall::UpdateConnection { services } => Self::services(ServiceCall::UpdateConnection, services),
            UntypedCall::SetTokens { .. } | UntypedCall::ResubscribeServices => Self::WithoutEffect(call.name()),
            UntypedCall::UpdateConfig { patch } => Self::UpdateConfig(Beginning::of_json(patch)),
            UntypedCall::EnableConnectivityChecking { enabled } => {
                Self::EnableConnectivityChecking(enabled.is_truthy())
            }
            UntypedCall::EnableWebsocket { enabled } => Self::EnableWebsocket(enabled.is_truthy()),
        }
    }
}

impl CallRecord {
    fn services(call: ServiceCall, services: &Untyped) -> Self {
        Self::Services { call, services: Beginning::of_json(services) }
    }
}

impl ServiceCall {
    /// Its name in Kandy.js.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "services.subscribe",
            Self::Unsubscribe => "services.unsubscribe",
            Self::UpdateConnection => "updateConnection",
        }
    }
}

impl SignIn {
    fn of(credentials: &Untyped) -> Self {
        let has = |name: &str| credentials.as_ref().get(name).is_truthy();
        if has("hmacToken") {
            Self::HmacToken
        } else if has("username") && has("password") {
            Self::Password
        } else if has("accessToken") {
            Self::AccessToken
        } else if has("refreshToken") {
            Self::RefreshToken
        } else if has("oauthToken") {
            Self::OAuthToken
        } else if has("bearerAccessToken") {
            Self::BearerToken
        } else {
            Self::Incomplete
        }
    }
}

impl ControlRecord {
    /// The record of a command, or `None` of one that only prepares a run. `told` is what a transcript says of it.
    pub(crate) fn of(command: &Command, told: impl Fn(&Command) -> String) -> Option<Self> {
        let is_short = match command {
            Command::AddUser { .. }
            | Command::SetPassword { .. }
            | Command::SetOptions { .. }
            | Command::IssueToken { .. } => return None,
            Command::Fail { faults, .. } => Beginning::of_json(faults).is_whole(),
            Command::Send { message, .. } => Beginning::of_json(message).is_whole(),
            Command::SendRaw { frame: Frame::Text(text), .. } => text.len() <= MAX_BEGINNING_BYTES,
            Command::SendRaw { frame: Frame::Binary(bytes), .. } => bytes.len() <= MAX_BEGINNING_BYTES,
            Command::Mark { text } => text.len() <= MAX_BEGINNING_BYTES,
            Command::GrantServices { services, .. } => {
                services.iter().map(String::len).sum::<usize>() <= MAX_BEGINNING_BYTES
            }
            _ => true,
        };
        Some(if is_short { Self::Whole(Box::new(command.clone())) } else { Self::Long(told(command).into()) })
    }
}
