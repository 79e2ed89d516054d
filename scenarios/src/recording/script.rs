//! What the recorder was told to do.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ApiCall, DecodeError, ShownState};

/// One entry of the script.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A call on a client; the timeline has it as well.
    Call {
        /// The call.
        call: ApiCall,
        /// For `create`: this client's own configuration.
        config: Option<Value>,
        /// Whether it comes without a pause beside its neighbour.
        same_tick: bool,
    },
    /// An action of the platform; the timeline has its consequences.
    Server {
        /// The action, such as `push`.
        action: String,
        /// Its arguments.
        args: Vec<Value>,
        /// Whether it comes without a pause beside its neighbour.
        same_tick: bool,
    },
    /// The state was looked at.
    Snapshot(RecordedSnapshot),
    /// The recorder's own listener was told to make calls; the timeline has them.
    Rule(ListenerRule),
}

/// What the recorder's own listener does.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenerRule {
    /// The client's name.
    pub client: String,
    /// The event at which it acts.
    pub event: String,
    /// At which of those that fit, from 1.
    pub nth: u64,
    /// Only events with this `reason` fit.
    pub reason: Option<String>,
    /// Only with these members of `getConnection()` does an event fit.
    pub when: Map<String, Value>,
    /// The calls that it makes, each a function with its arguments.
    pub calls: Vec<Vec<Value>>,
}

/// The state of a client at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedSnapshot {
    /// What the script calls it.
    pub name: String,
    /// The client's name; `None` for the first one.
    pub client: Option<String>,
    /// The state.
    pub shown: ShownState,
}

/// The keys that an entry of the script may have.
const KEYS: [&str; 15] = [
    "args",
    "call",
    "calls",
    "client",
    "config",
    "connection",
    "inListener",
    "returned",
    "sameTick",
    "server",
    "services",
    "snapshot",
    "t",
    "userInfo",
    "webSocketConnected",
];

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
        #[serde(default)]
        args: Vec<Value>,
    }
    if let Some(unknown) = value.as_object().into_iter().flatten().find(|(key, _)| !KEYS.contains(&key.as_str())) {
        return Err(DecodeError::Form {
            place: place.to_owned(),
            message: format!("the key `{}` is not known", unknown.0),
        });
    }
    let Entry { call, server, snapshot, client, config, same_tick, args } = super::decode(value, place)?;
    Ok(match (call, server, snapshot) {
        (Some(_), ..) => Action::Call { call: super::decode(value, place)?, config, same_tick },
        (_, Some(action), _) => Action::Server { action, args, same_tick },
        (.., Some(name)) => Action::Snapshot(RecordedSnapshot { name, client, shown: super::decode(value, place)? }),
        (None, None, None) => Action::Rule(rule(value, place)?),
    })
}

fn rule(value: &Value, place: &str) -> Result<ListenerRule, DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        client: String,
        in_listener: InListener,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct InListener {
        event: String,
        nth: Option<u64>,
        reason: Option<String>,
        #[serde(default)]
        when: Map<String, Value>,
        calls: Vec<Vec<Value>>,
    }
    let Entry { client, in_listener } = super::decode(value, place)?;
    let InListener { event, nth, reason, when, calls } = in_listener;
    Ok(ListenerRule { client, event, nth: nth.unwrap_or(1), reason, when, calls })
}
