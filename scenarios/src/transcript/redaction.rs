//! What a scenario wants left out of its transcript.

use regex::{Captures, Regex};

/// Patterns, and the names that stand for what they match. They work on the text of each line, in their order.
#[derive(Clone, Debug, Default)]
pub struct Redactions(Vec<(Regex, String)>);

impl Redactions {
    /// The most of one scenario. Together with the limits on a line and on a pattern it bounds the time that they take.
    pub const MAX: usize = 32;

    /// Adds one. Gives `false`, and does nothing, if there are [`MAX`](Self::MAX) already.
    pub fn add(&mut self, pattern: Regex, name: &str) -> bool {
        let has_room = self.0.len() < Self::MAX;
        if has_room {
            self.0.push((pattern, format!("[{name}]")));
        }
        has_room
    }

    /// Whether nothing is left out.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text with what matches replaced.
    #[must_use]
    pub fn redacted(&self, mut text: String) -> String {
        self.apply(&mut text, 0);
        text
    }

    /// Replaces what matches in `lines` from the byte `start` on.
    pub(super) fn apply(&self, lines: &mut String, start: usize) {
        for (pattern, shown) in &self.0 {
            if !pattern.is_match(&lines[start..]) {
                continue;
            }
            // Between letters there may be matches of nothing at all, which stand for nothing.
            let replacement = |found: &Captures<'_>| if found[0].is_empty() { "" } else { shown.as_str() }.to_owned();
            let text = pattern.replace_all(&lines[start..], replacement).into_owned();
            lines.truncate(start);
            lines.push_str(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(patterns: &[(&str, &str)], text: &str, expected: &str) {
        let mut redactions = Redactions::default();
        for (pattern, name) in patterns {
            assert!(redactions.add(Regex::new(pattern).unwrap(), name));
        }
        let mut lines = format!("id 1\n{text}");
        redactions.apply(&mut lines, "id 1\n".len());
        assert_eq!(lines, format!("id 1\n{expected}"));
    }

    #[test]
    fn what_matches_is_named_in_the_order_of_the_patterns() {
        check(&[], "id 12", "id 12");
        check(&[("[0-9]+", "n")], "id 12, 3", "id [n], [n]");
        check(&[("id [0-9]+", "id"), ("[0-9]+", "n")], "id 12, 3", "[id], [n]");
        check(&[("[0-9]", "$0")], "id 1", "id [$0]");
        check(&[(r"2|\b", "x")], "1 2", "1 [x]");
        check(&[("^ws", "start")], "ws1 ws2", "[start]1 ws2");
    }

    #[test]
    fn there_is_a_limit() {
        let mut redactions = Redactions::default();
        let added = (0..Redactions::MAX + 1).filter(|_| redactions.add(Regex::new("x").unwrap(), "x")).count();
        assert_eq!(added, Redactions::MAX);
    }
}
