//! The routes of the control interface, as data: requests are routed by this table, and the index and the documentation
//! are made from it.

mod table;

use http::Method;
use kandy_mock_server::command::{Parameter, Verb};
use serde_json::{Map, Value, json};

use super::arguments;
use super::error::ControlError;

pub use self::table::ROUTES;
pub(super) use self::table::{
    BY, COUNT, KIND, LIMIT, MARK, METHOD, NONE, OF_POINT, OF_USER, QUIET, SINCE, SOCKET, STATUS, TIMEOUT, TO, either,
};

/// What all paths of the control interface begin with.
pub const PREFIX: &str = "/__admin/";

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct ControlRoute {
    /// What follows [`PREFIX`] in the path.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// What it takes: in the body of a POST, in the query of a GET.
    pub parameters: &'static [Parameter],
    /// What a successful answer has, as a JSON text.
    pub gives: &'static str,
    pub(super) action: RouteAction,
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum RouteAction {
    Look(RouteLook),
    Act(RouteAct),
}

/// What only looks, at once.
#[derive(Clone, Copy, Debug)]
pub(super) enum RouteLook {
    Index,
    Health,
    State,
    Journal,
    Transcript,
    Har,
    Export,
    Requests,
    Subscriptions,
    Sockets,
    Feed,
}

/// What acts or takes its time.
#[derive(Clone, Copy, Debug)]
pub(super) enum RouteAct {
    WaitFor,
    Advance,
    Idle,
    /// A verb of the script's `platform`.
    Verb(&'static Verb),
}

impl ControlRoute {
    /// The route with that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ROUTES.iter().find(|route| route.name == name)
    }

    /// `GET` for what only looks, `POST` for what acts or takes its time.
    #[must_use]
    pub const fn method(&self) -> Method {
        match self.action {
            RouteAction::Look(_) => Method::GET,
            RouteAction::Act(_) => Method::POST,
        }
    }

    /// Whether anybody may ask for it: it shows nothing but that the server answers.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.action, RouteAction::Look(RouteLook::Health))
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
            let pair = |parameter: &Parameter| format!("{}={}", parameter.name, parameter.example.trim_matches('"'));
            return self.parameters.iter().map(pair).collect::<Vec<_>>().join("&");
        }
        let pair = |parameter: &Parameter| format!("\"{}\": {}", parameter.name, parameter.example);
        format!("{{{}}}", self.parameters.iter().map(pair).collect::<Vec<_>>().join(", "))
    }

    /// Reads the arguments of a request: those in its body for a POST, those in its query for a GET.
    ///
    /// # Errors
    ///
    /// One is unknown, of another kind, or missing.
    pub fn arguments(&self, query: &str, body: &[u8]) -> Result<Map<String, Value>, ControlError> {
        match self.action {
            RouteAction::Look(_) => arguments::from_query(self, query),
            RouteAction::Act(_) => arguments::from_body(self, body),
        }
    }

    fn json(&self) -> Value {
        let argument = |parameter: &Parameter| json!({ "name": parameter.name, "kind": parameter.kind.shown(), "required": parameter.required });
        json!({
            "method": self.method().as_str(),
            "path": self.path(),
            "about": self.about,
            "arguments": self.parameters.iter().map(argument).collect::<Vec<_>>(),
        })
    }
}

/// Every route, for programs.
#[must_use]
pub fn index() -> Value {
    json!({ "routes": ROUTES.iter().map(ControlRoute::json).collect::<Vec<_>>() })
}

/// Every route as the rows of a table in Markdown, for people.
#[must_use]
pub fn markdown() -> String {
    let mut table = "| Route | Arguments | What it does | Answer |\n|---|---|---|---|\n".to_owned();
    for route in &*ROUTES {
        let argument =
            |parameter: &Parameter| format!("`{}`{}", parameter.name, if parameter.required { "" } else { "?" });
        let arguments = route.parameters.iter().map(argument).collect::<Vec<_>>().join(", ");
        let gives = if route.gives.is_empty() { String::new() } else { format!("`{}`", route.gives) };
        table += &format!("| `{} {}` | {arguments} | {} | {gives} |\n", route.method(), route.path(), route.about);
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kandy_mock_server::command::VERBS;

    use super::*;

    fn example_of(route: &ControlRoute) -> Result<Map<String, Value>, ControlError> {
        route.arguments(&route.example(), route.example().as_bytes())
    }

    #[test]
    fn every_verb_of_a_platform_has_a_route_of_its_name() {
        for verb in VERBS {
            let route = ControlRoute::named(verb.name).unwrap();
            assert_eq!((route.about, route.method()), (verb.about, Method::POST));
            verb.command(example_of(route).unwrap()).unwrap();
        }
    }

    #[test]
    fn every_example_is_one() {
        for route in &*ROUTES {
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
        assert!(page.contains(&markdown()), "docs/control.md must have this table:\n\n{}", markdown());
    }

    #[test]
    fn what_is_not_known_is_answered_with_the_nearest() {
        let told = |name: &str, body: &str| {
            let error = arguments::from_body(ControlRoute::named(name).unwrap(), body.as_bytes()).unwrap_err();
            (error.status.as_u16(), error.message, error.help.unwrap_or_default())
        };
        let close = r#"{"user": "alice", "coed": 4000}"#;
        assert_eq!(told("close", close), (400, "close has no argument `coed`".into(), "did you mean `code`?".into()));
        let (status, message, help) = told("close", r#"{"user": "alice", "code": "4000"}"#);
        assert_eq!((status, message.as_str()), (400, "`code` of close is \"4000\", not an integer from 0"));
        assert_eq!(
            help,
            "it takes `user`? (a text), `code` (an integer from 0), `reason`? (a text), `socket`? (a text), `subscription`? (a text)"
        );
        assert_eq!(told("close", r#"{"user": "alice"}"#).1, "close needs `code`");
        assert_eq!(told("close", "[]").1, "the body must be a JSON object of named arguments");
        assert!(told("close", "{").1.starts_with("the body is not JSON: "), "{:?}", told("close", "{"));
        for (name, twice, key) in [
            ("close", r#"{"user": "alice", "code": 4000, "user": "bob"}"#, "user"),
            ("close", r#"{"user": "alice", "code": 4000, "us\u0065r": "alice"}"#, "user"),
            ("fail", r#"{"point": "subscribe", "how": {"status": 500, "status": 503}}"#, "status"),
            ("fail", r#"{"point": "subscribe", "how": [{"json": {"a": [{"b": 1, "b": 1}]}}]}"#, "b"),
            ("send", r#"{"user": "alice", "message": {"x": {"y": null, "y": null}}}"#, "y"),
        ] {
            let (status, message, _) = told(name, twice);
            assert_eq!(status, 400, "{twice}");
            assert!(
                message.starts_with(&format!("the body is ambiguous: the key {key:?} comes twice at line 1")),
                "{message}"
            );
        }
        assert_eq!(told("reset", r#"{"x": 1}"#).2, "reset takes no arguments");
        assert_eq!(told("latency", r#"{"latency": "soon"}"#).0, 400);
        assert_eq!(told("grantServices", r#"{"user": "alice", "services": [1]}"#).0, 400);
        assert_eq!(told("send", r#"{"user": "alice", "message": "x"}"#).0, 400);
    }

    #[test]
    fn what_makes_no_command_is_told_with_what_to_do() {
        let told = |name: &str, body: &str| {
            let given = arguments::from_body(ControlRoute::named(name).unwrap(), body.as_bytes()).unwrap();
            let error = ControlError::from(Verb::named(name).unwrap().command(given).unwrap_err());
            (error.status.as_u16(), error.message, error.help)
        };
        let help = Some("close codes are 1000 to 4999".to_owned());
        let close = r#"{"user": "a", "code": 70000}"#;
        assert_eq!(told("close", close), (400, "70000 is not a close code".to_owned(), help));
        let message = "sendRaw needs either `text` or `base64`".to_owned();
        assert_eq!(told("sendRaw", r#"{"user": "a", "text": null}"#), (400, message, None));
        let (_, message, _) = told("fail", r#"{"point": "subscrib", "how": {}}"#);
        assert!(message.contains("did you mean `subscribe`"), "{message}");
        let (_, message, _) = told("fail", r#"{"point": "subscribe", "how": {"statuss": 1}}"#);
        assert!(message.contains("no key \"statuss\""), "{message}");
    }
}
