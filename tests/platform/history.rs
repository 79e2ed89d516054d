//! What was done in a recording, as its exceptions look at it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kandy_client::{Time, js};
use kandy_scenarios::recording::{Action, Exchange, PageAddress, Recording, TimelineRecord, WireRequest, WireResponse};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The users of the recorder's platform.
const USERS: [(&str, &str); 3] =
    [("alice@example.com", "s3cret"), ("bob@example.com", "hunter2"), ("zoë+tag@example.com", "pä$$wörd€")];

/// The requests of a recording, its websockets, and what its application brought along.
pub(super) struct History<'a> {
    /// The requests that were answered, in their order.
    pub(super) met: Vec<Met<'a>>,
    /// The websockets that were opened: when they were made, at which path, and with which tokens.
    pub(super) opened: Vec<(Time, String, Vec<String>)>,
    pub(super) credentials: Credentials,
}

/// A request and its answer.
#[derive(Clone, Copy)]
pub(super) struct Met<'a> {
    pub(super) at: Time,
    pub(super) request: &'a WireRequest,
    pub(super) answer: &'a WireResponse,
    /// Whether the script put something in the place of what the platform had answered.
    pub(super) is_scripted: bool,
}

/// Who may sign in, and the tokens that the application has from elsewhere.
pub(super) struct Credentials {
    users: BTreeSet<(String, String)>,
    tokens: BTreeSet<String>,
}

impl<'a> History<'a> {
    pub(super) fn of(recording: &'a Recording) -> Self {
        let mut answers = Answers::of(recording);
        let mut met = Vec::new();
        for entry in &recording.wire {
            let Exchange::Request(request) = &entry.what else { continue };
            // The script's answers are used up by requests that get none, too.
            let is_scripted = answers.next(entry.time, request);
            let answer = recording.wire.iter().find_map(|entry| match &entry.what {
                Exchange::Response(answer) if answer.n == request.n => Some(answer),
                _ => None,
            });
            met.extend(answer.map(|answer| Met { at: entry.time, request, answer, is_scripted }));
        }
        Self { met, opened: opened(recording), credentials: Credentials::of(recording) }
    }

    /// The requests that succeeded.
    pub(super) fn taken(&self) -> impl Iterator<Item = Met<'a>> {
        let is_success = |met: &&Met<'_>| met.answer.status.is_some_and(|status| (200..300).contains(&status));
        self.met.iter().filter(is_success).copied()
    }
}

impl Met<'_> {
    /// The answer's body.
    pub(super) fn body(&self) -> js::Value {
        read(self.answer.body.as_ref()).unwrap_or_default()
    }

    /// What a subscription was answered with.
    pub(super) fn given(&self) -> js::Value {
        self.body().get("subscribeResponse").clone()
    }

    /// The correlator that a subscription was given.
    pub(super) fn correlator(&self) -> js::Value {
        self.given().get("subscriptionParams").get("clientCorrelator").clone()
    }

    /// What a subscription asked for.
    pub(super) fn asked(&self) -> js::Value {
        read(self.request.body.as_ref()).unwrap_or_default().get("subscribeRequest").clone()
    }

    /// Whether the answer is something that JavaScript reads as JSON, and others do not: lone surrogates, for instance.
    pub(super) fn is_beyond_json(&self) -> bool {
        matches!(&self.answer.body, Some(Value::String(text)) if serde_json::from_str::<Value>(text).is_err())
    }

    /// So many seconds later.
    pub(super) fn after(&self, seconds: &js::Value) -> Time {
        self.at + Duration::try_from_secs_f64(seconds.to_number()).unwrap_or(Duration::MAX)
    }

    /// The values of a parameter of the query.
    pub(super) fn parameters(&self, name: &str) -> impl Iterator<Item = String> {
        parameters(&self.request.raw_query, name)
    }

    /// The tokens that the request carries.
    pub(super) fn tokens(&self) -> Vec<String> {
        let header = self.request.headers.get("authorization").and_then(|header| header.strip_prefix("Bearer "));
        self.parameters("token").chain(header.map(ToOwned::to_owned)).collect()
    }
}

impl Credentials {
    fn of(recording: &Recording) -> Self {
        let takes_anybody = recording.server_script.get("acceptAnyUser") == Some(&Value::Bool(true));
        let mut users: BTreeSet<(String, String)> =
            USERS.into_iter().map(|(name, password)| (name.to_owned(), password.to_owned())).collect();
        let mut tokens = BTreeSet::new();
        for given in arguments(recording) {
            let name = |name: &str| Some(given.get(name)).filter(|value| value.is_truthy()).map(js::Value::to_text);
            for token in ["accessToken", "refreshToken", "oauthToken"] {
                tokens.extend(Self::texts(given.get(token)));
            }
            if let (Some(user), password) = (name("username"), name("password"))
                && takes_anybody
                && password.as_ref().is_none_or(|password| !password.is_empty())
            {
                users.insert((user.to_string(), password.unwrap_or_default().to_string()));
            }
        }
        Self { users, tokens }
    }

    /// What a request carries of a value: of a list, each element.
    pub(super) fn texts(value: &js::Value) -> Vec<String> {
        let elements = value.as_list().unwrap_or(std::slice::from_ref(value));
        elements.iter().filter(|element| !element.is_nullish()).map(|element| element.to_text().to_string()).collect()
    }

    pub(super) fn tokens(&self) -> BTreeSet<String> {
        self.tokens.clone()
    }

    /// Whether the user of a request's path is somebody.
    pub(super) fn has_user_of(&self, met: &Met<'_>) -> bool {
        let Some((_, behind)) = met.request.path.split_once("/user/") else { return true };
        let name = behind.split_once("/subscription").map_or(behind, |(name, _)| name);
        let name = percent_decode_str(name).decode_utf8_lossy();
        self.users.iter().any(|(user, _)| *user == name)
    }

    /// Whether a login is somebody's. Another request for tokens is none.
    pub(super) fn knows(&self, met: &Met<'_>) -> bool {
        let Some(login) = met.request.headers.get("authorization").and_then(|header| header.strip_prefix("basic "))
        else {
            return true;
        };
        let login = STANDARD.decode(login).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        login
            .as_deref()
            .and_then(|login| login.split_once(':'))
            .is_some_and(|(name, password)| self.users.contains(&(name.to_owned(), password.to_owned())))
    }
}

/// The answers that a script has for each route: used in their order, the last one again and again.
struct Answers<'a> {
    /// When the script was changed, and to what, in this order.
    patches: Vec<(Time, &'a Value)>,
    answers: BTreeMap<&'a str, (&'a Vec<Value>, usize)>,
}

impl<'a> Answers<'a> {
    fn of(recording: &'a Recording) -> Self {
        let mut patches = vec![(Time::ZERO, &recording.server_script)];
        for entry in &recording.script {
            if let Action::Server { action, args, .. } = &entry.what
                && action == "set"
            {
                patches.extend(args.first().map(|patch| (entry.time, patch)));
            }
        }
        Self { patches, answers: BTreeMap::new() }
    }

    /// Whether the script answers the next request in the platform's place.
    fn next(&mut self, now: Time, request: &WireRequest) -> bool {
        let due = self.patches.iter().take_while(|(time, _)| *time <= now).count();
        for (_, patch) in self.patches.drain(..due) {
            let answers = patch.as_object().into_iter().flatten();
            self.answers
                .extend(answers.filter_map(|(route, answers)| Some((route.as_str(), (answers.as_array()?, 0)))));
        }
        let route = match request.method.as_str() {
            "GET" => request.path.rsplit('/').next().unwrap_or_default(),
            "POST" => "subscribe",
            "PUT" => "resubscribe",
            _ => "unsubscribe",
        };
        let Some((answers, used)) = self.answers.get_mut(route) else { return false };
        let answer = answers.get(*used).or(answers.last());
        *used += 1;
        answer.is_some_and(|answer| {
            ["raw", "json", "status", "hang", "reset"].iter().any(|key| answer.get(key).is_some())
        })
    }
}

/// What the application signs in with, in its calls and in those that its listeners make.
fn arguments(recording: &Recording) -> Vec<js::Value> {
    let given = |call: &str, argument: Option<&Value>| {
        argument.filter(|_| matches!(call, "connect" | "updateToken")).map(js::Value::from_json)
    };
    let mut arguments = Vec::new();
    for entry in &recording.script {
        match &entry.what {
            Action::Call { call, .. } => arguments.extend(given(&call.call, call.args.first())),
            Action::Rule(rule) => {
                arguments.extend(rule.calls.iter().filter_map(|call| given(call.first()?.as_str()?, call.get(1))));
            }
            Action::Server { .. } | Action::Snapshot(_) => {}
        }
    }
    arguments
}

fn opened(recording: &Recording) -> Vec<(Time, String, Vec<String>)> {
    let mut made: BTreeMap<u64, (Time, &PageAddress)> = BTreeMap::new();
    let mut opened = Vec::new();
    for entry in &recording.timeline {
        match &entry.what {
            TimelineRecord::WsNew { ws, address } => {
                made.insert(*ws, (entry.time, address));
            }
            TimelineRecord::WsOpen { ws } => {
                let Some((time, address)) = made.get(ws) else { continue };
                let target = address.path_and_query().unwrap_or_default();
                let (path, query) = target.split_once('?').unwrap_or((&target, ""));
                let tokens = parameters(query, "token").chain(parameters(query, "access_token")).collect();
                opened.push((*time, path.to_owned(), tokens));
            }
            _ => {}
        }
    }
    opened
}

fn parameters(query: &str, name: &str) -> impl Iterator<Item = String> {
    let pairs = query.trim_start_matches('?').split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let values = pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value);
    values.map(|value| percent_decode_str(value).decode_utf8_lossy().into_owned()).collect::<Vec<_>>().into_iter()
}

/// A recorded body as JavaScript reads it.
fn read(body: Option<&Value>) -> Option<js::Value> {
    match body? {
        Value::String(text) => js::Value::parse(text.trim_start_matches('\u{feff}')).ok(),
        json => Some(js::Value::from_json(json)),
    }
}
