//! The difference between two texts, as a unified diff.

use std::fmt::Write as _;
use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::Style;
use crate::text::printable;

/// The most lines of a diff that are shown.
const MAX_LINES: usize = 200;
/// How long to look for the shortest diff; after it a longer one is good enough.
const DEADLINE: Duration = Duration::from_secs(2);
/// How many equal lines stand around a difference.
const CONTEXT: usize = 3;

/// The lines to remove from the first text and to add to it that make the second, each text with its name.
#[must_use]
pub fn unified((old_name, old): (&str, &str), (new_name, new): (&str, &str), color: bool) -> String {
    // A last line without a line break differs from the same line with one.
    let (old, new) = (format!("{old}\n"), format!("{new}\n"));
    let diff = TextDiff::configure().timeout(DEADLINE).diff_lines(&old, &new);
    let (from, to) = (
        Style::Bad.paint(format_args!("--- {old_name}"), color),
        Style::Good.paint(format_args!("+++ {new_name}"), color),
    );
    let mut text = format!("{from}\n{to}\n");
    let (mut shown, mut hidden) = (0, 0);
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if shown < MAX_LINES {
            let _ = writeln!(text, "{}", Style::Place.paint(hunk.header(), color));
        }
        for change in hunk.iter_changes() {
            if shown >= MAX_LINES {
                hidden += 1;
                continue;
            }
            shown += 1;
            // A snapshot is a file, in which there may be anything.
            let line = printable(change.value().trim_end_matches('\n'));
            let line = match change.tag() {
                ChangeTag::Equal => format!(" {line}").trim_end().to_owned(),
                ChangeTag::Delete => Style::Bad.paint(format_args!("-{line}"), color),
                ChangeTag::Insert => Style::Good.paint(format_args!("+{line}"), color),
            };
            text.push_str(&line);
            text.push('\n');
        }
    }
    if hidden > 0 {
        let _ = writeln!(text, "... and {hidden} more lines");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_changed_and_what_stands_around_it() {
        let diff = unified(("snapshot", "a\nb\nc\nd\ne"), ("this run", "a\nb\nc\nd\nE\nf"), false);
        assert_eq!(diff, "--- snapshot\n+++ this run\n@@ -2,4 +2,5 @@\n b\n c\n d\n-e\n+E\n+f\n");
    }

    #[test]
    fn what_would_act_on_a_terminal_is_escaped() {
        let diff = unified(("snapshot", "a\u{1b}[2J\u{202e}b"), ("this run", "c"), false);
        assert!(diff.ends_with("\n-a\\u{1b}[2J\\u{202e}b\n+c\n"), "{diff}");
    }

    #[test]
    fn a_long_diff_ends() {
        let lines = |word: &str| (0..500).map(|n| format!("{word}{n}")).collect::<Vec<_>>().join("\n");
        let diff = unified(("snapshot", &lines("old ")), ("this run", &lines("new ")), false);
        assert!(diff.ends_with("-old 199\n... and 800 more lines\n"), "{diff}");
    }
}
