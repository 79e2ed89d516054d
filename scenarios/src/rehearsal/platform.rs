//! What the recorder's platform was told, as commands of `Platform`.

use std::collections::BTreeSet;
use std::time::Duration;

use kandy_client::Credentials;
use kandy_mock_server::{Command, Fault, Frame, Platform, Point, TokenOptions, UnknownPoint, UserOptions};
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
pub(super) fn stage(recording: &Recording) -> Result<Vec<Command>, Mismatch> {
    let mut commands = Vec::new();
    let credentials = credentials(recording);
    let mut users: BTreeSet<&str> = BTreeSet::new();
    let signed_in = credentials.iter().filter_map(|given| given.username.as_deref().zip(given.password.as_deref()));
    let any_user = recording.server_script.get("acceptAnyUser").is_some_and(|flag| *flag == Value::Bool(true));
    for (name, password) in USERS.into_iter().chain(signed_in.filter(|_| any_user)) {
        if users.insert(name) {
            let (user, password) = (name.to_owned(), password.to_owned());
            commands.push(Command::AddUser { user, password, options: UserOptions::default() });
        }
    }
    commands.extend(foreign_tokens(&credentials, &recording.server_script));
    commands.extend(behaviour(&recording.server_script)?);
    Ok(commands)
}

/// The commands for a `serverScript`, or for a patch of it.
pub(super) fn behaviour(script: &Value) -> Result<Vec<Command>, Mismatch> {
    let mut commands = Vec::new();
    for (key, value) in script.as_object().into_iter().flatten() {
        let command = match key.as_str() {
            "latency" => Command::Latency { latency: Duration::from_millis(read(key, value)?) },
            "pong" => Command::AnswerPings { enabled: read(key, value)? },
            "tokenExpires" => Command::TokenLifetime { lifetime: Some(Duration::from_secs(read(key, value)?)) },
            "acceptAnyUser" => continue,
            route => {
                let point = if route == "ws" {
                    Point::WebSocket
                } else {
                    route.parse().map_err(|unknown: UnknownPoint| refused(unknown.to_string()))?
                };
                commands.push(Command::Clear { point: Some(point) });
                let answers: Vec<Map<String, Value>> = read(key, value)?;
                if answers.is_empty() {
                    continue;
                }
                Command::Fail { point, faults: answers.iter().map(fault).collect::<Result<_, _>>()? }
            }
        };
        commands.push(command);
    }
    Ok(commands)
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
    let sockets = platform.sockets(None);
    let of_channel = |channel: Option<&Value>| {
        let wanted = channel.map(|number| format!("CH-{number}"));
        let sockets = sockets.iter().filter(|socket| wanted.is_none() || wanted == socket.channel);
        sockets.map(|socket| socket.user.clone()).collect::<BTreeSet<_>>()
    };
    let everybody = || of_channel(None).into_iter();
    Ok(match action {
        "push" => {
            let options = argument(1);
            let text = match argument(0) {
                Value::String(text) => text.clone(),
                json => json.to_string(),
            };
            let is_binary = options.get("binary").is_some_and(|flag| *flag == Value::Bool(true));
            let frame = if is_binary { Frame::Binary(text.into()) } else { Frame::Text(text) };
            let users = of_channel(options.get("channel")).into_iter();
            users.map(|user| Command::SendRaw { user, frame: frame.clone() }).collect()
        }
        "closeAll" => {
            let code = if args.is_empty() { NO_CODE } else { read("code", argument(0))? };
            let reason = argument(1).as_str().unwrap_or_default();
            everybody().map(|user| Command::Close { user, code, reason: reason.to_owned() }).collect()
        }
        "destroyAll" => everybody().map(|user| Command::Cut { user }).collect(),
        "wsListen" => {
            let mut commands = vec![Command::Clear { point: Some(Point::WebSocket) }];
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

/// What the script signs in with, in its calls and in those that listeners make.
fn credentials(recording: &Recording) -> Vec<Credentials> {
    let mut arguments = Vec::new();
    let mut note = |call: &str, argument: Option<&Value>| {
        if matches!(call, "connect" | "updateToken") {
            arguments.extend(argument.and_then(|argument| Credentials::deserialize(argument).ok()));
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
fn foreign_tokens(credentials: &[Credentials], script: &Value) -> Vec<Command> {
    let first_user = credentials.iter().find_map(|given| given.username.clone()).unwrap_or_default();
    let answers = ["mk_token", "refresh_token"].into_iter().filter_map(|route| script.get(route)?.as_array()).flatten();
    let given = answers.filter_map(|answer| answer.pointer("/json/success")).map(|success| {
        let text = |key: &str| success.get(key).and_then(Value::as_str).map(str::to_owned);
        [Some(first_user.clone()), text("access_token"), text("refresh_token"), None]
    });
    let brought = credentials.iter().map(|given| {
        [given.username.clone(), given.access_token.clone(), given.refresh_token.clone(), given.oauth_token.clone()]
    });
    let mut known = BTreeSet::new();
    let mut commands = Vec::new();
    for [user, access_token, refresh_token, oauth_token] in given.chain(brought) {
        let Some(user) = user else { continue };
        let texts =
            [access_token, refresh_token, oauth_token].map(|text| text.filter(|text| known.insert(text.clone())));
        if texts.iter().all(Option::is_none) {
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

fn read<'a, T: Deserialize<'a>>(key: &str, value: &'a Value) -> Result<T, Mismatch> {
    T::deserialize(value).map_err(|error| refused(format!("{key}: {error}")))
}

fn refused(why: String) -> Mismatch {
    Mismatch::new("a script that the platform can follow".to_owned(), why)
}
