//! Faults: how the platform misbehaves, as data.
//!
//! A [`Fault`] is a [`Trigger`], which says when it acts, and an [`Effect`], which says what then happens.

mod error;
mod fields;
mod headers;
mod json;
mod pace;
mod rules;
pub(crate) mod weight;

use std::time::Duration;

use serde_json::{Map, Value};

pub use error::{FaultError, WrongHeader};
pub(crate) use fields::{leave_out, path as field_path};
pub(crate) use headers::parsed as parsed_headers;
pub use pace::Pace;
pub(crate) use rules::Faults;
pub use rules::{FaultFilter, FaultRule};

/// One way to misbehave, and when.
///
/// ```
/// # use std::time::Duration;
/// use kandy_mock_server::Fault;
/// use kandy_mock_server::fault::Effect;
/// # use serde_json::json;
///
/// Fault::status(503).times(2);
/// Fault::json(403, json!({ "statusCode": 61 })).user("alice@example.com");
/// Fault::params([("expires", 120)]);
/// Fault::hang().after(1);
/// Fault::from(Effect::Reset { delay: Some(Duration::from_secs(2)) });
/// ```
///
/// Numbers and texts are looked at when the fault is put: [`Fault::check_at`] says what is wrong with them.
///
/// Over real sockets the wire below `MockKandy` sets limits to reason phrases, to [`Effect::Reset`] with its delay and to
/// [`Effect::Refuse`]; its documentation says which.
///
/// As JSON a fault is one flat map with the camelCase names in parentheses, which [`Fault::from_json`] reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fault {
    /// When it acts.
    pub when: Trigger,
    /// What happens then.
    pub effect: Effect,
}

/// When a fault acts. By default at every request to its point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trigger {
    /// How many matching requests it lets pass first (`after`).
    pub after: u32,
    /// How often it acts, at least once (`times`); by default for ever, or once if others follow in its list.
    pub times: Option<u32>,
    /// Matches requests of this user only (`user`).
    pub user: Option<String>,
    /// For whom `after`, `times` and the place in a list are counted (`each`); in a list, the first fault says it for all.
    pub each: Each,
}

/// For whom a fault is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Each {
    /// For all together.
    #[default]
    Together,
    /// For each user by themselves (`"user"`): it holds until it is cleared. Requests from nobody count as those of one more user.
    User,
}

/// What happens to a request that meets a fault.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most faults are answers, and one that acts is shared, never copied")]
#[non_exhaustive]
pub enum Effect {
    /// It is answered, but not, or not only, as the platform would. The default is healthy: it only uses up a turn.
    Answer(FaultyAnswer),
    /// It is taken and never answered (`hang`).
    Hang,
    /// It is taken, then the connection is reset (`reset`).
    Reset {
        /// How much later, beside the platform's latency (`delay`).
        delay: Option<Duration>,
    },
    /// The connection is refused (`refuse`).
    Refuse,
    /// The handshake is accepted, whatever its address and its token are (`accept`). The socket belongs to the channel's owner,
    /// else to the user of the token, else to nobody, whose name is empty.
    Accept {
        /// How much later the handshake is answered, beside the platform's latency (`delay`).
        delay: Option<Duration>,
    },
    /// The socket is closed as soon as it is open (`closeAfterOpen`).
    CloseAfterOpen {
        /// The close code; 1005 stands for none.
        code: u16,
        /// How much later the handshake is answered, beside the platform's latency (`delay`).
        delay: Option<Duration>,
    },
}

/// How a request is answered.
///
/// If the platform answers itself, it does its normal work first, and only the answer differs. With other content, or a
/// status outside 2xx, it does not do that work and changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultyAnswer {
    /// HTTP status, 200 to 599 (`status`). At the websocket any status refuses the handshake.
    pub status: Option<u16>,
    /// The body.
    pub content: Content,
    /// Everything else about the answer.
    pub delivery: AnswerOptions,
}

/// The body of an answer. 204, 205 and 304 have none, so that they go with no content but an unedited or an empty one.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// What the platform says itself, edited. With a status outside 2xx it is the error that the platform gives there,
    /// which cannot be edited.
    Own(Edit),
    /// JSON (`json`).
    Json(Value),
    /// Text (`body`).
    Text(String),
}

/// What is changed in the JSON that the platform says. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit {
    /// Is merged into the body (`merge`): maps deeply, everything else replaced.
    pub merge: Option<Map<String, Value>>,
    /// Is merged into `subscriptionParams` (`params`): it changes what clients are told, not what the platform keeps.
    pub params: Option<Map<String, Value>>,
    /// Fields that are left out (`without`): by their names, or by their paths, such as
    /// `/subscribeResponse/subscriptionParams/expires`. Of two fields with one name the inner one would be meant.
    pub without: Vec<String>,
}

/// How an answer is told, whatever it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerOptions {
    /// The reason phrase (`statusText`), one line of visible ASCII; by default the usual one of the status.
    pub reason: Option<String>,
    /// The header Content-Type (`type`).
    pub content_type: ContentType,
    /// More headers (`headers`; in JSON a map, with a list for a name that comes more than once), in place of those that the
    /// platform gives under these names. Pages may read them.
    pub headers: Vec<(String, String)>,
    /// `false` leaves the CORS headers out, so that a browser hides the answer (`cors`).
    pub cors: Option<bool>,
    /// How much later it comes, beside the platform's latency (`delay`; in JSON milliseconds or a text such as `"2s"`).
    pub delay: Option<Duration>,
    /// How its body comes.
    pub pace: Pace,
}

/// What an answer says about the type of its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ContentType {
    /// `application/json`, for [`Content::Text`] `text/plain`.
    #[default]
    Usual,
    /// The header is left out; in JSON `null`.
    Absent,
    /// This one, a line of visible ASCII.
    Is(String),
}

/// What happens.
impl Fault {
    /// Nothing: the fault only uses up a turn.
    #[must_use]
    pub fn healthy() -> Self {
        Self::default()
    }

    /// An answer with this status: in 2xx after the platform's normal work, else the platform's own error instead of it.
    #[must_use]
    pub fn status(status: u16) -> Self {
        FaultyAnswer { status: Some(status), ..FaultyAnswer::default() }.into()
    }

    /// An answer with this status and this JSON, instead of the platform's normal work.
    pub fn json(status: u16, json: impl Into<Value>) -> Self {
        FaultyAnswer { status: Some(status), content: Content::Json(json.into()), ..FaultyAnswer::default() }.into()
    }

    /// An answer with this status and this text, instead of the platform's normal work.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        FaultyAnswer { status: Some(status), content: Content::Text(text.into()), ..FaultyAnswer::default() }.into()
    }

    /// The platform's own answer with these members merged into its body.
    pub fn merge<K: Into<String>, V: Into<Value>>(members: impl IntoIterator<Item = (K, V)>) -> Self {
        Edit { merge: Some(Map::from_iter(members.into_iter().map(own))), ..Edit::default() }.into()
    }

    /// The platform's own answer with these members merged into its `subscriptionParams`.
    pub fn params<K: Into<String>, V: Into<Value>>(members: impl IntoIterator<Item = (K, V)>) -> Self {
        Edit { params: Some(Map::from_iter(members.into_iter().map(own))), ..Edit::default() }.into()
    }

    /// The platform's own answer without these fields: see [`Edit::without`].
    pub fn without<K: Into<String>>(keys: impl IntoIterator<Item = K>) -> Self {
        Edit { without: keys.into_iter().map(Into::into).collect(), ..Edit::default() }.into()
    }

    /// The platform's own answer, so much later.
    #[must_use]
    pub fn delay(delay: Duration) -> Self {
        AnswerOptions { delay: Some(delay), ..AnswerOptions::default() }.into()
    }

    /// The platform's own answer, whose connection is cut after so many bytes of its body.
    #[must_use]
    pub fn truncate(bytes: u32) -> Self {
        Pace { truncate: Some(bytes), ..Pace::default() }.into()
    }

    /// The platform's own answer, whose body comes so much later than its head.
    #[must_use]
    pub fn late_body(late: Duration) -> Self {
        Pace { late: Some(late), ..Pace::default() }.into()
    }

    /// The platform's own answer, so many bytes of its body in each second.
    #[must_use]
    pub fn drip(bytes: u32) -> Self {
        Pace { drip: Some(bytes), ..Pace::default() }.into()
    }

    /// The platform's own answer with these headers more.
    pub fn headers<N: Into<String>, V: Into<String>>(headers: impl IntoIterator<Item = (N, V)>) -> Self {
        let headers = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        AnswerOptions { headers, ..AnswerOptions::default() }.into()
    }

    /// The handshake is accepted, also if it would be refused.
    #[must_use]
    pub fn accept() -> Self {
        Effect::Accept { delay: None }.into()
    }

    /// No answer, ever.
    #[must_use]
    pub fn hang() -> Self {
        Effect::Hang.into()
    }

    /// The connection is reset instead of an answer.
    #[must_use]
    pub fn reset() -> Self {
        Effect::Reset { delay: None }.into()
    }

    /// The connection is refused.
    #[must_use]
    pub fn refuse() -> Self {
        Effect::Refuse.into()
    }

    /// The socket is closed with this code as soon as it is open.
    #[must_use]
    pub fn close_after_open(code: u16) -> Self {
        Effect::CloseAfterOpen { code, delay: None }.into()
    }
}

/// When it happens.
impl Fault {
    /// So often, at least once.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.when.times = Some(times);
        self
    }

    /// After so many matching requests.
    #[must_use]
    pub fn after(mut self, after: u32) -> Self {
        self.when.after = after;
        self
    }

    /// Counted for each user by themselves.
    #[must_use]
    pub fn each_user(mut self) -> Self {
        self.when.each = Each::User;
        self
    }

    /// To requests of this user only.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.when.user = Some(user.into());
        self
    }
}

impl Effect {
    /// How much later it is, beside the platform's latency.
    pub(crate) fn delay(&self) -> Duration {
        let delay = match self {
            Self::Answer(answer) => answer.delivery.delay,
            Self::Reset { delay } | Self::Accept { delay } | Self::CloseAfterOpen { delay, .. } => *delay,
            Self::Hang | Self::Refuse => None,
        };
        delay.unwrap_or_default()
    }

    /// How the body of an answer comes.
    pub(crate) fn pace(&self) -> Pace {
        match self {
            Self::Answer(answer) => answer.delivery.pace,
            _ => Pace::default(),
        }
    }

    /// Whether it ends the connection instead of an answer.
    pub(crate) const fn breaks(&self) -> bool {
        matches!(self, Self::Reset { .. } | Self::Refuse)
    }
}

impl FaultyAnswer {
    /// Whether this comes instead of the platform's normal work.
    pub(crate) fn replaces(&self) -> bool {
        match self.content {
            Content::Json(_) | Content::Text(_) => true,
            Content::Own(_) => self.status.is_some_and(|status| !is_success(status)),
        }
    }

    /// What is changed in the body that the platform gives.
    pub(crate) fn edit(&self) -> Option<&Edit> {
        match &self.content {
            Content::Own(edit) => Some(edit),
            Content::Json(_) | Content::Text(_) => None,
        }
    }
}

impl Edit {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.merge.is_none() && self.params.is_none() && self.without.is_empty()
    }
}

impl Default for Effect {
    fn default() -> Self {
        Self::Answer(FaultyAnswer::default())
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Own(Edit::default())
    }
}

impl From<Effect> for Fault {
    fn from(effect: Effect) -> Self {
        Self { when: Trigger::default(), effect }
    }
}

impl From<FaultyAnswer> for Fault {
    fn from(answer: FaultyAnswer) -> Self {
        Effect::Answer(answer).into()
    }
}

impl From<Edit> for Fault {
    fn from(edit: Edit) -> Self {
        FaultyAnswer { content: Content::Own(edit), ..FaultyAnswer::default() }.into()
    }
}

impl From<AnswerOptions> for Fault {
    fn from(delivery: AnswerOptions) -> Self {
        FaultyAnswer { delivery, ..FaultyAnswer::default() }.into()
    }
}

impl From<Pace> for Fault {
    fn from(pace: Pace) -> Self {
        AnswerOptions { pace, ..AnswerOptions::default() }.into()
    }
}

/// Whether an answer with `status` can have no body (RFC 9110, 6.4.1).
pub(crate) fn has_no_body(status: u16) -> bool {
    matches!(status, 204 | 205 | 304)
}

/// Whether an endpoint may send `code`; 1005 stands for a close frame without one.
pub(crate) fn is_close_code(code: u16) -> bool {
    matches!(code, 1000..=4999) && !matches!(code, 1004 | 1006 | 1015)
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn own<K: Into<String>, V: Into<Value>>((key, value): (K, V)) -> (String, Value) {
    (key.into(), value.into())
}

#[cfg(test)]
mod tests;
