//! The variables that are there at a place of a script.

use std::collections::BTreeMap;

use super::value::StaticValue;

/// The variables that are there, each found by its name however many there are.
#[derive(Default)]
pub(super) struct Scope {
    /// The outer ones first.
    variables: Vec<(String, StaticValue)>,
    /// Where those of a name are; none is empty.
    places: BTreeMap<String, Vec<usize>>,
}

impl Scope {
    pub(super) fn push(&mut self, name: String, value: StaticValue) {
        self.places.entry(name.clone()).or_default().push(self.variables.len());
        self.variables.push((name, value));
    }

    pub(super) fn len(&self) -> usize {
        self.variables.len()
    }

    /// Forgets the inner ones.
    pub(super) fn truncate(&mut self, outer: usize) {
        for (name, _) in self.variables.drain(outer..).rev() {
            if let Some(places) = self.places.get_mut(&name) {
                places.pop();
                if places.is_empty() {
                    self.places.remove(&name);
                }
            }
        }
    }

    /// What is known of the innermost one of that name.
    pub(super) fn value(&self, name: &str) -> StaticValue {
        let place = self.places.get(name).and_then(|places| places.last());
        place.map_or(StaticValue::Unknown, |place| self.variables[*place].1.clone())
    }
}

impl FromIterator<(String, StaticValue)> for Scope {
    fn from_iter<I: IntoIterator<Item = (String, StaticValue)>>(variables: I) -> Self {
        let mut scope = Self::default();
        variables.into_iter().for_each(|(name, value)| scope.push(name, value));
        scope
    }
}
