//! The table of the verbs.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::Command;
use super::arguments::{ArgumentError, Arguments};
use super::parameter::{Optional, Parameter, Place, Required};
use crate::account::UserOptions;
use crate::channel::Frame;
use crate::fault::Fault;
use crate::platform::GoneOptions;
use crate::point::Point;
use crate::token::TokenOptions;

/// One verb.
#[derive(Debug)]
pub struct Verb {
    /// What scripts and the control interface call it.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// The map that ends a script's call, if it takes one: of the parameters that are [`Place::InOptions`].
    pub options: Option<OptionsMap>,
    /// What it gives.
    pub gives: Gives,
    read: fn(&Arguments) -> Result<Command, ArgumentError>,
}

/// A map of options in a script's call.
#[derive(Debug)]
pub struct OptionsMap {
    /// What messages call the options.
    pub what: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// How a line about the usage writes it.
    pub form: &'static str,
}

/// What a verb gives: which [`CommandOutput`](super::CommandOutput).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// Nothing.
    Nothing,
    /// How many sockets or subscriptions it was about.
    Count,
    /// Tokens.
    Tokens,
    /// The number of a rule, which only Rust is told.
    Fault,
}

impl Verb {
    /// The verb of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        VERBS.iter().find(|verb| verb.name == name)
    }

    /// Makes a command of arguments by name. Who takes them from elsewhere first sees to it that all are known, and that
    /// each is of its [`Kind`](super::Kind).
    pub fn command(&self, given: Map<String, Value>) -> Result<Command, ArgumentError> {
        (self.read)(&Arguments::new(self.name, given))
    }
}

/// A row: name, what it does, what it gives, the parameters, and the command. Each argument is bound to the name before its
/// parameter, so that what is read is what is declared.
macro_rules! verb {
    ($name:literal, $about:literal, $gives:ident, [], $command:expr) => {
        Verb {
            name: $name,
            about: $about,
            parameters: &[],
            options: None,
            gives: Gives::$gives,
            read: |_| Ok($command),
        }
    };
    ($name:literal, $about:literal, $gives:ident, [$($argument:ident: $parameter:expr),+], $command:expr) => {
        verb!($name, $about, $gives, [$($argument: $parameter),+], None, $command)
    };
    ($name:literal, $about:literal, $gives:ident, [$($argument:ident: $parameter:expr),+], $options:expr, $command:expr) => {
        Verb {
            name: $name,
            about: $about,
            parameters: &[$($parameter.parameter()),+],
            options: $options,
            gives: Gives::$gives,
            read: |given| {
                $(let $argument = given.get(&$parameter)?;)+
                Ok($command)
            },
        }
    };
}

/// Every verb.
pub static VERBS: &[Verb] = &[
    verb!(
        "addUser",
        "adds a user",
        Nothing,
        [user: NAME, password: PASSWORD, services: SERVICES, tokens: TOKEN_LIFETIME, subscriptions: SUBSCRIPTION_LIFETIME],
        options("the options of a user"),
        Command::AddUser { user, password, options: user_options(services, tokens, subscriptions) }
    ),
    verb!(
        "removeUser",
        "removes a user, with tokens, subscriptions and sockets",
        Nothing,
        [user: NAME],
        Command::RemoveUser { user }
    ),
    verb!(
        "setPassword",
        "changes a password; tokens stay valid",
        Nothing,
        [user: NAME, password: PASSWORD],
        Command::SetPassword { user, password }
    ),
    verb!(
        "setOptions",
        "changes a user's options, for what is granted from then on",
        Nothing,
        [user: USER, services: SERVICES, tokens: TOKEN_LIFETIME, subscriptions: SUBSCRIPTION_LIFETIME],
        Some(OptionsMap {
            what: "the options of a user",
            optional: false,
            form: "#{ tokenLifetime: \"1m\" }"
        }),
        Command::SetOptions { user, options: user_options(services, tokens, subscriptions) }
    ),
    verb!(
        "anyUser",
        "lets every name and password sign in, or only users",
        Nothing,
        [enabled: ENABLED],
        Command::AnyUser { enabled }
    ),
    verb!(
        "issueToken",
        "issues tokens as if the user had signed in elsewhere",
        Tokens,
        [
            user: USER,
            access_token: ACCESS_TOKEN,
            refresh_token: REFRESH_TOKEN,
            oauth_token: OAUTH_TOKEN,
            lifetime: LIFETIME
        ],
        options("the options of a token"),
        Command::IssueToken { user, options: TokenOptions { access_token, refresh_token, oauth_token, lifetime } }
    ),
    verb!("expireToken", "makes all tokens of a user void", Nothing, [user: USER], Command::ExpireToken { user }),
    verb!(
        "endSubscription",
        "ends a user's subscriptions without a word",
        Count,
        [user: USER],
        Command::EndSubscription { user }
    ),
    verb!(
        "grantServices",
        "grants a user these services only, from now on",
        Nothing,
        [user: USER, services: GRANTED],
        Command::GrantServices { user, services }
    ),
    verb!(
        "fail",
        "makes the platform misbehave at a point",
        Fault,
        [point: POINT, faults: HOW],
        Command::Fail { point, faults }
    ),
    verb!("clear", "removes the faults of a point, or all", Nothing, [point: OF_POINT], Command::Clear { point }),
    verb!("offline", "refuses connections and cuts the open ones", Nothing, [], Command::Offline),
    verb!("online", "ends `offline`", Nothing, [], Command::Online),
    verb!("cut", "drops a user's sockets without a close frame", Count, [user: USER], Command::Cut { user }),
    verb!(
        "close",
        "closes a user's sockets",
        Count,
        [user: USER, code: CODE, reason: REASON],
        // A close frame without a reason has an empty one.
        Command::Close { user, code, reason: reason.unwrap_or_default() }
    ),
    verb!("silence", "mutes the sockets that a user has now", Count, [user: USER], Command::Silence { user }),
    verb!(
        "send",
        "sends a notification to sockets whose subscription lives; it gets an `id` if it has none",
        Count,
        [user: USER, message: MESSAGE],
        Command::Send { user, message }
    ),
    verb!(
        "sendRaw",
        "sends any frame to every open socket: a text, or bytes",
        Count,
        [user: USER, text: TEXT, bytes: BASE64],
        Command::SendRaw { user, frame: frame(text, bytes)? }
    ),
    verb!(
        "gone",
        "ends a user's subscriptions and says so",
        Count,
        [user: USER, retry_after: RETRY_AFTER, id: ID],
        options("the options of gone"),
        Command::Gone { user, options: GoneOptions { retry_after, id } }
    ),
    verb!(
        "tokenLifetime",
        "how long new tokens last; without `lifetime` as clients ask",
        Nothing,
        [lifetime: NEW_LIFETIME],
        Command::TokenLifetime { lifetime }
    ),
    verb!(
        "answerPings",
        "answers keep-alives, which harms the SDK, or not",
        Nothing,
        [enabled: ENABLED],
        Command::AnswerPings { enabled }
    ),
    verb!("latency", "delays answers and handshakes", Nothing, [latency: LATENCY], Command::Latency { latency }),
];

const ALICE: &str = "\"alice@example.com\"";
pub(super) const USER: Required<String> = Required::new("user", ALICE, &["user"]);
/// A user who may not be there yet.
const NAME: Required<String> = USER.written(&["name"]);
pub(super) const PASSWORD: Required<String> = Required::new("password", "\"s3cret\"", &["password"]).secret();
pub(super) const SERVICES: Optional<Vec<String>> = Optional::new("services", "[\"call\", \"IM\"]");
pub(super) const TOKEN_LIFETIME: Optional<Duration> = Optional::new("tokenLifetime", "\"30m\"");
pub(super) const SUBSCRIPTION_LIFETIME: Optional<Duration> = Optional::new("subscriptionLifetime", "\"1h\"");
pub(super) const ENABLED: Required<bool> = Required::new("enabled", "true", &["true"]);
pub(super) const ACCESS_TOKEN: Optional<String> = Optional::new("accessToken", "\"my-token\"").secret();
pub(super) const REFRESH_TOKEN: Optional<String> = Optional::new("refreshToken", "\"my-refresh-token\"").secret();
pub(super) const OAUTH_TOKEN: Optional<String> = Optional::new("oauthToken", "\"my-oauth-token\"").secret();
pub(super) const LIFETIME: Optional<Duration> = Optional::new("lifetime", "\"1h\"");
pub(super) const GRANTED: Required<Vec<String>> = Required::new("services", "[\"call\"]", &["[\"call\", ..]"]);
pub(super) const POINT: Required<Point> = Required::new("point", "\"subscribe\"", &["point"]);
pub(super) const OF_POINT: Optional<Point> =
    Optional::new("point", "\"subscribe\"").at(Place::Next { optional: true, forms: &["point"] });
pub(super) const HOW: Required<Vec<Fault>> = Required::new(
    "how",
    "[{\"status\": 500, \"times\": 2}, {\"delay\": \"3s\"}]",
    &["#{status: 500}", "[#{..}, #{..}]"],
);
pub(super) const CODE: Required<u16> = Required::new("code", "4000", &["code"]);
pub(super) const REASON: Optional<String> =
    Optional::new("reason", "\"maintenance\"").at(Place::Next { optional: true, forms: &["reason"] });
pub(super) const MESSAGE: Required<Value> =
    Required::new("message", "{\"notificationMessage\": {\"eventType\": \"IM\"}}", &["map"]);
pub(super) const TEXT: Optional<String> =
    Optional::new("text", "\"{}\"").at(Place::Next { optional: false, forms: &["text"] });
pub(super) const BASE64: Optional<Bytes> = Optional::new("base64", "null").at(Place::Or { form: "blob" });
pub(super) const RETRY_AFTER: Optional<u64> = Optional::new("retryAfter", "30");
pub(super) const ID: Optional<String> = Optional::new("id", "\"my-id\"");
pub(super) const NEW_LIFETIME: Optional<Duration> =
    Optional::new("lifetime", "\"5m\"").at(Place::Next { optional: false, forms: &["duration", "()"] });
pub(super) const LATENCY: Required<Duration> = Required::new("latency", "\"250ms\"", &["duration"]);

const fn options(what: &'static str) -> Option<OptionsMap> {
    Some(OptionsMap { what, optional: true, form: "options" })
}

fn user_options(
    services: Option<Vec<String>>,
    token_lifetime: Option<Duration>,
    subscription_lifetime: Option<Duration>,
) -> UserOptions {
    UserOptions { services, token_lifetime, subscription_lifetime }
}

fn frame(text: Option<String>, bytes: Option<Bytes>) -> Result<Frame, ArgumentError> {
    match (text, bytes) {
        (Some(text), None) => Ok(Frame::Text(text)),
        (None, Some(bytes)) => Ok(Frame::Binary(bytes)),
        _ => Err(ArgumentError::Either { of: "sendRaw", one: TEXT.parameter().name, other: BASE64.parameter().name }),
    }
}
