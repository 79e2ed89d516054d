//! What happened in a world.

use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// The time since the world began, in seconds.
    pub at: f64,
    /// Whose doing it was: a client's name, `platform` or `script`.
    pub who: String,
    /// Where it is drawn. That of a client has the client's name in `who`.
    pub lane: Lane,
    /// What kind of thing it was.
    pub kind: RecordKind,
    /// What it was, in the few words that the console of `serve` has for it.
    pub title: String,
    /// What came of it, in a word or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// How it stands out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
    /// The number of the request that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The number of the websocket that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<u64>,
    /// Its line of the transcript.
    pub text: String,
    /// What else is known.
    pub detail: Detail,
}

/// Where a record is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lane {
    /// What the script says.
    Script,
    /// A client, which is in `who`.
    Client,
    /// Requests and their answers.
    Rest,
    /// Websockets.
    Websocket,
    /// What the script makes the platform do.
    Faults,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RecordKind {
    /// A call of the application.
    Call,
    /// A REST request.
    Request,
    /// What came of one.
    Reply,
    /// A websocket opens, or does not.
    Handshake,
    /// A frame.
    Frame,
    /// A run of keep-alives.
    Pings,
    /// A websocket closes.
    Close,
    /// An event.
    Event,
    /// A task inside the SDK died.
    Crash,
    /// Something the SDK writes to its log.
    Log,
    /// The script makes the platform do something.
    Control,
    /// The script printed a line.
    Print,
    /// What the run left behind.
    Warning,
}

/// How a record stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Tone {
    /// It is well.
    Good,
    /// It is not.
    Bad,
    /// It matters less.
    Quiet,
    /// It needs a look.
    Warning,
}

/// What is known of a record beyond its words; each kind has some of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Detail {
    /// The method of a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The address of a request or of a handshake, without its secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The status of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The content type of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// What a request, an answer or a frame carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The name of the user who signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// With what a user signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
    /// `isConnected`, as the listeners of an event see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_connected: Option<bool>,
    /// `isPending`, as the listeners of an event see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_pending: Option<bool>,
    /// The code of an error, or with which a websocket closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What an error, a log or a warning says, or why a session ended or a websocket closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How many keep-alives there were, or which attempt it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// When the last keep-alive was sent, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<f64>,
    /// What the platform was told, as a transcript has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// What was carried: the beginning of it, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Body {
    /// What is kept of it, as text; empty if it is binary.
    pub text: String,
    /// How long all of it is; `null` if that is not known.
    pub bytes: Option<usize>,
    /// Whether `text` is all of it.
    pub is_whole: bool,
}
