//! What each option takes in silence, takes with a complaint, and does not take.

use serde_json::json;

use super::super::*;
use super::at;

#[test]
fn valid_values_pass_in_silence() {
    for (path, value) in [
        ("authentication.subscription.server", json!("example.com")),
        ("authentication.subscription.protocol", json!("http")),
        ("authentication.subscription.protocol", json!("https")),
        ("authentication.subscription.version", json!("v2.0")),
        ("authentication.subscription.port", json!(0)),
        ("authentication.subscription.port", json!(8080)),
        ("authentication.subscription.expires", json!(60)),
        ("authentication.subscription.service", json!([])),
        ("authentication.subscription.service", json!(["call"])),
        ("authentication.subscription.localization", json!("German")),
        ("authentication.subscription.useTurn", json!(false)),
        ("authentication.subscription.notificationType", json!("x")),
        ("authentication.websocket.server", json!("example.com")),
        ("authentication.websocket.protocol", json!("anything")),
        ("authentication.websocket.port", json!(8081)),
        ("authentication.earlyRefreshMargin", json!(10)),
        ("connectivity.method", json!("keepAlive")),
        ("connectivity.pingInterval", json!(1000)),
        ("connectivity.reconnectLimit", json!(0)),
        ("connectivity.reconnectDelay", json!(100)),
        ("connectivity.reconnectTimeMultiplier", json!(1.5)),
        ("connectivity.reconnectTimeLimit", json!(15000)),
        ("connectivity.autoReconnect", json!(false)),
        ("connectivity.maxMissedPings", json!(1)),
        ("connectivity.checkConnectivity", json!(false)),
        ("connectivity.webSocketOAuthMode", json!("header")),
        ("notifications.idCacheLength", json!(0)),
        ("notifications.incomingCallNotificationMode", json!("push-channel-only")),
        ("notifications.pushRegistration.port", json!("443")),
        ("request.injectAgentVersionHeader", json!(false)),
        ("request.customAgentVersionHeaderSuffix", json!("app/1")),
    ] {
        assert_eq!(merged_at(path, &value), (value, vec![]), "{path}");
    }
}

#[test]
fn values_beyond_validation_are_reported_and_used() {
    for (path, value, expected) in [
        ("authentication.subscription.protocol", json!("ftp"), "http or https"),
        ("authentication.subscription.version", json!("v3.0"), "v2.0"),
        ("authentication.subscription.port", json!(-1), "a number of at least 0"),
        ("authentication.subscription.expires", json!(-1.5), "a number of at least 0"),
        ("authentication.websocket.port", json!(-2), "a number of at least 0"),
        ("authentication.earlyRefreshMargin", json!(-300), "a number of at least 0"),
        ("connectivity.method", json!("pingPong"), "keepAlive"),
        ("connectivity.pingInterval", json!(-1), "a number of at least 0"),
        ("connectivity.reconnectLimit", json!(-1), "a number of at least 0"),
        ("connectivity.reconnectDelay", json!(-1), "a number of at least 0"),
        ("connectivity.reconnectTimeMultiplier", json!(-1), "a number of at least 0"),
        ("connectivity.reconnectTimeLimit", json!(-1), "a number of at least 0"),
        ("connectivity.maxMissedPings", json!(-1), "a number of at least 0"),
        ("notifications.idCacheLength", json!(-1), "a number of at least 0"),
        ("notifications.incomingCallNotificationMode", json!("none"), "any-channel or push-channel-only"),
    ] {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let line = format!("{path} has value of '{text}', but it should be {expected}");
        assert_eq!(merged_at(path, &value), (value, vec![line]));
    }
}

#[test]
fn scalars_of_another_type_are_converted_and_reported() {
    for (path, given, used, text, expected) in [
        ("authentication.subscription.server", json!(5), json!("5"), "5", "a string"),
        ("authentication.subscription.protocol", json!(true), json!("true"), "true", "http or https"),
        ("authentication.subscription.version", json!(2.5), json!("2.5"), "2.5", "v2.0"),
        ("authentication.subscription.port", json!("8080"), json!(8080), "8080", "a number of at least 0"),
        ("authentication.subscription.port", json!("abc"), json!(null), "abc", "a number of at least 0"),
        ("authentication.subscription.expires", json!(""), json!(0), "", "a number of at least 0"),
        ("authentication.subscription.expires", json!(true), json!(1), "true", "a number of at least 0"),
        (
            "authentication.subscription.service",
            json!(["call", 5, false]),
            json!(["call", "5", "false"]),
            "call,5,false",
            "an array of strings",
        ),
        ("authentication.subscription.localization", json!(1e21), json!("1e+21"), "1e+21", "a string"),
        ("authentication.subscription.useTurn", json!(0), json!(false), "0", "true or false"),
        ("authentication.subscription.notificationType", json!(false), json!("false"), "false", "a string"),
        ("authentication.websocket.server", json!(1.0), json!("1"), "1", "a string"),
        ("authentication.websocket.protocol", json!(7), json!("7"), "7", "a string"),
        ("connectivity.method", json!(1), json!("1"), "1", "keepAlive"),
        ("connectivity.autoReconnect", json!("false"), json!(true), "false", "true or false"),
        ("connectivity.checkConnectivity", json!(""), json!(false), "", "true or false"),
        ("connectivity.webSocketOAuthMode", json!(0), json!("0"), "0", "a string"),
        ("notifications.pushRegistration.port", json!(443), json!(443), "443", "a string"),
        ("request.injectAgentVersionHeader", json!(2), json!(true), "2", "true or false"),
    ] {
        let line = format!("{path} has value of '{text}', but it should be {expected}");
        assert_eq!(merged_at(path, &given), (used, vec![line]), "{path}");
    }
}

#[test]
fn the_agent_suffix_is_converted_in_silence() {
    let path = "request.customAgentVersionHeaderSuffix";
    assert_eq!(merged_at(path, &json!(5)), (json!("5"), vec![]));
}

#[test]
fn shapes_that_do_not_fit_are_errors() {
    for (path, value, message) in [
        (
            "authentication",
            json!(5),
            "authentication cannot be the number 5: give an object, \
             or leave the option out",
        ),
        (
            "authentication.subscription.service",
            json!("call"),
            "authentication.subscription.service cannot be the string 'call': \
             give an array of strings, or leave the option out",
        ),
        (
            "authentication.subscription.service",
            json!(["call", null]),
            "authentication.subscription.service[1] cannot be null: give a string, \
             or leave the option out",
        ),
        (
            "connectivity.pingInterval",
            json!({}),
            "connectivity.pingInterval cannot be an object: give a number of at least 0, \
             or leave the option out",
        ),
        (
            "connectivity.autoReconnect",
            json!([true]),
            "connectivity.autoReconnect cannot be an array: give true or false, \
             or leave the option out",
        ),
        (
            "connectivity.method",
            json!({"type": "keepAlive"}),
            "connectivity.method cannot be an object: give keepAlive, \
             or leave the option out",
        ),
        (
            "notifications.pushRegistration",
            json!(true),
            "notifications.pushRegistration cannot be the boolean true: give an object, \
             or leave the option out",
        ),
        (
            "notifications.pushRegistration.server",
            json!(["h"]),
            "notifications.pushRegistration.server cannot be an array: give a string, \
             or leave the option out",
        ),
        ("request", json!("x".repeat(41)), "request cannot be a long string: give an object, or leave the option out"),
    ] {
        let error = Config::from_json(&at(path, value)).expect_err("the shape does not fit");
        assert_eq!(error.to_string(), message);
    }
    let error = Config::from_json(&json!([])).expect_err("the shape does not fit");
    assert_eq!(error.path, "configuration");
}

#[test]
fn null_fits_servers_only() {
    let defaults = serde_json::to_value(Config::default()).expect("options are JSON");
    let paths = leaves("", &defaults);
    assert_eq!(paths.len(), 27);
    for path in paths {
        let merged = Config::default().merge(&at(&path, Value::Null));
        assert_eq!(merged.is_ok(), path.ends_with(".server"), "{path}");
    }

    fn leaves(path: &str, value: &Value) -> Vec<String> {
        let Value::Object(members) = value else {
            return vec![path.to_owned()];
        };
        members
            .iter()
            .flat_map(|(key, value)| {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(&format!("{path}{dot}{key}"), value)
            })
            .collect()
    }
}

/// The value at `path` of the options after `given`, as JSON, and the lines that it is worth.
fn merged_at(path: &str, given: &Value) -> (Value, Vec<String>) {
    let mut config = Config::for_server("h", 80, 81);
    let violations = config.merge(&at(path, given.clone())).unwrap_or_else(|error| panic!("{error}"));
    let pointer = format!("/{}", path.replace('.', "/"));
    let config = serde_json::to_value(config).expect("options are JSON");
    let value = config.pointer(&pointer).expect("the option is there");
    (value.clone(), violations.iter().map(ToString::to_string).collect())
}
