//! The functions of the script API, to tell how they are called, and which one a wrong name was meant to be.

use std::collections::BTreeSet;

use kandy_mock_server::command::{VERBS, Verb};

use super::verbs;

/// Whose function it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Client,
    Connection,
    Notification,
    Platform,
    Script,
}

/// One function, and the ways to call it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Function {
    pub(super) of: Of,
    pub(super) name: &'static str,
    usage: Usage,
}

#[derive(Clone, Copy, Debug)]
enum Usage {
    Text(&'static str),
    Verb(&'static Verb),
}

impl Function {
    /// The ways to call it.
    pub(super) fn usage(&self) -> String {
        match self.usage {
            Usage::Text(text) => text.to_owned(),
            Usage::Verb(verb) => verbs::usage(verb),
        }
    }
}

impl Of {
    /// Whose functions a value of the type that Rhai calls `name` has.
    pub(super) fn type_named(name: &str) -> Option<Self> {
        match name {
            "client" => Some(Self::Client),
            "connection" => Some(Self::Connection),
            "notification" => Some(Self::Notification),
            "platform" => Some(Self::Platform),
            _ => None,
        }
    }

    /// The owner in words.
    pub(super) const fn shown(self) -> &'static str {
        match self {
            Self::Client => "a client",
            Self::Connection => "a client's `connection`",
            Self::Notification => "a client's `notification`",
            Self::Platform => "the platform",
            Self::Script => "a script",
        }
    }
}

const fn function(of: Of, name: &'static str, usage: &'static str) -> Function {
    Function { of, name, usage: Usage::Text(usage) }
}

/// Every function of the API, but for the platform's verbs.
const FUNCTIONS: &[Function] = &[
    function(Of::Script, "create", "create(), create(config), create(config, name)"),
    function(Of::Script, "advance", "advance(\"30m\")"),
    function(Of::Script, "now", "now()"),
    function(Of::Script, "waitUntil", "waitUntil(|| condition), waitUntil(|| condition, timeout)"),
    function(Of::Script, "expectEvents", "expectEvents(kandy, [\"auth:change\", ..])"),
    function(Of::Script, "assert", "assert(condition), assert(condition, message)"),
    function(Of::Script, "assertEq", "assertEq(actual, expected), assertEq(actual, expected, message)"),
    function(Of::Script, "assertNe", "assertNe(actual, unexpected), assertNe(actual, unexpected, message)"),
    function(Of::Script, "assertMatch", "assertMatch(text, regex), assertMatch(text, regex, message)"),
    function(Of::Script, "soft", "soft(|| ..)"),
    function(Of::Script, "cases", "cases(#{ name: value, .. })"),
    function(Of::Script, "fail", "fail(message)"),
    function(Of::Script, "skip", "skip(reason)"),
    function(Of::Script, "redact", "redact(regex, name)"),
    function(Of::Script, "always", "always(name, || condition)"),
    function(Of::Script, "eventually", "eventually(name, || condition), eventually(name, || condition, within)"),
    function(Of::Script, "sometimes", "sometimes(name, || condition)"),
    function(Of::Script, "disturb", "disturb(\"subscribe answer 1: lost\")"),
    function(Of::Script, "disturbed", "disturbed()"),
    function(Of::Script, "print", "print(value)"),
    function(Of::Script, "debug", "debug(value)"),
    function(Of::Client, "connect", "kandy.connect(credentials), kandy.connect(credentials, options)"),
    function(Of::Client, "disconnect", "kandy.disconnect()"),
    function(Of::Client, "updateToken", "kandy.updateToken(credentials)"),
    function(Of::Client, "setCredentials", "kandy.setCredentials(credentials)"),
    function(Of::Client, "setTokens", "kandy.setTokens(tokens)"),
    function(Of::Client, "updateConnection", "kandy.updateConnection(connection)"),
    function(Of::Client, "on", "kandy.on(event, |params| ..)"),
    function(Of::Client, "off", "kandy.off(event, listener), with the very closure that was given to `on`"),
    function(Of::Client, "subscribe", "kandy.subscribe(|type, params| ..)"),
    function(
        Of::Client,
        "unsubscribe",
        "kandy.unsubscribe(listener), with the very closure that was given to `subscribe`",
    ),
    function(Of::Client, "getConnection", "kandy.getConnection()"),
    function(Of::Client, "getUserInfo", "kandy.getUserInfo()"),
    function(Of::Client, "getServices", "kandy.getServices()"),
    function(Of::Client, "getConfig", "kandy.getConfig()"),
    function(Of::Client, "updateConfig", "kandy.updateConfig(config)"),
    function(Of::Client, "destroy", "kandy.destroy()"),
    function(Of::Client, "waitFor", "kandy.waitFor(event), kandy.waitFor(event, timeout)"),
    function(Of::Client, "expectNone", "kandy.expectNone(event, within)"),
    function(Of::Client, "events", "kandy.events()"),
    function(Of::Connection, "getSocketState", "kandy.connection.getSocketState(\"uc\")"),
    function(Of::Connection, "resetConnection", "kandy.connection.resetConnection()"),
    function(Of::Connection, "enableConnectivityChecking", "kandy.connection.enableConnectivityChecking(true)"),
    function(Of::Notification, "enableWebsocket", "kandy.notification.enableWebsocket(true)"),
    function(
        Of::Platform,
        "waitFor",
        "platform.waitFor(point), platform.waitFor(point, user), platform.waitFor(point, user, timeout)",
    ),
    function(
        Of::Platform,
        "requests",
        "platform.requests(), platform.requests(point), platform.requests(#{point, user, method, status})",
    ),
    function(Of::Platform, "subscriptions", "platform.subscriptions(), platform.subscriptions(user)"),
    function(Of::Platform, "sockets", "platform.sockets(), platform.sockets(user)"),
];

/// The keys of the maps that the API gives, for the nearest one of a wrong key.
pub(super) const KEYS: &[&str] = &[
    "accessToken",
    "answered",
    "attemptNum",
    "channel",
    "code",
    "connected",
    "error",
    "event",
    "expires",
    "forced",
    "id",
    "isConnected",
    "isFailure",
    "isPending",
    "kind",
    "lastContact",
    "message",
    "method",
    "missing",
    "name",
    "oauthToken",
    "params",
    "path",
    "payload",
    "pinging",
    "pings",
    "platform",
    "point",
    "query",
    "reason",
    "received",
    "refreshToken",
    "requested",
    "retryAfter",
    "services",
    "state",
    "status",
    "subscription",
    "time",
    "user",
    "username",
    "wsInfo",
];

/// Functions of Rhai itself that scripts use.
const OF_RHAI: &[&str] = &[
    "abs",
    "all",
    "append",
    "as_string",
    "blob",
    "call",
    "ceiling",
    "chars",
    "clear",
    "contains",
    "curry",
    "dedup",
    "drain",
    "ends_with",
    "extract",
    "filter",
    "find",
    "floor",
    "for_each",
    "get",
    "index_of",
    "insert",
    "is_empty",
    "is_shared",
    "keys",
    "len",
    "make_lower",
    "make_upper",
    "map",
    "max",
    "min",
    "parse_float",
    "parse_int",
    "parse_json",
    "pop",
    "push",
    "range",
    "reduce",
    "remove",
    "replace",
    "retain",
    "reverse",
    "round",
    "set",
    "shift",
    "some",
    "sort",
    "splice",
    "split",
    "starts_with",
    "sub_string",
    "take",
    "tag",
    "to_debug",
    "to_float",
    "to_int",
    "to_json",
    "to_lower",
    "to_string",
    "to_upper",
    "trim",
    "truncate",
    "type_of",
    "values",
    "zip",
];

pub(super) fn functions() -> impl Iterator<Item = Function> {
    let of_platform = |verb: &'static Verb| Function { of: Of::Platform, name: verb.name, usage: Usage::Verb(verb) };
    FUNCTIONS.iter().copied().chain(VERBS.iter().map(of_platform))
}

/// The functions named `name`, whoever they belong to.
pub(super) fn functions_named(name: &str) -> impl Iterator<Item = Function> {
    functions().filter(move |function| function.name == name)
}

/// The function of `of` that `name` was probably meant to be.
pub(super) fn nearest_function(name: &str, of: Of, of_script: &BTreeSet<String>) -> Option<String> {
    let own = functions().filter(|function| function.of == of).map(|function| function.name);
    let others: &[&str] = if of == Of::Script { OF_RHAI } else { &[] };
    nearest(name, own.chain(others.iter().copied()).chain(of_script.iter().map(String::as_str)))
}

/// Whether scripts use a function of Rhai's of that name.
pub(super) fn is_of_rhai(name: &str) -> bool {
    OF_RHAI.contains(&name)
}

/// The function of anything that `name` was probably meant to be.
pub(super) fn nearest_of_all(name: &str, of_script: &BTreeSet<String>) -> Option<String> {
    let of_api = functions().map(|function| function.name);
    nearest(name, of_api.chain(OF_RHAI.iter().copied()).chain(of_script.iter().map(String::as_str)))
}

/// The method of a string, array or map that `name` was probably meant to be.
pub(super) fn nearest_of_rhai(name: &str) -> Option<String> {
    nearest(name, OF_RHAI.iter().copied())
}

/// The one of `known` that takes the fewest edits to reach, case aside, of about a third of it; or that begins as
/// `name` does, as far as the shorter of the two goes.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    /// A common beginning shorter than this says nothing.
    const BEGINNING: usize = 4;
    let lower = name.to_lowercase();
    let is_near = |edits: usize, known: &str| {
        let lower_known = known.to_lowercase();
        let begins_alike = lower.starts_with(&lower_known) || lower_known.starts_with(&lower);
        let tolerance = (known.chars().count() / 3).max(1);
        (edits <= tolerance && 2 * edits <= lower.chars().count())
            || (begins_alike && lower.len().min(known.len()) >= BEGINNING)
    };
    known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), known))
        .filter(|(edits, known)| *known != name && is_near(*edits, known))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let none = BTreeSet::new();
        assert_eq!(nearest_function("conect", Of::Client, &none).as_deref(), Some("connect"));
        assert_eq!(nearest_function("waitfor", Of::Client, &none).as_deref(), Some("waitFor"));
        assert_eq!(nearest_function("assertEqual", Of::Script, &none).as_deref(), Some("assertEq"));
        assert_eq!(nearest_function("frobnicate", Of::Client, &none), None);
        assert_eq!(nearest_function("logn", Of::Script, &["login".to_owned()].into()).as_deref(), Some("login"));
        assert_eq!(nearest_of_rhai("lenn").as_deref(), Some("len"));
    }
}
