//! Two values that should be equal, as a failure shows them: below one another, or as a diff of their lines.

use std::fmt::Write as _;
use std::time::Duration;

use rhai::{Dynamic, ImmutableString};
use similar::{ChangeTag, TextDiff};

use super::show::{show, show_lines};
use crate::text::clip;

/// The most lines of a diff, so that a failure fits on one screen.
const MAX_LINES: usize = 16;
/// How many equal lines stand around a difference.
const CONTEXT: usize = 2;
/// The longest line of a diff.
const MAX_LINE: usize = 200;
/// How long to look for the shortest diff; after it a longer one is good enough.
const DEADLINE: Duration = Duration::from_millis(500);

/// What was expected, and what there was.
pub(super) fn compared(actual: &Dynamic, expected: &Dynamic) -> String {
    match (lines_of(actual), lines_of(expected)) {
        (Some(actual), Some(expected)) => diff(&actual, &expected),
        _ => format!("{}\n{}", labelled("actual:   ", &show(actual)), labelled("expected: ", &show(expected))),
    }
}

/// `value` behind `label`; if it has several lines, below one another.
pub(super) fn labelled(label: &str, value: &str) -> String {
    let indent = format!("\n{}", " ".repeat(label.len()));
    format!("{label}{}", value.replace('\n', &indent))
}

/// The lines of a value that takes more than one: of a text as they are, else one for each member.
fn lines_of(value: &Dynamic) -> Option<String> {
    match value.read_lock::<ImmutableString>() {
        Some(text) => text.contains('\n').then(|| text.to_string()),
        None => show_lines(value),
    }
}

fn diff(actual: &str, expected: &str) -> String {
    // A last line without a line break differs from the same line with one.
    let (actual, expected) = (format!("{actual}\n"), format!("{expected}\n"));
    let diff = TextDiff::configure().timeout(DEADLINE).diff_lines(&expected, &actual);
    let mut text = "- expected\n+ actual".to_owned();
    let (mut shown, mut hidden) = (0, 0);
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 && shown < MAX_LINES {
            text.push_str("\n  ..");
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            if shown >= MAX_LINES {
                hidden += 1;
                continue;
            }
            shown += 1;
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            let line = clip(change.value().trim_end_matches('\n'), MAX_LINE);
            let _ = write!(text, "\n{sign} {line}");
        }
    }
    if hidden > 0 {
        let _ = write!(text, "\n  and {hidden} lines more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(actual: &str, expected: &str) -> String {
        let value = |script: &str| rhai::Engine::new().eval::<Dynamic>(script).unwrap();
        compared(&value(actual), &value(expected))
    }

    #[test]
    fn short_values_stand_below_one_another() {
        assert_eq!(of("1", "2"), "actual:   1\nexpected: 2");
        assert_eq!(of("[1, 2]", "[1]"), "actual:   [1, 2]\nexpected: [1]");
        assert_eq!(of("\"a\\nb\"", "()"), "actual:   \"a\\nb\"\nexpected: ()");
    }

    #[test]
    fn long_ones_are_compared_line_by_line() {
        let map = |c: u32| format!("let long = \"{}\"; #{{a: long, b: [1, 2], c: {c}, d: 4}}", "x".repeat(40));
        let long = "x".repeat(40);
        assert_eq!(
            of(&map(3), &map(4)),
            format!("- expected\n+ actual\n    a: \"{long}\",\n    b: [1, 2],\n-   c: 4,\n+   c: 3,\n    d: 4,\n  }}")
        );
        assert_eq!(of("\"a\\nb\\n\"", "\"a\\nc\\n\""), "- expected\n+ actual\n  a\n- c\n+ b\n  ");
        let many = |from: u32| format!("let all = []; for i in {from}..{} {{ all.push(i); }} all", from + 100);
        let long = of(&many(0), &many(1000));
        assert_eq!(long.lines().count(), MAX_LINES + 3);
        assert!(long.ends_with("lines more"), "{long}");
    }
}
