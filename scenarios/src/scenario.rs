//! Scenarios: scripts on the disk, with their names, descriptions and tags.

mod filter;
mod find;
mod header;
mod project;
mod root;
mod rows;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use self::filter::{Filter, FilterError, Filters, MAX_FILTERS};
pub(crate) use self::find::MODULES;
pub use self::find::{FindError, Found, MAX_DEPTH, MAX_ENTRIES, Stale, find, root_of};
pub use self::header::{Header, Misread};
pub use self::project::{Project, ProjectError, project};
pub use self::root::SETTINGS;
pub use self::rows::{MAX_ROWS, Rows, RowsError};
use crate::file::{self, FileError};

/// The extension of a scenario.
pub const EXTENSION: &str = "rhai";
/// The largest script that is read, in bytes.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// One scenario: one file.
#[derive(Debug)]
pub struct Scenario {
    /// Its path relative to the root, with `/` and without the extension: `connect/success`.
    pub name: String,
    /// Its path relative to the root, with `/`, which its snapshot names.
    pub source: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its path as the user wrote it, for messages.
    pub shown: String,
    /// The folder that its imports stay in.
    pub root: PathBuf,
    /// What is in it.
    pub content: Result<ScriptText, ReadError>,
}

/// A script that was read.
#[derive(Debug)]
pub struct ScriptText {
    /// The whole text.
    pub text: String,
    /// Its first comments.
    pub header: Header,
    /// The rows that are wanted, each of which is a case of its own. A script whose rows are malformed has none, and fails to
    /// compile.
    pub rows: Vec<String>,
}

/// Why a script cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It is missing, no file, or too large.
    #[error(transparent)]
    File(#[from] FileError),
    /// Text in another encoding, or no text.
    #[error("line {line} is not UTF-8 text")]
    NotUtf8 {
        /// The first such line.
        line: usize,
    },
}

impl Scenario {
    fn read(name: String, path: PathBuf, shown: String, root: PathBuf) -> Self {
        let content = read_text(&path).map(|text| {
            let rows = Rows::parse(&text).map(|rows| rows.names).unwrap_or_default();
            ScriptText { header: Header::parse(&text), rows, text }
        });
        let source = format!("{name}.{EXTENSION}");
        Self { name, source, path, shown, root, content }
    }

    /// The rows that are wanted.
    #[must_use]
    pub fn rows(&self) -> &[String] {
        self.content.as_ref().map_or(&[], |content| &content.rows)
    }

    /// The name of the case that a row is: `login[unavailable]`.
    #[must_use]
    pub fn name_of_row(&self, row: &str) -> String {
        format!("{}[{row}]", self.name)
    }

    /// The names of the cases that it is: its own, or one for each row.
    pub fn cases(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let whole = self.rows().is_empty().then_some(Cow::Borrowed(self.name.as_str()));
        whole.into_iter().chain(self.rows().iter().map(|row| Cow::Owned(self.name_of_row(row))))
    }

    /// Keeps the rows whose cases are `wanted`. Gives whether anything is left.
    pub(crate) fn keep(&mut self, wanted: impl Fn(&Self, &str) -> bool) -> bool {
        if self.rows().is_empty() {
            return wanted(self, &self.name);
        }
        let rows = self.rows().iter().filter(|row| wanted(self, &self.name_of_row(row)));
        let rows: Vec<String> = rows.cloned().collect();
        let any = !rows.is_empty();
        if let Ok(content) = &mut self.content {
            content.rows = rows;
        }
        any
    }

    /// What its first comments say; nothing if it cannot be read.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        self.content.as_ref().ok().map(|content| &content.header)
    }
}

pub(crate) fn read_text(path: &Path) -> Result<String, ReadError> {
    let text = String::from_utf8(file::read(path, MAX_BYTES)?).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        ReadError::NotUtf8 { line: 1 + before.iter().filter(|byte| **byte == b'\n').count() }
    })?;
    // The mark that some editors put at the start of a file is not part of the script.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
