//! What the page saw.

use serde::Deserialize;
use serde_json::Value;

use super::{ShownState, UNDEFINED};

/// One record of the timeline, by its `k`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "k", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum TimelineRecord {
    /// A call on a client.
    Api(ApiCall),
    /// A REST request.
    Fetch(Fetch),
    /// Its answer.
    FetchResponse {
        /// The request's `id`.
        id: u64,
        /// The HTTP status.
        status: u16,
    },
    /// It had none that the page may see.
    FetchFailed {
        /// The request's `id`.
        id: u64,
    },
    /// A websocket was made.
    WsNew {
        /// Its number in the page, from 1.
        ws: u64,
        /// Its address.
        #[serde(flatten)]
        address: PageAddress,
    },
    /// It is open.
    WsOpen {
        /// Its number.
        ws: u64,
    },
    /// The SDK sent a frame.
    WsSend {
        /// The websocket's number.
        ws: u64,
        /// The frame's text.
        data: String,
    },
    /// A frame arrived.
    WsMessage {
        /// The websocket's number.
        ws: u64,
        /// The frame's text; `[Blob]` for a binary one.
        data: String,
    },
    /// The websocket failed.
    WsError {
        /// Its number.
        ws: u64,
    },
    /// The SDK called `close()`.
    WsCloseCall {
        /// The websocket's number.
        ws: u64,
        /// 0 connecting, 1 open, 2 closing, 3 closed.
        ready_state: u8,
    },
    /// The websocket is closed.
    WsCloseEvent {
        /// Its number.
        ws: u64,
        /// The close code.
        code: u16,
        /// Whether the SDK still heard it.
        sdk_listening: bool,
    },
    /// The recorder's own listener, a wildcard, was called.
    Event(RecordedEvent),
    /// A listener of the script was called.
    Listener(ListenerCall),
    /// An exception of a listener.
    UnhandledRejection {
        /// What was thrown.
        message: String,
    },
    /// What a console or a reader sees, and no application: nothing to compare. Among them is what a call gave back
    /// or threw.
    #[serde(alias = "uncaught", alias = "mark", alias = "api-result", alias = "api-throws", alias = "api-error")]
    Console,
}

impl TimelineRecord {
    /// Whether it is something that the SDK was given from outside, other than a call.
    #[must_use]
    pub fn is_input(&self) -> bool {
        matches!(
            self,
            Self::FetchResponse { .. }
                | Self::FetchFailed { .. }
                | Self::WsOpen { .. }
                | Self::WsMessage { .. }
                | Self::WsError { .. }
                | Self::WsCloseEvent { sdk_listening: true, .. }
        )
    }
}

/// A call on a client.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiCall {
    /// The client's name.
    pub client: String,
    /// The function, such as `connection.resetConnection`.
    pub call: String,
    /// Its arguments.
    #[serde(default)]
    pub args: Vec<Value>,
    /// Whether the listener called last makes it.
    #[serde(default)]
    pub in_listener: bool,
    /// What it threw.
    #[serde(default)]
    pub threw: Option<String>,
}

/// A REST request.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Fetch {
    /// Its number in the page.
    pub id: u64,
    method: String,
    /// Its address.
    #[serde(flatten)]
    pub address: PageAddress,
}

/// An address, as far as the page could take it apart.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PageAddress {
    origin: Option<String>,
    path: Option<String>,
    query: Option<String>,
}

/// A call of the recorder's own listener.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RecordedEvent {
    /// The client's name.
    pub client: String,
    /// The event.
    #[serde(rename = "type")]
    pub event: String,
    /// Its argument.
    #[serde(default)]
    pub args: Value,
    /// What the client showed inside the listener.
    #[serde(flatten)]
    pub shown: ShownState,
}

/// A call of a listener of the script.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ListenerCall {
    /// The client's name.
    pub client: String,
    /// The listener's name.
    pub listener: String,
    /// The number of this call, from 1.
    pub n: u64,
    /// The event; only wildcards are told.
    #[serde(rename = "type")]
    pub event: Option<String>,
    /// Its argument.
    #[serde(default)]
    pub args: Value,
}

impl Fetch {
    /// The method; `fetch` takes GET where none is given.
    #[must_use]
    pub fn method(&self) -> &str {
        if self.method == UNDEFINED { "GET" } else { &self.method }
    }
}

impl PageAddress {
    /// The whole address; `None` for an impossible one, which the page cannot take apart.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        let is_origin = |origin: &&String| origin.contains("://");
        let (origin, path) = (self.origin.as_ref().filter(is_origin)?, self.path_and_query()?);
        Some(format!("{origin}{path}"))
    }

    /// The address behind the host.
    #[must_use]
    pub fn path_and_query(&self) -> Option<String> {
        let path = self.path.as_ref().filter(|path| path.starts_with('/'))?;
        Some(format!("{path}{}", self.query.as_deref().unwrap_or_default()))
    }
}

impl ListenerCall {
    /// Whether the event belongs to another part of the SDK, which depends on the browser.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.event.as_ref().is_some_and(|event| event.starts_with("media:") || event.starts_with("devices:"))
    }
}
