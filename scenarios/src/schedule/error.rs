//! Why a text is not a schedule, and what to write instead.

use thiserror::Error;

use super::{MAX_DISTURBANCES, MAX_TEXT, act, moment};
use crate::text::{did_you_mean, fit, nearest, printable};

/// The most characters of a text that an error repeats.
const MAX_SHOWN: usize = 40;

/// Why a text is not a schedule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ScheduleError {
    /// Nothing stands in it.
    #[error("the schedule is empty: nothing would go wrong")]
    Empty,
    /// It has no colon.
    #[error("`{0}` is not a disturbance: it has no colon")]
    NoAct(String),
    /// What stands before the colon is not a moment.
    #[error("there is no moment `{text}`: {why}")]
    Moment {
        /// What stands there.
        text: String,
        /// Why not.
        why: MomentError,
    },
    /// What stands behind it is nothing that can happen.
    #[error("there is no act `{text}`{}", why.map(|why| format!(": {why}")).unwrap_or_default())]
    Act {
        /// What stands there.
        text: String,
        /// Why not, if it begins like one.
        why: Option<ActError>,
    },
    /// The act cannot happen to such a message.
    #[error("`{act}` cannot happen to `{at}`")]
    Unfit {
        /// The act.
        act: String,
        /// The moment.
        at: String,
        /// Why.
        why: &'static str,
    },
    /// Only the application itself does that.
    #[error("only an application can do `{0}`, not a platform")]
    OfApplication(String),
    /// More than [`MAX_DISTURBANCES`].
    #[error("a schedule has at most {MAX_DISTURBANCES} disturbances")]
    TooMany,
    /// Longer than any schedule.
    #[error("a schedule has at most {MAX_TEXT} bytes")]
    TooLong,
}

/// Why a text is not a moment.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum MomentError {
    /// No number ends it.
    #[error("it has no number")]
    NoNumber,
    /// Its number is not one from 1 on.
    #[error("they are counted from 1")]
    Number,
    /// No client is called so.
    #[error("no client has such a name")]
    Client,
    /// No message is called so.
    #[error("no message has such a name")]
    Kind,
}

/// Why a text that begins like an act is not one.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ActError {
    /// It takes a time.
    #[error("it takes a time")]
    Time,
    /// The time is nothing, or too long.
    #[error("its time is more than 0 and at most 24h")]
    TimeRange,
    /// It takes a status.
    #[error("a status is a number from 200 to 599")]
    Status,
    /// A success has no body of the platform's own.
    #[error("a success needs a body")]
    NoBody,
    /// An answer with this status has none.
    #[error("an answer with this status is empty")]
    Empty,
    /// There is no such body.
    #[error("the body is empty, html or {{}}")]
    Body,
    /// No peer sends this code.
    #[error("no peer closes with this code")]
    Code,
    /// It takes a field.
    #[error("it takes the name of a field")]
    Field,
}

impl ScheduleError {
    pub(super) fn no_act(text: &str) -> Self {
        Self::NoAct(shown(text))
    }

    pub(super) fn moment(text: &str, why: MomentError) -> Self {
        Self::Moment { text: shown(text), why }
    }

    pub(super) fn act(text: &str, why: Option<ActError>) -> Self {
        Self::Act { text: shown(text), why }
    }

    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Empty | Self::NoAct(_) => Some("write MOMENT: ACT, such as `subscribe answer 1: lost`".to_owned()),
            Self::Moment { why: MomentError::NoNumber, text } => {
                Some(format!("write `{text} 1` for the first one, `{text} 2` for the second"))
            }
            Self::Moment { why: MomentError::Number, .. } => Some("the first one is `open 1`".to_owned()),
            Self::Moment { why: MomentError::Client, .. } => {
                Some("write the name that `create` was given, or `#2` for the second client".to_owned())
            }
            Self::Moment { why: MomentError::Kind, text } => {
                let kind = text.split(" of ").next().unwrap_or_default().trim_end_matches(char::is_numeric).trim_end();
                let kinds = moment::kinds();
                Some(match nearest(kind, kinds.iter().map(String::as_str)) {
                    Some(nearest) => did_you_mean(nearest),
                    None => moment::told(),
                })
            }
            Self::Act { why: Some(why), .. } => Some(why.help().to_owned()),
            Self::Act { why: None, text } => Some(nearest_act(text).map_or_else(act::told, did_you_mean)),
            Self::Unfit { why, .. } => Some((*why).to_owned()),
            Self::OfApplication(_) => Some("explore a scenario with it, or have the application do it".to_owned()),
            Self::TooMany | Self::TooLong => None,
        }
    }
}

impl ActError {
    const fn help(self) -> &'static str {
        match self {
            Self::Time | Self::TimeRange => "a time is numbers with units, such as 250ms, 5s, 90s or 1m 30s",
            Self::Status => "write `answered 503` of a request or a handshake, `status 503` of an answer",
            Self::NoBody => "write `answered 200 {}`, or empty or html in place of {}",
            Self::Empty => "write `answered 204 empty`",
            Self::Body => "write `answered 503 html`; without a body it is the platform's own error",
            Self::Code => "codes are those from 1000 to 4999, except 1004, 1006 and 1015",
            Self::Field => "a field is written with dots: `without success.expires`",
        }
    }
}

/// The act that a text was probably meant to be, by its first word if it has several.
fn nearest_act(text: &str) -> Option<String> {
    let first = |text: &'static str| text.split(' ').next().unwrap_or_default();
    nearest(text, act::words()).or_else(|| {
        let word = nearest(text.split_whitespace().next()?, act::words().map(first))?;
        act::words().find(|act| first(act) == word).map(str::to_owned)
    })
}

/// A text as an error repeats it.
fn shown(text: &str) -> String {
    fit(printable(text.trim()), MAX_SHOWN).into_owned()
}
