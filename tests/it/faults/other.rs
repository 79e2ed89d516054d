//! A request elsewhere: the DELETE of a disconnect, after the platform has named a path that is none of its own. Such a
//! request is from nobody, and healthy is 404 with `{}`, of which the flow that leaves dies: the refresh task tries once
//! more.

use super::{Round, Row, refused, seen};

/// A round without a fault.
const HEALTHY: Round =
    &["404", "crash: connect flow", "404", "connected and pending; services FULL; subscriptions 1, sockets 0"];

pub(super) const ROWS: &[Row] = &[
    seen(
        "status",
        r#"{"status":503}"#,
        &[&["503", "crash: connect flow", "503", "connected and pending; services FULL; subscriptions 1, sockets 0"]],
    ),
    seen(
        "statusText",
        r#"{"status":403,"body":"<html>","type":"text/html","statusText":"Keep Out"}"#,
        &[&["403", "auth:change  disconnected", "disconnected; services NONE; subscriptions 1, sockets 0"]],
    ),
    seen(
        "json",
        r#"{"json":{}}"#,
        &[&["200", "auth:change  disconnected", "disconnected; services NONE; subscriptions 1, sockets 0"]],
    ),
    seen(
        "json",
        r#"{"status":500,"json":{"subscribeResponse":{}}}"#,
        &[&["500", "auth:change  disconnected", "disconnected; services NONE; subscriptions 1, sockets 0"]],
    ),
    seen(
        "body",
        r#"{"body":"{"}"#,
        &[&["200", "auth:change  disconnected", "disconnected; services NONE; subscriptions 1, sockets 0"]],
    ),
    seen(
        "body",
        r#"{"status":500,"body":""}"#,
        &[&["500", "crash: connect flow", "500", "connected and pending; services FULL; subscriptions 1, sockets 0"]],
    ),
    seen(
        "type",
        r#"{"status":403,"body":"","type":null}"#,
        &[&["403", "crash: requests", "connected and pending; services FULL; subscriptions 1, sockets 0"]],
    ),
    seen(
        "type",
        r#"{"status":403,"body":"","type":"text/html"}"#,
        &[&["403", "auth:change  disconnected", "disconnected; services NONE; subscriptions 1, sockets 0"]],
    ),
    seen(
        "cors",
        r#"{"cors":false}"#,
        &[&[
            "404 without CORS headers",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "merge",
        r#"{"merge":{"subscribeResponse":{}}}"#,
        &[&["404", "auth:change  disconnected", "disconnected; services NONE; subscriptions 1, sockets 0"]],
    ),
    refused("params", r#"{"params":{"expires":60}}"#),
    refused("without", r#"{"without":["service"]}"#),
    seen(
        "delay",
        r#"{"delay":"2s"}"#,
        &[&[
            "404, after 2.000 s",
            "crash: connect flow",
            "404, after 2.000 s",
            "connected and pending; services FULL; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "hang",
        r#"{"hang":true}"#,
        &[&["none (hangs)", "connected and pending; services FULL; subscriptions 1, sockets 0"]],
    ),
    seen(
        "reset",
        r#"{"reset":true}"#,
        &[&[
            "connection reset",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "reset",
        r#"{"reset":true,"delay":"1s"}"#,
        &[&[
            "connection reset, after 1.000 s",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "refuse",
        r#"{"refuse":true}"#,
        &[&[
            "connection refused",
            "auth:change  disconnected",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    refused("closeAfterOpen", r#"{"closeAfterOpen":1000}"#),
    seen(
        "times",
        r#"{"refuse":true,"times":1}"#,
        &[
            &[
                "connection refused",
                "auth:change  disconnected",
                "disconnected; services NONE; subscriptions 1, sockets 0",
            ],
            &["404", "crash: connect flow", "404", "connected and pending; services FULL; subscriptions 2, sockets 0"],
        ],
    ),
    seen(
        "after",
        r#"{"reset":true,"after":1}"#,
        &[
            &[
                "404",
                "crash: connect flow",
                "connection reset",
                "auth:change  disconnected",
                "disconnected; services NONE; subscriptions 1, sockets 0",
            ],
            &[
                "connection reset",
                "auth:change  disconnected",
                "disconnected; services NONE; subscriptions 2, sockets 0",
            ],
        ],
    ),
    seen("user", r#"{"reset":true,"user":"alice@example.com"}"#, &[HEALTHY]),
    seen("user", r#"{"reset":true,"user":"bob@example.com"}"#, &[HEALTHY]),
    seen(
        "list",
        r#"[{"json":{}},{"delay":"1s","json":{}},{"reset":true}]"#,
        &[
            &["200", "auth:change  disconnected", "disconnected; services NONE; subscriptions 1, sockets 0"],
            &[
                "200, after 1.000 s",
                "auth:change  disconnected",
                "disconnected; services NONE; subscriptions 2, sockets 0",
            ],
            &[
                "connection reset",
                "auth:change  disconnected",
                "disconnected; services NONE; subscriptions 3, sockets 0",
            ],
        ],
    ),
];
