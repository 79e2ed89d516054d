//! The events of a session, with the names and arguments that Kandy.js gives them.

use crate::error::Error;
use crate::js::{Object, Text, Value};
use crate::untyped::Untyped;

/// The members of an object in their order; one can be there and `undefined`.
pub type Fields = Vec<(&'static str, Untyped)>;

/// One JSON object of `fields`; keys whose value is undefined are left out, as `JSON.stringify` does.
fn fields_to_json(fields: Fields) -> serde_json::Value {
    let object = Object::new(fields.into_iter().map(|(key, value)| (Text::from_static(key), value.into())).collect());
    Value::from(object).to_json()
}

/// What an application hears.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum Event {
    /// `auth:change {}`: the connection state may have changed; ask
    /// [`connection`](crate::Session::connection).
    AuthChange,
    /// `auth:change {reason, ..}`: the session has ended.
    Disconnected {
        /// Why; `None` when the application asked for it.
        reason: Option<DisconnectReason>,
        /// What a `gone` notification said of when to come back, as it said it; what is falsy counts as nothing.
        retry_after: Option<Untyped>,
    },
    /// `auth:credentialsSet {}`: the tokens are known.
    CredentialsSet,
    /// `auth:error {error}`: connecting has failed, or an answer was not understood.
    AuthError(Error),
    /// `auth:resub {attemptNum, isFailure, error?}`: the subscription was renewed, or could not be.
    Resubscribed {
        /// The number of the attempt, from 1; 1 again after a success.
        attempt_num: u32,
        /// Why the attempt failed.
        error: Option<Error>,
    },
    /// `request:error {error}`: the server does not know the user; the outcome of what the request was for is told by
    /// another event.
    RequestError(Error),
    /// `subscription:change {reason, ..}`: subscribing or unsubscribing begins or has ended, or the subscription is over;
    /// ask [`subscriptions`](crate::Session::subscriptions).
    SubscriptionChange {
        /// Why it is over; `None` when that is what the application did.
        reason: Option<DisconnectReason>,
        /// What a `gone` notification said of when to come back, as it said it; what is falsy counts as nothing.
        retry_after: Option<Untyped>,
    },
    /// `subscription:error {error}`: subscribing or unsubscribing has failed.
    SubscriptionError(Error),
    /// `subscription:resub {attemptNum, isFailure, error?}`: the subscription was renewed, or could not be.
    SubscriptionResubscribed {
        /// The number of the attempt, from 1; 1 again after a success.
        attempt_num: u32,
        /// Why the attempt failed.
        error: Option<Error>,
    },
    /// `ws:change {platform}`: a websocket opens, is open, or is closed.
    WebSocketChange {
        /// The platform: `uc` or `link`.
        platform: &'static str,
    },
    /// `notification:received {payload}`: a notification that is not a duplicate.
    NotificationReceived {
        /// The whole frame.
        payload: Untyped,
    },
    /// `notifications:change {channel: "WEBSOCKET"}`: the channel was switched on or off.
    NotificationsChange,
}

/// Why a session ended without being asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum DisconnectReason {
    /// `GONE`: the platform has ended the session.
    Gone,
    /// `LOST_CONNECTION`: the websocket was closed for good, or could not be opened again.
    LostConnection,
    /// `WS_OVERRIDDEN`: another client of the user has taken the websocket over. Only Link 4 and 5 say so.
    Overridden,
}

impl DisconnectReason {
    /// The reason's text in Kandy.js.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "GONE",
            Self::LostConnection => "LOST_CONNECTION",
            Self::Overridden => "WS_OVERRIDDEN",
        }
    }
}

/// The names of all events that sessions can emit; [`Dialect::events`](crate::Dialect::events) has those of one dialect.
pub const EVENT_NAMES: [&str; 11] = [
    "auth:change",
    "auth:credentialsSet",
    "auth:error",
    "auth:resub",
    "request:error",
    "subscription:change",
    "subscription:error",
    "subscription:resub",
    "ws:change",
    "notification:received",
    "notifications:change",
];

impl Event {
    /// The event's name, which listeners are registered for.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AuthChange | Self::Disconnected { .. } => "auth:change",
            Self::CredentialsSet => "auth:credentialsSet",
            Self::AuthError(_) => "auth:error",
            Self::Resubscribed { .. } => "auth:resub",
            Self::RequestError(_) => "request:error",
            Self::SubscriptionChange { .. } => "subscription:change",
            Self::SubscriptionError(_) => "subscription:error",
            Self::SubscriptionResubscribed { .. } => "subscription:resub",
            Self::WebSocketChange { .. } => "ws:change",
            Self::NotificationReceived { .. } => "notification:received",
            Self::NotificationsChange => "notifications:change",
        }
    }

    /// The argument that listeners get.
    #[must_use]
    pub fn args(&self) -> Fields {
        match self {
            Self::AuthChange | Self::CredentialsSet => Vec::new(),
            Self::Disconnected { reason, retry_after } => {
                let mut fields = ending(*reason, retry_after.as_ref());
                if *reason == Some(DisconnectReason::Gone) {
                    fields.insert(0, ("forced", true.into()));
                }
                fields
            }
            Self::SubscriptionChange { reason, retry_after } => ending(*reason, retry_after.as_ref()),
            Self::AuthError(error) | Self::RequestError(error) | Self::SubscriptionError(error) => {
                vec![("error", error.to_js())]
            }
            Self::Resubscribed { attempt_num, error } | Self::SubscriptionResubscribed { attempt_num, error } => {
                let mut fields = vec![("attemptNum", (*attempt_num).into()), ("isFailure", error.is_some().into())];
                if let Some(error) = error {
                    fields.push(("error", error.to_js()));
                }
                fields
            }
            Self::WebSocketChange { platform } => vec![("platform", Value::from_static(platform).into())],
            Self::NotificationReceived { payload } => vec![("payload", payload.clone())],
            Self::NotificationsChange => vec![("channel", Value::from_static("WEBSOCKET").into())],
        }
    }

    /// [`args`](Self::args) as one JSON object.
    #[must_use]
    pub fn args_json(&self) -> serde_json::Value {
        fields_to_json(self.args())
    }
}

/// What is told of an end: `reason` in any case.
fn ending(reason: Option<DisconnectReason>, retry_after: Option<&Untyped>) -> Fields {
    let mut fields = vec![("reason", reason.map(|reason| Value::from_static(reason.as_str())).into())];
    fields.extend(retry_after.map(|after| ("retryAfter", after.clone())));
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_are_one_object_without_what_is_undefined() {
        let ended = |reason| Event::Disconnected { reason, retry_after: None }.args_json();
        assert_eq!(ended(None), json!({}));
        assert_eq!(ended(Some(DisconnectReason::LostConnection)), json!({ "reason": "LOST_CONNECTION" }));
        assert_eq!(ended(Some(DisconnectReason::Gone)), json!({ "forced": true, "reason": "GONE" }));
    }
}
