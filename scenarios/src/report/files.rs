//! The reports to files that a run or a merge makes.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::fold::tell;
use super::github::{Github, GithubStep};
use super::html::Html;
use super::json::Json;
use super::junit::Junit;
use super::model::{Event, Renderer, Report};
use super::{ReportKind, WantedReport};
use crate::file::real;
use crate::run::RunError;
use crate::scenario::SETTINGS;
use crate::text::printable_path;

/// The endings of files that are never overwritten by a report: scripts, snapshots, and what explorations find and is
/// accepted.
const KEPT: [&str; 3] = ["rhai", "snap", "explore"];

/// Reports whose files are begun.
pub struct Reports {
    renderers: Vec<Box<dyn Renderer>>,
}

/// Why reports cannot be begun.
#[derive(Debug, Error)]
pub enum ReportsError {
    /// Two reports of one kind.
    #[error("the report `{kind}` is wanted twice: name one file")]
    KindTwice {
        /// Which.
        kind: ReportKind,
    },
    /// The same twice.
    #[error("the report `github` is wanted twice")]
    GithubTwice,
    /// Two reports to one file.
    #[error("the reports `{first}` and `{second}` both go to `{shown}`: name two files")]
    PathTwice {
        /// One of them.
        first: ReportKind,
        /// The other.
        second: ReportKind,
        /// The file.
        shown: String,
    },
    /// A report would take the place of what it is about.
    #[error("a report to `{shown}` would take the place of a script, of what is accepted, or of settings")]
    Kept {
        /// The file.
        shown: String,
    },
    /// A picture has no place to go.
    #[error("cannot write the picture `{shown}`: {source}")]
    Picture {
        /// The file.
        shown: String,
        /// What the system says.
        source: io::Error,
    },
    /// A report has no place to go.
    #[error("cannot write the report `{shown}`: {source}")]
    Unwritable {
        /// The file.
        shown: String,
        /// What the system says.
        source: io::Error,
    },
}

impl Reports {
    /// Begins all that are wanted, so that what cannot be written is known before anything runs. `step` is the step of
    /// GitHub's that this is.
    ///
    /// # Errors
    ///
    /// Two are of one kind or go to one file, or a file cannot be written. Then nothing is left of any.
    pub fn begin(wanted: &[WantedReport], step: &GithubStep) -> Result<Self, ReportsError> {
        check(wanted)?;
        let unwritable = |path: &Path, source| ReportsError::Unwritable { shown: printable_path(path), source };
        let begun = wanted.iter().map(|report| match report {
            WantedReport::File { kind, path } => begin(*kind, path).map_err(|source| unwritable(path, source)),
            WantedReport::Github => match Github::new(step) {
                Ok(github) => Ok(Box::new(github) as Box<dyn Renderer>),
                Err(source) => Err(unwritable(step.summary.as_deref().unwrap_or(Path::new("")), source)),
            },
        });
        Ok(Self { renderers: begun.collect::<Result<_, _>>()? })
    }

    /// Tells all of them of a run that is over.
    ///
    /// # Errors
    ///
    /// One cannot be written.
    pub fn render(&mut self, report: &Report) -> Result<(), RunError> {
        let Report { start, cases, end, .. } = report;
        let cases = cases.iter().map(Event::Case);
        let mut events = [Event::Started(start)].into_iter().chain(cases).chain([Event::Ended(end)]);
        events.try_for_each(|event| self.tell(&event))
    }

    /// Tells all of them what happens next.
    ///
    /// # Errors
    ///
    /// One cannot be written.
    pub fn tell(&mut self, event: &Event<'_>) -> Result<(), RunError> {
        tell(&mut self.renderers, event)
            .map_err(|(reporter, source)| RunError::Report { reporter: reporter.to_owned(), source })
    }

    /// Whether none is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.renderers.is_empty()
    }

    /// What they have to say on standard output when all has ended.
    #[must_use]
    pub fn said(&self) -> String {
        self.renderers.iter().map(|renderer| renderer.said()).collect()
    }

    /// What makes them.
    pub fn renderers(&mut self) -> &mut [Box<dyn Renderer>] {
        &mut self.renderers
    }
}

/// Whether each report is another, and goes to another file.
fn check(wanted: &[WantedReport]) -> Result<(), ReportsError> {
    for (index, report) in wanted.iter().enumerate() {
        let before = &wanted[..index];
        let WantedReport::File { kind, path } = report else {
            if before.contains(report) {
                return Err(ReportsError::GithubTwice);
            }
            continue;
        };
        check_place(path)?;
        let place = place(path);
        for other in before {
            match other {
                WantedReport::File { kind: first, .. } if first == kind => {
                    return Err(ReportsError::KindTwice { kind: *kind });
                }
                WantedReport::File { kind: first, path: other } if self::place(other) == place => {
                    let shown = printable_path(path);
                    return Err(ReportsError::PathTwice { first: *first, second: *kind, shown });
                }
                WantedReport::File { .. } | WantedReport::Github => {}
            }
        }
    }
    Ok(())
}

/// Refuses a file that scenarios are made of.
pub(crate) fn check_place(path: &Path) -> Result<(), ReportsError> {
    let place = place(path);
    let is_kept = place.extension().is_some_and(|extension| KEPT.iter().any(|kept| extension == *kept));
    if is_kept || place.file_name().is_some_and(|name| name == SETTINGS) {
        return Err(ReportsError::Kept { shown: printable_path(path) });
    }
    Ok(())
}

fn begin(kind: ReportKind, path: &Path) -> io::Result<Box<dyn Renderer>> {
    Ok(match kind {
        ReportKind::Html => Box::new(Html::new(path)?),
        ReportKind::Json => Box::new(Json::new(path)?),
        ReportKind::Junit => Box::new(Junit::new(path)?),
    })
}

/// Where a file is or will be, however its path is written.
fn place(path: &Path) -> PathBuf {
    if path.exists() {
        return real(path);
    }
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => real(crate::file::or_here(folder)).join(name),
        _ => path.to_owned(),
    }
}
