//! UC 3 (SDK 3.41.1), which docs/protocol.md describes.

use std::sync::LazyLock;

use super::profile::{
    Api, Leaving, Profile, SERVICES, default_authentication, ended_by_gone, id_or_event_id, retry_after,
};
use crate::error::Error;
use crate::event::Event;
use crate::js::{TypeError, Value, property};
use crate::protocol::{ConnectionInfo, Signature};
use crate::random::Random;

/// The status code of a subscription that the platform has ended.
pub(super) const GONE: i64 = 4;
/// The code with which the Link platform says the same; here it is only an error.
pub(super) const LINK_GONE: i64 = 39;

pub(super) const PROFILE: Profile = Profile {
    name: "uc3",
    sdk: "UC 3.41.1",
    platform: "uc",
    calls: &[
        "connect",
        "connection.enableConnectivityChecking",
        "connection.resetConnection",
        "destroy",
        "disconnect",
        "notification.enableWebsocket",
        "updateConfig",
        "updateToken",
    ],
    idle_calls: &["setCredentials", "setTokens", "updateConnection"],
    events: &[
        "auth:change",
        "auth:credentialsSet",
        "auth:error",
        "auth:resub",
        "ws:change",
        "notification:received",
        "notifications:change",
    ],
    first_agent: "cpaas-js-sdk/3.41.1",
    agent: "uc-js-sdk/3.41.1",
    defaults,
    servers,
    signature,
    invalid_signature: "This login signature is not valid.",
    bearer: "oauthToken",
    websocket_params,
    shows_tokens: true,
    api: Api::Connection { leaving: Leaving::CloseThenDelete },
    opening_error: |_| Error::websocket(),
    rewrites_unavailable: false,
    stranger: |_| None,
    refusal,
    gone_code: GONE,
    ended_codes: &[GONE, LINK_GONE],
    correlator_version: Value::clone,
    renewals_say_supported: false,
    renewal_delay,
    draws_at_random: false,
    renewal_dies_without_subscription: true,
    renewed,
    notification_id: id_or_event_id,
    gone_retry_after: retry_after,
    ended_by: ended_by_gone,
};

static DEFAULTS: LazyLock<Value> = LazyLock::new(|| default_authentication(SERVICES));

fn defaults() -> &'static Value {
    &DEFAULTS
}

pub(super) fn servers(settings: &Value) -> Value {
    settings.get("authentication").clone()
}

/// In the order of docs/protocol.md, section 4.1.
pub(super) fn signature(credentials: &Value) -> Signature {
    let given = |name: &str| credentials.get(name).is_truthy();
    if given("username") && given("password") {
        Signature::Password
    } else if given("accessToken") {
        Signature::AccessToken
    } else if given("refreshToken") && given("username") {
        Signature::RefreshToken
    } else if given("oauthToken") && given("username") {
        Signature::Bearer
    } else {
        Signature::Invalid
    }
}

/// The newest token, and the name under which a websocket's address carries it.
pub(super) fn websocket_params(connection: &ConnectionInfo, _connectivity: &Value) -> Value {
    if connection.bearer_token.is_truthy() && !connection.access_token.is_truthy() {
        Value::object([("access_token", connection.bearer_token.clone())])
    } else {
        Value::object([("token", connection.access_token.clone())])
    }
}

/// The status code of a refused subscription, in one of the three forms that the SDK knows.
pub(super) fn refusal(body: &Value) -> Result<String, TypeError> {
    let code = body.get("statusCode");
    let code = if code.is_truthy() && body.get("reason").is_truthy() {
        code
    } else {
        let wrapped = body.get("authorizationResponse").get("statusCode");
        if wrapped.is_truthy() { wrapped } else { property(body.get("subscribeResponse"), "statusCode")? }
    };
    Ok(format!("Failed to subscribe user. Code: {}.", code.to_text()))
}

pub(super) fn renewal_delay(base: f64, _random: &mut Random) -> f64 {
    base
}

pub(super) fn renewed(attempt_num: u32, error: Option<Error>) -> Event {
    Event::Resubscribed { attempt_num, error }
}
