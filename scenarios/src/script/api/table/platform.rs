//! What scripts ask the platform, and wait for at it.

use super::{ApiRow, Given, Of, row};

pub(super) static ROWS: &[ApiRow] = &[
    row(
        Of::Platform,
        "waitFor",
        &[
            needs!("point", "the name of a point"),
            may!("user", "a user's name; or () for any"),
            may!("timeout", "a duration: 60 seconds if left out"),
        ],
        "waits until a request has reached that point since the last action or the last such wait; its answer is on its way",
        "",
        "platform.cut(\"alice@example.com\");\nplatform.waitFor(\"websocket\", \"alice@example.com\", \"2m\");",
    ),
    row(
        Of::Platform,
        "waitFor",
        &[needs!(
            "wanted",
            "#{ kind, point, user, method, status, socket, count, none, timeout }",
            "#{ kind: \"closed\" }"
        )],
        "waits until so many records of that kind (one request if it does not say) have come since then; with `none`, a duration, checks that none comes",
        "the record, or with `count` an array of them",
        "platform.cut(\"alice@example.com\");\nplatform.waitFor(#{ kind: \"closed\", user: \"alice@example.com\" });",
    ),
    row(
        Of::Platform,
        "requests",
        &[may!("filter", "the name of a point, or a map", "point", "#{point, user, method, status}")],
        "the requests that came since the start, or since the last `reset`",
        "an array of requests",
        "assertEq(platform.requests(\"subscribe\").len(), 1);",
    ),
    row(
        Of::Platform,
        "subscriptions",
        &[may!("user", "a user's name")],
        "the subscriptions that are there now",
        "an array of subscriptions",
        "assertEq(platform.subscriptions(\"alice@example.com\").len(), 1);",
    ),
    row(
        Of::Platform,
        "sockets",
        &[may!("user", "a user's name")],
        "the sockets that are there now",
        "an array of sockets",
        "assertEq(platform.sockets(\"alice@example.com\").len(), 1);",
    ),
];
