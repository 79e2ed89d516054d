//! What a script asks of the platform, and nothing comes of: a fault that no request meets.

use std::collections::BTreeMap;

use kandy_mock_server::{Command, FaultId, Point};

use super::marks::Place;
use super::surroundings::Surroundings;
use crate::doubt::{Doubt, MAX_DOUBTS};
use crate::step::Step;

/// How many faults are remembered before those that were met are forgotten: more than there can be at once.
const MAX_PUT: usize = 4_000;

/// The faults of a run, and which of them were given up before anything met them.
#[derive(Debug, Default)]
pub(super) struct Unmet {
    /// How many there were: the platform numbers them in this order.
    count: u64,
    /// Those that may still be unmet, by number.
    put: BTreeMap<u64, (Place, Point)>,
    given_up: Vec<(Place, Point)>,
}

/// A step that has to do with faults.
#[derive(Clone, Copy, Debug)]
pub(super) enum Watched {
    Put(Point),
    Clear(Option<Point>),
}

impl Watched {
    pub(super) const fn of(step: &Step) -> Option<Self> {
        match step {
            Step::Command(Command::Fail { point, .. }) => Some(Self::Put(*point)),
            Step::Command(Command::Clear { point }) => Some(Self::Clear(*point)),
            _ => None,
        }
    }
}

impl Unmet {
    /// A step is about to be made.
    pub(super) fn before(&mut self, watched: Watched, world: &Surroundings) {
        match watched {
            Watched::Clear(point) => self.give_up(point, world),
            Watched::Put(_) if self.put.len() >= MAX_PUT => {
                let unmet = world.look(|platform| platform.unmet_faults(None));
                let numbers: Vec<u64> = unmet.into_iter().map(FaultId::number).collect();
                self.put.retain(|number, _| numbers.binary_search(number).is_ok());
            }
            Watched::Put(_) => {}
        }
    }

    /// It was made, by the line at `place`.
    pub(super) fn after(&mut self, watched: Watched, place: &Place) {
        if let Watched::Put(point) = watched {
            self.count += 1;
            self.put.insert(self.count, (place.clone(), point));
        }
    }

    /// The run has ended, of the script that messages call `main`.
    pub(super) fn end(mut self, world: &Surroundings, main: &str) -> Vec<Doubt> {
        self.give_up(None, world);
        let doubt = |(place, point): (Place, Point)| Doubt::UnmetFault { place: place.told(main), point };
        self.given_up.into_iter().map(doubt).collect()
    }

    fn give_up(&mut self, point: Option<Point>, world: &Surroundings) {
        if self.put.is_empty() {
            return;
        }
        let unmet = world.look(|platform| platform.unmet_faults(point));
        let unmet = unmet.into_iter().filter_map(|id| self.put.remove(&id.number()));
        let room = MAX_DOUBTS.saturating_sub(self.given_up.len());
        self.given_up.extend(unmet.take(room));
    }
}
