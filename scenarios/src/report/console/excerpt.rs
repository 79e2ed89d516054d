//! Lines of a transcript: coloured by kind, and no longer than a terminal is wide.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::Console;
use crate::report::Style;
use crate::text::fit;
use crate::trace::{Trace, What};

/// What stands before each line.
const INDENT: &str = "  ";

impl Console<'_> {
    /// The last `count` lines of a transcript.
    pub(super) fn excerpt(&self, trace: &Trace, count: usize, block: &mut String) {
        let of = trace.records().len();
        let shown = &trace.records()[of.saturating_sub(count)..];
        let title = match shown.len() {
            some if some < of => format!("transcript, the last {some} of {of} lines:"),
            _ => "transcript:".to_owned(),
        };
        let _ = writeln!(block, "{}", Style::Faint.paint(title, self.color));
        let columns = self.columns.map(|columns| columns.saturating_sub(INDENT.len()).max(1));
        for (line, record) in trace.tail(count).lines().zip(shown) {
            let line = fitted(line, columns);
            let line = style_of(&record.what).map_or_else(|| line.to_string(), |style| style.paint(&line, self.color));
            let _ = writeln!(block, "{INDENT}{line}");
        }
    }
}

/// What the application and the script do and hear stands out; what goes over the wire does not.
const fn style_of(what: &What) -> Option<Style> {
    match what {
        What::Call(_) | What::Print(_) => Some(Style::Strong),
        What::Event { .. } => Some(Style::Good),
        What::Request(_) | What::Reply { .. } => Some(Style::Place),
        What::Control(_) | What::Disturbance(_) | What::Warning(_) | What::MoreWarnings(_) => Some(Style::Warning),
        What::Crash(_) => Some(Style::Bad),
        What::Frame { .. } | What::Pings { .. } | What::Log(_) => Some(Style::Faint),
        What::Handshake { .. } | What::Close { .. } => None,
    }
}

/// The line, or as much of it as goes into `columns`.
fn fitted(line: &str, columns: Option<usize>) -> Cow<'_, str> {
    match columns {
        Some(columns) => fit(line, columns),
        None => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::trace::{CallRecord, Close};

    #[test]
    fn a_line_is_cut_only_where_a_terminal_is_too_narrow() {
        assert_eq!(fitted("größer", Some(6)), "größer");
        assert_eq!(fitted("größer", Some(5)), "größ…");
        assert_eq!(fitted("größer", Some(1)), "…");
        assert_eq!(fitted("größer", None), "größer");
    }

    #[test]
    fn lines_are_painted_by_kind_and_cut_to_the_terminal() {
        let mut trace = Trace::default();
        let who = "kandy".into();
        trace.push(Duration::ZERO, &who, What::Call(CallRecord::Disconnect)).unwrap();
        trace.push(Duration::ZERO, &who, What::Close { socket: 1, close: Close::ByClient }).unwrap();
        let shown = |color, columns| {
            let (mut out, mut block) = (Vec::new(), String::new());
            Console::new(&mut out, color).with_columns(columns).excerpt(&trace, 2, &mut block);
            block
        };
        let lines = ["0.000  kandy     call      disconnect", "0.000  kandy     socket    ws1 closes"];
        assert_eq!(shown(false, None), format!("transcript:\n  {}\n  {}\n", lines[0], lines[1]));
        assert_eq!(shown(false, Some(8)), "transcript:\n  0.000…\n  0.000…\n");
        let painted = format!("\u{1b}[2mtranscript:\u{1b}[0m\n  \u{1b}[1m{}\u{1b}[0m\n  {}\n", lines[0], lines[1]);
        assert_eq!(shown(true, None), painted);
    }
}
