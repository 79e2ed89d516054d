//! The points of the platform: the places where a request can be waited for, and a fault can be put.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::{did_you_mean, nearest};

/// A place where clients meet the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Point {
    /// `GET /v2.0/auth/mk_token`: name and password for tokens.
    MkToken,
    /// `GET /v2.0/auth/refresh_token`: a token for newer tokens.
    RefreshToken,
    /// `POST /rest/version/1/user/{user}/subscription`.
    Subscribe,
    /// `PUT` at a subscription's path, or at that of its client correlator.
    Resubscribe,
    /// `DELETE` at a subscription's path.
    Unsubscribe,
    /// `GET /v2.0/auth/revoke_token`: the end of a token and of what belongs to it. SDKs before 3.15 ask for it when they leave.
    RevokeToken,
    /// The handshake at a notification channel.
    WebSocket,
    /// `POST /rest/version/1/anonymous/{account}/callMe`: a call is made.
    CallStart,
    /// `PUT` at a call's path: it is still there.
    CallUpdate,
    /// `DELETE` at a call's path.
    CallEnd,
    /// `POST /cpaas/auth/v1/token`: name and password, or a refresh token, for tokens.
    CpaasToken,
    /// `POST /cpaas/notificationchannel/v1/{user}/channels`.
    Channel,
    /// `DELETE` at a channel's path.
    ChannelEnd,
    /// `POST /cpaas/webrtcsignaling/v1/{user}/subscriptions`.
    ServiceCall,
    /// `POST /cpaas/chat/v1/{user}/subscriptions`.
    ServiceChat,
    /// `POST /cpaas/smsmessaging/v1/{user}/inbound/subscriptions`.
    ServiceSms,
    /// `POST /cpaas/presence/v1/{user}/subscriptions/presenceListSubscriptions/{list}`.
    ServicePresence,
    /// `DELETE` at the path of a service that was subscribed to.
    ServiceEnd,
    /// `POST /cpaas/webrtcsignaling/v1/{user}/turn`.
    Turn,
    /// `GET` and `POST /cpaas/presence/v1/{user}/presenceLists`.
    PresenceLists,
    /// `OPTIONS` at any address: a browser asks whether a page may make a request. It has no user, and the journal keeps it
    /// only if a fault has answered it.
    Preflight,
    /// Every other request.
    Other,
}

impl Point {
    /// Every point, in the order of a session; those of callMe and CPaaS behind those that most clients have.
    pub const ALL: [Self; 22] = [
        Self::MkToken,
        Self::RefreshToken,
        Self::Subscribe,
        Self::Resubscribe,
        Self::Unsubscribe,
        Self::RevokeToken,
        Self::WebSocket,
        Self::CallStart,
        Self::CallUpdate,
        Self::CallEnd,
        Self::CpaasToken,
        Self::Channel,
        Self::ChannelEnd,
        Self::ServiceCall,
        Self::ServiceChat,
        Self::ServiceSms,
        Self::ServicePresence,
        Self::ServiceEnd,
        Self::Turn,
        Self::PresenceLists,
        Self::Preflight,
        Self::Other,
    ];

    /// Whether only clients of callMe and CPaaS come here.
    #[must_use]
    pub const fn is_of_callme_or_cpaas(self) -> bool {
        matches!(
            self,
            Self::CallStart
                | Self::CallUpdate
                | Self::CallEnd
                | Self::CpaasToken
                | Self::Channel
                | Self::ChannelEnd
                | Self::ServiceCall
                | Self::ServiceChat
                | Self::ServiceSms
                | Self::ServicePresence
                | Self::ServiceEnd
                | Self::Turn
                | Self::PresenceLists
        )
    }

    /// Whether the journal keeps the bodies of its requests, which have no secrets.
    pub(crate) const fn has_recorded_body(self) -> bool {
        matches!(
            self,
            Self::Subscribe
                | Self::Resubscribe
                | Self::Channel
                | Self::ServiceCall
                | Self::ServiceChat
                | Self::ServiceSms
                | Self::ServicePresence
        )
    }

    /// The point's name in scripts: `mk_token`, `refresh_token`, `subscribe`, ...
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MkToken => "mk_token",
            Self::RefreshToken => "refresh_token",
            Self::Subscribe => "subscribe",
            Self::Resubscribe => "resubscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::RevokeToken => "revoke_token",
            Self::WebSocket => "websocket",
            Self::CallStart => "callStart",
            Self::CallUpdate => "callUpdate",
            Self::CallEnd => "callEnd",
            Self::CpaasToken => "cpaasToken",
            Self::Channel => "channel",
            Self::ChannelEnd => "channelEnd",
            Self::ServiceCall => "serviceCall",
            Self::ServiceChat => "serviceChat",
            Self::ServiceSms => "serviceSms",
            Self::ServicePresence => "servicePresence",
            Self::ServiceEnd => "serviceEnd",
            Self::Turn => "turn",
            Self::PresenceLists => "presenceLists",
            Self::Preflight => "preflight",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Point {
    type Err = UnknownPoint;

    fn from_str(name: &str) -> Result<Self, UnknownPoint> {
        Self::ALL.into_iter().find(|point| point.as_str() == name).ok_or_else(|| UnknownPoint {
            name: name.to_owned(),
            nearest: nearest(name, Self::ALL.iter().map(|point| point.as_str())),
        })
    }
}

impl Serialize for Point {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// No point has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no point {name:?}{}: the points are {}", did_you_mean(nearest.as_deref()), listed())]
#[non_exhaustive]
pub struct UnknownPoint {
    /// The name that was given.
    pub name: String,
    /// The point whose name is most like it.
    pub nearest: Option<String>,
}

fn listed() -> String {
    let [names @ .., last] = Point::ALL.map(Point::as_str);
    format!("{} and {last}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_parsed_from_its_name() {
        for point in Point::ALL {
            assert_eq!(point.as_str().parse(), Ok(point));
        }
    }

    #[test]
    fn an_unknown_point_names_the_nearest() {
        let error = "web_socket".parse::<Point>().unwrap_err();
        assert_eq!(error.nearest.as_deref(), Some("websocket"));
        assert!(
            error.to_string().starts_with("there is no point \"web_socket\" (did you mean `websocket`?):"),
            "{error}"
        );
        assert_eq!("xyz".parse::<Point>().unwrap_err().nearest, None);
    }
}
