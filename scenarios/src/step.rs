//! All that a script can ask of a world, as one closed enum.
//!
//! What a script does between two waits is a list of steps, and what it does in all is that list with its times: that
//! is enough to log a run, to make it again, and to vary it.

use kandy_client::{
    ConfigError, ConnectOptions, Credentials, Session, Settings, Time, TypeError, UntypedCall, Violation,
};
use kandy_mock_server::command::Verb;
use kandy_mock_server::{Command, CommandOutput};
use serde_json::Value;
use thiserror::Error;

/// Names a client of a world, by the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub usize);

/// One thing to do, at once.
#[derive(Clone, Debug)]
pub enum Step {
    /// `create(config, name)`.
    Create {
        /// The client's name in the transcript.
        name: String,
        /// Its whole configuration.
        config: Settings,
    },
    /// A call on a client.
    Call {
        /// The client.
        client: ClientId,
        /// The call.
        call: ClientCall,
    },
    /// Something that the platform is made to do.
    Command(Command),
    /// A line for the transcript.
    Print(String),
}

/// The calls of Kandy.js.
#[derive(Clone, Debug)]
pub enum ClientCall {
    /// `connect(credentials, options)`
    Connect(Credentials, ConnectOptions),
    /// `disconnect()`
    Disconnect,
    /// `updateToken(credentials)`
    UpdateToken(Credentials),
    /// `updateConfig(patch)`
    UpdateConfig(Value),
    /// `connection.resetConnection()`
    ResetConnection,
    /// `connection.enableConnectivityChecking(enabled)`
    EnableConnectivityChecking(bool),
    /// `notification.enableWebsocket(enabled)`
    EnableWebsocket(bool),
    /// A call with values that no typed one takes, as an application in JavaScript may make it.
    Untyped(UntypedCall),
    /// `destroy()`
    Destroy,
    /// A call that exists in Kandy.js and does nothing in this build.
    WithoutEffect(&'static str),
}

/// Why a call comes to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CallError {
    /// A configuration has a value of a form that no option can have.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What the call throws in JavaScript.
    #[error(transparent)]
    Thrown(#[from] TypeError),
}

/// What a step gives back.
#[derive(Clone, Debug)]
pub enum Done {
    /// Nothing.
    Nothing,
    /// The new client.
    Created(ClientId),
    /// What a command gives.
    Command(CommandOutput),
    /// What the SDK logs of the values given to `updateConfig`.
    Violations(Vec<Violation>),
}

impl From<()> for Done {
    fn from((): ()) -> Self {
        Self::Nothing
    }
}

impl From<CommandOutput> for Done {
    fn from(output: CommandOutput) -> Self {
        Self::Command(output)
    }
}

impl Step {
    /// The name that a script has for it, if it can change something that a wait may be for.
    pub(crate) fn action(&self) -> Option<&'static str> {
        match self {
            // A new client has sent nothing, and heard nothing.
            Self::Create { .. } | Self::Print(_) => None,
            // Nobody but the reader of the journal is told of it.
            Self::Command(Command::Mark { .. }) => None,
            Self::Call { call, .. } => call.action(),
            Self::Command(command) => Some(Verb::of(command).name),
        }
    }
}

impl ClientCall {
    const fn action(&self) -> Option<&'static str> {
        Some(match self {
            Self::Connect(..) => "connect",
            Self::Disconnect => "disconnect",
            Self::UpdateToken(_) => "updateToken",
            Self::UpdateConfig(_) => "updateConfig",
            Self::ResetConnection => "resetConnection",
            Self::EnableConnectivityChecking(_) => "enableConnectivityChecking",
            Self::EnableWebsocket(_) => "enableWebsocket",
            Self::Destroy => "destroy",
            Self::Untyped(UntypedCall::SetTokens { .. } | UntypedCall::ResubscribeServices) => return None,
            Self::Untyped(UntypedCall::SubscribeServices { .. }) => "subscribe",
            Self::Untyped(UntypedCall::UnsubscribeServices { .. }) => "unsubscribe",
            Self::Untyped(call) => call.name(),
            Self::WithoutEffect(_) => return None,
        })
    }

    /// The user that it names, if it is a text.
    pub(crate) fn username(&self) -> Option<String> {
        match self {
            Self::Connect(credentials, _) | Self::UpdateToken(credentials) => credentials.username.clone(),
            Self::Untyped(
                UntypedCall::Connect { credentials, .. }
                | UntypedCall::UpdateToken { credentials }
                | UntypedCall::SetCredentials { credentials },
            ) => credentials.as_ref().get("username").as_str().map(str::to_owned),
            _ => None,
        }
    }

    /// Makes the call on a session; gives what the SDK logs of the values given to `updateConfig`. Drain the session
    /// afterwards.
    pub(crate) fn make(self, now: Time, session: &mut Session) -> Result<Vec<Violation>, CallError> {
        match self {
            Self::Connect(credentials, options) => session.connect(now, &credentials, &options),
            Self::Disconnect => session.disconnect(now),
            Self::UpdateToken(credentials) => session.update_token(now, &credentials),
            Self::UpdateConfig(patch) => return Ok(session.update_config(now, &patch)?),
            Self::Untyped(call) => session.call_untyped(now, &call)?,
            Self::ResetConnection => session.reset_connection(now),
            Self::EnableConnectivityChecking(enabled) => session.enable_connectivity_checking(now, enabled),
            Self::EnableWebsocket(enabled) => session.enable_websocket(now, enabled),
            Self::Destroy => session.destroy(now),
            Self::WithoutEffect(_) => {}
        }
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use kandy_mock_server::UserOptions;

    use super::*;

    #[test]
    fn no_secret_is_in_the_debug_form_of_a_step() {
        let secret = || "s3cret".to_owned();
        let user = || "alice".to_owned();
        let credentials = Credentials::password("alice", secret());
        let options = UserOptions::default();
        for (step, shown) in [
            (
                Step::Command(Command::AddUser { user: user(), password: secret(), options }),
                r#"addUser {"user":"alice","password":"***"}"#,
            ),
            (
                Step::Call { client: ClientId(0), call: ClientCall::Connect(credentials, ConnectOptions::default()) },
                "username: Some(\"alice\")",
            ),
        ] {
            let text = format!("{step:?}");
            assert!(text.contains(shown) && !text.contains("s3cret"), "{text}");
        }
    }
}
