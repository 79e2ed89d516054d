//! What is wrong with a case.

use serde::{Deserialize, Serialize};

/// What failed, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Problem {
    /// What kind of thing went wrong.
    pub cause: Cause,
    /// What went wrong, without a full stop.
    pub message: String,
    /// The file, as messages show it: a script or a snapshot.
    pub path: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// The text of that line.
    pub source_line: Option<String>,
    /// What else is known; a note may have several lines.
    pub notes: Vec<String>,
    /// What to do; each may have several lines.
    pub helps: Vec<String>,
    /// All of this as the console shows it.
    pub text: String,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cause {
    /// The text is not Rhai.
    Syntax,
    /// There is no such function, method or property.
    UnknownFunction,
    /// There is no such variable.
    UnknownVariable,
    /// A function was given what it does not take.
    Argument,
    /// A check did not hold.
    Check,
    /// What was waited for did not come.
    Wait,
    /// The script needs more than a scenario may have.
    Limit,
    /// The run was ended before its time.
    Interrupt,
    /// A module could not be imported.
    Import,
    /// The world cannot go on.
    World,
    /// The script threw an error.
    Script,
    /// Something of the script is never reached, or never has an effect.
    Unused,
    /// A pass that is doubtful, in strict mode.
    Doubt,
    /// The script cannot be read.
    Unreadable,
    /// The transcript differs from its snapshot, or that cannot be read or written.
    Snapshot,
    /// A client heard other events in Live than in Sim, or there is no Live.
    Live,
    /// What an exploration found is not what is accepted, or that cannot be read or written.
    Explored,
    /// A mistake in the harness.
    Internal,
}

/// Two texts that should be equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Difference {
    /// What the first is: `snapshot` or `Sim`.
    pub old_name: String,
    /// What the second is: `this run` or `Live`.
    pub new_name: String,
    /// The first.
    pub old: String,
    /// The second.
    pub new: String,
    /// Whose events they are, if they are those of one client.
    pub client: Option<String>,
}

/// What a client left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// The client.
    pub client: String,
    /// What is wrong.
    pub message: String,
}

/// Why a pass means little.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// What is doubted.
    pub message: String,
    /// The script or module, as messages show it.
    pub path: String,
    /// The line, if it is about one.
    pub line: Option<usize>,
    /// What to do about it.
    pub help: String,
}
