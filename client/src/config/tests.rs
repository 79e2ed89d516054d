mod validation;

use serde_json::json;

use super::*;

/// Options without any violation, to add one to.
fn servers() -> Value {
    json!({"authentication": {"subscription": {"server": "h"}, "websocket": {"server": "h"}}})
}

/// The options after `given` alone, which must pass without a word.
fn accept(given: &Value) -> Config {
    let mut config = Config::for_server("h", 80, 81);
    let violations = config.merge(given).expect("the shape fits");
    assert_eq!(violations, [], "{given}");
    config
}

/// `{"a": {"b": value}}` for the path `a.b`.
fn at(path: &str, value: Value) -> Value {
    path.rsplit('.').fold(value, |value, key| json!({ key: value }))
}

#[test]
fn defaults_are_those_of_the_sdk() {
    let defaults = json!({
        "authentication": {
            "subscription": {
                "server": null,
                "protocol": "https",
                "version": "v2.0",
                "port": 443,
                "expires": 3600,
                "service": ["call", "IM", "Presence"],
                "localization": "English_US",
                "useTurn": true,
                "notificationType": "WebSocket",
            },
            "websocket": {"server": null, "protocol": "wss", "port": 443},
            "earlyRefreshMargin": 300,
        },
        "connectivity": {
            "method": "keepAlive",
            "pingInterval": 30000,
            "reconnectLimit": 5,
            "reconnectDelay": 5000,
            "reconnectTimeMultiplier": 1,
            "reconnectTimeLimit": 640000,
            "autoReconnect": true,
            "maxMissedPings": 3,
            "checkConnectivity": true,
            "webSocketOAuthMode": "query",
        },
        "notifications": {
            "idCacheLength": 100,
            "incomingCallNotificationMode": "any-channel",
        },
        "request": {
            "injectAgentVersionHeader": true,
            "customAgentVersionHeaderSuffix": "",
        },
    });
    let config = serde_json::to_value(Config::default()).expect("options are JSON");
    assert_eq!(config, defaults);
}

#[test]
fn what_is_serialized_reads_back() {
    let mut config = Config::for_server("h", 80, 81);
    config.notifications.push_registration = Some(json!({"server": "p"}));
    config.other.insert("call".to_owned(), json!({"x": [1]}));
    let text = serde_json::to_value(&config).expect("options are JSON");
    assert_eq!(Config::from_json(&text), Ok((config, vec![])));
}

#[test]
fn missing_servers_are_reported_once() {
    for given in [
        json!({}),
        json!({"authentication": {"subscription": {"server": null}}}),
        json!({"authentication": {
            "subscription": {"server": null}, "websocket": {"server": null},
        }}),
    ] {
        let (config, violations) = Config::from_json(&given).expect("the shape fits");
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "authentication.subscription.server has value of 'null', but it should be a string",
                "authentication.websocket.server has value of 'null', but it should be a string",
            ]
        );
        assert_eq!(config, Config::default());
    }
    let (_, violations) = Config::from_json(&servers()).expect("the shape fits");
    assert_eq!(violations, []);
}

#[test]
fn a_server_can_be_taken_away() {
    let mut config = Config::for_server("h", 80, 81);
    assert_eq!(config.merge(&json!({})), Ok(vec![]));
    let patch = at("authentication.websocket.server", Value::Null);
    let violations = config.merge(&patch).expect("the shape fits");
    assert_eq!(violations, [Violation::missing("authentication.websocket.server")]);
    assert_eq!(config.authentication.websocket.server, None);
    assert_eq!(config.authentication.subscription.server.as_deref(), Some("h"));
}

#[test]
fn merging_goes_deep_and_replaces_arrays() {
    let mut config = accept(&json!({
        "authentication": {"subscription": {"service": ["call", "IM"]}},
        "notifications": {"pushRegistration": {"server": "p", "port": "1"}},
        "call": {"a": {"b": 1, "c": null}, "list": [1, 2]},
        "logs": {"logLevel": "silent"},
    }));
    let violations = config.merge(&json!({
        "authentication": {"subscription": {"service": ["Presence"]}},
        "connectivity": {"pingInterval": 1000},
        "notifications": {"pushRegistration": {"port": "2"}},
        "call": {"a": {"b": 2}, "list": [3]},
        "logs": null,
        "unheardOf": 1,
    }));
    assert_eq!(violations, Ok(vec![]));

    let mut expected = Config::for_server("h", 80, 81);
    expected.authentication.subscription.service = vec!["Presence".to_owned()];
    expected.connectivity.ping_interval = 1000.0;
    expected.notifications.push_registration = Some(json!({"server": "p", "port": "2"}));
    let other = json!({
        "call": {"a": {"b": 2, "c": null}, "list": [3]}, "logs": null, "unheardOf": 1,
    });
    expected.other = other.as_object().cloned().expect("it is an object");
    assert_eq!(config, expected);
}

#[test]
fn unknown_keys_of_a_section_are_ignored() {
    let given = json!({"connectivity": {"pingIntreval": 1}, "authentication": {"x": {"y": 1}}});
    assert_eq!(accept(&given), Config::for_server("h", 80, 81));
}

#[test]
fn an_error_changes_nothing() {
    let mut config = Config::for_server("h", 80, 81);
    let patch = json!({
        "authentication": {"subscription": {"port": 1}}, "connectivity": {"pingInterval": null},
    });
    assert!(config.merge(&patch).is_err());
    assert_eq!(config, Config::for_server("h", 80, 81));
}
