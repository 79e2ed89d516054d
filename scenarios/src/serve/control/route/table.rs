//! The table.

use std::sync::LazyLock;
use std::time::Duration;

use kandy_mock_server::command::{ArgumentError, Gives, Optional, Parameter, VERBS, Verb};
use kandy_mock_server::{Point, RecordKind};

use super::{ControlRoute, RouteAct, RouteAction, RouteLook};

/// Every route: first what looks, then what acts, as the script's `platform` has it.
pub static ROUTES: LazyLock<Vec<ControlRoute>> =
    LazyLock::new(|| OWN.iter().copied().chain(VERBS.iter().map(verb)).collect());

/// The routes that are not verbs of the platform.
const OWN: &[ControlRoute] = &[
    route("", RouteAction::Look(RouteLook::Index), "this table", &[], r#"{"routes": [..]}"#),
    route(
        "health",
        RouteAction::Look(RouteLook::Health),
        "whether it answers; without a token",
        &[],
        r#"{"status": "ok", "api": 1}"#,
    ),
    route(
        "state",
        RouteAction::Look(RouteLook::State),
        "users without passwords, tokens by label, subscriptions, sockets, settings, faults, clock",
        &[LIMIT.parameter()],
        r#"{"api": 1, "users": [..], ..}"#,
    ),
    route(
        "journal",
        RouteAction::Look(RouteLook::Journal),
        "what happened, from record `since` on; without it the newest",
        &[SINCE.parameter(), LIMIT.parameter(), OF_USER.parameter()],
        r#"{"records": [..], "next": 7, "missed": 0}"#,
    ),
    route(
        "transcript",
        RouteAction::Look(RouteLook::Transcript),
        "what happened, as text to be read: of a user or of all, from record `since` or the last such mark on",
        &[OF_USER.parameter(), MARK.parameter(), SINCE.parameter()],
        "",
    ),
    route(
        "har",
        RouteAction::Look(RouteLook::Har),
        "the same as an HTTP archive (HAR 1.2), messages of websockets as Chrome writes them",
        &[OF_USER.parameter(), MARK.parameter(), SINCE.parameter()],
        r#"{"log": {..}}"#,
    ),
    route(
        "export",
        RouteAction::Look(RouteLook::Export),
        "the same with the state, as a journal that `serve --open` and the console open",
        &[OF_USER.parameter(), MARK.parameter(), SINCE.parameter()],
        r#"{"kandyHarness": "..", "state": {..}, "records": [..]}"#,
    ),
    route(
        "requests",
        RouteAction::Look(RouteLook::Requests),
        "the requests in the journal since the last reset, or from record `since` on, with their answers",
        &[
            OF_POINT.parameter(),
            OF_USER.parameter(),
            METHOD.parameter(),
            STATUS.parameter(),
            SINCE.parameter(),
            LIMIT.parameter(),
        ],
        r#"{"requests": [..]}"#,
    ),
    route(
        "subscriptions",
        RouteAction::Look(RouteLook::Subscriptions),
        "the live ones",
        &[OF_USER.parameter(), LIMIT.parameter()],
        r#"{"subscriptions": [..]}"#,
    ),
    route(
        "sockets",
        RouteAction::Look(RouteLook::Sockets),
        "those that are open or opening",
        &[OF_USER.parameter(), LIMIT.parameter()],
        r#"{"sockets": [..]}"#,
    ),
    route(
        "feed",
        RouteAction::Look(RouteLook::Feed),
        "records as they are written, as server-sent events",
        &[SINCE.parameter()],
        "",
    ),
    route(
        "waitFor",
        RouteAction::Act(RouteAct::WaitFor),
        "waits for `count` records of a kind (1 request if it does not say), from record `since` on; with `none`, checks that none comes",
        &[
            KIND.parameter(),
            OF_POINT.parameter(),
            OF_USER.parameter(),
            METHOD.parameter(),
            STATUS.parameter(),
            SOCKET.parameter(),
            COUNT.parameter(),
            NONE.parameter(),
            TIMEOUT.parameter(),
            SINCE.parameter(),
        ],
        r#"{"record": {..}, "records": [..], "next": 7, "request": {..}}"#,
    ),
    route(
        "advance",
        RouteAction::Act(RouteAct::Advance),
        "moves a manual clock on, by a duration or to an instant in milliseconds, and tells what fired",
        &[BY.parameter(), TO.parameter()],
        r#"{"now": 1800000, "fired": [..], "omitted": 0}"#,
    ),
    route(
        "idle",
        RouteAction::Act(RouteAct::Idle),
        "waits until nothing is under way, and for `quiet` nothing has happened",
        &[QUIET.parameter(), TIMEOUT.parameter()],
        "{}",
    ),
];

pub(crate) const SINCE: Optional<u64> = Optional::new("since", "0");
pub(crate) const LIMIT: Optional<u64> = Optional::new("limit", "100");
pub(crate) const OF_POINT: Optional<Point> = Optional::new("point", "\"subscribe\"");
pub(crate) const OF_USER: Optional<String> = Optional::new("user", "\"alice@example.com\"");
pub(crate) const MARK: Optional<String> = Optional::new("mark", "\"signed in\"");
pub(crate) const METHOD: Optional<String> = Optional::new("method", "\"POST\"");
pub(crate) const STATUS: Optional<u64> = Optional::new("status", "200");
pub(crate) const KIND: Optional<RecordKind> = Optional::new("kind", "\"request\"");
pub(crate) const SOCKET: Optional<String> = Optional::new("socket", "\"WS-1\"");
pub(crate) const COUNT: Optional<u64> = Optional::new("count", "1");
pub(crate) const NONE: Optional<Duration> = Optional::new("none", "null");
pub(crate) const TIMEOUT: Optional<Duration> = Optional::new("timeout", "\"30s\"");
pub(crate) const BY: Optional<Duration> = Optional::new("by", "\"30m\"");
pub(crate) const TO: Optional<u64> = Optional::new("to", "null");
pub(crate) const QUIET: Optional<Duration> = Optional::new("quiet", "\"100ms\"");

/// The error if not exactly one of two parameters is given.
pub(crate) const fn either(of: &'static str, one: &Parameter, other: &Parameter) -> ArgumentError {
    ArgumentError::Either { of, one: one.name, other: other.name }
}

const fn route(
    name: &'static str,
    action: RouteAction,
    about: &'static str,
    parameters: &'static [Parameter],
    gives: &'static str,
) -> ControlRoute {
    ControlRoute { name, about, parameters, gives, action }
}

fn verb(verb: &'static Verb) -> ControlRoute {
    let gives = match verb.gives {
        Gives::Nothing => "{}",
        Gives::Fault => r#"{"id": 3}"#,
        Gives::Next => r#"{"next": 7}"#,
        Gives::Count => r#"{"count": 1}"#,
        Gives::Record => r#"{"seq": 7}"#,
        Gives::Tokens => r#"{"accessToken": "AT-1", ..}"#,
    };
    route(verb.name, RouteAction::Act(RouteAct::Verb(verb)), verb.about, verb.parameters, gives)
}
