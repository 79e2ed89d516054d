//! The ordered list of fault rules. The first that matches decides.

use std::sync::Arc;

use serde::Serialize;

use super::{Fault, FaultError, FaultId, weight};
use crate::limits::Limits;
use crate::point::Point;

/// Every rule that is not used up, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
    /// What they take together.
    bytes: usize,
    made: u64,
    /// Whether one of them may still end a connection that REST goes over.
    breaks: bool,
}

/// One `fail` that is not used up. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultRule {
    /// Its name.
    pub id: FaultId,
    /// Where it acts.
    pub point: Point,
    /// The faults that are left, the next one first.
    pub faults: Vec<Fault>,
    /// How often the next one has acted.
    pub acted: u32,
}

/// The faults of one `fail`, used in order.
#[derive(Debug)]
struct Rule {
    id: FaultId,
    point: Point,
    faults: Vec<Arc<Fault>>,
    /// What its faults take.
    bytes: usize,
    /// Behind the last of its faults that ends a connection.
    breaks_until: usize,
    /// Which of `faults` is next.
    at: usize,
    /// How many requests that one has let pass.
    passed: u32,
    /// How often that one has acted.
    acted: u32,
}

impl Faults {
    /// Adds a rule behind those that are there.
    pub(crate) fn add(&mut self, point: Point, faults: Vec<Fault>) -> Result<FaultId, FaultError> {
        if faults.is_empty() {
            return Err(FaultError::Empty);
        }
        if faults.len() > Limits::FAULTS_PER_RULE {
            return Err(FaultError::TooMany { what: "faults in one list", limit: Limits::FAULTS_PER_RULE });
        }
        if self.rules.len() >= Limits::FAULT_RULES {
            return Err(FaultError::TooMany { what: "fault rules", limit: Limits::FAULT_RULES });
        }
        let alone = faults.len() == 1;
        let mut bytes = 0;
        for (index, fault) in faults.iter().enumerate() {
            bytes += check(fault, point).map_err(|source| {
                if alone { source } else { FaultError::InList { number: index + 1, source: Box::new(source) } }
            })?;
        }
        if bytes > Limits::ALL_FAULT_BYTES - self.bytes {
            return Err(FaultError::TooMany { what: "bytes of faults", limit: Limits::ALL_FAULT_BYTES });
        }
        self.bytes += bytes;
        self.made += 1;
        let id = FaultId(self.made);
        let breaks_until = faults.iter().rposition(|fault| fault.effect.breaks()).map_or(0, |last| last + 1);
        let faults = faults.into_iter().map(Arc::new).collect();
        self.rules.push(Rule { id, point, faults, bytes, breaks_until, at: 0, passed: 0, acted: 0 });
        self.look_for_breaks();
        Ok(id)
    }

    /// Removes the rules of one point, or all.
    pub(crate) fn clear(&mut self, point: Option<Point>) {
        self.rules.retain(|rule| point.is_some_and(|point| rule.point != point));
        self.bytes = self.rules.iter().map(|rule| rule.bytes).sum();
        self.look_for_breaks();
    }

    /// Whether a request of REST may meet a fault that ends its connection.
    pub(crate) const fn breaks(&self) -> bool {
        self.breaks
    }

    fn look_for_breaks(&mut self) {
        self.breaks = self.rules.iter().any(|rule| rule.point != Point::WebSocket && rule.at < rule.breaks_until);
    }

    /// Every rule as it stands.
    pub(crate) fn rules(&self) -> Vec<FaultRule> {
        let rule = |rule: &Rule| FaultRule {
            id: rule.id,
            point: rule.point,
            faults: rule.faults[rule.at..].iter().map(|fault| Fault::clone(fault)).collect(),
            acted: rule.acted,
        };
        self.rules.iter().map(rule).collect()
    }

    /// Whether there is a rule for `point`.
    pub(crate) fn fails_at(&self, point: Point) -> bool {
        self.rules.iter().any(|rule| rule.point == point)
    }

    /// The rules of one point, or all, that no request has met.
    pub(crate) fn unmet(&self, point: Option<Point>) -> impl Iterator<Item = FaultId> {
        let is_meant = move |rule: &&Rule| point.is_none_or(|point| rule.point == point);
        self.rules.iter().filter(is_meant).filter(|rule| rule.at == 0 && rule.acted == 0).map(|rule| rule.id)
    }

    /// What a request meets: the fault of the first rule that matches, whose turn is thereby used.
    pub(crate) fn decide(&mut self, point: Point, user: Option<&str>) -> Option<(FaultId, Arc<Fault>)> {
        let (index, fault) = self
            .rules
            .iter_mut()
            .enumerate()
            .filter(|(_, rule)| rule.point == point)
            .find_map(|(index, rule)| rule.take_turn(user).map(|fault| (index, fault)))?;
        let id = self.rules[index].id;
        if self.rules[index].is_used_up() {
            self.bytes -= self.rules.remove(index).bytes;
        }
        if fault.effect.breaks() {
            self.look_for_breaks();
        }
        Some((id, fault))
    }
}

/// Refuses a fault that makes no sense at `point` or is too large, and gives what it takes.
fn check(fault: &Fault, point: Point) -> Result<usize, FaultError> {
    fault.check_at(point)?;
    let (bytes, limit) = (weight::of(fault), Limits::FAULT_BYTES);
    if bytes > limit { Err(FaultError::TooLarge { bytes, limit }) } else { Ok(bytes) }
}

impl Rule {
    fn take_turn(&mut self, user: Option<&str>) -> Option<Arc<Fault>> {
        let fault = self.faults.get(self.at)?;
        let when = &fault.when;
        if when.user.is_some() && when.user.as_deref() != user {
            return None;
        }
        if self.passed < when.after {
            self.passed += 1;
            return None;
        }
        self.acted = self.acted.saturating_add(1);
        let is_last = self.at + 1 == self.faults.len();
        let fault = Arc::clone(fault);
        let times = fault.when.times.or((!is_last).then_some(1));
        if times.is_some_and(|times| self.acted >= times) {
            self.at += 1;
            self.passed = 0;
            self.acted = 0;
        }
        Some(fault)
    }

    fn is_used_up(&self) -> bool {
        self.at == self.faults.len()
    }
}
