//! What is about no case: warnings, but errors in strict mode.

use std::io;
use std::mem;

use super::{Console, counted};
use crate::report::{Style, wrap};
use crate::run::{RunWarning, Summary};
use crate::text::printable;

impl Console<'_> {
    /// The warnings of the run, the snapshots without a script as a list of their own.
    pub(super) fn run_warnings(&mut self, summary: &Summary) -> io::Result<()> {
        let (word, style) = if summary.strict { ("error", Style::Bad) } else { ("warning", Style::Warning) };
        let indent = word.len() + ": ".len();
        let painted = style.paint(word, self.color);
        let (mut stale, mut gap) = (Vec::new(), "\n");
        for warning in mem::take(&mut self.run_warnings) {
            let text = text(&warning);
            if let RunWarning::StaleSnapshot { shown } = warning {
                stale.push(shown);
                continue;
            }
            let lines = wrap(&text, indent).join(&format!("\n{:indent$}", ""));
            writeln!(self.out, "{gap}{painted}: {lines}")?;
            gap = "";
        }
        if !stale.is_empty() {
            let them = if stale.len() == 1 { "it" } else { "them" };
            let count = counted(stale.len(), "snapshot");
            self.list(&format!("{painted}: {count} without a script; `--prune` removes {them}:"), &stale)?;
        }
        if summary.strict && summary.doubtful + summary.run_warnings > 0 {
            let note = "Strict mode, as in CI, fails what cannot be trusted; `--no-strict` warns of it.";
            writeln!(self.out, "\n{}", Style::Faint.paint(note, self.color))?;
        }
        Ok(())
    }

    /// The snapshots that were removed since their scripts are not there any more.
    pub(super) fn removed_snapshots(&mut self) -> io::Result<()> {
        let removed = mem::take(&mut self.removed);
        if removed.is_empty() {
            return Ok(());
        }
        self.list(&format!("{} without a script removed:", counted(removed.len(), "snapshot")), &removed)
    }

    fn list(&mut self, head: &str, items: &[String]) -> io::Result<()> {
        writeln!(self.out, "\n{head}")?;
        items.iter().try_for_each(|item| writeln!(self.out, "  {item}"))
    }
}

/// What to say about it, on one line.
pub(crate) fn text(warning: &RunWarning) -> String {
    match warning {
        RunWarning::StaleSnapshot { shown } => format!("{shown} is a snapshot without a script"),
        RunWarning::MisreadTags { shown, misread } => format!(
            "{shown}:{}: `{}` is not read so; write `// {}`",
            misread.line,
            printable(&misread.text),
            printable(&misread.meant)
        ),
        RunWarning::AllSkipped { count } => all_skipped(*count),
    }
}

/// What to say where `count` scenarios, which are all, were skipped.
pub(in crate::report) fn all_skipped(count: usize) -> String {
    if count == 1 {
        return "the only scenario was skipped, and nothing was tested".to_owned();
    }
    format!("all {count} scenarios were skipped, and nothing was tested")
}
