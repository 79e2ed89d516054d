//! How the script beside a server stands, for those who ask.

use kandy_mock_server::Time;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::behaviour::EndedScript;
use crate::script::ScriptActivity;

/// How the script beside a server stands.
#[derive(Clone, Debug)]
pub struct ScriptStatus {
    /// Its file, as it was given.
    pub path: String,
    /// What it does.
    pub state: ScriptState,
    /// Why it has failed, with the place.
    pub error: Option<String>,
    /// After how many resets of the platform it has set that up.
    pub set_up_after: u64,
    doing: watch::Receiver<ScriptActivity>,
}

/// What a script does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ScriptState {
    /// It runs, or waits.
    Running,
    /// It has come to its end.
    Ended,
    /// It has said that it does not apply.
    Skipped,
    /// It is broken, or a check of it has failed.
    Failed,
}

impl ScriptStatus {
    /// One that runs from its beginning, and tells what it is at until it ends.
    #[must_use]
    pub const fn running(path: String, doing: watch::Receiver<ScriptActivity>) -> Self {
        Self { path, state: ScriptState::Running, error: None, set_up_after: 0, doing }
    }

    /// It runs from its beginning again.
    pub fn begin(&mut self, doing: watch::Receiver<ScriptActivity>) {
        (self.state, self.error, self.doing) = (ScriptState::Running, None, doing);
    }

    /// Whether it has something to do at that time, where the journal has come to record `newest`. A script that waits for a
    /// record or a time still to come has nothing to do.
    #[must_use]
    pub fn is_busy(&self, now: Time, newest: u64) -> bool {
        match self.doing() {
            None => false,
            Some(ScriptActivity::Busy) => true,
            Some(ScriptActivity::Waits { until, seen }) => until <= now || seen < newest,
        }
    }

    /// When it goes on by itself.
    #[must_use]
    pub fn next(&self) -> Option<Time> {
        match self.doing()? {
            ScriptActivity::Busy => None,
            ScriptActivity::Waits { until, .. } => Some(until),
        }
    }

    /// What it is at; nothing if it has ended.
    fn doing(&self) -> Option<ScriptActivity> {
        self.doing.has_changed().is_ok().then(|| *self.doing.borrow())
    }

    /// As the state has it.
    #[must_use]
    pub fn to_json(&self, now: Time, newest: u64) -> Value {
        let Self { path, state, error, .. } = self;
        json!({ "path": path, "state": state, "error": error, "busy": self.is_busy(now, newest) })
    }

    /// It has ended.
    pub fn end(&mut self, ended: &EndedScript) {
        (self.state, self.error) = match ended {
            EndedScript::Well { .. } | EndedScript::Stopped { .. } => (ScriptState::Ended, None),
            EndedScript::Skipped(reason) => (ScriptState::Skipped, Some(reason.clone())),
            EndedScript::Failed(error) => {
                let place = format!("{}:{}:{}", error.file, error.line, error.column);
                (ScriptState::Failed, Some(format!("{place}: {}", error.message)))
            }
            EndedScript::Late => (ScriptState::Failed, Some("it computes, and does not wait".to_owned())),
            EndedScript::Panicked => (ScriptState::Failed, Some("an internal error".to_owned())),
        };
    }
}
