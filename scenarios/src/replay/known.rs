//! What a recording may be made of. Whatever else is in it would pass unplayed, so it is an error.

use serde_json::Value;

use super::compare::{Mismatch, missing};
use crate::recording::{Action, Recording};

/// Points of the recorder's platform for which answers can be scripted.
const POINTS: [&str; 7] = ["mk_token", "refresh_token", "subscribe", "resubscribe", "unsubscribe", "ws", "other"];

/// Other keys of a `serverScript`.
const SETTINGS: [&str; 4] = ["acceptAnyUser", "latency", "pong", "tokenExpires"];

/// What a scripted answer can say.
const ANSWERS: [&str; 14] = [
    "closeAfterOpen",
    "cors",
    "delay",
    "drop",
    "hang",
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

/// What the script can make the recorder's platform do.
const ACTIONS: [&str; 5] = ["closeAll", "destroyAll", "push", "set", "wsListen"];

/// Refuses a recording with a key or an action of the platform that is not known here.
pub(super) fn check(recording: &Recording) -> Result<(), Mismatch> {
    check_server_script(&recording.server_script)?;
    for entry in &recording.script {
        let Action::Server { action, args, .. } = &entry.what else { continue };
        known("action of the platform", action, &[&ACTIONS])?;
        if action == "set" {
            args.iter().try_for_each(check_server_script)?;
        }
    }
    Ok(())
}

fn check_server_script(script: &Value) -> Result<(), Mismatch> {
    for (key, value) in script.as_object().into_iter().flatten() {
        known("key of the server script", key, &[&POINTS, &SETTINGS])?;
        let answers = value.as_array().into_iter().flatten().filter_map(Value::as_object);
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
