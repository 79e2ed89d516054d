//! The table.

use std::sync::LazyLock;
use std::time::Duration;

use kandy_mock_server::Point;
use kandy_mock_server::command::{Gives, Optional, Parameter, Required, VERBS, Verb};

use super::{Act, Action, Look, Route};

/// Every route: first what looks, then what acts, as the script's `platform` has it.
pub static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| OWN.iter().copied().chain(VERBS.iter().map(verb)).collect());

/// The routes that are no verbs of the platform.
const OWN: &[Route] = &[
    route("", Action::Look(Look::Index), "this table", &[], r#"{"routes": [..]}"#),
    route(
        "state",
        Action::Look(Look::State),
        "users without passwords, subscriptions, sockets, settings, faults, clock",
        &[LIMIT.parameter()],
        r#"{"users": [..], ..}"#,
    ),
    route(
        "journal",
        Action::Look(Look::Journal),
        "what happened, from record `since` on; without it the newest",
        &[SINCE.parameter(), LIMIT.parameter()],
        r#"{"records": [..], "next": 7, "missed": 0}"#,
    ),
    route(
        "requests",
        Action::Look(Look::Requests),
        "the requests in the journal, with their answers",
        &[OF_POINT.parameter(), OF_USER.parameter(), METHOD.parameter(), STATUS.parameter(), LIMIT.parameter()],
        r#"{"requests": [..]}"#,
    ),
    route(
        "subscriptions",
        Action::Look(Look::Subscriptions),
        "the live ones",
        &[OF_USER.parameter(), LIMIT.parameter()],
        r#"{"subscriptions": [..]}"#,
    ),
    route(
        "sockets",
        Action::Look(Look::Sockets),
        "those that are open or opening",
        &[OF_USER.parameter(), LIMIT.parameter()],
        r#"{"sockets": [..]}"#,
    ),
    route(
        "feed",
        Action::Look(Look::Feed),
        "records as they are written, as server-sent events",
        &[SINCE.parameter()],
        "",
    ),
    route(
        "waitFor",
        Action::Act(Act::WaitFor),
        "waits until a request has reached that point, from record `since` on",
        &[POINT.parameter(), OF_USER.parameter(), TIMEOUT.parameter(), SINCE.parameter()],
        r#"{"request": {..}}"#,
    ),
    route("advance", Action::Act(Act::Advance), "moves a manual clock on", &[BY.parameter()], r#"{"now": 1800000}"#),
];

pub(crate) const SINCE: Optional<u64> = Optional::new("since", "0");
pub(crate) const LIMIT: Optional<u64> = Optional::new("limit", "100");
pub(crate) const OF_POINT: Optional<Point> = Optional::new("point", "\"subscribe\"");
pub(crate) const OF_USER: Optional<String> = Optional::new("user", "\"alice@example.com\"");
pub(crate) const METHOD: Optional<String> = Optional::new("method", "\"POST\"");
pub(crate) const STATUS: Optional<u64> = Optional::new("status", "200");
pub(crate) const POINT: Required<Point> = Required::new("point", "\"subscribe\"", &["point"]);
pub(crate) const TIMEOUT: Optional<Duration> = Optional::new("timeout", "\"30s\"");
pub(crate) const BY: Required<Duration> = Required::new("by", "\"30m\"", &["duration"]);

const fn route(
    name: &'static str,
    action: Action,
    about: &'static str,
    parameters: &'static [Parameter],
    gives: &'static str,
) -> Route {
    Route { name, about, parameters, gives, action }
}

fn verb(verb: &'static Verb) -> Route {
    let gives = match verb.gives {
        Gives::Nothing | Gives::Fault => "{}",
        Gives::Count => r#"{"count": 1}"#,
        Gives::Tokens => r#"{"accessToken": "AT-1", ..}"#,
    };
    route(verb.name, Action::Act(Act::Verb(verb)), verb.about, verb.parameters, gives)
}
