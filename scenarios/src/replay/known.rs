//! What a recording may be made of. Whatever else is in it would pass unchecked, so it is an error.

use kandy_client::Dialect;
use serde::Deserialize;
use serde_json::Value;

use super::call::asked;
use super::compare::{Mismatch, missing};
use crate::recording::{Action, ApiCall, Recording};

/// Points of the recorder's platform for which answers can be scripted.
const POINTS: [&str; 7] = ["mk_token", "refresh_token", "subscribe", "resubscribe", "unsubscribe", "ws", "other"];

/// Other keys of a `serverScript`.
const SETTINGS: [&str; 5] = ["acceptAnyUser", "echoCorrelator", "latency", "pong", "tokenExpires"];

/// What a scripted answer can say.
const ANSWERS: [&str; 16] = [
    "closeAfterOpen",
    "cors",
    "delay",
    "drop",
    "hang",
    "headers",
    "hideHeaders",
    "json",
    "lateBody",
    "merge",
    "params",
    "raw",
    "reset",
    "status",
    "statusText",
    "type",
];

/// What the script can make the recorder's platform do, and with how many arguments at most.
const ACTIONS: [(&str, usize); 5] = [("closeAll", 3), ("destroyAll", 1), ("push", 2), ("set", 1), ("wsListen", 1)];

/// What says which sockets an action is about: those of one channel.
const CHANNEL: &str = "channel";

/// What `push` can be told beside the frame.
const PUSHED: [&str; 2] = ["binary", CHANNEL];

/// Refuses a recording with a call, a key or an action of the platform that is not known here, even where nothing comes
/// of it.
pub(super) fn check(recording: &Recording) -> Result<(), Mismatch> {
    check_server_script(&recording.server_script)?;
    let dialect = recording.dialect.client().ok_or_else(|| missing("a dialect that the port has a client for"))?;
    for entry in &recording.script {
        match &entry.what {
            Action::Call { call, .. } if call.call != "create" => check_call(dialect, call)?,
            Action::Rule(rule) => check_calls(dialect, &rule.client, &rule.calls)?,
            Action::Server { action, args, .. } => check_action(action, args)?,
            Action::Call { .. } | Action::Snapshot(_) => {}
        }
    }
    Ok(())
}

/// A call with all that its listeners may call.
fn check_call(dialect: Dialect, call: &ApiCall) -> Result<(), Mismatch> {
    asked(dialect, call)?;
    for argument in call.args.iter().filter(|argument| argument.get("$listener").is_some()) {
        let calls = argument.get("calls").map_or_else(|| Ok(Vec::new()), Vec::deserialize);
        check_calls(dialect, &call.client, &calls.map_err(|_| missing("calls of a listener that can be read"))?)?;
    }
    Ok(())
}

/// The calls of a listener, each a function with its arguments.
fn check_calls(dialect: Dialect, client: &str, calls: &[Vec<Value>]) -> Result<(), Mismatch> {
    for call in calls {
        let (function, args) = call.split_first().ok_or_else(|| missing("a call in the listener"))?;
        let call = ApiCall {
            client: client.to_owned(),
            call: function.as_str().unwrap_or_default().to_owned(),
            args: args.to_vec(),
            in_listener: true,
            threw: None,
        };
        check_call(dialect, &call)?;
    }
    Ok(())
}

fn check_action(action: &str, args: &[Value]) -> Result<(), Mismatch> {
    known("action of the platform", action, &[&ACTIONS.map(|(name, _)| name)])?;
    if ACTIONS.iter().any(|(name, most)| *name == action && args.len() > *most) {
        return Err(missing(&format!("fewer arguments of `{action}`")));
    }
    match (action, args) {
        ("set", [patch]) => check_server_script(patch),
        ("push", [_, options]) => check_options(options, "option of a frame", &PUSHED),
        ("closeAll", [_, _, options]) | ("destroyAll", [options]) => {
            check_options(options, "option of an end", &[CHANNEL])
        }
        _ => Ok(()),
    }
}

fn check_options(options: &Value, what: &str, names: &[&str]) -> Result<(), Mismatch> {
    let mut keys = options.as_object().into_iter().flat_map(serde_json::Map::keys);
    keys.try_for_each(|key| known(what, key, &[names]))
}

fn check_server_script(script: &Value) -> Result<(), Mismatch> {
    for (key, value) in script.as_object().into_iter().flatten() {
        known("key of the server script", key, &[&POINTS, &SETTINGS])?;
        let answers = value.as_array().filter(|answers| answers.iter().all(Value::is_object));
        if POINTS.contains(&key.as_str()) && answers.is_none() {
            return Err(missing(&format!("answers of `{key}` that are a list of objects")));
        }
        let answers = answers.into_iter().flatten().filter_map(Value::as_object);
        answers.flatten().try_for_each(|(key, _)| known("key of an answer", key, &[&ANSWERS]))?;
    }
    Ok(())
}

fn known(what: &str, key: &str, known: &[&[&str]]) -> Result<(), Mismatch> {
    if known.iter().any(|names| names.contains(&key)) {
        return Ok(());
    }
    Err(missing(&format!("known values only, and not the {what} `{key}`")))
}
