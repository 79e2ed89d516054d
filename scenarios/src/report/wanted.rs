//! Reports as arguments and settings name them: `junit=PATH`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use crate::text::{did_you_mean, nearest};

/// A report beside the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedReport {
    /// One that goes to a file.
    File {
        /// Which.
        kind: ReportKind,
        /// The file.
        path: PathBuf,
    },
    /// Annotations, which GitHub reads from the output of a step.
    Github,
}

/// The reports that go to files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// A page for people.
    Html,
    /// The model as JSON.
    Json,
    /// JUnit's XML.
    Junit,
}

/// The name of [`WantedReport::Github`].
const GITHUB: &str = "github";

/// Why a text names no report.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WantedError {
    /// There is no such report.
    #[error("there is no report `{name}`; {}", help(name))]
    Unknown {
        /// The name.
        name: String,
    },
    /// It does not say where it should go.
    #[error("the report's file is missing, as in `{kind}={}`", kind.example())]
    NoPath {
        /// Which.
        kind: ReportKind,
    },
    /// It goes to no file.
    #[error("`{GITHUB}` takes no file: it writes to standard output, as GitHub reads it")]
    GithubPath,
}

impl ReportKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Html, Self::Json, Self::Junit];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Junit => "junit",
        }
    }

    /// A file to which it might go.
    const fn example(self) -> &'static str {
        match self {
            Self::Html => "target/kandy.html",
            Self::Json => "target/kandy.json",
            Self::Junit => "target/kandy-junit.xml",
        }
    }
}

impl WantedReport {
    /// The same, its path taken from `folder`.
    #[must_use]
    pub fn within(self, folder: &Path) -> Self {
        match self {
            Self::File { kind, path } => Self::File { kind, path: folder.join(path) },
            Self::Github => Self::Github,
        }
    }
}

impl FromStr for WantedReport {
    type Err = WantedError;

    fn from_str(text: &str) -> Result<Self, WantedError> {
        let (name, path) = match text.split_once('=') {
            None if text == GITHUB => return Ok(Self::Github),
            Some((GITHUB, _)) => return Err(WantedError::GithubPath),
            None => (text, ""),
            Some(both) => both,
        };
        let kind = ReportKind::ALL.into_iter().find(|kind| kind.as_str() == name);
        let kind = kind.ok_or_else(|| WantedError::Unknown { name: name.to_owned() })?;
        if path.is_empty() { Err(WantedError::NoPath { kind }) } else { Ok(Self::File { kind, path: path.into() }) }
    }
}

impl fmt::Display for ReportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn help(name: &str) -> String {
    match nearest(name, ReportKind::ALL.iter().map(|kind| kind.as_str()).chain([GITHUB])) {
        Some(kind) => did_you_mean(kind),
        None => format!("it must be {} or {GITHUB}", ReportKind::ALL.map(|kind| format!("{kind}=PATH")).join(", ")),
    }
}
