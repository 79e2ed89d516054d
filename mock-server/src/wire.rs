//! The wire of UC and Link, as the platform reads and writes it (docs/protocol.md, sections 1 and 2), and the frames by which all
//! dialects keep connections alive.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, IgnoredAny, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The ping of every UC and Link client, byte for byte.
pub(crate) const PING: &str = r#"{"message_type":"ping"}"#;

/// The answer to a ping, where the platform is told to answer them.
pub(crate) const PONG: &str = r#"{"message_type":"pong"}"#;

/// The answer to a connection check.
pub(crate) const CONN_ACK: &str = r#"{"connAck":{}}"#;

/// Whether a text frame is a connection check of CPaaS.
pub(crate) fn is_conn_check(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Message {
        #[serde(rename = "connCheck")]
        _check: IgnoredAny,
    }
    text.len() <= LONGEST_CHECK && serde_json::from_str::<Message>(text).is_ok()
}

/// A connection check says how many seconds lie between two of them, and nothing else.
const LONGEST_CHECK: usize = 128;

/// Whether a text frame is a ping. The usual spelling costs one comparison; another one is parsed.
pub(crate) fn is_ping(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Message<'a> {
        #[serde(borrow)]
        message_type: Cow<'a, str>,
    }
    text == PING
        || (text.len() <= 2 * PING.len()
            && serde_json::from_str::<Message<'_>>(text).is_ok_and(|message| message.message_type == "ping"))
}

/// The answer of `mk_token` and `refresh_token`.
#[derive(Serialize)]
pub(crate) struct TokenAnswer<'a> {
    pub(crate) success: Success<'a>,
}

#[derive(Serialize)]
pub(crate) struct Success<'a> {
    pub(crate) access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<&'a str>,
    pub(crate) expires: u64,
}

/// The error of `mk_token` and `refresh_token`.
#[derive(Serialize)]
pub(crate) struct AuthError<'a> {
    pub(crate) error: Human<'a>,
}

#[derive(Serialize)]
pub(crate) struct Human<'a> {
    pub(crate) human: &'a str,
}

/// The answer at every subscription path; only `statusCode` in errors and after DELETE.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscribeAnswer<'a> {
    pub(crate) subscribe_response: SubscribeResponse<'a>,
}

impl SubscribeAnswer<'_> {
    pub(crate) const fn bare(code: u32) -> Self {
        let subscribe_response = SubscribeResponse { status_code: code, subscription: None, subscription_params: None };
        Self { subscribe_response }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscribeResponse<'a> {
    pub(crate) status_code: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription_params: Option<SubscriptionParams<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionParams<'a> {
    pub(crate) expires: u64,
    pub(crate) service: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) localization: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) use_turn: Option<bool>,
    pub(crate) notification_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notification_channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_correlator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_id: Option<&'a str>,
}

/// The values of `subscribeResponse.statusCode` that all dialects share. Those of the real platform are known only as far as
/// clients read them; the others are assumed (docs/protocol.md, section 10.2).
pub(crate) mod code {
    pub(crate) const OK: u32 = 0;
    /// The user or the address is unknown.
    pub(crate) const UNKNOWN: u32 = 1;
    /// With 403: not for this user.
    pub(crate) const FORBIDDEN: u32 = 4;
    /// The token is missing, unknown or expired.
    pub(crate) const UNAUTHORIZED: u32 = 35;
    /// Everything else.
    pub(crate) const FAILED: u32 = 99;
}

/// The body of POST and PUT at a subscription path.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscribeBody<'a> {
    #[serde(borrow)]
    pub(crate) subscribe_request: SubscribeRequest<'a>,
}

/// What a client asks for. Clients send their configuration unchecked, so a number may come as a text, and a list of
/// services may hold nulls.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscribeRequest<'a> {
    #[serde(default, deserialize_with = "seconds")]
    pub(crate) expires: Option<u64>,
    #[serde(default, borrow, deserialize_with = "services")]
    pub(crate) service: Option<Vec<Cow<'a, str>>>,
    #[serde(default, borrow)]
    pub(crate) localization: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(crate) use_turn: Option<bool>,
    #[serde(default, borrow)]
    pub(crate) notification_type: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(crate) client_correlator: Option<Cow<'a, str>>,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    struct Seconds;

    impl Visitor<'_> for Seconds {
        type Value = Option<u64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number of seconds, zero or more")
        }

        fn visit_u64<E>(self, seconds: u64) -> Result<Self::Value, E> {
            Ok(Some(seconds))
        }

        fn visit_f64<E: Error>(self, seconds: f64) -> Result<Self::Value, E> {
            // The cast saturates, and a fraction of a second is not granted.
            if seconds >= 0.0 {
                Ok(Some(seconds as u64))
            } else {
                Err(E::invalid_value(Unexpected::Float(seconds), &self))
            }
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            text.trim().parse().map(Some).map_err(E::custom)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Seconds)
}

fn services<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Cow<'de, str>>>, D::Error> {
    struct ServiceNames;

    #[derive(Deserialize)]
    struct ServiceName<'a>(#[serde(borrow)] Cow<'a, str>);

    impl<'de> Visitor<'de> for ServiceNames {
        type Value = Option<Vec<Cow<'de, str>>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of service names")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut services = Vec::new();
            while let Some(item) = items.next_element::<Option<ServiceName<'de>>>()? {
                services.extend(item.map(|ServiceName(name)| name));
            }
            Ok(Some(services))
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(ServiceNames)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(request: &str) -> Result<(Option<u64>, Option<Vec<String>>), serde_json::Error> {
        let body = format!(r#"{{"subscribeRequest":{request}}}"#);
        serde_json::from_str::<SubscribeBody<'_>>(&body).map(|body| {
            let services = body.subscribe_request.service;
            let owned = services.map(|services| services.into_iter().map(Cow::into_owned).collect());
            (body.subscribe_request.expires, owned)
        })
    }

    #[test]
    fn pings_are_known_however_they_are_spelled() {
        assert!(is_ping(PING));
        assert!(is_ping(r#"{ "message_type": "ping" }"#));
        for other in [PONG, "", "ping", "{}", r#"{"message_type":5}"#] {
            assert!(!is_ping(other), "{other}");
        }
    }

    #[test]
    fn expires_is_read_from_numbers_and_texts() {
        assert_eq!(asked(r#"{"expires":60}"#).unwrap().0, Some(60));
        assert_eq!(asked(r#"{"expires":60.9}"#).unwrap().0, Some(60));
        assert_eq!(asked(r#"{"expires":"60"}"#).unwrap().0, Some(60));
        assert_eq!(asked(r#"{"expires":null}"#).unwrap().0, None);
        assert_eq!(asked("{}").unwrap(), (None, None));
        for wrong in [r#"{"expires":-1}"#, r#"{"expires":"soon"}"#, r#"{"expires":[]}"#] {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn services_are_read_without_nulls_and_must_be_an_array_of_texts() {
        let read = asked(r#"{"service":["call",null,"I\u004d"]}"#).unwrap().1;
        assert_eq!(read, Some(vec!["call".to_owned(), "IM".to_owned()]));
        assert_eq!(asked(r#"{"service":null}"#).unwrap().1, None);
        for wrong in [r#"{"service":"call"}"#, r#"{"service":[5]}"#] {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
    }
}
