//! The subscription of a connect.

use super::{Round, Row, refused, seen};

/// A round without a fault.
const HEALTHY: Round =
    &["200", "2 times: ws:change", "auth:change  connected", "connected; services FULL; subscriptions 1, sockets 1"];

pub(super) const ROWS: &[Row] = &[
    seen(
        "status",
        r#"{"status":503}"#,
        &[&[
            "503",
            "auth:error  authentication:4  Failed to subscribe user. Code: 99.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "statusText",
        r#"{"status":403,"body":"<html>","type":"text/html","statusText":"Keep Out"}"#,
        &[&[
            "403",
            "auth:error  authentication:4  Subscribe request failed: Keep Out.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "json",
        r#"{"status":403,"json":{"statusCode":61,"reason":"not provisioned"}}"#,
        &[&[
            "403",
            "auth:error  authentication:4  Failed to subscribe user. Code: 61.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "json",
        r#"{"status":403,"json":{"authorizationResponse":{"statusCode":46}}}"#,
        &[&[
            "403",
            "auth:error  authentication:4  Failed to subscribe user. Code: 46.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "body",
        r#"{"body":"{"}"#,
        &[&[
            "200",
            "auth:error  authentication:4  Subscribe request failed: Expected property name or '}' in JSON at position 1 (line 1 column 2).",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "body",
        r#"{"status":500,"body":""}"#,
        &[&[
            "500",
            "auth:error  TypeError  Cannot read properties of undefined (reading 'statusCode')",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "type",
        r#"{"status":403,"body":"","type":null}"#,
        &[&["403", "crash: requests", "pending; services NONE; subscriptions 0, sockets 0"]],
    ),
    seen(
        "type",
        r#"{"status":403,"body":"","type":"text/html"}"#,
        &[&[
            "403",
            "auth:error  authentication:4  Subscribe request failed: Forbidden.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "cors",
        r#"{"cors":false}"#,
        &[&[
            "200 without CORS headers",
            "auth:error  authentication:4  Subscribe request failed: Failed to fetch.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "merge",
        r#"{"merge":{"subscribeResponse":{"subscriptionParams":null}}}"#,
        &[&[
            "200",
            "auth:error  TypeError  Cannot read properties of null (reading 'service')",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "params",
        r#"{"params":{"service":["call"]}}"#,
        &[&[
            "200",
            "2 times: ws:change",
            "auth:change  connected",
            "connected; services PARTIAL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "without",
        r#"{"without":["service"]}"#,
        &[&[
            "200",
            "auth:error  TypeError  Cannot read properties of undefined (reading 'map')",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "without",
        r#"{"without":["notificationChannel"]}"#,
        &[&[
            "200",
            "2 times: ws:change",
            "auth:error  authentication:2  Websocket connection failed.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "delay",
        r#"{"delay":"2s"}"#,
        &[&[
            "200, after 2.000 s",
            "2 times: ws:change",
            "auth:change  connected",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen("hang", r#"{"hang":true}"#, &[&["none (hangs)", "pending; services NONE; subscriptions 0, sockets 0"]]),
    seen(
        "reset",
        r#"{"reset":true}"#,
        &[&[
            "connection reset",
            "auth:error  authentication:4  Subscribe request failed: Failed to fetch.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "reset",
        r#"{"reset":true,"delay":"1s"}"#,
        &[&[
            "connection reset, after 1.000 s",
            "auth:error  authentication:4  Subscribe request failed: Failed to fetch.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "refuse",
        r#"{"refuse":true}"#,
        &[&[
            "connection refused",
            "auth:error  authentication:4  Subscribe request failed: Failed to fetch.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    refused("closeAfterOpen", r#"{"closeAfterOpen":1000}"#),
    seen(
        "times",
        r#"{"status":503,"times":1}"#,
        &[
            &[
                "503",
                "auth:error  authentication:4  Failed to subscribe user. Code: 99.",
                "disconnected; services NONE; subscriptions 0, sockets 0",
            ],
            HEALTHY,
        ],
    ),
    seen(
        "after",
        r#"{"status":503,"after":1}"#,
        &[
            HEALTHY,
            &[
                "503",
                "auth:error  authentication:4  Failed to subscribe user. Code: 99.",
                "disconnected; services NONE; subscriptions 0, sockets 0",
            ],
        ],
    ),
    seen(
        "user",
        r#"{"status":503,"user":"alice@example.com"}"#,
        &[&[
            "503",
            "auth:error  authentication:4  Failed to subscribe user. Code: 99.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen("user", r#"{"status":503,"user":"bob@example.com"}"#, &[HEALTHY]),
    seen(
        "list",
        r#"[{"reset":true},{},{"delay":"1s"}]"#,
        &[
            &[
                "connection reset",
                "auth:error  authentication:4  Subscribe request failed: Failed to fetch.",
                "disconnected; services NONE; subscriptions 0, sockets 0",
            ],
            HEALTHY,
            &[
                "200, after 1.000 s",
                "2 times: ws:change",
                "auth:change  connected",
                "connected; services FULL; subscriptions 1, sockets 1",
            ],
        ],
    ),
];
