//! Which scenarios are wanted.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Scenario;

/// What `--filter` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The name has this text in it.
    Name(String),
    /// `tag:` and the whole of a tag.
    Tag(String),
}

/// Why a text is no filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FilterError {
    /// `tag:` alone.
    #[error("the name of a tag is missing, as in `tag:reconnect`")]
    NoTag,
    /// No text at all, which every name has in it.
    #[error("it is empty; give a part of a name, or `tag:NAME`")]
    Empty,
}

impl Filter {
    /// Whether anything of `scenario` is wanted; of its rows only those stay that are.
    #[must_use]
    pub fn select(&self, scenario: &mut Scenario) -> bool {
        match self {
            Self::Tag(tag) => scenario.header().is_some_and(|header| header.tags.contains(tag)),
            Self::Name(part) if scenario.name.contains(part) => true,
            Self::Name(part) => {
                let rows = scenario.rows().iter();
                let wanted: Vec<String> =
                    rows.filter(|row| scenario.name_of_row(row).contains(part)).cloned().collect();
                let any = !wanted.is_empty();
                if let Ok(content) = &mut scenario.content {
                    content.rows = wanted;
                }
                any
            }
        }
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        match text.strip_prefix("tag:").map(str::trim) {
            Some("") => Err(FilterError::NoTag),
            Some(tag) => Ok(Self::Tag(tag.to_owned())),
            None if text.is_empty() => Err(FilterError::Empty),
            None => Ok(Self::Name(text.to_owned())),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(part) => f.write_str(part),
            Self::Tag(tag) => write!(f, "tag:{tag}"),
        }
    }
}
