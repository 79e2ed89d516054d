//! The services of CPaaS.

use crate::point::Point;

/// What a channel of CPaaS may be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Call,
    Chat,
    Sms,
    Presence,
}

impl Service {
    /// What clients call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Chat => "chat",
            Self::Sms => "smsinbound",
            Self::Presence => "presence",
        }
    }

    /// The member around what is asked and answered.
    pub(crate) const fn wrapper(self) -> &'static str {
        match self {
            Self::Call => "wrtcsNotificationSubscription",
            Self::Chat => "chatNotificationSubscription",
            Self::Sms => "subscription",
            Self::Presence => "presenceListSubscription",
        }
    }

    /// Where it is subscribed to.
    pub(crate) const fn point(self) -> Point {
        match self {
            Self::Call => Point::ServiceCall,
            Self::Chat => Point::ServiceChat,
            Self::Sms => Point::ServiceSms,
            Self::Presence => Point::ServicePresence,
        }
    }
}
