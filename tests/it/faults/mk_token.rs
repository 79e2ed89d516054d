//! A login: connecting with a name and a password.

use super::{Round, Row, refused, seen};

/// A round without a fault.
const HEALTHY: Round = &[
    "200",
    "auth:credentialsSet",
    "2 times: ws:change",
    "auth:change  connected",
    "connected; services FULL; subscriptions 1, sockets 1",
];

pub(super) const ROWS: &[Row] = &[
    seen(
        "status",
        r#"{"status":503}"#,
        &[&[
            "503",
            "auth:error  authentication:9  There was an error connecting. Error: Service Unavailable",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "status",
        r#"{"status":204}"#,
        &[&["204", "crash: connect flow", "pending; services NONE; subscriptions 0, sockets 0"]],
    ),
    seen(
        "statusText",
        r#"{"status":403,"body":"<html>","type":"text/html","statusText":"Keep Out"}"#,
        &[&[
            "403",
            "auth:error  authentication:9  Login request failed. Check your credentials.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "json",
        r#"{"status":403,"json":{"error":{"human":"Locked out."}}}"#,
        &[&[
            "403",
            "auth:error  authentication:9  There was an error connecting. Error: Locked out.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "body",
        r#"{"body":"{"}"#,
        &[&[
            "200",
            "auth:error  authentication:9  Login request failed. Check your credentials.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "body",
        r#"{"status":500,"body":""}"#,
        &[&["500", "crash: connect flow", "pending; services NONE; subscriptions 0, sockets 0"]],
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
            "auth:error  authentication:9  Login request failed. Check your credentials.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "cors",
        r#"{"cors":false}"#,
        &[&[
            "200 without CORS headers",
            "auth:error  authentication:9  Login request failed. Check your credentials.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "merge",
        r#"{"merge":{"success":{"access_token":"AT-x"}}}"#,
        &[&[
            "200",
            "auth:credentialsSet",
            "auth:error  authentication:4  Failed to subscribe user. Code: 35.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "merge",
        r#"{"merge":{"success":null}}"#,
        &[&["200", "crash: connect flow", "pending; services NONE; subscriptions 0, sockets 0"]],
    ),
    refused("params", r#"{"params":{"expires":60}}"#),
    refused("without", r#"{"without":["service"]}"#),
    seen(
        "delay",
        r#"{"delay":"2s"}"#,
        &[&[
            "200, after 2.000 s",
            "auth:credentialsSet",
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
            "auth:error  authentication:9  Login request failed. Check your credentials.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "reset",
        r#"{"reset":true,"delay":"1s"}"#,
        &[&[
            "connection reset, after 1.000 s",
            "auth:error  authentication:9  Login request failed. Check your credentials.",
            "disconnected; services NONE; subscriptions 0, sockets 0",
        ]],
    ),
    seen(
        "refuse",
        r#"{"refuse":true}"#,
        &[&[
            "connection refused",
            "auth:error  authentication:9  Login request failed. Check your credentials.",
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
                "auth:error  authentication:9  There was an error connecting. Error: Service Unavailable",
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
                "auth:error  authentication:9  There was an error connecting. Error: Service Unavailable",
                "disconnected; services NONE; subscriptions 0, sockets 0",
            ],
        ],
    ),
    seen(
        "user",
        r#"{"status":503,"user":"alice@example.com"}"#,
        &[&[
            "503",
            "auth:error  authentication:9  There was an error connecting. Error: Service Unavailable",
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
                "auth:error  authentication:9  Login request failed. Check your credentials.",
                "disconnected; services NONE; subscriptions 0, sockets 0",
            ],
            HEALTHY,
            &[
                "200, after 1.000 s",
                "auth:credentialsSet",
                "2 times: ws:change",
                "auth:change  connected",
                "connected; services FULL; subscriptions 1, sockets 1",
            ],
        ],
    ),
];
