//! What a platform can be told to do: the commands, and the table of their verbs.
//!
//! [`VERBS`] has a row for each [`Command`]. From it come the functions of a script's `platform`, the routes of the control
//! interface, what both say of wrong names, and their documentation.

mod arguments;
mod kind;
mod parameter;
mod target;
mod told;
mod verbs;

use std::time::Duration;

use serde_json::Value;

pub use crate::duration::{LONGEST_DURATION, parse_duration};
pub use arguments::{ArgumentError, Arguments, Declared};
pub use kind::Kind;
pub use parameter::{Argument, Optional, Parameter, Place, Required};
pub use target::Target;
pub(crate) use told::Told;
pub use verbs::{Gives, OptionsMap, VERBS, Verb};

use crate::account::UserOptions;
use crate::fault::{Fault, FaultFilter};
use crate::frame::Frame;
use crate::ids::FaultId;
use crate::point::Point;
use crate::token::{IssuedTokens, TokenOptions};

/// Something that a platform is told to do; [`Platform::apply`](crate::Platform::apply) carries it out.
#[derive(Clone, PartialEq)]
pub enum Command {
    /// See [`Platform::add_user`](crate::Platform::add_user).
    AddUser {
        /// The name.
        user: String,
        /// The password.
        password: String,
        /// What is special about the user.
        options: UserOptions,
    },
    /// See [`Platform::remove_user`](crate::Platform::remove_user).
    RemoveUser {
        /// The name.
        user: String,
    },
    /// See [`Platform::set_password`](crate::Platform::set_password).
    SetPassword {
        /// The user's name.
        user: String,
        /// The new password.
        password: String,
    },
    /// See [`Platform::set_options`](crate::Platform::set_options).
    SetOptions {
        /// The user's name.
        user: String,
        /// What is special about the user from now on.
        options: UserOptions,
    },
    /// See [`Platform::set_any_user`](crate::Platform::set_any_user).
    AnyUser {
        /// Whether every name and password signs in.
        enabled: bool,
    },
    /// See [`Platform::issue_token`](crate::Platform::issue_token).
    IssueToken {
        /// The user's name.
        user: String,
        /// What to issue.
        options: TokenOptions,
    },
    /// See [`Platform::expire_token`](crate::Platform::expire_token).
    ExpireToken {
        /// The user's name.
        user: String,
    },
    /// See [`Platform::end_subscription`](crate::Platform::end_subscription).
    EndSubscription {
        /// The user's name.
        user: String,
    },
    /// See [`Platform::grant_services`](crate::Platform::grant_services).
    GrantServices {
        /// The user's name.
        user: String,
        /// The only services that are granted from now on.
        services: Vec<String>,
    },
    /// See [`Platform::fail`](crate::Platform::fail).
    Fail {
        /// Where.
        point: Point,
        /// How, in order.
        faults: Vec<Fault>,
    },
    /// See [`Platform::clear_faults`](crate::Platform::clear_faults).
    Clear {
        /// Which rules.
        rules: FaultFilter,
    },
    /// See [`Platform::set_offline`](crate::Platform::set_offline) and [`Platform::set_offline_of`](crate::Platform::set_offline_of).
    Offline {
        /// For whom; `None` for everybody.
        user: Option<String>,
    },
    /// See [`Platform::set_online`](crate::Platform::set_online) and [`Platform::set_online_of`](crate::Platform::set_online_of).
    Online {
        /// For whom; `None` for everybody.
        user: Option<String>,
    },
    /// See [`Platform::cut`](crate::Platform::cut).
    Cut {
        /// Which sockets.
        target: Target,
    },
    /// See [`Platform::close`](crate::Platform::close).
    Close {
        /// Which sockets.
        target: Target,
        /// The close code; 1005 for a close frame without one.
        code: u16,
        /// The reason, at most 123 bytes.
        reason: String,
    },
    /// See [`Platform::silence`](crate::Platform::silence).
    Silence {
        /// Which sockets.
        target: Target,
    },
    /// See [`Platform::send`](crate::Platform::send).
    Send {
        /// Which sockets.
        target: Target,
        /// The notification.
        message: Value,
    },
    /// See [`Platform::send_raw`](crate::Platform::send_raw).
    SendRaw {
        /// Which sockets.
        target: Target,
        /// The frame.
        frame: Frame,
    },
    /// See [`Platform::gone`](crate::Platform::gone).
    Gone {
        /// The user's name.
        user: String,
        /// What the notification says.
        options: GoneOptions,
    },
    /// See [`Platform::set_token_lifetime`](crate::Platform::set_token_lifetime).
    TokenLifetime {
        /// How long new tokens last; `None` leaves it to the clients again.
        lifetime: Option<Duration>,
    },
    /// See [`Platform::set_answer_pings`](crate::Platform::set_answer_pings).
    AnswerPings {
        /// Whether pings are answered.
        enabled: bool,
        /// Whose; `None` for everybody's.
        user: Option<String>,
    },
    /// See [`Platform::set_latency`](crate::Platform::set_latency).
    Latency {
        /// The delay of answers and handshakes.
        latency: Duration,
        /// For whom; `None` for everybody.
        user: Option<String>,
    },
    /// See [`Platform::reset`](crate::Platform::reset).
    Reset,
    /// See [`Platform::mark`](crate::Platform::mark).
    Mark {
        /// What the journal should say.
        text: String,
    },
}

impl Command {
    /// The name of its row in [`VERBS`].
    const fn row(&self) -> &'static str {
        match self {
            Self::AddUser { .. } => "addUser",
            Self::RemoveUser { .. } => "removeUser",
            Self::SetPassword { .. } => "setPassword",
            Self::SetOptions { .. } => "setOptions",
            Self::AnyUser { .. } => "anyUser",
            Self::IssueToken { .. } => "issueToken",
            Self::ExpireToken { .. } => "expireToken",
            Self::EndSubscription { .. } => "endSubscription",
            Self::GrantServices { .. } => "grantServices",
            Self::Fail { .. } => "fail",
            Self::Clear { .. } => "clear",
            Self::Offline { .. } => "offline",
            Self::Online { .. } => "online",
            Self::Cut { .. } => "cut",
            Self::Close { .. } => "close",
            Self::Silence { .. } => "silence",
            Self::Send { .. } => "send",
            Self::SendRaw { .. } => "sendRaw",
            Self::Gone { .. } => "gone",
            Self::TokenLifetime { .. } => "tokenLifetime",
            Self::AnswerPings { .. } => "answerPings",
            Self::Latency { .. } => "latency",
            Self::Reset => "reset",
            Self::Mark { .. } => "mark",
        }
    }
}

/// What a `gone` notification says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoneOptions {
    /// `retryAfter`, which has whole seconds; left out if `None`.
    pub retry_after: Option<Duration>,
    /// The notification's `id` and `eventId`; fresh ones if `None`.
    pub id: Option<String>,
}

/// What a command gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandOutput {
    /// Nothing.
    Nothing,
    /// How many sockets or subscriptions it was about.
    Count(usize),
    /// The tokens that it issued.
    Tokens(IssuedTokens),
    /// The rule that it added.
    Fault(FaultId),
    /// The number of the journal's next record.
    Next(u64),
    /// The number of the record that it wrote.
    Record(u64),
}

impl From<()> for CommandOutput {
    fn from((): ()) -> Self {
        Self::Nothing
    }
}

impl From<usize> for CommandOutput {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<IssuedTokens> for CommandOutput {
    fn from(tokens: IssuedTokens) -> Self {
        Self::Tokens(tokens)
    }
}

impl From<FaultId> for CommandOutput {
    fn from(id: FaultId) -> Self {
        Self::Fault(id)
    }
}

#[cfg(test)]
mod tests;
