//! Which scenarios are wanted.

mod unmet;

use std::fmt;
use std::str::FromStr;

use regex::{Regex, RegexBuilder};
use thiserror::Error;

use super::{FindError, Scenario};
use crate::script::MAX_PATTERN;

/// The most filters of one selection.
pub const MAX_FILTERS: usize = 100;
/// What stands before the name of a tag.
const TAG: &str = "tag:";
/// What stands before a filter whose scenarios are not wanted.
const NOT: &str = "not ";

/// What `--filter` says: which scenarios are wanted, or which are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Whether it takes away what it meets.
    negated: bool,
    form: FilterForm,
}

/// What a filter asks of a scenario.
#[derive(Clone, Debug)]
enum FilterForm {
    /// The name has this text in it.
    Name(String),
    /// The name matches.
    Pattern(Regex),
    /// It has this tag.
    Tag(String),
}

/// Why a text is not a filter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FilterError {
    /// `tag:` alone.
    #[error("the name of a tag is missing, as in `tag:reconnect`")]
    NoTag,
    /// `not` alone.
    #[error("what is not wanted is missing, as in `not tag:slow`")]
    NoForm,
    /// `not not`, which is nobody's wish.
    #[error("it says `not` twice")]
    NotTwice,
    /// No text at all, which every name has in it.
    #[error("it is empty; give a part of a name, /REGEX/ or `tag:NAME`, also behind `not`")]
    Empty,
    /// It is not a regular expression.
    #[error("/{pattern}/ is not a regular expression: {why}, at character {column}")]
    Pattern {
        /// The expression.
        pattern: String,
        /// What is wrong.
        why: String,
        /// Where, from 1.
        column: usize,
    },
    /// A regular expression that would take too much memory.
    #[error("/{0}/ is too large a regular expression; repeat less in it")]
    TooLarge(String),
}

impl Filter {
    /// One that leaves out what has a tag, as `--skip-tag NAME` does.
    ///
    /// # Errors
    ///
    /// The name is empty.
    pub fn without_tag(name: &str) -> Result<Self, FilterError> {
        Ok(Self { negated: true, form: FilterForm::tag(name)? })
    }

    /// Whether it meets a case of `scenario`: all of it, or the row with this name.
    fn meets(&self, scenario: &Scenario, case: &str) -> bool {
        match &self.form {
            FilterForm::Name(part) => scenario.name.contains(part) || case.contains(part),
            FilterForm::Pattern(pattern) => pattern.is_match(&scenario.name) || pattern.is_match(case),
            FilterForm::Tag(tag) => scenario.header().is_some_and(|header| header.tags.contains(tag)),
        }
    }
}

impl FilterForm {
    fn tag(name: &str) -> Result<Self, FilterError> {
        match name.trim() {
            "" => Err(FilterError::NoTag),
            name => Ok(Self::Tag(name.to_owned())),
        }
    }

    fn pattern(pattern: &str) -> Result<Self, FilterError> {
        RegexBuilder::new(pattern)
            .size_limit(MAX_PATTERN)
            .build()
            .map(Self::Pattern)
            .map_err(|_| unmet::pattern_error(pattern))
    }
}

impl FromStr for FilterForm {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        if let Some(name) = text.strip_prefix(TAG) {
            return Self::tag(name);
        }
        // A slash alone is a part of a name.
        let pattern = text.strip_prefix('/').and_then(|text| text.strip_suffix('/'));
        match pattern {
            Some("") => Err(FilterError::Empty),
            Some(pattern) => Self::pattern(pattern),
            None if text.is_empty() => Err(FilterError::Empty),
            None => Ok(Self::Name(text.to_owned())),
        }
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        match text.strip_prefix(NOT).map(str::trim_start) {
            Some("") => Err(FilterError::NoForm),
            Some(form) if form.starts_with(NOT) => Err(FilterError::NotTwice),
            Some(form) => Ok(Self { negated: true, form: form.parse()? }),
            None => Ok(Self { negated: false, form: text.parse()? }),
        }
    }
}

impl PartialEq for FilterForm {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(one), Self::Name(other)) | (Self::Tag(one), Self::Tag(other)) => one == other,
            (Self::Pattern(one), Self::Pattern(other)) => one.as_str() == other.as_str(),
            _ => false,
        }
    }
}

impl Eq for FilterForm {}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.negated { NOT } else { "" })?;
        match &self.form {
            FilterForm::Name(part) => f.write_str(part),
            FilterForm::Pattern(pattern) => write!(f, "/{pattern}/"),
            FilterForm::Tag(tag) => write!(f, "{TAG}{tag}"),
        }
    }
}

/// All filters of a selection. What any of them meets is wanted, or everything if all say `not`; then those that say
/// `not` take away.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    wanted: Vec<Filter>,
    unwanted: Vec<Filter>,
    /// Whether each that asks for something must find it, and not only one of them.
    each: bool,
}

impl Filters {
    /// Those of a project, of which some may have nothing to meet in the part of it that a command is about.
    #[must_use]
    pub fn of_project(filters: Vec<Filter>) -> Self {
        let (unwanted, wanted) = filters.into_iter().partition(|filter| filter.negated);
        Self { wanted, unwanted, each: false }
    }

    /// Those that somebody gives, each of which should meet something.
    #[must_use]
    pub fn given(filters: Vec<Filter>) -> Self {
        Self { each: true, ..Self::of_project(filters) }
    }

    /// These, and others that take away.
    #[must_use]
    pub fn without(mut self, unwanted: impl IntoIterator<Item = Filter>) -> Self {
        self.unwanted.extend(unwanted);
        self
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.wanted.len() + self.unwanted.len()
    }

    /// Whether everything is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a case of `scenario` is wanted: all of it, or the row with this name.
    #[must_use]
    pub fn want(&self, scenario: &Scenario, case: &str) -> bool {
        let any = self.wanted.is_empty() || self.wanted.iter().any(|filter| filter.meets(scenario, case));
        any && !self.unwanted.iter().any(|filter| filter.meets(scenario, case))
    }

    /// Keeps the scenarios that are wanted, and of those the wanted rows.
    ///
    /// # Errors
    ///
    /// A filter meets nothing, or nothing is left.
    pub fn select(&self, scenarios: &mut Vec<Scenario>) -> Result<(), FindError> {
        if let Some(unmet) = self.unmet(scenarios) {
            return Err(unmet::nothing_matches(unmet, scenarios));
        }
        let count = scenarios.len();
        scenarios.retain_mut(|scenario| scenario.keep(|scenario, case| self.want(scenario, case)));
        if scenarios.is_empty() && count > 0 {
            return Err(FindError::NothingLeft { filters: self.unwanted.clone(), any: self.wanted.is_empty(), count });
        }
        Ok(())
    }

    /// The first that asks for something that is not there, if that matters.
    fn unmet(&self, scenarios: &[Scenario]) -> Option<&Filter> {
        let meets = |filter: &&Filter| {
            scenarios.iter().any(|scenario| scenario.cases().any(|case| filter.meets(scenario, &case)))
        };
        let unmet = self.wanted.iter().find(|filter| !meets(filter))?;
        (self.each || !self.wanted.iter().any(|filter| meets(&filter))).then_some(unmet)
    }
}

#[cfg(test)]
mod tests;
