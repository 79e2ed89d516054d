//! What people read: a line a case, failures in full, and a summary.

mod checks;
mod doubts;
mod excerpt;
mod merged;
mod repeats;
mod run_warnings;
mod slowest;
mod summary;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::num::NonZeroUsize;

pub use self::checks::Checks;
pub(super) use self::doubts::diagnostic as doubt_diagnostic;
use self::repeats::Repeats;
pub(super) use self::run_warnings::all_skipped;
pub(crate) use self::run_warnings::text as warning_text;
use self::slowest::Slowest;
use super::{Style, diff, model, shell};
use crate::hygiene::{self, Warning};
use crate::run::{Broken, Case, CaseError, Finished, Reporter, RunEvent, RunWarning, Shard, Status, Unlike};
use crate::script::AlsoFailed;
use crate::snapshot::{Comparison, SnapshotDifference};
use crate::text::printable;

/// How many lines of its transcript a failure shows.
const TAIL: usize = 12;

/// The report on a terminal or in a file.
pub struct Console<'a> {
    out: &'a mut dyn Write,
    color: bool,
    /// Whether whole transcripts are shown, also of what passes.
    transcripts: bool,
    /// How wide the terminal is, if it is one.
    columns: Option<usize>,
    /// Whether the last thing written was a block of lines, which ends with an empty one.
    after_block: bool,
    /// The lines of what did not pass, to show again at the end.
    bad: Vec<String>,
    /// The snapshots that were removed, to show at the end.
    removed: Vec<String>,
    /// What is about no case, to show at the end.
    run_warnings: Vec<RunWarning>,
    /// Which part of a run this is, how many cases are in it, and how many in all.
    shard: Option<(Shard, usize, usize)>,
    /// What is wrong with scripts, each with the script that showed it first: a mistake in a module shows in each
    /// script that imports it.
    known: BTreeMap<String, String>,
    /// How cases ended that run several times.
    repeats: Repeats,
    slowest: Slowest,
}

impl<'a> Console<'a> {
    /// A report that is written to `out`.
    pub fn new(out: &'a mut dyn Write, color: bool) -> Self {
        Self {
            out,
            color,
            transcripts: false,
            columns: None,
            after_block: true,
            bad: Vec::new(),
            removed: Vec::new(),
            run_warnings: Vec::new(),
            shard: None,
            known: BTreeMap::new(),
            repeats: Repeats::default(),
            slowest: Slowest::default(),
        }
    }

    /// Lets long lines of transcripts end with an ellipsis on a terminal of that width.
    #[must_use]
    pub fn with_columns(self, columns: Option<usize>) -> Self {
        Self { columns, ..self }
    }

    /// Shows whole transcripts, also of what passes, if `all`.
    #[must_use]
    pub fn with_transcripts(self, all: bool) -> Self {
        Self { transcripts: all, ..self }
    }

    /// Shows so many of the slowest cases, however short they are; else only those that take long.
    #[must_use]
    pub fn with_slowest(self, count: Option<NonZeroUsize>) -> Self {
        Self { slowest: count.map_or_else(Slowest::default, |count| Slowest::of(count.get())), ..self }
    }

    /// Tells of snapshots that were `removed`, since their scripts are not there any more.
    #[must_use]
    pub fn with_removed(self, removed: Vec<String>) -> Self {
        Self { removed, ..self }
    }

    /// A line for a case, and a block if there is more to say.
    fn case(&mut self, case: &Case<'_>, finished: &Finished) -> io::Result<()> {
        let mut line = self.line(case, finished);
        let mut block = self.block(case, finished);
        if matches!(finished.status, Status::Broken(Broken::Script(_)))
            || (case.repetition.is_some() && !block.is_empty())
        {
            if let Some(first) = self.known.get(&block) {
                line += &Style::Faint.paint(format_args!(": as {first}"), self.color);
                block.clear();
            } else {
                self.known.insert(block.clone(), case.name().to_owned());
            }
        }
        let doubts = match finished.status {
            Status::Passed(_) => self.doubts(case, &finished.doubts),
            _ => String::new(),
        };
        self.tell(&format!("{line}{doubts}"), &block)?;
        if !matches!(finished.status, Status::Passed(_) | Status::Skipped(_) | Status::Stopped) {
            self.bad.push(line);
        }
        Ok(())
    }

    /// Writes the line of a case, or the few, and the block below it.
    fn tell(&mut self, line: &str, block: &str) -> io::Result<()> {
        let gap = if self.after_block || block.is_empty() { "" } else { "\n" };
        writeln!(self.out, "{gap}{line}")?;
        if !block.is_empty() {
            writeln!(self.out, "\n{block}")?;
        }
        self.after_block = !block.is_empty();
        Ok(())
    }

    /// An empty line, unless there is one already: what follows is not about a case.
    fn gap(&mut self) -> io::Result<()> {
        if self.after_block { Ok(()) } else { writeln!(self.out) }
    }

    fn line(&self, case: &Case<'_>, finished: &Finished) -> String {
        let (style, word, note) = match &finished.status {
            Status::Passed(Comparison::Created) => (Style::Good, "pass", ": snapshot written".to_owned()),
            Status::Passed(Comparison::Changed) => (Style::Good, "pass", ": snapshot changed".to_owned()),
            Status::Passed(_) if !finished.findings.told.is_empty() => (Style::Warning, "warn", String::new()),
            Status::Passed(_) => (Style::Good, "pass", String::new()),
            Status::Skipped(reason) => (Style::Warning, "skip", format!(": {}", printable(reason))),
            Status::Stopped => (Style::Warning, "stop", String::new()),
            bad => return self.bad_line(case.name(), model::Status::of(bad)),
        };
        let word = style.paint(format_args!("{word:<6}"), self.color);
        format!("{word}  {}{}", case.name(), Style::Faint.paint(note, self.color))
    }

    /// The line of a case that did not pass.
    fn bad_line(&self, name: &str, status: model::Status) -> String {
        let word = match status {
            model::Status::Broken => "BROKEN",
            model::Status::Error => "ERROR",
            _ => "FAIL",
        };
        let note = note(status).map(|note| format!(": {note}")).unwrap_or_default();
        let word = Style::Bad.paint(format_args!("{word:<6}"), self.color);
        format!("{word}  {name}{}", Style::Faint.paint(note, self.color))
    }

    /// What else failed, each below an empty line.
    fn also(&self, AlsoFailed { told, more }: &AlsoFailed) -> String {
        let mut block = String::new();
        for diagnostic in told {
            let _ = writeln!(block, "\n{}", self.emphasize(diagnostic.to_string().trim_end()));
        }
        if *more > 0 {
            let _ = writeln!(block, "\nand {} more", counted(*more, "failure"));
        }
        block
    }

    /// All that can be said about a case beyond its line.
    fn block(&self, case: &Case<'_>, finished: &Finished) -> String {
        let shown = case.shown();
        let mut block = match &finished.status {
            Status::Passed(_) | Status::Skipped(_) | Status::Stopped | Status::Broken(Broken::Checked) => String::new(),
            Status::Failed(diagnostic) | Status::Broken(Broken::Script(diagnostic)) => {
                format!("{}\n{}", self.emphasize(diagnostic.to_string().trim_end()), self.also(&finished.also))
            }
            Status::Doubtful(_) => self.doubtful(case, finished),
            Status::Differs(difference) => self.difference(case, difference),
            Status::Unlike(unlike) => self.unlike(shown, unlike),
            Status::Broken(Broken::Unreadable(why)) => {
                self.emphasize(&format!("error: cannot read the script: {why}\n --> {shown}\n"))
            }
            Status::Broken(Broken::Snapshot(why)) => self.emphasize(&format!(
                "error: {why}\n --> {}\n  = help: mend it, or write it anew: run again with `--update`\n",
                case.shown_snapshot()
            )),
            Status::Error(CaseError::Snapshot(why)) => {
                self.emphasize(&format!("error: {why}\n --> {}\n", case.shown_snapshot()))
            }
            Status::Error(CaseError::Live(why)) => self.emphasize(&format!("error: {why}\n --> {shown}\n")),
            Status::Error(CaseError::Panic(message)) => self.emphasize(&format!(
                "internal error: {}\n --> {shown}\n  \
                 = note: this is a mistake in kandy-harness, not in the script\n  \
                 = help: please report it, with the script\n",
                message.lines().map(printable).collect::<Vec<_>>().join("\n")
            )),
        };
        match self.shown_records(finished) {
            // A transcript that is shown has the warnings as its last lines.
            0 => self.warnings(&finished.warnings, &mut block),
            count => {
                if !block.is_empty() {
                    block.push('\n');
                }
                self.excerpt(&finished.trace, count, &mut block);
            }
        }
        if let Status::Failed(_) = finished.status {
            let again = Style::Faint.paint("again:", self.color);
            let row = case.row.map(|_| format!(" --filter {}", shell::word(&case.name_of_all()))).unwrap_or_default();
            let _ = writeln!(block, "\n{again} kandy-harness run {}{row} --show", shell::word(shown));
        }
        block
    }

    /// How many of the last records are shown.
    fn shown_records(&self, finished: &Finished) -> usize {
        let count = match finished.status {
            _ if self.transcripts => usize::MAX,
            Status::Failed(_) | Status::Broken(Broken::Script(_)) => TAIL,
            // A diff shows the transcript better than its end does.
            _ => 0,
        };
        count.min(finished.trace.records().len())
    }

    /// Text whose first words say how bad it is.
    fn emphasize(&self, text: &str) -> String {
        match text.split_once(": ") {
            Some((word @ ("error" | "internal error"), rest)) => {
                format!("{}: {rest}", Style::Bad.paint(word, self.color))
            }
            Some((word @ "warning", rest)) => format!("{}: {rest}", Style::Warning.paint(word, self.color)),
            _ => text.to_owned(),
        }
    }

    fn difference(&self, case: &Case<'_>, difference: &SnapshotDifference) -> String {
        let review = if difference.pending { ",\n          or decide with `kandy-harness review`" } else { "" };
        let head = format!(
            "error: the transcript differs from its snapshot\n --> {}\n  \
             = help: if it is right as it is now, run again with `--update`{review}\n",
            case.shown_snapshot()
        );
        format!(
            "{}\n{}",
            self.emphasize(&head),
            diff::unified(("snapshot", &difference.old), ("this run", &difference.new), self.color)
        )
    }

    fn unlike(&self, shown: &str, unlike: &Unlike) -> String {
        let head = format!(
            "error: {} heard other events in Live than in Sim\n --> {shown}\n  \
             = help: a race? Wait for a point of the platform, such as\n          \
             `platform.waitFor(\"subscribe\")`, before what may come too early or too late\n",
            unlike.client
        );
        let diff = diff::unified(("Sim", &unlike.sim), ("Live", &unlike.live), self.color);
        format!("{}\n{diff}", self.emphasize(&head))
    }

    fn warnings(&self, warnings: &[Warning], block: &mut String) {
        if !block.is_empty() && !warnings.is_empty() {
            block.push('\n');
        }
        let word = Style::Warning.paint("warning", self.color);
        for Warning { client, what } in warnings.iter().take(hygiene::MAX_SHOWN) {
            let _ = writeln!(block, "{word}: {client}: {what}");
        }
        if warnings.len() > hygiene::MAX_SHOWN {
            let _ = writeln!(block, "{word}: and {} more", warnings.len() - hygiene::MAX_SHOWN);
        }
    }
}

impl Reporter for Console<'_> {
    fn name(&self) -> &str {
        "console"
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::Started { plan, .. } => {
                self.shard = plan.shard.map(|shard| (shard, plan.cases.len(), plan.set.count));
                Ok(())
            }
            RunEvent::NotRun { .. } => Ok(()),
            RunEvent::Warned(warning) => {
                self.run_warnings.push((*warning).clone());
                Ok(())
            }
            RunEvent::Finished { case, finished } => {
                self.repeats.add(case, finished);
                self.slowest.add(case, finished);
                self.case(case, finished)
            }
            RunEvent::Ended { summary, wall_time } => {
                self.summary(summary, *wall_time)?;
                self.removed_snapshots()?;
                self.run_warnings(summary)
            }
        }
    }
}

/// What stands behind the name of a case that failed, if it did in a way of its own.
pub(super) const fn note(status: model::Status) -> Option<&'static str> {
    match status {
        model::Status::Doubtful => Some("cannot be trusted"),
        model::Status::Differs => Some("differs from its snapshot"),
        model::Status::Unlike => Some("not the same in Live"),
        _ => None,
    }
}

/// All that can be said about a case beyond its line, without colours.
pub(super) fn told(case: &Case<'_>, finished: &Finished) -> String {
    Console::new(&mut io::sink(), false).block(case, finished)
}

/// The line of a case, and all that can be said beyond it.
pub(crate) fn told_whole(case: &Case<'_>, finished: &Finished, color: bool) -> (String, String) {
    let mut nowhere = io::sink();
    let console = Console::new(&mut nowhere, color);
    (console.line(case, finished), console.block(case, finished))
}

/// `1 scenario`, `2 scenarios`.
#[must_use]
pub fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests;
