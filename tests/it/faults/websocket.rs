//! The websocket of a connect, which the SDK tries five times.

use super::{Round, Row, refused, seen};

/// A round without a fault.
const HEALTHY: Round =
    &["open", "ws:change", "auth:change  connected", "connected; services FULL; subscriptions 1, sockets 1"];

pub(super) const ROWS: &[Row] = &[
    seen(
        "status",
        r#"{"status":503}"#,
        &[&[
            "5 times: refused 503",
            "auth:error  authentication:2  Websocket connection failed.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "status",
        r#"{"status":200}"#,
        &[&[
            "5 times: refused 200",
            "auth:error  authentication:2  Websocket connection failed.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    refused("statusText", r#"{"statusText":"Busy"}"#),
    seen(
        "statusText",
        r#"{"status":503,"statusText":"Busy"}"#,
        &[&[
            "5 times: refused 503",
            "auth:error  authentication:2  Websocket connection failed.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    refused("json", r#"{"status":503,"json":{}}"#),
    refused("body", r#"{"status":503,"body":"x"}"#),
    refused("type", r#"{"status":503,"type":null}"#),
    refused("cors", r#"{"cors":false}"#),
    refused("merge", r#"{"merge":{"a":1}}"#),
    refused("params", r#"{"params":{"expires":60}}"#),
    refused("without", r#"{"without":["service"]}"#),
    seen(
        "delay",
        r#"{"delay":"2s"}"#,
        &[&[
            "open, after 2.000 s",
            "ws:change",
            "auth:change  connected",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "delay",
        r#"{"delay":"7s","times":1}"#,
        &[&[
            "open",
            "ws:change",
            "auth:change  connected",
            "open, after 7.000 s",
            "connected; services FULL; subscriptions 1, sockets 2",
        ]],
    ),
    seen(
        "hang",
        r#"{"hang":true}"#,
        &[&[
            "5 times: no answer (hangs)",
            "auth:error  authentication:2  Websocket connection failed.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "reset",
        r#"{"reset":true}"#,
        &[&[
            "5 times: connection reset",
            "auth:error  authentication:2  Websocket connection failed.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "reset",
        r#"{"reset":true,"delay":"1s"}"#,
        &[&[
            "5 times: connection reset, after 1.000 s",
            "auth:error  authentication:2  Websocket connection failed.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "refuse",
        r#"{"refuse":true}"#,
        &[&[
            "5 times: connection refused",
            "auth:error  authentication:2  Websocket connection failed.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "closeAfterOpen",
        r#"{"closeAfterOpen":1000}"#,
        &[&[
            "open",
            "ws:change",
            "auth:change  connected",
            "closed 1000",
            "auth:change  disconnected  LOST_CONNECTION",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen(
        "closeAfterOpen",
        r#"{"closeAfterOpen":1011,"times":2}"#,
        &[&[
            "open",
            "ws:change",
            "auth:change  connected",
            "closed 1011",
            "ws:change",
            "open",
            "ws:change",
            "closed 1011",
            "ws:change",
            "open",
            "ws:change",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "times",
        r#"{"status":503,"times":1}"#,
        &[&[
            "refused 503",
            "open",
            "ws:change",
            "auth:change  connected",
            "connected; services FULL; subscriptions 1, sockets 1",
        ]],
    ),
    seen(
        "after",
        r#"{"status":503,"after":1}"#,
        &[
            HEALTHY,
            &[
                "5 times: refused 503",
                "auth:error  authentication:2  Websocket connection failed.",
                "disconnected; services NONE; subscriptions 1, sockets 0",
            ],
        ],
    ),
    seen(
        "user",
        r#"{"status":503,"user":"alice@example.com"}"#,
        &[&[
            "5 times: refused 503",
            "auth:error  authentication:2  Websocket connection failed.",
            "disconnected; services NONE; subscriptions 1, sockets 0",
        ]],
    ),
    seen("user", r#"{"status":503,"user":"bob@example.com"}"#, &[HEALTHY]),
    seen(
        "list",
        r#"[{"reset":true},{},{"delay":"1s"}]"#,
        &[
            &[
                "connection reset",
                "open",
                "ws:change",
                "auth:change  connected",
                "connected; services FULL; subscriptions 1, sockets 1",
            ],
            &[
                "open, after 1.000 s",
                "ws:change",
                "auth:change  connected",
                "connected; services FULL; subscriptions 1, sockets 1",
            ],
        ],
    ),
];
