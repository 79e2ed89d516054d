//! The routes of the control interface, as data: requests are routed by this table, and the index and the documentation
//! are made from it.

mod table;

use http::Method;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::error::ControlError;
use crate::step::Command;

pub use self::table::ROUTES;

/// What all paths of the control interface begin with.
pub const PREFIX: &str = "/__admin/";

/// One route.
#[derive(Debug)]
pub struct Route {
    /// What follows [`PREFIX`] in the path.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// What it takes.
    pub arguments: &'static [Argument],
    /// What a successful answer has, as a JSON text.
    pub gives: &'static str,
    pub(super) action: Action,
}

/// What a route takes: in the body of a POST, in the query of a GET.
#[derive(Debug)]
pub struct Argument {
    /// The name.
    pub name: &'static str,
    /// The kind of its value.
    pub kind: Kind,
    /// Whether it has to be there.
    pub required: bool,
    /// A value, as JSON.
    pub example: &'static str,
}

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A list of texts.
    Texts,
    /// An integer from 0.
    Number,
    /// True or false.
    Flag,
    /// `"1h 30m"`, or milliseconds.
    Duration,
    /// A point of the platform.
    Point,
    /// Any object.
    Object,
    /// A fault, or a list of faults.
    Faults,
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    Index,
    State,
    Journal,
    Requests,
    Subscriptions,
    Sockets,
    Feed,
    WaitFor,
    Advance,
    /// A verb of the script's `platform`.
    Verb(fn(&Arguments) -> Result<Command, ControlError>),
}

impl Route {
    /// The route with that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ROUTES.iter().find(|route| route.name == name)
    }

    /// `GET` for what only looks, `POST` for what acts or takes its time.
    #[must_use]
    pub const fn method(&self) -> Method {
        match self.action {
            Action::WaitFor | Action::Advance | Action::Verb(_) => Method::POST,
            _ => Method::GET,
        }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// Arguments as one may give them: a JSON object for a POST, a query for a GET.
    #[must_use]
    pub fn example(&self) -> String {
        if self.method() == Method::GET {
            let pair = |argument: &Argument| format!("{}={}", argument.name, argument.example.trim_matches('"'));
            return self.arguments.iter().map(pair).collect::<Vec<_>>().join("&");
        }
        let pair = |argument: &Argument| format!("\"{}\": {}", argument.name, argument.example);
        format!("{{{}}}", self.arguments.iter().map(pair).collect::<Vec<_>>().join(", "))
    }

    fn to_json(&self) -> Value {
        let argument = |argument: &Argument| json!({ "name": argument.name, "kind": argument.kind.shown(), "required": argument.required });
        json!({
            "method": self.method().as_str(),
            "path": self.path(),
            "about": self.about,
            "arguments": self.arguments.iter().map(argument).collect::<Vec<_>>(),
        })
    }
}

impl Kind {
    /// The kind in words.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Texts => "a list of texts",
            Self::Number => "an integer from 0",
            Self::Flag => "true or false",
            Self::Duration => "a duration such as \"1h 30m\", or milliseconds",
            Self::Point => "a point such as \"subscribe\"",
            Self::Object => "an object",
            Self::Faults => "a fault, or a list of faults",
        }
    }
}

/// Every route, for programs.
#[must_use]
pub fn index() -> Value {
    json!({ "routes": ROUTES.iter().map(Route::to_json).collect::<Vec<_>>() })
}

/// Every route as the rows of a table in Markdown, for people.
#[must_use]
pub fn markdown() -> String {
    let mut table = "| Route | Arguments | What it does | Answer |\n|---|---|---|---|\n".to_owned();
    for route in ROUTES {
        let argument = |argument: &Argument| format!("`{}`{}", argument.name, if argument.required { "" } else { "?" });
        let arguments = route.arguments.iter().map(argument).collect::<Vec<_>>().join(", ");
        let gives = if route.gives.is_empty() { String::new() } else { format!("`{}`", route.gives) };
        table += &format!("| `{} {}` | {arguments} | {} | {gives} |\n", route.method(), route.path(), route.about);
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The verbs of all variants of `step::Command`, as they are written in its source.
    fn variants() -> BTreeSet<String> {
        let source = include_str!("../../step.rs");
        let (_, rest) = source.split_once("pub enum Command {").unwrap();
        let (body, _) = rest.split_once("\n}").unwrap();
        let lines = body.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
        let name = |line: &str| line.chars().take_while(|character| character.is_alphanumeric()).collect::<String>();
        lines.map(name).map(|name| format!("{}{}", name[..1].to_lowercase(), &name[1..])).collect()
    }

    fn example_of(route: &Route) -> Result<Arguments, ControlError> {
        match route.method() {
            Method::GET => Arguments::from_query(route, &route.example()),
            _ => Arguments::from_body(route, route.example().as_bytes()),
        }
    }

    #[test]
    fn every_command_of_a_platform_has_a_route_of_its_name() {
        let mut routed = BTreeSet::new();
        for route in ROUTES {
            if let Action::Verb(read) = route.action {
                let command = read(&example_of(route).unwrap()).unwrap();
                assert_eq!(command.verb(), route.name, "the route is called otherwise than what it does");
                routed.insert(route.name.to_owned());
            }
        }
        assert!(routed.len() > 20, "{routed:?}");
        assert_eq!(routed, variants(), "what can be asked of a platform, and what has a route");
    }

    #[test]
    fn every_example_is_one() {
        for route in ROUTES {
            example_of(route).unwrap_or_else(|error| panic!("{}: {error:?}", route.name));
        }
    }

    #[test]
    fn routes_are_there_once() {
        let names: BTreeSet<&str> = ROUTES.iter().map(|route| route.name).collect();
        assert_eq!(names.len(), ROUTES.len());
        assert_eq!(index()["routes"].as_array().unwrap().len(), ROUTES.len());
    }

    #[test]
    fn the_documentation_has_the_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/control.md");
        let page = std::fs::read_to_string(path).unwrap();
        assert!(page.contains(&markdown()), "docs/control.md is to have this table:\n\n{}", markdown());
    }

    #[test]
    fn what_is_not_known_is_answered_with_the_nearest() {
        let told = |name: &str, body: &str| {
            let error = Arguments::from_body(Route::named(name).unwrap(), body.as_bytes()).unwrap_err();
            (error.status.as_u16(), error.message, error.help.unwrap_or_default())
        };
        let close = r#"{"user": "alice", "coed": 4000}"#;
        assert_eq!(told("close", close), (400, "close has no argument `coed`".into(), "did you mean `code`?".into()));
        let (status, message, help) = told("close", r#"{"user": "alice", "code": "4000"}"#);
        assert_eq!((status, message.as_str()), (400, "`code` of close is \"4000\", not an integer from 0"));
        assert_eq!(help, "it takes `user` (a text), `code` (an integer from 0), `reason`? (a text)");
        assert_eq!(told("close", r#"{"user": "alice"}"#).1, "close needs `code`");
        assert_eq!(told("close", "[]").1, "the body is a JSON object of named arguments");
        assert!(told("close", "{").1.starts_with("the body is no JSON: "), "{:?}", told("close", "{"));
        assert_eq!(told("offline", r#"{"x": 1}"#).2, "offline takes no arguments");
        assert_eq!(told("latency", r#"{"latency": "soon"}"#).0, 400);
        assert_eq!(told("grantServices", r#"{"user": "alice", "services": [1]}"#).0, 400);
        assert_eq!(told("send", r#"{"user": "alice", "message": "x"}"#).0, 400);
    }

    #[test]
    fn values_are_read_as_the_platform_takes_them() {
        let command = |name: &str, body: &str| {
            let route = Route::named(name).unwrap();
            let Action::Verb(read) = route.action else { panic!("{name} is no verb") };
            Arguments::from_body(route, body.as_bytes()).and_then(|arguments| read(&arguments))
        };
        let shown = |name, body| format!("{:?}", command(name, body).unwrap());
        assert_eq!(shown("latency", r#"{"latency": 250}"#), "latency 250 ms");
        assert_eq!(shown("tokenLifetime", r#"{"lifetime": null}"#), "tokenLifetime as asked for");
        assert_eq!(shown("clear", ""), "clear all");
        assert_eq!(shown("sendRaw", r#"{"user": "a", "base64": "AAE="}"#), "sendRaw a (2 bytes)");
        let message = |name, body| command(name, body).unwrap_err().message;
        assert_eq!(message("close", r#"{"user": "a", "code": 70000}"#), "70000 is no close code");
        assert_eq!(message("sendRaw", r#"{"user": "a"}"#), "sendRaw needs either `text` or `base64`");
        assert_eq!(message("sendRaw", r#"{"user": "a", "base64": "?"}"#), "`base64` of sendRaw is no base64");
        assert!(message("fail", r#"{"point": "subscrib", "how": {}}"#).contains("did you mean \"subscribe\""));
        assert!(message("fail", r#"{"point": "subscribe", "how": {"statuss": 1}}"#).contains("no key \"statuss\""));
    }
}
