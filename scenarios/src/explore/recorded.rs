//! The transitions that recordings of the real SDK have. What goes beyond them is a prediction of the port.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::coverage::Transition;

/// One a line, made by a test of all recordings.
const RECORDED: &str = include_str!("recorded.txt");

/// The transitions of all recordings.
#[must_use]
pub fn recorded() -> &'static BTreeSet<Transition> {
    static SET: LazyLock<BTreeSet<Transition>> = LazyLock::new(|| {
        let lines = RECORDED.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(|line| line.parse().expect("a test holds the list to transitions")).collect()
    });
    &SET
}

/// Whether a recording has this transition.
#[must_use]
pub fn is_recorded(transition: &Transition) -> bool {
    recorded().contains(transition)
}
