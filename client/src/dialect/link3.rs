//! Link 3 (SDK 3.41.1): one core with UC 3, and what docs/protocol-dialects.md, section 2, tells.

use std::sync::LazyLock;

use super::profile::{Api, Leaving, Profile, default_authentication_of_link};
use super::uc3::{self, GONE, LINK_GONE};
use crate::error::OpeningFailure;
use crate::js::Value;
use crate::protocol::Signature;

const AGENT: &str = "link-js-sdk/3.41.1";

pub(super) const PROFILE: Profile = Profile {
    name: "link3",
    sdk: "Link 3.41.1",
    platform: "link",
    calls: &[
        "connect",
        "connection.enableConnectivityChecking",
        "connection.resetConnection",
        "destroy",
        "disconnect",
        "notification.enableWebsocket",
        "updateConfig",
        "updateConnection",
    ],
    idle_calls: &["setCredentials", "setTokens", "updateToken"],
    first_agent: AGENT,
    agent: AGENT,
    defaults,
    signature,
    websocket_params: |_, _| Value::Undefined,
    shows_tokens: false,
    api: Api::Connection { leaving: Leaving::DeleteThenClose },
    opening_error: OpeningFailure::to_error,
    gone_code: LINK_GONE,
    ended_codes: &[GONE, LINK_GONE],
    correlator_version: one,
    notification_id: event_id,
    gone_retry_after: |_| None,
    ..uc3::PROFILE
};

static DEFAULTS: LazyLock<Value> = LazyLock::new(|| default_authentication_of_link(["IM", "Presence", "call"]));

fn defaults() -> &'static Value {
    &DEFAULTS
}

fn signature(credentials: &Value) -> Signature {
    let given = |name: &str| credentials.get(name).is_truthy();
    if given("hmacToken") {
        Signature::Hmac
    } else if given("authname") && given("password") {
        Signature::Basic("authname")
    } else if given("username") && given("password") {
        Signature::Basic("username")
    } else {
        Signature::Invalid
    }
}

/// The version in the address of a correlator, whatever the configuration says.
pub(super) fn one(_configured: &Value) -> Value {
    Value::from_static("1")
}

/// The id alone by which duplicates are known: those that only have an `id` all count as one.
pub(super) fn event_id(message: &Value) -> &Value {
    message.get("eventId")
}
