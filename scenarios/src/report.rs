//! Reports: what a run shows of its events. Each is a fold over the same stream ([`Reporter`](crate::run::Reporter)), so
//! that none can disagree.

pub mod console;
pub mod diff;
pub mod junit;
pub mod progress;
mod style;
mod wrap;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

pub use self::style::Style;
pub use self::wrap::{COLUMNS, wrap};

/// A report that goes to a file, as `--report` and the settings name it: `junit=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToFile {
    /// Which.
    pub kind: Kind,
    /// The file.
    pub path: PathBuf,
}

/// The reports that go to files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JUnit's XML.
    Junit,
}

/// Why a text names no report.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ToFileError {
    /// There is no such report.
    #[error("there is no report `{0}`; it must be `junit=PATH`")]
    Unknown(String),
    /// It is not said where it is to go.
    #[error("the report's file is missing, as in `junit=target/kandy-junit.xml`")]
    NoPath,
}

impl FromStr for ToFile {
    type Err = ToFileError;

    fn from_str(text: &str) -> Result<Self, ToFileError> {
        let (kind, path) = text.split_once('=').unwrap_or((text, ""));
        let kind = match kind {
            "junit" => Kind::Junit,
            other => return Err(ToFileError::Unknown(other.to_owned())),
        };
        if path.is_empty() { Err(ToFileError::NoPath) } else { Ok(Self { kind, path: path.into() }) }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Junit => "junit",
        })
    }
}
