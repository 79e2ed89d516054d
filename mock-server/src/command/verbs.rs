//! The table of the verbs.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::arguments::{ArgumentError, Arguments};
use super::parameter::{ArgumentPlace, Optional, Parameter, Required};
use super::target::Target;
use super::{Command, GoneOptions};
use crate::account::UserOptions;
use crate::fault::{Fault, FaultFilter};
use crate::frame::Frame;
use crate::point::Point;
use crate::token::TokenOptions;

/// One verb.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verb {
    /// What scripts and the control interface call it.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// The map that ends a script's call, if it takes one: of the parameters that are [`ArgumentPlace::InOptions`].
    pub options: Option<OptionsMap>,
    /// What it gives.
    pub gives: Gives,
    read: fn(&Arguments) -> Result<Command, ArgumentError>,
}

/// A map of options in a script's call.
#[derive(Debug)]
#[non_exhaustive]
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
    /// The number of a rule.
    Fault,
    /// The number of the journal's next record.
    Next,
    /// The number of a record.
    Record,
}

impl Verb {
    /// The name of the verb after which nothing is as it was.
    pub const RESET: &'static str = "reset";

    /// The verb of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        VERBS.iter().find(|verb| verb.name == name)
    }

    /// The verb of a command.
    #[expect(clippy::missing_panics_doc, reason = "each command has its row, which a test holds")]
    pub fn of(command: &Command) -> &'static Self {
        Self::named(command.row()).expect("each command has its row")
    }

    /// Makes a command of arguments by name. Whoever takes them from elsewhere first checks that all are known, and that
    /// each is of its [`ValueKind`](super::ValueKind).
    ///
    /// # Errors
    ///
    /// An argument is missing, or is none of its parameter.
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
        [
            user: NAME,
            password: PASSWORD,
            services: SERVICES,
            tokens: TOKEN_LIFETIME,
            subscriptions: SUBSCRIPTION_LIFETIME,
            hmac: HMAC,
            authname: AUTHNAME,
            bearer: BEARER
        ],
        options("the options of a user"),
        Command::AddUser { user, password, options: user_options(services, tokens, subscriptions, hmac, authname, bearer) }
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
        [
            user: USER,
            services: SERVICES,
            tokens: TOKEN_LIFETIME,
            subscriptions: SUBSCRIPTION_LIFETIME,
            hmac: HMAC,
            authname: AUTHNAME,
            bearer: BEARER
        ],
        Some(OptionsMap {
            what: "the options of a user",
            optional: false,
            form: "#{ tokenLifetime: \"1m\" }"
        }),
        Command::SetOptions { user, options: user_options(services, tokens, subscriptions, hmac, authname, bearer) }
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
    verb!(
        "clear",
        "removes the faults of a point, of a user, the one with that id, or all",
        Count,
        [point: OF_POINT, id: OF_FAULT, user: OF_USER],
        Some(OptionsMap { what: "the options of clear", optional: true, form: "#{ id: 3 }" }),
        Command::Clear { rules: FaultFilter { point, id, user } }
    ),
    verb!(
        "offline",
        "refuses connections and cuts the open ones, for everybody or one user",
        Nothing,
        [user: OF_USER],
        options("the options of offline"),
        Command::Offline { user }
    ),
    verb!(
        "online",
        "ends `offline`, for everybody or one user",
        Nothing,
        [user: OF_USER],
        options("the options of online"),
        Command::Online { user }
    ),
    verb!(
        "cut",
        "drops a user's sockets, or one of them, without a close frame",
        Count,
        [user: WHOSE, socket: SOCKET, subscription: SUBSCRIPTION],
        OF_SOCKETS,
        Command::Cut { target: target("cut", user, socket, subscription)? }
    ),
    verb!(
        "close",
        "closes a user's sockets, or one of them",
        Count,
        [user: WHOSE, code: CODE, reason: REASON, socket: SOCKET, subscription: SUBSCRIPTION],
        OF_SOCKETS,
        // A close frame without a reason has an empty one.
        Command::Close { target: target("close", user, socket, subscription)?, code, reason: reason.unwrap_or_default() }
    ),
    verb!(
        "silence",
        "mutes the sockets that a user has now, or one of them",
        Count,
        [user: WHOSE, socket: SOCKET, subscription: SUBSCRIPTION],
        OF_SOCKETS,
        Command::Silence { target: target("silence", user, socket, subscription)? }
    ),
    verb!(
        "send",
        "sends a notification to sockets whose subscription lives; it gets an `id` and an `eventId` if it has neither",
        Count,
        [user: WHOSE, message: MESSAGE, socket: SOCKET, subscription: SUBSCRIPTION],
        OF_SOCKETS,
        Command::Send { target: target("send", user, socket, subscription)?, message }
    ),
    verb!(
        "sendRaw",
        "sends any frame to every open socket, or one of them: a text, or bytes",
        Count,
        [user: WHOSE, text: TEXT, bytes: BASE64, socket: SOCKET, subscription: SUBSCRIPTION],
        OF_SOCKETS,
        Command::SendRaw { target: target("sendRaw", user, socket, subscription)?, frame: frame(text, bytes)? }
    ),
    verb!(
        "gone",
        "ends a user's subscriptions and says so",
        Count,
        [user: USER, retry_after: RETRY_AFTER, id: ID],
        options("the options of gone"),
        Command::Gone { user, options: GoneOptions { retry_after: retry_after.map(Duration::from_secs), id } }
    ),
    verb!(
        "tokenLifetime",
        "how long new tokens last; without `lifetime`, as long as clients ask",
        Nothing,
        [lifetime: NEW_LIFETIME],
        Command::TokenLifetime { lifetime }
    ),
    verb!(
        "answerPings",
        "turns answers to keep-alives, which harm the SDK, on or off, for everybody or one user",
        Nothing,
        [enabled: ENABLED, user: OF_USER],
        options("the options of answerPings"),
        Command::AnswerPings { enabled, user }
    ),
    verb!(
        "latency",
        "delays answers and handshakes, for everybody or one user",
        Nothing,
        [latency: LATENCY, user: OF_USER],
        options("the options of latency"),
        Command::Latency { latency, user }
    ),
    verb!(
        "reset",
        "brings users, faults and settings back as at the start, and ends all tokens, subscriptions and sockets",
        Next,
        [],
        Command::Reset
    ),
    verb!("mark", "writes a line of your own into the journal", Record, [text: MARK_TEXT], Command::Mark { text }),
];

const ALICE: &str = "\"alice@example.com\"";
pub(super) const USER: Required<String> = Required::new("user", ALICE, &["user"]);
/// A user who may not be there yet.
const NAME: Required<String> = USER.written(&["name"]);
pub(super) const PASSWORD: Required<String> = Required::new("password", "\"s3cret\"", &["password"]).secret();
pub(super) const SERVICES: Optional<Vec<String>> = Optional::new("services", "[\"call\", \"IM\"]");
pub(super) const TOKEN_LIFETIME: Optional<Duration> = Optional::new("tokenLifetime", "\"30m\"");
pub(super) const SUBSCRIPTION_LIFETIME: Optional<Duration> = Optional::new("subscriptionLifetime", "\"1h\"");
pub(super) const HMAC: Optional<String> = Optional::new("hmac", "\"my-hmac-token\"").secret();
pub(super) const AUTHNAME: Optional<String> = Optional::new("authname", "\"alice-auth\"");
pub(super) const BEARER: Optional<String> = Optional::new("bearer", "\"my-bearer-token\"").secret();
pub(super) const ENABLED: Required<bool> = Required::new("enabled", "true", &["true"]);
pub(super) const ACCESS_TOKEN: Optional<String> = Optional::new("accessToken", "\"my-token\"").secret();
pub(super) const REFRESH_TOKEN: Optional<String> = Optional::new("refreshToken", "\"my-refresh-token\"").secret();
pub(super) const OAUTH_TOKEN: Optional<String> = Optional::new("oauthToken", "\"my-oauth-token\"").secret();
pub(super) const LIFETIME: Optional<Duration> = Optional::new("lifetime", "\"1h\"");
pub(super) const GRANTED: Required<Vec<String>> = Required::new("services", "[\"call\"]", &["[\"call\", ..]"]);
pub(super) const POINT: Required<Point> = Required::new("point", "\"subscribe\"", &["point"]);
pub(super) const OF_POINT: Optional<Point> =
    Optional::new("point", "\"subscribe\"").at(ArgumentPlace::Next { optional: true, forms: &["point"] });
/// Whose sockets; one of several things that say which.
pub(super) const WHOSE: Optional<String> =
    Optional::new("user", ALICE).at(ArgumentPlace::Next { optional: false, forms: &["user"] });
pub(super) const SOCKET: Optional<String> = Optional::new("socket", "null");
pub(super) const SUBSCRIPTION: Optional<String> = Optional::new("subscription", "null");
const OF_SOCKETS: Option<OptionsMap> =
    Some(OptionsMap { what: "the options for the sockets", optional: true, form: "#{ socket: \"WS-2\" }" });
pub(super) const OF_FAULT: Optional<u64> = Optional::new("id", "null");
pub(super) const OF_USER: Optional<String> = Optional::new("user", "null");
pub(super) const HOW: Required<Vec<Fault>> = Required::new(
    "how",
    "[{\"status\": 500, \"times\": 2}, {\"delay\": \"3s\"}]",
    &["#{status: 500}", "[#{..}, #{..}]"],
);
pub(super) const CODE: Required<u16> = Required::new("code", "4000", &["code"]);
pub(super) const REASON: Optional<String> =
    Optional::new("reason", "\"maintenance\"").at(ArgumentPlace::Next { optional: true, forms: &["reason"] });
pub(super) const MESSAGE: Required<Value> =
    Required::new("message", "{\"notificationMessage\": {\"eventType\": \"IM\"}}", &["map"]);
pub(super) const TEXT: Optional<String> =
    Optional::new("text", "\"{}\"").at(ArgumentPlace::Next { optional: false, forms: &["text"] });
pub(super) const BASE64: Optional<Bytes> = Optional::new("base64", "null").at(ArgumentPlace::Or { form: "blob" });
pub(super) const RETRY_AFTER: Optional<u64> = Optional::new("retryAfter", "30");
pub(super) const ID: Optional<String> = Optional::new("id", "\"my-id\"");
pub(super) const NEW_LIFETIME: Optional<Duration> =
    Optional::new("lifetime", "\"5m\"").at(ArgumentPlace::Next { optional: false, forms: &["duration", "()"] });
pub(super) const LATENCY: Required<Duration> = Required::new("latency", "\"250ms\"", &["duration"]);
pub(super) const MARK_TEXT: Required<String> = Required::new("text", "\"signed in\"", &["text"]);

const fn options(what: &'static str) -> Option<OptionsMap> {
    Some(OptionsMap { what, optional: true, form: "options" })
}

fn user_options(
    services: Option<Vec<String>>,
    token_lifetime: Option<Duration>,
    subscription_lifetime: Option<Duration>,
    hmac: Option<String>,
    authname: Option<String>,
    bearer: Option<String>,
) -> UserOptions {
    UserOptions { services, token_lifetime, subscription_lifetime, hmac, authname, bearer }
}

fn target(
    of: &'static str,
    user: Option<String>,
    socket: Option<String>,
    subscription: Option<String>,
) -> Result<Target, ArgumentError> {
    if user.is_none() && socket.is_none() && subscription.is_none() {
        return Err(ArgumentError::NoTarget { of });
    }
    Ok(Target { user, socket, subscription })
}

fn frame(text: Option<String>, bytes: Option<Bytes>) -> Result<Frame, ArgumentError> {
    match (text, bytes) {
        (Some(text), None) => Ok(Frame::Text(text)),
        (None, Some(bytes)) => Ok(Frame::Binary(bytes)),
        _ => Err(ArgumentError::Either { of: "sendRaw", one: TEXT.parameter().name, other: BASE64.parameter().name }),
    }
}
