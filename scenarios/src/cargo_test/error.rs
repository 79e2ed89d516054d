//! Why a scenario did not pass as a Rust test.

use std::error;
use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::cli::{CliError, CliOutput};
use crate::run::RunError;
use crate::scenario::FindError;

/// Why a scenario did not pass as a Rust test.
///
/// Its text is that of the command, with places and excerpts. [`Debug`](fmt::Debug) gives the same, since that is what
/// `unwrap` and tests that return an error print.
#[derive(Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing can run: there is no such scenario, or the settings of its project cannot be read.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The system has no thread for it.
    #[error("error: cannot go on: {0}")]
    Run(#[from] RunError),
    /// The scenario failed.
    #[error(transparent)]
    Failed(#[from] Failures),
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text has several lines, and what prints it has begun one.
        write!(f, "\n{self}")
    }
}

/// Why nothing can run, and what to do about it.
#[derive(Debug)]
pub struct SetupError {
    error: Box<CliError>,
    /// The folder that paths are relative to.
    folder: PathBuf,
}

impl SetupError {
    pub(super) fn new(error: CliError, folder: &Path) -> Self {
        Self { error: Box::new(error), folder: folder.to_owned() }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let CliError::Find(error @ FindError::Missing { nearest: None, .. }) = &*self.error {
            let folder = self.folder.display();
            return write!(f, "error: {error}\n\n  tip: paths are taken from the folder of the package, {folder}");
        }
        let mut text = Vec::new();
        let mut output = CliOutput::plain(&mut text);
        self.error.write(&mut output).map_err(|_| fmt::Error)?;
        f.write_str(String::from_utf8_lossy(&text).trim_end())
    }
}

impl error::Error for SetupError {}

/// The cases of a scenario that did not pass, each as the console tells it.
#[derive(Debug, Default)]
pub struct Failures {
    told: Vec<String>,
}

impl Failures {
    pub(super) fn add(&mut self, line: &str, told: &str) {
        self.told.push(format!("{line}\n\n{}", told.trim_end()));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.told.len()
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told.join("\n\n"))
    }
}

impl error::Error for Failures {}
