//! What the recorder was told to do.

use serde::Deserialize;
use serde_json::Value;

use super::{DecodeError, Shown};

/// One entry of the script.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A call on a client; the timeline has it as well.
    Call {
        /// The function.
        call: String,
        /// For `create`: this client's own configuration.
        config: Option<Value>,
        /// Whether it comes without a pause beside its neighbour.
        same_tick: bool,
    },
    /// An action of the platform; the timeline has its consequences.
    Server {
        /// Whether it comes without a pause beside its neighbour.
        same_tick: bool,
    },
    /// The state was looked at.
    Snapshot(Snapshot),
    /// The recorder's own listener was told to make calls; the timeline has them.
    Rule,
}

/// The state of a client at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// What the script calls it.
    pub name: String,
    /// The client's name; `None` for the first one.
    pub client: Option<String>,
    /// The state.
    pub shown: Shown,
}

pub(super) fn decode(value: &Value, place: &str) -> Result<Action, DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        call: Option<String>,
        server: Option<String>,
        snapshot: Option<String>,
        client: Option<String>,
        config: Option<Value>,
        #[serde(default)]
        same_tick: bool,
    }
    let Entry { call, server, snapshot, client, config, same_tick } = super::decode(value, place)?;
    Ok(match (call, server, snapshot) {
        (Some(call), ..) => Action::Call { call, config, same_tick },
        (_, Some(_), _) => Action::Server { same_tick },
        (.., Some(name)) => Action::Snapshot(Snapshot { name, client, shown: super::decode(value, place)? }),
        (None, None, None) => Action::Rule,
    })
}
