//! Which transitions of the clients exploration reaches and no scenario has, for a terminal: a list of scenarios to write.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::console::counted;
use super::{Style, shell, wrap};
use crate::coverage::Transition;
use crate::explore::{Reached, ReachingRun, is_recorded, recorded, states};

/// The most schedules, and the most transitions of each, unless all are wanted.
const MAX_WAYS: usize = 4;
const MAX_TRANSITIONS: usize = 2;

/// What is reached, and how to reach what no scenario has.
#[must_use]
pub fn coverage(reached: &Reached, all: bool, color: bool) -> String {
    let new = reached.new_ones();
    let of_recordings: BTreeSet<Transition> = recorded().iter().copied().collect();
    let neither = of_recordings.difference(&reached.by_scenarios).filter(|transition| !new.contains(transition));
    let mut text = String::new();
    let _ = writeln!(text, "scenarios:    {}", count(&reached.by_scenarios));
    let _ = writeln!(text, "exploration:  {}, which no scenario has", count(&new));
    let neither = counted(neither.count(), "transition");
    let _ = writeln!(text, "recordings:   {}, {neither} in neither", count(&of_recordings));
    if new.is_empty() {
        return text;
    }
    text.push_str("\nWhat no scenario has, by the runs that reach most of it:\n\n");
    let ways = reached.ways();
    let (most_ways, most) = if all { (usize::MAX, usize::MAX) } else { (MAX_WAYS, MAX_TRANSITIONS) };
    for way in ways.iter().take(most_ways) {
        tell(&mut text, way, most, color);
    }
    if ways.len() > most_ways {
        let rest: usize = ways[most_ways..].iter().map(|way| way.transitions.len()).sum();
        let (runs, transitions) = (counted(ways.len() - most_ways, "run"), counted(rest, "transition"));
        let _ = writeln!(text, "and {runs} more, with {transitions}: --all lists them");
    }
    text
}

/// A command that reaches them, and the transitions.
fn tell(text: &mut String, way: &ReachingRun, most: usize, color: bool) {
    let command = match way.schedule.disturbances() {
        [] => format!("  undisturbed, after the script: {}", way.scenario),
        _ => shell::explore("  ", &way.scenario, &format!("--at \"{}\"", way.schedule)),
    };
    let _ = writeln!(text, "{}", Style::Strong.paint(command, color));
    for transition in way.transitions.iter().take(most) {
        text.push_str(&step_lines(transition, 4, if is_recorded(transition) { "  (recorded)" } else { "" }));
    }
    if way.transitions.len() > most {
        let _ = writeln!(text, "    and {} more", way.transitions.len() - most);
    }
}

/// A transition as lines.
pub(super) fn step_lines(Transition { from, input, to }: &Transition, indent: usize, mark: &str) -> String {
    let mut text = String::new();
    for line in wrap(&from.to_string(), indent) {
        let _ = writeln!(text, "{:indent$}{line}", "");
    }
    for (index, line) in wrap(&format!("{input} -> {to}{mark}"), indent + 4).iter().enumerate() {
        let indent = indent + if index == 0 { 2 } else { 4 };
        let _ = writeln!(text, "{:indent$}{line}", "");
    }
    text
}

fn count(transitions: &BTreeSet<Transition>) -> String {
    let states = counted(states(transitions).len(), "state");
    format!("{} of {states}", counted(transitions.len(), "transition"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Coverage;
    use crate::report::COLUMNS;

    fn coverage_of(runs: usize) -> Coverage {
        let mut coverage = Coverage::default();
        for number in 0..runs {
            let words = ["request", "socket", "ping", "attempt", "renewal", "refresh"];
            let chosen = words.iter().enumerate().filter(|(bit, _)| number >> bit & 1 == 1);
            let state = chosen.fold("connected".to_owned(), |state, (_, word)| format!("{state}, {word}"));
            let schedule = format!("open {}: lost", number + 1).parse().unwrap();
            let transitions = ["connect()", "disconnect()", "destroy()"];
            let transitions = transitions.map(|call| format!("{state} | {call} | {state}").parse().unwrap());
            coverage.runs.push((schedule, transitions.into_iter().collect()));
        }
        coverage
    }

    #[test]
    fn few_are_told_in_a_terminal_and_all_on_request() {
        let mut reached = Reached::default();
        reached.add("scenarios/flow.rhai", &coverage_of(40));
        let told = coverage(&reached, false, false);
        assert!(told.lines().count() <= 40, "{told}");
        assert!(told.contains("exploration:  120 transitions of 40 states, which no scenario has\n"), "{told}");
        assert!(told.contains("  kandy-harness explore scenarios/flow.rhai --at \"open 1: lost\"\n"), "{told}");
        assert!(told.ends_with("and 36 runs more, with 108 transitions: --all lists them\n"), "{told}");
        let lines = told.lines().filter(|line| !line.contains("kandy-harness explore"));
        assert!(lines.clone().all(|line| line.chars().count() <= COLUMNS), "{told}");
        let told = coverage(&reached, true, false);
        assert!(told.contains("--at \"open 40: lost\"") && !told.contains(" more"), "{told}");
    }

    #[test]
    fn nothing_new_is_told_in_three_lines() {
        assert_eq!(coverage(&Reached::default(), false, false).lines().count(), 3);
    }
}
