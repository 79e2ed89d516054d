//! A command as records show it: by the names and kinds of the table, without secrets.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use super::Command;
use super::parameter::{Argument, Optional, Parameter, Required};
use super::target::Target;
use super::verbs::*;
use crate::account::UserOptions;
use crate::fault::{Fault, FaultFilter};
use crate::frame::Frame;
use crate::journal::bounded;
use crate::mask::{MASK, masked_value};

/// What a platform was told.
pub(crate) struct CommandRecord<'a> {
    /// The verb.
    pub(crate) name: &'static str,
    /// Whom it is about.
    pub(crate) user: Option<&'a str>,
    /// The arguments by name.
    pub(crate) arguments: Map<String, Value>,
}

impl Command {
    /// What a record of the command says.
    pub(crate) fn told(&self) -> CommandRecord<'_> {
        let told = CommandRecord::of(self.row());
        match self {
            Self::AddUser { user, password, options } => told.user(user).with(&PASSWORD, password).options(options),
            Self::RemoveUser { user } => told.user(user),
            Self::SetPassword { user, password } => told.user(user).with(&PASSWORD, password),
            Self::SetOptions { user, options } => told.user(user).options(options),
            Self::AnyUser { enabled } => told.with(&ENABLED, enabled),
            Self::IssueToken { user, options } => (told.user(user))
                .with_any(&ACCESS_TOKEN, options.access_token.as_ref())
                .with_any(&REFRESH_TOKEN, options.refresh_token.as_ref())
                .with_any(&OAUTH_TOKEN, options.oauth_token.as_ref())
                .with_any(&LIFETIME, options.lifetime.as_ref()),
            Self::ExpireToken { user } => told.user(user),
            Self::EndSubscription { user } => told.user(user),
            Self::GrantServices { user, services } => told.user(user).with(&GRANTED, services),
            Self::Fail { point, faults } => told.about(of_one(faults)).with(&POINT, point).with(&HOW, faults),
            Self::Clear { rules: FaultFilter { point, id, user } } => {
                let told = told.with_any(&OF_POINT, point.as_ref()).with_any(&OF_FAULT, id.as_ref());
                told.any_user(user.as_ref())
            }
            Self::Offline { user } | Self::Online { user } => told.any_user(user.as_ref()),
            Self::Cut { target } => told.target(target),
            Self::Close { target, code, reason } => {
                let reason = Some(reason).filter(|reason| !reason.is_empty());
                told.target(target).with(&CODE, code).with_any(&REASON, reason)
            }
            Self::Silence { target } => told.target(target),
            Self::Send { target, message } => told.target(target).with(&MESSAGE, message),
            Self::SendRaw { target, frame: Frame::Text(text) } => told.target(target).with_any(&TEXT, Some(text)),
            Self::SendRaw { target, frame: Frame::Binary(bytes) } => told.target(target).with_any(&BASE64, Some(bytes)),
            Self::Gone { user, options } => (told.user(user))
                .with_any(&RETRY_AFTER, options.retry_after.map(|after| after.as_secs()).as_ref())
                .with_any(&ID, options.id.as_ref()),
            Self::TokenLifetime { lifetime } => told.with_any(&NEW_LIFETIME, lifetime.as_ref()),
            Self::AnswerPings { enabled, user } => told.with(&ENABLED, enabled).any_user(user.as_ref()),
            Self::Latency { latency, user } => told.with(&LATENCY, latency).any_user(user.as_ref()),
            Self::Reset => told,
            Self::Mark { text } => told.with(&MARK_TEXT, text),
        }
    }
}

/// The verb and its arguments, without secrets.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CommandRecord { name, arguments, .. } = self.told();
        write!(f, "{name} {}", Value::Object(arguments))
    }
}

impl<'a> CommandRecord<'a> {
    fn of(name: &'static str) -> Self {
        Self { name, user: None, arguments: Map::new() }
    }

    /// A clock that was moved, which no verb does: a record of it all the same.
    pub(crate) fn advance(by: &Duration) -> Self {
        Self::of("advance").with(&BY, by)
    }

    /// Whom it is about, where no argument says that by itself.
    fn about(mut self, user: Option<&'a str>) -> Self {
        self.user = user;
        self
    }

    fn user(mut self, user: &'a String) -> Self {
        self.user = Some(user);
        self.with(&USER, user)
    }

    fn any_user(mut self, user: Option<&'a String>) -> Self {
        self.user = user.map(String::as_str);
        self.with_any(&OF_USER, user)
    }

    fn target(mut self, target: &'a Target) -> Self {
        self.user = target.user.as_deref();
        self.with_any(&WHOSE, target.user.as_ref())
            .with_any(&SOCKET, target.socket.as_ref())
            .with_any(&SUBSCRIPTION, target.subscription.as_ref())
    }

    fn with<T: Argument>(self, parameter: &Required<T>, argument: &T) -> Self {
        self.put(parameter.parameter(), argument)
    }

    fn with_any<T: Argument>(self, parameter: &Optional<T>, argument: Option<&T>) -> Self {
        match argument {
            Some(argument) => self.put(parameter.parameter(), argument),
            None => self,
        }
    }

    fn options(self, options: &UserOptions) -> Self {
        self.with_any(&SERVICES, options.services.as_ref())
            .with_any(&TOKEN_LIFETIME, options.token_lifetime.as_ref())
            .with_any(&SUBSCRIPTION_LIFETIME, options.subscription_lifetime.as_ref())
            .with_any(&HMAC, options.hmac.as_ref())
            .with_any(&AUTHNAME, options.authname.as_ref())
            .with_any(&BEARER, options.bearer.as_ref())
    }

    fn put(mut self, parameter: Parameter, argument: &impl Argument) -> Self {
        let value = if parameter.secret { MASK.into() } else { masked_value(argument.to_json()) };
        self.arguments.insert(parameter.name.to_owned(), value);
        self
    }

    /// The arguments as the journal keeps them: a long one is cut, and kept as a text.
    pub(crate) fn bounded_arguments(self) -> Map<String, Value> {
        self.arguments.into_iter().map(|(name, value)| (name, bounded(value))).collect()
    }
}

/// The only user whom faults are for.
fn of_one(faults: &[Fault]) -> Option<&str> {
    let first = faults.first()?.when.user.as_deref();
    first.filter(|user| faults.iter().all(|fault| fault.when.user.as_deref() == Some(*user)))
}

const BY: Required<Duration> = Required::new("by", "\"30m\"", &["duration"]);
