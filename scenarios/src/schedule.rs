//! Schedules: what goes wrong in a run, and at which moment.
//!
//! Client and kind name a moment (`subscribe answer 1`), never its number among all messages: under another
//! disturbance, or after an edit of the script, that number would mean another message. A schedule is shown as it was written:
//! `open 1: late by 5001ms`.

mod act;
mod error;
mod moment;
mod mutation;
mod on_platform;

use std::fmt;
use std::str::FromStr;

pub use self::act::{Act, ApplicationCall, MessageFate, Odd, OddBody, Push};
pub use self::error::{ActError, MomentError, ScheduleError};
pub(crate) use self::moment::is_plain;
pub use self::moment::{MessageKind, Moment};
pub use self::mutation::{Field, Mutation};

/// The most disturbances of one run.
pub const MAX_DISTURBANCES: usize = 8;
/// The longest text of a schedule, in bytes.
const MAX_TEXT: usize = 4 * 1024;

/// What goes wrong in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Schedule(Vec<Disturbance>);

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Disturbance {
    /// When.
    pub at: Moment,
    /// What.
    pub act: Act,
}

impl Schedule {
    /// A schedule of these.
    ///
    /// # Errors
    ///
    /// They are more than [`MAX_DISTURBANCES`].
    pub fn new(disturbances: Vec<Disturbance>) -> Result<Self, ScheduleError> {
        if disturbances.len() > MAX_DISTURBANCES { Err(ScheduleError::TooMany) } else { Ok(Self(disturbances)) }
    }

    /// What goes wrong, in the order in which it was written.
    #[must_use]
    pub fn disturbances(&self) -> &[Disturbance] {
        &self.0
    }

    /// Reads what goes wrong at a platform alone, where the application is a real one.
    ///
    /// # Errors
    ///
    /// It is not a schedule, or the application has a part in it.
    pub fn of_platform(text: &str) -> Result<Self, ScheduleError> {
        let schedule: Self = text.parse()?;
        match schedule.0.iter().find(|one| matches!(one.act, Act::Application(_))) {
            Some(one) => Err(ScheduleError::OfApplication(one.act.to_string())),
            None => Ok(schedule),
        }
    }

    /// One more thing that goes wrong.
    ///
    /// # Errors
    ///
    /// There are [`MAX_DISTURBANCES`] already.
    pub fn push(&mut self, disturbance: Disturbance) -> Result<(), ScheduleError> {
        if self.0.len() >= MAX_DISTURBANCES {
            return Err(ScheduleError::TooMany);
        }
        self.0.push(disturbance);
        Ok(())
    }
}

impl From<Disturbance> for Schedule {
    fn from(disturbance: Disturbance) -> Self {
        Self(vec![disturbance])
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, disturbance) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{disturbance}")?;
        }
        Ok(())
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    /// Reads disturbances, one at least, with semicolons or line breaks between them.
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        if text.len() > MAX_TEXT {
            return Err(ScheduleError::TooLong);
        }
        let parts = text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let disturbances: Vec<Disturbance> = parts.map(str::parse).collect::<Result<_, _>>()?;
        if disturbances.is_empty() { Err(ScheduleError::Empty) } else { Self::new(disturbances) }
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.act)
    }
}

impl FromStr for Disturbance {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let (at, act) = text.split_once(':').ok_or_else(|| ScheduleError::no_act(text))?;
        let disturbance = Self { at: at.parse()?, act: act.trim().parse()? };
        match disturbance.act.unfit(disturbance.at.kind) {
            None => Ok(disturbance),
            Some(why) => {
                let (at, act) = (disturbance.at.to_string(), disturbance.act.to_string());
                Err(ScheduleError::Unfit { act, at, why })
            }
        }
    }
}

#[cfg(test)]
mod tests;
