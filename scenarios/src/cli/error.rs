//! What ends the command before it has a result.

use std::io;

use thiserror::Error;

use super::Output;
use crate::exit_code::Exit;
use crate::printable::printable;
use crate::recording::RecordingError;
use crate::report::{Style, wrap};
use crate::scenario::FindError;

/// What ends the command before it has a result.
#[derive(Debug, Error)]
pub(super) enum CliError {
    /// There is nothing to run.
    #[error(transparent)]
    Find(#[from] FindError),
    /// There is nothing to replay.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The folder to replay has no recordings.
    #[error("there are no recordings in `{shown}`")]
    NoRecordings {
        /// The folder as given.
        shown: String,
    },
    /// A thread cannot be started, or a result cannot be written.
    #[error("cannot go on: {0}")]
    Io(#[from] io::Error),
}

impl CliError {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Find(FindError::Missing { .. } | FindError::Dangling { .. } | FindError::Unreadable { .. })
            | Self::Recording(_) => Exit::Broken,
            Self::Find(_) | Self::NoRecordings { .. } => Exit::BadUsage,
            Self::Io(_) => Exit::InternalError,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Find(error) => Some(error.help()),
            Self::Recording(RecordingError::NotFound { .. }) => {
                Some("paths are taken from the folder in which the command runs".to_owned())
            }
            Self::Recording(RecordingError::Decode { .. }) => {
                Some("a recording is a JSON file that the recorder of the real SDK wrote".to_owned())
            }
            Self::NoRecordings { .. } => Some("looked for files that end in .json, in it but not below it".to_owned()),
            Self::Recording(_) | Self::Io(_) => None,
        }
    }

    /// Writes what is wrong and what to do, as clap does.
    pub(super) fn write(&self, err: &mut Output<'_>) -> io::Result<()> {
        let error = self.to_string();
        writeln!(err.to, "{} {}", Style::Bad.paint("error:", err.color), printable(&error))?;
        if let Some(help) = self.help() {
            let lead = "  tip: ";
            let help = wrap(&printable(&help), lead.len()).join(&format!("\n{:1$}", "", lead.len()));
            writeln!(err.to, "\n{}{help}", Style::Good.paint(lead, err.color))?;
        }
        err.to.flush()
    }
}
