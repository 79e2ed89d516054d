//! The table of the functions that are not verbs of the platform. What the platform has beside its verbs is in `platform`.

use super::{ApiRow, Given, Of};

/// A parameter that has to be there, written as its name.
macro_rules! needs {
    ($name:literal, $takes:literal) => {
        needs!($name, $takes, $name)
    };
    ($name:literal, $takes:literal, $form:literal) => {
        Given { name: $name, takes: $takes, optional: false, forms: &[$form] }
    };
}

/// A parameter that may be left out, with all that follows.
macro_rules! may {
    ($name:literal, $takes:literal) => {
        may!($name, $takes, $name)
    };
    ($name:literal, $takes:literal, $($form:literal),+) => {
        Given { name: $name, takes: $takes, optional: true, forms: &[$($form),+] }
    };
}

// Behind the macros, which they use as well.
mod platform;
mod services;

/// What lets a call be made with any values.
const HOW: Given = may!("how", "#{ asInJavaScript: true }");

const fn row(
    of: Of,
    name: &'static str,
    parameters: &'static [Given],
    about: &'static str,
    gives: &'static str,
    example: &'static str,
) -> ApiRow {
    ApiRow { of, name, parameters, about, gives, note: "", example }
}

/// Every function but for the platform's verbs, in the order in which documents tell them.
pub(super) fn rows() -> impl Iterator<Item = &'static ApiRow> {
    ROWS.iter().chain(services::ROWS).chain(platform::ROWS)
}

static ROWS: &[ApiRow] = &[
    row(
        Of::Script,
        "advance",
        &[needs!("duration", "a duration", "\"30m\"")],
        "lets that much time pass, its end included",
        "",
        "advance(\"30m\");",
    ),
    row(
        Of::Script,
        "waitUntil",
        &[needs!("condition", "a closure that gives true or false", "|| condition"), may!("timeout", "a duration")],
        "waits until the condition holds after a turn",
        "",
        "waitUntil(|| kandy.getConnection().isConnected, \"5s\");",
    ),
    row(
        Of::Script,
        "now",
        &[],
        "the time of the world",
        "milliseconds since the start",
        "advance(\"1s\");\nassert(now() >= 1000);",
    ),
    row(
        Of::Script,
        "create",
        &[
            may!("config", "a map: the configuration of Kandy.js, without servers; or ()"),
            may!(
                "name",
                "a text: what the transcript calls the client; or #{ name, dialect, seed }",
                "name",
                "#{ dialect }"
            ),
            HOW,
        ],
        "makes a client, which is not in a session yet",
        "a client",
        "let alice = create(#{ connectivity: #{ reconnectLimit: 2 } }, \"alice\");",
    ),
    row(
        Of::Client,
        "connect",
        &[
            needs!(
                "credentials",
                "#{ username, password | accessToken, refreshToken | refreshToken | oauthToken, expires }; in Link \
                 #{ username, password, authname | hmacToken | accessToken | bearerAccessToken }"
            ),
            may!("options", "#{ forceLogOut, clientCorrelator }"),
            HOW,
        ],
        "signs in; events tell what comes of it",
        "",
        "kandy.connect(#{ username: \"alice@example.com\", password: \"s3cret\" });",
    ),
    row(
        Of::Client,
        "disconnect",
        &[],
        "signs out; events tell what comes of it",
        "",
        "kandy.disconnect();\nwaitUntil(|| !kandy.getConnection().isConnected);",
    ),
    row(
        Of::Client,
        "updateToken",
        &[needs!("credentials", "the credentials of connect"), HOW],
        "gives a running session other tokens",
        "",
        "let newer = platform.issueToken(\"alice@example.com\").accessToken;\n\
         kandy.updateToken(#{ username: \"alice@example.com\", accessToken: newer });",
    ),
    row(
        Of::Client,
        "updateConfig",
        &[needs!("config", "a map: what is to be otherwise"), HOW],
        "changes the configuration",
        "",
        "kandy.updateConfig(#{ connectivity: #{ pingInterval: 10000 } });",
    ),
    row(
        Of::Client,
        "destroy",
        &[],
        "ends the client in the next tick; no event comes after that",
        "",
        "kandy.destroy();",
    ),
    row(
        Of::Client,
        "on",
        &[needs!("event", "the name of an event"), needs!("listener", "a closure", "|params| ..")],
        "calls the listener at each such event; it may take fewer parameters",
        "",
        "kandy.on(\"auth:error\", |params| print(params.error.message));",
    ),
    ApiRow {
        of: Of::Client,
        name: "off",
        parameters: &[needs!("event", "the name of an event"), needs!("listener", "the closure that `on` was given")],
        about: "stops calling the listener",
        gives: "",
        note: ", with the very closure that was given to `on`",
        example: "let heard = || print(\"changed\");\nkandy.on(\"auth:change\", heard);\nkandy.off(\"auth:change\", heard);",
    },
    row(
        Of::Client,
        "subscribe",
        &[needs!("listener", "a closure", "|type, params| ..")],
        "calls the listener at every event",
        "",
        "kandy.subscribe(|event, params| print(event));",
    ),
    ApiRow {
        of: Of::Client,
        name: "unsubscribe",
        parameters: &[needs!("listener", "the closure that `subscribe` was given")],
        about: "stops calling the listener",
        gives: "",
        note: ", with the very closure that was given to `subscribe`",
        example: "let heard = |event| print(event);\nkandy.subscribe(heard);\nkandy.unsubscribe(heard);",
    },
    row(
        Of::Client,
        "getConnection",
        &[],
        "how the client stands",
        "#{ isConnected, isPending, error, subscription }",
        "assert(kandy.getConnection().isConnected);",
    ),
    row(
        Of::Client,
        "getServices",
        &[],
        "the services of the session",
        "#{ requested, received, missing, status, services }",
        "assert(kandy.getServices().missing.is_empty());",
    ),
    row(
        Of::Client,
        "getUserInfo",
        &[],
        "who is signed in",
        "#{ username, accessToken, refreshToken }",
        "assertEq(kandy.getUserInfo().username, \"alice@example.com\");",
    ),
    row(
        Of::Client,
        "getConfig",
        &[],
        "how the client is configured",
        "the whole configuration",
        "print(kandy.getConfig().connectivity.pingInterval);",
    ),
    row(
        Of::Client,
        "setCredentials",
        &[needs!("credentials", "the credentials of connect")],
        "in Link 4 and 5: whose the next requests are; no effect in the others, as in Kandy.js",
        "",
        "let kandy = create(#{}, #{ dialect: \"link\" });\nkandy.setCredentials(credentials);",
    ),
    row(
        Of::Client,
        "setTokens",
        &[needs!("tokens", "any value")],
        "has no effect, as in Kandy.js",
        "",
        "kandy.setTokens(#{ accessToken: \"my-token\" });",
    ),
    row(
        Of::Client,
        "updateConnection",
        &[needs!("services", "a list of services")],
        "in Link 3: asks for these services instead; no effect in UC, as in Kandy.js",
        "",
        "kandy.updateConnection([\"IM\"]);",
    ),
    row(
        Of::Client,
        "waitFor",
        &[needs!("event", "the name of an event"), may!("timeout", "a duration: 60 seconds if left out")],
        "waits for the next such event since the last action, or since this client's last `waitFor` or `expectNone` ended",
        "its params",
        "kandy.disconnect();\nkandy.waitFor(\"auth:change\");",
    ),
    row(
        Of::Client,
        "expectNone",
        &[needs!("event", "the name of an event"), needs!("within", "a duration")],
        "fails if one comes within that time, or has come since then",
        "",
        "platform.silence(\"alice@example.com\");\nkandy.expectNone(\"auth:change\", \"10s\");",
    ),
    row(
        Of::Client,
        "events",
        &[],
        "all events so far",
        "an array of #{ event, params, time }",
        "assertEq(kandy.events()[0].event, \"auth:change\");",
    ),
    row(
        Of::Connection,
        "getSocketState",
        &[needs!("platform", "\"uc\", or \"link\" in Link", "\"uc\"")],
        "how the websocket stands; without `\"uc\"` an error object in UC, as in Kandy.js",
        "#{ connected, pinging, .. }",
        "assert(kandy.connection.getSocketState(\"uc\").connected);",
    ),
    row(
        Of::Connection,
        "resetConnection",
        &[],
        "closes the websocket and opens a new one",
        "",
        "kandy.connection.resetConnection();",
    ),
    row(
        Of::Connection,
        "enableConnectivityChecking",
        &[needs!("enabled", "true or false", "true"), HOW],
        "turns the keep-alives on or off",
        "",
        "kandy.connection.enableConnectivityChecking(false);",
    ),
    row(
        Of::Notification,
        "enableWebsocket",
        &[needs!("enabled", "true or false", "true"), HOW],
        "starts or stops taking notifications from the websocket",
        "",
        "kandy.notification.enableWebsocket(false);",
    ),
    row(
        Of::Script,
        "assert",
        &[needs!("condition", "true or false"), may!("message", "a text")],
        "fails if the condition does not hold, and shows the values of its parts",
        "",
        "assert(kandy.getConnection().isConnected);",
    ),
    row(
        Of::Script,
        "assertEq",
        &[needs!("actual", "any value"), needs!("expected", "any value"), may!("message", "a text")],
        "fails if they differ, and shows where",
        "",
        "assertEq(platform.sockets().len(), 1);",
    ),
    row(
        Of::Script,
        "assertNe",
        &[needs!("actual", "any value"), needs!("unexpected", "any value"), may!("message", "a text")],
        "fails if they are equal",
        "",
        "assertNe(kandy.getUserInfo().accessToken, ());",
    ),
    row(
        Of::Script,
        "assertMatch",
        &[needs!("text", "a text"), needs!("regex", "a regular expression"), may!("message", "a text")],
        "fails if the text has no match",
        "",
        "assertMatch(kandy.getUserInfo().accessToken, \"^AT-[0-9]+$\");",
    ),
    row(
        Of::Script,
        "expectEvents",
        &[needs!("client", "a client", "kandy"), needs!("events", "an array of names", "[\"auth:change\", ..]")],
        "fails if the client's events since the last such check are not these",
        "",
        "expectEvents(kandy, kandy.events().map(|heard| heard.event));\nexpectEvents(kandy, []);",
    ),
    row(
        Of::Script,
        "soft",
        &[needs!("checks", "a closure", "|| ..")],
        "goes on after a check that fails in it; the scenario fails at its end",
        "",
        "soft(|| assertEq(kandy.getUserInfo().username, \"alice@example.com\"));",
    ),
    row(
        Of::Script,
        "cases",
        &[needs!("rows", "a map, written out", "#{ name: value, .. }")],
        "runs the script once for each row, as its first statement",
        "the value of the row",
        "let case = cases(#{ \"unauthorized\": 401, \"unavailable\": 503 });",
    ),
    row(
        Of::Script,
        "fail",
        &[needs!("message", "a text")],
        "fails the scenario",
        "",
        "fail(\"this must not be reached\");",
    ),
    row(
        Of::Script,
        "skip",
        &[needs!("reason", "a text")],
        "ends the scenario, which counts as skipped",
        "",
        "skip(\"waits for KAA-1331\");",
    ),
    row(
        Of::Script,
        "redact",
        &[needs!("regex", "a regular expression"), needs!("name", "a text")],
        "writes `[name]` in the transcript for what matches",
        "",
        "redact(\"AT-[0-9]+\", \"token\");",
    ),
    row(
        Of::Script,
        "always",
        &[needs!("name", "a text"), needs!("condition", "a closure that gives true or false", "|| condition")],
        "must hold after each turn from here on",
        "",
        "always(\"known\", || kandy.getUserInfo().username != ());",
    ),
    row(
        Of::Script,
        "eventually",
        &[
            needs!("name", "a text"),
            needs!("condition", "a closure that gives true or false", "|| condition"),
            may!("within", "a duration"),
        ],
        "must hold at the end, or within five minutes of it",
        "",
        "eventually(\"signed in\", || kandy.getConnection().isConnected, \"1m\");",
    ),
    row(
        Of::Script,
        "sometimes",
        &[needs!("name", "a text"), needs!("condition", "a closure that gives true or false", "|| condition")],
        "must hold in at least one run of an exploration",
        "",
        "sometimes(\"lost\", || !kandy.getConnection().isConnected);",
    ),
    row(
        Of::Script,
        "disturb",
        &[needs!("schedule", "a text, such as `subscribe answer 1: lost`")],
        "lets that go wrong in this run; must stand before the first call of a client",
        "",
        "disturb(\"subscribe answer 1: late by 2s\");",
    ),
    row(
        Of::Script,
        "disturbed",
        &[],
        "what goes wrong in this run",
        "a text, or () if nothing does",
        "assertEq(disturbed(), ());",
    ),
    row(
        Of::Script,
        "print",
        &[needs!("value", "any value")],
        "writes a line of the transcript",
        "",
        "print(`Connected: ${kandy.getConnection().isConnected}`);",
    ),
    row(
        Of::Script,
        "debug",
        &[needs!("value", "any value")],
        "the same, with the place, and texts in quotes",
        "",
        "debug(kandy.getServices().received);",
    ),
];
