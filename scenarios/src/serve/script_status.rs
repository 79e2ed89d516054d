//! How the script beside a server stands, for those who ask.

use serde::Serialize;

use super::behaviour::Ended;

/// How the script beside a server stands. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptStatus {
    /// Its file, as it was given.
    pub path: String,
    /// What it does.
    pub state: ScriptState,
    /// Why it has failed, with the place.
    pub error: Option<String>,
    /// After how many resets of the platform it has set that up.
    #[serde(skip)]
    pub set_up_after: u64,
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
    /// One that begins.
    #[must_use]
    pub fn running(path: String) -> Self {
        Self { path, state: ScriptState::Running, error: None, set_up_after: 0 }
    }

    /// It runs from its beginning.
    pub fn begin(&mut self) {
        (self.state, self.error) = (ScriptState::Running, None);
    }

    /// It has ended.
    pub fn end(&mut self, ended: &Ended) {
        (self.state, self.error) = match ended {
            Ended::Well { .. } | Ended::Stopped { .. } => (ScriptState::Ended, None),
            Ended::Skipped(reason) => (ScriptState::Skipped, Some(reason.clone())),
            Ended::Failed(error) => {
                let place = format!("{}:{}:{}", error.file, error.line, error.column);
                (ScriptState::Failed, Some(format!("{place}: {}", error.message)))
            }
            Ended::Late => (ScriptState::Failed, Some("it computes, and does not wait".to_owned())),
            Ended::Panicked => (ScriptState::Failed, Some("an internal error".to_owned())),
        };
    }
}
