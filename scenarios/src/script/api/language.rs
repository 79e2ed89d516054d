//! What a script names by a text: events, points and the keys of faults.

use serde::Serialize;

/// An event of a client.
#[derive(Debug, Serialize)]
pub(crate) struct EventRow {
    pub(crate) name: &'static str,
    /// When it comes.
    pub(crate) about: &'static str,
    /// The keys of its params. Each is there, `()` where it is undefined.
    pub(crate) params: &'static [&'static str],
}

/// Every event.
pub(crate) static EVENTS: [EventRow; 11] = [
    event("auth:change", "`getConnection()` gives something else", &["reason", "forced", "retryAfter"]),
    event("auth:credentialsSet", "a token was given", &[]),
    event("auth:error", "signing in or out has failed", &["error"]),
    event("auth:resub", "a renewal of the subscription was answered", &["attemptNum", "isFailure", "error"]),
    event("request:error", "the server does not know the user (all but UC 3 and Link 3)", &["error"]),
    event("subscription:change", "`getSubscriptions()` gives something else (Link 4 and 5)", &["reason", "retryAfter"]),
    event("subscription:error", "subscribing or unsubscribing has failed (Link 4 and 5)", &["error"]),
    event(
        "subscription:resub",
        "a renewal of the subscription was answered (Link 4 and 5)",
        &["attemptNum", "isFailure", "error"],
    ),
    event("ws:change", "the websocket opens, closes or pings", &["platform"]),
    event("notification:received", "a notification has come", &["payload"]),
    event("notifications:change", "notifications come by another channel", &["channel"]),
];

const fn event(name: &'static str, about: &'static str, params: &'static [&'static str]) -> EventRow {
    EventRow { name, about, params }
}

/// Something that is told by its name.
#[derive(Debug, Serialize)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
}

/// Every point of the platform.
pub(crate) static POINTS: [Named; 22] = [
    named("mk_token", "a login: name and password for tokens"),
    named("refresh_token", "a token for newer tokens"),
    named("subscribe", "a new subscription"),
    named("resubscribe", "the renewal of a subscription"),
    named("unsubscribe", "the end of a subscription"),
    named("revoke_token", "the end of a token, for which Kandy.js up to 3.14 asks when it leaves"),
    named("websocket", "the handshake of a websocket"),
    named("callStart", "callMe: a call is made"),
    named("callUpdate", "callMe: a call is still there"),
    named("callEnd", "callMe: the end of a call"),
    named("cpaasToken", "CPaaS: name and password, or a refresh token, for tokens"),
    named("channel", "CPaaS: a new channel"),
    named("channelEnd", "CPaaS: the end of a channel"),
    named("serviceCall", "CPaaS: a subscription to calls"),
    named("serviceChat", "CPaaS: a subscription to chat"),
    named("serviceSms", "CPaaS: a subscription to short messages that come in"),
    named("servicePresence", "CPaaS: a subscription to a presence list"),
    named("serviceEnd", "CPaaS: the end of a subscription to a service"),
    named("turn", "CPaaS: the credentials of a media relay"),
    named("presenceLists", "CPaaS: presence lists, asked for or made"),
    named("preflight", "a browser's question whether a page may make a request; it is from no user"),
    named("other", "every other request"),
];

const fn named(name: &'static str, about: &'static str) -> Named {
    Named { name, about }
}

/// Keys of a fault that share a description.
#[derive(Debug)]
pub(crate) struct FaultKeys {
    pub(crate) names: &'static [&'static str],
    pub(crate) about: &'static str,
    /// A fault with them.
    pub(crate) example: &'static str,
}

impl FaultKeys {
    /// A call of `fail` with them.
    pub(crate) fn call(&self) -> String {
        let is_of_sockets = self.names.iter().any(|name| ["accept", "closeAfterOpen"].contains(name));
        let point = if is_of_sockets { "websocket" } else { "subscribe" };
        format!("platform.fail(\"{point}\", {});", self.example)
    }
}

/// Every key of a fault.
pub(crate) static FAULT_KEYS: [FaultKeys; 16] = [
    keys(
        &["status", "statusText"],
        "the HTTP status; alone it gives the platform's own error",
        "#{ status: 503, statusText: \"Too Busy\" }",
    ),
    keys(
        &["json", "body", "type"],
        "the body, and its content type (`()` for none)",
        "#{ body: \"<html>\", type: \"text/html\" }",
    ),
    keys(
        &["headers"],
        "more headers, or others in place of the normal ones; a list for a name that comes more than once",
        "#{ headers: #{ \"Retry-After\": \"7\" } }",
    ),
    keys(&["cors"], "`false` for no CORS headers: a browser hides the answer", "#{ cors: false }"),
    keys(&["merge"], "merged into the normal body", "#{ merge: #{ extra: 1 } }"),
    keys(
        &["params"],
        "merged into `subscriptionParams`: what is told of a subscription, not what the platform keeps",
        "#{ params: #{ expires: 60 } }",
    ),
    keys(
        &["without"],
        "fields that are left out: by name, or by path from the root, such as `\"/subscribeResponse/statusCode\"`",
        "#{ without: [\"service\", \"subscription\"] }",
    ),
    keys(&["delay"], "a duration", "#{ delay: \"3s\" }"),
    keys(
        &["lateBody", "drip"],
        "the body comes that much later than its head; so many bytes of it a second",
        "#{ drip: 100 }",
    ),
    keys(
        &["truncate"],
        "after so many bytes of the body, or behind all of it if it is shorter, the connection is cut",
        "#{ truncate: 20 }",
    ),
    keys(&["hang", "reset", "refuse"], "no answer; the connection is reset; it is refused", "#{ hang: true }"),
    keys(&["accept"], "`true` accepts a handshake that would be refused, for `websocket`", "#{ accept: true }"),
    keys(&["closeAfterOpen"], "a close code, for `websocket`", "#{ closeAfterOpen: 4000 }"),
    keys(&["times", "after"], "only so often; only after so many", "#{ status: 503, times: 2, after: 1 }"),
    keys(&["user"], "only for that user", "#{ status: 403, user: \"alice@example.com\" }"),
    keys(&["each"], "counted for each `\"user\"` by themselves", "#{ status: 503, times: 1, each: \"user\" }"),
];

const fn keys(names: &'static [&'static str], about: &'static str, example: &'static str) -> FaultKeys {
    FaultKeys { names, about, example }
}
