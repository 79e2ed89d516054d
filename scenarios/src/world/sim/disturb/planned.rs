//! What should go wrong in a world, who wants it, and what came of it.

use crate::schedule::{Disturbance, Schedule, ScheduleError};

/// What should go wrong: first what the world was made with, then what the script itself lets go wrong.
#[derive(Debug, Default)]
pub(super) struct Planned {
    given: Schedule,
    by_script: Schedule,
    /// What came of each of them, in this order.
    met: Vec<MetMoment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MetMoment {
    /// Its moment has not come.
    Never,
    /// It came, and there was nothing to act on.
    InVain,
    Yes,
}

/// Something that should have gone wrong, and has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What.
    pub disturbance: Disturbance,
    /// How many the script wanted before, if it is the script that did.
    pub by_script: Option<usize>,
    /// Whether its moment has come, and nothing was changed by it.
    pub has_come: bool,
}

impl Planned {
    pub(super) fn new(given: Schedule) -> Self {
        let met = vec![MetMoment::Never; given.disturbances().len()];
        Self { given, met, ..Self::default() }
    }

    /// Something more, which the script wants.
    pub(super) fn push(&mut self, disturbance: Disturbance) -> Result<(), ScheduleError> {
        self.by_script.push(disturbance)?;
        self.met.push(MetMoment::Never);
        Ok(())
    }

    /// Whether the script lets something go wrong.
    pub(super) fn is_wanted_by_script(&self) -> bool {
        !self.by_script.disturbances().is_empty()
    }

    fn all(&self) -> impl Iterator<Item = &Disturbance> {
        self.given.disturbances().iter().chain(self.by_script.disturbances())
    }

    /// All of it as text; nothing if there is nothing.
    pub(super) fn text(&self) -> Option<String> {
        let all: Vec<String> = self.all().map(ToString::to_string).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// Those that strike, with their numbers.
    pub(super) fn struck(&self, strikes: impl Fn(&Disturbance) -> bool) -> Vec<(usize, Disturbance)> {
        self.all().enumerate().filter(|(_, one)| strikes(one)).map(|(number, one)| (number, one.clone())).collect()
    }

    /// Whether it is one that the world was made with.
    pub(super) fn is_given(&self, number: usize) -> bool {
        number < self.given.disturbances().len()
    }

    /// Whether all has come that the world was made with.
    pub(super) fn has_given_come(&self) -> bool {
        self.met[..self.given.disturbances().len()].iter().all(|met| *met != MetMoment::Never)
    }

    /// The moment of one has come, which has changed something or not.
    pub(super) fn come(&mut self, number: usize, has_changed: bool) {
        self.met[number] = if has_changed { MetMoment::Yes } else { MetMoment::InVain };
    }

    /// What has not gone wrong.
    pub(super) fn unmet(&self) -> impl Iterator<Item = Unmet> {
        let given = self.given.disturbances().len();
        let unmet = self.all().zip(&self.met).enumerate().filter(|(_, (_, met))| **met != MetMoment::Yes);
        unmet.map(move |(number, (disturbance, met))| Unmet {
            disturbance: disturbance.clone(),
            by_script: number.checked_sub(given),
            has_come: *met == MetMoment::InVain,
        })
    }
}
