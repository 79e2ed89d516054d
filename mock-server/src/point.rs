//! The points of the platform: the places where a request can be waited for, and a fault can be put.

use std::fmt;
use std::str::FromStr;

use http::Method;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{did_you_mean, nearest};
use crate::route::Route;

/// A place where clients meet the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// `OPTIONS` at any address: a browser asks whether a page may make a request. It is from no user, and the journal keeps
    /// only those that a fault has answered.
    Preflight,
    /// Every other request.
    Other,
}

impl Point {
    /// Every point, in the order of a session.
    pub const ALL: [Self; 9] = [
        Self::MkToken,
        Self::RefreshToken,
        Self::Subscribe,
        Self::Resubscribe,
        Self::Unsubscribe,
        Self::RevokeToken,
        Self::WebSocket,
        Self::Preflight,
        Self::Other,
    ];

    /// The point that a REST request is for.
    pub fn of(method: &Method, path: &str) -> Self {
        Route::of(method, path).point()
    }

    /// The point's name in scripts: `mk_token`, `refresh_token`, `subscribe`, ...
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MkToken => "mk_token",
            Self::RefreshToken => "refresh_token",
            Self::Subscribe => "subscribe",
            Self::Resubscribe => "resubscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::RevokeToken => "revoke_token",
            Self::WebSocket => "websocket",
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

/// A name that is no point's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no point {name:?}{}: the points are mk_token, refresh_token, subscribe, resubscribe, unsubscribe, \
     revoke_token, websocket, preflight and other",
    did_you_mean(nearest.as_deref())
)]
pub struct UnknownPoint {
    /// The name that was given.
    pub name: String,
    /// The point whose name is most like it.
    pub nearest: Option<String>,
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
            error.to_string().starts_with("there is no point \"web_socket\" (did you mean \"websocket\"?):"),
            "{error}"
        );
        assert_eq!("xyz".parse::<Point>().unwrap_err().nearest, None);
    }
}
