//! All that a script can ask of a world, as one closed enum.
//!
//! What a script does between two waits is a list of steps, and what it does in all is that list with its times: that
//! is enough to log a run, to make it again, and to vary it.

use std::fmt;
use std::time::Duration;

use kandy_client::{Config, ConfigError, ConnectOptions, Credentials, Session, Time, Violation};
use kandy_mock_server::{Fault, Frame, GoneOptions, IssuedTokens, Point, TokenOptions, UserOptions};
use serde_json::Value;

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
        config: Box<Config>,
    },
    /// A call on a client.
    Call {
        /// The client.
        client: ClientId,
        /// The call.
        call: Call,
    },
    /// Something that the platform is made to do.
    Command(Command),
    /// A line for the transcript.
    Print(String),
}

/// The calls of Kandy.js.
#[derive(Clone, Debug)]
pub enum Call {
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
    /// `destroy()`
    Destroy,
    /// A call that exists in Kandy.js and does nothing in this build.
    WithoutEffect(&'static str),
}

/// The verbs of the script's `platform`.
#[derive(Clone)]
pub enum Command {
    /// `addUser(name, password, options)`
    AddUser(String, String, UserOptions),
    /// `removeUser(name)`
    RemoveUser(String),
    /// `setPassword(name, password)`
    SetPassword(String, String),
    /// `setOptions(user, options)`
    SetOptions(String, UserOptions),
    /// `anyUser(enabled)`
    AnyUser(bool),
    /// `issueToken(user, options)`
    IssueToken(String, TokenOptions),
    /// `fail(point, how)`
    Fail(Point, Vec<Fault>),
    /// `clear(point)`
    Clear(Option<Point>),
    /// `offline()`
    Offline,
    /// `online()`
    Online,
    /// `cut(user)`
    Cut(String),
    /// `close(user, code, reason)`
    Close(String, u16, String),
    /// `silence(user)`
    Silence(String),
    /// `send(user, message)`
    Send(String, Value),
    /// `sendRaw(user, frame)`
    SendRaw(String, Frame),
    /// `gone(user, options)`
    Gone(String, GoneOptions),
    /// `expireToken(user)`
    ExpireToken(String),
    /// `endSubscription(user)`
    EndSubscription(String),
    /// `grantServices(user, services)`
    GrantServices(String, Vec<String>),
    /// `tokenLifetime(duration)`; `None` leaves the lifetime to the clients again.
    TokenLifetime(Option<Duration>),
    /// `answerPings(enabled)`
    AnswerPings(bool),
    /// `latency(duration)`
    Latency(Duration),
}

/// What a step gives back.
#[derive(Clone, Debug)]
pub enum Done {
    /// Nothing.
    Nothing,
    /// The new client.
    Created(ClientId),
    /// How many sockets or subscriptions it was about.
    Count(usize),
    /// The tokens that `issueToken` made.
    Tokens(IssuedTokens),
    /// What the SDK logs of the values given to `updateConfig`.
    Violations(Vec<Violation>),
}

impl From<()> for Done {
    fn from((): ()) -> Self {
        Self::Nothing
    }
}

impl From<usize> for Done {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl Step {
    /// What a script calls it, if it can change something that a wait may be for.
    pub(crate) const fn action(&self) -> Option<&'static str> {
        match self {
            // A new client has sent nothing, and heard nothing.
            Self::Create { .. } | Self::Print(_) => None,
            Self::Call { call, .. } => call.action(),
            Self::Command(command) => Some(command.verb()),
        }
    }
}

impl Call {
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
            Self::WithoutEffect(_) => return None,
        })
    }

    /// Makes the call on a session; gives what the SDK logs of the values given to `updateConfig`. Drain the session
    /// afterwards.
    pub(crate) fn make(self, now: Time, session: &mut Session) -> Result<Vec<Violation>, ConfigError> {
        match self {
            Self::Connect(credentials, options) => session.connect(now, &credentials, &options),
            Self::Disconnect => session.disconnect(now),
            Self::UpdateToken(credentials) => session.update_token(now, &credentials),
            Self::UpdateConfig(patch) => return session.update_config(now, &patch),
            Self::ResetConnection => session.reset_connection(now),
            Self::EnableConnectivityChecking(enabled) => session.enable_connectivity_checking(now, enabled),
            Self::EnableWebsocket(enabled) => session.enable_websocket(now, enabled),
            Self::Destroy => session.destroy(now),
            Self::WithoutEffect(_) => {}
        }
        Ok(Vec::new())
    }
}

/// Without passwords. What sets the stage is in no transcript, so that it needs a form of its own here.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddUser(name, _, options) => {
                f.debug_tuple("AddUser").field(name).field(&"***").field(options).finish()
            }
            Self::SetPassword(name, _) => f.debug_tuple("SetPassword").field(name).field(&"***").finish(),
            Self::SetOptions(user, options) => f.debug_tuple("SetOptions").field(user).field(options).finish(),
            Self::IssueToken(user, options) => f.debug_tuple("IssueToken").field(user).field(options).finish(),
            shown => f.write_str(&shown.control_text().unwrap_or_default()),
        }
    }
}

impl Command {
    /// The verb, as scripts have it.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::AddUser(..) => "addUser",
            Self::RemoveUser(_) => "removeUser",
            Self::SetPassword(..) => "setPassword",
            Self::SetOptions(..) => "setOptions",
            Self::AnyUser(_) => "anyUser",
            Self::IssueToken(..) => "issueToken",
            Self::Fail(..) => "fail",
            Self::Clear(_) => "clear",
            Self::Offline => "offline",
            Self::Online => "online",
            Self::Cut(_) => "cut",
            Self::Close(..) => "close",
            Self::Silence(_) => "silence",
            Self::Send(..) => "send",
            Self::SendRaw(..) => "sendRaw",
            Self::Gone(..) => "gone",
            Self::ExpireToken(_) => "expireToken",
            Self::EndSubscription(_) => "endSubscription",
            Self::GrantServices(..) => "grantServices",
            Self::TokenLifetime(_) => "tokenLifetime",
            Self::AnswerPings(_) => "answerPings",
            Self::Latency(_) => "latency",
        }
    }

    /// The command as a transcript shows it; `None` for one that only sets the stage.
    #[must_use]
    pub fn control_text(&self) -> Option<String> {
        Some(match self {
            Self::AddUser(..) | Self::SetPassword(..) | Self::SetOptions(..) | Self::IssueToken(..) => return None,
            Self::AnyUser(enabled) => format!("anyUser {enabled}"),
            Self::RemoveUser(user) => format!("removeUser {user}"),
            Self::Fail(point, faults) => {
                let faults = faults.iter().map(|fault| serde_json::to_string(fault).unwrap_or_default());
                format!("fail {} {}", point.as_str(), faults.collect::<Vec<_>>().join(", "))
            }
            Self::Clear(point) => format!("clear {}", point.map_or("all", Point::as_str)),
            Self::Offline => "offline".to_owned(),
            Self::Online => "online".to_owned(),
            Self::Cut(user) => format!("cut {user}"),
            Self::Close(user, code, reason) => format!("close {user} {code} {reason}").trim_end().to_owned(),
            Self::Silence(user) => format!("silence {user}"),
            Self::Send(user, message) => format!("send {user} {message}"),
            Self::SendRaw(user, Frame::Text(text)) => format!("sendRaw {user} {text}"),
            Self::SendRaw(user, Frame::Binary(bytes)) => format!("sendRaw {user} ({} bytes)", bytes.len()),
            Self::Gone(user, _) => format!("gone {user}"),
            Self::ExpireToken(user) => format!("expireToken {user}"),
            Self::EndSubscription(user) => format!("endSubscription {user}"),
            Self::GrantServices(user, services) => format!("grantServices {user} {}", services.join(", ")),
            Self::TokenLifetime(Some(lifetime)) => format!("tokenLifetime {} s", lifetime.as_secs_f64()),
            Self::TokenLifetime(None) => "tokenLifetime as asked for".to_owned(),
            Self::AnswerPings(enabled) => format!("answerPings {enabled}"),
            Self::Latency(latency) => format!("latency {} ms", latency.as_millis()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_in_the_debug_form_of_a_step() {
        let secret = || "s3cret".to_owned();
        let user = || "alice".to_owned();
        let options = TokenOptions { oauth_token: Some(secret()), ..TokenOptions::default() };
        let credentials = Credentials::password("alice", secret());
        for (step, shown) in [
            (Step::Command(Command::AddUser(user(), secret(), UserOptions::default())), "AddUser(\"alice\", \"***\""),
            (Step::Command(Command::SetPassword(user(), secret())), "SetPassword(\"alice\", \"***\")"),
            (Step::Command(Command::IssueToken(user(), options)), "IssueToken(\"alice\", TokenOptions"),
            (Step::Command(Command::Cut(user())), "Command(cut alice)"),
            (
                Step::Call { client: ClientId(0), call: Call::Connect(credentials, ConnectOptions::default()) },
                "username: Some(\"alice\")",
            ),
        ] {
            let text = format!("{step:?}");
            assert!(text.contains(shown) && !text.contains("s3cret"), "{text}");
        }
    }
}
