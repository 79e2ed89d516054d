//! The refresh that a connected client makes by itself, five minutes before its token ends.

use super::{Round, Row, refused, seen};

/// A round without a fault.
const HEALTHY: Round = &["200", "auth:change  connected", "connected; services FULL; subscriptions 1, sockets 1"];

pub(super) const ROWS: &[Row] = &[
    seen(
        "status",
        r#"{"status":503}"#,
        &[&[
            "503",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "statusText",
        r#"{"status":403,"body":"<html>","type":"text/html","statusText":"Keep Out"}"#,
        &[&[
            "403",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "json",
        r#"{"status":403,"json":{"error":{"human":"Locked out."}}}"#,
        &[&[
            "403",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "body",
        r#"{"body":"{"}"#,
        &[&[
            "200",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "body",
        r#"{"status":500,"body":""}"#,
        &[&[
            "500",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
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
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "cors",
        r#"{"cors":false}"#,
        &[&[
            "200 without CORS headers",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen("merge", r#"{"merge":{"success":{"access_token":"AT-x"}}}"#, &[HEALTHY]),
    seen(
        "merge",
        r#"{"merge":{"success":null}}"#,
        &[&[
            "200",
            "auth:error  TypeError  Cannot destructure property 'access_token' of 'response.payload.body.success' as it is null.",
            "disconnected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    refused("params", r#"{"params":{"expires":60}}"#),
    refused("without", r#"{"without":["service"]}"#),
    seen(
        "delay",
        r#"{"delay":"2s"}"#,
        &[&["200, after 2.000 s", "auth:change  connected", "connected; services FULL; subscriptions 1, sockets 1"]],
    ),
    seen("hang", r#"{"hang":true}"#, &[&["none (hangs)", "connected; services FULL; subscriptions 1, sockets 1"]]),
    seen(
        "reset",
        r#"{"reset":true}"#,
        &[&[
            "connection reset",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "reset",
        r#"{"reset":true,"delay":"1s"}"#,
        &[&[
            "connection reset, after 1.000 s",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "refuse",
        r#"{"refuse":true}"#,
        &[&[
            "connection refused",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
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
                "auth:change  connected, pending",
                "ws:change",
                "auth:change  disconnected",
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
                "auth:change  connected, pending",
                "ws:change",
                "auth:change  disconnected",
                "disconnected; services NONE; subscriptions 0, sockets 0",
            ],
        ],
    ),
    seen(
        "user",
        r#"{"status":503,"user":"alice@example.com"}"#,
        &[&[
            "503",
            "auth:change  connected, pending",
            "ws:change",
            "auth:change  disconnected",
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
                "auth:change  connected, pending",
                "ws:change",
                "auth:change  disconnected",
                "disconnected; services NONE; subscriptions 0, sockets 0",
            ],
            HEALTHY,
            &["200, after 1.000 s", "auth:change  connected", "connected; services FULL; subscriptions 1, sockets 1"],
        ],
    ),
];
