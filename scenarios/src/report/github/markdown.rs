//! The summary of a step, in Markdown.

use std::fmt::Write as _;

use crate::report::console::{self, counted};
use crate::report::model::{Case, End};
use crate::text::printable;

/// The most bytes that GitHub takes as the summary of a step.
const MOST_BYTES: usize = 1024 * 1024;
/// What is kept free for the counts, and to say how much is left out.
const KEPT_FREE: usize = 4 * 1024;

/// The failures so far, as many as there is room for.
#[derive(Debug)]
pub(super) struct Markdown {
    failures: String,
    left_out: usize,
    room: usize,
}

impl Markdown {
    /// A summary behind `taken` bytes that are there already.
    pub(super) fn new(taken: u64) -> Self {
        let taken = usize::try_from(taken).unwrap_or(usize::MAX);
        Self { failures: String::new(), left_out: 0, room: MOST_BYTES.saturating_sub(taken) }
    }

    /// Adds what to say about a case that failed.
    pub(super) fn failure(&mut self, case: &Case) {
        let fence = fence(&case.text);
        let note = console::note(case.status).map(|note| format!(": {note}")).unwrap_or_default();
        let name = html(&printable(&format!("{}{note}", case.name)));
        let told = format!(
            "<details><summary>{name}</summary>\n\n{fence}text\n{}\n{fence}\n\n</details>\n",
            case.text.trim_end()
        );
        if self.failures.len() + told.len() + KEPT_FREE <= self.room {
            self.failures.push_str(&told);
        } else {
            self.left_out += 1;
        }
    }

    /// All of it.
    pub(super) fn text(&self, end: &End) -> String {
        let summary = &end.summary;
        let counts = [
            (summary.passed, "passed"),
            (summary.skipped, "skipped"),
            (summary.failed, "failed"),
            (summary.broken, "broken"),
            (summary.errors, "with an internal error"),
            (summary.stopped + summary.not_run, "not run, since the run ended early"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
        let all = counted(summary.all(), "scenario");
        let colon = if counts.is_empty() { "" } else { ": " };
        let mut text = format!("### kandy-harness\n\n{all}{colon}{}\n", counts.join(", "));
        if !self.failures.is_empty() {
            let _ = write!(text, "\n{}", self.failures);
        }
        if self.left_out > 0 {
            let more = counted(self.left_out, "failure");
            let _ = writeln!(text, "\nand {more} more, for which GitHub has no room here");
        }
        text.push('\n');
        if text.len() <= self.room { text } else { String::new() }
    }
}

/// A fence that nothing in the text can end.
fn fence(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(3.max(longest + 1))
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
