//! Why a recording cannot be used.

use std::path::PathBuf;

use thiserror::Error;

use crate::file::FileError;

/// Why a file cannot be read as a recording.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// No file has this name.
    #[error("there is no recording {}", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refuses to read it, or it is a folder, or far larger than any recording.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: FileError,
    },
    /// It was read, and is not a recording.
    #[error("{} is not a recording: {source}", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: DecodeError,
    },
}

/// Why bytes are not a recording.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// Not a JSON object; the message ends with line and column.
    #[error("not a JSON object: {0}")]
    Json(#[from] serde_json::Error),
    /// A key of the whole file is missing.
    #[error("`{field}` is missing")]
    Missing {
        /// The key.
        field: String,
    },
    /// A record has another form than the replay reads.
    #[error("{place}: {message}")]
    Form {
        /// Where, such as `timeline[3]`.
        place: String,
        /// What is wrong with it.
        message: String,
    },
}
