//! The ordered list of fault rules. The first that matches decides.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::{Each, Fault, FaultError, weight};
use crate::ids::FaultId;
use crate::journal::Met;
use crate::limits::Limits;
use crate::point::Point;

/// Every rule that is not used up, in the order in which they were made.
#[derive(Clone, Debug, Default)]
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
#[non_exhaustive]
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
#[derive(Clone, Debug)]
struct Rule {
    id: FaultId,
    point: Point,
    faults: Vec<Arc<Fault>>,
    /// What its faults take.
    bytes: usize,
    /// Behind the last of its faults that ends a connection.
    breaks_until: usize,
    turns: RuleCounts,
}

/// How far the faults of a rule are.
#[derive(Clone, Debug)]
enum RuleCounts {
    Together(RuleCount),
    /// By user, with one entry for what is from nobody.
    Each(BTreeMap<Option<Box<str>>, RuleCount>),
}

#[derive(Clone, Copy, Debug, Default)]
struct RuleCount {
    /// Which of the rule's faults is next.
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
        let each = faults[0].when.each;
        if let Some(index) =
            faults.iter().position(|fault| fault.when.each != each && fault.when.each != Each::Together)
        {
            return Err(FaultError::InList { number: index + 1, source: Box::new(FaultError::EachInList) });
        }
        let turns = match each {
            Each::Together => RuleCounts::Together(RuleCount::default()),
            Each::User => RuleCounts::Each(BTreeMap::new()),
        };
        self.bytes += bytes;
        self.made += 1;
        let id = FaultId::numbered(self.made);
        let breaks_until = faults.iter().rposition(|fault| fault.effect.breaks()).map_or(0, |last| last + 1);
        let faults = faults.into_iter().map(Arc::new).collect();
        self.rules.push(Rule { id, point, faults, bytes, breaks_until, turns });
        self.look_for_breaks();
        Ok(id)
    }

    /// Removes the rules that are meant; gives how many.
    pub(crate) fn clear(&mut self, meant: &FaultFilter) -> usize {
        let before = self.rules.len();
        self.rules.retain(|rule| !rule.is_meant(meant));
        self.bytes = self.rules.iter().map(|rule| rule.bytes).sum();
        self.look_for_breaks();
        before - self.rules.len()
    }

    /// Whether a request of REST may meet a fault that ends its connection.
    pub(crate) const fn breaks(&self) -> bool {
        self.breaks
    }

    fn look_for_breaks(&mut self) {
        self.breaks = self.rules.iter().any(|rule| rule.point != Point::WebSocket && rule.at() < rule.breaks_until);
    }

    /// Takes the rules of another list. Numbers go on: one that was given is never given to another rule.
    pub(crate) fn begin_again(&mut self, rules: Self) {
        let made = self.made.max(rules.made);
        *self = Self { made, ..rules };
    }

    /// Every rule as it stands.
    pub(crate) fn rules(&self) -> Vec<FaultRule> {
        let rule = |rule: &Rule| FaultRule {
            id: rule.id,
            point: rule.point,
            faults: rule.faults[rule.at()..].iter().map(|fault| Fault::clone(fault)).collect(),
            acted: rule.acted(),
        };
        self.rules.iter().map(rule).collect()
    }

    /// Whether there is a rule for `point`.
    pub(crate) fn fails_at(&self, point: Point) -> bool {
        self.rules.iter().any(|rule| rule.point == point)
    }

    /// The rules that are meant and that no request has met.
    pub(crate) fn unmet(&self, meant: &FaultFilter) -> Vec<FaultId> {
        let is_unmet = |rule: &&Rule| rule.is_meant(meant) && rule.at() == 0 && rule.acted() == 0;
        self.rules.iter().filter(is_unmet).map(|rule| rule.id).collect()
    }

    /// What a request meets: the fault of the first rule that matches, whose turn is thereby used.
    pub(crate) fn decide(&mut self, point: Point, user: Option<&str>) -> Option<(FaultId, Met)> {
        let (index, met) = self
            .rules
            .iter_mut()
            .enumerate()
            .filter(|(_, rule)| rule.point == point)
            .find_map(|(index, rule)| rule.take_turn(user).map(|met| (index, met)))?;
        let id = self.rules[index].id;
        if self.rules[index].is_used_up() {
            self.bytes -= self.rules.remove(index).bytes;
        }
        if met.fault.effect.breaks() {
            self.look_for_breaks();
        }
        Some((id, met))
    }
}

/// Refuses a fault that makes no sense at `point` or is too large, and gives what it takes.
fn check(fault: &Fault, point: Point) -> Result<usize, FaultError> {
    fault.check_at(point)?;
    let (bytes, limit) = (weight::of(fault), Limits::FAULT_BYTES);
    if bytes > limit { Err(FaultError::TooLarge { bytes, limit }) } else { Ok(bytes) }
}

impl Rule {
    fn take_turn(&mut self, user: Option<&str>) -> Option<Met> {
        let progress = match &mut self.turns {
            RuleCounts::Together(progress) => progress,
            RuleCounts::Each(users) => {
                let name = user.map(Box::from);
                // Whoever comes beyond the limit is not counted, and so meets nothing.
                if users.len() >= Limits::COUNTED_USERS && !users.contains_key(&name) {
                    return None;
                }
                users.entry(name).or_default()
            }
        };
        let fault = self.faults.get(progress.at)?;
        let number = progress.at + 1;
        let when = &fault.when;
        if when.user.is_some() && when.user.as_deref() != user {
            return None;
        }
        if progress.passed < when.after {
            progress.passed += 1;
            return None;
        }
        progress.acted = progress.acted.saturating_add(1);
        let is_last = progress.at + 1 == self.faults.len();
        let times = when.times.or((!is_last).then_some(1));
        if times.is_some_and(|times| progress.acted >= times) {
            *progress = RuleCount { at: progress.at + 1, ..RuleCount::default() };
        }
        Some(Met { number, fault: Arc::clone(fault) })
    }

    /// Which fault is next; of users who are counted by themselves, for whoever comes first.
    const fn at(&self) -> usize {
        match &self.turns {
            RuleCounts::Together(progress) => progress.at,
            RuleCounts::Each(_) => 0,
        }
    }

    /// How often the next one has acted; of users who are counted by themselves, how many have met something.
    fn acted(&self) -> u32 {
        match &self.turns {
            RuleCounts::Together(progress) => progress.acted,
            RuleCounts::Each(users) => {
                let met = users.values().filter(|progress| progress.at > 0 || progress.acted > 0).count();
                u32::try_from(met).unwrap_or(u32::MAX)
            }
        }
    }

    /// One that is counted by user is never used up: there may always be another one.
    fn is_used_up(&self) -> bool {
        matches!(self.turns, RuleCounts::Together(RuleCount { at, .. }) if at == self.faults.len())
    }

    fn is_meant(&self, FaultFilter { point, id, user }: &FaultFilter) -> bool {
        let is_of = |user: &String| self.faults.iter().any(|fault| fault.when.user.as_ref() == Some(user));
        point.is_none_or(|point| self.point == point)
            && id.is_none_or(|id| self.id.number() == id)
            && user.as_ref().is_none_or(is_of)
    }
}

/// Which rules are meant: those that fit everything that is given. By default all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultFilter {
    /// Where they act.
    pub point: Option<Point>,
    /// The number of one.
    pub id: Option<u64>,
    /// Those with a fault for requests of this user only.
    pub user: Option<String>,
}

impl From<Option<Point>> for FaultFilter {
    /// The rules of one point, or all.
    fn from(point: Option<Point>) -> Self {
        Self { point, ..Self::default() }
    }
}

impl From<Point> for FaultFilter {
    fn from(point: Point) -> Self {
        Some(point).into()
    }
}
