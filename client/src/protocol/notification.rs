//! Notifications (docs/protocol.md, section 2.4).

use crate::dialect::Profile;
use crate::event::DisconnectReason;
use crate::js::{TypeError, Value, property};

/// What a frame notifies of.
pub(crate) struct Notification {
    /// The whole frame.
    pub(crate) payload: Value,
    /// By which a notification is known again.
    pub(crate) id: Value,
    /// Whether somebody calls, which can also be told by push.
    pub(crate) is_call: bool,
    /// Why the session ends by it.
    pub(crate) end: Option<DisconnectReason>,
    /// When the platform says to come back.
    pub(crate) retry_after: Option<Value>,
    /// Whether the SDK stumbles over it behind all else, since it has a `hasOwnProperty` of its own.
    pub(crate) stumbles: bool,
}

/// Reads a frame that is not null.
pub(crate) fn read_notification(profile: &Profile, frame: Value) -> Result<Notification, TypeError> {
    let message = frame.get("notificationMessage");
    property(message, "id")?;
    let event_type = message.get("eventType").as_str();
    Ok(Notification {
        id: (profile.notification_id)(message).clone(),
        is_call: event_type == Some("call"),
        end: event_type.and_then(profile.ended_by),
        retry_after: (profile.gone_retry_after)(message),
        stumbles: message.as_object().is_some_and(|message| message.own("hasOwnProperty").is_some()),
        payload: frame,
    })
}
