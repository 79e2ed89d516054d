//! Annotations of GitHub Actions: lines of the output that GitHub shows beside the code, and a summary of the step in Markdown.

mod markdown;

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use self::markdown::Markdown;
use super::console::counted;
use super::model::{Case, Doubt, End, Event, Problem, Renderer, Start, Status};
use crate::text::{ELLIPSIS, push_printable};

/// The most annotations of one kind that GitHub shows of a step.
const MOST_OF_A_KIND: usize = 10;
/// The longest message of an annotation, in bytes; GitHub shows no more than 64 KiB.
const MOST_BYTES: usize = 4 * 1024;

/// What GitHub says of the step that the command is.
#[derive(Clone, Debug, Default)]
pub struct GithubStep {
    /// The folder in which the command runs.
    pub folder: PathBuf,
    /// The folder of the repository, from which paths are taken.
    pub workspace: Option<PathBuf>,
    /// The file to which the summary is appended.
    pub summary: Option<PathBuf>,
}

/// The report.
#[derive(Debug)]
pub struct Github {
    step: GithubStep,
    /// The file of the summary, if GitHub wants one.
    summary: Option<File>,
    markdown: Markdown,
    strict: bool,
    said: String,
    errors: usize,
    warnings: usize,
}

/// How much an annotation matters, in GitHub's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
}

/// Where an annotation belongs.
#[derive(Clone, Copy, Debug, Default)]
struct Location<'a> {
    path: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
}

impl Github {
    /// A report for that step.
    ///
    /// # Errors
    ///
    /// The file of the summary cannot be written.
    pub fn new(step: &GithubStep) -> io::Result<Self> {
        let open = |path: &PathBuf| OpenOptions::new().append(true).create(true).open(path);
        let summary = step.summary.as_ref().map(open).transpose()?;
        let taken = summary.as_ref().map_or(Ok(0), |file| file.metadata().map(|metadata| metadata.len()))?;
        Ok(Self {
            step: step.clone(),
            summary,
            markdown: Markdown::new(taken),
            strict: false,
            said: String::new(),
            errors: 0,
            warnings: 0,
        })
    }

    fn start(&mut self, start: &Start) {
        self.strict = start.strict;
    }

    fn case(&mut self, case: &Case) {
        for problem in &case.problems {
            let Problem { path, line, column, .. } = problem;
            let place = Location { path: Some(path), line: *line, column: *column };
            self.annotate(Level::Error, place, &case.name, &message(problem));
        }
        if case.status.is_bad() {
            self.markdown.failure(case);
        }
        // Those that failed a case are its problems.
        if case.status == Status::Passed {
            for Doubt { message, path, line, help } in &case.doubts {
                let place = Location { path: Some(path), line: *line, column: None };
                self.annotate(Level::Warning, place, &case.name, &format!("{message}\n{help}"));
            }
        }
        for warning in &case.warnings {
            let place = Location { path: Some(&case.path), ..Location::default() };
            self.annotate(Level::Warning, place, &case.name, &format!("{}: {}", warning.client, warning.message));
        }
    }

    fn end(&mut self, end: &End) -> io::Result<()> {
        let level = if self.strict { Level::Error } else { Level::Warning };
        for warning in &end.warnings {
            let place = match warning {
                super::model::RunWarning::MisreadTags { path, line, .. } => {
                    Location { path: Some(path), line: Some(*line), column: None }
                }
                super::model::RunWarning::AllSkipped { .. } => Location::default(),
            };
            self.annotate(level, place, "kandy-harness", warning.message());
        }
        for path in &end.stale_snapshots {
            let place = Location { path: Some(path), ..Location::default() };
            self.annotate(level, place, "kandy-harness", "a snapshot without a script; `--prune` removes it");
        }
        let more = [(self.errors, "error"), (self.warnings, "warning")].into_iter();
        let more = more.map(|(count, word)| (count.saturating_sub(MOST_OF_A_KIND), word));
        let more: Vec<String> =
            more.filter(|(count, _)| *count > 0).map(|(count, word)| counted(count, word)).collect();
        if !more.is_empty() {
            let rest = format!("not annotated: {} more, since GitHub shows no more of a step", more.join(" and "));
            self.say("notice", "title=kandy-harness", &rest);
        }
        match &mut self.summary {
            Some(file) => file.write_all(self.markdown.text(end).as_bytes()),
            None => Ok(()),
        }
    }

    fn annotate(&mut self, level: Level, place: Location<'_>, title: &str, message: &str) {
        let count = match level {
            Level::Error => &mut self.errors,
            Level::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count > MOST_OF_A_KIND {
            return;
        }
        let mut properties = String::new();
        if let Some(path) = place.path {
            let _ = write!(properties, "file={},", property(&self.step.path(path)));
        }
        for (name, number) in [("line", place.line), ("col", place.column)] {
            if let Some(number) = number {
                let _ = write!(properties, "{name}={number},");
            }
        }
        let _ = write!(properties, "title={}", property(title));
        self.say(level.as_str(), &properties, message);
    }

    fn say(&mut self, command: &str, properties: &str, message: &str) {
        let end = message.floor_char_boundary(MOST_BYTES);
        let ellipsis = if end < message.len() { ELLIPSIS.to_string() } else { String::new() };
        let _ = writeln!(self.said, "::{command} {properties}::{}{ellipsis}", escaped(&message[..end]));
    }
}

impl Renderer for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Started(start) => self.start(start),
            Event::Case(case) => self.case(case),
            Event::Ended(end) => return self.end(end),
        }
        Ok(())
    }

    fn said(&self) -> &str {
        &self.said
    }
}

impl GithubStep {
    /// A path as GitHub knows it: from the folder of the repository on, with `/`.
    fn path(&self, shown: &str) -> String {
        let Some(workspace) = &self.workspace else { return shown.to_owned() };
        let whole = plain(&self.folder.join(shown));
        match whole.strip_prefix(plain(workspace)) {
            Ok(path) => path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"),
            Err(_) => shown.to_owned(),
        }
    }
}

impl Level {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A path without `.` and `..`, as far as they can be taken away.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// All that an annotation says of a problem, whose place GitHub shows itself.
fn message(Problem { message, notes, helps, .. }: &Problem) -> String {
    let helps = helps.iter().map(|help| format!("help: {help}"));
    [message.clone()].into_iter().chain(notes.iter().cloned()).chain(helps).collect::<Vec<_>>().join("\n")
}

/// A text that stays on the line of its command, and is fit for a terminal.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            other => push_printable(&mut escaped, other),
        }
    }
    escaped
}

/// A text that stays the value of one property.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
