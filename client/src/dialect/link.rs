//! Link 4 and 5 (SDK 5.2.0), which docs/protocol-dialects.md describes in section 3: the requests of Link 3 under another API, in
//! which credentials and subscriptions are apart.

use std::sync::LazyLock;

use super::link3::{event_id, one};
use super::profile::{Api, Profile, default_authentication_of_link};
use super::uc3::{self, LINK_GONE};
use crate::error::{Error, OpeningFailure};
use crate::event::{DisconnectReason, Event};
use crate::js::{Object, TypeError, Value, merge};
use crate::protocol::{Answer, ConnectionInfo, Signature, body_code};
use crate::random::Random;

const AGENT: &str = "link-js-sdk/5.2.0";

/// The status codes with which a 403 says that the server does not know the user.
const STRANGERS: [f64; 4] = [4.0, 27.0, 61.0, 65.0];

/// How often a subscription is asked for again that met a 503.
const MOST_RETRIES: f64 = 3.0;

/// Every websocket is encrypted, whatever the configuration says.
const WEBSOCKET_PROTOCOL: Value = Value::from_static("wss");

pub(super) const PROFILE: Profile = Profile {
    name: "link",
    sdk: "Link 5.2.0",
    platform: "link",
    calls: &[
        "connect",
        "connection.enableConnectivityChecking",
        "connection.resetConnection",
        "destroy",
        "disconnect",
        "notification.enableWebsocket",
        "services.subscribe",
        "services.unsubscribe",
        "setCredentials",
        "updateConfig",
        "updateToken",
    ],
    idle_calls: &["services.resubscribe", "setTokens", "updateConnection"],
    events: &[
        "auth:change",
        "auth:error",
        "request:error",
        "subscription:change",
        "subscription:error",
        "subscription:resub",
        "ws:change",
        "notification:received",
        "notifications:change",
    ],
    first_agent: AGENT,
    agent: AGENT,
    defaults,
    servers,
    signature,
    invalid_signature: "This credentials signature is not valid.",
    bearer: "bearerAccessToken",
    websocket_params,
    shows_tokens: false,
    api: Api::Services,
    opening_error: OpeningFailure::to_error,
    rewrites_unavailable: true,
    stranger,
    refusal,
    gone_code: LINK_GONE,
    ended_codes: &[LINK_GONE],
    correlator_version: one,
    renewals_say_supported: true,
    renewal_delay,
    draws_at_random: true,
    renewal_dies_without_subscription: false,
    renewed: |attempt_num, error| Event::SubscriptionResubscribed { attempt_num, error },
    notification_id: event_id,
    ended_by,
    ..uc3::PROFILE
};

/// The form of its own: `authentication.server`, and `subscription`.
static DEFAULTS: LazyLock<Value> = LazyLock::new(|| {
    let defaults = default_authentication_of_link([]);
    let of_server = |name: &str| defaults.get("subscription").get(name).clone();
    let server = [("base", "server"), ("protocol", "protocol"), ("version", "version"), ("port", "port")];
    Value::object([("server", Value::object(server.map(|(name, old)| (name, of_server(old)))))])
});

/// The REST server and what is asked of it, in the old form, and likewise the websocket's.
static OLD_DEFAULTS: LazyLock<Value> = LazyLock::new(|| {
    let defaults = default_authentication_of_link([]);
    let subscription = defaults.get("subscription").clone().with("serviceUnavailableMaxRetries", MOST_RETRIES);
    defaults.with("subscription", subscription)
});

fn defaults() -> &'static Value {
    &DEFAULTS
}

/// The two forms of a configuration, which are read as one: the old one is that of Link 3.
fn servers(settings: &Value) -> Value {
    let authentication = settings.get("authentication");
    let old = authentication.get("subscription");
    let (subscription, websocket) = if old.as_object().is_some() {
        (old.clone(), authentication.get("websocket").clone())
    } else {
        let server = authentication.get("server");
        let given = settings.get("subscription");
        let host = Value::object([("server", server.get("base").clone())]);
        let named = ["protocol", "version", "port"].map(|name| (name, server.get(name).clone()));
        let host = named.into_iter().fold(host, |host, (name, value)| host.with(name, value));
        (merge(given, &host), given.get("websocket").clone())
    };
    let subscription = merge(OLD_DEFAULTS.get("subscription"), &subscription);
    let websocket = merge(OLD_DEFAULTS.get("websocket"), &websocket).with("protocol", WEBSOCKET_PROTOCOL);
    Value::object([("subscription", subscription), ("websocket", websocket)])
}

fn signature(credentials: &Value) -> Signature {
    let given = |name: &str| credentials.get(name).is_truthy();
    if given("hmacToken") {
        Signature::Hmac
    } else if given("username") && given("accessToken") {
        Signature::AccessToken
    } else if given("authname") && given("password") {
        Signature::Basic("authname")
    } else if !given("username") {
        Signature::Invalid
    } else if given("bearerAccessToken") {
        Signature::Bearer
    } else if given("password") {
        Signature::Basic("username")
    } else {
        Signature::Invalid
    }
}

/// The websocket decides for itself, whatever proves who sends a request.
fn websocket_params(connection: &ConnectionInfo, connectivity: &Value) -> Value {
    let shows_bearer = connectivity.get("webSocketOAuthMode").as_str() == Some("query");
    if connection.bearer_token.is_truthy() && shows_bearer {
        Value::object([("access_token", connection.bearer_token.clone())])
    } else if connection.access_token.is_truthy() {
        Value::object([("token", connection.access_token.clone())])
    } else {
        Object::default().into()
    }
}

/// The status code is told of a 403 alone.
fn stranger(answer: &Answer) -> Option<Error> {
    match answer {
        Answer::Error { status: 401, .. } | Answer::Error { status: 403, body: None, .. } => {
            Some(Error::stranger(&Value::Undefined))
        }
        Answer::Error { status: 403, body: Some(body), .. } => {
            let code = body_code(body);
            let is_known = STRANGERS.iter().any(|known| code.strict_equals(&(*known).into()));
            is_known.then(|| Error::stranger(code))
        }
        _ => None,
    }
}

/// Two of the three forms, and `undefined` for any other.
fn refusal(body: &Value) -> Result<String, TypeError> {
    let code = body.get("statusCode");
    let is_bare = code.is_truthy() && body.get("reason").is_truthy();
    let code = if is_bare { code } else { body.get("subscribeResponse").get("statusCode") };
    Ok(format!("Failed to subscribe user. Status Code: {}.", code.to_text()))
}

/// A fifth before or behind the moment, drawn anew each time.
fn renewal_delay(base: f64, random: &mut Random) -> f64 {
    let (lower, upper) = (0.8 * base, 1.2 * base);
    lower + (random.next() * (upper - lower) + 1.0).floor()
}

fn ended_by(event_type: &str) -> Option<DisconnectReason> {
    match event_type {
        "gone" => Some(DisconnectReason::Gone),
        "websocketOverridden" => Some(DisconnectReason::Overridden),
        _ => None,
    }
}
