//! What the recorder's platform was told, as commands of `Platform`.

use std::collections::BTreeSet;
use std::time::Duration;

use kandy_client::js;
use kandy_mock_server::{Command, Fault, Frame, Platform, Point, Target, TokenOptions, UnknownPoint, UserOptions};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::recording::{Action, Recording};
use crate::replay::compare::Mismatch;

/// The users of the recorder's platform.
const USERS: [(&str, &str); 3] =
    [("alice@example.com", "s3cret"), ("bob@example.com", "hunter2"), ("zoë+tag@example.com", "pä$$wörd€")];

/// The recorder's platform takes any token for ever; these last as long as any can.
const LONGEST_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The commands that make a platform what the recorder's was at the start.
pub(super) fn setup(recording: &Recording) -> Result<Vec<Command>, Mismatch> {
    let mut commands = Vec::new();
    let credentials = credentials(recording);
    let mut users: BTreeSet<&str> = BTreeSet::new();
    let any_user = recording.server_script.get("acceptAnyUser").is_some_and(|flag| *flag == Value::Bool(true));
    let named = credentials.iter().filter_map(|given| {
        let name = given.username.as_deref()?;
        Some((name, given.password.as_deref().unwrap_or("unused")))
    });
    // Where anybody may sign in, a user of the recorder's platform may do so with another password.
    for (name, password) in named.filter(|_| any_user).chain(USERS) {
        if users.insert(name) {
            let (user, password) = (name.to_owned(), password.to_owned());
            commands.push(Command::AddUser { user, password, options: UserOptions::default() });
        }
    }
    commands.extend(foreign_tokens(&credentials, &users, &recording.server_script));
    commands.extend(behaviour(&recording.server_script)?);
    Ok(commands)
}

/// The commands for a `serverScript`, or for a patch of it.
pub(super) fn behaviour(script: &Value) -> Result<Vec<Command>, Mismatch> {
    let mut commands = Vec::new();
    for (key, value) in script.as_object().into_iter().flatten() {
        let command = match key.as_str() {
            "latency" => Command::Latency { latency: Duration::from_millis(read(key, value)?), user: None },
            "pong" => Command::AnswerPings { enabled: read(key, value)?, user: None },
            "tokenExpires" => Command::TokenLifetime { lifetime: Some(Duration::from_secs(read(key, value)?)) },
            "acceptAnyUser" => continue,
            route => {
                let point = if route == "ws" {
                    Point::WebSocket
                } else {
                    route.parse().map_err(|unknown: UnknownPoint| refused(unknown.to_string()))?
                };
                commands.push(Command::Clear { rules: point.into() });
                let answers: Vec<Map<String, Value>> = read(key, value)?;
                if answers.is_empty() {
                    continue;
                }
                let answers = answers.iter().map(|answer| fault(&merged_where_possible(point, answer)));
                Command::Fail { point, faults: answers.collect::<Result<_, _>>()? }
            }
        };
        commands.push(command);
    }
    Ok(commands)
}

/// Where an answer has the name by which a client knows its subscription.
const CORRELATOR: &str = "/subscribeResponse/subscriptionParams/clientCorrelator";

/// A subscription that the recorder's platform describes in words of its own is there nevertheless: here, too, if the
/// words are put into the platform's own answer.
fn merged_where_possible(point: Point, answer: &Map<String, Value>) -> Map<String, Value> {
    let mut answer = answer.clone();
    let body = answer.get("raw").and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let params = "/subscribeResponse/subscriptionParams/notificationChannel";
    let is_success = answer.get("status").is_none_or(|status| *status == 200);
    if let Some(body) = body.filter(|body| point == Point::Subscribe && is_success && body.pointer(params).is_some()) {
        answer.remove("raw");
        answer.remove("type");
        // By its correlator a subscription is renewed.
        if let Some(correlator) = body.pointer(CORRELATOR).filter(|correlator| correlator.is_string()) {
            answer.insert("params".to_owned(), serde_json::json!({ "clientCorrelator": correlator }));
        }
        answer.insert("merge".to_owned(), body);
    }
    answer
}

/// One answer of a `serverScript`.
fn fault(answer: &Map<String, Value>) -> Result<Fault, Mismatch> {
    let mut keys = Map::new();
    for (key, value) in answer {
        let key = match key.as_str() {
            "raw" => "body",
            "drop" => "without",
            // How the body comes is the network's business; a client gets it whole.
            "lateBody" => continue,
            same => same,
        };
        keys.insert(key.to_owned(), value.clone());
    }
    Fault::from_json(&Value::Object(keys)).map_err(|error| refused(error.to_string()))
}

/// An action of the script.
pub(super) fn action(platform: &Platform, action: &str, args: &[Value]) -> Result<Vec<Command>, Mismatch> {
    let argument = |index: usize| args.get(index).unwrap_or(&Value::Null);
    let targets = |options: &Value| -> Vec<Target> {
        let sockets = platform.sockets(None);
        let Some(number) = options.get("channel") else {
            let users: BTreeSet<String> = sockets.into_iter().map(|socket| socket.user).collect();
            return users.into_iter().map(Target::user).collect();
        };
        let wanted = Some(format!("CH-{number}"));
        let meant = sockets.into_iter().filter(|socket| socket.channel == wanted);
        meant.map(|socket| Target::socket(socket.id.to_string())).collect()
    };
    Ok(match action {
        "push" => {
            let options = argument(1);
            let text = match argument(0) {
                Value::String(text) => text.clone(),
                json => json.to_string(),
            };
            let is_binary = options.get("binary").is_some_and(|flag| *flag == Value::Bool(true));
            let frame = if is_binary { Frame::Binary(text.into()) } else { Frame::Text(text) };
            let targets = targets(options).into_iter();
            targets.map(|target| Command::SendRaw { target, frame: frame.clone() }).collect()
        }
        "closeAll" => {
            let code = if args.is_empty() { NO_CODE } else { read("code", argument(0))? };
            let reason = argument(1).as_str().unwrap_or_default();
            let targets = targets(argument(2)).into_iter();
            targets.map(|target| Command::Close { target, code, reason: reason.to_owned() }).collect()
        }
        "destroyAll" => targets(argument(0)).into_iter().map(|target| Command::Cut { target }).collect(),
        "wsListen" => {
            let mut commands = vec![Command::Clear { rules: Point::WebSocket.into() }];
            if !read::<bool>("wsListen", argument(0))? {
                commands.push(Command::Fail { point: Point::WebSocket, faults: vec![Fault::refuse()] });
            }
            commands
        }
        "set" => behaviour(argument(0))?,
        other => return Err(refused(format!("the platform has no action {other}"))),
    })
}

/// A close frame without a code.
const NO_CODE: u16 = 1005;

/// Credentials as they go over the wire: texts, whatever they were.
#[derive(Debug)]
struct GivenCredentials {
    username: Option<String>,
    password: Option<String>,
    access_token: Option<String>,
    refresh_token: Option<String>,
    oauth_token: Option<String>,
}

impl GivenCredentials {
    fn of(argument: &Value) -> Self {
        let argument = js::Value::from_json(argument);
        let text = |key: &str| on_the_wire(argument.get(key));
        let given = |key: &str| Some(argument.get(key)).filter(|value| value.is_truthy());
        let name = |key: &str| given(key).map(|value| value.to_text().to_string()).filter(|name| !name.is_empty());
        Self {
            username: name("username"),
            password: name("password"),
            access_token: text("accessToken"),
            refresh_token: text("refreshToken"),
            oauth_token: text("oauthToken"),
        }
    }
}

/// The text of a token in a request; in a list of a query the first one.
fn on_the_wire(value: &js::Value) -> Option<String> {
    let elements = value.as_list().unwrap_or(std::slice::from_ref(value));
    let mut texts = elements.iter().filter(|element| !element.is_nullish()).map(js::Value::to_text);
    texts.find(|text| !text.is_empty()).map(|text| text.to_string())
}

/// What the script signs in with, in its calls and in those that listeners make.
fn credentials(recording: &Recording) -> Vec<GivenCredentials> {
    let mut arguments = Vec::new();
    let mut note = |call: &str, argument: Option<&Value>| {
        if matches!(call, "connect" | "updateToken") {
            arguments.extend(argument.map(GivenCredentials::of));
        }
    };
    for entry in &recording.script {
        match &entry.what {
            Action::Call { call, .. } => note(&call.call, call.args.first()),
            Action::Rule(rule) => {
                for call in &rule.calls {
                    note(call.first().and_then(Value::as_str).unwrap_or_default(), call.get(1));
                }
            }
            Action::Server { .. } | Action::Snapshot(_) => {}
        }
    }
    arguments
}

/// The recorder's platform takes every token; `Platform` is told of those that it has not issued itself: what the
/// application brings along, and what a fault gives instead of the platform.
fn foreign_tokens(credentials: &[GivenCredentials], users: &BTreeSet<&str>, script: &Value) -> Vec<Command> {
    let known = credentials.iter().filter_map(|given| given.username.clone()).find(|name| users.contains(&**name));
    let first_user = known.unwrap_or_default();
    let answers = ["mk_token", "refresh_token"].into_iter().filter_map(|route| script.get(route)?.as_array()).flatten();
    let given = answers.filter_map(success_of).map(|success| {
        let text = |key: &str| on_the_wire(success.get(key));
        (first_user.clone(), [text("access_token"), text("refresh_token"), None])
    });
    let brought = credentials.iter().map(|given| {
        // A token without a user, or for somebody else, is used by whoever has signed in.
        let user = given.username.clone().filter(|name| users.contains(&**name));
        let tokens = [given.access_token.clone(), given.refresh_token.clone(), given.oauth_token.clone()];
        (user.unwrap_or_else(|| first_user.clone()), tokens)
    });
    let mut known = BTreeSet::new();
    let mut commands = Vec::new();
    for (user, tokens) in given.chain(brought) {
        let texts = tokens.map(|text| text.filter(|text| known.insert(text.clone())));
        if user.is_empty() || texts.iter().all(Option::is_none) {
            continue;
        }
        // A text left out would take a number, which the recorder's platform did not.
        let unused = |kind: &str| Some(format!("unused-{kind}-{}", commands.len()));
        let [access_token, refresh_token, oauth_token] = texts;
        let options = TokenOptions {
            access_token: access_token.or_else(|| unused("AT")),
            refresh_token: refresh_token.or_else(|| unused("RT")),
            oauth_token: oauth_token.or_else(|| unused("OA")),
            lifetime: Some(LONGEST_LIFETIME),
        };
        commands.push(Command::IssueToken { user, options });
    }
    commands
}

/// The tokens of an answer that is given instead of the platform's own.
fn success_of(answer: &Value) -> Option<js::Value> {
    let body = match answer.get("raw").and_then(Value::as_str) {
        Some(text) => js::Value::parse(text.trim_start_matches('\u{feff}')).ok()?,
        None => js::Value::from_json(answer.get("json")?),
    };
    Some(body.get("success").clone())
}

fn read<'a, T: Deserialize<'a>>(key: &str, value: &'a Value) -> Result<T, Mismatch> {
    T::deserialize(value).map_err(|error| refused(format!("{key}: {error}")))
}

fn refused(why: String) -> Mismatch {
    Mismatch::new("a script that the platform can follow".to_owned(), why)
}
