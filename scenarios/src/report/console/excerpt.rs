//! Lines of a transcript: coloured by kind, and no longer than a terminal is wide.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::Console;
use crate::report::Style;
use crate::runner::Excerpt;
use crate::transcript::Kind;

/// What stands before each line.
const INDENT: &str = "  ";

impl Console<'_> {
    pub(super) fn excerpt(&self, excerpt: &Excerpt, block: &mut String) {
        let Excerpt { lines, kinds, count, of } = excerpt;
        let title =
            if count < of { format!("transcript, the last {count} of {of} lines:") } else { "transcript:".into() };
        let _ = writeln!(block, "{}", Style::Faint.paint(title, self.color));
        let columns = self.columns.map(|columns| columns.saturating_sub(INDENT.len()).max(1));
        for (line, kind) in lines.lines().zip(kinds) {
            let line = fitted(line, columns);
            let line = style_of(*kind).map_or_else(|| line.to_string(), |style| style.paint(&line, self.color));
            let _ = writeln!(block, "{INDENT}{line}");
        }
    }
}

/// What the application and the script do and hear stands out; what goes over the wire does not.
const fn style_of(kind: Kind) -> Option<Style> {
    match kind {
        Kind::Call | Kind::Print => Some(Style::Strong),
        Kind::Event => Some(Style::Good),
        Kind::Request | Kind::Reply => Some(Style::Place),
        Kind::Control | Kind::Warn => Some(Style::Warning),
        Kind::Crash => Some(Style::Bad),
        Kind::Frame | Kind::Log => Some(Style::Faint),
        Kind::Socket => None,
    }
}

/// The line, or as much of it as goes into `columns`.
fn fitted(line: &str, columns: Option<usize>) -> Cow<'_, str> {
    match columns {
        Some(columns) if line.chars().count() > columns => {
            let kept: String = line.chars().take(columns.saturating_sub(1)).collect();
            Cow::Owned(kept + "…")
        }
        _ => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_only_where_a_terminal_is_too_narrow() {
        assert_eq!(fitted("größer", Some(6)), "größer");
        assert_eq!(fitted("größer", Some(5)), "größ…");
        assert_eq!(fitted("größer", Some(1)), "…");
        assert_eq!(fitted("größer", None), "größer");
    }

    #[test]
    fn lines_are_painted_by_kind_and_cut_to_the_terminal() {
        let excerpt =
            Excerpt { lines: "0.000 a\n0.000 b\n".into(), kinds: vec![Kind::Event, Kind::Socket], count: 2, of: 2 };
        let shown = |color, columns| {
            let (mut out, mut block) = (Vec::new(), String::new());
            Console::new(&mut out, color).with_columns(columns).excerpt(&excerpt, &mut block);
            block
        };
        assert_eq!(shown(false, None), "transcript:\n  0.000 a\n  0.000 b\n");
        assert_eq!(shown(false, Some(8)), "transcript:\n  0.000…\n  0.000…\n");
        assert_eq!(shown(true, None), "\u{1b}[2mtranscript:\u{1b}[0m\n  \u{1b}[32m0.000 a\u{1b}[0m\n  0.000 b\n");
    }
}
