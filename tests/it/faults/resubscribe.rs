//! Renewals of the subscription, of which the SDK tries the next by itself.

use super::{Round, Row, refused, seen};

/// A round without a fault.
const HEALTHY: Round = &["200", "auth:resub  attempt 1", "connected; services FULL; subscriptions 1, sockets 1"];

pub(super) const ROWS: &[Row] = &[
    seen(
        "status",
        r#"{"status":503}"#,
        &[&[
            "503",
            "auth:resub  attempt 1 failed  authentication:6  Failed to update user subscription with status code 99.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "statusText",
        r#"{"status":403,"body":"<html>","type":"text/html","statusText":"Keep Out"}"#,
        &[&[
            "403",
            "auth:resub  attempt 1 failed  authentication:6  Update subscription request failed.: Keep Out.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "json",
        r#"{"status":404,"json":{"subscribeResponse":{"statusCode":4}}}"#,
        &[&[
            "404",
            "auth:resub  attempt 1 failed  4  Subscription no longer exists. Code 4.",
            "ws:change",
            "auth:change  disconnected  GONE (forced)",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "json",
        r#"{"status":404,"json":{"subscribeResponse":{"statusCode":39}}}"#,
        &[&[
            "404",
            "auth:resub  attempt 1 failed  39  Subscription no longer exists. Code 39.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "body",
        r#"{"body":"{"}"#,
        &[&[
            "200",
            "auth:resub  attempt 1 failed  authentication:6  Update subscription request failed.: Expected property name or '}' in JSON at position 1 (line 1 column 2).",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "body",
        r#"{"status":500,"body":""}"#,
        &[&["500", "crash: resubscription", "connected; services FULL; subscriptions 1, sockets 1"]],
    ),
    seen(
        "type",
        r#"{"status":403,"body":"","type":null}"#,
        &[&["403", "crash: requests", "connected; services FULL; subscriptions 1, sockets 1"]],
    ),
    seen(
        "type",
        r#"{"status":403,"body":"","type":"text/html"}"#,
        &[&[
            "403",
            "auth:resub  attempt 1 failed  authentication:6  Update subscription request failed.: Forbidden.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "cors",
        r#"{"cors":false}"#,
        &[&[
            "200 without CORS headers",
            "auth:resub  attempt 1 failed  authentication:6  Update subscription request failed.: Failed to fetch.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "merge",
        r#"{"merge":{"subscribeResponse":{"statusCode":5}}}"#,
        &[&[
            "200",
            "auth:resub  attempt 1 failed  authentication:6  Unknown error; statusCode: 5.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen("params", r#"{"params":{"service":["call"]}}"#, &[HEALTHY]),
    seen(
        "without",
        r#"{"without":["service"]}"#,
        &[&["200", "crash: resubscription", "connected; services FULL; subscriptions 1, sockets 1"]],
    ),
    seen(
        "delay",
        r#"{"delay":"2s"}"#,
        &[&["200, after 2.000 s", "auth:resub  attempt 1", "connected; services FULL; subscriptions 1, sockets 1"]],
    ),
    seen("hang", r#"{"hang":true}"#, &[&["none (hangs)", "connected; services FULL; subscriptions 1, sockets 1"]]),
    seen(
        "reset",
        r#"{"reset":true}"#,
        &[&[
            "connection reset",
            "auth:resub  attempt 1 failed  authentication:6  Update subscription request failed.: Failed to fetch.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "reset",
        r#"{"reset":true,"delay":"1s"}"#,
        &[&[
            "connection reset, after 1.000 s",
            "auth:resub  attempt 1 failed  authentication:6  Update subscription request failed.: Failed to fetch.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "refuse",
        r#"{"refuse":true}"#,
        &[&[
            "connection refused",
            "auth:resub  attempt 1 failed  authentication:6  Update subscription request failed.: Failed to fetch.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    refused("closeAfterOpen", r#"{"closeAfterOpen":1000}"#),
    seen(
        "times",
        r#"{"status":503,"times":1}"#,
        &[
            &[
                "503",
                "auth:resub  attempt 1 failed  authentication:6  Failed to update user subscription with status code 99.",
                "connected; services FULL; subscriptions 1, sockets 1",
            ],
            &["200", "auth:resub  attempt 2", "connected; services FULL; subscriptions 1, sockets 1"],
        ],
    ),
    seen(
        "after",
        r#"{"status":503,"after":1}"#,
        &[
            HEALTHY,
            &[
                "503",
                "auth:resub  attempt 1 failed  authentication:6  Failed to update user subscription with status code 99.",
                "connected; services FULL; subscriptions 1, sockets 1",
            ],
        ],
    ),
    seen(
        "user",
        r#"{"status":503,"user":"alice@example.com"}"#,
        &[&[
            "503",
            "auth:resub  attempt 1 failed  authentication:6  Failed to update user subscription with status code 99.",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen("user", r#"{"status":503,"user":"bob@example.com"}"#, &[HEALTHY]),
    seen(
        "list",
        r#"[{"reset":true},{},{"delay":"1s"}]"#,
        &[
            &[
                "connection reset",
                "auth:resub  attempt 1 failed  authentication:6  Update subscription request failed.: Failed to fetch.",
                "connected; services FULL; subscriptions 1, sockets 1",
            ],
            &["200", "auth:resub  attempt 2", "connected; services FULL; subscriptions 1, sockets 1"],
            &["200, after 1.000 s", "auth:resub  attempt 1", "connected; services FULL; subscriptions 1, sockets 1"],
        ],
    ),
];
