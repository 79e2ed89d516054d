//! The reports to files that a run or a merge makes.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::html::Html;
use super::json::Json;
use super::junit::Junit;
use super::model::Renderer;
use super::{Kind, Wanted};
use crate::file::real;
use crate::printable::printable_path;

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
        kind: Kind,
    },
    /// Two reports to one file.
    #[error("the reports `{first}` and `{second}` both go to `{shown}`: name two files")]
    PathTwice {
        /// One of them.
        first: Kind,
        /// The other.
        second: Kind,
        /// The file.
        shown: String,
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
    /// Begins all that are wanted, so that what cannot be written is known before anything runs.
    ///
    /// # Errors
    ///
    /// Two are of one kind or go to one file, or a file cannot be written. Then none is begun.
    pub fn begin(wanted: &[Wanted]) -> Result<Self, ReportsError> {
        for (index, Wanted { kind, path }) in wanted.iter().enumerate() {
            let before = &wanted[..index];
            if before.iter().any(|other| other.kind == *kind) {
                return Err(ReportsError::KindTwice { kind: *kind });
            }
            let place = place(path);
            if let Some(other) = before.iter().find(|other| self::place(&other.path) == place) {
                let shown = printable_path(path);
                return Err(ReportsError::PathTwice { first: other.kind, second: *kind, shown });
            }
        }
        let begun = wanted.iter().map(|Wanted { kind, path }| {
            begin(*kind, path).map_err(|source| ReportsError::Unwritable { shown: printable_path(path), source })
        });
        Ok(Self { renderers: begun.collect::<Result<_, _>>()? })
    }

    /// What makes them.
    pub fn renderers(&mut self) -> &mut [Box<dyn Renderer>] {
        &mut self.renderers
    }
}

fn begin(kind: Kind, path: &Path) -> io::Result<Box<dyn Renderer>> {
    Ok(match kind {
        Kind::Html => Box::new(Html::new(path)?),
        Kind::Json => Box::new(Json::new(path)?),
        Kind::Junit => Box::new(Junit::new(path)?),
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
