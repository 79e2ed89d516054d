//! The table.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kandy_mock_server::{Fault, Frame, GoneOptions, TokenOptions, UserOptions};

use super::{Action, Argument, Arguments, Command, ControlError, Kind, Route};

/// Every route: first what looks, then what acts, as the script's `platform` has it.
pub static ROUTES: &[Route] = &[
    route("", Action::Index, "this table", &[], r#"{"routes": [..]}"#),
    route(
        "state",
        Action::State,
        "users without passwords, subscriptions, sockets, settings, faults, clock",
        &[],
        r#"{"users": [..], ..}"#,
    ),
    route(
        "journal",
        Action::Journal,
        "what happened, from record `since` on; without it the newest",
        &[optional("since", Kind::Number, "0"), optional("limit", Kind::Number, "100")],
        r#"{"records": [..], "next": 7, "missed": 0}"#,
    ),
    route(
        "requests",
        Action::Requests,
        "the requests in the journal, with their answers",
        &[
            optional("point", Kind::Point, "\"subscribe\""),
            optional("user", Kind::Text, ALICE),
            optional("method", Kind::Text, "\"POST\""),
            optional("status", Kind::Number, "200"),
        ],
        r#"{"requests": [..]}"#,
    ),
    route("subscriptions", Action::Subscriptions, "the live ones", &[OF_USER], r#"{"subscriptions": [..]}"#),
    route("sockets", Action::Sockets, "those that are open or opening", &[OF_USER], r#"{"sockets": [..]}"#),
    route(
        "feed",
        Action::Feed,
        "records as they are written, as server-sent events",
        &[optional("since", Kind::Number, "0")],
        "",
    ),
    route(
        "waitFor",
        Action::WaitFor,
        "waits until a request has reached that point, from record `since` on",
        &[
            required("point", Kind::Point, "\"subscribe\""),
            OF_USER,
            optional("timeout", Kind::Duration, "\"30s\""),
            optional("since", Kind::Number, "0"),
        ],
        r#"{"request": {..}}"#,
    ),
    route(
        "advance",
        Action::Advance,
        "moves a manual clock on",
        &[required("by", Kind::Duration, "\"30m\"")],
        r#"{"now": 1800000}"#,
    ),
    verb(
        "addUser",
        "adds a user",
        &[
            USER,
            required("password", Kind::Text, "\"s3cret\""),
            optional("services", Kind::Texts, "[\"call\", \"IM\"]"),
            optional("tokenLifetime", Kind::Duration, "\"30m\""),
            optional("subscriptionLifetime", Kind::Duration, "\"1h\""),
        ],
        "{}",
        |given| Ok(Command::AddUser(user(given), given.required("password"), user_options(given))),
    ),
    verb("removeUser", "removes a user, with tokens, subscriptions and sockets", &[USER], "{}", |given| {
        Ok(Command::RemoveUser(user(given)))
    }),
    verb(
        "setPassword",
        "changes a password; tokens stay valid",
        &[USER, required("password", Kind::Text, "\"s3cret\"")],
        "{}",
        |given| Ok(Command::SetPassword(user(given), given.required("password"))),
    ),
    verb(
        "setOptions",
        "changes a user's options, for what is granted from then on",
        &[
            USER,
            optional("services", Kind::Texts, "[\"call\", \"IM\"]"),
            optional("tokenLifetime", Kind::Duration, "\"30m\""),
            optional("subscriptionLifetime", Kind::Duration, "\"1h\""),
        ],
        "{}",
        |given| Ok(Command::SetOptions(user(given), user_options(given))),
    ),
    verb("anyUser", "lets every name and password sign in, or only users", &[ENABLED], "{}", |given| {
        Ok(Command::AnyUser(given.flag("enabled")))
    }),
    verb(
        "issueToken",
        "issues tokens as if the user had signed in elsewhere",
        &[
            USER,
            optional("accessToken", Kind::Text, "\"my-token\""),
            optional("refreshToken", Kind::Text, "\"my-refresh-token\""),
            optional("oauthToken", Kind::Text, "\"my-oauth-token\""),
            optional("lifetime", Kind::Duration, "\"1h\""),
        ],
        r#"{"accessToken": "AT-1", ..}"#,
        |given| Ok(Command::IssueToken(user(given), token_options(given))),
    ),
    verb("expireToken", "makes all tokens of a user void", &[USER], "{}", |given| {
        Ok(Command::ExpireToken(user(given)))
    }),
    verb("endSubscription", "ends a user's subscriptions without a word", &[USER], COUNT, |given| {
        Ok(Command::EndSubscription(user(given)))
    }),
    verb(
        "grantServices",
        "grants a user these services only, from now on",
        &[USER, required("services", Kind::Texts, "[\"call\"]")],
        "{}",
        |given| Ok(Command::GrantServices(user(given), given.texts("services").unwrap_or_default())),
    ),
    verb(
        "fail",
        "makes the platform misbehave at a point",
        &[
            required("point", Kind::Point, "\"subscribe\""),
            required("how", Kind::Faults, "[{\"status\": 500, \"times\": 2}, {\"delay\": \"3s\"}]"),
        ],
        "{}",
        |given| {
            let point = given.point("point")?.ok_or_else(|| ControlError::argument("fail needs `point`"))?;
            Ok(Command::Fail(point, Fault::list_from_json(&given.json("how"))?))
        },
    ),
    verb(
        "clear",
        "removes the faults of a point, or all",
        &[optional("point", Kind::Point, "\"subscribe\"")],
        "{}",
        |given| Ok(Command::Clear(given.point("point")?)),
    ),
    verb("offline", "refuses connections and cuts the open ones", &[], "{}", |_| Ok(Command::Offline)),
    verb("online", "ends `offline`", &[], "{}", |_| Ok(Command::Online)),
    verb("cut", "drops a user's sockets without a close frame", &[USER], COUNT, |given| Ok(Command::Cut(user(given)))),
    verb(
        "close",
        "closes a user's sockets",
        &[USER, required("code", Kind::Number, "4000"), optional("reason", Kind::Text, "\"maintenance\"")],
        COUNT,
        |given| {
            let code = given.number("code").unwrap_or_default();
            let code = u16::try_from(code).map_err(|_| {
                ControlError::argument(format!("{code} is no close code")).with_help("close codes are 1000 to 4999")
            })?;
            Ok(Command::Close(user(given), code, given.text("reason").unwrap_or_default()))
        },
    ),
    verb("silence", "mutes the sockets that a user has now", &[USER], COUNT, |given| Ok(Command::Silence(user(given)))),
    verb(
        "send",
        "sends a notification; it gets an `id` if it has none",
        &[USER, required("message", Kind::Object, "{\"notificationMessage\": {\"eventType\": \"IM\"}}")],
        COUNT,
        |given| Ok(Command::Send(user(given), given.json("message"))),
    ),
    verb(
        "sendRaw",
        "sends any frame: a text, or bytes",
        &[USER, optional("text", Kind::Text, "\"{}\""), optional("base64", Kind::Text, "null")],
        COUNT,
        |given| Ok(Command::SendRaw(user(given), frame(given)?)),
    ),
    verb(
        "gone",
        "ends a user's subscriptions and says so",
        &[USER, optional("retryAfter", Kind::Number, "30"), optional("id", Kind::Text, "\"my-id\"")],
        COUNT,
        |given| {
            let options = GoneOptions { retry_after: given.number("retryAfter"), id: given.text("id") };
            Ok(Command::Gone(user(given), options))
        },
    ),
    verb(
        "tokenLifetime",
        "how long new tokens last; without `lifetime` as clients ask",
        &[optional("lifetime", Kind::Duration, "\"5m\"")],
        "{}",
        |given| Ok(Command::TokenLifetime(given.duration("lifetime"))),
    ),
    verb("answerPings", "answers keep-alives, which harms the SDK, or not", &[ENABLED], "{}", |given| {
        Ok(Command::AnswerPings(given.flag("enabled")))
    }),
    verb(
        "latency",
        "delays answers and handshakes",
        &[required("latency", Kind::Duration, "\"250ms\"")],
        "{}",
        |given| Ok(Command::Latency(given.duration("latency").unwrap_or_default())),
    ),
];

const ALICE: &str = "\"alice@example.com\"";
const COUNT: &str = r#"{"count": 1}"#;
const USER: Argument = required("user", Kind::Text, ALICE);
const OF_USER: Argument = optional("user", Kind::Text, ALICE);
const ENABLED: Argument = required("enabled", Kind::Flag, "true");

const fn required(name: &'static str, kind: Kind, example: &'static str) -> Argument {
    Argument { name, kind, required: true, example }
}

const fn optional(name: &'static str, kind: Kind, example: &'static str) -> Argument {
    Argument { name, kind, required: false, example }
}

const fn route(
    name: &'static str,
    action: Action,
    about: &'static str,
    arguments: &'static [Argument],
    gives: &'static str,
) -> Route {
    Route { name, about, arguments, gives, action }
}

const fn verb(
    name: &'static str,
    about: &'static str,
    arguments: &'static [Argument],
    gives: &'static str,
    read: fn(&Arguments) -> Result<Command, ControlError>,
) -> Route {
    Route { name, about, arguments, gives, action: Action::Verb(read) }
}

fn user(given: &Arguments) -> String {
    given.required("user")
}

fn user_options(given: &Arguments) -> UserOptions {
    UserOptions {
        services: given.texts("services"),
        token_lifetime: given.duration("tokenLifetime"),
        subscription_lifetime: given.duration("subscriptionLifetime"),
    }
}

fn token_options(given: &Arguments) -> TokenOptions {
    TokenOptions {
        access_token: given.text("accessToken"),
        refresh_token: given.text("refreshToken"),
        oauth_token: given.text("oauthToken"),
        lifetime: given.duration("lifetime"),
    }
}

fn frame(given: &Arguments) -> Result<Frame, ControlError> {
    match (given.text("text"), given.text("base64")) {
        (Some(text), None) => Ok(Frame::Text(text)),
        (None, Some(base64)) => match STANDARD.decode(base64) {
            Ok(bytes) => Ok(Frame::Binary(bytes.into())),
            Err(_) => Err(ControlError::argument("`base64` of sendRaw is no base64")),
        },
        _ => Err(ControlError::argument("sendRaw needs either `text` or `base64`")),
    }
}
