//! Shrinking: the smallest schedule that still brings a finding.
//!
//! First what can be left out is, one thing after the other, until nothing more can go. Then what is left is made simpler: a
//! message that fails instead of one that is late, a shorter delay, an earlier moment. Something counts only if it brings the
//! same finding of the same client: what brings another is another bug.

use std::num::NonZeroU32;
use std::time::Duration;

use super::catalogue::{A_MOMENT, FIRST, OUTAGES};
use crate::schedule::{Act, Disturbance, MessageFate, Moment, Odd, OddBody, Schedule};
use crate::world::Seen;

/// The most runs in which one schedule is shrunk. To leave out all that can go of eight takes 36 at most.
pub const MAX_TRIES: usize = 40;

/// The smallest schedule that still brings what this one does, made of acts that are wanted. `bring` runs one and gives the
/// moments at which something went wrong, or `None` if it has another finding or none. The result is `None`, too, if the
/// whole schedule gives `None`.
pub(super) fn shrink(
    schedule: &Schedule,
    is_wanted: &dyn Fn(&Act) -> bool,
    bring: &mut dyn FnMut(&Schedule) -> Option<Vec<Seen>>,
) -> Option<Schedule> {
    let seen = bring(schedule)?;
    let smallest = schedule.disturbances().to_vec();
    let mut shrinker = Shrinker { smallest, seen, tries: 1, is_wanted, bring };
    shrinker.leave_out();
    while shrinker.simplify() {
        shrinker.leave_out();
    }
    Schedule::new(shrinker.smallest).ok()
}

struct Shrinker<'a> {
    smallest: Vec<Disturbance>,
    /// What the run with the smallest one saw.
    seen: Vec<Seen>,
    tries: usize,
    is_wanted: &'a dyn Fn(&Act) -> bool,
    bring: &'a mut dyn FnMut(&Schedule) -> Option<Vec<Seen>>,
}

impl Shrinker<'_> {
    /// Leaves out what can be, until nothing more can.
    fn leave_out(&mut self) {
        let (mut index, mut needed) = (0, 0);
        // Without anything there is no finding: those of the undisturbed run do not count.
        while self.smallest.len() > 1 && needed < self.smallest.len() {
            index %= self.smallest.len();
            let mut fewer = self.smallest.clone();
            fewer.remove(index);
            if self.holds(fewer) {
                needed = 0;
            } else {
                index += 1;
                needed += 1;
            }
        }
    }

    /// Makes each thing simpler, and says whether one could be.
    fn simplify(&mut self) -> bool {
        let mut is_simpler = false;
        for index in 0..self.smallest.len() {
            for rung in [simpler_fates, shorter, earlier] {
                for disturbance in rung(&self.smallest[index], &self.seen) {
                    let mut simpler = self.smallest.clone();
                    simpler[index] = disturbance;
                    if self.has_room() && (self.is_wanted)(&simpler[index].act) && self.holds(simpler) {
                        is_simpler = true;
                        break;
                    }
                }
            }
        }
        is_simpler
    }

    /// Whether there is budget to try one more, and then to leave out all that can go once more.
    fn has_room(&self) -> bool {
        let count = self.smallest.len();
        self.tries + count * (count + 1) / 2 <= MAX_TRIES
    }

    fn holds(&mut self, smaller: Vec<Disturbance>) -> bool {
        let Ok(schedule) = Schedule::new(smaller) else { return false };
        self.tries += 1;
        let Some(seen) = (self.bring)(&schedule) else { return false };
        self.seen = seen;
        self.smallest = schedule.disturbances().to_vec();
        true
    }
}

/// The fates that are simpler than that of a message, the simplest first.
fn simpler_fates(disturbance: &Disturbance, _: &[Seen]) -> Vec<Disturbance> {
    let Act::Message(fate) = &disturbance.act else { return Vec::new() };
    let simpler = [MessageFate::Fails, MessageFate::Lost, MessageFate::Answered(REFUSED)]
        .into_iter()
        .filter(|simpler| rank(simpler) < rank(fate));
    let acts = simpler.map(Act::Message).filter(|act| act.unfit(disturbance.at.kind).is_none());
    acts.map(|act| Disturbance { act, ..disturbance.clone() }).collect()
}

/// Shorter delays, the shortest first: a moment, and just beyond each timer that was armed; and shorter outages.
fn shorter(disturbance: &Disturbance, seen: &[Seen]) -> Vec<Disturbance> {
    let (act, whole, mut lengths): (fn(Duration) -> Act, _, Vec<Duration>) = match disturbance.act {
        Act::Message(MessageFate::Late(by)) => {
            let timers = seen.iter().find(|seen| seen.moment == disturbance.at).map_or(&[][..], |seen| &seen.timers);
            let beyond_timers = timers.iter().map(|left| left.saturating_add(A_MOMENT));
            (|by| Act::Message(MessageFate::Late(by)), by, [A_MOMENT].into_iter().chain(beyond_timers).collect())
        }
        Act::Outage(length) => (Act::Outage, length, OUTAGES.to_vec()),
        _ => return Vec::new(),
    };
    lengths.retain(|length| *length < whole);
    lengths.sort_unstable();
    lengths.into_iter().map(|length| Disturbance { act: act(length), ..disturbance.clone() }).collect()
}

/// The same at an earlier moment, the earliest first.
fn earlier(disturbance: &Disturbance, _: &[Seen]) -> Vec<Disturbance> {
    let numbers = (1..disturbance.at.number.get()).take(FIRST).filter_map(NonZeroU32::new);
    let at = |number| Moment { number, ..disturbance.at.clone() };
    numbers.map(|number| Disturbance { at: at(number), ..disturbance.clone() }).collect()
}

/// How simple a fate is: what everybody knows can happen first.
fn rank(fate: &MessageFate) -> u8 {
    match fate {
        MessageFate::Fails => 0,
        MessageFate::Lost => 1,
        MessageFate::Answered(odd) if *odd == REFUSED => 2,
        MessageFate::Answered(_) => 3,
        MessageFate::Late(_) => 4,
        MessageFate::Twice => 5,
        MessageFate::Overtaken => 6,
        MessageFate::Changed(_) => 7,
    }
}

/// The simplest odd answer.
const REFUSED: Odd = Odd { status: 503, body: OddBody::Own };
/// The rank of what does not happen to a message.
const OTHER: u8 = 8;

/// The size of a schedule, to find the smallest of many: how much goes wrong, and how simple each part is.
pub(crate) fn size(schedule: &Schedule) -> impl Ord + use<> {
    let of_one = |Disturbance { at, act }: &Disturbance| match act {
        Act::Message(fate @ MessageFate::Late(by)) => (rank(fate), *by, at.number),
        Act::Message(fate) => (rank(fate), Duration::ZERO, at.number),
        Act::Outage(length) => (OTHER, *length, at.number),
        _ => (OTHER, Duration::ZERO, at.number),
    };
    let each: Vec<_> = schedule.disturbances().iter().map(of_one).collect();
    (each.len(), each)
}

#[cfg(test)]
mod tests;
