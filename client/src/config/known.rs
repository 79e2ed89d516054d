//! The names of the options that Kandy.js documents.

use serde_json::Value;

use crate::dialect::Dialect;

/// A key that Kandy.js has no option for. The SDK ignores such keys silently.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnknownKey {
    /// Where it was found, such as `authentication.subscription.sever`.
    pub path: String,
    /// The option of the same section with the most similar name, if there is a similar one.
    pub nearest: Option<&'static str>,
}

/// Every key in `value` that is not an option, in the order in which they stand there.
///
/// The features that do not touch connecting (`call`, `logs`, `messaging`, ..) are known by name
/// only: below them every key is accepted. What is not an object is not looked into; its shape
/// is for [`Config::from_json`](super::Config::from_json) to judge.
#[must_use]
pub fn unknown_keys(value: &Value) -> Vec<UnknownKey> {
    unknown_keys_of(Dialect::Uc3, value)
}

/// Every key in `value` that is not an option of the dialect, likewise.
#[must_use]
pub fn unknown_keys_of(dialect: Dialect, value: &Value) -> Vec<UnknownKey> {
    let mut unknown = Vec::new();
    collect(value, "", if dialect.has_services() { OPTIONS_OF_SERVICES } else { OPTIONS }, &mut unknown);
    unknown
}

fn collect(value: &Value, path: &str, known: &'static [Key], unknown: &mut Vec<UnknownKey>) {
    let Value::Object(members) = value else {
        return;
    };
    for (name, member) in members {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match known.iter().find(|key| key.name == name) {
            // A key without keys below it is a value, or open.
            Some(key) if key.below.is_empty() => {}
            Some(key) => collect(member, &path, key.below, unknown),
            None => unknown.push(UnknownKey { path, nearest: nearest(name, known) }),
        }
    }
}

/// The known name that takes the fewest edits to reach, whatever the case; at most a third of its letters may differ.
fn nearest(name: &str, known: &'static [Key]) -> Option<&'static str> {
    let name = name.to_lowercase();
    known
        .iter()
        .map(|key| {
            let edits = strsim::damerau_levenshtein(&name, &key.name.to_lowercase());
            (edits, key.name)
        })
        .filter(|(edits, known)| *edits <= (known.len() / 3).max(1))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known)
}

struct Key {
    name: &'static str,
    below: &'static [Key],
}

const fn key(name: &'static str) -> Key {
    Key { name, below: &[] }
}

const fn section(name: &'static str, below: &'static [Key]) -> Key {
    Key { name, below }
}

/// The REST server and what is asked of it, in the form that all dialects take.
const SUBSCRIPTION: Key = section(
    "subscription",
    &[
        key("server"),
        key("protocol"),
        key("version"),
        key("port"),
        key("expires"),
        key("service"),
        key("localization"),
        key("useTurn"),
        key("notificationType"),
    ],
);

const WEBSOCKET: Key = section("websocket", &[key("server"), key("protocol"), key("port")]);

/// In the form that Link 4 and 5 have beside that: the server apart from what is asked of it.
const SERVER: Key = section("server", &[key("base"), key("protocol"), key("version"), key("port")]);

const SUBSCRIPTION_OF_SERVICES: Key = section(
    "subscription",
    &[
        WEBSOCKET,
        key("expires"),
        key("localization"),
        key("useTurn"),
        key("notificationType"),
        key("serviceUnavailableMaxRetries"),
    ],
);

const CONNECTIVITY: Key = section(
    "connectivity",
    &[
        key("method"),
        key("pingInterval"),
        key("reconnectLimit"),
        key("reconnectDelay"),
        key("reconnectTimeMultiplier"),
        key("reconnectTimeLimit"),
        key("autoReconnect"),
        key("maxMissedPings"),
        key("checkConnectivity"),
        key("webSocketOAuthMode"),
    ],
);

const NOTIFICATIONS: Key = section(
    "notifications",
    &[
        key("idCacheLength"),
        key("incomingCallNotificationMode"),
        section("pushRegistration", &[key("server"), key("port"), key("protocol"), key("version")]),
    ],
);

const REQUEST: Key = section("request", &[key("injectAgentVersionHeader"), key("customAgentVersionHeaderSuffix")]);

const COMMON: Key = section("common", &[key("enableReduxDevTools"), key("reduxDevToolsName"), key("allowProxy")]);

const OPTIONS: &[Key] = &[
    section("authentication", &[SUBSCRIPTION, WEBSOCKET, key("earlyRefreshMargin")]),
    CONNECTIVITY,
    NOTIFICATIONS,
    REQUEST,
    COMMON,
    key("call"),
    key("callHistory"),
    key("contacts"),
    key("groups"),
    key("logs"),
    key("media"),
    key("messaging"),
    key("presence"),
    key("sipEvents"),
    key("users"),
    key("voicemail"),
    key("webrtc"),
];

const OPTIONS_OF_SERVICES: &[Key] = &[
    section("authentication", &[SERVER, SUBSCRIPTION, WEBSOCKET]),
    SUBSCRIPTION_OF_SERVICES,
    CONNECTIVITY,
    NOTIFICATIONS,
    REQUEST,
    COMMON,
    key("call"),
    key("callHistory"),
    key("contacts"),
    key("groups"),
    key("logs"),
    key("media"),
    key("messaging"),
    key("presence"),
    key("sipEvents"),
    key("users"),
    key("voicemail"),
    key("webrtc"),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Config;
    use super::*;

    #[test]
    fn every_option_is_known() {
        let mut config = serde_json::to_value(Config::default()).expect("options are JSON");
        config["notifications"]["pushRegistration"] =
            json!({"server": "s", "port": "1", "protocol": "https", "version": "1"});
        assert_eq!(unknown_keys(&config), []);

        config["common"] = json!({
            "enableReduxDevTools": false, "reduxDevToolsName": "WebRTC SDK", "allowProxy": false,
        });
        let given = config.as_object().expect("options are an object");
        for key in OPTIONS.iter().filter(|key| !key.below.is_empty()) {
            assert_all_given(key, &given[key.name]);
        }

        fn assert_all_given(key: &Key, value: &Value) {
            for below in key.below {
                let value = value.get(below.name);
                let value = value.unwrap_or_else(|| panic!("{} has {}", key.name, below.name));
                assert_all_given(below, value);
            }
        }
    }

    #[test]
    fn other_features_are_open() {
        let value = json!({
            "call": {"anything": {"goes": true}}, "callHistory": 5, "messaging": {"x": 1},
            "logs": {"logLevel": "silent", "x": 1},
        });
        assert_eq!(unknown_keys(&value), []);
    }

    #[test]
    fn unknown_keys_name_the_nearest_option() {
        for (value, path, nearest) in [
            (json!({"requests": {"x": 1}}), "requests", Some("request")),
            (json!({"Authentication": {}}), "Authentication", Some("authentication")),
            (
                json!({"authentication": {"subscription": {"sever": "h"}}}),
                "authentication.subscription.sever",
                Some("server"),
            ),
            (json!({"authentication": {"websocket": {"version": 1}}}), "authentication.websocket.version", None),
            (json!({"connectivity": {"pingIntreval": 1}}), "connectivity.pingIntreval", Some("pingInterval")),
            (json!({"connectivity": {"pingIntvl": 1}}), "connectivity.pingIntvl", Some("pingInterval")),
            (
                json!({"connectivity": {"webSocketOauthMode": "query"}}),
                "connectivity.webSocketOauthMode",
                Some("webSocketOAuthMode"),
            ),
            (
                json!({"notifications": {"pushRegistration": {"prot": 1}}}),
                "notifications.pushRegistration.prot",
                Some("port"),
            ),
            (json!({"common": {"zzz": 1}}), "common.zzz", None),
            (json!({"": 1}), "", None),
        ] {
            let path = path.to_owned();
            assert_eq!(unknown_keys(&value), [UnknownKey { path, nearest }]);
        }
    }

    #[test]
    fn link_has_another_form_beside_that_of_all() {
        let value = json!({
            "authentication": { "server": { "base": "h" }, "subscription": { "server": "h" } },
            "subscription": { "websocket": { "server": "h" }, "serviceUnavailableMaxRetries": 1 },
        });
        assert_eq!(unknown_keys_of(Dialect::Link, &value), []);
        let paths: Vec<String> = unknown_keys(&value).into_iter().map(|key| key.path).collect();
        assert_eq!(paths, ["authentication.server", "subscription"]);
        let nearest = unknown_keys_of(Dialect::Link, &json!({ "subscription": { "expire": 1 } }));
        assert_eq!(nearest[0].nearest, Some("expires"));
    }

    #[test]
    fn unknown_keys_come_in_order() {
        let value = json!({"zeta": 1, "connectivity": {"b": 1, "a": 2}, "alpha": 3});
        let paths: Vec<String> = unknown_keys(&value).into_iter().map(|key| key.path).collect();
        assert_eq!(paths, ["zeta", "connectivity.b", "connectivity.a", "alpha"]);
    }

    #[test]
    fn what_is_no_object_is_not_looked_into() {
        assert_eq!(unknown_keys(&json!([{"x": 1}])), []);
        assert_eq!(unknown_keys(&json!({"authentication": 5})), []);
    }
}
